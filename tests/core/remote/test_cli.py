"""``viz upload``: what is not there goes, what is there does not, and the exit status says so."""

import os
import sys
from pathlib import Path

import numpy as np
import pytest
from copied_runs import in_folder, in_memory, joined
from fsspec.implementations.memory import MemoryFileSystem

from viz_core import Visualizer
from viz_core.cli import main

IMAGE = np.zeros((20, 30, 3), np.uint8)


@pytest.fixture
def run(tmp_path):
    with Visualizer(vis_backends=[dict(type="LocalVisBackend")], save_dir=tmp_path) as visualizer:
        for step in range(5):
            visualizer.add_scalar("loss", 0.5, step=step)
            visualizer.add_image("a", IMAGE, step=step)
    return tmp_path


def upload(run, url, capsys):
    status = main(["upload", str(run), url])
    return status, *capsys.readouterr()


def test_uploads_a_run_once(run, capsys, request):
    url = f"memory://{request.node.name}/run"
    status, out, err = upload(run, url, capsys)
    assert (status, err) == (0, "")
    assert out.startswith(f"uploaded 7 files, 0.0 MB of {run}/vis_data to {url} in ")
    before = in_memory(url)
    assert joined(before) == in_folder(run / "vis_data")
    status, out, err = upload(run / "vis_data", url, capsys)
    assert (status, err) == (0, "")
    assert out.startswith("uploaded 0 files, 0.0 MB")
    assert in_memory(url) == before


def test_uploads_what_a_training_left(run, capsys, request):
    url = f"memory://{request.node.name}/run"
    local = [dict(type="LocalVisBackend")]
    with Visualizer(vis_backends=local, save_dir=run, remote=url) as visualizer:
        visualizer.add_scalar("loss", 0.5)
    with (run / "vis_data/scalars.json").open("a") as file:
        file.write('{"loss": 0.25, "step": 9}\n')
    status, out, _ = upload(run, url, capsys)
    assert status == 0
    assert out.startswith("uploaded 1 file, 0.0 MB")
    assert joined(in_memory(url)) == in_folder(run / "vis_data")


def test_every_rank_goes_to_its_folder(tmp_path, capsys, request, monkeypatch):
    url = f"memory://{request.node.name}/run"
    for rank in (0, 10):
        monkeypatch.setenv("RANK", str(rank))
        backends = [dict(type="LocalVisBackend")]
        with Visualizer(vis_backends=backends, save_dir=tmp_path, ranks="all") as visualizer:
            visualizer.add_scalar("loss", rank)
    assert upload(tmp_path, url, capsys)[0] == 0
    assert joined(in_memory(url)) == in_folder(tmp_path / "vis_data")
    assert "rank_10/scalars.json.parts/10-0" in in_memory(url)


def test_shows_on_a_terminal_how_far_it_is(run, capsys, request, monkeypatch):
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    _, _, err = upload(run, f"memory://{request.node.name}", capsys)
    shown = err.split("\r")[1:]
    assert len(shown) == 7
    assert shown[-1].startswith(f"[{'#' * 30}] 100% 7/7 files")
    assert err.endswith("\n")
    (run / "vis_data/text").mkdir()
    (run / "vis_data/text/a_1.md").write_text("new")
    _, _, err = upload(run, f"memory://{request.node.name}", capsys)
    assert err.startswith(f"\r[{'#' * 30}] 100% 1/1 files")


def test_what_fails_is_said_with_what_is_left(run, capsys, request, monkeypatch):
    url, write = f"memory://{request.node.name}", MemoryFileSystem.pipe_file

    def pipe_file(self, path, value, *arguments, **options):
        if path.endswith("a_2.png"):
            raise ConnectionError("gone")
        write(self, path, value, *arguments, **options)

    with monkeypatch.context() as patch:
        patch.setattr(MemoryFileSystem, "pipe_file", pipe_file)
        status, out, err = upload(run, url, capsys)
    assert status == 1
    assert err == "viz upload: vis_image/a_2.png: ConnectionError: gone\n"
    assert out.startswith("uploaded 6 files")
    assert out.endswith("1 file, 0.0 MB left\n")
    assert upload(run, url, capsys)[0] == 0


def test_ctrl_c_leaves_the_rest(run, capsys, request, monkeypatch):
    def pipe_file(*_, **__):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(MemoryFileSystem, "pipe_file", pipe_file)
        status, _, err = upload(run, f"memory://{request.node.name}", capsys)
    assert status == 130
    assert "goes when it is run again" in err
    assert upload(run, f"memory://{request.node.name}", capsys)[0] == 0


@pytest.mark.parametrize(
    ("path", "url", "text"),
    [
        ("none", "memory://a", "there is no run in"),
        (".", "a/b", "URL must be a URL such as"),
        (".", "gs://a", "gcsfs"),
    ],
)
def test_wrong_arguments_are_said(run, capsys, path, url, text):
    status, out, err = upload(run / path, url, capsys)
    assert (status, out) == (2, "")
    assert text in err
    assert not Path("a").exists()


def test_links_and_pipes_stay_where_they_are(run, tmp_path_factory, capsys, request):
    url = f"memory://{request.node.name}/run"
    upload(run, url, capsys)
    before = in_memory(url)
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    (elsewhere / "key.jsonl").write_text('{"secret": 1}\n')
    data = run / "vis_data"
    (data / "files").mkdir()
    for name in ("files/key.txt", "histograms.jsonl", "config.py", "summary.json"):
        (data / name).symlink_to(elsewhere / "key.jsonl")
    (data / "files/folder").symlink_to(elsewhere)
    os.mkfifo(data / "files/pipe")
    status, out, err = upload(run, url, capsys)
    assert (status, err) == (0, "")
    assert out.startswith("uploaded 0 files, 0.0 MB")
    assert in_memory(url) == before
