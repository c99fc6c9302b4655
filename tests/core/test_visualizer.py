"""The visualizer: what holds canvas, recorder and name together."""

import json

import numpy as np
import pytest

from viz_core import (
    BaseVisBackend,
    LocalVisBackend,
    MissingSaveDirError,
    RecordingWarning,
    UnknownTypeError,
    Visualizer,
    VizWarning,
)


class Memory(BaseVisBackend):
    """Keeps what it is given."""

    def __init__(self, save_dir=None):
        super().__init__(save_dir)
        self.records = []

    def add_config(self, **record):
        self.records.append(record)

    def add_graph(self, **record):
        self.records.append(record)

    def add_image(self, **record):
        self.records.append(record)

    def add_scalars(self, **record):
        self.records.append(record)


@pytest.fixture
def image():
    return np.full((40, 60, 3), 100, np.uint8)


def test_configs_are_left_as_they_were(tmp_path):
    configs = [{"type": "LocalVisBackend", "name": "here"}]
    Visualizer(vis_backends=configs, save_dir=tmp_path)
    assert configs == [{"type": "LocalVisBackend", "name": "here"}]


@pytest.mark.parametrize("wrap", [lambda x: x, lambda x: [x], lambda x: (x,)])
def test_takes_one_backend_or_a_sequence_as_config_class_or_object(tmp_path, wrap):
    for backend in (
        {"type": "LocalVisBackend"},
        {"type": "mmengine.LocalVisBackend"},
        {"type": LocalVisBackend},
        LocalVisBackend(tmp_path),
    ):
        visualizer = Visualizer(vis_backends=wrap(backend), save_dir=tmp_path)
        assert isinstance(visualizer.get_backend("LocalVisBackend"), LocalVisBackend)


@pytest.mark.parametrize(
    "wrong", ["LocalVisBackend", 3, [3], ["LocalVisBackend"], [BaseVisBackend]]
)
def test_what_is_no_backend_is_refused(wrong, tmp_path):
    with pytest.raises(TypeError, match=r"must be a config such as dict\(type='LocalVisBackend'\)"):
        Visualizer(vis_backends=wrong, save_dir=tmp_path)


def test_wrong_backends_raise_before_anything_is_written(tmp_path):
    local = {"type": "LocalVisBackend"}
    with pytest.raises(UnknownTypeError, match="no backend is called 'LocalVizBackend'"):
        Visualizer(vis_backends=[local, {"type": "LocalVizBackend"}], save_dir=tmp_path)
    with pytest.raises(TypeError, match="image_dir"):
        Visualizer(
            vis_backends=[local, {**local, "name": "b", "image_dir": "x"}], save_dir=tmp_path
        )
    with pytest.raises(ValueError, match='backend config has no "type"'):
        Visualizer(vis_backends=[{"name": "b"}], save_dir=tmp_path)
    with pytest.raises(TypeError, match="name of a backend must be a non-empty string, got 3"):
        Visualizer(vis_backends=[{**local, "name": 3}], save_dir=tmp_path)
    assert not list(tmp_path.iterdir())


def test_constructing_writes_nothing(tmp_path):
    with Visualizer(vis_backends=[{"type": "LocalVisBackend"}], save_dir=tmp_path / "new"):
        pass
    assert not (tmp_path / "new").exists()


def test_an_explicit_save_dir_is_used_as_it_is(tmp_path):
    visualizer = Visualizer(
        vis_backends=[{"type": "LocalVisBackend", "save_dir": str(tmp_path / "own")}]
    )
    visualizer.add_scalar("loss", 1)
    assert json.loads((tmp_path / "own" / "scalars.json").read_text()) == {"loss": 1, "step": 0}


def test_a_backend_that_needs_a_folder_and_has_none_is_left_out_and_the_others_record(image):
    memory = Memory()
    with pytest.warns(RecordingWarning, match="local is left out: LocalVisBackend needs a folder"):
        visualizer = Visualizer(vis_backends=[{"type": "LocalVisBackend", "name": "local"}, memory])
    visualizer.add_image("demo", image)
    assert memory.records[0]["name"] == "demo"
    with pytest.raises(ValueError, match="give save_dir= to the visualizer"):
        visualizer.get_backend("local")
    assert visualizer.get_backend("nobody") is None
    assert visualizer.get_backend("memory") is memory
    with pytest.warns(VizWarning, match="no backend is called 'Memry'; there are: Memory, local"):
        assert visualizer.get_backend("Memry") is None
    assert visualizer.get_backend("Memory") is memory


def test_a_class_without_save_dir_is_not_given_one(tmp_path):
    class Plain:
        def __init__(self):
            self.values = []

        def add_scalar(self, name, value, step=0):
            self.values.append((name, value, step))

    visualizer = Visualizer(vis_backends=[{"type": Plain}], save_dir=tmp_path)
    visualizer.add_scalar("loss", 0.5, step=2)
    visualizer.add_scalars({"a": 1}, step=3)
    assert visualizer.get_backend("Plain").values == [("loss", 0.5, 2), ("a", 1, 3)]


def test_nor_is_one_that_inherits_its_constructor(tmp_path):
    class Plain(BaseVisBackend):
        def __init__(self, speed=1):
            super().__init__()
            self.speed = speed

    class Quick(Plain):
        pass

    visualizer = Visualizer(vis_backends=[{"type": Quick, "speed": 3}], save_dir=tmp_path)
    assert visualizer.get_backend("Quick").speed == 3


def test_the_backends_can_be_replaced_as_mmdetections_hook_does(tmp_path):
    visualizer = Visualizer(vis_backends=[{"type": "LocalVisBackend"}], save_dir=tmp_path)
    assert list(visualizer._vis_backends) == ["LocalVisBackend"]
    visualizer._vis_backends = {}
    visualizer.add_scalar("loss", 1)
    assert not list(tmp_path.iterdir())


def test_fig_save_cfg_that_has_no_effect_says_so():
    Visualizer(fig_save_cfg={"frameon": False}, fig_show_cfg={"frameon": False})
    with pytest.warns(VizWarning, match=r"fig_save_cfg=\{'figsize': \(3, 3\)\} has no effect"):
        Visualizer(fig_save_cfg={"figsize": (3, 3)})


def test_dataset_meta_is_none_until_it_is_set():
    visualizer = Visualizer()
    assert visualizer.dataset_meta is None
    visualizer.dataset_meta = {"classes": ("cat", "dog")}
    assert visualizer.dataset_meta["classes"] == ("cat", "dog")


def test_without_backends_recording_does_nothing(image):
    visualizer = Visualizer()
    with pytest.warns(VizWarning, match="there is no backend"):
        visualizer.add_config({"a": 1})
    visualizer.add_graph(None, None)
    visualizer.add_image("a", image)
    visualizer.add_scalar("a", 1)
    visualizer.add_scalars({"a": 1})
    visualizer.add_datasample("a", image)
    visualizer.flush()
    visualizer.close()
    visualizer.close()


def test_a_bad_image_raises_before_any_backend_sees_it(image):
    memory = Memory()
    visualizer = Visualizer(vis_backends=[memory])
    with pytest.raises(ValueError, match=r"divide it by 255"):
        visualizer.add_image("a", image.astype(float))
    assert not memory.records


def test_draws_and_records_from_one_object(tmp_path, image):
    with Visualizer(
        image=image, vis_backends=[{"type": "LocalVisBackend"}], save_dir=tmp_path
    ) as visualizer:
        drawn = visualizer.draw_bboxes(np.array([5, 5, 30, 30]), edge_colors="r").get_image()
        visualizer.add_image("boxes", drawn, step=4)
    assert (tmp_path / "vis_data/vis_image/boxes_4.png").exists()


def test_named_instances_are_shared_and_the_constructor_registers_nothing():
    Visualizer("alone")
    assert not Visualizer.check_instance_created("alone")
    made = Visualizer.get_instance("shared")
    assert Visualizer.get_current_instance() is made
    assert made.instance_name == "shared"
    Visualizer.close_all()
    assert not Visualizer.check_instance_created("shared")


@pytest.mark.parametrize(("name", "error"), [("", ValueError), (3, TypeError)])
def test_a_wrong_name_is_refused(name, error):
    with pytest.raises(error, match="name must"):
        Visualizer(name)


def test_is_an_image_in_a_notebook(image):
    assert Visualizer(image=image)._repr_png_().startswith(b"\x89PNG")


def test_says_what_it_is_and_opens_nothing(tmp_path, image):
    class Mine(Visualizer):
        pass

    assert repr(Visualizer()) == "<Visualizer 'visualizer' without an image, backends: none>"
    local = {"type": "LocalVisBackend", "name": "here"}
    made = Mine("det", image, [local, Memory()], tmp_path)
    assert repr(made) == "<Mine 'det' 60x40, backends: here, Memory>"
    assert not made.get_backend("Memory").is_open
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    "name",
    ["LocalVisBackend", "Local", "local", "localvisbackend", "mmengine.LocalVisBackend", "LOCAL"],
)
def test_a_backend_is_found_by_its_short_name_too(tmp_path, name):
    configs = [{"type": "LocalVisBackend"}, {"type": "LocalVisBackend", "name": "second"}]
    visualizer = Visualizer(vis_backends=configs, save_dir=tmp_path)
    assert visualizer.get_backend(name) is visualizer._vis_backends["LocalVisBackend"]
    assert visualizer.get_backend("Second") is visualizer._vis_backends["second"]


def test_a_short_name_of_two_backends_is_neither(tmp_path):
    configs = [{"type": "LocalVisBackend", "name": name} for name in ("Local", "local")]
    visualizer = Visualizer(vis_backends=configs, save_dir=tmp_path)
    assert visualizer.get_backend("local") is visualizer._vis_backends["local"]
    with pytest.warns(VizWarning, match="no backend is called 'LOCAL'; there are: Local, local"):
        assert visualizer.get_backend("LOCAL") is None


def test_the_short_name_of_a_backend_that_was_left_out_says_why():
    with pytest.warns(RecordingWarning, match="is left out"):
        visualizer = Visualizer(vis_backends=[{"type": "LocalVisBackend"}])
    with pytest.raises(MissingSaveDirError, match="needs a folder and has none"):
        visualizer.get_backend("local")


@pytest.mark.parametrize("name", ["LocalVisBackends", "LocalBackend", "Locall"])
def test_a_backend_that_is_nearly_called_so_is_told(tmp_path, name):
    visualizer = Visualizer(vis_backends=[{"type": "LocalVisBackend"}], save_dir=tmp_path)
    with pytest.warns(VizWarning, match=f"no backend is called '{name}'; there are: LocalVis"):
        assert visualizer.get_backend(name) is None


def test_save_dir_is_absolute_and_stays_it(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    relative, home = Visualizer(save_dir="runs"), Visualizer(save_dir="~/runs")
    monkeypatch.chdir("/")
    assert (relative.save_dir, home.save_dir) == (f"{tmp_path}/runs", f"{tmp_path}/home/runs")
    assert Visualizer().save_dir is None
