"""The code of this adapter's pages, and its example."""

import re
from pathlib import Path

import pytest
from fences import OF_FRAMEWORKS, programs, run

from viz_core import read_run

README, PAGE, EXAMPLE = OF_FRAMEWORKS["huggingface"]
CODE = [pytest.param(code, id=name) for name, code in programs(PAGE)]


@pytest.mark.parametrize("code", CODE)
def test_a_page_runs(code, tmp_path):
    done = run(["-W", "ignore", "-c", code], tmp_path)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("code", CODE[:1])  # accelerate's; the Trainer's takes twice as long
def test_a_page_runs_as_it_is_on_two_processes_of_which_one_records(code, tmp_path):
    # Without what it reads back in the end: another process may be ahead of the one that records.
    lines = [line for line in code.splitlines() if not re.match(r"assert |run = ", line)]
    (tmp_path / "train.py").write_text("\n".join(lines))
    launcher = ["-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2"]
    done = run([*launcher, "train.py"], tmp_path)
    assert done.returncode == 0, done.stderr
    recorded = read_run(tmp_path / "runs")
    assert recorded.ranks == [0]
    assert len(recorded.sessions) == 1
    assert sorted(recorded.images) == ["black"]
    assert recorded.scalars["loss"].steps.tolist() == [*range(10)]


def test_the_readme_records_what_it_says(tmp_path):
    ((_, code),) = programs(README)
    run(["-W", "ignore", "-c", code], tmp_path)
    assert len(read_run(tmp_path / "runs").scalars["loss"].steps) >= 8


def test_the_example_runs_and_records_samples(tmp_path):
    done = run(["-W", "ignore", str(EXAMPLE), str(tmp_path)], tmp_path)
    assert done.returncode == 0, done.stderr
    recorded = read_run(Path(done.stdout.splitlines()[-1].split(": ")[0]))
    losses = recorded.scalars["eval_loss"].values
    assert losses[-1] < losses[0]
    samples = recorded.annotations
    assert {len(steps) for name, steps in samples.items() if "worst" in name} == {2}
    assert len([name for name in samples if "worst" not in name]) == 4
