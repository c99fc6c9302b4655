import numpy as np
import pytest

from viz_core.annotations.components import find_extent, find_runs, largest_components


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
    return best


@pytest.mark.parametrize("seed", range(30))
def test_the_largest_parts_are_those_of_a_flood_fill(seed):
    random = np.random.default_rng(seed)
    height, width = random.integers(1, 30, 2)
    values = random.integers(0, random.integers(1, 6), (height, width)) * 1000 - 7
    runs = find_runs(values)
    expected = flooded(values)
    assert runs.keys.tolist() == sorted(expected)
    for key, area, center, is_inside in zip(
        runs.keys.tolist(), *largest_components(runs), strict=True
    ):
        part = expected[key]
        mean = np.mean(part, axis=0)
        assert area == len(part)
        assert is_inside == (tuple(np.rint(mean).tolist()) in part)
        if is_inside:
            assert center == pytest.approx(mean)
        assert tuple(np.floor(center).tolist()) in part or is_inside


def ring():
    rows, columns = np.mgrid[:41, :61] - np.array([20, 30])[:, None, None]
    return (rows**2 + columns**2 < 400) & (rows**2 + columns**2 >= 100)


def corner():
    letter = np.zeros((41, 61), bool)
    letter[:, :10] = letter[31:] = True
    return letter


def around():
    background = np.ones((41, 61), bool)
    background[11:, 20:40] = False
    return background


@pytest.mark.parametrize(
    ("make", "place"), [(ring, (30, 5.5)), (corner, (30, 35.5)), (around, (30, 5))]
)
def test_what_does_not_hold_its_centroid_has_the_middle_of_its_longest_run(make, place):
    shape = make()
    found = largest_components(find_runs(shape))
    assert not found.are_inside[-1]
    assert np.abs(found.centers[-1] - place).max() <= 0.5
    x, y = found.centers[-1].astype(int)
    assert shape[y, x]


def test_a_spiral_is_one_part():
    spiral = np.zeros((41, 41), bool)
    for ring in range(0, 20, 2):
        spiral[ring, ring : 41 - ring] = spiral[40 - ring, ring : 41 - ring] = True
        spiral[ring : 41 - ring, 40 - ring] = spiral[ring + 2 : 41 - ring, ring] = True
        spiral[ring + 2, ring + 1] = True
    areas = largest_components(find_runs(spiral)).areas
    assert areas[-1] == len(flooded(spiral)[True]) == spiral.sum()


def test_rows_do_not_touch_around_the_border():
    values = np.zeros((3, 4), int)
    values[0, 3] = values[1, 0] = 1
    areas = largest_components(find_runs(values)).areas
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
