"""`flush(sync=True)` has the disk keep every file of ours, and every folder of a new one."""

from synced import find_unsynced

RECORD = """
import sys, warnings
import numpy as np
from viz_core import Visualizer

warnings.simplefilter("ignore")
backend = dict(type="WandbVisBackend", init_kwargs=dict(mode="offline"))
visualizer = Visualizer(vis_backends=[backend], save_dir=sys.argv[1])
visualizer.add_config({"lr": 0.1})
for step in range(3):
    visualizer.add_scalar("loss", 1.0, step=step)
    visualizer.add_image("val/demo", np.zeros((8, 8, 3), np.uint8), step=step)
visualizer.flush(sync=True)
"""


def test_the_images_of_a_run_are_with_the_disk(tmp_path):
    unsynced = find_unsynced(RECORD, tmp_path / "run", "*.png")
    assert list(tmp_path.rglob("*.png"))
    # W&B goes on to make files of its own in the folders above.
    assert [path for path in unsynced if path.endswith((".png", "media/images/val"))] == []


def test_a_run_that_was_closed_is_with_the_disk(tmp_path):
    code = RECORD.replace("flush(sync=True)", "close()") + "visualizer.flush(sync=True)\n"
    unsynced = find_unsynced(code, tmp_path / "run", "offline-run-*/**/*")
    assert list(tmp_path.rglob("*.wandb"))
    assert [path for path in unsynced if path.endswith((".png", ".wandb"))] == []
