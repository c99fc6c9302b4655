"""A backend used alone gets what a visualizer would give it; a visualizer gives it as it is."""

import dataclasses
import pickle
import warnings

import numpy as np
import pytest

from viz_core import BaseVisBackend, Recorder, RunConfig, Visualizer, VizWarning

GRAY = np.full((2, 3), 0.5)


class Keeper(BaseVisBackend):
    """Keeps what its methods get."""

    def __init__(self, save_dir=None):
        super().__init__(save_dir)
        self.got = []

    def add_config(self, config, **kwargs):
        self.got.append((config, kwargs))

    def add_image(self, name, image, step=0, **kwargs):
        self.got.append((name, image, step, kwargs))

    def add_scalar(self, name, value, step=0, **kwargs):
        self.got.append((name, value, step, kwargs))

    def add_scalars(self, scalar_dict, step=0, **kwargs):
        self.got.append((scalar_dict, step, kwargs))


@dataclasses.dataclass
class Settings:
    lr: float = 0.1


def test_what_a_backend_is_given_alone_is_converted():
    keeper = Keeper()
    keeper.add_config(Settings())
    with pytest.warns(VizWarning, match="add_image was given extra="):
        keeper.add_image("cat", GRAY, np.int64(3), extra=1)
    keeper.add_scalar("loss", np.float32(0.5), step=2.0)
    keeper.add_scalars({"a": np.array(1), "step": 5, "v": {"b": True}}, 4, "x.json")
    (config, _), (_, image, *rest), scalar, scalars = keeper.got
    assert (type(config), config) == (RunConfig, {"lr": 0.1})
    assert (image.dtype, image.shape, image.flags.c_contiguous) == (np.uint8, (2, 3, 3), True)
    assert rest == [3, {"extra": 1}]
    assert type(rest[0]) is int
    assert scalar == ("loss", 0.5, 2, {})
    assert scalars == ({"a": 1, "v/b": 1}, 5, {"file_path": "x.json"})


@pytest.mark.parametrize(
    ("call", "text"),
    [
        (lambda b: b.add_config(3), "config must be"),
        (lambda b: b.add_image("cat", GRAY * 255), r"must lie in 0\.\.1"),
        (lambda b: b.add_image(3, GRAY), "name must be a string"),
        (lambda b: b.add_scalar("loss", "high"), "loss must be a number"),
        (lambda b: b.add_scalar("loss", 1, step=0.5), "step must be a whole number"),
        (lambda b: b.add_scalars([1]), "scalar_dict must be a mapping"),
        (lambda b: b.add_scalars(["step"]), "scalar_dict must be a mapping"),
        (lambda b: b.add_scalars({"a": "high"}), "a must be a number"),
    ],
)
def test_what_is_wrong_raises_before_the_backend_sees_it(call, text):
    keeper = Keeper()
    with pytest.raises((TypeError, ValueError), match=text):
        call(keeper)
    assert keeper.got == []


def test_the_first_of_what_is_wrong_raises_after_the_others_are_kept():
    keeper = Keeper()
    with pytest.raises(TypeError, match="b must be a number"):
        keeper.add_scalars({"a": 1, "b": "high", "c": None, "d": 2})
    assert keeper.got == [({"a": 1, "d": 2}, 0, {})]


def test_an_image_is_converted_once_on_its_way_to_every_backend(monkeypatch):
    calls = []

    def counted(image):
        calls.append(image)
        return np.zeros((2, 3, 3), np.uint8)

    monkeypatch.setattr("viz_core.files.encoding.as_image", counted)
    monkeypatch.setattr("viz_core.backends.door.as_image", counted)
    keepers = {name: Keeper() for name in "ab"}
    Recorder(keepers).add_image("cat", GRAY)
    assert len(calls) == 1
    assert keepers["a"].got[0][1] is keepers["b"].got[0][1]


@pytest.mark.parametrize("alone", [True, False])
def test_a_scalar_called_step_reaches_who_keeps_only_several(alone):
    class Several(BaseVisBackend):
        def add_scalars(self, **given):
            self.got = given

    class Longer(Several):
        def add_scalars(self, scalar_dict, step=0, **kwargs):
            super().add_scalars({f"{name:.9}": v for name, v in scalar_dict.items()}, step)

    for backend in (Several(), Longer()):
        (backend if alone else Visualizer(vis_backends=[backend])).add_scalar("step", 0.5, step=3)
        assert backend.got == {"scalar_dict": {"step": 0.5}, "step": 3}


def test_a_method_of_a_parent_that_is_no_backend_has_a_door_too():
    class Mixin:
        def add_image(self, *, image, **kwargs):
            self.shape = image.shape

    class Mixed(Mixin, BaseVisBackend):
        pass

    backend = Mixed()
    backend.add_image("cat", GRAY)
    assert backend.shape == (2, 3, 3)
    assert Mixed.supports("image")
    assert not hasattr(Mixin.add_image, "behind_door")


def test_a_method_with_other_arguments_is_called_as_it_is():
    class Other(BaseVisBackend):
        def add_image(self, tag, image):
            self.got = tag, image

    backend = Other()
    backend.add_image(3, "as it is")
    assert backend.got == (3, "as it is")
    Visualizer(vis_backends=[backend], on_backend_error="raise").add_image("cat", GRAY)
    assert backend.got[0] == "cat"
    assert backend.got[1].shape == (2, 3, 3)


def test_a_backend_with_doors_can_be_pickled():
    backend = pickle.loads(pickle.dumps(Keeper()))
    backend.add_scalar("a", np.array(1))
    assert backend.got == [("a", 1, 0, {})]


CALLS = {
    "add_config": ({"lr": 0.1},),
    "add_graph": ("model",),
    "add_image": ("cat", GRAY),
    "add_scalar": ("loss", 1),
    "add_scalars": ({"loss": 1},),
}


@pytest.mark.parametrize("method", CALLS)
def test_a_keyword_that_it_does_not_name_is_told_once_and_passed_on(method):
    class Grapher(Keeper):
        def add_graph(self, model, data_batch=None, *, verbose=False, **kwargs):
            self.got.append((model, verbose, kwargs))

    keeper = Grapher()
    call = getattr(keeper, method)
    with pytest.warns(VizWarning, match=f"{method} was given verbos=, which means nothing to Gra"):
        call(*CALLS[method], verbos=1)
    call(*CALLS[method], verbos=2)  # a second warning would be an error
    assert [got[-1] for got in keeper.got] == [{"verbos": 1}, {"verbos": 2}]


@pytest.mark.parametrize("method", ["add_image", "add_scalar", "add_scalars"])
@pytest.mark.parametrize("alone", [True, False])
def test_global_step_is_another_name_of_step(method, alone):
    keeper = Keeper()
    call = getattr(keeper if alone else Visualizer(vis_backends=[keeper]), method)
    call(*CALLS[method], global_step=np.int64(7))
    call(*CALLS[method], step=7, global_step=7.0)
    call(*CALLS[method], step=7, global_step=None)
    assert [got[-2:] for got in keeper.got] == [(7, {})] * 3
    with pytest.raises(TypeError, match="step=2 and global_step=3 are two names of one thing"):
        call(*CALLS[method], step=2, global_step=3)
    with pytest.raises(ValueError, match="step must be a whole number"):
        call(*CALLS[method], global_step=0.5)
    assert len(keeper.got) == 3


@pytest.mark.parametrize(
    ("wrong", "hint"), [("stpe", "did you mean step="), ("walltime", "Keeper. ")]
)
def test_who_misspells_a_keyword_is_told_what_it_may_be(wrong, hint):
    with pytest.warns(VizWarning, match=hint):
        Keeper().add_scalar("loss", 1, **{wrong: 3})


def test_what_a_subclass_names_is_told_of_by_nobody_on_its_way_to_its_parent():
    class Caption(Keeper):
        def add_image(self, name, image, step=0, caption=None, **kwargs):
            super().add_image(name, image, step, caption=caption, **kwargs)

    for recorder in (Caption(), Visualizer(vis_backends=[Caption()])):
        recorder.add_image("cat", GRAY, caption="a cat")
    with pytest.warns(VizWarning, match="captoin=, .* did you mean caption=") as told:
        Caption().add_image("cat", GRAY, captoin="a cat")
    assert len(told) == 1


def test_a_backend_that_names_nothing_takes_everything():
    class All(BaseVisBackend):
        def add_scalars(self, **given):
            self.got = given

    for recorder in (All(), Visualizer(vis_backends=[All()])):
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            recorder.add_scalar("loss", 1, commit=True)
