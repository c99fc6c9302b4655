"""Every kind of record, read back with TensorBoard's loader and asked of its server."""

import io
import json
import subprocess
import sys
import urllib.parse
from pathlib import Path

import numpy as np
import pytest
from kinds_records import FRAMES, figure, records
from PIL import Image
from tensorboard.plugins.hparams import plugin_data_pb2
from tensorboard.util import tensor_util

import viz_core
from viz_backend_tensorboard import TensorboardVisBackend
from viz_core import RecordingWarning, Visualizer, as_figure
from viz_core.kinds import videos


@pytest.fixture
def recorded(tmp_path, monkeypatch, read_run):
    """Record one of each kind that it keeps, and return what TensorBoard's loader finds."""
    monkeypatch.setattr(videos, "_formats", lambda: ("gif",))
    visualizer = Visualizer(
        vis_backends=[dict(type="TensorboardVisBackend", save_dir=tmp_path / "run")],
        on_backend_error="raise",
    )
    given = records(tmp_path)
    del given["file"], given["confusion_matrix"], given["annotations"]
    for kind, arguments in given.items():
        getattr(visualizer, f"add_{kind}")(**arguments)
    visualizer.close()
    return read_run(tmp_path / "run")


def tensor(run, tag):
    (event,) = run.accumulator.Tensors(tag)
    return event.step, tensor_util.make_ndarray(event.tensor_proto)


def plugin(run, tag):
    return run.accumulator.SummaryMetadata(tag).plugin_data.plugin_name


def opened(data):
    return Image.open(io.BytesIO(data))


def test_images_are_samples_of_one_tag(recorded):
    step, texts = tensor(recorded, "batch")
    assert (step, plugin(recorded, "batch")) == (3, "images")
    assert texts[:2].tolist() == [b"30", b"20"]
    for data, image in zip(texts[2:], FRAMES[:3], strict=True):
        assert (np.asarray(opened(data)) == image).all()


def test_a_figure_is_an_image(recorded):
    ((step, image),) = recorded.images("val/curve")
    assert step == 3
    assert (image == as_figure(figure()).image).all()


def test_a_video_moves(recorded):
    step, texts = tensor(recorded, "clip")
    assert (step, texts[:2].tolist()) == (3, [b"30", b"20"])
    video = opened(texts[2])
    assert (video.format, video.n_frames, video.info["duration"]) == ("GIF", 5, 200)


def test_a_histogram_has_its_edges_and_counts(recorded):
    step, buckets = tensor(recorded, "w")
    assert (step, plugin(recorded, "w")) == (3, "histograms")
    assert buckets.tolist() == [[0, 0.5, 1], [0.5, 1, 3]]


def test_a_text_and_a_table(recorded):
    assert tensor(recorded, "note")[1].item().decode() == "# It *runs* | é"
    step, cells = tensor(recorded, "worst")
    assert (step, plugin(recorded, "worst")) == (3, "text")
    assert cells.tolist() == [[b"**id**", b"**name**"], [b"1", b"a,b"], [b"2", b""]]


def test_a_page_is_a_file_and_its_path(recorded, tmp_path):
    path = tensor(recorded, "page")[1].item().decode().strip("`")
    assert path.startswith(str(tmp_path / "run/tensorboard_html/page_"))
    assert Path(path).read_text("utf-8") == '<meta charset="utf-8"><p>é</p>'


def test_a_curve_has_its_counts(recorded):
    step, rows = tensor(recorded, "pr")
    assert (step, plugin(recorded, "pr"), rows.shape) == (3, "pr_curves", (6, 127))
    assert rows[:, 0].tolist() == [2, 1, 0, 0, np.float32(2 / 3), 1]
    assert rows[:, -1].tolist() == [0, 0, 1, 2, 1, 0]


def test_hyperparameters_are_of_the_same_run(recorded, tmp_path):
    content = plugin_data_pb2.HParamsPluginData.FromString(
        recorded.accumulator.SummaryMetadata("_hparams_/session_start_info").plugin_data.content
    )
    values = content.session_start_info.hparams
    assert (values["lr"].number_value, values["opt"].string_value) == (0.5, "sgd")
    assert recorded.scalars("hparam/acc") == [(0, 0.75)]
    assert [path.name for path in (tmp_path / "run").iterdir() if path.is_dir()] == [
        "tensorboard_html"
    ]


def test_metrics_may_come_later_and_other_hyperparameters_are_told(tmp_path, read_run):
    backend = TensorboardVisBackend(tmp_path)
    backend.add_hparams({"lr": 1})
    backend.add_hparams({"lr": 1}, {"acc": 0.5})
    backend.add_hparams({"lr": 1}, {"acc": 0.75})
    with pytest.warns(RecordingWarning, match="shows the first hyperparameters of a run"):
        backend.add_hparams({"lr": 2}, {"acc": 0.875})
    with pytest.warns(RecordingWarning, match="shows the first hyperparameters of a run"):
        backend.add_hparams({"lr": 1}, {"loss": 0.5})
    run = read_run(tmp_path)
    assert run.scalars("hparam/acc") == [(0, 0.5), (0, 0.75), (0, 0.875)]
    content = run.accumulator.SummaryMetadata("_hparams_/experiment").plugin_data.content
    experiment = plugin_data_pb2.HParamsPluginData.FromString(content).experiment
    assert [metric.name.tag for metric in experiment.metric_infos] == ["hparam/acc"]


def test_what_it_lacks_is_told(tmp_path):
    visualizer = Visualizer(
        vis_backends=[dict(type="TensorboardVisBackend", save_dir=tmp_path / "run")]
    )
    given = records(tmp_path)
    with pytest.warns(RecordingWarning, match="keeps no confusion_matrix: it gets a figure of it"):
        visualizer.add_confusion_matrix(**given["confusion_matrix"])
    with pytest.warns(RecordingWarning, match="keeps no file, nor anything"):
        visualizer.add_file(**given["file"])
    with pytest.warns(RecordingWarning, match="TensorboardVisBackend: 1 x file"):
        visualizer.close()


def test_a_long_table_says_what_is_left_out(tmp_path, read_run):
    backend = TensorboardVisBackend(tmp_path)
    backend.add_table("t", ["a", "b|c"], [[i, "<b>_x_"] for i in range(1003)])
    cells = tensor(read_run(tmp_path), "t")[1]
    assert cells.shape == (1002, 2)
    assert cells[0].tolist() == [b"**a**", rb"**b\|c**"]
    assert cells[1].tolist() == [b"0", rb"&lt;b&gt;\_x\_"]
    assert cells[-1].tolist() == [b"and 3 more rows", b""]


def test_pages_of_any_name_stay_in_their_folder(tmp_path):
    backend = TensorboardVisBackend(tmp_path / "run")
    for name in ("a/b", "../../up", "x" * 300, "é" * 300):
        backend.add_html(name, name)
    backend.flush(sync=True)
    assert len([*(tmp_path / "run/tensorboard_html").iterdir()]) == 4
    assert [path.name for path in tmp_path.iterdir()] == ["run"]


def test_neither_torch_nor_tensorflow_is_imported(tmp_path):
    code = f"""
import sys
from viz_backend_tensorboard import TensorboardVisBackend
backend = TensorboardVisBackend({str(tmp_path)!r})
backend.add_hparams({{"lr": 1}}, {{"acc": 0.5}})
backend.add_histogram("a", [1.0])
backend.add_pr_curve("b", [0, 1], [0.1, 0.9])
assert not {{"torch", "tensorflow"}} & set(sys.modules)
"""
    subprocess.run([sys.executable, "-c", code], check=True, timeout=120)


def test_the_server_shows_them(recorded, tmp_path, serve):
    server = serve(tmp_path / "run")
    server.until(lambda: "." in server.get("plugin/pr_curves/tags"))
    (histogram,) = server.get("plugin/histograms/histograms", tag="w", run=".")
    assert histogram[1] == 3
    assert sum(count for *_, count in histogram[2]) == 4
    (curve,) = server.get("plugin/pr_curves/pr_curves", tag="pr", run=".")["."]
    assert curve["step"] == 3
    assert curve["true_positives"][0] == 2
    (table,) = server.get("plugin/text/text", tag="worst", run=".")
    assert "<td><p><strong>id</strong></p></td>" in table["text"]
    samples = server.get("plugin/images/images", tag="batch", run=".", sample=2)
    query = dict(urllib.parse.parse_qsl(samples[0]["query"]))
    with server.open("plugin/images/individualImage", **query) as response:
        assert (np.asarray(opened(response.read())) == FRAMES[2]).all()
    clip = server.get("plugin/images/images", tag="clip", run=".", sample=0)
    query = dict(urllib.parse.parse_qsl(clip[0]["query"]))
    with server.open("plugin/images/individualImage", **query) as response:
        assert response.headers["Content-Type"] == "image/gif"
    request = {"experimentName": "", "allowedStatuses": ["STATUS_SUCCESS"], "colParams": []}
    request["sliceSize"] = 10
    found = server.get("plugin/hparams/session_groups", request=json.dumps(request))
    (group,) = found["sessionGroups"]
    assert group["hparams"] == {"lr": 0.5, "opt": "sgd"}
    assert [metric["name"]["tag"] for metric in group["metricValues"]] == ["hparam/acc"]
    assert group["metricValues"][0]["value"] == 0.75


def test_a_full_budget_stops_all_but_numbers(tmp_path, read_run):
    noise = np.random.default_rng(0).integers(0, 256, (3, 40, 40, 3), np.uint8)
    backend = TensorboardVisBackend(tmp_path / "run", budget_mb=0.001)
    with pytest.warns(RecordingWarning, match="no room for|left out what") as told:
        for step in range(2):
            backend.add_text("fits", "x" * 100, step=step)
            backend.add_text("text", "x" * 2000, step=step)
            backend.add_image("image", noise[0], step=step)
            backend.add_images("images", noise, step=step)
            backend.add_table("table", [{"a": "x" * 2000}], step=step)
            backend.add_html("page", "x" * 2000, step=step)
            backend.add_video("clip", noise, step=step)
            backend.add_histogram("h", [0.0, 1.0], step=step)
            backend.add_scalar("loss", 1.0, step=step)
        backend.close()
    assert [str(warning.message).partition("fit: ")[2] for warning in told] == ["", "12 x"]
    run = read_run(tmp_path / "run")
    assert run.scalars("loss") == [(0, 1.0), (1, 1.0)]
    assert {*run.tags["tensors"]} == {"fits", "h"}
    assert run.tags["images"] == []
    assert not (tmp_path / "run" / "tensorboard_html").exists()


def test_pages_beside_local_files_are_none_of_theirs(tmp_path):
    types = ("LocalVisBackend", "TensorboardVisBackend")
    with Visualizer(
        vis_backends=[dict(type=name) for name in types], save_dir=tmp_path
    ) as visualizer:
        visualizer.add_html("page", "<p>", step=3)
    assert {name: [*pages] for name, pages in viz_core.read_run(tmp_path).html.items()} == {
        "page": [3]
    }
