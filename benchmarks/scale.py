"""What each rank opens, and how long it takes to begin: python benchmarks/scale.py [RANKS [CASE ...]].

So many processes, 8 by default, with the variables of torchrun record at once with `ranks="all"`,
with each backend in turn: to a folder, MLflow to one server on loopback. Each counts what it has
open beside what it had before, when 20 images and 500 scalars are recorded and not closed.
"""

from __future__ import annotations

import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

from compare import print_environment

RANK = """
import json, os, sys, time
from pathlib import Path

def opened():
    fds = []
    for fd in os.listdir("/proc/self/fd"):
        try:
            fds.append(os.readlink(f"/proc/self/fd/{fd}"))
        except OSError:
            pass  # that of the listing
    threads = len(os.listdir("/proc/self/task"))
    children = sum(
        1 for task in os.listdir("/proc/self/task")
        for _ in Path(f"/proc/self/task/{task}/children").read_text().split()
    )
    resident = int(Path("/proc/self/statm").read_text().split()[1]) * 4096 / 1e6
    return {
        "files": sum(fd.startswith("/") for fd in fds),
        "sockets": sum(fd.startswith("socket") for fd in fds),
        "threads": threads, "processes": children, "MB": resident,
    }

backend, folder = json.loads(sys.argv[1]), sys.argv[2]
start, used = time.perf_counter(), time.process_time()
import numpy as np
from viz_core import Visualizer
imported = time.process_time() - used
before = opened()
image = np.add.outer(np.arange(480), np.arange(640)).astype(np.uint8)[..., None].repeat(3, 2)
visualizer = Visualizer(vis_backends=backend, save_dir=folder, ranks="all")
began, cpu = time.perf_counter(), time.process_time()
visualizer.add_scalar("loss", 0.5, step=0)
first, first_cpu = time.perf_counter() - began, time.process_time() - cpu
for step in range(20):
    visualizer.add_image("image", image, step=step)
for step in range(1, 500):
    visualizer.add_scalar("loss", 0.5, step=step)
visualizer.flush()
time.sleep(0.5)
now = opened()
began = time.perf_counter()
visualizer.close()
found = {name: now[name] - before[name] for name in now}
found |= {"import CPU s": imported, "first record s": first, "first record CPU s": first_cpu,
          "close s": time.perf_counter() - began}
print(json.dumps(found))
"""


def run(backend: dict[str, object], folder: Path, ranks: int) -> dict[str, float]:
    """Return what a rank opens and takes, the median of all."""
    processes = []
    for rank in range(ranks):
        variables = {"RANK": str(rank), "WORLD_SIZE": str(ranks), "WANDB_MODE": "offline"}
        silent = {"WANDB_SILENT": "true", "PYTHONWARNINGS": "ignore"}
        command = [sys.executable, "-c", RANK, json.dumps(backend), str(folder)]
        environment = {**os.environ, **variables, **silent}
        processes.append(
            subprocess.Popen(command, stdout=subprocess.PIPE, env=environment, text=True)
        )
    found = [json.loads(process.communicate()[0].splitlines()[-1]) for process in processes]
    return {name: statistics.median(each[name] for each in found) for name in found[0]}


def mlflow_server(folder: Path) -> tuple[subprocess.Popen[bytes], str]:
    """Start MLflow's server and return it with its address when it answers."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "mlflow", "server", "--host", "127.0.0.1", "--port", str(port)]
    command += ["--workers", "1", "--backend-store-uri", f"sqlite:///{folder}/server.db"]
    command += ["--artifacts-destination", str(folder / "artifacts")]
    environment = {**os.environ, "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false"}
    with (folder / "server.log").open("w") as log:
        server = subprocess.Popen(
            command, stdout=log, stderr=log, env=environment, start_new_session=True
        )
    url = f"http://127.0.0.1:{port}"
    while server.poll() is None:
        try:
            urllib.request.urlopen(f"{url}/health", timeout=1)
            return server, url
        except OSError:
            time.sleep(0.2)
    raise RuntimeError((folder / "server.log").read_text())


def used_by_group(leader: int) -> float:
    """Return the seconds of CPU that the processes of a group have used."""
    ticks = 0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[2]) == leader:
            ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def at_the_server(url: str, ranks: int) -> str:
    """Return what of all ranks' scalars and images MLflow's own client finds."""
    from mlflow import MlflowClient

    client = MlflowClient(url)
    experiments = [each.experiment_id for each in client.search_experiments()]
    runs = client.search_runs(experiments)
    points = sum(len(client.get_metric_history(run.info.run_id, "loss")) for run in runs)
    images = sum(
        file.path.endswith(".png")
        for run in runs
        for file in client.list_artifacts(run.info.run_id, "images")
    )
    states = sorted({run.info.status for run in runs})
    return f"{len(runs)} runs, {points} of {500 * ranks} scalars, {images} of {20 * ranks} images, {states}"


#: What is recorded with, but MLflow, whose server has an address.
BACKENDS: dict[str, dict[str, object]] = {
    "local": {"type": "LocalVisBackend"},
    "remote": {"type": "LocalVisBackend", "remote": "file://{folder}/store"},
    "tensorboard": {"type": "TensorboardVisBackend"},
    "wandb": {"type": "WandbVisBackend"},
}


def run_mlflow(folder: Path, ranks: int) -> dict[str, float]:
    """Run the ranks against one server, and print what that has in the end."""
    server, url = mlflow_server(folder)
    try:
        start, used = time.perf_counter(), used_by_group(server.pid)
        # However busy it is here, they end when all of it is there.
        backend = {"type": "MLflowVisBackend", "tracking_uri": url, "timeout": 600}
        found = run(backend, folder / "m", ranks)
        seconds, used = time.perf_counter() - start, used_by_group(server.pid) - used
        print(
            f"\nMLflow's server: {used / ranks:.2f} s of CPU a rank, which is 20 images and 500 scalars"
        )
        print(f"MLflow's server, {ranks} at once, {seconds:.0f} s: {at_the_server(url, ranks)}")
    finally:
        os.killpg(server.pid, 15)
        server.wait()
    return found


def main() -> None:
    """Measure and print a table."""
    ranks = int(sys.argv[1]) if len(sys.argv) > 1 else 8
    print_environment(["viz-core", "tensorboard", "wandb", "mlflow", "fsspec"])
    rows = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for case in sys.argv[2:] or [*BACKENDS, "mlflow"]:
            if case == "mlflow":
                rows[case] = run_mlflow(folder, ranks)
            else:
                backend = json.loads(json.dumps(BACKENDS[case]).replace("{folder}", name))
                rows[case] = run(backend, folder / case, ranks)
    columns = [*next(iter(rows.values()))]
    print(f"\n| {ranks} at once, each | {' | '.join(columns)} |")
    print("|---" * (len(columns) + 1) + "|")
    for case, row in rows.items():
        print(f"| {case} | {' | '.join(f'{row[column]:.3g}' for column in columns)} |")


if __name__ == "__main__":
    main()
