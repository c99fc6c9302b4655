"""Watching a model with W&B's hooks, whose errors cannot stop training."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from viz_core import RecordingWarning, warn_user

__all__ = ["watch"]

_lock = threading.RLock()


def watch(
    run: Any, model: Any, options: Mapping[str, Any], find_run: Callable[[], Any | None]
) -> None:
    """Record gradients and parameters of a torch `model` in `run`, as `run.watch` does.

    W&B's hooks log to the global run, which may be another or none, and raise into `backward()`
    if that fails. Here they log to the run that is open then, and warn instead.

    Args:
        run: A run of W&B.
        model: A `torch.nn.Module`.
        options: Arguments of `run.watch`.
        find_run: Called at each step; returns the run that is open, or None.
    """
    import wandb

    history = run._torch
    if "log_tensor_stats" not in vars(history):
        _guard(history, find_run)
    if options.get("log_graph") and wandb.run is None:
        wandb.run = run  # the hook of the graph reads it at the first forward pass
    run.watch(model, **options)


def _guard(history: Any, find_run: Callable[[], Any | None]) -> None:
    original = history.log_tensor_stats
    has_failed = False

    def log_tensor_stats(tensor: Any, name: str) -> None:
        nonlocal has_failed
        run = find_run()
        if run is None:
            return
        try:
            with _as_global_run(run):
                original(tensor, name)
        except Exception as error:  # noqa: BLE001  # W&B's, within the user's backward()
            if not has_failed:
                has_failed = True
                warn_user(
                    f"WandbVisBackend: {name} was not recorded: {error}",
                    RecordingWarning,
                )

    history.log_tensor_stats = log_tensor_stats


@contextmanager
def _as_global_run(run: Any) -> Iterator[None]:
    import wandb

    with _lock:
        before, wandb.run = wandb.run, run
        try:
            yield
        finally:
            wandb.run = before
