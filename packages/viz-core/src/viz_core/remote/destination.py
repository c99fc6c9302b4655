"""Where a run is copied to, and how often."""

from __future__ import annotations

import importlib.util
import math
from collections.abc import Mapping
from typing import Any, NamedTuple

from viz_core.files.paths import is_url, masked

__all__ = ["Destination", "as_destination", "checked_url"]


#: Seconds that are as good as never, where Python's clocks cannot count more than 292 years.
_NEVER = 1e9


class Destination(NamedTuple):
    """Where a run is copied to.

    Attributes:
        url: As fsspec takes it; may hold credentials.
        every: Seconds between two contacts.
        timeout: Seconds for which `close` waits.
    """

    url: str
    every: float = 30.0
    timeout: float = 30.0


def as_destination(remote: object) -> Destination:
    """Return what `remote=` means; opens nothing.

    Args:
        remote: A URL, or a dict of `url`, `every` and `timeout`, the last two in seconds.

    Raises:
        TypeError: If it is neither.
        ValueError: If it is no URL, of a protocol that fsspec does not know, or a number is not
            above 0.
        ModuleNotFoundError: If fsspec, or the package of the store, is not installed.
    """
    given: Any = {"url": remote} if isinstance(remote, str) else remote
    if not isinstance(given, Mapping) or "url" not in given or set(given) - {*Destination._fields}:
        said = sorted(map(str, given)) if isinstance(given, Mapping) else type(given).__name__
        raise TypeError(
            "remote must be a URL such as 's3://bucket/run', or a dict of 'url', 'every' and "
            f"'timeout', got {said}; a store's credentials belong where its own library looks for "
            "them"
        )
    destination = Destination(**given)
    seconds: dict[str, Any] = {"every": destination.every, "timeout": destination.timeout}
    for name, value in seconds.items():
        is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
        if not is_number or not (0 < value < math.inf):
            raise ValueError(f"{name} of remote must be seconds above 0, got {value!r}")
    within = {name: min(value, _NEVER) for name, value in seconds.items()}
    return destination._replace(url=checked_url(destination.url, "remote"), **within)


def checked_url(url: object, name: str) -> str:
    """Return a URL that fsspec can open; imports fsspec and not the package of the store.

    Args:
        url: Such as `s3://bucket/run`.
        name: What it is called in an error.

    Raises:
        TypeError, ValueError, ModuleNotFoundError: As `as_destination`.
    """
    if not isinstance(url, str):
        raise TypeError(f"{name} must be a URL, as a string, got {type(url).__name__}")
    if not is_url(url):
        raise ValueError(
            f"{name} must be a URL such as 's3://bucket/run', 'gs://bucket/run' or "
            f"'file:///mnt/run', got {url!r}; a folder of this machine is save_dir="
        )
    if importlib.util.find_spec("fsspec") is None:
        raise ModuleNotFoundError(
            f"{name}={masked(url)!r} needs fsspec, which is not installed; "
            'pip install "viz-core[remote]", and what fsspec needs for that store, as s3fs for s3://',
            name="fsspec",
        )
    from fsspec.registry import get_filesystem_class, known_implementations, registry

    for protocol in url.partition("://")[0].split("::"):
        if protocol in registry:
            continue
        if protocol not in known_implementations:
            raise ValueError(
                f"{name}={masked(url)!r}: fsspec knows no {protocol}://; "
                "fsspec.available_protocols() lists those that it knows"
            )
        known = known_implementations[protocol]
        package = known["class"].partition(".")[0]
        try:
            if package == "fsspec":  # its own are small, and say themselves what they lack
                get_filesystem_class(protocol)
            elif importlib.util.find_spec(package) is None:
                raise ImportError(known.get("err", f"{package} is not installed"))
        except ImportError as error:
            raise ModuleNotFoundError(f"{name}={masked(url)!r}: {error}", name=package) from None
    return url.rstrip("/")
