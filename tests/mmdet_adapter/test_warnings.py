"""Every warning under the detection visualizer names the line of the user's own script."""

import pytest
from user_scripts import run_scripts, untried

pytestmark = pytest.mark.xdist_group("warnings")

HEADERS = {
    "the class": "from viz_mmdet_adapter import DetLocalVisualizer\n",
    "a subclass": (
        "import viz_mmdet_adapter\n"
        "class DetLocalVisualizer(viz_mmdet_adapter.DetLocalVisualizer): pass\n"
    ),
}

COMMON = """
import time
import numpy as np

IMAGE = np.zeros((120, 160, 3), np.uint8)
BOXES = np.array([[20.0, 30, 80, 90]])
LOCAL = dict(type="LocalVisBackend")

def sample(**fields):
    return dict(pred_instances=dict(bboxes=BOXES, labels=[0]) | fields)
"""

#: By name: what is told, and the script.
SCRIPTS = {
    "scores": (
        "1 of 1 predictions have the score NaN",
        """
visualizer = DetLocalVisualizer()
visualizer.add_datasample("a", IMAGE, sample(scores=[np.nan]))  # told
""",
    ),
    "boxes": (
        "1 of 1 boxes are not finite|bbox is out of bounds",
        """
visualizer = DetLocalVisualizer()
visualizer.add_datasample("a", IMAGE, sample(bboxes=BOXES * np.nan))  # told
visualizer.add_datasample("a", IMAGE, sample(bboxes=BOXES - 40))  # told
""",
    ),
    "layout": (
        "bboxes are not x1, y1, x2, y2|all bboxes lie within 0..1",
        """
visualizer = DetLocalVisualizer()
visualizer.add_datasample("a", IMAGE, sample(bboxes=BOXES[:, [2, 1, 0, 3]]))  # told
visualizer.add_datasample("a", IMAGE, sample(bboxes=BOXES / 200))  # told
""",
    ),
    "fields": (
        "is taken for 'scores'|did you mean 'bboxes'|nothing of data_sample is drawn",
        """
visualizer = DetLocalVisualizer()
visualizer.add_datasample("a", IMAGE, sample(score=[0.9]))  # told
visualizer.add_datasample("a", IMAGE, dict(pred_instances=dict(bbox=BOXES, labels=[0])))  # told
visualizer.add_datasample("a", IMAGE, dict(detections=BOXES))  # told
""",
    ),
    "noise": (
        "only the 2000 largest of 19200 objects have their names drawn",
        """
noise = np.arange(120 * 160).reshape(120, 160)
DetLocalVisualizer().add_datasample("a", IMAGE, dict(gt_sem_seg=noise * 1000))  # told
""",
    ),
    "font": (
        "No installed font has",
        """
visualizer = DetLocalVisualizer()
visualizer.dataset_meta = dict(classes=["\\U0010fff0"])
visualizer.add_datasample("a", IMAGE, sample())  # told
""",
    ),
    "options": (
        "fig_save_cfg=.* has no effect|LocalVisBackend is left out|'a' exists already",
        """
DetLocalVisualizer(fig_save_cfg=dict(figsize=(3, 3)))  # told
DetLocalVisualizer(vis_backends=[LOCAL])  # told
DetLocalVisualizer.get_instance("a")
DetLocalVisualizer.get_instance("a", alpha=0.5)  # told
""",
    ),
    "shown": (
        "show.. shows nothing",
        """
DetLocalVisualizer().add_datasample("a", IMAGE, sample(), show=True)  # told
""",
    ),
    "failing": (
        "Broken did not record an? image|not recorded: Broken: 1 x image|is written as 'step_value'",
        """
class Broken:
    def add_image(self, name, image, step=0):
        raise OSError("it is broken")

visualizer = DetLocalVisualizer(vis_backends=[Broken(), LOCAL], save_dir=FOLDER)
visualizer.add_datasample("a", IMAGE, sample())  # told
visualizer.add_scalar("step", 1)  # told
visualizer.close()  # told
with DetLocalVisualizer(vis_backends=[Broken()], background=True) as visualizer:  # told
    visualizer.add_datasample("a", IMAGE, sample()), visualizer.flush()  # told
""",
    ),
    "in a method of their own": (
        "1 of 1 predictions have the score NaN",
        """
class Mine(DetLocalVisualizer):
    def add_datasample(self, name, image, data_sample=None, **options):
        super().add_datasample(name, image, data_sample, **options)  # told

Mine().add_datasample("a", IMAGE, sample(scores=[np.nan]))
""",
    ),
}


@pytest.fixture(scope="module", params=HEADERS)
def told(request, tmp_path_factory):
    """Return each script, after they were run."""
    start = HEADERS[request.param] + COMMON
    folder = tmp_path_factory.mktemp("scripts")
    return run_scripts(folder, {name: start + source for name, (_, source) in SCRIPTS.items()})


@pytest.mark.parametrize("name", SCRIPTS)
def test_it_names_the_users_line(told, name):
    assert told[name].faults(SCRIPTS[name][0]) == []


def test_every_place_that_warns_was_tried(told):
    assert untried("viz_mmdet_adapter", told) == set()
