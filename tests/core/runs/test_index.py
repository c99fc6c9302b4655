"""Runs that share a folder: whose is what, and which is told."""

import fcntl
import json
import subprocess
import sys
import time

import numpy as np
import pytest
from spawned import record

from viz_core import LocalVisBackend, RecordingWarning, read_run
from viz_core.testing.processes import run_python

RUN = """
import sys, time
from viz_core import Visualizer

def main():
    folder, name, lr, waits = sys.argv[1:]
    visualizer = Visualizer(vis_backends=dict(type="LocalVisBackend"), save_dir=folder)
    visualizer.add_config({"lr": float(lr)})
    for step in range(3):
        visualizer.add_scalar(name, float(step), step=step)
    print("recorded", flush=True)
    if waits == "waits":
        sys.stdin.readline()
        visualizer.add_scalar(name, 3.0, step=3)
        visualizer.add_config({"lr": float(lr)})
    visualizer.close()
    again = Visualizer(vis_backends=dict(type="LocalVisBackend"), save_dir=folder)
    again.add_scalar(name, 9.0, step=9)  # of the same process: the same run

main()
"""


def run(folder, name, lr):
    """Return what a run says that ends before the next begins."""
    imports = ["viz_core.backends.local", "viz_core.recording.recorder"]
    done = run_python(RUN, folder, name, lr, "ends", imports=imports)
    assert (done.returncode, done.stdout) == (0, "recorded\n")
    return done.stderr


def start(folder, name, lr):
    process = subprocess.Popen(
        [sys.executable, "-c", RUN, folder, name, str(lr), "waits"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout.readline() == "recorded\n", process.communicate()[1]
    return process


def end(process):
    _, said = process.communicate("go on\n", timeout=60)
    assert process.returncode == 0
    return said


def index(folder):
    return [json.loads(line) for line in (folder / "index.jsonl").read_text().splitlines()]


def names(path):
    return [next(iter(json.loads(line))) for line in path.read_text().splitlines()]


def owners(folder, file):
    """Return the run of each line of a file, as the index says."""
    marks = [line for line in index(folder) if line.get("file") == file]
    found, at = [], 0
    for line in (folder / file).read_bytes().splitlines(keepends=True):
        found.append([m["run"] for m in marks if m["from_byte"] <= at][-1])
        at += len(line)
    return found


def test_a_second_run_is_told_apart_and_the_first_config_stays(tmp_path):
    before = time.time()
    assert run(tmp_path, "a", 0.1) == ""
    said = run(tmp_path, "b", 0.2)
    assert said.count("RecordingWarning") == 1
    assert "which is run 2" in said
    assert "save_dir" in said
    assert "resume" in said
    folder = tmp_path / "vis_data"
    assert names(folder / "scalars.json") == ["a"] * 4 + ["b"] * 4
    assert owners(folder, "scalars.json") == [1] * 4 + [2] * 4
    assert (folder / "config.py").read_text() == "lr = 0.2\n"
    assert (folder / "config.run1.py").read_text() == "lr = 0.1\n"
    runs = [line for line in index(folder) if "started" in line]
    assert [set(run) for run in runs] == [{"run", "pid", "rank", "started"}] * 2
    assert [run["run"] for run in runs] == [1, 2]
    assert all(before <= run["started"] + 1 <= time.time() + 1 for run in runs)
    assert runs[0]["pid"] != runs[1]["pid"]


def test_an_equal_config_is_kept_once(tmp_path):
    for name in "ab":
        run(tmp_path, name, 0.1)
    assert len(list((tmp_path / "vis_data").glob("config*.py"))) == 1


def test_a_run_that_starts_while_another_writes_takes_a_file_of_its_own(tmp_path):
    first = start(tmp_path, "a", 0.1)
    second = start(tmp_path, "b", 0.2)
    assert end(first) == ""
    assert end(second).count("RecordingWarning") == 1
    folder = tmp_path / "vis_data"
    assert names(folder / "scalars.json") == ["a"] * 5
    assert names(folder / "scalars.run2.json") == ["b"] * 5
    assert (folder / "config.py").read_text() == "lr = 0.2\n"  # the newest run's, who wrote last
    assert (folder / "config.run1.py").read_text() == "lr = 0.1\n"
    assert not list(folder.rglob("vis_image/*"))


def test_a_folder_from_before_the_index_has_a_first_run(tmp_path):
    (tmp_path / "scalars.json").write_text('{"loss": 1, "step": 1}\n')
    (tmp_path / "config.py").write_text("lr = 0.1\n")
    backend = LocalVisBackend(tmp_path)
    with pytest.warns(RecordingWarning, match="which is run 2") as told:
        backend.add_config({"lr": 0.2})
        backend.add_scalar("loss", 2)
    assert len(told) == 1
    assert (tmp_path / "config.run1.py").read_text() == "lr = 0.1\n"
    assert index(tmp_path)[0]["run"] == 2
    (mark,) = (line for line in index(tmp_path) if line.get("file") == "scalars.json")
    assert mark["from_byte"] == 23


@pytest.mark.parametrize(
    "left", ["vis_image/a_0.png", "mine/a_0.png", "events.out.tfevents.1795894077.1.vm.1"]
)
def test_whatever_an_earlier_run_has_left_is_told(tmp_path, left):
    (tmp_path / left).parent.mkdir(exist_ok=True)
    (tmp_path / left).touch()
    backend = LocalVisBackend(tmp_path, img_save_dir="mine")
    with pytest.warns(RecordingWarning, match="which is run 2"):
        backend.add_image("a", np.zeros((2, 2, 3), np.uint8))
    backend.add_scalar("loss", 1)


def test_what_this_run_makes_is_no_earlier_run_s(tmp_path):
    backend = LocalVisBackend(tmp_path, img_save_dir=".")
    backend.add_image("a", np.zeros((2, 2, 3), np.uint8))
    assert index(tmp_path)[0]["run"] == 1


@pytest.mark.parametrize(
    "line",
    [
        b'{"run": 2, "started": 1',
        b'{"started": 1}\n',
        b'{"run": "2", "pid": 1, "started": 1}\n',
        b'[2, "started", "file"]\n',
        b'"started"\n',
        b"\xff\xfe started\n",
        b'{"run": 2, "file": "scalars.json"}\n',
        b'{"a": ' * 5000 + b'"started"\n',
    ],
)
def test_a_line_that_is_none_costs_nothing(tmp_path, line):
    first = b'{"run": 1, "pid": 1, "rank": 0, "started": 1.0}\n'
    (tmp_path / "index.jsonl").write_bytes(first + line)
    backend = LocalVisBackend(tmp_path)
    with pytest.warns(RecordingWarning, match="which is run 2"):
        backend.add_scalar("loss", 1)
    backend.add_config({"lr": 0.1})
    lines = (tmp_path / "index.jsonl").read_bytes().splitlines()
    assert [json.loads(text)["run"] for text in lines[-3:]] == [2, 2, 2]
    assert names(tmp_path / "scalars.json") == ["loss"]


def test_records_are_kept_where_no_index_can_be(tmp_path):
    (tmp_path / "index.jsonl").mkdir()
    backend = LocalVisBackend(tmp_path)
    with pytest.warns(RecordingWarning, match="not noted which run writes what"):
        backend.add_scalar("loss", 1)
    backend.add_config({"lr": 0.1})
    assert names(tmp_path / "scalars.json") == ["loss"]
    assert (tmp_path / "config.py").exists()


def test_one_folder_by_several_names_has_one_run(tmp_path):
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to("real")
    for name in ("real", "link", "real/../real"):
        LocalVisBackend(tmp_path / name).add_scalar("loss", 1)
    assert {line["run"] for line in index(tmp_path / "real")} == {1}
    assert names(tmp_path / "real" / "scalars.json") == ["loss"] * 3


def test_times_are_noted_once_a_second_at_most(tmp_path, monkeypatch):
    now = [100.0]
    monkeypatch.setattr("viz_core.files.append_log.time.monotonic", lambda: now[0])
    backend = LocalVisBackend(tmp_path)
    for _ in range(40):
        backend.add_scalar("loss", 1)
        now[0] += 0.0999
    marks = [line for line in index(tmp_path) if "from_byte" in line]
    assert [mark["from_byte"] for mark in marks] == [0, 11 * 23, 22 * 23, 33 * 23]


def test_a_copy_in_another_process_is_the_same_run(tmp_path):
    import multiprocessing

    backend = LocalVisBackend(tmp_path)
    backend.add_scalar("loss", 1.0, step=1)
    process = multiprocessing.get_context("spawn").Process(target=record, args=(backend, 2))
    process.start()
    process.join(120)
    assert process.exitcode == 0
    assert {line["run"] for line in index(tmp_path)} == {1}
    (other,) = set(tmp_path.glob("scalars*.json")) - {tmp_path / "scalars.json"}
    assert names(other) == ["loss"]


FORK = """
import os, sys
from viz_core import LocalVisBackend

backend = LocalVisBackend(sys.argv[1])
parent = os.pipe()
if not os.fork():
    os.read(parent[0], 1)
    backend.add_scalar("child", 1.0, step=1)
    os._exit(0)
backend.add_scalar("parent", 1.0, step=1)
os.write(parent[1], b".")
os.wait()
"""


def test_a_child_that_was_forked_before_the_first_record_is_of_its_parents_run(tmp_path):
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", FORK, str(tmp_path)], capture_output=True, text=True
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert {line["run"] for line in index(tmp_path)} == {1}
    assert names(tmp_path / "scalars.json") == ["parent", "child"]


def test_what_is_empty_or_half_written_is_no_run(tmp_path):
    (tmp_path / "scalars.json").touch()
    (tmp_path / "vis_image" / "a").mkdir(parents=True)
    (tmp_path / "vis_image" / "a" / "b_1.png.tmp").touch()
    LocalVisBackend(tmp_path).add_scalar("loss", 1)  # nothing is told
    first = json.loads((tmp_path / "index.jsonl").read_text().splitlines()[0])
    assert first["run"] == 1


FORK_MEANWHILE = """
import os, signal, sys, threading
from viz_core import LocalVisBackend
from viz_core.runs import index

forked, enters = threading.Event(), threading.Event()
enter = index.RunIndex._enter

def enter_slowly(*arguments):
    enters.set()
    forked.wait()
    return enter(*arguments)

index.RunIndex._enter = enter_slowly
backend = LocalVisBackend(sys.argv[1])
thread = threading.Thread(target=backend.add_scalar, args=("parent", 1.0))
thread.start()
enters.wait()
index.RunIndex._enter = enter
index._PATIENCE = 1e9
if not os.fork():
    signal.alarm(20)
    backend.add_scalar("child", 1.0)
    os._exit(7)
forked.set()
print(os.waitstatus_to_exitcode(os.wait()[1]))
"""


def test_a_child_that_is_forked_while_a_thread_enters_the_run_records(tmp_path):
    command = [sys.executable, "-W", "error", "-c", FORK_MEANWHILE, str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert (done.stdout, done.stderr) == ("7\n", "")
    assert {line["run"] for line in index(tmp_path)} == {1}
    assert sorted(names(tmp_path / "scalars.json")) == ["child", "parent"]


def test_who_is_stopped_while_it_enters_stops_nobody(tmp_path, monkeypatch):
    monkeypatch.setattr("viz_core.runs.index._PATIENCE", 0.1)
    with (tmp_path / "index.jsonl").open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        LocalVisBackend(tmp_path).add_scalar("loss", 1.0)
    assert names(tmp_path / "scalars.json") == ["loss"]


def test_each_record_tells_which_run_it_is_of(tmp_path):
    folder = tmp_path / "vis_data"
    first, others = folder / "index.jsonl", ("a/b", "x" * 300)
    folder.mkdir()
    first.write_text('{"run": 1, "pid": 1, "rank": 0, "started": 1.5}\n')
    for kind, ending in (("text", "md"), ("html", "html")):
        (folder / kind).mkdir()
        for step in (1, 2):
            (folder / kind / f"old_{step}.{ending}").write_text("old")
    backend = LocalVisBackend(folder)
    with pytest.warns(RecordingWarning, match="is run 2"):
        backend.add_text("old", "new", 2)
    for name in others:
        backend.add_text(name, "new", 1)
        backend.add_histogram(name, [1.0], 1)
    run = read_run(tmp_path)
    assert [(r.step, r.session) for r in run.texts["old"].records] == [(1, 1), (2, 2)]
    assert [(r.step, r.session) for r in run.html["old"].records] == [(1, 1), (2, 1)]
    for kind in (run.texts, run.histograms):
        assert {name: kind[name].records[0].session for name in others} == dict.fromkeys(others, 2)
