"""What a suite's text takes for granted, put right before it is read.

Suites are written to lie beside a file ``solution.py``, to be started by a command, or to be run
where the program's imports are theirs, too. Here the program is not a module, and its names are its
own.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable

_RUNNERS = ("unittest.main", "pytest.main")
_ASSUMED = {
    **{name: f"import {name}" for name in (
        "math", "cmath", "random", "re", "copy", "collections", "itertools", "functools", "json",
        "os", "sys", "datetime", "decimal", "fractions", "statistics", "operator", "string",
        "time", "numpy", "pandas",
    )},
    "np": "import numpy as np",
    "pd": "import pandas as pd",
}  # fmt: skip
_METHOD = re.compile(r"([A-Za-z_]\w*)(?:\(\))?\.([A-Za-z_]\w*)")


def method(entry_point: str) -> tuple[str, str] | None:
    """Class and method in ``Solution().twoSum`` or ``Solution.twoSum``; None: it is a function."""
    found = _METHOD.fullmatch(entry_point)
    return (found[1], found[2]) if found is not None else None


_EXCEPTION = re.compile(r"[A-Z]\w*(Error|Exception|Warning)")


def caught(tree: ast.Module, names: set[str]) -> set[str]:
    """Names of exception classes that the suite catches or expects.

    Of those in `names`, also what is set against the type of an exception, and what is named like
    one and is not a base of a class of the suite's.
    """
    found: list[ast.expr | None] = []
    for item in ast.walk(tree):
        if isinstance(item, ast.ExceptHandler):
            found.append(item.type)
        elif isinstance(item, ast.Call) and item.args and "raises" in _name(item.func).lower():
            found.append(item.args[0])
        elif isinstance(item, ast.Compare) or _name_of_call(item).startswith("assert"):
            sides = item.args if isinstance(item, ast.Call) else [item.left, *item.comparators]  # type: ignore[attr-defined]
            if any(_of_exception(x) for x in sides):
                found += [x for x in sides if isinstance(x, ast.Name) and x.id in names]
    found += [ast.Name(x) for x in names if _EXCEPTION.fullmatch(x)]
    listed = [y for x in found for y in (x.elts if isinstance(x, ast.Tuple) else [x])]
    return {x.id for x in listed if isinstance(x, ast.Name)}


def _name_of_call(item: ast.AST) -> str:
    return _name(item.func) if isinstance(item, ast.Call) else ""


def _of_exception(expr: ast.expr) -> bool:
    """``type(info.exception)``, ``info.type``, ``err.__class__``, ``err.exception``."""
    text = ast.unparse(expr)
    return (
        re.fullmatch(r"(type\()?\w+\.(exception|value|type|__class__|__cause__)\)?", text)
        is not None
    )


def _name(function: ast.expr) -> str:
    return function.attr if isinstance(function, ast.Attribute) else ast.unparse(function)


def started(tree: ast.Module) -> None:
    """As if started as a program: ``if __name__ == "__main__":`` holds.

    Runners are taken out: what they would run is run anyway, and they would end the process.
    """
    tree.body[:] = _started(tree.body)


def _started(body: Iterable[ast.stmt]) -> list[ast.stmt]:
    out: list[ast.stmt] = []
    for item in body:
        if isinstance(item, ast.If) and _is_main_guard(item.test):
            out += _started(item.body)
        elif not (isinstance(item, ast.Expr) and _is_runner(item)):
            out.append(item)
    return out


def _is_main_guard(test: ast.expr) -> bool:
    if not isinstance(test, ast.Compare) or not isinstance(test.ops[0], ast.Eq):
        return False
    sides = {ast.unparse(test.left), ast.unparse(test.comparators[0])}
    return sides == {"__name__", "'__main__'"}


def _is_runner(item: ast.Expr) -> bool:
    """``unittest.main()``, ``sys.exit(pytest.main([...]))``."""
    calls = [x for x in ast.walk(item) if isinstance(x, ast.Call)]
    return any(ast.unparse(x.func) in _RUNNERS for x in calls)


def import_assumed(tree: ast.Module, known: set[str]) -> None:
    """Import what the suite uses as everybody knows it (``math.isclose``), and nobody defines.

    Were it the program's, the program could make it agree to everything.
    """
    wanted = {
        x.value.id: None for x in ast.walk(tree)
        if isinstance(x, ast.Attribute) and isinstance(x.value, ast.Name)
        and x.value.id in _ASSUMED and x.value.id not in known
    }  # fmt: skip
    if wanted.keys().isdisjoint(("np", "numpy")) and "numpy" not in known and _asks_arrays(tree):
        wanted["numpy"] = None
    at = 0
    while at < len(tree.body) and _comes_first(tree.body[at]):
        at += 1
    tree.body[at:at] = [ast.parse(_ASSUMED[name]).body[0] for name in wanted]


def _asks_arrays(tree: ast.Module) -> bool:
    """Whether it asks something for what only arrays have, which are lists to other suites."""
    return any(isinstance(x, ast.Attribute) and x.attr in ("ndim", "shape") for x in ast.walk(tree))


def _comes_first(item: ast.stmt) -> bool:
    constant = isinstance(item, ast.Expr) and isinstance(item.value, ast.Constant)
    return constant or (isinstance(item, ast.ImportFrom) and item.module == "__future__")
