import numpy as np
import pytest

from viz_core.testing import assert_images_close


@pytest.fixture
def image():
    return np.full((4, 6, 3), 100, np.uint8)


def test_equal_images_pass(image):
    assert_images_close(image, image.copy())


def test_says_where_and_how_much_they_differ(image):
    other = image.copy()
    other[2, 3] = [110, 100, 95]
    with pytest.raises(AssertionError, match=r"1 of 24 pixels.*at most by 10.*x=3 y=2, is \[100"):
        assert_images_close(image, other)
    with pytest.raises(AssertionError, match="more than 9"):
        assert_images_close(image, other, tolerance=9)
    assert_images_close(image, other, tolerance=10)
    assert_images_close(image, other, share=1 / 24)


def test_differences_do_not_wrap_around(image):
    with pytest.raises(AssertionError, match="at most by 155"):
        assert_images_close(image, np.full_like(image, 255), tolerance=101)


def test_shapes_must_agree(image):
    with pytest.raises(AssertionError, match=r"shape: \(4, 6, 3\), not \(6, 4, 3\)"):
        assert_images_close(image, image.transpose(1, 0, 2))
