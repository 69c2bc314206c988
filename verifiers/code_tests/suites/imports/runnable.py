"""What a suite and a prompt define, and whether it can run here at all."""

from __future__ import annotations

import ast
import sys
from collections.abc import Collection, Sequence
from typing import NoReturn

from assay import syntax
from assay.errors import ReferenceUnreadable
from assay.verifiers.code_tests.suites.imports.modules import OFFERED
from assay.verifiers.code_tests.suites.rewriting.test_runners import tests_in


def refuse_suite(why: str, fix: str) -> NoReturn:
    """Say what is wrong with a suite, and what to do.

    Raises:
        ReferenceUnreadable: always.
    """
    raise ReferenceUnreadable(f"tests.code: {why}\nfix: {fix}")


def parsed(code: str) -> ast.Module:
    """The tree of a suite.

    Raises:
        ReferenceUnreadable: it is not Python.
    """
    try:
        return syntax.parsed(code)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as err:
        refuse_suite(f"no Python: {err}", "an assert suite is Python code")


def defined(tree: ast.AST) -> set[str]:
    """Names that it binds, wherever."""
    out: set[str] = set()
    for item in ast.walk(tree):
        if isinstance(item, ast.FunctionDef | ast.ClassDef | ast.AsyncFunctionDef):
            out.add(item.name)
        elif isinstance(item, ast.Import | ast.ImportFrom):
            out |= {(a.asname or a.name).partition(".")[0] for a in item.names}
        elif isinstance(item, ast.Name) and isinstance(item.ctx, ast.Store):
            out.add(item.id)
        elif isinstance(item, ast.arg):
            out.add(item.arg)
        elif isinstance(item, ast.ExceptHandler) and item.name:
            out.add(item.name)
    return out


def stubs(before: str) -> set[str]:
    """What the prompt only sketches, with docstrings: what a completion is to write."""
    return {x.name for x in parsed(before).body if _is_stub(x)}  # type: ignore[attr-defined]


def records(before: str) -> list[str]:
    """Classes of the prompt's that hold attributes and define no operator: ListNode, TreeNode.

    The program makes them, so that it can be handed them; nothing is asked of them but attributes
    and methods.
    """
    plain = {"__init__", "__repr__", "__str__"}
    return [
        x.name for x in parsed(before).body
        if isinstance(x, ast.ClassDef) and not x.bases and not _is_stub(x)
        and not any(
            y.name.startswith("__") and y.name not in plain
            for y in x.body if isinstance(y, ast.FunctionDef)
        )
    ]  # fmt: skip


_MODULES = frozenset(sys.stdlib_module_names) | OFFERED


def must_be_runnable(
    body: Sequence[ast.stmt], names: Sequence[str], helpers: Collection[str] = ()
) -> None:
    """What cannot run here is the row's fault, not the program's.

    Raises:
        ReferenceUnreadable: it imports what is not there, derives from a class of the program's,
            or needs pytest's fixtures.
    """
    tried = {id(y) for item in body for x in ast.walk(item) if isinstance(x, ast.Try)
             for y in ast.walk(x)}  # fmt: skip
    for item in (x for statement in body for x in ast.walk(statement) if id(x) not in tried):
        modules = []
        if isinstance(item, ast.Import):
            modules = [a.name for a in item.names]
        elif isinstance(item, ast.ImportFrom):
            modules = [item.module or "."]
        for module in modules:
            if module.partition(".")[0] not in _MODULES | set(helpers):
                refuse_suite(f"imports {module!r}, which the sandbox lacks", "import it no more")
    for item in (x for statement in body for x in ast.walk(statement)):
        if isinstance(item, ast.ClassDef) and {ast.unparse(x) for x in item.bases} & set(names):
            refuse_suite(f"{item.name} derives from the program's class", "use the class itself")
    for test in tests_in(body):
        if test.args.args and not test.decorator_list:
            refuse_suite(f"{test.name} takes arguments (fixtures?)", "have it make what it needs")


def _is_stub(item: ast.stmt) -> bool:
    if isinstance(item, ast.FunctionDef):
        return all(map(_says_nothing, item.body))
    return isinstance(item, ast.ClassDef) and all(
        _says_nothing(x) or _is_stub(x) for x in item.body
    )


def _says_nothing(item: ast.stmt) -> bool:
    constant = isinstance(item, ast.Expr) and isinstance(item.value, ast.Constant)
    return constant or isinstance(item, ast.Pass)
