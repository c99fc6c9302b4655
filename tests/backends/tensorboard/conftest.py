"""Reading back with TensorBoard's own code: its loaders, and its server over HTTP."""

import io
import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.parse
import urllib.request
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator


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
    """Return a function that runs a program in a process of its own and returns it finished."""

    def run(program, *arguments):
        return subprocess.run(
            [sys.executable, "-W", "error", "-c", program, *map(str, arguments)],
            capture_output=True,
            text=True,
            timeout=60,
        )

    return run


class Server:
    """A running TensorBoard server."""

    def __init__(self, url):
        self.url = url

    def until(self, ask):
        """Return the first true answer of `ask`: the server loads in the background."""
        for _ in range(300):
            answer = ask()
            if answer:
                return answer
            time.sleep(0.1)
        raise AssertionError("the server never showed it")

    def get(self, path, **query):
        with self.open(path, **query) as response:
            return json.load(response)

    def open(self, path, **query):
        url = f"{self.url}data/{path}?{urllib.parse.urlencode(query)}"
        return urllib.request.urlopen(url, timeout=30)

    def scalars(self, tag, run="."):
        points = self.get("plugin/scalars/scalars", tag=tag, run=run)
        return [(step, value) for _, step, value in points]


@contextmanager
def _serving(logdir, *options):
    command = [sys.executable, "-m", "tensorboard.main", "--logdir", str(logdir)]
    command += ["--host", "127.0.0.1", "--port", "0", *options]
    log = Path(logdir).parent / "server.log"
    with log.open("w") as output:
        process = subprocess.Popen(
            command, stdout=output, stderr=subprocess.STDOUT, start_new_session=True
        )
    try:
        yield Server(_wait_for_url(log, process))
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGTERM)  # its data server too
            process.wait(timeout=30)


def _wait_for_url(log, process):
    while process.poll() is None:
        found = re.search(r"at (http://127\.0\.0\.1:\d+/)", log.read_text())
        if found:
            return found[1]
        try:
            process.wait(timeout=0.1)
        except subprocess.TimeoutExpired:
            continue
    raise RuntimeError(f"tensorboard did not start:\n{log.read_text()}")


@pytest.fixture
def serve():
    """Return a function that starts a server on a directory; it is stopped afterwards."""
    with ExitStack() as servers:
        yield lambda logdir, *options: servers.enter_context(_serving(logdir, *options))
