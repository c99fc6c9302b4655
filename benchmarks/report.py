"""What a report costs, and a page that follows a run.

    python benchmarks/report.py

Each report is made by a process of its own: its CPU time and memory are less what imports take.
`viz view` is asked by ten browsers twice a second, while 1,000 scalars a second are recorded.
"""

from __future__ import annotations

import http.client
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from compare import print_environment

from viz_core import Visualizer

SAMPLES, EVALUATIONS, BOXES, CURVES, POINTS = 16, 50, 20, 20, 10_000
MILLION, SECONDS, BROWSERS = 1_000_000, 15, 10

#: Makes a report; says its bytes, and the seconds of CPU and megabytes of memory that it took.
MAKE = """
import json, resource, sys, time
from viz_report import write_report
import PIL.Image, youplot
def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3
memory, start, began = peak(), time.process_time(), time.perf_counter()
written = write_report([sys.argv[1]], sys.argv[2])
print(json.dumps([written.size, time.process_time() - start, time.perf_counter() - began,
                  peak() - memory]))
"""


def record(folder: Path) -> None:
    """Record samples of so many evaluations, and curves."""
    rng = np.random.default_rng(0)
    with Visualizer(vis_backends=[{"type": "LocalVisBackend"}], save_dir=folder) as visualizer:
        names = [f"train/loss_{i}" for i in range(CURVES)]
        for step in range(POINTS):
            values = dict(zip(names, rng.random(CURVES).tolist(), strict=True))
            visualizer.add_scalars(values, step=step)
        images = [
            rng.integers(0, 255, (60, 80, 3), np.uint8).repeat(6, 0).repeat(8, 1)
            for _ in range(SAMPLES)
        ]
        corners = rng.uniform(0, 300, (SAMPLES, BOXES, 2))
        labels = rng.integers(0, 10, BOXES)
        for evaluation in range(EVALUATIONS):
            for i, image in enumerate(images):
                boxes = np.hstack([corners[i], corners[i] + 50])
                found = boxes + rng.normal(0, 5, boxes.shape)
                visualizer.add_annotations(
                    f"val/{i}",
                    image,
                    {"bboxes": boxes, "labels": labels},
                    {"bboxes": found, "labels": labels, "scores": rng.uniform(0.3, 1, BOXES)},
                    step=evaluation * 200,
                    classes=[f"class {label}" for label in range(10)],
                )


def make(title: str, folder: Path) -> None:
    command = [sys.executable, "-c", MAKE, str(folder), str(folder / "report.html")]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    size, cpu, seconds, memory = json.loads(done.stdout)
    print(
        f"{title}: {cpu:.2f} s of CPU, {seconds:.2f} s on the clock, {memory:.0f} MB of memory, "
        f"{size / 1e6:.1f} MB of page"
    )


def ask(connection: http.client.HTTPConnection, path: str) -> dict:
    connection.request("GET", path)
    return json.loads(connection.getresponse().read())


def follow(folder: Path) -> None:
    """Print what part of a core the server takes, and how late its pages are."""
    visualizer = Visualizer(vis_backends=[{"type": "LocalVisBackend"}], save_dir=folder)
    visualizer.add_config({f"key_{i}": {"a": i, "b": [1, 2, 3]} for i in range(300)})
    visualizer.add_scalar("loss_0", 0, step=0)
    command = [sys.executable, "-m", "viz_core", "view", str(folder), "--no-token"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        host = server.stdout.readline().split("/")[2]
        browsers = [http.client.HTTPConnection(host) for _ in range(BROWSERS)]
        cursors = [ask(browser, "/data")["cursor"] for browser in browsers]

        def used() -> float:
            fields = Path(f"/proc/{server.pid}/stat").read_text().rpartition(")")[2].split()
            return (int(fields[11]) + int(fields[12])) / 100

        start, before, step, seen, asked = time.time(), used(), 0, 0, 0.0
        late = []
        while time.time() - start < SECONDS:
            for _ in range(20):
                step += 1
                visualizer.add_scalar(f"loss_{step % 10}", step / 10, step=step)
            time.sleep(max(0, start + step / 1000 - time.time()))
            if time.time() - asked > 0.5:
                asked = time.time()
                answers = [
                    ask(browser, f"/data?cursor={cursor}")
                    for browser, cursor in zip(browsers, cursors, strict=True)
                ]
                cursors = [answer["cursor"] for answer in answers]
                curves = [c for run in answers[0]["runs"] for c in run["scalars"].values()]
                seen = max([seen, *(curve["steps"][-1] for curve in curves)])
                late.append(step - seen)
        took = time.time() - start
        print(
            f"viz view, {step / took:.0f} scalars a second, {BROWSERS} browsers: "
            f"{100 * (used() - before) / took:.1f} % of a core, at most {max(late)} ms late"
        )
        server.terminate()
    for browser in browsers:
        browser.close()
    visualizer.close()


def main() -> None:
    print_environment(["viz-core", "viz-report", "youplot"])
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        record(folder / "run")
        what = (
            f"{SAMPLES} samples x {EVALUATIONS} evaluations, {CURVES} curves of {POINTS:,} points"
        )
        make(what, folder / "run")
        (folder / "million/vis_data").mkdir(parents=True)
        with (folder / "million/vis_data/scalars.json").open("w") as file:
            values = np.random.default_rng(0).normal(size=MILLION).tolist()
            file.writelines(f'{{"loss": {v}, "step": {i}}}\n' for i, v in enumerate(values))
        make(f"a curve of {MILLION:,} points", folder / "million")
        follow(folder / "live")


if __name__ == "__main__":
    main()
