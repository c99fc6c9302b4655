"""Configs of packages that viz-core does not depend on, as they are beside torch."""

import functools
import pathlib

import ml_collections
import mmengine
import omegaconf
import pydantic
import pydantic.v1
import pytest
import torch

from viz_core import RecordingWarning, as_config


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
    broken = {
        "a": 1,
        "b": {"c": "${missing}", "d": "${a}"},
        "e": [{"f": "${oc.env:NOT_SET}"}, "???"],
    }
    with pytest.warns(
        RecordingWarning, match=r"config\['b'\]\['c'\], config\['e'\]\[0\]\['f'\]; the"
    ):
        config = as_config(omegaconf.OmegaConf.create(broken))
    assert config == {**broken, "b": {"c": "${missing}", "d": 1}}
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


def test_takes_configs_of_ml_collections():
    config = ml_collections.ConfigDict({"lr": 0.1, "model": {"depth": 18}})
    config.copy_of_lr = config.get_ref("lr")
    config.to_come = ml_collections.config_dict.placeholder(int)
    expected = {"lr": 0.1, "model": {"depth": 18}, "copy_of_lr": 0.1, "to_come": None}
    assert as_config(config) == expected
    assert as_config({"nested": ml_collections.FrozenConfigDict(config)}) == {"nested": expected}
    config.needed = ml_collections.config_dict.required_placeholder(int)
    with pytest.warns(RecordingWarning, match=r"config\['needed'\]"):
        assert as_config(config)["lr"] == 0.1


@pytest.mark.parametrize("module", [pydantic, pydantic.v1])
def test_a_secret_is_kept_without_its_value(module):
    class Settings(module.BaseModel):
        lr: float = 0.1
        key: module.SecretStr = module.SecretStr("hunter2")
        data: module.SecretBytes = module.SecretBytes(b"hunter2")

    with pytest.warns(RecordingWarning, match=r"config\['key'\] \(SecretStr\), config\['data'\]"):
        config = as_config(Settings())
    assert config["lr"] == 0.1
    assert "hunter2" not in config.pretty_text


@pytest.mark.parametrize(
    ("value", "plain"), [(float("nan"), "nan"), (pathlib.Path("/a"), "/a"), ([1, 2], [1, 2])]
)
def test_mmengines_text_is_kept_where_it_can_be_read_back(value, plain):
    config = mmengine.Config({"lr": 0.1, "value": value})
    text = as_config(config).pretty_text
    assert str(evaluated(text)["value"]) == str(plain)
    assert isinstance(value, pathlib.Path) or (text == config.pretty_text) == (plain != "nan")


def test_an_mmengine_config_with_a_partial_is_kept():
    with pytest.warns(RecordingWarning, match=r"config\['collate'\] \(partial\)"):
        config = as_config(mmengine.Config({"lr": 0.1, "collate": functools.partial(print, 1)}))
    assert evaluated(config.pretty_text) == config


def test_a_model_that_cannot_be_dumped_is_read_by_its_fields():
    class Settings(pydantic.BaseModel):
        lr: float = 0.1
        depth: int = 18

        @pydantic.field_serializer("depth")
        def dump_depth(self, value):
            raise RuntimeError("no dump")

    assert as_config(Settings()) == {"lr": 0.1, "depth": 18}


def test_a_config_of_omegaconfs_that_is_none_is_none():
    config = omegaconf.OmegaConf.create({"a": None, "b": 1})
    config.a = omegaconf.DictConfig(None)
    assert as_config({"whole": config, "part": omegaconf.DictConfig(None)}) == {
        "whole": {"a": None, "b": 1},
        "part": None,
    }
