"""What users see: the real server, asked over HTTP as its web page asks it."""

import html
import io
import urllib.parse

import numpy as np
import pytest
from PIL import Image

from viz_backend_tensorboard import TensorboardVisBackend

IMAGE = np.random.default_rng(0).integers(0, 256, (20, 30, 3), dtype=np.uint8)


def test_shows_scalars_images_and_text(tmp_path, serve):
    backend = TensorboardVisBackend(tmp_path / "run")
    for step in range(5):
        backend.add_scalars({"loss": 1 / (step + 1), "val/acc é": step / 10}, step=step)
    backend.add_image("samples/cat", IMAGE, step=3)
    backend.add_config({"model": {"type": "A|B", "note": "<b>_x_</b>"}, "lr": 0.1})
    server = serve(tmp_path / "run")

    server.until(lambda: "." in server.get("plugin/text/tags"))
    assert set(server.get("plugin/scalars/tags")["."]) == {"loss", "val/acc é"}
    loss = server.scalars("loss")
    assert [step for step, _ in loss] == [0, 1, 2, 3, 4]
    np.testing.assert_allclose([value for _, value in loss], [1, 1 / 2, 1 / 3, 1 / 4, 1 / 5])

    (image,) = server.get("plugin/images/images", tag="samples/cat", run=".", sample=0)
    assert image["step"] == 3
    with server.open(
        "plugin/images/individualImage", **dict(urllib.parse.parse_qsl(image["query"]))
    ) as response:
        np.testing.assert_array_equal(np.asarray(Image.open(io.BytesIO(response.read()))), IMAGE)

    (config,) = server.get("plugin/text/text", tag="config/text_summary", run=".")
    page = html.unescape(config["text"])
    assert "<td>model.type</td>\n<td>'A|B'</td>" in page
    assert "<td>'<b>_x_</b>'</td>" in page
    assert "<pre><code>model = dict(type='A|B', note='<b>_x_</b>')\nlr = 0.1\n" in page


def test_each_named_folder_is_a_run(tmp_path, serve):
    for name in ("first", "second"):
        TensorboardVisBackend(tmp_path / "logs" / name).add_scalar("loss", 0.5, step=1)
    server = serve(tmp_path / "logs")
    server.until(lambda: len(server.get("plugin/scalars/tags")) == 2)
    assert set(server.get("plugin/scalars/tags")) == {"first", "second"}


@pytest.mark.takes(2)
def test_shows_what_is_recorded_while_it_runs(tmp_path, serve):
    backend = TensorboardVisBackend(tmp_path / "run")
    backend.add_scalar("loss", 0.5, step=0)
    server = serve(tmp_path / "run", "--reload_interval", "1")
    server.until(lambda: server.get("plugin/scalars/tags").get("."))
    backend.add_scalar("loss", 0.25, step=1)
    server.until(lambda: server.scalars("loss") == [(0, 0.5), (1, 0.25)])
    backend.close()
    backend.add_scalar("loss", 0.125, step=2)
    server.until(lambda: server.scalars("loss") == [(0, 0.5), (1, 0.25), (2, 0.125)])
