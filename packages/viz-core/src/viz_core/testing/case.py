"""What a test suite must know of a backend: its name, and how to read back what it kept."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from viz_core.plugins.registry import VISBACKENDS
from viz_core.testing.images import assert_images_close
from viz_core.testing.processes import run_program
from viz_core.typing import ArrayLike, Kind
from viz_core.visualizer import Visualizer

__all__ = ["BackendCase", "evaluate_config"]


class BackendCase:
    """One backend to be tested, and how to read back what it kept.

    Set `type`, and override `read_scalars`, `read_images` and `read_config` for the kinds it keeps.
    Read with other code than the backend's own: the tracker's reader, or a few lines. What is read
    is what a user of the tracker finds.

    `save_dir` is always the folder that `make_config` was given.
    """

    type: Any = None
    """What configs call it: a name, a class or `"package.module:Class"`."""

    durable: bool = True
    """Whether a record is safe from a crash when its call returns. If not, set `flush_interval`."""

    flush_interval: float = 0.0
    """Seconds after which a record is safe at the latest, if it is not durable at once."""

    image_tolerance: int = 0
    """How many levels of 0..255 a pixel may change, for formats that lose something."""

    imports: tuple[str, ...] = ()
    """Modules of the tracker that the suites' programs find imported, which saves each its time."""

    def make_config(self, save_dir: Path) -> dict[str, Any]:
        """Return the backend's config for a run in `save_dir`, which does not exist yet."""
        return {"type": self.type, "save_dir": str(save_dir)}

    def read_scalars(self, save_dir: Path) -> Iterable[tuple[str, int, float]]:
        """Return every (name, step, value) that is kept, names as they were recorded."""
        raise NotImplementedError(self._how("read_scalars", "(name, step, value)"))

    def read_images(self, save_dir: Path) -> Iterable[tuple[str, int, ArrayLike]]:
        """Return every (name, step, RGB array) that is kept, names as they were recorded.

        Of one name and step the last of the list counts.
        """
        raise NotImplementedError(self._how("read_images", "(name, step, RGB array)"))

    def read_config(self, save_dir: Path) -> Mapping[str, Any]:
        """Return the config that is kept; lists and tuples are taken to be the same.

        [`evaluate_config`][viz_core.testing.evaluate_config] reads one kept as Python source.
        """
        raise NotImplementedError(self._how("read_config", "name: value"))

    def settle(self, save_dir: Path) -> None:
        """Wait until everything can be read, after the backend is closed or has died."""

    def same_value(self, read: float, recorded: float) -> bool:
        """Return whether `read` is what was `recorded`: as float32 at least, NaN as NaN."""
        if math.isnan(recorded):
            return math.isnan(read)
        return math.isclose(read, recorded, rel_tol=1e-6)

    # What the suites use; nothing to override from here on.

    @property
    def backend_class(self) -> Any:
        """The class that `type` means."""
        assert self.type is not None, (
            f"{type(self).__name__}.type is not set; set it to what configs call the backend, "
            "as in type = 'CsvVisBackend'"
        )
        return VISBACKENDS.get(self.type) if isinstance(self.type, str) else self.type

    def needs(self, *kinds: Kind) -> None:
        """Leave the test out, and say so, if the backend does not keep one of `kinds`."""
        for kind in kinds:
            if not self.backend_class.supports(kind):
                self.leave_out(f"does not support {kind!r}")

    def leave_out(self, reason: str) -> None:
        """Leave the test out.

        Args:
            reason: Why, as what the backend does or does not.
        """
        import pytest

        pytest.skip(f"left out: {self.backend_class.__name__} {reason}")

    def run_program(
        self, name: str, config: Mapping[str, Any], *args: Any, **how: Any
    ) -> list[str]:
        """Run a program of the suites' own in another process; return the lines that it printed.

        Args:
            name: A function of `viz_core.testing.programs`.
            config: That of the backend.
            *args: What else the program takes.
            **how: `timeout` and `status`, as `run_program` takes them.
        """
        __tracebackhide__ = True
        return run_program(name, config, *args, imports=self.imports, **how)

    @contextmanager
    def recording(self, save_dir: Path, **options: Any) -> Iterator[Visualizer]:
        """Give a visualizer with this backend; a failure raises. Afterwards it can be read.

        Args:
            save_dir: The folder that the config was made for.
            **options: More for the visualizer.
        """
        options = {"on_backend_error": "raise", **options}
        visualizer = Visualizer(vis_backends=[self.make_config(save_dir)], **options)
        try:
            yield visualizer
        finally:
            visualizer.close()
        self.settle(save_dir)

    def check_scalars(self, save_dir: Path, recorded: Iterable[tuple[str, int, float]]) -> None:
        """Fail unless what can be read is what was recorded, in any order, each once."""
        __tracebackhide__ = True
        left = [(str(name), int(step), value) for name, step, value in self.read_scalars(save_dir)]
        kept: dict[tuple[str, int], list[float]] = {}
        for name, step, value in left:
            kept.setdefault((name, step), []).append(value)
        for name, step, value in recorded:
            values = kept.get((name, step), [])
            index = next((i for i, v in enumerate(values) if self.same_value(v, value)), None)
            assert index is not None, (
                f"the scalar {name!r} = {value!r} of step {step} was recorded and cannot be read "
                f"back; of that name and step there is {values or 'nothing'}. "
                f"{self._hint('add_scalars', 'read_scalars')} Names found: "
                f"{sorted({n for n, _, _ in left})[:20]}"
            )
            values.pop(index)
        extra = [(*key, value) for key, values in kept.items() for value in values]
        assert not extra, (
            f"these scalars were read and never recorded, or were recorded once: {extra[:5]}. "
            f"{self._hint('add_scalars', 'read_scalars')}"
        )

    def check_image(self, save_dir: Path, name: str, step: int, expected: ArrayLike) -> None:
        """Fail unless the image of this name and step is `expected`, where it is opaque."""
        __tracebackhide__ = True
        self.check_images(save_dir, {(name, step): expected})

    def check_images(self, save_dir: Path, expected: Mapping[tuple[str, int], ArrayLike]) -> None:
        """Fail unless the `expected` images can be read back, and no others.

        Args:
            save_dir: The folder that the backend was given.
            expected: Images by name and step.
        """
        __tracebackhide__ = True
        kept = {(str(n), int(s)): np.asarray(image) for n, s, image in self.read_images(save_dir)}
        assert set(kept) == set(expected), (
            f"images recorded and not found: {sorted(set(expected) - set(kept))}; found and "
            f"not recorded: {sorted(set(kept) - set(expected))}. "
            f"{self._hint('add_image', 'read_images')}"
        )
        for key, wanted in expected.items():
            image, right = kept[key], np.asarray(wanted)
            try:
                assert_images_close(*_opaque(image, right), tolerance=self.image_tolerance)
            except AssertionError as error:
                raise AssertionError(
                    f"the image {key[0]!r} of step {key[1]} is another: {error}. "
                    f"{self._hint('add_image', 'read_images')}"
                ) from None

    def _hint(self, writer: str, reader: str) -> str:
        return (
            f"Look at {self.backend_class.__name__}.{writer}, then at "
            f"{type(self).__name__}.{reader}."
        )

    def _how(self, method: str, items: str) -> str:
        kind = {"read_scalars": "scalars", "read_images": "image", "read_config": "config"}[method]
        return (
            f"{self.backend_class.__name__} keeps {kind!r}, so the suite must know how to read "
            f"it back: override {type(self).__name__}.{method}(self, save_dir) to return {items}"
        )


def _opaque(image: Any, expected: Any) -> tuple[Any, Any]:
    """Return both as RGB; what is transparent in `expected` is not compared."""
    if expected.shape[-1] != 4:
        return image[..., :3], expected
    seen = expected[..., 3:] == 255
    if image.shape[:2] != expected.shape[:2]:
        return image[..., :3], expected[..., :3]
    return image[..., :3] * seen, expected[..., :3] * seen


def evaluate_config(source: str) -> dict[str, Any]:
    """Return the variables of a config's Python source, as `config.py` holds it.

    It is executed: pass only what a test wrote.
    """
    values: dict[str, Any] = {}
    exec(compile(source, "config.py", "exec"), values)
    del values["__builtins__"]
    return values
