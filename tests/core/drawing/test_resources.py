"""Threads and memory: right images from two threads, and nothing that grows."""

import threading

import numpy as np
import pytest

from viz_core import Canvas
from viz_core.drawing import labels
from viz_core.drawing.byte_cache import ByteCache
from viz_core.drawing.fonts import find_fonts
from viz_core.testing.processes import run_python


def draw(seed):
    """Return an image with everything that caches: boxes, labels, points, masks."""
    rng = np.random.default_rng(seed)
    canvas = Canvas(np.full((120, 160, 3), 90, np.uint8))
    boxes = np.sort(rng.integers(2, 100, (6, 2, 2)), axis=1).reshape(6, 4)
    canvas.draw_bboxes(boxes, edge_colors=["r", "g", "b"] * 2, line_widths=int(rng.integers(1, 4)))
    labels = [f"class {i}: {rng.random():.3f}" for i in range(6)]
    size = int(rng.integers(8, 14))
    canvas.draw_texts(labels, boxes[:, :2], size, "w", bboxes={"facecolor": "k", "pad": 1})
    canvas.draw_texts("⌓ turned", np.array([80, 60]), rotations=30)  # DejaVu Sans lacks it
    canvas.draw_points(rng.uniform(5, 100, (20, 2)), ["y"] * 20)
    return canvas.get_image()


def test_two_threads_draw_what_one_draws():
    expected = [draw(seed) for seed in range(40)]
    found = {}

    def work(seeds):
        for seed in seeds:
            found[seed] = draw(seed)

    threads = [threading.Thread(target=work, args=(range(start, 40, 2),)) for start in (0, 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all((found[seed] == expected[seed]).all() for seed in range(40))


def test_labels_are_composed_once_in_large_letters_too(monkeypatch):
    texts = [f"car: 10.{hundredths:02}" for hundredths in range(100)]
    places = np.full((100, 2), 10.0)

    def draw_all():
        canvas = Canvas(np.zeros((300, 300, 3), np.uint8))
        canvas.draw_texts(texts, places, 40, "w", bboxes={"pad": 1})

    monkeypatch.setattr(labels, "_styles", ByteCache(labels.MOST_OF_LABELS))
    draw_all()
    monkeypatch.setattr(labels, "as_core", None)  # no bitmap is made any more
    draw_all()


@pytest.mark.parametrize(
    ("text", "pieces"),
    [("car: 87", 2), ("car: 87.3", 3), ("car: 87.35", 3), ("car: 0.87", 3), ("car: 100.25%", 5)],
)
def test_a_score_is_laid_over_the_image_in_few_pieces(text, pieces):
    font = find_fonts(1, 10.0, "sans-serif", None)[0]
    pasted = []
    style = labels.find_label_style(font, (255, 255, 255, 1.0), None)
    style.draw(lambda *piece: pasted.append(piece), text, 5.0, 5.0)
    assert len(pasted) == pieces


def test_labels_that_push_each_other_out_are_right(monkeypatch):
    expected = [draw(seed) for seed in range(10)]
    monkeypatch.setattr(
        labels._styles, "limit", 12_000
    )  # room for a style and two or three bitmaps
    labels._styles.clear()
    for _ in range(2):
        assert all((draw(seed) == image).all() for seed, image in enumerate(expected))


# How much of the machine's memory this process holds, in megabytes.
RESIDENT = """
def resident():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * 4096 / 1e6
"""


def growth(code):
    """Run code that prints by how many megabytes it grew."""
    done = run_python(RESIDENT + code, imports=["viz_core.drawing.texts"])
    assert done.returncode == 0, done.stderr
    return float(done.stdout)


def test_labels_of_many_colors_leave_nothing_behind():
    code = """
import numpy as np
from viz_core import Canvas

rng = np.random.default_rng(0)
colors = [tuple(color) for color in rng.integers(0, 256, (300, 3)).tolist()]
places = rng.uniform(0, 400, (20, 2))
canvas = Canvas(np.zeros((480, 640, 3), np.uint8))
for count in range(150):
    labels = [f"class {i}: {100 * rng.random():.2f}" for i in range(20)]
    inks = [colors[i] for i in rng.integers(0, len(colors), 20)]
    canvas.draw_texts(labels, places, colors=inks, bboxes={"facecolor": "k", "alpha": 0.7})
    if count == 60:
        before = resident()
print(resident() - before)
"""
    assert growth(code) < 3


def test_a_thousand_images_of_changing_sizes_leave_nothing_behind():
    code = """
import numpy as np
from viz_core import Canvas

rng = np.random.default_rng(0)
canvas = Canvas()
for count in range(1000):
    height, width = rng.integers(60, 400, 2)
    canvas.set_image(np.zeros((height, width, 3), np.uint8))
    boxes = np.array([[5, 5, 50, 50], [10, 10, 40, 55]])
    canvas.draw_bboxes(boxes, line_widths=float(rng.uniform(1, 3)))
    canvas.draw_texts([f"a {rng.random():.6f}", str(count)], boxes[:, :2], bboxes={"facecolor": "k"})
    canvas.draw_circles(boxes[:, :2] + 5.0, np.array([3, 4]))
    canvas.get_image()
    if count == 200:
        before = resident()
print(resident() - before)
"""
    assert growth(code) < 4
