"""A record, a file or a journal that cannot be sent takes no other with it."""

import json
import shutil

import numpy as np
import pytest

from viz_backend_mlflow import MLflowVisBackend
from viz_backend_mlflow.__main__ import main
from viz_backend_mlflow.journal import find_journals
from viz_backend_mlflow.sync import sync
from viz_core import RecordingWarning

SMALL = np.full((8, 8, 3), 7, np.uint8)


@pytest.fixture
def make(database, tmp_path):
    """Return a function that makes a backend that sends only when it is asked to."""

    def make(folder="run", **options):
        options = {"artifact_suffix": (), "interval": 60, "timeout": 60, **options}
        return MLflowVisBackend(
            tmp_path / folder, exp_name=str(tmp_path), tracking_uri=database, **options
        )

    return make


@pytest.fixture
def run(database, read_run, tmp_path):
    return lambda: read_run(database, str(tmp_path))


def _journal(folder):
    (journal,) = find_journals(folder)
    return journal.folder


def _spoil(path, content):
    """Write over a file, or cut it to so many bytes."""
    path.write_bytes(path.read_bytes()[:content] if isinstance(content, int) else content)


@pytest.mark.parametrize("content", [0, 20, b"no image"])
def test_a_kept_image_that_is_damaged_is_refused_by_name(make, run, tmp_path, content):
    backend = make()
    for step in range(3):
        backend.add_image("val/demo", SMALL, step=step)
    records = (_journal(tmp_path) / "records.jsonl").read_text().splitlines()
    _spoil(_journal(tmp_path) / "files" / json.loads(records[1])[-1], content)
    backend.add_scalar("loss", 1)
    with pytest.warns(RecordingWarning, match="the image 'val/demo' of step 1: "):
        backend.close()
    assert [step for _, step, _ in run().images()] == [0, 2]
    assert (run().history("loss"), run().status) == ([(0, 1)], "FINISHED")


@pytest.mark.parametrize("content", [0, 1, 20, b"[]", b"{}", b"\xff\xfe"])
@pytest.mark.parametrize("name", ["run.json", "sent"])
def test_a_damaged_header_or_position_loses_nothing(make, run, tmp_path, name, content):
    backend = make()
    for step in range(3):
        backend.add_image("demo", SMALL, step=step)
        backend.add_scalar("loss", step, step=step)
    backend.flush()
    backend.add_scalar("loss", 3, step=3)
    copy = tmp_path / "copy" / "mlflow_journal" / _journal(tmp_path).name
    shutil.copytree(_journal(tmp_path), copy)
    backend.close()
    with (copy / "records.jsonl").open("a") as file:
        file.write('["scalars",4,{"loss":[4,1]}]\n')
    _spoil(copy / name, content)
    summary = sync(tmp_path / "copy")
    assert (summary.refused, summary.left, summary.errors) == (0, 0, {})
    assert run().history("loss") == [(step, step) for step in range(5)]
    assert [step for _, step, _ in run().images()] == [0, 1, 2]


def test_a_journal_that_nobody_can_place_stops_no_other(make, run, tmp_path, capsys):
    make("first").add_scalar("loss", 1, step=1)
    make("second").add_scalar("loss", 2, step=2)
    make("third").add_scalar("loss", 3, step=3)
    for journal in find_journals(tmp_path / "first"):
        for header in journal.folder.glob("run.json*"):
            header.write_bytes(b"")
    (tmp_path / "second" / "mlflow_journal" / "x" / "records.jsonl").mkdir(parents=True)
    assert main(["sync", str(tmp_path)]) == 1
    said = capsys.readouterr()
    assert "run.json is empty or cut" in said.err
    assert "left: 1" in said.out


HOSTILE = [
    b"[" * 100_000,
    b"[" * 100_000 + b"]" * 100_000,
    b'["status","WEIRD",1]',
    b'["status"]',
    b'["status","FINISHED","never"]',
    b'["scalars","x",{"loss":[1,1]}]',
    b'["scalars",1,{"loss":[1' + b"0" * 5000 + b",1]}]",
    b'["scalars",1,[["loss",1]]]',
    b'["params",["a"]]',
    b'["params",{"a":{}}]',
    b'["text","../../up","x"]',
    b'["text","/etc/x","x"]',
    b'["text",1,2]',
    b'["image","a",1,1,"id","../run.json"]',
    b'["image","a",1,1,"../../../../up","%s"]',
    b'["image",{},[],{},"id","x"]',
    b'["artifact","/etc/hostname","../up"]',
    b'["artifact","\\u0000",""]',
    b'["artifact","/dev",""]',
    b'["__init__",1]',
    b'["_journal"]',
    b"\xff\xfe\x00",
    b'{"a":1}',
    b"null",
]


def test_no_hostile_line_stops_the_others_or_leaves_the_run(make, run, tmp_path):
    backend = make()
    backend.add_image("first", SMALL)
    journal = _journal(tmp_path)
    kept = next((journal / "files").iterdir()).name.encode()
    with (journal / "records.jsonl").open("ab") as file:
        for step, line in enumerate(HOSTILE):
            file.write(line.replace(b"%s", kept) + b"\n")
            file.write(b'["scalars",%d,{"loss":[1,1]}]\n' % step)
    backend.add_image("last", SMALL)
    with pytest.warns(RecordingWarning, match="records are refused"):
        backend.close()
    assert run().status == "FINISHED"
    assert sync(tmp_path).left == 0
    assert len(run().history("loss")) == len(HOSTILE)
    assert [name for name, *_ in run().images()] == ["first", "last"]
    assert not list(tmp_path.rglob("up*"))
    lines = (journal / "refused.jsonl").read_text().splitlines()
    assert len(lines) == len(HOSTILE)


@pytest.mark.parametrize("name", ["new\nline.log", "%2e%2e.log", "a?b#c.log", "損失 'x'.log"])
def test_a_file_of_any_name_stops_no_other(make, run, tmp_path, name):
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / name).write_text("text")
    (tmp_path / "run" / "z.log").write_text("last")
    backend = make(artifact_suffix=".log")
    backend.add_scalar("loss", 1)
    backend.close()
    assert run().text("work_dir/z.log") == "last"
    assert len(run().artifacts("work_dir")) == 2
    assert run().status == "FINISHED"


def test_sync_sends_only_files_of_the_folder_of_the_journal(make, run, tmp_path, capsys):
    secret = tmp_path / "secret.log"
    secret.write_text("a secret")
    backend = make()
    backend.add_scalar("loss", 1)
    journal = _journal(tmp_path)
    (tmp_path / "run" / "link.log").symlink_to(secret)
    (tmp_path / "run" / "own.log").write_text("own")
    copy = tmp_path / "theirs" / "mlflow_journal" / "key"
    shutil.copytree(journal, copy)
    backend.close()
    shutil.copytree(tmp_path / "run", tmp_path / "theirs", symlinks=True, dirs_exist_ok=True)
    theirs = tmp_path / "theirs"
    with (copy / "records.jsonl").open("a") as file:
        for path in (secret, theirs / "link.log", f"{theirs}/../secret.log", theirs / "own.log"):
            file.write(f'["artifact","{path}","files"]\n')
    assert main(["sync", str(theirs)]) == 0
    assert run().artifacts("files") == ["files/own.log"]
    assert capsys.readouterr().err.count("with --any-file it is sent all the same") == 3
    assert main(["sync", str(theirs), "--refused", "--any-file"]) == 0
    assert run().artifacts("files") == ["files/link.log", "files/own.log", "files/secret.log"]
