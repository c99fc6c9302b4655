"""What a logger of Lightning costs: ours against its own, for 8 metrics.

    python benchmarks/adapters.py

`log_metrics` alone is what a program calls by itself: `CSVLogger` then keeps 100 calls in memory,
and TensorBoard's has a queue. A Trainer calls `save` after each, which writes theirs; ours has
nothing to save. Medians of CPU time, interleaved: a writer's thread counts, other programs do not.
"""

from __future__ import annotations

import gc
import statistics
import tempfile
import time
from pathlib import Path

from compare import print_environment, print_table
from lightning.pytorch.loggers import CSVLogger, Logger, TensorBoardLogger

from viz_lightning_adapter import VizLogger

CALLS, ROUNDS = 100, 61


def medians(loggers: dict[str, Logger], metrics: dict[str, float], saves: bool) -> dict[str, float]:
    """Return the seconds of CPU time of one call of each logger."""
    times: dict[str, list[float]] = {name: [] for name in loggers}
    names = list(loggers)
    for turn in range(ROUNDS):
        names.append(names.pop(0))
        for name in names:
            logger = loggers[name]
            before = time.process_time()
            for step in range(turn * CALLS, (turn + 1) * CALLS):
                logger.log_metrics(metrics, step)
                if saves:
                    logger.save()
            if not saves and isinstance(logger, TensorBoardLogger):
                logger.save()  # what is queued is written too
            times[name].append((time.process_time() - before) / CALLS)
    return {name: statistics.median(values[1:]) for name, values in times.items()}


def main() -> None:
    """Measure and print."""
    print_environment(["viz-lightning-adapter", "lightning", "tensorboard", "torch", "numpy"])
    metrics = {f"loss_{i}": 0.1234 * (i + 1) for i in range(8)}
    rows: dict[str, list[tuple[str, dict[str, float]]]] = {"local files": [], "TensorBoard": []}
    gc.disable()
    for case, saves in (("log_metrics", False), ("log_metrics and save, as a Trainer", True)):
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            found = medians(
                {
                    "local": VizLogger(
                        save_dir=folder / "a", vis_backends=[{"type": "LocalVisBackend"}]
                    ),
                    "CSVLogger": CSVLogger(folder / "b"),
                    "TensorBoard": VizLogger(
                        save_dir=folder / "c", vis_backends=[{"type": "TensorboardVisBackend"}]
                    ),
                    "TensorBoardLogger": TensorBoardLogger(folder / "d"),
                },
                metrics,
                saves,
            )
        rows["local files"].append((case, {"viz": found["local"], "CSVLogger": found["CSVLogger"]}))
        theirs = found["TensorBoardLogger"]
        rows["TensorBoard"].append(
            (case, {"viz": found["TensorBoard"], "TensorBoardLogger": theirs})
        )
    for where, cases in rows.items():
        print_table(f"Lightning's loggers, 8 metrics, {where}: CPU milliseconds", cases, "viz")


if __name__ == "__main__":
    main()
