"""Each row of the table of SummaryWriter's calls: both write, and ours what is to be written."""

import re
from pathlib import Path

import numpy as np
import pytest
import torch
from matplotlib.figure import Figure
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from torch.utils.tensorboard import SummaryWriter

from viz_core import Visualizer, read_run

PAGE = Path(__file__).parents[3] / "docs/how-to/from-summarywriter.md"
ROWS = re.findall(r"^\| `(writer\..*)` \| `(visualizer\..*)` \|$", PAGE.read_text(), re.M)


@pytest.fixture
def names():
    """Return what the calls of the table name."""
    rng = np.random.default_rng(0)
    figure = Figure()
    figure.add_subplot().plot([1, 2])
    return {
        "chw": torch.rand(3, 20, 30),
        "hwc": torch.rand(20, 30, 3),
        "nchw": torch.rand(2, 3, 20, 30),
        "ntchw": torch.randint(0, 255, (1, 4, 3, 20, 30), dtype=torch.uint8),
        "boxes": torch.tensor([[2.0, 3.0, 20.0, 15.0]]),
        "figure": figure,
        "weights": rng.normal(size=100),
        "truth": rng.integers(0, 2, 50),
        "scores": rng.random(50),
        "model": torch.nn.Linear(3, 2),
        "batch": torch.rand(4, 3),
    }


def test_the_table_has_the_methods_of_a_summary_writer():
    shown = {re.search(r"writer\.(\w+)", row)[1] for row, _ in ROWS}
    named = set(re.findall(r"`(add_\w+)`", PAGE.read_text()))
    theirs = {name for name in dir(SummaryWriter) if name.startswith("add_")}
    variants = ("_raw", "_multilinechart", "_marginchart", "_tensor")
    assert {name for name in theirs if not name.endswith(variants)} <= shown | named


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.filterwarnings("ignore::UserWarning")  # what torch and moviepy say of theirs
@pytest.mark.parametrize(("theirs", "ours"), ROWS)
def test_both_calls_of_a_row_do_what_they_say(theirs, ours, names, tmp_path):
    writer = SummaryWriter(tmp_path / "theirs")
    visualizer = Visualizer(
        save_dir=tmp_path / "ours",
        vis_backends=[dict(type="LocalVisBackend"), dict(type="TensorboardVisBackend")],
        on_backend_error="raise",
    )
    if "add_video" not in theirs:  # it needs moviepy
        eval(theirs, {**names, "writer": writer})
    eval(ours, {**names, "visualizer": visualizer})
    writer.close()
    visualizer.close()
    if "add_" not in ours:
        return
    events = EventAccumulator(str(tmp_path / "ours/vis_data")).Reload()
    assert events.Tags()["graph"] or any(v for v in events.Tags().values() if isinstance(v, list))
    if "add_graph" not in ours:
        run = read_run(tmp_path / "ours")
        kinds = ("scalars", "images", "annotations", "figures", "histograms", "texts", "videos")
        assert any(getattr(run, kind) for kind in (*kinds, "pr_curves", "hparams"))
