"""Annotations of images: boxes, masks, maps; read from samples of any make, and drawn."""
