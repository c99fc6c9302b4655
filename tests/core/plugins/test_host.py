"""The plugin host: strangers' packages, found on disk, whole and broken."""

import sys
import warnings

import pluggy
import pytest

from viz_core import hookimpl
from viz_core.errors import PluginError, PluginWarning, UnknownTypeError, VizWarning
from viz_core.plugins.discovery import EntryPoint, find_entry_points
from viz_core.plugins.host import GROUP, PluginHost
from viz_core.plugins.registry import Registry

GOOD = """
from viz_core import hookimpl

class {name}:
    pass

@hookimpl
def viz_backends():
    return {{"{name}": {name}}}
"""


@pytest.fixture
def registry():
    return Registry("backend", PluginHost(), "viz_backends", reserved={"LocalVisBackend"})


@pytest.fixture
def install(tmp_path, monkeypatch):
    """Return a function that installs a fake distribution with one entry point."""
    monkeypatch.syspath_prepend(tmp_path)

    def install(name, source, version="1.0", group="viz.plugins.v1", module=None, target=None):
        module = module or name.replace("-", "_")
        if source is not None:
            (tmp_path / f"{module}.py").write_text(source)
        info = tmp_path / f"{name.replace('-', '_')}-{version}.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
        (info / "entry_points.txt").write_text(f"[{group}]\n{name} = {target or module}\n")
        sys.modules.pop(module, None)
        return info

    return install


def test_finds_an_installed_backend(install, registry):
    install("viz-stranger", GOOD.format(name="StrangerVisBackend"))
    assert registry.get("StrangerVisBackend").__name__ == "StrangerVisBackend"
    assert "StrangerVisBackend" in registry
    assert "StrangerVisBackend" in registry.names()


def test_imports_no_plugin_for_a_name_of_this_process(install, registry):
    install("viz-noisy", "raise SystemError('imported')")

    @registry.register_module()
    class Mine:
        pass

    assert registry.get("Mine") is Mine


def test_imports_a_target_only_when_its_name_is_used(install, registry, tmp_path):
    (tmp_path / "viz_lazy_backend.py").write_text("class LazyVisBackend: pass\n")
    install(
        "viz-lazy",
        "from viz_core import hookimpl\n"
        "@hookimpl\n"
        "def viz_backends():\n"
        "    return {'LazyVisBackend': 'viz_lazy_backend:LazyVisBackend'}\n",
    )
    assert "LazyVisBackend" in registry
    assert "viz_lazy_backend" not in sys.modules
    assert registry.get("LazyVisBackend").__name__ == "LazyVisBackend"


BROKEN = {
    "import error": ("import bad_dep_that_is_not_there", "No module named 'bad_dep_that"),
    "raising hook": (
        "from viz_core import hookimpl\n@hookimpl\ndef viz_backends():\n    raise OSError('no net')",
        "OSError: no net",
    ),
    "unknown hook": (
        "from viz_core import hookimpl\n@hookimpl\ndef viz_frontends():\n    return {}",
        "implements viz_frontends, which this viz-core does not ask",
    ),
    "unknown argument": (
        "from viz_core import hookimpl\n@hookimpl\ndef viz_backends(color):\n    return {}",
        "color",
    ),
    "no hookimpl": ("def viz_backends():\n    return {}", "decorated with @viz_core.hookimpl"),
    "not a mapping": (
        "from viz_core import hookimpl\n@hookimpl\ndef viz_backends():\n    return 3",
        "TypeError",
    ),
    "not a target": (
        "from viz_core import hookimpl\n@hookimpl\ndef viz_backends():\n    return {'A': 'a.b'}",
        'a target is a class or "package.module:Class"',
    ),
    "a name of viz-core": (
        "from viz_core import hookimpl\n@hookimpl\ndef viz_backends():\n"
        "    return {'LocalVisBackend': 'a:B'}",
        "'LocalVisBackend', which is viz-core's own; rename it",
    ),
}


@pytest.mark.parametrize("way", BROKEN)
def test_a_broken_plugin_costs_one_warning_and_no_other_plugin(install, registry, way):
    source, reason = BROKEN[way]
    install("viz-bad", source, version="1.2.3")
    install("viz-good", GOOD.format(name="GoodVisBackend"))
    with pytest.warns(PluginWarning) as caught:
        assert registry.get("GoodVisBackend").__name__ == "GoodVisBackend"
    (warning,) = [w for w in caught if "viz-bad" in str(w.message)]
    assert str(warning.message).startswith("plugin left out: viz-bad 1.2.3 [viz-bad] (")
    assert reason in str(warning.message)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        registry.names()  # told once
        with pytest.raises(UnknownTypeError, match=r"left out: viz-bad 1\.2\.3 \[viz-bad\]"):
            registry.get("NobodyVisBackend")


def test_a_warning_made_an_error_costs_no_other_plugin(install, registry):
    install("viz-bad", "import bad_dep_that_is_not_there")
    install("viz-good", GOOD.format(name="GoodVisBackend"))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(PluginWarning, match="viz-bad"):
            registry.get("GoodVisBackend")
        assert registry.get("GoodVisBackend").__name__ == "GoodVisBackend"


def test_a_target_that_does_not_exist_is_told_when_it_is_asked_for(install, registry):
    install(
        "viz-hollow",
        "from viz_core import hookimpl\n@hookimpl\ndef viz_backends():\n"
        "    return {'HollowVisBackend': 'viz_hollow:Missing'}",
    )
    install("viz-good", GOOD.format(name="GoodVisBackend"))
    assert registry.get("GoodVisBackend").__name__ == "GoodVisBackend"
    with pytest.raises(
        PluginError, match=r"viz-hollow 1\.0 \[viz-hollow\] cannot provide the backend 'HollowVis"
    ):
        registry.get("HollowVisBackend")


def test_two_plugins_with_one_name_are_both_named(install, registry):
    install("viz-one", GOOD.format(name="TwinVisBackend"))
    install("viz-two", GOOD.format(name="TwinVisBackend"))
    install("viz-good", GOOD.format(name="GoodVisBackend"))
    assert registry.get("GoodVisBackend").__name__ == "GoodVisBackend"
    with pytest.raises(PluginError, match=r"viz-one 1\.0 .* and viz-two 1\.0 .*DISABLE_PLUGINS"):
        registry.get("TwinVisBackend")


def test_a_stale_dist_info_is_left_out(install, registry):
    info = install("viz-stale", None)
    (info / "METADATA").unlink()
    install("viz-good", GOOD.format(name="GoodVisBackend"))
    with pytest.warns(
        PluginWarning, match=r"left out: viz_stale \? \[viz-stale\] \(ModuleNotFound"
    ):
        assert registry.get("GoodVisBackend").__name__ == "GoodVisBackend"


def test_a_line_that_is_no_entry_point_is_left_out(install, registry):
    info = install("viz-bad", GOOD.format(name="BadVisBackend"))
    with (info / "entry_points.txt").open("a") as file:
        file.write("no pair\n")
    with pytest.warns(PluginWarning) as caught:
        assert registry.get("BadVisBackend").__name__ == "BadVisBackend"
    (warning,) = caught
    assert str(warning.message).startswith("plugin left out: viz-bad 1.0 [no pair] (PluginError: ")
    assert "write no pair = package.module" in str(warning.message)


def test_a_stranger_whose_entry_points_cannot_be_read_costs_nothing(install, registry):
    info = install("not-ours", "raise SystemError('imported')", group="other")
    (info / "entry_points.txt").write_text("[other]\nno pair\n")
    install("viz-good", GOOD.format(name="GoodVisBackend"))
    assert registry.get("GoodVisBackend").__name__ == "GoodVisBackend"


def test_a_plugin_for_a_later_api_is_left_out_unless_it_speaks_this_one_too(install, registry):
    install("viz-later", GOOD.format(name="LaterVisBackend"), group="viz.plugins.v2")
    info = install("viz-both", GOOD.format(name="BothVisBackend"))
    entry_points = info / "entry_points.txt"
    entry_points.write_text(
        "[viz.plugins.v2]\nboth = viz_both_two\n" + entry_points.read_text(),
    )
    with pytest.warns(PluginWarning) as caught:
        assert registry.get("BothVisBackend").__name__ == "BothVisBackend"
    messages = [str(w.message) for w in caught]
    assert len([m for m in messages if "viz-later" in m]) == 1
    assert "made for viz.plugins.v2, and this viz-core speaks viz.plugins.v1" in "".join(messages)
    assert not any("viz-both" in m for m in messages)


@pytest.mark.parametrize(
    "value", ["viz-bad", "viz-good, viz-bad,", "*", "viz_bad", "Viz.Bad", " viz_bad ", "viz-bad,*"]
)
def test_a_plugin_can_be_switched_off(install, registry, monkeypatch, value):
    install("viz-bad", "raise RuntimeError('imported all the same')")
    install("viz-good", GOOD.format(name="GoodVisBackend"))
    monkeypatch.setenv("VIZ_DISABLE_PLUGINS", value)
    with pytest.raises(
        UnknownTypeError, match=r"switched off by VIZ_DISABLE_PLUGINS: viz-bad 1\.0"
    ):
        registry.get("AnyVisBackend")


@pytest.mark.parametrize(
    "value", ["viz-backend-x", "viz_backend_x", "viz_backend_x._plugin", "x", "X", "viz_backend-X"]
)
def test_a_plugin_is_switched_off_by_any_of_its_names(registry_of, monkeypatch, value):
    points = [
        EntryPoint("viz-backend-x 1.0", "x", "viz_backend_x._plugin:here", GROUP),
        EntryPoint("viz-backend-y 1.0", "y", "viz_backend_y", "viz.plugins.v9"),
    ]
    monkeypatch.setenv("VIZ_DISABLE_PLUGINS", value)
    host, registry = registry_of(points)
    with pytest.warns(PluginWarning, match="viz-backend-y"):
        assert registry.names() == []
    assert host.disabled == ("viz-backend-x 1.0 [x]",)


def test_a_name_that_no_plugin_has_is_told_once(registry_of, monkeypatch):
    point = EntryPoint("viz-backend-x 1.0", "x", "viz_backend_x", GROUP)
    monkeypatch.setenv("VIZ_DISABLE_PLUGINS", "viz-backend-z, x,XVisBackend")
    host, registry = registry_of([point])
    with pytest.warns(VizWarning, match="names 'viz-backend-z', and .* 'XVisBackend'") as told:
        registry.names()
    assert (len(told), told[0].filename) == (1, __file__)
    assert "installed: viz-backend-x 1.0 [x]" in str(told[0].message)
    registry.names()
    assert host.disabled == ("viz-backend-x 1.0 [x]",)


@pytest.fixture
def registry_of():
    def make(points):
        host = PluginHost(find=lambda: points)
        return host, Registry("backend", host, "viz_backends")

    return make


def test_a_plugin_can_be_registered_by_hand_and_a_wrong_one_is_refused_whole():
    host = PluginHost(find=list)
    registry = Registry("backend", host, "viz_backends")

    class Good:
        @hookimpl
        def viz_backends(self):
            return {"HandVisBackend": Good}

    class Bad:
        @hookimpl
        def viz_backends(self, color):
            return {}

    assert registry.names() == []
    host.register(Good(), "by hand")
    assert registry.get("HandVisBackend") is Good
    with pytest.raises(PluginError, match="color") as caught:
        host.register(Bad(), "wrong")
    assert isinstance(caught.value.__cause__, pluggy.PluginValidationError)
    assert registry.names() == ["HandVisBackend"]


def test_forgets_so_that_the_next_question_looks_anew(install, registry):
    host = PluginHost()
    registry = Registry("backend", host, "viz_backends")
    assert "NewVisBackend" not in registry
    install("viz-new", GOOD.format(name="NewVisBackend"))
    assert "NewVisBackend" not in registry
    host.forget()
    assert "NewVisBackend" in registry


def test_says_how_many_plugins_there_are_and_looks_for_none(install):
    install("viz-good", GOOD.format(name="GoodVisBackend"))
    install("viz-broken", "raise OSError")
    mine = ("viz-good", "viz-broken")
    host = PluginHost(lambda: [p for p in find_entry_points("viz.plugins.") if p.name in mine])
    assert repr(host) == "<PluginHost, not asked yet>"
    with pytest.warns(PluginWarning, match="viz-broken"):
        host.offers("viz_backends")
    assert repr(host) == "<PluginHost, plugins: 1, left out: 1>"
