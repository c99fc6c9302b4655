"""Calls that arrive while their thread is inside a backend, and threads that cannot be had."""

import logging
import signal
import sys
import threading
from functools import partial

import numpy as np
import pytest
from waiting import HANG, wait_until

from viz_core import (
    BaseVisBackend,
    Recorder,
    RecordingError,
    RecordingWarning,
    Visualizer,
    warn_user,
)
from viz_core.testing.processes import run_python


class Calls(BaseVisBackend):
    """Notes its calls; `during` is called in the midst of each, as a signal handler would be."""

    def __init__(self, during=lambda: None):
        super().__init__()
        self.during = during
        self.events = []

    def add_scalars(self, scalar_dict, step=0, **_):
        self.events.append(("begin", step))
        self.during()
        self.events.append(("end", step))

    def flush(self, sync=False):
        self.events.append("flush")

    def close(self):
        self.events.append("close")


def once(function):
    calls = iter([function])
    return lambda: next(calls, lambda: None)()


def test_a_backend_gets_no_second_call_within_one():
    backend = Calls(once(lambda: recorder.add_scalar("a", 1, step=2)))
    recorder = Recorder({"b": backend})
    recorder.add_scalar("a", 1, step=1)
    assert backend.events == [("begin", 1), ("end", 1), ("begin", 2), ("end", 2)]


def test_flushing_and_closing_within_a_call_follow_it():
    backend = Calls(once(lambda: (recorder.flush(), recorder.close())))
    recorder = Recorder({"b": backend})
    recorder.add_scalar("a", 1, step=1)
    assert backend.events == [("begin", 1), ("end", 1), "flush", "close"]


def test_a_call_within_another_recorder_s_backend_waits_too():
    inner = Calls()
    other = Recorder({"inner": inner})
    outer = Calls(once(lambda: (other.add_scalar("a", 1, step=2), seen.append(len(inner.events)))))
    seen = []
    Recorder({"outer": outer}).add_scalar("a", 1, step=1)
    assert seen == [0]
    assert inner.events == [("begin", 2), ("end", 2)]


def test_the_failure_of_a_call_that_waited_is_raised_when_asked_for():
    class Full(Calls):
        def add_scalars(self, scalar_dict, step=0, **_):
            self.during()
            if step == 2:
                raise OSError("no space left")

    backend = Full(once(lambda: recorder.add_scalar("a", 1, step=2)))
    recorder = Recorder({"b": backend}, on_backend_error="raise")
    with pytest.raises(RecordingError, match="no space left"):
        recorder.add_scalar("a", 1, step=1)


def test_records_that_cause_records_end():
    backend = Calls(lambda: recorder.add_scalar("caused", 1, step=len(backend.events)))
    recorder = Recorder({"b": backend})
    with pytest.warns(RecordingWarning, match="caused it themselves"):
        for step in range(60):
            recorder.add_scalar("a", 1, step)
    assert len(backend.events) <= 2 * 60 * 33
    backend.during = lambda: None
    with pytest.warns(RecordingWarning, match="not recorded"):
        recorder.close()


def test_ctrl_c_is_the_caller_s_and_costs_the_next_call_nothing():
    def interrupt():
        raise KeyboardInterrupt

    backend = Calls(once(interrupt))
    recorder = Recorder({"b": backend})
    with pytest.raises(KeyboardInterrupt):
        recorder.add_scalar("a", 1, step=1)
    recorder.add_scalar("a", 1, step=2)
    assert backend.events == [("begin", 1), ("begin", 2), ("end", 2)]


def test_a_signal_handler_may_end_the_program_within_a_backend():
    def handle(*_):
        sys.exit(7)

    before = signal.signal(signal.SIGUSR1, handle)
    try:
        recorder = Recorder({"b": Calls(lambda: signal.raise_signal(signal.SIGUSR1))})
        with pytest.raises(SystemExit, match="7"):
            recorder.add_scalar("a", 1)
    finally:
        signal.signal(signal.SIGUSR1, before)


def run(code):
    done = run_python(code, imports=["viz_core"])
    assert done.returncode == 0, done.stderr
    return done.stdout.split(), done.stderr


CLOSED_BY_THE_WORKER = """
from viz_core import BaseVisBackend, Recorder

class Holds(BaseVisBackend):
    def add_config(self, config, **_):
        self.freed = Freed()
        del self.freed
    def close(self):
        print("closed", flush=True)

class Freed:
    def __del__(self):
        recorder.add_scalar("a", 1)
        recorder.close()
        print("freed", flush=True)

recorder = Recorder({"holds": Holds()}, background=True)
recorder.add_config({})
recorder.flush()
"""


def test_a_visualizer_that_is_closed_within_its_worker_does_not_wait_for_itself():
    assert run(CLOSED_BY_THE_WORKER)[0] == ["freed", "closed"]


NO_THREADS = """
import _thread, sys, warnings
from viz_core.recording import worker
from viz_core import BaseVisBackend, Recorder

def refuse(*_):
    raise RuntimeError("can't start new thread")
worker.start_new_thread = refuse  # as `ulimit -u` does; root has no limit

class Prints(BaseVisBackend):
    def add_scalars(self, step, **_):
        print(step)
    def close(self):
        print("closed")

recorder = Recorder({"prints": Prints()}, background=True)
with warnings.catch_warnings(record=True) as said:
    warnings.simplefilter("always")
    for step in range(3):
        recorder.add_scalar("a", 1, step)
        print("returned")
    recorder.close()
print(len(said))
sys.stderr.write(str(said[0].message))
"""


def test_without_threads_the_background_is_the_foreground():
    lines, said = run(NO_THREADS)
    assert lines == ["0", "returned", "1", "returned", "2", "returned", "closed", "1"]
    assert "no thread can be started" in said


CTRL_C_IN_A_NOTEBOOK = """
import signal, threading, time
from viz_core import BaseVisBackend, Recorder

class Slow(BaseVisBackend):
    def add_scalars(self, step, **_):
        time.sleep(0.5 if step == "last" else 0)
        print(step, flush=True)

def interrupt(*_):
    raise KeyboardInterrupt

recorder = Recorder({"slow": Slow()}, background=True)
signal.signal(signal.SIGALRM, interrupt)
for step in range(300):
    try:
        signal.setitimer(signal.ITIMER_REAL, 1e-4)
        while True:
            recorder.add_scalar("a", 1)
    except KeyboardInterrupt:
        pass
assert threading.main_thread().is_alive()
recorder.flush()
other = threading.Thread(target=lambda: (time.sleep(0.3), print("other", flush=True)))
other.start()
"""


def test_after_ctrl_c_the_main_thread_has_not_ended_and_others_are_waited_for():
    assert run(CTRL_C_IN_A_NOTEBOOK)[0][-1] == "other"


NAMED = """
import os, signal, threading
from viz_core import Visualizer

class Slow(Visualizer):
    def __init__(self, **options):
        super().__init__(**options)
        begun.release()
        go.acquire(timeout=60)

begun, go = threading.Lock(), threading.Lock()
begun.acquire(), go.acquire()
thread = threading.Thread(target=lambda: Slow.get_instance("made by a thread"))
thread.start()
begun.acquire()
child = os.fork()
if child == 0:
    signal.alarm(60)
    Visualizer.get_instance("made by a child")
    assert not Visualizer.check_instance_created("made by a thread")
    os._exit(0)
assert os.waitpid(child, 0)[1] == 0
go.release()
thread.join()
assert Visualizer.check_instance_created("made by a thread")
"""


def test_a_child_forked_while_a_thread_makes_an_instance_does_not_hang():
    run(NAMED)


def test_a_thread_of_the_tracker_s_own_is_not_let_in():
    """It runs `__del__` of whatever it frees, while its tracker waits for it."""

    class Tracked(Calls):
        tracker = "a_tracker"

    module = {"__name__": "a_tracker.asynchronous"}
    exec("def run(function): function()", module)  # its thread begins in that package

    def collect_garbage_in_a_thread():
        freed = partial(recorder.add_scalar, "a", 1, step=2)
        thread = threading.Thread(target=module["run"], args=(freed,))
        thread.start()
        thread.join(HANG)

    backend = Tracked(once(collect_garbage_in_a_thread))
    recorder = Recorder({"b": backend})
    recorder.add_scalar("a", 1, step=1)
    assert backend.events == [("begin", 1), ("end", 1), ("begin", 2), ("end", 2)]


class Handler(logging.Handler):
    """Records what others log, and calls `entered` first."""

    def __init__(self, record, entered):
        super().__init__()
        self.record, self.entered = record, entered

    def emit(self, record):
        if record.getMessage() == "theirs":
            self.entered()
            self.record()


@pytest.fixture
def log():
    logger = logging.getLogger("test_interrupted")
    logger.propagate = False
    logger.setLevel("INFO")
    yield logger
    logger.handlers.clear()


@pytest.mark.parametrize("background", [False, True])
@pytest.mark.parametrize("method", ["add_scalar", "add_image", "flush", "close"])
def test_a_logging_handler_does_not_wait_for_a_thread_that_logs(log, background, method):
    is_inside, is_handling = threading.Event(), threading.Event()

    def log_inside():
        is_inside.set()
        is_handling.wait(HANG)
        log.info("ours")  # waits for the handler's lock

    image = np.zeros((2, 2, 3), np.uint8)
    arguments = {"add_scalar": ("a", 1, 2), "add_image": ("a", image, 2)}.get(method, ())
    backend = Calls(once(log_inside))
    backend.add_image = lambda name, image, step=0: backend.events.append(("image", image.max()))
    recorder = Recorder({"b": backend}, background=background, queue_bytes=1)

    def record():
        getattr(recorder, method)(*arguments)
        image[:] = 9  # the caller may draw on it

    log.addHandler(Handler(record, is_handling.set))
    threads = [
        threading.Thread(target=recorder.add_scalar, args=("a", 1, 1), daemon=True),
        threading.Thread(target=lambda: (is_inside.wait(HANG), log.info("theirs")), daemon=True),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(HANG)
    assert not any(thread.is_alive() for thread in threads)
    recorder.flush()
    done = {
        "add_scalar": [("begin", 2), ("end", 2)],
        "add_image": [("image", 0)],
        "flush": ["flush"],
        "close": ["close"],
    }[method]
    assert backend.events == [("begin", 1), ("end", 1), *done, "flush"]


def test_a_handler_may_ask_for_the_instance_while_another_is_made(log):
    found = []

    class Slow(Visualizer):
        def __init__(self, *arguments, **options):
            super().__init__(*arguments, **options)
            thread = threading.Thread(target=log.info, args=["theirs"], daemon=True)
            thread.start()
            thread.join(HANG)  # as if it logged, and waited for the handler's lock
            found.append(thread.is_alive())

    current = Visualizer.get_instance("current")
    log.addHandler(Handler(lambda: found.append(Visualizer.get_current_instance()), lambda: None))
    try:
        Slow.get_instance("slow")
    finally:
        Visualizer.close_all()
    assert found == [current, False]


class Apart(Calls):
    """A backend that is called in a thread of its own, where no signal comes."""

    needs_thread = True


def test_ctrl_c_never_comes_within_a_call_of_a_backend_that_needs_a_thread():
    def interrupt():
        main = threading.main_thread()
        assert threading.current_thread() is not main
        signal.pthread_kill(main.ident, signal.SIGINT)
        wait_until(lambda: caught, HANG)  # the caller has it, and this call goes on

    caught = []
    backend = Apart(once(interrupt))
    recorder = Recorder({"b": backend}, on_backend_error="raise")
    previous = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with pytest.raises(KeyboardInterrupt):
            recorder.add_scalar("a", 1, step=1)
        caught.append(True)
        recorder.add_scalar("a", 1, step=2)
    finally:
        signal.signal(signal.SIGINT, previous)
    assert backend.events == [("begin", 1), ("end", 1), ("begin", 2), ("end", 2)]


def test_what_such_a_backend_raises_warns_of_and_records_is_as_anybody_s(recwarn):
    def fail():
        warn_user("my own warning", RecordingWarning)
        recorder.add_scalar("a", 1, step=2)
        raise ValueError("it is full")

    backend = Apart(once(fail))
    recorder = Recorder({"b": backend}, on_backend_error="raise")
    with pytest.raises(RecordingError, match="it is full"):
        recorder.add_scalar("a", 1, step=1)
    recorder.flush()
    assert backend.events == [("begin", 1), ("begin", 2), ("end", 2), "flush"]
    assert {(str(w.message), w.filename) for w in recwarn} == {("my own warning", __file__)}


def test_such_a_backend_sees_the_exception_that_its_caller_handles_and_leaves_no_thread():
    seen = []
    backend = Apart()
    backend.close = lambda: seen.append(sys.exc_info()[0])
    recorder = Recorder({"b": backend})
    try:
        raise LookupError
    except LookupError:
        recorder.close()
    assert seen == [LookupError]
    wait_until(lambda: not recorder.workers["b"]._has_thread, HANG)
