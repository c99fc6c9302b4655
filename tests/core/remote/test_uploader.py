"""A run is copied while it records: whole, each part once, and whatever the store does."""

import gc
import json
import os
import pickle
import signal
import sys
import threading
import warnings
import weakref

import numpy as np
import pytest
from copied_runs import in_folder, in_memory, joined
from fsspec.implementations.memory import MemoryFileSystem
from waiting import not_hanging, wait_until

from viz_core import LocalVisBackend, RecordingWarning, Visualizer, VizWarning
from viz_core.testing.processes import run_python

#: What the programs below import, each of which is forked from a process that has.
IMPORTED = ["fsspec.implementations.local", "viz_core.backends.local", "viz_core.remote.uploader"]
IMAGE = np.random.default_rng(0).integers(0, 256, (20, 30, 3), np.uint8)


@pytest.fixture
def url(request):
    """A place of the test's own, which outlives it in the memory of the process."""
    return f"memory://{request.node.name}/run"


@pytest.fixture
def puts(monkeypatch, url):
    """The keys that were written, in their order; `puts.fail` is called before with each."""

    class Puts(list):
        fail = staticmethod(lambda path: None)

    puts = Puts()
    write = MemoryFileSystem.pipe_file

    def pipe_file(self, path, value, *arguments, **options):
        puts.fail(path)
        write(self, path, value, *arguments, **options)
        if path.startswith(url.removeprefix("memory:/")):  # or an earlier test's visualizer goes
            puts.append(path)

    monkeypatch.setattr(MemoryFileSystem, "pipe_file", pipe_file)
    return puts


def make(tmp_path, remote, **options):
    if isinstance(remote, str):
        remote = dict(url=remote, timeout=300)  # however busy it is here
    return Visualizer(
        vis_backends=[dict(type="LocalVisBackend")], save_dir=tmp_path, remote=remote, **options
    )


def record_all(visualizer, step=1):
    """Record every kind of file that there is."""
    visualizer.add_config({"lr": 0.1})
    visualizer.add_scalar("loss", 0.5, step=step)
    visualizer.add_scalars({"acc": 1}, step=step, file_path="mine.json")
    visualizer.add_image("train/a [0]*?#&%41", IMAGE, step=step)
    visualizer.add_image("n" * 300, IMAGE, step=step)
    visualizer.add_histogram("weights", np.arange(9), step=step)
    visualizer.add_text("note", "# a", step=step)
    visualizer.add_table("worst", [{"id": 1}], step=step)
    visualizer.add_hparams({"lr": 0.1}, {"acc": 1.0})
    visualizer.add_html("page", "<p>", step=step)


@pytest.mark.parametrize("place", ["memory", "file"])
@pytest.mark.parametrize("background", [False, True])
def test_the_copy_is_the_run(tmp_path, url, place, background):
    url = url if place == "memory" else f"file://{tmp_path}/far away/%41"
    visualizer = make(tmp_path / "runs", url, background=background)
    folder = tmp_path / "runs/vis_data"
    visualizer.add_scalar("loss", 0.5)
    visualizer.flush()
    for name in ("wandb/run/files/media/a_1.png", "mlflow.db", "events.out.tfevents.1"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("a tracker's")
    for step in range(3):
        record_all(visualizer, step)
        visualizer.close()
    copy = in_memory(url) if place == "memory" else in_folder(tmp_path / "far away/%41")
    assert joined(copy) == in_folder(folder)
    assert len(copy) > len(joined(copy))
    assert "scalars.json.parts/0-0" in copy


def test_everything_is_written_once_and_again_only_if_it_changed(tmp_path, url, puts):
    visualizer = make(tmp_path, url)
    record_all(visualizer)
    visualizer.close()
    first = set(puts)
    assert len(puts) == len(first)
    visualizer.add_config({"lr": 0.2})
    visualizer.add_scalar("loss", 0.25, step=2)
    visualizer.close()
    again = [path.rpartition("/run/")[2] for path in puts[len(first) :]]
    assert sorted(path.partition("-")[0] for path in again) == [
        "config.py",
        "index.jsonl.parts/0",
        "scalars.json.parts/0",
    ]
    assert first.isdisjoint({*puts[len(first) :]} - {f"/{url[9:]}/config.py"})
    visualizer.close()
    assert len(puts) == len(first) + 3


def test_a_torn_line_waits_for_its_end(tmp_path, url):
    visualizer = make(tmp_path, url)
    visualizer.add_scalar("loss", 0.5, step=1)
    with (tmp_path / "vis_data/scalars.json").open("ab") as file:
        file.write(b'{"loss": 0.2')
        file.flush()
        visualizer.close()
        assert joined(in_memory(url))["scalars.json"] == b'{"loss": 0.5, "step": 1}\n'
        file.write(b'5, "step": 2}\n')
    visualizer.add_scalar("loss", 0.125, step=3)
    visualizer.close()
    assert joined(in_memory(url))["scalars.json"].count(b"\n") == 3


def test_is_uploaded_now_and_then_without_being_asked(tmp_path, url):
    visualizer = make(tmp_path, dict(url=url, every=0.05))
    visualizer.add_scalar("loss", 0.5, step=1)
    wait_until(lambda: "scalars.json" in joined(in_memory(url)))
    visualizer.add_image("a", IMAGE, step=1)
    wait_until(lambda: "vis_image/a_1.png" in in_memory(url))
    visualizer.close()


def test_nothing_is_opened_before_the_first_record(tmp_path):
    code = """
import _thread, os, sys
from viz_core import Visualizer
visualizer = Visualizer(
    vis_backends=[dict(type="LocalVisBackend")], save_dir=sys.argv[1], remote="memory://a"
)
assert not os.path.exists(sys.argv[1])
assert _thread._count() == 0
visualizer.add_scalar("a", 1.0)
while not _thread._count():
    pass
visualizer.close()
"""
    done = run_python(code, str(tmp_path / "runs"), imports=IMPORTED)
    assert done.returncode == 0, done.stderr


def test_a_store_that_is_away_is_told_once_and_gets_all_when_it_is_back(tmp_path, url, puts):
    def fail(path):
        raise ConnectionError("the store is away")

    puts.fail = fail
    visualizer = make(tmp_path, dict(url=url, every=0.02))
    visualizer.add_scalar("loss", 0.5, step=0)
    uploader = visualizer.get_backend("Local")._uploader
    wait_until(lambda: uploader._notices)
    with pytest.warns(RecordingWarning, match="ConnectionError: the store is away") as told:
        for step in range(1, 40):
            visualizer.add_image("a", IMAGE, step=step)
    assert len(told) == 1
    assert url in str(told[0].message)
    with pytest.warns(
        RecordingWarning, match=r"4\d files .* viz upload .*/vis_data memory://"
    ) as told:
        visualizer.close()
    assert len(told) == 1
    puts.fail = lambda path: None
    visualizer.add_scalar("loss", 0.25, step=41)
    visualizer.close()
    assert joined(in_memory(url)) == in_folder(tmp_path / "vis_data")


def test_one_file_that_is_refused_holds_up_no_other(tmp_path, url, puts):
    def fail(path):
        if "/bad" in path:
            raise ValueError("no such name")

    puts.fail = fail
    visualizer = make(tmp_path, url)
    for number in range(4):
        visualizer.add_image(f"bad{number}", IMAGE, step=1)
    for step in range(40):
        visualizer.add_image("good", IMAGE, step=step)
    visualizer.add_annotations("good", IMAGE, dict(bboxes=[[2, 2, 9, 9]], labels=[0]))
    for _ in range(3):
        with pytest.warns(RecordingWarning) as told:
            visualizer.close()
        assert all("_1.png: ValueError: no such name" in str(each.message) for each in told)
        visualizer.add_scalar("loss", 0.5)
    assert "4 files" in str(told[-1].message)
    assert any("annotations.jsonl.parts" in path for path in puts)
    puts.fail = lambda path: None
    visualizer.close()
    assert sum("good" in path for path in puts) == 40
    assert joined(in_memory(url)) == in_folder(tmp_path / "vis_data")


def test_close_waits_for_a_store_that_hangs_no_longer_than_it_says(tmp_path, url, puts):
    door = threading.Event()
    puts.fail = lambda path: door.wait()
    visualizer = make(tmp_path, dict(url=url, timeout=0.2))
    visualizer.add_scalar("loss", 0.5, step=1)
    with pytest.warns(RecordingWarning, match=r"2 files .*: 0\.2 s were not enough; .*viz upload"):
        visualizer.close()
    door.set()
    wait_until(lambda: len(in_memory(url)) == 2)


def test_credentials_are_in_no_message_and_no_file(tmp_path, monkeypatch, puts):
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "my/secret+key")

    def fail(path):
        raise PermissionError("my/secret+key signs ftp://me:pass@host/x?X-Sig=abc&b=1 no more")

    puts.fail = fail
    url = "memory://me:password@host/run?token=abc"
    visualizer = make(tmp_path, url)
    visualizer.add_scalar("loss", 0.5, step=1)
    with pytest.warns(RecordingWarning) as told:
        visualizer.close()
    said = "\n".join(str(each.message) for each in told)
    assert "PermissionError: *** signs ftp://***@host/x?X-Sig=***&b=*** no more" in said
    written = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    for text in (said.encode(), written):
        assert b"pass" not in text
        assert b"abc" not in text
        assert b"secret" not in text
    with pytest.raises(
        ValueError, match=r"save_dir='s3://\*\*\*@b' is a URL.*remote='s3://\*\*\*@b'"
    ):
        LocalVisBackend("s3://me:password@b")


def test_another_run_at_the_url_stays_as_it_is(tmp_path, url):
    for folder in ("one", "two"):
        visualizer = make(tmp_path / folder, url)
        visualizer.add_scalar("loss", 0.5, step=1)
        if folder == "one":
            visualizer.close()
            before = in_memory(url)
    with pytest.warns(RecordingWarning, match="records of another run.*give each run a URL"):
        visualizer.close()
    assert in_memory(url) == before


def test_what_is_there_is_recognized_where_the_memory_of_it_was_lost(tmp_path, url, puts):
    visualizer = make(tmp_path, url)
    for step in range(3):
        visualizer.add_scalar("loss", 0.5, step=step)
        visualizer.close()
    count = len(puts)
    (tmp_path / "vis_data/uploaded.jsonl").unlink()
    later = make(tmp_path, url)  # the other stays: being dropped, it would upload once more
    later.add_scalar("loss", 0.5, step=3)
    later.close()
    assert len(puts) == count + 2
    assert joined(in_memory(url)) == in_folder(tmp_path / "vis_data")


def test_a_file_that_was_made_anew_does_not_replace_what_is_there(tmp_path, url):
    visualizer = make(tmp_path, url)
    visualizer.add_scalar("loss", 0.5, step=1)
    visualizer.close()
    before = in_memory(url)["scalars.json.parts/0-0"]
    (tmp_path / "vis_data/scalars.json").unlink()
    for step in range(9):
        visualizer.add_scalar("other", 0.5, step=step)
    with pytest.warns(RecordingWarning, match=r"scalars\.json was made anew"):
        visualizer.close()
    found = in_memory(url)
    assert [found[key] for key in found if key.startswith("scalars")] == [before]


END = """
import sys
from viz_core import Visualizer
def main():
    visualizer = Visualizer(
        vis_backends=[dict(type="LocalVisBackend")], save_dir=sys.argv[1],
        remote=dict(url=sys.argv[2], timeout=300), background=sys.argv[3] == "True",
    )
    for step in range(50):
        visualizer.add_scalar("loss", 0.5, step=step)
    return visualizer
"""


@pytest.mark.parametrize("background", [False, True])
@pytest.mark.parametrize("end", ["visualizer = main()", "main()", "main(); 1 / 0"])
def test_a_program_that_closes_nothing_uploads_when_it_ends(tmp_path, end, background):
    url = f"file://{tmp_path}/copy"
    run_python(END + end, str(tmp_path), url, str(background), imports=IMPORTED)
    copy = joined(in_folder(tmp_path / "copy"))
    assert copy["scalars.json"].count(b"\n") == 50
    assert copy == in_folder(tmp_path / "vis_data")


def test_a_program_that_cannot_upload_says_so_when_it_ends(tmp_path):
    (tmp_path / "file").touch()
    url = f"file://{tmp_path}/file/run"
    code = END + "visualizer = main()"
    done = run_python(code, str(tmp_path), url, "False", imports=IMPORTED)
    assert done.returncode == 0
    assert done.stderr.count("viz: ") == 2, done.stderr
    assert "NotADirectoryError" in done.stderr
    assert f"viz upload {tmp_path}/vis_data {url}" in done.stderr


def test_a_dropped_backend_is_uploaded_and_its_thread_ends(tmp_path, url):
    backend = LocalVisBackend(tmp_path, remote=url)
    backend.add_scalar("loss", 0.5, step=1)
    gone, uploader = weakref.ref(backend), weakref.ref(backend._uploader)
    del backend
    gc.collect()
    assert gone() is None
    wait_until(lambda: len(in_memory(url)) == 2)
    wait_until(lambda: uploader() is None)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="left out: no fork here")
def test_forked_children_and_their_parent_upload_what_both_record(tmp_path):
    code = """
import os, sys, warnings
warnings.simplefilter("ignore", DeprecationWarning)
from viz_core import Visualizer
visualizer = Visualizer(
    vis_backends=[dict(type="LocalVisBackend")], save_dir=sys.argv[1],
    remote=dict(url=sys.argv[2], every=0.01, timeout=300),
)
visualizer.add_scalar("parent", 1.0)
for number in range(8):
    pid = os.fork()
    if not pid:
        for step in range(20):
            visualizer.add_scalar(f"child{number}", 1.0, step)
        if number % 2:
            visualizer.close()
        sys.exit()
    visualizer.add_scalar("parent", 2.0, step=number)
    assert os.waitpid(pid, 0)[1] == 0
visualizer.close()
"""
    done = run_python(code, str(tmp_path), f"file://{tmp_path}/copy")
    assert done.returncode == 0, done.stderr
    copy = joined(in_folder(tmp_path / "copy"))
    assert copy["scalars.json"].count(b"\n") == 1 + 8 * 21
    assert copy == in_folder(tmp_path / "vis_data")


@pytest.mark.skipif(not hasattr(os, "fork"), reason="left out: no fork here")
def test_a_forked_child_leaves_to_others_what_they_upload_now(tmp_path):
    code = """
import fcntl, os, sys, warnings
warnings.simplefilter("ignore", DeprecationWarning)
from viz_core import Visualizer
visualizer = Visualizer(
    vis_backends=[dict(type="LocalVisBackend")], save_dir=sys.argv[1],
    remote=dict(url=sys.argv[2], timeout=300),
)
visualizer.add_scalar("parent", 1.0)
with open(f"{sys.argv[1]}/vis_data/uploaded.jsonl", "a") as held:
    fcntl.flock(held, fcntl.LOCK_EX)
    pid = os.fork()
    if not pid:
        held.close()
        visualizer.add_scalar("child", 1.0)
        visualizer.close()
        sys.exit()
    assert os.waitpid(pid, 0)[1] == 0
visualizer.close()
"""
    with not_hanging():
        done = run_python(code, str(tmp_path), f"file://{tmp_path}/copy")
    assert (done.returncode, done.stderr) == (0, "")
    assert joined(in_folder(tmp_path / "copy")) == in_folder(tmp_path / "vis_data")


KILLED = """
import os, signal, sys
from fsspec.implementations.local import LocalFileSystem
from viz_core import Visualizer
rename, count = LocalFileSystem.mv, [int(sys.argv[3])]
def mv(self, *paths, **options):
    count[0] -= 1
    if count[0] < 0:
        os.kill(os.getpid(), signal.SIGKILL)
    rename(self, *paths, **options)
    if count[0] == 0 and sys.argv[4] == "after":
        os.kill(os.getpid(), signal.SIGKILL)
LocalFileSystem.mv = mv
visualizer = Visualizer(
    vis_backends=[dict(type="LocalVisBackend")], save_dir=sys.argv[1], remote=dict(url=sys.argv[2], timeout=300)
)
for step in range(30):
    visualizer.add_scalar("loss", 0.5, step=step)
    visualizer.add_text("text", "a", step=step)
visualizer.close()
"""


@pytest.mark.parametrize("when", ["before", "after"])
def test_killed_in_the_middle_the_next_run_uploads_the_rest(tmp_path, when):
    url, copy = f"file://{tmp_path}/copy", tmp_path / "copy"
    seen = {}
    for count in (0, 1, 2, 5, 1, 2, 3, 20, 1000):
        done = run_python(KILLED, str(tmp_path), url, str(count), when, imports=IMPORTED)
        assert done.returncode == (0 if count == 1000 else -signal.SIGKILL), done.stderr
        now = in_folder(copy) if copy.exists() else {}
        parts = {key: now[key] for key in now if ".parts/" in key}
        assert {key: parts.get(key) for key in seen} == seen
        seen = parts
    assert joined(now) == in_folder(tmp_path / "vis_data")
    assert len(now) > 30


def test_ranks_upload_to_one_place(tmp_path):
    copy = tmp_path / "copy"
    for rank in range(2):
        env = {**os.environ, "RANK": str(rank), "WORLD_SIZE": "2"}
        code = END.replace("background=", "ranks='all', background=") + "main()"
        folder = tmp_path / f"node{rank}"
        arguments = (str(folder), f"file://{copy}", "False")
        done = run_python(code, *arguments, imports=IMPORTED, env=env)
        assert done.returncode == 0, done.stderr
        own = {
            name: text for name, text in joined(in_folder(copy)).items() if f"rank_{rank}/" in name
        }
        assert own == in_folder(folder / "vis_data")
    assert (copy / "rank_1/scalars.json.parts/1-0").exists()


def test_a_copy_of_a_visualizer_has_the_same_remote(tmp_path, url):
    with pickle.loads(pickle.dumps(make(tmp_path, url))) as visualizer:
        visualizer.add_scalar("loss", 0.5, step=1)
    assert joined(in_memory(url)) == in_folder(tmp_path / "vis_data")


def test_seconds_that_no_clock_counts_are_never(tmp_path, url):
    with not_hanging(), make(tmp_path, dict(url=url, every=1e300, timeout=10**400)) as visualizer:
        visualizer.add_scalar("loss", 1)
    assert in_memory(url)


class TestArguments:
    @pytest.mark.parametrize(
        ("remote", "kind", "match"),
        [
            (3, TypeError, "must be a URL such as 's3://bucket/run', or a dict"),
            ({"every": 3}, TypeError, "or a dict of 'url', 'every' and 'timeout'"),
            ({"url": "memory://a", "key": "secret"}, TypeError, r"got \['key', 'url'\]"),
            ({"url": 3}, TypeError, "remote must be a URL, as a string, got int"),
            ("runs/copy", ValueError, "got 'runs/copy'; a folder of this machine is save_dir="),
            ("nowhere://a", ValueError, "fsspec knows no nowhere://"),
            ("gs://me:pw@a/b", ModuleNotFoundError, r"'gs://\*\*\*@a/b'.*gcsfs"),
            (
                {"url": "memory://a", "every": 0},
                ValueError,
                "every of remote must be seconds above 0",
            ),
            ({"url": "memory://a", "timeout": "1"}, ValueError, "timeout of remote must be"),
        ],
    )
    def test_a_wrong_one_is_told_with_the_way_out(self, tmp_path, remote, kind, match):
        with pytest.raises(kind, match=match):
            LocalVisBackend(tmp_path, remote=remote)

    @pytest.mark.parametrize("name", [".", "/tmp/a"])
    def test_files_elsewhere_do_not_go_with_it(self, tmp_path, name):
        with pytest.raises(ValueError, match="copies what lies in the run's own folder"):
            LocalVisBackend(tmp_path, name, remote="memory://a")

    def test_a_config_has_its_own(self, tmp_path, url):
        local = dict(type="LocalVisBackend", remote=url)
        with Visualizer(
            vis_backends=local, save_dir=tmp_path, remote="memory://other"
        ) as visualizer:
            visualizer.add_scalar("loss", 0.5)
        assert in_memory(url)
        assert not in_memory("memory://other")

    def test_the_visualizers_is_for_local_files(self, tmp_path, url):
        with pytest.raises(
            ValueError, match=r"and there is none; add dict\(type='LocalVisBackend'\)"
        ):
            Visualizer(save_dir=tmp_path, remote=url)
        with pytest.raises(ValueError, match="LocalVisBackend was made before: give it there"):
            Visualizer(vis_backends=LocalVisBackend(tmp_path), remote=url)
        with pytest.warns(VizWarning, match="LocalVisBackend is left out"):
            Visualizer(vis_backends=dict(type="LocalVisBackend"), remote=url)

    def test_without_fsspec_the_error_says_what_to_install(self, tmp_path, monkeypatch):
        monkeypatch.setitem(sys.modules, "fsspec", None)
        with pytest.raises(ModuleNotFoundError, match=r'pip install "viz-core\[remote\]"'):
            LocalVisBackend(tmp_path, remote="s3://b/run")

    def test_what_backends_failed_to_record_is_copied_too(self, tmp_path, url):
        class Broken:
            def add_scalar(self, **_):
                raise OSError("broken")

        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RecordingWarning)
            backends = [Broken(), dict(type="LocalVisBackend")]
            with Visualizer(vis_backends=backends, save_dir=tmp_path, remote=url) as visualizer:
                visualizer.add_scalar("loss", 0.5)
        lines = joined(in_memory(url))["index.jsonl"].splitlines()
        assert json.loads(lines[-1])["not_recorded"] == {"Broken": {"scalar": 1}}
