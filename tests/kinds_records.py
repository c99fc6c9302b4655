"""One record of each kind that MMEngine has not: what a user passes, by name."""

import numpy as np
from matplotlib.figure import Figure

IMAGE = np.random.default_rng(0).integers(0, 256, (20, 30, 3), np.uint8)
FRAMES = np.stack([np.roll(IMAGE, i, 1) for i in range(5)])


def figure():
    """Return a small figure."""
    figure = Figure((2, 1), dpi=50)
    figure.add_subplot().plot([1, 2])
    return figure


def records(folder):
    """Return the arguments of a call of each kind; a file lies in `folder`."""
    (file := folder / "weights.bin").write_bytes(b"\0\1\2")
    return {
        "images": dict(name="batch", images=FRAMES[:3], step=3),
        "figure": dict(name="val/curve", figure=figure(), step=3),
        "histogram": dict(name="w", values=[0.0, 0.5, 1.0, 1.0], bins=2, step=3),
        "text": dict(name="note", text="# It *runs* | é", step=3),
        "table": dict(name="worst", columns=["id", "name"], rows=[[1, "a,b"], [2, None]], step=3),
        "video": dict(name="clip", frames=FRAMES, fps=5, step=3),
        "html": dict(name="page", html="<p>é</p>", step=3),
        "file": dict(path=file, name="best/weights.bin"),
        "hparams": dict(hparams={"lr": 0.5, "opt": "sgd"}, metrics={"acc": 0.75}),
        "pr_curve": dict(name="pr", labels=[0, 1, 1], predictions=[0.1, 0.9, 0.4], step=3),
        "confusion_matrix": dict(name="cm", matrix=[[3, 1], [0, 2]], classes=["a", "b"], step=3),
        "annotations": dict(
            name="val/7",
            image=IMAGE,
            truth=dict(bboxes=[[1, 2, 20, 15]], labels=[1]),
            prediction=dict(bboxes=[[2, 2, 21, 15.5]], labels=[0], scores=[0.75]),
            step=3,
            classes=["cat", "dog"],
            caption="7",
            score=0.5,
        ),
    }
