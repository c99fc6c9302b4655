"""Videos: frames of any make, encoded once, one after the other."""

from __future__ import annotations

import itertools
import os
import tempfile
import weakref
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, cast

import numpy as np

from viz_core._checks import as_number
from viz_core.convert import as_array, is_tensor, shortened
from viz_core.images import as_image, check_batch, over_white
from viz_core.kinds.gif import write_gif
from viz_core.typing import ArrayLike, Image

__all__ = ["FORMATS", "Video", "as_video"]

#: What a file may end in that is taken as it is.
FORMATS = ("mp4", "webm", "gif", "mov", "mkv", "avi")


class Video:
    """A video as a file, which is deleted when nobody holds it unless it is the user's.

    Args:
        path: The file.
        fps: Frames a second.
        is_ours: Whether to delete it.

    Attributes:
        error: Why it could not be encoded, as on a full disk; raised where its file is asked for,
            so that each backend fails by itself and training goes on.
    """

    def __init__(self, path: Path, fps: float, is_ours: bool) -> None:
        self._path = path
        self.fps = fps
        self.error: Exception | None = None
        self._others: dict[str, Video] = {}
        if is_ours:
            pid = os.getpid()  # a forked child deletes nothing
            weakref.finalize(self, _delete, path, pid)

    @property
    def path(self) -> Path:
        """The file."""
        if self.error is not None:
            raise self.error
        return self._path

    @property
    def format(self) -> str:
        """What the file is: `'mp4'`, `'webm'`, `'gif'`, or another that the user gave."""
        return self._path.suffix[1:].lower()

    def in_format(self, *formats: str) -> Video:
        """Return it as a file in one of these formats, made once if it is none: itself, or a GIF.

        Raises:
            ValueError: If it is in none of them, and `'gif'` is none either.
        """
        if self.format in formats:
            return self
        if "gif" not in formats:
            raise ValueError(f"a video in {self.format} cannot be made into {' or '.join(formats)}")
        found = self._others.get("gif")
        if found is None:
            found = self._others["gif"] = _encode(self.frames(), self.fps, ("gif",))
        return found

    def frames(self) -> Iterator[Image]:
        """Yield the frames of the file: RGB, uint8, shape (H, W, 3)."""
        return _read_gif(self.path) if self.format == "gif" else _read_with_opencv(self.path)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray[Any, Any]:
        """Return all frames, shape (T, H, W, 3); a long video may not fit into memory."""
        return np.stack([*self.frames()]).astype(dtype or np.uint8, copy=False)


def as_video(
    frames: ArrayLike | Iterable[ArrayLike] | str | os.PathLike[str] | Video,
    fps: float = 4,
    name: str = "frames",
) -> Video:
    """Return frames, or a file, as a video.

    H.264 if PyAV is installed, else VP9 by OpenCV, else a GIF of one palette. Frames are encoded as
    they come, so that an iterator is never in memory.

    Args:
        frames: Shape (T, H, W) or (T, H, W, C), a tensor also (T, C, H, W); or a list, an iterator
            or a generator of images of one size, as `as_image` takes each. Or the path of a video,
            which is taken as it is.
        fps: Frames a second, above 0. A file has its own.
        name: What they are called in an error.

    Raises:
        TypeError: If these are no frames.
        ValueError: If there is none, sizes differ, or the file or `fps` is none of a video.
        FileNotFoundError: If there is no such file.
    """
    if isinstance(frames, Video):
        return frames
    rate = as_number(fps, "fps")
    if not 0 < rate <= 1000:
        raise ValueError(f"fps must lie in 0..1000, above 0, got {fps!r}")
    if isinstance(frames, (str, os.PathLike)):
        return _of_file(frames, rate)
    given: Any = frames
    if hasattr(given, "__next__"):  # consumed here, in the thread that made it
        return _encode(_checked(given, name), rate, _formats())
    return _encode(_checked(_each(frames, name), name), rate, _formats())


def _of_file(path: Any, fps: float) -> Video:
    from viz_core.kinds.documents import as_file

    full, _ = as_file(path)
    if full.suffix[1:].lower() not in FORMATS:
        raise ValueError(
            f"a video file must end in {', '.join(FORMATS)}, got {str(full)!r}; record any other "
            "with add_file"
        )
    return Video(full, fps, False)


def _each(frames: Any, name: str) -> Iterable[Any]:
    if isinstance(frames, Sequence) and not isinstance(frames, (str, bytes)):
        return frames
    if is_tensor(frames) or hasattr(type(frames), "__array__"):
        array = as_array(frames, name) if not is_tensor(frames) else frames
        if array.ndim == 5:
            raise ValueError(
                f"{name} must be of one video, got {len(array)} of shape {tuple(array.shape)}; "
                "record a video for each of a batch"
            )
        check_batch(array, name)
        return (array[i] for i in range(len(array)))
    if hasattr(type(frames), "__iter__"):
        return iter(cast(Iterable[Any], frames))
    raise TypeError(
        f"{name} must be frames, as an array (T, H, W, C), a list or an iterator of images, or the "
        f"path of a video, got {type(frames).__name__}: {shortened(frames)}"
    )


def _checked(frames: Iterable[Any], name: str) -> Iterator[Image]:
    """Yield each frame as an opaque image of the size of the first."""
    shape: tuple[int, ...] | None = None
    for number, frame in enumerate(frames):
        image = over_white(as_image(frame, f"{name}[{number}]"))
        shape = shape or image.shape
        if image.shape != shape:
            raise ValueError(
                f"the frames of a video must have one size, got {name}[{number}] of shape "
                f"{image.shape} after {shape}; resize them, or record them with add_images"
            )
        yield image
    if shape is None:
        raise ValueError(f"{name} must hold a frame, got none; an iterator that was used is empty")


def _formats() -> tuple[str, ...]:
    """Return what this machine can encode, the best first."""
    from importlib.util import find_spec  # 20 us, and installing one later takes effect

    found = [f for f, module in (("mp4", "av"), ("webm", "cv2")) if find_spec(module) is not None]
    return (*found, "gif")


def _encode(frames: Iterator[Image], fps: float, formats: tuple[str, ...]) -> Video:
    """Encode frames in the first of these formats that works; what the frames raise is raised."""
    first = next(frames)
    for suffix in formats:
        video = Video(Path(f"video.{suffix}"), fps, False)
        try:
            descriptor, text = tempfile.mkstemp(f".{suffix}", "viz-")
            os.close(descriptor)
            video = Video(path := Path(text), fps, True)
            write = _WRITERS[suffix](path, fps, first.shape)
            if write is None:
                continue
            next(write)
        except Exception as error:  # noqa: BLE001  # whatever it is, each backend has it
            video.error = error
            return video
        try:
            for frame in itertools.chain([first], frames):
                video.error = _failure(write.send, frame)
                if video.error is not None:
                    break
        finally:
            video.error = _failure(write.close) or video.error
        return video
    raise AssertionError("a GIF can always be written")


def _failure(call: Callable[..., object], *arguments: object) -> Exception | None:
    try:
        call(*arguments)
    except Exception as error:  # noqa: BLE001  # whatever it is, each backend has it
        return error
    return None


def _with_pyav(path: Path, fps: float, shape: tuple[int, ...]) -> Any:
    from fractions import Fraction

    import av

    def write() -> Any:
        with av.open(str(path), "w") as container:
            stream = container.add_stream("libx264", Fraction(fps).limit_denominator(1000))
            height, width = (side + side % 2 for side in shape[:2])
            stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
            with suppress(GeneratorExit):
                while True:
                    frame = av.VideoFrame.from_ndarray(_even((yield)), format="rgb24")
                    container.mux(stream.encode(frame))
            container.mux(stream.encode())

    return write()


def _with_opencv(path: Path, fps: float, shape: tuple[int, ...]) -> Any:
    import cv2

    height, width = (side + side % 2 for side in shape[:2])
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"vp09"), fps, (width, height))
    if not writer.isOpened():
        return None

    def write() -> Any:
        try:
            while True:
                writer.write(np.ascontiguousarray(_even((yield))[..., ::-1]))
        finally:
            writer.release()

    return write()


_WRITERS: dict[str, Callable[[Path, float, tuple[int, ...]], Any]] = {
    "mp4": _with_pyav,
    "webm": _with_opencv,
    "gif": lambda path, fps, _: write_gif(path, fps),
}


def _even(frame: Image) -> Image:
    """Return a frame with sides of even length, which these encoders need."""
    height, width = frame.shape[:2]
    if height % 2 or width % 2:
        frame = np.pad(frame, ((0, height % 2), (0, width % 2), (0, 0)), "edge")
    return frame


def _read_gif(path: Path) -> Iterator[Image]:
    from PIL import Image as Pillow
    from PIL import ImageSequence

    with Pillow.open(path) as file:
        for frame in ImageSequence.Iterator(file):
            yield np.asarray(frame.convert("RGB"))


def _read_with_opencv(path: Path) -> Iterator[Image]:
    try:
        import cv2
    except ImportError:
        yield from _read_with_pyav(path)
        return
    capture = cv2.VideoCapture(str(path))
    try:
        while True:
            is_there, frame = capture.read()
            if not is_there:
                return
            yield np.ascontiguousarray(frame[..., ::-1])
    finally:
        capture.release()


def _read_with_pyav(path: Path) -> Iterator[Image]:
    try:
        import av
    except ImportError as error:
        raise ModuleNotFoundError(
            f"reading the frames of {path.name} takes OpenCV or PyAV, and neither is installed; "
            "pip install av",
            name="av",
        ) from error
    with av.open(str(path)) as container:
        for frame in container.decode(video=0):
            yield frame.to_ndarray(format="rgb24")


def _delete(path: Path, pid: int) -> None:
    if pid == os.getpid():
        with suppress(OSError):
            path.unlink()
