"""What libraries read and set of MMEngine's visualizer, besides its methods."""

import cv2
import numpy as np
import pytest
from mmengine.visualization import Visualizer as MMEngineVisualizer

from viz_core import VizWarning
from viz_mmdet_adapter.mmengine import Visualizer

IMAGE = np.full((120, 160, 3), 120, np.uint8)
BOX = np.array([20, 20, 140, 100])


def test_the_image_can_be_drawn_on_in_place():
    v = Visualizer(image=IMAGE)
    cv2.line(v._image, (0, 10), (159, 10), (255, 0, 0), 3)
    assert v.get_image()[10, 80].tolist() == [255, 0, 0]
    v.draw_bboxes(BOX, "b")
    v._image = cv2.circle(v._image, (80, 60), 20, (0, 255, 0), -1)
    v._image[:2] = 7
    v.draw_binary_masks(np.zeros((120, 160), bool))
    drawn = v.get_image()
    assert drawn[60, 80].tolist() == [0, 255, 0]
    assert drawn[10, 80].tolist() == [255, 0, 0]
    assert (drawn[:2] == 7).all()
    assert drawn[20, 80, 2] > 200
    assert (IMAGE == 120).all()


def test_the_image_can_be_another():
    v = Visualizer()
    assert v._image is None
    other = np.zeros((50, 60), np.uint8)
    v._image = other
    assert (v.width, v.height) == (60, 50)
    v.draw_bboxes(np.array([5, 5, 40, 40]), "w", face_colors="w", alpha=1.0)
    assert v.get_image()[20, 20].tolist() == [255, 255, 255]
    v._image = v._image[10:, 5:]
    assert v.get_image().shape == (40, 55, 3)
    assert v.get_image()[20, 20].tolist() == [255, 255, 255]
    v._image = None
    with pytest.raises(RuntimeError, match="there is no image"):
        v.get_image()


def test_a_library_may_set_its_image_in_an_override_of_set_image():
    class Mine(Visualizer):
        def set_image(self, image):
            self.height, self.width = image.shape[:2]
            self._image = image.astype("uint8")
            self._default_font_size = 20
            self.ax_save.cla()
            self.ax_save.axis(False)
            extent = (0, self.width, self.height, 0)
            self.ax_save.imshow(image, extent=extent, interpolation="none")

    v = Mine(image=IMAGE)
    v.set_image(IMAGE[:50, :70] + 9)
    assert (v.get_image() == 129).all()
    assert (v.width, v.height, v._default_font_size) == (70, 50, 20)


@pytest.mark.parametrize("name", ["width", "height"])
def test_a_size_is_what_was_assigned_until_the_next_image(name):
    v = Visualizer(image=IMAGE)
    setattr(v, name, 30)
    assert getattr(v, name) == 30
    v.draw_bboxes(BOX)  # within the image, which is what it was
    v.draw_binary_masks(np.zeros((120, 160), bool))
    v.set_image(IMAGE)
    assert (v.width, v.height) == (160, 120)


def test_the_size_of_texts_is_what_was_assigned_until_the_next_image():
    v = Visualizer()
    assert v._default_font_size == 10
    v.set_image(IMAGE)
    v._default_font_size = 40
    assert v._default_font_size == 40
    large = v.draw_texts("a", BOX[:2]).get_image()
    given = Visualizer(image=IMAGE).draw_texts("a", BOX[:2], 40).get_image()
    assert (large == given).all()
    usual = v.set_image(IMAGE).draw_texts("a", BOX[:2]).get_image()
    assert v._default_font_size == 10
    assert (usual != large).any()


def test_positions_are_valid_as_mmengine_has_it():
    for cls in (Visualizer, MMEngineVisualizer):
        v = cls(image=IMAGE)
        assert v._is_posion_valid(np.array([[0, 0], [159, 119]]))
        assert not v._is_posion_valid(np.array([[0, 0], [160, 119]]))


def test_settings_of_figures_are_dicts():
    v = Visualizer()
    assert v.fig_save_cfg == v.fig_show_cfg == {"frameon": False}
    v.fig_show_cfg.update(figsize=(18, 12))
    assert v.fig_show_cfg == {"frameon": False, "figsize": (18, 12)}
    v.fig_show_cfg = dict(num=1)
    assert v.fig_show_cfg == dict(num=1)
    given = dict(frameon=True, facecolor="r")
    v = Visualizer(fig_save_cfg=given, fig_show_cfg=given)
    assert v.fig_save.get_facecolor() == (1, 0, 0, 1)
    v.fig_show_cfg["a"] = v.fig_save_cfg["a"] = 1
    assert given == dict(frameon=True, facecolor="r")
    with pytest.warns(VizWarning, match="fig_save_cfg={'dpi': 200} has no effect"):
        assert Visualizer(fig_save_cfg=dict(dpi=200)).fig_save.get_dpi() == 100


def test_a_library_may_open_the_window_itself():
    v = Visualizer(image=IMAGE)
    assert v.manager is None
    v._init_manager("a title")
    figure = v.manager.canvas.figure
    figure.add_subplot().imshow(v.get_image())
    v._init_manager("another")
    assert v.manager.canvas.figure is figure
