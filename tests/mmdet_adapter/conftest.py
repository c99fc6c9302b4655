"""A photo and the objects on it, in numpy alone."""

from types import SimpleNamespace

import numpy as np
import pytest


@pytest.fixture
def image():
    return np.full((120, 160, 3), 90, np.uint8)


@pytest.fixture
def make_sample():
    """Return a function that makes a sample with the given fields of one side."""

    def make(side="pred", kind="instances", **fields):
        return SimpleNamespace(**{f"{side}_{kind}": SimpleNamespace(**fields)})

    return make
