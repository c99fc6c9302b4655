from types import SimpleNamespace

import numpy as np
import pytest

from viz_core import Canvas, compare_annotations, draw_comparison
from viz_core.annotations import overlaps
from viz_core.annotations.crops import fill_polygons
from viz_core.annotations.overlaps import box_overlaps, mask_overlaps, rotated_overlaps

TRUE = {"bboxes": np.array([[20.0, 20, 60, 60], [80, 20, 120, 60], [20, 80, 60, 110]])}
TRUE["labels"] = [0, 1, 0]


def square(x1, y1, x2, y2):
    return [[x1, y1, x2, y1, x2, y2, x1, y2]]


def turned(x1, y1, x2, y2):
    return [(x1 + x2) / 2, (y1 + y2) / 2, x2 - x1, y2 - y1, 0]


def test_overlaps_of_boxes_are_their_intersection_over_union():
    one, other = np.array([[0.0, 0, 10, 10]]), np.array([[5.0, 0, 15, 10], [10, 0, 20, 10]])
    assert box_overlaps(one, other)[0].tolist() == pytest.approx([50 / 150, 0])


@pytest.mark.parametrize("angle", [0, 30, 90, 135, -200])
def test_overlaps_of_turned_boxes_do_not_depend_on_how_both_are_turned(angle):
    def rotated(x, y, width, height, extra=0):
        turn = np.radians(angle)
        place = [x * np.cos(turn) - y * np.sin(turn), x * np.sin(turn) + y * np.cos(turn)]
        return np.array([[50 + place[0], 40 + place[1], width, height, angle + extra]])

    half = rotated_overlaps(rotated(0, 0, 20, 10), rotated(10, 0, 20, 10))
    assert half[0, 0] == pytest.approx(100 / 300)
    cross = rotated_overlaps(rotated(0, 0, 30, 10), rotated(0, 0, 30, 10, extra=90))
    assert cross[0, 0] == pytest.approx(100 / 500)
    assert rotated_overlaps(rotated(0, 0, 9, 9), rotated(30, 0, 9, 9))[0, 0] == 0


def test_a_square_that_is_turned_by_45_degrees_overlaps_in_an_octagon():
    found = rotated_overlaps(np.array([[0.0, 0, 2, 2, 0]]), np.array([[0.0, 0, 2, 2, 45]]))
    octagon = 8 * (np.sqrt(2) - 1)
    assert found[0, 0] == pytest.approx(octagon / (8 - octagon))


def test_overlaps_of_masks_are_those_of_their_pixels():
    one, other = (fill_polygons(square(*box), 50, 50) for box in ((0, 0, 20, 20), (10, 0, 30, 20)))
    apart = fill_polygons(square(40, 40, 45, 45), 50, 50)
    assert mask_overlaps([one], [other, apart])[0].tolist() == pytest.approx([200 / 600, 0])


def shifted(kind, shift=4.0):
    """Return the truth, and a prediction of its first two objects beside a wrong one."""
    boxes = TRUE["bboxes"]
    moved = boxes[:2] + np.array([shift, 0, shift, 0])
    found = np.vstack([moved, [100.0, 80, 150, 110]])
    make = {
        "bboxes": lambda boxes: {"bboxes": boxes},
        "rotated_bboxes": lambda boxes: {"rotated_bboxes": [turned(*box) for box in boxes]},
        "masks": lambda boxes: {"masks": [square(*box) for box in boxes]},
    }[kind]
    prediction = {**make(found), "labels": [0, 1, 0], "scores": [0.9, 0.8, 0.7]}
    return {**make(boxes), "labels": TRUE["labels"]}, prediction


@pytest.mark.parametrize("kind", ["bboxes", "rotated_bboxes", "masks"])
def test_what_is_found_wrong_and_missed_is_told_of_every_kind(kind):
    found = compare_annotations(*shifted(kind), image_size=(160, 120))
    assert found.matches.tolist() == [0, 1, -1]
    assert found.missed.tolist() == [2]
    assert found.overlaps.tolist() == pytest.approx([36 / 44, 36 / 44, 0], abs=0.01)


def test_an_object_is_found_by_its_class_and_above_the_threshold_alone():
    truth, prediction = shifted("bboxes")
    other = compare_annotations(truth, {**prediction, "labels": [1, 1, 0]})
    assert other.matches.tolist() == [-1, 1, -1]
    strict = compare_annotations(truth, prediction, iou_thr=0.9)
    assert strict.matches.tolist() == [-1, -1, -1]
    assert strict.missed.tolist() == [0, 1, 2]


def test_of_two_that_find_the_same_the_higher_score_has_it():
    boxes = np.array([[20.0, 20, 60, 60], [22, 20, 62, 60]])
    prediction = {"bboxes": boxes, "labels": [0, 0], "scores": [0.5, 0.9]}
    assert compare_annotations(TRUE, prediction).matches.tolist() == [-1, 0]
    assert compare_annotations(TRUE, {**prediction, "scores": None}).matches.tolist() == [0, -1]


def test_sides_without_objects_are_compared():
    empty = {"bboxes": np.zeros((0, 4)), "labels": []}
    assert compare_annotations(TRUE, empty).missed.tolist() == [0, 1, 2]
    assert compare_annotations(empty, TRUE).matches.tolist() == [-1, -1, -1]
    assert compare_annotations(None, None).matches.tolist() == []


def test_sides_of_different_kinds_are_refused():
    masks = SimpleNamespace(masks=np.ones((1, 120, 160), bool))
    with pytest.raises(ValueError, match="must both have boxes, or both masks with image_size="):
        compare_annotations(TRUE, masks)


@pytest.mark.parametrize("masked", [0, 1])
def test_masks_without_boxes_are_compared_by_the_boxes_around_them(masked):
    inside = np.zeros((3, 120, 160), bool)
    for mask, (x1, y1, x2, y2) in zip(inside, TRUE["bboxes"].astype(int), strict=True):
        mask[y1:y2, x1:x2] = True
    sides = [TRUE, TRUE]
    sides[masked] = {"masks": inside, "labels": TRUE["labels"]}
    found = compare_annotations(*sides, image_size=(160, 120))
    assert found.matches.tolist() == [0, 1, 2]
    assert found.overlaps.tolist() == [1, 1, 1]
    image, found = drawn(*sides)
    assert found.matches.tolist() == [0, 1, 2]
    assert (image[20:110, 20:120] == (0, 158, 115)).all(axis=-1).any()


def drawn(*sides, **options):
    canvas = Canvas(np.full((120, 160, 3), 90, np.uint8))
    found = draw_comparison(canvas, *sides, **options)
    return canvas.get_image(), found


RGB = [(255, 0, 0), (0, 255, 0), (0, 0, 255)]


@pytest.mark.parametrize("kind", ["bboxes", "rotated_bboxes", "masks"])
def test_each_state_has_its_color(kind):
    style = {"labels": "none", "mask_alpha": 1.0, "line_width": 2}
    image, found = drawn(*shifted(kind), style=style, colors=RGB)
    assert found.matches.tolist() == [0, 1, -1]
    for x, y, color in ((24, 44, RGB[0]), (125, 80, RGB[1]), (40, 80, RGB[2])):
        near = image[y : y + 5, x - 2 : x + 3].reshape(-1, 3).astype(int)
        assert np.abs(near - color).sum(axis=1).min() < 60


def test_the_true_outline_of_what_was_found_is_dashed():
    truth, prediction = shifted("bboxes", shift=8)
    image, _ = drawn(truth, prediction, style={"labels": "none"}, colors=RGB)
    left = image[24:56, 20].astype(int)
    pale = np.array([255, 166, 166])
    dashes = np.abs(left - pale).sum(axis=1) < 90
    assert dashes.any()
    assert (np.abs(left - 90).sum(axis=1) < 90).any()


def test_labels_say_how_much_it_overlaps_and_the_legend_counts():
    class Recording(Canvas):
        def draw_texts(self, texts, *arguments, **style):
            said.extend(texts)
            return super().draw_texts(texts, *arguments, **style)

        def draw_legend(self, entries, *arguments, **style):
            legends.append(list(entries))
            return super().draw_legend(entries, *arguments, **style)

    said, legends = [], []
    canvas = Recording(np.full((480, 640, 3), 90, np.uint8))
    draw_comparison(canvas, *shifted("bboxes"), classes=["cat", "dog"])
    assert sorted(said) == ["cat", "cat 70%", "cat 90% IoU 0.82", "dog 80% IoU 0.82"]
    assert legends == [["TP 2", "FP 1", "FN 1"]]


def test_names_that_both_sides_have_are_their_classes():
    box = np.array([[20.0, 20, 60, 60]])
    named = [{"bboxes": box, "label_names": [name]} for name in ("cat", "dog")]
    assert compare_annotations(named[0], named[1]).missed.tolist() == [0]
    assert compare_annotations(named[0], named[0]).matches.tolist() == [0]
    # Each side numbers its own names.
    two = {"bboxes": np.vstack([box + 100, box]), "labels": ["cat", "dog"]}
    two["label_names"] = two["labels"]
    assert compare_annotations(two, {**named[1], "labels": ["dog"]}).matches.tolist() == [1]
    assert compare_annotations(named[0], {"bboxes": box, "labels": [0]}).matches.tolist() == [0]


@pytest.mark.parametrize("turned_side", [0, 1])
def test_turned_boxes_are_compared_with_upright_ones_and_both_are_drawn(turned_side):
    upright = [(10.0, 10, 50, 40), (70.0, 60, 110, 90)]
    sides = [{"bboxes": np.array([box])} for box in upright]
    box = upright[turned_side]
    sides[turned_side] = {"rotated_bboxes": [turned(*box)]}
    canvas = Canvas(np.zeros((120, 160, 3), np.uint8))
    found = draw_comparison(canvas, *sides, style={"labels": "none"})
    assert (found.matches.tolist(), found.missed.tolist()) == ([-1], [0])
    for x1, _, _, y2 in upright:
        assert canvas.get_image()[y2 - 8, int(x1)].any()
    same = compare_annotations({"bboxes": np.array([box])}, {"rotated_bboxes": [turned(*box)]})
    assert same.overlaps.tolist() == pytest.approx([1])


def test_few_of_many_turned_boxes_are_clipped(monkeypatch):
    clipped = []
    real = overlaps._clipped
    monkeypatch.setattr(overlaps, "_clipped", lambda *boxes: clipped.append(0) or real(*boxes))
    spots = np.random.default_rng(3).uniform(0, 400, (300, 2))
    boxes = np.hstack([spots, np.full((300, 2), [90.0, 60]), np.full((300, 1), 25.0)])
    side = {"rotated_bboxes": boxes, "labels": np.arange(300) % 5}
    assert compare_annotations(side, side, iou_thr=0.5).matches.tolist() == list(range(300))
    assert len(clipped) < 300 * 300 / 50  # 13 % of the boxes around them meet


@pytest.mark.parametrize("scored", [True, False])
@pytest.mark.parametrize("seed", range(4))
def test_each_takes_the_largest_overlap_that_is_left(seed, scored):
    rng = np.random.default_rng(seed)
    corners = rng.integers(0, 12, (60, 2)).astype(float)  # many overlap, and some alike
    boxes, labels = np.hstack([corners, corners + 8]), rng.integers(0, 2, 60)
    truth = {"bboxes": boxes[:30], "labels": labels[:30]}
    prediction = {"bboxes": boxes[30:], "labels": labels[30:]}
    order, free = list(range(30)), set(range(30))
    if scored:
        prediction["scores"] = rng.integers(0, 5, 30) / 5
        order.sort(key=lambda i: -prediction["scores"][i])
    expected = [-1] * 30
    values = box_overlaps(boxes[30:], boxes[:30])
    for i in order:
        left = [j for j in sorted(free) if labels[30 + i] == labels[j] and values[i, j] >= 0.4]
        if left:
            expected[i] = max(left, key=lambda j: values[i, j])
            free.remove(expected[i])
    found = compare_annotations(truth, prediction, iou_thr=0.4)
    assert found.matches.tolist() == expected
    assert found.missed.tolist() == sorted(free)
