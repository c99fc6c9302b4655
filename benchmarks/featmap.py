"""Feature maps against MMEngine's, with the same arguments: `python benchmarks/featmap.py`.

Times are medians of interleaved calls, with torch on one thread and on as many as it takes by
itself. Peak memory is measured in a process of its own for each reduction.
"""

from __future__ import annotations

import subprocess
import sys
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
from compare import measure, print_environment, print_table

from viz_core.featmap import draw_featmap

SMALL, LARGE = (480, 640), (720, 1280)
ALL_CHANNELS = {"channel_reduction": None, "topk": 10}
REDUCTIONS = ("squeeze_mean", "select_max", "norm", "pca", "None")


def make_image(shape: tuple[int, int]) -> np.ndarray[Any, np.dtype[np.uint8]]:
    return np.random.default_rng(0).integers(0, 256, (*shape, 3), dtype=np.uint8)


def make_cases() -> dict[str, dict[str, Any]]:
    """Return the arguments of each case, which MMEngine and we are both called with."""
    torch.manual_seed(0)
    image = make_image(SMALL)
    map_256, map_512 = torch.randn(256, 56, 56), torch.randn(512, 56, 56)
    return {
        "256x56x56 mean over 640x480": {"featmap": map_256, "overlaid_image": image},
        "256x56x56 select_max over 640x480": {
            "featmap": map_256,
            "overlaid_image": image,
            "channel_reduction": "select_max",
        },
        "512x56x56 top 10, (5, 2), no image": {
            "featmap": map_512,
            "arrangement": (5, 2),
            **ALL_CHANNELS,
        },
        "512x56x56 top 10, (2, 5) over 640x480": {
            "featmap": map_512,
            "overlaid_image": image,
            "arrangement": (2, 5),
            **ALL_CHANNELS,
        },
        "256x56x56 mean, no image": {"featmap": map_256},
    }


def time_cases(draw_peer: Callable[..., object]) -> None:
    threads = torch.get_num_threads()
    for count in sorted({1, threads}):
        torch.set_num_threads(count)
        rows = [
            (
                case,
                measure(
                    {
                        "viz-core": lambda given=given: draw_featmap(**given),
                        "MMEngine": lambda given=given: draw_peer(**given),
                    }
                ),
            )
            for case, given in make_cases().items()
        ]
        print_table(f"Time, torch on {count} of {threads} threads", rows, "viz-core")
    torch.set_num_threads(threads)
    featmap, image = torch.randn(512, 56, 56), make_image(SMALL)
    only_ours = [
        (
            f"512x56x56 {how} over 640x480",
            measure({"viz-core": lambda how=how: draw_featmap(featmap, image, how)}, seconds=2),
        )
        for how in ("norm", "pca")
    ]
    print_table("Time, what MMEngine has not", only_ours, "viz-core")


def read_memory(field: str) -> float:
    """Return a field of Linux's account of this process, in MB."""
    status = Path("/proc/self/status").read_text()
    line = next(line for line in status.splitlines() if line.startswith(f"{field}:"))
    return float(line.split()[1]) / 1024


def print_peak(how: str) -> None:
    """Print how many MB a call on 2048x64x64 over 1280x720 takes above its inputs."""
    reduction = None if how == "None" else how
    featmap, image = torch.randn(2048, 64, 64), make_image(LARGE)
    draw_featmap(featmap[:4, :8, :8].clone(), image[:16, :16].copy(), reduction)  # imports
    before = read_memory("VmRSS")
    Path("/proc/self/clear_refs").write_text("5")  # the peak starts anew from here
    draw_featmap(featmap, image, reduction, topk=1, arrangement=(1, 1))
    print(f"| {how} | {read_memory('VmHWM') - before:.1f} |")


def main() -> None:
    warnings.simplefilter("ignore")
    if len(sys.argv) > 1:
        print_peak(sys.argv[1])
        return
    from mmengine.visualization import Visualizer

    print_environment(["viz-core", "mmengine", "torch", "numpy", "pillow", "matplotlib"])
    time_cases(Visualizer.draw_featmap)
    print(
        "\n### Peak memory above the inputs, 2048x64x64 over 1280x720\n\n| reduction | MB |\n|---|---|",
        flush=True,
    )
    for how in REDUCTIONS:
        subprocess.run([sys.executable, __file__, how], check=True)


if __name__ == "__main__":
    main()
