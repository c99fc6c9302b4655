"""Warnings that point at the user's line, wherever in our packages they arise."""

from __future__ import annotations

import sys
import warnings
from types import FrameType

__all__ = ["warn_user"]

# Who stands between a warning and the user's line: our packages, and Python's own modules, such
# as contextlib and threading.
_BETWEEN = {
    "viz_core",
    "viz_backend_tensorboard",
    "viz_backend_wandb",
    "viz_backend_mlflow",
    "viz_mmdet_adapter",
    *sys.stdlib_module_names,
}


def warn_user(message: str, category: type[Warning] = UserWarning) -> None:
    """Warn at the innermost line that is not ours.

    In a thread of ours there is none; the warning then has no line.

    Args:
        message: What is wrong, and the way out.
        category: Of the warning.
    """
    frame: FrameType | None = sys._getframe(1)
    while frame is not None:
        module = str(frame.f_globals.get("__name__", ""))
        if module.partition(".")[0] not in _BETWEEN:
            registry = frame.f_globals.setdefault("__warningregistry__", {})
            warnings.warn_explicit(
                message, category, frame.f_code.co_filename, frame.f_lineno, module, registry
            )
            return
        frame = frame.f_back
    warnings.warn_explicit(message, category, "sys", 1)
