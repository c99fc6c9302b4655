"""Two ranks of Lightning's DDP on this CPU, and either Lightning where the other is missing."""

import subprocess
import sys
from pathlib import Path

import pytest

from viz_core import read_run

SCRIPT = Path(__file__).with_name("train.py")

pytestmark = pytest.mark.xdist_group("ranks")


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """Return the folders of a run of one process, of one Lightning, and of two, of the other."""
    folders = []
    for lightning, ranks in (("pytorch_lightning", "1"), ("lightning.pytorch", "2")):
        folders.append(tmp_path_factory.mktemp("run") / "run")
        done = subprocess.run(
            [sys.executable, "-W", "ignore", SCRIPT, lightning, folders[-1], ranks],
            capture_output=True,
            text=True,
            timeout=240,
        )
        assert done.returncode == 0, done.stderr
    return folders


def samples(folder):
    """Return for each step the samples by name, with the bytes of their images, and the table."""
    run, found = read_run(folder), {}
    for name, steps in run.annotations.items():
        for step, sample in steps.items():
            held = {**sample.line, "step": None}, sample.path.read_bytes()
            found.setdefault(step, {})[name] = held
    for step, table in run.tables["val/worst"].items():
        found[step]["table"] = list(map(list, table.rows))
    return found


def test_two_ranks_record_the_samples_of_one_process(runs):
    one, two = map(samples, runs)
    assert sorted(one) == [7, 14]
    assert sorted(two) == [4, 8]  # each rank has half of the batches
    assert [len(each) for each in one.values()] == [4 + 3 + 1] * 2
    assert [one[7], one[14]] == [two[4], two[8]]


def test_rank_0_alone_records(runs):
    run = read_run(runs[1])
    assert [(session.run, session.rank) for session in run.sessions] == [(1, 0)]
    assert {str(row[0]) for table in run.tables["seen"].values() for row in table.rows} == {"0"}
    assert run.scalars["loss"].steps.tolist() == list(range(8))
    assert len((runs[1] / "vis_data/scalars.json").read_text().splitlines()) == 8 + 2
