"""The errors and warnings that viz-core raises of its own.

    Exception
    └── VizError
        ├── UnknownTypeError (LookupError)      a config names a type that nobody provides
        ├── PluginError                         an installed plugin cannot do what it offers
        ├── MissingSaveDirError (ValueError)    a backend needs a folder and was given none
        ├── RankError (RuntimeError)            this rank does not record
        ├── InstanceError (RuntimeError)        no such named visualizer
        └── RecordingError                      backends failed to write what was recorded
    UserWarning
    └── VizWarning
        ├── PluginWarning                       a plugin was left out
        └── RecordingWarning                    something was not recorded, or not as given

A value of the wrong type or out of range is a plain `TypeError` or `ValueError`.
"""

from __future__ import annotations

from collections.abc import Mapping

__all__ = [
    "InstanceError",
    "MissingSaveDirError",
    "PluginError",
    "PluginWarning",
    "RankError",
    "RecordingError",
    "RecordingWarning",
    "UnknownTypeError",
    "VizError",
    "VizWarning",
]


class VizError(Exception):
    """Base of every error that viz-core and its packages raise of their own."""


class UnknownTypeError(VizError, LookupError):
    """A config names a type that nobody provides."""


class PluginError(VizError):
    """An installed plugin cannot do what it offers."""


class MissingSaveDirError(VizError, ValueError):
    """A backend needs a folder and was given none."""


class RankError(VizError, RuntimeError):
    """Something was asked of a rank that does not record."""


class InstanceError(VizError, RuntimeError):
    """A named instance was asked for that does not exist."""


class RecordingError(VizError):
    """Backends failed to write what was recorded.

    Args:
        message: What was being recorded.
        failures: The error of every backend that failed, by the backend's name.
    """

    def __init__(self, message: str, failures: Mapping[str, Exception]) -> None:
        self.failures = dict(failures)
        lines = [f"{name}: {type(e).__name__}: {e}" for name, e in self.failures.items()]
        super().__init__("\n  ".join([message, *lines]))


class VizWarning(UserWarning):
    """Base of every warning that viz-core and its packages give of their own."""


class PluginWarning(VizWarning):
    """An installed plugin was left out; the others work."""


class RecordingWarning(VizWarning):
    """Something was not recorded, or not as it was given."""
