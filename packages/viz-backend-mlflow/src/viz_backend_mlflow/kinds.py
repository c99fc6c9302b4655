"""The kinds of records that become artifacts of a run, or its parameters and metrics."""

# ruff: noqa: ARG002  # a backend accepts every argument that callers may pass

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from viz_core import BaseVisBackend, as_csv
from viz_core.typing import Image, Scalar

if TYPE_CHECKING:
    from viz_core import DrawnFigure, Video

__all__ = ["MLflowKinds"]


class MLflowKinds(BaseVisBackend):
    """Keeps files as artifacts, one a name and step; the subclass has the journal.

    Images and figures have a slider of steps on MLflow's page.
    """

    _last_step = 0

    def _keep(self, folder: str, name: str, ending: str, content: bytes | Path) -> None:
        """Keep the artifact `<folder>/<name><ending>`, of bytes or as a copy of a file."""
        raise NotImplementedError

    def _keep_params(self, params: Mapping[str, Any]) -> None:
        """Keep parameters of the run."""
        raise NotImplementedError

    def add_images(
        self, name: str, images: Sequence[Image], step: int = 0, **kwargs: object
    ) -> None:
        """Keep each as the image `<name>/<number>`, from 0."""
        for number, image in enumerate(images):
            self.add_image(name=f"{name}/{number}", image=image, step=step)

    def add_figure(self, name: str, figure: DrawnFigure, step: int = 0, **kwargs: object) -> None:
        """Keep what the figure looks like as an image."""
        self.add_image(name=name, image=figure.image, step=step)

    def add_text(self, name: str, text: str, step: int = 0, **kwargs: object) -> None:
        """Keep a text as the artifact `text/<name>_<step>.md`."""
        self._keep("text", name, f"_{step}.md", text.encode())

    def add_table(
        self,
        name: str,
        columns: Sequence[str],
        rows: Sequence[Sequence[Any]],
        step: int = 0,
        **kwargs: object,
    ) -> None:
        """Keep a table as the artifact `tables/<name>_<step>.csv`, which its page shows as one."""
        self._keep("tables", name, f"_{step}.csv", as_csv(columns, rows).encode())

    def add_video(
        self, name: str, frames: Video, step: int = 0, fps: float = 4, **kwargs: object
    ) -> None:
        """Keep a video as the artifact `videos/<name>_<step>.mp4`, or as it ends."""
        self._keep("videos", name, f"_{step}.{frames.format}", frames.path)

    def add_html(self, name: str, html: str, step: int = 0, **kwargs: object) -> None:
        """Keep a page as the artifact `html/<name>_<step>.html`, which is shown in a frame."""
        self._keep("html", name, f"_{step}.html", html.encode())

    def add_file(self, path: Path, name: str, **kwargs: object) -> None:
        """Keep a copy of a file as the artifact `files/<name>`."""
        ending = PurePosixPath(name.rpartition("/")[2]).suffix
        self._keep("files", name.removesuffix(ending), ending, path)

    def add_hparams(
        self,
        hparams: Mapping[str, str | bool | int | float],
        metrics: Mapping[str, Scalar],
        **kwargs: object,
    ) -> None:
        """Keep hyperparameters as parameters, and final metrics at the last step of the run."""
        self._keep_params(hparams)
        if metrics:
            self.add_scalars(scalar_dict=metrics, step=self._last_step)
