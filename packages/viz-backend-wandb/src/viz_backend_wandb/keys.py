"""Whether W&B knows an API key: without one it would ask for it on the terminal, and wait."""

from __future__ import annotations

import netrc
import os
import urllib.parse
from pathlib import Path
from typing import Any

__all__ = ["NoKeyError", "check_key"]


class NoKeyError(RuntimeError):
    """W&B knows no API key, and nobody is asked for one."""


def check_key(settings: Any) -> None:
    """Raise unless there is an API key or an identity token where W&B looks for one.

    Args:
        settings: ``wandb.Settings`` as they are for the run.

    Raises:
        NoKeyError: If there is none.
    """
    variables = ("WANDB_API_KEY", "WANDB_IDENTITY_TOKEN_FILE")
    if settings.api_key or settings.identity_token_file or any(map(os.environ.get, variables)):
        return
    host = urllib.parse.urlsplit(settings.base_url).hostname or ""
    if not _is_in_netrc(host):
        raise NoKeyError(
            f"W&B knows no API key for {settings.base_url}; run `wandb login`, set WANDB_API_KEY, "
            'or record without a server: init_kwargs=dict(mode="offline")'
        )


def _is_in_netrc(host: str) -> bool:
    for path in (os.environ.get("NETRC"), "~/.netrc", "~/_netrc"):
        if not path or not (file := Path(path).expanduser()).is_file():
            continue
        try:
            entry = netrc.netrc(file).authenticators(host)
        except (OSError, netrc.NetrcParseError):
            return True  # W&B reads it in its own way, and says what is wrong
        if entry is not None:
            return True
    return False
