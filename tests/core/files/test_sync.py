"""`flush(sync=True)` has the disk keep every file, and every folder of a new one."""

import pytest
from synced import find_unsynced, whole_calls

RECORD = """
import sys
import numpy as np
from viz_core import Visualizer

visualizer = Visualizer(vis_backends=[dict(type=TYPE)], save_dir=sys.argv[1])
visualizer.add_config({"lr": 0.1})
for step in range(3):
    visualizer.add_scalar("loss", 1.0, step=step)
    visualizer.add_scalars({"a": 1, "b": 2}, step=step, file_path="more/other.json")
    visualizer.add_image("val/" + "x" * 300 * step, np.zeros((8, 8, 3), np.uint8), step=step)
"""
WAYS = {
    "open": "visualizer.flush(sync=True)",
    "closed": "visualizer.close(); visualizer.flush(sync=True)",
    "closed and reopened": "visualizer.close(); visualizer.add_scalar('loss', 1); visualizer.flush(True)",
}


@pytest.mark.parametrize("way", WAYS)
def test_local_files_and_their_folders_are_with_the_disk(tmp_path, way):
    code = RECORD.replace("TYPE", "'LocalVisBackend'") + WAYS[way]
    assert find_unsynced(code, tmp_path / "run") == []


def test_without_sync_nothing_is_waited_for(tmp_path):
    code = (
        RECORD.replace("TYPE", "'LocalVisBackend'")
        + "visualizer.flush()\nimport os; os.fsync(os.open(sys.argv[1], 0))"
    )
    assert "run/vis_data/scalars.json" in find_unsynced(code, tmp_path / "run")


def test_a_call_that_another_thread_interrupts_is_one():
    lines = [
        "12 fsync(5</run/a> <unfinished ...>",
        '13 write(6</run/b>, "x", 1) = 1',
        "12 <... fsync resumed>)              = 0",
    ]
    assert [*whole_calls(lines)] == [
        (1, 1, 'write(6</run/b>, "x", 1) = 1'),
        (0, 2, "fsync(5</run/a>)              = 0"),
    ]
