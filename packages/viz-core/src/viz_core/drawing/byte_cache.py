"""A cache that is bounded by the bytes it holds."""

from __future__ import annotations

import threading
from collections.abc import Hashable
from typing import Generic, TypeVar

__all__ = ["ByteCache"]

Item = TypeVar("Item")


class ByteCache(Generic[Item]):
    """Keeps what was used lately, in two generations.

    What is found among the old moves to the young; when the young hold half of the bytes allowed
    they become the old, and the old are dropped. A hit is one look into one dict, which an
    order of use (an LRU) would make several times as slow. Threads may share it.

    Args:
        limit: How many bytes to hold at most.
    """

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self._lock = threading.Lock()
        self._young: dict[Hashable, tuple[Item, int]] = {}
        self._old: dict[Hashable, tuple[Item, int]] = {}
        self._bytes = 0

    def find(self, key: Hashable) -> Item | None:
        """Return what was kept under ``key``, or None."""
        entry = self._young.get(key)
        if entry is not None:
            return entry[0]
        entry = self._old.get(key)
        if entry is None:
            return None
        return self.keep(key, *entry)

    def keep(self, key: Hashable, item: Item, size: int) -> Item:
        """Keep ``item`` of ``size`` bytes under ``key``, also if it has grown, and return it."""
        with self._lock:
            if key in self._young:
                self._bytes -= self._young.pop(key)[1]
            if self._bytes + size > self.limit // 2:
                self._old, self._young, self._bytes = self._young, {}, 0
            if size <= self.limit // 2:
                self._young[key] = (item, size)
                self._bytes += size
        return item

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._young, self._old, self._bytes = {}, {}, 0

    def __len__(self) -> int:
        return len(self._young.keys() | self._old.keys())
