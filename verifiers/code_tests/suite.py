"""Tests of a program, from the shapes that data sets have to one typed model.

Everything here is the data set's, not the model's: what cannot be read raises
`ReferenceUnreadable`, and the row is invalid rather than the completion wrong.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, NoReturn

from assay.errors import ReferenceUnreadable, nearest
from assay.verifiers.code_tests.compare import Rules, node
from assay.verifiers.code_tests.lent import CONTESTS
from assay.verifiers.code_tests.sandbox.codec import Unencodable, encode
from assay.verifiers.code_tests.views import View

MAX_CASES = 20_000


@dataclass(frozen=True, slots=True)
class Case:
    """One call, or one run on one standard input."""

    label: str
    entry_point: str = ""
    args: tuple[Any, ...] = ()
    """Encoded (`codec`), ready to be sent."""
    kwargs: Mapping[str, Any] | None = None
    init: tuple[Any, ...] = ()
    """Arguments of the class, where `entry_point` is ``Class.method``; encoded."""
    stdin: str = ""
    expected: tuple[Any, ...] = ()
    """Nodes (or texts, for stdio), of which any will do; empty: ask the reference solution."""
    public: bool = False
    """Its expected value may be shown to the model."""
    weight: float = 1.0
    rules: Rules | None = None
    """How an assertion's own text says to compare; None: as the params say."""
    view: View | None = None
    """What of the value an assertion looks at; None: the value itself, to be equal."""


@dataclass(frozen=True, slots=True)
class Rest:
    """What of an assert suite must run as code: in a sandbox that calls the program's."""

    code: str
    names: tuple[str, ...]
    """What the program is asked for."""
    asserts: int
    classes: tuple[str, ...] = ()
    """Those of the names that the test takes for classes."""
    exceptions: tuple[str, ...] = ()
    """Names of exception classes that the test catches, if they are no builtin ones."""
    in_place: bool = True
    """What a call did to its arguments is done to the test's own, also where its result is used."""


@dataclass(frozen=True, slots=True)
class Suite:
    """All tests of one program."""

    kind: Literal["call", "stdio"]
    cases: tuple[Case, ...]
    rest: Rest | None = None
    before: str = ""
    """The prompt's code: helpers, and the stub that a completion may continue."""
    entry_points: tuple[str, ...] = ()
    timeout_s: float | None = None
    total_timeout_s: float | None = None
    memory_mb: int | None = None
    reference: str | None = None
    """A solution, to make expected values with."""
    generator: str | None = None
    n: int = 0
    checker: str | None = None
    """Code with ``check(input, output, expected)``: a special judge."""
    lent: str = ""
    """Imports whose names a program may use without importing them itself."""
    self_comparisons: int = 0
    """Assertions that compared the program with itself, left out."""


_FIELDS = (
    "type", "entry_point", "cases", "code", "timeout_s", "timeout", "total_timeout_s", "memory_mb",
    "prompt", "setup", "reference", "generator", "n", "checker", "inputs", "outputs", "fn_name",
    "public_test_cases", "private_test_cases", "metadata", "test_list", "test_setup_code",
    "challenge_test_list", "test_imports", "input_output", "starter_code", "public_tests",
    "private_tests", "generated_tests",
)  # fmt: skip


def read(tests: Any, prompt: Any = None) -> Suite:
    """The suite that a sample's `tests` holds, as a mapping or as the same in JSON text.

    Args:
        tests: One of the shapes in `docs/sandbox.md`.
        prompt: The sample's prompt; read if it is Python, as HumanEval's are.

    Raises:
        ReferenceUnreadable: not tests; says what was wanted.
    """
    given = _loaded(tests)
    if given.get("input_output"):  # APPS and TACO keep their tests in a field of the row
        given = {**given, **_loaded(given["input_output"])}
    unknown = [k for k in given if k not in _FIELDS]
    if unknown:
        _refuse(f"unknown field {unknown[0]!r}{nearest(unknown[0], _FIELDS)}")
    try:
        suite = _suite(given, _prompt_code(given, prompt))
    except ReferenceUnreadable:
        raise
    except (Unencodable, TypeError, ValueError, KeyError, AttributeError, RecursionError) as err:
        raise ReferenceUnreadable(f"tests: {type(err).__name__}: {err}") from err
    if len(suite.cases) > MAX_CASES:
        _refuse(f"{len(suite.cases)} cases; at most {MAX_CASES}")
    if not suite.cases and suite.rest is None and suite.generator is None:
        why = " (only comparisons of the program with itself)" if suite.self_comparisons else ""
        _refuse(f"no case that could be judged{why}")
    return suite


def _refuse(why: str) -> NoReturn:
    raise ReferenceUnreadable(
        f"tests: {why}\n"
        'fix: e.g. {"type": "call", "entry_point": "f", "cases": [{"args": [1], "expected": 2}]}, '
        '{"type": "stdio", "cases": [{"stdin": "1\\n", "expected": "2\\n"}]} or '
        '{"type": "asserts", "code": "assert f(1) == 2"}'
    )


def _loaded(tests: Any) -> dict[str, Any]:
    if isinstance(tests, str):
        try:
            tests = json.loads(tests)
        except (ValueError, RecursionError) as err:
            if "assert" not in tests:
                _refuse(f"text that is neither JSON nor assertions ({err})")
            tests = {"type": "asserts", "code": tests}
    plain = thaw(tests)
    if isinstance(plain, list):
        if plain and all(isinstance(x, str) for x in plain):
            return {"type": "asserts", "code": "\n".join(plain)}
        if plain and all(isinstance(x, dict) and "input" in x and "output" in x for x in plain):
            return {"public_test_cases": [], "private_test_cases": plain}
        _refuse("a list of things that are no tests")
    if not isinstance(plain, dict):
        _refuse(f"a {type(plain).__name__}")
    return plain


def thaw(value: Any) -> Any:
    """A frozen JSON value as lists and dicts again."""
    if isinstance(value, Mapping):
        return {k: thaw(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [thaw(v) for v in value]
    return value


def _prompt_code(given: Mapping[str, Any], prompt: Any) -> str:
    """The prompt, if it is Python that defines or imports something."""
    explicit = "\n".join(str(given[k]) for k in ("prompt", "setup") if given.get(k))
    if explicit:
        return explicit
    if not isinstance(prompt, str) or ("def " not in prompt and "import " not in prompt):
        return ""
    if prompt.rstrip().endswith(":"):  # it breaks off where the function's body is to come
        indent = re.match(r"\s*", prompt.rstrip().rpartition("\n")[2])
        prompt = f"{prompt.rstrip()}\n{indent[0] if indent else ''}    ...\n"
    try:
        tree = ast.parse(prompt)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ""
    defines = (ast.FunctionDef, ast.ClassDef, ast.Import, ast.ImportFrom)
    return prompt if any(isinstance(x, defines) for x in tree.body) else ""


def _suite(given: dict[str, Any], before: str) -> Suite:
    kind = given.get("type")
    limits: dict[str, Any] = {
        "timeout_s": _seconds(given.get("timeout_s", given.get("timeout"))),
        "total_timeout_s": _seconds(given.get("total_timeout_s")),
        "memory_mb": int(given["memory_mb"]) if given.get("memory_mb") else None,
        "checker": _code(given.get("checker")),
        "reference": _code(given.get("reference")),
    }
    if kind in (None, "asserts") and ("code" in given or "test_list" in given):
        return _asserts(given, before, limits)
    lent = CONTESTS if kind is None and "generator" not in given else ""
    if "public_test_cases" in given or "private_test_cases" in given:
        kind, cases, entry = _livecodebench(given)
    elif "inputs" in given and ("outputs" in given or "reference" in given):
        kind, cases, entry = _apps(given)
    elif "public_tests" in given or "private_tests" in given:
        kind, cases, entry = _codecontests(given)
    elif "generator" in given:
        kind, cases, entry = kind or "call", [], given.get("entry_point", "")
        if limits["reference"] is None:
            _refuse("a generator of inputs needs a `reference` solution")
    else:
        entry = given.get("entry_point", "")
        cases = [_case(c, i, kind, entry, limits) for i, c in enumerate(_list(given, "cases"))]
    if kind not in ("call", "stdio"):
        _refuse(f"type is {kind!r}, must be 'call', 'stdio' or 'asserts'")
    if kind == "call" and not entry and not all(c.entry_point for c in cases):
        _refuse("call cases need an `entry_point`")
    return Suite(
        kind=kind,
        cases=tuple(cases),
        before=before,
        entry_points=(entry,) if entry else (),
        generator=_code(given.get("generator")),
        n=int(given.get("n", 20)),
        lent=lent,
        **limits,
    )


def _case(case: Any, i: int, kind: Any, entry_point: str, limits: Mapping[str, Any]) -> Case:
    if not isinstance(case, dict):
        _refuse(f"cases[{i}] is a {type(case).__name__}")
    wanted = {"stdin", "input"} if kind == "stdio" else {"args", "kwargs", "input", "init"}
    known = wanted | {"expected", "output", "public", "weight", "label", "entry_point"}
    for name in case:
        if name not in known:
            _refuse(f"cases[{i}]: unknown field {name!r}{nearest(name, known)}")
    expected: tuple[Any, ...] = ()
    if "expected" in case or "output" in case:
        value = case.get("expected", case.get("output"))
        expected = (_joined(value),) if kind == "stdio" else (node(value),)
    elif limits["reference"] is None and limits["checker"] is None:
        _refuse(f"cases[{i}] has no `expected`, and there is neither `reference` nor `checker`")
    weight = float(case.get("weight", 1.0))
    if not 0.0 <= weight < float("inf"):
        _refuse(f"cases[{i}].weight is {weight}")
    label = str(case.get("label", f"case {i + 1}"))
    public = bool(case.get("public", False))
    if kind == "stdio":
        stdin = _joined(case.get("stdin", case.get("input", "")))
        return Case(label, stdin=stdin, expected=expected, public=public, weight=weight)
    args = case.get("args", case.get("input", []))
    if not isinstance(args, list):
        _refuse(f"cases[{i}].args is a {type(args).__name__}, must be a list")
    return Case(
        label,
        entry_point=str(case.get("entry_point", entry_point)),
        args=tuple(encode(a) for a in args),
        kwargs={str(k): encode(v) for k, v in dict(case.get("kwargs") or {}).items()},
        init=tuple(encode(a) for a in case.get("init", ())),
        expected=expected,
        public=public,
        weight=weight,
    )


def _joined(value: Any) -> str:
    """Text of stdin or stdout; some sets hold a list of lines."""
    if isinstance(value, list):
        return "\n".join(str(x) for x in value)
    if not isinstance(value, str):
        _refuse(f"standard input and output are text, got {type(value).__name__}")
    return value


def _list(given: Mapping[str, Any], name: str) -> list[Any]:
    value = given.get(name)
    if not isinstance(value, list):
        _refuse(f"`{name}` is missing" if value is None else f"`{name}` is no list")
    return value


def _seconds(value: Any) -> float | None:
    if value is None:
        return None
    seconds = float(value)
    if not 0.0 < seconds <= 3600.0:
        _refuse(f"a time limit of {seconds} s; must lie in (0, 3600]")
    return seconds


def _code(value: Any) -> str | None:
    if value is None:
        return None
    if isinstance(value, dict):
        value = value.get("code")
    if not isinstance(value, str):
        _refuse("code is no text")
    return value


def _apps(given: Mapping[str, Any]) -> tuple[str, list[Case], str]:
    """APPS, TACO: parallel lists. A function's output may be wrapped in a list of one."""
    name = given.get("fn_name") or given.get("entry_point")
    inputs = _list(given, "inputs")
    outputs = _list(given, "outputs") if "outputs" in given else [None] * len(inputs)
    if len(inputs) != len(outputs):
        _refuse(f"{len(inputs)} inputs and {len(outputs)} outputs")
    cases = []
    for i, (x, y) in enumerate(zip(inputs, outputs, strict=True)):
        label = f"case {i + 1}"
        known = "outputs" in given
        if name:
            any_of = [y] if not (isinstance(y, list) and len(y) == 1) else [y[0], y]
            if isinstance(x, str):  # LiveCodeBench's way: arguments as JSON, one a line
                x = _json_lines(x)
                any_of = [json.loads(y) if isinstance(y, str) else y]
            if not isinstance(x, list):
                _refuse(f"inputs[{i}] is a {type(x).__name__}, must be a list of arguments")
            args = tuple(encode(a) for a in x)
            expected = tuple(node(e) for e in any_of) if known else ()
            cases.append(Case(label, str(name), args, expected=expected))
        else:
            texts = (_joined(y),) if known else ()
            cases.append(Case(label, stdin=_joined(x), expected=texts))
    return ("call" if name else "stdio"), cases, str(name or "")


def _livecodebench(given: Mapping[str, Any]) -> tuple[str, list[Case], str]:
    """LiveCodeBench: lists of {input, output, testtype}; a function's values are JSON by line."""
    metadata = given.get("metadata") or {}
    if isinstance(metadata, str):
        metadata = json.loads(metadata)
    name = given.get("fn_name") or given.get("entry_point") or metadata.get("func_name")
    cases: list[Case] = []
    functional = False
    for field, public in (("public_test_cases", True), ("private_test_cases", False)):
        rows = given.get(field) or []
        if isinstance(rows, str):
            try:
                rows = json.loads(rows)
            except ValueError:
                _refuse(f"{field} is no JSON; decompress it first (no pickle is read here)")
        for row in rows:
            label = f"{'public' if public else 'hidden'} case {len(cases) + 1}"
            if row.get("testtype") == "functional" or (name and "testtype" not in row):
                functional = True
                if not name:
                    _refuse("functional cases need `fn_name`, or `func_name` in the metadata")
                want = node(json.loads(row["output"]))
                args = tuple(encode(a) for a in _json_lines(row["input"]))
                cases.append(Case(label, str(name), args, expected=(want,), public=public))
            else:
                texts = (_joined(row["output"]),)
                cases.append(
                    Case(label, stdin=_joined(row["input"]), expected=texts, public=public)
                )
    return ("call" if functional else "stdio"), cases, str(name or "") if functional else ""


def _json_lines(text: Any) -> list[Any]:
    return [json.loads(line) for line in str(text).split("\n") if line.strip()]


def _codecontests(given: Mapping[str, Any]) -> tuple[str, list[Case], str]:
    """CodeContests: for each kind of test the lists ``input`` and ``output``."""
    cases: list[Case] = []
    for field in ("public_tests", "private_tests", "generated_tests"):
        rows = given.get(field) or {}
        inputs, outputs = rows.get("input") or [], rows.get("output") or []
        if len(inputs) != len(outputs):
            _refuse(f"{field}: {len(inputs)} inputs and {len(outputs)} outputs")
        public = field == "public_tests"
        for x, y in zip(inputs, outputs, strict=True):
            label = f"{'public' if public else 'hidden'} case {len(cases) + 1}"
            cases.append(Case(label, stdin=_joined(x), expected=(_joined(y),), public=public))
    return "stdio", cases, ""


def _asserts(given: Mapping[str, Any], before: str, limits: Mapping[str, Any]) -> Suite:
    from assay.verifiers.code_tests.asserts import convert

    code = given.get("code", given.get("test_list"))
    if isinstance(code, list):
        code = "\n".join(str(x) for x in code)
    if not isinstance(code, str):
        _refuse("`code` must be text, or a list of assertions")
    imports = given.get("test_imports") or []
    setup = [*(imports if isinstance(imports, list) else [imports]), given.get("test_setup_code")]
    before = "\n".join([*(str(x) for x in setup if x), before]).strip("\n")
    entry = given.get("entry_point")
    names = tuple(entry) if isinstance(entry, list) else (str(entry),) if entry else ()
    found = convert(code, names, before, has_reference=limits["reference"] is not None)
    return Suite(
        kind="call",
        cases=found.cases,
        rest=found.rest,
        before=before,
        entry_points=found.names,
        self_comparisons=found.self_comparisons,
        **limits,
    )
