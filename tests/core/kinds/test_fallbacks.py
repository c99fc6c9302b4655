"""What a kind is drawn as can be read, whatever its names and numbers are."""

import numpy as np
import pytest
from machine import needs_font

from viz_core import as_confusion_matrix, as_histogram, as_pr_curve
from viz_core.kinds.fallbacks import FALLBACKS


def drawn(kind, name, *values):
    """Return the figure that a kind becomes, drawn: a warning of matplotlib's would be an error."""
    ((_, (_, figure, _)),) = FALLBACKS[kind][-1].render(name, *values, 3)
    assert figure.image.size
    return figure.figure


def extents(texts):
    return [text.get_window_extent() for text in texts if text.get_text()]


def stand_apart(boxes):
    """Whether none overlaps another."""
    lowest, highest = (np.array([getattr(box, end) for box in boxes]) for end in ("min", "max"))
    overlap = ((lowest[:, None] <= highest) & (lowest <= highest[:, None])).all(axis=-1)
    return overlap.sum() == len(boxes)  # each overlaps itself


RNG = np.random.default_rng(0)
RECORDS = {
    "histogram": [as_histogram([1.0, 2.0])],
    "pr_curve": [as_pr_curve([0, 1], [0.1, 0.9])],
    "confusion_matrix": [*as_confusion_matrix(np.eye(2), ["a", "b"])],
}


@pytest.mark.parametrize(
    "name", ["a", "x" * 300, "W" * 300, "Ж" * 99, "iiiiW" * 9, "a\nb", "$\\frac", "long " * 40]
)
@pytest.mark.parametrize("kind", RECORDS)
def test_a_title_is_inside_the_image_and_ends_with_the_step(kind, name):
    figure = drawn(kind, name, *RECORDS[kind])
    (title,) = figure.texts
    assert title.get_text().endswith("step 3")
    (box,) = extents([title])
    width, height = figure.get_size_inches() * figure.dpi
    assert 0 <= box.x0 < box.x1 <= width
    assert 0 <= box.y0 < box.y1 <= height


SCALES = [1, 400, 50_000, 2e6, 5e9]


@pytest.mark.parametrize(
    ("count", "scales"), [*((2, [scale]) for scale in SCALES), (12, SCALES), (20, SCALES)]
)
def test_the_numbers_of_a_confusion_matrix_stand_apart(count, scales):
    scale = np.resize(scales, (count, 1))  # side by side are numbers of one
    matrix = RNG.random((count, count)) * scale
    matrix = np.where(scale == 1, matrix, np.floor(matrix))
    axes = drawn("confusion_matrix", "cm", *as_confusion_matrix(matrix, None)).axes[0]
    boxes = extents(axes.texts)
    assert len(boxes) == count * count
    assert stand_apart(boxes)
    for text, value in zip(axes.texts, matrix.flat, strict=True):
        number = float(text.get_text().replace("k", "e3").replace("M", "e6"))
        assert abs(number - value) <= (
            0.005 if value < 1e5 else 0.05 * value if value < 1e8 else 0.5 * value
        )


def test_classes_stand_apart_and_long_ones_are_cut():
    names = [f"class number {i}" for i in range(19)] + ["x" * 300]
    axes = drawn("confusion_matrix", "cm", *as_confusion_matrix(np.eye(20), names)).axes[0]
    for labels in (axes.get_xticklabels(), axes.get_yticklabels()):
        assert [label.get_text() for label in labels][:19] == names[:19]
        assert labels[19].get_text() == "x" * 23 + "…"
        assert stand_apart(extents(labels))


def test_names_of_any_script_are_drawn():
    needs_font("猫犬개ね")
    figure = drawn("confusion_matrix", "猫" * 50, *as_confusion_matrix(np.eye(2), ["猫", "犬$a$"]))
    (box,) = extents(figure.texts)
    assert box.x0 >= 0
    assert box.x1 <= figure.get_figwidth() * figure.dpi


@pytest.mark.parametrize(
    "values", [[1e308, -1e308], [5e-324], [2**63], [1e300, 1.1e300], [-1e301, 0]]
)
def test_a_histogram_of_any_numbers_is_drawn(values):
    histogram = as_histogram(np.array(values, float))
    axes = drawn("histogram", "h", histogram).axes[0]
    label = axes.get_xlabel()
    (stairs,) = axes.patches
    edges = stairs.get_data().edges * (float(label.removeprefix("in ")) if label else 1)
    np.testing.assert_allclose(edges, histogram.edges)
