"""`flush(sync=True)` has the disk keep every file of ours, and every folder of a new one."""

import synced
from synced import find_unsynced

RECORD = synced.RECORD.replace(
    "BACKEND", 'dict(type="MLflowVisBackend", timeout=1, tracking_uri="http://127.0.0.1:9")'
)


def test_the_journal_is_with_the_disk(tmp_path):
    unsynced = find_unsynced(RECORD, tmp_path / "run", "mlflow_journal/*/**/*")
    (header,) = tmp_path.rglob("run.json")
    (records,) = tmp_path.rglob("records.jsonl")
    assert len(list((header.parent / "files").iterdir())) == 3
    # The thread that sends makes lock files and temporary ones beside it.
    kept = {str(path.relative_to(tmp_path)) for path in (header, records, header.parent / "files")}
    assert kept.isdisjoint(unsynced)
    assert [path for path in unsynced if "/files/" in path] == []


def test_what_close_has_left_is_with_the_disk(tmp_path):
    code = RECORD.replace("flush(sync=True)", "close()") + "visualizer.flush(sync=True)\n"
    unsynced = find_unsynced(code, tmp_path / "run", "mlflow_journal/*/**/*")
    assert list(tmp_path.rglob("records.jsonl"))
    assert [path for path in unsynced if not path.endswith(".lock")] == []


def test_artifacts_beside_a_database_are_with_the_disk(tmp_path):
    code = RECORD.replace(', timeout=1, tracking_uri="http://127.0.0.1:9"', "")
    code = code.replace("flush(sync=True)", "close()") + "visualizer.flush(sync=True)\n"
    unsynced = find_unsynced(code, tmp_path / "run", "mlartifacts/**/*")
    assert len(list(tmp_path.rglob("mlartifacts/**/*.png"))) == 3
    assert unsynced == []
