"""Many images in one: where each is, and its title."""

import numpy as np
import pytest

from viz_core import Canvas, make_grid
from viz_core.testing import assert_images_close

RED, GREEN, BLUE = (np.full((20, 30, 3), color, np.uint8) for color in np.eye(3, dtype=int) * 255)


def where(image, color):
    """Return the left, top, right and bottom of a color."""
    rows, columns = np.nonzero((image == color).all(axis=-1))
    return [columns.min(), rows.min(), columns.max() + 1, rows.max() + 1]


def test_images_are_in_rows_and_columns():
    grid = make_grid([RED, GREEN, BLUE], padding=5)
    assert grid.shape == (2 * 20 + 3 * 5, 2 * 30 + 3 * 5, 3)
    assert where(grid, [255, 0, 0]) == [5, 5, 35, 25]
    assert where(grid, [0, 255, 0]) == [40, 5, 70, 25]
    assert where(grid, [0, 0, 255]) == [5, 30, 35, 50]
    assert (grid[30:, 40:] == 255).all()


@pytest.mark.parametrize(("columns", "shape"), [(1, (60, 30)), (3, (20, 90)), (9, (20, 90))])
def test_a_row_has_so_many_columns(columns, shape):
    assert make_grid([RED, GREEN, BLUE], columns=columns, padding=0).shape == (*shape, 3)


def test_images_of_every_size_and_make_keep_theirs():
    gray, bright = np.zeros((10, 50), bool), np.full((40, 8, 3), 0.5)
    grid = make_grid([RED, gray, bright, BLUE], padding=1)
    assert grid.shape == (1 + 20 + 1 + 40 + 1, 1 + 30 + 1 + 50 + 1, 3)
    assert where(grid, [0, 0, 0]) == [32, 1, 82, 11]
    assert where(grid, [128, 128, 128]) == [12, 22, 20, 62]


def test_an_array_of_four_axes_is_as_many_images():
    images = np.stack([RED, GREEN, BLUE])
    assert (make_grid(images) == make_grid(list(images))).all()
    assert (make_grid(iter(images)) == make_grid(list(images))).all()


def test_a_title_is_above_its_image():
    image = np.full((50, 120, 3), [255, 0, 0], np.uint8)
    grid = make_grid([image], ["a title"], font_sizes=12, padding=0)
    assert where(grid, [255, 0, 0]) == [0, grid.shape[0] - 50, 120, grid.shape[0]]
    title = grid[:-50]
    height = Canvas(image).measure_texts("a title", 12)[0, 1]
    assert height < len(title) < height + 12
    alone = Canvas(np.full_like(title, 255)).draw_texts(
        "a title",
        (60, len(title) - 0.25 * 12 * 100 / 72),
        12,
        "k",
        vertical_alignments="bottom",
        horizontal_alignments="center",
    )
    assert_images_close(title, alone.get_image())


def test_titles_that_are_wider_than_their_images_are_broken_and_never_cut():
    narrow = make_grid([RED], ["one two three four five"], font_sizes=10, padding=0)
    one_line = make_grid([RED], ["onetwothreefourfive"], font_sizes=10, padding=0)
    assert (
        narrow.shape[1]
        < one_line.shape[1]
        == np.ceil(Canvas(RED).measure_texts("onetwothreefourfive", 10)[0, 0])
    )
    assert narrow.shape[0] > one_line.shape[0]


def test_a_row_without_titles_has_no_room_for_them():
    grid = make_grid([RED, GREEN], ["a", " "], columns=1, padding=0)
    assert where(grid, [0, 255, 0])[1] == where(grid, [255, 0, 0])[3]


@pytest.mark.parametrize(("background", "letters"), [("w", 0), ("k", 255), ((0, 0, 120), 255)])
def test_titles_can_be_read_on_any_background(background, letters):
    grid = make_grid([GREEN], ["W"], background=background, font_sizes=20)
    assert (grid[: where(grid, [0, 255, 0])[1]] == letters).all(axis=-1).any()


@pytest.mark.parametrize(
    ("arguments", "how", "error", "text"),
    [
        ((RED,), {}, ValueError, r"array of shape \(N, H, W, C\).*pass one image as \[image\]"),
        (([],), {}, ValueError, "at least one"),
        (([RED, None],), {}, TypeError, r"images\[1\] must be an array"),
        (([RED * 300.0],), {}, ValueError, r"images\[0\] .*\.to_uint8\("),
        (([RED], ["a", "b"]), {}, ValueError, "one for each of the 1 images, got 2"),
        (([RED], [5]), {}, TypeError, "titles must be a string"),
        (
            ([RED],),
            {"columns": 0},
            ValueError,
            "columns must be a whole number of at least 1, got 0",
        ),
        (([RED],), {"columns": 1.5}, ValueError, "got 1.5"),
        (({"a": RED},), {}, TypeError, "images must be a list of images, got dict"),
    ],
)
def test_what_is_wrong_is_named(arguments, how, error, text):
    with pytest.raises(error, match=text):
        make_grid(*arguments, **how)


def test_a_grid_has_a_most():
    wide, high = np.zeros((1, 60_000), np.uint8), np.zeros((60_000, 1), np.uint8)
    with pytest.raises(ValueError, match=r"a grid must have at most 134,217,728 pixels, got 60,"):
        make_grid([wide, high])
