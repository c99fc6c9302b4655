"""Look at what a run has recorded to local files: one HTML file, or a live page."""

__version__ = "0.2.0.dev0"

__all__: list[str] = []
