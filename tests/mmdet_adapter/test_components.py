import numpy as np
import pytest

from viz_mmdet_adapter.components import find_extent, find_runs, largest_components


def flooded(values):
    """Return the largest 8-connected part of each value, pixel by pixel."""
    seen = np.zeros(values.shape, bool)
    best = {}
    for start in np.ndindex(values.shape):
        if seen[start]:
            continue
        seen[start] = True
        stack, part = [start], []
        while stack:
            row, column = stack.pop()
            part.append((column, row))
            for y in range(max(row - 1, 0), min(row + 2, values.shape[0])):
                for x in range(max(column - 1, 0), min(column + 2, values.shape[1])):
                    if not seen[y, x] and values[y, x] == values[row, column]:
                        seen[y, x] = True
                        stack.append((y, x))
        key = values[start]
        if len(part) > len(best.get(key, ())):
            best[key] = part
    return {key: (len(part), np.mean(part, axis=0)) for key, part in best.items()}


@pytest.mark.parametrize("seed", range(30))
def test_the_largest_parts_are_those_of_a_flood_fill(seed):
    random = np.random.default_rng(seed)
    height, width = random.integers(1, 30, 2)
    values = random.integers(0, random.integers(1, 6), (height, width)) * 1000 - 7
    runs = find_runs(values)
    areas, centers = largest_components(runs)
    expected = flooded(values)
    assert runs.keys.tolist() == sorted(expected)
    for key, area, center in zip(runs.keys.tolist(), areas, centers, strict=True):
        assert area == expected[key][0]
        assert center == pytest.approx(expected[key][1])


def test_a_spiral_is_one_part():
    spiral = np.zeros((41, 41), bool)
    for ring in range(0, 20, 2):
        spiral[ring, ring : 41 - ring] = spiral[40 - ring, ring : 41 - ring] = True
        spiral[ring : 41 - ring, 40 - ring] = spiral[ring + 2 : 41 - ring, ring] = True
        spiral[ring + 2, ring + 1] = True
    areas, _ = largest_components(find_runs(spiral))
    assert areas[-1] == flooded(spiral)[True][0] == spiral.sum()


def test_rows_do_not_touch_around_the_border():
    values = np.zeros((3, 4), int)
    values[0, 3] = values[1, 0] = 1
    areas, _ = largest_components(find_runs(values))
    assert areas.tolist() == [10, 1]


def test_the_runs_make_the_map_again():
    values = np.random.default_rng(0).integers(0, 3, (7, 9))
    runs = find_runs(values)
    assert (np.repeat(runs.keys[runs.which], runs.lengths).reshape(7, 9) == values).all()


def test_the_extent_is_that_of_the_true_pixels():
    mask = np.zeros((8, 9), bool)
    assert find_extent(mask) is None
    mask[2, 3] = mask[5, 1] = True
    assert find_extent(mask) == (slice(2, 6), slice(1, 4))
