"""A backend that exists already: the one that SwanLab ships for MMEngine, registered by hand."""

import mmengine
import numpy as np
import pytest
from PIL import Image
from swanlab.integration.mmengine import SwanlabVisBackend

from viz_core import VISBACKENDS, Visualizer


@pytest.mark.filterwarnings("ignore")  # its own, of its dependencies
def test_swanlabs_backend_for_mmengine_records_as_it_is(tmp_path):
    VISBACKENDS.register_module(module=SwanlabVisBackend, force=True)
    image = np.full((8, 8, 3), 200, np.uint8)
    visualizer = Visualizer(
        vis_backends=[dict(type="SwanlabVisBackend", init_kwargs=dict(mode="offline"))],
        save_dir=tmp_path,
        on_backend_error="raise",
    )
    visualizer.add_config(mmengine.Config({"lr": 0.125, "model": {"depth": 18}}))
    visualizer.add_scalar("the loss", 0.5, step=1)
    visualizer.add_scalars({"the accuracy": 0.25}, step=2)
    visualizer.add_image("photo", image, step=3)
    visualizer.get_backend("SwanlabVisBackend").experiment.finish()
    visualizer.close()

    (run,) = (tmp_path / "vis_data").glob("run-*")
    (log,) = run.glob("*.swanlab")
    assert b"the loss" in log.read_bytes()
    assert b"the accuracy" in log.read_bytes()
    assert "0.125" in (run / "files" / "config.yaml").read_text()
    (path,) = run.glob("media/image/*.png")
    assert (np.asarray(Image.open(path)) == image).all()
