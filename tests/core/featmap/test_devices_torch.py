"""A tensor is reduced on its own device, and only the small result is moved."""

import numpy as np
import pytest
import torch

from viz_core import VizWarning
from viz_core.featmap import draw_featmap

HOWS = ["squeeze_mean", "select_max", "norm", "pca", None]


class FarTensor(torch.Tensor):
    """A tensor that says it is not on the CPU and counts what is fetched from there.

    Its arithmetic is torch's on the CPU. What reaches numpy or Python must pass through an
    operation that copies to the CPU or reads a number, and those are counted.
    """

    fetched: list[int] = []

    @staticmethod
    def __new__(cls, here):
        return torch.Tensor._make_wrapper_subclass(
            cls, here.shape, strides=here.stride(), dtype=here.dtype, device="meta"
        )

    def __init__(self, here):
        self.here = here

    @classmethod
    def __torch_dispatch__(cls, function, types, args=(), kwargs=None):
        kwargs = dict(kwargs or {})
        target = kwargs.get("device")
        if target is not None:
            kwargs["device"] = torch.device("cpu")
        result = function(*unwrap(args), **{key: unwrap(value) for key, value in kwargs.items()})
        if function is torch.ops.aten._local_scalar_dense.default:
            cls.fetched.append(1)
            return result
        if target is not None and torch.device(target).type == "cpu":
            cls.fetched.append(result.numel())
            return result
        return wrap(result)


def unwrap(value):
    if isinstance(value, FarTensor):
        return value.here
    if isinstance(value, (list, tuple)):
        return type(value)(map(unwrap, value))
    return value


def wrap(value):
    if isinstance(value, torch.Tensor):
        return FarTensor(value)
    if isinstance(value, (list, tuple)):
        return type(value)(map(wrap, value))
    return value


def real_devices():
    """Every device of this machine; the CPU is always one."""
    devices = ["cpu"]
    if torch.cuda.is_available():
        devices.append("cuda")
    if torch.backends.mps.is_available():
        devices.append("mps")
    return devices


@pytest.fixture
def fetched():
    FarTensor.fetched.clear()
    return FarTensor.fetched


PLACES = {
    "counted": FarTensor,
    **{name: lambda t, name=name: t.to(name) for name in real_devices()},
}


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("shape", [(9, 11), (30, 40), (4, 5)])
@pytest.mark.parametrize("how", HOWS)
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16, torch.int32])
def test_the_image_is_the_same_on_every_device(place, shape, how, dtype):
    featmap = (torch.randn(20, 9, 11, generator=torch.manual_seed(1)) * 10).to(dtype)
    expected = draw_featmap(featmap.float().numpy(), None, how, resize_shape=shape)
    drawn = draw_featmap(PLACES[place](featmap), None, how, resize_shape=shape)
    # A rounding error may turn one level into the next, which differs by at most 5 in JET.
    assert np.abs(drawn.astype(int) - expected).max() <= 5


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("how", HOWS)
def test_what_is_not_finite_is_marked_on_every_device(place, how):
    featmap = torch.randn(12, 9, 11, generator=torch.manual_seed(1))
    featmap[:, 4, 5] = torch.inf
    with pytest.warns(VizWarning, match="has 12 values that are NaN or infinite"):
        drawn = draw_featmap(PLACES[place](featmap), None, how, resize_shape=(18, 22))
    assert (drawn[8:10, 10:12] == (255, 0, 255)).all()


@pytest.mark.parametrize(
    ("how", "planes"), [("squeeze_mean", 1), ("select_max", 1), ("norm", 1), ("pca", 3), (None, 10)]
)
def test_only_the_small_result_is_moved(fetched, how, planes):
    channels, height, width = 256, 14, 15
    featmap = torch.randn(channels, height, width, generator=torch.manual_seed(1))
    draw_featmap(FarTensor(featmap), None, how, resize_shape=(60, 70))
    few = 4 * channels  # a number, or three, for each channel
    assert 0 <= sum(fetched) - planes * height * width <= few


def test_chosen_channels_are_all_that_is_moved(fetched):
    draw_featmap(FarTensor(torch.randn(256, 14, 15)), channels=[3, 200], arrangement=(1, 2))
    assert sum(fetched) == 2 * 14 * 15


def test_the_counter_sees_a_whole_map_that_is_moved(fetched):
    far = FarTensor(torch.randn(6, 7, 8))
    far.cpu()
    far[0, 0, 0].item()
    assert fetched == [6 * 7 * 8, 1]
