"""Reading back with W&B's own reader of its files, `wandb leet inspect`."""

import gc
import json
import os
import subprocess
import sys
import warnings
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from ports import reserved_port
from wandb.util import get_core_path

from viz_core.testing.processes import run_python as run_python_

sys.path.insert(0, str(Path(__file__).parent / "support"))
from fake_server import FakeServer
from opening import IMPORTS
from service import kill_service


class Run:
    """What W&B's reader finds in the files of one run, oldest first.

    Several files belong to a run that was closed and went on.
    """

    def __init__(self, files):
        self.files = files
        self.records = [record for file in files for record in _records(file)]

    def all(self, kind):
        return [record[kind] for record in self.records if record["type"] == kind]

    @property
    def rows(self):
        return [row["item"] for row in self.all("history")]

    def points(self):
        """Return (key, step, value) of every scalar; its step is None where the row has none."""
        return [
            (key, row.get("global_step"), _float(value))
            for row in self.rows
            for key, value in row.items()
            if not key.startswith("_") and key != "global_step" and not _is_of_media(key, row)
        ]

    def images(self):
        """Return (key, step, array, caption) of every image."""
        found = []
        for file in self.files:
            for record in _records(file):
                row = record.get("history", {}).get("item", {})
                types = {key: value for key, value in row.items() if key.endswith("._type")}
                images = [key for key, value in types.items() if value == "image-file"]
                for key in [key.removesuffix("._type") for key in images]:
                    path = file.parent / "files" / row[f"{key}.path"]
                    with Image.open(path) as image:
                        array = np.asarray(image)
                    found.append((key, row["global_step"], array, row.get(f"{key}.caption")))
        return found

    def media(self):
        """Return (row, files) of every row, files being the folder that its paths are in."""
        for file in self.files:
            for record in _records(file):
                if "history" in record:
                    yield record["history"]["item"], file.parent / "files"

    @property
    def summary(self):
        summary = {}
        for update in self.all("summary"):
            summary.update(update["update"])
        return summary

    def panel(self, key):
        """Return the title of a chart, and how it is shown but for its key."""
        name = f"_wandb.visualize.{key}"
        (panel,) = (r["update"][name] for r in self.all("config") if name in r.get("update", {}))
        panel = json.loads(json.dumps(panel).replace(f"{key}_table", "table"))
        return panel["panel_config"]["stringSettings"].pop("title"), panel

    @property
    def config(self):
        config = {}
        for record in self.records:
            for update in (record.get("run", {}).get("config"), record.get("config")):
                config.update((update or {}).get("update", {}))
        return config


def _records(file):
    """Return what `wandb leet inspect --json` prints; its command takes a second to start."""
    command = [get_core_path(), "leet", "inspect", "--no-observability", "--json"]
    done = subprocess.run(
        [*command, "--run-file", str(file)], capture_output=True, text=True, timeout=120
    )
    return [json.loads(line) for line in done.stdout.splitlines()]


def _float(value):
    return float(value) if isinstance(value, str) else value


def _is_of_media(key, row):
    parts = key.split(".")
    return any(f"{'.'.join(parts[:i])}._type" in row for i in range(1, len(parts)))


def read(folder):
    """Return the runs in a folder, by id."""
    files = {}
    for file in sorted(Path(folder).glob("wandb/*run-*/*.wandb")):
        files.setdefault(file.stem.removeprefix("run-"), []).append(file)
    return {run_id: Run(found) for run_id, found in files.items()}


@pytest.fixture(scope="session", autouse=True)
def folders_of_tables():
    """W&B drops the temporary folders of its tables, which Python tells when it finds them."""
    yield
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        gc.collect()


@pytest.fixture(autouse=True)
def _own_process(monkeypatch):
    """Let programs that a test starts have a wandb-core of their own, not that of the tests."""
    monkeypatch.delenv("WANDB_SERVICE", raising=False)


@pytest.fixture
def read_runs():
    """Return a function that reads the runs in a folder, by id."""
    return read


@pytest.fixture
def read_run():
    """Return a function that reads the one run in a folder."""

    def read_one(folder):
        ((_, run),) = read(folder).items()
        return run

    return read_one


@pytest.fixture(scope="session")
def _server():
    with reserved_port() as port:
        fake = FakeServer(port).start()
        yield fake
        fake.stop()


@pytest.fixture
def server(_server):
    """Return a server on loopback that is well, has nothing, and fails on demand."""
    _server.forget()
    return _server


@pytest.fixture(name="kill_service")
def _kill_service():
    """Return a function that kills the wandb-core of an open backend."""
    return kill_service


@pytest.fixture
def send(server, tmp_path, run_python, monkeypatch):
    """Return a function that runs a command of W&B's, with the server as its own."""

    def run(*command):
        monkeypatch.setenv("WANDB_BASE_URL", server.url)
        monkeypatch.setenv("WANDB_API_KEY", "local-" + "a" * 40)
        program = "from wandb.cli.cli import cli; cli(prog_name='wandb')"
        return run_python(program, *command, timeout=60, cwd=tmp_path)

    return run


@pytest.fixture(scope="session")
def run_python():
    """Return a function that runs a program in a process of its own and returns it finished."""

    def run(program, *arguments, imports=IMPORTS, **options):
        environment = {k: v for k, v in os.environ.items() if k != "WANDB_SERVICE"}
        return run_python_(program, *arguments, imports=imports, env=environment, **options)

    return run
