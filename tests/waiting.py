"""Waiting for threads and processes, however busy the machine is."""

import time
from contextlib import contextmanager

#: Seconds after which something hangs; none of what is waited for takes so long by itself.
HANG = 30.0


def wait_until(condition, seconds=HANG):
    """Return the first true answer of ``condition``; fail if none comes in so many seconds."""
    end = time.monotonic() + seconds
    while not (answer := condition()):
        assert time.monotonic() < end, f"it has not come about in {seconds} s"
        time.sleep(0.01)
    return answer


@contextmanager
def not_hanging():
    """Fail if the block takes as long as something that hangs."""
    start = time.monotonic()
    yield
    assert time.monotonic() - start < HANG
