"""Programs in which something interrupts recording at any moment, and records itself."""

# ruff: noqa: T201  # what they print is what the test that started them reads

from __future__ import annotations

import gc
import logging
import math
import random
import signal
import time
import warnings
from collections.abc import Callable
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from typing import Any

from viz_core.recording import shutdown
from viz_core.visualizer import Visualizer

__all__ = ["PROGRAMS"]


def _in_both_ways(record: Callable[[Visualizer, int], None]) -> Callable[..., None]:
    """Make a program of what records `count` times: in the foreground, then in the background.

    The second has other arguments for its backend, as `save_dir`.
    """

    @wraps(record)
    def program(config: dict[str, Any], count: int, other: dict[str, Any]) -> None:
        for background, arguments in ((False, {}), (True, other)):
            visualizer = Visualizer(
                vis_backends=[{**config, **arguments}],
                on_backend_error="raise",
                background=background,
            )
            visualizer.add_scalar("first", 0)  # whatever is opened is open
            visualizer.flush()
            record(visualizer, count)

    return program


@_in_both_ways
def record_under_signals(visualizer: Visualizer, count: int) -> None:
    """Record while a signal handler records, flushes and closes too; print how many steps."""
    steps = signals = 0

    def handle(*_: object) -> None:
        nonlocal signals
        visualizer.add_scalar("signal", signals, step=signals)
        signals += 1
        if signals % (count // 4) == 0:
            visualizer.close()
        elif signals % (count // 20) == 0:
            visualizer.flush()
        if signals < count:
            _send_soon()

    signal.signal(signal.SIGALRM, handle)
    _send_soon()
    while signals < count:
        visualizer.add_scalar("loss", steps, step=steps)
        steps += 1
    visualizer.close()
    print(steps)


@_in_both_ways
def record_interrupted(visualizer: Visualizer, count: int) -> None:
    """Record, flush and close while Ctrl-C comes again and again, and is caught as in a notebook.

    Prints the steps whose call returned, and how many were begun.
    """
    recorded: list[int] = []
    begun = interrupts = 0
    is_armed = has_come = False

    def handle(*_: object) -> None:
        nonlocal has_come
        has_come = True
        if is_armed:
            raise KeyboardInterrupt

    signal.signal(signal.SIGALRM, handle)
    while interrupts < count:
        is_armed, has_come = True, False
        try:
            if interrupts % (count // 4) == 50:
                _send_soon(longest=0.03)
                visualizer.close()
            elif interrupts % (count // 20) == 9:
                _send_soon(longest=0.03)
                visualizer.flush()
            else:
                _send_soon()
            while True:  # of a condition, Python 3.13 has the jump back outside of this `try`
                if has_come:  # Python ignores one that comes in `__del__` or while it frees
                    break
                step, begun = begun, begun + 1
                visualizer.add_scalar("loss", step, step=step)
                recorded.append(step)
        except KeyboardInterrupt:
            pass
        is_armed = False
        interrupts += 1
    visualizer.close()
    print(*recorded)
    print(begun)


@_in_both_ways
def record_from_everywhere(visualizer: Visualizer, count: int) -> None:
    """Record from a logging handler, a warnings hook and `__del__`, whatever they interrupt.

    Prints how many scalars each of them recorded.
    """
    counts = dict.fromkeys(("log", "warning", "freed"), 0)

    def record(name: str) -> None:
        if counts[name] < count:
            step, counts[name] = counts[name], counts[name] + 1
            visualizer.add_scalar(name, step, step=step)

    class Handler(logging.Handler):
        def emit(self, _: logging.LogRecord) -> None:
            record("log")

    class Freed:
        def __init__(self) -> None:
            self.itself = self  # so that the garbage collector frees it, at any moment

        def __del__(self) -> None:
            record("freed")
            if counts["freed"] % 10 == 0:
                visualizer.flush()

    logging.getLogger().addHandler(Handler())
    logging.getLogger().setLevel(logging.DEBUG)
    threshold = gc.get_threshold()
    gc.set_threshold(50)  # often
    with _hooked(lambda *_, **__: record("warning")):
        for step in range(count):
            visualizer.add_scalar("loss", step, step=step)
            logging.getLogger("user").debug("a step")
            warnings.showwarning("a step", UserWarning, "user.py", step)
            Freed()
    gc.set_threshold(*threshold)
    gc.collect()
    visualizer.close()
    for name, number in counts.items():
        print(name, number)


def record_and_drop(config: dict[str, Any], configs: list[dict[str, Any]]) -> None:
    """Make visualizers, as a sweep does, record with each, and drop them without `close()`.

    Prints how many files are open and threads run after the first few and after all.
    """
    few: tuple[int, ...] = ()
    for number, other in enumerate([config, *configs]):
        visualizer = Visualizer(vis_backends=[{**other, "type": config["type"]}])
        visualizer.add_scalar("loss", 1.0, step=1)
        del visualizer
        if number == len(configs) // 2:
            few = _open_files_and_threads()
    print(*few)
    print(*_open_files_and_threads(few))


def _open_files_and_threads(few: tuple[int, ...] = ()) -> tuple[int, ...]:
    """Return how many there are when what was dropped is closed, and wait until they are as few."""
    gc.collect()
    shutdown.finisher().join(120)
    # Threads that were ended may still be ending, which a busy machine makes long.
    end = time.monotonic() + (30 if few else 1)
    while True:
        found = tuple(len(list(Path("/proc/self", of).iterdir())) for of in ("fd", "task"))
        if time.monotonic() > end or (few and found[0] <= few[0] and found[1] <= few[1]):
            return found
        time.sleep(0.02)


PROGRAMS = (record_and_drop, record_under_signals, record_interrupted, record_from_everywhere)


def _send_soon(longest: float = 1e-4) -> None:
    """Have a signal come within `longest` seconds, at any order of magnitude from 1e-5 on."""
    signal.setitimer(signal.ITIMER_REAL, 10 ** random.uniform(-5, math.log10(longest)))


@contextmanager
def _hooked(hook: Callable[..., None]) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        warnings.showwarning = hook
        yield
