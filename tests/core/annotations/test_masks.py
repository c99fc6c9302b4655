import tracemalloc

import numpy as np
import pytest

from viz_core.annotations.masks import as_crops, as_mask_list

SQUARE = [2, 1, 6, 1, 6, 4, 2, 4]
FILLED = np.zeros((8, 10), bool)
FILLED[1:4, 2:6] = True


class Bitmaps:
    """What MMDetection's BitmapMasks and PolygonMasks have in common."""

    def to_ndarray(self):
        return FILLED[None].astype(np.uint8)


@pytest.mark.parametrize(
    "masks",
    [
        FILLED,
        FILLED[None],
        FILLED[None, None],
        FILLED[None].astype(np.uint8),
        FILLED[None] * np.uint8(255),
        FILLED[None].astype(np.int64),
        FILLED[None] * 0.9,
        [FILLED],
        [[SQUARE]],
        [[np.array(SQUARE).reshape(4, 2)]],
        [{"size": [8, 10], "counts": [17, 3, 5, 3, 5, 3, 5, 3, 36]}],
        {"size": [8, 10], "counts": [17, 3, 5, 3, 5, 3, 5, 3, 36]},
        Bitmaps(),
    ],
    ids=str,
)
def test_masks_of_any_kind_are_the_same(whole, masks):
    (crop,) = as_crops(as_mask_list(masks), 8, 10)
    assert (crop.x, crop.y, crop.area) == (2, 1, 12)
    assert (whole(crop, 8, 10) == FILLED).all()


@pytest.mark.parametrize("masks", [[], np.zeros((0, 8, 10), bool)])
def test_none_are_fine(masks):
    assert as_crops(as_mask_list(masks), 8, 10) == []


def test_empty_ones_have_no_area(whole):
    empty = {"size": [8, 10], "counts": [80]}
    for crop in as_crops([FILLED & False, empty, [], [[1, 1]]], 8, 10):
        assert not whole(crop, 8, 10).any()


def test_floats_count_above_a_half():
    (crop,) = as_crops([np.array([[0.2, 0.5, 0.51]])], 1, 3)
    assert (crop.x, crop.area, crop.paint().tolist()) == (2, 1, [[True]])


def test_another_size_or_kind_is_refused():
    for mask in (
        FILLED[:, :-1],
        {"size": [8, 9], "counts": [72]},
    ):
        with pytest.raises(ValueError, match=r"\(N, 8, 10\), got \(8, 9\)"):
            as_crops([mask], 8, 10)
    with pytest.raises(ValueError, match=r"shape \(N, H, W\), got \(1, 2, 3, 4\)"):
        as_mask_list(np.zeros((1, 2, 3, 4)))
    with pytest.raises(TypeError, match="got int"):
        as_mask_list(3)


def test_arrays_are_not_copied():
    masks = np.zeros((20, 1000, 1000), bool)
    masks[:, 10:990, 10:990] = True
    as_crops(as_mask_list(masks[:1]), 1000, 1000)
    tracemalloc.start()
    crops = as_crops(as_mask_list(masks), 1000, 1000)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert len(crops) == 20
    assert peak < 1e5


@pytest.mark.parametrize("kind", ["polygons", "rle"])
def test_objects_take_no_memory_until_they_are_painted(kind):
    polygons = [[9, 9, 2990, 9, 2990, 1990, 9, 1990]]
    counts = [9 * 2000 + 9, *[1981, 19] * 2980, 1981]
    counts.append(2000 * 3000 - sum(counts))
    mask = polygons if kind == "polygons" else {"size": [2000, 3000], "counts": counts}
    as_crops([mask], 2000, 3000)
    tracemalloc.start()
    (crop,) = as_crops([mask], 2000, 3000)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert crop.area == 2981 * 1981
    assert peak < 1e6  # the mask has 6 MB
