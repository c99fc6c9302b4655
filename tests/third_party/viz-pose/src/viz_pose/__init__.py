"""Keypoints and skeletons on viz-core."""
