"""A database of runs that is a file, which is made whole or not at all."""

from __future__ import annotations

import contextlib
import fcntl
import logging
import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from viz_core import sync_to_disk

__all__ = ["DATABASE", "local_artifacts", "local_database", "ready_database"]

_logger = logging.getLogger(__name__)

#: The name of the database in a `save_dir`.
DATABASE = "mlflow.db"

_SQLITE = "sqlite:///"

#: Seconds without a write after which nobody is making a database that is not whole.
_STILL = 5.0


def local_database(directory: Path) -> Path:
    """Return the path of the database in `directory`."""
    return directory.absolute() / DATABASE


def local_artifacts(tracking_uri: str) -> str | None:
    """Return where a database that is a file has its artifacts, beside it; None for others.

    MLflow itself would take a folder in the current directory.
    """
    if not tracking_uri.startswith(_SQLITE):
        return None
    folder = Path(tracking_uri.removeprefix(_SQLITE)).absolute().parent / "mlartifacts"
    uri = folder.as_uri()
    # MLflow takes `%20` in a path for a space.
    return str(folder) if uri == f"file://{folder}" else uri


@contextmanager
def ready_database(tracking_uri: str, path: str | None, artifacts: str | None) -> Iterator[str]:
    """Give the URI to open in the block; a database that is a file is there and whole then.

    Several processes may open a new one at once: one makes it, under another name, and the
    others wait. What a killed program has left half-made is moved aside and made anew.

    Args:
        tracking_uri: The URI of a database, or of a server.
        path: The path of the database, in place of what its URI says; none of its characters
            has a meaning.
        artifacts: Where a new database is to have its artifacts.
    """
    if not tracking_uri.startswith("sqlite:"):
        yield tracking_uri
        return
    from sqlalchemy.engine import make_url

    uri = tracking_uri if path is None else _as_uri(path)
    name = make_url(uri).database
    if not name or name == ":memory:" or name.startswith("file:"):
        yield uri
        return
    _make(Path(name), artifacts)
    with _no_stray_folders(uri):
        yield uri


def _as_uri(path: str) -> str:
    from sqlalchemy.engine import make_url

    if make_url(f"{_SQLITE}%25").database == "%":  # SQLAlchemy 2.1 takes URIs apart like this
        path = path.replace("%", "%25").replace("?", "%3F")
    return f"{_SQLITE}{path}"


@contextmanager
def _no_stray_folders(uri: str) -> Iterator[None]:
    """Remove the folders that MLflow makes for a URI with escapes, which it takes for a path."""
    folder = Path(uri.removeprefix(_SQLITE)).parent
    new = [parent for parent in (folder, *folder.parents) if not parent.exists()]
    try:
        yield
    finally:
        for parent in new:
            with contextlib.suppress(OSError):
                parent.rmdir()


def _make(path: Path, artifacts: str | None) -> None:
    """Make a database unless there is one."""
    if _is_whole(path):
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    lock = path.with_name(f"{path.name}.lock")
    descriptor = os.open(lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
    try:
        with contextlib.suppress(OSError):  # a file system without locks
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        while not _is_whole(path):
            if not _is_being_made(path):
                _move_aside(path)
                _make_whole(path, artifacts)
        lock.unlink(missing_ok=True)
    finally:
        with contextlib.suppress(OSError):  # a child forked meanwhile has the file open too
            fcntl.flock(descriptor, fcntl.LOCK_UN)
        os.close(descriptor)


def _is_whole(path: Path) -> bool:
    """Return whether a database is no unfinished one of MLflow's, which has no experiment."""
    if not path.exists():
        return False
    with contextlib.closing(sqlite3.connect(f"{path.as_uri()}?mode=rw", uri=True)) as database:
        try:
            tables = {name for (name,) in database.execute("SELECT name FROM sqlite_master")}
            if "experiments" not in tables:
                return bool(tables) and "alembic_version" not in tables  # somebody else's
            return database.execute("SELECT 1 FROM experiments LIMIT 1").fetchone() is not None
        except sqlite3.DatabaseError:  # locked, or no database: MLflow will say so
            return True


def _is_being_made(path: Path) -> bool:
    """Return whether somebody who does not know our lock is making a database, after a moment."""
    with contextlib.suppress(OSError):
        written = path.stat()
        if written.st_size and time.time() - written.st_mtime < _STILL:
            time.sleep(0.2)
            return True
    return False


def _move_aside(path: Path) -> None:
    aside = path.with_name(f"{path.name}.half-made-{time.time_ns()}")
    for end in ("-journal", "-wal", "-shm", ""):
        with contextlib.suppress(FileNotFoundError):
            path.with_name(f"{path.name}{end}").replace(f"{aside}{end}")
    if aside.exists():
        _logger.warning(
            "%s was never finished, as by a program that was killed; it is made anew, and the old "
            "one is %s",
            path,
            aside.name,
        )


def _make_whole(path: Path, artifacts: str | None) -> None:
    from mlflow.store.tracking.sqlalchemy_store import SqlAlchemyStore
    from sqlalchemy import event

    class Hasty(SqlAlchemyStore):  # type: ignore[misc]  # MLflow's classes are Any here
        """Has no step wait for the disk, since what is unfinished is thrown away."""

        @classmethod
        def _get_or_create_engine(cls, *args: Any, **kwargs: Any) -> Any:
            engine = super()._get_or_create_engine(*args, **kwargs)
            event.listen(engine, "connect", lambda it, _: it.execute("PRAGMA synchronous = OFF"))
            engine.dispose()  # it has connected
            return engine

    making = path.with_name(f".{path.name}.making")
    _delete(making)  # who left it was killed: it is made by one process at a time
    making.touch()  # what SQLite makes no umask opens to a group
    uri = _as_uri(str(making))
    _logger.info("making the database %s, which takes some seconds", path)
    try:
        with _no_stray_folders(uri):
            store: Any = Hasty(uri, artifacts or str(path.parent / "mlartifacts"))
        store.engine.dispose()
        sync_to_disk(making)
        try:
            os.link(making, path)  # unless somebody else has made one meanwhile
        except FileExistsError:
            pass
        except OSError:  # a file system without links
            making.replace(path)
    finally:
        _delete(making)


def _delete(database: Path) -> None:
    for end in ("-journal", "-wal", "-shm", ""):
        database.with_name(f"{database.name}{end}").unlink(missing_ok=True)
