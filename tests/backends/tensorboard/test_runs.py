"""Runs that share a folder: whose event file is whose, and which run is told."""

import json
import pickle
import subprocess
import sys

import pytest

from viz_backend_tensorboard import TensorboardVisBackend
from viz_backend_tensorboard import event_file as files
from viz_core import RecordingWarning

RUN = """
import sys
from viz_core import Visualizer

folder, lr, *kinds = sys.argv[1:]
backends = [dict(type=f"{kind}VisBackend") for kind in kinds]
visualizer = Visualizer(vis_backends=backends, save_dir=folder)
visualizer.add_config({"lr": float(lr)})
visualizer.add_scalar("loss", float(lr), step=1)
visualizer.close()
visualizer.add_scalar("loss", float(lr), step=2)  # of the same process: the same run
"""


def record(folder, lr, *kinds):
    command = [sys.executable, "-c", RUN, str(folder), str(lr), *kinds]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0
    return done.stderr


def index(folder):
    return [json.loads(line) for line in (folder / "index.jsonl").read_text().splitlines()]


def test_a_second_run_is_told_once_and_the_first_config_stays(tmp_path, read_run, event_files):
    assert record(tmp_path, 0.1, "Tensorboard", "Local") == ""
    said = record(tmp_path, 0.2, "Tensorboard", "Local")
    assert said.count("RecordingWarning") == 1
    assert "which is run 2" in said
    folder = tmp_path / "vis_data"
    texts = read_run(folder).accumulator.Tensors("config/text_summary")
    assert [(t.step, b"lr = 0.1" in t.tensor_proto.string_val[0]) for t in texts] == [
        (0, True),
        (1, False),
    ]
    owners = {line["file"]: line["run"] for line in index(folder) if "file" in line}
    names = sorted(path.name for path in event_files(folder))
    assert [owners[name] for name in names] == [1, 1, 2, 2]
    assert sum("started" in line for line in index(folder)) == 2


def test_a_folder_from_before_the_index_is_told(tmp_path):
    files.EventFile(lambda: tmp_path).write(files.events.scalars({"a": 1}, 1))
    backend = TensorboardVisBackend(tmp_path)
    with pytest.warns(RecordingWarning, match="which is run 2"):
        backend.add_scalar("a", 2, step=2)
    backend.add_scalar("a", 3, step=3)


def test_nobody_is_told_who_resumes(tmp_path):
    files.EventFile(lambda: tmp_path).write(files.events.scalars({"a": 1}, 1))
    TensorboardVisBackend(tmp_path, resume=2).add_scalar("a", 2, step=2)
    assert index(tmp_path)[0]["run"] == 2


def test_a_copy_is_of_the_same_run(tmp_path):
    backend = TensorboardVisBackend(tmp_path)
    backend.add_scalar("a", 1)
    pickle.loads(pickle.dumps(backend)).add_scalar("a", 2)
    marks = [line for line in index(tmp_path) if "file" in line]
    assert [mark["run"] for mark in marks] == [1, 1]
    assert marks[1]["file"].startswith("process_")
