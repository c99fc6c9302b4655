"""Every Python fence of README, docs and examples runs, or says why not in its first line."""

import re
from itertools import groupby
from pathlib import Path

import pytest
from fences import OF_FRAMEWORKS, PARTS, ROOT, needs, programs, run_code

ELSEWHERE = {path for paths in OF_FRAMEWORKS.values() for path in paths}
PAGES = {*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("packages/*/README.md")}
GALLERY = sorted(ROOT.glob("docs/gallery/*.md"))


def param(code, name):
    """Return a program as a parameter; those that share a process run in one worker."""
    return pytest.param(
        code, id=name, marks=[pytest.mark.xdist_group(n) for n in [needs(code)] if n]
    )


CODE = [
    param(code, name)
    for page in sorted(PAGES - ELSEWHERE - {*GALLERY})
    for name, code in programs(page)
    if name not in PARTS.values()
]
EXAMPLES = [param(path.read_text(), path.stem) for path in sorted(ROOT.glob("examples/*.py"))]
BLOCKS = [pytest.param(code, id=name) for page in GALLERY for name, code in programs(page)]


def test_there_are_fences_to_run():
    assert len(CODE) > 10


def test_pages_that_are_run_elsewhere_are_there():
    assert [path for path in ELSEWHERE if not path.exists()] == []
    assert set(ROOT.glob("examples/frameworks/*.py")) <= ELSEWHERE


@pytest.mark.parametrize("code", CODE + BLOCKS)
def test_what_readers_see_of_a_fence_needs_nothing_of_the_docs(code):
    seen = [line for line in code.splitlines() if "markdown-exec: hide" not in line]
    assert [line for line in seen if re.search(r"\bgallery\b|\bas_html\(", line)] == []


@pytest.mark.parametrize("code", [code for code in CODE if code.id.startswith("docs/")])
def test_code_has_lines_that_fit_the_column_of_a_page(code):
    seen = [line for line in code.splitlines() if "markdown-exec: hide" not in line]
    assert [line for line in seen if len(line) > 100] == []


@pytest.mark.takes(0.5)
@pytest.mark.parametrize("code", CODE)
def test_a_fence_runs_or_says_why_not(code, tmp_path):
    first = code.lstrip().splitlines()[0]
    if first.startswith("# not run: "):
        return
    if "--8<--" in first:  # a file of this repository, which has tests of its own
        assert (ROOT / first.split('"')[1]).exists()
        return
    done = run_code(code, tmp_path)
    assert done.returncode == 0, done.stderr


@pytest.mark.takes(1)
@pytest.mark.parametrize("page", GALLERY, ids=lambda page: page.stem)
def test_each_block_of_the_gallery_is_a_whole_program(page, tmp_path):
    # Each has names of its own; one process for all of a page imports matplotlib once.
    blocks = [f"exec(compile({code!r}, {name!r}, 'exec'), {{}})" for name, code in programs(page)]
    assert len(blocks) == len(re.findall(r"^```python", page.read_text(), re.M)), "sessions"
    done = run_code("\n".join(blocks), tmp_path)
    assert done.returncode == 0, done.stderr


@pytest.mark.takes(2)
@pytest.mark.parametrize("code", EXAMPLES)
def test_an_example_runs_and_says_where_its_images_lie(code, tmp_path):
    done = run_code(code, tmp_path, tmp_path)
    assert done.returncode == 0, done.stderr
    images = sorted(Path(done.stdout.split(": ")[0]).rglob("*.png"))
    assert images
    for _, group in groupby(images, key=lambda path: path.parent):
        steps = [int(step) for path in group for step in re.findall(r"_(\d+)$", path.stem)]
        assert steps == sorted(steps)
