"""What classes are called, and what labels say."""

from __future__ import annotations

import numbers
import re
from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

__all__ = ["Names", "as_names", "class_name", "label_text"]

#: Of classes: a list whose index is the label, or by label.
Names: TypeAlias = "Sequence[str] | Mapping[int, str]"


def as_names(classes: Any) -> Names | None:
    """Return the names of classes, in a list or by label, whatever a data set has them in.

    Args:
        classes: A list of names, the name of the only class, names by label, labels by name, or
            COCO's categories: dicts with `id` and `name`. None has no names.

    Raises:
        TypeError: If it is none of these.
    """
    if classes is None:
        return None
    if isinstance(classes, str):
        return (classes,)
    try:
        if isinstance(classes, Mapping):
            if classes and all(isinstance(label, numbers.Integral) for label in classes.values()):
                return {int(label): str(name) for name, label in classes.items()}
            return {int(label): str(name) for label, name in classes.items()}
        entries = list(classes)
        if entries and all(isinstance(entry, Mapping) for entry in entries):
            return {int(entry["id"]): str(entry["name"]) for entry in entries}
    except (TypeError, ValueError, KeyError) as error:
        raise TypeError(
            "classes must be a list of names, or a dict of names by label, as "
            f"{{1: 'person', 13: 'stop sign'}}, got {classes!r:.200}"
        ) from error
    return [str(entry) for entry in entries]


def class_name(label: int, classes: Names | None) -> str:
    """Return the name of a class; `class 7` where `classes` has none."""
    if isinstance(classes, Mapping):
        return classes.get(label, f"class {label}")
    if classes is not None and 0 <= label < len(classes):
        return str(classes[label])
    return f"class {label}"


class _Missing:
    """What an object lacks: nothing in a template, whatever its format."""

    def __format__(self, spec: str) -> str:
        return ""


def label_text(
    labels: str,
    name: str,
    score: float | None,
    number: int | None = None,
    label: int | None = None,
    *,
    look: str = "legible",
) -> str:
    """Return what the label of an object says.

    Args:
        labels: `AnnotationStyle.labels`.
        name: Of the object or its class.
        score: In 0..1; None if it has none.
        number: Its id in a video, which the default label ends with; None if it has none.
        label: Of its class.
        look: `"mmdet"` writes `dog: 98.2`, any other `dog 98%`, or `dog 98% #7`.
    """
    if "{" in labels:
        missing = _Missing()
        given = {"name": name, "score": score, "id": number, "label": label}
        filled = {key: missing if value is None else value for key, value in given.items()}
        return re.sub(" {2,}", " ", labels.format(**filled)).strip()
    shown = "" if score is None or "score" not in labels else _percent(score, look)
    if labels == "none" or "name" not in labels:
        return shown
    text = f"{name}{': ' if look == 'mmdet' else ' '}{shown}" if shown else name
    tells_id = labels == "name score" and look != "mmdet" and number is not None
    return f"{text} #{number}" if tells_id else text


def _percent(score: float, look: str) -> str:
    return str(round(100 * score, 1)) if look == "mmdet" else f"{100 * score:.0f}%"
