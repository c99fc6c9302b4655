"""Registries: names in configs to classes in code."""

import pytest

from viz_core.errors import PluginError, UnknownTypeError
from viz_core.plugins.host import PluginHost
from viz_core.plugins.registry import Registry


@pytest.fixture
def registry():
    return Registry(
        "backend",
        PluginHost(find=list),
        "viz_backends",
        homes={"WandbVisBackend": "viz-backend-wandb"},
    )


class One:
    def __init__(self, size=1):
        self.size = size


class Two:
    pass


def test_registers_as_a_decorator_under_the_name_of_the_class(registry):
    @registry.register_module()
    class Three:
        pass

    assert registry.get("Three") is Three
    assert "Three" in registry
    assert len(registry) == 1
    assert list(registry) == ["Three"]
    assert dict(registry.module_dict) == {"Three": Three}


def test_registers_by_a_call_and_under_several_names(registry):
    assert registry.register_module(["a", "b"], module=One) is One
    assert registry.get("a") is registry.get("b") is One


def test_a_taken_name_needs_force(registry):
    registry.register_module("a", module=One)
    registry.register_module("a", module=One)  # the same class again is fine
    with pytest.raises(
        ValueError, match=r"backend 'a' is already .*test_registry\.One; .*force=True"
    ):
        registry.register_module("a", module=Two)
    registry.register_module("a", force=True, module=Two)
    assert registry.get("a") is Two


def test_a_decorator_without_parentheses_says_so(registry):
    with pytest.raises(TypeError, match=r"write @register_module\(\), with parentheses"):
        registry.register_module(One)


def test_only_classes_are_registered(registry):
    with pytest.raises(TypeError, match="a backend must be a class, got <function"):
        registry.register_module("a", module=lambda: None)


def test_builds_and_leaves_the_config_as_it_was(registry):
    registry.register_module(module=One)
    config = {"type": "One", "size": 3}
    assert registry.build(config).size == 3
    assert config == {"type": "One", "size": 3}


def test_builds_from_a_class_a_scoped_name_and_a_path(registry):
    registry.register_module(module=One)
    assert isinstance(registry.build({"type": One}), One)
    assert isinstance(registry.build({"type": "mmengine.One"}), One)
    assert isinstance(registry.build({"type": "mmdet.One"}), One)
    assert type(registry.build({"type": "fractions:Fraction"})).__name__ == "Fraction"


def test_a_class_of_viz_cores_own_is_imported_when_its_name_is_used():
    builtin = {"Own": "fractions:Fraction", "Gone": "a_module_that_is_not_there:Gone"}
    registry = Registry("backend", PluginHost(find=list), "viz_backends", builtin=builtin)
    assert registry.get("Own").__name__ == "Fraction"
    assert "Gone" in registry
    with pytest.raises(PluginError, match="viz-core cannot provide the backend 'Gone'"):
        registry.get("Gone")


def test_an_unknown_name_gets_a_suggestion_its_package_and_the_list(registry):
    registry.register_module("LocalVisBackend", module=One)
    with pytest.raises(UnknownTypeError) as caught:
        registry.build({"type": "WandVisBackend"})
    assert str(caught.value) == (
        "no backend is called 'WandVisBackend'\n"
        "  did you mean 'WandbVisBackend'?\n"
        "  WandbVisBackend is in the package viz-backend-wandb, which is not installed\n"
        "  from a clone of viz: pip install ./packages/viz-backend-wandb\n"
        "  once it is on a package index: pip install viz-backend-wandb\n"
        "  available: LocalVisBackend"
    )


def test_a_known_name_that_is_not_installed_names_its_package(registry):
    with pytest.raises(UnknownTypeError) as caught:
        registry.get("WandbVisBackend")
    assert str(caught.value) == (
        "no backend is called 'WandbVisBackend'\n"
        "  WandbVisBackend is in the package viz-backend-wandb, which is not installed\n"
        "  from a clone of viz: pip install ./packages/viz-backend-wandb\n"
        "  once it is on a package index: pip install viz-backend-wandb\n"
        "  available: none"
    )


def test_wrong_configs_say_what_a_config_is(registry):
    registry.register_module(module=One)
    with pytest.raises(
        ValueError, match=r"backend config has no \"type\": \{'size': 3\}; name one of One"
    ):
        registry.build({"size": 3})
    with pytest.raises(
        TypeError, match=r"must be a mapping such as dict\(type=\.\.\.\), got str: 'One'"
    ):
        registry.build("One")
    with pytest.raises(TypeError, match="must be a name or a class, got 3"):
        registry.build({"type": 3})
    with pytest.raises(TypeError, match="sise"):
        registry.build({"type": "One", "sise": 3})


def test_says_what_it_is_without_importing_or_looking_for_anything():
    def find():
        raise AssertionError("a plugin was looked for")

    builtin = {"Gone": "a_module_that_is_not_there:Gone"}
    registry = Registry("backend", PluginHost(find), "viz_backends", builtin=builtin)
    assert repr(registry) == "<Registry 'backend', registered: 1>"
    registry = Registry("backend", PluginHost(find), "viz_backends")
    registry.register_module(["a", "b"], module=One)
    assert repr(registry) == "<Registry 'backend', registered: 2>"
