"""Finds code that a program keeps in text and runs with `exec`, where no analyser looks."""

from __future__ import annotations

import ast
import re
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum

from assay.verifiers.code_style.parse import parse, substantive

EVALUATORS = frozenset({"exec", "eval", "compile"})
"""Functions that run or read text they are given."""

DOORS = frozenset(
    [
        "__builtins__",
        "builtins",
        "__import__",
        "__loader__",
        "__globals__",
        "__subclasses__",
        "f_builtins",
        "f_globals",
        "marshal",
        "pickle",
        "ctypes",
        "CodeType",
        "FunctionType",
        "codeop",
    ]
)
"""Names through which those can be reached, or code run that no text shows."""

RUNNERS = frozenset(["importlib", "runpy", "timeit", "subprocess", "system", "popen", "Popen"])
"""Names that run a program given as text, and are mostly used for something else."""

FREE_CHARS = 16
"""Characters of unread text that cost nothing: operators, a prompt. Each one more counts as a
finding, since it may be code, and code has fewer findings than characters."""

LONGEST_DISPLAY = 16
"""Numbers in a display past which it may be text in disguise (``bytes([112, 114, ...])``)."""

MOST_UNFOLDED = 8
"""Pieces of hidden code that are judged one by one; the rest counts as unread."""

_MENTIONS = re.compile(
    r"\b(?:" + "|".join(sorted(EVALUATORS | DOORS | RUNNERS)) + r"|getattr|globals|vars|locals)\b"
)


_READS_ITSELF = re.compile(
    r"\b(?:__doc__|__file__|getdoc|getsource\w*|getcomments|co_consts|argv)\b"
)


class _Reach(IntEnum):
    """How far a program can run text."""

    NONE = 0
    PROGRAMS = 1
    """Whole programs, by a runner: texts of several statements are judged."""
    SHOWN = 2
    """Evaluators, called with constants only: what can be read as code is judged."""
    ANY = 3
    """Anything: text that cannot be read as code may be code all the same."""


@dataclass(frozen=True, slots=True)
class Hidden:
    """What a program keeps in text that it may run."""

    programs: tuple[str, ...] = ()
    """Pieces that are programs themselves."""
    unread: int = 0
    """Characters that may be code and could not be read as such."""
    broken: bool = False
    """Whether a text that is given to ``exec`` as it stands does not parse."""

    @property
    def findings(self) -> int:
        """What the hiding itself counts: each piece is 1, unread text its length."""
        return len(self.programs) + max(0, self.unread - FREE_CHARS)


NOTHING = Hidden()


def hidden_code(source: str, tree: ast.Module) -> Hidden:
    """The code that `source` keeps in string constants, if it names a way to run them.

    Concatenated, joined and formatted constants are put together first; what is hidden in hidden
    code is found too. A program that names no executor hides nothing.

    Args:
        source: The program.
        tree: Its syntax tree.
    """
    if _MENTIONS.search(source) is None:
        return NOTHING
    programs: list[str] = []
    unread = 0
    broken = False
    waiting = [tree]
    while waiting:
        module = waiting.pop()
        reach = _reach(module)
        if reach is _Reach.NONE:
            continue
        broken = broken or any(isinstance(parse(text), str) for text in _executed(module))
        if reach is _Reach.ANY and _READS_ITSELF.search(source) is not None:
            unread += len(source)  # docstrings and comments can be run as well
        for text in _texts(module):
            inner = _program(text, 2 if reach is _Reach.PROGRAMS else 1)
            if inner is not None and len(programs) >= MOST_UNFOLDED:
                unread += len(text) + FREE_CHARS
            elif inner is None:
                unread += len(text) if reach is _Reach.ANY else 0
            else:
                programs.append(inner[0])
                waiting.append(inner[1])
    return Hidden(tuple(programs), unread, broken)


def _executed(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.args:
            text = _folded(node.args[0]) if node.func.id == "exec" else None
            if text is not None:
                yield text


def _reach(tree: ast.Module) -> _Reach:
    reach = _Reach.NONE
    shown: set[ast.AST] = set()  # evaluators that are called with a constant right here
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            name, first = node.func.id, node.args[0] if node.args else None
            if name in EVALUATORS and first is not None and _folded(first) is not None:
                shown.add(node.func)
            elif name == "getattr" and len(node.args) > 1 and _is_put_together(node.args[1]):
                return _Reach.ANY
        for name in _names(node):
            if name in DOORS or (name in EVALUATORS and node not in shown):
                return _Reach.ANY
            if name in EVALUATORS:
                reach = max(reach, _Reach.SHOWN)
            elif name in RUNNERS:
                reach = max(reach, _Reach.PROGRAMS)
    return reach


def _names(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Name):
        yield node.id
    elif isinstance(node, ast.Attribute):
        if node.attr not in EVALUATORS:  # re.compile and model.eval are other functions
            yield node.attr
    elif isinstance(node, ast.Import | ast.ImportFrom):
        if isinstance(node, ast.ImportFrom) and node.module:
            yield node.module.partition(".")[0]
        for alias in node.names:
            yield alias.name.partition(".")[0]
    elif (
        isinstance(node, ast.Subscript)
        and _is_put_together(node.slice)
        and (
            isinstance(node.value, ast.Call)
            and isinstance(node.value.func, ast.Name)
            and node.value.func.id in ("globals", "vars", "locals")
        )
    ):
        yield "__builtins__"


def _is_put_together(node: ast.expr) -> bool:
    """Whether a name given as text may be an evaluator's: spelt out, or assembled."""
    if isinstance(node, ast.Constant):
        return node.value in EVALUATORS | DOORS
    return not isinstance(node, ast.Name | ast.Attribute)


def _program(text: str, least: int) -> tuple[str, ast.Module] | None:
    """`text` as a program of at least so many statements; a word or a sum is none."""
    if not any(c in text for c in "\n;=(:"):
        return None
    for candidate in (text, textwrap.dedent(text)):
        tree = parse(candidate)
        if isinstance(tree, ast.Module):
            enough = sum(isinstance(node, ast.stmt) for node in ast.walk(tree)) >= least
            is_code = enough and substantive(tree) and _acts(tree)
            return (candidate, tree) if is_code else None
    return None


def _acts(tree: ast.Module) -> bool:
    """Whether there is more than one expression without a call, which may be mere text."""
    if len(tree.body) > 1 or not isinstance(tree.body[0], ast.Expr):
        return True
    return any(isinstance(n, ast.Call | ast.Lambda | ast.Await) for n in ast.walk(tree.body[0]))


def _texts(tree: ast.Module) -> Iterator[str]:
    """The longest constant texts of a program, docstrings left out."""
    docstrings = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            first = node.body[0] if node.body else None
            if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
                docstrings.add(first.value)
    waiting: list[ast.AST] = [tree]
    while waiting:
        node = waiting.pop()
        if node in docstrings:
            continue
        text = _folded(node)
        if text is not None:
            if text:
                yield text
            continue
        numbers = _numbers(node)
        if numbers:
            yield numbers
            continue
        waiting.extend(ast.iter_child_nodes(node))


def _folded(node: ast.AST) -> str | None:
    """The constant text an expression stands for; names in it become ``x``."""
    if isinstance(node, ast.Constant):
        if isinstance(node.value, bytes):
            return node.value.decode("utf-8", "replace")
        return node.value if isinstance(node.value, str) else None
    if isinstance(node, ast.JoinedStr):
        parts = [_folded(v) if isinstance(v, ast.Constant) else "x" for v in node.values]
        return "".join(part or "" for part in parts)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Mod):
        left = _folded(node.left)
        if left is None:
            return None
        if isinstance(node.op, ast.Mod):
            return left
        right = _folded(node.right)
        return left + (right if right is not None else "x")
    if (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "join"
        and len(node.args) == 1
        and isinstance(node.args[0], ast.List | ast.Tuple)
    ):
        glue = _folded(node.func.value)
        parts = [_folded(item) for item in node.args[0].elts]
        if glue is not None and any(part is not None for part in parts):
            return glue.join("x" if part is None else part for part in parts)
    return None


def _numbers(node: ast.AST) -> str | None:
    if not isinstance(node, ast.List | ast.Tuple | ast.Set) or len(node.elts) <= LONGEST_DISPLAY:
        return None
    if not all(isinstance(e, ast.Constant) and isinstance(e.value, int) for e in node.elts):
        return None
    return " " * len(node.elts)
