"""A real MLflow server for tests."""

import os
import signal
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from ports import reserved_port
from waiting import wait_until

from viz_core.testing.processes import run_python

#: What `mlflow server` does, in one process: its command has another one answer.
_SERVE = """
import os, sys
from pathlib import Path
import uvicorn
from mlflow import server
from mlflow.server.handlers import initialize_backend_stores

folder, port = sys.argv[1:]
database, artifacts = f"sqlite:///{folder}/server.db", "mlflow-artifacts:/"
Path(folder, "pid").write_text(str(os.getpid()))
os.environ[server.BACKEND_STORE_URI_ENV_VAR] = database
os.environ[server.REGISTRY_STORE_URI_ENV_VAR] = database
os.environ[server.ARTIFACT_ROOT_ENV_VAR] = artifacts
os.environ[server.ARTIFACTS_DESTINATION_ENV_VAR] = f"{folder}/artifacts"
os.environ[server.SERVE_ARTIFACTS_ENV_VAR] = "true"
initialize_backend_stores(database, database, artifacts)
uvicorn.run("mlflow.server.fastapi_app:app", host="127.0.0.1", port=int(port))
"""


@contextmanager
def mlflow_server(folder):
    """Give a server that does not run yet; it is killed afterwards."""
    with reserved_port() as port:
        server = Server(folder, port)
        try:
            yield server
        finally:
            server.kill()


class Server:
    """An MLflow server that can be killed and started again, with its runs.

    Args:
        folder: Where its database and files are.
        port: Where it listens, on loopback.
    """

    def __init__(self, folder, port):
        self._folder = folder
        self._port = port
        self._thread = ThreadPoolExecutor(1)
        self._ended = None
        self.url = f"http://127.0.0.1:{port}"

    def start(self):
        """Start it, and return it when it answers."""
        self._ended = self._thread.submit(
            run_python,
            _SERVE,
            self._folder,
            self._port,
            imports=["mlflow.server.fastapi_app"],
            timeout=3600,
            # Starting its workers for language models takes as long as the rest.
            env={**os.environ, "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false"},
        )
        wait_until(lambda: self._ended.done() or self._answers(), 300)
        assert not self._ended.done(), f"the server did not start:\n{self._ended.result()}"
        return self

    def _answers(self):
        try:
            urllib.request.urlopen(f"{self.url}/health", timeout=2).close()
        except OSError:
            return False
        return True

    def kill(self):
        if self._ended is not None and not self._ended.done():
            self._send(signal.SIGKILL)
            self._ended.result()

    def _send(self, number):
        os.kill(int((self._folder / "pid").read_text()), number)

    @contextmanager
    def as_black_hole(self):
        """Take connections and requests, and answer none; they are served after the block."""
        self._send(signal.SIGSTOP)
        try:
            yield
        finally:
            self._send(signal.SIGCONT)
