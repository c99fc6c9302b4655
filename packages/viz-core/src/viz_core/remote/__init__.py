"""Copies of a local run in an object store: written beside the training, and read back."""
