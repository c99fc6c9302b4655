"""What a page shows, as one JSON object; `docs/decisions/0019-report.md` has its shape."""

from __future__ import annotations

import json
import math
import os
import time
from collections.abc import Iterable, Sequence
from functools import partial
from typing import Any

from viz_core import Run, Session
from viz_report.curves import BUCKETS, thin
from viz_report.media import Served, Store, size_of
from viz_report.parts import Folder, Part
from viz_report.plain import plain
from viz_report.records import ENTRY_ERRORS, Entry, Medium, is_inside
from viz_report.room import fit, told

__all__ = ["as_runs", "page_data"]

#: Bytes of a point of a curve, and the fewest buckets that a curve has.
_POINT, _FEWEST = 30, 10
#: Bytes of what says where an image is, and how large.
_MEDIUM = 50

#: A part, with what its folder was read as.
Read = tuple[Part, Folder, Run]


def page_data(
    read: Sequence[Read], store: Store, room: float, *, title: str, live: bool = False
) -> dict[str, Any]:
    """Return all that a page shows.

    Args:
        read: Its runs.
        store: Takes its images and videos.
        room: Bytes for all of it: half for what is no image, and the rest for images.
        title: Of the page.
        live: Whether it is to ask for more.
    """
    runs, left_out = as_runs(read, store, room)
    if not live:
        for run in runs:
            _share_truths(run.get("annotations", {}))
    return {
        "version": 1,
        "title": title,
        "made": round(time.time(), 1),
        "live": live,
        "cursor": None,
        "left_out": left_out,
        "blobs": store.urls,
        "runs": runs,
    }


def as_runs(
    read: Sequence[Read], store: Store, room: float
) -> tuple[list[dict[str, Any]], list[str]]:
    """Return the runs of a page, and lines that say what of them is not there for want of room."""
    curves = sum(len(part.curves) for part, _, _ in read)
    buckets = min(BUCKETS, max(_FEWEST, int(room / 2 / 2 / _POINT / max(curves, 1))))
    left_out = []
    if buckets < BUCKETS and any(
        len(curve.steps) > 2 * buckets for part, _, _ in read for curve in part.curves.values()
    ):
        left_out.append(
            f"curves: lowest and highest of {buckets:,} parts each instead of {BUCKETS:,}, as there "
            f"are {curves:,}"
        )
    runs = {part.id: _described(part, folder, run, store) for part, folder, run in read}
    for part, _, _ in read:
        scalars = {name: thin(curve, buckets).as_json() for name, curve in part.curves.items()}
        runs[part.id]["scalars"] = scalars
    found, unread = _steps(read)
    took = len(json.dumps([*runs.values()]))
    if took > room:
        left_out.append(f"all but curves and configs, which alone take {took / 1e6:.1f} MB")
    room -= took
    kept, lines = _fitting(found, room / 2)
    left_out += lines
    rest = room - sum(size for each in kept.values() for _, _, size in each)
    left_out += _add(kept, runs, store, rest)
    for described in runs.values():
        annotations = described.get("annotations", {})
        described["classes"] = _classes(annotations)
        colors = [value.pop("colors") for each in annotations.values() for value in each]
        described["colors"] = {name: color for each in colors for name, color in each.items()}
    if unread:
        left_out.append(f"{unread:,} records that could not be read")
    return [*runs.values()], left_out


#: Records of a name: each with what the page shows of it, and the bytes of that.
_Shown = list[tuple[Entry, dict[str, Any], int]]
_Group = tuple[str, str, str]


def _steps(read: Iterable[Read]) -> tuple[dict[_Group, _Shown], int]:
    """Return what is shown of each name by step, and how many records could not be read."""
    found: dict[_Group, _Shown] = {}
    unread = 0
    for part, _, _ in read:
        for (kind, name), by_step in part.entries.items():
            shown = found.setdefault((part.id, kind, name), [])
            for _, entry in sorted(by_step.items()):
                try:
                    value = entry.read()
                    size = len(json.dumps(value, allow_nan=False)) + _MEDIUM
                except ENTRY_ERRORS:  # it is torn, or somebody else's
                    unread += 1
                else:
                    shown.append((entry, value, size))
    return found, unread


def _fitting(found: dict[_Group, _Shown], room: float) -> tuple[dict[_Group, _Shown], list[str]]:
    """Return those records for which there is room, and what is left out."""
    places = fit({name: [size for _, _, size in each] for name, each in found.items()}, room)
    kept = {name: [each[place] for place in places[name]] for name, each in found.items()}
    counts = {name: (len(kept[name]), len(each)) for name, each in found.items()}
    return kept, told(counts, "for want of room")


def _add(
    kept: dict[_Group, _Shown],
    runs: dict[str, dict[str, Any]],
    store: Store,
    room: float,
) -> list[str]:
    """Add records to their runs, with those images for which there is room; return what is not."""
    media = {
        name: [*dict.fromkeys(entry.medium for entry, _, _ in each if entry.medium is not None)]
        for name, each in kept.items()
    }
    chosen = store.choose(media, room)
    counts = {}
    for name, each in kept.items():
        part, kind, called = name
        shown = []
        for entry, value, _ in each:
            if entry.medium is None or (entry.medium in chosen and _link(value, entry, store)):
                shown.append(value)
            if kind == "html" and entry.file is not None and isinstance(store, Served):
                value["href"] = store.urls.get(store.add(entry.file) or "")
        if shown:
            runs[part].setdefault(kind, {})[called] = shown
        counts[name] = len(shown), len(each)
    return told(counts, "for want of room or as they could not be read")


def _link(value: dict[str, Any], entry: Entry, store: Store) -> bool:
    """Give a value its image or video, and return whether that can be read."""
    assert entry.medium is not None
    is_video = entry.kind == "videos"
    if not is_video and "width" not in value:
        size = size_of(entry.medium)
        if size is None:
            return False
        value["width"], value["height"] = size
    key = store.add(entry.medium)
    value["video" if is_video else "image"] = key
    return key is not None


def _share_truths(annotations: dict[str, list[dict[str, Any]]]) -> None:
    """Write the truth of a sample, which is the same at each step, once: then its place."""
    for values in annotations.values():
        first = 0
        for place, value in enumerate(values):
            if value["truth"] is None or value["truth"] != values[first]["truth"] or place == 0:
                first = place
            else:
                value["truth"] = first


def _classes(annotations: dict[str, list[dict[str, Any]]]) -> list[str]:
    """Return the names of the classes that occur, in the order of their labels."""
    labels: dict[str, int] = {}
    for value in (value for each in annotations.values() for value in each):
        sides = [value[side] for side in ("truth", "prediction") if value[side]]
        maps = [side[key] for side in sides for key in ("semantic", "panoptic") if key in side]
        for part in (*sides, *maps):
            names = part.get("names") or [f"class {label}" for label in part.get("labels", ())]
            labels |= dict(zip(map(str, names), part.get("labels", ()), strict=False))
    return sorted(labels, key=lambda name: (labels[name], name))


def _described(part: Part, folder: Folder, run: Run, store: Store) -> dict[str, Any]:
    """Return what the page shows of a run besides its records; of a folder, its main part has it."""
    part = next(whole for whole in folder.parts if whole.id == part.id)  # this may be what is new
    sessions = [each for each in run.sessions if each.rank == part.rank]
    sessions = [each for each in sessions if each.run in part.sessions] or sessions[-1:]
    described: dict[str, Any] = {
        "id": part.id,
        "name": part.name,
        "sessions": [each._asdict() | {"config": None} for each in sessions],
        "seconds": _seconds(part, sessions),
        "skipped": 0,
        "config": plain(next((s.config for s in reversed(sessions) if s.config), None)),
        "hparams": None,
        "not_recorded": {},
        "files": [],
    }
    if part is folder.main:
        described["skipped"] = folder.skipped
        described["not_recorded"] = run.failures
        described["files"] = _files(folder, run, store)
        if run.hparams is not None:
            described["hparams"] = plain(run.hparams._asdict())
    return described


def _seconds(part: Part, sessions: Iterable[Session]) -> float | None:
    """Return how long a run took, as far as is known."""
    ends = [curve.times[-1] for curve in part.curves.values() if len(curve.times)]
    ends += [session.ended for session in sessions if session.ended is not None]
    starts = [session.started for session in sessions if session.started is not None]
    known = [end for end in ends if not math.isnan(end)]
    return round(float(max(known) - min(starts)), 1) if known and starts else None


def _files(folder: Folder, run: Run, store: Store) -> list[dict[str, Any]]:
    """Return the files of a run, with a link to each that lies in its folder, if links can be."""
    home = os.path.realpath(run.folder)
    found: list[dict[str, Any]] = []
    for name, path in folder.files.items():
        file = Medium(path, partial(run.fetch, path))
        try:
            size = path.stat().st_size
        except OSError:
            continue
        key = store.add(file) if isinstance(store, Served) and is_inside(path, home) else None
        found.append({"name": name, "size": size, "href": key and store.urls[key]})
    return found
