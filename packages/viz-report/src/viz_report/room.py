"""Which records stay where there is no room for all."""

from __future__ import annotations

import heapq
from collections.abc import Mapping, Sequence
from typing import TypeVar

__all__ = ["fit", "told"]

G = TypeVar("G", bound="tuple[str, ...]")

#: As many names are told one by one.
_TOLD = 20


def fit(sizes: Mapping[G, Sequence[int]], room: float) -> dict[G, list[int]]:
    """Return which records of each name stay, so that all of them fit.

    Of the name that takes most every second goes, while the first and the last stay; of two the
    first goes; names of which there is one go last, the largest first.

    Args:
        sizes: Bytes of the records of each name, by step.
        room: Bytes for all of them.

    Returns:
        The places of those that stay, by name; no name is missing.
    """
    kept = {name: [*range(len(each))] for name, each in sizes.items()}
    total = sum(map(sum, sizes.values()))
    heap = [(len(each) < 2, -sum(each), name) for name, each in sizes.items() if each]
    heapq.heapify(heap)
    while total > room and heap:
        _, size, name = heapq.heappop(heap)
        places = kept[name]
        kept[name] = [*places[:-1:2], places[-1]] if len(places) > 2 else places[1:]
        after = sum(sizes[name][place] for place in kept[name])
        total += size + after
        if kept[name]:
            heapq.heappush(heap, (len(kept[name]) < 2, -after, name))
    return kept


def told(counts: Mapping[G, tuple[int, int]], why: str) -> list[str]:
    """Return lines that say of which names how many of how many records are there.

    Args:
        counts: How many stay, and how many there were, by run, kind and name.
        why: Why the others are not there.
    """
    short = {name: each for name, each in counts.items() if each[0] < each[1]}
    lines = [
        f"{' '.join(name[1:])}: {stay:,} of {of:,} steps, {why}"
        for name, (stay, of) in [*short.items()][:_TOLD]
    ]
    if len(short) > _TOLD:
        rest = [*short.values()][_TOLD:]
        stay, of = (sum(each[place] for each in rest) for place in (0, 1))
        lines.append(f"{len(rest):,} more names: {stay:,} of {of:,} steps, {why}")
    return lines
