"""Which of a suite's tests are called, and how: by its kind, as its own runner would.

unittest's classes, pytest's functions and classes, HumanEval's ``check``. The text is put after
the suite; what the suite calls itself is not called twice.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence


def check_function(tree: ast.Module) -> ast.FunctionDef | None:
    """HumanEval's ``def check(candidate)``, which the harness calls."""
    for item in tree.body:
        if isinstance(item, ast.FunctionDef) and item.name == "check":
            return item
    return None


def checked(tree: ast.Module, check: ast.FunctionDef) -> str | None:
    """What of the program's the suite itself hands to ``check``: ``f``, ``Solution().f``.

    None: it does not call it, and leaves that to the harness. "": something else, or several.
    """
    made = {
        item.targets[0].id: ast.unparse(item.value)
        for item in tree.body
        if isinstance(item, ast.Assign) and isinstance(item.targets[0], ast.Name)
    }
    found: set[str] = set()
    for item in ast.walk(tree):
        if isinstance(item, ast.Call) and ast.unparse(item.func) == check.name and item.args:
            text = ast.unparse(item.args[0])
            first, dot, rest = text.partition(".")
            while first in made and not rest.count("."):  # s = Solution(); check(s.f)
                first, text = made[first], f"{made[first]}{dot}{rest}"
                first, dot, rest = text.partition(".")
            found.add(text if _ENTRY.fullmatch(text) else "")
    return found.pop() if len(found) == 1 else "" if found else None


_ENTRY = re.compile(r"[A-Za-z_]\w*(\(\))?(\.[A-Za-z_]\w*)?")


def unittest_classes(body: Sequence[ast.stmt]) -> list[ast.ClassDef]:
    """Unittest's classes, and those that derive from one of them."""
    found: dict[str, ast.ClassDef] = {}
    for item in body:
        if isinstance(item, ast.ClassDef):
            bases = [ast.unparse(base) for base in item.bases]
            if any("TestCase" in base or base in found for base in bases):
                found[item.name] = item
    return list(found.values())


def tests_in(body: Sequence[ast.stmt]) -> list[ast.FunctionDef]:
    """Pytest's functions, or methods, in the order in which they stand."""
    return [x for x in body if isinstance(x, ast.FunctionDef) and x.name.startswith("test_")]


def calls(body: Sequence[ast.stmt], candidate: str) -> str:
    """The code that runs the suite's tests.

    Args:
        body: The suite's statements.
        candidate: What ``check`` is given.
    """
    has_check = any(isinstance(x, ast.FunctionDef) and x.name == "check" for x in body)
    if has_check and "check" not in _called(body):
        return f"\ncheck({candidate})\n"
    called = _called(body)
    cases = unittest_classes(body)
    text = f"\n_assay_run_cases({', '.join(x.name for x in cases)})\n" if cases else ""
    functions = {x.name: x for x in body if isinstance(x, ast.FunctionDef)}
    text += _set_up(functions, ("setup_module",))
    for item in body:
        if isinstance(item, ast.ClassDef) and item not in cases and item.name.startswith("Test"):
            text += _of_class(item)
        elif isinstance(item, ast.FunctionDef) and item.name.startswith("test"):
            given = bool(item.args.args)  # by a decorator, if it is one of pytest's
            marked = item.name.startswith("test_") and item.decorator_list
            if (not given or marked) and item.name not in called:
                text += _set_up(functions, ("setup_function",)) + f"\n{item.name}()\n"
    return text


def _of_class(item: ast.ClassDef) -> str:
    """Pytest's class of tests: a new object for each."""
    methods = {x.name: x for x in item.body if isinstance(x, ast.FunctionDef)}
    before = _set_up(methods, ("setup_class", "setup_method", "setUp"), "_t.")
    return "".join(
        f"\n_t = {item.name}(){before or chr(10)}_t.{test.name}()\n" for test in tests_in(item.body)
    )


def _set_up(functions: dict[str, ast.FunctionDef], names: Sequence[str], of: str = "") -> str:
    """Calls of those that are defined; each argument about the test is None."""
    out = ""
    for name in names:
        if name in functions:
            noted = len(functions[name].args.args) - bool(of)
            out += f"\n{of}{name}({', '.join(['None'] * noted)})\n"
    return out


def _called(body: Sequence[ast.stmt]) -> set[str]:
    """Functions that it calls by name, where no ``try`` would swallow that they fail."""
    found: set[str] = set()
    todo: list[ast.AST] = list(body)
    while todo:
        item = todo.pop()
        if isinstance(item, ast.Call) and isinstance(item.func, ast.Name):
            found.add(item.func.id)
        if not (isinstance(item, ast.Try) and item.handlers):
            todo += ast.iter_child_nodes(item)
    return found
