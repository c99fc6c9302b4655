"""Recording in DataLoader workers: nothing hangs, and what they record is there."""

import pytest

from viz_core.testing.processes import run_python

PROGRAM = """
import sys, warnings
import torch
from torch.utils.data import DataLoader, Dataset
from viz_core import Visualizer

# Python warns of any fork while a thread runs, and torch of more workers than cores.
warnings.filterwarnings("ignore", category=DeprecationWarning)
warnings.filterwarnings("ignore", message="This DataLoader will create")

class Samples(Dataset):
    def __len__(self):
        return 20

    def __getitem__(self, index):
        visualizer.add_scalar("worker", index, step=index)
        visualizer.add_image("sample", torch.full((3, 8, 8), index, dtype=torch.uint8), index)
        return index

if __name__ == "__main__":
    visualizer = Visualizer(
        vis_backends=[{"type": "LocalVisBackend"}], save_dir=sys.argv[1], background=BACKGROUND
    )
    for epoch in range(2):
        visualizer.add_scalar("epoch", epoch, step=epoch)  # a thread and a file are open by now
        loader = DataLoader(Samples(), num_workers=2, multiprocessing_context="fork")
        assert sorted(int(i) for batch in loader for i in batch) == list(range(20))
    visualizer.close()
"""


@pytest.mark.xdist_group("torch")
@pytest.mark.parametrize("background", [False, True])
def test_what_dataloader_workers_record_is_there_and_nothing_hangs(tmp_path, background):
    program = PROGRAM.replace("BACKGROUND", str(background))
    done = run_python(program, tmp_path / "run", imports=("viz_core.testing.programs", "torch"))
    assert done.returncode == 0, done.stderr
    folder = tmp_path / "run" / "vis_data"
    lines = (folder / "scalars.json").read_text().splitlines()
    expected = [f'{{"worker": {i}, "step": {i}}}' for i in range(20)] * 2
    expected += [f'{{"epoch": {i}, "step": {i}}}' for i in range(2)]
    assert sorted(lines) == sorted(expected)
    images = {path.name for path in (folder / "vis_image").iterdir()}
    assert images == {f"sample_{i}.png" for i in range(20)}
