"""The help of each command of ours says what it is for, and what each argument is."""

import os
import re
import subprocess
import sys

import pytest

from viz_core.plugins.commands import RESERVED, command_helps
from viz_core.plugins.host import host

COMMANDS = {
    "viz": ["viz_core"],
    **{name: ["viz_core", name] for name in [*RESERVED, *command_helps(host)]},
    "mlflow": ["viz_backend_mlflow"],
    "mlflow sync": ["viz_backend_mlflow", "sync"],
}


@pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS)
def test_the_help_of_a_command_is_for_people(command):
    run = [sys.executable, "-m", *command, "--help"]
    environment = {**os.environ, "COLUMNS": "80"}
    done = subprocess.run(run, capture_output=True, text=True, env=environment, timeout=100)
    assert (done.returncode, done.stderr) == (0, "")
    usage, says, *parts = done.stdout.split("\n\n")
    assert usage.startswith("usage: ")
    assert re.fullmatch(r"[A-Z].{30,}\.", says, re.S)
    arguments = "\n".join(part for part in parts if re.match(r"[\w ]+:\n", part))
    entries = re.split(r"^ {2,4}(?=[\w-])", arguments, flags=re.M)[1:]
    entries = [entry for entry in entries if entry.strip() != "COMMAND"]
    assert entries
    assert [entry for entry in entries if not re.search(r"(  |\n +)\w.*\w", entry)] == []
    assert "not installed" not in done.stdout
