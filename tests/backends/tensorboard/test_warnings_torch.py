"""What is recorded through torch's own writer is told at the user's line, not at torch's."""

import pytest
from user_scripts import run_scripts

SCRIPT = """
from viz_core import Visualizer

visualizer = Visualizer(vis_backends=[dict(type="TensorboardVisBackend")], save_dir=FOLDER)
writer = visualizer.get_backend("TensorboardVisBackend").experiment
writer.add_scalar("loss", 1)
for path in FOLDER.rglob("events.out.tfevents.*"):
    path.unlink()
writer.add_scalar("loss", 2)  # told
"""


@pytest.mark.xdist_group("torch")
def test_torchs_writer_stands_between(tmp_path):
    script = run_scripts(tmp_path, {"writer": SCRIPT}, imports=["torch"])["writer"]
    assert script.faults("") == []
