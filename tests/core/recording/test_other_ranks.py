"""Ranks that do not record do no work for it."""

from typing import get_args

import pytest
from kinds_records import records

from viz_core import BaseVisBackend, Recorder, Visualizer
from viz_core.kinds.kept import ARGUMENTS
from viz_core.typing import Kind


class Touchy:
    """Whatever is done with it, but to pass it on, fails."""

    def __getattribute__(self, name):
        raise AssertionError(name)


class Keeps(BaseVisBackend):
    def add_scalars(self, scalar_dict, step=0, **kwargs):
        raise AssertionError

    add_video = add_table = add_scalars


@pytest.fixture(params=[Visualizer, Recorder])
def other_rank(request, monkeypatch):
    monkeypatch.setenv("RANK", "1")
    monkeypatch.setenv("WORLD_SIZE", "2")
    backend = Keeps()
    given = {"": backend} if request.param is Recorder else [backend]
    return request.param(
        **{{Recorder: "backends", Visualizer: "vis_backends"}[request.param]: given}
    )


@pytest.mark.parametrize("kind", [kind for kind in get_args(Kind) if kind in ARGUMENTS])
def test_nothing_is_converted(other_rank, kind, tmp_path):
    record = getattr(other_rank, f"add_{kind}")
    given = records(tmp_path)[kind]
    record(**{key: v if key in ("name", "step") else Touchy() for key, v in given.items()})
    other_rank.close()  # tells nothing


def test_names_and_steps_are_checked(other_rank):
    with pytest.raises(TypeError, match="name must be"):
        other_rank.add_video(5, None)
    with pytest.raises(TypeError, match="step must be"):
        other_rank.add_table("a", None, step="x")
    with pytest.raises(TypeError, match="two names of one thing"):
        other_rank.add_text("a", None, step=1, global_step=2)


def test_frames_are_left_to_who_gave_them(other_rank):
    frames = iter([1, 2])
    other_rank.add_video("a", frames)
    assert [*frames] == [1, 2]


def test_every_rank_that_records_converts(monkeypatch, tmp_path):
    monkeypatch.setenv("RANK", "1")
    monkeypatch.setenv("WORLD_SIZE", "2")
    local = dict(type="LocalVisBackend", save_dir=tmp_path)
    visualizer = Visualizer(vis_backends=local, ranks="all")
    visualizer.add_table("a", [{"b": 1}])
    assert [path.name for path in tmp_path.rglob("*.csv")] == ["a_0.csv"]
    with pytest.raises(TypeError, match="text must be a string"):
        visualizer.add_text("a", None)
