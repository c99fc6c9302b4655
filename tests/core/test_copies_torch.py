"""A visualizer in what torch saves."""

import torch

from viz_core import Visualizer, read_scalars


def test_an_object_that_holds_a_visualizer_is_saved_by_torch(tmp_path):
    visualizer = Visualizer(vis_backends=dict(type="LocalVisBackend"), save_dir=tmp_path / "run")
    visualizer.add_scalar("loss", 1.0, step=1)
    torch.save({"trainer": visualizer}, tmp_path / "last.pt")
    other = torch.load(tmp_path / "last.pt", weights_only=False)["trainer"]
    assert not other.get_backend("LocalVisBackend").is_open
    other.add_scalar("loss", 2.0, step=2)
    visualizer.add_scalar("loss", 3.0, step=3)
    points = read_scalars(tmp_path / "run/vis_data/scalars.json")
    assert [step for _, step, _ in points] == [1, 2, 3]
