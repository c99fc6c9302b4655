"""Real libraries of MMEngine's family, with what is too heavy for tests in the place of modules.

Their wheels are installed without what they depend on. A module that they import and do not draw
with has every name, and nothing behind it.
"""

import sys
import warnings
from importlib import import_module
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType

import matplotlib as mpl
import numpy as np
import pytest

# For what these tests share: they are imported without a package around them.
sys.path.append(str(Path(__file__).parent))

#: What the libraries import, and draw nothing with.
ABSENT = {
    "clip", "diffusers", "einops", "facexlib", "ftfy", "imageio", "lpips", "modelindex", "munkres",
    "numba", "open3d", "pyclipper", "regex", "resize_right", "skimage", "torchvision", "trimesh",
    "xtcocotools",
}  # fmt: skip

LIBRARIES = [
    "mmseg", "mmdet", "mmpose", "mmpretrain", "mmaction", "mmocr", "mmrotate", "mmdet3d", "mmagic",
]  # fmt: skip


class Absent(ModuleType):
    """A module with every name, each a class that does nothing."""

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        take_any = {"__init__": lambda self, *a, **k: None, "__call__": lambda self, f=None, *a: f}
        return type(name, (), take_any)


class Finder:
    """Finds the absent modules, after all that are there."""

    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in ABSENT or name == "mmcv._ext":
            return ModuleSpec(name, self, is_package=True)
        return None

    def create_module(self, spec):
        return Absent(spec.name)

    def exec_module(self, module):
        # MMEngine asks by the loader whether operators are compiled: they are not.
        if module.__name__ == "mmcv._ext":
            module.__spec__ = ModuleSpec(module.__name__, None)


sys.meta_path.append(Finder())
mpl.use("agg")

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # of what their own dependencies deprecate
    import mmdet

    version, mmdet.__version__ = mmdet.__version__, "3.0.0"  # mmocr and mmrotate know no later one
    np.bool8 = np.bool_  # numpy 2 has it no more; mmagic names it
    for library in LIBRARIES:
        import_module(f"{library}.visualization")
    mmdet.__version__ = version
    del np.bool8


@pytest.fixture(autouse=True)
def _forget():
    """Leave no named instance and no scope of a library behind."""
    yield
    from mmengine.registry import DefaultScope
    from mmengine.visualization.visualizer import Visualizer

    Visualizer._instance_dict.clear()
    DefaultScope._instance_dict.clear()
