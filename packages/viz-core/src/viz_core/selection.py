"""The best of many, each once: in this process, or of all ranks."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from hashlib import blake2b
from typing import Any, Generic, TypeAlias, TypeVar

from viz_core.convert import shortened

__all__ = ["Gather", "Rank", "Top", "gather_tops", "keyed_hash"]

#: What is compared; the highest are kept.
Rank: TypeAlias = tuple[float, ...]

#: Returns what each rank gives it, in a list, on every rank.
Gather: TypeAlias = Callable[[Any], list[Any]]

Held = TypeVar("Held")


def keyed_hash(name: str, seed: int) -> int:
    """Return a hash that is the same in every process and on every machine, in 64 bits."""
    key = str(seed).encode()[:64]
    return int.from_bytes(blake2b(name.encode(), digest_size=8, key=key).digest(), "big")


class Top(Generic[Held]):
    """What has the highest ranks, by name.

    Args:
        count: How many are kept.
    """

    def __init__(self, count: int) -> None:
        self.count = count
        self._held: dict[str, tuple[Rank, Held]] = {}
        self._least: Rank = ()

    def wants(self, name: str, rank: Rank) -> bool:
        """Return whether `add` would keep it; of a name that is held, only if the rank is higher."""
        held = self._held.get(name)
        if held is not None:
            return rank > held[0]
        return len(self._held) < self.count or (self.count > 0 and rank > self._least)

    def add(self, name: str, rank: Rank, what: Held) -> None:
        """Keep what is wanted, in the place of what has the lowest rank if there are too many."""
        self._held[name] = (rank, what)
        if len(self._held) > self.count:
            del self._held[min(self._held, key=lambda each: self._held[each][0])]
        self._least = min(rank for rank, _ in self._held.values())

    def ranks(self) -> dict[str, Rank]:
        """Return the rank of each."""
        return {name: rank for name, (rank, _) in self._held.items()}

    def best_first(self) -> dict[str, Held]:
        """Return what is held by name, the highest rank first."""
        ordered = sorted(self._held.items(), key=lambda each: each[1][0], reverse=True)
        return {name: what for name, (_, what) in ordered}


def gather_tops(
    tops: Sequence[Top[Held]], gather: Gather, ready: Callable[[str, Held], Held | None]
) -> list[dict[str, Held]]:
    """Return what is best on all ranks, for each of several tops; on others than rank 0 nothing.

    First the ranks are gathered, then what is chosen alone, from the first process that has it.

    Args:
        tops: Of this process, as many on each.
        gather: Returns what each process gives it.
        ready: Makes of a name and what is chosen what other processes can use; None leaves it out.

    Raises:
        ValueError: If `gather` does not return a list with what it was given.
    """
    token = os.urandom(16)  # tells which is ours, whatever counts the ranks
    offered = gather((token, [top.ranks() for top in tops]))
    own = _find(token, offered)
    chosen: list[dict[str, int]] = []
    for number, top in enumerate(tops):
        best: Top[int] = Top(top.count)
        for process, (_, ranks) in enumerate(offered):
            for name, rank in ranks[number].items():
                if best.wants(name, rank):
                    best.add(name, rank, process)
        chosen.append(best.best_first())
    held = [top.best_first() for top in tops]
    sent = gather(
        [
            {name: ready(name, mine[name]) for name, process in best.items() if process == own}
            for best, mine in zip(chosen, held, strict=True)
        ]
    )
    if own:
        return [{} for _ in tops]
    return [
        {
            name: what
            for name, process in best.items()
            if (what := sent[process][number][name]) is not None
        }
        for number, best in enumerate(chosen)
    ]


def _find(token: bytes, offered: Any) -> int:
    """Return the place of a token among what was gathered."""
    if isinstance(offered, list):
        for process, given in enumerate(offered):
            if isinstance(given, tuple) and given[0] == token:
                return process
    raise ValueError(
        "gather must return a list with what each rank gave it, on every rank, got "
        f"{type(offered).__name__}: {shortened(offered)}"
    )
