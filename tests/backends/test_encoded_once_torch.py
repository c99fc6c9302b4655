"""All backends at once, in the row that has them all."""

import numpy as np
import pytest
import reading_back as read

from viz_core import Visualizer
from viz_core.files import encoding


@pytest.mark.takes(2)
@pytest.mark.xdist_group("together")  # where MLflow is imported for others too
@pytest.mark.filterwarnings("ignore")  # the trackers'; what fails raises
def test_an_image_is_encoded_once_for_all_trackers(tmp_path, monkeypatch):
    encoded = []
    as_png = encoding.as_png
    monkeypatch.setattr(encoding, "as_png", lambda image: encoded.append(1) or as_png(image))
    image = np.random.default_rng(0).integers(0, 256, (40, 50, 3), dtype=np.uint8)
    visualizer = Visualizer(
        vis_backends=[
            dict(type="LocalVisBackend"),
            dict(type="TensorboardVisBackend"),
            dict(type="MLflowVisBackend"),
            dict(type="WandbVisBackend", init_kwargs=dict(mode="offline")),
        ],
        save_dir=tmp_path,
        on_backend_error="raise",
        background=True,
    )
    visualizer.add_image("a", image, 1)
    visualizer.add_image("a", 255 - image, 2)
    visualizer.close()
    assert len(encoded) == 2
    folder = tmp_path / "vis_data"
    for kept in (
        read.local_images(folder),
        read.tensorboard_images(folder),
        read.wandb_images(folder),
        read.mlflow_images(f"sqlite:///{folder}/mlflow.db"),
    ):
        np.testing.assert_array_equal(kept["a", 1], image)
        np.testing.assert_array_equal(kept["a", 2], 255 - image)
