"""The backend by itself: what it keeps, and what it takes."""

import argparse
import pathlib
import warnings

import numpy as np
import pytest

from viz_backend_tensorboard import TensorboardVisBackend
from viz_core import MissingSaveDirError, RecordingWarning, RunConfig


@pytest.fixture
def backend(tmp_path):
    backend = TensorboardVisBackend(tmp_path / "run")
    yield backend
    backend.close()


@pytest.fixture
def recorded(tmp_path, read_run):
    """Return a function that reads what the backend of the test wrote."""
    return lambda: read_run(tmp_path / "run")


def test_constructing_makes_nothing(backend, tmp_path):
    assert not (tmp_path / "run").exists()
    assert not backend.is_open


def test_event_files_lie_in_save_dir_itself(backend, tmp_path, event_files):
    backend.add_scalar("loss", 0.5, step=1)
    assert backend.is_open
    made = {path.name for path in (tmp_path / "run").iterdir()}
    assert made == {"index.jsonl", *(path.name for path in event_files(tmp_path / "run"))}


def test_a_scalar_by_position_as_mmengine_calls_it(backend, recorded):
    backend.add_scalar("loss", 0.5, 3)
    backend.add_scalars({"acc": 0.25}, 4, "log.json")
    assert recorded().scalars("loss") == [(3, 0.5)]
    assert recorded().scalars("acc") == [(4, 0.25)]


@pytest.mark.parametrize(
    "value", [2, 2.0, True + 1, np.float16(2), np.int64(2), np.array(2), np.array([2.0])]
)
def test_takes_scalars_of_every_kind(backend, recorded, value):
    backend.add_scalar("n", value)
    assert recorded().scalars("n") == [(0, 2.0)]


def test_nan_and_infinities_are_kept(backend, recorded):
    backend.add_scalars({"nan": float("nan"), "inf": float("inf"), "low": float("-inf")})
    run = recorded()
    assert np.isnan(run.scalars("nan")[0][1])
    assert run.scalars("inf") == [(0, float("inf"))]
    assert run.scalars("low") == [(0, float("-inf"))]


def test_a_list_raises_after_the_others_are_kept(backend, recorded):
    with pytest.raises(TypeError, match=r"losses must be a number.*list"):
        backend.add_scalars({"a": 1, "losses": [1, 2], "b": 2}, step=1)
    assert recorded().tags["scalars"] == ["a", "b"]


def test_nothing_is_written_if_nothing_is_left(backend, tmp_path):
    with pytest.raises(TypeError, match="losses must be a number"):
        backend.add_scalar("losses", [1, 2])
    assert not (tmp_path / "run").exists()


def test_a_scalar_too_large_for_float32_becomes_infinite_with_a_warning(backend, recorded):
    with pytest.warns(RecordingWarning, match=r"'big' is recorded as infinite: -1e\+39"):
        backend.add_scalars({"big": -1e39, "fits": 3.4e38})
    assert recorded().scalars("big") == [(0, float("-inf"))]
    assert recorded().scalars("fits")[0][1] == pytest.approx(3.4e38)


def test_an_integer_of_any_size_is_taken(backend, recorded):
    with pytest.warns(RecordingWarning, match="'huge' is recorded as infinite"):
        backend.add_scalars({"huge": 10**400, "large": 2**100})
    assert recorded().scalars("huge") == [(0, float("inf"))]
    assert recorded().scalars("large") == [(0, 2.0**100)]


@pytest.mark.parametrize("sign", [1, -1])
def test_the_largest_float32_is_not_infinite(backend, recorded, sign):
    largest = np.nextafter(2.0**128 - 2.0**103, 0)
    backend.add_scalar("largest", sign * largest)
    assert recorded().scalars("largest") == [(0, sign * float(np.finfo(np.float32).max))]


def test_steps_that_go_back_or_repeat_are_all_stored(backend, recorded):
    for step in (5, 1, 9, 1, -3):
        backend.add_scalar("loss", step, step=step)
    assert recorded().scalars("loss") == [(s, float(s)) for s in (5, 1, 9, 1, -3)]


@pytest.mark.parametrize("name", ["a/b", "größe 猫 🐈", "../../out", "@(=%,", "n" * 300, "/a//b/"])
def test_names_are_kept_as_they_are(backend, recorded, tmp_path, name):
    backend.add_scalar(name, 1, step=1)
    backend.add_image(name, np.zeros((2, 3, 3), np.uint8), step=1)
    assert recorded().tags["scalars"] == [name]
    assert recorded().tags["images"] == [name]
    assert [path.name for path in tmp_path.iterdir()] == ["run"]


def test_images_are_kept_losslessly(backend, recorded):
    rng = np.random.default_rng(1)
    rgb = rng.integers(0, 256, (31, 17, 3), dtype=np.uint8)
    rgba = rng.integers(0, 256, (5, 9, 4), dtype=np.uint8)
    backend.add_image("rgb", rgb, step=1)
    backend.add_image("rgb", 255 - rgb, step=2)
    backend.add_image("rgba", rgba)
    images = dict(recorded().images("rgb"))
    np.testing.assert_array_equal(images[1], rgb)
    np.testing.assert_array_equal(images[2], 255 - rgb)
    np.testing.assert_array_equal(recorded().images("rgba")[0][1], rgba)


def test_an_image_event_says_how_large_it_is(backend, recorded):
    backend.add_image("rgb", np.zeros((4, 6, 3), np.uint8))
    (event,) = recorded().accumulator.Images("rgb")
    assert (event.height, event.width) == (4, 6)


def test_images_may_be_jpg_and_smaller(tmp_path, read_run):
    backend = TensorboardVisBackend(tmp_path, image_format="jpg", quality=95, max_side=40)
    backend.add_image("a", np.full((20, 80, 4), [200, 100, 0, 255], np.uint8))
    run = read_run(tmp_path)
    (event,) = run.accumulator.Images("a")
    assert event.encoded_image_string.startswith(b"\xff\xd8\xff")
    assert (event.height, event.width) == (10, 40)
    np.testing.assert_allclose(run.images("a")[0][1][5, 20].astype(int), [200, 100, 0], atol=3)


def test_tensorboard_serves_no_webp():
    with pytest.raises(ValueError, match="must be 'png' or 'jpg', got 'webp'; TensorBoard serves"):
        TensorboardVisBackend("run", image_format="webp")


def test_a_wrong_image_raises_and_says_what_to_do(backend, tmp_path):
    with pytest.raises(ValueError, match="divide it by 255"):
        backend.add_image("x", np.full((4, 4, 3), 200.0))
    assert not (tmp_path / "run").exists()


def test_the_config_is_a_table_with_the_whole_text(backend, recorded):
    backend.add_config(RunConfig({"lr": 0.1}, "lr = 0.1\n# as written", None))
    text = recorded().text("config/text_summary")
    assert "| lr | 0.1 |" in text
    assert "lr = 0.1\n# as written" in text


def test_takes_a_config_of_any_kind_when_used_alone(backend, recorded):
    backend.add_config(argparse.Namespace(lr=0.1, folder=pathlib.Path("out")))
    text = recorded().text("config/text_summary")
    assert "| folder | 'out' |" in text
    assert "lr = 0.1\n" in text


def test_a_graph_without_an_input_is_no_error(backend, tmp_path):
    backend.add_graph(object(), None)
    assert not (tmp_path / "run").exists()


def test_can_be_used_after_close(backend, recorded):
    for step in range(3):
        backend.add_scalar("loss", step, step=step)
        backend.close()
        backend.close()
        assert not backend.is_open
    assert recorded().scalars("loss") == [(0, 0.0), (1, 1.0), (2, 2.0)]


def test_flush_makes_nothing(backend, tmp_path):
    backend.flush()
    backend.flush(sync=True)
    assert not (tmp_path / "run").exists()
    backend.add_scalar("a", 1)
    backend.flush(sync=True)


def test_without_a_folder_it_says_how_to_give_one():
    with pytest.raises(MissingSaveDirError, match="save_dir="):
        TensorboardVisBackend().add_scalar("a", 1)


def test_each_rank_has_a_folder_of_its_own(tmp_path, monkeypatch, read_run):
    for rank in (0, 1):
        monkeypatch.setenv("RANK", str(rank))
        backend = TensorboardVisBackend(tmp_path)
        backend.ranks = "all"
        backend.add_scalar("loss", rank, step=1)
        backend.close()
    assert read_run(tmp_path / "rank_0").scalars("loss") == [(1, 0.0)]
    assert read_run(tmp_path / "rank_1").scalars("loss") == [(1, 1.0)]


@pytest.mark.parametrize("resume", [True, False])
def test_resume_takes_a_step_and_no_bool(resume):
    with pytest.raises(TypeError, match=f"resume must be the step.*{resume}.*resume=1200"):
        TensorboardVisBackend("run", resume=resume)


@pytest.mark.parametrize(("resume", "error"), [("10", TypeError), (1.5, ValueError)])
def test_resume_must_be_a_whole_number(resume, error):
    with pytest.raises(error):
        TensorboardVisBackend("run", resume=resume)


@pytest.mark.parametrize("step", [2**63, -(2**63) - 1])
def test_a_step_that_no_event_holds_is_named(backend, step, tmp_path):
    text = f"step must fit into 64 bits for TensorBoard, got {step}"
    with pytest.raises(ValueError, match=text):
        backend.add_scalar("loss", 1, step)
    with pytest.raises(ValueError, match=text):
        backend.add_histogram("w", [1.0], step)
    with pytest.raises(ValueError, match=text):
        TensorboardVisBackend(tmp_path, resume=step).add_scalar("loss", 1, 0)


def test_supports_every_kind(backend):
    assert all(backend.supports(k) for k in ("config", "graph", "image", "scalar", "scalars"))


def test_recording_does_not_import_torch_or_tensorflow(tmp_path, run_python):
    program = """
import sys
import numpy as np
import viz_backend_tensorboard
assert "tensorboard" not in sys.modules and "numpy" not in viz_backend_tensorboard.__dict__
backend = viz_backend_tensorboard.TensorboardVisBackend(sys.argv[1])
backend.add_scalar("a", 1)
backend.add_scalars({"a": 1, "b": np.float32(2)})
backend.add_image("x", np.zeros((2, 2, 3), np.uint8))
backend.add_config({"a": 1})
backend.flush(sync=True)
backend.close()
print([name for name in ("torch", "tensorflow") if name in sys.modules])
"""
    done = run_python(program, tmp_path)
    assert (done.stdout, done.returncode) == ("[]\n", 0), done.stderr


def test_the_experiment_without_torch_says_what_to_install(tmp_path, run_python):
    program = """
import sys
class NoTorch:
    def find_spec(self, name, path=None, target=None):
        if name == "torch":
            raise ModuleNotFoundError("No module named 'torch'", name="torch")
sys.meta_path.insert(0, NoTorch())
from viz_backend_tensorboard import TensorboardVisBackend
backend = TensorboardVisBackend(sys.argv[1])
for use in (lambda: backend.experiment, lambda: backend.add_graph(object(), object())):
    try:
        use()
    except ModuleNotFoundError as error:
        print(error)
backend.add_scalar("loss", 0.5, step=1)
"""
    done = run_python(program, tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("pip install torch") == 2


def test_no_warning_where_nothing_is_wrong(backend):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        backend.add_scalars({"a": 1.5, "nan": float("nan"), "inf": float("inf")})
        backend.close()
