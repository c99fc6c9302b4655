"""The gallery shows all that can be drawn and recorded, with every option."""

import dataclasses
import inspect
import re
from typing import get_args

import pytest
from fences import ROOT, programs

from viz_core import AnnotationStyle, Canvas, Samples, draw_featmap, make_grid
from viz_core.typing import Kind

CODE = "\n".join(code for page in ROOT.glob("docs/gallery/*.md") for _, code in programs(page))
#: What is given by its position, and what `draw_texts` shows.
LEFT_OUT = {"draw_featmap": {"overlaid_image"}, "draw_legend": {"font_properties"}}
DRAWING = [getattr(Canvas, name) for name in dir(Canvas) if name.startswith("draw_")]


def calls(name):
    """Return the arguments of each call of a function in the gallery."""
    found = []
    for match in re.finditer(rf"\b{name}\(", CODE):
        depth, end = 1, match.end()
        while depth:
            depth += {"(": 1, ")": -1}.get(CODE[end], 0)
            end += 1
        found.append(CODE[match.end() : end - 1])
    return found


@pytest.mark.parametrize("function", [*DRAWING, draw_featmap, make_grid], ids=lambda f: f.__name__)
def test_every_method_and_every_option_is_shown(function):
    shown = calls(function.__name__)
    assert shown
    options = [
        name
        for name, parameter in inspect.signature(function).parameters.items()
        if parameter.default is not parameter.empty
        and name not in LEFT_OUT.get(function.__name__, ())
    ]
    assert [name for name in options if not any(f"{name}=" in call for call in shown)] == []


@pytest.mark.parametrize("option", [field.name for field in dataclasses.fields(AnnotationStyle)])
def test_every_option_of_a_style_is_shown(option):
    assert re.search(rf"\b{option}=", CODE)


@pytest.mark.parametrize("kind", get_args(Kind))
def test_every_kind_is_recorded(kind):
    texts = CODE + (ROOT / "docs/gallery/kinds.md").read_text()
    assert f"add_{kind}(" in texts


def test_every_layout_is_drawn():
    layouts = re.findall(
        r'"(\w+)"', inspect.getdoc(Samples).partition("layout:")[2].partition("draw:")[0]
    )
    assert len(layouts) >= 4
    assert [layout for layout in layouts if f'"{layout}"' not in CODE] == []
