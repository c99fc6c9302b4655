"""Converting what users pass to what viz-core works with."""

from __future__ import annotations

import numbers
import os
import reprlib
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from decimal import Decimal
from typing import Any, NamedTuple, TypeGuard, cast

import numpy as np
import numpy.typing as npt

from viz_core.typing import ArrayLike, Scalar, ScalarDict, ScalarLike

__all__ = [
    "Scalars",
    "as_array",
    "as_name",
    "as_scalar",
    "as_scalars",
    "as_step",
    "is_tensor",
    "shortened",
    "take_global_step",
]

#: Numbers that numpy keeps as objects: those of `decimal` and `fractions`, and huge ints.
_EXACT = (numbers.Real, Decimal)

_repr = reprlib.Repr()
_repr.maxother = _repr.maxstring = 60


def is_tensor(value: object) -> TypeGuard[Any]:
    """Return whether `value` is a torch tensor, without importing torch."""
    torch = sys.modules.get("torch")
    return torch is not None and isinstance(value, torch.Tensor)


def as_array(value: ArrayLike, name: str = "value") -> npt.NDArray[Any]:
    """Return an array, a tensor of any device and dtype, or nested lists as a numpy array.

    Args:
        value: An array is returned as it is; a tensor is detached and moved to the CPU,
            and shares its memory where torch allows it. bfloat16 and 8-bit floats, also those
            of `ml_dtypes`, become float32. Lists may hold arrays and tensors too. What else numpy
            can convert will do, and what lends its memory by DLPack.
        name: What the value is called in an error.

    Raises:
        TypeError: If `value` is none of these, or does not hold numbers.
        ValueError: If the rows of nested lists have several lengths.
    """
    if isinstance(value, np.ndarray):
        return _of_numpy(value)
    if is_tensor(value):
        return _from_tensor(value, name)
    if isinstance(value, Sequence) and not isinstance(value, (str, bytes)):
        try:
            array = np.asarray(_without_tensors(value, name))
        except (ValueError, RecursionError) as error:
            raise ValueError(
                f"the rows of {name} must have equal lengths, got {shortened(value)}"
            ) from error
    elif hasattr(type(value), "__array__") or hasattr(type(value), "__array_interface__"):
        array = np.asarray(value)
    elif hasattr(type(value), "__dlpack__"):
        array = _from_dlpack(value, name)
    else:
        raise TypeError(
            f"{name} must be an array, a tensor or a nested list of numbers, got "
            f"{type(value).__name__}: {shortened(value)}{_cure(value)}"
        )
    array = _of_numpy(array)
    if array.dtype.kind == "O" and all(isinstance(item, _EXACT) for item in array.flat):
        with suppress(OverflowError):  # what no float holds is no number here
            array = array.astype(np.float64)
    if array.dtype.kind not in "biufc":
        raise TypeError(
            f"{name} must hold numbers, got {type(value).__name__} of {array.dtype}: "
            f"{shortened(value)}"
        )
    return array


def _from_tensor(tensor: Any, name: str) -> npt.NDArray[Any]:
    given = tensor
    try:
        tensor = tensor.detach().cpu()
        if str(tensor.dtype).startswith(("torch.bfloat16", "torch.float8")):
            tensor = tensor.float()
        array: npt.NDArray[Any] = tensor.resolve_conj().resolve_neg().numpy()
    except Exception as error:  # whatever torch, or a subclass of its tensors, says
        raise TypeError(
            f"{name} must be a tensor that numpy can read, got one of {given.dtype}, "
            f"{given.layout} on {given.device}{_tensor_cure(given)}"
        ) from error
    return array


def _tensor_cure(tensor: Any) -> str:
    if tensor.is_meta:
        return ", where tensors have no values; pass one with values"
    if tensor.is_nested:
        return ", which is nested; pass its parts, or .to_padded_tensor(0) of it"
    if tensor.is_quantized:
        return "; pass .dequantize() of it"
    return "; pass .to_dense() of it" if str(tensor.layout) != "torch.strided" else ""


def _of_numpy(array: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Return an array of a dtype of numpy's own: `ml_dtypes` has small numbers, as JAX uses."""
    if array.dtype.isbuiltin != 2:
        return array
    return array.astype(np.int64 if np.can_cast(array.dtype, np.int64) else np.float32)


def _from_dlpack(value: Any, name: str) -> npt.NDArray[Any]:
    try:
        return np.from_dlpack(value)
    except Exception as error:  # what lends its memory is a stranger's
        raise TypeError(
            f"{name} of {type(value).__name__} cannot be read by numpy ({error}); move it to the "
            "CPU first, as an array of a dtype that numpy has"
        ) from error


def _without_tensors(value: Any, name: str) -> Any:
    """Return nested lists with arrays in the place of tensors."""
    if is_tensor(value):
        return _from_tensor(value, name)
    if isinstance(value, (list, tuple)):
        return [_without_tensors(item, name) for item in value]
    return value


def _cure(value: object) -> str:
    if isinstance(value, os.PathLike) or (isinstance(value, str) and "." in value):
        return "; read the file first, as with PIL.Image.open"
    if hasattr(value, "savefig"):
        return (
            "; draw it first, as with canvas = matplotlib.backends.backend_agg.FigureCanvasAgg("
            "figure); canvas.draw(), and pass numpy.asarray(canvas.buffer_rgba())"
        )
    if callable(getattr(value, "compute", None)):  # a metric of torchmetrics, a lazy array
        return "; pass compute() of it"
    if hasattr(value, "__iter__") and not isinstance(value, (bytes, Mapping)):
        return "; pass list(...) of it"
    return ""


def as_scalar(value: ScalarLike, name: str = "value") -> Scalar:
    """Return a scalar as a Python int or float, which may be NaN or infinite.

    Args:
        value: int, float, bool, a numpy scalar, an array or tensor of one element, of any
            make, device and dtype, with or without a gradient, or what `float()` takes, such
            as a `Decimal`, but no string. A masked one is NaN.
        name: What the scalar is called in an error.

    Raises:
        TypeError: If it is not a real number.
        ValueError: If it holds none or several.
    """
    kind = type(value)
    if kind is float or kind is int:
        return value  # type: ignore[return-value]  # mypy does not narrow on `type(value) is`
    if isinstance(value, (bool, np.bool_, numbers.Integral)) and kind is not np.timedelta64:
        return int(value)
    if isinstance(value, numbers.Real) and kind is not np.timedelta64:
        return _as_float(value, name)
    if isinstance(value, np.ma.MaskedArray) and value.size == 1 and value.mask:
        return float("nan")  # as numpy's `float()` of it, not the number that is masked
    if hasattr(kind, "__array__") or is_tensor(value):
        try:
            array = _from_tensor(value, name) if is_tensor(value) else _of_numpy(np.asarray(value))
        except (TypeError, RuntimeError):  # it is on a device that numpy does not reach
            return _as_float(value, name)
        return _only_number(array, name)
    if not hasattr(kind, "__float__"):
        raise TypeError(
            f"{name} must be a number, or an array or tensor of one, got "
            f"{kind.__name__}: {shortened(value)}"
        )
    return _as_float(value, name)


def _only_number(array: npt.NDArray[Any], name: str) -> Scalar:
    if array.size != 1:
        raise ValueError(
            f"{name} must be one number, got shape {array.shape}; reduce it, as with .mean()"
        )
    item = array.reshape(-1)[0]
    if array.dtype.kind == "O" and not hasattr(type(item), "__array__"):
        return as_scalar(item, name)
    if array.dtype.kind not in "biuf":
        raise TypeError(f"{name} must be a real number, got dtype {array.dtype}")
    return float(item) if array.dtype.kind == "f" else int(item)


def _as_float(value: Any, name: str) -> float:
    try:
        return float(value)
    except OverflowError as error:
        raise ValueError(f"{name} is too large for a float: {shortened(value)}") from error
    except Exception as error:  # a stranger's `__float__` may fail in any way
        raise TypeError(f"{name} must be a number, got {shortened(value)}: {error}") from error


class Scalars(NamedTuple):
    """Scalars that belong together.

    Attributes:
        values: Ints and floats by name, in the order given.
        step: The step of all of them.
        wrong: A TypeError or ValueError by name, for each that is no scalar.
    """

    values: dict[str, Scalar]
    step: int
    wrong: dict[str, Exception]


def as_scalars(scalar_dict: ScalarDict, step: ScalarLike = 0) -> Scalars:
    """Return scalars that belong together, those that are wrong apart from the others.

    A backend keeps `values`, then raises the first of `wrong`; a visualizer tells of all.

    Args:
        scalar_dict: Scalars by name, each as [`as_scalar`][viz_core.as_scalar] takes it. A mapping
            among them is a group: `{"val": {"loss": 0.5}}` is `val/loss`. `"step"` is the step, but
            in a group it is a name as any other.
        step: The step, if `scalar_dict` has none.

    Raises:
        TypeError: If `scalar_dict` is not a mapping, or the step not a number.
        ValueError: If the step is not whole.
    """
    if not isinstance(scalar_dict, Mapping):
        raise TypeError(
            "scalar_dict must be a mapping of names to scalars, got "
            f"{type(scalar_dict).__name__}: {shortened(scalar_dict)}; pass a dict, as {{'loss': 0.5}}"
        )
    scalars = Scalars({}, as_step(cast(ScalarLike, scalar_dict.get("step", step))), {})
    _add_group(scalars, "", scalar_dict, ())
    return scalars


def _add_group(
    scalars: Scalars, prefix: str, group: Mapping[Any, Any], groups: tuple[int, ...]
) -> None:
    """Add the scalars of a group, which lies in other `groups`."""
    groups = (*groups, id(group))
    for key, value in group.items():
        if key == "step" and not prefix:
            continue
        try:
            name = prefix + as_name(key)
            # Mostly floats; whether something is a mapping takes longer to ask.
            if value.__class__ is not float and isinstance(value, Mapping):
                if id(value) in groups:
                    raise ValueError(f"{name} contains itself; a group of scalars must be a tree")
                _add_group(scalars, f"{name}/", value, groups)
            elif name in scalars.values:
                raise ValueError(f"two scalars are called {name!r}; rename one of them")
            else:
                scalars.values[name] = as_scalar(value, name)
        except (TypeError, ValueError, RecursionError) as error:
            name = f"{prefix}{key}" if isinstance(key, str) else f"{prefix}{key!r}"
            scalars.wrong.setdefault(name, error)


def as_step(step: ScalarLike) -> int:
    """Return a step as an int; any whole number will do, negative ones included.

    Raises:
        TypeError: If it is not a number.
        ValueError: If it is not whole.
    """
    if type(step) is int:
        return step
    number = as_scalar(step, "step")
    if number != number or number in (float("inf"), float("-inf")) or int(number) != number:
        raise ValueError(f"step must be a whole number, got {number!r}")
    return int(number)


def take_global_step(step: ScalarLike, keywords: dict[str, Any]) -> int:
    """Return the step, which may stand among `keywords` as SummaryWriter's `global_step`.

    Args:
        step: The step given as such; 0, the default, says nothing.
        keywords: `global_step` is taken out of them.

    Raises:
        TypeError: If both are given and differ, or one is no number.
        ValueError: If one is not whole.
    """
    given = keywords.pop("global_step", None)
    number = as_step(step)
    if given is None:
        return number
    same = as_step(given)
    if number not in (0, same):
        raise TypeError(
            f"step={number} and global_step={same} are two names of one thing, and differ; pass "
            "one of them"
        )
    return same


def as_name(name: object, *, may_be_empty: bool = False) -> str:
    """Return the name of an image or a scalar; any unicode and `/` are allowed.

    Args:
        name: Is checked.
        may_be_empty: Whether `""` is a name, as it is of an image: one of a run that has no other.

    Raises:
        TypeError: If it is not a string.
        ValueError: If it is empty or not valid unicode.
    """
    if not isinstance(name, str):
        raise TypeError(f"name must be a string, got {type(name).__name__}: {shortened(name)}")
    if not name.strip() and not (may_be_empty and not name):
        raise ValueError(f"name must not be empty, got {name!r}")
    if not name.isascii():
        try:
            name.encode()
        except UnicodeEncodeError as error:
            raise ValueError(f"name must be valid unicode, got {name!r}") from error
    return name


def shortened(value: object) -> str:
    """Return what a value looks like, in one line at most."""
    return _repr.repr(value)
