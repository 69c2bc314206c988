"""The process that draws charts, and what to do when it ends: a page without charts."""

from __future__ import annotations

import contextlib
import json
import os
import selectors
import subprocess
import sys
import time
from contextvars import ContextVar
from importlib import resources
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from types import TracebackType

CHART_S = 60.0
"""Seconds for one chart. The first takes about one, with the start of the process."""

CHUNK = 1 << 16


class CannotDraw(Exception):
    """The process that draws has ended, or did not answer in time; the message says which."""


class Renderer:
    """One process for the charts of one page; started for the first chart.

    After a failure it draws no more: what ended it once (a limit of memory) would do so again.
    """

    def __init__(self) -> None:
        self.fault = ""
        """Why it draws no more; empty while it works."""
        self._process: subprocess.Popen[bytes] | None = None
        self._held = b""

    def draw(self, spec: dict[str, Any]) -> str:
        """The drawing of a Vega-Lite specification, as SVG.

        Raises:
            CannotDraw: now, or at an earlier chart.
        """
        if self.fault:
            raise CannotDraw(self.fault)
        try:
            drawing: str = json.loads(self._answer(json.dumps(spec).encode() + b"\n"))
        except (OSError, ValueError, CannotDraw) as err:
            self.fault = str(err) or type(err).__name__
            self.close()
            raise CannotDraw(self.fault) from err
        return drawing

    def _answer(self, question: bytes) -> bytes:
        """The next line that the process writes, while the question is being sent."""
        if self._process is None:
            if find_spec("vl_convert") is None:
                raise CannotDraw("vl-convert-python is not installed")
            script = resources.files(__package__) / "render_charts.py"
            self._process = subprocess.Popen(
                [sys.executable, "-P", str(script)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
            )
        process = self._process
        assert process.stdin is not None
        assert process.stdout is not None
        until = time.monotonic() + CHART_S
        to, back = process.stdin.fileno(), process.stdout.fileno()
        os.set_blocking(to, False)
        with selectors.DefaultSelector() as selector:
            selector.register(back, selectors.EVENT_READ)
            selector.register(to, selectors.EVENT_WRITE)
            while b"\n" not in self._held:
                left = until - time.monotonic()
                ready = selector.select(max(0.0, left))
                if not ready:
                    raise CannotDraw(f"a chart was not drawn within {CHART_S:g} seconds")
                for key, _ in ready:
                    if key.fd == back:
                        some = os.read(back, CHUNK)
                        if not some:
                            raise CannotDraw(self._ended(process))
                        self._held += some
                    else:
                        try:
                            question = question[os.write(to, question) :]
                        except BrokenPipeError:
                            raise CannotDraw(self._ended(process)) from None
                        if not question:
                            selector.unregister(to)
        line, _, self._held = self._held.partition(b"\n")
        return line

    @staticmethod
    def _ended(process: subprocess.Popen[bytes]) -> str:
        try:
            code = process.wait(CHART_S)
        except subprocess.TimeoutExpired:
            return "the process that draws charts closed its output"
        if code < 0:
            return (
                f"the process that draws charts ended with signal {-code}; it needs more than "
                "8 GB of address space (`ulimit -v`)"
            )
        return f"the process that draws charts ended with exit code {code}"

    def close(self) -> None:
        """End the process. Idempotent."""
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                with contextlib.suppress(BrokenPipeError):  # what it was not sent any more
                    pipe.close()

    def __enter__(self) -> Self:
        self._token = _CURRENT.set(self)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        _CURRENT.reset(self._token)
        self.close()


_CURRENT: ContextVar[Renderer] = ContextVar("assay_chart_renderer")


def current() -> Renderer | None:
    """The renderer of the page that is being made."""
    return _CURRENT.get(None)
