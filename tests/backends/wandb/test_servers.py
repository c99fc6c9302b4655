"""Online, against a server that takes everything, and one that refuses, hangs or fails."""

import io
import json
import os
import pty
import shlex
import subprocess
import sys
import time
import traceback
import warnings
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import wandb
from kinds_records import FRAMES, records
from PIL import Image
from waiting import not_hanging, wait_until

from viz_backend_wandb import WandbVisBackend
from viz_core import RecordingWarning

MOODS = [
    *("refusing", "hanging", "failing", "dripping", "a page", "redirecting", "broken"),
    *("401", "403", "404", "413", "429"),
]
IMAGE = np.random.default_rng(0).integers(0, 256, (12, 16, 3), dtype=np.uint8)


@pytest.fixture
def online(server, tmp_path):
    """Return a function that makes a backend whose runs go to the server."""
    made = []

    def make(name="run", run_id=None, mode="online", settings=None, **options):
        settings = settings or {"base_url": server.url, "api_key": "local-" + "a" * 40}
        arguments = {"project": "p", "mode": mode, "settings": settings}
        if run_id is not None:
            arguments["id"] = run_id
        options = {"open_timeout": 60.0, "finish_timeout": 60.0, **options}
        made.append(WandbVisBackend(tmp_path / name, arguments, **options))
        return made[-1]

    yield make
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RecordingWarning)
        for backend in made:
            backend.close()


def named(message):
    """Return the arguments of the command that a warning names."""
    return shlex.split(str(message).split(": wandb ")[1])


def record(backend, steps):
    """Record scalars and images."""
    for step in steps:
        backend.add_scalars({"loss": step / 2, "acc": step}, step=step)
        backend.add_image("demo", IMAGE, step=step)


@pytest.mark.parametrize("mood", ["well", "hanging"])
def test_every_kind_is_on_the_server(server, online, tmp_path, mood):
    given = records(tmp_path)
    backend = online(run_id="kinds")
    backend.add_scalar("loss", 0.5)
    with server.feeling(mood), not_hanging():
        for kind, arguments in given.items():
            getattr(backend, f"add_{kind}")(**arguments)
    backend.close()
    run = server.run("kinds")
    found = {key: value for row in run.history for key, value in row.items()}
    assert [found[key]["_type"] for key in ("worst", "pr_table", "cm_table", "clip", "page")] == [
        *("incremental-table-file", "table-file", "table-file", "video-file", "html-file")
    ]
    assert found["w"] == {"_type": "histogram", "bins": [0, 0.5, 1], "values": [1, 3]}
    files = {
        key: run.files[v["path"]] for key, v in found.items() if isinstance(v, dict) and "path" in v
    }
    assert json.loads(files["worst"])["data"] == [[3, 1, "a,b"], [3, 2, None]]
    assert json.loads(files["cm_table"])["data"][0] == ["a", "a", 3]
    assert "# It *runs* | é" in files["note"].decode()
    assert "<p>é</p>" in files["page"].decode()
    batch = [run.files[name] for name in found["batch"]["filenames"]]
    assert (np.asarray(Image.open(io.BytesIO(batch[2]))) == FRAMES[2]).all()
    assert len(files["clip"]) == found["clip"]["size"]
    assert run.files["files/best/weights.bin"] == b"\0\1\2"
    assert (run.config["lr"]["value"], run.config["opt"]["value"]) == (0.5, "sgd")
    assert json.loads(run.files["wandb-summary.json"])["acc"] == 0.75
    assert server.unknown == set()  # W&B asks nothing while it logs


def test_an_online_run_is_on_the_server(server, online):
    backend = online(run_id="good", define_metric_cfg={"acc": "max"})
    for step in (1, 2, 9, 3, 3):
        backend.add_scalar("loss", step + 0.5, step=step)
    backend.add_image("val/demo", IMAGE, step=2)
    backend.add_config({"lr": 0.1, "model": {"type": "ResNet"}})
    assert not backend.experiment.offline
    backend.close()
    run = server.run("good")
    assert run.points() == [("loss", s, s + 0.5) for s in (1, 2, 9, 3, 3)]
    (row,) = [row for row in run.history if "val/demo" in row]
    assert row["global_step"] == 2
    assert row["val/demo"]["path"] in run.files
    assert run.config["lr"]["value"] == 0.1
    assert run.config["model"]["value"] == {"type": "ResNet"}
    assert run.exit_code == 0
    assert not server.unknown


def test_what_comes_after_close_is_in_the_same_run(server, online):
    backend = online(run_id="twice")
    backend.add_scalar("train", 0.5, step=1)
    backend.add_config({"lr": 0.1})
    backend.close()
    backend.add_config({"lr": 0.2})
    backend.add_scalar("test", 0.25, step=2)
    assert backend.experiment.id == "twice"
    backend.close()
    assert server.run("twice").points() == [("train", 1, 0.5), ("test", 2, 0.25)]
    assert server.run("twice").config["lr"]["value"] == 0.2


def test_two_runs_of_one_program_are_two_on_the_server(server, online):
    first, second = online("a", "first"), online("b", "second")
    for step in range(5):
        first.add_scalar("loss", step, step=step)
        second.add_scalar("loss", -step, step=step)
    first.close()
    second.add_scalar("loss", 100, step=5)
    second.close()
    assert [value for *_, value in server.run("first").points()] == [0, 1, 2, 3, 4]
    assert [value for *_, value in server.run("second").points()] == [0, -1, -2, -3, -4, 100]


@pytest.mark.takes(6)
def test_without_a_server_the_run_is_offline_and_can_be_sent_later(server, online, send, tmp_path):
    folders = []
    for mood in MOODS:
        backend = online(mood, mood.replace(" ", "-"), open_timeout=0.5)
        with server.feeling(mood), pytest.warns(RecordingWarning) as said:
            with not_hanging():
                backend.add_scalar("loss", 0.5, step=1)
            record(backend, range(5))
            backend.close()
        (warning,) = said
        assert "cannot be reached" in str(warning.message)
        made = [
            path for path in (tmp_path / mood / "wandb").glob("*run-*") if not path.is_symlink()
        ]
        assert named(warning.message) == ["sync", *map(str, made)], mood
        folders += made
    done = send("sync", *map(str, folders))
    assert done.returncode == 0, done.stderr
    expected = [("loss", 1, 0.5)]
    expected += [(name, s, v) for s in range(5) for name, v in (("acc", s), ("loss", s / 2))]
    for mood in MOODS:
        run = server.run(mood.replace(" ", "-"))
        assert sorted(run.points()) == sorted(expected), mood
        assert len(run.images()) == 5, mood


@pytest.mark.takes(3)
def test_a_run_that_cannot_be_opened_leaves_other_runs_alone(server, online, send):
    other, backend = online("other", "other"), online("run", "mine", open_timeout=0.5)
    other.add_scalar("loss", 0, step=0)
    with server.feeling("refusing"), pytest.warns(RecordingWarning, match="--id mine") as said:
        backend.add_scalar("loss", 0.5, step=1)
        other.add_scalar("loss", 1, step=1)
        backend.close()
    backend.close()
    other.add_scalar("loss", 2, step=2)
    other.close()
    assert send(*named(said[0].message)).returncode == 0
    assert server.run("mine").points() == [("loss", 1, 0.5)]
    assert server.run("other").points() == [("loss", step, step) for step in range(3)]


@pytest.mark.takes(4)
def test_a_server_that_fails_later_holds_nothing_up_and_it_is_told(server, online, send, tmp_path):
    folders, moods = [], [*MOODS, "no files"]
    for mood in moods:
        backend = online(mood, f"later-{mood.replace(' ', '-')}", finish_timeout=0.2)
        record(backend, range(2))
        with server.feeling(mood), not_hanging():
            record(backend, range(2, 20))
            with pytest.warns(RecordingWarning, match="not taken everything") as said:
                backend.close()
        (folder,) = (tmp_path / mood / "wandb").glob("run-*")
        assert named(said[0].message) == ["sync", "--include-online", str(folder)], mood
        folders.append(folder)
    done = send("sync", "--include-online", *map(str, folders))
    assert done.returncode == 0, done.stderr
    expected = [(name, s, v) for s in range(20) for name, v in (("acc", s), ("loss", s / 2))]
    for mood in moods:
        run = server.run(f"later-{mood.replace(' ', '-')}")
        # W&B's own server knows a row that is sent again by its step.
        assert set(run.points()) == set(expected), mood
        assert {step for _, step, _ in run.images()} == set(range(20)), mood


@pytest.mark.takes(1)
@pytest.mark.parametrize("mood", ["well", "404", "refusing"])
def test_no_message_and_no_file_of_others_has_a_password(server, online, tmp_path, caplog, mood):
    settings = {
        "base_url": server.url.replace("//", "//me:hunter2@"),
        "api_key": "local-" + "a" * 40,
    }
    backend = online(mood, open_timeout=2.0, finish_timeout=0.5, settings=settings)
    again = online(mood, open_timeout=2.0, finish_timeout=0.5, settings=settings)
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        backend.add_scalar("loss", 0, step=0)
        with server.feeling(mood):
            backend.add_config({"remote": "http://me:hunter2@host/x", "urls": ["s3://a:hunter2@b"]})
            backend.close()
            again.add_scalar("loss", 1, step=1)
            again.close()
    assert bool(said) == (mood != "well")
    assert "hunter2" not in caplog.text + "".join(str(warning.message) for warning in said)
    for path in tmp_path.rglob("*"):
        if path.is_file() and b"hunter2" in path.read_bytes():
            assert path.stat().st_mode & 0o077 == 0, path


@pytest.mark.parametrize("url", ["http://me:hunter2@ho st", "http://me:hunter2@api.wandb.ai"])
def test_no_error_has_a_password(online, url):
    backend = online(settings={"base_url": url})
    with pytest.raises(ValueError, match=r"http://\*\*\*@") as raised:
        backend.add_scalar("loss", 1)
    assert "hunter2" not in "".join(traceback.format_exception(raised.value))


def test_what_a_server_missed_for_a_while_is_sent(server, online):
    backend = online(run_id="back")
    record(backend, range(3))
    with server.feeling("refusing"):
        record(backend, range(3, 6))
        time.sleep(0.5)  # it is tried meanwhile
    record(backend, range(6, 9))
    backend.close()
    assert len(server.run("back").points()) == 18
    assert len(server.run("back").images()) == 9


def test_a_shared_run_is_on_the_server(server, online):
    backend = online(run_id="shared", mode="shared")
    backend.add_scalar("loss", 0.5, step=1)
    backend.close()
    backend.add_scalar("loss", 0.25, step=2)
    backend.close()
    points = server.run("shared").points()
    assert points == [("loss", 1, 0.5), ("loss", 2, 0.25)]


def test_an_online_run_goes_on_when_wandb_core_is_killed(
    server, online, kill_service, read_run, tmp_path
):
    backend = online(run_id="killed")
    backend.add_scalar("loss", 0, step=0)
    backend.flush()
    wait_until(lambda: read_run(tmp_path / "run").points() == [("loss", 0, 0)])
    kill_service(backend)
    with pytest.warns(RecordingWarning) as said:
        backend.add_scalar("loss", 1, step=1)
    assert "is gone" in str(said[0].message)
    assert "not sent by then is in" in str(said[1].message)
    assert not backend.experiment.offline
    backend.close()
    assert read_run(tmp_path / "run").points() == [("loss", 0, 0), ("loss", 1, 1)]
    assert ("loss", 1, 1) in server.run("killed").points()


PROGRAM = """
import sys, time
from pathlib import Path
from viz_backend_wandb import WandbVisBackend
folder, url, end = sys.argv[1:]
settings = dict(base_url=url, api_key="local-" + "a" * 40)
backend = WandbVisBackend(folder, dict(mode="online", settings=settings), finish_timeout=0.3)
backend.add_scalar("loss", 0.5, step=0)
Path(folder, "opened").touch()
while not Path(folder, "hanging").exists():
    time.sleep(0.01)
for step in range(1, 50):
    backend.add_scalar("loss", 0.5, step=step)
exec(end)
"""


@pytest.mark.parametrize("end", ["pass", "backend.close()"])
def test_a_program_ends_though_its_server_hangs(server, read_run, run_python, tmp_path, end):
    with ThreadPoolExecutor(1) as thread:
        program = (PROGRAM, tmp_path, server.url, end)
        ended = thread.submit(run_python, *program, timeout=60)  # W&B would wait without end
        wait_until(lambda: ended.done() or (tmp_path / "opened").exists(), 60)
        with server.feeling("hanging"):
            (tmp_path / "hanging").touch()
            done = ended.result()
    assert done.returncode == 0, done.stderr
    assert done.stderr.count("wandb sync --include-online") == 1
    assert len(read_run(tmp_path).points()) == 50


NO_KEY = """
import sys, warnings
from viz_core import Visualizer
config = {"type": "WandbVisBackend", "init_kwargs": {"settings": {"silent": False}}}
with warnings.catch_warnings(record=True) as said:
    warnings.simplefilter("always")
    visualizer = Visualizer(vis_backends=[config], save_dir=sys.argv[1])
    for step in range(3):
        visualizer.add_scalar("loss", 0.5, step=step)
    visualizer.close()
print(sum('`wandb login`' in str(w.message) and 'mode="offline"' in str(w.message) for w in said))
"""


def test_no_key_is_said_at_once_and_nobody_is_asked(tmp_path, server):
    left_out = ("WANDB_API_KEY", "WANDB_MODE", "WANDB_SERVICE", "NETRC")
    environment = {name: value for name, value in os.environ.items() if name not in left_out}
    environment |= {"HOME": str(tmp_path), "WANDB_BASE_URL": server.url, "TERM": "xterm"}
    terminal, end = pty.openpty()  # where W&B would ask
    try:
        command = [sys.executable, "-c", NO_KEY, str(tmp_path / "run")]
        pipes = {"stdin": end, "stderr": end, "stdout": subprocess.PIPE, "text": True}
        done = subprocess.run(command, env=environment, timeout=60, **pipes)  # W&B would wait
    finally:
        os.close(terminal)
        os.close(end)
    assert done.stdout == "1\n"


def test_a_key_in_netrc_is_found(tmp_path, monkeypatch, server):
    wandb.teardown()  # it remembers the keys of other tests
    monkeypatch.delenv("WANDB_API_KEY", raising=False)
    file = tmp_path / "netrc"
    host = server.url.removeprefix("http://")
    file.write_text(f"machine {host}\n login user\n password local-{'b' * 40}\n")
    file.chmod(0o600)
    monkeypatch.setenv("NETRC", str(file))
    arguments = {"id": "netrc", "mode": "online", "settings": {"base_url": server.url}}
    backend = WandbVisBackend(tmp_path / "run", arguments)
    backend.add_scalar("loss", 0.5, step=1)
    backend.close()
    assert server.run("netrc").points() == [("loss", 1, 0.5)]


def test_nothing_is_printed(server, online, capfd):
    backend = online(run_id="quiet")
    record(backend, range(3))
    backend.close()
    assert capfd.readouterr() == ("", "")
