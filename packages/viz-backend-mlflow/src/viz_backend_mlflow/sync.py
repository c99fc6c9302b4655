"""Sending the journals that runs could not send."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from viz_backend_mlflow.batch import describe
from viz_backend_mlflow.client import RunClient
from viz_backend_mlflow.journal import Journal, find_journals

__all__ = ["Summary", "send_unused", "sync", "unused_journals"]


@dataclass
class Summary:
    """The outcome of sending the journals in a folder.

    Attributes:
        journals: How many journals were found.
        sent: How many records were sent now.
        refused: How many records were refused now.
        left: How many records are still to be sent.
        errors: Why they could not be sent, by the folder of the journal.
        refusals: What was refused, now or before, and why, by the folder of the journal.
    """

    journals: int
    sent: int = 0
    refused: int = 0
    left: int = 0
    errors: dict[Path, Exception] = field(default_factory=dict)
    refusals: dict[Path, list[str]] = field(default_factory=dict)


def sync(
    folder: Path,
    timeout: float = 10.0,
    sent: Callable[[int], object] | None = None,
    *,
    refused: bool = False,
    any_file: bool = False,
) -> Summary:
    """Send every journal in `folder` and below it; sending one twice changes nothing.

    A record that fails while MLflow answers is tried five times, then refused. A journal is
    deleted when MLflow has all of it, unless a run still records to it. The status of a run
    whose program was killed becomes `KILLED`.

    Args:
        folder: The `save_dir` of a run, or a folder above it.
        timeout: Seconds that a request may take.
        sent: Called after each batch, with the count of its records.
        refused: Also try again what was refused.
        any_file: Also send files that are not in the `save_dir` of the journal that names them.
    """
    journals = find_journals(folder)
    summary = Summary(len(journals))

    def count(records: int) -> None:
        summary.sent += records
        if sent is not None:
            sent(records)

    for journal in journals:
        client = RunClient(journal, timeout, None if any_file else journal.save_dir)
        try:
            if refused:
                journal.progress.forgive()
            client.send(sent=count, tries="all")
            _end_killed(journal, client)
        except Exception as error:  # noqa: BLE001  # MLflow's, the disk's; others may be sent
            summary.errors[journal.folder] = error
        summary.refused += len(client.refused)
        try:
            summary.left += journal.count()
            refusals = [f"{describe(record)}: {why}" for record, why in journal.progress.refusals()]
            if refusals:
                summary.refusals[journal.folder] = refusals
            journal.remove_if_unused()
        except OSError as error:  # of a folder that cannot be read
            summary.errors[journal.folder] = error
    summary.sent -= summary.refused
    return summary


def unused_journals(folder: Path | None, but: Journal) -> list[Journal]:
    """Return the journals in a folder of journals that no process records to, except `but`."""
    if folder is None:
        return []
    found = [Journal(path.parent) for path in folder.glob("*/records.jsonl")]
    return [it for it in found if it.folder != but.folder and it.is_unused]


def send_unused(journal: Journal, timeout: float, is_over: Callable[[], bool]) -> bool:
    """Send the journal of a run that has ended, and return False if it is to be called again.

    Raises:
        ConnectionError: If MLflow cannot be reached.
    """
    client = RunClient(journal, timeout, journal.save_dir)
    client.send(is_over)
    if is_over():
        return False
    _end_killed(journal, client)
    journal.remove_if_unused()
    return True


def _end_killed(journal: Journal, client: RunClient) -> None:
    """End the run of a program that could not do so itself."""
    if journal.is_unused and not journal.has_ended:
        client.end("KILLED", journal.last_record)
