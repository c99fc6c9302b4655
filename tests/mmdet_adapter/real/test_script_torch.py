"""A plain script without a Runner: every backend at once, and MLflow's server stopped."""

import subprocess
import sys

import numpy as np
import pytest
import reading_back as read
from mlflow_server import mlflow_server

SCRIPT = """
import sys
import numpy as np
from viz_core import VISUALIZERS

folder, address = sys.argv[1:]
visualizer = VISUALIZERS.build(dict(
    type="DetLocalVisualizer",
    save_dir=folder,
    vis_backends=[
        dict(type="MLflowVisBackend", tracking_uri=address, timeout=2),
        dict(type="LocalVisBackend"),
        dict(type="TensorboardVisBackend"),
        dict(type="WandbVisBackend", init_kwargs=dict(mode="offline")),
    ],
))
visualizer.dataset_meta = dict(classes=["cat", "dog"])
visualizer.add_config(dict(lr=0.125))
for step in range(6):
    if step == 3:
        print("half", flush=True)
        input()
    found = dict(bboxes=np.array([[20, 30, 80, 90 + step]]), labels=[1], scores=[0.9])
    image = np.full((120, 160, 3), 20 * step, np.uint8)
    visualizer.add_datasample("img", image, dict(pred_instances=found), draw_gt=False, step=step)
    visualizer.add_scalars({"loss": 1 / (1 + step), "mAP": step / 8}, step=step)
visualizer.close()
print("done")
"""

SCALARS = {
    "loss": [(step, 1 / (1 + step)) for step in range(6)],
    "mAP": [(step, step / 8) for step in range(6)],
}


@pytest.mark.takes(5)
@pytest.mark.parametrize("stopped", ["in the middle", "before it begins"])
def test_the_other_three_hold_everything_when_mlflows_server_is_stopped(tmp_path, stopped):
    with mlflow_server(tmp_path) as server:
        if stopped == "in the middle":
            server.start()
        program = subprocess.Popen(
            [sys.executable, "-c", SCRIPT, str(tmp_path / "run"), server.url],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=tmp_path,
        )
        try:
            assert program.stdout.readline() == "half\n", program.stderr.read()
            server.kill()
            printed, warned = program.communicate("\n", timeout=120)
        finally:
            program.kill()
    assert program.returncode == 0, warned
    assert printed == "done\n"
    assert "MLflowVisBackend" in warned or "viz_backend_mlflow" in warned

    folder = tmp_path / "run/vis_data"
    kept = read.local_images(folder)
    assert sorted(kept) == [("img", step) for step in range(6)]
    for (_, step), image in kept.items():
        assert (image[3, 3] == 20 * step).all()
        assert (image[60, 20] != 20 * step).any()
    for tracker in ("local", "tensorboard", "wandb"):
        scalars = getattr(read, f"{tracker}_numbers")(folder)
        assert scalars == {
            name: [(step, pytest.approx(value, rel=1e-6)) for step, value in points]
            for name, points in SCALARS.items()
        }
        images = getattr(read, f"{tracker}_images")(folder)
        assert sorted(images) == sorted(kept)
        assert all(np.array_equal(images[key], kept[key]) for key in kept)
