import numpy as np
import pytest

from viz_core import AnnotationStyle, Canvas, VizWarning
from viz_core.annotations.labels import Labels, adaptive_scales, draw_labels
from viz_core.annotations.names import as_names, class_name

MMDET = AnnotationStyle("mmdet")


def drawn(texts, positions, size=(200, 300), horizontal="left", area=30000):
    canvas = Canvas(np.full((*size, 3), 128, np.uint8))
    count = len(texts)
    colors = [(255, 255, 255)] * count
    areas = np.full(count, area)
    labels = Labels(texts, [0] * count, colors, areas)
    draw_labels(canvas, labels, np.array(positions, float), MMDET, horizontal=horizontal)
    return canvas.get_image()


def touched(image):
    """Return the first and last columns and rows that are not the background."""
    rows, columns = np.nonzero((image != 128).any(axis=-1))
    return columns.min(), columns.max(), rows.min(), rows.max()


def test_scales_ramp_with_the_area():
    areas = np.array([0, 800, 15400, 30000, 10**7])
    assert adaptive_scales(areas).tolist() == pytest.approx([0.5, 0.5, 0.75, 1, 1])


def test_larger_objects_have_larger_labels():
    widths = [np.ptp(touched(drawn(["dog"], [[50, 50]], area=a))[:2]) for a in (800, 15400, 30000)]
    assert widths[0] < widths[1] < widths[2]


@pytest.mark.parametrize("horizontal", ["left", "center"])
@pytest.mark.parametrize(
    "position", [(-80, -80), (295, 5), (5, 197), (299, 199), (900, 900), (-3, 100)]
)
def test_a_label_that_fits_is_whole(position, horizontal):
    text = "Ågpj: 98.2"
    whole = drawn([text], [[100, 100]])
    moved = drawn([text], [position], horizontal=horizontal)
    x0, x1, y0, y1 = touched(whole)
    u0, u1, v0, v1 = touched(moved)
    assert (whole[y0 : y1 + 1, x0 : x1 + 1] == moved[v0 : v1 + 1, u0 : u1 + 1]).all()


def test_a_label_that_fits_where_it_is_stays_there():
    x0, _, y0, _ = touched(drawn(["dog"], [[100, 60]]))
    assert abs(x0 - 100) <= 2
    assert abs(y0 - 60) <= 3
    x0, x1, _, _ = touched(drawn(["dog"], [[100, 60]], horizontal="center"))
    assert abs((x0 + x1) / 2 - 100) <= 1


def test_a_label_may_have_its_middle_at_its_place():
    canvas = Canvas(np.full((200, 300, 3), 128, np.uint8))
    positions, areas = np.array([[60.0, 60], [200, 60]]), np.full(2, 30000)
    are_tops = np.array([False, True])
    colors = [(255, 255, 255)] * 2
    labels = Labels(["dog", "dog"], [0, 0], colors, areas)
    draw_labels(canvas, labels, positions, MMDET, are_tops=are_tops)
    _, _, y0, y1 = touched(canvas.get_image()[:, :150])
    assert abs((y0 + y1) / 2 - 60) <= 1
    assert abs(touched(canvas.get_image()[:, 150:])[2] - 60) <= 3


def lines(image):
    """Return the first and last rows of each label, from the top."""
    rows = (image != 128).any(axis=(1, 2)).astype(int)
    edges = np.diff(rows, prepend=0, append=0)
    return list(zip(np.flatnonzero(edges > 0), np.flatnonzero(edges < 0) - 1, strict=True))


def test_labels_of_one_place_are_all_readable():
    texts = ["dog: 98.2", "cat: 91.4", "fox: 40.5"]
    shown = drawn(texts, [[50, 60], [53, 62], [48, 61]])
    found = lines(shown)
    assert len(found) == 3
    for text, (first, last) in zip(texts, found, strict=True):
        alone = drawn([text], [[50, 60]])
        ((top, bottom),) = lines(alone)
        x0, x1, *_ = touched(alone)
        y0, y1, *_ = touched(shown[first : last + 1])
        assert last - first == bottom - top
        assert abs((y1 - y0) - (x1 - x0)) <= 1


def test_the_first_label_stays_and_others_do_not_go_far():
    shown = drawn(["dog"] * 30, [[50, 20]] * 30)
    alone = lines(drawn(["dog"], [[50, 20]]))[0]
    found = lines(shown)
    assert found[0] == alone
    assert found[-1][1] - alone[0] < 5 * (alone[1] - alone[0] + 2)


def test_a_label_that_was_moved_is_not_covered_by_a_later_one():
    texts = ["dog", "cat", "fox"]
    assert len(lines(drawn(texts, [[50, 20], [50, 20], [50, 45]]))) == 3


def test_labels_beside_one_another_stay():
    both = drawn(["dog", "cat"], [[50, 60], [100, 60]])
    assert (both[:, :90] == drawn(["dog"], [[50, 60]])[:, :90]).all()
    assert (both[:, 95:] == drawn(["cat"], [[100, 60]])[:, 95:]).all()


def test_a_label_at_the_bottom_is_not_moved_out():
    shown = drawn(["dog", "cat"], [[50, 190], [50, 190]])
    assert touched(shown)[3] <= 199
    assert (shown == drawn(["dog", "cat"], [[50, 400], [50, 400]])).all()


def test_a_label_that_has_no_room_shows_its_start():
    long = drawn(["a label that is much too long for this"], [[50, 5]], size=(40, 60))
    assert touched(long)[0] <= 2
    tiny = drawn(["dog"], [[0, 0]], size=(1, 1))
    assert tiny.shape == (1, 1, 3)


def test_of_thousands_of_labels_the_largest_are_drawn_and_told():
    canvas = Canvas(np.full((200, 300, 3), 128, np.uint8))
    positions = np.zeros((2500, 2))
    positions[:] = (20, 20)
    positions[7] = (200, 150)  # the smallest of all
    areas = np.arange(2500) + 1000
    areas[7] = 1
    colors = [(255, 255, 255)] * 2500
    with pytest.warns(VizWarning, match="only the 2000 largest of 2500 objects"):
        labels = Labels(["dog"] * 2500, [0] * 2500, colors, areas)
        draw_labels(canvas, labels, positions, MMDET)
    assert (canvas.get_image()[140:, 190:] == 128).all()
    assert (canvas.get_image()[:60, :60] != 128).any()


def test_no_labels_draw_nothing():
    assert (drawn([], np.zeros((0, 2))) == 128).all()


def test_classes_without_a_name_are_called_by_their_number():
    assert class_name(1, ["cat", "dog"]) == "dog"
    assert class_name(2, ["cat", "dog"]) == "class 2"
    assert class_name(-1, ("cat",)) == "class -1"
    assert class_name(7, None) == "class 7"


@pytest.mark.parametrize(
    "classes",
    [
        {1: "person", 13: "stop sign"},
        {"1": "person", "13": "stop sign"},
        {"person": 1, "stop sign": np.int64(13)},
        [{"id": 1, "name": "person"}, {"id": 13, "name": "stop sign"}],
    ],
)
def test_names_by_label_in_any_form_are_found(classes):
    names = as_names(classes)
    assert [class_name(i, names) for i in (1, 13, 0)] == ["person", "stop sign", "class 0"]


def test_names_in_a_list_or_alone_have_their_place_as_label():
    assert as_names(None) is None
    assert class_name(0, as_names("cat")) == "cat"
    for classes in (["cat", "dog"], ("cat", "dog"), np.array(["cat", "dog"])):
        assert [class_name(i, as_names(classes)) for i in (0, 1, 2)] == ["cat", "dog", "class 2"]


@pytest.mark.parametrize("classes", [3, {"a": "b"}, [{"id": 1}]])
def test_what_names_no_classes_is_refused(classes):
    with pytest.raises(TypeError, match="classes must be a list of names, or a dict"):
        as_names(classes)
