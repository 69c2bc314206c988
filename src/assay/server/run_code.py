"""Programs of others run in our sandbox: SandboxFusion's ``/run_code``, where it is allowed.

No reward comes of it. Whoever asks compares what is printed, and decides what a failure is worth.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from assay import forks
from assay.server.bodies import ClientGone
from assay.server.options import ServerOptions
from assay.server.refusals import RequestRefused
from assay.server.room import Room
from assay.server.schemas import RunCodeRequest
from assay.verifiers.code_tests.runs.script import Script, ScriptEnd, ScriptFailed, ScriptStopped
from assay.verifiers.code_tests.sandbox.parent.pool import SandboxPool
from assay.verifiers.code_tests.sandbox.parent.selftest import choose
from assay.verifiers.code_tests.sandbox.wire.levels import Level

SPARE_S = 5.0
"""Clients wait for the times that they give, and at least ten seconds more (verl)."""

LEAST: Level = "landlock+seccomp"
"""Isolation below which no program of a stranger is run."""


class Programs:
    """Runs programs, at most so many at a time. Make it where the event loop runs.

    Raises:
        SandboxUnavailable: no isolation that is good enough holds on this machine.
    """

    def __init__(self, slots: int, options: ServerOptions) -> None:
        self._options = options
        self._pool = SandboxPool(choose(LEAST).level, slots)
        self._turns = Room(slots)
        self._slots = slots
        self._threads = self._new_threads()
        forks.renew(self)

    def _new_threads(self) -> ThreadPoolExecutor:
        return ThreadPoolExecutor(self._slots, thread_name_prefix="assay-run-code")

    def after_fork_in_child(self) -> None:
        """The threads are the parent's, and so is whatever they hold."""
        self._threads = self._new_threads()

    async def run(self, asked: RunCodeRequest, gone: asyncio.Task[None]) -> dict[str, Any]:
        """SandboxFusion's reply.

        Args:
            asked: The request.
            gone: Done once the client has left.

        Raises:
            RequestRefused: it asks for what is not done here, or no slot was free in time.
            ClientGone: the client left; the program is ended.
        """
        script = self._script(asked)
        patience = asked.compile_timeout + asked.run_timeout + SPARE_S
        until = time.monotonic() + min(patience, self._options.patience_of("run_code"))
        await self._turn(gone, until)
        running = asyncio.get_running_loop().run_in_executor(self._threads, _end_of, script,
                                                             self._pool)  # fmt: skip
        # the slot is busy until the program has ended, whoever still waits for it
        running.add_done_callback(lambda _: self._turns.give(1))
        try:
            waited: set[asyncio.Future[Any]] = {running, gone}
            left = max(0.0, until - time.monotonic())
            await asyncio.wait(waited, timeout=left, return_when=asyncio.FIRST_COMPLETED)
            if running.done():
                return _reply(running.result())
            raise ClientGone if gone.done() else _late()
        finally:
            script.stop()

    async def _turn(self, gone: asyncio.Task[None], until: float) -> None:
        took = asyncio.create_task(self._turns.take(1, until))
        waited: set[asyncio.Future[Any]] = {took, gone}
        try:
            await asyncio.wait(waited, return_when=asyncio.FIRST_COMPLETED)
        except asyncio.CancelledError:
            took.add_done_callback(self._give_back)
            took.cancel()
            raise
        if not took.done():
            took.add_done_callback(self._give_back)
            took.cancel()
            raise ClientGone
        if not took.result():
            raise _late()

    def _give_back(self, took: asyncio.Task[bool]) -> None:
        if not took.cancelled() and took.exception() is None and took.result():
            self._turns.give(1)

    def _script(self, asked: RunCodeRequest) -> Script:
        if asked.language != "python":
            raise RequestRefused(
                422, f"language: {asked.language[:40]!r} is not run here, only 'python'"
            )
        if asked.fetch_files:
            raise RequestRefused(422, "fetch_files: files that a program writes are not given back")
        if asked.args:
            raise RequestRefused(
                422, "args: arguments are for the language 'pytest', which is not run"
            )
        most_s, most_mb = self._options.max_run_s, self._options.max_run_mb
        if asked.run_timeout > most_s:
            raise RequestRefused(
                422,
                f"run_timeout: {asked.run_timeout:g} s, at most {most_s:g} s are given here"
                "\nfix: --max-run of the server",
            )
        if asked.memory_limit_MB > most_mb:
            raise RequestRefused(
                422,
                f"memory_limit_MB: {asked.memory_limit_MB}, at most {most_mb} are given here"
                "\nfix: --max-run-mb of the server",
            )
        memory = asked.memory_limit_MB if asked.memory_limit_MB > 0 else most_mb
        files = {path: _text(path, data) for path, data in asked.files.items() if data is not None}
        return Script(asked.code, asked.stdin or "", files, asked.run_timeout, memory)

    def close(self) -> None:
        """End what runs, and the sandbox."""
        self._pool.close()
        self._threads.shutdown(wait=False, cancel_futures=True)


def _end_of(script: Script, pool: SandboxPool) -> ScriptEnd | str:
    """How it ended, or why nobody knows."""
    try:
        return script.run(pool)
    except ScriptStopped:
        return "nobody waits for it any more"
    except ScriptFailed as err:
        return str(err)


def _late() -> RequestRefused:
    # 504: what verl's client takes as busy, and asks again
    return RequestRefused(
        504, "too many programs wait, or this one took too long", retry_after_s=1.0
    )


def _text(path: str, data: str) -> str:
    parts = path.split("/")
    if not path or "\0" in path or path.startswith("/") or ".." in parts or "" in parts:
        raise RequestRefused(422, f"files: {path[:80]!r} is not a path below the program's folder")
    try:
        return base64.b64decode(data, validate=True).decode("utf-8")
    except (binascii.Error, ValueError):
        raise RequestRefused(422, f"files: {path[:80]!r} is not text (UTF-8) in base64") from None


def _reply(end: ScriptEnd | str) -> dict[str, Any]:
    reply: dict[str, Any] = {
        "status": "SandboxError",
        "message": "",
        "compile_result": None,
        "run_result": None,
        "executor_pod_name": None,
        "files": {},
    }
    if isinstance(end, str):
        return reply | {"message": end}
    reply["status"] = "Failed" if end.timed_out or end.exit_code != 0 else "Success"
    reply["run_result"] = {
        "status": "TimeLimitExceeded" if end.timed_out else "Finished",
        "execution_time": end.seconds,
        "return_code": None if end.timed_out else end.exit_code,
        "stdout": end.stdout,
        "stderr": end.stderr,
    }
    return reply
