"""The backend that needs nothing: files in a folder."""

# ruff: noqa: ARG002  # a backend takes what callers may pass, also where it means nothing here

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Mapping
from pathlib import Path, PurePath
from typing import TYPE_CHECKING

from viz_core._warnings import warn_user
from viz_core.backends.local_kinds import ANNOTATIONS, BASE_QUALITY, LocalKinds
from viz_core.backends.thinning import Room
from viz_core.errors import RecordingWarning
from viz_core.files.append_log import AppendLog
from viz_core.files.atomic import copy_whole, sync_to_disk, write_whole
from viz_core.files.budget import as_budget
from viz_core.files.encoding import ImageEncoder, as_count
from viz_core.files.paths import NAMES_FILE, as_inner_path, file_name
from viz_core.files.scalars import encode_line, encode_scalar
from viz_core.remote.choice import make_uploader
from viz_core.runs.folders import KIND_FOLDERS
from viz_core.typing import Image, ImageFormat, Remote, Scalar

if TYPE_CHECKING:
    from viz_core.config.normalize import RunConfig
    from viz_core.runs.index import RunIndex

__all__ = ["LocalVisBackend"]

#: What the places are called that a user may name otherwise.
_NAMES = ("vis_image", "scalars.json", "config.py")

#: How many files that are in `names.json` are remembered, so that each is there once.
_MOST_LISTED = 1000


class LocalVisBackend(LocalKinds):
    """Keeps every kind of record but graphs as files.

    A record is with the operating system when the call returns, so that killing the process
    loses none; `flush(sync=True)` waits for the disk. No reader ever finds half an image,
    line or config. Threads, forked children and other processes may record into one folder.

    `scalars.json` has one line for each call; [`read_scalars`][viz_core.read_scalars] reads it.
    Images are `<name>_<step>.png`, where `/` in a name makes folders. No name leaves the folder. A
    name that is too long for a file is cut, and is whole in `names.json` beside the images. Where the
    other kinds are stands at their methods.

    Args:
        save_dir: The folder for all of them. The others are inside it, or absolute.
        img_save_dir: The folder for images inside it.
        config_save_file: The file for the config; ends in `.py`.
        scalar_save_file: The file for scalars; ends in `.json`.
        image_format: `'png'`, or `'jpg'` or `'webp'`, which are smaller and lossy; what
            is transparent becomes white in `'jpg'`.
        quality: 1 to 100, of `'jpg'` and `'webp'`; 90 by default.
        max_side: Pixels of an image's longer side at most: a larger one is made smaller; any by
            default.
        keep_last: How many files a name has at most, the last that were recorded, of images,
            figures, texts, tables, videos and pages; all by default.
        budget_mb: Megabytes of these, and of images that annotations name, which stay. Where they
            are more, every second step of the name that has most goes, but for its first and last.
        remote: A URL that all these files are copied to, as `'s3://bucket/run'`, or a dict of `url`
            and seconds, 30 by default: `every`, between contacts, `timeout`, of waiting in `close`.

    Raises:
        TypeError: If one of the first four is no path, or an argument of another kind.
        ValueError: If a file name has another ending, one of them leaves the folder or is a URL,
            or has no copy in `remote`, or the format, a number or `remote` is none of these.
        ModuleNotFoundError: If what fsspec needs for `remote` is not installed.
    """

    needs_save_dir = True

    def __init__(
        self,
        save_dir: str | os.PathLike[str] | None = None,
        img_save_dir: str = "vis_image",
        config_save_file: str = "config.py",
        scalar_save_file: str = "scalars.json",
        *,
        image_format: ImageFormat = "png",
        quality: int | None = None,
        max_side: int | None = None,
        keep_last: int | None = None,
        budget_mb: float | None = None,
        remote: Remote | None = None,
    ) -> None:
        super().__init__(save_dir)
        self._image_folder = _as_folder(img_save_dir)
        self._config_file = _as_file(config_save_file, "config_save_file", ".py")
        self._scalar_file = _as_file(scalar_save_file, "scalar_save_file", ".json")
        self._named_in: RunIndex | None = None
        self._encode = ImageEncoder(image_format, quality, max_side)
        self._encode_base = ImageEncoder("jpg", BASE_QUALITY, max_side)
        keep_last = None if keep_last is None else as_count("keep_last", keep_last)
        budget = as_budget(budget_mb)
        is_bounded = not keep_last is budget is None
        self._room = Room(keep_last, budget, self._note_thinned) if is_bounded else None
        self._budget_mb = budget_mb
        self._is_full = False
        self._files: dict[str, AppendLog] = {}
        self._scalars = self._run_lines(self._scalar_file)
        self._listed: set[str] = set()
        self._unsynced: dict[str, int] = {}
        self._untold: RunIndex | None = None
        self._last_index: RunIndex | None = None
        self._step_is_taken = False
        self._places = self._image_folder, self._scalar_file, self._config_file
        self._uploader = make_uploader(remote, self, self._places)

    @property
    def is_open(self) -> bool:
        """Whether this process holds a file open."""
        return super().is_open or any(file.is_open for file in self._files.values())

    def add_config(self, config: RunConfig, **kwargs: object) -> None:
        """Keep the config as Python source."""
        self._replace(self._config_file, config.pretty_text.encode())

    def _replace(self, file: str, content: bytes) -> None:
        index = self._entered()
        name = file
        path, writer = self._locate(name), index.writer_of(name)
        if path.exists() and writer > index.number:
            name = index.own_name(name)  # `config.py` is the newest run's
            path = self._locate(name)
        elif path.exists() and writer < index.number and path.read_bytes() != content:
            path.rename(self._locate(index.own_name(name, writer)))
        write_whole(path, content)
        index.note(name, 0)
        self._note_unsynced(name, path)
        self._tell()

    def add_image(self, name: str, image: Image, step: int = 0, **kwargs: object) -> None:
        """Keep an image as a file of its own."""
        data = self._encode(image).data
        self._write(self._image_folder, name, f"_{step}.{self._encode.image_format}", data)

    def _write(self, folder: str, name: str, ending: str, content: bytes | Path) -> None:
        index = self._entered()
        relative, shortened = file_name(name, ending)
        path = self.directory / folder / relative
        path.parent.mkdir(parents=True, exist_ok=True)
        # Its name comes first, so that no reader finds the file without it.
        if shortened and (listed := f"{folder}/{relative}") not in self._listed:
            # `a/b.bin` is listed as what it was called, `a/b_3.png` as what the record is.
            entry = {
                "file": str(relative),
                "name": name if ending.startswith("_") else name + ending,
            }
            self._lines(f"{folder}/{NAMES_FILE}").append(f"{json.dumps(entry)}\n".encode())
            if len(self._listed) >= _MOST_LISTED:
                self._listed.clear()  # a line that is there twice does no harm
            self._listed.add(listed)
        if isinstance(content, bytes):
            write_whole(path, content)
        else:
            copy_whole(content, path)
        if index.number > 1:  # what no line names is the first run's
            index.note(os.path.relpath(path, index.folder), 0)
        self._note_unsynced(folder, path)
        if self._room is not None and (ending.startswith("_") or folder == ANNOTATIONS):
            self._make_room(path)
        self._tell()

    def _make_room(self, path: Path) -> None:
        assert self._room is not None
        folders = (self._image_folder, *KIND_FOLDERS[1:-1], ANNOTATIONS)
        is_full = self._room.is_full_after([self.directory / name for name in folders], path)
        if is_full and not self._is_full:
            warn_user(
                f"{self.directory} has more than budget_mb={self._budget_mb}, and of no name more "
                "than two files, which stay, as do images that annotations name; recording goes on",
                RecordingWarning,
            )
        self._is_full = is_full

    def _note_thinned(self, name: str, steps: list[int]) -> None:
        index = self.enter_run()
        index.note_thinned(os.path.relpath(name, index.folder), steps)

    def _append(self, file: str, line: bytes) -> None:
        self._run_lines(file).append(line)
        self._tell()

    def add_scalar(self, name: str, value: Scalar, step: int = 0, **kwargs: object) -> None:
        """Keep one scalar, as one line.

        Warns:
            RecordingWarning: Once, if `name` is `step`. The line has its step under that name, and
                the scalar as `step_value`.
        """
        self._scalars.append(encode_scalar(name, value, step))
        if self._untold is not None:
            self._tell()
        if name == "step" and not self._step_is_taken:
            self._step_is_taken = True
            warn_user(
                "a scalar called 'step' is written as 'step_value', since 'step' is the step of "
                "its line; read_scalars gives it back as 'step'",
                RecordingWarning,
            )

    def add_scalars(
        self,
        scalar_dict: Mapping[str, Scalar],
        step: int = 0,
        file_path: str | None = None,
        **kwargs: object,
    ) -> None:
        """Keep scalars that belong together, as one line.

        Args:
            scalar_dict: Ints and floats by name.
            step: The step of all of them.
            file_path: Another file for the same line, ending in `.json`: a path inside the same
                folder, or an absolute one.
            **kwargs: What the caller passed besides.

        Raises:
            ValueError: If `file_path` ends otherwise, leaves the folder, or is where every scalar
                goes already.
        """
        if file_path is not None:
            file_path = _as_file(file_path, "file_path", ".json")
            if self.directory / file_path == self.directory / self._scalar_file:
                raise ValueError(
                    f"file_path={file_path!r} is where every scalar goes already; name another "
                    "file, or leave it out"
                )
        line = encode_line({**scalar_dict, "step": step})
        if file_path is not None:
            self._run_lines(file_path).append(line)
        self._scalars.append(line)
        if self._untold is not None:
            self._tell()

    def flush(self, sync: bool = False) -> None:
        """Do nothing, as every record is written at once; with `sync`, wait for the disk."""
        if not sync:
            return
        for file in list(self._files.values()):
            file.sync()
        while self._unsynced:
            name, since = self._unsynced.popitem()
            sync_to_disk(self.directory / name, since)

    def close(self) -> None:
        """Close the files. The next record opens them again."""
        index = self._run_index
        super().close()
        for file in list(self._files.values()):
            file.close()
        if index is not None:
            self._last_index = index
            index.end()
            self._uploader.finish()

    def note_lost(self, counts: Mapping[str, Mapping[str, int]]) -> None:
        """Keep what backends did not record as a line of the index."""
        index = self._run_index or self._last_index
        if index is not None:
            index.note_lost(counts)
            self._uploader.finish()

    def _entered(self) -> RunIndex:
        """Return the index, where this run is entered at its first record."""
        index = self.enter_run(*(n for n in self._places if n != "." and not Path(n).is_absolute()))
        self._untold = index
        if index is not self._named_in:
            self._note_names(index)
            self._named_in = index
        self._uploader.start()
        return index

    def _note_names(self, index: RunIndex) -> None:
        """Note what this run calls otherwise than others, so that its folder tells all of it."""
        named = dict(zip(_NAMES, self._places, strict=True))
        for name, place in named.items():
            if Path(place).is_absolute():
                inner = os.path.relpath(place, index.folder)
                named[name] = place if inner.startswith(os.pardir) else inner
        named = {name: Path(place).as_posix() for name, place in named.items() if place != name}
        if named:
            index.note_names(named)

    def _tell(self) -> None:
        """Say that there was a run before, if so and once, when a record is kept."""
        index, self._untold = self._untold, None
        if index is not None:
            index.tell()
        self._uploader.tell()

    def _note_unsynced(self, name: str, path: Path) -> None:
        """Note that `path` was written just now, which is the file `name` or in the folder `name`.

        Of the paths, which may be very many, only the earliest time is kept, by the clock of their
        file system, which may be set back.
        """
        with contextlib.suppress(FileNotFoundError):  # another process has made room by it
            self._unsynced[name] = min(path.stat().st_mtime_ns, self._unsynced.get(name, 1 << 63))

    def _lines(self, name: str) -> AppendLog:
        file = self._files.get(name)
        if file is None:
            file = self._files.setdefault(name, AppendLog(lambda: self._locate(name)))
        return file

    def _run_lines(self, name: str) -> AppendLog:
        """Return the file of lines that is called `name` unless another process writes there."""

        def choose() -> Path:
            self._locate(name)
            return self._entered().choose(name)

        def note(from_byte: int) -> None:
            index = self._entered()
            index.note(os.path.relpath(index.choose(name), index.folder), from_byte)
            self._note_unsynced(index.path.name, index.path)

        file = self._files.get(name)
        if file is None:
            file = self._files.setdefault(name, AppendLog(choose, note))
        return file

    def _locate(self, name: str) -> Path:
        path = self.directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        return path


def _as_folder(path: str | os.PathLike[str]) -> str:
    folder = as_inner_path(path, "img_save_dir")
    if any(first in KIND_FOLDERS[1:] for first in PurePath(folder).parts[:1]):
        raise ValueError(f"img_save_dir={path!r} is where other records go; name another folder")
    return folder


def _as_file(path: str | os.PathLike[str], argument: str, ending: str) -> str:
    file = as_inner_path(path, argument)
    if not file.endswith(ending):
        raise ValueError(f"{argument} must end in {ending!r}, got {path!r}")
    if file == "summary.json":
        raise ValueError(f"{argument}={path!r} is where hyperparameters go; name another file")
    return file
