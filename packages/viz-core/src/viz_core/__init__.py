"""Draw on images, turn feature maps into pictures, and record them anywhere."""

from viz_core.backends.base import BaseVisBackend
from viz_core.hookspecs import hookimpl

__version__ = "0.1.0"

__all__ = ["BaseVisBackend", "hookimpl"]
