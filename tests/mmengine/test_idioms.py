"""What programs do with MMEngine's visualizer and backends, as found in public code, on both."""

import json
from pathlib import Path

import cv2
import matplotlib.pyplot as plt
import numpy as np
import pytest
import torch
from alike import difference
from matplotlib.patches import Rectangle
from mmengine import Config
from mmengine.visualization import Visualizer as MMEngineVisualizer
from mmengine.visualization.utils import img_from_canvas, tensor2ndarray
from PIL import Image

from viz_mmdet_adapter.mmengine import Visualizer

RANDOM = np.random.default_rng(0)
IMAGE = np.kron(RANDOM.integers(60, 200, (12, 16, 3), np.uint8), np.ones((10, 10, 1), np.uint8))
BOX = np.array([20.0, 20, 100, 80])
LOCAL = dict(type="LocalVisBackend")


def read(path):
    return np.asarray(Image.open(path).convert("RGB"))


def made(cls, folder, **options):
    return cls(vis_backends=[dict(LOCAL)], save_dir=str(folder), **options)


# Each takes a class and a folder, and returns an image, or what was recorded.


def tools_move_images_out_of_vis_image(cls, folder):
    v = made(cls, folder)
    v._vis_backends["LocalVisBackend"]._save_dir = str(folder / "out")
    v._vis_backends["LocalVisBackend"]._img_save_dir = "."
    v.add_image("a", IMAGE)
    return read(folder / "out/a_0.png")


def arrays_are_written_beside_the_images(cls, folder):
    v = made(cls, folder)
    v.add_image("a", IMAGE)
    path = v._vis_backends["LocalVisBackend"]._save_dir + "/a.npy"
    np.save(path, IMAGE)
    return np.load(folder / "vis_data/a.npy")


def folders_are_made_under_the_backends(cls, folder):
    v = made(cls, folder)
    where = v.get_backend("LocalVisBackend")._save_dir + "/sequence"
    Path(where).mkdir(parents=True)
    cv2.imwrite(where + "/a.png", IMAGE)
    return read(folder / "vis_data/sequence/a.png")


def a_hook_that_shows_takes_all_backends_away(cls, folder):
    v = made(cls, folder)
    v._vis_backends = {}
    v.add_image("a", IMAGE)
    return sorted(path.name for path in folder.rglob("*.png"))


def hooks_open_all_backends(cls, folder):
    v = made(cls, folder)
    for backend in v._vis_backends.values():
        backend._init_env()
    v.add_scalar("loss", 0.5, 3)
    return json.loads((folder / "vis_data/scalars.json").read_text())


def hooks_look_for_a_tracker(cls, folder):
    v = made(cls, folder)
    return [b for b in v._vis_backends.values() if hasattr(b, "_mlflow") or hasattr(b, "_wandb")]


def hooks_ask_for_a_backend_that_is_not_there(cls, folder):
    try:
        made(cls, folder).get_backend("WandbVisBackend")._wandb.watch(None)
    except AttributeError:
        return "none"


def writers_are_reached_by_their_private_name(cls, folder):
    v = cls(vis_backends=[dict(type="TensorboardVisBackend")], save_dir=str(folder))
    backend = v._vis_backends["TensorboardVisBackend"]
    if not backend._env_initialized:
        backend._init_env()
    backend._tensorboard.add_scalar("a", 1.0, 2)
    v.close()
    return [path.name.split(".")[0] for path in (folder / "vis_data").glob("events*")]


def a_backend_is_added_later(cls, folder):
    class Mine:
        def add_image(self, name, image, step=0, **kwargs):
            self.image = image

    v, mine = cls(), Mine()
    v._vis_backends["mine"] = mine
    v.add_image("a", IMAGE)
    return mine.image


def names_of_backends_are_looked_at(cls, folder):
    v = made(cls, folder)
    assert "LocalVisBackend" in v._vis_backends
    return {name: type(b).__name__ for name, b in v._vis_backends.items()}


def the_image_is_the_result(cls, folder):
    v = cls(image=IMAGE)
    return np.array(v._image)


def opencv_draws_on_a_copy_that_is_set(cls, folder):
    v = cls(image=IMAGE)
    drawn = cv2.rectangle(v.get_image(), (20, 20), (100, 80), (255, 0, 0), 3)
    v.set_image(drawn)
    return v.get_image()


def the_size_is_read(cls, folder):
    v = cls(image=IMAGE)
    return (v.width, v.height, int(v._default_font_size), v.dpi)


def valid_positions_are_asked_for(cls, folder):
    v = cls(image=IMAGE)
    inside = tensor2ndarray(torch.tensor([[5, 5], [100, 100]]))
    return [bool(v._is_posion_valid(inside)), bool(v._is_posion_valid(inside + 100))]


def points_in_colors_of_their_depth(cls, folder):
    v = cls(image=IMAGE)
    places = np.linspace(10, 110, 30)
    v.ax_save.scatter(
        places, places, c=np.arange(30), cmap="jet", s=30, alpha=0.7, edgecolors="none"
    )
    return v.get_image()


def a_colorbar_is_saved(cls, folder):
    v = cls(image=IMAGE)
    points = v.ax_save.scatter([30, 90], [30, 90], c=[0.0, 1.0])
    v.fig_save.colorbar(points, ax=v.ax_save, shrink=0.8)
    v.fig_save.savefig(folder / "a.png")
    return read(folder / "a.png")


def the_canvas_prints_itself(cls, folder):
    v = cls(image=IMAGE)
    v.draw_bboxes(BOX, edge_colors="r")
    v.fig_save_canvas.print_figure(str(folder / "a.png"))
    return read(folder / "a.png")


def the_canvas_is_read(cls, folder):
    v = cls(image=IMAGE)
    v.draw_bboxes(BOX, edge_colors="r")
    return img_from_canvas(v.fig_save_canvas)


def the_figure_is_saved_larger(cls, folder):
    v = cls(image=IMAGE)
    v.draw_bboxes(BOX, edge_colors="r")
    v.fig_save.savefig(folder / "a.png", dpi=200)
    return read(folder / "a.png")


def patches_and_texts_are_added(cls, folder):
    v = cls(image=IMAGE)
    v.ax_save.add_patch(Rectangle((20, 20), 80, 60, fill=False, edgecolor="r", linewidth=3))
    v.ax_save.text(30, 60, "a text", color="w", fontsize=14)
    return v.get_image()


def lines_are_plotted(cls, folder):
    v = cls(image=IMAGE)
    for y in (20, 60, 100):
        v.ax_save.plot([10, 150], [y, y], color="g", linewidth=3)
    return v.get_image()


def an_image_is_laid_over(cls, folder):
    v = cls(image=IMAGE)
    heat = np.outer(np.arange(120), np.ones(160))
    v.ax_save.imshow(heat, extent=(0, 160, 120, 0), cmap="jet", alpha=0.5)
    return v.get_image()


def the_axes_is_cleared_for_another_image(cls, folder):
    v = cls(image=IMAGE)
    v.ax_save.cla()
    v.ax_save.axis(False)
    v.ax_save.imshow(255 - IMAGE, extent=(0, 160, 120, 0), interpolation="none")
    return v.get_image()


def the_drawn_image_is_plotted(cls, folder):
    v = cls(image=IMAGE)
    v.draw_texts("a text", BOX[:2], font_sizes=20, colors="r")
    figure = plt.figure()
    figure.add_subplot().imshow(v.get_image())
    plt.close(figure)
    return v.get_image()


def texts_have_a_background_of_matplotlibs(cls, folder):
    v = cls(image=IMAGE)
    v.draw_texts(
        "a text",
        BOX[:2],
        font_sizes=20,
        colors="k",
        bboxes=dict(facecolor=(1, 1, 1), edgecolor=(0.5, 0.3, 0.2), boxstyle="Round,pad=0.5"),
    )
    return v.get_image()


def an_image_has_no_name(cls, folder):
    v = made(cls, folder)
    v.add_image("", IMAGE)
    return read(folder / "vis_data/vis_image/_0.png")


def a_config_is_recorded_and_read(cls, folder):
    v = made(cls, folder)
    v.add_config(Config(dict(lr=0.5, model=dict(depth=18))))
    return Config.fromfile(folder / "vis_data/config.py").to_dict()


def masks_come_after_labels(cls, folder):
    v = cls(image=IMAGE)
    v.draw_bboxes(BOX, edge_colors="r")
    v.draw_texts("a text", BOX[:2], font_sizes=15, colors="w", bboxes=dict(facecolor="k"))
    mask = np.zeros((120, 160), bool)
    mask[20:80, 20:100] = True
    v.draw_binary_masks(mask, colors="b", alphas=0.9)
    return v.get_image()


def the_current_instance_is_a_subclass(cls, folder):
    class Mine(cls):
        def __init__(self, name="visualizer", image=None):
            super().__init__(name, image)

    v = Mine.get_instance("mine", image=IMAGE)
    assert Mine.get_current_instance() is v
    return type(MMEngineVisualizer.get_current_instance()) is Mine


IDIOMS = [thing for thing in list(vars().values()) if getattr(thing, "__code__", None)]
IDIOMS = [f for f in IDIOMS if f.__code__.co_varnames[:2] == ("cls", "folder") and f is not made]


@pytest.fixture(autouse=True)
def _forget():
    yield
    MMEngineVisualizer._instance_dict.clear()
    Visualizer._instance_dict.clear()


@pytest.mark.parametrize("idiom", IDIOMS, ids=lambda idiom: idiom.__name__)
@pytest.mark.filterwarnings("ignore")  # of MMEngine's, and of torch's writer
def test_what_works_on_mmengine_works_on_ours(tmp_path, idiom):
    results = []
    for cls in (MMEngineVisualizer, Visualizer):
        folder = tmp_path / cls.__module__
        folder.mkdir()
        results.append(idiom(cls, folder))
    theirs, ours = results
    if isinstance(theirs, np.ndarray):
        assert difference(ours, theirs) < 2
    else:
        assert ours == theirs


def test_they_are_many():
    assert len(IDIOMS) >= 25
