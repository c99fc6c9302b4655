"""Runs in a bucket, of a server on loopback: whatever the server does, nothing is lost or doubled."""

import os
import signal
import threading

import fsspec
import numpy as np
import pytest
from copied_runs import in_folder, joined
from s3_server import KEY, SECRET, running_s3
from waiting import not_hanging

from viz_core import RecordingWarning, Visualizer, read_run
from viz_core.cli import main
from viz_core.testing.processes import run_python

IMAGE = np.random.default_rng(0).integers(0, 256, (20, 30, 3), np.uint8)

#: One try more, as a machine that is busy needs none.
PATIENT = {"config_kwargs": {"retries": {"max_attempts": 1}}}
IMPATIENT = {"config_kwargs": {"read_timeout": 1, "retries": {"max_attempts": 0}}}


@pytest.fixture(scope="module")
def server():
    with running_s3() as server:
        yield server


@pytest.fixture
def bucket(server, monkeypatch, request):
    """A bucket of the test's own, and the credentials where s3fs looks for them."""
    server.mend()
    for name, value in environment(server).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setitem(fsspec.config.conf, "s3", PATIENT)
    # What s3fs tries again, and how often, is its own; the pauses would be seconds.
    monkeypatch.setattr("s3fs.core.S3FileSystem.retries", 2)
    name = f"bucket-{abs(hash(request.node.name))}"
    fsspec.filesystem("s3", skip_instance_cache=True).mkdir(name)
    server.puts.clear()
    return f"s3://{name}"


def environment(server):
    return {
        "AWS_ACCESS_KEY_ID": KEY,
        "AWS_SECRET_ACCESS_KEY": SECRET,
        "AWS_ENDPOINT_URL": server.url,
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_EC2_METADATA_DISABLED": "true",
    }


def objects(url):
    store = fsspec.filesystem("s3", skip_instance_cache=True)
    root = url.removeprefix("s3://")
    return {key.removeprefix(f"{root}/"): store.cat_file(key) for key in store.find(root)}


def make(folder, url, **options):
    local = [dict(type="LocalVisBackend")]
    remote = dict(url=url, timeout=300) if isinstance(url, str) else url  # however busy it is here
    return Visualizer(vis_backends=local, save_dir=folder, remote=remote, **options)


def record(visualizer, step):
    visualizer.add_scalar("loss", 0.5, step=step)
    visualizer.add_image("train/a [0]*?#&%41 ä+", IMAGE, step=step)
    visualizer.add_text("note", "a", step=step)


def test_the_copy_is_the_run_and_reads_as_it(tmp_path, bucket, server):
    url = f"{bucket}/a b/run"
    visualizer = make(tmp_path, url)
    for step in range(3):
        for each in range(12):
            record(visualizer, 12 * step + each)
        visualizer.close()
    assert joined(objects(url)) == in_folder(tmp_path / "vis_data")
    assert len(server.puts) == len(set(server.puts))
    run = read_run(url)
    assert run.name == "run"
    assert run.scalars["loss"].steps.tolist() == list(range(36))
    assert (run.images["train/a [0]*?#&%41 ä+"][35] == IMAGE).all()
    assert run.texts["note"][7] == "a"


def test_errors_of_the_server_are_tried_again(tmp_path, bucket, server):
    failed = set()

    def fault(request):
        key = request["PATH_INFO"]
        if request["REQUEST_METHOD"] == "PUT" and key not in failed:
            failed.add(key)
            return ("500", "reset")[len(failed) % 2]
        return None

    server.fault = fault
    with make(tmp_path, bucket) as visualizer:
        for step in range(3):
            record(visualizer, step)
    assert len(failed) > 6
    assert joined(objects(bucket)) == in_folder(tmp_path / "vis_data")


@pytest.mark.parametrize(
    ("fault", "words"),
    [("500", "We encountered an internal error"), ("reset", "Connect|reset|closed")],
)
def test_a_server_that_is_broken_is_told_and_gets_the_rest_when_it_is_mended(
    tmp_path, bucket, server, fault, words, capsys
):
    server.fault = lambda request: fault if request["REQUEST_METHOD"] == "PUT" else None
    visualizer = make(tmp_path, bucket)
    for step in range(3):
        record(visualizer, step)
    with pytest.warns(RecordingWarning, match=words) as told:
        visualizer.close()
    assert "viz upload" in str(told[-1].message)
    assert SECRET not in "".join(str(each.message) for each in told)
    assert objects(bucket) == {}
    server.mend()
    assert main(["upload", str(tmp_path), bucket]) == 0
    assert joined(objects(bucket)) == in_folder(tmp_path / "vis_data")


def test_a_server_that_is_silent_is_not_waited_for(tmp_path, bucket, server):
    door = threading.Event()
    server.fault = lambda request: door.wait(20) and None
    visualizer = make(tmp_path, dict(url=bucket, timeout=0.5))
    record(visualizer, 1)
    with not_hanging(), pytest.warns(RecordingWarning, match=r"0\.5 s were not enough"):
        visualizer.close()
    door.set()
    server.mend()
    visualizer.add_scalar("loss", 0.25, step=2)
    visualizer = None
    assert main(["upload", str(tmp_path), bucket]) == 0
    assert joined(objects(bucket)) == in_folder(tmp_path / "vis_data")


def test_a_server_that_answers_after_too_long_is_told(tmp_path, bucket, server, monkeypatch):
    monkeypatch.setitem(fsspec.config.conf, "s3", IMPATIENT)
    monkeypatch.setattr("s3fs.core.S3FileSystem.retries", 1)
    server.fault = lambda request: 3 if request["REQUEST_METHOD"] == "PUT" else None
    visualizer = make(tmp_path, dict(url=bucket, timeout=200))
    record(visualizer, 1)
    with pytest.warns(RecordingWarning, match=r"(?i)timeout"):
        visualizer.close()


def test_wrong_credentials_are_told_in_the_stores_words(tmp_path, bucket, monkeypatch):
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAOFNOBODY")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "nobody's/secret")
    visualizer = make(tmp_path, bucket)
    record(visualizer, 1)
    with pytest.warns(RecordingWarning, match="PermissionError: The AWS Access Key Id") as told:
        visualizer.close()
    said = "".join(str(each.message) for each in told)
    written = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    for secret in ("AKIAOFNOBODY", "nobody's/secret"):
        assert secret not in said
        assert secret.encode() not in written
    with pytest.raises(PermissionError, match="The AWS Access Key Id"):
        read_run(bucket)


def test_a_bucket_that_does_not_exist_is_told(tmp_path, bucket):
    visualizer = make(tmp_path, "s3://no-such-bucket/run")
    record(visualizer, 1)
    with pytest.warns(RecordingWarning, match="FileNotFoundError: The specified bucket does not"):
        visualizer.close()
    with pytest.raises(FileNotFoundError, match="no run in 's3://no-such-bucket/run'"):
        read_run("s3://no-such-bucket/run")


PROGRAM = """
import os, sys
from pathlib import Path
import numpy as np
from viz_core import Visualizer
Path(sys.argv[1]).mkdir(exist_ok=True)
Path(sys.argv[1], "pid").write_text(str(os.getpid()))
visualizer = Visualizer(
    vis_backends=[dict(type="LocalVisBackend")], save_dir=sys.argv[1], ranks=sys.argv[3],
    remote=dict(url=sys.argv[2], timeout=300),
)
image = np.random.default_rng(int(sys.argv[4])).integers(0, 256, (20, 30, 3), np.uint8)
for step in range(20):
    visualizer.add_scalar("loss", int(sys.argv[4]), step=step)
    visualizer.add_image("a", image, step=step)
"""


def run(server, folder, url, ranks="main", seed=0, **variables):
    environ = {**os.environ, **environment(server), **variables}
    imports = ["s3fs", "matplotlib"]
    return run_python(PROGRAM, str(folder), url, ranks, str(seed), env=environ, imports=imports)


@pytest.mark.parametrize("before", [True, False])
def test_killed_in_the_middle_of_an_upload_the_next_run_uploads_the_rest(
    tmp_path, bucket, server, before
):
    seen = {}
    for count in (0, 2, 10):
        server.mend()
        killed = _killer(server, bucket, tmp_path, count, before)
        done = run(server, tmp_path, bucket)
        assert killed.is_set()
        assert done.returncode == -signal.SIGKILL, done.stderr
        now = objects(bucket)
        parts = {key: now[key] for key in now if ".parts/" in key}
        assert {key: parts.get(key) for key in seen} == seen
        seen = parts
    server.mend()
    assert run(server, tmp_path, bucket).returncode == 0
    assert joined(objects(bucket)) == in_folder(tmp_path / "vis_data")
    assert read_run(bucket).scalars["loss"].steps.tolist() == 4 * list(range(20))


def _killer(server, bucket, folder, count, before):
    """Kill who sends so many objects to a bucket, before or after the server has the next."""
    killed, left = threading.Event(), [count]

    def fault(request):
        is_there = request["PATH_INFO"].startswith(bucket.removeprefix("s3:/"))
        if request["REQUEST_METHOD"] != "PUT" or not is_there:
            return None
        left[0] -= 1
        if left[0] >= 0:
            return None
        if not before:
            server.fault = lambda request: None
            server._application(request, lambda *_: None)
        os.kill(int((folder / "pid").read_text()), signal.SIGKILL)
        killed.set()
        return "reset"

    server.fault = fault
    return killed


def test_two_nodes_of_one_job_are_one_run(tmp_path, bucket, server):
    """Each of four ranks has the variables that torchrun sets; two of them share a folder."""
    threads = []
    for rank in range(4):
        variables = {"RANK": str(rank), "WORLD_SIZE": "4", "GROUP_RANK": str(rank // 2)}
        arguments = (server, tmp_path / f"node{rank // 2}", bucket, "all", rank)
        threads.append(threading.Thread(target=run, args=arguments, kwargs=variables))
        threads[-1].start()
    for thread in threads:
        thread.join()
    found = read_run(bucket)
    assert found.ranks == [0, 1, 2, 3]
    assert found.scalars["loss"].values.tolist() == np.repeat([0, 1, 2, 3], 20).tolist()
    for rank in range(4):
        image = np.random.default_rng(rank).integers(0, 256, (20, 30, 3), np.uint8)
        assert (found.of_rank(rank).images["a"][19] == image).all()
    both = in_folder(tmp_path / "node0/vis_data") | in_folder(tmp_path / "node1/vis_data")
    assert joined(objects(bucket)) == both
