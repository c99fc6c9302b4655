"""Mistakes that both type checkers find: each line says by which rule.

An error that is not found is one too: mypy warns of an ignore that it does not need, and so does
pyright. Nobody runs this.
"""

from __future__ import annotations

import numpy as np

import viz_core
from viz_core import Visualizer, as_array, as_scalars

visualizer = Visualizer()

viz_core.Visualiser()  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType]

visualizer.draw_bboxes("1, 1, 5, 5")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
visualizer.draw_bboxes(["a", "b"])  # type: ignore[list-item]  # pyright: ignore[reportArgumentType]
visualizer.draw_texts("cat", 10)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
visualizer.draw_legend(["cat"])  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
visualizer.draw_keypoints([[1, 2]], "0-1")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
as_array({1, 2})  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
as_array(None)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]

visualizer.add_scalar("loss", "0.5")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
visualizer.add_scalars({"loss": "0.5"})  # type: ignore[dict-item]  # pyright: ignore[reportArgumentType]
visualizer.add_text("note", b"done")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
visualizer.add_table("worst", ["id"], 3)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
visualizer.add_video("clip", 3)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
as_scalars([("loss", 0.5)])  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]

Visualizer(vis_backends="LocalVisBackend")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
Visualizer(vis_backends=[np.zeros(3)])  # type: ignore[list-item]  # pyright: ignore[reportArgumentType]
Visualizer(ranks="some")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
Visualizer(image_format="gif")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
visualizer.get_backend(3)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
