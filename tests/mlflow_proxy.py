"""A proxy before a real MLflow server, which limits, delays, drips, redirects and breaks."""

import http.client
import threading
from contextlib import closing, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

_HOP_BY_HOP = ("connection", "transfer-encoding", "content-length", "date", "server")


class _Proxy(ThreadingHTTPServer):
    """Passes requests on, as its `mood` says.

    Attributes:
        mood: `"well"`; `"limited"`, 413 to bodies of more than 1 MB; `"slow"`, 0.3 s a request;
            `"drips"`, a byte each 0.1 s; `"redirects"`, to itself; `"html"`, 200 with a page;
            `"400"` and `"500"`; `"breaks"`, half of an answer; `"no artifacts"`, 500 to them;
            `"gone"`, no answer on connections that are open.
        requests: Method and path of each request.
    """

    daemon_threads = True

    def __init__(self, server_url, port):
        super().__init__(("127.0.0.1", port), _Handler)
        self.server = urlsplit(server_url).netloc
        self.mood = "well"
        self.requests = []
        self.is_over = threading.Event()
        self.url = f"http://127.0.0.1:{self.server_port}"

    def handle_error(self, request, client_address):
        """Say nothing of clients that went away."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def _handle(self):
        mood = self.server.mood
        self.server.requests.append((self.command, self.path))
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if mood == "gone":
            self.close_connection = True
            return
        if mood == "limited" and len(body) > 1_000_000:
            self._answer(413, b"<html>413 Request Entity Too Large</html>", {})
        elif mood == "slow":
            self.server.is_over.wait(0.3)
            self._pass_on(body)
        elif mood == "drips":
            self._drip()
        elif mood == "redirects":
            self._answer(307, b"", {"Location": self.path})
        elif mood == "html":
            self._answer(200, b"<html>Log in</html>", {"Content-Type": "text/html"})
        elif mood in ("400", "500"):
            self._answer(int(mood), b"<html>no</html>", {})
        elif mood == "no artifacts" and "mlflow-artifacts" in self.path:
            self._answer(500, b"no store", {})
        elif mood == "breaks":
            self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{")
            self.close_connection = True
        else:
            self._pass_on(body)

    def __getattr__(self, name):
        if name.startswith("do_"):
            return self._handle
        raise AttributeError(name)

    def _pass_on(self, body):
        server = http.client.HTTPConnection(self.server.server, timeout=60)
        headers = {k: v for k, v in self.headers.items() if k.lower() not in _HOP_BY_HOP}
        with closing(server):
            server.request(self.command, self.path, body, headers)
            answer = server.getresponse()
            kept = {k: v for k, v in answer.getheaders() if k.lower() not in _HOP_BY_HOP}
            self._answer(answer.status, answer.read(), kept)

    def _answer(self, status, body, headers):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _drip(self):
        self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
        while not self.server.is_over.is_set():
            self.wfile.write(b" ")
            self.wfile.flush()
            self.server.is_over.wait(0.1)


@contextmanager
def mlflow_proxy(server_url, port=0):
    """Give a proxy before the server at a URL, at a port of its own; afterwards nobody answers."""
    proxy = _Proxy(server_url, port)
    thread = threading.Thread(target=proxy.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield proxy
    finally:
        proxy.mood = "gone"
        proxy.is_over.set()
        proxy.shutdown()
        proxy.server_close()
        thread.join()
