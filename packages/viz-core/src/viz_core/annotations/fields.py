"""Reading fields of samples and results, whatever their class, and telling of those not known."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches
from functools import lru_cache, partial
from typing import Any

from viz_core._warnings import warn_user
from viz_core.errors import VizWarning

__all__ = ["Spellings", "has_strange", "read_field", "read_known", "seen_fields", "tell_of_unknown"]

#: What a field is called, by our name for it; ours is the first.
Spellings = Mapping[str, Sequence[str]]

# How alike a name must be to one that is missing: to be taken for it, or to be told of.
_TAKEN, _TOLD = 0.85, 0.75


def read_field(holder: Any, name: str) -> Any:
    """Return a field of a mapping or an object, or None if it has no such field."""
    if isinstance(holder, Mapping):
        return holder.get(name)
    return getattr(holder, name, None)


def _attribute(holder: Any, name: str) -> Any:
    return getattr(holder, name, None)


def seen_fields(holder: Any) -> list[str]:
    """Return the names of the fields of a mapping or an object."""
    if isinstance(holder, Mapping):
        return [str(name) for name in holder]
    for method in ("keys", "get_fields"):  # MMEngine's and detectron2's
        if callable(named := getattr(holder, method, None)):
            return [str(name) for name in named()]
    names: Iterable[str] = ()
    for attribute in ("__dict__", "_fields", "__slots__"):
        names = names or getattr(holder, attribute, ())
    return [name for name in names if not name.startswith("_")]


def read_known(
    holder: Any, spellings: Spellings, what: str, *, taken: float = _TAKEN, told: float = _TOLD
) -> dict[str, Any]:
    """Return the fields of a holder by our names for them, without those that are missing or None.

    Args:
        holder: A mapping or an object.
        spellings: What each field is called.
        what: What the holder is called in a warning.
        taken: How alike the name of another field must be to be taken for a missing one, in 0..1.
        told: How alike it must be to be told of.

    Warns:
        VizWarning: If a field is called almost as one that is missing.
    """
    found: dict[str, Any] = {}
    used = set()
    # Of every sample some thirty names are asked for: what it is, is asked once.
    read = holder.get if isinstance(holder, Mapping) else partial(_attribute, holder)
    for name, spelled in spellings.items():
        for spelling in spelled:
            value = read(spelling)
            if value is not None:
                found[name] = value
                used.add(spelling)
                break
    strange = [name for name in seen_fields(holder) if name not in used and read(name) is not None]
    if not strange:
        return found
    known = {spelling for spelled in spellings.values() for spelling in spelled}
    for field in strange:
        if field in known:
            continue
        missing = tuple(s for name in spellings if name not in found for s in spellings[name])
        if near := _nearest(field, missing, taken):
            warn_user(f"the field {field!r} of {what} is taken for {near!r}", VizWarning)
            name = next(name for name, spelled in spellings.items() if near in spelled)
            found[name] = read_field(holder, field)
        elif near := _nearest(field, missing, told):
            warn_user(
                f"the field {field!r} of {what} is not drawn; did you mean {near!r}?",
                VizWarning,
            )
    return found


def has_strange(holder: Any, spellings: Spellings) -> bool:
    """Return whether a holder has a field that is called like none that is known."""
    known = tuple(spelling for spelled in spellings.values() for spelling in spelled)
    return any(
        read_field(holder, field) is not None and not _nearest(field, known, _TOLD)
        for field in seen_fields(holder)
    )


@lru_cache(maxsize=1024)
def _nearest(field: str, names: tuple[str, ...], likeness: float) -> str | None:
    near = get_close_matches(field, names, 1, likeness)
    return near[0] if near else None


def tell_of_unknown(holder: Any, spellings: Spellings, what: str) -> None:
    """Tell that nothing of a holder is drawn, with its fields and those that are known.

    Warns:
        VizWarning: Always, but for a mapping or a sample that is empty: it has nothing to draw.
    """
    seen = [name for name in seen_fields(holder) if read_field(holder, name) is not None]
    if seen or not (isinstance(holder, Mapping) or hasattr(holder, "keys")):
        known = ", ".join(spelling for spelled in spellings.values() for spelling in spelled)
        warn_user(
            f"nothing of {what} is drawn, a {type(holder).__name__} with the fields "
            f"{', '.join(seen) or 'none'}; known are {known}",
            VizWarning,
        )
