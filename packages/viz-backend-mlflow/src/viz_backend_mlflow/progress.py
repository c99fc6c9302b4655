"""What became of the records of a journal."""

from __future__ import annotations

import contextlib
import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from viz_backend_mlflow.names import masked
from viz_core import AppendLog, write_whole

__all__ = ["ARTIFACTS", "RECORDS", "VALUES", "Lane", "Progress", "Waiting", "is_record"]

#: The file of a journal that has a record a line.
RECORDS = "records.jsonl"

_SENT = "sent"
_WAITING = "waiting.jsonl"
_REFUSED = "refused.jsonl"

#: Records of each lane are sent in their order, and wait for none of the other lane.
Lane = int
VALUES, ARTIFACTS = 0, 1


@dataclass
class Waiting:
    """A record that is tried apart from the others.

    Attributes:
        record: As `viz_backend_mlflow.records` makes it, read back from JSON.
        tries: How often it was tried by itself.
        due: When it is to be tried again, in seconds since 1970.
        reason: What the last try failed with.
    """

    record: list[Any]
    tries: int
    due: float
    reason: str


class Progress:
    """Which records were sent, which are tried apart, and which were refused.

    `sent` has two counts of the bytes of records that were sent: one for scalars, parameters and
    states, one for artifacts. A record that failed by itself is in `waiting.jsonl`, and one that
    will not be tried again in `refused.jsonl`.

    Args:
        folder: The folder of the journal.

    Attributes:
        is_lost: Whether `sent` was lost, so that records are sent again: an image whose file is
            gone was sent before.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.is_lost = False

    def sent(self) -> tuple[int, int]:
        """Return the position of each lane, in bytes of `records.jsonl`."""
        with contextlib.suppress(FileNotFoundError):
            written = (self._folder / _SENT).read_bytes()
            with contextlib.suppress(ValueError):
                positions = [int(part) for part in written.split()]
                if len(positions) == 1:  # as 0.1 wrote it
                    positions *= 2
                values, artifacts = positions
                if self._begins_line(values) and self._begins_line(artifacts):
                    return values, artifacts
            self.is_lost = True
        return 0, 0

    def _begins_line(self, position: int) -> bool:
        with contextlib.suppress(OSError), (self._folder / RECORDS).open("rb") as file:
            return position == 0 or os.pread(file.fileno(), 1, position - 1) == b"\n"
        return False

    def _write_sent(self, positions: list[int]) -> None:
        text = " ".join(map(str, positions))
        write_whole(self._folder / _SENT, f"{text}\n".encode())

    def mark_sent(self, lane: Lane, position: int) -> None:
        """Note that the records of a lane before `position` were sent.

        Args:
            lane: `VALUES` or `ARTIFACTS`.
            position: In bytes of `records.jsonl`.
        """
        sent = list(self.sent())
        if sent[lane] != position:
            sent[lane] = position
            self._write_sent(sent)

    def start_over(self) -> None:
        """Send every record again, as to another run."""
        self.is_lost = True
        self._write_sent([0, 0])

    def waiting(self) -> list[Waiting]:
        """Return the records that are tried apart."""
        found = []
        with contextlib.suppress(FileNotFoundError):
            for line in (self._folder / _WAITING).read_bytes().splitlines():
                with contextlib.suppress(ValueError, TypeError):  # a crash has torn the line
                    record, tries, due, reason = json.loads(line)
                    found.append(Waiting(list(record), int(tries), float(due), str(reason)))
        return found

    def set_waiting(self, waiting: list[Waiting]) -> None:
        """Store the records that are tried apart."""
        if waiting:
            lines = [f"{json.dumps([*vars(item).values()])}\n" for item in waiting]
            write_whole(self._folder / _WAITING, "".join(lines).encode())
        else:
            (self._folder / _WAITING).unlink(missing_ok=True)

    def refuse(self, record: object, reason: str) -> None:
        """Append a record that is not tried again, and why, to `refused.jsonl`."""
        refusal = {"record": record, "reason": masked(reason)}
        line = json.dumps(refusal, ensure_ascii=False, default=str)
        refused = AppendLog(lambda: self._folder / _REFUSED)
        refused.append(f"{line}\n".encode(errors="replace"))
        refused.close()

    def refusals(self) -> list[tuple[Any, str]]:
        """Return every record that was refused, and why."""
        found = []
        with contextlib.suppress(FileNotFoundError):
            for line in (self._folder / _REFUSED).read_bytes().splitlines():
                with contextlib.suppress(ValueError, KeyError, TypeError, RecursionError):
                    refusal = json.loads(line)
                    found.append((refusal["record"], str(refusal["reason"])))
        return found

    def forgive(self) -> None:
        """Let the records that were refused wait, to be tried again."""
        refused = [Waiting(r, 0, 0.0, reason) for r, reason in self.refusals() if is_record(r)]
        if refused:
            self.set_waiting([*self.waiting(), *refused])
        (self._folder / _REFUSED).unlink(missing_ok=True)


def is_record(value: object) -> bool:
    """Return whether a value may be a record: a list that begins with a kind."""
    return isinstance(value, list) and bool(value) and isinstance(value[0], str)
