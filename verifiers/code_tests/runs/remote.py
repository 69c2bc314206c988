"""Programs run by a SandboxFusion server: ``POST /run_code``. No expected value is ever sent.

How well the server isolates is its affair; the verdict says ``remote``. Scripts in any language
go one request a case; Python functions go in one request, with a driver around them that prints
each value, encoded, behind a mark drawn for the request. A program may print such lines, too:
they are guesses. What the server cannot do is our infrastructure's fault, never the program's.
"""

from __future__ import annotations

import inspect
import json
import secrets
import urllib.error
import urllib.request
from collections.abc import Sequence
from typing import Any

from assay.model import Verdict
from assay.verifiers.code_tests.comparing.assert_views import unmet
from assay.verifiers.code_tests.comparing.compare import Rules, show
from assay.verifiers.code_tests.comparing.printed import text_difference
from assay.verifiers.code_tests.params import CodeTestsParams
from assay.verifiers.code_tests.runs.outcomes import CaseOutcome, CaseResult
from assay.verifiers.code_tests.sandbox.wire import codec, decoded
from assay.verifiers.code_tests.suites.suite import Case, Suite

_REPLY_BYTES = 64 << 20

_DRIVER = """
import json as _json, sys as _sys
_job = _json.loads(_sys.stdin.read())
_codec = {"__name__": "codec"}
exec(_job["codec"], _codec)
_out, _dump = _sys.stdout, _json.JSONEncoder(ensure_ascii=True).encode
_names = {"__name__": "program"}
exec(compile(_job["before"], "<prompt>", "exec"), _names)
exec(compile(_job["code"], "<program>", "exec"), _names)
for _f, _a, _k in _job["calls"]:
    try:
        _found = _names
        for _i, _part in enumerate(_f.split(".")):
            if _i == 0 and _part not in _names and "Solution" in _names:
                _found = getattr(_names["Solution"](), _part)
            elif _i == 0:
                _found = _names[_part]
            else:
                _found = getattr(_found() if isinstance(_found, type) else _found, _part)
        _reply = {"v": _codec["encode"](_found(*map(_codec["decode"], _a),
                  **{k: _codec["decode"](v) for k, v in _k.items()}))}
    except Exception as _err:
        _reply = {"x": {"type": type(_err).__name__, "text": str(_err)[:200]}}
    _out.write("\\n" + _job["mark"] + _dump(_reply) + "\\n")
    _out.flush()
"""


class RemoteFailed(RuntimeError):
    """The server was not reached, or says that it failed."""


def run_remote(
    code: str, suite: Suite, cases: Sequence[Case], params: CodeTestsParams
) -> list[CaseResult] | Verdict:
    """An outcome a case; a `crashed` or `not_applicable` verdict where there is none."""
    name = "code.tests@1"
    if suite.rest is not None or suite.checker is not None or suite.reference is not None:
        return Verdict.undecided(
            name, "tests that need a second sandbox (a checker, a reference) do not run remotely"
        )
    if params.language != "python" and suite.kind != "stdio":
        return Verdict.undecided(name, f"calls of {params.language} functions are not supported")
    try:
        if suite.kind == "stdio":
            return [_script(code, case, suite, params) for case in cases]
        return _calls(code, suite, cases, params)
    except RemoteFailed as err:
        return Verdict.crashed(name, f"the remote sandbox failed: {err}")


def _script(code: str, case: Case, suite: Suite, params: CodeTestsParams) -> CaseResult:
    stdout, failed = _post(code, case.stdin, suite, params)
    if failed is not None:
        return failed
    rules, found = _rules(params), ""
    for want in case.expected:
        found = text_difference(stdout, want, params.text or suite.text, rules) or ""
        if not found:
            return CaseResult(CaseOutcome.PASSED)
    return CaseResult(CaseOutcome.WRONG_ANSWER, found, got=stdout[:400])


def _calls(
    code: str, suite: Suite, cases: Sequence[Case], params: CodeTestsParams
) -> list[CaseResult]:
    mark = secrets.token_hex(16)
    job = {
        "mark": mark,
        "codec": inspect.getsource(codec),
        "code": code,
        "before": suite.before,
        "calls": [[c.entry_point, c.args, c.kwargs or {}] for c in cases],
    }
    stdout, failed = _post(_DRIVER, json.dumps(job), suite, params)
    lines = [x[len(mark) :] for x in stdout.split("\n") if x.startswith(mark)]
    missing = failed or CaseResult(CaseOutcome.RUNTIME_ERROR, "ended before it gave a result")
    rules = _rules(params)
    out = []
    for i, case in enumerate(cases):
        out.append(_returned(lines[i], case, rules) if i < len(lines) else missing)
    return out


def _returned(line: str, case: Case, rules: Rules) -> CaseResult:
    try:
        reply = decoded.parse(line.encode("utf-8", "replace"))
        if "x" in reply:
            noted = reply["x"] if isinstance(reply["x"], dict) else {}
            return CaseResult(CaseOutcome.RUNTIME_ERROR, str(noted.get("type"))[:80])
        got = decoded.decode(reply.get("v", {"o": "?"}))
    except decoded.Garbled as err:
        return CaseResult(CaseOutcome.WRONG_ANSWER, f"unreadable result: {err}")
    found = unmet(got, case.expected, case.view, rules.of(case.rules))
    if found is None:
        return CaseResult(CaseOutcome.PASSED)
    return CaseResult(CaseOutcome.WRONG_ANSWER, found, got=show(got, 400))


def _rules(params: CodeTestsParams) -> Rules:
    return Rules(
        params.rel_tol, params.abs_tol, params.exact_types, params.unordered, params.nan_equal
    )


def _post(
    code: str, stdin: str, suite: Suite, params: CodeTestsParams
) -> tuple[str, CaseResult | None]:
    """What the program printed, and its outcome if that alone decides."""
    timeout_s = suite.timeout_s or params.timeout_s
    body = {
        "compile_timeout": 30,
        "run_timeout": timeout_s,
        "memory_limit_MB": suite.memory_mb or params.memory_mb,
        "code": code,
        "stdin": stdin,
        "language": params.language,
        "files": {},
        "fetch_files": [],
    }
    reply = _request(f"{str(params.remote).rstrip('/')}/run_code", body, timeout_s + 60.0)
    status = reply.get("status")
    if status not in ("Success", "Failed"):
        raise RemoteFailed(f"{status}: {str(reply.get('message'))[:200]}")
    compiled = reply.get("compile_result")
    if isinstance(compiled, dict) and compiled.get("status") != "Finished":
        return "", CaseResult(CaseOutcome.COMPILE_ERROR, str(compiled.get("stderr"))[:160])
    if isinstance(compiled, dict) and compiled.get("return_code") not in (0, None):
        return "", CaseResult(CaseOutcome.COMPILE_ERROR, str(compiled.get("stderr"))[:160])
    run = reply.get("run_result")
    if not isinstance(run, dict):
        raise RemoteFailed("no run_result in the answer")
    stdout = run.get("stdout")
    stdout = stdout if isinstance(stdout, str) else ""
    if run.get("status") == "TimeLimitExceeded":
        return stdout, CaseResult(CaseOutcome.TIMEOUT, f"took longer than {timeout_s:g} s")
    if run.get("status") != "Finished":
        raise RemoteFailed(f"run status {str(run.get('status'))[:40]}")
    if run.get("return_code") != 0:
        stderr = str(run.get("stderr"))
        if "SyntaxError" in stderr or "IndentationError" in stderr:
            return stdout, CaseResult(CaseOutcome.COMPILE_ERROR, stderr[-160:])
        kind = CaseOutcome.MEMORY_LIMIT if "MemoryError" in stderr else CaseOutcome.RUNTIME_ERROR
        return stdout, CaseResult(kind, stderr[-160:].strip())
    return stdout, None


def _request(url: str, body: dict[str, Any], timeout_s: float) -> dict[str, Any]:
    if not url.startswith(("http://", "https://")):
        raise RemoteFailed(f"{url!r} is not an http address")
    request = urllib.request.Request(  # noqa: S310 - the scheme is checked above
        url, json.dumps(body).encode(), {"Content-Type": "application/json"}
    )
    try:
        with urllib.request.urlopen(request, timeout=timeout_s) as answer:  # noqa: S310
            data = answer.read(_REPLY_BYTES + 1)
    except (urllib.error.URLError, OSError, ValueError) as err:
        raise RemoteFailed(str(err)) from None
    if len(data) > _REPLY_BYTES:
        raise RemoteFailed("an answer of more than 64 MB")
    try:
        return decoded.parse(data)
    except decoded.Garbled as err:
        raise RemoteFailed(str(err)) from None
