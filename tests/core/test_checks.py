"""What a misspelt or missing argument of a method is answered with."""

import inspect

import numpy as np
import pytest

import viz_core
from viz_core import Canvas, Visualizer, draw_featmap

IMAGE = np.zeros((60, 80, 3), np.uint8)

METHODS = [name for name in dir(Visualizer) if name.startswith("draw_")]
METHODS += ["set_image", "measure_texts"]


class Mine(Visualizer):
    """What users make of it."""

    def draw_bboxes(self, *arguments, **style):
        return super().draw_bboxes(*arguments, **style)


def names_of(method):
    return list(inspect.signature(getattr(Visualizer(), method)).parameters)


@pytest.mark.parametrize("method", METHODS)
def test_a_misspelt_keyword_names_the_one_it_is_like(method):
    assert names_of(method)
    for name in names_of(method):
        for wrong in (name[:-1] + "x", name.replace("_", ""), f"{name}_"):
            if wrong in names_of(method):
                continue
            for kind in (Canvas, Visualizer, Mine):
                if not hasattr(kind, method):
                    continue
                with pytest.raises(TypeError) as told:
                    getattr(kind(image=IMAGE), method)(**{wrong: 1})
                message = str(told.value)
                assert message.startswith(f"{method}() has no argument '{wrong}'; did you mean ")
                assert f"'{name}'" in message
                assert "\n" not in message
                assert "Canvas" not in message


@pytest.mark.parametrize(
    ("method", "wrong", "right"),
    [
        ("draw_bboxes", "color", "'edge_colors'"),
        ("draw_bboxes", "linewidth", "'line_widths'"),
        ("draw_texts", "color", "'colors'"),
        ("draw_texts", "fontsize", "'font_sizes'"),
        ("draw_points", "size", "'sizes'"),
        ("draw_circles", "radii", "'radius'"),
        ("draw_binary_masks", "alpha", "'alphas'"),
        ("draw_featmap", "overlay", "overlaid_image"),
        ("draw_featmap", "cmap", "it has featmap, overlaid_image"),
        ("draw_bboxes", "thickness", "it has bboxes, edge_colors, line_styles, line_widths"),
    ],
)
def test_the_names_that_others_have_lead_to_ours(method, wrong, right):
    with pytest.raises(TypeError, match=rf"^{method}\(\) has no argument '{wrong}'; .*{right}"):
        getattr(Visualizer(image=IMAGE), method)(**{wrong: "r"})


def test_the_function_says_the_same_as_the_method():
    with pytest.raises(
        TypeError, match=r"^draw_featmap\(\) has no argument 'alfa'; did you mean 'a"
    ):
        draw_featmap(np.ones((3, 4, 4)), alfa=1)


def test_a_missing_argument_and_one_too_many_do_not_name_a_class_within():
    with pytest.raises(TypeError, match=r"^draw_bboxes\(\) missing 1 required positional argument"):
        Visualizer(image=IMAGE).draw_bboxes()
    with pytest.raises(TypeError, match=r"^draw_points\(\) takes from 2 to 5.*it has positions"):
        Visualizer(image=IMAGE).draw_points([1, 2], "r", "o", 3, 4)
    with pytest.raises(TypeError, match=r"^draw_points\(\) got multiple values for argument 'pos"):
        Visualizer(image=IMAGE).draw_points([1, 2], positions=[1, 2])


def test_an_error_from_within_stays_what_it_is():
    with pytest.raises(TypeError, match=r"^positions must be an array"):
        Canvas(IMAGE).draw_points(5)


def test_signatures_and_docstrings_are_those_of_the_methods():
    assert str(inspect.signature(viz_core.draw_featmap)).startswith("(featmap: ")
    assert Canvas.draw_bboxes.__doc__.startswith("Draw boxes")
    assert Canvas.draw_bboxes.__qualname__ == "Canvas.draw_bboxes"
