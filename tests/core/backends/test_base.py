import pytest

from viz_core import VISBACKENDS, BaseVisBackend, Visualizer


class PlainVisBackend(BaseVisBackend):
    def __init__(self, **kwargs):
        self.unfinished = repr(self)
        super().__init__(**kwargs)

    def open_experiment(self):
        raise AssertionError("a repr opens nothing")


@pytest.mark.parametrize(
    ("save_dir", "expected"),
    [
        ("/runs/vis_data", "<PlainVisBackend '/runs/vis_data'>"),
        (None, "<PlainVisBackend>"),
        ("/it's", """<PlainVisBackend "/it's">"""),
    ],
)
def test_a_repr_names_the_class_and_the_folder(save_dir, expected):
    assert repr(PlainVisBackend(save_dir=save_dir)) == expected


def test_a_repr_of_a_backend_that_is_being_made_raises_nothing():
    assert PlainVisBackend(save_dir="runs").unfinished == "<PlainVisBackend>"


def test_a_repr_makes_no_folder(tmp_path):
    backend = VISBACKENDS.build({"type": "LocalVisBackend", "save_dir": tmp_path / "run"})
    Visualizer(vis_backends=[backend])
    assert repr(backend) == f"<LocalVisBackend {str(tmp_path / 'run')!r}>"
    assert not backend.is_open
    assert not (tmp_path / "run").exists()
