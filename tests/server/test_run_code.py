"""`/run_code`: programs run as a SandboxFusion server runs them, for the clients that ask one."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from assay import ConfigError, Engine, Sample, verify

pytestmark = pytest.mark.optional
for needed in ("httpx", "starlette", "uvicorn", "prometheus_client"):
    pytest.importorskip(needed, reason=f"optional part not installed: {needed}")
import httpx  # noqa: E402
from served import Served  # noqa: E402

from assay.server import run_code  # noqa: E402
from assay.server.app import Server  # noqa: E402
from assay.server.bodies import ClientGone  # noqa: E402
from assay.server.openapi import document  # noqa: E402
from assay.server.options import ServerOptions  # noqa: E402
from assay.server.refusals import RequestRefused  # noqa: E402
from assay.server.run_code import Programs, _end_of, _reply  # noqa: E402
from assay.server.schemas import RunCodeRequest  # noqa: E402
from assay.verifiers.code_tests.runs.script import Script, ScriptFailed  # noqa: E402
from assay.verifiers.code_tests.sandbox.parent.pool import SandboxPool  # noqa: E402


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("run_code")
    server = Served(
        "math", "--allow-run-code", "--max-run", "40", "--max-run-mb", "1024", folder=folder
    )
    yield server
    server.close()


def asked(code: str, **options: Any) -> dict[str, Any]:
    """A request as verl makes it."""
    return {
        "compile_timeout": 10, "run_timeout": 10, "code": code, "stdin": "", "language": "python",
        "memory_limit_MB": 512, "files": {}, "fetch_files": [], **options,
    }  # fmt: skip


class Run(NamedTuple):
    code: str
    status: str
    result: dict[str, Any]
    """Fields of `run_result`; of stderr a part."""
    why: str
    options: dict[str, Any] = {}  # noqa: RUF012 - never changed


RUNS = [
    Run("print('hello')", "Success", {"status": "Finished", "return_code": 0, "stdout": "hello\n"},
        "what is printed comes back"),
    Run("print(input()[::-1])", "Success", {"stdout": "cba\n"}, "stdin is read", {"stdin": "abc"}),
    Run("print(2)", "Success", {"stdout": "2\n"}, "no stdin is an empty one", {"stdin": None}),
    Run("import sys; print(1); sys.exit(3)", "Failed",
        {"status": "Finished", "return_code": 3, "stdout": "1\n"}, "an exit code is kept"),
    Run("print(1)\n1/0", "Failed",
        {"return_code": 1, "stdout": "1\n", "stderr": "ZeroDivisionError in line 2"},
        "an exception is on stderr"),
    Run("def f(:\n", "Failed", {"return_code": 1, "stdout": "", "stderr": "SyntaxError"},
        "what does not parse failed as it ran: nothing is compiled before"),
    Run("import sys; print('w', file=sys.stderr)", "Success", {"stderr": "w"}, "stderr is kept"),
    Run("while True: pass", "Failed", {"status": "TimeLimitExceeded", "return_code": None},
        "an endless program is ended", {"run_timeout": 0.5}),
    Run("x = bytearray(900 << 20)", "Failed", {"return_code": 1, "stderr": "MemoryError"},
        "memory is what was asked for", {"memory_limit_MB": 64}),
    Run("x = bytearray(700 << 20); print(len(x) >> 20)", "Success", {"stdout": "700\n"},
        "-1 is as much as the server gives", {"memory_limit_MB": -1}),
    Run("print('x' * (9 << 20))", "Failed", {"stderr": "printed more than is allowed"},
        "output is bounded"),
    Run("import helper; print(helper.x, open('d/data.txt').read())", "Success",
        {"stdout": "7 é\n"}, "files stand where it runs",
        {"files": {"helper.py": base64.b64encode(b"x = 7").decode(), "none.txt": None,
                   "d/data.txt": base64.b64encode("é".encode()).decode()}}),
    Run("import os; print(os.environ.get('HOME'), os.path.exists('/etc/hostname'))", "Success",
        {"stdout": "None False\n"}, "it sees neither the server's environment nor its files"),
]  # fmt: skip


@pytest.mark.parametrize("row", RUNS, ids=lambda row: row.why)
def test_a_program_ends_as_it_does_there(served: Served, row: Run) -> None:
    reply = served.post("/run_code", asked(row.code, **row.options)).json()
    assert reply["status"] == row.status, reply
    assert (reply["compile_result"], reply["files"], reply["message"]) == (None, {}, "")
    run = reply["run_result"]
    assert run["execution_time"] >= 0.0
    for name, wanted in row.result.items():
        if name == "stderr":
            assert wanted in run["stderr"]
        else:
            assert run[name] == wanted, run


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"language": "cpp"}, "'cpp' is not run here"),
        ({"fetch_files": ["a"]}, "are not given back"),
        ({"args": ["-x"]}, "arguments are for the language"),
        ({"run_timeout": 41}, "at most 40 s are given here\nfix: --max-run"),
        ({"run_timeout": 0}, "run_timeout: must be more than 0"),
        ({"memory_limit_MB": 4096}, "at most 1024 are given here\nfix: --max-run-mb"),
        ({"files": {"../a": ""}}, "is not a path below"),
        ({"files": {"a": "not base64"}}, "is not text (UTF-8) in base64"),
        ({"code": None}, "code: must be text"),
    ],
)
def test_what_is_not_done_here_is_refused_in_words(
    served: Served, options: dict[str, Any], said: str
) -> None:
    answer = served.post("/run_code", {**asked("print(1)"), **options})
    assert answer.status_code == 422
    assert said in answer.json()["error"]


def test_it_is_off_unless_allowed() -> None:
    with Engine("math", workers=1) as engine:
        server = Server({"math": engine}, 1, ServerOptions())
    assert "/run_code" not in {getattr(route, "path", "") for route in server.app.routes}
    assert "/run_code" not in document(ServerOptions())["paths"]


def test_its_page_names_what_it_takes_and_gives(served: Served) -> None:
    page = httpx.get(f"{served.url}/openapi.json").json()
    assert "/run_code" in page["paths"]
    assert {"RunCodeRequest", "RunCodeReply", "RunResult"} <= page["components"]["schemas"].keys()


TESTS = {
    "type": "call",
    "entry_point": "double",
    "cases": [{"args": [n], "expected": 2 * n} for n in range(3)],
}
ECHO = {"type": "stdio", "cases": [{"stdin": "a\n", "expected": "a\n"}]}


@pytest.mark.parametrize(
    ("program", "tests"),
    [
        ("def double(n):\n    return 2 * n\n", TESTS),
        pytest.param("def double(n):\n    return n\n", TESTS, marks=pytest.mark.slow),
        pytest.param("def double(n:\n", TESTS, marks=pytest.mark.slow),
        pytest.param(
            "def double(n):\n    while True: pass\n",
            {**TESTS, "timeout_s": 1.0},
            marks=pytest.mark.slow,
        ),
        pytest.param("print(input())\n", ECHO, marks=pytest.mark.slow),
        ("print(input() + '?')\n", ECHO),
    ],
)
def test_our_own_client_is_told_what_a_sandbox_of_its_own_tells(
    served: Served, program: str, tests: dict[str, Any]
) -> None:
    def score(**params: Any) -> tuple[float | None, Any]:
        use = {"use": "code.tests", "params": params}
        rubric = {"kind": "weighted", "criteria": {"code": {**use, "weight": 1}}}
        reward = verify(Sample(program, tests=tests), rubric=rubric)
        return reward.value, reward.verdicts["code"].details["outcome"]

    assert score(remote=served.url) == score()


def test_a_client_that_leaves_ends_its_program(served: Served) -> None:
    """One slot: the next program has it only because the endless one was ended."""
    body = asked("while True: pass", run_timeout=40)
    with contextlib.suppress(httpx.TimeoutException):
        httpx.post(f"{served.url}/run_code", json=body, timeout=1.0)
    reply = served.post("/run_code", asked("print('next')", run_timeout=5)).json()
    assert reply["run_result"]["stdout"] == "next\n"


def test_a_forked_child_has_threads_of_its_own() -> None:
    """It counts on the parent's as idle, and would wait for them for ever."""
    running = Programs(1, ServerOptions())
    try:
        assert running._threads.submit(int, "1").result(60) == 1
        pid = os.fork()
        if pid == 0:
            try:
                os._exit(running._threads.submit(int, "0").result(60))
            finally:
                os._exit(1)
        assert os.waitpid(pid, 0)[1] == 0
    finally:
        running.close()


def test_who_cannot_have_a_turn_in_time_is_told_to_come_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(run_code, "SPARE_S", 0.1)
    request = RunCodeRequest(**asked("print(1)", compile_timeout=0.1, run_timeout=0.1))

    async def ask() -> None:
        running = Programs(1, ServerOptions())
        stays = asyncio.create_task(asyncio.sleep(60))
        assert running._turns.take_now(1), "the only slot is somebody else's"
        try:
            with pytest.raises(RequestRefused, match="too many programs wait") as late:
                await running.run(request, stays)
            assert (late.value.status, late.value.retry_after_s) == (504, 1)
            leaves = asyncio.create_task(asyncio.sleep(0))
            patient = request.model_copy(update={"run_timeout": 60.0})
            with pytest.raises(ClientGone):
                await running.run(patient, leaves)
            running._turns.give(1)
            longer = request.model_copy(update={"run_timeout": 30.0})
            assert (await running.run(longer, stays))["status"] == "Success"
        finally:
            stays.cancel()
            running.close()

    asyncio.run(ask())


def test_where_the_sandbox_fails_nothing_is_said_of_the_program() -> None:
    pool = SandboxPool("landlock+seccomp")
    pool.close()
    with pytest.raises(ScriptFailed, match="the pool is closed, 2 times"):
        Script("print(1)").run(pool)
    reply = _reply(_end_of(Script("print(1)"), pool))
    assert (reply["status"], reply["run_result"]) == ("SandboxError", None)
    assert "the pool is closed" in reply["message"]


def test_what_is_stopped_before_it_began_never_begins(tmp_path: Path) -> None:
    script = Script("print(1)")
    script.stop()
    with SandboxPool("landlock+seccomp") as pool:
        assert _end_of(script, pool) == "nobody waits for it any more"


@pytest.mark.parametrize("option", ["max_run_s", "max_run_mb"])
def test_limits_are_checked(option: str) -> None:
    given: dict[str, Any] = {option: 0}
    with pytest.raises(ConfigError, match=option):
        ServerOptions(**given)


def test_verl_asks_as_it_does(served: Served) -> None:
    """Its client, and its comparison of what is printed."""
    utils = pytest.importorskip(
        "verl.utils.reward_score.sandbox_fusion.utils",
        reason="optional part not installed: verl",
    )
    os.environ.setdefault("NO_PROXY", "127.0.0.1")
    reply, wrong = utils.call_sandbox_api(
        f"{served.url}/run_code", "print(input())", "x", 10, 10, 512
    )
    assert wrong is None
    assert reply["run_result"]["stdout"] == "x\n"
    cases = {"inputs": ["1 2", "3 4"], "outputs": ["3", "8"]}
    results, _ = utils.check_correctness(
        f"{served.url}/run_code", cases, "print(sum(map(int, input().split())))", timeout=5
    )
    assert results == [True, False]
