"""A visualizer that knows what a person is made of."""

import numpy as np

from viz_core import Visualizer


class PoseVisualizer(Visualizer):
    """Draws keypoints and the lines between them.

    ``dataset_meta["skeleton"]`` holds pairs of keypoint numbers.
    """

    def draw_pose(self, keypoints, scores, threshold=0.3):
        """Draw one person: ``keypoints`` x, y of shape (K, 2), ``scores`` of shape (K,)."""
        seen = scores > threshold
        links = np.array([(a, b) for a, b in self.dataset_meta["skeleton"] if seen[a] and seen[b]])
        if len(links):
            ends = keypoints[links]  # (L, 2, 2): link, end, coordinate
            self.draw_lines(ends[..., 0], ends[..., 1], colors="orange", line_widths=2)
        return self.draw_points(keypoints[seen], colors="red")

    def add_datasample(
        self,
        name,
        image,
        data_sample=None,
        draw_gt=True,
        draw_pred=True,
        show=False,
        wait_time=0,
        step=0,
    ):
        """Draw every person of ``data_sample`` (keypoints, scores) and record the image."""
        self.set_image(image)
        for keypoints, scores in data_sample or ():
            self.draw_pose(keypoints, scores)
        if show:
            self.show(win_name=name, wait_time=wait_time)
        self.add_image(name, self.get_image(), step=step)
