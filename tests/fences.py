"""The code of pages: what each Python fence holds, and how it is run as a reader would."""

import os
import re
import subprocess
import sys
from itertools import groupby
from pathlib import Path

from viz_core.testing.processes import run_python

ROOT = Path(__file__).parents[1]
TESTS = str(ROOT / "tests")

#: Pages and examples that need a framework, which the tests of its adapter run.
OF_FRAMEWORKS = {
    "lightning": [
        ROOT / "packages/viz-lightning-adapter/README.md",
        ROOT / "docs/lightning.md",
        ROOT / "examples/frameworks/with_lightning.py",
    ],
    "huggingface": [
        ROOT / "packages/viz-huggingface-adapter/README.md",
        ROOT / "docs/huggingface.md",
        ROOT / "examples/frameworks/with_huggingface.py",
    ],
}

#: Parts of programs, which the tests of an adapter complete and run.
PARTS = {name: f"docs/how-to/same-samples.md:{name}" for name in ("mmdet", "lightning")}

#: What programs with MLflow find imported: `tests/together` asks for the same.
WITH_TRACKERS = (
    "mlflow.store.tracking.sqlalchemy_store",
    "sqlalchemy.dialects.sqlite",
    "tensorboard.plugins.hparams.metadata",
    "viz_core",
    "wandb.apis.public",
)
#: What programs find imported, by what they need.
_IMPORTS = {
    "together": ("viz_core.testing.programs", *WITH_TRACKERS),
    "torch": ("torch",),
    "": ("matplotlib.backends.backend_agg", "PIL.PngImagePlugin"),
}

_FENCE = re.compile(r"^( *)```python([^\n]*)\n(.*?)^ *```$", re.M | re.S)


def programs(page):
    """Yield the name and the code of each program of a page; the fences of a session are one."""
    for name, group in groupby(_fences(page), key=lambda fence: fence[0]):
        yield name, "".join(code for _, code in group)


def part(name):
    """Return the code of a part of a program."""
    return dict(programs(ROOT / PARTS[name].rpartition(":")[0]))[PARTS[name]]


def _fences(page):
    text = page.read_text()
    for match in _FENCE.finditer(text):
        indent, info, code = match.groups()
        line = text[: match.start()].count("\n") + 1
        session = re.search(r'session="(\w+)"', info)
        name = f"{page.relative_to(ROOT)}:{session.group(1) if session else line}"
        yield name, re.sub(rf"^{indent}", "", code, flags=re.M)


def run(arguments, folder):
    """Run Python in ``folder`` with no display, no network and what the gallery shares."""
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=folder,
        env=_environment(),
        capture_output=True,
        text=True,
        timeout=300,
    )


def run_code(code, folder, *arguments):
    """Run a program as `run` would, in a fork of a process that has imported others' libraries.

    It imports ours by itself, unless it needs MLflow.
    """
    path = [str(folder), str(ROOT / "docs")]
    start = f"import sys; sys.path[:] = [*{path}, *(p for p in sys.path if {TESTS!r} not in p)]"
    source = f"{start}; del sys\n{code}"
    imports = _IMPORTS[needs(code)]
    return run_python(
        source, *arguments, imports=imports, cwd=folder, env=_environment(), timeout=300
    )


def needs(code):
    """Return what a program needs; the processes of those with a name take long to start.

    wandb makes a folder when it is imported, which goes with the first program that ends.
    """
    if "MLflow" in code and "Wandb" not in code:
        return "together"
    return "torch" if re.search("^import torch$", code, re.M) else ""


def _environment():
    hidden = ("DISPLAY", "WAYLAND_DISPLAY")
    return {
        **{name: value for name, value in os.environ.items() if name not in hidden},
        "PYTHONPATH": str(ROOT / "docs"),
        "WANDB_MODE": "offline",
        "WANDB_SILENT": "true",
        "HF_HUB_OFFLINE": "1",
    }
