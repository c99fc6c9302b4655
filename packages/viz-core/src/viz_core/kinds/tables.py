"""Tables, from whatever holds rows or columns."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple, TypeAlias

import numpy as np

from viz_core.convert import as_array, is_tensor, shortened

__all__ = ["Cell", "Table", "as_table"]

Cell: TypeAlias = "str | int | float | bool | None"
"""What a table holds in one row and column."""

#: What to do with what is no table, by a method that it has.
_CURES = {
    "collect": "; pass collect() of it",
    "to_frame": "; pass to_frame() of it",
    "ndim": "; name the columns, as in columns=['id', 'loss'], rows=...",
}

#: What is a cell as it is; asked of its type, since most are.
_PLAIN = frozenset({str, int, float, bool, type(None)})


class Table(NamedTuple):
    """A table.

    Attributes:
        columns: Their names, each another.
        rows: As many cells as columns in each.
    """

    columns: tuple[str, ...]
    rows: list[tuple[Cell, ...]]


def as_table(columns: object, rows: Iterable[object] | None = None) -> Table:
    """Return rows or columns of any make as a table.

    Args:
        columns: The names of the columns, if there are `rows`. Else the whole table: a list of
            dicts, dataclasses or named tuples, a dict of columns, a DataFrame of pandas or polars,
            a table of Arrow or a structured array. What a dict lacks is None. An index of pandas
            that is more than a count is the first column.
        rows: Sequences of one cell a column, or dicts, or a two-dimensional array.

    Returns:
        Cells are strings, numbers, bools or None: numbers of numpy, arrays and tensors of one are
        Python's; dates and other objects are their text.

    Raises:
        TypeError: If it is no table, or a cell is an array of several numbers.
        ValueError: If there is no column, two have one name, or lengths differ.
    """
    if columns is None and rows is not None:
        columns, rows = rows, None
    names, lines = _read(columns) if rows is None else _read_rows(columns, rows)
    if not names:
        raise ValueError(
            "a table must have a column, got none; pass columns=[...] with rows=[], if it is empty"
        )
    twice = next((name for i, name in enumerate(names) if name in names[:i]), None)
    if twice is not None:
        raise ValueError(f"two columns are called {twice!r}; rename one of them")
    width = len(names)
    table = Table(names, [])
    for number, line in enumerate(lines):
        cells = tuple(line)
        if len(cells) != width:
            raise ValueError(
                f"row {number} has {len(cells)} cells for {width} columns ({', '.join(names)}): "
                f"{shortened(cells)}"
            )
        if not _PLAIN.issuperset(map(type, cells)):
            cells = tuple([_as_cell(c, number, n) for n, c in zip(names, cells, strict=True)])
        table.rows.append(cells)
    try:
        "".join([*names, *(c for row in table.rows for c in row if type(c) is str)]).encode()
    except UnicodeEncodeError as error:
        wrong = str(error.object)[max(0, error.start - 20) : error.end + 20]
        raise ValueError(
            f"a table must hold valid unicode, got {wrong!r} in it; pass "
            "text.encode(errors='replace').decode()"
        ) from error
    return table


def _read_rows(columns: Any, rows: Any) -> tuple[tuple[str, ...], Iterable[Iterable[Any]]]:
    if isinstance(columns, (str, bytes)) or not isinstance(columns, Iterable):
        raise TypeError(
            f"columns must be a list of names, got {type(columns).__name__}: {shortened(columns)}"
        )
    if isinstance(rows, (str, bytes, Mapping)) or not isinstance(rows, Iterable):
        raise TypeError(
            "rows must be a list of rows, each with a cell for every column, got "
            f"{type(rows).__name__}: {shortened(rows)}; give a step by its name, as step=3"
        )
    names = tuple(map(_as_name, columns))
    if is_tensor(rows) or isinstance(rows, np.ndarray):
        return names, _two_dimensional(rows)
    return names, (_by_names(row, names) if isinstance(row, Mapping) else _row(row) for row in rows)


def _by_names(row: Mapping[Any, Any], names: tuple[str, ...]) -> Iterable[Any]:
    unknown = [key for key in row if key not in names]
    if unknown:
        raise ValueError(f"a row has {unknown[0]!r}, which is none of the columns {list(names)}")
    return (row.get(name) for name in names)


def _row(row: Any) -> Iterable[Any]:
    if isinstance(row, (str, bytes)) or not isinstance(row, Iterable):
        raise TypeError(
            f"a row must be a list of cells, got {type(row).__name__}: {shortened(row)}"
        )
    return row


def _two_dimensional(rows: Any) -> list[Any]:
    array = as_array(rows, "rows")
    if array.ndim != 2:
        raise ValueError(f"rows must have shape (rows, columns), got {array.shape}")
    cells: list[Any] = array.tolist()
    return cells


def _read(table: Any) -> tuple[tuple[str, ...], Iterable[Iterable[Any]]]:
    """Return the names and the rows of what is a table by itself."""
    if isinstance(table, Mapping):
        return _read_columns(table)
    if hasattr(table, "to_pydict"):  # Arrow's
        return _read_columns(table.to_pydict())
    # A lazy frame warns when it is asked for its columns, so that comes last.
    if hasattr(table, "itertuples") and hasattr(table, "columns"):  # pandas'
        is_count = type(table.index).__name__ == "RangeIndex" and table.index.name is None
        if not is_count:
            table = table.reset_index()
        return tuple(map(_as_name, table.columns)), _rows_of_pandas(table)
    if callable(getattr(table, "rows", None)) and hasattr(table, "columns"):  # polars'
        return tuple(map(_as_name, table.columns)), table.rows()
    fields = getattr(getattr(table, "dtype", None), "names", None)
    if fields:
        return tuple(fields), table.reshape(-1).tolist()
    if isinstance(table, Sequence) and not isinstance(table, (str, bytes)):
        return _read_records(table)
    cure = next((text for name, text in _CURES.items() if hasattr(table, name)), "")
    raise TypeError(
        "a table must be a list of dicts, a dict of columns, a DataFrame, or columns= with rows=, "
        f"got {type(table).__name__}: {shortened(table)}{cure}"
    )


def _rows_of_pandas(table: Any) -> Iterable[Iterable[Any]]:
    """Return the rows of a DataFrame, where NaN is a number in columns of numbers only."""
    rows: Iterable[tuple[Any, ...]] = table.itertuples(index=False, name=None)
    is_number = [getattr(dtype, "kind", "O") in "biufc" for dtype in table.dtypes]
    if all(is_number):
        return rows
    return (
        [
            None if type(cell) is float and cell != cell and not number else cell
            for cell, number in zip(row, is_number, strict=True)
        ]
        for row in rows
    )


def _read_columns(table: Mapping[Any, Any]) -> tuple[tuple[str, ...], Iterable[Iterable[Any]]]:
    columns: dict[str, list[Any]] = {}
    for key, column in table.items():
        name = _as_name(key)
        if isinstance(column, (str, bytes, Mapping)) or not hasattr(type(column), "__iter__"):
            raise TypeError(
                f"column {name!r} must be a list or an array, got {type(column).__name__}: "
                f"{shortened(column)}; a table of one row is a list of one dict"
            )
        columns[name] = _as_column(column, name)
    lengths = {name: len(column) for name, column in columns.items()}
    if len({*lengths.values()}) > 1:
        raise ValueError(f"the columns of a table must have one length, got {lengths}")
    return tuple(columns), zip(*columns.values(), strict=True)


def _as_column(column: Any, name: str) -> list[Any]:
    if not is_tensor(column) and not isinstance(column, np.ndarray):
        return list(column)
    array = as_array(column, name) if is_tensor(column) else column
    if array.ndim != 1:
        raise ValueError(
            f"column {name!r} must have one dimension, got shape {array.shape}; make a column of each"
        )
    cells: list[Any] = array.tolist()
    return cells


def _read_records(table: Sequence[Any]) -> tuple[tuple[str, ...], Iterable[Iterable[Any]]]:
    records = [_as_record(item, number) for number, item in enumerate(table)]
    names = dict.fromkeys(name for record in records for name in record)
    keys = [*names]
    return tuple(map(_as_name, keys)), ([record.get(key) for key in keys] for record in records)


def _as_record(item: Any, number: int) -> Mapping[Any, Any]:
    if isinstance(item, Mapping):
        return item
    if dataclasses.is_dataclass(item) and not isinstance(item, type):
        return {field.name: getattr(item, field.name) for field in dataclasses.fields(item)}
    if hasattr(item, "_asdict"):
        record: Mapping[Any, Any] = item._asdict()
        return record
    raise TypeError(
        f"row {number} of a table without columns= must be a dict, got {type(item).__name__}: "
        f"{shortened(item)}; name the columns, as in columns=['id', 'loss'], rows=[...]"
    )


def _as_name(key: Any) -> str:
    """Return the name of a column; of several levels, with `/` in between."""
    return "/".join(map(str, key)) if isinstance(key, tuple) else str(key)


def _as_cell(value: Any, row: int, column: str) -> Cell:
    if type(value) in _PLAIN:
        cell: Cell = value
        return cell
    if is_tensor(value) or isinstance(value, (np.ndarray, np.generic)):
        array = as_array(value) if is_tensor(value) else np.asarray(value)
        if array.size != 1:
            raise TypeError(
                f"row {row} has an array of shape {array.shape} in column {column!r}, where a "
                "number, a string, a bool or None must be; record images with add_image, and "
                "other arrays as str(...) of them"
            )
        value = array.reshape(-1)[0]
        value = value.item() if array.dtype.kind in "biufUS" else value
        return value if type(value) in _PLAIN else str(value)
    if isinstance(value, (bool, int, float, str)):  # of a class of their own, as an IntEnum
        return next(kind(value) for kind in (bool, int, float, str) if isinstance(value, kind))
    return None if str(value) in ("NaT", "<NA>") else str(value)
