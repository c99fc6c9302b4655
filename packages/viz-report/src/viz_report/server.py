"""The live page, for whoever is on this machine and knows its address."""

from __future__ import annotations

import json
import os
import re
import secrets
import shutil
import stat
import sys
from collections.abc import Collection, Mapping
from http import HTTPStatus
from http.cookies import CookieError, SimpleCookie
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import MappingProxyType
from typing import Any, BinaryIO
from urllib.parse import parse_qs, urlsplit

from viz_report.assembly import page_html, policy
from viz_report.live import Feed

__all__ = ["Server"]

_RANGE = re.compile(r"bytes=(\d+)-(\d*)")

#: What is recorded stands on its own: it runs nothing, and is of no origin.
_SANDBOX = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; media-src 'self'"


class Server(ThreadingHTTPServer):
    """Serves a feed on 127.0.0.1 until it is shut down.

    Args:
        feed: What is shown.
        port: 0 takes a free one.
        token: What a browser has to know; None lets in everybody on this machine.
        hosts: Names besides the loopback's by which it may be reached, as through a proxy.

    Raises:
        OSError: If the port is taken.
    """

    daemon_threads = True
    allow_reuse_address = True

    def __init__(
        self, feed: Feed, port: int = 0, token: str | None = None, hosts: Collection[str] = ()
    ) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        self.feed, self.token = feed, token
        self.cookie = f"viz_{self.server_port}"
        # At any port, as that of a tunnel: no page elsewhere can have these names.
        self.hosts = {"127.0.0.1", "localhost", *hosts}

    @property
    def url(self) -> str:
        """The address to open, with the token."""
        token = f"?token={self.token}" if self.token else ""
        return f"http://127.0.0.1:{self.server_port}/{token}"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of a browser that went away."""
        if not isinstance(sys.exc_info()[1], (ConnectionError, TimeoutError)):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    """Answers one request after the other of a browser's connection."""

    server: Server
    protocol_version = "HTTP/1.1"
    server_version, sys_version = "viz", ""
    timeout = 60

    def parse_request(self) -> bool:
        """Return whether a request is to be answered; only GET is."""
        is_whole = super().parse_request()
        if is_whole and self.command != "GET":
            self.close_connection = True  # what it sends is not read
            self._refuse(HTTPStatus.METHOD_NOT_ALLOWED, "only GET is answered", {"Allow": "GET"})
        return is_whole and self.command == "GET"

    def do_GET(self) -> None:  # so it is called
        """Answer the page, what is new, or a file of a run."""
        address = urlsplit(self.path)
        if not self._is_known_host():
            self._refuse(
                HTTPStatus.FORBIDDEN, "this host is not known here; `viz view --allow-host HOST`"
            )
        elif not self._may_enter(parse_qs(address.query)):
            self._refuse(HTTPStatus.FORBIDDEN, "open the address that `viz view` printed")
        elif address.path == "/":
            self._enter(parse_qs(address.query))
        elif address.path == "/data":
            cursors = parse_qs(address.query).get("cursor", [])
            feed = self.server.feed
            found = feed.since(cursors[0]) if cursors else json.dumps(feed.whole()).encode()
            self._send("application/json", found)
        elif address.path.startswith("/blob/"):
            self._send_file(address.path.removeprefix("/blob/"))
        else:
            self._refuse(HTTPStatus.NOT_FOUND, "there is nothing here")

    def _is_known_host(self) -> bool:
        hosts = self.headers.get_all("Host", [])
        return len(hosts) == 1 and bool({hosts[0], hosts[0].rpartition(":")[0]} & self.server.hosts)

    def _may_enter(self, query: dict[str, list[str]]) -> bool:
        token = self.server.token
        if token is None:
            return True
        try:
            morsel = SimpleCookie(self.headers.get("Cookie", "")).get(self.server.cookie)
        except CookieError:
            morsel = None
        given = query.get("token", []) + ([morsel.value] if morsel else [])
        return any(secrets.compare_digest(each.encode(), token.encode()) for each in given)

    def _enter(self, query: dict[str, list[str]]) -> None:
        """Answer the page; who gave the token gets it as a cookie, and an address without it."""
        if "token" in query and self.server.token is not None:
            value = f"{self.server.cookie}={self.server.token}"
            # A redirect may have begun at another site, where a strict cookie is not sent.
            headers = {
                "Set-Cookie": f"{value}; HttpOnly; SameSite=Strict; Path=/",
                "Refresh": "0; url=/",
            }
            self._send("text/html", b"", headers=headers)
            return
        data = self.server.feed.whole()
        content = page_html(data).encode()
        rules = f"{policy(data)}; frame-ancestors 'none'"
        self._send("text/html; charset=utf-8", content, headers={"Content-Security-Policy": rules})

    def _send_file(self, key: str) -> None:
        """Answer a file by its key, if no link leads out of the runs, or the part that is asked for."""
        try:
            found = self.server.feed.path_of(key)
            opened = found and _opened(found[1])
        except OSError:
            found = opened = None
        if found is None or opened is None:
            self._refuse(HTTPStatus.NOT_FOUND, "there is no such file, or not any more")
            return
        with opened as file:
            size = os.fstat(file.fileno()).st_size
            kind = found[0].type
            headers = {"Content-Security-Policy": _SANDBOX, "Accept-Ranges": "bytes"}
            if kind is None:
                headers["Content-Disposition"] = "attachment"
            headers["Cache-Control"] = "private, max-age=31536000, immutable"
            first, last, status = 0, size - 1, HTTPStatus.OK
            asked = _RANGE.fullmatch(self.headers.get("Range", ""))
            if asked and int(asked[1]) < size:
                first, last = int(asked[1]), min(int(asked[2] or last), last)
                status = HTTPStatus.PARTIAL_CONTENT
                headers["Content-Range"] = f"bytes {first}-{last}/{size}"
            length = max(0, last - first + 1)
            self._head(status, kind or "application/octet-stream", length, headers)
            file.seek(first)
            if status is HTTPStatus.OK:
                shutil.copyfileobj(file, self.wfile)
            else:
                self.wfile.write(file.read(length))

    def _send(
        self,
        kind: str,
        content: bytes,
        status: HTTPStatus = HTTPStatus.OK,
        headers: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        self._head(status, kind, len(content), headers)
        self.wfile.write(content)

    def _head(self, status: HTTPStatus, kind: str, length: int, headers: Mapping[str, str]) -> None:
        self.send_response(status)
        sent = {
            "Content-Type": kind,
            "Content-Length": str(length),
            "Cache-Control": "no-store",
            "X-Content-Type-Options": "nosniff",
            "Referrer-Policy": "no-referrer",
            "Cross-Origin-Resource-Policy": "same-origin",
            **headers,
        }
        for name, value in sent.items():
            self.send_header(name, value)
        self.end_headers()

    def _refuse(
        self, status: HTTPStatus, why: str, headers: Mapping[str, str] = MappingProxyType({})
    ) -> None:
        content = f"{status.value} {status.phrase}: {why}\n".encode()
        self._send("text/plain; charset=utf-8", content, status, headers)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # so it is called
        """Say nothing of each request."""


def _opened(path: Path) -> BinaryIO | None:
    """Open a file; None if it is a pipe or another that has no end.

    Raises:
        OSError: If it is gone, or a link now.
    """
    file = os.fdopen(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK), "rb")
    if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
        file.close()
        return None
    return file
