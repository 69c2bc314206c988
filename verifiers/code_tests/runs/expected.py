"""Expected values that a reference solution gives, each run in a sandbox of its own."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, NoReturn

from assay.errors import ReferenceUnreadable
from assay.verifiers.code_tests.comparing.assert_views import seen
from assay.verifiers.code_tests.params import CodeTestsParams
from assay.verifiers.code_tests.runs.execute import START_S, Budget
from assay.verifiers.code_tests.runs.outcomes import of_failure
from assay.verifiers.code_tests.sandbox.parent.pool import SandboxSlot
from assay.verifiers.code_tests.sandbox.wire import decoded
from assay.verifiers.code_tests.sandbox.wire.kinds import kind_for
from assay.verifiers.code_tests.suites.suite import MAX_CASES, Case, Suite

_known: dict[tuple[Any, ...], tuple[Case, ...]] = {}
_KEPT = 64


def completed(suite: Suite, slot: SandboxSlot, params: CodeTestsParams) -> tuple[Case, ...]:
    """The suite's cases, each with an expected value (or left to the checker).

    Raises:
        ReferenceUnreadable: the generator or the reference solution fails.
    """
    if suite.reference is None:
        return suite.cases
    # all that a value can depend on: with another prompt one solution gives other values
    key = (
        *(suite.kind, suite.reference, suite.before, suite.lent, suite.generator, suite.n),
        *(suite.entry_points, repr(suite.cases), repr(suite.files)),
    )
    found = _known.get(key)
    if found is None:
        budget = Budget.of(suite, params)
        cases = suite.cases
        if suite.generator is not None:
            cases = (*cases, *_generated(suite, slot, budget))
        found = _solved(suite, cases, slot, budget)
        if len(_known) >= _KEPT:
            _known.pop(next(iter(_known)))
        _known[key] = found
    return found


def _fail(what: str, message: Any) -> NoReturn:
    why = ""
    if isinstance(message, dict):
        key = next((k for k in ("c", "x") if k in message), None)
        why = f": {of_failure(message, key).because}" if key else ""
    raise ReferenceUnreadable(f"tests.{what} fails{why}")


def _generated(suite: Suite, slot: SandboxSlot, budget: Budget) -> list[Case]:
    """``generate(n)`` gives a list of argument lists, or of texts for stdin."""
    deadline = time.monotonic() + budget.total_s + START_S
    job = {"kind": "serve", "code": suite.generator}
    with slot.zygote(kind_for(suite.generator, packages=budget.packages)).run(
        job, budget.limits()
    ) as run:
        ready = run.receive(deadline)
        if ready is None or "ready" not in ready:
            _fail("generator", ready)
        run.send({"op": "call", "f": "generate", "a": [suite.n]})
        reply = run.receive(deadline)
    if reply is None or "v" not in reply:
        _fail("generator", reply)
    rows = _rows(reply["v"])
    if rows is None or len(rows) > MAX_CASES:
        raise ReferenceUnreadable("tests.generator: generate(n) must return a list of inputs")
    out = []
    for i, row in enumerate(rows):
        label = f"generated case {i + 1}"
        if suite.kind == "stdio":
            if not isinstance(row, str):
                raise ReferenceUnreadable("tests.generator: inputs of a script are texts")
            out.append(Case(label, stdin=row))
            continue
        args = _rows(row)
        if args is None:
            raise ReferenceUnreadable("tests.generator: inputs of a function are lists")
        out.append(Case(label, suite.entry_points[0], tuple(args)))
    return out


def _rows(value: Any) -> list[Any] | None:
    if isinstance(value, dict) and "t" in value:
        value = value["t"]
    elif isinstance(value, dict) and value.get("k", [None])[0] == "iterator":
        value = value["k"][1]  # it yields them
    return value if isinstance(value, list) else None


def _solved(
    suite: Suite, cases: Sequence[Case], slot: SandboxSlot, budget: Budget
) -> tuple[Case, ...]:
    zygote = slot.zygote(kind_for(suite.reference, suite.before, packages=budget.packages))
    out = []
    job: dict[str, Any] = {"kind": "script" if suite.kind == "stdio" else "serve"}
    job |= {"code": suite.reference, **suite.beside()}
    if suite.before:
        job["before"] = suite.before
    if suite.lent:
        job["lent"] = suite.lent
    if suite.kind == "stdio":
        for case in cases:
            if not case.expected:
                with zygote.run(job, budget.limits(), case.stdin.encode()) as run:
                    end = run.wait(time.monotonic() + budget.case_s + START_S)
                if end.how != "exit" or end.exit_code != 0:
                    _fail(f"reference ({case.label})", None)
                case = replace(case, expected=(end.stdout.decode("utf-8", "replace"),))
            out.append(case)
        return tuple(out)
    with zygote.run(job, budget.limits()) as run:
        ready = run.receive(time.monotonic() + budget.case_s + START_S)
        if ready is None or "ready" not in ready:
            _fail("reference", ready)
        for case in cases:
            if not case.expected:
                request = {"op": "call", "f": case.entry_point, "a": case.args}
                run.send({**request, "k": case.kwargs or {}, "init": case.init})
                reply = run.receive(time.monotonic() + budget.case_s + START_S)
                if reply is None or "v" not in reply:
                    _fail(f"reference ({case.label})", reply)
                value = decoded.decode(reply["v"])
                if case.view is not None:
                    value = seen(value, case.view)
                case = replace(case, expected=(value,))
            out.append(case)
    return tuple(out)
