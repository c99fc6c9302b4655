"""Lines that wait for a moment, so that one write takes many of them."""

from __future__ import annotations

import atexit
import logging
import threading
import time
import weakref

from viz_core import AppendLog, after_fork

__all__ = ["FLUSH_INTERVAL", "BufferedLog"]

_logger = logging.getLogger(__name__)

#: Seconds after which a line is with the operating system at the latest, unless the machine is
#: too busy to let a thread run. Lines wait half as long; the rest is for the write.
FLUSH_INTERVAL = 0.1

#: Bytes that may wait; a line beyond takes them along in a write of its own.
_MOST = 1 << 18

_buffers: weakref.WeakSet[BufferedLog] = weakref.WeakSet()
_is_ending = False


class BufferedLog:
    """Appends lines to a file from a thread, in one write every 50 ms.

    A write of its own for every line costs the caller its turn: it gives the interpreter up,
    and gets it back from a thread that sends when that has had its 5 ms. What waits is lost if
    the process is killed, and by nothing else: :meth:`flush`, :meth:`close` and the end of the
    program write it. A line that opens the file is written at once, so that a folder which
    cannot be written to is told of there. A forked child has none of its parent's lines, and no
    thread: it writes each line at once.

    Args:
        file: Lines go there in the order they came.
    """

    def __init__(self, file: AppendLog) -> None:
        self._file = file
        self._writes_at_once = False
        self._start()
        _buffers.add(self)

    def _start(self) -> None:
        self._lock = threading.Lock()
        self._lines: list[bytes] = []
        self._size = 0
        self._is_failing = False
        self._filled = threading.Event()
        self._thread: threading.Thread | None = None

    def append(self, line: bytes) -> None:
        """Keep a line, which brings its own end, until it is written.

        Raises:
            OSError: If this line is not kept, because lines cannot be written. Those that wait
                are tried again.
        """
        with self._lock:
            at_once = self._writes_at_once or self._is_failing or _is_ending
            if at_once or not self._file.is_open or self._size > _MOST:
                self._write(line)
                return
            self._lines.append(line)
            self._size += len(line)
            if len(self._lines) == 1:
                if self._thread is None:
                    self._start_thread()
                self._filled.set()

    def write(self, line: bytes) -> None:
        """Write a line, after those that wait.

        Raises:
            OSError: If it cannot be written, and then nothing of it is in the file.
        """
        with self._lock:
            self._write(line)

    def flush(self) -> None:
        """Write what waits.

        Raises:
            OSError: If it cannot be written; it goes on waiting.
        """
        with self._lock:
            self._write()

    def sync(self) -> None:
        """Wait until the disk has every line."""
        self.flush()
        self._file.sync()

    def close(self) -> None:
        """Write what waits and close the file; the next line opens it again."""
        self.flush()
        with self._lock:
            self._thread = None  # it ends when it sees that
            self._filled.set()
        self._file.close()

    def renew(self) -> None:
        """Start anew in a forked child; what waits is the parent's to write."""
        self._start()
        self._writes_at_once = True

    def _write(self, line: bytes = b"") -> None:
        if not self._lines and not line:
            return
        lines, self._lines = self._lines, []
        try:
            self._file.append(b"".join(lines) + line)
        except OSError:
            self._lines, self._is_failing = lines, True
            raise
        self._size, self._is_failing = 0, False

    def _start_thread(self) -> None:
        self._thread = threading.Thread(target=self._work, name="viz-mlflow-journal", daemon=True)
        try:
            self._thread.start()
        except RuntimeError:  # the interpreter is ending
            self._thread, self._is_failing = None, True  # the next line takes this one along

    def _work(self) -> None:
        while True:
            self._filled.wait()
            self._filled.clear()
            if self._thread is not threading.current_thread():
                return
            time.sleep(FLUSH_INTERVAL / 2)
            try:
                self.flush()
            except OSError as error:  # the next line tries again, and raises it
                _logger.debug("the journal cannot be written: %s", error)
            except Warning as said:  # a filter makes errors of warnings, which no one catches here
                _logger.warning("%s", said)


def _write_all() -> None:
    global _is_ending
    _is_ending = True
    for buffer in list(_buffers):
        buffer.flush()


@after_fork
def _renew_in_child() -> None:
    for buffer in list(_buffers):
        buffer.renew()


# Functions registered later run earlier: this is after every backend was closed.
atexit.register(_write_all)
