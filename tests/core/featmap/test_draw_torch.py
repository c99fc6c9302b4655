"""Tensors, and every reduction against torch in float64."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from viz_core.featmap import draw_featmap

NEAREST = 0.51
"""Half a level, and what float32 rounds."""
SIZES = st.integers(1, 40)
LARGER = st.integers(5, 40)


def resampled(channels, shape):
    """Channels at ``shape``, in float64, as torch interpolates them."""
    size = {"size": shape, "mode": "bilinear", "align_corners": False}
    return torch.nn.functional.interpolate(channels.double()[None], **size)[0]


def levels(plane):
    low, high = plane.min(), plane.max()
    if high - low <= 1e-12 * plane.abs().max():  # the reference's own rounding
        return (plane * 0).numpy()
    return ((plane - low) / (high - low) * 255).numpy()


def components(channels):
    """The scores of the first three components, by a singular value decomposition."""
    rows = channels.double().reshape(len(channels), -1)
    rows = rows - rows.mean(1, keepdim=True)
    left, values, _ = torch.linalg.svd(rows, full_matrices=False)
    left = left[:, :3] * torch.sign(left[left[:, :3].abs().argmax(0), range(min(left.shape[1], 3))])
    shown = (left.T @ rows).reshape(-1, *channels.shape[1:])
    shown[values[:3] < 1e-9 * values[0]] = 0
    return shown


def largest(channels, count):
    """The channels of the largest sums, the largest first."""
    return channels[torch.topk(channels.sum((1, 2)), count).indices]


# What is linear is resampled first, which is slow and the same; the others are reduced first.
REFERENCES = {
    "squeeze_mean": lambda featmap, shape: resampled(featmap, shape).mean(0),
    "select_max": lambda featmap, shape: largest(resampled(featmap, shape), 1)[0],
    "norm": lambda featmap, shape: resampled(featmap.double().norm(dim=0)[None], shape)[0],
}


@pytest.mark.parametrize("how", REFERENCES)
@settings(max_examples=40, deadline=None)
@given(st.integers(1, 30), SIZES, SIZES, SIZES, SIZES, st.integers(0, 2**31))
def test_reductions_are_those_of_float64(how, channels, height, width, rows, columns, seed):
    featmap = torch.randn(channels, height, width, generator=torch.manual_seed(seed))
    drawn = draw_featmap(featmap, None, how, resize_shape=(rows, columns), colormap="gray")
    expected = levels(REFERENCES[how](featmap, (rows, columns)))
    assert np.abs(drawn[..., 0] - expected).max() <= NEAREST


@pytest.mark.parametrize("normalize", ["map", "grid"])
@settings(max_examples=40, deadline=None)
@given(st.integers(4, 30), SIZES, SIZES, st.integers(1, 23), SIZES, st.integers(0, 2**31))
def test_cells_are_the_largest_channels_of_float64(
    normalize, channels, height, width, rows, columns, seed
):
    featmap = torch.randn(channels, height, width, generator=torch.manual_seed(seed))
    given = {"resize_shape": (rows, columns), "colormap": "gray", "normalize": normalize}
    sheet = draw_featmap(featmap, None, None, 4, (4, 1), **given)  # too low for captions
    cells = largest(resampled(featmap, (rows, columns)), 4)
    planes = [cells] if normalize == "grid" else cells
    expected = np.concatenate([levels(plane) for plane in planes], axis=-2).reshape(-1, columns)
    assert np.abs(sheet[..., 0] - expected).max() <= NEAREST


def off_components(featmap, shape):
    """By how many levels the components are off at most."""
    drawn = draw_featmap(featmap, None, "pca", resize_shape=shape)
    planes = resampled(components(featmap), shape)
    expected = np.stack([levels(plane) for plane in planes], axis=-1)
    turned = 255 - expected  # where two weights are equally large, either sign is right
    off = np.minimum(np.abs(drawn - expected).max((0, 1)), np.abs(drawn - turned).max((0, 1)))
    return off.max()


@settings(max_examples=40, deadline=None)
@given(st.integers(3, 80), LARGER, LARGER, LARGER, LARGER, st.integers(0, 2**31))
def test_components_are_those_of_a_singular_value_decomposition(
    channels, height, width, rows, columns, seed
):
    # Three directions of clearly different variance: between equal ones no order is right.
    random = torch.manual_seed(seed)
    directions = torch.linalg.qr(torch.randn(channels, 3, generator=random))[0]
    x = torch.linspace(-1, 1, width)[None].expand(height, width)
    y = torch.linspace(-1, 1, height)[:, None].expand(height, width)
    patterns = torch.stack([9 * x, 3 * y, 2 * x * y])
    featmap = torch.tensordot(directions, patterns, 1)
    featmap += 0.01 * torch.randn(channels, height, width, generator=random)
    assert off_components(featmap, (rows, columns)) <= NEAREST


@pytest.mark.parametrize("shape", [(256, 20, 20), (300, 7, 7), (300, 16, 16), (40, 30, 40)])
def test_components_of_noise_are_exact_with_few_channels_or_few_pixels(shape):
    featmap = torch.randn(shape, generator=torch.manual_seed(4))
    assert off_components(featmap, shape[1:]) <= NEAREST


@pytest.mark.parametrize("shape", [(700, 24, 24), (300, 40, 50)])
def test_components_of_many_channels_and_pixels_are_found_where_variances_fall(shape):
    random = torch.manual_seed(5)
    channels, height, width = shape
    count = min(channels, height * width)
    left = torch.linalg.qr(torch.randn(channels, count, generator=random))[0]
    right = torch.linalg.qr(torch.randn(height * width, count, generator=random))[0]
    variances = 1 / torch.arange(1, count + 1)
    featmap = (left * variances.sqrt()) @ right.T
    assert off_components(featmap.reshape(shape), (height, width)) <= NEAREST


@pytest.mark.parametrize("layout", [torch.contiguous_format, torch.channels_last])
def test_components_of_small_differences_beside_a_large_mean(layout):
    y, x = torch.meshgrid(torch.linspace(-1, 1, 80), torch.linspace(-1, 1, 90), indexing="ij")
    directions = torch.linalg.qr(torch.randn(8, 3, generator=torch.manual_seed(6)))[0]
    featmap = torch.tensordot(directions, torch.stack([9 * x, 3 * y, 2 * x * y]), 1) + 1000
    featmap = featmap[None].contiguous(memory_format=layout)[0]
    assert off_components(featmap, (80, 90)) <= NEAREST


@pytest.mark.parametrize(("channels", "size"), [(1, 1), (1, 6), (2, 6), (5, 1)])
def test_components_that_a_map_does_not_have_are_black(channels, size):
    featmap = torch.randn(channels, size, size, generator=torch.manual_seed(2))
    drawn = draw_featmap(featmap, None, "pca", resize_shape=(8, 8))
    there = min(channels, size * size - 1)
    assert (drawn.max((0, 1)) == [255 if i < there else 0 for i in range(3)]).all()


@pytest.mark.parametrize("shape", [(14, 14), (56, 56), (480, 640), (5, 40), (7, 3)])
def test_the_channels_are_the_ones_that_torch_finds(shape):
    featmap = torch.randn(64, 14, 14, generator=torch.manual_seed(3))
    sums = resampled(featmap, shape).sum((1, 2))
    largest = torch.topk(sums, 6).indices
    sheet = draw_featmap(featmap, None, None, 6, (2, 3), resize_shape=shape, colormap="gray")
    chosen = draw_featmap(
        featmap, channels=largest, arrangement=(2, 3), resize_shape=shape, colormap="gray"
    )
    assert (sheet == chosen).all()


@pytest.mark.parametrize(
    "dtype",
    [
        torch.bool,
        torch.uint8,
        torch.int16,
        torch.int64,
        torch.float16,
        torch.bfloat16,
        torch.float32,
        torch.float64,
        torch.float8_e4m3fn,
    ],
)
@pytest.mark.parametrize("how", ["squeeze_mean", "select_max", "norm", "pca", None])
def test_tensors_of_every_real_dtype_are_drawn_the_same(dtype, how):
    featmap = (torch.arange(3 * 6 * 7).reshape(3, 6, 7) % 5 > 2).to(dtype)
    expected = draw_featmap(featmap.float().numpy(), None, how, resize_shape=(9, 9))
    drawn = draw_featmap(featmap, None, how, resize_shape=(9, 9))
    # What lies half between two levels may become either: they differ by at most 5 in JET.
    assert np.abs(drawn.astype(int) - expected).max() <= 5


def test_complex_tensors_are_refused():
    with pytest.raises(TypeError, match=r"real numbers, got dtype torch\.complex64"):
        draw_featmap(torch.zeros(1, 2, 2, dtype=torch.complex64))


def test_a_tensor_with_a_gradient_keeps_it():
    featmap = torch.rand(4, 5, 6, requires_grad=True)
    doubled = featmap * 2
    draw_featmap(doubled, None, "norm")
    doubled.sum().backward()
    assert (featmap.grad == 2).all()


def test_views_and_other_memory_formats_are_drawn_the_same():
    featmap = torch.rand(2, 8, 5, 6).contiguous(memory_format=torch.channels_last)[1]
    for how in ("squeeze_mean", "select_max", "norm", "pca"):
        assert (
            draw_featmap(featmap, None, how) == draw_featmap(featmap.contiguous(), None, how)
        ).all()
    turned = draw_featmap(featmap.transpose(1, 2)).transpose(1, 0, 2)
    assert (turned == draw_featmap(featmap)).all()


def test_an_image_may_be_a_tensor_with_its_channels_first():
    image = torch.rand(3, 20, 30)
    featmap = torch.rand(2, 20, 30)
    expected = draw_featmap(featmap, image.permute(1, 2, 0).numpy())
    assert (draw_featmap(featmap, image) == expected).all()
