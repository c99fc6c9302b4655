"""Configs of packages that viz-core does not depend on, as they are beside torch."""

import mmengine
import omegaconf
import pydantic
import pydantic.v1
import pytest
import torch

from viz_core import as_config


def evaluated(source):
    values = {}
    exec(source, values)
    del values["__builtins__"]
    return values


def test_takes_mmengine_configs_and_their_own_text():
    config = mmengine.Config({"model": {"type": "A", "sizes": (1, 2)}, "lr": 0.1})
    run_config = as_config(config)
    assert run_config == {"model": {"type": "A", "sizes": (1, 2)}, "lr": 0.1}
    assert type(run_config["model"]) is dict
    assert run_config.pretty_text == config.pretty_text
    assert evaluated(run_config.pretty_text) == run_config
    assert as_config(config.model) == run_config["model"]


def test_a_key_called_pretty_text_is_only_a_key():
    assert as_config(mmengine.ConfigDict(pretty_text=1)).pretty_text == "pretty_text = 1\n"


def test_takes_omegaconf_resolved():
    config = omegaconf.OmegaConf.create({"a": 1, "b": "${a}", "items": [{"c": "${b}"}]})
    assert as_config(config) == {"a": 1, "b": 1, "items": [{"c": 1}]}
    assert as_config({"items": config["items"]}) == {"items": [{"c": 1}]}
    with pytest.raises(ValueError, match=r"cannot be resolved by OmegaConf[\s\S]*resolve=False"):
        as_config(omegaconf.OmegaConf.create({"a": "${missing}"}))
    with pytest.raises(TypeError, match="config must have named values, got ListConfig"):
        as_config(omegaconf.OmegaConf.create([1]))


@pytest.mark.parametrize("base", [pydantic.BaseModel, pydantic.v1.BaseModel])
def test_takes_pydantic_models(base):
    class Inner(base):
        sizes: tuple = (1, 2)

    class Outer(base):
        lr: float = 0.1
        inner: Inner = Inner()

    assert as_config(Outer()) == {"lr": 0.1, "inner": {"sizes": (1, 2)}}
    assert as_config({"nested": Outer()}) == {"nested": as_config(Outer())}


def test_takes_tensors_dtypes_and_devices():
    config = {"weight": torch.tensor([1, 2]), "dtype": torch.float16, "device": torch.device("cpu")}
    assert as_config(config) == {"weight": [1, 2], "dtype": "torch.float16", "device": "cpu"}
