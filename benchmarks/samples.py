"""What `Samples` costs an evaluation: CPU time of an offer, and the memory held.

    python benchmarks/samples.py

Of 5,000 samples of 640x480, 8 are fixed and 8 the worst; with the default score, each has 20 true
and 20 predicted boxes.
"""

from __future__ import annotations

import random
import time
import tracemalloc
from collections.abc import Callable

import numpy as np
from compare import print_environment

from viz_core import Samples, Visualizer

COUNT, ROUNDS = 5000, 30
RNG = np.random.default_rng(0)
IMAGE = RNG.integers(0, 256, (480, 640, 3), np.uint8)


def boxes(count: int, *, moved: float = 0) -> dict[str, object]:
    corners = np.random.default_rng(1).uniform(0, 400, (count, 2))
    corners += RNG.normal(scale=moved, size=corners.shape) if moved else 0
    found = {"bboxes": np.hstack([corners, corners + 80]), "labels": np.arange(count) % 5}
    return {**found, "scores": RNG.random(count)} if moved else found


TRUTH, FOUND, NOTHING = boxes(20), boxes(20, moved=8), boxes(0)


def microseconds(work: Callable[[], Callable[[], int]]) -> float:
    """Return the CPU time of one of what `work` prepares and counts, when least disturbed."""
    times = []
    for _ in range(ROUNDS):
        call = work()
        before = time.process_time()
        count = call()
        times.append((time.process_time() - before) / count * 1e6)
    return min(times)


def filled(**options: object) -> Samples:
    """Return samples that hold all that they may, of which no other is worse."""
    samples = Samples(Visualizer(), **options)  # type: ignore[arg-type]  # what they are is given below
    for i in range(COUNT):
        samples.offer(f"known/{i}.jpg", IMAGE, TRUTH, NOTHING, 1e6)
    return samples


def off_turn() -> Callable[[], int]:
    samples = Samples(Visualizer(), every=2)
    samples.finish(0)

    def call() -> int:
        for i in range(COUNT):
            samples.offer(i, IMAGE, TRUTH, FOUND, 0.5)
        return COUNT

    return call


def refused(score: float | None, count: int) -> Callable[[], int]:
    # The hashes of 5,000 are held already: hardly another is smaller.
    samples = filled()

    def call() -> int:
        for i in range(count):
            samples.offer(i, IMAGE, TRUTH, FOUND, score)
        return count

    return call


def memory() -> float:
    """Return the most memory of an evaluation in random order, in megabytes."""
    order = list(range(COUNT))
    random.Random(0).shuffle(order)
    samples = Samples(Visualizer(), fixed=8)
    tracemalloc.start()
    for i in order:
        samples.offer(i, IMAGE, TRUTH, FOUND, i)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return peak / 1e6


def main() -> None:
    print_environment(["viz-core", "numpy"])
    print("\n### Samples: 5,000 of 640x480, 8 fixed and 8 worst\n")
    print("| case | measured | limit |\n|---|---|---|")
    print(f"| an offer off turn, us | {microseconds(off_turn):.2f} | 1 |")
    print(f"| one not kept, us | {microseconds(lambda: refused(0.5, COUNT)):.1f} | 15 |")
    print(
        f"| the same without a score, us | {microseconds(lambda: refused(None, 100)):.0f} | 150 |"
    )
    print(f"| held, MB | {memory():.1f} | 20 |")


if __name__ == "__main__":
    main()
