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

from compare import print_environment
from playwright.sync_api import sync_playwright
from report import record

from viz_report.report import write_report

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
