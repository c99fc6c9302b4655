"""What ``import viz_core`` costs: python benchmarks/importing.py.

Each import runs in an interpreter of its own; the time of ``import numpy`` is taken off by
importing it first.
"""

from __future__ import annotations

import statistics
import subprocess
import sys

from compare import print_environment

IMPORTS = ("viz_core", "matplotlib.figure", "torch", "mmengine.visualization", "supervision")
ROUNDS = 7


def time_import(module: str) -> float | None:
    """Return the milliseconds of one import after numpy's; None if it is not installed."""
    code = (
        "import numpy, time; start = time.perf_counter()\n"
        f"import {module}\nprint((time.perf_counter() - start) * 1e3)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    return float(done.stdout.splitlines()[-1]) if done.returncode == 0 else None


def main() -> None:
    """Measure and print."""
    print_environment(["viz-core", "numpy", "matplotlib", "torch", "mmengine", "supervision"])
    times: dict[str, list[float]] = {module: [] for module in IMPORTS}
    for _ in range(ROUNDS):
        for module in IMPORTS:  # in turn, so that a busy machine is busy for all
            taken = time_import(module)
            if taken is not None:
                times[module].append(taken)
    print("\n| import, after numpy | median ms |\n|---|---|")
    for module, taken in times.items():
        print(f"| {module} | {statistics.median(taken):.1f} |" if taken else f"| {module} | - |")


if __name__ == "__main__":
    main()
