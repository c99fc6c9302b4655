"""The code of pages: what each Python fence holds, and how it is run as a reader would."""

import os
import re
import subprocess
import sys
from itertools import groupby
from pathlib import Path

ROOT = Path(__file__).parents[1]

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
    environment = {
        **os.environ,
        "PYTHONPATH": str(ROOT / "docs"),
        "WANDB_MODE": "offline",
        "WANDB_SILENT": "true",
        "HF_HUB_OFFLINE": "1",
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
