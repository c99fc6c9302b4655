"""Libraries that inherit MMEngine's visualizer, on ours instead."""

import mmengine.visualization
import numpy as np
import pytest
from mmengine.registry import VISUALIZERS
from mmengine.visualization.visualizer import Visualizer as MMEngineVisualizer

import viz_core
from viz_mmdet_adapter.mmengine import DetLocalVisualizer, Visualizer, rebase, rebased

IMAGE = np.full((60, 80, 3), 120, np.uint8)


class Task(MMEngineVisualizer):
    def __init__(self, name="visualizer", image=None, vis_backends=None, save_dir=None, width=3):
        super().__init__(name, image, vis_backends, save_dir)
        self.width_of_lines = width

    def add_datasample(self, name, image, boxes=None, step=0):
        self.set_image(image)
        self.draw_bboxes(boxes, "r", line_widths=self.width_of_lines)
        self.add_image(name, self.get_image(), step)


class Special(Task):
    def add_datasample(self, name, image, boxes=None, step=0):
        super().add_datasample(name, image, boxes, step)
        self.ax_save.text(30, 30, "special")


@pytest.fixture(autouse=True)
def _forget():
    yield
    for cls in (MMEngineVisualizer, Visualizer, Task, Special):
        cls._instance_dict.clear()


@pytest.mark.parametrize("cls", [Task, Special])
def test_a_library_that_is_imported_draws_and_records_with_ours(tmp_path, cls):
    with rebased() as classes:
        assert Task in classes
        v = cls.get_instance("a", vis_backends=[dict(type="LocalVisBackend")], save_dir=tmp_path)
        assert isinstance(v, viz_core.Visualizer)
        assert MMEngineVisualizer.get_current_instance() is v
        v.add_datasample("a", IMAGE, np.array([5, 5, 50, 50]), step=3)
        assert isinstance(v.get_backend("LocalVisBackend"), viz_core.LocalVisBackend)
        assert v.get_image()[5, 20, 0] > 200
        v.close()
    assert (tmp_path / "vis_data/vis_image/a_3.png").exists()
    assert not MMEngineVisualizer.check_instance_created("a")
    assert not issubclass(cls, viz_core.Visualizer)
    v = cls(image=IMAGE)
    assert v.draw_bboxes(np.array([5, 5, 50, 50]), "r").get_image()[5, 20, 0] > 200


def test_a_library_that_is_imported_later_inherits_ours():
    with rebased():
        # As a library's module has it.
        from mmengine.visualization import Visualizer as Base

        @VISUALIZERS.register_module("LaterForTheTest", force=True)
        class Later(Base):
            def __init__(self, name="visualizer", **options):
                super().__init__(name=name, **options)

        made = VISUALIZERS.build(dict(type="LaterForTheTest", name="later"))
        assert type(made) is Later
        assert isinstance(made, Visualizer)
    assert mmengine.visualization.Visualizer is MMEngineVisualizer


def test_what_knows_the_base_by_another_name_inherits_ours():
    with rebased():

        class Later(MMEngineVisualizer):
            pass

        class Special(Later, MMEngineVisualizer):
            pass

        assert issubclass(Special, Visualizer)
        assert isinstance(VISUALIZERS.build(dict(type="Visualizer", name="later")), Visualizer)

    class After(MMEngineVisualizer):
        pass

    assert not issubclass(After, Visualizer)
    assert VISUALIZERS.get("Visualizer") is MMEngineVisualizer


def test_ours_stay_as_they_are():
    before = [cls.__mro__ for cls in (Visualizer, DetLocalVisualizer)]
    with rebased() as classes:
        assert not {Visualizer, DetLocalVisualizer} & set(classes)
    assert [cls.__mro__ for cls in (Visualizer, DetLocalVisualizer)] == before
    assert MMEngineVisualizer in Visualizer.__mro__


def test_within_one_another_they_are_undone_in_turn():
    with rebased():
        with rebased() as classes:
            assert classes == []
        assert issubclass(Task, Visualizer)
    assert not issubclass(Task, Visualizer)


@pytest.mark.parametrize("cls", [Task, Special])
def test_what_is_made_already_is_told(cls):
    cls.get_instance("there")
    name = cls.__name__
    with pytest.raises(RuntimeError, match=f"{name} 'there' is made already, on MMEngine's"):
        rebase()
    assert not issubclass(Task, Visualizer)


def test_a_scoped_name_of_another_registry_says_what_to_write():
    with pytest.raises(viz_core.UnknownTypeError, match=r"'package\.module:Class'"):
        viz_core.VISUALIZERS.build(dict(type="mmpose.PoseLocalVisualizer"))
    cls = viz_core.VISUALIZERS.get("viz_mmdet_adapter.mmengine:Visualizer")
    assert cls is Visualizer
