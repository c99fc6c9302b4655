"""How good a model is: curves of precision and recall, confusion matrices, hyperparameters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, TypeAlias, cast

import numpy as np
import numpy.typing as npt

from viz_core.convert import as_array, as_scalars, shortened
from viz_core.typing import ArrayLike, Scalar, ScalarDict

__all__ = [
    "ConfusionMatrix",
    "Hparam",
    "Hparams",
    "PRCurve",
    "as_confusion_matrix",
    "as_hparams",
    "as_pr_curve",
]

Hparam: TypeAlias = "str | bool | int | float"
"""What a hyperparameter is."""

#: How many thresholds a curve has, from 0 to 1: as many as TensorBoard's own writer takes.
_THRESHOLDS = 127


class PRCurve(NamedTuple):
    """How precision and recall depend on the threshold from which a prediction counts.

    All are float64, shape (T,).

    Attributes:
        thresholds: From 0 to 1, rising.
        true_positives: How many positives are predicted at or above the threshold.
        false_positives: How many negatives are.
        true_negatives: How many negatives are below.
        false_negatives: How many positives are.
        precision: True among what is predicted; 1 where nothing is.
        recall: Found among the positives; 0 where there is none.
    """

    thresholds: npt.NDArray[np.float64]
    true_positives: npt.NDArray[np.float64]
    false_positives: npt.NDArray[np.float64]
    true_negatives: npt.NDArray[np.float64]
    false_negatives: npt.NDArray[np.float64]
    precision: npt.NDArray[np.float64]
    recall: npt.NDArray[np.float64]


class ConfusionMatrix(NamedTuple):
    """What was predicted of what.

    Attributes:
        matrix: float64, shape (C, C): rows are true classes, columns predicted ones.
        classes: The C names.
    """

    matrix: npt.NDArray[np.float64]
    classes: tuple[str, ...]


class Hparams(NamedTuple):
    """Hyperparameters and the metrics that they led to.

    Attributes:
        hparams: By name, groups as `outer.inner`.
        metrics: Ints and floats by name, groups as `val/acc`.
    """

    hparams: dict[str, Hparam]
    metrics: dict[str, Scalar]


def as_pr_curve(labels: ArrayLike, predictions: ArrayLike) -> PRCurve:
    """Return the curve of precision and recall of a binary classifier, at 127 thresholds.

    Args:
        labels: 0 or 1, or bools, of any shape.
        predictions: Probabilities in 0..1, of the same shape.

    Raises:
        TypeError: If they are no real numbers.
        ValueError: If shapes differ, there is none, or values are out of range or NaN.
    """
    truth = as_array(labels, "labels")
    scores = as_array(predictions, "predictions")
    if truth.shape != scores.shape or not truth.size:
        raise ValueError(
            "labels and predictions must be as many, and at least one, got shapes "
            f"{truth.shape} and {scores.shape}; for several classes record a curve each"
        )
    if not np.isin(truth, (0, 1)).all():
        raise ValueError(
            f"labels must be 0 or 1, got {shortened(np.unique(truth).tolist())}; compare them with "
            "one class, as in labels == 3"
        )
    scores = scores.astype(np.float64).reshape(-1)
    if not ((scores >= 0) & (scores <= 1)).all():
        raise ValueError(
            f"predictions must lie in 0..1, got {scores.min()}..{scores.max()}; pass "
            "probabilities, as of a sigmoid or softmax"
        )
    positive = truth.reshape(-1).astype(bool)
    thresholds = np.linspace(0, 1, _THRESHOLDS)
    found = _at_or_above(np.sort(scores[positive]), thresholds)
    wrong = _at_or_above(np.sort(scores[~positive]), thresholds)
    predicted, positives = found + wrong, float(positive.sum())
    precision = np.divide(found, predicted, out=np.ones_like(found), where=predicted > 0)
    recall = found / max(positives, 1)
    negatives = scores.size - positives
    return PRCurve(
        thresholds, found, wrong, negatives - wrong, positives - found, precision, recall
    )


def _at_or_above(
    scores: npt.NDArray[np.float64], thresholds: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    return (len(scores) - np.searchsorted(scores, thresholds)).astype(np.float64)


def as_confusion_matrix(
    matrix: object, classes: Sequence[str] | Mapping[int, str] | None = None
) -> ConfusionMatrix:
    """Return a confusion matrix with the names of its classes.

    Args:
        matrix: Shape (C, C), counts or shares, none negative: rows are true classes, columns
            predicted ones, as of scikit-learn and torchmetrics. What has it as
            `.confusion_matrix` will do too.
        classes: C names, each another; by default the numbers from 0.

    Raises:
        TypeError: If they are no real numbers.
        ValueError: If the shape is another, a value negative or infinite, or names do not fit.
    """
    if classes is None:
        classes = getattr(matrix, "display_labels", None)
    array = as_array(cast(ArrayLike, getattr(matrix, "confusion_matrix", matrix)), "matrix")
    if array.dtype.kind not in "biuf":
        raise TypeError(f"matrix must hold real numbers, got dtype {array.dtype}")
    array = array.astype(np.float64)
    if array.ndim != 2 or array.shape[0] != array.shape[1] or not array.size:
        raise ValueError(
            f"matrix must have shape (classes, classes), got {array.shape}; add up labels and "
            "predictions first, as with sklearn.metrics.confusion_matrix"
        )
    if not (np.isfinite(array) & (array >= 0)).all():
        raise ValueError(
            "matrix must hold counts or shares, finite and not negative, got "
            f"{array.min()}..{array.max()}"
        )
    names = range(len(array)) if classes is None else classes
    names = (
        tuple(str(n) for n in names.values())
        if isinstance(names, Mapping)
        else (tuple(map(str, names)))
    )
    if isinstance(classes, str) or len(names) != len(array) or len({*names}) < len(names):
        raise ValueError(
            f"classes must be {len(array)} names for a matrix of shape {array.shape}, each "
            f"another, got {len(names)}: {shortened(classes)}"
        )
    return ConfusionMatrix(array, names)


def as_hparams(hparams: object, metrics: ScalarDict | None = None) -> Hparams:
    """Return hyperparameters and final metrics by name.

    Args:
        hparams: What `add_config` takes: a mapping, dataclass, `argparse.Namespace`, ... Groups
            become `outer.inner`; what is no string, bool or number is its text.
        metrics: What `add_scalars` takes, or None.

    Raises:
        TypeError: If these are no mappings, or a metric is not a number.
        ValueError: If a metric is none, or has the name of another.
    """
    from viz_core.config.normalize import as_config  # only who records these needs it

    flat: dict[str, Hparam] = {}
    _flatten("", as_config(hparams), flat)
    if metrics is not None and not isinstance(metrics, Mapping):
        raise TypeError(
            f"metrics must be a mapping of names to scalars, got {type(metrics).__name__}: "
            f"{shortened(metrics)}; pass a dict, as {{'val/acc': 0.9}}"
        )
    scalars = as_scalars({"metrics": metrics or {}})  # in a group "step" is a name as any other
    for error in scalars.wrong.values():
        raise error
    kept = {name.partition("/")[2]: value for name, value in scalars.values.items()}
    return Hparams(flat, kept)


def _flatten(prefix: str, values: Mapping[Any, Any], flat: dict[str, Hparam]) -> None:
    for key, value in values.items():
        name = f"{prefix}{key}"
        if isinstance(value, Mapping) and value:
            _flatten(f"{name}.", value, flat)
        else:
            is_huge = isinstance(value, int) and value.bit_length() > 63  # for most trackers
            plain = isinstance(value, (str, bool, int, float)) and not is_huge
            flat[name] = value if plain else hex(value) if is_huge else repr(value)
