import itertools

import numpy as np
import pytest

from viz_core import AnnotationStyle, Canvas, as_style, draw_annotations
from viz_core.annotations.names import label_text
from viz_core.annotations.palette import class_colors, score_colors

RED, BLUE = (255, 0, 0), (0, 0, 255)


class Recording(Canvas):
    """A canvas that keeps what it was asked to draw."""

    def __init__(self, image):
        super().__init__(image)
        self.boxes, self.texts, self.masks = [], [], []

    def draw_bboxes(self, bboxes, **style):
        self.boxes += [(bboxes, style)]
        return super().draw_bboxes(bboxes, **style)

    def draw_texts(self, texts, positions, font_sizes=None, **style):
        self.texts += [(texts, positions, font_sizes, style)]
        return super().draw_texts(texts, positions, font_sizes, **style)

    def draw_binary_masks(self, binary_masks, colors="g", alphas=0.8, **others):
        self.masks += [(colors, alphas)]
        return super().draw_binary_masks(binary_masks, colors, alphas, **others)


def drawn(fields, style="legible", shape=(480, 640), **others):
    canvas = Recording(np.full((*shape, 3), 90, np.uint8))
    draw_annotations(canvas, {"pred_instances": fields}, style=style, **others)
    return canvas


BOXES = np.array([[20.0, 30, 120, 190], [200, 50, 450, 310], [400, 350, 420, 362]])
FIELDS = {"bboxes": BOXES, "labels": [0, 1, 1], "scores": [0.984, 0.5, 0.312]}


def written(**style):
    """Return what the labels of the objects say, from left to right."""
    canvas = drawn({**FIELDS, "instances_id": [7, 8, 9]}, style, classes=["cat", "dog"])
    if not canvas.texts:
        return []
    texts, positions, *_ = canvas.texts[0]
    return [texts[i] for i in np.argsort(np.array(positions)[:, 0])]


def test_labels_say_what_they_are_asked_to():
    assert written() == ["cat 98% #7", "dog 50% #8", "dog 31% #9"]
    assert written(labels="name") == ["cat", "dog", "dog"]
    assert written(labels="score") == ["98%", "50%", "31%"]
    assert written(labels="none") == []
    assert written(labels="{name} {score:.2f} #{id}") == [
        "cat 0.98 #7",
        "dog 0.50 #8",
        "dog 0.31 #9",
    ]
    assert written(look="mmdet") == ["cat: 98.4", "dog: 50.0", "dog: 31.2"]
    assert written(look="mmdet", labels="score") == ["98.4", "50.0", "31.2"]


def test_what_an_object_lacks_is_left_out_of_a_template():
    assert label_text("{name} {score:.2f} #{id}", "cat", None, 3, 0) == "cat #3"
    assert label_text("name score", "cat", None) == "cat"
    assert label_text("name score", "cat", 0.5) == "cat 50%"
    assert label_text("score", "cat", None) == ""


def edges(canvas):
    boxes, style = canvas.boxes[0]
    return {tuple(box): color for box, color in zip(boxes, style["edge_colors"], strict=True)}


def test_colors_tell_classes_objects_tracks_or_scores_apart():
    fields = {**FIELDS, "instances_id": [7, 7, 9]}
    for color_by, wanted in (
        ("instance", class_colors("distinct", [7, 7, 9])),
        ("track", class_colors("distinct", [7, 7, 9])),
        ("score", score_colors(np.array(FIELDS["scores"]))),
    ):
        found = edges(drawn(fields, {"color_by": color_by}))
        assert [found[tuple(box)] for box in BOXES] == wanted
    without = edges(drawn(FIELDS, {"color_by": "instance"}))
    assert [without[tuple(box)] for box in BOXES] == class_colors("distinct", [0, 1, 2])
    by_class = edges(drawn(FIELDS, {"color_by": "track", "palette": [RED, BLUE]}))  # without ids
    assert [by_class[tuple(box)] for box in BOXES] == [RED, BLUE, BLUE]


def test_scores_go_from_violet_to_yellow():
    assert score_colors(np.array([0, 1, np.nan])) == [(68, 1, 84), (253, 231, 37), (128, 128, 128)]


def test_boxes_are_drawn_in_the_order_of_the_style():
    areas = [b[0] for b in np.hstack([(BOXES[:, 2:] - BOXES[:, :2]).prod(1)[:, None]])]
    for order, wanted in (("area", [1, 0, 2]), ("score", [2, 1, 0]), ("given", [0, 1, 2])):
        boxes, _ = drawn(FIELDS, {"order": order}).boxes[0]
        assert [areas.index(a) for a in (boxes[:, 2:] - boxes[:, :2]).prod(1)] == wanted


def test_opacities_of_boxes_and_masks_are_apart():
    mask = np.zeros((1, 480, 640), bool)
    mask[:, 40:100, 40:100] = True
    fields = {"bboxes": BOXES[:1], "masks": mask}
    legible = drawn(fields)
    assert (legible.boxes[0][1]["alpha"], legible.masks[0][1]) == (1, 0.5)
    own = drawn(fields, {"bbox_alpha": 0.25, "mask_alpha": 0.75})
    assert (own.boxes[0][1]["alpha"], own.masks[0][1]) == (0.25, 0.75)


def test_letters_and_lines_are_fixed_or_grow_with_the_image():
    sizes, widths = [], []
    for shape in ((480, 640), (1080, 1920), (2160, 3840)):
        scale = shape[0] / 480
        canvas = drawn({**FIELDS, "bboxes": BOXES * scale}, shape=shape)
        sizes.append(min(canvas.texts[0][2]))
        widths.append(max(canvas.boxes[0][1]["line_widths"]))
    assert sizes[0] >= 9
    assert sizes[0] < sizes[1] < sizes[2]
    assert widths[0] < widths[1] < widths[2]
    fixed = drawn(FIELDS, {"label_size": 20, "line_width": 5})
    assert set(fixed.texts[0][2]) == {20}
    assert set(fixed.boxes[0][1]["line_widths"]) == {5}


def test_a_small_object_has_a_thin_line_and_its_label_outside():
    canvas = drawn({"bboxes": BOXES[2:], "labels": [0]})
    (width,) = canvas.boxes[0][1]["line_widths"]
    assert width * 100 / 72 == pytest.approx(12 / 12)  # pixels: a twelfth of its side
    image = canvas.get_image()
    assert (image[354:359, 404:417] == 90).all()  # what is inside of it is seen


def test_letters_are_black_on_bright_colors_and_white_on_dark_ones():
    bright, dark = (250, 240, 40), (20, 10, 90)
    canvas = drawn({**FIELDS, "labels": [0, 1, 1]}, {"palette": [bright, dark]})
    texts, _, _, style = canvas.texts[0]
    assert len(texts) == 3
    for color, box in zip(style["colors"], style["bboxes"], strict=True):
        assert color == ((0, 0, 0) if box["facecolor"] == bright else (255, 255, 255))
    assert {box["facecolor"] for box in style["bboxes"]} == {bright, dark}


def test_text_color_none_is_the_palette_and_a_color_is_that():
    palette = {"palette": [RED, BLUE]}
    assert set(drawn(FIELDS, {"text_color": None, **palette}).texts[0][3]["colors"]) == {RED, BLUE}
    assert set(drawn(FIELDS, {"text_color": "red", **palette}).texts[0][3]["colors"]) == {RED}


def test_a_long_name_goes_on_in_the_next_line_and_keeps_its_score():
    name = "a name of a class that is far too long for one line " * 3
    (texts, positions, sizes, _) = drawn(FIELDS, classes=["cat", name]).texts[0]
    long = [text for text in texts if "name" in text]
    assert len(long) == 2
    for text in long:
        assert text.endswith(("50%", "31%"))
        assert 2 <= len(text.split("\n")) <= 5
    canvas = Canvas(np.zeros((480, 640, 3), np.uint8))
    extents = canvas.measure_texts(texts, font_sizes=sizes)
    assert extents[:, 0].max() <= 0.62 * 640
    assert (np.array(positions) + extents <= [640, 480]).all()


def test_a_crowded_label_is_drawn_or_hidden():
    boxes = np.repeat([[10.0, 10, 60, 22]], 60, axis=0)
    fields = {"bboxes": boxes, "labels": [0] * 60, "scores": np.linspace(0.4, 0.9, 60)}
    every = drawn(fields, shape=(64, 100)).texts[0][0]
    some = drawn(fields, {"crowded": "hide"}, shape=(64, 100)).texts[0][0]
    assert len(every) == 60
    assert 0 < len(some) < 10
    assert "class 0 90%" in [text.replace("\n", " ") for text in some]


def test_crowded_labels_are_numbered_and_listed():
    boxes = np.tile([[40.0, 40, 90, 60]], (30, 1)) + 3 * np.arange(30)[:, None]
    fields = {"bboxes": boxes, "labels": np.arange(30) % 3, "scores": np.linspace(0.4, 0.9, 30)}
    listed = []

    class Listing(Recording):
        def draw_legend(self, entries, *arguments, **style):
            listed.extend(entries)
            return super().draw_legend(entries, *arguments, **style)

    canvas = Listing(np.full((200, 260, 3), 90, np.uint8))
    draw_annotations(canvas, fields, style={"crowded": "number"}, classes=["cat", "dog", "fox"])
    texts = canvas.texts[0][0]
    numbers = sorted(int(text) for text in texts if text.isdigit())
    assert numbers == list(range(1, len(listed) + 1))
    assert 0 < len(listed) < 30
    names = [text for text in texts if not text.isdigit()]
    names += [entry.split(" ", 1)[1] for entry in listed]
    wanted = drawn(fields, classes=["cat", "dog", "fox"]).texts[0][0]
    assert sorted(names) == sorted(wanted)


def test_of_very_many_crowded_labels_those_of_the_highest_scores_are_listed():
    listed = []

    class Listing(Recording):
        def draw_legend(self, entries, *arguments, **style):
            listed.extend(entries)
            return super().draw_legend(entries, *arguments, **style)

    boxes = np.repeat([[40.0, 40, 90, 60]], 300, axis=0)
    fields = {"bboxes": boxes, "labels": [0] * 300, "scores": np.linspace(0.2, 0.9, 300)}
    canvas = Listing(np.full((480, 640, 3), 90, np.uint8))
    draw_annotations(canvas, fields, style={"crowded": "number"})
    assert len(listed) == 60
    shares = [int(entry.rpartition(" ")[2].rstrip("%")) for entry in listed]
    assert shares == sorted(shares, reverse=True)
    assert len(canvas.texts[0][0]) == 300


def test_a_hundred_labels_are_drawn_in_one_call_in_the_order_of_their_looks():
    """What keeps them quick: drawing knows the last font, color and background."""
    corners = np.stack(np.meshgrid(np.arange(10) * 120.0, np.arange(10) * 70.0), -1).reshape(-1, 2)
    fields = {"bboxes": np.hstack([corners, corners + 50]), "labels": np.arange(100) % 7}
    canvas = drawn(fields, shape=(720, 1280))
    assert (len(canvas.boxes), len(canvas.texts)) == (1, 1)
    _, _, sizes, style = canvas.texts[0]
    looks = [
        (size, box["facecolor"], color)
        for size, box, color in zip(sizes, style["bboxes"], style["colors"], strict=True)
    ]
    changes = sum(one != other for one, other in itertools.pairwise(looks))
    assert changes == len(set(looks)) - 1


@pytest.mark.parametrize(
    ("style", "error", "message"),
    [
        ("mmdett", ValueError, "style must be one of 'legible', 'mmdet', got 'mmdett'"),
        (3, TypeError, "style must be 'legible', 'mmdet', a dict of arguments"),
        ({"label": "name"}, TypeError, "no argument 'label'; did you mean 'labels'?"),
        ({"labels": "names"}, ValueError, "labels must be one of 'name score'"),
        ({"labels": "{nme}"}, ValueError, "labels must be one of 'name score'"),
        ({"labels": "{score:d}"}, ValueError, "labels must be one of 'name score'"),
        ({"labels": None}, TypeError, "labels must be one of"),
        (
            {"labels": ["#1"]},
            TypeError,
            r"got \['#1'\]; a text of each object's own is its label_names",
        ),
        ({"color_by": "colour"}, ValueError, "color_by must be one of 'class', 'instance'"),
        ({"order": "big"}, ValueError, "order must be one of 'area', 'score', 'given'"),
        ({"crowded": "x"}, ValueError, "crowded must be one of 'draw', 'hide'"),
        ({"line_width": 0}, ValueError, "line_width must be above 0 points"),
        ({"line_width": "thick"}, ValueError, "line_width must be 'image' or a number"),
        ({"label_size": "big"}, ValueError, "label_size must be 'image' or 'object' or a number"),
        ({"bbox_alpha": 1.5}, ValueError, r"bbox_alpha must lie in 0\.\.1"),
    ],
)
def test_what_is_no_style_is_refused_with_what_there_is(style, error, message):
    with pytest.raises(error, match=message):
        as_style(style)


def test_arguments_read_back_as_the_look_says_or_as_given():
    assert as_style("mmdet") == AnnotationStyle("mmdet")
    assert (as_style("mmdet").text_color, as_style("mmdet").line_width) == ((200, 200, 200), 3)
    assert (as_style("legible").text_color, as_style("legible").mask_alpha) == ("auto", 0.5)
    own = as_style({"look": "mmdet", "line_width": 1})
    assert (own.line_width, own.bbox_alpha) == (1, 0.8)


@pytest.mark.parametrize("bright", [False, True])
def test_letters_of_the_color_of_their_background_can_be_read(bright):
    ink = (255, 230, 20) if bright else (10, 20, 90)
    for color, face in ((None, (0, 0, 0) if bright else (255, 255, 255)), ("red", ink)):
        style = {"text_color": color, "palette": [ink] * 2}
        found = drawn(FIELDS, style).texts[0][3]
        assert {background["facecolor"] for background in found["bboxes"]} == {face}


def test_a_name_of_spaces_has_no_label():
    image = np.full((120, 160, 3), 90, np.uint8)
    seen = []
    for name in ("", "  ", "\t"):
        canvas = Canvas(image)
        draw_annotations(canvas, {"bboxes": [[20, 40, 60, 80]], "label_names": [name]})
        seen.append(canvas.get_image())
    assert (seen[0] == seen[1]).all()
    assert (seen[0] == seen[2]).all()


def test_what_is_no_switch_and_what_is_no_canvas_are_told():
    with pytest.raises(TypeError, match="jitter must be True or False, got 'no'"):
        AnnotationStyle(jitter="no")
    with pytest.raises(TypeError, match=r"canvas must be .*, got ndarray; .*Canvas\(image\)"):
        draw_annotations(np.zeros((9, 9, 3), np.uint8), FIELDS)
