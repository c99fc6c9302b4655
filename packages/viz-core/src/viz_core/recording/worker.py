"""A thread that records for one backend, from a queue bounded in bytes."""

from __future__ import annotations

import threading
import time
import traceback
from collections import deque
from collections.abc import Callable

__all__ = ["Worker"]

#: Seconds without work after which the thread ends; the next job starts another.
_IDLE = 10.0


class Worker:
    """Runs jobs one after the other, in the order they were put.

    The thread starts with the first job. A job that raises does not stop it: jobs report what
    goes wrong themselves. It is a daemon, so that a backend that hangs cannot keep the program
    from ending; whoever owns it flushes it before the interpreter exits.

    Args:
        name: What the thread is called.
        capacity: Bytes that may wait. A job larger than that waits until the queue is empty.
        keep: Takes the warnings of jobs, with their categories, to tell them where the user calls.
    """

    def __init__(
        self, name: str, capacity: int, keep: Callable[[str, type[Warning]], None]
    ) -> None:
        self._name = name
        self._capacity = capacity
        self._keep = keep
        self._jobs: deque[tuple[Callable[[], None], int]] = deque()
        self._waiting = 0  # bytes
        self._busy = False
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None

    def put(self, job: Callable[[], None], size: int) -> None:
        """Add a job of `size` bytes; waits while the queue is full, and never drops.

        A job of no size never waits.
        """
        here = False
        with self._changed:
            while size and self._jobs and self._waiting + size > self._capacity:
                self._changed.wait()
            self._jobs.append((job, size))
            self._waiting += size
            if self._thread is None:
                self._thread = threading.Thread(
                    target=self._run, args=(_IDLE,), name=self._name, daemon=True
                )
                self._thread.keep_warning = self._keep  # type: ignore[attr-defined]  # warn_user's
                try:
                    self._thread.start()
                except RuntimeError:  # no more threads: by a limit, or as the program is ending
                    here = True
            self._changed.notify_all()
        if here:
            self._run(idle=0)

    def join(self, timeout: float | None = None) -> int:
        """Wait until all jobs are done, `timeout` seconds at most; return how many are not."""
        deadline = None if timeout is None else time.monotonic() + timeout
        with self._changed:
            while self._jobs or self._busy:
                left = None if deadline is None else deadline - time.monotonic()
                if left is not None and left <= 0:
                    break
                self._changed.wait(left)
            return len(self._jobs) + self._busy

    def _run(self, idle: float) -> None:
        while True:
            with self._changed:
                if not self._jobs and not self._changed.wait_for(lambda: self._jobs, idle):
                    self._thread = None
                    return
                job, size = self._jobs.popleft()
                self._busy = True
            try:
                job()
            except BaseException:  # noqa: BLE001  # who waits for the next job would wait for ever
                traceback.print_exc()
            finally:
                del job  # it holds an image, and the recorder, which may be dropped meanwhile
                with self._changed:
                    self._busy = False
                    self._waiting -= size
                    self._changed.notify_all()
