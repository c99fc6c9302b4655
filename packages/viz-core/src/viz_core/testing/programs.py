"""Programs that the test suites run in a process of their own, to fail or be killed there."""

# ruff: noqa: T201  # what they print is what the test that started them reads

from __future__ import annotations

import importlib.util
import os
import resource
import shutil
import signal
import sys
import threading
import time
import warnings
from pathlib import Path
from typing import Any

import numpy as np

from viz_core.errors import RecordingError, RecordingWarning
from viz_core.testing.interrupted import PROGRAMS
from viz_core.testing.kinds import record_kinds_and_die
from viz_core.typing import Kind
from viz_core.visualizer import Visualizer

__all__ = ["main"]

_FILLER = ".filler"


def main(task: dict[str, Any]) -> None:
    """Run the program that `task` names, with its config and arguments."""
    config = task["config"]
    if isinstance(config["type"], dict):
        config["type"] = _class_in_file(**config["type"])
    _PROGRAMS[task["program"]](config, *task["arguments"])


def record_and_die(config: dict[str, Any], count: int, wait: float) -> None:
    """Record scalars, wait, and be killed without a chance to tidy up."""
    visualizer = Visualizer(vis_backends=[config], on_backend_error="raise")
    for step in range(count):
        visualizer.add_scalar("loss", step, step=step)
    time.sleep(wait)
    os.kill(os.getpid(), signal.SIGKILL)


def record_kinds(config: dict[str, Any], kinds: list[Kind], folder: str) -> None:
    """Record three of each kind, and be killed without a chance to tidy up."""
    visualizer = Visualizer(vis_backends=[config], on_backend_error="raise")
    record_kinds_and_die(visualizer, kinds, folder)


def record_around_a_fork(config: dict[str, Any], count: int) -> None:
    """Record, fork a child that records too, and record on."""
    visualizer = Visualizer(vis_backends=[config], on_backend_error="raise")
    _record(visualizer, "parent", 0, count)
    child = _fork()
    if child == 0:
        _leave_child(visualizer, count)
    _record(visualizer, "parent", count, 2 * count)
    _wait_for(child)
    visualizer.close()


def fork_while_a_thread_records(config: dict[str, Any], children: int) -> None:
    """Fork again and again while another thread holds whatever locks recording takes."""
    visualizer = Visualizer(vis_backends=[config], on_backend_error="raise")
    _record(visualizer, "parent", 0, 1)
    stop = threading.Event()
    steps = 0

    def keep_recording() -> None:
        nonlocal steps
        while not stop.is_set():
            visualizer.add_scalar("thread", steps, step=steps)
            steps += 1

    thread = threading.Thread(target=keep_recording)
    thread.start()
    pids = []
    for _ in range(children):
        pid = _fork()
        if pid == 0:
            _leave_child(visualizer, 5)
        pids.append(pid)
    for pid in pids:
        _wait_for(pid)
    stop.set()
    thread.join()
    visualizer.close()
    print(steps)


def record_on_a_full_disk(config: dict[str, Any], folder: str, count: int) -> None:
    """Record until the disk is full, on, and after there is room again; print what went well.

    A line for every scalar whose call returned, `failures` and how many did not, and
    `said` and how many warnings there were.
    """
    image = np.random.default_rng(0).integers(0, 256, (64, 64, 3), dtype=np.uint8)
    visualizer = Visualizer(vis_backends=[config], on_backend_error="raise")
    failures = 0

    def record(start: int, stop: int) -> None:
        nonlocal failures
        for step in range(start, stop):
            try:
                visualizer.add_scalar("loss", step, step=step)
                print(step)
            except RecordingError:
                failures += 1
            try:
                if step % 50 == 0:
                    visualizer.add_image("noise", image, step=step)
            except RecordingError:
                failures += 1

    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        record(0, 10)
        full = _FullDisk(Path(folder))
        record(10, count)
        full.make_room()
        record(count, count + 10)
        try:
            visualizer.close()
        except RecordingError:
            failures += 1
    print("failures", failures)
    print("said", sum(issubclass(w.category, RecordingWarning) for w in said))


def record_for_a_group(config: dict[str, Any]) -> None:
    """Record one of each kind where the group may write what this user makes."""
    os.umask(0o002)
    visualizer = Visualizer(vis_backends=[config], on_backend_error="raise")
    visualizer.add_scalars({"loss": 0.5}, step=1, file_path="other.json")
    visualizer.add_image("demo", np.zeros((8, 8, 3), np.uint8), step=1)
    visualizer.add_image("x" * 300, np.zeros((8, 8, 3), np.uint8), step=1)
    visualizer.add_config({"lr": 0.1})
    visualizer.close()


def record_many(config: dict[str, Any], count: int) -> None:
    """Record scalars and print how many KiB the second nine tenths of them cost."""
    visualizer = Visualizer(vis_backends=[config], on_backend_error="raise")
    _record(visualizer, "loss", 0, count // 10)
    visualizer.flush()  # what is opened in the background is open
    before = _resident()
    _record(visualizer, "loss", count // 10, count)
    print(_resident() - before)
    visualizer.close()


def _resident() -> int:
    """Return the KiB that this process holds; at most ever, where the system says no more."""
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[1])
    except OSError:  # not Linux, where the highest also counts what the parent held
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return pages * resource.getpagesize() // 1024


def record_without_folder(config: dict[str, Any]) -> None:
    """Record in both moods where nothing can be written; print each error and warning."""
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        visualizer = Visualizer(vis_backends=[config])
        _record(visualizer, "loss", 0, 3)
        visualizer.close()
    for warning in said:
        print("warning", " ".join(str(warning.message).split()))
    visualizer = Visualizer(vis_backends=[config], on_backend_error="raise")
    try:
        _record(visualizer, "loss", 0, 1)
        visualizer.flush()
        visualizer.close()
    except RecordingError as error:
        print("error", " ".join(str(error).split()))


def delete_the_folder(config: dict[str, Any], folder: str) -> None:
    """Record, have the folder deleted, and record on; print every warning."""
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        visualizer = Visualizer(vis_backends=[config])
        _record(visualizer, "before", 0, 10)
        shutil.rmtree(folder, ignore_errors=True)  # a tracker with a server has none
        _record(visualizer, "after", 0, 10)
        visualizer.close()
    for warning in said:
        print("warning", " ".join(str(warning.message).split()))


_PROGRAMS = {
    program.__name__: program
    for program in (
        record_and_die,
        record_kinds,
        record_around_a_fork,
        fork_while_a_thread_records,
        record_on_a_full_disk,
        record_for_a_group,
        record_many,
        record_without_folder,
        delete_the_folder,
        *PROGRAMS,
    )
}


class _FullDisk:
    """A disk without room: the file system of `folder` filled up, or files that cannot grow.

    Args:
        folder: On a small file system of its own; filling a larger one is refused, and then
            no file of this process may grow.
    """

    _SMALL = 64 << 20

    def __init__(self, folder: Path) -> None:
        self._filler = folder / _FILLER
        self._limits = resource.getrlimit(resource.RLIMIT_FSIZE)
        if shutil.disk_usage(folder).total > self._SMALL:
            resource.setrlimit(resource.RLIMIT_FSIZE, (0, self._limits[1]))
            return
        with self._filler.open("wb", buffering=0) as file:
            for size in (1 << 16, 1):
                try:
                    while file.write(b"\0" * size):
                        pass
                except OSError:
                    continue

    def make_room(self) -> None:
        self._filler.unlink(missing_ok=True)
        resource.setrlimit(resource.RLIMIT_FSIZE, self._limits)


def _record(visualizer: Visualizer, name: str, start: int, stop: int) -> None:
    for step in range(start, stop):
        visualizer.add_scalar(name, step, step=step)


def _fork() -> int:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # Python 3.12 warns of threads
        return os.fork()


def _leave_child(visualizer: Visualizer, count: int) -> None:
    """Record in a forked child, and leave as `multiprocessing` does, without tidying up."""
    signal.alarm(60)  # a child that hangs ends with SIGALRM
    try:
        _record(visualizer, "child", 0, count)
        visualizer.close()
    except BaseException as error:  # noqa: BLE001  # nothing may leave a forked child
        print(f"the child failed: {error!r}", file=sys.stderr, flush=True)
        os._exit(1)
    os._exit(0)


def _wait_for(child: int) -> None:
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    if status == -signal.SIGALRM:
        sys.exit("a forked child hung for 60 s while it recorded")
    if status:
        sys.exit(f"a forked child ended with {status}")


def _class_in_file(file: str, name: str) -> Any:
    spec = importlib.util.spec_from_file_location("viz_backend_under_test", file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    found: Any = module
    for part in name.split("."):
        found = getattr(found, part)
    return found
