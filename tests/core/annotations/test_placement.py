"""Where labels go: each can be read, and none hides a small object."""

import numpy as np
import pytest

from viz_core import place_labels

IMAGE = (640, 480)


def overlaps(one, many):
    """Return the area that a rectangle shares with each of many."""
    low, high = np.maximum(one[:2], many[:, :2]), np.minimum(one[2:], many[:, 2:])
    return np.maximum(high - low, 0).prod(axis=1)


def hidden(rectangles, order):
    """Return which part of each label those hide that choose before it, pixel by pixel."""
    canvas = np.zeros(IMAGE[::-1], bool)
    parts = np.zeros(len(rectangles))
    for number in order:
        x1, y1, x2, y2 = np.round(rectangles[number]).astype(int)
        parts[number] = canvas[y1:y2, x1:x2].mean()
        canvas[y1:y2, x1:x2] = True
    return parts


def scene(seed, count, sides):
    """Return boxes, sizes of labels and scores."""
    rng = np.random.default_rng(seed)
    wide = rng.uniform(*sides, (count, 2))
    low = rng.uniform(0, 1, (count, 2)) * (IMAGE - wide)
    sizes = np.stack([rng.uniform(55, 120, count), np.full(count, 17.0)], axis=1)
    return np.hstack([low, low + wide]), sizes, rng.random(count)


def place(bboxes, sizes, scores, **how):
    """Return the placement, the labels' rectangles, and the order in which they chose."""
    placement = place_labels(bboxes, sizes, IMAGE, priorities=scores, **how)
    rectangles = np.hstack([placement.positions, placement.positions + sizes])
    return placement, rectangles, np.argsort(-scores, kind="stable")


def only(bbox, size=(60, 20), image=IMAGE):
    """Return where the label of a box that is alone goes."""
    placement = place_labels(bbox, size, image)
    assert placement.placed.tolist() == [True]
    assert np.isnan(placement.leaders).all()
    return placement.positions[0].tolist()


def test_the_label_of_a_large_box_is_in_its_corner():
    assert only([100, 100, 300, 300]) == [100, 100]


def test_the_label_of_a_small_box_is_above_it():
    assert only([100, 100, 300, 143]) == [100, 80]  # 2.2 heights of the label are 44
    assert only([100, 100, 300, 145]) == [100, 100]


@pytest.mark.parametrize(
    ("bbox", "place"),
    [
        ([100, 5, 120, 25], [100, 25]),  # below
        ([100, 5, 120, 475], [120, 5]),  # to the right
        ([600, 5, 630, 475], [540, 5]),  # to the left
        ([630, 100, 640, 110], [580, 80]),  # above, moved into the image
    ],
)
def test_a_small_box_at_the_border_is_not_hidden(bbox, place):
    assert only(bbox) == place


def test_a_label_that_is_larger_than_the_image_begins_at_its_corner():
    placement = place_labels([10, 10, 90, 90], (1e300, 1e300), (100, 100))
    assert placement.positions.tolist() == [[0, 0]]
    assert not placement.placed  # it hides its object


def test_a_box_outside_has_its_label_at_the_border():
    assert only([-1e308, 200, -5, 300]) == [0, 180]


def test_the_higher_priority_has_the_better_place():
    bboxes, sizes = [[100, 100, 300, 300]] * 2, [[60, 20]] * 2
    first = place_labels(bboxes, sizes, IMAGE)
    assert first.positions.tolist() == [[100, 100], [100, 80]]
    other = place_labels(bboxes, sizes, IMAGE, priorities=[0.1, 0.9])
    assert other.positions.tolist() == [[100, 80], [100, 100]]
    equal = place_labels(bboxes, sizes, IMAGE, priorities=[0.5, 0.5])
    assert equal.positions.tolist() == first.positions.tolist()


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize(
    ("count", "sides", "most_hidden"), [(40, (40, 150), 0), (60, (4, 14), 0), (100, (40, 150), 1)]
)
def test_labels_can_be_read_and_hide_no_small_object(seed, count, sides, most_hidden):
    bboxes, sizes, scores = scene(seed, count, sides)
    placement, rectangles, order = place(bboxes, sizes, scores)
    assert (rectangles[:, :2] >= 0).all()
    assert (rectangles[:, 2:] <= np.array(IMAGE) + 1e-9).all()
    parts = hidden(rectangles, order)
    assert (parts > 0.5).sum() <= most_hidden
    assert parts[placement.placed].max() < 0.1  # of whole pixels
    small = bboxes[(bboxes[:, 2:] - bboxes[:, :2]).min(axis=1) < 2.2 * 17]
    covered = np.array([overlaps(box, rectangles).max() for box in small])
    assert (covered < 0.5 * (small[:, 2:] - small[:, :2]).prod(axis=1)).all()


def test_a_label_away_from_its_box_has_a_line_to_it():
    bboxes, sizes, scores = scene(0, 100, (40, 150))
    placement, rectangles, _ = place(bboxes, sizes, scores)
    has_line = ~np.isnan(placement.leaders).any(axis=(1, 2))
    touches = np.array(
        [
            overlaps(box + np.array([-1, -1, 1, 1]), label[None])[0] > 0
            for box, label in zip(bboxes, rectangles, strict=True)
        ]
    )
    assert has_line.any()
    assert (has_line != touches).all()
    for (start, end), label, box in zip(
        placement.leaders[has_line], rectangles[has_line], bboxes[has_line], strict=True
    ):
        assert (np.clip(start, label[:2], label[2:]) == start).all()
        assert (np.clip(end, box[:2], box[2:]) == end).all()
        assert np.abs(start - end).max() <= 2.5 * 17 + 1e-9


def test_a_label_may_be_told_to_touch():
    bboxes, sizes, scores = scene(0, 100, (40, 150))
    placement, _, _ = place(bboxes, sizes, scores, max_distance=0)
    assert np.isnan(placement.leaders).all()


def test_where_nothing_is_free_it_says_so():
    placement = place_labels([[0, 0, 50, 50]] * 4, [[50, 20]] * 4, (50, 50))
    assert placement.placed.tolist() == [True, True, False, False]
    assert placement.positions.shape == (4, 2)


def test_equal_arguments_have_equal_results():
    one, two = (place(*scene(3, 100, (4, 150)))[0] for _ in range(2))
    assert one.positions.tobytes() == two.positions.tobytes()
    assert one.placed.tobytes() == two.placed.tobytes()


def test_no_boxes_have_no_labels():
    placement = place_labels(np.empty((0, 4)), np.empty((0, 2)), IMAGE)
    shapes = [placement.positions.shape, placement.placed.shape, placement.leaders.shape]
    assert shapes == [(0, 2), (0,), (0, 2, 2)]


def test_a_box_without_an_area_has_a_label():
    assert only([100, 100, 100, 100]) == [100, 80]


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (dict(bboxes=[10, 10, 5, 20]), "bboxes must be x1, y1, x2, y2 with x1 <= x2"),
        (dict(bboxes=[10, 10, np.nan, 20]), "bboxes must be finite"),
        (dict(sizes=[[60, 20], [60, 20]]), "sizes must have one row per bbox, got 2 for 1"),
        (dict(sizes=[60, -20]), "sizes must not be negative, got -20"),
        (dict(image_size=(0, 480)), "image_size must be a width and a height above 0"),
        (dict(priorities=[1, 2]), "priorities must have one entry per bbox, got 2 for 1"),
        (dict(max_distance=-1), "max_distance must not be negative"),
    ],
)
def test_an_error_names_the_argument(wrong, message):
    right = dict(bboxes=[10, 10, 50, 20], sizes=[60, 20], image_size=IMAGE)
    with pytest.raises(ValueError, match=message):
        place_labels(**(right | wrong))
