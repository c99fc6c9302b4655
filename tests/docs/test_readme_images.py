"""The image of detections that README shows is what the example draws."""

import numpy as np
from fences import ROOT, run_code
from PIL import Image


def test_the_stored_image_is_what_the_example_draws(tmp_path):
    done = run_code((ROOT / "examples/detection.py").read_text(), tmp_path, tmp_path)
    assert done.returncode == 0, done.stderr
    drawn, stored = (
        np.asarray(Image.open(path).reduce(8), dtype=float)  # without the grain that JPEG changes
        for path in (next(tmp_path.rglob("*.png")), ROOT / "docs/images/detection.jpg")
    )
    assert drawn.shape == stored.shape
    assert abs(drawn - stored).max() < 60  # 26; 188 with letters of another size
