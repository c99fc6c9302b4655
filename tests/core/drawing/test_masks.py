"""Masks: whole images, and crops of them."""

import tracemalloc

import numpy as np
import pytest

from viz_core import Canvas
from viz_core.drawing import masks as drawn_masks

IMAGE = np.random.default_rng(3).integers(0, 256, (60, 80, 3), np.uint8)


def crops(count, seed=0):
    """Return crops of several sizes and their corners, of which some leave the image."""
    random = np.random.default_rng(seed)
    masks = [random.random(random.integers(1, 50, 2)) < 0.5 for _ in range(count)]
    return masks, random.integers(-30, 90, (count, 2))


def whole(mask, x, y):
    """Return the mask of the image's size that a crop stands for, pixel by pixel."""
    found = np.zeros(IMAGE.shape[:2], bool)
    for row, column in np.argwhere(mask):
        if 0 <= y + row < 60 and 0 <= x + column < 80:
            found[y + row, x + column] = True
    return found


def test_crops_are_drawn_as_the_whole_masks_that_they_stand_for():
    masks, offsets = crops(40)
    style = {"colors": [(i * 6, 255 - i * 6, 90) for i in range(40)], "alphas": 0.6}
    full = np.stack([whole(mask, *place) for mask, place in zip(masks, offsets, strict=True)])
    wanted = Canvas(IMAGE).draw_binary_masks(full, **style).get_image()
    found = Canvas(IMAGE).draw_binary_masks(masks, **style, offsets=offsets).get_image()
    assert (found == wanted).all()


def test_one_crop_or_an_array_of_them_will_do():
    mask = np.ones((4, 6), bool)
    wanted = Canvas(IMAGE).draw_binary_masks([mask], offsets=[[70, 5]]).get_image()
    assert (wanted != IMAGE).any(axis=-1).sum() == 24
    for masks, offsets in (
        (mask, [70, 5]),
        (mask, np.array([70.0, 5.0])),
        (mask.tolist(), (70, 5)),
        (mask[None], [[70, 5]]),
        ((mask,), [(70, 5)]),
    ):
        assert (Canvas(IMAGE).draw_binary_masks(masks, offsets=offsets).get_image() == wanted).all()


@pytest.mark.parametrize("place", [(80, 0), (0, 60), (-6, 0), (0, -4), (10**9, 0), (-1e300, 1e300)])
def test_a_crop_outside_draws_nothing(place):
    canvas = Canvas(IMAGE).draw_binary_masks(np.ones((4, 6), bool), offsets=place)
    assert (canvas.get_image() == IMAGE).all()


@pytest.mark.parametrize("masks", [[], np.zeros((0, 4, 6), bool), [np.zeros((0, 6), bool)]])
def test_no_crops_and_empty_ones_draw_nothing(masks):
    canvas = Canvas(IMAGE).draw_binary_masks(masks, offsets=np.zeros((len(masks), 2)))
    assert (canvas.get_image() == IMAGE).all()


@pytest.mark.parametrize(
    ("masks", "offsets", "error", "text"),
    [
        ([np.ones((2, 2))], [[0, 0]], TypeError, r"binary_masks\[0\] must be bool"),
        ([np.ones((2, 2, 2), bool)], [[0, 0]], ValueError, r"\(N, h, w\), got \(2, 2, 2\)"),
        ([np.ones((2, 2), bool)], [[0, 0], [1, 1]], ValueError, "one row for each of the 1 masks"),
        ([np.ones((2, 2), bool)], [[0.5, 0]], ValueError, "whole pixels, got .*round them"),
        ([np.ones((2, 2), bool)], [[0, np.nan]], ValueError, "offsets must be finite"),
        ([np.ones((2, 2), bool)], [[0, 0, 4, 4]], ValueError, "x, y of the top left pixel"),
    ],
)
def test_wrong_crops_say_what_is_right(masks, offsets, error, text):
    canvas = Canvas(IMAGE)
    with pytest.raises(error, match=text):
        canvas.draw_binary_masks(masks, offsets=offsets)
    assert (canvas.get_image() == IMAGE).all()


def test_a_part_of_the_image_without_offsets_is_told_of_them():
    with pytest.raises(ValueError, match="for parts of the image give offsets="):
        Canvas(IMAGE).draw_binary_masks(np.ones((4, 6), bool))


def test_a_list_of_masks_is_not_put_together():
    canvas = Canvas(np.zeros((1000, 1000, 3), np.uint8))
    masks = [np.zeros((1000, 1000), bool) for _ in range(9)]
    canvas.draw_binary_masks(masks)
    tracemalloc.start()
    canvas.draw_binary_masks(masks)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 2e6  # together they have 9 MB


def test_memory_goes_with_the_area_of_the_objects():
    canvas = Canvas(np.zeros((2160, 3840, 3), np.uint8))
    masks = [np.ones((50, 40), bool)] * 60
    canvas.draw_binary_masks(masks, offsets=np.full((60, 2), 100))
    tracemalloc.start()
    canvas.draw_binary_masks(masks, offsets=np.full((60, 2), 100))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 1e6  # one whole mask is 8.3 MB


def test_a_mask_is_blended_alike_in_one_part_and_in_many(monkeypatch):
    image = np.random.default_rng(0).integers(0, 256, (50, 70, 3), np.uint8)
    mask = np.random.default_rng(1).random((50, 70)) > 0.3
    whole = Canvas(image).draw_binary_masks(mask, "r", 0.4).get_image()
    for most in (1, 210, 211, 3 * 210):
        monkeypatch.setattr(drawn_masks, "_BLENDED_AT_ONCE", most)
        found = Canvas(image).draw_binary_masks(mask, "r", 0.4).get_image()
        np.testing.assert_array_equal(found, whole)


def test_blending_a_large_mask_takes_little_memory():
    canvas = Canvas(np.zeros((1000, 1000, 3), np.uint8))
    mask = np.ones((1000, 1000), bool)
    canvas.draw_binary_masks(mask)
    tracemalloc.start()
    canvas.draw_binary_masks(mask)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 2_000_000  # 9,000,000 if it is blended as a whole
