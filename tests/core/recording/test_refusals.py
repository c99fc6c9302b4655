"""What a backend says that it does not keep is not given to it, and is counted."""

import pytest
from kinds_records import IMAGE, figure

from viz_core import BaseVisBackend, RecordingWarning, Visualizer

OLD = {
    "config": ({"lr": 1},),
    "graph": (object(),),
    "image": ("a", IMAGE),
    "scalar": ("loss", 1),
    "scalars": ({"loss": 1},),
}


def refusing(kinds, base=object):
    """Return a backend that has all methods of old, and says that it keeps none of these kinds."""
    called = []

    def method(kind):
        return lambda self, *values, **named: called.append(kind)

    methods = {f"add_{kind}": method(kind) for kind in OLD}
    supports = {"supports": lambda self, kind: kind not in kinds}
    backend = type("Refuses", (base,), methods | supports)()
    backend.called = called
    return backend


@pytest.mark.parametrize("base", [object, BaseVisBackend])
@pytest.mark.parametrize("background", [False, True])
@pytest.mark.parametrize("kind", ["config", "graph", "image"])
def test_a_kind_that_a_backend_says_it_does_not_keep_is_counted(kind, background, base):
    backend = refusing({kind}, base)
    visualizer = Visualizer(vis_backends=[backend], background=background)
    with pytest.warns(RecordingWarning, match=f"Refuses keeps no {kind}.*which is counted"):
        getattr(visualizer, f"add_{kind}")(*OLD[kind])
        visualizer.flush()
    getattr(visualizer, f"add_{kind}")(*OLD[kind])  # told once
    for other in OLD.keys() - {kind}:
        getattr(visualizer, f"add_{other}")(*OLD[other])
    with pytest.warns(RecordingWarning, match=f"not recorded: Refuses: 2 x {kind}"):
        visualizer.close()
    assert {*backend.called} == OLD.keys() - {kind}


@pytest.mark.parametrize("base", [object, BaseVisBackend])
def test_scalars_go_by_the_method_that_a_backend_says_it_keeps(base):
    for refused, kept in (("scalar", "scalars"), ("scalars", "scalar")):
        backend = refusing({refused}, base)
        visualizer = Visualizer(vis_backends=[backend], on_backend_error="raise")
        visualizer.add_scalar("loss", 1)
        visualizer.add_scalars({"loss": 1})
        assert backend.called == [kept] * 2
    visualizer = Visualizer(vis_backends=[backend := refusing({"scalar", "scalars"}, base)])
    with pytest.warns(RecordingWarning, match="Refuses keeps no scalar"):
        visualizer.add_scalar("loss", 1)
    assert backend.called == []


@pytest.mark.parametrize("base", [object, BaseVisBackend])
def test_a_backend_that_fails_when_it_is_asked_what_it_keeps_gets_all(base, monkeypatch):
    backend = refusing(set(), base)
    texts = []

    def add_text(self, name, text, step=0, **kwargs):
        texts.append(text)

    def supports(self, kind):
        raise OSError(f"{kind}?")

    monkeypatch.setattr(type(backend), "add_text", add_text, raising=False)
    monkeypatch.setattr(type(backend), "supports", supports)
    visualizer = Visualizer(vis_backends=[backend])
    with pytest.warns(RecordingWarning) as told:
        visualizer.add_text("a", "b")
    assert [str(each.message) for each in told] == [
        "Refuses.supports('config') raised OSError: config?; it is called for whatever it has a "
        "method for"
    ]
    for kind, values in OLD.items():
        getattr(visualizer, f"add_{kind}")(*values)
    with pytest.warns(RecordingWarning, match="it gets an image of it"):
        visualizer.add_figure("f", figure())
    assert texts == ["b"]
    assert backend.called == [*OLD, "image"]
    with pytest.warns(RecordingWarning, match="keeps no file"):
        visualizer.add_file(__file__)


def test_a_method_of_an_object_alone_is_called():
    class Plain(BaseVisBackend):
        pass

    backend, called = Plain(), []
    backend.add_image = lambda name, image, step=0: called.append(name)
    backend.add_text = lambda name, text, step=0: called.append(text)
    visualizer = Visualizer(vis_backends=[backend], on_backend_error="raise")
    visualizer.add_image("a", IMAGE)
    visualizer.add_text("a", "b")
    assert called == ["a", "b"]
