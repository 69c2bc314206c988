"""What of an assert suite must run as code: in a second sandbox, calling the first by proxy.

The test's sandbox holds the test and the prompt's helpers; the program's holds the program. They
meet only here, through encoded values, so a program can redefine nothing of its test, nor read
it. That the suite passed is the test's sandbox's word, which runs no line of the program's.
"""

from __future__ import annotations

import re
import time
from dataclasses import replace
from typing import Any

from assay.errors import ReferenceUnreadable
from assay.printable import one_line
from assay.verifiers.code_tests.params import CodeTestsParams
from assay.verifiers.code_tests.runs.execute import START_S, Budget, ProgramRun
from assay.verifiers.code_tests.runs.outcomes import CaseOutcome, CaseResult, of_end, of_failure
from assay.verifiers.code_tests.sandbox.parent.pool import SandboxSlot
from assay.verifiers.code_tests.sandbox.parent.program_run import Run
from assay.verifiers.code_tests.sandbox.wire import decoded
from assay.verifiers.code_tests.sandbox.wire.kinds import ZygoteKind
from assay.verifiers.code_tests.suites.imports.modules import plain
from assay.verifiers.code_tests.suites.rewriting.identity_rewrites import there
from assay.verifiers.code_tests.suites.suite import Rest, Suite

MAX_CALLS = 100_000

_OPS = ("call", "on", "get", "is", "attr", "sub", "class", "kind")
_HANDLES = "Handle|Iterator|Sized|Function|Kin|Made|Instance|Believed"
_OF_HANDLES = re.compile(
    rf"of type '(?:{_HANDLES})' has no (len)\(\)"
    rf"|'(?:{_HANDLES})' object is not (subscriptable|iterable|callable)"
)
"""In the text of a TypeError: what a handle has no operator for, and its object may have."""
_QUESTIONS = {"len": "len", "subscriptable": "[k]", "iterable": "iteration", "callable": "a call"}
_ABOUT = ("class", "kind")
"""Questions about a name or object that call nothing of the program's."""
_ABILITIES = ("call", "iter", "len", "own", "there", "true")


def run_rest(
    slot: SandboxSlot,
    kind: ZygoteKind,
    program: ProgramRun,
    suite: Suite,
    rest: Rest,
    params: CodeTestsParams,
) -> CaseResult:
    """The outcome of the suite's code on the program.

    Raises:
        Starved: the machine spent the time.
        ReferenceUnreadable: the test's own code does not compile, or never calls the program.
    """
    budget = Budget.of(suite, params)
    job: dict[str, Any] = {"kind": "serve", "code": rest.code, "before": there(suite.before)}
    job |= suite.beside(tests=True)
    job |= {
        "caller": {name: plain(name) for name in rest.names},
        "classes": rest.classes,
        "in_place": rest.in_place,
    }
    job |= {"exceptions": rest.exceptions, "constants": rest.constants}
    job |= {"constructed": rest.constructed, "believed": suite.needs.trust == "operators"}
    began = time.monotonic()
    with program.start() as tested:
        failed = program.ready(tested)
        if failed is not None:
            return failed
        with slot.zygote(kind).run(job, budget.limits()) as testing:
            result = _converse(testing, tested, rest, budget, alone=not suite.cases)
    return replace(result, seconds=time.monotonic() - began)


def _converse(testing: Run, tested: Run, rest: Rest, budget: Budget, *, alone: bool) -> CaseResult:
    end_at = time.monotonic() + budget.total_s
    deadline = end_at + START_S
    asked = 0
    while asked < MAX_CALLS:
        message = testing.receive(deadline)
        if message is None:
            return _test_ended(testing, budget)
        if "ready" in message and alone and not asked:
            raise ReferenceUnreadable(
                "tests.code: it ends without calling the program\n"
                "fix: call its functions, or name them test_..."
            )
        if "ready" in message:
            return CaseResult(CaseOutcome.PASSED)
        if "c" in message:
            raise ReferenceUnreadable(f"tests.code: {of_failure(message, 'c').because}")
        if "x" in message:
            return _failed(message)
        ask = message.get("ask")
        if "ret" in message:
            ask = {"ret": message["ret"]}  # what a function of the test's gave
        elif not isinstance(ask, dict) or ask.get("op") not in _OPS or not _permitted(ask, rest):
            return CaseResult(CaseOutcome.WRONG_ANSWER, "the test asked for what it may not")
        asked += ask.get("op") not in _ABOUT
        deadline = end_at  # it runs: a reply that it takes long to decode has no time beyond
        tested.send(ask)
        try:
            reply = tested.receive(min(time.monotonic() + budget.case_s, end_at))
        except decoded.Garbled as err:
            return CaseResult(CaseOutcome.WRONG_ANSWER, f"unreadable result: {err}")
        if reply is None:
            end = tested.wait(time.monotonic() + 1.0)
            ended = of_end(end, budget.case_s)
            return ended or CaseResult(CaseOutcome.RUNTIME_ERROR, "ended before it gave a result")
        checked = _checked(reply)
        if isinstance(checked, CaseResult):
            return checked
        testing.send(checked)
    return CaseResult(CaseOutcome.TIMEOUT, f"the test called more than {MAX_CALLS} times")


def _permitted(ask: dict[str, Any], rest: Rest) -> bool:
    name = ask.get("f")
    if not isinstance(name, str):
        return False
    known = {*map(plain, rest.names), *rest.exceptions}
    return ask["op"] in ("on", "get", "kind") or name.partition(".")[0] in known


def _checked(reply: dict[str, Any]) -> dict[str, Any] | CaseResult:
    """A reply of the program's, cleaned: known fields, values that decode."""
    if "back" in reply:
        return _call_back(reply)
    found = _answer(reply)
    if isinstance(found, dict) and type(reply.get("out")) is str:
        found["out"] = reply["out"]  # printed
    return found


def _call_back(reply: dict[str, Any]) -> dict[str, Any] | CaseResult:
    """The program calls a function that the test gave it."""
    args, kwargs = reply.get("a"), reply.get("k")
    if type(reply["back"]) is not int or type(args) is not list or type(kwargs) is not dict:
        return CaseResult(CaseOutcome.WRONG_ANSWER, "unreadable call of a function of the test's")
    checked: list[Any] = []
    for noted in [*args, *kwargs.values()]:
        found = _answer(noted) if type(noted) is dict and "x" not in noted else None
        if not isinstance(found, dict):
            return found or CaseResult(CaseOutcome.WRONG_ANSWER, "unreadable argument")
        checked.append(found)
    named = dict(zip(kwargs, checked[len(args) :], strict=True))
    return {"back": reply["back"], "a": checked[: len(args)], "k": named}


def _answer(reply: dict[str, Any]) -> dict[str, Any] | CaseResult:
    if "x" in reply:
        noted = reply["x"] if isinstance(reply["x"], dict) else {}
        if noted.get("type") == "MemoryError":
            return of_failure(reply, "x")
        said: dict[str, Any] = {k: str(noted.get(k))[:200] for k in ("type", "base", "text")}
        names = noted.get("names")
        said["names"] = [x for x in names[:20] if type(x) is str] if type(names) is list else []
        library = noted.get("library")
        said["library"] = (
            [x for x in library[:5] if type(x) is str] if type(library) is list else []
        )
        return {"x": {**said, **_carried(noted)}}
    try:
        if "h" in reply:
            if type(reply["h"]) is not int:
                raise decoded.Garbled("a handle that is not a number")
            can = reply.get("can")
            able = [x for x in _ABILITIES if x in can] if type(can) is list else []
            number = reply.get("c")
            return {"h": reply["h"], "c": number if type(number) is int else -1, "can": able}
        if "v" not in reply:
            why = one_line(str(reply.get("u")), 80)
            return CaseResult(CaseOutcome.WRONG_ANSWER, f"unreadable: {why}")
        decoded.decode(reply["v"])
        after = reply.get("after")
        if after is not None:
            if type(after) is not list:
                raise decoded.Garbled("arguments that are not a list")
            for value in after:
                decoded.decode(value)
    except decoded.Garbled as err:
        return CaseResult(CaseOutcome.WRONG_ANSWER, f"unreadable result: {err}")
    same = reply.get("same")
    return {"v": reply["v"], "after": after, "same": same if type(same) is int else -1}


def _carried(noted: dict[str, Any]) -> dict[str, Any]:
    """An exception's arguments, attributes and cause: those that decode."""
    out: dict[str, Any] = {"args": _readable(noted.get("args")), "fields": {}}
    fields = noted.get("fields")
    for name, value in list(fields.items())[:20] if type(fields) is dict else ():
        out["fields"][name[:80]] = _readable(value)
    cause = noted.get("cause")
    if type(cause) is dict:
        found = _answer({"x": {k: v for k, v in cause.items() if k != "cause"}})
        out["cause"] = found.get("x") if isinstance(found, dict) else None
    return out


def _readable(value: Any) -> Any:
    try:
        decoded.decode(value)
    except decoded.Garbled:
        return None
    return value


def _failed(message: dict[str, Any]) -> CaseResult:
    """The test raised: an assertion that does not hold, or what the program's value caused."""
    found = of_failure(message, "x")
    asked = message.get("not_carried")
    asked = [one_line(str(x), 40) for x in asked] if isinstance(asked, list) else []
    if kind := _OF_HANDLES.search(found.because):
        asked.append(_QUESTIONS[kind[1] or kind[2]])
    not_carried = tuple(dict.fromkeys(asked))
    if found.because.startswith("AssertionError"):
        why, outcome = f"the test failed: {found.because}", CaseOutcome.WRONG_ANSWER
    else:
        why, outcome = f"the test raised {found.because}", CaseOutcome.RUNTIME_ERROR
    return CaseResult(outcome, why, not_carried=not_carried)


def _test_ended(testing: Run, budget: Budget) -> CaseResult:
    end = testing.wait(time.monotonic() + 1.0)
    found = of_end(end, budget.total_s)
    if found is not None and found.outcome is CaseOutcome.TIMEOUT:
        return found
    return CaseResult(CaseOutcome.RUNTIME_ERROR, "the test ended before its end")
