"""Reading back with TensorBoard's own code: its loaders, and its server over HTTP."""

import io
import json
import os
import re
import signal
import urllib.parse
import urllib.request
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from waiting import wait_until

from viz_core.testing.processes import run_python as run_python_


@dataclass
class Run:
    """What TensorBoard's loader finds in one directory."""

    accumulator: EventAccumulator

    @property
    def tags(self):
        return self.accumulator.Tags()

    def scalars(self, tag):
        return [(event.step, event.value) for event in self.accumulator.Scalars(tag)]

    def images(self, tag):
        events = self.accumulator.Images(tag)
        return [
            (e.step, np.asarray(Image.open(io.BytesIO(e.encoded_image_string)))) for e in events
        ]

    def text(self, tag):
        (event,) = self.accumulator.Tensors(tag)
        return event.tensor_proto.string_val[0].decode()


@pytest.fixture
def read_run():
    """Return a function that loads everything in a directory."""

    def read(directory):
        everything = {"scalars": 0, "images": 0, "tensors": 0, "histograms": 0}
        return Run(EventAccumulator(str(directory), size_guidance=everything).Reload())

    return read


@pytest.fixture
def event_files():
    """Return a function that lists the event files directly in a directory."""
    return lambda directory: sorted(Path(directory).glob("events.out.tfevents.*"))


@pytest.fixture
def run_python():
    """Return a function that runs a program in a process of its own and returns it finished.

    It finds imported what the contract's programs do, and a warning is an error.
    """

    def run(program, *arguments, imports=("viz_core.testing.programs",)):
        strict = "import warnings; warnings.simplefilter('error')\n"
        return run_python_(strict + program, *arguments, imports=imports, timeout=60)

    return run


class Server:
    """A running TensorBoard server."""

    def __init__(self, url):
        self.url = url

    def until(self, ask):
        """Return the first true answer of `ask`: the server loads in the background."""
        return wait_until(ask)

    def get(self, path, **query):
        with self.open(path, **query) as response:
            return json.load(response)

    def open(self, path, **query):
        url = f"{self.url}data/{path}?{urllib.parse.urlencode(query)}"
        return urllib.request.urlopen(url, timeout=30)

    def scalars(self, tag, run="."):
        points = self.get("plugin/scalars/scalars", tag=tag, run=run)
        return [(step, value) for _, step, value in points]


#: What `tensorboard` does, as a fork of what has imported it; it says who serves, and ends.
_SERVE = """
import os, sys
from tensorboard.main import run_main
folder = sys.argv.pop(1)
if server := os.fork():
    print(server)
else:
    os.setsid()
    log = os.open(f"{folder}/server-{os.getpid()}.log", os.O_WRONLY | os.O_CREAT)
    os.dup2(log, 1), os.dup2(log, 2)
    run_main()
"""
_IMPORTS = ("tensorboard.main", "tensorboard.default", "tensorboard.program")


@contextmanager
def _serving(logdir, *options):
    folder = Path(logdir).parent
    arguments = ["--logdir", logdir, "--host", "127.0.0.1", "--port", "0", *options]
    process = int(run_python_(_SERVE, folder, *arguments, imports=_IMPORTS).stdout)
    log, url = folder / f"server-{process}.log", re.compile(r"at (http://127\.0\.0\.1:\d+/)")
    try:
        found = wait_until(lambda: log.exists() and url.search(log.read_text()))
        yield Server(found[1])
    finally:
        os.killpg(process, signal.SIGKILL)  # its data server too


@pytest.fixture
def serve():
    """Return a function that starts a server on a directory; it is stopped afterwards."""
    with ExitStack() as servers:
        yield lambda logdir, *options: servers.enter_context(_serving(logdir, *options))
