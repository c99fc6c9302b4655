"""Warnings that point at the user's line, wherever in our packages they arise."""

from __future__ import annotations

import sys
import warnings
from _thread import get_ident
from collections.abc import Callable
from types import FrameType

__all__ = ["receivers", "warn_user"]

#: Who takes the warnings of a thread that has no user's line, by its identifier.
receivers: dict[int, Callable[[str, type[Warning]], None]] = {}

# Who stands between a warning and the user's line: our packages, Python's own modules, such as
# contextlib, what calls our hooks within the user's `backward()`, and who runs the user's training.
_BETWEEN = {
    "viz_core",
    "viz_backend_tensorboard",
    "viz_backend_wandb",
    "viz_backend_mlflow",
    "viz_mmdet_adapter",
    "viz_lightning_adapter",
    "viz_huggingface_adapter",
    "accelerate",
    "lightning",
    "lightning_utilities",
    "pytorch_lightning",
    "torch",
    "transformers",
    "wandb",
    *sys.stdlib_module_names,
}


def warn_user(message: str, category: type[Warning] = UserWarning) -> None:
    """Warn at the innermost line that is neither viz's nor of the package that calls this.

    Recording in the background has no such line: the visualizer's next call warns instead. Any
    other thread that begins in viz, and `atexit`, warn at once, without a line.

    Args:
        message: What is wrong, and the way out.
        category: The class of the warning.
    """
    caller = _package(sys._getframe(1))
    frame: FrameType | None = sys._getframe(1)
    while frame is not None:
        package = _package(frame)
        if package not in _BETWEEN and (package != caller or package == "__main__"):
            names, file = frame.f_globals, frame.f_code.co_filename
            told = names.setdefault("__warningregistry__", {})
            warnings.warn_explicit(
                message, category, file, frame.f_lineno, names.get("__name__"), told
            )
            return
        frame = frame.f_back
    receive = receivers.get(get_ident())  # a recorder's worker has one
    if receive is None:
        warnings.warn_explicit(message, category, "sys", 1)
    else:
        receive(message, category)


def _package(frame: FrameType) -> str:
    return str(frame.f_globals.get("__name__", "")).partition(".")[0]
