import numpy as np
import pytest

from viz_core.annotations.contours import Contours, map_contours


def mask_contours(masks, x=0, y=0, size=None):
    """Return the contours of masks in an image, put together from their parts."""
    size = masks.shape[1:] if size is None else size
    contours = Contours(*size)
    for mask in masks:
        contours.add(mask, x, y)
    found, times = np.zeros(size, np.uint8), np.zeros(size, int)
    for coverage, left, top in contours.take():
        place = slice(top, top + coverage.shape[0]), slice(left, left + coverage.shape[1])
        found[place] += coverage
        times[place] += coverage > 0
    assert times.max(initial=0) <= 1
    assert not list(contours.take())
    return found


def covered(line):
    """Return where a row or column of coverage is at least half covered, by halves."""
    return {int(at): round(line[at] / 127.5) / 2 for at in np.flatnonzero(line > 64)}


def test_the_contour_is_three_pixels_wide_around_the_mask_and_its_hole():
    mask = np.zeros((60, 80), bool)
    mask[10:50, 10:70] = True
    mask[22:38, 25:55] = False
    contour = mask_contours(mask[None])
    borders = [10, 25, 55, 70]
    assert covered(contour[30]) == {
        at + i: share for at in borders for i, share in ((-2, 0.5), (-1, 1), (0, 1), (1, 0.5))
    }
    assert contour[30, :20].sum() / 255 == pytest.approx(3, abs=0.2)
    assert covered(contour[:, 15]).keys() == {8, 9, 10, 11, 48, 49, 50, 51}


@pytest.mark.parametrize("degrees", [0, 7, 20, 33, 45, 70])
def test_a_contour_follows_a_slope_without_steps(degrees):
    rows, columns = np.mgrid[:200, :200]
    angle = np.deg2rad(degrees)
    distance = np.cos(angle) * (rows - 99.5) - np.sin(angle) * (columns - 99.5)
    contour = map_contours((distance > 0).astype(int))[20:-20, 20:-20]
    distance = np.abs(distance[20:-20, 20:-20])
    assert contour[distance < 0.7].min() >= 230
    assert contour[distance > 3].max() == 0
    width = contour.sum() / 255 / 160 * max(np.cos(angle), np.sin(angle))
    assert width == pytest.approx(2.7, abs=0.5)


def test_a_mask_at_the_border_is_outlined_there():
    contour = mask_contours(np.ones((1, 20, 30), bool))
    assert covered(contour[10]) == {0: 1, 1: 0.5, 28: 0.5, 29: 1}
    assert covered(contour[:, 15]) == {0: 1, 1: 0.5, 18: 0.5, 19: 1}


def test_contours_of_many_are_those_of_each_together(disk):
    masks = np.stack([disk, np.roll(disk, 30, axis=1), np.zeros_like(disk)])
    each = [mask_contours(mask[None]) for mask in masks]
    assert (mask_contours(masks) == np.maximum(each[0], each[1])).all()
    assert not each[2].any()
    assert not mask_contours(masks[:0]).any()


def test_contours_of_crops_are_those_of_the_whole_masks(disk):
    rows, columns = np.nonzero(disk)
    top, left = rows.min(), columns.min()
    crop = disk[top : rows.max() + 1, left : columns.max() + 1]
    for shift in (0, -60, 100):
        image = np.zeros((120, 300), bool)
        moved = np.roll(np.pad(disk, ((0, 0), (70, 70))), shift, axis=1)
        x = left + 70 + shift
        assert (mask_contours(crop[None], x, top, image.shape) == mask_contours(moved[None])).all()


def test_many_crops_are_outlined_as_few(disk):
    # Where they overlap much, all of the image is one part.
    few, many = mask_contours(disk[None]), mask_contours(np.stack([disk] * 9))
    assert (few == many).all()


def test_single_pixels_are_outlined_everywhere():
    for at in [(0, 0), (0, 29), (19, 0), (19, 29), (7, 8)]:
        mask = np.zeros((20, 30), bool)
        mask[at] = True
        contour = mask_contours(mask[None])
        assert contour[at] >= 200
        rows, columns = np.nonzero(contour)
        assert max(np.abs(rows - at[0]).max(), np.abs(columns - at[1]).max()) <= 3


def test_a_map_of_two_values_is_outlined_as_their_masks_are():
    values = np.zeros((60, 80), int)
    values[20:45, 15:50] = 1001
    masks = values == np.unique(values)[:, None, None]
    assert (map_contours(values) == mask_contours(masks)).all()
    assert (map_contours(values, ignored=0) == mask_contours(masks[1:])).all()


def test_a_map_of_one_value_has_only_the_border_of_the_image():
    assert (map_contours(np.full((20, 30), 7)) == mask_contours(np.ones((1, 20, 30), bool))).all()
    assert not map_contours(np.full((20, 30), 7), ignored=7).any()
    assert map_contours(np.zeros((1, 1), int)).shape == (1, 1)


@pytest.mark.parametrize("growth", [0, 1, 3])
def test_contours_may_be_wider(growth):
    mask = np.zeros((60, 80), bool)
    mask[20:40, 30:50] = True
    contours = Contours(60, 80, growth)
    contours.add(mask[18:42, 28:52], 28, 18)
    found = np.zeros((60, 80), np.uint8)
    for coverage, x, y in contours.take():
        found[y : y + coverage.shape[0], x : x + coverage.shape[1]] = coverage
    assert (found[30] / 255).sum() / 2 == pytest.approx(3 + 2 * growth, abs=0.2)
    whole = map_contours(mask.astype(int), 0, growth)
    assert (whole[30] == found[30]).all()
