"""What is inherited: a class of `lightning.pytorch`, of `pytorch_lightning`, or of both."""

import sys
from importlib import import_module
from importlib.util import find_spec

__all__ = ["bases"]

_LIGHTNINGS = ("lightning.pytorch", "pytorch_lightning")


def bases(module: str, name: str) -> tuple[type, ...]:
    """Return a class of each Lightning that is imported; if none is yet, of those installed."""
    found = [each for each in _LIGHTNINGS if sys.modules.get(each)] or [
        each for each in _LIGHTNINGS if find_spec(each.partition(".")[0])
    ]
    if not found:
        raise ImportError("neither lightning nor pytorch_lightning is installed; install one")
    return tuple(getattr(import_module(f"{each}.{module}"), name) for each in found)
