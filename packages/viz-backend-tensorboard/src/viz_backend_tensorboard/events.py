"""Records as TensorBoard's `Event` messages, and a config as the Markdown of one."""

from __future__ import annotations

import html
import re
import time
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from tensorboard.compat.proto.event_pb2 import Event, SessionLog, SourceMetadata
from tensorboard.compat.proto.summary_pb2 import SummaryMetadata
from tensorboard.compat.proto.tensor_pb2 import TensorProto
from tensorboard.compat.proto.tensor_shape_pb2 import TensorShapeProto
from tensorboard.compat.proto.types_pb2 import DT_STRING

from viz_core import RunConfig

if TYPE_CHECKING:
    from viz_core.typing import Scalar

__all__ = [
    "as_cell",
    "at_step",
    "config_markdown",
    "file_version",
    "image",
    "scalars",
    "session_start",
    "text",
]


def file_version() -> Event:
    """Return the event that every event file begins with.

    From version 2 on, readers do not take a step that goes back for a restart.
    """
    source = SourceMetadata(writer="viz_backend_tensorboard")
    return Event(wall_time=time.time(), file_version="brain.Event:2", source_metadata=source)


def at_step(step: int) -> Event:
    """Return an event of now, to be filled.

    Raises:
        ValueError: If the step does not fit into 64 bits.
    """
    try:
        return Event(wall_time=time.time(), step=step)
    except ValueError as error:
        raise ValueError(f"step must fit into 64 bits for TensorBoard, got {step}") from error


def session_start(step: int) -> Event:
    """Return the mark of a restart: earlier records of `step` or later steps are void."""
    event = at_step(step)
    event.session_log.status = SessionLog.START
    return event


def scalars(values: Mapping[str, Scalar], step: int) -> Event:
    """Return scalars of one step as one event. They are stored as float32."""
    event = at_step(step)
    add = event.summary.value.add
    for tag, value in values.items():
        add(tag=tag, simple_value=value)
    return event


def image(tag: str, data: bytes, shape: tuple[int, int, int], step: int) -> Event:
    """Return an image that is encoded already; `shape` is its (height, width, channels)."""
    event = at_step(step)
    image = event.summary.value.add(tag=tag).image
    image.height, image.width, image.colorspace = shape
    image.encoded_image_string = data
    return event


def text(tag: str, markdown: str, step: int = 0) -> Event:
    """Return a text for TensorBoard's text tab, which renders Markdown."""
    event = at_step(step)
    # A tensor without dimensions is one text; of one with a dimension the tab makes a table.
    tensor = TensorProto(
        dtype=DT_STRING, string_val=[markdown.encode()], tensor_shape=TensorShapeProto()
    )
    plugin = SummaryMetadata.PluginData(plugin_name="text")
    event.summary.value.add(tag=tag, metadata=SummaryMetadata(plugin_data=plugin), tensor=tensor)
    return event


_SPECIAL = re.compile(r"([\\`*_{}\[\]|])")


def config_markdown(config: RunConfig) -> str:
    """Return a table with a row for each value, and below it the config's own source.

    Nested values are named by their path: `outer.inner`, `items.0`.
    """
    text = config.pretty_text
    rows = [f"| {as_cell(key)} | {as_cell(_source(value))} |" for key, value in _flatten(config)]
    # A longer fence than any in the text, so that the text cannot end it.
    longest = max((len(run) for run in re.findall("~+", text)), default=0)
    fence = "~" * max(3, longest + 1)
    return "\n".join(["| key | value |", "|---|---|", *rows, "", fence, text.rstrip("\n"), fence])


def _flatten(value: Any, prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Yield each value that is nested in `value`, after its path."""
    items: Any = ()
    if isinstance(value, Mapping):
        items = value.items()
    elif isinstance(value, (list, tuple)) and any(isinstance(v, Mapping) for v in value):
        items = enumerate(value)
    if not items:
        yield prefix, value
    for key, inner in items:
        yield from _flatten(inner, f"{prefix}.{key}" if prefix else str(key))


def _source(value: Any) -> str:
    try:
        return repr(value)
    except ValueError:  # Python writes no integer of thousands of digits
        return RunConfig({"it": value}).pretty_text.removeprefix("it = ").strip()


def as_cell(text: str) -> str:
    """Return `text` escaped, so that Markdown shows every character of it, on one line."""
    return _SPECIAL.sub(r"\\\1", html.escape(text, quote=False)).replace("\n", " ")
