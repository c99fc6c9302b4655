"""Writing in the background: quick for the caller, who loses nothing."""

import asyncio
import threading
import warnings

import numpy as np
import pytest
from waiting import HANG, wait_until

from viz_core import BaseVisBackend, Recorder, RecordingError, RecordingWarning

IMAGE = np.zeros((48, 64, 3), np.uint8)


class Slow(BaseVisBackend):
    """Takes its time over every image, or hangs until it is let go."""

    def __init__(self, seconds=0.02):
        super().__init__()
        self.seconds = seconds
        self.go = threading.Event()
        self.steps = []
        self.sums = []

    def add_image(self, name, image, step, **_):
        self.go.wait(self.seconds)
        self.steps.append(step)
        self.sums.append(int(image.sum()))

    def add_scalars(self, scalar_dict, step, **_):
        self.steps.append(step)


def test_the_caller_does_not_wait_and_the_order_is_kept():
    backend = Slow(60)
    recorder = Recorder({"slow": backend}, background=True)
    for step in range(10):
        recorder.add_image("a", IMAGE, step)
        recorder.add_scalar("b", 1, 100 + step)
    assert backend.steps == []  # all calls returned while the first image is in the works
    backend.go.set()
    recorder.flush()
    assert backend.steps == [s for step in range(10) for s in (step, 100 + step)]


def test_an_image_that_the_caller_draws_on_is_kept_as_it_was():
    backend = Slow()
    recorder = Recorder({"slow": backend}, background=True)
    image = IMAGE.copy()
    recorder.add_image("a", image, 0)
    image += 1
    recorder.flush()
    assert backend.sums == [0]


def test_a_full_queue_blocks_and_never_drops():
    backend = Slow(60)
    recorder = Recorder({"slow": backend}, background=True, queue_bytes=4 * IMAGE.nbytes)
    put = []

    def record():
        for step in range(10):
            recorder.add_image("a", IMAGE, step)
            put.append(step)

    thread = threading.Thread(target=record)
    thread.start()
    wait_until(lambda: len(put) >= 3)
    thread.join(0.2)  # it would be through by then, if nothing held it up
    assert 3 <= len(put) <= 4
    backend.go.set()
    thread.join(HANG)
    recorder.flush()
    assert backend.steps == list(range(10))


def test_an_image_larger_than_the_queue_is_recorded():
    backend = Slow(0)
    recorder = Recorder({"slow": backend}, background=True, queue_bytes=10)
    recorder.add_image("a", IMAGE, 0)
    recorder.add_image("a", IMAGE, 1)
    recorder.flush()
    assert backend.steps == [0, 1]


def test_no_thread_exists_before_the_first_record():
    before = set(threading.enumerate())  # those of other tests may end meanwhile
    recorder = Recorder({"slow": Slow()}, background=True)
    assert set(threading.enumerate()) <= before
    recorder.close()
    assert set(threading.enumerate()) <= before


def test_one_slow_backend_does_not_hold_up_the_others():
    slow, quick = Slow(60), Slow(0)
    recorder = Recorder({"slow": slow, "quick": quick}, background=True)
    recorder.add_image("a", IMAGE, 1)
    wait_until(lambda: quick.steps)
    assert quick.steps == [1]
    assert slow.steps == []
    slow.go.set()
    recorder.close()
    assert slow.steps == [1]


def test_close_with_a_timeout_returns_and_says_what_it_left_behind():
    backend = Slow(60)
    recorder = Recorder({"slow": backend}, background=True)
    recorder.add_image("a", IMAGE, 0)
    recorder.add_image("a", IMAGE, 1)
    with pytest.warns(RecordingWarning, match="2 records were still waiting after 0.1 s"):
        recorder.close(timeout=0.1)
    backend.go.set()
    recorder.close()
    assert backend.steps == [0, 1]


@pytest.mark.filterwarnings("ignore:quick. it was still closing")  # on a busy machine
def test_close_with_a_timeout_returns_when_closing_itself_hangs():
    class Sticky(Slow):
        closed = False

        def close(self):
            self.go.wait(60)
            self.closed = True

    sticky, quick = Sticky(), Slow(0)
    recorder = Recorder({"sticky": sticky, "quick": quick}, background=True)
    recorder.add_scalar("a", 1, 0)
    recorder.flush()
    with pytest.warns(RecordingWarning, match="sticky: it was still closing after 0.1 s"):
        recorder.close(timeout=0.1)
    assert not sticky.closed
    assert quick.steps == [0]
    sticky.go.set()
    recorder.close()
    assert sticky.closed


def test_a_graph_is_there_when_the_call_returns():
    class Tracer(Slow):
        def add_graph(self, model, data_batch):
            self.go.wait(0.05)
            self.mode = model["training"]

    backend = Tracer()
    recorder = Recorder({"tracer": backend}, background=True)
    model = {"training": False}
    recorder.add_graph(model)
    model["training"] = True  # the program goes on to train it
    recorder.close()
    assert backend.mode is False


def test_what_waits_is_written_before_the_backends_are_replaced():
    backend = Slow(0.01)
    recorder = Recorder({"slow": backend}, background=True)
    for step in range(5):
        recorder.add_image("a", IMAGE, step)
    recorder.backends = {}  # as MMDetection's hook does
    assert backend.steps == list(range(5))


class Dying(BaseVisBackend):
    """Fails in the ways that end a thread."""

    def add_scalars(self, step, **_):
        if step < 3:
            raise (SystemExit("bye"), KeyError("torn"), asyncio.CancelledError("late"))[step]
        self.seen = step


def test_a_failing_worker_is_reported_and_goes_on():
    backend = Dying()
    recorder = Recorder({"bad": backend}, background=True)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        for step in range(4):
            recorder.add_scalar("a", 1, step)
        recorder.flush()
    messages = "\n".join(str(w.message) for w in caught)
    assert "the backend called sys.exit('bye')" in messages
    assert "bad did not record a scalar: KeyError" in messages
    assert backend.seen == 3
    with pytest.warns(RecordingWarning, match="not recorded: bad: 3 x scalar"):
        recorder.close()


def test_a_failure_in_the_background_is_raised_at_the_next_call_when_asked_for():
    recorder = Recorder({"bad": Dying()}, background=True, on_backend_error="raise")
    with pytest.raises(RecordingError, match="bad: KeyError"):
        recorder.add_scalar("a", 1, step=1)  # where it failed already
        recorder.flush()
    recorder.close()


def test_every_backend_that_failed_in_the_background_is_named_when_asked_for():
    class Gated(Slow):
        def add_scalars(self, **_):
            self.go.wait(60)
            raise OSError("no space left")

    backends = {"one": Gated(), "two": Gated()}
    recorder = Recorder(backends, background=True, on_backend_error="raise")
    recorder.add_scalar("a", 1)
    for backend in backends.values():
        backend.go.set()
    with pytest.raises(RecordingError) as caught:
        recorder.flush()
    assert set(caught.value.failures) == {"one", "two"}
    recorder.close()  # it was told
