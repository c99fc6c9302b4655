"""Recording numbers to W&B: our backend against ``run.log`` of W&B itself.

    python benchmarks/wandb_logging.py

Both are offline runs of one program with the same settings, so that one wandb-core writes both,
and take turns. Ours goes through a Visualizer with all checks, and looks at the disk each time.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from compare import measure, print_environment, print_table
from recording import photo, repeated

CALLS = 100

#: The settings that both runs have: quiet, and as often in the file.
SAME = (
    *("silent", "console", "disable_git", "disable_code", "label_disable"),
    *("x_disable_meta", "x_disable_stats", "x_save_requirements"),
    "x_transaction_log_flush_interval",
)

OPEN_OURS = """
from viz_core import Visualizer
v = Visualizer(vis_backends=[{"type": "WandbVisBackend"}], save_dir=sys.argv[1])
v.add_scalar("loss", 1.0, 0)
"""
OPEN_WANDB = """
import wandb
run = wandb.init(dir=sys.argv[1], settings=wandb.Settings(silent=True))
run.log({"loss": 1.0})
"""


def open_seconds(code: str, folder: Path) -> float:
    """Return the seconds from after numpy's import to the first number."""
    folder.mkdir(parents=True)
    program = f"import sys, time, numpy; start = time.perf_counter()\n{code}"
    program += "\nprint(time.perf_counter() - start)"
    done = subprocess.run(
        [sys.executable, "-c", program, str(folder)],
        capture_output=True,
        text=True,
        check=True,
        env={k: v for k, v in os.environ.items() if k != "WANDB_SERVICE"},
    )
    return float(done.stdout.splitlines()[-1])


def main() -> None:
    """Measure and print."""
    os.environ["WANDB_MODE"] = "offline"
    import wandb

    from viz_core import Visualizer

    print_environment(["viz-backend-wandb", "wandb", "numpy", "pillow"])
    print(f"  {os.cpu_count()} CPUs")
    scalars = {f"loss_{i}": 0.1234 * (i + 1) for i in range(8)}
    image = photo()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        ours = Visualizer(vis_backends=[{"type": "WandbVisBackend"}], save_dir=folder / "ours")
        of_ours = ours.get_backend("WandbVisBackend").experiment.settings
        settings = {name: getattr(of_ours, name) for name in SAME}
        run = wandb.init(dir=name, reinit="create_new", settings=wandb.Settings(**settings))
        run.define_metric("*", step_metric="global_step")
        cases = (
            (
                *("add_scalar", CALLS),
                lambda s: ours.add_scalar("loss", 0.1234, s),
                lambda s: run.log({"loss": 0.1234, "global_step": s}),
            ),
            (
                *("add_scalars, 8 values", CALLS),
                lambda s: ours.add_scalars(scalars, s),
                lambda s: run.log({**scalars, "global_step": s}),
            ),
            (
                *("add_image, 640x480", 1),
                lambda s: ours.add_image("image", image, s),
                lambda s: run.log({"image": wandb.Image(image), "global_step": s}),
            ),
        )
        rows = []
        for title, times, our_call, their_call in cases:
            calls = {"viz": repeated(our_call, times), "wandb": repeated(their_call, times)}
            rows.append((title, {k: t / times for k, t in measure(calls, seconds=10).items()}))
        ours.close()
        run.finish()
        opening: dict[str, list[float]] = {"viz": [], "wandb": []}
        for turn in range(5):
            opening["viz"].append(open_seconds(OPEN_OURS, folder / f"o{turn}"))
            opening["wandb"].append(open_seconds(OPEN_WANDB, folder / f"w{turn}"))
        rows.append(("open, with imports", {k: statistics.median(v) for k, v in opening.items()}))
        print_table("W&B offline, milliseconds a call", rows, "viz")


if __name__ == "__main__":
    main()
