"""An S3 server on loopback, moto's, that does what it is told instead of its work."""

import socket
import struct
import threading
import time
from contextlib import contextmanager

from moto.server import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import WSGIRequestHandler, make_server

#: What the server takes; others are refused.
KEY, SECRET = "AKIAOFTHETESTS", "secret/of+the/tests"

_REFUSED = b"""<?xml version="1.0"?><Error><Code>InvalidAccessKeyId</Code>
<Message>The AWS Access Key Id you provided does not exist in our records.</Message></Error>"""
_BROKEN = b"""<?xml version="1.0"?><Error><Code>InternalError</Code>
<Message>We encountered an internal error. Please try again.</Message></Error>"""


class Quiet(WSGIRequestHandler):
    """Logs nothing, and keeps connections, as S3 does."""

    protocol_version = "HTTP/1.1"

    def log(self, *_):
        pass


class S3Server:
    """Set `fault` to a function of the request's environment, and what it returns is done.

    None is the server's work; `"500"` an error of its own; `"reset"` a connection that ends in the
    middle of the request; a number, so many seconds of silence before the work.

    Attributes:
        puts: The objects that were written, in their order.
    """

    def __init__(self):
        self._application = DomainDispatcherApplication(create_backend_app)
        self._server = make_server(
            "127.0.0.1", 0, self._serve, threaded=True, request_handler=Quiet
        )
        self.url = f"http://127.0.0.1:{self._server.port}"
        self.mend()
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def mend(self):
        """Let it do its work again, and forget what was written."""
        self.fault = lambda request: None
        self.puts = []

    def close(self):
        self._server.shutdown()

    def _serve(self, request, respond):
        if KEY not in request.get("HTTP_AUTHORIZATION", ""):
            return _answer(request, respond, "403 Forbidden", _REFUSED)
        fault = self.fault(request)
        if fault == "500":
            return _answer(request, respond, "500 Internal Server Error", _BROKEN)
        if fault == "reset":
            request["wsgi.input"].read(int(request.get("CONTENT_LENGTH") or 0) // 2)
            _reset(request["werkzeug.socket"])
            raise ConnectionResetError  # which is no error of the server's
        if fault is not None:
            time.sleep(fault)
        if request["REQUEST_METHOD"] == "PUT":
            self.puts.append(request["PATH_INFO"])
        return self._application(request, respond)


def _answer(request, respond, status, text):
    request["wsgi.input"].read(int(request.get("CONTENT_LENGTH") or 0))
    respond(status, [("Content-Type", "application/xml"), ("Content-Length", str(len(text)))])
    return [text]


def _reset(connection):
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.shutdown(socket.SHUT_RDWR)  # the handler closes it


@contextmanager
def running_s3():
    server = S3Server()
    try:
        yield server
    finally:
        server.close()
