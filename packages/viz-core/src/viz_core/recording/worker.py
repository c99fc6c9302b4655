"""A thread that records for one backend, from a queue bounded in bytes."""

from __future__ import annotations

import sys
import threading
import time
import traceback
from _thread import allocate_lock, get_ident, start_new_thread
from collections import deque
from collections.abc import Callable, Mapping
from queue import Empty, SimpleQueue
from typing import TypeVar

from viz_core._inside import inside, is_in_handler
from viz_core._warnings import receivers
from viz_core.errors import RecordingWarning
from viz_core.recording.interruptions import while_handling

__all__ = ["Worker", "join_all"]

Result = TypeVar("Result")

#: Seconds after which who waits looks for itself, in case nobody could tell.
_LOOK = 1.0


class Worker:
    """Runs jobs one after the other, in the order they were put.

    The thread starts with the first job. A job that raises does not stop it: jobs report what
    goes wrong themselves. Nobody waits for it when the interpreter ends, so that a backend that
    hangs cannot keep the program from ending; whoever owns it flushes it before. Where no thread
    can be had, jobs are run by those who put them.

    Every method may be called by a signal handler or interrupted by one, between any two steps.
    So callers and the thread share no lock: who waits has one of its own, which the thread opens.

    Args:
        name: What its thread works for, as warnings call it.
        capacity: Bytes that may wait. A job larger than that waits until the queue is empty.
        keep: Takes the warnings of jobs, with their categories, to tell them where the user calls.
        idle: Seconds without work after which the thread ends; the next job starts another.
    """

    def __init__(
        self,
        name: str,
        capacity: int,
        keep: Callable[[str, type[Warning]], None],
        idle: float = 10.0,
    ) -> None:
        self._name = name
        self._capacity = capacity
        self._keep = keep
        self._idle = idle
        self._jobs: SimpleQueue[tuple[Callable[[], None], int]] = SimpleQueue()
        self._putting = threading.RLock()  # the thread never takes it
        self._put = self._put_bytes = 0
        self._done = self._done_bytes = 0
        self._turn = threading.RLock()  # of whoever runs jobs
        self._has_thread = False
        self._was_told = False
        self._waiters: deque[threading.Lock] = deque()

    def put(self, job: Callable[[], None], size: int) -> None:
        """Add a job of `size` bytes; waits while the queue is full, and never drops.

        A job of no size never waits, nor does a thread that is inside a backend or handles a log
        record.
        """
        if size:
            self._wait(lambda: self._has_room(size))
        with self._putting:
            self._put += 1
            self._put_bytes += size
            self._jobs.put((job, size))
        if not self._has_thread and not self._start():
            self._run_here()

    def call(self, function: Callable[[], Result]) -> Result | None:
        """Have the thread call a function, and return what that returns, or None if it raises.

        Ctrl-C ends the waiting, not the function. An exception that the caller handles is handled
        there too. A thread that handles a log record does not wait, and gets None.
        """
        done = allocate_lock()
        done.acquire()
        handled = sys.exc_info()[1]
        results: list[Result] = []

        def job() -> None:
            try:
                while_handling(handled, lambda _: results.append(function()))
            finally:
                done.release()

        self.put(job, 0)
        while not (is_in_handler() or done.acquire(timeout=_LOOK)):
            if not self._has_thread and not self._start():
                self._run_here()
        return results[0] if results else None

    def join(self, timeout: float | None = None) -> int:
        """Wait until all jobs are done, `timeout` seconds at most; return how many are not.

        A thread that is inside a backend, or handles a log record, does not wait.
        """
        put = self._put
        self._wait(lambda: self._done >= put, timeout)
        return max(0, put - self._done)

    def _has_room(self, size: int) -> bool:
        waiting = self._put_bytes - self._done_bytes
        return waiting == 0 or waiting + size <= self._capacity

    def _wait(self, is_ready: Callable[[], bool], timeout: float | None = None) -> None:
        if is_ready() or get_ident() in inside or is_in_handler():
            return
        deadline = None if timeout is None else time.monotonic() + timeout
        while not is_ready():
            left = _LOOK if deadline is None else deadline - time.monotonic()
            if left <= 0:
                return
            if not self._has_thread and not self._start():
                self._run_here()
                continue
            lock = allocate_lock()
            lock.acquire()
            self._waiters.append(lock)  # before looking once more, so that no end is missed
            if not is_ready():
                lock.acquire(timeout=min(left, _LOOK))

    def _start(self) -> bool:
        """Start the thread, and return whether that was possible.

        After Ctrl-C there may be two: the second waits for its turn.
        """
        self._has_thread = True
        try:
            start_new_thread(self._run, ())
        except RuntimeError as error:
            self._has_thread = False
            if not (self._was_told or sys.is_finalizing() or "shutdown" in str(error)):
                self._was_told = True
                self._keep(
                    f"{self._name}: no thread can be started ({error}), so recording in the "
                    "background waits until each record is written; ulimit -u may be too low",
                    RecordingWarning,
                )
            return False
        except BaseException:
            self._has_thread = False  # or the thread says itself that it is there
            raise
        return True

    def _run(self) -> None:
        me = get_ident()
        inside[me] = 1  # what a job calls, or what is freed with it, cannot wait for this thread
        receivers[me] = self._keep
        with self._turn:
            while True:
                self._has_thread = True
                try:
                    job, size = self._jobs.get(timeout=self._idle)
                except Empty:
                    self._has_thread = False
                    if self._jobs.empty():  # nobody has put one meanwhile
                        break
                    continue
                try:
                    job()
                except BaseException:  # noqa: BLE001  # the next job must be run
                    traceback.print_exc()
                del job  # it holds an image, and the recorder, which may be dropped meanwhile
                self._note_done(size)
        receivers.pop(me, None)
        inside.pop(me, None)

    def _run_here(self) -> None:
        """Run what waits in the caller's thread, unless that is inside a backend."""
        me = get_ident()
        if me in inside:
            return
        inside[me] = 1
        try:
            with self._turn:
                for _ in range(self._jobs.qsize()):
                    size = 0
                    try:
                        job, size = self._jobs.get()
                        job()
                    finally:
                        self._note_done(size)
        finally:
            inside.pop(me, None)

    def _note_done(self, size: int) -> None:
        self._done += 1
        self._done_bytes += size
        for _ in range(len(self._waiters)):
            self._waiters.popleft().release()


def join_all(workers: Mapping[str, Worker], timeout: float | None) -> dict[str, Exception]:
    """Wait for all workers, `timeout` seconds at most; return what the unfinished ones are doing.

    A thread that is inside a backend does not wait.
    """
    deadline = None if timeout is None else time.monotonic() + timeout
    late: dict[str, Exception] = {}
    for name, worker in workers.items():
        left = worker.join(None if deadline is None else max(0, deadline - time.monotonic()))
        if left and timeout is not None:  # the last is the closing itself
            what = f"{left - 1} records were still waiting" if left > 1 else "it was still closing"
            late[name] = TimeoutError(f"{what} after {timeout} s")
    return late
