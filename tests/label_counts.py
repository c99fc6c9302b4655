"""Scenes of many objects, and how many of the labels that were drawn on them can be read."""

from typing import NamedTuple

import numpy as np

from viz_core import Canvas, draw_annotations

CLASSES = ["person", "car", "dog", "traffic light", "bicycle", "cat", "sofa", "bottle"]

# Of DejaVu Sans, to the size of its letters.
CAPITAL = 0.729

# Pixels: letters are set on whole ones, and lines of objects are two wide.
_TOUCHING = 2


class Scene(NamedTuple):
    """Objects on an image; no two have the same class and score in percent."""

    width: int
    height: int
    boxes: np.ndarray
    labels: np.ndarray
    scores: np.ndarray

    @property
    def fields(self):
        """The objects as a sample's instances."""
        return {"bboxes": self.boxes, "labels": self.labels, "scores": self.scores}

    @property
    def owners(self):
        """The index of the object of each label, as `dog 98%`."""
        names = [CLASSES[label] for label in self.labels]
        texts = [f"{name} {score:.0%}" for name, score in zip(names, self.scores, strict=True)]
        return {text: number for number, text in enumerate(texts)}


def make_crowd(width, height, count, seed):
    """Return objects of a twentieth to a quarter of the image's sides, anywhere on it."""
    sides = np.array([width, height])
    return _scene(width, height, count, seed, 0.05 * sides, 0.25 * sides)


def make_tiny(width, height, count, seed):
    """Return objects of 4 to 14 pixels."""
    return _scene(width, height, count, seed, np.array([4, 4]), np.array([14, 14]))


def _scene(width, height, count, seed, low, high):
    random = np.random.default_rng(seed)
    centers = random.uniform(0.05, 0.95, (count, 2)) * [width, height]
    halves = random.uniform(low, high, (count, 2)) / 2
    boxes = np.hstack([centers - halves, centers + halves]).clip(0, [width, height] * 2)
    pairs = random.permutation(len(CLASSES) * 69)[:count]
    return Scene(width, height, boxes, pairs % len(CLASSES), 0.31 + pairs // len(CLASSES) / 100)


class Counts(NamedTuple):
    """How many of the labels, or of the objects, are what the names say.

    `far` labels do not touch their objects and have no line to them; `heights` is how far those
    that do not touch are at most, in heights of the label.
    """

    covered: int
    half_hidden: int
    cut: int
    objects_hidden: int
    far: int
    heights: float


def count(scene, rectangles, texts, leaders=0):
    """Return the counts of labels that were drawn in this order.

    Args:
        scene: What they label.
        rectangles: x1, y1, x2, y2 of each with its background, in pixels.
        texts: What each says.
        leaders: How many lines were drawn from labels to objects.
    """
    last = np.full((scene.height, scene.width), -1)  # the label on top at each pixel
    whole = []
    for number, (x1, y1, x2, y2) in enumerate(np.rint(rectangles).astype(int)):
        place = last[max(y1, 0) : max(y2, 0), max(x1, 0) : max(x2, 0)]
        place[...] = number
        whole.append(place.size)
    seen = np.bincount(last[last >= 0], minlength=len(whole)) / np.maximum(whole, 1)
    low, high = rectangles[:, :2], rectangles[:, 2:]
    cut = (low < -1).any(axis=1) | (high > np.array([scene.width, scene.height]) + 1).any(axis=1)
    hidden = 0
    for x1, y1, x2, y2 in np.rint(scene.boxes).astype(int):
        under = last[y1:y2, x1:x2]
        hidden += bool(under.size) and (under >= 0).mean() > 0.5
    own = scene.boxes[[scene.owners[text] for text in texts]]
    gaps = np.maximum(np.maximum(own[:, :2] - high, low - own[:, 2:]), 0).max(axis=1)
    apart = gaps > _TOUCHING
    heights = (gaps / (high - low)[:, 1])[apart].max() if apart.any() else 0.0
    return Counts(
        covered=int((seen < 1).sum()),
        half_hidden=int((seen < 0.5).sum()),
        cut=int(cut.sum()),
        objects_hidden=int(hidden),
        far=max(int(apart.sum()) - leaders, 0),
        heights=round(float(heights), 1),
    )


class Recording(Canvas):
    """A canvas that keeps the labels drawn on it, and how many lines."""

    def set_image(self, image):
        self.texts, self.rectangles, self.sizes, self.leaders = [], [], [], 0
        return super().set_image(image)

    def draw_texts(self, texts, positions, font_sizes=None, **style):
        extents = self.measure_texts(texts, font_sizes=font_sizes)
        boxes = style["bboxes"]
        boxes = boxes if isinstance(boxes, list) else [boxes] * len(texts)
        pads = np.array([[box["pad"] * self.dpi / 72] for box in boxes])
        self.rectangles += np.hstack([positions - pads, positions + extents + pads]).tolist()
        self.texts += [" ".join(text.replace(":", "").replace(".0", "%").split()) for text in texts]
        self.sizes += font_sizes
        return super().draw_texts(texts, positions, font_sizes, **style)

    def draw_lines(self, x_datas, *arguments, **style):
        self.leaders += len(x_datas)
        return super().draw_lines(x_datas, *arguments, **style)


def count_ours(scene, style="legible"):
    """Return the counts of our labels, and the size of the smallest capital letter in pixels."""
    canvas = Recording(np.full((scene.height, scene.width, 3), 128, np.uint8))
    draw_annotations(canvas, {"pred_instances": scene.fields}, style=style, classes=CLASSES)
    counts = count(scene, np.array(canvas.rectangles), canvas.texts, canvas.leaders)
    return counts, min(canvas.sizes) * canvas.dpi / 72 * CAPITAL
