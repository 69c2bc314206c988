"""Rows in the shapes of published data sets, as the shapes that `shapes` reads.

Each is recognised by a field of its own; what a row holds beside its tests is left alone.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from assay.printable import a_type
from assay.verifiers.code_tests.suites.rows.fields import refuse

_LIMITS = (
    "timeout_s",
    "timeout",
    "total_timeout_s",
    "memory_mb",
    "module",
    "files",
    "prompt",
    "setup",
)


def as_read(given: dict[str, Any]) -> dict[str, Any]:
    """The same tests in a shape of `shapes.read`; anything else as it is.

    Raises:
        ReferenceUnreadable: a field that names a shape does not hold it.
    """
    for field, change in _SHAPES.items():
        if given.get(field) is not None:
            changed = change(given)
            kept = {k: given[k] for k in _LIMITS if given.get(k) is not None}
            return {**kept, **changed}
    return given


def _object(value: Any, field: str) -> dict[str, Any]:
    """An object, or the same as JSON text."""
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except ValueError as err:
            refuse(f"{field} is not valid JSON: {err}")
    if not isinstance(value, dict):
        refuse(f"{field} is {a_type(value)}, must be an object")
    return dict(value)


def _rows(value: Any, field: str) -> list[dict[str, Any]]:
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except ValueError as err:
            refuse(f"{field} is not valid JSON: {err}")
    if not isinstance(value, list) or not all(isinstance(x, dict) for x in value):
        refuse(f"{field} must be a list of objects")
    if not value:
        refuse(f"{field} is empty")
    return list(value)


def _verification_info(given: Mapping[str, Any]) -> dict[str, Any]:
    """PrimeIntellect's and open-r1's: ``{"language": "python", "test_cases": [...]}``."""
    return _test_cases(_object(given["verification_info"], "verification_info"))


def _test_cases(given: Mapping[str, Any]) -> dict[str, Any]:
    rows = _rows(given.get("test_cases"), "test_cases")
    names = {row.get("fn_name") for row in rows if row.get("type") != "stdin_stdout"} - {None, ""}
    if len(names) > 1:
        refuse(f"test_cases call several functions: {', '.join(sorted(map(str, names)))}")
    if any(row.get("type") == "function_call" for row in rows) and not names:
        refuse("test_cases of type function_call need `fn_name`")
    for i, row in enumerate(rows):
        if "input" not in row or "output" not in row:
            refuse(f"test_cases[{i}] needs `input` and `output`")
    changed: dict[str, Any] = {
        "inputs": [row["input"] for row in rows],
        "outputs": [row["output"] for row in rows],
    }
    return {**changed, "fn_name": names.pop()} if names else changed


def _functional(given: Mapping[str, Any]) -> dict[str, Any]:
    """DeepCoder's LeetCode rows: ``check(candidate)`` and a call of it."""
    return {"type": "asserts", "code": given["functional"]}


def _test(given: Mapping[str, Any]) -> dict[str, Any]:
    """HumanEval's, BigCodeBench's and KodCode's: the suite in `test`."""
    changed = {"type": "asserts", "code": given["test"]}
    names = [given["entry_point"]] if given.get("entry_point") else []
    if not names and given.get("test_info"):
        rows = _rows(given["test_info"], "test_info")
        names = [row["function_name"] for row in rows if row.get("function_name")]
    if not isinstance(given["test"], str):
        refuse(f"test is {a_type(given['test'])}, must be code")
    return {**changed, "entry_point": names[0] if len(names) == 1 else names} if names else changed


def _assert_case(given: Mapping[str, Any]) -> dict[str, Any]:
    code = given["assert_case"]
    changed = {"type": "asserts", "code": code}
    name = given.get("entry_point") or given.get("fn_name")
    return {**changed, "entry_point": name} if name else changed


def _verifier_metadata(given: Mapping[str, Any]) -> dict[str, Any]:
    """NeMo-Gym's."""
    inner = _object(given["verifier_metadata"], "verifier_metadata")
    return _unit_tests(inner)


def _unit_tests(given: Mapping[str, Any]) -> dict[str, Any]:
    inner = _object(given.get("unit_tests"), "unit_tests")
    known = ("inputs", "outputs", "fn_name")
    return {k: inner[k] for k in known if inner.get(k) is not None}


def _official_tests(given: Mapping[str, Any]) -> dict[str, Any]:
    """Open-r1's codeforces: tests by standard input, perhaps with a checker in Python."""
    rows = _rows(given["official_tests"], "official_tests")
    for i, row in enumerate(rows):
        if "input" not in row or "output" not in row:
            refuse(f"official_tests[{i}] needs `input` and `output`")
    changed: dict[str, Any] = {
        "type": "stdio",
        "cases": [{"stdin": row["input"], "expected": row["output"]} for row in rows],
    }
    if given.get("time_limit"):
        changed["timeout_s"] = float(given["time_limit"])
    if given.get("memory_limit"):
        changed["memory_mb"] = max(16, int(given["memory_limit"]))
    if given.get("generated_checker"):
        changed["checker"] = _CHECKER.format(source=repr(str(given["generated_checker"])))
    return changed


_CHECKER = '''
SOURCE = {source}
CODE = compile(SOURCE, "<checker>", "exec")
def check(input, output, expected):
    """As ``python checker.py input.txt correct_output.txt solution_output.txt``."""
    import contextlib, io, sys
    names = ("input.txt", "correct_output.txt", "solution_output.txt")
    for name, text in zip(names, (input, expected or "", output)):
        with open(name, "w") as file:
            file.write(text)
    sys.argv = ["checker.py", *names]
    said, status = io.StringIO(), None
    with contextlib.redirect_stdout(said):
        try:
            exec(CODE, {{"__name__": "__main__"}})
        except SystemExit as err:
            status = 0 if err.code is None else err.code
    words = said.getvalue().split()
    if words:
        try:
            return float(words[-1]) >= 1.0
        except ValueError:
            return words[0].lower() in ("ok", "true", "accepted")
    return status == 0
'''

_SHAPES: dict[str, Callable[[Mapping[str, Any]], dict[str, Any]]] = {
    "verification_info": _verification_info,
    "test_cases": _test_cases,
    "functional": _functional,
    "assert_case": _assert_case,
    "verifier_metadata": _verifier_metadata,
    "unit_tests": _unit_tests,
    "official_tests": _official_tests,
    "test": _test,
}
