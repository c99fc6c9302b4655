import gc
import io
import json
import os
import pickle
import shutil
import subprocess
import sys
import threading
import time
import warnings
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from PIL import Image

from viz_core import (
    LocalVisBackend,
    MissingSaveDirError,
    Recorder,
    RecordingWarning,
    write_whole,
)


@pytest.fixture
def image():
    return np.random.default_rng(0).integers(0, 256, (48, 64, 3), dtype=np.uint8)


def lines(path):
    return Path(path).read_text("ascii").splitlines()


def files(folder):
    return sorted(str(p.relative_to(folder)) for p in Path(folder).rglob("*") if p.is_file())


def open_files():
    return [str(fd.readlink()) for fd in Path("/proc/self/fd").iterdir() if fd.is_symlink()]


def test_writes_the_files_that_users_of_mmengine_know(tmp_path, image):
    backend = LocalVisBackend(tmp_path / "run")
    backend.add_scalar("loss", 0.2, step=1)
    backend.add_scalars({"loss": 0.3, "acc": 0.8}, step=3)
    backend.add_image("demo", image)
    backend.add_image("val/demo", image, step=3)
    backend.add_config({"lr": 0.1})
    assert files(tmp_path / "run") == [
        *("config.py", "index.jsonl", "scalars.json"),
        *("vis_image/demo_0.png", "vis_image/val/demo_3.png"),
    ]
    assert lines(tmp_path / "run" / "scalars.json") == [
        '{"loss": 0.2, "step": 1}',
        '{"loss": 0.3, "acc": 0.8, "step": 3}',
    ]
    assert (tmp_path / "run" / "config.py").read_text() == "lr = 0.1\n"


def test_the_names_of_the_files_can_be_chosen(tmp_path, image):
    backend = LocalVisBackend(tmp_path, "images", "settings.py", "values.json")
    backend.add_scalar("loss", 1)
    backend.add_image("demo", image)
    backend.add_config({})
    assert files(tmp_path) == ["images/demo_0.png", "index.jsonl", "settings.py", "values.json"]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"config_save_file": "config.json"}, r"config_save_file must end in '\.py', got 'config"),
        ({"scalar_save_file": "scalars.csv"}, r"scalar_save_file must end in '\.json'"),
        ({"image_format": "gif"}, "image_format must be 'png', 'jpg' or 'webp', got 'gif'"),
        ({"image_format": "jpg", "quality": 0}, r"quality must be in 1\.\.100, got 0"),
        ({"quality": 90}, "has no meaning for png.*choose image_format='jpg'"),
    ],
)
def test_wrong_arguments_raise_at_once(options, message):
    with pytest.raises(ValueError, match=message):
        LocalVisBackend(**options)


@pytest.mark.parametrize("argument", ["config_save_file", "scalar_save_file", "img_save_dir"])
@pytest.mark.parametrize("wrong", [None, 3])
def test_what_is_no_path_names_the_argument(argument, wrong):
    with pytest.raises(TypeError, match=f"{argument} must be a path"):
        LocalVisBackend(**{argument: wrong})


@pytest.mark.parametrize("make", [str, str.encode, Path])
def test_a_file_path_may_be_of_any_make(tmp_path, make):
    backend = LocalVisBackend(tmp_path, scalar_save_file=make("a.json"))
    backend.add_scalars({"loss": 1}, file_path=make("b.json"))
    assert lines(tmp_path / "a.json") == lines(tmp_path / "b.json") == ['{"loss": 1, "step": 0}']


def test_recording_without_a_folder_says_how_to_give_one():
    with pytest.raises(MissingSaveDirError, match="give save_dir="):
        LocalVisBackend().add_scalar("loss", 1)


@pytest.mark.parametrize("alone", [True, False])
def test_takes_what_the_converters_take_when_used_alone(tmp_path, alone, image):
    backend = LocalVisBackend(tmp_path)
    if alone:
        backend.add_scalar("loss", np.float32(0.5), step=np.int64(3))
    else:
        backend.add_scalars({"loss": np.array([0.5])}, step=3.0)
    assert lines(tmp_path / "scalars.json") == ['{"loss": 0.5, "step": 3}']
    backend.add_image("gray", image[..., 0] / 255)
    assert np.asarray(Image.open(tmp_path / "vis_image/gray_0.png")).shape == (48, 64, 3)
    with pytest.raises(ValueError, match=r"must lie in 0\.\.1"):
        backend.add_image("wrong", image.astype(float))
    with pytest.raises(ValueError, match="name must not be empty"):
        backend.add_scalar("", 1)


@pytest.mark.parametrize("alone", [True, False])
def test_an_image_may_have_no_name(tmp_path, alone, image):
    backend = LocalVisBackend(tmp_path)
    keeper = backend if alone else Recorder({"Local": backend}, on_backend_error="raise")
    keeper.add_image("", image, step=2)
    assert (np.asarray(Image.open(tmp_path / "vis_image/_2.png")) == image).all()


def test_good_scalars_are_written_before_a_wrong_one_raises(tmp_path):
    with pytest.raises(TypeError, match="acc must be a number"):
        LocalVisBackend(tmp_path).add_scalars({"loss": 0.5, "acc": "high", "lr": 0.1}, step=3)
    assert lines(tmp_path / "scalars.json") == ['{"loss": 0.5, "lr": 0.1, "step": 3}']


def test_a_step_among_the_scalars_is_the_step(tmp_path):
    scalars = {"step": 7, "loss": 0.5}
    LocalVisBackend(tmp_path).add_scalars(scalars, step=3)
    assert lines(tmp_path / "scalars.json") == ['{"loss": 0.5, "step": 7}']
    assert scalars == {"step": 7, "loss": 0.5}


def test_a_scalar_called_step_is_kept_with_one_warning(tmp_path):
    backend = LocalVisBackend(tmp_path)
    with pytest.warns(RecordingWarning, match="written as 'step_value'.*read_scalars"):
        backend.add_scalar("step", 7, step=3)
    backend.add_scalar("step", 8, step=4)  # a second warning would be an error
    assert lines(tmp_path / "scalars.json")[0] == '{"step": 3, "step_value": 7}'


def test_file_path_gets_the_same_line(tmp_path):
    backend = LocalVisBackend(tmp_path)
    backend.add_scalars({"loss": 0.5}, step=3, file_path="20260101.json")
    backend.add_scalars({"loss": 0.25}, step=4)
    assert lines(tmp_path / "20260101.json") == ['{"loss": 0.5, "step": 3}']
    assert len(lines(tmp_path / "scalars.json")) == 2
    with pytest.raises(ValueError, match=r"file_path must end in '\.json', got 'log\.txt'"):
        backend.add_scalars({"loss": 0.5}, file_path="log.txt")
    with pytest.raises(ValueError, match="every scalar goes already; name another"):
        backend.add_scalars({"loss": 0.5}, file_path="scalars.json")
    assert len(lines(tmp_path / "scalars.json")) == 2


@given(
    arrays.arrays(
        np.uint8,
        st.tuples(st.integers(1, 9), st.integers(1, 9), st.sampled_from([3, 4])),
    )
)
def test_png_is_lossless(tmp_path_factory, image):
    folder = tmp_path_factory.mktemp("png")
    LocalVisBackend(folder).add_image("demo", image)
    read = Image.open(io.BytesIO((folder / "vis_image/demo_0.png").read_bytes()))
    assert (np.asarray(read) == image).all()
    assert read.mode == ("RGB" if image.shape[2] == 3 else "RGBA")


@pytest.mark.parametrize("kind", ["jpg", "webp"])
def test_smaller_formats_have_a_quality(tmp_path, kind):
    rows, columns = np.mgrid[:96, :128]
    smooth = np.dstack([rows * 2, columns, rows + columns]).astype(np.uint8)
    sizes = []
    for quality in (20, None, 100):
        folder = tmp_path / str(quality)
        LocalVisBackend(folder, image_format=kind, quality=quality).add_image("demo", smooth)
        path = folder / f"vis_image/demo_0.{kind}"
        sizes.append(path.stat().st_size)
        with Image.open(path) as opened:
            assert opened.format == {"jpg": "JPEG", "webp": "WEBP"}[kind]
    assert sizes == sorted(set(sizes))
    assert abs(np.asarray(Image.open(path)).astype(int) - smooth).max() <= 12


def test_what_is_transparent_is_white_in_jpg(tmp_path, image):
    clear = np.dstack([image, np.zeros(image.shape[:2], np.uint8)])
    LocalVisBackend(tmp_path, image_format="jpg").add_image("demo", clear)
    assert (np.asarray(Image.open(tmp_path / "vis_image/demo_0.jpg")) == 255).all()


@given(st.lists(st.text(st.sampled_from("a./%2EF\0~ü_0png"), min_size=1), unique=True))
def test_no_two_names_share_a_file_and_none_leaves_the_folder(tmp_path_factory, names):
    names = [name for name in names if name.strip()]
    folder = tmp_path_factory.mktemp("names")
    backend = LocalVisBackend(folder / "run")
    pixel = np.zeros((1, 1, 3), np.uint8)
    for i, name in enumerate(names):
        backend.add_image(name, pixel + np.uint8(i))
    assert [path.name for path in folder.iterdir()] == ["run"] * bool(names)
    found = [int(np.asarray(Image.open(p))[0, 0, 0]) for p in folder.rglob("*.png") if p.is_file()]
    assert sorted(found) == list(range(len(names)))


def test_names_too_long_for_a_file_are_listed_whole(tmp_path, image):
    names = ["x" * 300, "x" * 299 + "y", "ü/" * 600 + "z", "d" * 400 + "/e"]
    backend = LocalVisBackend(tmp_path)
    for name in names:
        for step in (0, 1, 1):
            backend.add_image(name, image, step)
    listed = [json.loads(line) for line in lines(tmp_path / "vis_image" / "names.json")]
    assert [entry["name"] for entry in listed] == [name for name in names for _ in range(2)]
    for entry in listed:
        assert (tmp_path / "vis_image" / entry["file"]).is_file()
        assert all(len(part.encode()) <= 255 for part in entry["file"].split("/"))


@pytest.mark.parametrize(
    "torn", ['{"loss": 0.', '{"loss": 0.5, "step": 2', "{" + "x" * 200_000, "[" * 100_000]
)
def test_a_torn_last_line_is_cut_off_and_said(tmp_path, torn):
    path = tmp_path / "scalars.json"
    backend = LocalVisBackend(tmp_path)
    backend.add_scalar("loss", 0.1, step=1)
    backend.close()
    with path.open("a") as file:
        file.write(torn)
    with pytest.warns(RecordingWarning, match=r"scalars\.json was torn"):
        LocalVisBackend(tmp_path).add_scalar("loss", 0.3, step=3)
    assert lines(path) == ['{"loss": 0.1, "step": 1}', '{"loss": 0.3, "step": 3}']


def test_a_whole_last_line_without_its_end_is_kept(tmp_path):
    path = tmp_path / "scalars.json"
    backend = LocalVisBackend(tmp_path)
    backend.add_scalar("loss", 0.1, step=1)
    backend.close()
    os.truncate(path, path.stat().st_size - 1)
    LocalVisBackend(tmp_path).add_scalar("loss", 0.3, step=3)
    assert lines(path) == ['{"loss": 0.1, "step": 1}', '{"loss": 0.3, "step": 3}']


def test_what_another_process_may_still_be_writing_is_not_cut(tmp_path):
    path = tmp_path / "scalars.json"
    first = LocalVisBackend(tmp_path)
    first.add_scalar("loss", 0.1, step=1)
    with path.open("a") as file:
        file.write('{"loss": 0.2')
    LocalVisBackend(tmp_path).add_scalar("loss", 0.3, step=3)
    assert lines(path)[1:] == ['{"loss": 0.2', '{"loss": 0.3, "step": 3}']
    first.close()


def test_a_deleted_folder_is_made_again_and_said_once(tmp_path, image):
    backend = LocalVisBackend(tmp_path / "run")
    backend.add_scalar("loss", 0.1, step=1)
    shutil.rmtree(tmp_path / "run")
    with pytest.warns(RecordingWarning, match="was deleted while it was written to"):
        backend.add_scalar("loss", 0.2, step=2)
        backend.flush(sync=True)  # looks whether the file is there, as every 20 ms
    backend.add_scalar("loss", 0.3, step=3)  # a second warning would be an error
    backend.flush(sync=True)
    backend.add_image("demo", image)
    assert lines(tmp_path / "run" / "scalars.json") == [
        '{"loss": 0.2, "step": 2}',
        '{"loss": 0.3, "step": 3}',
    ]
    assert (tmp_path / "run/vis_image/demo_0.png").exists()


def test_close_leaves_no_file_open(tmp_path, image):
    backend = LocalVisBackend(tmp_path)
    assert not backend.is_open
    backend.add_scalars({"loss": 1}, file_path="other.json")
    backend.add_image("x" * 300, image)
    assert backend.is_open
    assert len([path for path in open_files() if path.startswith(str(tmp_path))]) == 3
    backend.close()
    assert not backend.is_open
    assert not [path for path in open_files() if path.startswith(str(tmp_path))]


def test_a_reader_never_finds_half_an_image(tmp_path, image):
    backend = LocalVisBackend(tmp_path)
    backend.add_image("demo", image)
    path, stop, broken = tmp_path / "vis_image/demo_0.png", threading.Event(), []

    def read():
        while not stop.is_set():
            try:
                Image.open(io.BytesIO(path.read_bytes())).load()
            except OSError as error:
                broken.append(error)

    reader = threading.Thread(target=read)
    reader.start()
    for _ in range(200):
        backend.add_image("demo", image)
    stop.set()
    reader.join()
    assert not broken
    assert files(tmp_path) == ["index.jsonl", "vis_image/demo_0.png"]


def test_an_image_that_cannot_be_written_leaves_nothing(tmp_path, image):
    (tmp_path / "vis_image" / "demo_0.png" / "in the way").mkdir(parents=True)
    with pytest.raises(OSError, match=r"demo_0\.png"):
        LocalVisBackend(tmp_path).add_image("demo", image)
    assert files(tmp_path) == ["index.jsonl"]


def test_two_processes_in_one_folder_keep_lines_whole(tmp_path):
    program = """
import sys
from viz_core import LocalVisBackend
backend = LocalVisBackend(sys.argv[1])
for step in range(3000):
    backend.add_scalar(sys.argv[2] * 50, step, step=step)
"""
    command = [sys.executable, "-W", "ignore", "-c", program, str(tmp_path)]
    processes = [subprocess.Popen([*command, name]) for name in "ab"]
    assert [process.wait(60) for process in processes] == [0, 0]
    written = [line for file in tmp_path.glob("scalars*.json") for line in lines(file)]
    kept = [next(iter(json.loads(line).items())) for line in written]
    assert sorted(kept) == sorted((name * 50, step) for name in "ab" for step in range(3000))


def test_flush_with_sync_reaches_every_file(tmp_path, image):
    backend = LocalVisBackend(tmp_path)
    backend.flush(sync=True)
    backend.add_scalars({"loss": 1}, file_path="other.json")
    backend.add_config({})
    backend.add_image("demo", image)
    backend.add_image("gone", image)
    (tmp_path / "vis_image/gone_0.png").unlink()
    backend.flush(sync=True)
    backend.flush(sync=True)
    assert len(files(tmp_path)) == 5


def test_an_open_backend_travels_unopened(tmp_path):
    backend = LocalVisBackend(tmp_path, image_format="webp", quality=50)
    backend.add_scalar("loss", 1)
    there = pickle.loads(pickle.dumps(backend))
    assert not there.is_open
    there.add_scalar("loss", 2)
    assert len(lines(tmp_path / "scalars.json")) == 2


def test_nothing_is_said_without_reason(tmp_path, image):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for _ in range(2):
            backend = LocalVisBackend(tmp_path)
            backend.add_scalar("loss", 1)
            backend.add_image("demo", image)
            backend.close()
            backend.add_scalar("loss", 1)


def test_experiment_is_the_backend_itself(tmp_path):
    backend = LocalVisBackend(tmp_path)
    assert backend.experiment is backend


@pytest.mark.parametrize("name", ["a/b", "x" * 300])
def test_images_that_no_sync_has_seen_cost_no_memory(tmp_path, name):
    backend, image = LocalVisBackend(tmp_path), np.zeros((1, 1, 3), np.uint8)

    def record(start, stop):
        for step in range(start, stop):
            backend.add_image(name, image, step=step)

    record(0, 1010)
    gc.collect()
    before = sys.getallocatedblocks()
    record(1010, 3010)
    gc.collect()
    # pathlib of Python 3.12 keeps what a path is made of for good: a name and what it has of it.
    of_pathlib = 2000 * 2 if sys.version_info[:2] == (3, 12) else 0
    assert sys.getallocatedblocks() - before < 500 + of_pathlib


def test_a_sync_reaches_every_image_and_the_folders_of_their_names(tmp_path, monkeypatch):
    backend, image = LocalVisBackend(tmp_path / "run"), np.zeros((2, 2, 3), np.uint8)
    synced = []

    def noting(fd):
        path = Path(f"/proc/self/fd/{fd}").readlink()
        synced.append(os.path.relpath(path, tmp_path / "run"))

    backend.add_image("old", image)
    backend.flush(sync=True)
    time.sleep(0.05)  # the clock of a file system may tick a hundred times a second
    monkeypatch.setattr("os.fsync", noting)
    backend.add_image("a/b/c", image)
    backend.add_image("a/e", image)
    backend.add_config({"lr": 1})
    backend.flush(sync=True)
    images = ["vis_image/a/b/c_0.png", "vis_image/a/e_0.png"]
    folders = [".", "vis_image", "vis_image/a", "vis_image/a/b"]
    inside = {path for path in synced if not path.startswith("..")}
    assert sorted(inside) == sorted([*images, *folders, "config.py"])
    synced.clear()
    backend.flush(sync=True)
    assert synced == []


def test_a_sync_reaches_images_from_before_the_clock_was_set_back(tmp_path, monkeypatch):
    backend, image, synced = LocalVisBackend(tmp_path), np.zeros((2, 2, 3), np.uint8), []

    def an_hour_ago(path, data):
        write_whole(path, data)
        os.utime(path, (time.time() - 3600,) * 2)

    backend.add_image("before", image)
    monkeypatch.setattr("viz_core.backends.local.write_whole", an_hour_ago)
    backend.add_image("after", image)
    monkeypatch.setattr(
        "os.fsync", lambda fd: synced.append(Path(f"/proc/self/fd/{fd}").readlink())
    )
    backend.flush(sync=True)
    assert {Path(path).name for path in synced} > {"before_0.png", "after_0.png"}
