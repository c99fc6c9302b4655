"""The package itself: what it shows to who looks at it."""

import subprocess
import sys

import viz_core


def test_dir_lists_what_is_public_and_nothing_else():
    code = "import viz_core; print(*sorted(n for n in dir(viz_core) if n[:2] != '__'))"
    found = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    assert found.stdout.split() == sorted(viz_core.__all__)


def test_everything_that_dir_lists_is_there():
    assert {"__version__", "__all__", "__doc__"} < set(dir(viz_core))
    for name in dir(viz_core):
        getattr(viz_core, name)
