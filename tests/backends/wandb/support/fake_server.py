"""A W&B server on loopback: GraphQL, the stream of history and uploads, and faults on demand."""

import gzip
import json
import re
import threading
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

__all__ = ["FakeServer"]

_OPERATION = re.compile(r"(?:query|mutation)\s+(\w+)")


class Stored:
    """What the server has of one run."""

    def __init__(self):
        self.history = []
        self.config = {}
        self.files = {}
        self.exit_code = None
        self.starts = 0

    def points(self):
        """Return (name, step, value) of every scalar, its step that of the axis in its row."""
        return [
            (name, row["global_step"], value)
            for row in self.history
            for name, value in row.items()
            if not name.startswith("_") and name != "global_step" and not isinstance(value, dict)
        ]

    def images(self):
        """Return (name, step, file) of every image whose file has arrived."""
        return [
            (name, row["global_step"], self.files[value["path"]])
            for row in self.history
            for name, value in row.items()
            if isinstance(value, dict) and value.get("path") in self.files
        ]


class FakeServer:
    """A server that can be reached at `url`, from `start()` to `stop()`.

    Args:
        port: Where it listens.

    Attributes:
        mood: `"well"`, `"failing"` (answers 500), `"hanging"` (takes a request, and does not
            answer before the mood is another), `"dripping"` (answers with a byte a second),
            `"a page"` (of HTML, with 200), `"redirecting"` (to the same page, for ever), `"broken"`
            (the answer ends too early), `"no files"` (each upload is too large), or the status
            of every answer, as `"404"`.
        runs: What it has of each run, by id.
        unknown: The GraphQL operations that it was asked and knows nothing of.
    """

    def __init__(self, port):
        self.mood = "well"
        self.runs = {}
        self.unknown = set()
        self._server = None
        self._port = port

    @property
    def url(self):
        return f"http://127.0.0.1:{self._port}"

    def start(self):
        handler = type("Handler", (_Handler,), {"owner": self})
        self._server = _Server(("127.0.0.1", self._port), handler)
        threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True
        ).start()
        return self

    def stop(self):
        """Let connections be refused until `start()`."""
        if self._server is not None:
            self.mood = "failing" if self.mood in ("hanging", "dripping") else self.mood
            self._server.shutdown()
            self._server.server_close()
            self._server = None

    @contextmanager
    def feeling(self, mood):
        """Have another mood in a block, which may be `"refusing"`, too."""
        before = self.mood
        if mood == "refusing":
            self.stop()
        else:
            self.mood = mood
        try:
            yield
        finally:
            self.mood = before
            if mood == "refusing":
                self.start()

    def forget(self):
        """Have nothing, as at first."""
        self.runs, self.unknown = {}, set()

    def run(self, run_id):
        return self.runs.setdefault(run_id, Stored())

    def answer(self, operation, variables):
        """Return the data that answers a GraphQL operation."""
        if operation == "Viewer":
            viewer = {"id": "u", "entity": "me", "username": "me", "flags": "{}"}
            return {"viewer": {**viewer, "teams": {"edges": []}}}
        if operation == "UpsertBucket":
            return {"upsertBucket": self._upsert(variables)}
        if operation == "RunResumeStatus":
            return {"model": self._resume_status(variables["name"])}
        if operation == "CreateRunFiles":
            run = variables["run"]
            files = [
                {"name": name, "uploadUrl": f"{self.url}/upload/{run}/{name}"}
                for name in variables["files"]
            ]
            return {"createRunFiles": {"runID": run, "uploadHeaders": [], "files": files}}
        if operation == "RunStoppedStatus":
            return {"project": {"run": {"stopped": False}}}
        if operation == "CreateArtifact":  # of a table, whose file comes with the run's
            artifact = {"id": "a", "state": "COMMITTED", "artifactSequence": {"id": "s"}}
            return {"createArtifact": {"artifact": artifact}}
        if operation == "ServerFeaturesQuery":
            return {"serverInfo": {"features": []}}
        self.unknown.add(operation)
        return {}

    def receive(self, run_id, message):
        """Take a message of the stream of a run."""
        run = self.run(run_id)
        for name, chunk in (message.get("files") or {}).items():
            if name == "wandb-history.jsonl":
                lines = [json.loads(line) for line in chunk["content"]]
                run.history[chunk["offset"] :] = lines
        if message.get("complete"):
            run.exit_code = message.get("exitcode")

    def _upsert(self, variables):
        run_id = variables["name"]
        known = run_id in self.runs
        run = self.run(run_id)
        run.starts += 1
        if variables.get("config"):
            run.config.update(json.loads(variables["config"]))
        project = {"id": "p", "name": variables.get("project"), "entity": {"name": "me"}}
        bucket = {
            "id": run_id,
            "name": run_id,
            "displayName": variables.get("displayName") or run_id,
            "description": None,
            "config": json.dumps(run.config),
            "sweepName": None,
            "project": {**project, "entity": {"id": "e", "name": "me"}},
            "historyLineCount": len(run.history),
        }
        return {"bucket": bucket, "inserted": not known}

    def _resume_status(self, run_id):
        if run_id not in self.runs:
            return {"bucket": None}
        run = self.runs[run_id]
        tail = [json.dumps(row) for row in run.history[-1:]]
        bucket = {
            "name": run_id,
            "id": run_id,
            "historyLineCount": len(run.history),
            "eventsLineCount": 0,
            "logLineCount": 0,
            "historyTail": json.dumps(tail),
            "summaryMetrics": tail[0] if tail else "{}",
            "displayName": run_id,
            "config": json.dumps(run.config),
            "eventsTail": "[]",
            "tags": [],
            "wandbConfig": json.dumps({"t": 1}),
        }
        return {"id": "p", "name": "p", "entity": {"id": "e", "name": "me"}, "bucket": bucket}


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = (
        128  # W&B uploads sixty files at once; one that finds no room waits for seconds
    )

    def handle_error(self, request, client_address):
        """Say nothing of clients that were killed."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    owner = None

    def log_message(self, *arguments):
        """Print nothing."""

    def do_GET(self):
        if self._is_well():
            self._respond({})

    def do_PUT(self):
        _, _, run_id, name = self.path.split("/", 3)
        body = self._body()
        if self._is_well():
            self.owner.run(run_id).files[name] = body
            self._respond({})

    def do_POST(self):
        message = json.loads(self._body() or b"{}")
        if not self._is_well():
            return
        if self.path.endswith("/file_stream"):
            self.owner.receive(self.path.split("/")[-2], message)
            self._respond({"exitcode": None, "limits": {}})
            return
        operation = message.get("operationName") or _OPERATION.search(message["query"])[1]
        self._respond({"data": self.owner.answer(operation, message.get("variables") or {})})

    def _is_well(self):
        while self.owner.mood == "hanging":
            time.sleep(0.02)
        mood = self.owner.mood
        if mood == "well" or (mood == "no files" and self.command != "PUT"):
            return True
        if mood == "dripping":
            self._drip()
        elif mood == "a page":
            self._send(b"<!doctype html><title>Sign in</title>", 200, "text/html")
        elif mood == "redirecting":
            self._send(b"", 302, "text/html", Location=self.path)
        elif mood == "broken":
            self._send(b'{"data": {"viewer"', 200, "application/json", length=1000)
            self.close_connection = True
        else:
            status = {"failing": 500, "no files": 413}.get(mood) or int(mood)
            self._respond({"error": "down"}, status)
        return False

    def _drip(self):
        self.send_response(200)
        self.send_header("Content-Length", "1000")
        self.end_headers()
        while self.owner.mood == "dripping":
            try:
                self.wfile.write(b" ")
            except OSError:
                break
            time.sleep(1)
        self.close_connection = True

    def _body(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        return gzip.decompress(body) if self.headers.get("Content-Encoding") == "gzip" else body

    def _respond(self, answer, status=200):
        self._send(json.dumps(answer).encode(), status, "application/json")

    def _send(self, body, status, kind, length=None, **headers):
        headers |= {"Content-Type": kind, "Content-Length": len(body) if length is None else length}
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, str(value))
        self.end_headers()
        self.wfile.write(body)
