import tracemalloc

import numpy as np
import pytest

from viz_core import AnnotationStyle, Canvas, VizWarning, draw_annotations, jitter_color

RED, BLUE = (255, 0, 0), (0, 0, 255)
PALETTE = [RED, BLUE]


@pytest.fixture
def canvas(image):
    return Canvas(image)


def look(classes=None, *, boxes=None, masks=None, texts="style", alpha="style", **others):
    """Return how annotations are drawn: the last arguments of `draw_annotations`."""
    others |= dict(bbox_color=boxes, mask_color=masks, text_color=texts)
    others |= dict(bbox_alpha=alpha, mask_alpha=alpha)
    return {"classes": classes, "style": AnnotationStyle("mmdet", **others)}


def drawn(canvas, fields, how):
    draw_annotations(canvas, {"pred_instances": fields}, **how)
    return canvas.get_image()


def draw_semantic(canvas, semantic, how):
    draw_annotations(canvas, {"pred_sem_seg": semantic}, **how)


def draw_panoptic(canvas, panoptic, how):
    draw_annotations(canvas, {"pred_panoptic_seg": panoptic}, **how)


def test_boxes_have_the_colors_of_their_classes(canvas):
    fields = {"bboxes": np.array([[20.0, 30, 80, 90], [100, 50, 150, 110]]), "labels": [0, 1]}
    found = drawn(canvas, fields, look(boxes=PALETTE, alpha=1.0))
    assert tuple(found[70, 20]) == RED
    assert tuple(found[80, 150]) == BLUE
    assert (found[60, 90] == 90).all()


def test_masks_are_jittered_outlined_in_white_and_under_boxes(canvas, disk):
    box = np.array([[40.0, 20, 120, 100]])
    fields = {"bboxes": box, "labels": [0], "masks": disk[None]}
    found = drawn(canvas, fields, look(boxes=[BLUE], masks=[RED], alpha=1.0))
    assert tuple(found[60, 60]) == jitter_color(RED, 0)
    assert tuple(found[60 + 12, 80]) == (255, 255, 255)
    assert (found[60, 80] == 90).all()  # in the hole
    assert tuple(found[75, 40]) == BLUE  # over the contour


def test_a_large_mask_that_is_listed_last_hides_no_small_one(canvas):
    masks = np.zeros((3, 120, 160), bool)
    masks[0, 40:80, 70:110] = True
    masks[1, 50:70, 80:100] = True
    masks[2, 20:100, 30:130] = True
    box = np.array([[2.0, 2, 20, 12]])
    fields = {"labels": [0, 1, 0], "masks": masks, "bboxes": np.repeat(box, 3, axis=0)}
    found = drawn(canvas, fields, look(masks=[RED, BLUE], alpha=1.0))
    assert tuple(found[60, 90]) == jitter_color(BLUE, 1)
    assert tuple(found[45, 75]) == jitter_color(RED, 0)
    assert tuple(found[30, 120]) == jitter_color(RED, 2)
    assert tuple(found[40, 90]) == (255, 255, 255)


def test_memory_goes_with_the_area_of_the_objects():
    canvas = Canvas(np.zeros((2160, 3840, 3), np.uint8))
    square = np.array([0, 0, 90, 0, 90, 70, 0, 70])
    boxes = np.array([[20.0 + 60 * i, 30 + 30 * i, 110 + 60 * i, 100 + 30 * i] for i in range(60)])
    fields = {"bboxes": boxes, "masks": [[square + np.tile(box[:2], 4)] for box in boxes]}
    peaks = []
    for wanted in (["bboxes"], ["bboxes", "masks"]):
        for _ in range(2):  # what is kept from then on is made the first time
            tracemalloc.start()
            drawn(canvas, {name: fields[name] for name in wanted}, look())
            peaks.append(tracemalloc.get_traced_memory()[1])
            tracemalloc.stop()
    assert peaks[3] - peaks[1] < 20e6  # sixty whole masks are 498 MB


def test_masks_without_boxes_are_labelled_at_their_middle(canvas, disk):
    style = look(masks=[RED], texts="white", alpha=0.0)
    disk[48:73, 68:93] = True  # without its hole, in which the label would not stand
    for fields in (
        {"labels": [0], "masks": disk[None]},
        {"labels": [0], "masks": disk[None], "bboxes": np.zeros((1, 4))},
    ):
        canvas.set_image(np.full((120, 160, 3), 90, np.uint8))
        rows, columns = np.nonzero((drawn(canvas, fields, style) != 90).any(axis=-1))
        assert abs((columns.min() + columns.max()) / 2 - 80) <= 2
        assert abs(rows.min() - 60) <= 4


def test_an_empty_mask_among_others_moves_no_label(image, disk):
    style = look(classes=["cat", "dog"], masks="white", alpha=1.0)
    empty_first = {"labels": [1, 0], "masks": np.stack([np.zeros_like(disk), disk])}
    empty_last = {"labels": [0, 1], "masks": np.stack([disk, np.zeros_like(disk)])}
    first = drawn(Canvas(image), empty_first, style)
    last = drawn(Canvas(image), empty_last, style)
    written = (first < 150).all(axis=-1) & disk
    assert written.any()
    assert (written == ((last < 150).all(axis=-1) & disk)).all()


def test_boxes_that_are_not_finite_are_told_and_left_out(canvas):
    boxes = np.array([[np.nan, 0, 1, 1], [20, 30, 80, 90], [0, 0, np.inf, 5]])
    fields = {"bboxes": boxes, "labels": [0, 1, 0], "scores": [0.1, 0.2, 0.3]}
    with pytest.warns(VizWarning, match="2 of 3 boxes are not finite and are not drawn"):
        found = drawn(canvas, fields, look(boxes=PALETTE, alpha=1.0))
    assert tuple(found[70, 20]) == BLUE


def test_corners_in_the_wrong_order_are_the_same_box_and_told(image):
    style = look(boxes=[RED])
    right = drawn(Canvas(image), {"bboxes": np.array([[20.0, 30, 80, 90]])}, style)
    with pytest.warns(VizWarning, match="1 of 1 bboxes are not x1, y1, x2, y2"):
        wrong = drawn(Canvas(image), {"bboxes": np.array([[80.0, 30, 20, 90]])}, style)
    assert (right == wrong).all()


def test_scores_and_names_are_in_the_labels(image):
    def label(**fields):
        fields = {"bboxes": np.array([[10.0, 10, 150, 110]]), "labels": [0], **fields}
        return drawn(Canvas(image), fields, look(["cat"], boxes=[RED]))

    assert (label() == label(label_names=["cat"])).all()
    assert (label() != label(label_names=["dog"])).any()
    assert (label(scores=[0.98249]) == label(label_names=["cat: 98.2"])).all()
    assert (label(scores=[1]) == label(label_names=["cat: 100.0"])).all()


def test_nothing_to_draw_leaves_the_image(canvas, image):
    for fields in (
        {},
        {"bboxes": np.zeros((0, 4)), "labels": np.zeros(0, int)},
        {"masks": np.zeros((0, 120, 160), bool), "labels": []},
        {"labels": [1, 2], "scores": [0.5, 0.6]},
        {"masks": np.zeros((2, 120, 160), bool), "labels": [0, 1]},
    ):
        assert (drawn(canvas, fields, look()) == image).all()


@pytest.fixture
def halves():
    """A map of 0 on the left and 1 on the right, with a strip of 255 above."""
    ids = np.zeros((120, 160), np.int64)
    ids[:, 80:] = 1
    ids[:20] = 255
    return ids


def test_semantic_maps_have_the_colors_of_classes_and_leave_what_is_ignored(canvas, halves):
    style = look(["sky", "road"], masks=PALETTE, alpha=1.0)
    draw_semantic(canvas, {"sem_seg": halves[None]}, style)
    found = canvas.get_image()
    assert (found[:20] == 90).all()
    assert tuple(found[110, 5]) == RED
    assert tuple(found[110, 155]) == BLUE
    rows, columns = np.nonzero((found[20:, :80] != RED).any(axis=-1))
    assert abs((columns.min() + columns.max()) / 2 - 39.5) <= 2
    assert abs(rows.min() - 50) <= 4


def test_a_semantic_map_says_what_is_ignored_and_what_classes_are_called(image, halves):
    names = ["sky", "road"]
    given, said = Canvas(image), Canvas(image)
    draw_semantic(given, {"sem_seg": halves}, look(names, masks=PALETTE))
    field = {"sem_seg": np.where(halves == 255, 7, halves), "ignore_index": 7, "label_names": names}
    draw_semantic(said, field, look(["x"], masks=PALETTE))
    assert (given.get_image() == said.get_image()).all()


def test_unknown_classes_of_a_map_are_drawn_too(canvas):
    ids = np.full((120, 160), 3)
    ids[:, 80:] = 7
    draw_semantic(canvas, {"sem_seg": ids}, look(["only one"], masks=[RED], alpha=1.0))
    found = canvas.get_image()
    assert tuple(found[5, 5]) != tuple(found[5, 155])
    assert (found[5, [5, 155]] != 90).any(axis=-1).all()


def test_panoptic_segments_have_class_colors_white_borders_and_void(canvas):
    ids = np.zeros((120, 160), np.int32)
    ids[:, 80:] = 1001
    ids[100:] = 2  # void: as many as there are classes
    style = look(["cat", "dog"], masks=PALETTE, alpha=1.0)
    draw_panoptic(canvas, {"sem_seg": ids[None]}, style)
    found = canvas.get_image()
    assert tuple(found[10, 10]) == RED
    assert tuple(found[10, 150]) == BLUE
    assert (found[10, 79:81] == 255).all()
    assert (found[99:101, 10] == 255).all()
    assert (found[105:118, 10] == 90).all()


def test_two_instances_of_a_class_are_two_segments(canvas):
    ids = np.full((120, 160), 1000)
    ids[:, 80:] = 2000
    draw_panoptic(canvas, {"sem_seg": ids}, look(["cat"], masks=[RED], alpha=1.0))
    found = canvas.get_image()
    assert (found[10, 79:81] == 255).all()
    assert tuple(found[10, 10]) == tuple(found[10, 150]) == RED


def test_panoptic_maps_without_classes_are_drawn_whole(canvas):
    ids = np.full((120, 160), 5)
    draw_panoptic(canvas, {"sem_seg": ids}, look(alpha=1.0))
    assert (canvas.get_image()[10, 10] != 90).any()


@pytest.mark.parametrize("draw", [draw_semantic, draw_panoptic])
def test_maps_of_another_size_are_refused(canvas, draw):
    with pytest.raises(ValueError, match=r"\(120, 160\), got \(3, 4\)"):
        draw(canvas, {"sem_seg": np.zeros((3, 4), int)}, look())


def around_a_man():
    """A semantic map of a man, 1, and of the background around him, 0."""
    ids = np.zeros((120, 160), np.int64)
    ids[40:, 50:110] = 1
    return ids


def ring():
    rows, columns = np.mgrid[:120, :160]
    distance = (rows - 60) ** 2 + (columns - 80) ** 2
    return np.where((distance < 58**2) & (distance >= 30**2), 0, 1)


def corner():
    ids = np.ones((120, 160), np.int64)
    ids[:, :36] = ids[-36:] = 0
    return ids


@pytest.mark.parametrize(("make", "row"), [(around_a_man, 19.5), (ring, 16), (corner, 101.5)])
@pytest.mark.parametrize("kind", ["semantic", "panoptic", "mask"])
def test_the_label_of_a_concave_region_stands_inside_of_it(make, row, kind, image):
    ids = make()

    def label(names):
        canvas, style = Canvas(image), look(names, masks=PALETTE)
        if kind == "mask":
            drawn(canvas, {"labels": [0], "masks": ids[None] == 0}, style)
        else:
            draw = draw_semantic if kind == "semantic" else draw_panoptic
            draw(canvas, {"sem_seg": ids}, style)
        return canvas.get_image()

    rows, columns = np.nonzero((label(["dog", "x"]) != label(["dug", "x"])).any(axis=-1))
    assert ids[int(np.median(rows)), int(np.median(columns))] == 0
    assert abs(np.median(rows) - row) <= 4  # which is the middle of the label


CLEAR = ["none", "NONE", (255, 0, 0, 0), [255, 0, 0, 0], np.array([255, 0, 0, 0]), "#ff000000"]


@pytest.mark.parametrize("color", CLEAR, ids=str)
@pytest.mark.parametrize("as_palette", [False, True])
def test_a_color_without_opacity_draws_nothing(color, as_palette, image, disk, halves):
    palette = [color, color] if as_palette else color
    if isinstance(palette, list) and not as_palette:
        palette = tuple(color)
    clear = look(boxes=palette, masks=palette, texts=palette)
    boxes = np.array([[20.0, 30, 80, 90], [100, 50, 150, 110]])
    for fields in (
        {"bboxes": boxes, "masks": np.stack([disk, ~disk]), "labels": [0, 1]},
        {"masks": np.stack([disk, ~disk]), "labels": [0, 1]},
    ):
        assert (drawn(Canvas(image), fields, clear) == image).all()
    for draw, ids in ((draw_semantic, halves), (draw_panoptic, np.where(halves == 255, 1, halves))):
        canvas = Canvas(image)
        draw(canvas, {"sem_seg": ids}, clear)
        assert (canvas.get_image() == image).all()


def test_one_class_without_a_color_leaves_the_others(image, halves):
    fields = {"bboxes": np.array([[20.0, 30, 60, 90], [100, 50, 150, 110]]), "labels": [0, 1]}
    style = look(boxes=["none", RED], masks=["none", RED], texts=["none", RED], alpha=1.0)
    found = drawn(Canvas(image), fields, style)
    assert (found[:, :80] == image[:, :80]).all()
    assert tuple(found[80, 150]) == RED
    for draw in (draw_semantic, draw_panoptic):
        canvas = Canvas(image)
        draw(canvas, {"sem_seg": halves, "ignore_index": 255}, style)
        assert (canvas.get_image()[:, :77] == image[:, :77]).all()
        assert tuple(canvas.get_image()[110, 150]) == RED


def test_a_color_of_half_opacity_is_laid_over_half(image, disk, halves):
    half = (255, 0, 0, 128)
    style = look(boxes=half, masks=half, texts="none", alpha=1.0, jitter=False)
    blended = [173, 45, 45]
    fields = {"bboxes": np.array([[8.0, 8, 152, 112]]), "masks": disk[None]}
    found = drawn(Canvas(image), fields, style)
    assert np.abs(found[60, 60] - np.array(blended)).max() <= 1
    assert np.abs(found[80, 8] - np.array(blended)).max() <= 1
    canvas = Canvas(image)
    draw_semantic(canvas, {"sem_seg": halves}, style)
    assert np.abs(canvas.get_image()[110, 5] - np.array(blended)).max() <= 1


def test_negative_and_ignored_ids_of_a_map_are_void(image):
    ids = np.zeros((120, 160), np.int64)
    ids[:, 80:] = -1
    ids[:40, 80:] = -3
    ids[100:] = 254
    fields = {"sem_seg": ids, "ignore_index": [254, 255]}
    for draw in (draw_semantic, draw_panoptic):
        canvas = Canvas(image)
        draw(canvas, fields, look(["cat"], masks=[RED]))
        found = canvas.get_image()
        assert (found[:, 84:] == image[:, 84:]).all()
        assert (found[104:] == image[104:]).all()
        assert (found[:96, :76] != image[:96, :76]).any(axis=-1).mean() > 0.9


def test_names_and_colors_may_be_given_by_label(image):
    fields = {"bboxes": np.array([[20.0, 30, 80, 90], [90, 50, 150, 110]]), "labels": [1, 13]}
    plain = look(boxes=PALETTE)
    wanted = drawn(Canvas(image), {**fields, "label_names": ["dog", "class 13"]}, plain)
    assert (drawn(Canvas(image), fields, look({1: "dog"}, boxes=PALETTE)) == wanted).all()
    found = drawn(Canvas(image), fields, look(boxes={13: BLUE, "1": RED}, alpha=1.0))
    assert tuple(found[70, 20]) == RED
    assert tuple(found[100, 150]) == BLUE


def test_the_class_after_the_last_is_void_in_a_panoptic_map(image):
    ids = np.zeros((120, 160), np.int64)
    ids[:, 80:] = 14
    for classes in ({0: "a", 13: "b"}, ["x"] * 14):
        canvas = Canvas(image)
        draw_panoptic(canvas, {"sem_seg": ids}, look(classes, masks=[RED]))
        assert (canvas.get_image()[:, 84:] == image[:, 84:]).all()
        assert (canvas.get_image()[:, :76] != image[:, :76]).any()


def test_a_panoptic_image_of_coco_has_its_own_colors_or_those_of_its_classes(image):
    colors = np.zeros((120, 160, 3), np.uint8)
    colors[:, 40:] = (9, 2, 0)
    colors[:, 100:] = (200, 10, 3)
    style = look({1: "cat", 17: "dog"}, masks={17: BLUE}, texts="none", alpha=1.0)
    canvas = Canvas(image)
    draw_panoptic(canvas, colors, style)
    found = canvas.get_image()
    assert (found[:, :36] == image[:, :36]).all()  # 0 is void
    assert tuple(found[60, 70]) == (9, 2, 0)
    assert tuple(found[60, 130]) == (200, 10, 3)
    assert (found[60, 99:101] == 255).all()
    canvas = Canvas(image)
    info = [{"id": 9 + 512, "category_id": 17}]
    draw_panoptic(canvas, (colors, info), style)
    found = canvas.get_image()
    assert tuple(found[60, 70]) == BLUE
    assert (found[:, 104:] == image[:, 104:]).all()  # not in the list


def test_segments_are_called_by_the_class_and_score_of_their_list(image):
    def label(classes, **entry):
        canvas, info = Canvas(image), [{"id": 5, **entry}]
        segments = {"segmentation": np.full((120, 160), 5), "segments_info": info}
        draw_panoptic(canvas, segments, look(classes, masks="red"))
        return canvas.get_image()

    wanted = label({2: "cat: 98.2"}, label_id=2)
    assert (wanted == label({2: "cat"}, label_id=2, score=0.982)).all()
    assert (wanted == label(["x", "y", "cat"], category_id=2, score=0.982)).all()
    assert (wanted != label({2: "cat"}, label_id=2)).any()


@pytest.mark.parametrize("with_boxes", [False, True])
def test_an_object_keeps_its_color_by_its_id_whatever_its_place(with_boxes, image, disk):
    def frame(ids, **options):
        masks = {3: disk & (np.arange(160) < 80), 9: disk & (np.arange(160) >= 80)}
        boxes = {3: [2.0, 2, 30, 118], 9: [130.0, 2, 158, 118]}
        fields = {"masks": np.stack([masks[i] for i in ids]), "instances_id": ids}
        if with_boxes:
            fields["bboxes"] = np.array([boxes[i] for i in ids])
        style = look(masks=[RED], palette=[BLUE], texts="none", alpha=1.0, **options)
        return drawn(Canvas(image), fields, style)

    found = frame([3, 9])
    assert (found == frame([9, 3])).all()
    assert tuple(found[60, 55]) == jitter_color(RED, 3)
    assert tuple(found[60, 105]) == jitter_color(RED, 9)
    if with_boxes:
        assert tuple(found[60, 2]) == jitter_color(BLUE, 3)
        assert tuple(frame([9, 3], boxes=[BLUE])[60, 2]) == BLUE
        assert tuple(frame([9, 3], jitter=False)[60, 2]) == BLUE
    assert (frame([9], jitter=False)[60, 105] == RED).all()
    assert tuple(frame([9])[60, 105]) == jitter_color(RED, 9)


@pytest.mark.filterwarnings("error::RuntimeWarning", "ignore:Warning. The bbox is out")
@pytest.mark.parametrize("look", ["legible", "mmdet"])
@pytest.mark.parametrize("size", [1e150, 1e200, 8e307])
def test_boxes_as_large_as_floats_are_drawn_without_a_word_of_numpy(look, size):
    canvas = Canvas(np.zeros((60, 80, 3), np.uint8))
    boxes = np.array([[-size, 20, size, size], [10, 10, 30, 30]])
    draw_annotations(canvas, {"bboxes": boxes}, style={"look": look, "labels": "name"})
    assert canvas.get_image()[20, 60].any()
