"""The contract of a backend, as tests for its author to inherit."""

from __future__ import annotations

import math
import pickle
import threading
import warnings
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any, get_args

import numpy as np

from viz_core.errors import RecordingWarning
from viz_core.plugins.registry import VISBACKENDS
from viz_core.testing.arguments import ArgumentsContract
from viz_core.testing.images import make_image
from viz_core.testing.kinds import KindsContract
from viz_core.typing import Kind
from viz_core.visualizer import Visualizer

__all__ = ["BackendContract"]

#: Names that trackers and file systems stumble over.
_NAMES = (
    "loss/cls",
    "a/b/c/d",
    "loss cls",
    "acc@0.5",
    "AP (small) = 50%",
    "50%25",
    "損失",
    "tweeter 🐦",
    "a.b:c",
    "..",
    "../../up",
    "/absolute",
    "a//b",
    "step_0",
    "-x",
    'quo"te',
    "back\\slash",
    "x" * 300,
    "x" * 299 + "y",
)

_CONFIG = {
    "model": {"type": "ResNet", "depth": 18, "norm": None, "shapes": [[1, 2], [3, 4]]},
    "lr": 0.01,
    "betas": (0.9, 0.999),
    "name": "épreuve 'quoted'",
    "debug": False,
}


class BackendContract(ArgumentsContract, KindsContract):
    """The whole contract of a backend as tests.

    Subclass it and say how to read back:

        class TestCsvVisBackend(BackendContract):
            type = "CsvVisBackend"

            def read_scalars(self, save_dir):
                with open(save_dir / "scalars.csv", newline="") as file:
                    return [(n, int(s), float(v)) for n, v, s in csv.reader(file)]

    Tests of kinds that the backend does not keep are skipped, with the kind as the reason;
    `pytest -rs` lists them. What else may be set stands in
    [`BackendCase`][viz_core.testing.BackendCase].
    """

    def test_keeps_something(self) -> None:
        """It supports at least one kind of record, by having its `add_*` method."""
        kinds = [kind for kind in get_args(Kind) if self.backend_class.supports(kind)]
        assert kinds, f"{self.backend_class.__name__} has no add_* method of its own"

    def test_is_found_by_its_name(self, tmp_path: Path) -> None:
        """A config finds it, and `get_backend` gives it."""
        expected = self.backend_class
        config = {**self.make_config(tmp_path / "run"), "name": "mine"}
        assert isinstance(Visualizer(vis_backends=[config]).get_backend("mine"), expected)

    def test_opens_nothing_until_it_is_used(self, tmp_path: Path) -> None:
        """Constructing, flushing and closing it make no file."""
        with self.recording(tmp_path / "run") as visualizer:
            visualizer.flush()
        found = sorted(str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*"))
        assert not found, (
            f"{self.backend_class.__name__} made {found} before anything was recorded; open "
            "files and trackers in open_experiment() or in the first add_*"
        )

    def test_keeps_every_step(self, tmp_path: Path) -> None:
        """Steps go back and repeat, and nothing is lost."""
        self.needs("scalar")
        points = [("loss", step, 0.5 + i) for i, step in enumerate([1, 2, 9, 3, 3, 0, 9])]
        with self.recording(tmp_path / "run") as visualizer:
            for name, step, value in points:
                visualizer.add_scalar(name, value, step=step)
        self.check_scalars(tmp_path / "run", points)

    def test_keeps_scalars_that_belong_together(self, tmp_path: Path) -> None:
        """`add_scalars` keeps each scalar; a `step` among them is their step."""
        self.needs("scalars")
        with self.recording(tmp_path / "run") as visualizer:
            visualizer.add_scalars({"loss": 0.25, "acc": 0.5}, step=3)
            visualizer.add_scalars({"loss": 0.125, "step": 7}, step=4)
        points = [("loss", 3, 0.25), ("acc", 3, 0.5), ("loss", 7, 0.125)]
        self.check_scalars(tmp_path / "run", points)

    def test_keeps_scalars_of_every_kind(self, tmp_path: Path) -> None:
        """Python's and numpy's numbers, and arrays of one."""
        self.needs("scalar")
        scalars = {
            "int": 3,
            "negative": -7,
            "zero": 0.0,
            "bool": True,
            "small": 1e-30,
            "large": 123456.75,
            "float32": np.float32(0.1),
            "int64": np.int64(1 << 20),
            "0-d": np.array(2.5),
            "one": np.array([4], np.uint8),
            "decimal": Decimal("1.5"),
            "fraction": Fraction(1, 3),
            "long": np.longdouble(0.5),
        }
        with self.recording(tmp_path / "run") as visualizer:
            for name, value in scalars.items():
                visualizer.add_scalar(name, value, step=1)
        self.check_scalars(
            tmp_path / "run", [(n, 1, float(np.asarray(v).item())) for n, v in scalars.items()]
        )

    def test_keeps_nan_and_infinities(self, tmp_path: Path) -> None:
        """A diverging loss is what one wants to see."""
        self.needs("scalar")
        points = [("loss", 1, math.nan), ("loss", 2, math.inf), ("loss", 3, -math.inf)]
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RecordingWarning)  # it may say what it makes of them
            with self.recording(tmp_path / "run") as visualizer:
                for name, step, value in points:
                    visualizer.add_scalar(name, value, step=step)
        self.check_scalars(tmp_path / "run", points)

    def test_keeps_scalars_under_any_name(self, tmp_path: Path) -> None:
        """Names come back as they were given: no two become one, none costs another."""
        self.needs("scalar")
        points = [(name, 1, i + 0.5) for i, name in enumerate((*_NAMES, "step"))]
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RecordingWarning)  # it may say what it calls them
            with self.recording(tmp_path / "run") as visualizer:
                for name, step, value in points:
                    visualizer.add_scalar(name, value, step=step)
        self.check_scalars(tmp_path / "run", points)
        self._check_nothing_outside(tmp_path)

    def test_keeps_images_of_every_kind(self, tmp_path: Path) -> None:
        """Gray, color and alpha; bool, integers and floats; views and single pixels."""
        self.needs("image")
        color = make_image(48, 64)
        gray = color[..., 0]
        opaque = np.dstack([color, np.full(gray.shape, 255, np.uint8)])
        opaque[:8, :8, 3] = 0
        mask = gray > 127
        given: dict[str, tuple[Any, Any]] = {
            "color": (color, color),
            "gray": (gray, np.dstack([gray] * 3)),
            "one channel": (gray[..., None], np.dstack([gray] * 3)),
            "alpha": (opaque, opaque),
            "bool": (mask, np.dstack([mask] * 3).astype(np.uint8) * 255),
            "int64": (color.astype(np.int64), color),
            "uint16": (color.astype(np.uint16), color),
            "float32": (color.astype(np.float32) / 255, color),
            "float64": (color / 255, color),
            "turned": (color[::-1, ::-1, ::-1], color[::-1, ::-1, ::-1]),
            "slice": (color[3:20, 5:41], color[3:20, 5:41]),
            "one pixel": (color[:1, :1], color[:1, :1]),
            "one row": (color[:1], color[:1]),
        }
        with self.recording(tmp_path / "run") as visualizer:
            for name, (image, _) in given.items():
                visualizer.add_image(name, image, step=2)
        expected = {(name, 2): image for name, (_, image) in given.items()}
        self.check_images(tmp_path / "run", expected)

    def test_keeps_images_of_every_step(self, tmp_path: Path) -> None:
        """Steps go back; of the same name and step the last image stands."""
        self.needs("image")
        images = [make_image(24, 32, seed) for seed in range(4)]
        with self.recording(tmp_path / "run") as visualizer:
            for step, image in zip([5, 0, 1, 5], images, strict=True):
                visualizer.add_image("demo", image, step=step)
        expected = {("demo", 5): images[3], ("demo", 0): images[1], ("demo", 1): images[2]}
        self.check_images(tmp_path / "run", expected)

    def test_keeps_images_under_any_name(self, tmp_path: Path) -> None:
        """Names come back as they were given, and none leaves the folder."""
        self.needs("image")
        expected = {(name, 1): make_image(8, 8, i) for i, name in enumerate((*_NAMES, "step"))}
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RecordingWarning)  # it may say what it calls them
            with self.recording(tmp_path / "run") as visualizer:
                for (name, step), image in expected.items():
                    visualizer.add_image(name, image, step=step)
        self.check_images(tmp_path / "run", expected)
        self._check_nothing_outside(tmp_path)

    def test_keeps_the_config(self, tmp_path: Path) -> None:
        """Every value of a nested config comes back."""
        self.needs("config")
        with self.recording(tmp_path / "run") as visualizer:
            visualizer.add_config(_CONFIG)
        read = dict(self.read_config(tmp_path / "run"))
        missing = {k: v for k, v in _CONFIG.items() if _lists(read.get(k)) != _lists(v)}
        assert not missing, (
            f"of the config, these did not come back: {missing}; what was read: {read}. "
            f"{self._hint('add_config', 'read_config')}"
        )

    def test_closes_twice(self, tmp_path: Path) -> None:
        """Closing is fine unused, after use and again."""
        with self.recording(tmp_path / "run") as visualizer:
            visualizer.close()
            visualizer.close()
            self._record_anything(visualizer)
            visualizer.close()
            visualizer.close()

    def test_records_after_close(self, tmp_path: Path) -> None:
        """Frameworks close after training and again after testing; both parts are kept."""
        self.needs("scalar")
        with self.recording(tmp_path / "run") as visualizer:
            visualizer.add_scalar("train", 0.5, step=1)
            visualizer.close()
            visualizer.add_scalar("test", 0.25, step=2)
        self.check_scalars(tmp_path / "run", [("train", 1, 0.5), ("test", 2, 0.25)])

    def test_flushes(self, tmp_path: Path) -> None:
        """Flushing is fine before and after a record, also down to the disk."""
        with self.recording(tmp_path / "run") as visualizer:
            visualizer.flush()
            self._record_anything(visualizer)
            visualizer.flush()
            visualizer.flush(sync=True)

    def test_takes_records_from_eight_threads(self, tmp_path: Path) -> None:
        """Every record of every thread is kept."""
        self.needs("scalar")
        failures: list[BaseException] = []
        with self.recording(tmp_path / "run") as visualizer:

            def record(thread: int) -> None:
                try:
                    for step in range(25):
                        visualizer.add_scalar(f"thread {thread}", step, step=step)
                except BaseException as error:  # noqa: BLE001  # for the test's own thread
                    failures.append(error)

            threads = [threading.Thread(target=record, args=(i,)) for i in range(8)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
        assert not failures, f"a thread could not record: {failures[0]!r}"
        points = [(f"thread {i}", step, float(step)) for i in range(8) for step in range(25)]
        self.check_scalars(tmp_path / "run", points)

    def test_travels_to_another_process_unopened(self, tmp_path: Path) -> None:
        """A pickled backend is an equal, unopened one."""
        self.needs("scalar")
        config = self.make_config(tmp_path / "run")
        backend = pickle.loads(pickle.dumps(VISBACKENDS.build(config)))
        assert not tmp_path.joinpath("run").exists(), "pickling it made its folder"
        backend.add_scalar(name="loss", value=0.5, step=1)
        backend.close()
        self.settle(tmp_path / "run")
        self.check_scalars(tmp_path / "run", [("loss", 1, 0.5)])

    def test_survives_a_fork(self, tmp_path: Path) -> None:
        """A child, as of a DataLoader, neither hangs nor harms what its parent records."""
        self.needs("scalar")
        config = self.make_config(tmp_path / "run")
        self.run_program("record_around_a_fork", config, 20)
        self.settle(tmp_path / "run")
        kept = {(name, step) for name, step, _ in self.read_scalars(tmp_path / "run")}
        lost = [step for step in range(40) if ("parent", step) not in kept]
        assert not lost, (
            f"a child was forked at step 20 of 40; of the parent's scalars steps {lost} are "
            "lost. Open anew in a child: `self.experiment` does, other handles must look at "
            "os.getpid()"
        )

    def _record_anything(self, visualizer: Visualizer) -> None:
        visualizer.add_scalar("loss", 0.5, step=1)
        visualizer.add_image("demo", make_image(8, 8), step=1)
        visualizer.add_config({"lr": 0.1})

    def _check_nothing_outside(self, tmp_path: Path) -> None:
        outside = [path.name for path in tmp_path.iterdir() if path.name != "run"]
        assert not outside, f"a name left the folder and made {outside} beside it"


def _lists(value: Any) -> Any:
    """Return `value` with lists for tuples, which JSON does not have."""
    if isinstance(value, dict):
        return {key: _lists(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_lists(item) for item in value]
    return value
