"""The small floats of `ml_dtypes`, which JAX and others use, are numbers as any other."""

import ml_dtypes
import numpy as np
import pytest

from viz_core import Recorder, as_array, as_image, as_scalar, as_step

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
