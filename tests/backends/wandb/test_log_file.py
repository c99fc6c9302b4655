"""Disks that are full and folders that cannot be written to, of which W&B does not tell."""

import resource
import shutil
from contextlib import contextmanager

import pytest
import wandb
from machine import needs
from waiting import wait_until

from viz_backend_wandb import WandbVisBackend, log_file
from viz_backend_wandb import run as run_module
from viz_core import RecordingWarning
from viz_core.testing.faults import read_only, small_disk


@pytest.fixture
def offline():
    """Return a function that makes an offline backend for a folder."""
    made = []

    def make(folder, **options):
        made.append(WandbVisBackend(folder, {"mode": "offline"}, **options))
        return made[-1]

    yield make
    for backend in made:
        backend.close()


@contextmanager
def small_files():
    """Let a wandb-core that is started here write 64 KiB to a file, as a quota would."""
    wandb.teardown()
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 16, limits[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)


def test_a_folder_that_cannot_be_written_fails_at_once_and_is_named(tmp_path, offline, monkeypatch):
    monkeypatch.setattr(wandb, "init", None)  # W&B is not called
    with read_only(tmp_path / "disk") as folder, pytest.raises(OSError, match=str(folder)):
        offline(folder / "run").add_scalar("loss", 1)


def test_wandbs_own_folder_is_looked_at_too(tmp_path, offline, monkeypatch):
    wandb.teardown()  # it remembers the folder
    with read_only(tmp_path / "disk") as folder:
        monkeypatch.setenv("WANDB_DIR", str(folder))
        with pytest.raises(OSError, match=str(folder)):
            offline(None).add_scalar("loss", 1)
    wandb.teardown()


def test_a_full_disk_fails_at_each_record_and_goes_on_when_it_has_room(tmp_path, offline, read_run):
    with small_disk(tmp_path / "disk", 8) as disk:
        mounted = shutil.disk_usage(disk).total < 1 << 26
        needs(mounted, "a small disk", "run it as root, who may mount one")
        backend = offline(disk / "run")
        for step in range(10):
            backend.add_scalar("loss", step, step=step)
        filler = disk / "filler"
        with filler.open("wb") as file:
            file.write(b"\0" * (shutil.disk_usage(disk).free - (1 << 19)))
        for step in range(10, 20):
            with pytest.raises(OSError, match=r"No space left on device.*are left"):
                backend.add_scalar("loss", step, step=step)
        filler.unlink()
        with pytest.warns(RecordingWarning, match="disk was full.*goes on in"):
            backend.add_scalar("loss", 20, step=20)
        backend.add_scalar("loss", 21, step=21)
        backend.close()
        run = read_run(disk / "run")
        assert [step for _, step, _ in run.points()] == [*range(10), 20, 21]


@pytest.mark.takes(2)
def test_a_file_that_cannot_grow_is_noticed_and_another_begun(
    tmp_path, offline, read_run, monkeypatch
):
    backend = offline(tmp_path)
    with small_files(), monkeypatch.context() as shorter:
        shorter.setattr(log_file, "_PATIENCE", 0.5)
        backend.add_scalar("loss", 0, step=0)
    step = 0

    def record_another():
        nonlocal step
        step += 1
        backend.add_scalar("loss", step, step=step)
        return said

    with pytest.warns(RecordingWarning, match="has written nothing for") as said:
        for _ in range(400):  # about as many fill the file
            record_another()
        wait_until(record_another)
    backend.add_scalar("after", 1, step=1)
    backend.close()
    run = read_run(tmp_path)
    assert ("loss", 0, 0) in run.points()
    assert ("loss", step, step) in run.points()
    assert ("after", 1, 1) in run.points()
    wandb.teardown()


def test_closing_says_what_was_not_written(tmp_path, offline, monkeypatch):
    monkeypatch.setattr(run_module, "_GRACE", 0.2)
    backend = offline(tmp_path)
    with small_files():
        backend.add_scalar("loss", 0, step=0)
    for step in range(1, 500):
        backend.add_scalar("loss", step, step=step)
    backend.flush()
    with pytest.raises(OSError, match="has not written the last records"):
        backend.close()
    wandb.teardown()


def test_a_deleted_folder_is_made_again(tmp_path, offline, read_run):
    backend = offline(tmp_path / "run")
    backend.add_scalar("loss", 0, step=0)
    shutil.rmtree(tmp_path / "run")
    with pytest.warns(RecordingWarning, match="deleted.*goes on in"):
        backend.add_scalar("loss", 1, step=1)
    backend.close()
    assert read_run(tmp_path / "run").points() == [("loss", 1, 1)]
