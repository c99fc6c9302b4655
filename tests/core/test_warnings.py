"""Every warning names the line of the user's own script that it is about."""

import re
import subprocess
import sys

import pytest
from user_scripts import run_scripts, untried

pytestmark = pytest.mark.xdist_group("warnings")

#: What the scripts call `Visualizer`.
HEADERS = {
    "the class": "from viz_core import Visualizer\n",
    "a subclass": "import viz_core\nclass Visualizer(viz_core.Visualizer): pass\n",
}

COMMON = """
import time
from contextlib import ExitStack
from threading import Thread
import numpy as np
from matplotlib.figure import Figure
from viz_core import BaseVisBackend, Budget, Canvas, VISBACKENDS, VISUALIZERS, as_annotations
from viz_core import draw_annotations, draw_comparison, draw_featmap, read_run, read_scalars

IMAGE = np.zeros((120, 160, 3), np.uint8)
OUTSIDE = np.array([-5, 5, 20, 20])
LOCAL = dict(type="LocalVisBackend")

class Broken:
    def add_scalar(self, name, value, step=0):
        raise OSError("it is broken")
"""

#: By name: what is told, and the script.
SCRIPTS = {
    "samples": (
        "the score of sample '1' is NaN|1 of 1 fixed samples were not offered",
        """
from viz_core import Samples
samples = Samples(Visualizer(vis_backends=[LOCAL], save_dir="samples"), fixed=["a.jpg"])
samples.offer(1, IMAGE, None, None, float("nan"))  # told
samples.offer(1, IMAGE, None, None, float("nan"))
samples.finish(0)  # told
""",
    ),
    "no room at a tracker": (
        r"Mine\(budget_mb=1\) has no room for a record of 2 MB|left out what did not fit: 2 x",
        """
budget = Budget(1, "Mine")
budget.takes(2_000_000)  # told
budget.takes(2_000_000)
budget.tell()  # told
budget.tell()
""",
    ),
    "a store that is away": (
        r"is not copied to file:///dev/null/a: NotADirectoryError|2 files .* are not at file:///dev",
        """
visualizer = Visualizer(vis_backends=[LOCAL], save_dir="runs", remote="file:///dev/null/a")
visualizer.add_scalar("loss", 1)
visualizer.close()  # told
""",
    ),
    "figure": (
        "fig_save_cfg=.* has no effect",
        """
Visualizer(fig_save_cfg={"figsize": (3, 3)})  # told
""",
    ),
    "without the adapter": (
        "MMEngine's hooks find no viz_core.Visualizer; install viz-mmdet-adapter",
        """
import sys, types
sys.modules["mmengine"] = types.ModuleType("mmengine")  # which imports it, as here
sys.modules["viz_mmdet_adapter"] = None  # as where it is not installed
sys.modules.pop("viz_core.registry", None)
import viz_core.registry  # told
del sys.modules["viz_mmdet_adapter"], sys.modules["mmengine"]
""",
    ),
    "instance": (
        "'a' exists already",
        """
Visualizer.get_instance("a")
Visualizer.get_instance("a", image=IMAGE)  # told
VISUALIZERS.build(dict(type=Visualizer, name="a", image=IMAGE))  # told
""",
    ),
    "no folder": (
        "LocalVisBackend is left out",
        """
Visualizer(vis_backends=[LOCAL])  # told
""",
    ),
    "images": (
        "max_side=9 of the visualizer is not for Broken",
        """
Visualizer(vis_backends=[Broken()], max_side=9)  # told
Visualizer(vis_backends=[dict(type=Broken)], max_side=9)  # told
""",
    ),
    "plugin": (
        r"plugin left out: viz-torn 1\.0 \[torn\] \(OSError: it is torn\)|"
        "names 'viz-torm', and no installed plugin",
        """
import os, sys
os.environ["VIZ_DISABLE_PLUGINS"] = "viz-torm"
info = FOLDER / "viz_torn-1.0.dist-info"
info.mkdir()
(info / "METADATA").write_text("Metadata-Version: 2.1\\nName: viz-torn\\nVersion: 1.0\\n")
(info / "entry_points.txt").write_text("[viz.plugins.v1]\\ntorn = viz_torn\\n")
(FOLDER / "viz_torn.py").write_text("raise OSError('it is torn')")
sys.path.insert(0, str(FOLDER))
VISBACKENDS.names()  # told
""",
    ),
    "no display": (
        "show.. shows nothing",
        """
Visualizer(image=IMAGE).show()  # told
""",
    ),
    "no window": (
        "show.. shows nothing: matplotlib's backend agg",
        """
import os
os.environ["DISPLAY"] = ":99"
Visualizer(image=IMAGE).show()  # told
del os.environ["DISPLAY"]
""",
    ),
    "out of bounds": (
        "is out of bounds",
        """
for canvas in (Canvas(IMAGE), Visualizer(image=IMAGE)):
    canvas.draw_bboxes(OUTSIDE)  # told
    canvas.draw_polygons(OUTSIDE.reshape(2, 2))  # told
    canvas.draw_circles(OUTSIDE[:2], np.array([3]))  # told
    canvas.draw_lines(OUTSIDE[:2], OUTSIDE[2:])  # told
    canvas.draw_keypoints(OUTSIDE.reshape(2, 2))  # told
    canvas.draw_legend({"a" * 50: "r"}, font_sizes=40)  # told
    canvas.draw_polylines(OUTSIDE.reshape(2, 2))  # told
    canvas.draw_rotated_bboxes([*OUTSIDE, 45])  # told
    canvas.draw_texts("a", OUTSIDE[:2])  # told
""",
    ),
    "no font": (
        "No installed font",
        """
Visualizer(image=IMAGE).draw_texts("\\U0010fff0", np.array([50, 50]))  # told
Canvas(IMAGE).draw_texts("a", np.array([50, 50]), font_families="Comix")  # told
""",
    ),
    "feature maps": (
        "The spatial dimensions of|featmap has 48 values that are NaN",
        """
draw_featmap(np.ones((3, 4, 4)), IMAGE)  # told
Visualizer.draw_featmap(np.full((3, 4, 4), np.nan))  # told
Visualizer().draw_featmap(np.full((3, 4, 4), np.nan))  # told
""",
    ),
    "deleted": (
        r"scalars\.json was deleted",
        """
visualizer = Visualizer(vis_backends=[LOCAL], save_dir=FOLDER)
visualizer.add_scalar("loss", 1)
(FOLDER / "vis_data/scalars.json").unlink()
time.sleep(0.1)
visualizer.add_scalar("loss", 2)  # told
(FOLDER / "vis_data/scalars.json").unlink()
visualizer.flush(sync=True)  # told
visualizer.close()
""",
    ),
    "second run": (
        "has records of a run before this one, which is run 2",
        """
(FOLDER / "index.jsonl").write_text('{"run": 1, "pid": 1, "rank": 0, "started": 1.5}\\n')
visualizer = Visualizer(vis_backends=[dict(LOCAL, save_dir=FOLDER)])
visualizer.add_scalar("loss", 2)  # told
visualizer.close()
""",
    ),
    "torn": (
        r"the last line of .*scalars\.json was torn|line 2 of .* is no record",
        """
visualizer = Visualizer(vis_backends=[dict(LOCAL, save_dir=FOLDER)])
visualizer.add_scalar("loss", 1)
visualizer.close()
with (FOLDER / "scalars.json").open("a") as file:
    file.write('{"lo')
read_scalars(FOLDER / "scalars.json")
visualizer.add_scalar("loss", 2)  # told
visualizer.close()
(FOLDER / "scalars.json").write_text('{"loss": 1, "step": 1}\\nnothing\\n')
read_scalars(FOLDER / "scalars.json")  # told
""",
    ),
    "a run before": (
        "has records of a run before this one|not noted which run writes what",
        """
(FOLDER / "scalars.json").write_text('{"loss": 1, "step": 1}\\n')
visualizer = Visualizer(vis_backends=[dict(LOCAL, save_dir=FOLDER)])
visualizer.add_scalar("loss", 2)  # told
visualizer.add_scalar("loss", 3)
(FOLDER / "other" / "index.jsonl").mkdir(parents=True)
visualizer = Visualizer(vis_backends=[dict(LOCAL, save_dir=FOLDER / "other")])
visualizer.add_scalar("loss", 2)  # told
""",
    ),
    "a place outside": (
        "was written to .* outside of the run's folder",
        """
visualizer = Visualizer(vis_backends=[dict(LOCAL, save_dir=FOLDER / "run", img_save_dir=FOLDER)])
visualizer.add_scalar("loss", 1)
read_run(FOLDER / "run")  # told
""",
    ),
    "step": (
        "called 'step' is written as",
        """
visualizer = Visualizer(vis_backends=[LOCAL], save_dir=FOLDER)
visualizer.add_scalar("step", 1)  # told
VISBACKENDS.build(dict(LOCAL, save_dir=FOLDER)).add_scalar("step", 1)  # told
""",
    ),
    "room": (
        "has more than budget_mb=1e-06",
        """
visualizer = Visualizer(vis_backends=[dict(LOCAL, budget_mb=1e-06)], save_dir=FOLDER)
visualizer.add_image("a", IMAGE)  # told
visualizer.add_image("a", IMAGE)
VISBACKENDS.build(dict(LOCAL, save_dir=FOLDER, budget_mb=1e-06)).add_text("a", "bc")  # told
""",
    ),
    "kinds": (
        "NaN or infinite are in no bin|of it instead|nor anything that",
        """
from viz_core import as_histogram
as_histogram([1.0, np.nan])  # told
visualizer = Visualizer(vis_backends=[VISBACKENDS.build(dict(type=LOCAL["type"], save_dir=FOLDER))])
visualizer.add_histogram("w", [1.0, np.nan])  # told
class Scalars(BaseVisBackend):
    def add_image(self, **kwargs): pass
Visualizer(vis_backends=[Scalars()]).add_figure("a", Figure())  # told
Visualizer(vis_backends=[Scalars()]).add_text("a", "b")  # told
""",
    ),
    "no backend": (
        "add_scalar records nothing",
        """
Visualizer(save_dir=FOLDER).add_scalar("loss", 1)  # told
""",
    ),
    "variable": (
        "makes a folder that is called",
        """
Visualizer(vis_backends=[LOCAL], save_dir="$HOME/runs")  # told
VISBACKENDS.build(dict(LOCAL, save_dir="$HOME/runs"))  # told
""",
    ),
    "config": (
        "kept as text",
        """
from viz_core import as_config
as_config({"a": object()})  # told
Visualizer(vis_backends=[LOCAL], save_dir=FOLDER).add_config({"a": object()})  # told
VISBACKENDS.build(dict(LOCAL, save_dir=FOLDER)).add_config({"a": object()})  # told
""",
    ),
    "name of a backend": (
        "no backend is called 'Lcoal'",
        """
Visualizer(vis_backends=[LOCAL], save_dir=FOLDER).get_backend("Lcoal")  # told
""",
    ),
    "keyword": (
        "add_scalar was given stpe=",
        """
Visualizer(vis_backends=[LOCAL], save_dir=FOLDER).add_scalar("loss", 1, stpe=2)  # told
VISBACKENDS.build(dict(LOCAL, save_dir=FOLDER)).add_scalar("loss", 1, stpe=2)  # told
""",
    ),
    "failing": (
        "Broken did not record a scalar: OSError|left one out|not recorded: Broken: 1 x scalar",
        """
visualizer = Visualizer(vis_backends=[Broken(), LOCAL], save_dir=FOLDER)
visualizer.add_scalar("loss", 1)  # told
visualizer.add_scalars({"acc": "high"})  # told
visualizer.close()  # told
""",
    ),
    "in the background": (
        "called 'step' is written|Broken did not record|not recorded: Broken: 1 x scalar",
        """
backends = [LOCAL, Broken()]
visualizer = Visualizer(vis_backends=backends, save_dir=FOLDER, background=True)
visualizer.add_scalar("step", 1), visualizer.flush()  # told
visualizer.close()  # told
""",
    ),
    "in the background, raising": (
        "called 'step' is written",
        """
options = dict(background=True, on_backend_error="raise")
visualizer = Visualizer(vis_backends=[LOCAL], save_dir=FOLDER, **options)
visualizer.add_scalar("step", 1), visualizer.flush()  # told
visualizer.close()
""",
    ),
    "at the end of a block": (
        "Broken did not record|not recorded: Broken: 1 x scalar",
        """
with Visualizer(vis_backends=[Broken()]) as visualizer:  # told
    visualizer.add_scalar("loss", 1)  # told
with ExitStack() as stack:  # told
    visualizer = stack.enter_context(Visualizer(vis_backends=[Broken()]))
    visualizer.add_scalar("loss", 1)  # told
""",
    ),
    "in a generator": (
        "bbox is out of bounds",
        """
def drawn():
    with Visualizer(image=IMAGE) as visualizer:
        yield visualizer.draw_bboxes(OUTSIDE)  # told

list(drawn())
list(map(Canvas(IMAGE).draw_bboxes, [OUTSIDE]))  # told
""",
    ),
    "in a thread": (
        "bbox is out of bounds",
        """
def draw():
    Visualizer(image=IMAGE).draw_bboxes(OUTSIDE)  # told

thread = Thread(target=draw)
thread.start()
thread.join()
""",
    ),
    "annotations": (
        "1 of 1 predictions have the score NaN|1 of 1 boxes are not finite"
        "|bboxes are not x1, y1, x2, y2|all bboxes lie within 0..1|rotated bbox is out of bounds"
        "|is taken for 'scores'|did you mean 'bboxes'|nothing of data_sample is drawn"
        "|only the 2000 largest of 19199 objects",
        """
box = np.array([[20.0, 30, 80, 90]])
visualizer = Visualizer(image=IMAGE)
as_annotations(dict(bboxes=box, scores=[np.nan])).above(0.3)  # told
draw_annotations(visualizer, dict(bboxes=box * np.nan))  # told
draw_annotations(visualizer, dict(bboxes=box[:, [2, 1, 0, 3]]))  # told
draw_annotations(visualizer, dict(bboxes=box / 200))  # told
draw_annotations(visualizer, dict(rotated_bboxes=[[0, 0, 9, 9, 9]]))  # told
draw_annotations(visualizer, dict(bboxes=box, score=[0.9]))  # told
draw_annotations(visualizer, dict(pred_instances=dict(bbox=box, labels=[0])))  # told
as_annotations(dict(detections=box))  # told
draw_comparison(visualizer, dict(bboxes=box), dict(bboxes=box * np.nan))  # told
draw_annotations(visualizer, np.arange(120 * 160).reshape(120, 160))  # told
""",
    ),
    "in a method of their own": (
        "bbox is out of bounds|Broken did not record",
        """
class Mine(Visualizer):
    def add_datasample(self, name, image, data_sample=None):
        self.set_image(image)
        self.draw_bboxes(data_sample)  # told
        self.add_scalar("loss", 1)

    def add_scalar(self, name, value, step=0, **kwargs):
        super().add_scalar(name, value, step, **kwargs)  # told

Mine(vis_backends=[Broken()]).add_datasample("a", IMAGE, OUTSIDE)
""",
    ),
    "of others' backends": (
        "my own warning|a stranger's warning",
        """
import sys
import viz_core
class MyVisBackend(viz_core.BaseVisBackend):
    def add_scalars(self, **record):
        viz_core.warn_user("my own warning")  # told

(FOLDER / "viz_stranger.py").write_text('''
import viz_core
class StrangerVisBackend(viz_core.BaseVisBackend):
    def add_scalars(self, **record):
        self.warn()
    def warn(self):
        viz_core.warn_user("a stranger's warning")
''')
sys.path.insert(0, str(FOLDER))
from viz_stranger import StrangerVisBackend
visualizer = Visualizer(vis_backends=[StrangerVisBackend(), MyVisBackend()])
visualizer.add_scalar("loss", 1)  # told
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
    assert untried("viz_core", told) == set()


def test_what_has_no_line_of_the_users_is_told_all_the_same(tmp_path):
    script = tmp_path / "train.py"
    script.write_text(
        f"""{HEADERS["the class"]}{COMMON}
import atexit
thread = Thread(target=Canvas(IMAGE).draw_bboxes, args=[OUTSIDE])
thread.start()
thread.join()
visualizer = Visualizer(vis_backends=[Broken()])
atexit.register(visualizer.close)
visualizer.add_scalar("loss", 1)
"""
    )
    done = subprocess.run(
        [sys.executable, "-W", "always", script], capture_output=True, text=True, timeout=60
    )
    assert re.findall(r"^(.*:\d+): (\w+Warning): ", done.stderr, re.M) == [
        ("sys:1", "UserWarning"),
        (f"{script}:{len(script.read_text().splitlines())}", "RecordingWarning"),
        ("sys:1", "RecordingWarning"),
    ]
