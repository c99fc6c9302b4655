"""How soon a report is seen, and a step of its slider, in Chromium without a screen.

    python benchmarks/report_page.py

A run of 16 samples x 50 evaluations x 20 boxes and 20 curves of 10,000 points, recorded and made
a report of as users do. A step is timed from the slider's event to the next frame; its CPU is that
of the page's main thread, which other programs do not lengthen. First paint is header and first
chart. Needs playwright and the program chromium.
"""

from __future__ import annotations

import shutil
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
from compare import print_environment
from playwright.sync_api import sync_playwright

from viz_core import Visualizer
from viz_report.report import write_report

SAMPLES, EVALUATIONS, BOXES, CURVES, POINTS = 16, 50, 20, 20, 10_000
STEPS, ROUNDS = 40, 5

#: Moves the slider, and says how many milliseconds later the next frame is there.
STEP = """async (step) => {
  const slider = document.querySelector('#dock input');
  const start = performance.now();
  slider.value = step;
  slider.dispatchEvent(new Event('input', { bubbles: true }));
  await new Promise((done) => requestAnimationFrame(() => {
    const after = new MessageChannel();
    after.port1.onmessage = done;
    after.port2.postMessage(0);
  }));
  return performance.now() - start;
}"""

#: Notes when the frame after the first chart has come.
FIRST = """new MutationObserver((_, observer) => {
  if (!document.querySelector('#curves canvas')) return;
  observer.disconnect();
  requestAnimationFrame(() => setTimeout(() => { window.firstChart = performance.now(); }));
}).observe(document, { childList: true, subtree: true })"""


def record(folder: Path) -> None:
    rng = np.random.default_rng(0)
    visualizer = Visualizer(vis_backends=[{"type": "LocalVisBackend"}], save_dir=str(folder))
    names = [f"train/loss_{i}" for i in range(CURVES)]
    for step in range(POINTS):
        visualizer.add_scalars(
            dict(zip(names, rng.random(CURVES).tolist(), strict=True)), step=step
        )
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
    visualizer.close()


def cpu(session: Any) -> float:
    """Return the milliseconds of CPU that the page's main thread has used."""
    metrics = {m["name"]: m["value"] for m in session.send("Performance.getMetrics")["metrics"]}
    return float(metrics["TaskDuration"]) * 1000


def main() -> None:
    print_environment(["viz-core", "viz-report", "playwright"])
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        record(Path(folder, "run"))
        before = time.perf_counter()
        written = write_report([Path(folder, "run")], Path(folder, "report.html"))
        print(f"made in {time.perf_counter() - before:.2f} s, {written.size / 1e6:.1f} MB")
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox"]
        )
        paints = []
        for _ in range(ROUNDS):
            page = browser.new_page(viewport={"width": 1440, "height": 900})
            page.add_init_script(FIRST)
            page.goto(written.path.as_uri())
            page.wait_for_timeout(1000)
            paints.append(page.evaluate("window.firstChart"))
        print(f"first paint: {statistics.median(paints):.0f} ms")
        page.locator(".links a", has_text="Samples").click()
        page.wait_for_timeout(1000)
        session = page.context.new_cdp_session(page)
        session.send("Performance.enable", {"timeDomain": "threadTicks"})
        start = cpu(session)
        steps = [page.evaluate(STEP, step) for step in range(STEPS)]
        used = (cpu(session) - start) / STEPS
        print(f"a step of the slider: {statistics.median(steps):.0f} ms, CPU {used:.0f} ms")
        browser.close()


if __name__ == "__main__":
    main()
