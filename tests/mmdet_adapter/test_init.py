import subprocess
import sys

import viz_mmdet_adapter


def test_dir_lists_what_is_public_before_anything_is_used():
    code = "import viz_mmdet_adapter as v; print(*sorted(n for n in dir(v) if n[:2] != '__'))"
    found = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    assert found.stdout.split() == sorted(viz_mmdet_adapter.__all__)


def test_without_a_runner_the_visualizer_is_not_mmengines():
    code = (
        "import sys, viz_mmdet_adapter as v; print(v.DetLocalVisualizer.__module__, "
        "'mmengine' in sys.modules)"
    )
    found = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    assert found.stdout.split() == ["viz_mmdet_adapter.visualizer", "False"]


def test_palette_val_scales_to_one():
    assert viz_mmdet_adapter.palette_val([(255, 0, 51)]) == [(1.0, 0.0, 0.2)]
