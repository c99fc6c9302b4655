"""What a backend is put through when the machine or the program fails, as tests."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from viz_core.testing.kinds import KindsFaults
from viz_core.typing import Kind

__all__ = ["BackendFaults", "read_only", "small_disk"]

#: Seconds that no machine is too busy for.
_LONG = 30.0


class BackendFaults(KindsFaults):
    """Full disks, folders that vanish, kills, forks, signals, Ctrl-C and many scalars.

    Subclass it as [`BackendContract`][viz_core.testing.BackendContract]; both may have the same
    base. Every test runs the backend in a process of its own, so its config must be of values that
    JSON has, and its `type` a name that is found there or a class in a file that can be imported.
    Whatever happens, training goes on, nothing hangs, what can be read is whole, and what is
    not kept was reported. Tests of disks and folders are left out where `make_config` gives no
    `save_dir`.
    """

    disk_size: int = 8
    """How large a disk it needs to open a run, in MiB, at most 64."""

    many: int = 100_000
    """How many scalars to record at length."""

    memory: int = 16
    """How many MiB of memory those may cost."""

    def test_being_killed_loses_nothing(self, tmp_path: Path) -> None:
        """SIGKILL after 1000 calls, and after the flush interval if it has one.

        On a busy machine that may be too early, so what lacks then is tried again, half a
        minute after the calls.
        """
        self.needs("scalar")
        if self.durable:
            self._check_killed(tmp_path / "run", 0.0)
            return
        try:
            self._check_killed(tmp_path / "run", 2 * self.flush_interval)
        except (AssertionError, OSError):
            self._check_killed(tmp_path / "again", _LONG)

    def test_a_full_disk_is_reported_and_survived(self, tmp_path: Path) -> None:
        """Calls fail until there is room; what they acknowledged is kept, and whole."""
        self._needs_folder("scalar")
        with small_disk(tmp_path / "disk", self.disk_size) as disk:
            folder = disk / "run"
            lines = self.run_program(
                "record_on_a_full_disk", self.make_config(folder), str(disk), 500
            )
            self.settle(folder)
            kept = {s: value for n, s, value in self.read_scalars(folder) if n == "loss"}
        acknowledged = [int(line) for line in lines if line.isdigit()]
        report = dict(line.split() for line in lines if not line.isdigit())
        lost = [step for step in acknowledged if step not in kept]
        told = int(report["failures"]) + int(report["said"])
        name = self.backend_class.__name__
        wrong = {step: v for step, v in kept.items() if not self.same_value(v, float(step))}
        assert not wrong, f"{name} kept other scalars than were recorded: {wrong}"
        assert told, (
            f"{name} said nothing of a full disk: no call raised and nothing was warned of. "
            "Raise when something cannot be kept; the visualizer catches and counts it"
        )
        if self.durable:
            assert not lost, (
                f"add_scalar returned for the steps {lost[:20]} on a full disk, and they are "
                f"not there. Raise when {name} cannot keep something"
            )
        again = [step for step in range(500, 510) if step not in kept]
        assert not again, f"the disk had room again, and {name} lost the steps {again}"

    def test_a_folder_that_cannot_be_made_is_reported(self, tmp_path: Path) -> None:
        """A file stands in its place: one warning with the path, and training goes on."""
        self._needs_folder("scalar")
        (tmp_path / "file").write_text("in the way")
        self._check_reported(tmp_path / "file" / "run")

    def test_a_read_only_folder_is_reported(self, tmp_path: Path) -> None:
        """One warning with the path, and training goes on."""
        self._needs_folder("scalar")
        with read_only(tmp_path / "disk") as folder:
            self._check_reported(folder / "run")

    def test_a_deleted_folder_stops_nothing(self, tmp_path: Path) -> None:
        """Somebody tidies up: recording goes on in a new folder, or what is lost is said."""
        self._needs_folder("scalar")
        folder = tmp_path / "run"
        said = self.run_program("delete_the_folder", self.make_config(folder), str(folder))
        self.settle(folder)
        kept: set[tuple[str, int]] = set()
        with contextlib.suppress(OSError):  # it need not be there again
            kept = {(name, step) for name, step, _ in self.read_scalars(folder)}
        lost = [step for step in range(10) if ("after", step) not in kept]
        assert said or not lost, (
            f"the folder was deleted; of what was recorded afterwards the steps {lost} are lost, "
            "and nothing was said. Look whether the file still has a name, as by "
            "os.fstat(fd).st_nlink, and make it again or raise"
        )

    def test_children_forked_while_a_thread_records_do_not_hang(self, tmp_path: Path) -> None:
        """The locks of recording are held when the child is made; none may be waited for."""
        self.needs("scalar")
        folder = tmp_path / "run"
        lines = self.run_program("fork_while_a_thread_records", self.make_config(folder), 10)
        self.settle(folder)
        kept = {(name, step) for name, step, _ in self.read_scalars(folder)}
        lost = [step for step in range(int(lines[-1])) if ("thread", step) not in kept]
        assert not lost, f"while children were forked, the parent's steps {lost[:20]} were lost"

    def test_signal_handlers_may_record_and_close_at_any_moment(self, tmp_path: Path) -> None:
        """1,000 signals, whose handler records, flushes and closes: no deadlock, nothing lost."""
        for folder, lines in self._interrupted("record_under_signals", tmp_path, 1000):
            recorded = {("signal", step) for step in range(1000)}
            self._check_all(folder, recorded | {("loss", step) for step in range(int(lines[-1]))})

    def test_interrupts_at_any_moment_cost_nothing(self, tmp_path: Path) -> None:
        """400 times Ctrl-C in recording, flushing and closing, caught: what was recorded is kept.

        The call that is interrupted may have recorded or not.
        """
        for folder, lines in self._interrupted("record_interrupted", tmp_path, 400):
            steps, begun = lines
            kept = self._check_all(folder, {("loss", int(step)) for step in steps.split()})
            wrong = kept - {("first", 0), *(("loss", step) for step in range(int(begun)))}
            assert not wrong, f"these were never recorded: {sorted(wrong)[:20]}"

    def test_hooks_may_record_whatever_they_interrupt(self, tmp_path: Path) -> None:
        """A logging handler, a warnings hook and `__del__` record while a call records."""
        for folder, lines in self._interrupted("record_from_everywhere", tmp_path, 200):
            recorded = {("loss", step) for step in range(200)}
            for line in lines:
                name, count = line.split()
                recorded |= {(name, step) for step in range(int(count))}
            self._check_all(folder, recorded)

    def test_dropped_visualizers_leave_nothing_behind(self, tmp_path: Path) -> None:
        """A sweep that closes none of its visualizers: all is kept, no files and threads are."""
        self.needs("scalar")
        if not Path("/proc/self/fd").exists():
            self.leave_out("can be watched on Linux alone")
        folders = [tmp_path / f"run_{number}" for number in range(9)]
        first, *others = map(self.make_config, folders)
        few = [{name: value for name, value in c.items() if name != "type"} for c in others]
        lines = self.run_program("record_and_drop", first, few, timeout=1200)
        counts = zip(*(map(int, line.split()) for line in lines[-2:]), strict=True)
        files, threads = (after - before for before, after in counts)
        assert files <= 1 and threads <= 1, (  # noqa: PT018  # one message for both
            f"four visualizers more, which were dropped, leave {files} files open and {threads} "
            f"threads; {self.backend_class.__name__}.close must end all"
        )
        for folder in folders:
            self.settle(folder)
            self.check_scalars(folder, [("loss", 1, 1.0)])

    def test_many_scalars_take_no_memory(self, tmp_path: Path) -> None:
        """All are kept, and the program does not grow."""
        self.needs("scalar")
        folder = tmp_path / "run"
        lines = self.run_program("record_many", self.make_config(folder), self.many, timeout=600)
        self.settle(folder)
        steps = {step for name, step, _ in self.read_scalars(folder) if name == "loss"}
        assert len(steps) == self.many, f"of {self.many} scalars {len(steps)} are kept"
        grown = int(lines[-1]) / 1024
        assert grown <= self.memory, (
            f"{self.many} scalars cost {grown:.0f} MiB of memory, more than {self.memory}: "
            "something is kept for every record"
        )

    def _needs_folder(self, *kinds: Kind) -> None:
        """Leave the test out if the backend writes no files, or does not keep one of `kinds`."""
        self.needs(*kinds)
        if not self.make_config(Path("run")).get("save_dir"):
            self.leave_out("is given no save_dir by make_config")

    def _interrupted(
        self, program: str, folder: Path, count: int
    ) -> Iterator[tuple[Path, list[str]]]:
        """Run a program, which records twice; give each folder, and what was printed of it."""
        __tracebackhide__ = True
        self.needs("scalar")
        runs = folder / "foreground", folder / "background"
        first, second = map(self.make_config, runs)
        del second["type"]
        try:
            lines = self.run_program(program, first, count, second, timeout=600)
        except AssertionError as error:
            raise AssertionError(
                f"{error}\nIf an exception that comes within a call leaves what "
                f"{self.backend_class.__name__} records with half done, as a request that was begun "
                "on a connection, set `needs_thread = True` in the class"
            ) from None
        half = len(lines) // 2
        for run, printed in zip(runs, (lines[:half], lines[half:]), strict=True):
            self.settle(run)
            yield run, printed

    def _check_all(self, folder: Path, recorded: set[tuple[str, int]]) -> set[tuple[str, int]]:
        """Fail unless all of `recorded` is kept, each once; return what is."""
        __tracebackhide__ = True
        read = [(name, step) for name, step, _ in self.read_scalars(folder)]
        kept = set(read)
        lost = sorted(recorded - kept)
        assert not lost, (
            f"add_scalar returned, and {len(lost)} of {len(recorded)} scalars are lost, as "
            f"{lost[:10]}; something interrupted {self.backend_class.__name__} and was not "
            "expected to. Take locks by `with` alone, and let none be held by Event or Condition"
        )
        assert len(read) == len(kept), "some scalars are kept twice"
        return kept

    def test_files_are_open_to_whom_the_umask_says(self, tmp_path: Path) -> None:
        """With 002 the group may write each file and folder, as in a folder that a team shares.

        A link counts as itself: what it names lies elsewhere, and may be another process's.
        """
        self._needs_folder()
        folder = tmp_path / "run"
        self.run_program("record_for_a_group", self.make_config(folder))
        closed = {
            str(path.relative_to(folder)): oct(path.lstat().st_mode & 0o777)
            for path in folder.rglob("*")
            if path.lstat().st_mode & 0o020 == 0
        }
        assert not closed, (
            f"the umask was 002, and the group may not write {closed}; make files with 0o666 and "
            "folders with 0o777, from which the system takes the umask"
        )

    def _check_killed(self, folder: Path, wait: float) -> None:
        __tracebackhide__ = True
        self.run_program("record_and_die", self.make_config(folder), 1000, wait, status=-9)
        self.settle(folder)
        self.check_scalars(folder, [("loss", step, float(step)) for step in range(1000)])

    def _check_reported(self, folder: Path) -> None:
        __tracebackhide__ = True
        lines = self.run_program("record_without_folder", self.make_config(folder))
        for kind in ("warning", "error"):
            reports = [line for line in lines if line.startswith(kind)]
            assert any(str(folder) in line or str(folder.parent) in line for line in reports), (
                f"{folder} cannot be written to, and no {kind} names it, only {reports}; raise "
                "an OSError with the path when opening"
            )


@contextmanager
def small_disk(folder: Path, size: int) -> Iterator[Path]:
    """Give a folder on a disk of `size` MiB, where this user may mount one, else a plain one."""
    folder.mkdir(parents=True)
    mounted = _mount("-t", "tmpfs", "-o", f"size={size}m", "viz-small-disk", str(folder))
    try:
        yield folder
    finally:
        if mounted:
            subprocess.run(["umount", "-l", str(folder)], check=True)


@contextmanager
def read_only(folder: Path) -> Iterator[Path]:
    """Give a folder in which this user, and root too, can make nothing."""
    with small_disk(folder, 1):
        if _mount("-o", "remount,ro", str(folder)):
            yield folder
        elif os.geteuid() == 0:
            yield Path("/sys")  # permissions do not stop root, but nobody makes a folder here
        else:
            folder.chmod(0o555)
            try:
                yield folder
            finally:
                folder.chmod(0o755)


def _mount(*arguments: str) -> bool:
    if os.geteuid() != 0 or shutil.which("mount") is None:
        return False
    return subprocess.run(["mount", *arguments], capture_output=True, check=False).returncode == 0
