"""A few lines of Python in a process of their own, which is gone, with all that it started, once it has answered."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from typing import Any, NamedTuple

from econsim.errors import EconsimError


class Answer(NamedTuple):
    """The JSON object that a process printed, and the seconds from its start until that line was there."""

    content: dict[str, Any]
    seconds: float


def in_new_process(script: str) -> Answer:
    """Run a script that prints one line of JSON.

    raises : EconsimError, with the last line on its stderr, where it ends without
    """
    surroundings = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    with tempfile.TemporaryFile() as complaints:
        begin = time.perf_counter()
        process = subprocess.Popen(
            [sys.executable, "-c", script],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=complaints,
            env=surroundings,
            start_new_session=True,  # so that a compiler which it started can be ended with it
        )
        try:
            line = process.stdout.readline() if process.stdout else b""
            seconds = time.perf_counter() - begin
        finally:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(process.pid, signal.SIGKILL)
            process.communicate()
        if line.strip():
            return Answer(json.loads(line), seconds)
        complaints.seek(0)
        told = complaints.read().decode(errors="replace").strip().splitlines()
    raise EconsimError(f"a process that was to be measured ended early: {told[-1] if told else 'it said nothing'}")
