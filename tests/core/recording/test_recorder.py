"""One record to many backends: what each is given, in which order, and what failures cost."""

import threading
import warnings

import numpy as np
import pytest

from viz_core import (
    BaseVisBackend,
    Recorder,
    RecordingError,
    RecordingWarning,
    Visualizer,
    VizWarning,
)

IMAGE = np.full((4, 6, 3), 7, np.uint8)


class Keeper(BaseVisBackend):
    """Keeps its calls."""

    def __init__(self, save_dir=None):
        super().__init__(save_dir)
        self.calls = []

    def add_config(self, **given):
        self.calls.append(("config", given))

    def add_graph(self, **given):
        self.calls.append(("graph", given))

    def add_image(self, **given):
        self.calls.append(("image", given))

    def add_scalars(self, **given):
        self.calls.append(("scalars", given))

    def flush(self, sync=False):
        self.calls.append(("flush", sync))

    def close(self):
        self.calls.append(("close", None))


class Failing(BaseVisBackend):
    """Fails in every way."""

    def add_config(self, **_):
        raise OSError("no space left")

    add_image = add_scalars = add_graph = add_config

    def flush(self, sync=False):
        raise OSError("no space left")

    close = flush


@pytest.fixture
def keeper():
    return Keeper()


def test_each_backend_gets_checked_and_converted_records_by_keyword(keeper):
    recorder = Recorder({"a": keeper})
    recorder.add_image("cat", np.full((4, 6), 0.5), np.int64(3))
    recorder.add_scalar("loss", np.float32(0.5), step=2.0)
    recorder.add_scalars({"a": np.array(1), "b": True}, step=4, file_path="x.json")
    recorder.add_graph("model", "batch")
    recorder.add_config({"lr": 0.1}, extra=1)
    (_, image), (_, scalar), (_, scalars), (_, graph), (_, config) = keeper.calls
    assert image["image"].dtype == np.uint8
    assert image["image"].shape == (4, 6, 3)
    assert (image["name"], image["step"], type(image["step"])) == ("cat", 3, int)
    assert scalar == {"scalar_dict": {"loss": 0.5}, "step": 2}
    assert scalars == {"scalar_dict": {"a": 1, "b": 1}, "step": 4, "file_path": "x.json"}
    assert graph == {"model": "model", "data_batch": "batch"}
    assert config == {"config": {"lr": 0.1}, "extra": 1}


def test_the_callers_dict_is_left_alone_and_a_step_in_it_is_the_step(keeper):
    given = {"loss": 0.5, "step": 9}
    Recorder({"a": keeper}).add_scalars(given, step=1)
    assert given == {"loss": 0.5, "step": 9}
    assert keeper.calls == [("scalars", {"scalar_dict": {"loss": 0.5}, "step": 9})]


def test_what_is_wrong_with_a_record_raises_before_any_backend_sees_it(keeper):
    recorder = Recorder({"a": keeper})
    with pytest.raises(ValueError, match="divide it by 255"):
        recorder.add_image("a", IMAGE * 1.0)
    with pytest.raises(TypeError, match="name must be a string"):
        recorder.add_image(3, IMAGE)
    with pytest.raises(ValueError, match="step must be a whole number"):
        recorder.add_scalar("a", 1, step=0.5)
    with pytest.raises(TypeError, match="loss must be a number"):
        recorder.add_scalar("loss", "high")
    with pytest.raises(TypeError, match="scalar_dict must be a mapping"):
        recorder.add_scalars([1])
    with pytest.raises(TypeError, match="config must be"):
        recorder.add_config(3)
    assert not keeper.calls


def test_a_bad_scalar_does_not_cost_the_good_ones(keeper):
    recorder = Recorder({"a": keeper})
    with pytest.warns(RecordingWarning, match="add_scalars left one out: lr must be a number"):
        recorder.add_scalars({"loss": 0.5, "lr": "high", "acc": 1}, step=1)
    assert keeper.calls[0][1]["scalar_dict"] == {"loss": 0.5, "acc": 1}

    recorder = Recorder({"a": keeper}, on_backend_error="raise")
    with pytest.raises(RecordingError, match="lr: TypeError") as caught:
        recorder.add_scalars({"loss": 0.25, "lr": "high"}, step=2)
    assert list(caught.value.failures) == ["lr"]
    assert keeper.calls[1][1]["scalar_dict"] == {"loss": 0.25}


def test_a_failing_backend_robs_nobody_is_told_once_and_counted(keeper):
    recorder = Recorder({"bad": Failing(), "good": keeper})
    with pytest.warns(
        RecordingWarning, match="bad did not record a scalar: OSError: no space left"
    ):
        recorder.add_scalar("loss", 1)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for step in range(9):
            recorder.add_scalar("loss", 1, step)
    assert len(keeper.calls) == 10
    with pytest.warns(RecordingWarning) as caught:
        recorder.close()
    messages = "\n".join(str(w.message) for w in caught)
    assert "not recorded: bad: 10 x scalar" in messages


def test_a_failure_is_told_where_the_user_recorded():
    with pytest.warns(RecordingWarning) as caught:
        Recorder({"bad": Failing()}).add_scalar("loss", 1)
    assert caught[0].filename == __file__
    visualizer = Visualizer(vis_backends=[Failing()])
    with pytest.warns(RecordingWarning) as caught:
        visualizer.add_image("a", IMAGE)
    assert caught[0].filename == __file__


def test_an_error_that_cannot_be_shown_stops_nothing(keeper):
    class UnshowableError(Exception):
        def __str__(self):
            raise RuntimeError("no text")

    class Odd(BaseVisBackend):
        def add_scalars(self, **_):
            raise UnshowableError

    recorder = Recorder({"odd": Odd(), "good": keeper})
    with pytest.warns(RecordingWarning, match="odd did not record a scalar: .*UnshowableError"):
        recorder.add_scalar("loss", 1)
    assert len(keeper.calls) == 1


def test_ctrl_c_in_a_backend_is_the_callers():
    class Interrupted(BaseVisBackend):
        def add_scalars(self, **_):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        Recorder({"a": Interrupted()}).add_scalar("loss", 1)


def test_a_warning_made_an_error_comes_after_every_backend_had_its_turn(keeper):
    recorder = Recorder({"bad": Failing(), "good": keeper})
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(RecordingWarning):
            recorder.add_image("a", IMAGE)
    assert len(keeper.calls) == 1


def test_a_keyword_that_is_told_as_an_error_costs_no_record():
    got = []

    class Kept(BaseVisBackend):
        def add_scalar(self, name, value, step=0):
            got.append((name, value, step))

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(VizWarning, match="did you mean step="):
            Recorder({"kept": Kept()}).add_scalar("a", 1, stpe=2)
    assert got == [("a", 1, 0)]


def test_raise_names_every_backend_that_failed_after_all_had_their_turn(keeper):
    recorder = Recorder(
        {"one": Failing(), "good": keeper, "two": Failing()}, on_backend_error="raise"
    )
    with pytest.raises(RecordingError) as caught:
        recorder.add_image("a", IMAGE)
    assert set(caught.value.failures) == {"one", "two"}
    assert "one: OSError: no space left" in str(caught.value)
    assert len(keeper.calls) == 1


def test_a_backend_that_exits_the_program_is_a_failing_backend(keeper):
    class Exiting(BaseVisBackend):
        def add_scalars(self, **_):
            raise SystemExit(3)

    recorder = Recorder({"bad": Exiting(), "good": keeper})
    with pytest.warns(
        RecordingWarning, match=r"bad did not record a scalar: .*called sys\.exit\(3\)"
    ):
        recorder.add_scalar("loss", 1)
    assert len(keeper.calls) == 1


def test_other_ranks_check_but_do_not_record(keeper, monkeypatch):
    recorder = Recorder({"a": keeper})
    monkeypatch.setenv("RANK", "1")  # asked at each record, not when it was made
    recorder.add_scalar("loss", 1)
    with pytest.raises(ValueError, match="divide it by 255"):
        recorder.add_image("a", IMAGE * 1.0)
    assert not keeper.calls
    Recorder({"a": keeper}, ranks="all").add_scalar("loss", 1)
    assert len(keeper.calls) == 1


def test_a_rank_that_does_not_record_opens_no_experiment(monkeypatch):
    backend = BaseVisBackend()
    Recorder({"a": backend})
    monkeypatch.setenv("RANK", "1")
    with pytest.raises(RuntimeError, match="opened on rank 0 only, and this is rank 1"):
        _ = backend.experiment


def test_wrong_settings_are_refused():
    with pytest.raises(ValueError, match="on_backend_error must be 'warn' or 'raise', got 'die'"):
        Recorder(on_backend_error="die")
    with pytest.raises(ValueError, match="ranks must be 'main' or 'all', got 'some'"):
        Recorder(ranks="some")


def test_records_after_close(keeper):
    recorder = Recorder({"a": keeper})
    recorder.close()
    recorder.close()
    recorder.add_scalar("loss", 1)
    assert [kind for kind, _ in keeper.calls] == ["close", "close", "scalars"]


def test_the_backends_can_be_replaced(keeper):
    recorder = Recorder({"a": Failing()})
    recorder.backends = {"a": keeper}
    recorder.add_scalar("loss", 1)
    assert len(keeper.calls) == 1
    recorder.backends = {}
    recorder.add_scalar("loss", 1)
    assert len(keeper.calls) == 1


def test_eight_threads_meet_a_backend_one_at_a_time():
    class Unsafe(BaseVisBackend):
        inside = 0
        seen = 0

        def add_scalars(self, **_):
            self.inside += 1
            assert self.inside == 1
            count = self.seen
            threading.Event().wait(0.0001)
            self.seen = count + 1
            self.inside -= 1

    backend = Unsafe()
    recorder = Recorder({"a": backend}, on_backend_error="raise")
    threads = [
        threading.Thread(target=lambda: [recorder.add_scalar("a", i) for i in range(50)])
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert backend.seen == 400


def test_a_keyword_that_no_backend_takes_is_told_once_by_kind():
    class Namer(Keeper):
        def add_image(self, name, image, step=0, caption=None, **kwargs):
            self.calls.append(("image", caption))

        def add_scalars(self, scalar_dict, step=0, **kwargs):
            self.calls.append(("scalars", kwargs))

    class Positional:
        def add_image(self, tag, image, iteration=0):
            """Gets no keyword, so that it takes none."""

        def add_scalar(self, tag, value, iteration=0):
            """Neither does this."""

    namer = Namer()
    visualizer = Visualizer(vis_backends=[namer, Positional()])
    visualizer.add_image("cat", IMAGE, caption="a cat")
    with pytest.warns(VizWarning) as told:
        for _ in range(2):
            visualizer.add_scalar("loss", 1, stpe=3)
            visualizer.add_scalars({"loss": 1}, stpe=3)
            visualizer.add_image("cat", IMAGE, iteration=3)
    assert [str(w.message).split("; ")[0] for w in told] == [
        f"add_{kind} was given stpe=, which means nothing to Namer and Positional"
        for kind in ("scalar", "scalars")
    ] + [
        "add_image was given iteration=, which means nothing to Namer and Positional. It was "
        "passed on all the same"
    ]
    assert namer.calls[1] == ("scalars", {"stpe": 3})
    assert told[0].filename == __file__


def test_nobody_is_told_of_a_keyword_where_one_backend_takes_all(keeper):
    class Namer(BaseVisBackend):
        def add_scalars(self, scalar_dict, step=0, **kwargs):
            pass

    Visualizer(vis_backends=[Namer(), keeper]).add_scalar("loss", 1, commit=True)
    assert keeper.calls[0][1]["commit"] is True


@pytest.mark.parametrize("kind", ["config", "graph", "image", "scalar", "scalars"])
def test_a_visualizer_without_backends_says_so_at_its_first_record(kind, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    calls = {
        "config": lambda v: v.add_config({"lr": 1}),
        "graph": lambda v: v.add_graph(None),
        "image": lambda v: v.add_image("cat", IMAGE),
        "scalar": lambda v: v.add_scalar("loss", 1),
        "scalars": lambda v: v.add_scalars({"loss": 1}),
    }
    visualizer = Visualizer(save_dir="runs")
    with pytest.warns(VizWarning, match=f"add_{kind} records nothing.*LocalVisBackend") as told:
        calls[kind](visualizer)
    assert told[0].filename == __file__
    for call in calls.values():  # a second warning would be an error
        call(visualizer)
    visualizer.close()
    assert not list(tmp_path.iterdir())


def test_nobody_is_told_that_there_is_no_backend_who_knows_it():
    with pytest.warns(RecordingWarning, match="LocalVisBackend is left out"):
        visualizer = Visualizer(vis_backends=[{"type": "LocalVisBackend"}])
    visualizer.add_scalar("loss", 1)
    emptied = Visualizer()
    emptied._vis_backends = {}  # as MMDetection's hook does
    emptied.add_scalar("loss", 1)


@pytest.mark.parametrize(
    ("record", "text"),
    [
        (lambda r: r.add_image("a", IMAGE), "record an image"),
        (lambda r: r.add_scalar("a", 1), "record a scalar"),
        (lambda r: r.add_scalars({"a": 1}), "record scalars"),
        (lambda r: r.add_config({}), "record a config"),
        (lambda r: r.add_graph(None), "record a graph"),
        (lambda r: r.flush(), "flush"),
        (lambda r: r.close(), "close"),
    ],
)
@pytest.mark.filterwarnings("ignore:not recorded:viz_core.RecordingWarning")
def test_what_failed_is_said_in_words(record, text):
    with pytest.warns(RecordingWarning, match=f"bad did not {text}: OSError: no space left"):
        record(Recorder({"bad": Failing()}))
    with pytest.raises(RecordingError, match=f"backends failed to {text}\n"):
        record(Recorder({"bad": Failing()}, on_backend_error="raise"))
