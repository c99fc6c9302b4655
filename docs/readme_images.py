"""Make the images that README shows, of what `nox -s demo` drew: python docs/readme_images.py [demo].

The one of a report needs Chromium.
"""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
from PIL import Image

from viz_report import write_report

ROOT = Path(__file__).parents[1]
#: Pixels, and those at the top that are left out: the header, with the config.
WIDTH, HEIGHT, TOP = 1280, 1622, 535
#: What the image has no room for: some curves, and what comes after the first row of samples.
HIDDEN = (
    "#curves div.group, .samples .card:nth-child(n+3), #samples .group + .group, .groups + .groups, "
    "#images"
)


def report_of(run: Path) -> Image.Image:
    """Return what Chromium shows of the page of a run."""
    chromium = shutil.which("chromium") or sys.exit("needs chromium: apt-get install chromium")
    with tempfile.TemporaryDirectory() as name:
        page, image = Path(name, "report.html"), Path(name, "report.png")
        write_report([run], page)
        text = page.read_text().replace(
            "Content-Security-Policy", "x", 1
        )  # it forbids a style more
        page.write_text(
            text.replace("</head>", f"<style>{HIDDEN} {{ display: none }}</style></head>", 1)
        )
        command = [
            *(chromium, "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars"),
            *(f"--window-size={WIDTH},{HEIGHT}", "--virtual-time-budget=5000"),
            *(f"--screenshot={image}", f"{page.as_uri()}#step=24"),
        ]
        subprocess.run(command, check=True, capture_output=True, timeout=120)
        return Image.open(image).convert("RGB").crop((0, TOP, WIDTH, HEIGHT))


def main(demo: Path) -> None:
    """Write all of them."""
    drawn = {
        name: Image.open(demo / path)
        for name, path in (
            ("detection", "detection/vis_data/vis_image/street_0.png"),
            ("quickstart", "quickstart/vis_data/vis_image/drawn_0.png"),
            ("featmap", "quickstart/vis_data/vis_image/featmap_0.png"),
        )
    }
    beside = np.pad(drawn["quickstart"], ((0, 0), (0, 8), (0, 0)), constant_values=255)
    drawn["quickstart"] = Image.fromarray(np.hstack([beside, drawn.pop("featmap")]))
    drawn["report"] = report_of(demo / "training_loop")
    for name, image in drawn.items():
        image.save(ROOT / f"docs/images/{name}.jpg", quality=85)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "demo")
