"""From the shapes that tests have in data sets to a suite.

Everything here is the data set's, not the model's: what cannot be read raises
`ReferenceUnreadable`, and the row is invalid rather than the completion wrong.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from assay import syntax
from assay.errors import ReferenceUnreadable, nearest
from assay.model import thaw
from assay.printable import a_type
from assay.verifiers.code_tests.comparing.compare import node
from assay.verifiers.code_tests.sandbox.wire.codec import Unencodable, encode
from assay.verifiers.code_tests.suites.imports.modules import imports_of, program_modules
from assay.verifiers.code_tests.suites.imports.program_imports import program_imports
from assay.verifiers.code_tests.suites.imports.runnable import defined, parsed
from assay.verifiers.code_tests.suites.imports.unavailable import refuse_unavailable
from assay.verifiers.code_tests.suites.imports.wanted import wanted
from assay.verifiers.code_tests.suites.rows.contest_imports import ANNOTATIONS, CONTESTS
from assay.verifiers.code_tests.suites.rows.contests import apps, codecontests, livecodebench
from assay.verifiers.code_tests.suites.rows.doctests import as_suite
from assay.verifiers.code_tests.suites.rows.fields import code, joined, listed, refuse, seconds
from assay.verifiers.code_tests.suites.rows.given_files import of_suite, read_files, roots
from assay.verifiers.code_tests.suites.rows.published import as_read
from assay.verifiers.code_tests.suites.suite import MAX_CASES, Case, Suite, WrittenSuite
from assay.verifiers.code_tests.suites.trust.libraries import shared_libraries
from assay.verifiers.code_tests.suites.trust.needs import Needs, needs

_FIELDS = (
    "type", "entry_point", "cases", "code", "module", "files", "timeout_s", "timeout",
    "total_timeout_s", "memory_mb",
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
    given = as_read(_loaded(tests))
    if given.get("type") == "doctest":
        text = given.get("code") or given.get("prompt") or prompt
        given = {
            **given,
            "type": "asserts",
            "code": as_suite(text if isinstance(text, str) else ""),
        }
    if given.get("input_output"):  # APPS and TACO keep their tests in a field of the row
        given = {**given, **_loaded(given["input_output"])}
    unknown = [k for k in given if k not in _FIELDS]
    if unknown:
        refuse(f"unknown field {unknown[0]!r}{nearest(unknown[0], _FIELDS)}")
    try:
        suite = _suite(given, _prompt_code(given, prompt))
    except ReferenceUnreadable:
        raise
    except (Unencodable, TypeError, ValueError, KeyError, AttributeError, RecursionError) as err:
        raise ReferenceUnreadable(f"tests: {type(err).__name__}: {err}") from err
    if len(suite.cases) > MAX_CASES:
        refuse(f"{len(suite.cases)} cases; at most {MAX_CASES}")
    judges = suite.cases or suite.rest or suite.generator or suite.needs.trust == "in_process"
    if not judges:
        why = " (only comparisons of the program with itself)" if suite.self_comparisons else ""
        refuse(f"no case that could be judged{why}")
    return replace(suite, packages=wanted(_texts(suite, prompt)))


def _texts(suite: Suite, prompt: Any) -> dict[str, str | None]:
    """All of a row that may import something."""
    return {
        "the suite": suite.written.code if suite.written is not None else None,
        "the prompt": suite.before,
        "the reference": suite.reference,
        "the checker": suite.checker,
        "the generator": suite.generator,
        **{f"files[{k!r}]": v for k, v in suite.files.items() if k.endswith(".py")},
        "the prompt's text": prompt if isinstance(prompt, str) else None,
    }


def _loaded(tests: Any) -> dict[str, Any]:
    if isinstance(tests, str):
        try:
            tests = json.loads(tests)
        except (ValueError, RecursionError) as err:
            if "assert" not in tests:
                refuse(f"text that is neither JSON nor assertions ({err})")
            tests = {"type": "asserts", "code": tests}
    plain = thaw(tests)
    if isinstance(plain, list):
        if plain and all(isinstance(x, str) for x in plain):
            return {"type": "asserts", "code": "\n".join(plain)}
        if plain and all(isinstance(x, dict) and "input" in x and "output" in x for x in plain):
            return {"public_test_cases": [], "private_test_cases": plain}
        refuse("a list of things that are not tests")
    if not isinstance(plain, dict):
        refuse(f"{a_type(plain)}")
    return plain


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
        tree = syntax.parsed(prompt)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ""
    defines = (ast.FunctionDef, ast.ClassDef, ast.Import, ast.ImportFrom)
    return prompt if any(isinstance(x, defines) for x in tree.body) else ""


KINDS = ("call", "stdio", "asserts")


def _check_kind(kind: Any) -> None:
    if kind is not None and kind not in KINDS:
        near = nearest(str(kind), KINDS)
        refuse(f"type is {kind!r:.80}, must be 'call', 'stdio' or 'asserts'{near}")


def _suite(given: dict[str, Any], before: str) -> Suite:
    kind = given.get("type")
    limits: dict[str, Any] = {
        "timeout_s": seconds(given.get("timeout_s", given.get("timeout"))),
        "total_timeout_s": seconds(given.get("total_timeout_s")),
        "memory_mb": int(given["memory_mb"]) if given.get("memory_mb") else None,
        "checker": code(given.get("checker")),
        "reference": code(given.get("reference")),
        "files": read_files(given.get("files")),
    }
    if kind in (None, "asserts") and ("code" in given or "test_list" in given):
        return _asserts(given, before, limits)
    lent = CONTESTS if kind is None and "generator" not in given else ""
    if "public_test_cases" in given or "private_test_cases" in given:
        kind, cases, entry = livecodebench(given)
    elif "inputs" in given and ("outputs" in given or "reference" in given):
        kind, cases, entry = apps(given)
    elif "public_tests" in given or "private_tests" in given:
        kind, cases, entry = codecontests(given)
    elif "generator" in given:
        kind, cases, entry = kind or "call", [], given.get("entry_point", "")
        if limits["reference"] is None:
            refuse("a generator of inputs needs a `reference` solution")
    else:
        _check_kind(kind)  # before what such a kind would lack
        entry = given.get("entry_point", "")
        cases = [_case(c, i, kind, entry, limits) for i, c in enumerate(listed(given, "cases"))]
    if kind not in ("call", "stdio"):
        refuse(f"type is {kind!r}, must be 'call', 'stdio' or 'asserts'")
    if kind == "call" and not entry and not all(c.entry_point for c in cases):
        refuse("call cases need an `entry_point`")
    return Suite(
        kind=kind,
        cases=tuple(cases),
        before=before,
        entry_points=(entry,) if entry else (),
        generator=code(given.get("generator")),
        n=int(given.get("n", 20)),
        lent=lent or (ANNOTATIONS if kind == "call" else ""),
        text="numbers" if lent else "trailing",
        **limits,
    )


def _case(case: Any, i: int, kind: Any, entry_point: str, limits: Mapping[str, Any]) -> Case:
    if not isinstance(case, dict):
        refuse(f"cases[{i}] is {a_type(case)}")
    wanted = {"stdin", "input"} if kind == "stdio" else {"args", "kwargs", "input", "init"}
    known = wanted | {"expected", "output", "public", "weight", "label", "entry_point"}
    for name in case:
        if name not in known:
            refuse(f"cases[{i}]: unknown field {name!r}{nearest(name, known)}")
    expected: tuple[Any, ...] = ()
    if "expected" in case or "output" in case:
        value = case.get("expected", case.get("output"))
        expected = (joined(value),) if kind == "stdio" else (node(value),)
    elif limits["reference"] is None and limits["checker"] is None:
        refuse(f"cases[{i}] has no `expected`, and there is neither `reference` nor `checker`")
    weight = float(case.get("weight", 1.0))
    if not 0.0 <= weight < float("inf"):
        refuse(f"cases[{i}].weight is {weight}")
    label = str(case.get("label", f"case {i + 1}"))
    public = bool(case.get("public", False))
    if kind == "stdio":
        stdin = joined(case.get("stdin", case.get("input", "")))
        return Case(label, stdin=stdin, expected=expected, public=public, weight=weight)
    args = case.get("args", case.get("input", []))
    if not isinstance(args, list):
        refuse(f"cases[{i}].args is {a_type(args)}, must be a list")
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


def _asserts(given: Mapping[str, Any], before: str, limits: dict[str, Any]) -> Suite:
    from assay.verifiers.code_tests.suites.cases.asserts import convert

    code = given.get("code", given.get("test_list"))
    if isinstance(code, list):
        code = "\n".join(str(x) for x in code)
    if not isinstance(code, str):
        refuse("`code` must be text, or a list of assertions")
    imports = given.get("test_imports") or []
    setup = [*(imports if isinstance(imports, list) else [imports]), given.get("test_setup_code")]
    before = "\n".join([*(str(x) for x in setup if x), before]).strip("\n")
    entry = given.get("entry_point")
    names = tuple(entry) if isinstance(entry, list) else (str(entry),) if entry else ()
    tree = parsed(code)
    files = limits["files"]
    helpers = roots(files)
    limits["of_tests"] = frozenset(of_suite(tree, files))
    modules = program_modules(tree, given.get("module"), helpers)
    for path in limits["of_tests"]:
        if imports_of(parsed(files[path])) & set(modules):
            refuse(f"files[{path!r}] imports the program; only the tests themselves may")
    imports = program_imports(tree, modules)
    written = WrittenSuite(code, names, modules, imports)
    need = needs(tree, {*names, *modules}, defined(parsed(before)))
    if need.trust != "in_process":
        need = shared_libraries(tree) or need
    if imports.twice and need.trust != "in_process":
        need = Needs("in_process", (f"it imports {imports.twice[0]}, two things of one name",))
    if need.trust == "in_process":
        refuse_unavailable(tree)
        return Suite(
            "call", (), needs=need, written=written, before=before, entry_points=names, **limits
        )
    found = convert(
        code, names, before, modules, helpers, has_reference=limits["reference"] is not None
    )
    return Suite(
        kind="call",
        cases=found.cases,
        needs=found.needs,
        written=written,
        rest=found.rest,
        whole=found.whole,
        before=before,
        entry_points=found.names,
        self_comparisons=found.self_comparisons,
        # a method of class Solution is of LeetCode, whose programs import nothing
        lent=CONTESTS if found.names == ("Solution",) else ANNOTATIONS,
        **limits,
    )
