"""Reading semantic and panoptic maps, whatever they are given as."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from viz_core.annotations.fields import read_field
from viz_core.annotations.names import Names, as_names, class_name
from viz_core.convert import as_array, is_tensor

__all__ = ["OTHER_ARRAYS", "Segment", "SegmentMap", "read_map"]

#: Said where an array alone cannot be a map, since it is likely to be something else.
OTHER_ARRAYS = "boxes alone are dict(bboxes=...), masks alone dict(masks=...)"

#: A panoptic id is the instance times this plus the class.
_INSTANCE_OFFSET = 1000

_SEMANTIC_IGNORED = 255


class Segment(NamedTuple):
    """What is known of a segment of a panoptic map: its class, and its score in 0..1, if any."""

    label: int
    score: float | None = None


@dataclass(frozen=True)
class SegmentMap:
    """A semantic or panoptic map. Negative ids are not drawn.

    Attributes:
        ids: Integers, shape (H, W).
        ignored: Ids that are not drawn; None is the default of the kind of map.
        names: Of the classes; None are those of the data set.
        segments: By id, if the map came with such a list; ids that it lacks are not drawn.
        is_coded: Whether the ids were colors: R + 256 G + 65536 B.
    """

    ids: npt.NDArray[Any]
    ignored: tuple[int, ...] | None = None
    names: Names | None = None
    segments: Mapping[int, Segment] | None = None
    is_coded: bool = False

    def above(self, threshold: Callable[[int, str | None], float]) -> SegmentMap:
        """Return the map without segments whose score is known and not above that of their class.

        Args:
            threshold: Of the label and the name of a class.
        """
        if self.segments is None:
            return self
        kept = {}
        for number, segment in self.segments.items():
            name = None if self.names is None else class_name(segment.label, self.names)
            if segment.score is None or segment.score > threshold(segment.label, name):
                kept[number] = segment
        return replace(self, segments=kept)

    def drawn(
        self, ids: Iterable[int], classes: Names | None, *, is_panoptic: bool
    ) -> dict[int, Segment | None]:
        """Return what is known of each of these ids that is drawn: None of what were colors.

        Args:
            ids: Each once.
            classes: Names of the classes of the data set.
            is_panoptic: Whether an id that is not among `segments` is of an instance.
        """
        ignored = self._ignored(classes, is_panoptic)
        known = [number for number in ids if number >= 0 and number not in ignored]
        if self.segments is not None:
            return {number: self.segments[number] for number in known if number in self.segments}
        if self.is_coded:
            return dict.fromkeys(known)
        return {
            number: Segment(number % _INSTANCE_OFFSET if is_panoptic else number)
            for number in known
        }

    def _ignored(self, classes: Names | None, is_panoptic: bool) -> tuple[int, ...]:
        if self.ignored is not None:
            return self.ignored
        if not is_panoptic:
            return (_SEMANTIC_IGNORED,)
        names = classes if self.names is None else self.names
        if self.segments is not None or (names is None and not self.is_coded):
            return ()
        return (0,) if names is None or self.is_coded else (_after_last(names),)


def _after_last(classes: Names) -> int:
    """Return the number after the label of the last class."""
    if isinstance(classes, Mapping):
        return max(classes, default=-1) + 1
    return len(classes)


def read_map(holder: Any, *, is_panoptic: bool = False) -> SegmentMap:
    """Return the map in a PixelData, or in any object or mapping with its fields.

    Args:
        holder: `sem_seg`, `segmentation` or, in MMSegmentation, `data` is integers, or floats without fractions, of shape
            (1, H, W), (H, W, 1) or (H, W). `ignore_index`, one id or several, `label_names` and
            `segments_info`, COCO's or that of transformers, may be fields or in `metainfo`. An
            array is a map by itself; a pair is a map and its `segments_info`.
        is_panoptic: Whether three channels are the ids of COCO's images: R + 256 G + 65536 B.

    Raises:
        TypeError, ValueError: If the map is missing, or of another type or shape.
    """
    if isinstance(holder, tuple) and len(holder) == 2:
        holder = {"sem_seg": holder[0], "segments_info": holder[1]}
    elif _is_array(holder):
        holder = {"sem_seg": holder}
    ids = read_field(holder, "sem_seg")
    if ids is None:
        ids = read_field(holder, "segmentation")
    if ids is None and _is_array(data := read_field(holder, "data")):
        ids = data
    if ids is None:
        raise ValueError(f"a segmentation must have the field 'sem_seg', got {holder!r:.200}")
    metainfo = read_field(holder, "metainfo")

    def read(name: str) -> Any:
        found = read_field(holder, name)
        return read_field(metainfo, name) if found is None else found

    array = as_array(ids, "sem_seg")
    is_coded = is_panoptic and array.ndim == 3 and 3 in (array.shape[0], array.shape[-1])
    is_coded = is_coded and array.dtype.kind in "iu"
    ignored = read("ignore_index")
    segments = read("segments_info")
    return SegmentMap(
        _decoded(array) if is_coded else _ids(array),
        None if ignored is None else tuple(np.ravel(as_array(np.asarray(ignored))).tolist()),
        as_names(read("label_names")),
        None if segments is None else _segments(segments),
        is_coded,
    )


def _is_array(holder: Any) -> bool:
    return (
        isinstance(holder, (np.ndarray, list)) or is_tensor(holder) or hasattr(holder, "getbands")
    )


def _ids(array: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Return the ids of a map as integers of shape (H, W)."""
    shape = array.shape
    if array.ndim == 3 and 1 in (shape[0], shape[-1]):
        array = array[0] if shape[0] == 1 else array[..., 0]
    if array.ndim != 2:
        raise ValueError(
            f"sem_seg must have shape (1, H, W) or (H, W), got {shape}; of scores take the argmax "
            "over the classes first, and give COCO's panoptic images, of 3 channels, as a panoptic "
            f"map: gt_panoptic_seg or pred_panoptic_seg; {OTHER_ARRAYS}"
        )
    if array.dtype.kind not in "biuf":
        raise TypeError(f"sem_seg must be integer ids, got dtype {array.dtype}")
    if array.dtype.kind == "f":
        if not (np.isfinite(array) & (array == np.round(array))).all():
            raise ValueError(
                "sem_seg must be integer ids, got fractions, NaN or infinity; take the argmax over "
                f"the classes first; {OTHER_ARRAYS}"
            )
        return array.astype(np.int64)
    return array.view(np.uint8) if array.dtype.kind == "b" else array


def _decoded(array: npt.NDArray[Any]) -> npt.NDArray[np.int32]:
    """Return the ids of one of COCO's panoptic images, of shape (H, W, 3) or (3, H, W)."""
    red, green, blue = np.moveaxis(array, -1 if array.shape[-1] == 3 else 0, 0).astype(np.int32)
    ids: npt.NDArray[np.int32] = red + 256 * green + 65536 * blue
    return ids


def _segments(segments: Iterable[Any]) -> dict[int, Segment]:
    """Return the segments of COCO's or transformers' `segments_info` by id."""
    found = {}
    for segment in segments:
        label = read_field(segment, "category_id")
        if label is None:
            label = read_field(segment, "label_id")
        number, score = read_field(segment, "id"), read_field(segment, "score")
        if number is None or label is None:
            raise ValueError(
                "an entry of segments_info must have 'id' and 'category_id' or 'label_id', got "
                f"{segment!r:.200}"
            )
        found[int(number)] = Segment(int(label), None if score is None else float(score))
    return found
