"""Any script is legible with the extra viz-core[fonts], on a machine without a single font."""

import json
import subprocess
import sys
from importlib.metadata import requires

import pytest

#: What a program draws that knows only the fonts that matplotlib brings itself.
SCRIPT = """
import json, sys, warnings
from pathlib import Path
import numpy as np
from matplotlib import font_manager, get_data_path
from viz_core import Canvas

warnings.simplefilter("error")
font_manager.X11FontDirectories, font_manager._get_fontconfig_fonts = [], list
brought = [e for e in font_manager.fontManager.ttflist if Path(get_data_path()) in Path(e.fname).parents]
font_manager.fontManager.ttflist = brought
told = {}
for language, text in json.loads(sys.argv[1]).items():
    try:
        canvas = Canvas(np.zeros((60, 300, 3), np.uint8)).draw_texts(text, (5, 5), 20, "w")
        told[language] = int((canvas.get_image() > 127).sum())
    except UserWarning as warning:
        told[language] = str(warning)
print(json.dumps(told))
"""

TEXTS = {
    "Chinese": "猫和狗",
    "Japanese": "ねことイヌ",
    "Korean": "고양이와 개",
    "Arabic": "قطة وكلب",
    "Thai": "แมวและสุนัข",
    "Hebrew": "חתול וכלב",
    "Hindi": "बिल्ली और कुत्ता",
    "Russian": "кошка и собака",
}


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    """Return how many pixels each text has, or the warning."""
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, json.dumps(TEXTS)],
        env={"MPLCONFIGDIR": str(tmp_path_factory.mktemp("matplotlib")), "PATH": ""},
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    return json.loads(done.stdout)


@pytest.mark.parametrize("language", TEXTS)
def test_a_text_in_any_script_is_drawn(told, language):
    assert told[language] > 500


def test_the_extra_brings_these_fonts():
    brought = [
        text for text in requires("viz-core") or () if "extra == 'fonts'" in text.replace('"', "'")
    ]
    assert sorted(text.partition(";")[0].strip() for text in brought) == [
        "manimgx-fonts",
        "noto-cjk-sans-otc",
    ]
