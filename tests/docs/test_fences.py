"""Every Python fence of README, docs and examples runs, or says why not in its first line."""

import os
import re
import subprocess
import sys
from itertools import groupby
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("packages/*/README.md")])
FENCE = re.compile(r"^( *)```python([^\n]*)\n(.*?)^ *```$", re.M | re.S)


def fences(page):
    """Return what each fence of ``page`` is called and its code; a gallery's fences are one."""
    text = page.read_text()
    for match in FENCE.finditer(text):
        indent, info, code = match.groups()
        line = text[: match.start()].count("\n") + 1
        session = re.search(r'session="(\w+)"', info)
        name = f"{page.relative_to(ROOT)}:{session.group(1) if session else line}"
        yield name, re.sub(rf"^{indent}", "", code, flags=re.M)


CODE = [
    pytest.param("".join(code for _, code in group), id=name)
    for page in PAGES
    for name, group in groupby(fences(page), key=lambda fence: fence[0])
]


def run(arguments, folder):
    """Run Python in ``folder`` with no display, no network and what the gallery shares."""
    environment = {
        **os.environ,
        "PYTHONPATH": str(ROOT / "docs"),
        "WANDB_MODE": "offline",
        "WANDB_SILENT": "true",
    }
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        environment.pop(name, None)
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
    )


def test_there_are_fences_to_run():
    assert len(CODE) > 10


@pytest.mark.parametrize("code", CODE)
def test_what_readers_see_of_a_fence_needs_nothing_of_the_docs(code):
    seen = [line for line in code.splitlines() if "markdown-exec: hide" not in line]
    assert [line for line in seen if re.search(r"\bgallery\b|\bas_html\(", line)] == []


@pytest.mark.parametrize("code", CODE)
def test_a_fence_runs_or_says_why_not(code, tmp_path):
    first = code.lstrip().splitlines()[0]
    if first.startswith("# not run: "):
        return
    if "--8<--" in first:  # a file of this repository, which has tests of its own
        assert (ROOT / first.split('"')[1]).exists()
        return
    done = run(["-c", code], tmp_path)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("example", sorted(ROOT.glob("examples/*.py")), ids=lambda p: p.stem)
def test_an_example_runs_and_says_where_its_images_lie(example, tmp_path):
    done = run([str(example), str(tmp_path)], tmp_path)
    assert done.returncode == 0, done.stderr
    images = sorted(Path(done.stdout.split(": ")[0]).rglob("*.png"))
    assert images
    for _, group in groupby(images, key=lambda path: path.parent):
        steps = [int(step) for path in group for step in re.findall(r"_(\d+)$", path.stem)]
        assert steps == sorted(steps)
