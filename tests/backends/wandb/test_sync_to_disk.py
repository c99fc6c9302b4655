"""`flush(sync=True)` has the disk keep every file of ours, and every folder of a new one."""

import synced
from synced import find_unsynced

# strace on a busy machine makes wandb-core slower than anybody would wait for.
PATIENT = """
from viz_backend_wandb import run, session
run._GRACE = session._GRACE = 60.0
"""
RECORD = PATIENT + synced.RECORD.replace(
    "BACKEND", 'dict(type="WandbVisBackend", init_kwargs=dict(mode="offline"))'
)


def test_the_records_and_images_of_a_run_are_with_the_disk(tmp_path):
    unsynced = find_unsynced(RECORD, tmp_path / "run", "offline-run-*/**/*")
    assert list(tmp_path.rglob("*.png"))
    assert list(tmp_path.rglob("*.wandb"))
    # W&B goes on to make files of its own in the folders above.
    ours = (".wandb", ".png", "media/images/val")
    assert [path for path in unsynced if path.endswith(ours)] == []


def test_a_run_that_was_closed_is_with_the_disk(tmp_path):
    code = RECORD.replace("flush(sync=True)", "close()") + "visualizer.flush(sync=True)\n"
    unsynced = find_unsynced(code, tmp_path / "run", "offline-run-*/**/*")
    assert list(tmp_path.rglob("*.wandb"))
    assert [path for path in unsynced if path.endswith((".png", ".wandb"))] == []
