import numpy as np
import pytest

from viz_mmdet_adapter.rle import decode_rle


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
