import numpy as np
import pytest

from viz_core import get_palette, jitter_color
from viz_core.annotations.palette import DISTINCT, class_colors, distinct_palette


def test_known_palettes_have_their_lengths_and_first_colors():
    for name, count, first, last in (
        ("coco", 80, (220, 20, 60), (191, 162, 208)),
        ("coco", 133, (220, 20, 60), (250, 141, 255)),
        ("citys", 8, (220, 20, 60), (119, 11, 32)),
        ("voc", 20, (106, 0, 228), (183, 130, 88)),
    ):
        palette = get_palette(name, count)
        assert len(palette) == count
        assert (palette[0], palette[-1]) == (first, last)


def test_lists_are_taken_as_they_are_and_tuples_repeated():
    palette = [(1, 2, 3), (4, 5, 6)]
    assert get_palette(palette, 1) is palette
    assert get_palette((1, 2, 3), 2) == [(1, 2, 3)] * 2
    assert get_palette("red", 2) == [(255, 0, 0)] * 2
    assert get_palette("green", 1) == [(0, 255, 0)]
    assert get_palette("tab:blue", 1) == [(31, 119, 180)]


def test_changing_a_palette_does_not_change_the_next_one():
    for name in ("coco", "voc", "citys", "distinct"):
        get_palette(name, 8).clear()
        assert len(get_palette(name, 8)) >= 8


def test_random_is_the_same_every_time_and_leaves_the_global_generator_alone():
    np.random.seed(7)
    expected = np.random.rand()
    np.random.seed(7)
    assert get_palette("random", 5) == get_palette(None, 5) == get_palette("random", 9)[:5]
    jitter_color((100, 100, 100))
    class_colors(None, range(50))
    assert np.random.rand() == expected


@pytest.mark.parametrize(
    ("palette", "count", "error", "match"),
    [
        ([(1, 2, 3)], 2, ValueError, "each of the 2 classes, got 1"),
        ("citys", 19, ValueError, "each of the 19 classes, got 8"),
        ("no such color", 1, ValueError, "'no such color'"),
        (7, 1, TypeError, "got int: 7"),
        ("coco", 1.0, TypeError, "num_classes must be an int, got 1.0"),
    ],
)
def test_wrong_palettes_are_refused(palette, count, error, match):
    with pytest.raises(error, match=match):
        get_palette(palette, count)


def test_jitter_stays_near_within_range_and_is_the_same_every_time():
    base = np.array([10, 128, 250])
    colors = [jitter_color(tuple(base), seed) for seed in range(200)]
    assert colors == [jitter_color(tuple(base), seed) for seed in range(200)]
    assert len(set(colors)) > 150
    assert np.abs(np.array(colors) - base).max() <= 64
    assert np.min(colors) >= 0
    assert np.max(colors) <= 255


def test_a_thousand_distinct_colors_differ():
    colors = np.array(distinct_palette(1000))
    assert len(np.unique(colors, axis=0)) == 1000
    difference = np.abs(colors[:, None] - colors).max(axis=-1)
    assert difference[~np.eye(1000, dtype=bool)].min() >= 15
    first = difference[:12, :12]
    assert first[~np.eye(12, dtype=bool)].min() >= 60


def test_the_first_distinct_colors_are_seen_in_shadows_and_are_no_grays():
    colors = np.array(distinct_palette(20))
    assert colors.max(axis=1).min() >= 130
    assert np.ptp(colors, axis=1).min() >= 70


def test_distinct_colors_are_those_of_any_longer_palette_and_start_over():
    assert distinct_palette(1000)[:37] == distinct_palette(37)
    assert distinct_palette(0) == []
    assert distinct_palette(DISTINCT + 2)[-2:] == distinct_palette(2)


def test_labels_that_a_palette_lacks_get_distinct_colors():
    palette = [(1, 2, 3), [4, 5, 6]]
    spare = distinct_palette(8)
    assert class_colors(palette, [0, 1, 2, 7]) == [(1, 2, 3), (4, 5, 6), spare[2], spare[7]]
    assert class_colors(tuple(palette), [1]) == [(4, 5, 6)]
    assert class_colors(np.array(palette), [1]) == [(4, 5, 6)]
    assert class_colors([], [3]) == [spare[3]]
    assert len(class_colors(None, [-1, 10**12])) == 2


def test_one_color_is_for_all_labels():
    assert class_colors("white", [0, 10**9, -4]) == [(255, 255, 255)] * 3
    assert class_colors((7, 8, 9), [0, 10**9, -4]) == [(7, 8, 9)] * 3


def test_a_palette_in_a_dict_is_by_label():
    red, blue = [tuple(ink[:3]) for ink in class_colors({0: "red", "3": "blue"}, [0, 3])]
    assert (red, blue) == ((255, 0, 0), (0, 0, 255))
    with pytest.raises(TypeError, match=r"by label, as \{1: 'red'.*got \['person'\]"):
        class_colors({"person": "red"}, [0])
