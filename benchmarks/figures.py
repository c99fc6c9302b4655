"""The one page of figures, made of the benchmarks' runs, and the part of it that READMEs show.

    nox -s bench -- --write              # every benchmark, three times; writes docs/benchmarks.md
    python benchmarks/figures.py RUNS    # the same from what the benchmarks left in the file RUNS
    python benchmarks/figures.py         # only copies the page's figures into the READMEs

Nobody writes a figure by hand: `docs/benchmarks.md` is where figures live, and a README has those
of its rows between two marks.
"""

from __future__ import annotations

import json
import platform
import re
import sys
from collections import defaultdict
from collections.abc import Iterable, Mapping
from importlib.metadata import version
from pathlib import Path
from typing import TypeAlias

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "benchmarks.md"

#: The figures of a page: each table's cases, each case's columns, each column's text.
Tables: TypeAlias = "dict[str, dict[str, dict[str, str]]]"

PEERS = {
    "mmengine": "MMEngine",
    "mmdet": "MMDetection",
    "summarywriter": "torch's SummaryWriter",
    "csvlogger": "Lightning's CSVLogger",
    "tensorboardlogger": "Lightning's TensorBoardLogger",
    "cv2": "OpenCV",
    "run.log": "wandb's run.log",
    "mlflow": "mlflow.log_metric",
}
PACKAGES = (
    *("mmengine", "mmdet", "opencv-python-headless", "supervision", "pycocotools"),
    *("torch", "lightning", "tensorboard", "wandb", "mlflow"),
)

PIPELINE = "Draw and store, milliseconds an image"
DRAWING, RECORDING = "Drawing: a peer's time / ours", "Recording, milliseconds a call"
FEATMAP, DETECTION = "Time, torch on 1 of 2 threads", "Detection samples: MMDetection's time / ours"
TENSORBOARD = "TensorBoard, milliseconds a call"

#: What READMEs show: table, case, and what the row is called in English and in Chinese.
ROWS = (
    (
        PIPELINE,
        "local files",
        "20 boxes with labels on a photo of 640x480, drawn and stored in local files",
        "640x480 照片上的 20 个带标签的框，绘制并存入本地文件",
    ),
    (
        PIPELINE,
        "TensorBoard",
        "the same, stored in TensorBoard",
        "同上，存入 TensorBoard",
    ),
    (
        PIPELINE,
        "local files and TensorBoard",
        "the same, stored in both",
        "同上，两者都存",
    ),
    (
        DRAWING,
        "640x480, 20 boxes + 20 labels",
        "20 boxes + 20 labels on 640x480",
        "640x480 上 20 个框 + 20 个标签",
    ),
    (
        DRAWING,
        "1280x720, 100 + 100",
        "100 boxes + 100 labels on 1280x720",
        "1280x720 上 100 个框 + 100 个标签",
    ),
    (
        DRAWING,
        "640x480, 20 + 20 + 20 masks",
        "20 boxes + 20 labels + 20 masks on 640x480",
        "640x480 上 20 个框 + 20 个标签 + 20 个掩码",
    ),
    (DRAWING, "100 masks, 1280x720", "100 masks on 1280x720", "1280x720 上 100 个掩码"),
    (DRAWING, "1000 points, one color", "1000 points of one color", "1000 个点，同一种颜色"),
    (DRAWING, "1000 points, 1000 colors", "1000 points of 1000 colors", "1000 个点，1000 种颜色"),
    (
        DRAWING,
        "a mask and a box in turn, 32 times",
        "32 masks and boxes in turn",
        "掩码和框交替绘制 32 次",
    ),
    (
        FEATMAP,
        "256x56x56 mean over 640x480",
        "mean of 256x56x56 over 640x480",
        "256x56x56 取均值叠加到 640x480",
    ),
    (
        FEATMAP,
        "512x56x56 top 10, (2, 5) over 640x480",
        "the 10 most active of 512 channels over 640x480",
        "512 个通道中最活跃的 10 个叠加到 640x480",
    ),
    (
        DETECTION,
        "640x480, 10 boxes with labels",
        "10 detections with labels on 640x480",
        "640x480 上 10 个带标签的检测结果",
    ),
    (RECORDING, "add_scalar", "`add_scalar`, local files", "`add_scalar`，本地文件"),
    (
        RECORDING,
        "add_image, 640x480",
        "`add_image` 640x480, local files",
        "`add_image` 640x480，本地文件",
    ),
    (TENSORBOARD, "add_scalar", "`add_scalar`, TensorBoard", "`add_scalar`，TensorBoard"),
    (
        TENSORBOARD,
        "add_image, 640x480",
        "`add_image` 640x480, TensorBoard",
        "`add_image` 640x480，TensorBoard",
    ),
)
#: The columns of READMEs, each fed by these columns of the page.
COLUMNS = (("MMEngine", "MMDetection"), ("supervision",), ("torch's SummaryWriter",))
READMES = {
    "README.md": ("work", "MMEngine, MMDetection", "supervision", "torch's SummaryWriter"),
    "README.zh-CN.md": ("工作", "MMEngine、MMDetection", "supervision", "torch 的 SummaryWriter"),
}
MARKS = "<!-- figures -->", "<!-- end of figures -->"


def collect(lines: Iterable[str]) -> Tables:
    """Return the figures of many runs: the lowest and the highest ratio of each cell."""
    times: dict[tuple[str, str], dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    for line in lines:
        run = json.loads(line)
        seconds, ours = run["seconds"], run["ours"]
        cells = times[run["table"], run["case"]]
        cells["ours, ms"].append(seconds[ours] * 1e3)
        for peer, taken in seconds.items():
            if peer != ours:
                name = PEERS.get(peer.lower(), peer)
                cells[name].append(taken / seconds[ours])
    tables: Tables = {}
    for (table, case), cells in times.items():
        tables.setdefault(table, {})[case] = {name: span(each) for name, each in cells.items()}
    return tables


def span(values: list[float]) -> str:
    """Return the lowest and the highest value, or the one that both are."""
    low, high = (
        f"{value:#.2g}" if value < 10 else f"{value:.0f}" for value in (min(values), max(values))
    )
    return low if low == high else f"{low} to {high}"


def table(rows: Iterable[list[str]]) -> str:
    """Return a Markdown table; the first row is its head."""
    head, *body = rows
    lines = [head, ["---"] * len(head), *body]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def write_page(tables: Tables, runs: str) -> str:
    """Return the page."""
    public = {package: version(package).partition("+")[0] for package in PACKAGES}
    versions = ", ".join(f"{package} {number}" for package, number in public.items())
    parts = [
        "# Benchmarks",
        "Generated by `nox -s bench -- --write`; figures live here and nowhere else. `ours` is the "
        "median time of one call of ours in milliseconds; the other columns are a peer's time "
        "divided by ours, so that above 1 ours is faster. All take turns in one process, the same "
        "work, argument checks on, labels that never repeat; the lowest and the highest of several "
        "runs.",
        f"Measured on {platform.system()}, {platform.machine()}, {runs}, Python "
        f"{platform.python_version()}, with {versions}.",
    ]
    for title, cases in tables.items():
        columns = list(dict.fromkeys(name for cells in cases.values() for name in cells))
        rows = [[case, *(cells.get(name, "") for name in columns)] for case, cells in cases.items()]
        parts += [f"## {title}", table([["case", *columns], *rows])]
    return "\n\n".join(parts) + "\n"


def read_page(text: str) -> Tables:
    """Return the figures of a page."""
    tables: Tables = {}
    for part in re.split(r"(?m)^## ", text)[1:]:
        title, *lines = part.strip().splitlines()
        head, _, *body = [
            [cell.strip() for cell in line.strip("|").split("|")] for line in lines if "|" in line
        ]
        tables[title] = {row[0]: dict(zip(head[1:], row[1:], strict=True)) for row in body}
    return tables


def headline(tables: Tables, head: tuple[str, ...], language: int) -> str:
    """Return the table of a README."""
    rows = [list(head)]
    for title, case, *names in ROWS:
        cells = tables[title][case]
        figures = [next((cells[c] for c in each if cells.get(c)), "") for each in COLUMNS]
        rows.append([names[language], *figures])
    return table(rows)


def fill(readme: str, figures: str) -> str:
    """Return a README with ``figures`` between its marks."""
    begin, end = MARKS
    before, _, rest = readme.partition(begin)
    _, mark, after = rest.partition(end)
    if not mark:
        raise ValueError(f"the README must have {begin} and {end}")
    return f"{before}{begin}\n\n{figures}\n\n{end}{after}"


def filled(tables: Tables) -> Mapping[Path, str]:
    """Return what each README must be."""
    return {
        ROOT / name: fill((ROOT / name).read_text(), headline(tables, head, language))
        for language, (name, head) in enumerate(READMES.items())
    }


def main() -> None:
    """Write the page from the runs that are named, and the READMEs from the page."""
    if len(sys.argv) > 1:
        lines = Path(sys.argv[1]).read_text().splitlines()
        PAGE.write_text(write_page(collect(lines), "two cores"))
    for path, text in filled(read_page(PAGE.read_text())).items():
        path.write_text(text)


if __name__ == "__main__":
    main()
