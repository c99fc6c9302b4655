"""`flush(sync=True)` has the disk keep every file of ours, and every folder of a new one."""

import pytest
import synced
from synced import find_unsynced

pytestmark = pytest.mark.xdist_group("sync_to_disk")

REMOTE = 'dict(type="MLflowVisBackend", timeout=1, tracking_uri="http://127.0.0.1:9")'
CLOSED = synced.RECORD.replace("flush(sync=True)", "close()") + "visualizer.flush(sync=True)\n"

#: By its folder: the program. The last goes on to send as the process ends.
PROGRAMS = {
    "closed": CLOSED.replace("BACKEND", REMOTE),
    "database": CLOSED.replace("BACKEND", 'dict(type="MLflowVisBackend")'),
    "open": synced.RECORD.replace("BACKEND", REMOTE),
}


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """Return a folder with that of each program, and what of it is not with the disk.

    One process runs all, since it takes long to import MLflow under strace.
    """
    folder = tmp_path_factory.mktemp("synced") / "run"
    programs = [
        program.replace("sys.argv[1]", f"sys.argv[1] + '/{name}/new'")
        for name, program in PROGRAMS.items()
    ]
    return folder, find_unsynced("\n".join(programs), folder)


@pytest.mark.takes(4)
def test_the_journal_is_with_the_disk(run):
    folder, unsynced = run
    (header,) = folder.glob("open/**/run.json")
    (records,) = folder.glob("open/**/records.jsonl")
    files = header.parent / "files"
    assert len(list(files.iterdir())) == 3
    # The thread that sends makes lock files and temporary ones beside it.
    kept = {header, records, *files.iterdir(), files, *header.parent.parents[:5]}
    assert folder in kept
    assert {str(path.relative_to(folder.parent)) for path in kept}.isdisjoint(unsynced)


def test_what_close_has_left_is_with_the_disk(run):
    folder, unsynced = run
    assert list(folder.glob("closed/**/records.jsonl"))
    left = [path for path in unsynced if path.startswith("run/closed")]
    assert [path for path in left if not path.endswith(".lock")] == []


def test_artifacts_beside_a_database_are_with_the_disk(run):
    folder, unsynced = run
    (artifacts,) = folder.glob("database/**/mlartifacts")
    assert len(list(artifacts.rglob("*.png"))) == 3
    kept = [str(path.relative_to(folder.parent)) for path in (artifacts, *artifacts.parents[:3])]
    assert kept[-1] == "run/database"
    left = [path for path in unsynced if path in kept or path.startswith(f"{kept[0]}/")]
    assert left == []
