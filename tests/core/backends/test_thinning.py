"""Room: how many files stay of a name, and of all."""

import json
import warnings

import numpy as np
import pytest

import viz_core.backends.local
from viz_core import LocalVisBackend, RecordingWarning, Visualizer, read_run, write_whole

RNG = np.random.default_rng(0)
NOISE = RNG.integers(0, 256, (20, 20, 3), np.uint8)  # 1.3 kB as PNG


def index(folder):
    lines = map(json.loads, (folder / "index.jsonl").read_text().splitlines())
    return [(line["thinned"], line["steps"]) for line in lines if "thinned" in line]


def test_the_last_of_a_name_stay(tmp_path):
    backend = LocalVisBackend(tmp_path, keep_last=2)
    for step in (5, 1, 9, 1):
        backend.add_image("a/b", NOISE, step=step)
        backend.add_text("two\nlines", "x", step=step)
        backend.add_text("note", "x", step=step)
    backend.add_image("other", NOISE, step=0)
    backend.add_histogram("w", [1.0], step=0)
    run = read_run(tmp_path)
    assert {name: [*steps] for name, steps in run.images.items()} == {"a/b": [1, 9], "other": [0]}
    assert [*run.texts["note"]] == [*run.texts["two\nlines"]] == [1, 9]
    assert index(tmp_path) == [
        (name, [5]) for name in ("vis_image/a/b", "text/two\nlines", "text/note")
    ]


@pytest.mark.parametrize("name", ["x" * 229, "x" * 230, "x" * 250, "x" * 300, "x/" * 510 + "xx"])
def test_a_long_name_is_one_at_every_step(tmp_path, name):
    backend = LocalVisBackend(tmp_path, keep_last=2)
    for step in (7, 77, 777, -(2**63)):
        backend.add_text(name, "x", step=step)
    assert {key: [*steps] for key, steps in read_run(tmp_path).texts.items()} == {
        name: [-(2**63), 777]
    }


def test_every_second_step_of_the_name_that_has_most_goes(tmp_path):
    size = 20 * 20 * 3 + 200
    backend = LocalVisBackend(tmp_path, budget_mb=10 * size / 1e6)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        backend.add_image("few", NOISE, step=0)
        for step in range(40):
            backend.add_image("many", NOISE, step=step)
            files = [*(tmp_path / "vis_image").iterdir()]
            assert sum(path.stat().st_size for path in files) <= 10 * size
    steps = [*read_run(tmp_path).images["many"]]
    assert steps[0] == 0
    assert steps[-1] == 39
    assert len(steps) > 4
    assert [*read_run(tmp_path).images["few"]] == [0]
    gone = {step for name, removed in index(tmp_path) for step in removed}
    assert gone == {*range(40)} - {*steps}


def test_what_cannot_be_thinned_is_told_once_and_kept(tmp_path):
    backend = LocalVisBackend(tmp_path, budget_mb=0.002)
    backend.add_image("a", NOISE)
    with pytest.warns(RecordingWarning, match=r"more than budget_mb=0\.002, and of no name more"):
        backend.add_image("b", NOISE)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        backend.add_image("c", NOISE)
    assert {*read_run(tmp_path).images} == {"a", "b", "c"}


def test_what_was_there_before_counts_and_files_of_users_never_go(tmp_path):
    (source := tmp_path / "a_1.png").write_bytes(b"x" * 5000)
    first = LocalVisBackend(tmp_path / "run", ".")
    for step in range(3):
        first.add_image("a", NOISE, step=step)
        first.add_file(source, f"x_{step}.png")
    first.close()
    LocalVisBackend(tmp_path / "run", ".", keep_last=1).add_image("a", NOISE, step=3)
    run = tmp_path / "run"
    assert sorted(path.name for path in run.glob("*.png")) == ["a_3.png"]
    assert len([*(run / "files").iterdir()]) == 3


def test_a_visualizer_passes_it_on_by_its_config(tmp_path):
    config = dict(type="LocalVisBackend", keep_last=1)
    with Visualizer(vis_backends=[config], save_dir=tmp_path, on_backend_error="raise") as v:
        for step in range(3):
            v.add_table("t", ["a"], [[step]], step=step)
    assert [*read_run(tmp_path).tables["t"]] == [2]


@pytest.mark.parametrize(
    ("options", "error", "text"),
    [
        ({"keep_last": 0}, ValueError, "keep_last must be at least 1, got 0"),
        ({"keep_last": 1.5}, TypeError, "keep_last must be a whole number, got 1.5"),
        ({"budget_mb": 0}, ValueError, "budget_mb must be above 0, got 0"),
        ({"budget_mb": "1"}, TypeError, "budget_mb must be a number"),
    ],
)
def test_wrong_bounds_are_named(tmp_path, options, error, text):
    with pytest.raises(error, match=text):
        LocalVisBackend(tmp_path, **options)


def test_a_file_in_another_format_replaces_the_one_before(tmp_path):
    LocalVisBackend(tmp_path).add_image("a", NOISE, step=1)
    LocalVisBackend(tmp_path, image_format="jpg", keep_last=9).add_image("a", NOISE, step=0)
    LocalVisBackend(tmp_path, image_format="jpg", keep_last=9).add_image("a", NOISE, step=1)
    assert sorted(path.name for path in (tmp_path / "vis_image").iterdir()) == [
        "a_0.jpg",
        "a_1.jpg",
    ]


def test_images_that_annotations_name_count_and_stay(tmp_path):
    def record(backend, steps):
        for step in steps:
            backend.add_image("a", NOISE, step=step)
            backend.add_annotations("b", NOISE + np.uint8(step), step=step)

    record(LocalVisBackend(tmp_path, budget_mb=0.02, keep_last=9), range(4))
    again = LocalVisBackend(tmp_path, budget_mb=0.02, keep_last=9)  # knows them
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that there was a run before, and that there is no room
        record(again, range(4, 40))
    run = read_run(tmp_path)
    assert len(run.images["a"]) < 8
    assert 0 in run.images["a"]
    assert all(sample.image.shape == NOISE.shape for sample in run.annotations["b"].values())
    assert len(run.annotations["b"]) == 40
    small = LocalVisBackend(tmp_path / "small", budget_mb=0.001)
    with pytest.warns(RecordingWarning, match="as do images that annotations name"):
        small.add_annotations("b", np.tile(NOISE, (4, 4, 1)))


def test_what_another_process_removes_meanwhile_costs_no_record(tmp_path, monkeypatch):
    removed = []

    def write_and_lose(path, data):
        write_whole(path, data)
        path.unlink()
        removed.append(path)

    monkeypatch.setattr(viz_core.backends.local, "write_whole", write_and_lose)
    backend = LocalVisBackend(tmp_path, keep_last=2)
    for step in range(4):
        backend.add_image("a", NOISE, step=step)
    backend.flush(sync=True)
    assert len(removed) == 4
    monkeypatch.undo()
    (tmp_path / "vis_image/a_9.png").symlink_to("gone")
    LocalVisBackend(tmp_path, keep_last=2).add_image("a", NOISE, step=10)
    assert [*read_run(tmp_path).images["a"]] == [10]
