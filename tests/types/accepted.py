"""What users write, and type checkers accept; mypy and pyright look at it, nobody runs it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.figure import Figure

import viz_core
from viz_core import (
    VISBACKENDS,
    VISUALIZERS,
    Annotations,
    AnnotationStyle,
    BaseVisBackend,
    Canvas,
    Command,
    Comparison,
    Histogram,
    LocalVisBackend,
    Recorder,
    Run,
    RunConfig,
    Samples,
    Video,
    Visualizer,
    as_annotations,
    as_array,
    as_color,
    as_image,
    as_scalar,
    as_scalars,
    compare_annotations,
    draw_annotations,
    draw_comparison,
    draw_featmap,
    get_palette,
    hookimpl,
    make_grid,
    place_labels,
    read_run,
    read_scalars,
    to_uint8,
)
from viz_core.typing import ArrayLike, BackendConfig, Image, Scalar, VisBackend


class Tensor:
    """What matters of a torch tensor, which need not be installed where types are checked."""

    shape: tuple[int, ...]

    def __array__(self, dtype: object = None) -> Any:
        """Return a numpy array."""

    def __float__(self) -> float:
        """Return the only element."""
        return 0.0


class PillowLike:
    """What matters of an image of Pillow's."""

    @property
    def __array_interface__(self) -> dict[str, Any]:
        """The memory and its layout."""
        return {}


class Lent:
    """What matters of an array that lends its memory."""

    def __dlpack__(self, *, stream: int | None = None) -> object:
        """Return the memory and its layout."""


def draw(image: Image, boxes: Tensor) -> Image:
    visualizer = Visualizer(image=image)
    visualizer.set_image(PillowLike()).draw_bboxes(Lent()).set_image(Lent()).draw_points([1, 2])
    visualizer.set_image(to_uint8(boxes, low=-1, high=[1, 2, 3], bands=(2, 1, 0)))
    visualizer.draw_bboxes(boxes, edge_colors="r", line_widths=3)
    visualizer.draw_bboxes([1, 1, 5, 5]).draw_bboxes([[1, 1, 5, 5], [2, 2, 6.5, 6]])
    visualizer.draw_bboxes((1, 1, 5, 5), edge_colors=[(255, 0, 0)], face_colors=(0, 0, 255))
    visualizer.draw_bboxes([boxes, boxes], edge_colors=np.array([[255, 0, 0], [0, 255, 0]]))
    visualizer.draw_bboxes(np.array([1, 1, 5, 5]), edge_colors=[255, 0, 0])
    visualizer.draw_texts("cat", [10, 20]).draw_texts(["cat", "dog"], [[10, 20], [30, 40]])
    visualizer.draw_circles([40, 50], [20]).draw_circles(boxes, boxes)
    visualizer.draw_lines([0, 9], [0, 9]).draw_points([[1, 2], [3, 4]], colors=["r", "g"])
    visualizer.draw_polygons([[1, 1], [5, 1], [3, 4]]).draw_polygons([boxes, boxes])
    visualizer.draw_polygons([[boxes, boxes], [boxes]]).draw_polygons(boxes)
    visualizer.draw_polylines(boxes, fade=True)
    visualizer.draw_polylines([boxes, boxes], ["r", "g"])
    visualizer.draw_rotated_bboxes([9, 9, 5, 3, 0.5], angle_unit="radians")
    visualizer.draw_keypoints(boxes, [(0, 1), (1, 2)], scores=boxes, limb_colors="w")
    visualizer.draw_keypoints([[1, 2], [3, 4]], np.array([[0, 1]]), ["r", "g"], visibility=[2, 1])
    visualizer.draw_legend({"cat": "r", "dog": "g"}).draw_legend({"cat": (255, 0, 0)}, "upper left")
    visualizer.draw_binary_masks(np.zeros((3, 4), bool)).draw_binary_masks(boxes)
    placement = place_labels(boxes, [[60, 20]], (image.shape[1], image.shape[0]), priorities=boxes)
    visualizer.draw_points(placement.positions[placement.placed])
    visualizer.set_image(make_grid([image, image], ["cat", "dog"], columns=1))
    visualizer.set_image(make_grid(boxes))
    return visualizer.get_image()


def look(features: Tensor, image: Image) -> Image:
    visualizer = Visualizer()
    visualizer.show(draw_featmap(features, image, channel_reduction="select_max"))
    return visualizer.draw_featmap(np.zeros((3, 7, 7)), topk=3, arrangement=(1, 3))


def record(folder: Path, loss: Tensor) -> object:
    one: BackendConfig = {"type": "LocalVisBackend"}
    with Visualizer(
        vis_backends=[dict(type="LocalVisBackend"), dict(type=LocalVisBackend, quality=3)],
        save_dir=folder,
        image_format="jpg",
        quality=80,
        max_side=1024,
    ) as visualizer:
        visualizer.add_scalar("loss", loss, step=1)
        visualizer.add_scalar("loss", np.float32(0.5))
        visualizer.add_scalars({"loss": 0.5, "acc": np.array(1), "val": {"loss": loss}}, step=3)
        visualizer.add_image("cat", [[0, 255], [255, 0]], step=1, extra=True)
        visualizer.add_image("dog", PillowLike())
        visualizer.add_config({"lr": 0.1})
    Visualizer(vis_backends=one)
    Visualizer(vis_backends=LocalVisBackend(folder))
    Visualizer(vis_backends=(one, LocalVisBackend(folder), Like()))
    return visualizer.get_backend("LocalVisBackend").experiment


def record_kinds(visualizer: Visualizer, tensor: Tensor, image: Image, folder: Path) -> Run:
    visualizer.add_images("batch", tensor, step=1)
    visualizer.add_images("batch", [image, image])
    visualizer.add_figure("curve", Figure(), step=1)
    visualizer.add_figure("curve", (Figure(), None))
    visualizer.add_histogram("w", tensor, 1, bins=32)
    visualizer.add_histogram("w", np.histogram([1, 2, 3]), bins=[0, 1, 2])
    visualizer.add_text("note", "# done", step=1)
    visualizer.add_table("worst", [{"id": 1, "loss": tensor}], step=1)
    visualizer.add_table("worst", ["id", "loss"], [[1, 0.5], (2, None)], 1)
    visualizer.add_table("worst", {"id": [1, 2], "loss": tensor})
    visualizer.add_video("clip", (image for _ in range(3)), step=1, fps=25)
    visualizer.add_video("clip", folder / "clip.mp4")
    visualizer.add_html("page", "<p>")
    visualizer.add_file(folder / "best.pth", "best.pth")
    visualizer.add_hparams({"lr": 0.1}, {"acc": tensor, "val": {"loss": 1}})
    visualizer.add_pr_curve("pr", [0, 1], tensor)
    visualizer.add_confusion_matrix("cm", tensor, ["cat", "dog"], step=1)
    visualizer.add_annotations("val/1", tensor, {"bboxes": tensor}, step=1, skeleton=[[0, 1]])
    visualizer.add_annotations("val/1", tensor, None, {}, classes={0: "cat"}, layout="overlay")
    visualizer.add_annotations("val/1", tensor, layout=lambda image, truth, found: image)
    visualizer.add_confusion_matrix("cm", [[1, 2], [3, 4]], {0: "cat", 7: "dog"})
    run = read_run(folder)
    print(run.scalars["loss"].values.mean(), run.images["batch/0"][1].shape, run.since(run.cursor))
    print(run.tables["worst"][1].columns, run.sessions[0].config, read_scalars(folder))
    return run


def convert(value: ArrayLike, tensor: Tensor) -> tuple[Scalar, int]:
    as_array([[1, 2], [3, 4]])
    as_array(value)
    as_image(tensor)
    as_color([255, 0, 0])
    values, step, wrong = as_scalars({"loss": tensor, "step": 5})
    for name, error in wrong.items():
        print(name, error)
    return as_scalar(np.float64(1)) + values["loss"], step


@VISBACKENDS.register_module()
class Own(BaseVisBackend):
    """A backend whose methods name what else they understand."""

    def add_config(self, config: RunConfig, **kwargs: object) -> None:
        print(config.pretty_text)

    def add_image(
        self, name: str, image: Image, step: int = 0, caption: str = "", **kwargs: object
    ) -> None:
        print(image.shape, caption)

    def add_table(
        self,
        name: str,
        columns: Sequence[str],
        rows: Sequence[Sequence[str | float | None]],
        step: int = 0,
        **kwargs: object,
    ) -> None:
        print(len(rows))

    def add_video(
        self, name: str, frames: Video, step: int = 0, fps: float = 4, **kwargs: object
    ) -> None:
        print(frames.path, frames.in_format("mp4", "gif").format)

    def add_histogram(self, name: str, histogram: Histogram, step: int = 0, **kwargs: Any) -> None:
        print(histogram.edges, histogram.counts.sum())

    def add_scalars(
        self, scalar_dict: Mapping[str, Scalar], step: int = 0, **kwargs: object
    ) -> None:
        print(sum(scalar_dict.values()))


class Like:
    """A backend made for MMEngine, which inherits nothing of ours."""

    experiment = None

    def add_config(self, config: Any) -> None: ...
    def add_graph(self, model: Any, data_batch: Any) -> None: ...
    def add_image(self, tag: str, picture: Any, iteration: int = 0) -> None: ...
    def add_scalar(self, name: str, value: float, step: int = 0, **kwargs: Any) -> None: ...
    def add_scalars(self, scalar_dict: dict[str, float], step: int = 0) -> None: ...
    def close(self) -> None: ...


def annotated(canvas: Canvas, tensor: Tensor) -> Comparison:
    sample = dict(boxes=tensor, labels=[0, 1], scores=[0.9, 0.4])
    found: Annotations = as_annotations(sample).above({"dog": 0.5}, ["cat", "dog"])
    draw_annotations(canvas, found, style="mmdet", classes={1: "dog", 7: "cat"})
    draw_annotations(canvas, found, style={"labels": "name", "line_width": 2}, skeleton=[(0, 1)])
    style = AnnotationStyle(palette=get_palette("coco", 80), text_color=None, label_size=12)
    draw_annotations(canvas, sample, style=style, classes=["cat", "dog"])
    draw_comparison(canvas, sample, found, colors=["g", "r", "#0000ff"])
    return compare_annotations(sample, found, image_size=(640, 480))


def watch(visualizer: Visualizer, image: Image, loss: Tensor) -> Samples:
    samples = Samples(visualizer, "test", fixed=["a.jpg", 3], worst=2, gather=lambda mine: [mine])
    if samples.on_turn:
        samples.offer(7, image, {"bboxes": image}, None, loss)
        samples.offer("a.jpg", lambda: image, lambda: None, lambda: None, score=lambda: 0.5)
    samples.run(lambda image: ({"bboxes": image}, 0.5), [(1, image, None)], step=3)
    return Samples(visualizer, draw=lambda image, truth, prediction: image, classes={0: "cat"})


def seam() -> VisBackend:
    Recorder({"own": Own(), "like": Like()}, ranks="all")
    VISUALIZERS.build(dict(type="Visualizer", name="mine"))
    viz_core.VISBACKENDS.get("LocalVisBackend")
    return Own()


@hookimpl
def viz_backends() -> dict[str, str]:
    return {"Own": "accepted:Own"}


@hookimpl
def viz_commands() -> dict[str, Command]:
    return {"fit": Command("accepted:fit", help="Fit it")}
