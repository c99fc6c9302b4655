"""The page with everything in it: its style, its scripts, uPlot, and what it shows."""

from __future__ import annotations

import base64
import hashlib
import html
import json
import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

__all__ = ["CHART_NOTICE", "page_html", "policy"]

#: uPlot's licence asks for it wherever uPlot is; youplot, which has the files, does not.
CHART_NOTICE = """/*! https://github.com/leeoniya/uPlot
The MIT License (MIT)

Copyright (c) 2022 Leon Sorokin

Permission is hereby granted, free of charge, to any person obtaining a copy of this software and
associated documentation files (the "Software"), to deal in the Software without restriction,
including without limitation the rights to use, copy, modify, merge, publish, distribute,
sublicense, and/or sell copies of the Software, and to permit persons to whom the Software is
furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial
portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT
LIMITED TO THE WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT.
IN NO EVENT SHALL THE AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER
LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION
WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.
*/
"""

_POLICY = '<meta http-equiv="Content-Security-Policy" content="">'
_TITLE = "<title></title>"
_DATA = '<script type="application/json" id="viz-data"></script>'
_STYLE = re.compile(r'<link rel="stylesheet" href="([^"]+)">')
_SCRIPT = re.compile(r'<script src="([^"]+)"></script>')


def page_html(data: Mapping[str, Any]) -> str:
    """Return the page that shows `data`, as `page_data` returns it; it needs nothing else."""
    page, _, _ = _static()
    title = html.escape(str(data["title"]).encode(errors="replace").decode())  # a folder's name
    # Escaped so, no text can end the script that it is in, or begin a comment there.
    text = json.dumps(data, separators=(",", ":"), allow_nan=False).replace("<", "\\u003c")
    for mark, filled in (
        (_POLICY, _POLICY.replace('content=""', f'content="{policy(data)}"')),
        (_TITLE, f"<title>{title}</title>"),
        (_DATA, f"{_DATA.removesuffix('</script>')}{text}</script>"),
    ):
        before, found, after = page.partition(mark)
        if not found:
            raise RuntimeError(f"index.html has no {mark}")
        page = f"{before}{filled}{after}"
    return page


def policy(data: Mapping[str, Any]) -> str:
    """Return what a browser lets the page do: run these scripts, and ask nobody for anything.

    Recorded pages have styles of their own, and stand under the policy of the page that shows them.
    """
    _, scripts, styles = _static()
    is_live = data.get("live")
    if any(run.get("html") for run in data["runs"]) or is_live:
        styles = "'unsafe-inline'"
    # A page in a file is of no origin for some browsers, so that 'self' is not the folder it is in.
    beside = "'self' " if is_live else "" if _is_whole(data) else "'self' file: "
    parts = [
        "default-src 'none'",
        f"script-src {scripts}",
        f"style-src {styles}",
        f"img-src {beside}data: blob:",
        f"media-src {beside}data: blob:",
        "base-uri 'none'",
        "form-action 'none'",
    ]
    return "; ".join([*parts, *(["connect-src 'self'"] if is_live else [])])


def _is_whole(data: Mapping[str, Any]) -> bool:
    return all(url.startswith("data:") for url in data["blobs"].values())


@cache
def _static() -> tuple[str, str, str]:
    """Return the page without its data, and the hashes of its scripts and of its styles."""
    hashes: dict[str, list[str]] = {"script": [], "style": []}

    def inlined(tag: str, name: str) -> str:
        folder = files("youplot") / "vendor" if name.startswith("uplot.") else _FOLDER
        text = (folder / name).read_text("utf-8")
        text = f"{CHART_NOTICE}{text}" if name.startswith("uplot.") else text
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        hashes[tag].append(f"'sha256-{digest}'")
        return f"<{tag}>{text}</{tag}>"

    page = (_FOLDER / "index.html").read_text("utf-8")
    page = _STYLE.sub(lambda match: inlined("style", match[1]), page)
    page = _SCRIPT.sub(lambda match: inlined("script", match[1]), page)
    return page, " ".join(hashes["script"]), " ".join(hashes["style"])


_FOLDER = files("viz_report") / "page"
