"""Above which score the objects of a class are drawn."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np

from viz_core._checks import as_number
from viz_core.annotations.names import Names, as_names, class_name
from viz_core.convert import as_array, is_tensor

__all__ = ["Threshold", "find_threshold"]

#: One score for all classes, a list by class, or a dict by their names or labels.
Threshold: TypeAlias = "float | Sequence[float] | Mapping[str, float] | Mapping[int, float]"

# MMDetection's, for classes that are not named.
_USUAL = 0.3


def find_threshold(
    threshold: Threshold, classes: Names | None = None
) -> Callable[[int, str | None], float]:
    """Return a function of the label of a class, and the name of an object that has its own.

    Args:
        threshold: One for all, a list by class, or a dict by the name or the label of a class; a
            class that it lacks has 0.3.
        classes: Names of the classes, as `as_names` takes them.

    Raises:
        TypeError: If a threshold is no number.
        ValueError: If a dict has a name that no class has.
    """
    usual = _USUAL
    if (isinstance(threshold, np.ndarray) or is_tensor(threshold)) and threshold.ndim == 1:
        threshold = as_array(threshold).tolist()
    limits: dict[Any, float] = {}
    if isinstance(threshold, (Mapping, list, tuple)):
        entries = threshold.items() if isinstance(threshold, Mapping) else enumerate(threshold)
        limits = {key: as_number(limit, f"pred_score_thr[{key!r}]") for key, limit in entries}
    else:
        usual = as_number(threshold, "pred_score_thr")
    names = as_names(classes)
    if names is not None:
        known = {*(names.values() if isinstance(names, Mapping) else names)}
        strange = [key for key in limits if isinstance(key, str) and key not in known]
        if strange:
            raise ValueError(
                f"pred_score_thr names {strange[0]!r}, which no class is called; they are "
                f"{', '.join(map(str, known))!s:.200}"
            )

    def find(label: int, name: str | None = None) -> float:
        called = class_name(label, names) if name is None else name
        return limits.get(called, limits.get(label, usual))

    return find
