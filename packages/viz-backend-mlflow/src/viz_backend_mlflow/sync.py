"""Sending the journals that runs could not send."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from viz_backend_mlflow.client import RunClient
from viz_backend_mlflow.journal import find_journals

__all__ = ["Summary", "sync"]


@dataclass
class Summary:
    """The outcome of sending the journals in a folder.

    Attributes:
        journals: How many journals were found.
        sent: How many records were sent now.
        refused: How many records MLflow will never take; they are in `refused.jsonl`.
        left: How many records are still to be sent.
        errors: Why they could not be sent, by the folder of the journal.
    """

    journals: int
    sent: int
    refused: int
    left: int
    errors: dict[Path, Exception]


def sync(
    folder: Path, timeout: float = 10.0, sent: Callable[[int], object] | None = None
) -> Summary:
    """Send every journal in `folder` and below it; sending one twice changes nothing.

    A journal is deleted when MLflow has all of it, unless a run still records to it.

    Args:
        folder: The `save_dir` of a run, or a folder above it.
        timeout: Seconds that a request may take.
        sent: Called after each batch, with the count of its records.
    """
    journals = find_journals(folder)
    summary = Summary(len(journals), 0, 0, 0, {})

    def count(records: int) -> None:
        summary.sent += records
        if sent is not None:
            sent(records)

    for journal in journals:
        client = RunClient(journal, timeout)
        try:
            client.send(sent=count)
        except Exception as error:  # noqa: BLE001  # MLflow's; other journals may be sent
            summary.errors[journal.folder] = error
            summary.left += journal.count()
        else:
            journal.remove_if_unused()
        summary.refused += client.refused
    return summary
