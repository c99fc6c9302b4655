"""Make the image of a report that README shows: python docs/report_image.py [run].

It needs `nox -s demo`, whose training it shows, and Chromium.
"""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from PIL import Image

from viz_report import write_report

ROOT = Path(__file__).parents[1]
#: Pixels, and those at the top that are left out: the header, with the config.
WIDTH, HEIGHT, TOP = 1280, 1830, 535


def main(run: Path) -> None:
    """Write the page of a run, and what Chromium shows of it."""
    chromium = shutil.which("chromium") or sys.exit("needs chromium: apt-get install chromium")
    with tempfile.TemporaryDirectory() as name:
        page, image = Path(name, "report.html"), Path(name, "report.png")
        write_report([run], page)
        command = [
            *(chromium, "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars"),
            *(f"--window-size={WIDTH},{HEIGHT}", "--virtual-time-budget=5000"),
            *(f"--screenshot={image}", f"{page.as_uri()}#step=40"),
        ]
        subprocess.run(command, check=True, capture_output=True, timeout=120)
        shown = Image.open(image).convert("RGB").crop((0, TOP, WIDTH, HEIGHT))
        shown.save(ROOT / "docs/images/report.jpg", quality=85)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "demo/training_loop")
