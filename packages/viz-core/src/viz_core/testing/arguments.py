"""What users pass to a backend beside good values, as tests."""

from __future__ import annotations

import math
import os
import warnings
from pathlib import Path
from typing import Any

import numpy as np

from viz_core.backends.door import behind_door, named_keywords
from viz_core.errors import RecordingWarning, VizWarning
from viz_core.plugins.registry import VISBACKENDS
from viz_core.testing.case import BackendCase
from viz_core.testing.images import make_image
from viz_core.typing import Kind
from viz_core.visualizer import Visualizer

__all__ = ["ArgumentsContract"]


class ArgumentsContract(BackendCase):
    """The part of a backend's contract that is about arguments; `BackendContract` has it all."""

    def test_converts_what_it_is_given_alone(self, tmp_path: Path) -> None:
        """Without a visualizer it takes the same; what is wrong raises, after the rest is kept."""
        self.needs("scalars")
        backend = VISBACKENDS.build(self.make_config(tmp_path / "run"))
        if not _has_door(backend):
            self.leave_out("does not inherit BaseVisBackend with its arguments of add_scalars")
        given = {"loss": np.float32(0.5), "bad": "high", "step": np.array(5), "val": {"acc": 1}}
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RecordingWarning)  # it may say what it calls "step"
            try:
                backend.add_scalars(given, step=1)
            except TypeError:
                backend.add_scalar("step", 0.25, step=2)
            else:
                raise AssertionError("add_scalars({'bad': 'high', ...}) raised no TypeError")
            backend.close()
        self.settle(tmp_path / "run")
        points = [("loss", 5, 0.5), ("val/acc", 5, 1.0), ("step", 2, 0.25)]
        self.check_scalars(tmp_path / "run", points)

    def test_takes_arguments_it_does_not_know(self, tmp_path: Path) -> None:
        """A later viz-core may pass more: every `add_*` takes `**kwargs`, and it is told once."""
        backend = VISBACKENDS.build(self.make_config(tmp_path / "run"))
        self._check_keywords(Visualizer(vis_backends=[backend], on_backend_error="raise"), backend)

    def test_takes_arguments_alone_that_it_does_not_know(self, tmp_path: Path) -> None:
        """Without a visualizer it is told the same."""
        backend = VISBACKENDS.build(self.make_config(tmp_path / "run"))
        if not _has_door(backend):
            self.leave_out("does not inherit BaseVisBackend with its arguments of add_scalars")
        self._check_keywords(backend, backend)

    def test_takes_the_step_by_its_other_name(self, tmp_path: Path) -> None:
        """`global_step=` is `step=`, as SummaryWriter's users write it."""
        self.needs("scalar")
        with self.recording(tmp_path / "run") as visualizer:
            visualizer.add_scalar("loss", 0.5, global_step=3)
            visualizer.add_scalars({"acc": 0.25}, step=4, global_step=np.int64(4))
        self.check_scalars(tmp_path / "run", [("loss", 3, 0.5), ("acc", 4, 0.25)])

    def test_takes_configs_with_extreme_values(self, tmp_path: Path) -> None:
        """NaN, integers of thousands of digits, many levels: none costs the rest of a config."""
        self.needs("config")
        deep: Any = 0.5
        for _ in range(60):
            deep = {"in": [deep]} if isinstance(deep, float) else {"in": deep}
        extreme = {"nan": math.nan, "c": complex("nan"), "big": 10**5000, "deep": deep, "b": b"x"}
        with self.recording(tmp_path / "run") as visualizer:
            visualizer.add_config({"lr": 0.5, "__debug__": {"__debug__": {1, 2}}, **extreme})
        assert self.read_config(tmp_path / "run").get("lr") == 0.5, (
            f"{self.backend_class.__name__} does not keep a config with one of {list(extreme)}"
        )

    def test_a_change_of_directory_changes_nothing(self, tmp_path: Path) -> None:
        """A relative folder is that of the directory in which the backend was made."""
        self.needs("scalar")
        (folder := tmp_path / "first" / "run").parent.mkdir()
        (elsewhere := tmp_path / "second").mkdir()
        config = self.make_config(folder)
        if str(config.get("save_dir")) != str(folder):
            self.leave_out("is given no save_dir by make_config")
        image, before = make_image(8, 8), Path.cwd()
        os.chdir(folder.parent)
        try:
            visualizer = Visualizer(
                vis_backends=[{**config, "save_dir": "run"}], on_backend_error="raise"
            )
            for step in range(2):
                os.chdir(elsewhere)
                visualizer.add_scalar("loss", 0.5, step=step)
                visualizer.add_image("demo", image, step=step)
                visualizer.flush(sync=True)
                os.chdir(tmp_path)
                visualizer.close()
        finally:
            os.chdir(before)
        self.settle(folder)
        found = [*elsewhere.rglob("*"), *tmp_path.iterdir()]
        astray = sorted(str(path.relative_to(tmp_path)) for path in found)
        assert astray == ["first", "second"], (
            f"{self.backend_class.__name__} made {astray} in the directory of the moment; give "
            "save_dir to BaseVisBackend, and use its `directory`"
        )
        self.check_scalars(folder, [("loss", step, 0.5) for step in range(2)])
        if self.backend_class.supports("image"):
            self.check_images(folder, {("demo", step): image for step in range(2)})

    def _check_keywords(self, recorder: Any, backend: Any) -> None:
        __tracebackhide__ = True
        given: dict[Kind, tuple[Any, ...]] = {
            "scalars": ({"loss": 0.5},),
            "image": ("demo", make_image(8, 8)),
            "config": ({"lr": 0.1},),
        }
        calls = {kind: v for kind, v in given.items() if self.backend_class.supports(kind)}
        with warnings.catch_warnings(record=True) as said:
            warnings.simplefilter("always")
            for kind, arguments in calls.items():
                for _ in range(2):
                    getattr(recorder, f"add_{kind}")(*arguments, later_argument=True)
            recorder.close()
        told = [str(w.message) for w in said if issubclass(w.category, VizWarning)]
        for kind in calls:
            method = behind_door(getattr(backend, f"add_{kind}"))
            wanted = int(named_keywords(method) is not None)
            found = [text for text in told if text.startswith(f"add_{kind} was given later_arg")]
            assert len(found) == wanted, (
                f"add_{kind}(later_argument=) was told {len(found)} times, not {wanted}; let "
                f"{self.backend_class.__name__}.add_{kind} name what it understands, and take the "
                "others as **kwargs"
            )


def _has_door(backend: Any) -> bool:
    return bool(behind_door(backend.add_scalars) != backend.add_scalars)
