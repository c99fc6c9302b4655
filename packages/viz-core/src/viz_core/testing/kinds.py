"""One record of each kind, and that a backend keeps it, as tests."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np

from viz_core.kinds.evaluation import as_pr_curve
from viz_core.kinds.kept import ARGUMENTS
from viz_core.testing.case import BackendCase
from viz_core.testing.images import assert_images_close, make_image
from viz_core.typing import Kind

__all__ = ["KindsCase", "KindsContract", "KindsFaults", "record_kind", "record_kinds_and_die"]

_LABELS, _PREDICTIONS = [0, 1, 1, 0], [0.1, 0.9, 0.4, 0.6]
_STEPS = (5, 0, 2)


def record_kind(visualizer: Any, kind: Kind, step: int, folder: Path) -> None:
    """Record one of a kind that differs from those of other steps.

    Args:
        visualizer: Or a recorder, or a backend.
        kind: One that MMEngine has not.
        step: From 0 to 9.
        folder: For a file that is recorded.
    """
    call = getattr(visualizer, f"add_{kind}")
    name = f"val/{kind}"
    if kind == "file":
        path = folder / f"file{step}.bin"
        path.write_bytes(bytes([step, 0, 255]))
        call(path, f"{name}{step}.bin")
    elif kind == "hparams":
        call({"lr": 0.5, "opt": f"sgd{step}", "amp": True}, {"acc": step / 8})
    elif kind == "pr_curve":
        call(name, _LABELS, [p * (10 - step) / 10 for p in _PREDICTIONS], step=step)
    elif kind == "annotations":
        call(name, make_image(24, 32, step), *map(_boxes, _sides(step)), step=step)
    else:
        given = (
            (["id", "note"], [[step, "a|b"], [2, None]])
            if kind == "table"
            else (_given(kind, step),)
        )
        call(name, *given, step=step)


def _sides(step: int) -> list[list[tuple[float, ...]]]:
    """Return a label and x1, y1, x2, y2 of each box of the truth, and of the prediction."""
    truth: list[tuple[float, ...]] = [(1.0, 2.0, 3.0, 20.0, 15.5), (0.0, 8.0, 4.0, 31.0, 23.0)]
    return [truth, [(label, x1 + step / 4, *rest) for label, x1, *rest in truth[:1]]]


def _boxes(side: list[tuple[float, ...]]) -> dict[str, Any]:
    return {"labels": [int(each[0]) for each in side], "bboxes": [each[1:] for each in side]}


def _given(kind: Kind, step: int) -> Any:
    if kind in ("images", "video"):
        return [make_image(24, 32, 10 * step + i) for i in range(step + 2)]
    if kind == "figure":
        from matplotlib.figure import Figure

        figure = Figure((2, 1), dpi=50)
        figure.add_subplot().bar([0, 1], [1, step + 1])
        return figure
    given: dict[str, Any] = {
        "histogram": (np.array([0.0, 0.5, 2.0]), np.array([step + 1, 3])),
        "text": f"# step {step}\n\n*é*",
        "html": f'<meta charset="utf-8"><p>step {step}, é</p>',
        "confusion_matrix": [[step, 1], [2, 3]],
    }
    return given[kind]


class KindsCase(BackendCase):
    """How to read back the kinds that MMEngine has not."""

    def read_kind(self, save_dir: Path, kind: Kind) -> Iterable[tuple[str, int, Any]]:
        """Return every (name, step, value) of a kind in `save_dir`, names as they were recorded.

        Of one name and step the last counts. The values are, by kind: images a list of RGB arrays,
        figure an RGB array, histogram `(edges, counts)`, text and html a string, table `(columns,
        rows)` of cells or their texts, video the count of frames, file its bytes (the step is
        ignored, as of hparams), hparams `(hparams, metrics)` of any name, pr_curve `(precision,
        recall)`, confusion_matrix the matrix, annotations `(image, truth, prediction)`, where each
        side is a list of `(label, x1, y1, x2, y2)` in pixels.
        """
        raise NotImplementedError(
            f"{self.backend_class.__name__} keeps {kind!r}, so the suite must know how to read it "
            f"back: override {type(self).__name__}.read_kind(self, save_dir, kind) to return "
            "(name, step, value)"
        )

    def check_kind(self, save_dir: Path, kind: Kind, steps: Iterable[int]) -> None:
        """Fail unless what was recorded of a `kind` at these `steps`, and no other, is in `save_dir`."""
        __tracebackhide__ = True
        read = {(str(n), int(s)): value for n, s, value in self.read_kind(save_dir, kind)}
        hint = (
            f"Look at {self.backend_class.__name__}.add_{kind}, then at "
            f"{type(self).__name__}.read_kind."
        )
        expected = {self._key(kind, step): step for step in steps}
        if kind in ("file", "hparams"):
            read = {(name if kind == "file" else "", 0): v for (name, _), v in read.items()}
        assert set(read) == set(expected), (
            f"{kind} recorded and not found: {sorted(set(expected) - set(read))}; found and not "
            f"recorded: {sorted(set(read) - set(expected))}. {hint}"
        )
        for key, step in expected.items():
            try:
                self._check_value(kind, step, read[key])
            except AssertionError as error:
                raise AssertionError(f"the {kind} {key} is another: {error}. {hint}") from None

    @staticmethod
    def _key(kind: Kind, step: int) -> tuple[str, int]:
        if kind == "hparams":
            return "", 0
        return (f"val/file{step}.bin", 0) if kind == "file" else (f"val/{kind}", step)

    def _check_value(self, kind: Kind, step: int, value: Any) -> None:
        if kind == "images":
            given = _given(kind, step)
            assert len(value) == len(given), f"{len(value)} of {len(given)} images"
            for image, right in zip(value, given, strict=True):
                assert_images_close(image, right, tolerance=self.image_tolerance)
        elif kind == "figure":
            image = np.asarray(value)
            assert image.shape[:2] == (50, 100), f"its shape is {image.shape}"
            assert image.min() < 100 < image.max(), "nothing is drawn on it"
        elif kind == "table":
            columns, rows = value
            texts = [["" if cell is None else str(cell) for cell in row] for row in rows]
            found = ([*columns], texts)
            assert found == (["id", "note"], [[str(step), "a|b"], ["2", ""]]), f"it is {found}"
        elif kind == "video":
            assert value == step + 2, f"{value} of {step + 2} frames"
        elif kind == "hparams":
            hparams, metrics = value
            known = {key: str(hparams.get(key)) for key in ("lr", "opt", "amp")}
            right = {"lr": "0.5", "opt": f"sgd{step}", "amp": "True"}
            assert known == right, f"it is {known}, not {right}"
            assert self.same_value(float(metrics["acc"]), step / 8), f"its metrics are {metrics}"
        elif kind == "pr_curve":
            curve = as_pr_curve(_LABELS, [p * (10 - step) / 10 for p in _PREDICTIONS])
            for found, wanted in zip(value, (curve.precision, curve.recall), strict=True):
                assert np.allclose(found, wanted, atol=1e-6), f"it is {found}"
        elif kind == "annotations":
            shown, *sides = value
            off = abs(np.asarray(shown)[..., :3].astype(int) - make_image(24, 32, step)).mean()
            assert off < 12, f"its image is off by {off:.1f} levels"
            for boxes, right in zip(sides, _sides(step), strict=True):
                assert np.shape(boxes) == np.shape(right), f"it has the boxes {boxes}"
                assert np.allclose(sorted(boxes), sorted(right), atol=0.1), f"it has {boxes}"
        elif kind == "file":
            assert value == bytes([step, 0, 255]), f"it is {value!r}"
        else:
            given = _given(kind, step)
            same = (
                value == given
                if isinstance(given, str)
                else all(np.allclose(a, b) for a, b in zip(value, given, strict=True))
            )
            assert same, f"it is {value!r}, not {given!r}"


class KindsContract(KindsCase):
    """The part of a backend's contract that is about kinds; `BackendContract` has it all."""

    def test_keeps_images(self, tmp_path: Path) -> None:
        """Batches, of several steps."""
        self._check_kept("images", tmp_path)

    def test_keeps_figures(self, tmp_path: Path) -> None:
        """What they look like."""
        self._check_kept("figure", tmp_path)

    def test_keeps_histograms(self, tmp_path: Path) -> None:
        """Edges and counts."""
        self._check_kept("histogram", tmp_path)

    def test_keeps_texts(self, tmp_path: Path) -> None:
        """Every character."""
        self._check_kept("text", tmp_path)

    def test_keeps_tables(self, tmp_path: Path) -> None:
        """Columns and rows."""
        self._check_kept("table", tmp_path)

    def test_keeps_videos(self, tmp_path: Path) -> None:
        """Every frame."""
        self._check_kept("video", tmp_path)

    def test_keeps_pages(self, tmp_path: Path) -> None:
        """Every character of HTML."""
        self._check_kept("html", tmp_path)

    def test_keeps_files(self, tmp_path: Path) -> None:
        """Every byte."""
        self._check_kept("file", tmp_path)

    def test_keeps_hyperparameters(self, tmp_path: Path) -> None:
        """Strings, bools and numbers, and the metrics that they led to."""
        self.needs("hparams")
        with self.recording(tmp_path / "run") as visualizer:
            record_kind(visualizer, "hparams", 3, tmp_path)
        self.check_kind(tmp_path / "run", "hparams", [3])

    def test_keeps_curves_of_precision_and_recall(self, tmp_path: Path) -> None:
        """Both, over the thresholds."""
        self._check_kept("pr_curve", tmp_path)

    def test_keeps_confusion_matrices(self, tmp_path: Path) -> None:
        """Every count."""
        self._check_kept("confusion_matrix", tmp_path)

    def test_keeps_annotations(self, tmp_path: Path) -> None:
        """The image, and the boxes of both sides."""
        self._check_kept("annotations", tmp_path)

    def _check_kept(self, kind: Kind, tmp_path: Path) -> None:
        """Record at steps that go back, in the foreground and in the background."""
        __tracebackhide__ = True
        self.needs(kind)
        with self.recording(tmp_path / "run", background=True) as visualizer:
            for step in _STEPS:
                record_kind(visualizer, kind, step, tmp_path)
        self.check_kind(tmp_path / "run", kind, _STEPS)


class KindsFaults(KindsCase):
    """The part of the faults that is about kinds; `BackendFaults` has it all."""

    def test_being_killed_loses_no_record_of_any_kind(self, tmp_path: Path) -> None:
        """SIGKILL after three of each kind that it keeps."""
        kinds = [kind for kind in ARGUMENTS if self.backend_class.supports(kind)]
        if not self.durable or not kinds:
            self.leave_out("keeps no kind besides MMEngine's, or is not durable at once")
        folder = tmp_path / "run"
        config = self.make_config(folder)
        self.run_program("record_kinds", config, kinds, str(tmp_path), status=-9)
        self.settle(folder)
        for kind in kinds:
            self.check_kind(folder, kind, [_STEPS[-1]] if kind == "hparams" else _STEPS)  # type: ignore[arg-type]


def record_kinds_and_die(visualizer: Any, kinds: Iterable[Kind], folder: str) -> None:
    """Record three of each kind, and be killed without a chance to tidy up."""
    for kind in kinds:
        for step in [_STEPS[-1]] if kind == "hparams" else _STEPS:  # of which there is one a run
            record_kind(visualizer, kind, step, Path(folder))
    os.kill(os.getpid(), 9)
