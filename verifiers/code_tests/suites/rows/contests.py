"""Tests of contest problems, in the shapes of APPS, TACO, LiveCodeBench and CodeContests."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from assay.printable import a_type
from assay.verifiers.code_tests.comparing.compare import node
from assay.verifiers.code_tests.sandbox.wire.codec import encode
from assay.verifiers.code_tests.suites.rows.fields import joined, listed, refuse
from assay.verifiers.code_tests.suites.suite import Case


def apps(given: Mapping[str, Any]) -> tuple[str, list[Case], str]:
    """APPS, TACO: parallel lists. A function's output may be wrapped in a list of one."""
    name = given.get("fn_name") or given.get("entry_point")
    inputs = listed(given, "inputs")
    outputs = listed(given, "outputs") if "outputs" in given else [None] * len(inputs)
    if len(inputs) != len(outputs):
        refuse(f"{len(inputs)} inputs and {len(outputs)} outputs")
    cases = []
    for i, (x, y) in enumerate(zip(inputs, outputs, strict=True)):
        label = f"case {i + 1}"
        known = "outputs" in given
        if name:
            any_of = [y] if not (isinstance(y, list) and len(y) == 1) else [y[0], y]
            if isinstance(x, str):  # LiveCodeBench's way: arguments as JSON, one a line
                x = _json_lines(x, f"inputs[{i}]")
                any_of = [_json(y, f"outputs[{i}]") if isinstance(y, str) else y]
            if not isinstance(x, list):
                refuse(f"inputs[{i}] is {a_type(x)}, must be a list of arguments")
            args = tuple(encode(a) for a in x)
            expected = tuple(node(e) for e in any_of) if known else ()
            cases.append(Case(label, str(name), args, expected=expected))
        else:
            texts = (joined(y),) if known else ()
            cases.append(Case(label, stdin=joined(x), expected=texts))
    return ("call" if name else "stdio"), cases, str(name or "")


def livecodebench(given: Mapping[str, Any]) -> tuple[str, list[Case], str]:
    """LiveCodeBench: lists of {input, output, testtype}; a function's values are JSON by line."""
    metadata = given.get("metadata") or {}
    if isinstance(metadata, str):
        metadata = json.loads(metadata)
    name = given.get("fn_name") or given.get("entry_point") or metadata.get("func_name")
    name = name or _named(given)
    cases: list[Case] = []
    functional = False
    for field, public in (("public_test_cases", True), ("private_test_cases", False)):
        rows = given.get(field) or []
        if isinstance(rows, str):
            try:
                rows = json.loads(rows)
            except ValueError:
                refuse(f"{field} is not JSON; decompress it first (no pickle is read here)")
        for i, row in enumerate(rows):
            label = f"{'public' if public else 'hidden'} case {len(cases) + 1}"
            if row.get("testtype") == "functional" or (name and "testtype" not in row):
                functional = True
                if not name:
                    refuse("functional cases need `fn_name`, or `func_name` in the metadata")
                want = node(_json(row["output"], f"{field}[{i}].output"))
                args = tuple(encode(a) for a in _json_lines(row["input"], f"{field}[{i}].input"))
                cases.append(Case(label, str(name), args, expected=(want,), public=public))
            else:
                texts = (joined(row["output"]),)
                cases.append(Case(label, stdin=joined(row["input"]), expected=texts, public=public))
    return ("call" if functional else "stdio"), cases, str(name or "") if functional else ""


def _named(given: Mapping[str, Any]) -> str | None:
    """DeepCoder's: the function's name in the metadata of each case."""
    for field in ("public_test_cases", "private_test_cases"):
        rows = given.get(field)
        for row in rows if isinstance(rows, list) else ():
            metadata = row.get("metadata")
            if isinstance(metadata, dict) and metadata.get("func_name"):
                return str(metadata["func_name"])
    return None


def _json(text: Any, field: str) -> Any:
    """What a function should give, as JSON."""
    try:
        return json.loads(str(text))
    except ValueError:
        said = "is empty" if not str(text).strip() else f"is not valid JSON: {str(text)[:60]!r}"
        refuse(f"{field} {said}; what a function gives is written in JSON")


def _json_lines(text: Any, field: str) -> list[Any]:
    return [_json(line, field) for line in str(text).split("\n") if line.strip()]


def codecontests(given: Mapping[str, Any]) -> tuple[str, list[Case], str]:
    """CodeContests: for each kind of test the lists ``input`` and ``output``."""
    cases: list[Case] = []
    for field in ("public_tests", "private_tests", "generated_tests"):
        rows = given.get(field) or {}
        inputs, outputs = rows.get("input") or [], rows.get("output") or []
        if len(inputs) != len(outputs):
            refuse(f"{field}: {len(inputs)} inputs and {len(outputs)} outputs")
        public = field == "public_tests"
        for x, y in zip(inputs, outputs, strict=True):
            label = f"{'public' if public else 'hidden'} case {len(cases) + 1}"
            cases.append(Case(label, stdin=joined(x), expected=(joined(y),), public=public))
    return "stdio", cases, ""
