import numpy as np
import pytest

from viz_mmdet_adapter.masks import as_masks, decode_rle, fill_polygons

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
        FILLED[None].astype(np.uint8),
        FILLED[None] * np.uint8(255),
        FILLED[None].astype(np.int64),
        FILLED[None] * 0.9,
        [FILLED],
        [[SQUARE]],
        [[np.array(SQUARE).reshape(4, 2)]],
        [{"size": [8, 10], "counts": [17, 3, 5, 3, 5, 3, 5, 3, 36]}],
        Bitmaps(),
    ],
    ids=str,
)
def test_masks_of_any_kind_are_the_same(masks):
    found = as_masks(masks, 8, 10)
    assert found.dtype == np.bool_
    assert found.shape == (1, 8, 10)
    assert (found[0] == FILLED).all()


def test_none_are_fine():
    assert as_masks([], 8, 10).shape == (0, 8, 10)
    assert as_masks(np.zeros((0, 8, 10), bool), 8, 10).shape == (0, 8, 10)


def test_floats_count_above_a_half():
    assert as_masks(np.array([[[0.2, 0.5, 0.51]]]), 1, 3).tolist() == [[[False, False, True]]]


def test_another_size_or_kind_is_refused():
    with pytest.raises(ValueError, match=r"\(N, 8, 10\), got \(1, 8, 9\)"):
        as_masks(FILLED[None, :, :-1], 8, 10)
    with pytest.raises(ValueError, match=r"\(N, 8, 10\), got \(8, 9\)"):
        as_masks([FILLED[:, :-1]], 8, 10)
    with pytest.raises(TypeError, match="got int"):
        as_masks(3, 8, 10)


def test_a_hole_is_left_by_even_odd_and_parts_are_united():
    outer, inner = [1, 1, 9, 1, 9, 7, 1, 7], [3, 3, 6, 3, 6, 5, 3, 5]
    joined = np.array([*outer, outer[0], outer[1], *inner, inner[0], inner[1]])
    assert not fill_polygons([joined], 8, 10)[3, 4]
    assert fill_polygons([outer, inner], 8, 10)[3, 4]
    two = fill_polygons([SQUARE, [7, 5, 9, 5, 9, 8, 7, 8]], 8, 10)
    assert two.sum() == 12 + 6


def test_a_polygon_is_cut_at_the_image():
    assert fill_polygons([[-50, -50, 50, -50, 50, 50, -50, 50]], 4, 5).all()
    assert not fill_polygons([[50, 50, 60, 50, 60, 60]], 4, 5).any()
    assert not fill_polygons([], 4, 5).any()
    assert not fill_polygons([[1, 1]], 4, 5).any()


@pytest.mark.parametrize("polygon", [[1, 2, 3], [1, 2, float("nan"), 4]])
def test_broken_polygons_are_refused(polygon):
    with pytest.raises(ValueError, match="a polygon must be finite coordinates"):
        fill_polygons([polygon], 4, 5)


def test_a_circle_is_filled_where_pixel_middles_are_inside():
    angle = np.linspace(0, 2 * np.pi, 2000, endpoint=False)
    mask = fill_polygons([np.stack([40 + 30 * np.cos(angle), 35 + 20 * np.sin(angle)], 1)], 70, 80)
    rows, columns = np.mgrid[:70, :80] + 0.5
    inside = ((columns - 40) / 30) ** 2 + ((rows - 35) / 20) ** 2
    assert mask[inside < 0.999].all()
    assert not mask[inside > 1.001].any()


def compressed(counts):
    """Write COCO's compression as its definition has it: one number after the other."""
    text = ""
    for i, count in enumerate(counts):
        number = count - (counts[i - 2] if i > 2 else 0)
        while True:
            low, number = number & 31, number >> 5
            more = number != (-1 if low & 16 else 0)
            text += chr(48 + low + 32 * more)
            if not more:
                break
    return text


def runs(mask):
    """Return the lengths of runs of 0 and 1 in turn, down the columns."""
    counts, value = [0], 0
    for pixel in mask.T.reshape(-1).tolist():
        if pixel != value:
            counts.append(0)
            value = pixel
        counts[-1] += 1
    return counts


@pytest.mark.parametrize("seed", range(20))
def test_decodes_what_was_encoded(seed):
    random = np.random.default_rng(seed)
    height, width = random.integers(1, 60, 2)
    mask = np.repeat(random.random((height, width)) < 0.5, 1 + seed * 3, axis=0)
    counts = runs(mask)
    text = compressed(counts)
    for given in (counts, np.array(counts), text, text.encode()):
        found = decode_rle({"size": list(mask.shape), "counts": given})
        assert found.dtype == np.bool_
        assert (found == mask).all()


def test_a_known_one_in_cocos_own_characters():
    # pycocotools.mask.encode of a 4 x 5 mask whose middle 2 x 2 pixels are set
    found = decode_rle({"size": [4, 5], "counts": b"52207"})
    assert np.argwhere(found).tolist() == [[1, 1], [1, 2], [2, 1], [2, 2]]


@pytest.mark.parametrize(
    ("rle", "match"),
    [
        ({"size": [2, 2]}, "'size' and 'counts', got"),
        ({"size": [2, 2], "counts": [1, 2]}, "add up to 4 pixels, got 3"),
        ({"size": [2, 2], "counts": [5, -1]}, "add up to 4 pixels"),
        ({"size": [2, 2], "counts": b"\x7f"}, "cut or not COCO's"),
        ({"size": [2, 2], "counts": "P"}, "cut or not COCO's"),
    ],
)
def test_broken_ones_are_refused(rle, match):
    with pytest.raises(ValueError, match=match):
        decode_rle(rle)
