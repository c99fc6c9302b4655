"""What a test needs of the machine, beyond Python: without it the test is skipped, and says why.

``python tests/machine.py programs`` and ``... packages`` list what it may ask for, for ``.ci/run``.
"""

import importlib
import shutil
import sys

#: The programs that tests may need, each with the package that has it on Debian and Ubuntu.
PROGRAMS = {
    "Xvfb": "xvfb",
    "xdotool": "xdotool",
    "strace": "strace",
    "chromium": "chromium",
}
#: The characters that they may draw and matplotlib's own fonts lack, likewise.
FONTS = {"猫犬개ね": "fonts-noto-cjk"}


def needs(there, what, how):
    """Skip the test that runs, unless ``there``; the line says what is missing and how to get it."""
    import pytest

    __tracebackhide__ = True
    if not there:
        pytest.skip(f"needs {what}: {how}")


def needs_program(name):
    """Skip the test that runs where no program of `PROGRAMS` has this name."""
    needs(shutil.which(name), f"the program {name}", f"apt-get install {PROGRAMS[name]}")


def needs_font(characters):
    """Skip the test that runs where no font has all of ``characters``, a key of :data:`FONTS`."""
    import matplotlib
    from matplotlib.font_manager import fontManager, get_font

    fonts = (
        get_font(entry.fname) for entry in fontManager.ttflist if "Last Resort" not in entry.name
    )
    there = any(all(font.get_char_index(ord(c)) for c in characters) for font in fonts)
    forget = f"rm {matplotlib.get_cachedir()}/fontlist-*"  # the fonts that it knows of
    needs(there, f"a font with {characters}", f"apt-get install {FONTS[characters]}; {forget}")


def needs_module(name, package):
    """Skip the test that runs where Python was built without a module of its own."""
    try:
        importlib.import_module(name)
        there = True
    except ImportError:
        there = False
    needs(there, f"Python's module {name}", f"apt-get install {package}")


if __name__ == "__main__":
    lists = {"programs": PROGRAMS, "packages": [*PROGRAMS.values(), *FONTS.values()]}
    print(*lists[sys.argv[1]])
