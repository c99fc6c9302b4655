"""Our visualizer as MMEngine's: what its Runner takes and what its libraries inherit.

It inherits MMEngine's too, so that the Runner takes an instance and hooks find it with
`mmengine.visualization.Visualizer.get_current_instance()`. Ours comes first in the order of
inheritance, and its constructor calls no other: MMEngine's class only has what ours lacks, such as
`_is_posion_valid` and `_init_manager`.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from mmengine.visualization import Visualizer as _MMEngineVisualizer

import viz_core
from viz_core.typing import ArrayLike, VisBackends
from viz_mmdet_adapter.mmengine.attributes import OpenCanvas
from viz_mmdet_adapter.mmengine.backends import LiveBackends, resolve

__all__ = ["Visualizer"]

_FIG_CFG = {"frameon": False}


class _Manager(type(_MMEngineVisualizer)):  # type: ignore[misc]  # untyped base
    """MMEngine's metaclass, without its rule that a constructor must name `name`."""

    def __init__(cls, *args: Any) -> None:
        type.__init__(cls, *args)  # the table of instances, which it makes, is there already


class Visualizer(OpenCanvas, viz_core.Visualizer, _MMEngineVisualizer, metaclass=_Manager):  # type: ignore[misc]  # untyped base
    """`viz_core.Visualizer` for MMEngine's Runner, and for libraries that extend MMEngine's.

    It draws in MMEngine's order: masks, then shapes, then texts. What is drawn on `ax_save` and
    `fig_save` is laid onto the image by the next drawing method or `get_image()`.

    Args:
        name: What `get_instance` knows it by; not empty.
        image: The image to draw on, as `set_image` takes it.
        vis_backends: Configs or backends, as [`Visualizer`][viz_core.Visualizer] takes them. A
            `type` is looked up as MMEngine does, also in a library's scope.
        save_dir: Backends write to `<save_dir>/vis_data`.
        fig_save_cfg: Arguments of the figure behind `fig_save`. It has 100 dots per inch.
        fig_show_cfg: Arguments of the figure that `show` opens.
        **kwargs: Other arguments of [`Visualizer`][viz_core.Visualizer].
    """

    def __init__(
        self,
        name: str = "visualizer",
        image: ArrayLike | None = None,
        vis_backends: VisBackends | None = None,
        save_dir: str | os.PathLike[str] | None = None,
        fig_save_cfg: Mapping[str, Any] | None = None,
        fig_show_cfg: Mapping[str, Any] | None = None,
        **kwargs: Any,
    ) -> None:
        self.fig_save_cfg = dict(_FIG_CFG if fig_save_cfg is None else fig_save_cfg)
        dpi = self.fig_save_cfg.get("dpi", 100)
        unused = None if dpi == 100 else {"dpi": dpi}  # which is told there
        super().__init__(
            name, image, resolve(vis_backends), save_dir, unused, fig_show_cfg, **kwargs
        )

    @property
    def fig_show_cfg(self) -> dict[str, Any]:
        """Arguments of the figure that `show` opens; may be changed."""
        return self._window.arguments

    @fig_show_cfg.setter
    def fig_show_cfg(self, arguments: Mapping[str, Any]) -> None:
        self._window.arguments = dict(arguments)

    @property
    def _figure_arguments(self) -> Mapping[str, Any]:
        return {key: value for key, value in self.fig_save_cfg.items() if key != "dpi"}

    @property
    def manager(self) -> Any:
        """The `matplotlib` figure manager of the window; None before `show`."""
        return self._manager or super().manager

    @manager.setter
    def manager(self, manager: Any) -> None:
        self._manager = manager

    _manager: Any = None

    @property  # type: ignore[override]  # it has a dict's methods
    def _vis_backends(self) -> LiveBackends:
        recorder = self._recorder
        return LiveBackends(lambda: recorder.backends, self._record_to)

    @_vis_backends.setter
    def _vis_backends(self, backends: Mapping[str, Any]) -> None:
        self._record_to(dict(backends))

    def _record_to(self, backends: dict[str, Any]) -> None:
        self._recorder.backends = backends
