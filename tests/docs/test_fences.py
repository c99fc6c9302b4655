"""Every Python fence of README and docs runs, or says why not in its first line."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = sorted(
    [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("packages/*/README.md")]
)
FENCE = re.compile(r"^( *)```python[^\n]*\n(.*?)^ *```$", re.M | re.S)

#: Modules that only some rows install; a page that needs one runs where it is.
NEEDS = {"torch", "tensorboard", "wandb", "mlflow", "viz_mmdet_adapter"}


def fences(page):
    """Return the code of each fence of ``page`` with its line number."""
    text = page.read_text()
    for match in FENCE.finditer(text):
        indent, code = match.groups()
        line = text[: match.start()].count("\n") + 1
        yield line, re.sub(rf"^{indent}", "", code, flags=re.M)


CODE = [
    pytest.param(code, id=f"{page.relative_to(ROOT)}:{line}")
    for page in PAGES
    for line, code in fences(page)
]


def test_there_are_fences_to_run():
    assert len(CODE) > 5


@pytest.mark.parametrize("code", CODE)
def test_a_fence_runs_or_says_why_not(code, tmp_path):
    first = code.lstrip().splitlines()[0]
    if first.startswith("# not run: ") or "--8<--" in first:
        assert first.partition(": ")[2] or "--8<--" in first
        return
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
