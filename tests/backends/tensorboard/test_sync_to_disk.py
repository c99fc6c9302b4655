"""`flush(sync=True)` has the disk keep every file of ours, and every folder of a new one."""

import synced
from synced import find_unsynced

RECORD = synced.RECORD.replace("BACKEND", 'dict(type="TensorboardVisBackend")')


def test_all_of_a_run_is_with_the_disk(tmp_path):
    assert find_unsynced(RECORD, tmp_path / "run") == []


def test_all_of_a_run_that_was_closed_is_with_the_disk(tmp_path):
    code = RECORD.replace("visualizer.flush", "visualizer.close(); visualizer.flush")
    assert find_unsynced(code, tmp_path / "run") == []
