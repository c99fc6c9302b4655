"""Records that TensorBoard's plugins show, as its `Event` messages, without TensorFlow or torch."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.compat.proto.summary_pb2 import SummaryMetadata
from tensorboard.compat.proto.tensor_pb2 import TensorProto
from tensorboard.compat.proto.tensor_shape_pb2 import TensorShapeProto
from tensorboard.compat.proto.types_pb2 import DT_DOUBLE, DT_FLOAT, DT_STRING
from tensorboard.plugins.histogram import metadata as histogram_plugin
from tensorboard.plugins.hparams import api_pb2
from tensorboard.plugins.hparams import metadata as hparams_plugin
from tensorboard.plugins.hparams.plugin_data_pb2 import (
    HParamsPluginData,
    SessionEndInfo,
    SessionStartInfo,
)
from tensorboard.plugins.image import metadata as image_plugin
from tensorboard.plugins.pr_curve import metadata as pr_curve_plugin

from viz_backend_tensorboard.events import as_cell, at_step

if TYPE_CHECKING:
    from viz_core import Histogram, PRCurve

__all__ = ["METRIC", "histogram", "hparams", "images", "pr_curve", "results", "table"]

#: Where the final metrics are, so that they are no points of a curve of the same name.
METRIC = "hparam/{}"

#: Rows of a table that the page is given; it makes a page of all of them at once.
_ROWS = 1000


def images(tag: str, data: Sequence[bytes], size: tuple[int, int], step: int) -> Event:
    """Return images, which the page shows as samples of one tag; a GIF moves.

    Args:
        tag: Their name.
        data: PNG, JPEG or GIF.
        size: Width and height of the first.
        step: Of all of them.
    """
    texts = [str(side).encode() for side in size]
    metadata = image_plugin.create_summary_metadata("", "")
    return _event(tag, metadata, _strings([*texts, *data], (len(data) + 2,)), step)


def histogram(tag: str, histogram: Histogram, step: int) -> Event:
    """Return a histogram by its left edges, right edges and counts."""
    edges = histogram.edges
    buckets = np.stack([edges[:-1], edges[1:], histogram.counts], axis=1)
    metadata = histogram_plugin.create_summary_metadata("", "")
    return _event(tag, metadata, _floats(buckets, DT_DOUBLE), step)


def table(tag: str, columns: Sequence[str], rows: Sequence[Sequence[Any]], step: int) -> Event:
    """Return a text of which the page makes a table; of more than 1,000 rows it says so."""
    lines = [[f"**{_cell(name)}**" for name in columns]]
    lines += [[_cell(cell) for cell in row] for row in rows[:_ROWS]]
    if len(rows) > _ROWS:
        lines.append([f"and {len(rows) - _ROWS} more rows", *[""] * (len(columns) - 1)])
    cells = [cell.encode() for line in lines for cell in line]
    metadata = SummaryMetadata(plugin_data=SummaryMetadata.PluginData(plugin_name="text"))
    return _event(tag, metadata, _strings(cells, (len(lines), len(columns))), step)


def _cell(value: Any) -> str:
    return "" if value is None else as_cell(str(value))


def pr_curve(tag: str, curve: PRCurve, step: int) -> Event:
    """Return a curve, with its counts, from which the page shows what a threshold gives."""
    _, found, wrong, above, below, precision, recall = curve
    rows = np.stack([found, wrong, above, below, precision, recall])
    metadata = pr_curve_plugin.create_summary_metadata("", "", len(curve.thresholds))
    return _event(tag, metadata, _floats(rows, DT_FLOAT), step)


def hparams(values: Mapping[str, Any]) -> Event:
    """Return the hyperparameters of the run: strings, bools and numbers by name."""
    start = SessionStartInfo(start_time_secs=time.time())
    for name, value in values.items():
        if isinstance(value, str):
            start.hparams[name].string_value = value
        elif isinstance(value, bool):
            start.hparams[name].bool_value = value
        else:
            start.hparams[name].number_value = float(value)
    tag = hparams_plugin.SESSION_START_INFO_TAG
    return _of_hparams(tag, HParamsPluginData(session_start_info=start))


def results(values: Mapping[str, Any], metrics: Sequence[str]) -> list[Event]:
    """Return which scalars are the results of the run, which is finished.

    Args:
        values: The hyperparameters, whose types the page needs.
        metrics: Names of final metrics; their scalars are called `METRIC` of these.
    """
    experiment = api_pb2.Experiment(
        hparam_infos=[
            api_pb2.HParamInfo(name=name, type=_type(value)) for name, value in values.items()
        ],
        metric_infos=[
            api_pb2.MetricInfo(name=api_pb2.MetricName(tag=METRIC.format(name)), display_name=name)
            for name in metrics
        ],
        time_created_secs=time.time(),
    )
    end = SessionEndInfo(status=api_pb2.STATUS_SUCCESS, end_time_secs=time.time())
    return [
        _of_hparams(hparams_plugin.EXPERIMENT_TAG, HParamsPluginData(experiment=experiment)),
        _of_hparams(hparams_plugin.SESSION_END_INFO_TAG, HParamsPluginData(session_end_info=end)),
    ]


def _of_hparams(tag: str, data: Any) -> Event:
    metadata = hparams_plugin.create_summary_metadata(data)
    return _event(tag, metadata, hparams_plugin.NULL_TENSOR, 0)


def _type(value: Any) -> int:
    if isinstance(value, str):
        return int(api_pb2.DATA_TYPE_STRING)
    return int(api_pb2.DATA_TYPE_BOOL if isinstance(value, bool) else api_pb2.DATA_TYPE_FLOAT64)


def _event(tag: str, metadata: Any, tensor: Any, step: int) -> Event:
    event = at_step(step)
    event.summary.value.add(tag=tag, metadata=metadata, tensor=tensor)
    return event


def _strings(texts: Sequence[bytes], shape: tuple[int, ...]) -> Any:
    return TensorProto(dtype=DT_STRING, string_val=texts, tensor_shape=_shape(shape))


def _floats(array: npt.NDArray[np.float64], dtype: int) -> Any:
    data = array.astype("<f4" if dtype == DT_FLOAT else "<f8").tobytes()
    return TensorProto(dtype=dtype, tensor_content=data, tensor_shape=_shape(array.shape))


def _shape(shape: tuple[int, ...]) -> Any:
    return TensorShapeProto(dim=[TensorShapeProto.Dim(size=size) for size in shape])
