"""Going on after a crash, as each of TensorBoard's loaders shows it.

The default server reads with the Rust loader, `--load_fast=false` with the Python one, and
programs with `EventAccumulator`. The first hides, name by name, whatever is not before the
newest step; the others hide what a restart says is void, and nothing else.
"""

import pytest

from viz_backend_tensorboard import TensorboardVisBackend

CRASHED, RESUMED, END = 100, 60, 110
WHOLE = list(range(END))


@pytest.fixture
def record(tmp_path):
    """Return a function that records one attempt at a run, and does not close."""

    def attempt(steps, **options):
        backend = TensorboardVisBackend(tmp_path / "run", **options)
        for step in steps:
            backend.add_scalar("loss", step, step=step)
            if step % 30 == 0:
                backend.add_scalar("val", step, step=step)

    return attempt


def steps(points):
    return [step for step, _ in points]


def shown(server, tag, count):
    """Return the steps the server shows once they are `count`."""
    server.until(lambda: tag in server.get("plugin/scalars/tags").get(".", {}))
    return server.until(
        lambda: (found := steps(server.scalars(tag))) and len(found) == count and found
    )


LOADERS = [pytest.param((), id="default"), pytest.param(("--load_fast=false",), id="python")]


@pytest.mark.parametrize("options", LOADERS)
def test_a_resumed_run_is_one_curve(tmp_path, record, serve, read_run, options):
    record(range(CRASHED))
    record(range(RESUMED, END), resume=RESUMED)
    server = serve(tmp_path / "run", *options)
    assert shown(server, "loss", END) == WHOLE
    assert steps(read_run(tmp_path / "run").scalars("loss")) == WHOLE
    assert steps(read_run(tmp_path / "run").scalars("val")) == [0, 30, 60, 90]


def test_what_was_not_recorded_again_is_hidden_where_a_restart_is_known(tmp_path, record, read_run):
    record(range(CRASHED))
    record(range(RESUMED, RESUMED + 10), resume=RESUMED + 5)
    assert steps(read_run(tmp_path / "run").scalars("val")) == [0, 30, 60, 60]
    assert max(steps(read_run(tmp_path / "run").scalars("loss"))) == RESUMED + 9


def test_without_resume_every_point_is_there_and_the_default_view_hides_some(
    tmp_path, record, serve, read_run
):
    record(range(CRASHED))
    record(range(RESUMED, END))
    every = [*range(CRASHED), *range(RESUMED, END)]
    assert steps(read_run(tmp_path / "run").scalars("loss")) == every
    assert shown(serve(tmp_path / "run", "--load_fast=false"), "loss", len(every)) == every
    assert shown(serve(tmp_path / "run"), "loss", END) == WHOLE


def test_closing_between_training_and_testing_hides_nothing(tmp_path, record, serve, read_run):
    backend = TensorboardVisBackend(tmp_path / "run", resume=0)
    for step in range(20):
        backend.add_scalar("loss", step, step=step)
    backend.close()
    backend.add_scalar("test", 1, step=0)
    backend.close()
    assert steps(read_run(tmp_path / "run").scalars("loss")) == list(range(20))
    assert shown(serve(tmp_path / "run"), "loss", 20) == list(range(20))


def test_each_rank_resumes_its_own_run(tmp_path, monkeypatch, read_run):
    for resume in (None, 5):
        for rank in (0, 1):
            monkeypatch.setenv("RANK", str(rank))
            backend = TensorboardVisBackend(tmp_path, resume=resume)
            backend.ranks = "all"
            for step in range(resume or 0, 8):
                backend.add_scalar("loss", rank, step=step)
            backend.close()
    for rank in (0, 1):
        assert steps(read_run(tmp_path / f"rank_{rank}").scalars("loss")) == list(range(8))
