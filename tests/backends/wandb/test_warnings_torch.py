"""What W&B's hooks cannot record is told at the line that calls `backward()`."""

import pytest
from user_scripts import run_scripts

SCRIPT = """
import torch
from service import kill_service
from viz_core import Visualizer

options = dict(init_kwargs=dict(mode="offline"), watch_kwargs=dict(log_freq=1))
visualizer = Visualizer(vis_backends=[dict(type="WandbVisBackend", **options)], save_dir=FOLDER)
model = torch.nn.Linear(3, 2)
visualizer.add_graph(model)
visualizer.flush()
kill_service(visualizer.get_backend("WandbVisBackend"))
model(torch.ones(4, 3)).sum().backward()  # told
"""


@pytest.mark.xdist_group("torch")
def test_torch_and_wandb_stand_between(tmp_path):
    script = run_scripts(tmp_path, {"watch": SCRIPT}, imports=["torch"])["watch"]
    assert script.faults("") == []
    assert {function for _, function in (w.site for w in script.told)} == {"log_tensor_stats"}
