"""Backends that strangers wrote, called the way that they expect."""

from unittest.mock import MagicMock

import numpy as np
import pytest

from viz_core import Recorder, RecordingError

IMAGE = np.zeros((2, 2, 3), np.uint8)


def record_all(backend):
    recorder = Recorder({"a": backend}, on_backend_error="raise")
    recorder.add_config({"lr": 1})
    recorder.add_graph("model", None)
    recorder.add_image("cat", IMAGE, 3)
    recorder.add_scalar("loss", 0.5, 4)
    recorder.add_scalars({"acc": 1}, 5, file_path="x.json")
    recorder.flush()
    recorder.close()
    return backend.calls


def test_by_position_in_any_spelling():
    class Stranger:
        def __init__(self):
            self.calls = []

        def add_config(self, settings):
            self.calls.append(settings)

        def add_graph(self, network, inputs):
            self.calls.append((network, inputs))

        def add_image(self, tag, image, iteration=0):
            self.calls.append((tag, image.shape, iteration))

        def add_scalar(self, tag, value, iteration=0):
            self.calls.append((tag, value, iteration))

        def add_scalars(self, scalars, iteration=0):
            self.calls.append((scalars, iteration))

    assert record_all(Stranger()) == [
        {"lr": 1},
        ("model", None),
        ("cat", (2, 2, 3), 3),
        ("loss", 0.5, 4),
        ({"acc": 1}, 5),
    ]


class OnlyByPosition:
    def __init__(self):
        self.calls = []

    def add_scalar(self, name, value, step, /, **more):
        self.calls.append((name, value, step, more))


class OtherNames(OnlyByPosition):
    def add_scalar(self, tag=None, value=None, global_step=0, **more):
        self.calls.append((tag, value, global_step, more))


@pytest.mark.parametrize("stranger", [OnlyByPosition, OtherNames])
def test_by_position_too_where_more_is_taken(stranger):
    assert record_all(stranger()) == [("loss", 0.5, 4, {}), ("acc", 1, 5, {})]


def test_a_mock_is_a_backend():
    backend = MagicMock()
    Recorder({"a": backend}, on_backend_error="raise").add_scalar("loss", 0.5, 4)
    backend.add_scalar.assert_called_once_with(name="loss", value=0.5, step=4)


def test_by_keyword_when_the_names_are_ours_in_any_order():
    class Stranger:
        def __init__(self):
            self.calls = []

        def add_image(self, image, step, name):
            self.calls.append((name, image.shape, step))

        def add_scalars(self, *, step, scalar_dict):
            self.calls.append((scalar_dict, step))

    assert record_all(Stranger()) == [("cat", (2, 2, 3), 3), ({"loss": 0.5}, 4), ({"acc": 1}, 5)]


def test_one_that_keeps_only_single_scalars_gets_all_of_them():
    class Stranger:
        def __init__(self):
            self.calls = []

        def add_scalar(self, *arguments):
            self.calls.append(arguments)

    assert record_all(Stranger()) == [("loss", 0.5, 4), ("acc", 1, 5)]


def test_one_that_keeps_only_single_scalars_loses_none_to_another():
    class Stranger:
        def __init__(self):
            self.calls = []

        def add_scalar(self, name, value, step=0):
            if name == "bad@name":
                raise ValueError(name)
            self.calls.append(name)

    backend = Stranger()
    with pytest.raises(RecordingError, match="bad@name"):
        Recorder({"a": backend}, on_backend_error="raise").add_scalars(
            {"a": 1, "bad@name": 2, "b": 3}
        )
    assert backend.calls == ["a", "b"]


def test_what_the_caller_passes_besides_reaches_who_takes_it():
    class Taker:
        def __init__(self):
            self.calls = []

        def add_scalar(self, name, value, step=0, color=None):
            self.calls.append(color)

    class Refuser(Taker):
        def add_scalar(self, name, value, step=0):
            self.calls.append("nothing")

    class Any(Taker):
        def add_scalar(self, name, **given):
            self.calls.append(given)

    backends = {"a": Taker(), "b": Refuser(), "c": Any()}
    Recorder(backends, on_backend_error="raise").add_scalar("a", 1, 2, color="red")
    assert backends["a"].calls == ["red"]
    assert backends["b"].calls == ["nothing"]
    assert backends["c"].calls == [{"value": 1, "step": 2, "color": "red"}]


def test_a_backend_for_mmengine_gets_its_own_config_object():
    class Config:
        pretty_text = "lr = 1\n"

        def to_dict(self):
            return {"lr": 1}

    class Stranger:
        def add_config(self, config, **kwargs):
            self.config = config

    backend, config = Stranger(), Config()
    Recorder({"a": backend}, on_backend_error="raise").add_config(config)
    assert backend.config is config
