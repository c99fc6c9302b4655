"""Fonts that are there, that are installed while matplotlib remembers an older list, or are not."""

import logging
import os
import subprocess
import sys
import threading
import warnings
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen
from matplotlib.font_manager import FontProperties
from waiting import HANG

from viz_core import Canvas
from viz_core.drawing import font_fallback
from viz_core.testing.processes import run_python

IMAGE = np.zeros((60, 80, 3), np.uint8)

#: A character of no font's, which is a square in the font that `write_font` makes.
SQUARE = "\U0010abcd"


def write_font(path):
    """Write a font called Late, which has a square."""
    pen = TTGlyphPen(None)
    pen.moveTo((0, 0))
    for corner in ((0, 700), (700, 700), (700, 0)):
        pen.lineTo(corner)
    pen.closePath()
    glyphs = {".notdef": TTGlyphPen(None).glyph(), "square": pen.glyph()}
    font = FontBuilder(1000)
    font.setupGlyphOrder(list(glyphs))
    font.setupCharacterMap({ord(SQUARE): "square", ord("a"): "square"})
    font.setupGlyf(glyphs)
    font.setupHorizontalMetrics(dict.fromkeys(glyphs, (700, 0)))
    font.setupHorizontalHeader(ascent=800, descent=-200)
    font.setupNameTable({"familyName": "Late", "styleName": "Regular"})
    font.setupOS2(sTypoAscender=800)
    font.setupPost()
    path.parent.mkdir(parents=True)
    font.save(path)


SQUARES_PIXELS = (0.7 * 20 * 100 / 72) ** 2

DRAWINGS = [f"{SQUARE!r}, (5, 5), 20", "'a', (5, 5), 20, font_families='Late'"]


def draw_in_new_programs(tmp_path, drawings, **environment):
    """Return the program that forks one for each drawing, which all have read the list of fonts.

    Each prints how many pixels are white, and warns.
    """
    script = f"""
import os, warnings
import matplotlib.font_manager
import numpy as np
from viz_core import Canvas

warnings.simplefilter("ignore")  # of forking
for drawing in {drawings}:
    if not os.fork():
        warnings.simplefilter("always")
        canvas = Canvas(np.zeros((60, 80, 3), np.uint8))
        image = eval(f"canvas.draw_texts({{drawing}})").get_image()
        print(int((image[..., 1] > 100).sum()), flush=True)
        os._exit(0)
    assert os.wait()[1] == 0
"""
    home = {"HOME": str(tmp_path), "XDG_DATA_HOME": str(tmp_path / "data")}
    environment |= {**home, "MPLCONFIGDIR": str(tmp_path / "matplotlib")}
    return subprocess.run(
        [sys.executable, "-c", script],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )


def test_a_font_is_found_that_was_installed_after_matplotlib_listed_them(tmp_path):
    done = draw_in_new_programs(tmp_path, DRAWINGS)
    assert done.stderr.count("No installed font") == len(DRAWINGS)
    write_font(tmp_path / "data" / "fonts" / "late.ttf")
    done = draw_in_new_programs(tmp_path, DRAWINGS)
    assert done.stderr == ""
    assert [*map(int, done.stdout.split())] == pytest.approx([SQUARES_PIXELS] * 2, rel=0.15)


@pytest.mark.parametrize(
    ("package", "drawing"), [*zip(font_fallback._FONT_PACKAGES, DRAWINGS, strict=True)]
)
def test_a_font_is_found_in_a_package_of_fonts_which_is_not_imported(tmp_path, package, drawing):
    write_font(tmp_path / "anywhere" / package / "Late[wght].ttf")
    (tmp_path / "anywhere" / package / "__init__.py").write_text("raise ImportError")
    done = draw_in_new_programs(tmp_path, [drawing], PYTHONPATH=str(tmp_path / "anywhere"))
    assert done.stderr == ""
    assert int(done.stdout) == pytest.approx(SQUARES_PIXELS, rel=0.15)


@pytest.fixture
def forgetful(monkeypatch):
    """Make it as if nothing had been looked for or told yet."""
    for name in ("_added", "_owners", "_reported"):
        monkeypatch.setattr(font_fallback, name, type(getattr(font_fallback, name))())


def test_the_systems_fonts_are_looked_for_once_more_and_never_again(forgetful, monkeypatch):
    looked = []
    monkeypatch.setattr(font_fallback, "findSystemFonts", lambda: looked.append(1) or [])
    canvas = Canvas(IMAGE)
    canvas.draw_texts("a", (5, 5))
    assert looked == []
    for code in range(0x10AA00, 0x10AA04):
        with pytest.warns(UserWarning, match="No installed font has"):
            canvas.draw_texts(chr(code), (5, 5))
    assert looked == [1]


def test_the_warning_names_what_brings_fonts_first_unless_it_is_there(forgetful, monkeypatch):
    monkeypatch.setattr(font_fallback, "_FONT_PACKAGES", ("matplotlib", "no_fonts"))
    advice = r'; pip install "viz-core\[fonts\]" .* or install .* fonts-noto-cjk.* font_properties$'
    with pytest.warns(UserWarning, match=advice):
        Canvas(IMAGE).draw_texts("\U0010aa40", (5, 5))
    monkeypatch.setattr(font_fallback, "_FONT_PACKAGES", ("matplotlib",))
    with pytest.warns(UserWarning, match="; install a font that has it"):
        Canvas(IMAGE).draw_texts("\U0010aa41", (5, 5))


def test_ctrl_c_costs_no_character_its_font(forgetful, monkeypatch):
    def interrupt():
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(font_fallback, "findSystemFonts", interrupt)
        with pytest.raises(KeyboardInterrupt):
            Canvas(IMAGE).draw_texts("\U0010aa10", (5, 5))
    looked = []
    monkeypatch.setattr(font_fallback, "findSystemFonts", lambda: looked.append(1) or [])
    with pytest.warns(UserWarning, match="No installed font has"):
        Canvas(IMAGE).draw_texts("\U0010aa10", (5, 5))
    assert looked == [1]


@pytest.mark.filterwarnings("ignore:No installed font has")
def test_a_signal_handler_may_draw_while_a_font_is_looked_for(forgetful, monkeypatch):
    drawn = []

    def handle():  # called in the midst, as a handler would be
        if not drawn:
            drawn.append(1)
            Canvas(IMAGE).draw_texts("\U0010aa20\U0010aa21", (5, 5))
            drawn.append(2)
        return []

    monkeypatch.setattr(font_fallback, "findSystemFonts", handle)
    draw = partial(Canvas(IMAGE).draw_texts, "\U0010aa20", (5, 5))
    thread = threading.Thread(target=draw, daemon=True)
    thread.start()
    thread.join(HANG)
    assert drawn == [1, 2]


FORK = """
import os, signal, threading, warnings
import numpy as np
from viz_core import Canvas
from viz_core.drawing import font_fallback

warnings.simplefilter("ignore")
holds, ends = threading.Event(), threading.Event()

def hold():
    with font_fallback._lock():
        holds.set()
        ends.wait()

thread = threading.Thread(target=hold)
thread.start()
holds.wait()
if not os.fork():
    signal.alarm(20)
    Canvas(np.zeros((40, 40, 3), np.uint8)).draw_texts("a\\U0010aa30", (5, 5))
    os._exit(7)
print(os.waitstatus_to_exitcode(os.wait()[1]))
ends.set()
"""


def test_a_child_that_is_forked_while_a_thread_looks_for_a_font_draws():
    done = run_python(FORK, imports=["viz_core.drawing.texts"])
    assert (done.stdout, done.returncode) == ("7\n", 0)


def test_many_characters_are_looked_for_in_one_turn(forgetful, monkeypatch):
    opened = []

    def open_font(path):
        opened.append(path)
        return FT2Font(path)

    FT2Font = font_fallback.FT2Font  # noqa: N806  # matplotlib's name
    monkeypatch.setattr(font_fallback, "FT2Font", open_font)
    monkeypatch.setattr(font_fallback, "findSystemFonts", list)
    with pytest.warns(UserWarning, match="No installed font has"):
        Canvas(IMAGE).draw_texts("".join(map(chr, range(0x10AB00, 0x10AB00 + 200))), (5, 5))
    assert len(opened) == len(set(opened)) > 0


@pytest.mark.parametrize(
    ("family", "near"),
    [
        ("DejaVu San", "did you mean 'DejaVu Sans'"),
        ("Dejavu Sans Mno", "did you mean 'DejaVu Sans Mono'"),
        ("Comix", r"called 'Comix'.*install it"),
    ],
)
def test_an_unknown_family_is_one_line_with_what_is_like_it(forgetful, caplog, family, near):
    caplog.set_level(logging.DEBUG, "matplotlib.font_manager")
    looks = {"font_sizes": 17, "colors": "w"}
    for given in (
        {"font_families": family},
        {"font_properties": FontProperties(family=family)},
        {"font_properties": family},
    ):
        font_fallback._reported.clear()
        with pytest.warns(UserWarning, match=near) as told:
            drawn = Canvas(IMAGE).draw_texts(["a", "b"], [(5, 5), (9, 9)], **given, **looks)
            drawn.draw_texts("c", (20, 5), 18, **given)
            drawn.measure_texts("c", 19, **given)
        assert len(told) == 1
        usual = Canvas(IMAGE).draw_texts(["a", "b"], [(5, 5), (9, 9)], **looks)
        usual.draw_texts("c", (20, 5), 18)
        assert (drawn.get_image() == usual.get_image()).all()
        font_fallback._reported.clear()
        from viz_core.drawing import fonts

        fonts._find_font.cache_clear()
    assert [r.message for r in caplog.records if r.levelno >= logging.WARNING] == []


def test_a_family_that_is_missing_is_no_matter_where_another_is_there(forgetful, caplog):
    both = FontProperties(family=["Comix", "DejaVu Serif"])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        drawn = Canvas(IMAGE).draw_texts("a", (5, 5), 21, font_properties=both).get_image()
    serif = Canvas(IMAGE).draw_texts("a", (5, 5), 21, font_families="DejaVu Serif").get_image()
    assert (drawn == serif).all()
    assert caplog.records == []


@pytest.mark.parametrize(
    ("given", "text"),
    [
        (Path("nowhere.ttf"), r"font_properties must be a font file, got 'nowhere\.ttf'"),
        (Path(__file__), r"font_properties must be a font file, got .*test_font_fallback\.py"),
        ("DejaVu Sans:what=1", "font_properties must be a fontconfig pattern"),
    ],
)
def test_what_is_no_font_is_named(given, text):
    with pytest.raises(ValueError, match=text):
        Canvas(IMAGE).draw_texts("a", (5, 5), font_properties=given)
