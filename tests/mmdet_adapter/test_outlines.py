import numpy as np

from viz_mmdet_adapter.outlines import outline_map, outline_masks


def test_the_outline_is_three_pixels_wide_around_the_mask_and_its_hole():
    mask = np.zeros((40, 60), bool)
    mask[10:30, 10:50] = True
    mask[18:22, 25:35] = False
    outline = outline_masks(mask[None])
    across = np.flatnonzero(outline[20])
    assert across.tolist() == [9, 10, 11, 23, 24, 25, 34, 35, 36, 48, 49, 50]
    assert np.flatnonzero(outline[:, 15]).tolist() == [9, 10, 11, 28, 29, 30]


def test_a_mask_at_the_border_is_outlined_there():
    outline = outline_masks(np.ones((1, 20, 30), bool))
    assert np.flatnonzero(outline[10]).tolist() == [0, 1, 28, 29]
    assert np.flatnonzero(outline[:, 15]).tolist() == [0, 1, 18, 19]


def test_outlines_of_many_are_those_of_each_together(disk):
    masks = np.stack([disk, np.roll(disk, 30, axis=1), np.zeros_like(disk)])
    each = [outline_masks(mask[None]) for mask in masks]
    assert (outline_masks(masks) == each[0] | each[1]).all()
    assert not each[2].any()
    assert not outline_masks(masks[:0]).any()


def test_single_pixels_are_outlined_everywhere():
    for at in [(0, 0), (0, 29), (19, 0), (19, 29), (7, 8)]:
        mask = np.zeros((20, 30), bool)
        mask[at] = True
        outline = outline_masks(mask[None])
        assert outline[at]
        rows, columns = np.nonzero(outline)
        assert (np.abs(rows - at[0]) + np.abs(columns - at[1])).max() == 1


def test_a_map_is_outlined_as_the_masks_of_its_values_are():
    values = np.kron(np.random.default_rng(0).integers(0, 4, (3, 4)), np.ones((9, 9), int))
    masks = values == np.unique(values)[:, None, None]
    assert (outline_map(values, None) == outline_masks(masks)).all()
    shown = masks[1:]
    assert (outline_map(values, masks[0]) == outline_masks(shown)).all()
