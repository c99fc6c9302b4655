"""Sending the journals that runs have left behind."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from viz_backend_mlflow.client import RunClient
from viz_backend_mlflow.journal import Journal, find_journals

__all__ = ["Summary", "sync"]


@dataclass
class Summary:
    """What became of the journals in a folder.

    Attributes:
        journals: How many there were.
        sent: Records that MLflow has now.
        refused: Records that MLflow will never take; they stay in ``refused.jsonl``.
        left: Records that are still to be sent.
        errors: Why, by journal.
    """

    journals: int
    sent: int
    refused: int
    left: int
    errors: dict[Path, Exception]


def sync(
    folder: Path, timeout: float = 10.0, sent: Callable[[int], object] | None = None
) -> Summary:
    """Send every journal in ``folder`` and below it; running it twice changes nothing.

    A journal that MLflow has whole is deleted; that of a run that still records is left to it.

    Args:
        folder: Where ``save_dir`` is, or anything above it.
        timeout: Seconds that a request may take.
        sent: Called with the number of records after each batch.
    """
    journals = find_journals(folder)
    summary = Summary(len(journals), 0, 0, 0, {})

    def count(records: int) -> None:
        summary.sent += records
        if sent is not None:
            sent(records)

    for journal in journals:
        _send(journal, RunClient(journal, timeout), count, summary)
    return summary


def _send(
    journal: Journal, client: RunClient, sent: Callable[[int], object], summary: Summary
) -> None:
    try:
        client.send(sent=sent)
    except Exception as error:  # noqa: BLE001  # MLflow's; the other journals have their turn
        summary.errors[journal.folder] = error
        summary.left += journal.count()
    summary.refused += client.refused
    if not summary.errors.get(journal.folder):
        journal.remove_if_unused()
