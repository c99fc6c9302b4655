"""A log whose lines wait up to 0.1 s, so that one system call writes many."""

from __future__ import annotations

import atexit
import logging
import threading
import time
import weakref
from _thread import start_new_thread
from queue import SimpleQueue

from viz_core import AppendLog, after_fork

__all__ = ["FLUSH_INTERVAL", "BufferedLog"]

_logger = logging.getLogger(__name__)

#: Seconds until the operating system has a line, unless the machine is too busy to let a thread
#: run. Lines wait for half of it; the other half is for the write.
FLUSH_INTERVAL = 0.1

#: Bytes that may wait. The line that exceeds them is written at once, after those that wait.
_MOST = 1 << 18

_buffers: weakref.WeakSet[BufferedLog] = weakref.WeakSet()
_is_ending = False


class BufferedLog:
    """Appends lines to a log from a thread, with one system call every 50 ms.

    A caller that writes its line itself releases the interpreter meanwhile, and may wait 5 ms
    until the thread that sends releases it. Waiting lines are lost only if the process is
    killed: `flush`, `close` and the end of the program write them. The line that opens the file
    is written at once, so that a folder that cannot be written to raises there. A forked child
    starts without its parent's lines and without a thread, and writes each line at once.

    Args:
        log: The log that lines are appended to, in the order they came.
    """

    def __init__(self, log: AppendLog) -> None:
        self._log = log
        self._writes_at_once = False
        self._start()
        _buffers.add(self)

    def _start(self) -> None:
        self._lock = threading.RLock()  # a signal handler may append while its thread does
        self._lines: list[bytes] = []
        self._size = 0
        self._is_failing = False
        # Not an Event, which Ctrl-C can leave locked. An item wakes the thread, until this is
        # another's.
        self._filled: SimpleQueue[None] = SimpleQueue()
        self._has_thread = False

    def append(self, line: bytes) -> None:
        """Take a line, which ends in a newline, and write it within 0.1 s.

        Raises:
            OSError: If lines cannot be written. This one is not taken then; those that wait are
                kept, and written when that is possible again.
        """
        with self._lock:
            at_once = self._writes_at_once or self._is_failing or _is_ending
            if at_once or not self._log.is_open or self._size > _MOST:
                self._write(line)
                return
            self._lines.append(line)
            self._size += len(line)
            if not self._has_thread:
                self._start_thread()
            if self._filled.empty():
                self._filled.put(None)

    def write(self, line: bytes) -> None:
        """Write a line, which ends in a newline, at once, after those that wait.

        Raises:
            OSError: If it cannot be written; nothing of it is in the file then.
        """
        with self._lock:
            self._write(line)

    def flush(self) -> None:
        """Write the lines that wait.

        Raises:
            OSError: If they cannot be written; they go on waiting.
        """
        with self._lock:
            self._write()

    def sync(self) -> None:
        """Write the lines that wait, and wait until the disk has every line."""
        self.flush()
        self._log.sync()

    def close(self) -> None:
        """Write the lines that wait and close the file; the next line opens it again."""
        self.flush()
        with self._lock:
            filled, self._filled = self._filled, SimpleQueue()
            self._has_thread = False
            filled.put(None)  # its thread ends
        self._log.close()

    def _renew(self) -> None:
        """Start anew in a forked child; the parent writes the lines that wait."""
        self._start()
        self._writes_at_once = True

    def _write(self, line: bytes = b"") -> None:
        if not self._lines and not line:
            return
        lines, self._lines = self._lines, []
        try:
            self._log.append(b"".join(lines) + line)
        # After Ctrl-C they may be written twice, and count once.
        except (OSError, KeyboardInterrupt, SystemExit) as error:
            self._lines, self._is_failing = lines + self._lines, isinstance(error, OSError)
            raise
        self._size, self._is_failing = 0, False

    def _start_thread(self) -> None:
        try:
            start_new_thread(self._work, (self._filled,))
            self._has_thread = True
        except RuntimeError:  # no more threads, or the interpreter is ending
            self._is_failing = True  # the next line writes this one too

    def _work(self, filled: SimpleQueue[None]) -> None:
        while True:
            filled.get()
            if filled is not self._filled:
                return
            time.sleep(FLUSH_INTERVAL / 2)
            try:
                self.flush()
            except OSError as error:  # the next line tries again, and raises it
                _logger.debug("the journal cannot be written: %s", error)
            except Warning as warning:  # a filter made it an error, which would end this thread
                _logger.warning("%s", warning)


def _write_all() -> None:
    global _is_ending
    _is_ending = True
    for buffer in list(_buffers):
        buffer.flush()


@after_fork
def _renew_in_child() -> None:
    for buffer in list(_buffers):
        buffer._renew()


# What is registered first runs last, so this runs after every backend was closed.
atexit.register(_write_all)
