"""Windows: none without a display, a real one under a virtual display, closed by a real key."""

import os
import re
import subprocess
import sys

import pytest
from machine import needs_module, needs_program
from waiting import HANG, wait_until

SHOW = """
import sys, threading, time
import numpy as np
from viz_core import Visualizer
image = np.zeros((120, 160, 3), np.uint8)
image[:, :80] = 255
visualizer = Visualizer(image=image)
start = time.monotonic()
visualizer.show({arguments})
print(f"after {{time.monotonic() - start:.1f}} s")
visualizer.close()
"""


@pytest.fixture
def display():
    """A virtual display of its own, as the variable DISPLAY."""
    needs_program("Xvfb")
    needs_program("xdotool")
    needs_module("tkinter", "python3-tk")
    read, write = os.pipe()
    command = ["Xvfb", "-displayfd", str(write), "-screen", "0", "640x480x24", "-nolisten", "tcp"]
    server = subprocess.Popen(
        # Else it begins anew when its last client leaves, and drops who comes at that moment.
        [*command, "-noreset"],
        pass_fds=[write],
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    os.close(write)
    with os.fdopen(read) as pipe:
        number = pipe.readline().strip()
    yield f":{number}"
    server.terminate()
    server.wait(HANG)


def show(arguments, display=None, **variables):
    environment = {**os.environ, "MPLBACKEND": "", "PYTHONUNBUFFERED": "1", **variables}
    environment.pop("DISPLAY", None)
    environment.pop("WAYLAND_DISPLAY", None)
    if display:
        environment["DISPLAY"] = display
    return subprocess.Popen(
        [sys.executable, "-c", SHOW.format(arguments=arguments)],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def xdotool(display, *arguments):
    return subprocess.run(
        ["xdotool", *arguments],
        env={**os.environ, "DISPLAY": display},
        capture_output=True,
        text=True,
        timeout=60,
    ).stdout.strip()


def find_window(display, title):
    found = xdotool(display, "search", "--onlyvisible", "--name", f"^{title}$")
    return found.splitlines()[0] if found else None


def press_until(condition, display, window, key):
    """Press a key until it has had an effect; a window may not be ready for it at once."""

    def press():
        xdotool(display, "windowfocus", window)
        xdotool(display, "key", "--window", window, key)
        return condition()

    return wait_until(press, 60)


def test_without_a_display_it_returns_at_once_with_one_warning():
    program = show("); visualizer.show(")  # shown twice, told once
    out, err = program.communicate(timeout=60)
    assert program.returncode == 0
    assert "after" in out
    assert err.count("VizWarning") == 1
    assert "show() shows nothing: no display is set; use get_image()" in err
    assert "matplotlib.pyplot" not in err


def test_a_backend_without_windows_says_so(display):
    program = show("", display, MPLBACKEND="Agg")
    out, err = program.communicate(timeout=60)
    assert program.returncode == 0, err
    assert "after" in out
    assert "matplotlib's backend agg has no windows" in err.lower().replace("agg", "agg")


def test_an_unknown_backend_is_refused():
    import numpy as np

    from viz_core import Visualizer

    visualizer = Visualizer(image=np.zeros((8, 8, 3), np.uint8))
    with pytest.raises(ValueError, match="backend must be 'matplotlib' or 'cv2', got 'qt'"):
        visualizer.show(backend="qt")


def test_a_real_key_closes_a_real_window(display, tmp_path):
    keys = tmp_path / "keys"
    tell = f"lambda key: open({str(keys)!r}, 'a').write(key.key)"
    connect = f"visualizer.manager.canvas.mpl_connect('key_press_event', {tell})"
    program = show(
        f"wait_time=0.1); {connect}; visualizer.show(win_name='cat and dog', continue_key='c'",
        display,
    )
    window = wait_until(lambda: find_window(display, "cat and dog"), 60)
    press_until(keys.exists, display, window, "x")  # another key does not
    press_until(lambda: program.poll() is not None, display, window, "c")
    out, err = program.communicate()
    assert program.returncode == 0, err
    assert "after" in out
    assert re.fullmatch("x+c+", keys.read_text())


def test_the_default_key_is_space_and_a_second_show_uses_the_same_window(display):
    second = "win_name='two', continue_key='c'"
    program = show(f"win_name='one'); visualizer.show(image, {second}", display)
    window = wait_until(lambda: find_window(display, "one"), 60)
    is_second = press_until(lambda: find_window(display, "two"), display, window, "space")
    assert is_second == window
    press_until(lambda: program.poll() is not None, display, window, "c")
    _, err = program.communicate()
    assert program.returncode == 0, err


def test_wait_time_ends_the_wait(display):
    program = show("wait_time=0.5", display)
    out, err = program.communicate(timeout=60)
    assert program.returncode == 0, err
    assert "after" in out


def test_closing_the_window_ends_the_wait_and_the_next_show_opens_another(display):
    close = "window = visualizer.manager.window; window.after(300, window.destroy)"
    program = show(
        f"wait_time=0.1); {close}; visualizer.show(); visualizer.show(wait_time=0.1", display
    )
    out, err = program.communicate(timeout=60)
    assert program.returncode == 0, err
    assert "after" in out
