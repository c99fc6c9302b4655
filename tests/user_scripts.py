"""Runs scripts as their users would, and says which of their lines were warned of.

A script is text in which lines that are to be warned of end in ``# told``.
"""

import ast
import json
import os
import re
import runpy
import sys
import traceback
import warnings
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

from viz_core.testing.processes import run_python


class Told(NamedTuple):
    """A warning: where it points, what it says, and where ours it was made: file, function."""

    file: str
    line: int
    text: str
    site: tuple[str, str]


class Script(NamedTuple):
    """A script that was run: its file, the warnings of ours, and what it failed with."""

    path: str
    told: list[Told]
    error: str

    @property
    def marked(self):
        """The lines that are to be warned of."""
        lines = Path(self.path).read_text().splitlines()
        return {n for n, line in enumerate(lines, 1) if line.endswith("# told")}

    @property
    def warned(self):
        """The lines that were warned of, with the file if it is another."""
        return {w.line if w.file == self.path else (w.file, w.line) for w in self.told}

    def faults(self, pattern):
        """Return its error, lines that only one of the two names, and texts without the pattern."""
        texts = [w.text for w in self.told if not re.search(pattern, w.text)]
        return [*filter(None, [self.error]), *(self.warned ^ self.marked), *texts]


def run_scripts(folder, sources, *, imports=(), **environment):
    """Run scripts by name, one after the other in a process that nobody has warned in yet.

    Each is a file in ``folder``; in ``FOLDER`` it finds one of its own, and ``imports`` imported.
    """
    for name, source in sources.items():
        (folder / f"{name}.py").write_text(source)
        (folder / name).mkdir()
    without = ("DISPLAY", "WAYLAND_DISPLAY", "WANDB_SERVICE", "PYTHONWARNINGS")
    inherited = {key: value for key, value in os.environ.items() if key not in without}
    done = run_python(
        "import user_scripts; user_scripts.main()",
        *(folder, *sources),
        imports=imports,
        env={**inherited, "MPLBACKEND": "agg", **environment},
        cwd=folder,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    found = json.loads((folder / "told.json").read_text())
    return {
        name: Script(
            str(folder / f"{name}.py"),
            [Told(*told[:3], tuple(told[3])) for told in found[name]["told"]],
            found[name]["error"],
        )
        for name in sources
    }


def untried(package, scripts):
    """Return the functions of a package of ours that warn, and did in none of the scripts."""
    tried = {warning.site for script in scripts.values() for warning in script.told}
    return {function for _, function in _sites_in(package) - tried}


@cache
def _sites_in(package):
    """Return (file, function) of each place where a package of ours warns."""
    (root,) = map(Path, find_spec(package).submodule_search_locations)
    sources = {str(path): path.read_text() for path in root.rglob("*.py")}
    return {
        (path, function.name)
        for path, source in sources.items()
        if "warn" in source and Path(path).name != "_warnings.py"
        for function in ast.walk(ast.parse(source))
        if isinstance(function, ast.FunctionDef) and any(map(_warns, _own_nodes(function)))
    }


def _own_nodes(node):
    """Yield what is in a function and in none that is nested in it."""
    for child in ast.iter_child_nodes(node):
        if not isinstance(child, ast.FunctionDef):
            yield child
            yield from _own_nodes(child)


def _warns(node):
    function = getattr(node, "func", None)
    name = getattr(function, "id", getattr(function, "attr", ""))
    return name in ("warn_user", "warn", "warn_explicit")


def _run(path):
    """Run a script; return its warnings and its error."""
    found, error = [], ""

    def note(message, category, file, line, *_):
        frame = sys._getframe()
        while frame is not None and frame.f_code.co_name != "warn_user":
            frame = frame.f_back
        if frame is not None:  # else it is another library's
            site = frame.f_back.f_code
            found.append(Told(file, line, str(message), (site.co_filename, site.co_name)))

    with warnings.catch_warnings():
        warnings.simplefilter("always")
        warnings.showwarning = note
        try:
            runpy.run_path(str(path), {"FOLDER": path.with_suffix("")}, "__main__")
        except BaseException:  # noqa: BLE001  # the test shows it
            error = traceback.format_exc()
    return {"told": found, "error": error}


def main():
    """Run the scripts that the arguments name, and write what came of them."""
    where, *names = sys.argv[1:]
    results = {name: _run(Path(where, f"{name}.py")) for name in names}
    Path(where, "told.json").write_text(json.dumps(results))
