"""Copies of a visualizer: by pickle, deepcopy and for another process, unopened, for the same run."""

import copy
import multiprocessing
import pickle
from dataclasses import dataclass

import numpy as np
import pytest
from spawned import record

from viz_core import BaseVisBackend, LocalVisBackend, Visualizer, read_scalars

IMAGE = np.zeros((20, 30, 3), np.uint8)


class Strange(BaseVisBackend):
    """A stranger's backend, which holds what cannot be copied."""

    def __init__(self, save_dir=None, *, ending="csv"):
        super().__init__(save_dir)
        self.ending = ending
        self.waiting = []
        self.write = lambda line: self.waiting.append(line)  # a lambda, as a lock or a file

    def add_scalars(self, scalar_dict, step=0, **_):
        self.write((step, scalar_dict))


class Sub(Strange):
    pass


class Named:
    """No backend, and before one in the order of classes."""

    def __init__(self, *arguments, ending="csv", **options):
        super().__init__(*arguments, **options)
        self.ending = ending


class Mixed(Named, LocalVisBackend):
    pass


@dataclass(eq=False)  # which gives the class its constructor after it was made
class Data(BaseVisBackend):
    save_dir: str
    ending: str = "csv"

    def __post_init__(self):
        super().__init__(self.save_dir)


class Positions(BaseVisBackend):
    def __init__(self, folder, /, *endings, **more):
        super().__init__(folder)
        self.ending = (*endings, more)


def pickled(value):
    return pickle.loads(pickle.dumps(value))


WAYS = [pickled, copy.deepcopy]


def make(tmp_path, **options):
    backends = [dict(type="LocalVisBackend"), Sub(tmp_path / "sub", ending="tsv")]
    return Visualizer("mine", vis_backends=backends, save_dir=tmp_path, **options)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("background", [False, True])
def test_a_copy_is_unopened_and_records_to_the_same_run(tmp_path, way, background):
    visualizer = make(tmp_path, background=background, ranks="main")
    visualizer.add_scalar("loss", 1.0, step=1)
    visualizer.flush()
    other = way(visualizer)
    local = other.get_backend("LocalVisBackend")
    assert not local.is_open
    assert other.instance_name == "mine"
    other.add_scalar("loss", 2.0, step=2)
    other.close()
    visualizer.add_scalar("loss", 3.0, step=3)
    visualizer.close()
    points = read_scalars(tmp_path / "vis_data" / "scalars.json")
    assert [step for _, step, _ in points] == [1, 2, 3]


@pytest.mark.parametrize("way", WAYS)
def test_a_copy_of_a_stranger_s_backend_is_made_with_the_same_arguments(tmp_path, way):
    visualizer = make(tmp_path)
    visualizer.add_scalar("loss", 1.0, step=1)
    sub = way(visualizer).get_backend("Sub")
    assert type(sub) is Sub
    assert (sub.save_dir, sub.ending, sub.ranks) == (str(tmp_path / "sub"), "tsv", "main")
    assert sub.waiting == []  # what waits is the other's to write


@pytest.mark.parametrize("way", [*WAYS, copy.copy])
@pytest.mark.parametrize(
    "make",
    [
        lambda folder: Mixed(folder, "imgs", ending="tsv"),
        lambda folder: Data(folder, "tsv"),
        lambda folder: Positions(folder, "a", "b", c=3),
    ],
    ids=["a mixin's constructor", "a dataclass", "arguments of every kind"],
)
def test_the_arguments_are_known_wherever_the_constructor_is_from(tmp_path, make, way):
    backend = make(str(tmp_path))
    other = way(backend)
    assert other is not backend
    assert (other.ending, other.save_dir) == (backend.ending, str(tmp_path))
    assert backend.ending != "csv"


@pytest.mark.parametrize("way", [pickled, copy.deepcopy])
def test_a_copy_has_the_image_and_draws_on_its_own(tmp_path, way):
    visualizer = make(tmp_path, image=IMAGE)
    visualizer.draw_bboxes(np.array([2, 2, 9, 9]))
    other = way(visualizer)
    assert np.array_equal(other.get_image(), visualizer.get_image())
    other.draw_bboxes(np.array([12, 2, 19, 9]))
    assert not np.array_equal(other.get_image(), visualizer.get_image())


def test_a_relative_folder_is_the_same_after_chdir(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    visualizer = Visualizer(vis_backends=dict(type="LocalVisBackend"), save_dir="runs")
    data = pickle.dumps(visualizer)
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    pickle.loads(data).add_scalar("loss", 1)
    assert (tmp_path / "runs/vis_data/scalars.json").exists()


@pytest.mark.parametrize("method", ["spawn", "forkserver"])
def test_a_visualizer_goes_to_another_process(tmp_path, method):
    visualizer = Visualizer(vis_backends=dict(type="LocalVisBackend"), save_dir=tmp_path)
    context = multiprocessing.get_context(method)
    processes = [context.Process(target=record, args=(visualizer, step)) for step in range(2)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(120)
    assert [process.exitcode for process in processes] == [0, 0]
    files = (tmp_path / "vis_data").glob("scalars*.json")
    assert sorted(step for file in files for _, step, _ in read_scalars(file)) == [0, 1]
    assert len(list((tmp_path / "vis_data/vis_image").iterdir())) == 2
