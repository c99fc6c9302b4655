"""A plain script without a Runner: every backend at once, and MLflow's server stopped."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request

import numpy as np
import pytest
import reading_back as read

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

NUMBERS = {
    "loss": [(step, 1 / (1 + step)) for step in range(6)],
    "mAP": [(step, step / 8) for step in range(6)],
}


def free_address():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{free.getsockname()[1]}"


def start_server(folder, address):
    """Start an MLflow server in a session of its own and return it when it answers."""
    command = [sys.executable, "-m", "mlflow", "server", "--host", "127.0.0.1", "--workers", "1"]
    command += ["--port", address.rpartition(":")[2]]
    command += ["--backend-store-uri", f"sqlite:///{folder / 'server.db'}"]
    command += ["--artifacts-destination", str(folder / "artifacts")]
    environment = {**os.environ, "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false"}
    log = (folder / "server.log").open("w")
    with log:
        server = subprocess.Popen(
            command, stdout=log, stderr=log, env=environment, start_new_session=True
        )
    deadline = time.monotonic() + 120
    while server.poll() is None and time.monotonic() < deadline:
        try:
            urllib.request.urlopen(f"{address}/health", timeout=2).close()
            return server
        except OSError:
            time.sleep(0.1)
    stop(server)
    raise RuntimeError((folder / "server.log").read_text())


def stop(server):
    if server.poll() is None:
        os.killpg(server.pid, signal.SIGKILL)
    server.wait(timeout=30)


@pytest.mark.parametrize("stopped", ["in the middle", "before it begins"])
def test_the_other_three_hold_everything_when_mlflows_server_is_stopped(tmp_path, stopped):
    address = free_address()
    server = start_server(tmp_path, address) if stopped == "in the middle" else None
    program = subprocess.Popen(
        [sys.executable, "-c", SCRIPT, str(tmp_path / "run"), address],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=tmp_path,
    )
    try:
        assert program.stdout.readline() == "half\n", program.stderr.read()
        if server is not None:
            stop(server)
        printed, warned = program.communicate("\n", timeout=120)
    finally:
        program.kill()
        if server is not None:
            stop(server)
    assert program.returncode == 0, warned
    assert printed == "done\n"
    assert "MLflowVisBackend" in warned or "viz_backend_mlflow" in warned

    folder = tmp_path / "run/vis_data"
    pictures = read.local_images(folder)
    assert sorted(pictures) == [("img", step) for step in range(6)]
    for (_, step), picture in pictures.items():
        assert (picture[3, 3] == 20 * step).all()
        assert (picture[60, 20] != 20 * step).any()
    for tracker in ("local", "tensorboard", "wandb"):
        numbers = getattr(read, f"{tracker}_numbers")(folder)
        assert numbers == {
            name: [(step, pytest.approx(value, rel=1e-6)) for step, value in points]
            for name, points in NUMBERS.items()
        }
        images = getattr(read, f"{tracker}_images")(folder)
        assert sorted(images) == sorted(pictures)
        assert all(np.array_equal(images[key], pictures[key]) for key in pictures)
