"""What MMEngine imports where a config of its names `viz_core.Visualizer`, to find it in a registry.

There it is the class of viz-mmdet-adapter that MMEngine's Runner and hooks take. Ours by itself is
none of theirs: they would end in "Before calling Visualizer.get_current_instance()".
"""

import importlib
import sys

from viz_core._warnings import warn_user
from viz_core.errors import VizWarning

__all__: list[str] = []

if "mmengine" in sys.modules:
    try:
        importlib.import_module("viz_mmdet_adapter.mmengine.scopes")
    except ModuleNotFoundError as error:
        warn_user(
            "MMEngine's hooks find no viz_core.Visualizer; install viz-mmdet-adapter, whose "
            f"viz_mmdet_adapter.mmengine.Visualizer is the same for a Runner ({error})",
            VizWarning,
        )
