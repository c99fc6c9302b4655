"""The small floats of `ml_dtypes`, which JAX and others use, are numbers as any other."""

import ml_dtypes
import numpy as np
import pytest

from viz_core import (
    Canvas,
    Recorder,
    as_array,
    as_image,
    as_scalar,
    as_step,
    draw_featmap,
    to_uint8,
)

DTYPES = ["bfloat16", "float8_e4m3fn", "float8_e5m2", "float8_e4m3b11fnuz", "float8_e4m3fnuz"]


@pytest.mark.parametrize("dtype", DTYPES)
def test_they_are_taken_wherever_a_number_or_an_image_is(dtype):
    kind = getattr(ml_dtypes, dtype)
    for value in (kind(1.5), np.array(1.5, kind), np.array([1.5], kind)):
        assert (type(as_scalar(value)), as_scalar(value)) == (float, 1.5)
    assert as_step(kind(4)) == 4
    image = np.full((2, 3, 3), 0.5, kind)
    assert (as_image(image) == 128).all()
    assert (as_array(image).dtype, as_array(image)[0, 0, 0]) == (np.float32, 0.5)
    with pytest.raises(ValueError, match=r"loss must be one number, got shape \(2,\)"):
        as_scalar(np.ones(2, kind), "loss")


def test_small_integers_are_taken_too():
    assert as_scalar(ml_dtypes.int4(3)) == 3
    assert as_step(np.array(3, ml_dtypes.uint4)) == 3


def test_they_reach_a_backend():
    class Keeper:
        def add_scalars(self, **given):
            self.given = given

    keeper = Keeper()
    Recorder({"a": keeper}).add_scalars({"v": {"acc": ml_dtypes.bfloat16(0.5)}}, step=1)
    assert keeper.given == {"scalar_dict": {"v/acc": 0.5}, "step": 1}


class OfJax:
    """An array as JAX has them: numpy can make one of it."""

    def __init__(self, array):
        self.array = array

    def __array__(self, dtype=None, copy=None):
        return self.array


@pytest.mark.parametrize("make", [np.asarray, OfJax, list], ids=["numpy", "jax", "list"])
@pytest.mark.parametrize("dtype", DTYPES)
def test_they_are_drawn_as_the_same_numbers_of_any_other_kind(dtype, make):
    kind = getattr(ml_dtypes, dtype)
    numbers = np.random.default_rng(0).random((3, 12, 16)).astype(kind)
    plain = numbers.astype(np.float32)
    assert (draw_featmap(make(numbers)) == draw_featmap(plain)).all()
    assert (draw_featmap(plain, make(numbers[0])) == draw_featmap(plain, plain[0])).all()
    assert (to_uint8(make(numbers[0])) == to_uint8(plain[0])).all()
    box, ends = np.array([2, 3, 12, 8], kind), np.array([2, 12], kind)
    small, same = (
        Canvas(np.zeros((16, 16, 3), np.uint8))
        .draw_bboxes(made(box))
        .draw_lines(made(ends), made(ends))
        .draw_points(made(ends), sizes=9)
        .draw_polygons([made(np.array([[1, 1], [8, 2], [3, 8]], kind))])
        .draw_circles(made(ends), 2)
        .get_image()
        for made in (make, lambda array: array.astype(np.float32))
    )
    assert (small == same).all()


def test_small_integers_are_an_image():
    image = np.full((2, 3), 7, ml_dtypes.int4)
    assert (as_image(image) == 7).all()
