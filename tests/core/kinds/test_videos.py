"""Frames of any make, as a file."""

import gc
import resource
import tempfile
import tracemalloc

import numpy as np
import pytest
from PIL import Image as Pillow

from viz_core import RecordingWarning, Visualizer, as_video, read_run
from viz_core.kinds import videos
from viz_core.testing.images import assert_images_close, make_image

FRAMES = np.stack([np.roll(make_image(33, 48), 3 * i, 1) for i in range(20)])


@pytest.fixture
def only_gif(monkeypatch):
    monkeypatch.setattr(videos, "_formats", lambda: ("gif",))


@pytest.mark.parametrize(
    "give",
    [
        lambda: FRAMES,
        lambda: [*FRAMES],
        lambda: iter(FRAMES),
        lambda: (Pillow.fromarray(frame) for frame in FRAMES),
        lambda: FRAMES / 255,
        lambda: np.dstack([FRAMES.reshape(-1, 48, 3), np.full((660, 48), 255)]).reshape(
            20, 33, 48, 4
        ),
    ],
)
@pytest.mark.usefixtures("only_gif")
def test_frames_of_any_make(give):
    video = as_video(give(), fps=10)
    assert (video.format, video.fps) == ("gif", 10)
    with Pillow.open(video.path) as file:
        assert (file.n_frames, file.size) == (20, (48, 33))
        assert file.info["duration"] == 100
        assert file.info["loop"] == 0
    read = np.asarray(video)
    assert read.shape == FRAMES.shape
    for found, frame in zip(read, FRAMES, strict=True):
        assert_images_close(found, frame, tolerance=24, share=0.02)


@pytest.mark.usefixtures("only_gif")
def test_colors_that_come_late_are_there():
    frames = np.zeros((12, 16, 16, 3), np.uint8)
    frames[11] = (255, 0, 0)
    assert_images_close(np.asarray(as_video(frames))[11], frames[11], tolerance=1)


@pytest.mark.usefixtures("only_gif")
def test_a_gray_video_and_a_single_frame():
    assert np.asarray(as_video(FRAMES[:2, ..., 0])).shape == (2, 33, 48, 3)


@pytest.mark.usefixtures("only_gif")
def test_an_iterator_is_never_in_memory():
    def frames(count):
        for i in range(count):
            yield np.full((120, 160, 3), i % 256, np.uint8)

    def peak(count):
        tracemalloc.start()
        as_video(frames(count))
        found = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return found

    peak(2)
    assert peak(160) < peak(16) + 120 * 160 * 3


@pytest.mark.usefixtures("only_gif")
def test_a_file_of_ours_goes_with_the_video_and_a_users_stays(tmp_path):
    video = as_video(FRAMES)
    path = video.path
    copy = tmp_path / "a.gif"
    copy.write_bytes(path.read_bytes())
    del video
    gc.collect()
    assert not path.exists()
    video = as_video(str(copy))
    assert (video.path, video.format) == (copy, "gif")
    assert as_video(video) is video
    assert video.in_format("mp4", "gif") is video
    del video
    gc.collect()
    assert copy.exists()


@pytest.mark.parametrize(
    ("wrong", "error", "text"),
    [
        ([], ValueError, "must hold a frame, got none; an iterator that was used"),
        (iter([]), ValueError, "must hold a frame"),
        (5, TypeError, "frames must be frames, .* got int: 5"),
        (FRAMES[0, 0], ValueError, r"shape \(N, H, W\), .* got \(48, 3\)"),
        (FRAMES[0], ValueError, r"got \(33, 48, 3\), as of one image; pass frames\[None\]"),
        (FRAMES[None], ValueError, "record a video for each"),
        ([FRAMES[0], FRAMES[0, 1:]], ValueError, r"one size, got frames\[1\] of shape \(32"),
        ([FRAMES[0], "x"], TypeError, r"frames\[1\] must be an array"),
        ("none.mp4", FileNotFoundError, "there is no"),
        (__file__, ValueError, "must end in mp4, webm, gif"),
    ],
)
@pytest.mark.usefixtures("only_gif")
def test_what_is_no_video_is_named(wrong, error, text):
    with pytest.raises(error, match=text):
        as_video(wrong)


@pytest.mark.parametrize("fps", [0, -1, 1001, np.nan])
def test_wrong_frames_a_second_are_named(fps):
    with pytest.raises(ValueError, match="fps must"):
        as_video(FRAMES, fps)


@pytest.mark.usefixtures("only_gif")
def test_what_failed_leaves_no_file(monkeypatch, tmp_path):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with pytest.raises(TypeError):
        as_video([FRAMES[0], None])
    gc.collect()
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("background", [False, True])
def test_a_full_disk_costs_the_video_and_nothing_else(monkeypatch, tmp_path, background):
    monkeypatch.setattr(videos, "_formats", lambda: ("gif",))
    local = dict(type="LocalVisBackend")
    visualizer = Visualizer(vis_backends=[local], save_dir=tmp_path, background=background)
    noise = np.random.default_rng(0).integers(0, 256, (3, 64, 64, 3), np.uint8)
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    with pytest.warns(RecordingWarning) as told:
        resource.setrlimit(resource.RLIMIT_FSIZE, (1000, limits[1]))
        try:
            visualizer.add_video("cut", noise)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "nowhere"))
        visualizer.add_video("nowhere", noise)
        with pytest.raises(ZeroDivisionError):  # the frames' own
            visualizer.add_video("wrong", (1 / 0 for _ in noise))
        monkeypatch.setattr(tempfile, "tempdir", None)
        visualizer.add_video("kept", noise)
        visualizer.close()
    assert str(told[-1].message) == "not recorded: LocalVisBackend: 2 x video"
    assert {*read_run(tmp_path).videos} == {"kept"}


def test_what_could_not_be_encoded_says_so_where_it_is_asked_for(monkeypatch, tmp_path):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "nowhere"))
    video = as_video(np.zeros((2, 16, 16, 3), np.uint8))
    for ask in (lambda: video.path, lambda: [*video.frames()], lambda: np.asarray(video)):
        with pytest.raises(FileNotFoundError, match="nowhere"):
            ask()
