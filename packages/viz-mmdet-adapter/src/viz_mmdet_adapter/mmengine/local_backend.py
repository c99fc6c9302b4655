"""Local records as MMEngine's libraries reach into them."""

from __future__ import annotations

from typing import Any

from viz_core import LocalVisBackend
from viz_mmdet_adapter.mmengine.backends import Attributes

__all__ = ["LocalAttributes"]


class LocalAttributes(Attributes, LocalVisBackend):
    """The folders and files of local records, which tools of libraries set."""

    _copied = ("_image_folder", "_config_file", "_scalar_file")

    def __setstate__(self, state: dict[str, Any]) -> None:
        super().__setstate__(state)
        self._scalars = self._run_lines(self._scalar_file)

    @property
    def _img_save_dir(self) -> str:
        return self._image_folder

    @_img_save_dir.setter
    def _img_save_dir(self, folder: str) -> None:
        self.close()
        self._image_folder = LocalVisBackend(img_save_dir=folder)._image_folder

    @property
    def _config_save_file(self) -> str:
        return self._config_file

    @_config_save_file.setter
    def _config_save_file(self, file: str) -> None:
        self.close()
        self._config_file = LocalVisBackend(config_save_file=file)._config_file

    @property
    def _scalar_save_file(self) -> str:
        return self._scalar_file

    @_scalar_save_file.setter
    def _scalar_save_file(self, file: str) -> None:
        self.close()
        self._scalar_file = LocalVisBackend(scalar_save_file=file)._scalar_file
        self._scalars = self._run_lines(self._scalar_file)
