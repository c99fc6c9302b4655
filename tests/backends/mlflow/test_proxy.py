"""A server behind a proxy that limits, delays, drips, redirects and breaks."""

import numpy as np
import pytest
from mlflow_proxy import mlflow_proxy

from viz_backend_mlflow import MLflowVisBackend
from viz_backend_mlflow.__main__ import main
from viz_backend_mlflow.journal import find_journals
from viz_backend_mlflow.sync import sync
from viz_core import RecordingWarning

pytestmark = pytest.mark.xdist_group("server")

SMALL = np.full((8, 8, 3), 7, np.uint8)


@pytest.fixture
def proxy(server):
    with mlflow_proxy(server.url) as proxy:
        yield proxy


@pytest.fixture
def make(proxy, tmp_path):
    """Return a function that makes a backend, behind the proxy, in an experiment of its own."""

    def make(**options):
        options = {"timeout": 60, "interval": 60, "artifact_suffix": (), **options}
        return MLflowVisBackend(
            tmp_path / "run", exp_name=str(tmp_path), tracking_uri=proxy.url, **options
        )

    return make


@pytest.fixture
def run(server, read_run, tmp_path):
    return lambda: read_run(server.url, str(tmp_path))


def _too_large():
    return np.random.default_rng(0).integers(0, 256, (700, 700, 3), np.uint8)


def test_an_image_that_the_proxy_does_not_take_is_refused_alone(proxy, make, run, capsys, tmp_path):
    proxy.mood = "limited"
    backend = make()
    backend.add_image("before", SMALL, step=1)
    backend.add_image("too large", _too_large(), step=2)
    for step in range(300):
        backend.add_scalar("loss", step, step=step)
    backend.add_image("after", SMALL, step=3)
    backend.add_config({"lr": 0.1})
    told = r"1 records are refused \(the image 'too large' of step 2: HTTPError: 413.*--refused"
    with pytest.warns(RecordingWarning, match=told):
        backend.close()
    assert run().history("loss") == [(step, step) for step in range(300)]
    assert [(name, step) for name, step, _ in run().images()] == [("before", 1), ("after", 3)]
    assert (run().params, run().status) == ({"lr": "0.1"}, "FINISHED")
    assert main(["sync", str(tmp_path)]) == 0
    assert "the image 'too large' of step 2" in capsys.readouterr().err
    proxy.mood = "well"
    assert main(["sync", str(tmp_path), "--refused"]) == 0
    assert sorted(name for name, *_ in run().images()) == ["after", "before", "too large"]
    assert not list(tmp_path.rglob("records.jsonl"))


@pytest.mark.takes(3)
def test_artifacts_that_cannot_be_stored_wait_apart_and_are_refused_by_name(
    proxy, make, run, tmp_path
):
    proxy.mood = "no artifacts"
    backend = make(params={"long": "x" * 7000})
    for step in range(3):
        backend.add_image("demo", SMALL, step=step)
        backend.add_scalar("loss", step, step=step)
    with pytest.warns(RecordingWarning, match=r"4 records are not sent \(the .* MlflowException"):
        backend.close()
    assert run().history("loss") == [(0, 0), (1, 1), (2, 2)]
    assert (run().params, run().status) == ({"long": "x" * 6000}, "FINISHED")
    summary = sync(tmp_path)
    assert (summary.refused, summary.left) == (4, 0)
    (refusals,) = summary.refusals.values()
    assert sorted(text[:30] for text in refusals) == [
        "the image 'demo' of step 0: Ml",
        "the image 'demo' of step 1: Ml",
        "the image 'demo' of step 2: Ml",
        "the text 'params/long.txt': Ml",
    ]
    tried = [path for method, path in proxy.requests if method == "PUT" and "/images/" in path]
    assert len(tried) == 3 * 5
    proxy.mood = "well"
    assert sync(tmp_path, refused=True).sent == 4
    assert [step for _, step, _ in run().images()] == [0, 1, 2]
    assert run().text("params/long.txt") == "x" * 7000


@pytest.mark.takes(2)
@pytest.mark.parametrize("mood", ["drips", "redirects", "html", "400", "500", "breaks"])
def test_no_mood_of_a_server_costs_more_than_the_timeout_or_a_record(
    proxy, make, run, tmp_path, mood
):
    make(timeout=60).experiment  # noqa: B018  # MLflow is imported
    proxy.mood = mood
    backend = make(timeout=0.5, interval=0.1)
    for step in range(200):
        backend.add_scalar("loss", step, step=step)
    backend.add_image("demo", SMALL)
    with pytest.raises(ConnectionError, match="cannot be opened"):
        backend.experiment  # noqa: B018  # the access is what is tried
    with pytest.warns(RecordingWarning, match="are not sent"):
        backend.flush()
    with pytest.warns(RecordingWarning, match="are not sent"):
        backend.close()
    proxy.mood = "well"
    proxy.is_over.set()
    assert sync(tmp_path, timeout=60).left == 0


@pytest.mark.takes(5)
def test_a_slow_server_is_left_after_the_timeout_and_the_journal_keeps_the_rest(
    proxy, make, run, tmp_path
):
    proxy.mood = "slow"
    backend = make(timeout=3)
    for step in range(24):
        backend.add_image("demo", SMALL, step=step)
        backend.add_scalar("loss", step, step=step)
    with pytest.warns(
        RecordingWarning, match=r"\d+ records are not sent \(it took longer than 3 s"
    ):
        backend.close()
    # Scalars did not wait for the 14 s that the images take.
    assert run().history("loss") == [(step, step) for step in range(24)]
    assert sum(journal.count() for journal in find_journals(tmp_path)) > 12
    proxy.mood = "well"
    assert sync(tmp_path, timeout=60).left == 0
    assert sorted(step for _, step, _ in run().images()) == list(range(24))
