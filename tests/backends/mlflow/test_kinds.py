"""What becomes of kinds in MLflow beyond the contract."""

import csv
import json

import numpy as np
import pytest
from kinds_records import FRAMES, records

from viz_backend_mlflow import MLflowVisBackend
from viz_core import RecordingWarning, Visualizer, as_figure, as_video


@pytest.fixture
def make(database, tmp_path):
    """Return a function that makes a backend in an experiment of its own."""

    def make(**options):
        options = {"exp_name": str(tmp_path), "tracking_uri": database, "timeout": 60, **options}
        return MLflowVisBackend(tmp_path / "run", artifact_suffix=[], **options)

    return make


@pytest.fixture
def run(database, read_run, tmp_path):
    return lambda: read_run(database, str(tmp_path))


def test_names_and_files_of_any_name_are_artifacts(make, run, tmp_path):
    (source := tmp_path / "source.bin").write_bytes(b"x")
    names = ["a", "a/b c", "../up", "é", "x" * 300]
    backend = make()
    for name in names:
        backend.add_text(name, name, step=-1)
        backend.add_file(source, f"{name}.bin")
    backend.close()
    run = run()
    texts = {local.read_text("utf-8") for _, local in run.files("text")}
    assert texts == set(names)
    assert len(run.files("files")) == len(names)
    assert "x" * 300 in run.tags.values()
    journal = tmp_path / "run" / "mlflow_journal"
    assert not [path for path in journal.rglob("files/*") if path.is_file()]  # they were sent


def test_a_file_is_what_it_was_when_it_was_recorded(make, run, tmp_path):
    (source := tmp_path / "model.pth").write_bytes(b"first")
    backend = make()
    backend.add_file(source)
    source.write_bytes(b"second")
    backend.add_table("worst", [{"id": "a\0b", "loss": None}])
    backend.close()
    run = run()
    ((name, local),) = run.files("files")
    assert (name, local.read_bytes()) == ("model.pth", b"first")
    ((_, table),) = run.files("tables")
    assert table.read_bytes().decode() == "id,loss\r\na\ufffdb,\r\n"


def test_final_metrics_are_at_the_last_step(make, run):
    backend = make()
    backend.add_scalar("acc", 0.5, step=7)
    backend.add_scalar("acc", 0.25, step=3)
    backend.add_hparams({"lr": 0.1, "aug": True}, {"acc": 0.75})
    backend.close()
    run = run()
    assert run.history("acc") == [(3, 0.25), (7, 0.5), (7, 0.75)]
    assert run.run.data.metrics["acc"] == 0.75
    assert run.params == {"lr": "0.1", "aug": "True"}


def test_histograms_curves_and_matrices_have_a_slider_and_their_numbers(make, run):
    visualizer = Visualizer(vis_backends=[make()])
    with pytest.warns(RecordingWarning, match="keeps no histogram: it gets a figure and a file"):
        for step in range(2):
            visualizer.add_histogram("w", [0.0, 1.0], step=step)
    with pytest.warns(RecordingWarning, match="keeps no pr_curve"):
        visualizer.add_pr_curve("pr", [0, 1], [0.1, 0.9])
    with pytest.warns(RecordingWarning, match="keeps no confusion_matrix"):
        visualizer.add_confusion_matrix("cm", [[1, 2], [3, 4]], ["a", "b"])
    visualizer.close()
    run = run()
    kept = {(name, step) for name, step, _ in run.images()}
    assert kept == {("w", 0), ("w", 1), ("pr", 0), ("cm", 0)}
    numbers = {name: json.loads(local.read_text()) for name, local in run.files("files")}
    assert {*numbers} == {"w_0.json", "w_1.json", "pr_0.json", "cm_0.json"}
    assert (numbers["w_1.json"]["step"], sum(numbers["w_1.json"]["counts"])) == (1, 2)
    assert numbers["pr_0.json"]["recall"][:2] == [1, 1]
    assert (numbers["cm_0.json"]["classes"], numbers["cm_0.json"]["matrix"]) == (
        ["a", "b"],
        [[1, 2], [3, 4]],
    )


def test_a_full_budget_stops_all_but_numbers(make, run, tmp_path):
    (source := tmp_path / "source.bin").write_bytes(b"x" * 2000)
    noise = np.random.default_rng(0).integers(0, 256, (2, 40, 40, 3), np.uint8)
    backend = make(budget_mb=0.001)
    with pytest.warns(RecordingWarning, match="no room for|left out what") as told:
        backend.add_text("fits", "x" * 100)
        backend.add_text("text", "x" * 2000)
        backend.add_images("images", noise)
        backend.add_table("table", [{"a": "x" * 2000}])
        backend.add_html("page", "x" * 2000)
        backend.add_video("clip", noise)
        backend.add_file(source)
        backend.add_hparams({"lr": "x" * 2000}, {"acc": 1.0})
        backend.close()
    texts = [str(warning.message) for warning in told if warning.category is RecordingWarning]
    assert [text.partition("fit: ")[2] for text in texts] == ["", "7 x"]
    run = run()
    assert run.artifacts() == ["text"]
    assert [path for path, _ in run.files("text")] == ["fits_0.md"]
    assert (run.metrics, [*run.params]) == (["acc"], ["lr"])


@pytest.mark.takes(2)
@pytest.mark.xdist_group("server")
@pytest.mark.filterwarnings("ignore:MLflowVisBackend keeps no")
def test_every_kind_is_read_over_http(server, read_run, tmp_path):
    given = records(tmp_path)
    config = dict(type="MLflowVisBackend", exp_name=str(tmp_path), tracking_uri=server.url)
    with Visualizer(vis_backends=[config], save_dir=tmp_path / "run") as visualizer:
        visualizer.add_scalar("acc", 0.5, step=3)
        for kind, arguments in given.items():
            getattr(visualizer, f"add_{kind}")(**arguments)
    run = read_run(server.url, str(tmp_path))
    images = {(name, step): image for name, step, image in run.images()}
    batch = {("batch/0", 3), ("batch/1", 3), ("batch/2", 3)}
    assert {*images} >= {*batch, ("val/curve", 3), ("w", 3), ("pr", 3), ("cm", 3)}
    assert (images["batch/2", 3] == FRAMES[2]).all()
    assert (images["val/curve", 3] == as_figure(given["figure"]["figure"]).image).all()
    assert run.history("acc") == [(3, 0.5), (3, 0.75)]
    assert run.params == {"lr": "0.5", "opt": "sgd"}
    ((_, text),) = run.files("text")
    assert text.read_text("utf-8") == "# It *runs* | é"
    ((_, table),) = run.files("tables")
    with table.open(newline="", encoding="utf-8") as file:
        assert [*csv.reader(file)] == [["id", "name"], ["1", "a,b"], ["2", ""]]
    ((_, page),) = run.files("html")
    assert page.read_text("utf-8") == '<meta charset="utf-8"><p>é</p>'
    ((_, clip),) = run.files("videos")
    assert len(np.asarray(as_video(clip))) == len(FRAMES)
    files = {name: local.read_bytes() for name, local in run.files("files")}
    assert files.pop("best/weights.bin") == b"\0\1\2"
    numbers = {name: json.loads(content) for name, content in files.items()}
    assert numbers["w_3.json"]["counts"] == [1, 3]
    assert numbers["pr_3.json"]["true_positives"][0] == 2
    assert numbers["cm_3.json"]["matrix"] == [[3, 1], [0, 2]]
