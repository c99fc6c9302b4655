"""Runs in a folder: which wrote what, and when."""
