import numpy as np
import pytest

from viz_core.annotations.overlays import lay_line, lay_over


@pytest.mark.parametrize("alpha", [0.0, 0.3, 0.8, 1.0])
@pytest.mark.parametrize("with_ignored", [False, True])
def test_colors_are_blended_and_none_leaves_the_image(alpha, with_ignored):
    random = np.random.default_rng(1)
    image = random.integers(0, 256, (300, 301, 3), np.uint8)
    index = random.integers(0, 3, (300, 301))
    colors = [(220, 20, 60), (0, 255, 3), None if with_ignored else (9, 8, 7)]
    before = image.copy()
    found = lay_over(image, index, colors, alpha)
    table = np.array([color or (0, 0, 0) for color in colors])
    opacity = np.array([alpha if color else 0 for color in colors])[index][..., None]
    expected = image * (1 - opacity) + table[index] * opacity
    assert np.abs(found - expected).max() <= (1.6 if 0 < alpha < 1 else 0)
    assert (image == before).all()
    if with_ignored:
        assert (found[index == 2] == image[index == 2]).all()


@pytest.mark.parametrize("alpha", [0.0, 0.3, 0.8, 1.0])
def test_a_line_is_blended_by_its_coverage_and_the_rest_is_left(alpha):
    random = np.random.default_rng(2)
    image = random.integers(0, 256, (50, 51, 3), np.uint8)
    coverage = random.integers(0, 256, (50, 51)).astype(np.uint8)
    coverage[10:20] = 0
    found = image.copy()
    lay_line(found, coverage, (255, 20, 0), alpha)
    opacity = alpha * coverage[..., None] / 255
    expected = image * (1 - opacity) + np.array([255, 20, 0]) * opacity
    assert np.abs(found - expected).max() <= 2
    assert (found[10:20] == image[10:20]).all()


@pytest.mark.parametrize("size", [(20, 13), (20, 51)])
def test_a_line_in_a_part_of_the_image_is_laid_there(size):
    random = np.random.default_rng(4)
    image = random.integers(0, 256, (50, 51, 3), np.uint8)
    part = random.integers(0, 256, size).astype(np.uint8)
    coverage = np.zeros((50, 51), np.uint8)
    x = 51 - size[1]
    coverage[7:27, x:] = part
    found, expected = image.copy(), image.copy()
    lay_line(found, part, (255, 20, 0), 0.7, x, 7)
    lay_line(expected, coverage, (255, 20, 0), 0.7)
    assert (found == expected).all()
