"""Windows and notebooks that show an image; nothing else imports pyplot or cv2."""

from __future__ import annotations

import math
import os
import sys
from collections.abc import Mapping
from typing import Any

from viz_core._warnings import warn_user
from viz_core.errors import VizWarning
from viz_core.images import as_image
from viz_core.typing import ArrayLike, Image

__all__ = ["Window"]


class Window:
    """One window, opened when first shown in and used again afterwards.

    Args:
        figure_arguments: Of the `matplotlib` figure; `arguments` has them, and may be changed.
    """

    def __init__(self, figure_arguments: Mapping[str, Any]) -> None:
        self.arguments = dict(figure_arguments)
        self._figure: Any = None
        self._cv2_name = str(id(self))
        self._cv2: Any = None

    def __reduce__(self) -> tuple[Any, ...]:
        """Return what makes a copy, which has no window open."""
        return type(self), (self.arguments,)

    @property
    def manager(self) -> Any:
        """The `matplotlib` figure manager, or None when no window is open."""
        return None if self._figure is None else self._figure.canvas.manager

    def show(
        self, image: ArrayLike, title: str, wait_time: float, continue_key: str, backend: str
    ) -> None:
        """Show an image and wait for a key.

        Args:
            image: What [`as_image`][viz_core.as_image] takes.
            title: What the window is called.
            wait_time: Seconds to wait; 0 waits until the key is pressed or the window is closed.
            continue_key: The key that ends the wait, as matplotlib calls it.
            backend: `'matplotlib'` or `'cv2'`.
        """
        if backend not in ("matplotlib", "cv2"):
            raise ValueError(f"backend must be 'matplotlib' or 'cv2', got {backend!r}")
        shown = as_image(image)
        if _in_notebook():
            _show_inline(shown)
        elif not _has_display():
            _warn_headless("no display is set")
        elif backend == "cv2":
            self._show_cv2(shown, title, wait_time, continue_key)
        else:
            self._show_matplotlib(shown, title, wait_time, continue_key)

    def close(self) -> None:
        """Close the window, if one is open."""
        if self._figure is not None:
            import matplotlib.pyplot as plt

            plt.close(self._figure)
            self._figure = None
        if self._cv2 is not None:
            self._cv2.destroyWindow(self._cv2_name)
            self._cv2 = None

    def _show_matplotlib(
        self, image: Image, title: str, wait_time: float, continue_key: str
    ) -> None:
        import matplotlib.pyplot as plt

        figure = self._open_figure(plt, image)
        if figure is None:
            return
        figure.clear()
        axes = figure.add_axes((0.0, 0.0, 1.0, 1.0))
        axes.axis("off")
        axes.imshow(image)
        figure.canvas.manager.set_window_title(title)

        def on_key(event: Any) -> None:
            if event.key == continue_key:
                figure.canvas.stop_event_loop()

        def on_close(_: Any) -> None:
            self._figure = None
            figure.canvas.stop_event_loop()

        connections = [
            figure.canvas.mpl_connect("key_press_event", on_key),
            figure.canvas.mpl_connect("close_event", on_close),
        ]
        figure.show()
        figure.canvas.draw_idle()
        figure.canvas.start_event_loop(wait_time)  # 0 means until stopped
        for connection in connections:
            figure.canvas.mpl_disconnect(connection)

    def _open_figure(self, plt: Any, image: Image) -> Any:
        """Return the figure of the window, or None where this matplotlib has no windows."""
        if self._figure is not None:
            return self._figure
        height, width = image.shape[:2]
        dpi = 100.0
        arguments = {"figsize": (width / dpi, height / dpi), "dpi": dpi, **self.arguments}
        figure = plt.figure(**arguments)
        if not getattr(figure.canvas, "required_interactive_framework", None):
            plt.close(figure)
            _warn_headless(f"matplotlib's backend {plt.get_backend()} has no windows")
            return None
        self._figure = figure
        return figure

    def _show_cv2(self, image: Image, title: str, wait_time: float, continue_key: str) -> None:
        import cv2

        try:
            cv2.namedWindow(self._cv2_name)
        except cv2.error as error:
            raise ValueError(
                "this build of cv2 has no windows; use backend='matplotlib', or install "
                "opencv-python in place of opencv-python-headless"
            ) from error
        self._cv2 = cv2
        cv2.setWindowTitle(self._cv2_name, title)
        cv2.imshow(self._cv2_name, image[..., 2::-1])  # cv2 means BGR
        timeout = math.ceil(wait_time * 1000)
        if wait_time > 0 or len(continue_key) != 1:
            cv2.waitKey(timeout)
            return
        while cv2.getWindowProperty(self._cv2_name, cv2.WND_PROP_VISIBLE) > 0:
            if cv2.waitKey(100) & 0xFF == ord(continue_key):
                return


def _in_notebook() -> bool:
    """Return whether IPython runs a kernel that shows rich output."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    return shell is not None and hasattr(shell, "kernel")


def _show_inline(image: Image) -> None:
    from IPython.display import Image as Inline
    from IPython.display import display

    from viz_core.files.encoding import encode_png  # only notebooks need it

    display(Inline(data=encode_png(image)))


def _has_display() -> bool:
    if sys.platform != "linux":
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


_warned: set[str] = set()


def _warn_headless(reason: str) -> None:
    """Say once for each reason that nothing can be shown, and what to do instead."""
    if reason in _warned:
        return
    _warned.add(reason)
    warn_user(
        f"show() shows nothing: {reason}; use get_image() for the image, add_image() to record "
        "it, or a notebook to see it inline",
        VizWarning,
    )
