"""Curves, matrices and hyperparameters."""

import argparse
import types

import numpy as np
import pytest

from viz_core import as_confusion_matrix, as_hparams, as_pr_curve


def test_a_curve_counts_what_is_at_or_above_each_threshold():
    generator = np.random.default_rng(0)
    labels = generator.random(500) < 0.3
    scores = np.round(generator.random(500), 2)
    curve = as_pr_curve(labels, scores)
    assert curve.thresholds[[0, -1]].tolist() == [0, 1]
    for i, threshold in enumerate(curve.thresholds):
        predicted = scores >= threshold
        found = [(labels & predicted).sum(), (~labels & predicted).sum()]
        found += [(~labels & ~predicted).sum(), (labels & ~predicted).sum()]
        assert [c[i] for c in curve[1:5]] == found
        assert curve.recall[i] == pytest.approx(found[0] / labels.sum())
        assert curve.precision[i] == pytest.approx(
            found[0] / predicted.sum() if any(predicted) else 1
        )


def test_a_curve_without_positives_finds_none():
    assert not as_pr_curve([0, 0], [0.5, 0.1]).recall.any()


@pytest.mark.parametrize(
    ("labels", "predictions", "text"),
    [
        ([], [], "at least one"),
        ([1], [0.5, 0.5], r"shapes \(1,\) and \(2,\)"),
        ([0, 2], [0.5, 0.5], r"must be 0 or 1, got \[0, 2\]; compare them"),
        ([0, 1], [0.5, 1.5], r"must lie in 0\.\.1, got 0\.5\.\.1\.5; pass probabilities"),
        ([0, 1], [0.5, np.nan], r"must lie in 0\.\.1"),
    ],
)
def test_what_is_no_curve_is_named(labels, predictions, text):
    with pytest.raises(ValueError, match=text):
        as_pr_curve(labels, predictions)


@pytest.mark.parametrize(
    ("classes", "names"),
    [(None, ("0", "1")), (["cat", "dog"], ("cat", "dog")), ({1: "a", 3: "b"}, ("a", "b"))],
)
def test_a_matrix_has_names(classes, names):
    found = as_confusion_matrix([[1, 2], [3, 4]], classes)
    assert found.classes == names
    assert found.matrix.tolist() == [[1, 2], [3, 4]]


def test_a_display_has_a_matrix_and_names():
    display = types.SimpleNamespace(confusion_matrix=np.eye(2), display_labels=np.array(["a", "b"]))
    assert as_confusion_matrix(display).classes == ("a", "b")


@pytest.mark.parametrize(
    ("matrix", "classes", "text"),
    [
        ([[1, 2]], None, r"shape \(classes, classes\), got \(1, 2\); add up"),
        ([[1, -2], [0, 1]], None, r"not negative, got -2\.0\.\.1\.0"),
        ([[1, np.nan], [0, 1]], None, "finite"),
        ([[1, 2], [3, 4]], ["a"], r"must be 2 names .* got 1: \['a'\]"),
        ([[1, 2], [3, 4]], ["a", "a"], "each another"),
        ([[1, 2], [3, 4]], "ab", "classes must be 2 names"),
    ],
)
def test_what_is_no_matrix_is_named(matrix, classes, text):
    with pytest.raises(ValueError, match=text):
        as_confusion_matrix(matrix, classes)


def test_hyperparameters_are_flat_and_plain():
    given = {"lr": 0.1, "model": {"depth": 18, "norm": None, "betas": (0.9, 0.99)}, "aug": True}
    found = as_hparams(given, {"val": {"acc": np.float32(0.5)}, "step": 3})
    assert found.hparams == {
        "lr": 0.1,
        "model.depth": 18,
        "model.norm": "None",
        "model.betas": "(0.9, 0.99)",
        "aug": True,
    }
    assert as_hparams({"big": 10**5000, "small": -3}).hparams == {"big": hex(10**5000), "small": -3}
    assert found.metrics == {"val/acc": 0.5, "step": 3}
    assert tuple(as_hparams(argparse.Namespace(lr=1))) == ({"lr": 1}, {})


@pytest.mark.parametrize(
    ("metrics", "text"),
    [(0.5, "metrics must be a mapping .* got float"), ({"a": "x"}, "metrics/a must be a number")],
)
def test_a_wrong_metric_is_named(metrics, text):
    with pytest.raises(TypeError, match=text):
        as_hparams({}, metrics)


def test_a_metric_is_to_be_computed_first():
    class Metric:
        __iter__ = None

        def compute(self):
            """Return what it has counted, of all ranks."""

    with pytest.raises(TypeError, match=r"matrix must be .*; pass compute\(\) of it"):
        as_confusion_matrix(Metric())
