"""Grids of channels: sizes, order, scales, captions."""

from pathlib import Path

import matplotlib
import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from viz_core import VizWarning
from viz_core.featmap import draw_featmap

LOWEST, HIGHEST = [0, 0, 128], [128, 0, 0]


def steps(channels=4, height=20, width=30):
    """Channel c runs from 0 to c + 1, so that the last has the largest sum."""
    ramp = np.linspace(0, 1, height * width, dtype=np.float32).reshape(height, width)
    return ramp * np.arange(1, channels + 1, dtype=np.float32)[:, None, None]


def cells(sheet, rows, columns):
    height, width = sheet.shape[0] // rows, sheet.shape[1] // columns
    return [
        sheet[row * height : (row + 1) * height, column * width : (column + 1) * width]
        for row in range(rows)
        for column in range(columns)
    ]


def test_a_grid_is_rows_times_height_and_columns_times_width():
    sheet = draw_featmap(steps(), None, None, topk=3, arrangement=(2, 3))
    assert sheet.shape == (2 * 20, 3 * 30, 3)
    image = np.zeros((33, 44, 3), np.uint8)
    with pytest.warns(UserWarning, match="are not same"):
        sheet = draw_featmap(steps(), image, None, topk=3, arrangement=(4, 2))
    assert sheet.shape == (4 * 33, 2 * 44, 3)


def test_the_channels_come_by_falling_sum_and_the_rest_is_white():
    featmap = steps()[[2, 0, 3, 1]]
    sheet = draw_featmap(featmap, None, None, topk=3, arrangement=(2, 2), normalize="grid")
    brightest = [cell[-1, -1].tolist() for cell in cells(sheet, 2, 2)]
    expected = draw_featmap(np.float32([[[0, 4, 3, 2]]]))[0, 1:].tolist()
    assert brightest == [*expected, [255, 255, 255]]
    assert (cells(sheet, 2, 2)[3] == 255).all()


def test_equal_channels_come_in_their_order():
    featmap = np.repeat(steps(1, 24, 90), 40, axis=0)
    sheet = draw_featmap(featmap, None, None, topk=4, arrangement=(2, 2))
    assert (sheet == draw_featmap(featmap, channels=[0, 1, 2, 3], arrangement=(2, 2))).all()


def test_more_may_be_asked_for_than_there_are():
    sheet = draw_featmap(steps(2), None, None)
    filled = [not (cell == 255).all() for cell in cells(sheet, 5, 2)]
    assert filled == [True] * 2 + [False] * 8


def test_each_cell_has_its_own_scale_or_all_have_one():
    own = draw_featmap(steps(), channels=[0, 3], arrangement=(1, 2))
    shared = draw_featmap(steps(), channels=[0, 3], arrangement=(1, 2), normalize="grid")
    assert [cell[-1, -1].tolist() for cell in cells(own, 1, 2)] == [HIGHEST, HIGHEST]
    low, high = cells(shared, 1, 2)
    assert high[-1, -1].tolist() == HIGHEST
    assert low[-1, -1].tolist() != HIGHEST
    assert low[0, 0].tolist() == high[0, 0].tolist() == LOWEST


def test_components_may_share_a_scale_too():
    featmap = np.random.default_rng(0).normal(size=(6, 9, 9)) * np.arange(1, 7)[:, None, None]
    own = draw_featmap(featmap, None, "pca")
    shared = draw_featmap(featmap, None, "pca", normalize="grid")
    assert own.max((0, 1)).tolist() == [255, 255, 255]
    assert shared.max() == 255
    assert shared[..., 2].max() - int(shared[..., 2].min()) < 250


@pytest.mark.parametrize("channels", [[3, 1], (3, 1), np.array([3, 1]), np.array([3, 1], np.uint8)])
def test_channels_are_shown_by_number_in_the_given_order(channels):
    first, second = cells(draw_featmap(steps(), channels=channels, arrangement=(1, 2)), 1, 2)
    assert (first == draw_featmap(steps()[3:4])).all()
    assert (second == draw_featmap(steps()[1:2])).all()


def test_one_number_is_one_channel():
    assert (
        draw_featmap(steps(), channels=2, arrangement=(1, 1)) == draw_featmap(steps()[2:3])
    ).all()


def white_cell(height, width, channel):
    """A cell of white, with its caption."""
    featmap = np.broadcast_to(np.float32(0), (channel + 1, height, width))
    return draw_featmap(featmap, channels=channel, arrangement=(1, 1), colormap="gray_r")


def strip(text, pixels):
    """A text on what is left of white below it, as Pillow writes it."""
    path = Path(matplotlib.get_data_path(), "fonts", "ttf", "DejaVuSans.ttf")
    font = ImageFont.truetype(str(path), pixels, layout_engine=ImageFont.Layout.BASIC)
    left, _, right, _ = font.getbbox(text)
    image = Image.new("L", (right - left + 4, sum(font.getmetrics()) + 2))
    ImageDraw.Draw(image).text((2 - left, 1), text, fill=255, font=font)
    ink = np.asarray(image, float)[..., None]
    return 0.35 * (255 - ink) + ink


def assert_captioned(cell, text, pixels):
    expected = np.full(cell.shape, 255.0)
    written = strip(text, pixels)
    expected[: written.shape[0], : written.shape[1]] = written
    assert np.abs(cell - expected).max() <= 0.5001


@pytest.mark.parametrize(
    ("height", "pixels"), [(24, 10), (32, 10), (33, 11), (41, 13), (42, 14), (480, 14)]
)
def test_letters_grow_with_the_cell(height, pixels):
    assert_captioned(white_cell(height, 120, 7), "channel: 7", pixels)


def test_a_cell_of_less_than_24_pixels_has_no_caption():
    assert (white_cell(23, 120, 7) == 255).all()


def test_a_caption_gets_shorter_then_smaller_where_a_cell_is_narrow_and_goes():
    captions = [("channel: 1199", 14), ("1199", 14), ("1199", 8)]
    widths = [strip(*caption).shape[1] for caption in captions]
    for width, caption in zip(widths, captions, strict=True):
        assert_captioned(white_cell(60, width, 1199), *caption)
    for width, caption in zip(widths, captions[1:], strict=False):
        assert_captioned(white_cell(60, width - 1, 1199), *caption)
    assert (white_cell(60, widths[-1] - 1, 1199) == 255).all()


@pytest.mark.parametrize(("height", "width"), [(24, 24), (24, 90), (60, 60), (480, 640)])
@pytest.mark.parametrize("colormap", [None, "gray", "gray_r"])
def test_a_caption_is_white_on_dark_whatever_is_behind(height, width, colormap):
    featmap = np.zeros((1, height, width), np.float32)
    featmap[0, :, width // 2 :] = 1
    cell = draw_featmap(featmap, channels=[0], arrangement=(1, 1), colormap=colormap)
    bare = draw_featmap(featmap, colormap=colormap)
    changed = np.abs(cell.astype(int) - bare).max(-1) > 0
    rows = np.flatnonzero(changed.any(1))
    corner = cell[: rows[-1] + 1][:, : np.flatnonzero(changed.any(0))[-1] + 1].min(-1)
    assert 7 <= len(rows) <= 24
    assert corner.max() > 200  # ink
    assert (corner < 100).mean() > 0.5  # and what it stands on


@pytest.mark.parametrize("size", [(24, 24), (30, 200), (224, 224)])
def test_different_numbers_have_different_captions(size):
    featmap = np.zeros((1200, *size), np.float32)
    captions = [
        draw_featmap(featmap, channels=[number], arrangement=(1, 1)).tobytes()
        for number in (0, 6, 8, 68, 86, 1199)
    ]
    assert len(set(captions)) == 6


def test_a_caption_stays_in_its_cell():
    featmap = steps(2, 24, 24)
    left, right = cells(draw_featmap(featmap, channels=[1, 0], arrangement=(1, 2)), 1, 2)
    assert (right == draw_featmap(featmap, channels=[0], arrangement=(1, 1))).all()
    assert (left == draw_featmap(featmap, channels=[1], arrangement=(1, 1))).all()


def test_what_is_not_finite_is_warned_about_once_and_marked_in_its_own_cell():
    featmap = steps()
    featmap[3, 10, 10] = np.nan
    featmap[1, 10, 12] = np.inf
    with pytest.warns(VizWarning, match=r"2 values .* in 2 of 4 channels \(1, 3\)") as caught:
        sheet = draw_featmap(featmap, None, None, topk=4, arrangement=(2, 2), normalize="grid")
    assert len(caught) == 1
    marked = [int((cell == (255, 0, 255)).all(-1).sum()) for cell in cells(sheet, 2, 2)]
    assert sorted(marked) == [0, 0, 1, 1]


def test_a_warning_names_channels_by_their_own_number():
    featmap = steps()
    featmap[3, 10, 10] = np.nan
    with pytest.warns(VizWarning, match=r"in 1 of 2 channels \(3\)"):
        draw_featmap(featmap, channels=[0, 3], arrangement=(1, 2))
