"""What a sample's tests say that a probe can use: the name asked for, and the cases."""

from __future__ import annotations

import ast
import doctest
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from assay import syntax
from assay.errors import AssayError
from assay.model import Sample, thaw
from assay.verifiers.code_tests.suites.shapes import read


@dataclass(frozen=True, slots=True)
class CallExample:
    """One case whose arguments and expected value are plain data."""

    args: tuple[Any, ...]
    kwargs: Mapping[str, Any]
    expected: Any
    public: bool = False


@dataclass(frozen=True, slots=True)
class Printed:
    """One run on a standard input."""

    stdin: str
    expected: str
    public: bool = False


@dataclass(frozen=True, slots=True)
class ProbedSuite:
    """A sample's tests, as far as a probe needs them."""

    entry: str
    """``name`` or ``Class.name``; empty for programs that read standard input."""
    calls: tuple[CallExample, ...] = ()
    runs: tuple[Printed, ...] = ()

    @classmethod
    def of(cls, sample: Sample) -> ProbedSuite | None:
        """None where the tests cannot be read, or hold no case in plain data."""
        try:
            suite = read(sample.tests, sample.prompt if isinstance(sample.prompt, str) else None)
        except AssayError:
            return None
        given = _plain(sample.tests)
        entry = next(iter(suite.entry_points), "")
        if suite.kind == "stdio":
            runs = tuple(
                Printed(case.stdin, case.expected[0], case.public)
                for case in suite.cases
                if case.expected and isinstance(case.expected[0], str)
            )
            return cls("", runs=runs) if runs else None
        calls = [*_listed(given), *_asserted(given, entry)]
        shown = _documented(sample, entry)
        calls = [_marked(call, shown) for call in calls]
        return cls(entry, (*(s for s in shown if _unknown(s, calls)), *calls)) if entry else None

    def public(self) -> tuple[CallExample, ...]:
        """The calls that a model can know; where none is marked, the first half of them."""
        known = tuple(call for call in self.calls if call.public)
        return known or self.calls[: len(self.calls) // 2]

    def public_runs(self) -> tuple[Printed, ...]:
        """Likewise, for standard input."""
        known = tuple(run for run in self.runs if run.public)
        return known or self.runs[: len(self.runs) // 2]


def _plain(tests: Any) -> dict[str, Any]:
    if isinstance(tests, str):
        try:
            tests = json.loads(tests)
        except ValueError:
            return {"code": tests}
    found = thaw(tests)
    return found if isinstance(found, dict) else {"code": "\n".join(map(str, found))}


def _listed(given: Mapping[str, Any]) -> list[CallExample]:
    cases = given.get("cases")
    if not isinstance(cases, list):
        names = ("inputs", "outputs")
        if all(isinstance(given.get(name), list) for name in names):
            pairs = zip(given["inputs"], given["outputs"], strict=False)
            return [CallExample(tuple(x), {}, y) for x, y in pairs if isinstance(x, list)]
        return []
    return [
        CallExample(
            tuple(case.get("args") or case.get("input") or ()),
            dict(case.get("kwargs") or {}),
            case.get("expected", case.get("output")),
            bool(case.get("public", False)),
        )
        for case in cases
        if isinstance(case, dict) and ("expected" in case or "output" in case)
    ]


def _asserted(given: Mapping[str, Any], entry: str) -> list[CallExample]:
    """The assertions of a suite that compare a call with a literal."""
    code = given.get("code", given.get("test_list", ""))
    code = "\n".join(code) if isinstance(code, list) else str(code)
    try:
        tree = syntax.parsed(code)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return []
    found = []
    for node in ast.walk(tree):
        if not isinstance(node, ast.Assert) or not isinstance(node.test, ast.Compare):
            continue
        test = node.test
        if isinstance(test.ops[0], ast.Eq) and len(test.ops) == 1:
            call = _call(test.left, test.comparators[0], {entry, "candidate"})
            if call is not None:
                found.append(call)
    return found


def _call(left: ast.expr, right: ast.expr, names: set[str]) -> CallExample | None:
    if not isinstance(left, ast.Call) or not isinstance(left.func, ast.Name):
        return None
    if left.func.id not in names:
        return None
    try:
        args = tuple(ast.literal_eval(a) for a in left.args)
        kwargs = {str(k.arg): ast.literal_eval(k.value) for k in left.keywords}
        return CallExample(args, kwargs, ast.literal_eval(right))
    except (ValueError, TypeError, SyntaxError, RecursionError, MemoryError):
        return None


def _documented(sample: Sample, entry: str) -> list[CallExample]:
    """The examples of a prompt's docstring."""
    prompt = sample.prompt if isinstance(sample.prompt, str) else ""
    if ">>>" not in prompt:
        return []
    found = []
    try:
        examples = doctest.DocTestParser().get_examples(prompt)
    except ValueError:
        return []
    for example in examples:
        try:
            left = syntax.parsed_expression(example.source.strip())
            want = example.want.replace("'''", '"""').partition('"""')[0]  # the docstring's end
            right = syntax.parsed_expression(want.strip())
        except (SyntaxError, ValueError):
            continue
        call = _call(left, right, {entry})
        if call is not None:
            found.append(CallExample(call.args, call.kwargs, call.expected, public=True))
    return found


def _key(call: CallExample) -> str:
    return repr((call.args, sorted(call.kwargs.items())))


def _marked(call: CallExample, shown: list[CallExample]) -> CallExample:
    public = call.public or any(_key(call) == _key(s) for s in shown)
    return CallExample(call.args, call.kwargs, call.expected, public)


def _unknown(shown: CallExample, calls: list[CallExample]) -> bool:
    return all(_key(shown) != _key(call) for call in calls)


def define(entry: str, body: str, head: str = "") -> str:
    """A program that defines what the tests ask for.

    Args:
        entry: ``name`` or ``Class.name``.
        body: Of the function, not indented; its arguments are ``args`` and ``kwargs``.
        head: What stands before it.
    """
    owner, _, name = entry.rpartition(".")
    method = f"def {name}({'self, ' if owner else ''}*args, **kwargs):\n"
    method += "".join(f"    {line}\n" if line else "\n" for line in body.split("\n"))
    if owner:
        lines = "".join(f"    {line}\n" for line in method.rstrip("\n").split("\n"))
        method = (
            f"class {owner}:\n    def __init__(self, *args, **kwargs):\n        pass\n\n{lines}"
        )
    return (head.rstrip("\n") + "\n\n\n" if head else "") + method


def fenced(program: str) -> str:
    """A program as a model gives it."""
    return f"```python\n{program.rstrip()}\n```"
