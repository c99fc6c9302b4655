"""A real MLflow server for tests."""

import os
import signal
import subprocess
import sys
import urllib.request
from contextlib import contextmanager

from ports import reserved_port
from waiting import wait_until


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
        self._process = None
        self._port = port
        self.url = f"http://127.0.0.1:{port}"

    @property
    def is_running(self):
        return self._process is not None

    def start(self):
        """Start it, and return it when it answers."""
        log = self._folder / "server.log"
        command = [sys.executable, "-m", "mlflow", "server", "--host", "127.0.0.1"]
        command += ["--port", str(self._port), "--workers", "1"]
        command += ["--backend-store-uri", f"sqlite:///{self._folder}/server.db"]
        command += ["--artifacts-destination", str(self._folder / "artifacts")]
        with log.open("a") as output:
            self._process = subprocess.Popen(
                command,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                # Starting its workers for language models takes as long as the rest.
                env={**os.environ, "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false"},
            )
        wait_until(lambda: self._process.poll() is not None or self._answers(), 300)
        assert self._process.poll() is None, f"the server did not start:\n{log.read_text()}"
        return self

    def _answers(self):
        try:
            urllib.request.urlopen(f"{self.url}/health", timeout=2).close()
        except OSError:
            return False
        return True

    def kill(self):
        if self._process is not None:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait(timeout=30)
            self._process = None

    @contextmanager
    def as_black_hole(self):
        """Take connections and requests, and answer none; they are served after the block."""
        os.killpg(self._process.pid, signal.SIGSTOP)
        try:
            yield
        finally:
            os.killpg(self._process.pid, signal.SIGCONT)
