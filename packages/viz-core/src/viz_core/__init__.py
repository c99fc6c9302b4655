"""Draw on images, turn feature maps into images, and record them anywhere.

>>> import numpy as np
>>> from viz_core import Visualizer
>>> visualizer = Visualizer(image=np.zeros((240, 320, 3), np.uint8))
>>> visualizer.draw_bboxes(np.array([72, 13, 179, 147])).get_image().shape
(240, 320, 3)
"""

import importlib
from typing import TYPE_CHECKING, Any

from viz_core._warnings import warn_user
from viz_core.backends.base import BaseVisBackend
from viz_core.colors import RGBA, as_color
from viz_core.convert import Scalars, as_array, as_name, as_scalar, as_scalars, as_step, is_tensor
from viz_core.drawing.canvas import Canvas
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
from viz_core.featmap import draw_featmap
from viz_core.featmap.capture import capture
from viz_core.files.paths import as_path
from viz_core.images import as_image, as_images, to_uint8
from viz_core.instances import NamedInstances
from viz_core.plugins.registry import VISBACKENDS, VISUALIZERS, Registry
from viz_core.processes import after_fork, get_rank, get_world_size, is_main_process
from viz_core.runs.index import RunIndex
from viz_core.visualizer import Visualizer

if TYPE_CHECKING:
    from viz_core.annotations.annotations import Annotations
    from viz_core.annotations.comparison import (
        Comparison,
        compare_annotations,
        draw_comparison,
    )
    from viz_core.annotations.drawing import draw_annotations
    from viz_core.annotations.layers import as_label_maps
    from viz_core.annotations.palette import get_palette, jitter_color
    from viz_core.annotations.placement import LabelPlacement, place_labels
    from viz_core.annotations.sides import as_annotations, read_sides
    from viz_core.annotations.style import AnnotationStyle, as_style
    from viz_core.backends.local import LocalVisBackend
    from viz_core.config.normalize import RunConfig, as_config
    from viz_core.drawing.grid import make_grid
    from viz_core.files.append_log import AppendLog
    from viz_core.files.atomic import sync_to_disk, write_whole
    from viz_core.files.budget import Budget
    from viz_core.files.encoding import ImageEncoder, encode_png
    from viz_core.kinds.annotated import Annotated
    from viz_core.kinds.evaluation import (
        ConfusionMatrix,
        Hparams,
        PRCurve,
        as_confusion_matrix,
        as_hparams,
        as_pr_curve,
    )
    from viz_core.kinds.figures import DrawnFigure, as_figure
    from viz_core.kinds.histograms import Histogram, as_histogram
    from viz_core.kinds.plain_text import as_csv
    from viz_core.kinds.tables import Table, as_table
    from viz_core.kinds.videos import Video, as_video
    from viz_core.plugins.hookspecs import Command, hookimpl
    from viz_core.recording.recorder import Recorder
    from viz_core.remote.reading import read_run
    from viz_core.runs.annotated import AnnotatedImage
    from viz_core.runs.journal import Session
    from viz_core.runs.records import ByStep, Record, Series
    from viz_core.runs.run import Run
    from viz_core.runs.scalars import read_scalars
    from viz_core.samples import Samples

__version__ = "0.2.0"

__all__ = [
    "RGBA",
    "VISBACKENDS",
    "VISUALIZERS",
    "Annotated",
    "AnnotatedImage",
    "AnnotationStyle",
    "Annotations",
    "AppendLog",
    "BaseVisBackend",
    "Budget",
    "ByStep",
    "Canvas",
    "Command",
    "Comparison",
    "ConfusionMatrix",
    "DrawnFigure",
    "Histogram",
    "Hparams",
    "ImageEncoder",
    "InstanceError",
    "LabelPlacement",
    "LocalVisBackend",
    "MissingSaveDirError",
    "NamedInstances",
    "PRCurve",
    "PluginError",
    "PluginWarning",
    "RankError",
    "Record",
    "Recorder",
    "RecordingError",
    "RecordingWarning",
    "Registry",
    "Run",
    "RunConfig",
    "RunIndex",
    "Samples",
    "Scalars",
    "Series",
    "Session",
    "Table",
    "UnknownTypeError",
    "Video",
    "Visualizer",
    "VizError",
    "VizWarning",
    "after_fork",
    "as_annotations",
    "as_array",
    "as_color",
    "as_config",
    "as_confusion_matrix",
    "as_csv",
    "as_figure",
    "as_histogram",
    "as_hparams",
    "as_image",
    "as_images",
    "as_label_maps",
    "as_name",
    "as_path",
    "as_pr_curve",
    "as_scalar",
    "as_scalars",
    "as_step",
    "as_style",
    "as_table",
    "as_video",
    "capture",
    "compare_annotations",
    "draw_annotations",
    "draw_comparison",
    "draw_featmap",
    "encode_png",
    "get_palette",
    "get_rank",
    "get_world_size",
    "hookimpl",
    "is_main_process",
    "is_tensor",
    "jitter_color",
    "make_grid",
    "place_labels",
    "read_run",
    "read_scalars",
    "read_sides",
    "sync_to_disk",
    "to_uint8",
    "warn_user",
    "write_whole",
]


# Where the names are whose modules are imported when they are first asked for.
_ON_USE = {
    "Comparison": "viz_core.annotations.comparison",
    "Annotated": "viz_core.kinds.annotated",
    "AnnotatedImage": "viz_core.runs.annotated",
    "AnnotationStyle": "viz_core.annotations.style",
    "Annotations": "viz_core.annotations.annotations",
    "AppendLog": "viz_core.files.append_log",
    "Command": "viz_core.plugins.hookspecs",
    "ConfusionMatrix": "viz_core.kinds.evaluation",
    "DrawnFigure": "viz_core.kinds.figures",
    "Histogram": "viz_core.kinds.histograms",
    "Hparams": "viz_core.kinds.evaluation",
    "Budget": "viz_core.files.budget",
    "ByStep": "viz_core.runs.records",
    "ImageEncoder": "viz_core.files.encoding",
    "LabelPlacement": "viz_core.annotations.placement",
    "LocalVisBackend": "viz_core.backends.local",
    "PRCurve": "viz_core.kinds.evaluation",
    "Record": "viz_core.runs.records",
    "Recorder": "viz_core.recording.recorder",
    "Run": "viz_core.runs.run",
    "RunConfig": "viz_core.config.normalize",
    "Samples": "viz_core.samples",
    "Series": "viz_core.runs.records",
    "Session": "viz_core.runs.journal",
    "Table": "viz_core.kinds.tables",
    "Video": "viz_core.kinds.videos",
    "as_annotations": "viz_core.annotations.sides",
    "as_config": "viz_core.config.normalize",
    "as_csv": "viz_core.kinds.plain_text",
    "as_confusion_matrix": "viz_core.kinds.evaluation",
    "as_figure": "viz_core.kinds.figures",
    "as_histogram": "viz_core.kinds.histograms",
    "as_hparams": "viz_core.kinds.evaluation",
    "as_label_maps": "viz_core.annotations.layers",
    "as_pr_curve": "viz_core.kinds.evaluation",
    "as_style": "viz_core.annotations.style",
    "as_table": "viz_core.kinds.tables",
    "as_video": "viz_core.kinds.videos",
    "compare_annotations": "viz_core.annotations.comparison",
    "draw_annotations": "viz_core.annotations.drawing",
    "draw_comparison": "viz_core.annotations.comparison",
    "encode_png": "viz_core.files.encoding",
    "get_palette": "viz_core.annotations.palette",
    "hookimpl": "viz_core.plugins.hookspecs",
    "jitter_color": "viz_core.annotations.palette",
    "make_grid": "viz_core.drawing.grid",
    "place_labels": "viz_core.annotations.placement",
    "read_run": "viz_core.remote.reading",
    "read_scalars": "viz_core.runs.scalars",
    "read_sides": "viz_core.annotations.sides",
    "sync_to_disk": "viz_core.files.atomic",
    "write_whole": "viz_core.files.atomic",
}


def __dir__() -> list[str]:
    """Return what is public, whether it is imported yet or not."""
    return [*__all__, *(name for name in globals() if name.startswith("__"))]


if not TYPE_CHECKING:  # type checkers would take any name for one of ours

    def __getattr__(name: str) -> Any:
        """Import what most programs do not use, when it is first asked for."""
        if name in _ON_USE:
            found = getattr(importlib.import_module(_ON_USE[name]), name)
            globals()[name] = found
            return found
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
