import os
import subprocess
import sys
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image

from viz_core import VISUALIZERS, AnnotationStyle, Visualizer, VizWarning
from viz_mmdet_adapter import DetLocalVisualizer

BOXES = np.array([[20.0, 30, 80, 90], [100, 50, 150, 110]])
META = {"classes": ("cat", "dog"), "palette": [(255, 0, 0), (0, 0, 255)]}


@pytest.fixture
def visualizer():
    made = DetLocalVisualizer(alpha=1.0)
    made.dataset_meta = META
    return made


@pytest.fixture
def sample(make_sample):
    return make_sample(bboxes=BOXES, labels=np.array([0, 1]), scores=np.array([0.9, 0.3]))


@pytest.fixture(autouse=True)
def _forget():
    yield
    Visualizer.close_all()


def test_is_found_by_its_name_and_is_the_current_one(image):
    config = {"type": "DetLocalVisualizer", "name": "det", "line_width": 5}
    built = VISUALIZERS.build(config)
    assert type(built) is DetLocalVisualizer
    assert built.line_width == 5
    assert Visualizer.get_current_instance() is built
    assert config == {"type": "DetLocalVisualizer", "name": "det", "line_width": 5}


def test_arguments_are_attributes_as_in_mmdetection():
    made = DetLocalVisualizer("a", None, None, None, "red", (1, 2, 3), (4, 5, 6), 2, 0.5)
    assert made.instance_name == "a"
    assert (made.bbox_color, made.text_color, made.mask_color) == ("red", (1, 2, 3), (4, 5, 6))
    assert (made.line_width, made.alpha, made.dataset_meta) == (2, 0.5, {})


def test_both_sides_are_beside_each_other_ground_truth_left(visualizer, image, sample):
    sample.gt_instances = SimpleNamespace(bboxes=BOXES[1:], labels=np.array([0]))
    visualizer.add_datasample("both", image, sample)
    both = visualizer.get_image()
    assert both.shape == (120, 320, 3)
    visualizer.add_datasample("gt", image, sample, draw_pred=False)
    assert (visualizer.get_image() == both[:, :160]).all()
    visualizer.add_datasample("pred", image, sample, draw_gt=False)
    assert (visualizer.get_image() == both[:, 160:]).all()
    assert tuple(both[80, 150]) == (255, 0, 0)
    assert tuple(both[70, 160 + 20]) == (255, 0, 0)


def test_a_side_without_content_is_the_bare_image(visualizer, image, sample):
    visualizer.add_datasample("both", image, sample)
    assert (visualizer.get_image()[:, :160] == image).all()


def test_without_a_sample_the_image_is_as_it_was(visualizer, image, sample):
    visualizer.add_datasample("none", image)
    assert (visualizer.get_image() == image).all()
    visualizer.add_datasample("none", image, sample, draw_gt=False, draw_pred=False)
    assert (visualizer.get_image() == image).all()


def test_scores_at_the_threshold_are_not_drawn(visualizer, image, sample):
    visualizer.add_datasample("thr", image, sample, draw_gt=False, pred_score_thr=0.3)
    found = visualizer.get_image()
    assert tuple(found[70, 20]) == (255, 0, 0)
    assert (found[80, 150] == 90).all()
    visualizer.add_datasample("thr", image, sample, draw_gt=False, pred_score_thr=0.29)
    assert tuple(visualizer.get_image()[80, 150]) == (0, 0, 255)


def test_nan_scores_are_told_and_not_drawn(visualizer, image, sample):
    sample.pred_instances.scores = np.array([np.nan, 0.9])
    with pytest.warns(VizWarning, match="1 of 2 predictions have the score NaN") as caught:
        visualizer.add_datasample("nan", image, sample, draw_gt=False)
    assert caught[0].filename == __file__
    found = visualizer.get_image()
    assert (found[70, 20] == 90).all()
    assert tuple(found[80, 150]) == (0, 0, 255)


def test_boxes_that_are_not_finite_are_told_at_the_call(visualizer, image, sample):
    sample.pred_instances.bboxes = np.array([[np.nan, 0, 1, 1], [20, 30, 80, 90]])
    with pytest.warns(VizWarning, match="1 of 2 boxes are not finite") as caught:
        visualizer.add_datasample("nan", image, sample, pred_score_thr=0.1)
    assert caught[0].filename == __file__


def test_predictions_without_scores_are_drawn(visualizer, image, make_sample):
    visualizer.add_datasample("a", image, make_sample(bboxes=BOXES, labels=[0, 1]), draw_gt=False)
    assert tuple(visualizer.get_image()[80, 150]) == (0, 0, 255)


@pytest.mark.parametrize(
    "meta",
    [None, {}, {"classes": ["cat"]}, {"palette": [(1, 2, 3)]}, {"palette": "coco"}],
    ids=str,
)
def test_what_the_data_set_does_not_say_is_made_up_the_same_way_every_time(image, meta):
    sample = {
        "gt_instances": {"bboxes": BOXES, "labels": [0, 700]},
        "gt_sem_seg": {"sem_seg": np.kron([[0, 1, 255]], np.ones((40, 50), int))},
        "gt_panoptic_seg": {"sem_seg": np.kron([[0, 1001, 3]], np.ones((40, 50), int))},
    }
    small = image[:40, :150]
    found = []
    for _ in range(2):
        visualizer = DetLocalVisualizer()
        visualizer.dataset_meta = meta
        with pytest.warns(UserWarning, match="bbox is out of bounds"):
            visualizer.add_datasample("a", small, sample, draw_pred=False)
        found.append(visualizer.get_image())
    assert (found[0] == found[1]).all()
    assert (found[0] != small).any()


def test_a_name_that_is_no_tuple_is_that_of_the_only_class(image, make_sample):
    found = []
    for classes in ("cat", ("cat",)):
        visualizer = DetLocalVisualizer()
        visualizer.dataset_meta = {"classes": classes}
        sample = make_sample(bboxes=BOXES, labels=[0, 1])
        visualizer.add_datasample("a", image, sample, draw_gt=False)
        found.append(visualizer.get_image())
    assert (found[0] == found[1]).all()


EVERYTHING = """
import hashlib, random, sys
import numpy as np
from viz_mmdet_adapter import DetLocalVisualizer

before = np.random.get_state()[1].tolist(), np.random.get_state()[2], random.getstate()
image = np.full((120, 160, 3), 90, np.uint8)
rows, columns = np.mgrid[:120, :160]
sample = {
    "gt_instances": {
        "bboxes": [[20, 30, 80, 90], [100, 50, 150, 110]],
        "labels": [3, 700],
        "masks": np.stack([rows > columns, rows < 40]),
    },
    "pred_sem_seg": {"sem_seg": columns // 20},
    "pred_panoptic_seg": {"sem_seg": 1000 * (rows // 30) + columns // 50},
}
visualizer = DetLocalVisualizer()
visualizer.add_datasample("a", image, sample)
after = np.random.get_state()[1].tolist(), np.random.get_state()[2], random.getstate()
print(before == after, hashlib.sha256(visualizer.get_image().tobytes()).hexdigest())
"""


def test_images_are_the_same_in_every_run_and_no_global_generator_is_used():
    printed = [
        subprocess.run(
            [sys.executable, "-c", EVERYTHING],
            capture_output=True,
            text=True,
            timeout=60,
            check=True,
            env={**os.environ, "PYTHONHASHSEED": seed},
        ).stdout
        for seed in ("1", "2")
    ]
    assert printed[0].startswith("True ")
    assert printed[0] == printed[1]


def test_given_colors_win_over_those_of_the_data_set(image, sample):
    visualizer = DetLocalVisualizer(bbox_color=(9, 8, 7), alpha=1.0)
    visualizer.dataset_meta = META
    visualizer.add_datasample("a", image, sample, draw_gt=False, pred_score_thr=0)
    found = visualizer.get_image()
    assert tuple(found[70, 20]) == tuple(found[80, 150]) == (9, 8, 7)


def test_dicts_are_samples_and_are_not_changed(visualizer, image):
    labels = np.array([0, 1])
    sample = {"pred_instances": {"bboxes": BOXES.copy(), "labels": labels, "scores": [0.9, 0.1]}}
    visualizer.add_datasample("a", image, sample)
    assert set(sample) == {"pred_instances"}
    assert (sample["pred_instances"]["bboxes"] == BOXES).all()
    assert sample["pred_instances"]["scores"] == [0.9, 0.1]
    assert (image == 90).all()


def test_is_recorded_at_its_step(tmp_path, image, sample):
    with DetLocalVisualizer(
        vis_backends=dict(type="LocalVisBackend"), save_dir=tmp_path
    ) as visualizer:
        visualizer.add_datasample("val/img", image, sample, step=7)
        drawn = visualizer.get_image()
    with Image.open(tmp_path / "vis_data/vis_image/val/img_7.png") as found:
        assert (np.asarray(found) == drawn).all()


def test_an_out_file_is_written_instead_of_being_recorded(tmp_path, image, sample):
    visualizer = DetLocalVisualizer(
        vis_backends=dict(type="LocalVisBackend"), save_dir=tmp_path / "run"
    )
    visualizer.add_datasample("a", image, sample, out_file=tmp_path / "out" / "a.png")
    visualizer.close()
    assert not (tmp_path / "run").exists()
    with Image.open(tmp_path / "out" / "a.png") as found:
        assert (np.asarray(found) == visualizer.get_image()).all()


@pytest.mark.filterwarnings("ignore:.*display")  # said once in a process
def test_what_is_shown_is_not_recorded(tmp_path, image, sample, monkeypatch):
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    visualizer = DetLocalVisualizer(vis_backends=dict(type="LocalVisBackend"), save_dir=tmp_path)
    visualizer.add_datasample("a", image, sample, show=True, wait_time=0.01)
    visualizer.close()
    assert not list(tmp_path.iterdir())


def test_images_of_another_range_are_refused(visualizer, image, sample):
    with pytest.raises(ValueError, match=r"must lie in 0\.\.1"):
        visualizer.add_datasample("a", image.astype(float), sample)


def test_takes_the_options_of_every_visualizer(image):
    with pytest.raises(ValueError, match="on_backend_error"):
        DetLocalVisualizer(on_backend_error="maybe")


def test_neither_torch_nor_mmdetection_is_imported():
    code = (
        "import sys, numpy as np, viz_mmdet_adapter as v\n"
        "made = v.DetLocalVisualizer()\n"
        "made.add_datasample('a', np.zeros((50, 60, 3), np.uint8), {'gt_instances': "
        "{'bboxes': np.array([[1., 2, 30, 40]]), 'labels': [0]}})\n"
        "print(sorted({'torch', 'mmengine', 'mmdet', 'mmcv', 'cv2', 'matplotlib.pyplot'}"
        " & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout.strip() == "[]"


def test_who_names_a_folder_and_no_backend_is_told_and_who_only_draws_is_not(image, tmp_path):
    made = DetLocalVisualizer(save_dir=tmp_path)
    with pytest.warns(VizWarning, match="add_image records nothing"):
        made.add_datasample("a", image)
    made.add_datasample("a", image)
    drawing = DetLocalVisualizer()
    drawing.add_datasample("a", image)
    with pytest.warns(VizWarning, match="add_scalar records nothing"):
        drawing.add_scalar("loss", 1)


def test_texts_without_a_color_have_those_of_the_data_set(image, sample):
    def label(**options):
        visualizer = DetLocalVisualizer(**options)
        visualizer.dataset_meta = {"classes": ["cat"], "palette": [(0, 255, 0)]}
        visualizer.add_datasample("a", image, sample, draw_gt=False)
        return visualizer.get_image()

    assert (label(text_color=None) == label(text_color=(0, 255, 0))).all()
    assert (label(text_color=None) != label()).any()


def test_ids_color_boxes_unless_a_color_was_given(image, make_sample):
    def box(ids, **options):
        fields = {"bboxes": np.array([[20.0, 30, 80, 90]]), "labels": [0], "instances_id": ids}
        visualizer = DetLocalVisualizer(alpha=1.0, **options)
        visualizer.dataset_meta = {"palette": [(90, 90, 200)]}
        visualizer.add_datasample("a", image, make_sample(**fields), draw_gt=False)
        return tuple(visualizer.get_image()[80, 20].tolist())

    assert box([1]) != box([2])
    assert box([1], bbox_color="red") == box([2], bbox_color="red") == (255, 0, 0)
    assert box([1], jitter=False) == box([2], jitter=False) == (90, 90, 200)


def test_out_file_may_be_in_the_home(image, tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    DetLocalVisualizer().add_datasample("a", image, out_file="~/drawn/a.png")
    with Image.open(tmp_path / "drawn" / "a.png") as drawn:
        assert (np.asarray(drawn) == image).all()


def test_a_subclass_may_draw_as_mmengine_s_signatures_have_it(visualizer, image, make_sample):
    calls = []

    class Mine(DetLocalVisualizer):
        def set_image(self, image):
            super().set_image(image)

        def draw_binary_masks(self, masks, colors, alphas):
            calls.append(("masks", np.shape(masks)[1:]))
            super().draw_binary_masks(masks, colors, alphas)

        def draw_bboxes(
            self, bboxes, edge_colors, line_styles="-", line_widths=2, face_colors="none", alpha=0.8
        ):
            calls.append(("boxes", np.shape(bboxes)))
            super().draw_bboxes(bboxes, edge_colors, line_styles, line_widths, face_colors, alpha)

        def add_image(self, name, image, step=0):
            calls.append((name, step))
            super().add_image(name, image, step)

    masks = np.zeros((3, *image.shape[:2]), bool)
    masks[0, 30:90, 20:80] = masks[1, 50:110, 100:150] = True  # the third has no pixel
    boxes = np.vstack([BOXES, BOXES[:1] + 2])
    sample = make_sample(bboxes=boxes, labels=np.array([0, 1, 0]), masks=masks)
    mine = Mine(alpha=1.0)
    mine.dataset_meta = META
    mine.add_datasample("it", image, sample, step=3)
    visualizer.add_datasample("it", image, sample)
    assert (mine.get_image() == visualizer.get_image()).all()
    size = image.shape[:2]
    assert calls == [("masks", size), ("masks", size), ("boxes", (3, 4)), ("it", 3)]


def test_arguments_of_the_style_win_over_it_and_read_back_resolved():
    legible, mmdet = DetLocalVisualizer(), DetLocalVisualizer(style="mmdet")
    assert (legible.text_color, legible.line_width, legible.alpha) == ("auto", "image", 0.5)
    assert (mmdet.text_color, mmdet.line_width, mmdet.alpha) == ((200, 200, 200), 3, 0.8)
    own = DetLocalVisualizer(style=dict(look="mmdet", labels="name"), line_width=1, alpha=0.25)
    assert (own.line_width, own.alpha, own.labels, own.jitter) == (1, 0.25, "name", True)
    assert (own.style.bbox_alpha, own.style.mask_alpha) == (0.25, 0.25)
    own.line_width = 2
    assert own.style.line_width == 2
    assert DetLocalVisualizer(text_color=None).text_color is None
    most = DetLocalVisualizer(labels="score", color_by="track", label_size=20, jitter=False)
    assert (most.style.labels, most.style.color_by, most.style.label_size) == ("score", "track", 20)
    assert most.style.jitter is False


def test_a_threshold_by_class_is_respected(image, make_sample):
    boxes = np.array([[20.0, 30, 80, 90], [90, 50, 150, 110]])
    sample = make_sample(bboxes=boxes, labels=[0, 1], scores=[0.6, 0.6])
    visualizer = DetLocalVisualizer(labels="none", bbox_color="red")
    visualizer.dataset_meta = dict(classes=["cat", "dog"])
    visualizer.add_datasample("a", image, sample, draw_gt=False, pred_score_thr={"dog": 0.7})
    found = visualizer.get_image()
    assert (found[:, :86] != image[:, :86]).any()
    assert (found[:, 86:] == image[:, 86:]).all()


def test_a_prediction_is_compared_with_the_truth_alone_or_as_third_pane(image):
    boxes = np.array([[20.0, 30, 80, 90], [100, 50, 150, 110]])
    sample = {
        "gt_instances": {"bboxes": boxes, "labels": [0, 0]},
        "pred_instances": {"bboxes": boxes[:1], "labels": [0], "scores": [0.4]},
    }
    alone = DetLocalVisualizer(compare="image", labels="none")
    alone.add_datasample("a", image, sample)
    assert alone.get_image().shape == image.shape

    def has(color):
        left = alone.get_image()[25:95, 15:90]  # around the first box, away from the legend
        return (left == color).all(axis=-1).any()

    found, missed = (0, 158, 115), (0, 114, 178)
    assert (has(found), has(missed)) == (True, False)
    alone.add_datasample("a", image, sample, pred_score_thr=0.5)
    assert (has(found), has(missed)) == (False, True)
    beside = DetLocalVisualizer(compare="panes", labels="none")
    beside.add_datasample("a", image, sample)
    height, width, _ = beside.get_image().shape
    assert width > 3 * 160
    assert height > 120 + 10  # captions
    alone.add_datasample("a", image, sample, draw_gt=False)
    assert alone.get_image().shape == image.shape
    alone.add_datasample("a", image, {"pred_sem_seg": {"sem_seg": np.zeros((120, 160), int)}})
    assert alone.get_image().shape == (120, 320, 3)  # maps are beside each other as ever


def test_another_way_to_compare_is_refused():
    with pytest.raises(ValueError, match="compare must be 'image', 'panes' or None, got True"):
        DetLocalVisualizer(compare=True)


def test_a_style_that_is_set_later_is_what_the_constructor_takes():
    visualizer = DetLocalVisualizer()
    visualizer.style = "mmdet"
    assert visualizer.style == AnnotationStyle("mmdet")
    visualizer.style = {"labels": "name"}
    assert visualizer.labels == "name"
    with pytest.raises(ValueError, match="style must be one of 'legible', 'mmdet', got 'mm'"):
        visualizer.style = "mm"
