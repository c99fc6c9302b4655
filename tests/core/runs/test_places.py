"""A run is read whatever its files and folders are called."""

import json

import numpy as np
import pytest

from viz_core import LocalVisBackend, RecordingWarning, read_run, read_scalars

IMAGE = np.arange(48, dtype=np.uint8).reshape(4, 4, 3)


def record(folder, **names):
    backend = LocalVisBackend(folder / "vis_data", **names)
    backend.add_config({"lr": 0.5})
    backend.add_scalar("loss", 1, 2)
    backend.add_image("a/b", IMAGE, 3)
    backend.add_image("x" * 300, IMAGE, 3)
    backend.add_figure("f", _figure(), 3)
    backend.add_text("t", "text", 3)
    backend.close()


def _figure():
    from matplotlib.figure import Figure

    figure = Figure((1, 1), dpi=20)
    figure.add_subplot()
    return figure


def check(run):
    assert {*run.images} == {"a/b", "x" * 300}
    assert (run.images["a/b"][3] == IMAGE).all()
    assert ([*run.figures], run.texts["t"][3]) == (["f"], "text")
    assert run.scalars["loss"].values.tolist() == [1]
    assert not np.isnan(run.scalars["loss"].times).any()
    assert [session.config for session in run.sessions] == [{"lr": 0.5}]
    assert run.skipped == 0


@pytest.mark.parametrize(
    "names",
    [
        {"img_save_dir": "images"},
        {"img_save_dir": "deep/er", "scalar_save_file": "log/l.json"},
        {"img_save_dir": "."},
        {"config_save_file": "cfg/c.py", "scalar_save_file": "損失.json"},
        {"img_save_dir": "vis_image/inner", "config_save_file": "c.py"},
    ],
)
def test_renamed_places_are_read(tmp_path, names):
    record(tmp_path, **names)
    check(read_run(tmp_path))
    assert [point.value for point in read_scalars(tmp_path)] == [1]
    index = (tmp_path / "vis_data/index.jsonl").read_text().splitlines()
    named = [json.loads(line) for line in index]
    named = [line["named"] for line in named if "named" in line]
    arguments = ("img_save_dir", "vis_image"), ("scalar_save_file", "scalars.json")
    known = dict([*arguments, ("config_save_file", "config.py")])
    assert named == [{known[key]: value for key, value in names.items()}]


def test_absolute_places_inside_are_read(tmp_path):
    folder = tmp_path / "vis_data"
    names = {"img_save_dir": folder / "i", "scalar_save_file": folder / "s.json"}
    record(tmp_path, **names, config_save_file=folder / "c.py")
    check(read_run(tmp_path))
    assert read_run(folder.rename(tmp_path / "moved")).images["a/b"][3].shape == (4, 4, 3)


def test_places_outside_are_told_and_can_be_copied_in(tmp_path):
    record(tmp_path / "run", img_save_dir=tmp_path / "i", scalar_save_file=tmp_path / "s.json")
    with pytest.warns(RecordingWarning, match="outside of the run's folder") as told:
        run = read_run(tmp_path / "run")
    assert [str(warning.message).split("'")[1] for warning in told] == [
        str(tmp_path / "i"),
        str(tmp_path / "s.json"),
    ]
    assert (run.images, run.scalars) == ({}, {})
    assert [*run.texts] == ["t"]
    run.since(run.cursor)  # says nothing more
    (tmp_path / "i").rename(tmp_path / "run/vis_data/vis_image")
    (tmp_path / "s.json").rename(tmp_path / "run/vis_data/scalars.json")
    with pytest.warns(RecordingWarning):
        run = read_run(tmp_path / "run")
    assert ({*run.images}, [*run.scalars]) == ({"a/b", "x" * 300}, ["loss"])


def test_runs_that_call_them_otherwise_are_all_read(tmp_path):
    record(tmp_path, img_save_dir="first", scalar_save_file="first.json")
    with (tmp_path / "vis_data/index.jsonl").open("a") as index:
        index.write('{"run": 2, "named": {"vis_image": "second", "scalars.json": "none/x.json"}}\n')
        index.write('{"run": 2, "named": {"vis_image": "../up"}}\n{"run": 2, "named": []}\n')
    for path in (tmp_path / "vis_data/second/a_3.png", tmp_path / "up/secret_3.png"):
        path.parent.mkdir()
        path.write_bytes((tmp_path / "vis_data/first/a/b_3.png").read_bytes())
    with pytest.warns(RecordingWarning, match=r"\.\./up"):
        run = read_run(tmp_path)
    assert {*run.images} == {"a/b", "x" * 300, "a"}
    assert run.scalars["loss"].values.tolist() == [1]
    assert run.skipped == 1


@pytest.mark.parametrize(
    "names",
    [
        {"img_save_dir": "figures"},
        {"img_save_dir": "text/images"},
        {"scalar_save_file": "summary.json"},
    ],
)
def test_the_places_of_other_kinds_are_refused(tmp_path, names):
    with pytest.raises(ValueError, match=r"is where (other records|hyperparameters) go; name"):
        LocalVisBackend(tmp_path, **names)
