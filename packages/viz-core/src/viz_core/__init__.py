"""Draw on images, turn feature maps into pictures, and record them anywhere."""

from viz_core.arrays import as_array, as_image, as_name, as_scalar, as_step
from viz_core.backends.base import BaseVisBackend
from viz_core.errors import (
    InstanceError,
    MissingSaveDirError,
    PluginError,
    PluginWarning,
    RankError,
    RecordingError,
    RecordingWarning,
    UnknownTypeError,
    VizError,
    VizWarning,
)
from viz_core.hookspecs import hookimpl
from viz_core.instances import NamedInstances
from viz_core.ranks import get_rank, get_world_size, is_main_process
from viz_core.registry import Registry

__version__ = "0.1.0"

__all__ = [
    "BaseVisBackend",
    "InstanceError",
    "MissingSaveDirError",
    "NamedInstances",
    "PluginError",
    "PluginWarning",
    "RankError",
    "RecordingError",
    "RecordingWarning",
    "Registry",
    "UnknownTypeError",
    "VizError",
    "VizWarning",
    "as_array",
    "as_image",
    "as_name",
    "as_scalar",
    "as_step",
    "get_rank",
    "get_world_size",
    "hookimpl",
    "is_main_process",
]
