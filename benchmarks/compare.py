"""Timing two ways of doing one thing side by side: interleaved, medians, ratios."""

from __future__ import annotations

import gc
import importlib.metadata
import json
import os
import platform
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

__all__ = ["measure", "print_environment", "print_table"]


def measure(
    contenders: Mapping[str, Callable[[], object]],
    *,
    seconds: float = 4.0,
    rounds: int = 200,
    at_least: int = 5,
) -> dict[str, float]:
    """Return the median time of one call of each contender, in seconds.

    They take turns within each round, so that a busy machine is busy for all of them, and each
    round begins with another, so that none always follows the one that leaves work behind.
    """
    names = list(contenders)
    times: dict[str, list[float]] = {name: [] for name in contenders}
    for call in contenders.values():
        call()  # caches, imports and lazy set-up are not what is compared
    start = time.perf_counter()
    done = 0
    gc.collect()
    gc.disable()
    try:
        while done < at_least or (done < rounds and time.perf_counter() - start < seconds):
            names.append(names.pop(0))
            for name in names:
                call = contenders[name]
                before = time.perf_counter()
                call()
                times[name].append(time.perf_counter() - before)
            done += 1
    finally:
        gc.enable()
    return {name: statistics.median(values) for name, values in times.items()}


def print_environment(packages: Sequence[str]) -> None:
    """Print the machine and the versions that the figures belong to."""
    print(f"Python {platform.python_version()}, {platform.machine()}, {platform.system()}")
    for package in packages:
        try:
            print(f"  {package} {importlib.metadata.version(package)}")
        except importlib.metadata.PackageNotFoundError:
            print(f"  {package}: not installed")


def print_table(title: str, rows: Sequence[tuple[str, Mapping[str, float]]], ours: str) -> None:
    """Print medians in milliseconds and each peer's time divided by ours, as Markdown."""
    peers = [name for name in dict.fromkeys(n for _, row in rows for n in row) if name != ours]
    print(f"\n### {title}\n")
    print(f"| case | {ours} ms | " + " | ".join(f"{p} / {ours}" for p in peers) + " |")
    print("|---" * (2 + len(peers)) + "|")
    for case, row in rows:
        ratios = (f"{row[p] / row[ours]:.2f}" if p in row else "" for p in peers)
        print(f"| {case} | {row[ours] * 1e3:.4g} | " + " | ".join(ratios) + " |")
    if "VIZ_FIGURES" in os.environ:  # `figures.py` makes one page of many runs
        with Path(os.environ["VIZ_FIGURES"]).open("a") as file:
            for case, row in rows:
                figures = {"table": title, "case": case, "ours": ours, "seconds": dict(row)}
                file.write(json.dumps(figures) + "\n")
