"""What finding plugins costs, with 30 more of them installed: python benchmarks/discovery.py.

The first name that this process does not know makes viz-core look for plugins. That is timed in
fresh interpreters, and so is the whole of ``viz backends`` beside ``import numpy``. All of them have
bytecode, as pip leaves it: the first round, which is not counted, compiles it.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from functools import partial
from pathlib import Path

from compare import print_environment

PLUGINS = 30
ROUNDS = 9
VIZ = str(Path(sys.executable).parent / "viz")

FIND = """
import sys, time, viz_core
if "metadata" in sys.argv:
    import importlib.metadata
if "pluggy" in sys.argv:
    import viz_core.plugins.hookspecs
start = time.perf_counter()
viz_core.VISBACKENDS.get("Plugin17VisBackend")
print((time.perf_counter() - start) * 1e3)
"""


def install_plugins(folder: Path) -> None:
    """Write packages that each provide one backend, as pip leaves them."""
    for number in range(PLUGINS):
        information = folder / f"viz_plugin_{number}-1.0.dist-info"
        information.mkdir()
        (information / "METADATA").write_text(
            f"Metadata-Version: 2.1\nName: viz-plugin-{number}\nVersion: 1.0\n"
        )
        (information / "entry_points.txt").write_text(
            f"[viz.plugins.v1]\nplugin{number} = viz_plugin_{number}\n"
        )
        (folder / f"viz_plugin_{number}.py").write_text(
            "from viz_core import BaseVisBackend, hookimpl\n\n"
            f"class Plugin{number}VisBackend(BaseVisBackend):\n    pass\n\n"
            "@hookimpl\ndef viz_backends():\n"
            f'    return {{"Plugin{number}VisBackend": Plugin{number}VisBackend}}\n'
        )


def run(*command: str, bytecode: str, path: str = "") -> tuple[str, float]:
    """Return what a command prints, and how many milliseconds it takes in all."""
    environment = {**os.environ, "PYTHONPATH": path, "PYTHONPYCACHEPREFIX": bytecode}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    start = time.perf_counter()
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    return done.stdout, (time.perf_counter() - start) * 1e3


def main() -> None:
    """Measure and print."""
    print_environment(["viz-core", "pluggy", "numpy"])
    times: dict[str, list[float]] = {}
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryDirectory() as bytecode:
        install_plugins(Path(folder))
        for path, installed in (("", "what is installed"), (folder, f"{PLUGINS} plugins more")):
            find = FIND if path else FIND.replace("get(", "__contains__(")
            python = partial(run, sys.executable, "-c", bytecode=bytecode, path=path)
            viz = partial(run, VIZ, "backends", bytecode=bytecode, path=path)
            for done in range(-1, ROUNDS):
                took = {
                    "the first unknown name": float(python(find)[0]),
                    "beside torch, which has importlib.metadata": float(
                        python(find, "metadata")[0]
                    ),
                    "the same, pluggy imported too": float(python(find, "metadata", "pluggy")[0]),
                    "viz backends, the command": viz()[1],
                    "import numpy, the command": python("import numpy")[1],
                }
                if done >= 0:
                    for what, milliseconds in took.items():
                        times.setdefault(f"{what} | {installed}", []).append(milliseconds)
    print("\n| what | with | median ms |\n|---|---|---|")
    for what, milliseconds in times.items():
        print(f"| {what} | {statistics.median(milliseconds):.1f} |")


if __name__ == "__main__":
    main()
