"""The examples that the project exists for, as written, with what they must result in."""

import json
import warnings

import numpy as np
import pytest
import torch
from matplotlib.cbook import get_sample_data
from PIL import Image

from viz_core import (
    VISBACKENDS,
    VISUALIZERS,
    BaseVisBackend,
    RecordingWarning,
    UnknownTypeError,
    Visualizer,
    VizWarning,
)


@pytest.fixture(scope="module")
def image():
    with get_sample_data("grace_hopper.jpg") as file:
        return np.array(Image.open(file).convert("RGB").resize((224, 224)))


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    """Work in an empty folder without a display, and leave no instance behind."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    yield
    Visualizer.close_all()


@pytest.fixture
def shows(recwarn):
    """Let ``show()`` say that there is no display."""
    warnings.filterwarnings("ignore", "show.. shows nothing", VizWarning)


def changed(drawn, image):
    return (drawn != image).any(axis=-1)


def test_1_drawing(image, shows):
    visualizer = Visualizer(image=image)
    assert visualizer.draw_bboxes(torch.tensor([72, 13, 179, 147])) is visualizer
    one = changed(visualizer.get_image(), image)
    assert one[80, 72]
    assert one[13, 120]
    assert not one[80, 120]
    visualizer.draw_bboxes(torch.tensor([[33, 120, 209, 220], [72, 13, 179, 147]]))
    many = changed(visualizer.get_image(), image)
    assert many[170, 33]
    assert many[80, 179]
    assert not many[60, 20]
    visualizer.show()

    visualizer.set_image(image=image)
    assert not changed(visualizer.get_image(), image).any()
    visualizer.draw_texts("cat and dog", torch.tensor([10, 20]))
    text = changed(visualizer.get_image(), image)
    assert text[20:40, 10:100].any()
    assert not text[60:].any()
    visualizer.show()

    visualizer.set_image(image=image)
    visualizer.draw_bboxes(torch.tensor([72, 13, 179, 147]), edge_colors="r", line_widths=3)
    red = visualizer.get_image()[80, 72].astype(int)
    assert red[0] - red[1:].max() > 100
    visualizer.draw_bboxes(torch.tensor([[33, 120, 209, 220]]), line_styles="--")
    dashed = changed(visualizer.get_image(), image)[150:200, 33]
    assert dashed.any()
    assert not dashed.all()
    visualizer.show()

    visualizer.set_image(image=image)
    visualizer.draw_bboxes(torch.tensor([[33, 120, 209, 220], [72, 13, 179, 147]]))
    visualizer.draw_texts("cat and dog", torch.tensor([10, 20])).draw_circles(
        torch.tensor([40, 50]), torch.tensor([20])
    )
    overlaid = changed(visualizer.get_image(), image)
    assert overlaid[50, 20]  # the circle's left
    assert overlaid[170, 33]  # the box that was there
    assert not overlaid[50, 40]  # the circle's middle
    visualizer.show()


def test_1_every_primitive_takes_tensors_and_arrays_one_and_many(image):
    mask = np.zeros((224, 224), bool)
    mask[100:150, 100:150] = True
    calls = [
        ("draw_bboxes", [[72, 13, 179, 147]], {}),
        ("draw_points", [[40, 50]], {}),
        ("draw_polygons", [[10, 10], [60, 10], [60, 60]], {}),
        ("draw_polygons", [[[10, 10], [60, 10], [60, 60]]], {}),
        ("draw_rotated_bboxes", [[90, 60, 80, 30, 20]], {}),
        ("draw_polylines", [[[10, 10], [60, 10], [60, 60]]], {"fade": True}),
        ("draw_keypoints", [[[10, 10], [60, 10], [60, 60]]], {"skeleton": [(0, 1)]}),
        ("draw_binary_masks", mask, {}),
    ]
    for method, values, options in calls:
        array = np.array(values)
        drawn = []
        for given in (array, torch.from_numpy(array), array[0] if method in CALLS_ONE else array):
            visualizer = Visualizer(image=image)
            assert getattr(visualizer, method)(given, **options) is visualizer
            drawn.append(visualizer.get_image())
            assert changed(drawn[-1], image).any(), method
        assert (drawn[0] == drawn[1]).all()
        assert (drawn[0] == drawn[2]).all()


CALLS_ONE = (
    "draw_bboxes",
    "draw_points",
    "draw_rotated_bboxes",
    "draw_polylines",
    "draw_keypoints",
)


def test_2_feature_maps(image, shows):
    model = torch.nn.Sequential(  # the shape of a ResNet18's layer4: (512, 7, 7) of 224x224
        torch.nn.Conv2d(3, 64, 7, 8, 3), torch.nn.ReLU(), torch.nn.Conv2d(64, 512, 4, 4)
    )
    input_tensor = torch.from_numpy(image).permute(2, 0, 1)[None] / 255
    feat = model(input_tensor)[0]
    assert feat.shape == (512, 7, 7)

    visualizer = Visualizer()
    drawn = visualizer.draw_featmap(feat, channel_reduction="select_max")
    assert drawn.shape == (7, 7, 3)
    visualizer.show(drawn)
    with pytest.warns(UserWarning, match="are not same, the feature map will be interpolated"):
        drawn = visualizer.draw_featmap(feat, image, channel_reduction="select_max")
    assert drawn.shape == (224, 224, 3)
    visualizer.show(drawn)
    for arrangement in ((2, 3), (4, 2)):
        with pytest.warns(UserWarning, match="are not same, the feature map will be interpolated"):
            drawn = visualizer.draw_featmap(
                feat, image, channel_reduction=None, topk=5, arrangement=arrangement
            )
        assert drawn.shape == (224 * arrangement[0], 224 * arrangement[1], 3)
        visualizer.show(drawn)
    assert drawn.dtype == np.uint8


def read_lines(path):
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_3_storing(image, tmp_path):
    drawn = Visualizer.draw_featmap(torch.rand(16, 8, 8), resize_shape=(64, 64))
    cfg = {"a": 1, "b": {"b1": [0, 1]}}

    visualizer = Visualizer(
        image=image, vis_backends=[dict(type="LocalVisBackend")], save_dir="temp_dir"
    )
    visualizer.draw_bboxes(torch.tensor([[33, 120, 209, 220], [72, 13, 179, 147]]))
    visualizer.draw_texts("cat and dog", torch.tensor([10, 20]))
    visualizer.draw_circles(torch.tensor([40, 50]), torch.tensor([20]))
    visualizer.add_image("demo", visualizer.get_image())
    visualizer.add_image("demo", visualizer.get_image(), step=1)
    visualizer.add_image("demo", visualizer.get_image(), step=3)
    visualizer.add_image("feat", drawn)
    visualizer.add_scalar("loss", 0.2, step=0)
    visualizer.add_scalar("loss", 0.1, step=1)
    visualizer.add_scalar("acc", 0.7, step=0)
    visualizer.add_scalar("acc", 0.8, step=1)
    visualizer.add_scalars({"loss": 0.3, "acc": 0.8}, step=3)
    visualizer.add_config(cfg)

    folder = tmp_path / "temp_dir" / "vis_data"
    images = folder / "vis_image"
    assert sorted(p.name for p in images.iterdir()) == [
        *("demo_0.png", "demo_1.png", "demo_3.png", "feat_0.png")
    ]
    for step in (0, 1, 3):
        assert (np.array(Image.open(images / f"demo_{step}.png")) == visualizer.get_image()).all()
    assert (np.array(Image.open(images / "feat_0.png")) == drawn).all()
    assert read_lines(folder / "scalars.json") == [
        {"loss": 0.2, "step": 0},
        {"loss": 0.1, "step": 1},
        {"acc": 0.7, "step": 0},
        {"acc": 0.8, "step": 1},
        {"loss": 0.3, "acc": 0.8, "step": 3},
    ]
    values: dict = {}
    exec((folder / "config.py").read_text(), values)
    assert {key: values[key] for key in cfg} == cfg


def test_4_one_class_twice_needs_names(image, tmp_path):
    with pytest.raises(ValueError, match=r"two backends are called 'LocalVisBackend'.*name="):
        Visualizer(vis_backends=[dict(type="LocalVisBackend")] * 2, save_dir="temp_dir")
    visualizer = Visualizer(
        image=image,
        save_dir="temp_dir",
        vis_backends=[
            dict(type="LocalVisBackend", name="one", save_dir="temp_dir_1"),
            dict(type="LocalVisBackend", name="two", save_dir="temp_dir_2"),
            dict(type="LocalVisBackend", name="local"),
        ],
    )
    visualizer.add_scalar("loss", 0.5)
    for folder in ("temp_dir_1", "temp_dir_2", "temp_dir/vis_data"):
        assert read_lines(tmp_path / folder / "scalars.json") == [{"loss": 0.5, "step": 0}]


def test_5_from_anywhere():
    with pytest.warns(RecordingWarning, match="LocalVisBackend is left out.*give save_dir="):
        visualizer1 = Visualizer.get_instance(
            name="vis", vis_backends=[dict(type="LocalVisBackend")]
        )
    visualizer2 = Visualizer.get_current_instance()
    visualizer2.add_scalar("map", 0.7, step=0)
    assert id(visualizer1) == id(visualizer2)
    with pytest.warns(RecordingWarning, match="left out"):
        built = VISUALIZERS.build(
            dict(type="Visualizer", name="vis_new", vis_backends=[dict(type="LocalVisBackend")])
        )
    assert Visualizer.get_current_instance() is built
    assert Visualizer.check_instance_created("vis_new")
    with pytest.raises(ValueError, match=r"LocalVisBackend is left out: .* needs a folder"):
        built.get_backend("LocalVisBackend")


def test_7_extending(image, monkeypatch):
    recorded = []

    @VISBACKENDS.register_module(force=True)
    class DemoVisBackend(BaseVisBackend):
        def add_image(self, **kwargs):
            recorded.append(kwargs)

    visualizer = Visualizer(vis_backends=[dict(type="DemoVisBackend")], save_dir="temp_dir")
    visualizer.add_image("demo", image)
    visualizer.add_scalar("loss", 0.1)  # not implemented, and fine
    visualizer.add_config({})
    visualizer.close()
    (call,) = recorded
    assert call["name"] == "demo"
    assert call["step"] == 0
    assert (call["image"] == image).all()


def test_7_extending_the_visualizer(image):
    drawn = []

    @VISUALIZERS.register_module(force=True)
    class DetLocalVisualizer(Visualizer):
        def add_datasample(
            self,
            name,
            image,
            data_sample=None,
            draw_gt=True,
            draw_pred=True,
            show=False,
            wait_time=0,
            step=0,
        ):
            self.set_image(image)
            drawn.append(self.draw_bboxes(data_sample).get_image())

    with pytest.raises(UnknownTypeError, match="MissingVisBackend"):
        VISUALIZERS.build(
            dict(type="DetLocalVisualizer", vis_backends=[dict(type="MissingVisBackend")])
        )
    built = VISUALIZERS.build(
        dict(type="DetLocalVisualizer", vis_backends=[dict(type=BaseVisBackend)], name="visualizer")
    )
    det = Visualizer.get_current_instance()
    assert det is built
    det.add_datasample("det", image, torch.tensor([72, 13, 179, 147]))
    assert changed(drawn[0], image)[80, 72]
