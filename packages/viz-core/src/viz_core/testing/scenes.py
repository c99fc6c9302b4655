"""Photos to try things on, and what is on them: a portrait, and scenes that are made of discs."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from viz_core._checks import as_number
from viz_core.typing import Image

__all__ = ["sample_detections", "sample_meta", "sample_photo"]

_WIDTH, _HEIGHT = 640, 360
_CLASSES = ("person", "car", "boat", "hat", "glasses", "star")

#: The joints of a person that is as high as 1 and stands at 0, 0: x, y, and how far x swings in a
#: step. Head, then left and right shoulders, elbows, wrists, hips, knees and ankles.
_JOINTS = np.array(
    [
        (0.00, -0.92, 0.00),
        *[(-0.09, -0.78, 0.00), (0.09, -0.78, 0.00), (-0.13, -0.62, 0.03), (0.13, -0.62, -0.03)],
        *[(-0.14, -0.47, 0.08), (0.14, -0.47, -0.08), (-0.05, -0.48, 0.00), (0.05, -0.48, 0.00)],
        *[(-0.06, -0.25, -0.05), (0.06, -0.25, 0.05), (-0.07, -0.02, -0.12), (0.07, -0.02, 0.12)],
    ]
)
_LIMBS = ((0, 1), (0, 2), (1, 2), (1, 3), (3, 5), (2, 4), (4, 6), (1, 7), (2, 8), (7, 8))
_LEGS = ((7, 9), (9, 11), (8, 10), (10, 12))

#: A line of some width with round ends: x1, y1, x2, y2, radius, red, green, blue.
_Stroke = tuple[float, ...]
_Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class _Thing:
    """What stands in a scene: strokes from back to front, in pixels of a scene of 640x360."""

    label: int
    strokes: list[_Stroke]
    #: How often it has left the scene and come back, as another object.
    lap: int = 0
    joints: _Floats = field(default_factory=lambda: np.full((len(_JOINTS), 2), np.nan))

    def box(self) -> _Floats:
        strokes = np.array(self.strokes)
        ends, radii = strokes[:, :4].reshape(-1, 2, 2), strokes[:, 4, None, None]
        low, high = (ends - radii).min((0, 1)), (ends + radii).max((0, 1))
        return np.concatenate([low, high])


def _person(
    rng: np.random.Generator, x: float, y: float, tall: float, swing: float, lap: int
) -> _Thing:
    joints = [x, y] + tall * (_JOINTS[:, :2] + np.outer(_JOINTS[:, 2], [swing, 0]))
    coat, trousers = rng.integers(30, 230, 3), rng.integers(20, 110, 3)
    skin = np.array([232, 190, 160]) * rng.uniform(0.45, 1)
    strokes = [(*joints[a], *joints[b], 0.040 * tall, *trousers) for a, b in _LEGS]
    strokes += [(*joints[a], *joints[b], 0.032 * tall, *coat * 0.85) for a, b in _LIMBS[3:7]]
    strokes += [(*joints[a], *joints[b], 0.060 * tall, *coat) for a, b in ((1, 8), (2, 7), (1, 2))]
    strokes += [(*joints[end], *joints[end], 0.030 * tall, *skin) for end in (5, 6)]
    strokes += [(*joints[0], *joints[0], 0.075 * tall, *skin)]
    strokes += [(*joints[0] - [0, 0.035 * tall],) * 2 + (0.06 * tall, *trousers * 0.6)]
    return _Thing(0, [tuple(np.hstack(stroke)) for stroke in strokes], lap, joints)


def _car(rng: np.random.Generator, x: float, y: float, long: float, lap: int) -> _Thing:
    paint: Any = rng.integers(40, 240, 3)
    body = [(-0.4, -0.16, 0.4, -0.16, 0.1), (-0.16, -0.3, 0.14, -0.3, 0.09)]
    glass = [(-0.15, -0.3, -0.04, -0.3, 0.06), (0.06, -0.3, 0.14, -0.3, 0.06)]
    wheels = [(-0.28, -0.07, -0.28, -0.07, 0.08), (0.28, -0.07, 0.28, -0.07, 0.08)]
    parts = [(part, paint) for part in body] + [(part, (150, 190, 210)) for part in glass]
    parts += [(part, (35, 35, 40)) for part in wheels]
    return _Thing(1, [(*_put(part, x, y, long), *color) for part, color in parts], lap)


def _put(part: _Stroke, x: float, y: float, size: float) -> _Stroke:
    return tuple(np.array([x, y, x, y, 0]) + np.array(part) * size)


def _boat(rng: np.random.Generator, x: float, y: float, long: float) -> _Thing:
    turn = rng.uniform(0, np.pi)
    along = np.array([np.cos(turn), np.sin(turn)]) * long / 2 * 0.6
    deck = rng.integers(170, 255, 3)
    middle = np.array([x, y])
    hull = (*(middle - along), *(middle + along), long * 0.2, *deck)
    cabin = (*(middle - along / 3), x, y, long * 0.1, *deck * 0.5)
    return _Thing(2, [hull, cabin])


def _walkers(rng: np.random.Generator, count: int, frame: int, low: float) -> list[_Thing]:
    """Return people that walk at their own pace, far ones small; others come in their place."""
    found = []
    for depth in sorted(rng.uniform(0, 1, count) ** 1.5):
        start, pace, phase = rng.uniform(0, _WIDTH), rng.uniform(-4, 4), rng.uniform(0, 6)
        lap, x = divmod(start + pace * (0.4 + depth) * frame, _WIDTH)
        y, tall = low + depth * (_HEIGHT - low - 8), 34 + 130 * depth
        found.append(_person(rng, x, y, tall, np.sin(phase + 0.6 * frame), int(lap)))
    return found


def _street(rng: np.random.Generator, frame: int) -> list[_Thing]:
    cars = []
    for lane, start in enumerate((90, 400, 620)):
        lap, x = divmod(start + 6 * frame, _WIDTH + 160)
        cars.append(_car(rng, x - 80, 232 + 14 * lane, 120 + 20 * lane, lap))
    return cars + _walkers(rng, 7, frame, 250)


def _crowd(rng: np.random.Generator, frame: int) -> list[_Thing]:
    return _walkers(rng, 40, frame, 190)


def _harbor(rng: np.random.Generator, frame: int) -> list[_Thing]:
    """Return 200 boats of 4 to 14 pixels, none over another."""
    cells = rng.permutation(20 * 12)[:200]
    middles = np.stack([cells % 20, cells // 20], axis=1) * [32, 30] + [16, 15]
    middles = (
        middles
        + rng.uniform(-7, 7, middles.shape)
        + rng.uniform(-1, 1, middles.shape) * (frame / 10)
    )
    return [_boat(rng, x, y, rng.uniform(4, 14)) for x, y in middles]


_SCENES = {"street": _street, "crowd": _crowd, "harbor": _harbor}
_PORTRAIT = {
    "bboxes": [
        *[(30, 10, 490, 350), (152, 18, 386, 156), (178, 164, 358, 228)],
        *[(0, 60, 35, 95), (33, 131, 70, 180), (100, 102, 130, 132), (0, 141, 33, 185)],
    ],
    "labels": [0, 3, 4, 5, 5, 5, 5],
}


def sample_photo(scene: str = "portrait", *, scale: float = 1, frame: int = 0) -> Image:
    """Return an image to try things on: RGB, uint8, shape (H, W, 3).

    Nothing is downloaded, and it is the same each time.

    Args:
        scene: ``"portrait"``, a photo that matplotlib ships, 512 x 360; ``"street"``, ``"crowd"``
            with 40 people or ``"harbor"`` with 200 boats of 4 to 14 pixels, all drawn, 640 x 360.
        scale: Makes it larger: 6 is a crowd of 3840 x 2160.
        frame: The number of an image in a video, in which people, cars and boats move.
    """
    scale = _check(scene, scale)
    if scene == "portrait":
        return _portrait(scale)
    image = _background(scene, scale)
    for thing in _things(scene, frame):
        for stroke in thing.strokes:
            window, coverage = _cover(stroke, scale, image.shape)
            image[window] += (np.array(stroke[5:]) - image[window]) * coverage[..., None]
    grain = np.random.default_rng(frame).integers(-7, 8, image.shape[:2])
    return np.clip(image + grain[..., None], 0, 255).astype(np.uint8)


def sample_detections(
    scene: str = "portrait",
    *,
    scale: float = 1,
    frame: int = 0,
    seed: int | None = None,
    ids: bool = False,
    masks: bool = False,
    keypoints: bool = False,
) -> dict[str, Any]:
    """Return what is on a sample photo, or what a model might find there.

    Args:
        scene: As of [`sample_photo`][viz_core.testing.sample_photo].
        scale: As of the photo.
        frame: As of the photo.
        seed: Of a model's errors; None is the truth, without scores.
        ids: Whether to return a number of each object, the same in every frame.
        masks: Whether to return the visible parts of the objects, of drawn scenes: bool, shape
            (N, H, W), each as large as the photo.
        keypoints: Whether to return the joints of people, of drawn scenes: x, y and confidence,
            shape (N, 13, 3), NaN where an object has none.

    Returns:
        What [`as_annotations`][viz_core.as_annotations] takes: ``bboxes``, xyxy in pixels, shape
        (N, 4), ``labels`` and ``label_names``, ``scores`` of a model, and ``instances_id``,
        ``masks`` and ``keypoints`` as asked for.

    Raises:
        ValueError: If there is no such scene, or it has no masks or keypoints.
    """
    scale = _check(scene, scale)
    if scene == "portrait":
        if masks or keypoints:
            raise ValueError("the portrait has neither masks nor keypoints; 'street' has both")
        found = {name: np.array(values) for name, values in _PORTRAIT.items()}
        found["bboxes"] = found["bboxes"] * scale
        found["instances_id"] = np.arange(len(found["labels"]))
        height, width = round(_HEIGHT * scale), round(512 * scale)
    else:
        things = _things(scene, frame)
        found = {
            "bboxes": np.array([thing.box() for thing in things]) * scale,
            "labels": np.array([thing.label for thing in things]),
            "instances_id": np.array(
                [number + len(things) * (thing.lap % 100) for number, thing in enumerate(things)]
            ),
        }
        height, width = round(_HEIGHT * scale), round(_WIDTH * scale)
        if masks:
            found["masks"] = _masks(things, scale, (height, width))
        if keypoints:
            joints = np.array([thing.joints for thing in things]) * scale
            joints[((joints < 0) | (joints > (width, height))).any(axis=2)] = np.nan
            found["keypoints"] = np.dstack([joints, np.ones(joints.shape[:2])])
    if not ids:
        del found["instances_id"]
    if seed is not None:
        found = _as_found(found, np.random.default_rng([seed, frame]))
    found["bboxes"] = found["bboxes"].clip(0, [width, height] * 2)
    inside = (found["bboxes"][:, 2:] - found["bboxes"][:, :2] > 1).all(axis=1)
    found = {name: values[inside] for name, values in found.items()}
    return {**found, "label_names": [_CLASSES[label] for label in found["labels"]]}


def sample_meta() -> dict[str, Any]:
    """Return what a visualizer of sample detections has as `dataset_meta`.

    ``classes`` are their names, whose index is the label; ``skeleton_links`` the pairs of keypoints
    that limbs join, counted from 0.
    """
    return {"classes": list(_CLASSES), "skeleton_links": [*_LIMBS, *_LEGS]}


def _check(scene: str, scale: float) -> float:
    if scene not in (known := ("portrait", *_SCENES)):
        raise ValueError(f"scene must be one of {', '.join(map(repr, known))}, got {scene!r}")
    scale = as_number(scale, "scale")
    if not 0.05 <= scale <= 16:
        raise ValueError(f"scale must lie in 0.05..16, got {scale}")
    return scale


def _things(scene: str, frame: int) -> list[_Thing]:
    return _SCENES[scene](np.random.default_rng(list(_SCENES).index(scene)), frame)


def _as_found(truth: dict[str, Any], rng: np.random.Generator) -> dict[str, Any]:
    """Return what a middling model makes of the truth: it misses some, and one in ten is wrong."""
    count = len(truth["labels"])
    seen = rng.random(count) > 0.12
    boxes = truth["bboxes"].astype(float)
    sizes = np.tile(boxes[:, 2:] - boxes[:, :2], 2)
    boxes = boxes + rng.normal(scale=0.04, size=boxes.shape) * sizes
    wrong = rng.random(count) < 0.1
    boxes[wrong] += np.tile(sizes[wrong, :2] * 0.8, 2)
    scores = np.where(wrong, rng.uniform(0.3, 0.6, count), rng.uniform(0.5, 1, count))
    found = {**truth, "bboxes": boxes, "scores": scores.round(3)}
    return {name: values[seen] for name, values in found.items()}


def _portrait(scale: float) -> Image:
    from matplotlib.cbook import get_sample_data
    from PIL import Image as Pillow

    path = get_sample_data("grace_hopper.jpg", asfileobj=False)
    with Pillow.open(path) as photo:
        cropped = photo.convert("RGB").crop((0, 0, 512, _HEIGHT))
        return np.array(cropped.resize((round(512 * scale), round(_HEIGHT * scale))))


def _background(scene: str, scale: float) -> _Floats:
    height, width = round(_HEIGHT * scale), round(_WIDTH * scale)
    rows = np.linspace(0, 1, height)[:, None, None]
    if scene == "harbor":
        waves = np.sin(np.arange(width) / (9 * scale))[None, :, None] * np.sin(rows * 90)
        sea: _Floats = np.array([30.0, 85, 110]) + rows * [10, 35, 30] + waves * 6
        return sea
    image: _Floats = np.array([140.0, 180, 225]) + rows * [90, 50, 10] + np.zeros((1, width, 1))
    rng = np.random.default_rng(5)
    horizon = round(0.5 * height)
    for left in range(0, _WIDTH, 64):  # houses, each with its windows
        top, wide = rng.integers(20, 90), rng.integers(50, 66)
        wall = rng.integers(110, 190) + rng.integers(-18, 19, 3)
        columns = slice(round(left * scale), round((left + wide) * scale))
        image[round(top * scale) : horizon, columns] = wall
        for y in range(top + 8, 160, 18):
            for x in range(left + 7, left + wide - 10, 14):
                pane = np.s_[round(y * scale) : round((y + 10) * scale)]
                image[pane, round(x * scale) : round((x + 7) * scale)] = wall * 0.55
    ground = np.linspace(0, 1, height - horizon)[:, None, None]
    image[horizon:] = np.array([150.0, 146, 140]) - ground * 55
    return image


def _cover(
    stroke: _Stroke, scale: float, shape: tuple[int, ...]
) -> tuple[tuple[slice, slice], _Floats]:
    """Return the rows and columns that a stroke may touch, and how much of each pixel, in 0..1."""
    x1, y1, x2, y2, radius = (value * scale for value in stroke[:5])
    (top, bottom), (left, right) = (
        [int(min(max(at, 0), size)) for at in (min(a, b) - radius - 1, max(a, b) + radius + 2)]
        for a, b, size in ((y1, y2, shape[0]), (x1, x2, shape[1]))
    )
    y, x = np.arange(top, bottom)[:, None] + 0.5, np.arange(left, right) + 0.5
    along, down = x2 - x1, y2 - y1
    share = ((x - x1) * along + (y - y1) * down) / max(along**2 + down**2, 1e-9)
    share = np.minimum(np.maximum(share, 0), 1)  # np.clip has more to prepare
    away = np.hypot(x - x1 - share * along, y - y1 - share * down)
    coverage = np.minimum(np.maximum(radius + 0.5 - away, 0), 1)
    return (slice(top, bottom), slice(left, right)), coverage


def _masks(things: list[_Thing], scale: float, shape: tuple[int, int]) -> npt.NDArray[np.bool_]:
    masks = np.zeros((len(things), *shape), bool)
    for number, thing in enumerate(things):
        for stroke in thing.strokes:
            window, coverage = _cover(stroke, scale, shape)
            masks[number][window] |= coverage > 0.5
    for number in range(len(things) - 1, 0, -1):  # later ones stand in front
        masks[:number] &= ~masks[number]
    return masks
