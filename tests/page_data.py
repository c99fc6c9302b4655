"""What a page shows, made by hand: small, and its pixels are known."""

import base64
import io

import numpy as np
from PIL import Image

CLASSES = ["cat", "dog"]
#: The first two colors of classes, and of runs in the light.
CAT, DOG = (223, 16, 64), (0, 239, 0)
FIRST_RUN, SECOND_RUN = (48, 86, 211), (213, 94, 0)


def url(color, size=(200, 100)):
    """Return an image of one color."""
    file = io.BytesIO()
    Image.new("RGB", size, color).save(file, "PNG")
    return f"data:image/png;base64,{base64.b64encode(file.getvalue()).decode()}"


def curve(values, of=None):
    steps = list(range(0, 10 * len(values), 10))
    times = [1000.0 + step for step in steps]
    return {"steps": steps, "values": values, "times": times, "of": of or len(values)}


def boxes(*found, scores=None):
    """Return annotations of (name, x1, y1, x2, y2)."""
    names = [name for name, *_ in found]
    side = {
        "bboxes": [list(box) for _, *box in found],
        "labels": [CLASSES.index(name) for name in names],
        "names": names,
    }
    return side | ({"scores": scores} if scores else {})


def sample(step, truth, prediction, **more):
    shown = {"step": step, "image": "gray", "width": 200, "height": 100, "caption": "a.jpg"}
    return shown | {"score": 0.5, "truth": truth, "prediction": prediction} | more


def run(identity="first", **kinds):
    return {
        "id": identity,
        "name": identity,
        "sessions": [{"run": 1, "rank": 0, "started": 1000.0, "ended": 1090.0}],
        "seconds": 90.0,
        "skipped": 0,
        "config": None,
        "hparams": None,
        "not_recorded": {},
        "classes": CLASSES,
        "files": [],
    } | kinds


def data(*runs, **more):
    blobs = {"gray": url((128, 128, 128)), "blue": url((0, 0, 255)), "white": url((255, 255, 255))}
    page = {"version": 1, "title": "A report", "made": 2000.0, "live": False, "cursor": None}
    return page | {"left_out": [], "blobs": blobs, "runs": list(runs)} | more


def run_lengths(mask):
    """Return COCO's compressed encoding of a mask, shape (H, W), written from its description."""
    flat = np.concatenate([[0], np.asarray(mask, np.uint8).T.ravel()])
    edges = np.flatnonzero(np.diff(flat))
    lengths = np.diff(np.concatenate([[0], edges, [flat.size - 1]])).tolist()
    text = ""
    for place, length in enumerate(lengths):
        value = length - (lengths[place - 2] if place > 2 else 0)
        while True:
            low, value = value & 31, value >> 5
            ends = value == (-1 if low & 16 else 0)
            text += chr(48 + (low if ends else low | 32))
            if ends:
                break
    return {"size": list(np.shape(mask)), "counts": text}
