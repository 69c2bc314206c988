"""Whether a text is a Python program, and whether there is anything in it to judge."""

from __future__ import annotations

import ast
import re
import warnings

from assay import syntax
from assay.printable import one_line

DEEPEST = 1_000
"""Levels of a syntax tree that is read. How deep a tree Python itself can build depends on its
version and on who calls; a score must not."""

_CODING = re.compile(r"(?:[^\n]*\n)?[ \t\f]*#[^\n]*coding[:=]")
"""A comment in the first two lines that names an encoding (PEP 263), perhaps one there is not."""

_TOO_DEEP = "the program does not parse: it is nested too deeply"


def parse(source: str) -> ast.Module | str:
    """The syntax tree of `source`, or why there is none, in one sentence.

    The text is parsed, never compiled or run. A tree of more than `DEEPEST` levels is refused.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # invalid escapes are for pylint to report
            tree = syntax.parsed(source, "<program>")
            if _CODING.match(
                source
            ):  # the tools read a file, and obey that line; `parsed` does not
                syntax.parsed(source.encode("utf-8"), "<program>")
    except SyntaxError as err:
        where = f" at line {err.lineno}" if err.lineno else ""  # of an encoding: 0
        return f"the program does not parse: {one_line(str(err.msg), 120)}{where}"
    except ValueError as err:  # null bytes, lone surrogates
        return f"the program does not parse: {one_line(str(err), 120)}"
    except (RecursionError, MemoryError):
        return _TOO_DEEP
    return _TOO_DEEP if _deeper(tree, DEEPEST) else tree


def _deeper(tree: ast.AST, levels: int) -> bool:
    """Whether `tree` has more levels than that; level by level, since a walk in depth recurses."""
    level = [tree]
    for _ in range(levels):
        level = [child for node in level for child in ast.iter_child_nodes(node)]
        if not level:
            return False
    return True


def substantive(tree: ast.AST) -> bool:
    r"""Whether any statement does something: no docstring, ``pass``, ``...``, import or stub.

    >>> substantive(ast.parse("import os\ndef f():\n    'Docstring.'"))
    False
    >>> substantive(ast.parse("def f():\n    return 1"))
    True
    """
    return any(_does(node) for node in ast.walk(tree))


_BLOCKS = (ast.If, ast.For, ast.AsyncFor, ast.While, ast.With, ast.AsyncWith, ast.Try, ast.TryStar)
_EMPTY = (
    ast.Pass,
    ast.Import,
    ast.ImportFrom,
    ast.Global,
    ast.Nonlocal,
    ast.FunctionDef,
    ast.AsyncFunctionDef,
    ast.ClassDef,
    ast.Match,
    *_BLOCKS,
)
_ACTS = (ast.Call, ast.Await, ast.Yield, ast.YieldFrom, ast.NamedExpr)


def _does(node: ast.AST) -> bool:
    if isinstance(node, _ACTS):
        return True  # also in the header of a loop whose body is `pass`
    if isinstance(node, ast.ClassDef):
        return any(isinstance(item, ast.AnnAssign) for item in node.body)  # fields
    if not isinstance(node, ast.stmt) or isinstance(node, _EMPTY):
        return False
    if isinstance(node, ast.Expr):
        return not isinstance(node.value, ast.Constant)
    if isinstance(node, ast.AnnAssign):
        return node.value is not None
    return True
