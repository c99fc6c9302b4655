"""The faults catch what they are there for: each backend here does not survive one of them."""

import pytest

from viz_core import read_scalars
from viz_core.testing import BackendFaults
from viz_core.testing.faults import small_disk

MODULE = """
import contextlib
from viz_core import LocalVisBackend

class Hoards(LocalVisBackend):
    kept = []

    def add_scalar(self, name, value, step=0, **kwargs):
        self.kept.append(bytearray(4000))
        super().add_scalar(name, value, step)

class Waits(LocalVisBackend):
    waiting = ()

    def add_scalar(self, name, value, step=0, **kwargs):
        self.waiting = (*self.waiting, (name, value, step))
        if len(self.waiting) == 7:
            self.flush()

    def flush(self, sync=False):
        waiting, self.waiting = self.waiting, ()
        for point in waiting:
            super().add_scalar(*point)

    def close(self):
        self.flush()
        super().close()

class IsLateOnce(LocalVisBackend):
    def add_scalar(self, name, value, step=0, **kwargs):
        if self.directory.name == "again":
            super().add_scalar(name, value, step)

class LeavesHalf(LocalVisBackend):
    begun = False

    def add_scalar(self, name, value, step=0, **kwargs):
        if self.begun:
            raise RuntimeError("a request was begun")
        self.begun = True
        super().add_scalar(name, value, step)
        self.begun = False

class SaysNothing(LocalVisBackend):
    def add_scalar(self, name, value, step=0, **kwargs):
        with contextlib.suppress(OSError):
            super().add_scalar(name, value, step)
"""


class Faults(BackendFaults):
    many = 20_000

    def read_scalars(self, save_dir):
        return read_scalars(save_dir / "scalars.json")


@pytest.fixture
def faults(tmp_path, monkeypatch):
    """Return the suite of a backend of the module above, by its name."""
    folder = tmp_path / "modules"
    folder.mkdir()
    (folder / "backends_with_faults.py").write_text(MODULE)
    monkeypatch.setenv("PYTHONPATH", str(folder))
    monkeypatch.syspath_prepend(folder)

    def make(name):
        suite = Faults()
        suite.type = f"backends_with_faults:{name}"
        return suite

    return make


def test_what_a_busy_machine_writes_late_is_tried_again(faults, tmp_path, monkeypatch):
    monkeypatch.setattr("viz_core.testing.faults._LONG", 0.1)
    late, never = faults("IsLateOnce"), faults("Waits")
    late.durable = never.durable = False
    late.test_being_killed_loses_nothing(tmp_path / "late")
    with pytest.raises(AssertionError, match="cannot be read"):
        never.test_being_killed_loses_nothing(tmp_path / "never")


@pytest.mark.parametrize(
    ("name", "test", "message"),
    [
        ("Hoards", "test_many_scalars_take_no_memory", "something is kept for every record"),
        ("Waits", "test_being_killed_loses_nothing", "cannot be read"),
        (
            "SaysNothing",
            "test_a_full_disk_is_reported_and_survived",
            "on a full disk, and they are not there",
        ),
        (
            "LeavesHalf",
            "test_interrupts_at_any_moment_cost_nothing",
            "leaves what LeavesHalf records with half done, .* set `needs_thread = True`",
        ),
        ("SaysNothing", "test_a_read_only_folder_is_reported", "no warning names it"),
    ],
)
def test_a_backend_that_does_not_survive_a_fault_fails(faults, tmp_path, name, test, message):
    with pytest.raises(AssertionError, match=message):
        getattr(faults(name), test)(tmp_path / "place")


@pytest.mark.parametrize(
    "test",
    [
        "test_a_full_disk_is_reported_and_survived",
        "test_a_folder_that_cannot_be_made_is_reported",
        "test_a_read_only_folder_is_reported",
        "test_a_deleted_folder_stops_nothing",
        "test_files_are_open_to_whom_the_umask_says",
    ],
)
def test_a_backend_without_a_folder_is_spared_those_of_folders(faults, tmp_path, test):
    suite = faults("SaysNothing")
    suite.make_config = lambda _: {"type": suite.type}
    with pytest.raises(pytest.skip.Exception, match="SaysNothing is given no save_dir"):
        getattr(suite, test)(tmp_path)


def test_where_nothing_mounts_a_disk_its_folder_is_a_plain_one(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    with small_disk(tmp_path / "disk", 1) as disk:
        (disk / "file").touch()
    assert (tmp_path / "disk" / "file").exists()  # a disk is taken away with its files
