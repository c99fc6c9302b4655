"""Real MMEngine and MMDetection, with what mmcv-lite lacks, and samples of their classes.

mmcv-lite has no compiled operators, and MMDetection imports some at the top of modules that draw
nothing with them. A module stands in for them whose operators raise when they are called.
"""

import sys
import warnings
from importlib.machinery import ModuleSpec
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest


class Operators(ModuleType):
    """``mmcv._ext``, with every name and nothing behind it."""

    def __init__(self):
        super().__init__("mmcv._ext")
        # MMEngine asks by the loader whether the operators are compiled: they are not.
        self.__spec__ = ModuleSpec(self.__name__, loader=None)

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)

        def operator(*args, **kwargs):
            raise NotImplementedError(f"mmcv-lite has no operator {name!r}")

        return operator


def _has_lite():
    try:
        return bool(version("mmcv-lite"))
    except PackageNotFoundError:
        return False


# For what these tests share: they are imported without a package around them.
sys.path.append(str(Path(__file__).parent))

if _has_lite():
    sys.modules.setdefault("mmcv._ext", Operators())

# Where they are not installed these tests are not run, but this file is read all the same.
if find_spec("mmdet"):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of what their own dependencies deprecate
        import mmdet.engine.hooks
        import mmdet.visualization  # noqa: F401


@pytest.fixture
def image():
    random = np.random.default_rng(3)
    coarse = random.integers(60, 200, (12, 16, 3), np.uint8)
    return np.kron(coarse, np.ones((10, 10, 1), np.uint8))


@pytest.fixture(autouse=True)
def _forget():
    """Leave no named instance behind, in either library."""
    yield
    from mmengine.visualization import Visualizer as MMEngineVisualizer

    from viz_core import Visualizer

    Visualizer.close_all()
    MMEngineVisualizer._instance_dict.clear()
