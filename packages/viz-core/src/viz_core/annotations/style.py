"""How annotations look."""

from __future__ import annotations

from dataclasses import dataclass

from viz_core.typing import Palette

__all__ = ["AnnotationStyle"]


@dataclass(frozen=True)
class AnnotationStyle:
    """How annotations are drawn. A palette is a color for all, a list by class, a dict or a name.

    Attributes:
        palette: Of the classes; a class that it lacks has a color that differs from others.
        bbox_color: Palette of boxes; None is `palette`.
        mask_color: Palette of masks and maps; None is `palette`.
        text_color: Palette of labels; None is `palette`.
        line_width: Of boxes, in points.
        alpha: Opacity of boxes, contours, masks and maps, in 0..1.
        jitter: Whether the masks of one class, and boxes with an id, differ a little in color.
    """

    palette: Palette | None = None
    bbox_color: Palette | None = None
    mask_color: Palette | None = None
    text_color: Palette | None = (200, 200, 200)
    line_width: float = 3
    alpha: float = 0.8
    jitter: bool = True

    @property
    def boxes(self) -> Palette | None:
        """The palette of boxes."""
        return self.palette if self.bbox_color is None else self.bbox_color

    @property
    def masks(self) -> Palette | None:
        """The palette of masks and maps."""
        return self.palette if self.mask_color is None else self.mask_color

    @property
    def texts(self) -> Palette | None:
        """The palette of labels."""
        return self.palette if self.text_color is None else self.text_color
