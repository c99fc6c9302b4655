"""Two real ranks, started by torchrun, over gloo."""

import json
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

PROGRAM = """
import sys
import numpy as np
import torch
import torch.distributed as distributed
from viz_core import Visualizer, get_rank, get_world_size

folder, ranks = sys.argv[1:]
# Made before the group is there, as programs do.
visualizer = Visualizer(
    vis_backends=[{"type": "LocalVisBackend"}], save_dir=folder, ranks=ranks
)
distributed.init_process_group("gloo")
assert get_world_size() == 2
rank = distributed.get_rank()
assert get_rank() == rank

visualizer.set_image(np.zeros((32, 32, 3), np.uint8))
drawn = visualizer.draw_bboxes(torch.tensor([4, 4, 20, 20])).get_image()  # on every rank
assert drawn.any()
for step in range(50):
    visualizer.add_scalars({"rank": rank, "loss": torch.tensor(0.5)}, step=step)
visualizer.add_image("drawn", drawn)
visualizer.close()
distributed.barrier()
distributed.destroy_process_group()
"""


def launch(tmp_path, ranks):
    program = tmp_path / "program.py"
    program.write_text(PROGRAM)
    done = subprocess.run(
        [
            *(sys.executable, "-m", "torch.distributed.run", "--nproc-per-node", "2"),
            *("--rdzv-backend", "c10d", "--rdzv-endpoint", "localhost:0"),
            *(str(program), str(tmp_path / "run"), ranks),
        ],
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return tmp_path / "run" / "vis_data"


def read(folder):
    lines = [json.loads(line) for line in (folder / "scalars.json").read_text().splitlines()]
    assert np.array(Image.open(folder / "vis_image" / "drawn_0.png")).any()
    return [(line["rank"], line["step"]) for line in lines]


def test_rank_0_records_and_all_draw(tmp_path):
    folder = launch(tmp_path, "main")
    assert read(folder) == [(0, step) for step in range(50)]
    assert sorted(p.name for p in folder.iterdir()) == ["index.jsonl", "scalars.json", "vis_image"]


@pytest.mark.parametrize("rank", [0, 1])
def test_every_rank_records_in_files_of_its_own(tmp_path, rank):
    folder = launch(tmp_path, "all")
    assert sorted(p.name for p in folder.iterdir()) == ["rank_0", "rank_1"]
    assert read(folder / f"rank_{rank}") == [(rank, step) for step in range(50)]
