"""A run in a store is shown as the run in its folder."""

import json

import numpy as np
import pytest
from shown_page import Page
from waiting import wait_until

from viz_core import Visualizer
from viz_report import write_report
from viz_report.cli import report, view
from viz_report.live import Feed
from viz_report.report import find_runs, read_folders

IMAGE = np.random.default_rng(0).integers(0, 256, (20, 30, 3), np.uint8)


@pytest.fixture
def visualizer(tmp_path):
    local = [dict(type="LocalVisBackend")]
    remote = dict(url=f"file://{tmp_path}/store/demo", timeout=300)
    with Visualizer(vis_backends=local, save_dir=tmp_path / "demo", remote=remote) as visualizer:
        yield visualizer


def record(visualizer, folder, step):
    (folder / "given.bin").write_bytes(b"given")
    visualizer.add_scalar("loss", 0.5, step=step)
    visualizer.add_image("a", IMAGE, step=step)
    visualizer.add_annotations("val", IMAGE, {"bboxes": [[1, 2, 8, 9]], "labels": [0]}, step=step)
    visualizer.add_file(folder / "given.bin")
    visualizer.close()


def test_a_report_of_a_url_is_that_of_the_folder(visualizer, tmp_path):
    record(visualizer, tmp_path, 1)
    url = f"file://{tmp_path}/store/demo"
    pages = [
        Page(write_report([run], tmp_path / f"{number}.html").path)
        for number, run in enumerate([tmp_path / "demo", url])
    ]
    here, there = ({**page.data, "made": 0} for page in pages)
    assert here == there
    assert len(there["blobs"]) == 2


def test_a_live_page_follows_a_store_and_serves_what_is_in_it(visualizer, tmp_path):
    record(visualizer, tmp_path, 1)
    runs = find_runs([f"file://{tmp_path}/store/demo"])
    feed = Feed(runs, read_folders(runs), "demo")
    data = feed.whole()
    run = data["runs"][0]
    served = [run["images"]["a"][0]["image"], run["files"][0]["href"].removeprefix("blob/")]
    contents = [feed.path_of(key)[1].read_bytes() for key in served]
    assert contents[0] == (tmp_path / "demo/vis_data/vis_image/a_1.png").read_bytes()
    assert contents[1] == b"given"
    visualizer.add_scalar("loss", 0.25, step=2)
    visualizer.close()
    (new,) = wait_until(lambda: json.loads(feed.since(data["cursor"]))["runs"])
    assert new["scalars"]["loss"]["steps"][-1] == 2
    assert "images" not in new


@pytest.mark.parametrize("command", [report, view])
def test_what_fsspec_needs_for_a_store_is_said_in_a_line(command, capsys):
    assert command(["gs://bucket/run"]) == 1
    assert "'gs://bucket/run'" in capsys.readouterr().err
