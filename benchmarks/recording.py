"""Recording numbers and images: viz-core's local backend against MMEngine's, and others for scale.

    python benchmarks/recording.py

Ours goes through a Visualizer with all checks; so does MMEngine's through its own. torch's
SummaryWriter and Lightning's CSVLogger (when installed) show where that stands.
"""

from __future__ import annotations

import itertools
import statistics
import tempfile
import time
import tracemalloc
import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np
from compare import measure, print_environment, print_table

from viz_core import BaseVisBackend, Visualizer

#: Calls that are timed as one, so that the clock is not what is measured.
CALLS = 200


def photo() -> np.ndarray:
    """Return a photo of 640x480 with boxes on it, as one records it."""
    from matplotlib.cbook import get_sample_data
    from PIL import Image

    with get_sample_data("grace_hopper.jpg") as file:
        image = np.array(Image.open(file).convert("RGB").resize((640, 480)))
    boxes = np.random.default_rng(7).uniform(0, 200, (20, 4)).cumsum(1).clip(0, 470)
    boxes[:, 2:] = np.maximum(boxes[:, :2], boxes[:, 2:])
    return Visualizer(image=image).draw_bboxes(boxes).get_image()


def repeated(
    call: Callable[[int], object], times: int, finish: Callable[[], object] | None = None
) -> Callable[[], None]:
    """Return a function that makes ``times`` calls, each with a step of its own.

    ``finish`` waits for a writer's thread, so that whose turn is next does not pay for it.
    """
    steps = itertools.count()

    def run() -> None:
        for _ in range(times):
            call(next(steps))
        if finish is not None:
            finish()

    return run


def make_contenders(folder: Path) -> dict[str, object]:
    """Return an object with ``add_*`` methods for each library that is installed."""
    backends = [{"type": "LocalVisBackend"}]
    contenders = {"viz": Visualizer(vis_backends=backends, save_dir=folder / "viz")}
    try:
        import mmengine.visualization as mmengine

        contenders["MMEngine"] = mmengine.Visualizer(
            vis_backends=backends, save_dir=str(folder / "mmengine")
        )
    except ImportError:
        print("mmengine is not installed")
    return contenders


def main() -> None:
    """Measure and print."""
    warnings.simplefilter("ignore")
    print_environment(["viz-core", "mmengine", "torch", "tensorboard", "lightning", "numpy"])
    scalars = {f"loss_{i}": 0.1234 * (i + 1) for i in range(8)}
    image = photo()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        contenders = make_contenders(folder)
        scalar = {k: lambda s, v=v: v.add_scalar("loss", 0.1234, s) for k, v in contenders.items()}
        several = {k: lambda s, v=v: v.add_scalars(scalars, s) for k, v in contenders.items()}
        images = {k: lambda s, v=v: v.add_image("image", image, s) for k, v in contenders.items()}
        finish: dict[str, Callable[[], object]] = {}
        try:
            from torch.utils.tensorboard import SummaryWriter

            writer = SummaryWriter(str(folder / "torch"))
            finish["SummaryWriter"] = writer.flush
            scalar["SummaryWriter"] = lambda s: writer.add_scalar("loss", 0.1234, s)
            several["SummaryWriter"] = lambda s: [
                writer.add_scalar(k, v, s) for k, v in scalars.items()
            ]
            images["SummaryWriter"] = lambda s: writer.add_image(
                "image", image, s, dataformats="HWC"
            )
        except ImportError:
            print("torch's SummaryWriter is not installed")
        try:
            from lightning.pytorch.loggers import CSVLogger

            logger = CSVLogger(str(folder / "csv"), flush_logs_every_n_steps=100)
            scalar["CSVLogger"] = lambda s: (logger.log_metrics({"loss": 0.1234}, s), logger.save())
            several["CSVLogger"] = lambda s: (logger.log_metrics(scalars, s), logger.save())
        except ImportError:
            print("lightning is not installed: no CSVLogger")
        rows = []
        for title, calls, times in (
            ("add_scalar", scalar, CALLS),
            ("add_scalars, 8 values", several, CALLS),
            ("add_image, 640x480", images, 1),
        ):
            runs = {k: repeated(call, times, finish.get(k)) for k, call in calls.items()}
            rows.append((title, {k: t / times for k, t in measure(runs, seconds=8).items()}))
        print_table("Recording, milliseconds a call", rows, "viz")
        grown = memory_of(100_000, contenders["viz"])
        print(f"\n100,000 calls of add_scalar: {grown / 1024:.1f} KiB of Python memory more")
    median, worst = waiting_of(image)
    print(
        f"100 calls of add_image, 640x480, in the background, to a backend that takes 50 ms: "
        f"{median * 1e3:.3f} ms a call (median), {worst * 1e3:.3f} ms (longest)"
    )


def memory_of(calls: int, visualizer: Visualizer) -> int:
    """Return by how many bytes the program's memory grows over so many calls."""
    visualizer.add_scalar("loss", 0.1, 0)
    tracemalloc.start()
    before, _ = tracemalloc.get_traced_memory()
    for step in range(calls):
        visualizer.add_scalar("loss", 0.1, step)
    after, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return after - before


class SlowVisBackend(BaseVisBackend):
    """Takes 50 ms an image, as a server may."""

    def add_image(self, **_: object) -> None:
        time.sleep(0.05)


def waiting_of(image: np.ndarray, calls: int = 100) -> tuple[float, float]:
    """Return the median and the longest time that the caller waits while the queue has room."""
    visualizer = Visualizer(vis_backends=[SlowVisBackend()], background=True)
    times = []
    for step in range(calls):
        start = time.perf_counter()
        visualizer.add_image("image", image, step)
        times.append(time.perf_counter() - start)
    visualizer.close()
    return statistics.median(times), max(times)


if __name__ == "__main__":
    main()
