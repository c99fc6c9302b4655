"""A photo and the objects on it, in numpy alone."""

import numpy as np
import pytest


@pytest.fixture
def image():
    return np.full((120, 160, 3), 90, np.uint8)


@pytest.fixture
def disk():
    """A mask with a hole in its middle."""
    rows, columns = np.mgrid[:120, :160]
    distance = (rows - 60) ** 2 + (columns - 80) ** 2
    return (distance < 40**2) & (distance >= 12**2)


@pytest.fixture
def whole():
    """Return a function that makes a mask of the image's size of a crop."""

    def make(crop, height, width):
        painted = crop.paint()
        assert painted.dtype == np.bool_
        assert painted.sum() == crop.area
        if crop.area:  # it is no larger than the object
            assert painted[[0, -1]].any(axis=1).all()
            assert painted[:, [0, -1]].any(axis=0).all()
        mask = np.zeros((height, width), bool)
        rows, columns = painted.shape
        mask[crop.y : crop.y + rows, crop.x : crop.x + columns] = painted
        return mask

    return make
