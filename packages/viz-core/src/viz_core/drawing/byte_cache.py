"""A cache that is bounded by the bytes it holds."""

from __future__ import annotations

from collections.abc import Hashable
from typing import TypeVar

__all__ = ["ByteCache"]

Item = TypeVar("Item")


class ByteCache(dict[Hashable, Item]):
    """A dict that is emptied when its items take more than so many bytes.

    What is in use is soon back, and finding it is one look into a dict. Threads may share it, and
    signal handlers and forked children, for which it has no lock: at worst a count is lost.

    Args:
        limit: In bytes.
    """

    def __init__(self, limit: int) -> None:
        super().__init__()
        self.limit = limit
        self._bytes = 0

    def keep(self, key: Hashable, item: Item, nbytes: int) -> Item:
        """Keep ``item`` of ``nbytes`` bytes under ``key``, and return it."""
        self.count(nbytes)
        self[key] = item
        return item

    def count(self, nbytes: int) -> None:
        """Count the bytes by which an item has grown; with too many, all items go."""
        self._bytes += nbytes
        if self._bytes > self.limit:
            self.clear()
            self._bytes = nbytes
