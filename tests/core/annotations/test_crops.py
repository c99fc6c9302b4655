import numpy as np
import pytest

from viz_core.annotations.crops import decode_rle, fill_polygons

SQUARE = [2, 1, 6, 1, 6, 4, 2, 4]


@pytest.fixture
def filled(whole):
    """Return a function that fills polygons in a mask of the image's size."""
    return lambda polygons, *size: whole(fill_polygons(polygons, *size), *size)


def test_a_hole_is_left_by_even_odd_and_parts_are_united(filled):
    outer, inner = [1, 1, 9, 1, 9, 7, 1, 7], [3, 3, 6, 3, 6, 5, 3, 5]
    joined = np.array([*outer, outer[0], outer[1], *inner, inner[0], inner[1]])
    assert not filled([joined], 8, 10)[3, 4]
    assert filled([outer, inner], 8, 10)[3, 4]
    two = filled([SQUARE, [7, 5, 9, 5, 9, 8, 7, 8]], 8, 10)
    assert two.sum() == 12 + 6


def test_a_polygon_is_cut_at_the_image(filled):
    assert filled([[-50, -50, 50, -50, 50, 50, -50, 50]], 4, 5).all()
    assert not filled([[50, 50, 60, 50, 60, 60]], 4, 5).any()
    assert not filled([], 4, 5).any()
    assert not filled([[1, 1]], 4, 5).any()


@pytest.mark.parametrize("polygon", [[1, 2, 3], [1, 2, float("nan"), 4]])
def test_broken_polygons_are_refused(polygon):
    with pytest.raises(ValueError, match="a polygon must be finite coordinates"):
        fill_polygons([polygon], 4, 5)


def test_a_circle_is_filled_where_pixel_middles_are_inside(filled):
    angle = np.linspace(0, 2 * np.pi, 2000, endpoint=False)
    mask = filled([np.stack([40 + 30 * np.cos(angle), 35 + 20 * np.sin(angle)], 1)], 70, 80)
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
def test_decodes_what_was_encoded(whole, seed):
    random = np.random.default_rng(seed)
    height, width = random.integers(1, 60, 2)
    mask = np.repeat(random.random((height, width)) < 0.5, 1 + seed * 3, axis=0)
    counts = runs(mask)
    text = compressed(counts)
    for given in (counts, np.array(counts), text, text.encode()):
        crop = decode_rle({"size": list(mask.shape), "counts": given})
        assert (whole(crop, *mask.shape) == mask).all()


def test_a_known_one_in_cocos_own_characters(whole):
    # pycocotools.mask.encode of a 4 x 5 mask whose middle 2 x 2 pixels are set
    found = decode_rle({"size": [4, 5], "counts": b"52207"})
    assert np.argwhere(whole(found, 4, 5)).tolist() == [[1, 1], [1, 2], [2, 1], [2, 2]]


@pytest.mark.parametrize(
    ("rle", "match"),
    [
        ({"size": [2, 2]}, "'size' and 'counts', got"),
        ({"size": [2, 2], "counts": [1, 2]}, "add up to 4 pixels, none negative, got 3"),
        ({"size": [2, 2], "counts": [5, -1]}, "add up to 4 pixels"),
        ({"size": [2, 2], "counts": b"\x7f"}, "cut or not COCO's"),
        ({"size": [2, 2], "counts": "P"}, "cut or not COCO's"),
    ],
)
def test_broken_ones_are_refused(rle, match):
    with pytest.raises(ValueError, match=match):
        decode_rle(rle)


def test_polygons_are_filled_row_by_row_as_they_are_crossed(filled):
    random = np.random.default_rng(0)
    for _ in range(300):
        height, width = random.integers(1, 40, 2)
        x, y = (random.uniform(-0.5, 1.5, (random.integers(3, 12), 2)) * (width, height)).T
        if random.random() < 0.5:  # corners in the middles of pixels
            x, y = np.round(x) + 0.5, np.round(y) + 0.5
        expected = np.zeros((height, width), bool)
        for row in range(height):
            for x0, y0, x1, y1 in zip(x, y, np.roll(x, -1), np.roll(y, -1), strict=True):
                if min(y0, y1) <= row + 0.5 < max(y0, y1):
                    at = x0 + (row + 0.5 - y0) * (x1 - x0) / (y1 - y0)
                    expected[row] ^= np.arange(width) + 0.5 >= at
        assert (filled([np.stack([x, y], axis=1)], height, width) == expected).all()


def test_coordinates_without_end_are_cut(filled):
    assert filled([[-1e308, -1e308, 1e308, -1e308, 1e308, 1e308, -1e308, 1e308]], 4, 5).all()
