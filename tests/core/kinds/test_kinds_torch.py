"""Tensors, wherever arrays are taken."""

import numpy as np
import pytest
import torch

from viz_core import (
    as_confusion_matrix,
    as_histogram,
    as_hparams,
    as_images,
    as_pr_curve,
    as_table,
    as_video,
)


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16, torch.int64])
def test_histograms(dtype):
    values = torch.arange(12).reshape(3, 4).to(dtype)
    values.requires_grad_(dtype is not torch.int64)
    found = as_histogram(values, 3)
    assert found.counts.tolist() == [4, 4, 4]
    pair = as_histogram((torch.tensor([1, 2]), torch.tensor([0.0, 1, 2])))
    assert pair.counts.tolist() == [1, 2]


def test_tables():
    table = as_table({"id": torch.arange(2), "loss": torch.tensor([0.5, 0.25]).requires_grad_()})
    assert table.rows == [(0, 0.5), (1, 0.25)]
    assert as_table([{"loss": torch.tensor(0.5, dtype=torch.bfloat16)}]).rows == [(0.5,)]
    assert as_table(["a", "b"], torch.eye(2, dtype=torch.int64)).rows == [(1, 0), (0, 1)]
    with pytest.raises(TypeError, match=r"row 0 has an array of shape \(2,\) in column 'a'"):
        as_table([{"a": torch.zeros(2)}])


def test_images_and_videos_have_channels_first():
    batch = torch.rand(2, 3, 20, 30)
    images = as_images(batch)
    assert [image.shape for image in images] == [(20, 30, 3)] * 2
    expected = np.rint(batch[1].permute(1, 2, 0).numpy() * np.float32(255))
    assert (images[1] == expected).all()
    assert as_images([batch[0], batch[1, :, :5]])[1].shape == (5, 30, 3)
    with pytest.raises(ValueError, match=r"got \(3, 20, 30\), as of one image"):
        as_images(batch[0])
    assert next(as_video(batch).frames()).shape == (20, 30, 3)


def test_evaluation():
    assert as_confusion_matrix(torch.eye(2)).matrix.tolist() == [[1, 0], [0, 1]]
    curve = as_pr_curve(torch.tensor([True, False]), torch.tensor([0.9, 0.2]).requires_grad_())
    assert curve.true_positives[0] == 1
    assert as_hparams({}, {"acc": torch.tensor(0.5)}).metrics == {"acc": 0.5}
