"""`assay serve` as a process, for tests that ask it as its clients do."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import httpx

QUIET = {"PYTHONWARNINGS": "ignore", "NO_COLOR": "1", "COLUMNS": "200"}


class Served:
    """A server process."""

    def __init__(self, *arguments: str, folder: Path, **environment: str) -> None:
        command = [
            sys.executable,
            "-m",
            "assay",
            "serve",
            *arguments,
            "--port",
            "0",
            "--workers",
            "1",
        ]
        self.process = subprocess.Popen(
            command, stderr=subprocess.PIPE, text=True, cwd=folder,
            env={**os.environ, **QUIET, **environment},
        )  # fmt: skip
        assert self.process.stderr is not None
        line = self.process.stderr.readline()
        found = re.search(r"http://[\d.]+:\d+", line)
        assert found is not None, line + self.process.stderr.read()
        self.url = found.group()
        self.reader = threading.Thread(target=self.process.stderr.read, daemon=True)
        self.reader.start()
        until = time.monotonic() + 30
        while time.monotonic() < until:
            with contextlib.suppress(httpx.TransportError):
                if httpx.get(f"{self.url}/healthz").status_code == 200:
                    return
            time.sleep(0.05)
        raise AssertionError("it does not answer")

    def post(self, path: str, body: Any, **options: Any) -> httpx.Response:
        return httpx.post(f"{self.url}{path}", json=body, timeout=60, **options)

    def measure(self, name: str) -> float:
        lines = httpx.get(f"{self.url}/metrics").text.splitlines()
        return sum(float(line.rsplit(" ", 1)[1]) for line in lines if line.startswith(name))

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        self.reader.join(10)
        assert self.process.stderr is not None
        self.process.stderr.close()

    def end(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(30)
