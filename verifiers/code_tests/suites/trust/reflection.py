"""What a suite asks Python about the program's objects, beside their values.

A docstring, a copy, the fields of a dataclass: Python answers by looking into an object, and of an
object that lives in another process there is nothing to look into. Nor do all values cross: a
path, ``NotImplemented``, a list that is to stay the same one.
"""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator

_REFLECTED = {
    "__doc__", "__wrapped__", "__annotations__", "__qualname__", "__module__", "__defaults__",
    "__kwdefaults__", "__code__", "__closure__", "__bases__", "__mro__", "__signature__",
}  # fmt: skip

_LOOKS_INTO = {
    "copy.copy": "copies an object of the program's",
    "copy.deepcopy": "copies an object of the program's",
    "pickle.dumps": "pickles an object of the program's",
    "pickle.dump": "pickles an object of the program's",
}
"""Functions that are fine with values."""

_DATACLASS = {
    f"dataclasses.{x}" for x in ("asdict", "astuple", "replace", "fields", "is_dataclass")
}

_CHANGES = {
    "append", "extend", "insert", "pop", "remove", "clear", "update", "add", "discard",
    "setdefault", "popitem",
}  # fmt: skip


def reflected(tree: ast.Module, own: Collection[str]) -> Iterator[tuple[int, str]]:
    """Line and reason of what no proxy answers.

    Args:
        tree: The suite.
        own: Names that are the suite's own, or Python's.
    """
    known = _Known(tree, own)
    for item in ast.walk(tree):
        if isinstance(item, ast.Attribute) and isinstance(item.ctx, ast.Load):
            decorated = known.is_decorated(item.value)
            if item.attr in _REFLECTED and (decorated or known.is_programs(item.value)):
                yield item.lineno, f"looks at {item.attr} of the program's"
            elif item.attr == "__name__" and (decorated or known.is_made(item.value)):
                yield item.lineno, "looks at __name__ of what the program made"
        elif isinstance(item, ast.Call) and item.args:
            called = known.full(item.func)
            if called in _LOOKS_INTO and known.is_object(item.args[0]):
                yield item.lineno, _LOOKS_INTO[called]
            elif called in _DATACLASS and known.is_programs(item.args[0]):
                yield item.lineno, "asks about the fields of the program's dataclass"
            elif called == "isinstance" and len(item.args) == 2 and known.asks_kind(item.args[1]):
                yield item.lineno, "asks whether it is a generator or a function"
            elif called.startswith("self.assert") and any(map(_stays, item.args[:2])):
                yield item.lineno, "asks for NotImplemented or Ellipsis, which do not cross"
        elif isinstance(item, ast.Compare) and any(map(_stays, (item.left, *item.comparators))):
            yield item.lineno, "asks for NotImplemented or Ellipsis, which do not cross"
        elif isinstance(item, ast.Assign):
            for target in item.targets:
                if isinstance(target, ast.Attribute) and known.is_shared(target.value):
                    yield item.lineno, "sets an attribute of the program's module or class"
        if isinstance(item, ast.Attribute | ast.Name) and known.full(item) in _STDERR:
            yield item.lineno, "looks at what is printed to stderr"
    yield from _changed(tree, known)
    yield from _handed_over(tree, known)


_STDERR = ("contextlib.redirect_stderr", "sys.stderr")

_KINDS = {
    *(f"types.{x}Type" for x in ("Generator", "Function", "Lambda", "Method", "Coroutine")),
    *(f"{x}.{y}" for x in ("collections.abc", "typing") for y in ("Generator", "Iterator")),
}  # fmt: skip


def _stays(expr: ast.expr) -> bool:
    if isinstance(expr, ast.Constant):
        return expr.value is ...
    return isinstance(expr, ast.Name) and expr.id == "NotImplemented"


class _Known:
    """What the names of a suite stand for."""

    def __init__(self, tree: ast.Module, own: Collection[str]) -> None:
        self._own = own
        self._imported: dict[str, str] = {}
        self._decorated: set[str] = set()
        self._made: dict[str, ast.expr] = {}
        stored: set[str] = set()
        assigned: list[tuple[str, ast.expr]] = []
        for item in ast.walk(tree):
            if isinstance(item, ast.Import):
                self._imported.update((a.asname, a.name) for a in item.names if a.asname)
            elif isinstance(item, ast.ImportFrom) and not item.level:
                for a in item.names:
                    self._imported[a.asname or a.name] = f"{item.module}.{a.name}"
            elif isinstance(item, ast.Name) and not isinstance(item.ctx, ast.Load):
                stored.add(item.id)
            elif isinstance(item, ast.arg):
                stored.add(item.arg)
            elif isinstance(item, ast.Assign) and isinstance(item.value, ast.Call):
                assigned += [(x.id, item.value) for x in item.targets if isinstance(x, ast.Name)]
        self._stored = stored
        for name, value in (*assigned, *assigned):  # twice: for what is made of what was made
            if isinstance(value, ast.Call) and self.is_programs(value.func):
                self._made[name] = value
        for item in ast.walk(tree):
            if isinstance(item, ast.FunctionDef) and any(
                map(self.is_programs, item.decorator_list)
            ):
                self._decorated.add(item.name)

    def full(self, func: ast.expr) -> str:
        """The dotted name of what is called, through the suite's imports."""
        text = ast.unparse(func)
        first, dot, rest = text.partition(".")
        return f"{self._imported.get(first, first)}{dot}{rest}"

    def is_decorated(self, expr: ast.expr) -> bool:
        """Whether it is a function of the suite's under a decorator of the program's."""
        return isinstance(expr, ast.Name) and expr.id in self._decorated

    def is_made(self, expr: ast.expr) -> bool:
        """Whether the program gave it."""
        return isinstance(expr, ast.Name) and expr.id in self._made

    def is_programs(self, expr: ast.expr) -> bool:
        """Whether it is the program's, or comes of it."""
        root = expr
        while isinstance(root, ast.Attribute | ast.Subscript | ast.Call):
            root = root.func if isinstance(root, ast.Call) else root.value
        if not isinstance(root, ast.Name):
            return False
        if root.id in self._made:
            return True
        return root.id not in self._own and root.id not in self._stored

    def is_shared(self, expr: ast.expr) -> bool:
        """Whether it is a name of the program's for what all its parts see: a module, a class."""
        return isinstance(expr, ast.Name) and expr.id not in self._made and self.is_programs(expr)

    def asks_kind(self, expr: ast.expr) -> bool:
        """Whether it is a class of what has no value: of generators, of functions."""
        kinds = expr.elts if isinstance(expr, ast.Tuple) else [expr]
        return any(self.full(x) in _KINDS for x in kinds)

    def is_object(self, expr: ast.expr) -> bool:
        """Whether it was made by calling a class of the program's: something with a capital."""
        made = self._made.get(expr.id) if isinstance(expr, ast.Name) else expr
        if not isinstance(made, ast.Call) or not self.is_programs(made.func):
            return False
        return ast.unparse(made.func).rpartition(".")[2].lstrip("_")[:1].isupper()

    def method_called(self, expr: ast.expr) -> str:
        """``stack.items``, of ``stack.items()`` or a name for what it gave; else nothing."""
        made = self._made.get(expr.id) if isinstance(expr, ast.Name) else expr
        if not (isinstance(made, ast.Call) and isinstance(made.func, ast.Attribute)):
            return ""
        return ast.unparse(made.func) if self.is_made(made.func.value) else ""


def _handed_over(tree: ast.Module, known: _Known) -> Iterator[tuple[int, str]]:
    """Objects of the suite's own classes, as arguments; and exceptions, in what is called back."""
    classes = {
        x.name for x in ast.walk(tree)
        if isinstance(x, ast.ClassDef) and not x.name.startswith("Test")
        and not any("TestCase" in ast.unparse(b) for b in x.bases)
    }  # fmt: skip
    held: set[str] = set()

    def holds(expr: ast.expr) -> bool:
        if isinstance(expr, ast.Call):
            return known.full(expr.func) == "types.SimpleNamespace" or (
                isinstance(expr.func, ast.Name) and expr.func.id in classes
            )
        if isinstance(expr, ast.Attribute):  # a member of an enumeration
            return isinstance(expr.value, ast.Name) and expr.value.id in classes & enums
        if isinstance(expr, ast.List | ast.Tuple | ast.Set):
            return any(map(holds, expr.elts))
        if isinstance(expr, ast.Dict):
            return any(map(holds, expr.values))
        return isinstance(expr, ast.Name) and expr.id in held

    enums = {
        x.name for x in ast.walk(tree)
        if isinstance(x, ast.ClassDef) and any("Enum" in ast.unparse(b) for b in x.bases)
    }  # fmt: skip
    assigned = [x for x in ast.walk(tree) if isinstance(x, ast.Assign)]
    for one in (*assigned, *assigned):
        if holds(one.value):
            held |= {x.id for x in one.targets if isinstance(x, ast.Name)}
    for item in ast.walk(tree):
        if isinstance(item, ast.Call) and known.is_programs(item.func):
            if any(map(holds, (*item.args, *(k.value for k in item.keywords)))):
                yield item.lineno, "hands the program an object of a class of its own"
        elif isinstance(item, ast.FunctionDef) and not item.name.startswith("test"):
            for inner in ast.walk(item):
                if not isinstance(inner, ast.Raise) or inner.exc is None:
                    continue
                of_class = isinstance(inner.exc, ast.Name) and inner.exc.id in classes
                if of_class or holds(inner.exc):
                    yield inner.lineno, "raises an exception of its own in what the program calls"


def _changed(tree: ast.Module, known: _Known) -> Iterator[tuple[int, str]]:
    """What a method gave, changed by the suite, which then asks the method again."""
    calls: dict[str, int] = {}
    for item in ast.walk(tree):
        if isinstance(item, ast.Call):
            text = ast.unparse(item.func)
            calls[text] = calls.get(text, 0) + 1
    for line, value in _changes(tree):
        if calls.get(known.method_called(value), 0) > 1:
            yield line, "changes what a method returned, and calls it again"


def _changes(tree: ast.Module) -> Iterator[tuple[int, ast.expr]]:
    for item in ast.walk(tree):
        if isinstance(item, ast.Expr) and isinstance(item.value, ast.Call):
            func = item.value.func
            if isinstance(func, ast.Attribute) and func.attr in _CHANGES:
                yield item.lineno, func.value
        elif isinstance(item, ast.Assign | ast.Delete):
            for target in item.targets:
                if isinstance(target, ast.Subscript):
                    yield item.lineno, target.value
