"""Tensors, and every reduction against torch in float64."""

from functools import wraps

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from viz_core import VizWarning
from viz_core.featmap import draw_featmap

NEAREST = 0.51
"""Half a level, and what float32 rounds."""
NEXT = 5
"""In JET, for what lies half between two levels: a sum in another order may become either."""
SIZES = st.integers(1, 40)
LARGER = st.integers(5, 40)


def in_one_thread(reference):
    """Compute a reference in one thread: those of torch wait for each other by spinning."""

    @wraps(reference)
    def compute(*arguments):
        before = torch.get_num_threads()
        torch.set_num_threads(1)
        try:
            return reference(*arguments)
        finally:
            torch.set_num_threads(before)

    return compute


@in_one_thread
def resampled(channels, shape):
    """Channels at ``shape``, in float64, as torch interpolates them."""
    size = {"size": shape, "mode": "bilinear", "align_corners": False}
    return torch.nn.functional.interpolate(channels.double()[None], **size)[0]


def levels(plane):
    low, high = plane.min(), plane.max()
    if high - low <= 1e-12 * plane.abs().max():  # the reference's own rounding
        return (plane * 0).numpy()
    return ((plane - low) / (high - low) * 255).numpy()


@in_one_thread
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


def off_components(featmap, shape, planes=None):
    """By how many levels the components are off at most."""
    drawn = draw_featmap(featmap, None, "pca", resize_shape=shape)
    planes = resampled(components(featmap) if planes is None else planes, shape)
    expected = np.stack([levels(plane) for plane in planes], axis=-1)
    turned = 255 - expected  # where two weights are equally large, either sign is right
    off = np.minimum(np.abs(drawn - expected).max((0, 1)), np.abs(drawn - turned).max((0, 1)))
    return off.max()


@in_one_thread
def with_variances(variances, shape, dtype=torch.float32):
    """A map whose components have these variances, and the first three of these."""
    random = torch.manual_seed(5)
    channels, height, width = shape
    shapes = (channels, len(variances)), (height * width, len(variances))
    left, right = (torch.linalg.qr(torch.randn(s, generator=random).double())[0] for s in shapes)
    right = torch.linalg.qr(right - right.mean(0))[0]
    featmap = ((left * variances.sqrt()) @ right.T).reshape(shape).to(dtype)
    return featmap, right[:, :3].T.reshape(-1, height, width)


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


@pytest.mark.parametrize("shape", [(300, 7, 7), (40, 30, 40), (300, 20, 20), (520, 28, 28)])
def test_components_of_noise_are_exact(shape):
    featmap = torch.randn(shape, generator=torch.manual_seed(4))
    assert off_components(featmap, shape[1:]) <= NEAREST


@pytest.mark.parametrize("shape", [(2200, 46, 46), (2052, 40, 60)])
def test_components_of_many_channels_and_pixels_are_found_where_variances_fall(shape):
    featmap, planes = with_variances(1 / torch.arange(1, 70), shape)
    assert off_components(featmap, shape[1:], planes) <= NEAREST


@pytest.mark.parametrize(
    ("dtype", "least", "rounding"), [(torch.float32, 1e-4, 1e-7), (torch.float64, 1e-10, 1e-16)]
)
def test_components_of_small_variance_are_drawn_but_for_what_is_rounding(dtype, least, rounding):
    featmap, _ = with_variances(torch.tensor([1, 0.1, least]), (40, 30, 40), dtype)
    assert off_components(featmap, (30, 40)) <= NEAREST
    featmap, _ = with_variances(torch.tensor([1, 0.1]), (40, 30, 40), dtype)
    assert draw_featmap(featmap, None, "pca")[..., 2].max() == 0
    noise = torch.randn(40, 30, 40, generator=torch.manual_seed(5)).to(dtype)
    assert draw_featmap(1 + rounding * noise, None, "pca").max() == 0
    assert draw_featmap(1 + 1e5 * rounding * noise, None, "pca").max() == 255


@pytest.mark.parametrize("shape", [(40, 9, 11), (200, 9, 11)])
def test_components_on_one_scale_keep_their_sizes(shape):
    featmap = torch.randn(shape, generator=torch.manual_seed(4))
    drawn = draw_featmap(featmap, None, "pca", normalize="grid")
    assert np.abs(drawn - levels(components(featmap)).transpose(1, 2, 0)).max() <= NEAREST


@pytest.mark.parametrize("shape", [(6, 20, 30), (200, 9, 11)])
def test_components_are_those_of_the_finite_pixels(shape):
    featmap = 3 + torch.randn(shape, generator=torch.manual_seed(4))
    hole = torch.zeros(shape[1:], dtype=bool)
    hole[2:5, 3:7] = True
    planes = components(featmap[:, None, ~hole])
    featmap[1, hole] = torch.inf
    with pytest.warns(VizWarning):
        drawn = draw_featmap(featmap, None, "pca")
    expected = np.stack([levels(plane)[0] for plane in planes], axis=-1)
    assert np.abs(drawn[~hole.numpy()] - expected).max() <= NEAREST
    assert (drawn[hole.numpy()] == (255, 0, 255)).all()


def test_components_are_the_same_in_each_call():
    featmap = torch.randn(300, 20, 20, generator=torch.manual_seed(4))
    assert (draw_featmap(featmap, None, "pca") == draw_featmap(featmap, None, "pca")).all()


@pytest.mark.parametrize("layout", [torch.contiguous_format, torch.channels_last])
def test_components_of_small_differences_beside_a_large_mean(layout):
    y, x = torch.meshgrid(torch.linspace(-1, 1, 200), torch.linspace(-1, 1, 210), indexing="ij")
    directions = torch.linalg.qr(torch.randn(8, 3, generator=torch.manual_seed(6)))[0]
    featmap = torch.tensordot(directions, torch.stack([9 * x, 3 * y, 2 * x * y]), 1) + 1000
    featmap = featmap[None].contiguous(memory_format=layout)[0]
    assert off_components(featmap, (200, 210)) <= NEAREST


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
    assert np.abs(drawn.astype(int) - expected).max() <= NEXT


def test_complex_tensors_are_refused():
    with pytest.raises(TypeError, match=r"real numbers, got dtype torch\.complex64"):
        draw_featmap(torch.zeros(1, 2, 2, dtype=torch.complex64))


def test_a_tensor_with_a_gradient_keeps_it():
    featmap = torch.rand(4, 5, 6, requires_grad=True)
    doubled = featmap * 2
    draw_featmap(doubled, None, "norm")
    doubled.sum().backward()
    assert (featmap.grad == 2).all()


@pytest.mark.parametrize("shape", [(5, 6), (150, 160)])
def test_views_and_other_memory_formats_are_drawn_the_same(shape):
    featmap = torch.rand(2, 8, *shape).contiguous(memory_format=torch.channels_last)[1]
    for how in ("squeeze_mean", "select_max", "norm", "pca"):
        expected = draw_featmap(featmap.contiguous(), None, how)
        assert np.abs(draw_featmap(featmap, None, how).astype(int) - expected).max() <= NEXT
    turned = draw_featmap(featmap.transpose(1, 2)).transpose(1, 0, 2)
    assert (turned == draw_featmap(featmap)).all()


def test_an_image_may_be_a_tensor_with_its_channels_first():
    image = torch.rand(3, 20, 30)
    featmap = torch.rand(2, 20, 30)
    expected = draw_featmap(featmap, image.permute(1, 2, 0).numpy())
    assert (draw_featmap(featmap, image) == expected).all()
