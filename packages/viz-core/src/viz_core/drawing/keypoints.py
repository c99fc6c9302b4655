"""Keypoints of bodies, faces and hands: points, and the limbs between them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from viz_core.colors import RGBA
from viz_core.convert import as_array
from viz_core.drawing.arguments import Floats
from viz_core.drawing.paths import Style, draw_paths
from viz_core.drawing.points import as_marker, draw_points
from viz_core.drawing.shapes import place_circles, place_segments
from viz_core.drawing.surface import DPI, Surface
from viz_core.typing import ArrayLike

__all__ = ["Keypoints", "as_keypoints", "as_skeleton", "draw_keypoints", "find_limbs"]

Booleans: TypeAlias = npt.NDArray[np.bool_]

# Of rings, in points. They are as large as disks, whose edge is one point wide.
_RING = 1.5
_NOTHING: RGBA = (0, 0, 0, 0.0)


class Keypoints(NamedTuple):
    """Where the keypoints of instances are.

    Attributes:
        positions: x and y, shape (N, K, 2); what those are that are not shown does not matter.
        is_shown: Whether each is drawn, shape (N, K).
        is_hollow: Whether it is drawn as a ring, shape (N, K).
    """

    positions: Floats
    is_shown: Booleans
    is_hollow: Booleans


def as_keypoints(
    keypoints: ArrayLike,
    visibility: ArrayLike | None,
    scores: ArrayLike | None,
    threshold: float,
) -> Keypoints:
    """Return keypoints, and which of them are shown.

    Args:
        keypoints: Shape (K, 2), (K, 3), (N, K, 2) or (N, K, 3).
        visibility: 0, 1 or 2, or bool, shape (K,) or (N, K).
        scores: Shape (K,) or (N, K).
        threshold: What has a lower score is not shown.
    """
    array = _as_numbers(keypoints, "keypoints")
    shape = array.shape
    if not array.size and array.ndim < 3:
        array = array.reshape(0, 0, 2)
    elif array.ndim == 2:
        array = array[None]
    if array.ndim != 3 or array.shape[-1] not in (2, 3):
        flat = (
            "; COCO's are made such by .reshape(-1, 3), whose third column is their visibility="
            if array.ndim == 1 and array.size % 3 == 0
            else ""
        )
        raise ValueError(
            "keypoints must have shape (K, 2) or (N, K, 2): x, y; or (K, 3) or (N, K, 3): x, y, "
            f"confidence; got {shape}{flat}"
        )
    positions: Floats = array[..., :2].astype(np.float64)
    if np.isinf(positions).any():
        raise ValueError("keypoints must be finite, or NaN where they are missing, got inf")
    is_shown: Booleans = np.logical_not(np.isnan(positions).any(axis=-1))
    if array.shape[-1] == 3:
        if scores is not None:
            raise ValueError("scores must not be given beside keypoints with a third column")
        is_shown &= array[..., 2] >= threshold
    elif scores is not None:
        is_shown &= _per_point(scores, "scores", is_shown.shape) >= threshold
    is_hollow: Booleans = np.zeros(is_shown.shape, bool)
    if visibility is not None:
        visible = _per_point(visibility, "visibility", is_shown.shape)
        if visible.dtype == np.bool_:
            visible = visible * 2
        if not np.isin(visible, (0, 1, 2)).all():
            raise ValueError(
                "visibility must be 0 (not drawn), 1 (hollow) or 2, or bool, got "
                f"{visible[~np.isin(visible, (0, 1, 2))][0]}"
            )
        is_shown &= visible > 0
        is_hollow = np.equal(visible, 1)
    return Keypoints(positions, is_shown, is_hollow)


def _per_point(value: ArrayLike, name: str, shape: tuple[int, ...]) -> npt.NDArray[Any]:
    array = _as_numbers(value, name, kinds="biuf")
    if array.shape[-1:] == (1,) and array.ndim > 1 and array.shape[-2:-1] == shape[1:]:
        array = array[..., 0]  # (N, K, 1), as of torchvision
    if array.size and array.shape not in (shape, shape[1:]):
        raise ValueError(f"{name} must have shape {shape[1:]} or {shape}, got {array.shape}")
    return np.broadcast_to(array if array.size else np.empty(shape), shape)


def _as_numbers(value: ArrayLike, name: str, kinds: str = "iuf") -> npt.NDArray[Any]:
    array = as_array(value, name)
    if array.dtype.kind not in kinds:
        raise TypeError(f"{name} must hold numbers, got dtype {array.dtype}")
    return array


def as_skeleton(
    skeleton: ArrayLike | Sequence[Sequence[int]] | None, count: int
) -> npt.NDArray[np.intp]:
    """Return pairs of keypoints, shape (L, 2).

    Args:
        skeleton: Pairs of numbers of keypoints, counted from 0.
        count: How many keypoints an instance has.
    """
    if skeleton is None:
        return np.empty((0, 2), np.intp)
    pairs = as_array(skeleton, "skeleton")
    if not (pairs.size and count):
        return np.empty((0, 2), np.intp)
    if pairs.ndim != 2 or pairs.shape[1] != 2 or pairs.dtype.kind not in "iu":
        raise ValueError(
            "skeleton must be pairs of numbers of keypoints, as in [(0, 1), (1, 2)], got "
            f"{pairs.dtype} of shape {pairs.shape}"
        )
    wrong = ((pairs < 0) | (pairs >= count)).any(axis=1)
    if wrong.any():
        raise ValueError(
            f"skeleton must join keypoints in 0..{count - 1}, got {tuple(pairs[wrong][0].tolist())}"
            "; those of COCO's files are counted from 1: subtract it"
        )
    return pairs.astype(np.intp)


class Limbs(NamedTuple):
    """The limbs that are drawn.

    Attributes:
        ends: x and y of their ends, shape (M, 2, 2).
        joints: The numbers of the keypoints that these are, shape (M, 2).
        is_hollow: Whether an end is a ring, shape (M, 2).
        numbers: Which pair of the skeleton each is, shape (M,).
    """

    ends: Floats
    joints: npt.NDArray[np.intp]
    is_hollow: Booleans
    numbers: npt.NDArray[np.intp]


def find_limbs(keypoints: Keypoints, skeleton: npt.NDArray[np.intp]) -> Limbs:
    """Return the limbs both of whose ends are shown."""
    instances, numbers = np.nonzero(keypoints.is_shown[:, skeleton].all(axis=-1))
    joints = skeleton[numbers]
    which = (instances[:, None], joints)
    return Limbs(keypoints.positions[which], joints, keypoints.is_hollow[which], numbers)


def draw_keypoints(
    surface: Surface,
    keypoints: Keypoints,
    limbs: Limbs,
    colors: Sequence[RGBA],
    limb_colors: Sequence[RGBA],
    sizes: Sequence[float],
    widths: Sequence[float],
) -> None:
    """Draw all limbs, then all points over them.

    Args:
        surface: Drawn on.
        keypoints: Where they are.
        limbs: Between them.
        colors: Of each of the K keypoints.
        limb_colors: Of each of the L limbs.
        sizes: The square of the diameter of each of the K keypoints, in points.
        widths: Of each of the L limbs, in points.
    """
    if not keypoints.is_shown.any():
        return
    radii = (np.sqrt(np.array(sizes)) - _RING + 1) / 2 * DPI / 72
    # A ring is empty: its limbs end at its border. In quarters, as sums may not be numbers.
    inward = limbs.ends[:, ::-1] / 4 - limbs.ends / 4
    lengths = np.hypot(inward[..., :1], inward[..., 1:])
    gaps = np.where(limbs.is_hollow, radii[limbs.joints], 0)[..., None]
    ends = limbs.ends + inward / np.maximum(lengths, 1e-9) * gaps
    is_seen = (gaps.sum(axis=1) / 4 < lengths[:, 0])[:, 0]
    styles = [
        Style(limb_colors[i], _NOTHING, widths[i], "-") for i in limbs.numbers[is_seen].tolist()
    ]
    draw_paths(surface, place_segments(ends[is_seen], surface.window), styles)
    for is_ring in (False, True):
        instances, points = np.nonzero(keypoints.is_shown & (keypoints.is_hollow == is_ring))
        places = keypoints.positions[instances, points]
        inks = [colors[i] for i in points.tolist()]
        if is_ring:
            rings = place_circles(places, np.maximum(radii[points], 0).tolist(), surface.window)
            draw_paths(surface, rings, [Style(ink, _NOTHING, _RING, "-") for ink in inks])
        else:
            draw_points(surface, places, inks, as_marker(None), [sizes[i] for i in points.tolist()])
