"""The files of a local run, read with other code than wrote them."""

import csv
import json
import math
import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from kinds_records import FRAMES, IMAGE, figure, records
from PIL import Image

from viz_core import (
    BaseVisBackend,
    LocalVisBackend,
    RecordingWarning,
    Visualizer,
    VizWarning,
    as_figure,
    read_run,
)
from viz_core.backends import local_kinds
from viz_core.kinds import videos

LOCAL = dict(type="LocalVisBackend")


@pytest.fixture
def record(tmp_path, monkeypatch):
    """Record one of each kind; return the folder and what was given."""
    monkeypatch.setattr(videos, "_formats", lambda: ("gif",))
    given = records(tmp_path)
    with Visualizer(vis_backends=[LOCAL], save_dir=tmp_path / "run", on_backend_error="raise") as v:
        for kind, arguments in given.items():
            getattr(v, f"add_{kind}")(**arguments)
    return tmp_path / "run" / "vis_data", given


def strict(text):
    return json.loads(text, parse_constant=lambda name: 1 / 0)


def lines(path):
    return [strict(line) for line in path.read_text("ascii").splitlines()]


def test_every_kind_has_its_file(record):
    folder, given = record
    found = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
    assert found == {
        *(f"vis_image/batch/{i}_3.png" for i in range(3)),
        *("figures/val/curve_3.png", "histograms.jsonl", "text/note_3.md", "tables/worst_3.csv"),
        *("videos/clip_3.gif", "html/page_3.html", "files/best/weights.bin", "summary.json"),
        *("pr_curves.jsonl", "confusion_matrices.jsonl", "index.jsonl"),
        *("annotations.jsonl", *(f"annotations/{p.name}" for p in folder.glob("annotations/*"))),
    }
    for i in range(3):
        image = np.asarray(Image.open(folder / f"vis_image/batch/{i}_3.png"))
        assert (image == FRAMES[i]).all()
    drawn = np.asarray(Image.open(folder / "figures/val/curve_3.png"))
    assert (drawn == as_figure(given["figure"]["figure"]).image).all()
    assert lines(folder / "histograms.jsonl") == [
        {"name": "w", "step": 3, "edges": [0.0, 0.5, 1.0], "counts": [1, 3]}
    ]
    assert (folder / "text/note_3.md").read_text("utf-8") == "# It *runs* | é"
    with (folder / "tables/worst_3.csv").open(newline="") as file:
        assert [*csv.reader(file)] == [["id", "name"], ["1", "a,b"], ["2", ""]]
    with Image.open(folder / "videos/clip_3.gif") as file:
        assert (file.n_frames, file.info["duration"]) == (5, 200)
    assert (folder / "html/page_3.html").read_text("utf-8") == '<meta charset="utf-8"><p>é</p>'
    assert (folder / "files/best/weights.bin").read_bytes() == b"\0\1\2"
    assert strict((folder / "summary.json").read_text()) == {
        "hparams": {"lr": 0.5, "opt": "sgd"},
        "metrics": {"acc": 0.75},
    }
    (curve,) = lines(folder / "pr_curves.jsonl")
    assert [curve["name"], curve["step"], len(curve["recall"])] == ["pr", 3, 127]
    assert curve["true_positives"][:1] + curve["true_positives"][-1:] == [2, 0]
    assert lines(folder / "confusion_matrices.jsonl") == [
        {"name": "cm", "step": 3, "classes": ["a", "b"], "matrix": [[3, 1], [0, 2]]}
    ]
    (line,) = lines(folder / "annotations.jsonl")
    base = line.pop("image")
    assert line == {
        "name": "val/7",
        "step": 3,
        "width": 30,
        "height": 20,
        "caption": "7",
        "score": 0.5,
        "classes": {"0": "cat", "1": "dog"},
        "truth": {"labels": [1], "bboxes": [[1, 2, 20, 15]]},
        "prediction": {"labels": [0], "bboxes": [[2, 2, 21, 15.5]], "scores": [0.75]},
    }
    with Image.open(folder / "annotations" / base) as image:
        assert (image.format, image.size) == ("JPEG", (30, 20))


def test_an_image_that_is_annotated_many_times_is_kept_once(tmp_path):
    backend = LocalVisBackend(tmp_path, keep_last=1, max_side=15)
    for step in range(3):
        backend.add_annotations(
            "a", FRAMES[0], {"bboxes": [[0, 0, step, 9]], "labels": [0]}, step=step
        )
        backend.add_annotations("b", FRAMES[step], step=step)
        backend.add_image("a", FRAMES[0], step)
    written = {path.name: path.stat() for path in (tmp_path / "annotations").iterdir()}
    assert len(written) == 3  # `keep_last` is for images that no line names
    assert {line["image"] for line in lines(tmp_path / "annotations.jsonl")} == {*written}
    assert [line["width"] for line in lines(tmp_path / "annotations.jsonl")] == [30] * 6
    assert read_run(tmp_path).annotations["a"][0].image.shape == (10, 15, 3)
    LocalVisBackend(tmp_path, max_side=15).add_annotations("c", FRAMES[0])  # that knows nothing
    assert {p.name: p.stat().st_mtime_ns for p in (tmp_path / "annotations").iterdir()} == {
        name: status.st_mtime_ns for name, status in written.items()
    }


def test_json_is_strict_whatever_the_numbers(tmp_path):
    backend = LocalVisBackend(tmp_path)
    backend.add_hparams({"lr": math.nan, "é": "ü"}, {"acc": -math.inf})
    assert strict((tmp_path / "summary.json").read_text("ascii")) == {
        "hparams": {"lr": "NaN", "é": "ü"},
        "metrics": {"acc": "-Infinity"},
    }
    with pytest.warns(RecordingWarning, match="w that are NaN"):
        backend.add_histogram("w", [0.25, math.nan, 0.75], bins=1)
    backend.add_histogram("w", ([0, 1], [0.5]))
    assert lines(tmp_path / "histograms.jsonl") == [
        {"name": "w", "step": 0, "edges": [0.25, 0.75], "counts": [2], "missing": 1},
        {"name": "w", "step": 0, "edges": [0, 1], "counts": [0.5]},
    ]


@pytest.mark.parametrize(
    ("name", "file"),
    [
        ("a.pth", "a.pth"),
        ("best/a.tar.gz", "best/a.tar.gz"),
        ("noending", "noending"),
        (".hidden", ".hidden"),
        ("..", "%2E%2E"),
        ("../../up.txt", "%2E%2E/%2E%2E/up.txt"),
        ("a.bin/b.bin", "a.bin/b.bin"),
        ("a.", "a."),
        ("dir/", "dir/%2F"),
        ("names.json", "%6Eames.json"),
        ("names.json/a", "%6Eames.json/a"),
        ("best/names.json", "best/names.json"),
        ("class_names.json", "class_names.json"),
        ("log.jsonl", "log.jsonl"),
        ("a.tmp", "a.tmp"),
        (".0123456789abcdef.tmp", "%2E0123456789abcdef.tmp"),
        ("x" * 300 + ".bin", None),
    ],
)
def test_files_stay_inside_under_any_name(tmp_path, name, file):
    (source := tmp_path / "source").write_bytes(b"x")
    backend = LocalVisBackend(tmp_path / "run")
    backend.add_file(source, name)
    backend.close()
    folder = tmp_path / "run" / "files"
    found = [p for p in folder.rglob("*") if p.is_file() and p != folder / "names.json"]
    assert [path.read_bytes() for path in found] == [b"x"]
    if file is None:
        (entry,) = lines(folder / "names.json")
        assert entry == {"file": found[0].name, "name": name}
    else:
        assert found == [folder / file]
    assert [*read_run(tmp_path / "run").files.items()] == [(name, found[0])]
    assert sorted(p.name for p in tmp_path.iterdir()) == ["run", "source"]


def test_a_large_file_is_a_link(tmp_path, monkeypatch):
    monkeypatch.setattr(local_kinds, "_LARGEST", 2)
    (source := tmp_path / "source").write_bytes(b"xyz")
    LocalVisBackend(tmp_path / "run").add_file(source, "big")
    assert lines(tmp_path / "run/files.jsonl") == [{"name": "big", "link": str(source), "size": 3}]
    assert not (tmp_path / "run/files").exists()


def test_figures_have_the_format_of_images(tmp_path):
    LocalVisBackend(tmp_path, image_format="jpg", max_side=20).add_figure("a", figure(), 1)
    with Image.open(tmp_path / "figures/a_1.jpg") as file:
        assert (file.format, file.size) == ("JPEG", (20, 10))


def test_what_was_not_recorded_and_the_end_are_in_the_index(tmp_path):
    class Broken:
        def add_image(self, name, image, step):
            raise OSError("no")

    visualizer = Visualizer(vis_backends=[LOCAL, Broken()], save_dir=tmp_path)
    with pytest.warns(RecordingWarning, match="Broken did not record an image"):
        visualizer.add_image("a", IMAGE)
    visualizer.add_image("a", IMAGE)
    with pytest.warns(RecordingWarning, match="Broken: 2 x image"):
        visualizer.close()
    index = lines(tmp_path / "vis_data/index.jsonl")
    assert [line["run"] for line in index if "ended" in line] == [1]
    ((line),) = [line for line in index if "not_recorded" in line]
    assert line["not_recorded"] == {"Broken": {"image": 2}}
    visualizer.close()
    assert lines(tmp_path / "vis_data/index.jsonl") == index


def test_the_summary_of_a_run_before_stays(tmp_path):
    (tmp_path / "index.jsonl").write_text('{"run": 1, "pid": 1, "rank": 0, "started": 1.5}\n')
    (tmp_path / "summary.json").write_text('{"hparams": {"lr": 1}, "metrics": {}}\n')
    backend = LocalVisBackend(tmp_path)
    with pytest.warns(RecordingWarning, match="is run 2"):
        backend.add_hparams({"lr": 2})
    assert strict((tmp_path / "summary.run1.json").read_text())["hparams"] == {"lr": 1}
    assert strict((tmp_path / "summary.json").read_text())["hparams"] == {"lr": 2}


KILLED = """
import os, sys, signal
sys.path.insert(0, {tests!r})
from pathlib import Path
from kinds_records import records
from viz_core import LocalVisBackend
from viz_core.kinds import videos
videos._formats = lambda: ("gif",)
backend = LocalVisBackend({folder!r})
for kind, arguments in records(Path({here!r})).items():
    for step in range(4):
        changed = dict(arguments, step=step) if "step" in arguments else arguments
        getattr(backend, "add_" + kind)(**changed)
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_being_killed_loses_nothing_of_any_kind(tmp_path):
    here = str(Path(__file__).parents[2])
    code = KILLED.format(tests=here, folder=str(tmp_path / "run"), here=str(tmp_path))
    done = subprocess.run([sys.executable, "-c", code], timeout=120, check=False)
    assert done.returncode == -signal.SIGKILL
    folder = tmp_path / "run"
    for name in ("histograms", "pr_curves", "confusion_matrices"):
        assert [line["step"] for line in lines(folder / f"{name}.jsonl")] == [0, 1, 2, 3]
    for kind in ("figures/val/curve", "text/note", "tables/worst", "videos/clip", "html/page"):
        assert len([*folder.glob(f"{kind}_[0-3].*")]) == 4
    assert len([*folder.glob("vis_image/batch/*_[0-3].png")]) == 12
    assert (folder / "files/best/weights.bin").exists()
    assert not [name for *_, names in os.walk(folder) for name in names if name.endswith(".tmp")]


@pytest.mark.parametrize("background", [False, True])
def test_figures_are_kept_as_svg_if_asked_for(tmp_path, background):
    drawn = figure()
    local = [LocalVisBackend(tmp_path, keep_last=2)]
    with Visualizer(vis_backends=local, background=background) as visualizer:
        for step in range(3):
            drawn.axes[0].set_title(f"of {step}")
            visualizer.add_figure("a/" + "x" * 300, drawn, step=step, svg=True)
        visualizer.add_figure("b", (drawn, drawn.axes[0]), step=0)
    run = read_run(tmp_path)
    (name,) = run.svgs
    assert name == "a/" + "x" * 300
    assert [*run.svgs[name]] == [*run.figures[name]] == [1, 2]
    assert [f"of {step}" in svg for step, svg in run.svgs[name].items()] == [True, True]
    assert [*run.figures] == [name, "b"]


def test_svg_is_told_where_nobody_keeps_it():
    class Keeps(BaseVisBackend):
        def add_figure(self, **kwargs):
            pass

    class Names(BaseVisBackend):
        def add_figure(self, name, figure, step=0, **kwargs):
            pass

    Visualizer(vis_backends=[Keeps()]).add_figure("a", figure(), svg=True)
    with pytest.warns(VizWarning, match=r"add_figure was given svg=, which means nothing to Names"):
        Visualizer(vis_backends=[Names()]).add_figure("a", figure(), svg=True)
