"""Kinds that a backend keeps itself, as another, or not at all."""

import gc
import pickle
import time

import numpy as np
import pytest
from kinds_records import FRAMES, IMAGE, figure, records

from viz_core import (
    BaseVisBackend,
    LocalVisBackend,
    Recorder,
    RecordingError,
    RecordingWarning,
    Visualizer,
)
from viz_core.kinds.fallbacks import FALLBACKS
from viz_core.kinds.kept import ARGUMENTS
from viz_core.recording.failures import with_article


class Keeps(BaseVisBackend):
    def __init__(self):
        super().__init__()
        self.calls = []


def keeping(*kinds):
    """Return a backend that keeps these kinds, and notes what it gets."""

    def method(kind):
        def add(self, **kwargs):
            self.calls.append((kind, kwargs))

        return add

    return type("Keeps", (Keeps,), {f"add_{kind}": method(kind) for kind in kinds})()


def record_all(visualizer, folder):
    for kind, arguments in records(folder).items():
        getattr(visualizer, f"add_{kind}")(**arguments)


def test_each_kind_has_a_method_for_users_and_one_for_backends(tmp_path):
    assert set(records(tmp_path)) == set(ARGUMENTS)
    for kind in ARGUMENTS:
        for owner in (Visualizer, Recorder, BaseVisBackend):
            assert getattr(owner, f"add_{kind}").__doc__


@pytest.mark.parametrize("background", [False, True])
def test_a_backend_gets_what_it_has_a_method_for_converted(tmp_path, background):
    backend = keeping(*ARGUMENTS)
    visualizer = Visualizer(vis_backends=[backend], on_backend_error="raise", background=background)
    record_all(visualizer, tmp_path)
    visualizer.close()
    assert [kind for kind, _ in backend.calls] == [*ARGUMENTS]
    calls = dict(backend.calls)
    for kind, names in ARGUMENTS.items():
        assert tuple(calls[kind]) == names
        assert calls[kind].get("step", 3) == 3
    assert [image.shape for image in calls["images"]["images"]] == [(20, 30, 3)] * 3
    assert calls["figure"]["figure"].image.shape == (50, 100, 3)
    assert calls["histogram"]["histogram"].counts.tolist() == [1, 3]
    assert calls["table"]["rows"] == [(1, "a,b"), (2, None)]
    assert calls["video"]["fps"] == 5
    assert len([*calls["video"]["frames"].frames()]) == 5
    assert calls["file"] == {"path": tmp_path / "weights.bin", "name": "best/weights.bin"}
    assert calls["hparams"] == {"hparams": {"lr": 0.5, "opt": "sgd"}, "metrics": {"acc": 0.75}}
    assert calls["pr_curve"]["curve"].true_positives[0] == 2
    assert calls["confusion_matrix"]["classes"] == ("a", "b")
    assert calls["annotations"]["annotated"].truth.bboxes.tolist() == [[1, 2, 20, 15]]


def test_a_backend_alone_takes_the_same(tmp_path):
    together, alone = keeping(*ARGUMENTS), keeping(*ARGUMENTS)
    record_all(Visualizer(vis_backends=[together]), tmp_path)
    record_all(alone, tmp_path)
    for (kind, first), (_, second) in zip(together.calls, alone.calls, strict=True):
        if kind == "annotations":
            assert pickle.dumps(first) == pickle.dumps(second)
        elif kind not in ("figure", "video"):
            np.testing.assert_equal(first, second)


@pytest.mark.parametrize("kind", ["histogram", "pr_curve", "images", "annotations"])
def test_a_subclass_passes_a_record_on(tmp_path, kind):
    parent = type(keeping(kind))

    def add(self, **kwargs):
        getattr(parent, f"add_{kind}")(self, **kwargs)

    backend = type("Child", (parent,), {f"add_{kind}": add})()
    getattr(Visualizer(vis_backends=[backend], on_backend_error="raise"), f"add_{kind}")(
        **records(tmp_path)[kind]
    )
    assert [kept for kept, _ in backend.calls] == [kind]


@pytest.mark.parametrize(
    ("kept", "kind", "becomes"),
    [
        (["image"], "images", ["image"]),
        (["image"], "figure", ["image"]),
        (["image"], "histogram", ["image"]),
        (["image", "figure"], "histogram", ["figure"]),
        (["image"], "pr_curve", ["image"]),
        (["image"], "confusion_matrix", ["image"]),
        (["image"], "video", ["image"]),
        (["image"], "annotations", ["image"]),
        (["file"], "video", ["file"]),
        (["file"], "text", ["file"]),
        (["text", "file"], "table", ["text"]),
        (["file"], "table", ["file"]),
        (["file"], "html", ["file"]),
        (["config", "scalars"], "hparams", ["config", "scalars"]),
        (["config", "scalar"], "hparams", ["config", "scalar"]),
    ],
)
@pytest.mark.parametrize("background", [False, True])
def test_what_a_backend_lacks_becomes_what_it_keeps_and_is_told_once(
    tmp_path, kept, kind, becomes, background
):
    backend = keeping(*kept)
    visualizer = Visualizer(vis_backends=[backend], background=background)
    with pytest.warns(RecordingWarning, match=f"Keeps keeps no {kind}: it gets an? "):
        getattr(visualizer, f"add_{kind}")(**records(tmp_path)[kind])
    getattr(visualizer, f"add_{kind}")(**records(tmp_path)[kind])
    visualizer.close()
    assert [found for found, _ in backend.calls] == becomes * 2


def test_a_text_can_be_no_table():
    backend = keeping("image", "scalars")
    visualizer = Visualizer(vis_backends=[backend])
    with pytest.warns(
        RecordingWarning, match="Keeps keeps no text, nor anything that a text could"
    ):
        visualizer.add_text("note", "it runs")
    visualizer.add_text("note", "it runs")
    with pytest.warns(RecordingWarning, match=r"not recorded: Keeps: 2 x text"):
        visualizer.close()
    assert not backend.calls


def test_a_file_that_one_backend_keeps_is_counted_for_the_other(tmp_path):
    file, other = keeping("file"), keeping("scalars")
    visualizer = Visualizer(
        vis_backends=[file, {"type": type(other), "name": "other"}], on_backend_error="raise"
    )
    with pytest.warns(RecordingWarning, match="other keeps no file, nor anything"):
        visualizer.add_file(**records(tmp_path)["file"])
    with pytest.warns(RecordingWarning, match="not recorded: other: 1 x file"):
        visualizer.close()
    assert [kind for kind, _ in file.calls] == ["file"]


def test_a_record_is_rendered_once_for_all_backends(monkeypatch):
    backends = {str(i): keeping("image") for i in range(3)}
    calls = []

    def render(name, images, step):
        calls.append(name)
        return [("image", (name, IMAGE, step))]

    recorder = Recorder(backends, fallbacks={"images": [(("image",), render)]})
    with pytest.warns(RecordingWarning):
        recorder.add_images("a", [IMAGE])
    assert calls == ["a"]
    images = [backend.calls[0][1]["image"] for backend in backends.values()]
    assert images[0] is images[1] is images[2]


def test_what_cannot_be_rendered_is_a_failure_of_each():
    def render(name, images, step):
        raise ValueError("no ink")

    fallbacks = {"images": [(("image",), render)]}
    backends = {"a": keeping("image"), "b": keeping("image")}
    recorder = Recorder(backends, fallbacks=fallbacks, on_backend_error="raise")
    with pytest.raises(RecordingError, match="no ink") as caught:
        recorder.add_images("x", [IMAGE])
    assert set(caught.value.failures) == {"a", "b"}


def test_the_table_goes_with_copies_of_whoever_records():
    assert {*pickle.loads(pickle.dumps(FALLBACKS))} == {*FALLBACKS}


def test_every_way_to_keep_a_kind_renders(tmp_path):
    for kind, ways in FALLBACKS.items():
        for way in ways:
            backend = keeping(*way.kinds)
            recorder = Recorder({"a": backend}, fallbacks={kind: [way]}, on_backend_error="raise")
            with pytest.warns(RecordingWarning, match=f"keeps no {kind}"):
                getattr(recorder, f"add_{kind}")(**records(tmp_path)[kind])
            assert {found for found, _ in backend.calls} == set(way.kinds)


class OfMMAction:
    """What matters of mmaction2's own backends."""

    def __init__(self):
        self.calls = []

    def add_video(self, name: str, frames: np.ndarray, step: int = 0, fps: int = 4, out_type="img"):
        self.calls.append((name, frames, step, fps))


class OfOthers(OfMMAction):
    """Of an author who calls things otherwise: this is no kind of ours."""

    def add_video(self, tag, vid_tensor, global_step=0):
        raise AssertionError

    def add_image(self, name, image, step):
        self.calls.append((name, image.shape))


class Says(OfMMAction):
    """Says what it keeps, so its method may have any names."""

    def supports(self, kind):
        return kind in ("figure", "image")

    def add_figure(self, tag, fig, iteration):
        self.calls.append((tag, fig, iteration))


def test_a_stranger_is_native_where_its_method_has_our_names_and_gets_arrays():
    backend = OfMMAction()
    visualizer = Visualizer(vis_backends=[backend], on_backend_error="raise")
    visualizer.add_video("clip", iter(FRAMES), step=2, fps=8, out_type="video")
    ((name, frames, step, fps),) = backend.calls
    assert (name, step, fps) == ("clip", 2, 8)
    assert type(frames) is np.ndarray
    assert frames.shape == FRAMES.shape


def test_our_backends_take_what_mmaction2s_visualizer_passes():
    backend = keeping("video")
    backend.add_video("clip", FRAMES, step=2, fps=8, out_type="img")
    ((_, values),) = backend.calls
    assert (values["step"], values["fps"], [*values]) == (2, 8, ["name", "frames", "step", "fps"])


def test_a_strangers_method_of_the_same_name_that_takes_else_is_not_called():
    backend = OfOthers()
    with pytest.warns(RecordingWarning, match="OfOthers keeps no video: it gets an image"):
        Visualizer(vis_backends=[backend], on_backend_error="raise").add_video("clip", FRAMES, 2)
    assert backend.calls[0][0] == "clip"


def test_a_stranger_may_say_what_it_keeps():
    backend, given = Says(), figure()
    Visualizer(vis_backends=[backend], on_backend_error="raise").add_figure("a", given, 2)
    assert backend.calls == [("a", given, 2)]


class Before(BaseVisBackend):
    """Written before there were these kinds, with a method of one of these names."""

    def add_table(self, dataframe):
        raise AssertionError

    def add_scalars(self, scalar_dict, step=0, **kwargs):
        pass


def test_a_backend_written_before_stays_complete():
    assert not Before.supports("table")
    assert not Before.supports("histogram")
    assert Before.supports("scalar")
    visualizer = Visualizer(vis_backends=[Before()], on_backend_error="raise")
    with pytest.warns(RecordingWarning, match="Before keeps no table"):
        visualizer.add_table("a", ["b"], [[1]])
    with pytest.warns(RecordingWarning, match="not recorded: Before: 1 x table"):
        visualizer.close()


def test_keywords_are_told_and_the_step_has_its_other_name():
    backend = keeping()
    kept = []

    class Named(Keeps):
        def add_text(self, name, text, step=0, *, bold=False, **kwargs):
            kept.append((step, bold, kwargs))

    for recorder in (Visualizer(vis_backends=[Named()]), Named()):
        recorder.add_text("a", "b", global_step=7, bold=True)
        with pytest.warns(UserWarning, match=r"add_text was given bould=.*did you mean bold=\?"):
            recorder.add_text("a", "b", bould=True)
        with pytest.raises(TypeError, match="two names of one thing"):
            recorder.add_text("a", "b", step=1, global_step=2)
    assert kept == [(7, True, {}), (0, False, {"bould": True})] * 2
    assert not backend.calls


@pytest.mark.parametrize(
    ("kind", "wrong", "right"),
    [
        ("annotations", "skeletn", "skeleton"),
        ("video", "fpss", "fps"),
        ("histogram", "bin", "bins"),
    ],
)
def test_what_users_name_is_suggested_where_backends_know_it_not(tmp_path, kind, wrong, right):
    backend = LocalVisBackend(tmp_path / "run")
    for recorder in (backend, Visualizer(vis_backends=[backend])):
        with pytest.warns(
            UserWarning, match=rf"{kind} was given {wrong}=.*did you mean {right}=\?"
        ):
            getattr(recorder, f"add_{kind}")(**records(tmp_path)[kind], **{wrong: 3})


@pytest.mark.parametrize("background", [False, True])
def test_a_figure_that_cannot_be_drawn_is_a_failure_of_each(background):
    (given := figure()).text(0, 0, r"$\bad$")
    backends = [type(keeping(kind)) for kind in ("image", "figure", "text")]
    visualizer = Visualizer(
        vis_backends=[dict(type=each, name=str(n)) for n, each in enumerate(backends)],
        background=background,
    )
    with pytest.warns(RecordingWarning) as told:
        visualizer.add_figure("a", given, 1)
        visualizer.close()
    assert str(told[-1].message) == "not recorded: 2: 1 x figure, 0: 1 x figure"
    ((_, kept),) = visualizer.get_backend("1").calls
    with pytest.raises(ValueError, match="bad"):
        _ = kept["figure"].image


@pytest.mark.parametrize("background", [False, True])
def test_what_the_caller_changes_afterwards_is_not_recorded(background):
    class Slow(Keeps):
        def add_images(self, name, images, step=0, **kwargs):
            time.sleep(0.05)
            self.calls.append(images[0].copy())

        def add_figure(self, name, figure, step=0, **kwargs):
            time.sleep(0.05)
            self.calls.append(figure.image.copy())

    backend = Slow()
    visualizer = Visualizer(vis_backends=[backend], background=background)
    image, drawn = IMAGE.copy(), figure()
    before = drawn.bbox.size.tolist()
    visualizer.add_images("a", [image])
    image[:] = 0
    visualizer.add_figure("b", drawn)
    drawn.clear()
    visualizer.close()
    assert (backend.calls[0] == IMAGE).all()
    assert backend.calls[1].min() < 100  # its axes
    assert before == drawn.bbox.size.tolist()


def test_a_file_is_kept_before_the_call_returns_in_the_background_too(tmp_path):
    class Slow(Keeps):
        def add_file(self, path, name, **kwargs):
            time.sleep(0.05)
            self.calls.append(path.read_bytes())

    backend = Slow()
    visualizer = Visualizer(vis_backends=[backend], background=True)
    arguments = records(tmp_path)["file"]
    visualizer.add_file(**arguments)
    arguments["path"].unlink()
    visualizer.close()
    assert backend.calls == [b"\0\1\2"]


def test_kinds_stand_in_a_sentence():
    words = [with_article(kind) for kind in ("html", "image", "text", "hparams", "annotations")]
    assert words == ["an html", "an image", "a text", "hparams", "annotations"]


def test_a_visualizer_without_backends_says_so(tmp_path):
    with pytest.warns(UserWarning, match="add_text records nothing"):
        Visualizer().add_text("a", "b")


def test_rendered_files_are_gone_afterwards(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    seen = []

    class Reads(Keeps):
        def add_file(self, path, name, **kwargs):
            seen.append((name, path.read_text()))

    visualizer = Visualizer(vis_backends=[Reads()])
    with pytest.warns(RecordingWarning):
        visualizer.add_text("a/b", "# é", 4)
    gc.collect()
    assert seen == [("a/b_4.md", "# é")]
    assert not [*tmp_path.iterdir()]
