"""The backend by itself: what it keeps, and what it takes."""

import math
import pickle

import numpy as np
import pytest

from viz_backend_wandb import WandbVisBackend
from viz_core import Visualizer

IMAGE = np.random.default_rng(0).integers(0, 256, (20, 30, 3), dtype=np.uint8)


@pytest.fixture
def make(tmp_path):
    """Return a function that makes an offline backend."""
    made = []

    def make_one(name="run", *arguments, **options):
        options["init_kwargs"] = {"mode": "offline", **options.get("init_kwargs", {})}
        made.append(WandbVisBackend(tmp_path / name, *arguments, **options))
        return made[-1]

    yield make_one
    for backend in made:
        backend.close()


@pytest.fixture
def recorded(tmp_path, read_run):
    """Return a function that closes the backends of the test and reads a run."""
    return lambda name="run": read_run(tmp_path / name)


def test_constructing_makes_nothing(make, tmp_path):
    backend = make()
    assert not (tmp_path / "run").exists()
    assert not backend.is_open


def test_arguments_by_position_are_mmengines(tmp_path, read_run):
    arguments = ({"mode": "offline"}, {"loss": "min"}, True, None, {"log_freq": 3})
    backend = WandbVisBackend(str(tmp_path), *arguments)
    backend.add_scalar("loss", 0.5, 3)
    backend.add_scalars({"acc": 0.25}, 4, "log.json")
    backend.close()
    assert read_run(tmp_path).points() == [("loss", 3, 0.5), ("acc", 4, 0.25)]


def test_steps_are_on_the_axis_global_step_in_any_order(make, recorded):
    backend = make()
    for step in (5, 1, 9, 3, 3, -2):
        backend.add_scalar("loss", step * 2, step=step)
    backend.close()
    run = recorded()
    assert run.points() == [("loss", step, step * 2) for step in (5, 1, 9, 3, 3, -2)]
    (metric,) = run.all("metric")
    assert metric["glob_name"] == "*"
    assert metric["step_metric"] == "global_step"


def test_scalars_of_one_call_are_one_row(make, recorded):
    backend = make()
    backend.add_scalars({"loss": 0.5, "acc": 1}, step=7)
    backend.close()
    (row,) = recorded().rows
    assert {key: row[key] for key in ("loss", "acc", "global_step")} == {
        "loss": 0.5,
        "acc": 1,
        "global_step": 7,
    }


def test_nan_infinities_and_huge_integers_are_kept(make, recorded):
    backend = make()
    backend.add_scalars({"nan": math.nan, "inf": math.inf, "huge": 10**400, "large": 10**25})
    backend.close()
    points = {name: value for name, _, value in recorded().points()}
    assert math.isnan(points.pop("nan"))
    assert points == {"inf": math.inf, "huge": math.inf, "large": 1e25}


def test_a_list_raises_after_the_others_are_kept(make, recorded):
    backend = make()
    with pytest.raises(TypeError, match=r"losses must be a number.*list"):
        backend.add_scalars({"a": 1, "losses": [1, 2], "b": 2}, step=1)
    backend.close()
    assert recorded().points() == [("a", 1, 1), ("b", 1, 2)]


def test_nothing_is_opened_if_nothing_is_left(make, tmp_path):
    with pytest.raises(TypeError, match="losses must be a number"):
        make().add_scalar("losses", [1, 2])
    assert not (tmp_path / "run").exists()


def test_names_that_are_wandbs_own_are_escaped(make, recorded):
    backend = make()
    names = {"global_step": "%67lobal_step", "_step": "%5Fstep", "%41": "%2541", "a%": "a%"}
    backend.add_scalars(dict.fromkeys(names, 1), step=3)
    backend.close()
    assert recorded().points() == [(key, 3, 1) for key in sorted(names.values())]


def test_an_image_is_kept_losslessly_with_its_step(make, recorded):
    backend = make()
    backend.add_image("val/demo", IMAGE, step=5)
    backend.add_image("val/demo", IMAGE[::-1], step=2)
    alpha = np.dstack([IMAGE, np.full(IMAGE.shape[:2], 7, np.uint8)])
    backend.add_image("alpha", alpha, step=1)
    backend.close()
    images = recorded().images()
    assert [(key, step) for key, step, *_ in images] == [
        ("val/demo", 5),
        ("val/demo", 2),
        ("alpha", 1),
    ]
    for (*_, array, _), expected in zip(images, [IMAGE, IMAGE[::-1], alpha], strict=True):
        np.testing.assert_array_equal(array, expected)


def test_images_may_be_jpg_and_smaller(make, recorded, tmp_path):
    backend = make(image_format="jpg", quality=95, max_side=10)
    backend.add_image("a", np.full((20, 40, 3), [200, 100, 0], np.uint8))
    backend.close()
    ((_, _, array, _),) = recorded().images()
    assert array.shape == (5, 10, 3)
    np.testing.assert_allclose(array.astype(int), np.full((5, 10, 3), [200, 100, 0]), atol=3)
    (file,) = (tmp_path / "run").rglob("media/images/*")
    assert file.suffix == ".jpg"


def test_wandb_takes_no_webp(make):
    with pytest.raises(ValueError, match="must be 'png' or 'jpg', got 'webp'; W&B takes no others"):
        make(image_format="webp")


def test_a_long_name_of_an_image_is_in_its_caption(make, recorded):
    backend = make()
    names = ["x" * 300, "x" * 299 + "y", "損" * 200, "a/" * 600 + "b"]
    for name in names:
        backend.add_image(name, IMAGE, step=1)
    backend.close()
    images = recorded().images()
    assert [caption for *_, caption in images] == names
    assert len({key for key, *_ in images}) == len(names)
    assert all(len(key.encode()) <= 200 for key, *_ in images)


def test_without_commit_the_records_of_a_step_are_one_row(make, recorded):
    backend = make(commit=False)
    backend.add_scalar("loss", 0.5, step=1)
    backend.add_scalar("acc", 0.25, step=1)
    backend.add_scalar("loss", 0.125, step=2)
    backend.add_scalar("loss", 0.0625, step=2)
    backend.experiment.log({"mine": 1}, commit=True)
    backend.add_scalar("loss", 1, step=3)
    backend.close()
    run = recorded()
    assert run.points() == [
        *(("acc", 1, 0.25), ("loss", 1, 0.5), ("loss", 2, 0.125)),
        *(("loss", 2, 0.0625), ("mine", 2, 1), ("loss", 3, 1)),
    ]
    assert len([row for row in run.rows if "global_step" in row]) == 4


@pytest.mark.parametrize(
    ("config", "expected"),
    [
        ({"acc": "max", "loss": "min"}, [("acc", "max"), ("loss", "min")]),
        ([{"name": "acc", "summary": "max"}, {"name": "val/*", "hidden": True}], [("acc", "max")]),
    ],
)
def test_metrics_are_defined_in_both_forms(make, recorded, config, expected):
    backend = make(define_metric_cfg=config)
    backend.add_scalars({"acc": 0.5, "loss": 1.0, "val/acc": 0.25}, step=1)
    backend.add_scalars({"acc": 0.25, "loss": 2.0}, step=2)
    backend.close()
    metrics = {m["name"]: m for m in recorded().all("metric") if "name" in m}
    for name, summary in expected:
        assert metrics[name]["summary"] == {summary: True}
        assert metrics[name]["step_metric"] == "global_step"
    summaries = {}
    for record in recorded().all("summary"):
        summaries.update(record["update"])
    assert summaries["acc"] == {"max": 0.5}


@pytest.mark.parametrize(
    "config", ["acc", 3, ["acc"], [{"summary": "max"}], {"acc": 3}, {3: "max"}]
)
def test_metrics_in_another_form_are_an_error_at_once(tmp_path, config):
    with pytest.raises(TypeError, match="define_metric_cfg must be a dict of summaries"):
        WandbVisBackend(tmp_path, define_metric_cfg=config)


@pytest.mark.parametrize("name", ["init_kwargs", "watch_kwargs"])
def test_arguments_that_are_no_dict_are_an_error_at_once(tmp_path, name):
    with pytest.raises(TypeError, match=f"{name} must be a dict"):
        WandbVisBackend(tmp_path, **{name: ["project"]})


@pytest.mark.parametrize("name", ["open_timeout", "finish_timeout", "flush_interval"])
def test_times_must_be_positive(tmp_path, name):
    with pytest.raises(ValueError, match=f"{name} must be positive, got 0"):
        WandbVisBackend(tmp_path, **{name: 0})


def test_a_config_of_every_kind_comes_back(make, recorded):
    backend = make()
    config = {
        "model": {"type": "ResNet", "layers": [{"depth": 18}, (1, 2)], 3: "three"},
        "set": {3, 1, 2},
        "bytes": b"ab",
        "complex": 1 + 2j,
        "nan": [math.nan, -math.inf],
        "none": None,
        "array": np.arange(3),
        "_hidden": 1,
        "-dashes-": 2,
        7: "seven",
    }
    backend.add_config(config)
    backend.close()
    kept = recorded().config
    kept.pop("_wandb")
    assert kept == {
        "model": {"type": "ResNet", "layers": [{"depth": 18}, [1, 2]], "3": "three"},
        "set": [1, 2, 3],
        "bytes": "b'ab'",
        "complex": "(1+2j)",
        "nan": ["NaN", "-Infinity"],
        "none": None,
        "array": [0, 1, 2],
        "%5Fhidden": 1,
        "%2Ddashes%2D": 2,
        "7": "seven",
    }


def test_a_config_may_change(make, recorded):
    backend = make(init_kwargs={"config": {"lr": 0.5, "seed": 1}})
    backend.add_config({"lr": 0.1})
    backend.add_config({"lr": 0.2})
    backend.close()
    backend.add_config({"lr": 0.3})
    assert dict(backend.experiment.config) == {"lr": 0.3, "seed": 1}
    backend.close()
    assert recorded().config["lr"] == 0.3


def test_code_is_kept_if_it_has_a_name(make, recorded, tmp_path, monkeypatch):
    (tmp_path / "code").mkdir()
    (tmp_path / "code" / "train.py").write_text("lr = 0.1\n")
    monkeypatch.chdir(tmp_path / "code")
    monkeypatch.setenv("WANDB_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("WANDB_CACHE_DIR", str(tmp_path / "cache"))
    make("quiet").add_config({"lr": 0.1})
    backend = make(log_code_name="my-code")
    backend.add_config({"lr": 0.1})
    backend.close()
    (artifact,) = recorded().all("artifact")
    assert artifact["name"] == "my-code"
    assert "train.py" in str(artifact["manifest"])


def test_a_folder_in_the_arguments_wins(make, tmp_path, read_run):
    backend = make(init_kwargs={"dir": str(tmp_path / "mine")})
    backend.add_scalar("loss", 0.5)
    backend.close()
    assert read_run(tmp_path / "mine").points() == [("loss", 0, 0.5)]
    assert not (tmp_path / "run").exists()


def test_a_folder_in_the_arguments_is_that_of_the_directory_it_was_made_in(
    make, tmp_path, read_run, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    backend = make(init_kwargs={"dir": "mine"})
    sent = pickle.dumps(backend)
    monkeypatch.chdir("/")
    copy = pickle.loads(sent)
    copy.add_scalar("loss", 0.5)
    copy.close()
    assert read_run(tmp_path / "mine").points() == [("loss", 0, 0.5)]
    with pytest.raises(ValueError, match="dir='s3://b' is a URL"):
        make(init_kwargs={"dir": "s3://b"})


def test_without_a_folder_it_is_wandbs_own_and_the_first_image_imports_little(
    tmp_path, run_python, read_run
):
    program = """
import sys
import numpy as np
from viz_core import Visualizer
config = {"type": "WandbVisBackend", "init_kwargs": {"mode": "offline"}}
visualizer = Visualizer(vis_backends=[config])
visualizer.add_scalar("loss", 0.5, step=3)
before = set(sys.modules)
visualizer.add_image("demo", np.zeros((8, 8, 3), np.uint8), step=3)
imported = set(sys.modules) - before  # besides what encodes, which is small
print(sorted(name for name in imported if name.partition(".")[0] not in ("isal", "zlib")))
visualizer.close()
"""
    done = run_python(program, cwd=tmp_path, imports=())
    assert (done.returncode, done.stdout, done.stderr) == (0, "[]\n", "")
    assert read_run(tmp_path).points() == [("loss", 3, 0.5)]


def test_each_rank_has_a_run_and_a_folder_of_its_own(make, monkeypatch, tmp_path, read_run):
    for rank in (0, 1):
        monkeypatch.setenv("RANK", str(rank))
        backend = make(init_kwargs={"id": "mine", "name": "my run"})
        backend.ranks = "all"
        backend.add_scalar("loss", rank, step=1)
        assert backend.experiment.name == ("my run", "my run-rank-1")[rank]
        backend.close()
    assert read_run(tmp_path / "run" / "rank_0").points() == [("loss", 1, 0)]
    assert read_run(tmp_path / "run" / "rank_1").points() == [("loss", 1, 1)]


def test_flush_writes_every_record_to_the_file(make, recorded):
    backend = make()
    for step in range(20):
        backend.add_scalar("loss", step, step=step)
    backend.flush(sync=True)
    assert len(recorded().points()) == 20


def test_in_the_background_everything_is_kept(make, recorded):
    visualizer = Visualizer(vis_backends=[make()], background=True)
    for step in range(50):
        visualizer.add_scalar("loss", step, step=step)
    visualizer.add_image("demo", IMAGE, step=3)
    visualizer.close()
    assert recorded().points() == [("loss", step, step) for step in range(50)]
    assert [(key, step) for key, step, *_ in recorded().images()] == [("demo", 3)]


def test_disabled_records_nothing(make, tmp_path):
    backend = make(init_kwargs={"mode": "disabled"})
    backend.add_scalars({"loss": 0.5}, step=1)
    backend.add_image("demo", IMAGE)
    backend.add_config({"lr": 0.1})
    backend.flush()
    backend.close()
    backend.add_scalar("loss", 0.5)
    assert not list(tmp_path.glob("run/wandb/*"))


def test_the_environment_variable_sets_the_mode(tmp_path, monkeypatch, read_run):
    monkeypatch.setenv("WANDB_MODE", "offline")
    backend = WandbVisBackend(tmp_path)
    backend.add_scalar("loss", 0.5, step=1)
    assert backend.experiment.offline
    backend.close()
    assert read_run(tmp_path).points() == [("loss", 1, 0.5)]


def test_arguments_that_wandb_refuses_are_an_error_that_names_them(make):
    with pytest.raises(TypeError, match="projekt"):
        make(init_kwargs={"projekt": "p"}).add_scalar("loss", 0.5)
