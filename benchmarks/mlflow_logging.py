"""Recording numbers to MLflow: our backend against direct calls of ``mlflow.log_metric``.

    python benchmarks/mlflow_logging.py

Each writes to a SQLite database of its own, in one run; they take turns. A call of ours is timed
while its thread sends, and what it has left is sent before the next one's turn. Storing is timed from the first call
until the client finds every point: by ``close()`` for ours, and at the last call for MLflow's.
"""

from __future__ import annotations

import logging
import os
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import mlflow
from compare import print_environment, print_table

from viz_backend_mlflow import MLflowVisBackend
from viz_core import Visualizer

ROUNDS = 9
#: Numbers that are recorded by calls of ours that are timed as one: ten batches, so that the
#: thread sends for nearly all of that time.
OURS = 10_000
#: Direct calls that are timed as one.
DIRECT = 100
#: Points that are stored from end to end, by ours; and by MLflow, whose time is in proportion.
STORED, STORED_DIRECT = 10_000, 1_000


def seconds_a_call(call: Callable[[int], object], times: int) -> float:
    """Return the mean of so many calls, each with a step of its own."""
    start = time.perf_counter()
    for step in range(times):
        call(step)
    return (time.perf_counter() - start) / times


def start_direct_run(folder: Path) -> None:
    """Let the functions of ``mlflow`` act on a run in a database in ``folder``."""
    mlflow.set_tracking_uri(f"sqlite:///{folder}/direct.db")
    mlflow.create_experiment("direct", str(folder / "artifacts"))
    mlflow.set_experiment("direct")
    mlflow.start_run()


def of_its_own(folder: Path) -> dict[str, str]:
    """Return arguments by which ours does not follow where MLflow's functions were told to go."""
    return {"tracking_uri": f"sqlite:///{folder}/mlflow.db", "exp_name": "Default"}


def calling(folder: Path) -> None:
    """Print what a call costs the caller."""
    backend = MLflowVisBackend(folder / "backend", **of_its_own(folder / "backend"))
    config = {"type": "MLflowVisBackend", **of_its_own(folder / "visualizer")}
    visualizer = Visualizer(vis_backends=[config], save_dir=folder / "visualizer")
    scalars = {f"loss_{i}": 0.1234 * (i + 1) for i in range(8)}
    rows = []
    for title, size, ours, through, theirs in (
        (
            "add_scalar",
            1,
            lambda s: backend.add_scalar("loss", s / 7, s),
            lambda s: visualizer.add_scalar("loss", s / 7, s),
            lambda s: mlflow.log_metric("loss", s / 7, s),
        ),
        (
            "add_scalars, 8 values",
            8,
            lambda s: backend.add_scalars(scalars, s),
            lambda s: visualizer.add_scalars(scalars, s),
            lambda s: mlflow.log_metrics(scalars, s),
        ),
    ):
        turns = [
            ("viz", ours, OURS // size, backend.flush),
            ("viz, by a Visualizer", through, OURS // size, visualizer.flush),
            ("mlflow", theirs, DIRECT, lambda: None),
        ]
        times: dict[str, list[float]] = {name: [] for name, _, _, _ in turns}
        for turn in range(ROUNDS + 1):
            turns.append(turns.pop(0))
            for name, call, count, finish in turns:
                seconds = seconds_a_call(call, count)
                finish()  # so that nothing is sent in another's turn
                if turn:  # the first makes databases
                    times[name].append(seconds)
        rows.append((title, {name: statistics.median(values) for name, values in times.items()}))
    backend.close()
    visualizer.close()
    print_table("MLflow, milliseconds a call", rows, "viz")


def storing(folder: Path, rounds: int = 5) -> None:
    """Print what storing many points takes, from end to end."""
    ours: list[float] = []
    theirs: list[float] = []
    backend = MLflowVisBackend(folder / "stored", **of_its_own(folder / "stored"))
    backend.add_scalar("ready", 1)
    backend.close()
    for turn in range(rounds):
        start = time.perf_counter()
        for step in range(STORED):
            backend.add_scalar(f"loss {turn}", step / 7, step)
        backend.close()
        ours.append(time.perf_counter() - start)
        start = time.perf_counter()
        for step in range(STORED_DIRECT):
            mlflow.log_metric(f"loss {turn}", step / 7, step)
        theirs.append((time.perf_counter() - start) * STORED / STORED_DIRECT)
    client = mlflow.MlflowClient(f"sqlite:///{folder}/stored/mlflow.db")
    (run,) = client.search_runs(["0"])
    for turn in range(rounds):
        kept = client.get_metric_history(run.info.run_id, f"loss {turn}")
        assert len(kept) == STORED, f"of {STORED} points {len(kept)} are there"
    row = {"viz": statistics.median(ours), "mlflow": statistics.median(theirs)}
    print_table(f"MLflow, {STORED} points from end to end", [("stored", row)], "viz")


def main() -> None:
    """Measure and print."""
    print_environment(["viz-backend-mlflow", "mlflow", "mlflow-skinny", "sqlalchemy"])
    print(f"  {os.cpu_count()} CPUs, load {os.getloadavg()[0]:.1f}")
    logging.getLogger("mlflow").setLevel(logging.WARNING)
    logging.getLogger("alembic").setLevel(logging.WARNING)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        start_direct_run(folder)
        calling(folder)
        storing(folder)
        mlflow.end_run()


if __name__ == "__main__":
    main()
