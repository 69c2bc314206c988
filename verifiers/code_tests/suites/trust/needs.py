"""How much trust a suite needs to be judged rightly: read off the suite, never the program.

===============  ===========================================================================
``proxy``        test and program run in two sandboxes, and the program decides nothing
``operators``    the same, but operators of classes that the suite constructs are believed
``in_process``   test and program must share one interpreter
===============  ===========================================================================

It is decided before any program runs, so that no program can choose by whom it is judged.
"""

from __future__ import annotations

import ast
import builtins
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from assay.verifiers.code_tests.suites.trust.reflection import reflected

Trust: TypeAlias = Literal["proxy", "operators", "in_process"]

TRUSTS: tuple[Trust, ...] = ("proxy", "operators", "in_process")
"""Least trusting first."""

_MOST_REASONS = 3


@dataclass(frozen=True, slots=True)
class Needs:
    """The least trust under which a suite means what its author meant."""

    trust: Trust = "proxy"
    reasons: tuple[str, ...] = ()
    """What of the suite needs it, each with its line; empty for ``proxy``."""

    def more_than(self, given: Trust) -> bool:
        """Whether `given` is too little."""
        return TRUSTS.index(self.trust) > TRUSTS.index(given)


PROXY = Needs()
"""What most suites need."""

_MODULES = {
    "unittest.mock": "replaces names by unittest.mock",
    "mock": "replaces names by mock",
    "subprocess": "starts processes",
    "multiprocessing": "starts processes",
    "threading": "starts threads",
    "concurrent": "starts threads or processes",
    "asyncio": "awaits what the program defines",
    "tempfile": "uses files that the program is to see",
    "shutil": "uses files that the program is to see",
    "glob": "uses files that the program is to see",
    "sqlite3": "shares a database with the program",
    "logging": "looks at what the program logs",
    "warnings": "looks at the program's warnings",
    "socket": "opens connections",
    "pandas": "uses data frames, which do not cross from one process to another",
    "pathlib": "uses paths, which do not cross from one process to another",
    "uuid": "uses objects of uuid's, which do not cross from one process to another",
    "ipaddress": "uses objects of ipaddress's, which do not cross from one process to another",
    "zoneinfo": "uses time zones, which do not cross from one process to another",
    "importlib": "loads modules by name",
    "inspect": "looks at the program's source or signatures",
    "matplotlib": "looks at plots",
}
"""Modules whose import by a suite says that it shares more than values with the program."""

_NAMES = {
    "open": "opens files that the program is to see",
    "os.environ": "sets or reads the environment",
    "os.chdir": "changes the working directory",
    "os.getcwd": "uses the working directory",
    "os.remove": "uses files that the program is to see",
    "os.unlink": "uses files that the program is to see",
    "os.makedirs": "uses files that the program is to see",
    "os.mkdir": "uses files that the program is to see",
    "os.listdir": "uses files that the program is to see",
    "os.path.exists": "uses files that the program is to see",
    "os.path.isfile": "uses files that the program is to see",
    "os.path.isdir": "uses files that the program is to see",
    "sys.stdin": "replaces sys.stdin",
    "sys.modules": "changes the loaded modules",
    "sys.argv": "sets the command line",
    "builtins.input": "replaces input()",
    "builtins.print": "replaces print()",
}

_METHODS = {
    "assertLogs": "looks at what the program logs",
    "assertNoLogs": "looks at what the program logs",
    "assertWarns": "looks at the program's warnings",
    "assertWarnsRegex": "looks at the program's warnings",
    "warns": "looks at the program's warnings",
    "deprecated_call": "looks at the program's warnings",
}

_FIXTURES = {
    "tmp_path": "uses files that the program is to see",
    "tmpdir": "uses files that the program is to see",
    "tmp_path_factory": "uses files that the program is to see",
    "monkeypatch": "replaces names by monkeypatch",
    "mocker": "replaces names by mock",
    "caplog": "looks at what the program logs",
    "recwarn": "looks at the program's warnings",
    "capsys": "looks at what is printed by pytest's capsys",
    "capfd": "looks at what is printed by pytest's capfd",
    "request": "asks pytest about the test under way",
}


def needs(tree: ast.Module, names: Collection[str] = (), helpers: Collection[str] = ()) -> Needs:
    """What of a suite no proxy carries.

    Args:
        tree: The suite as written.
        names: What it asks the program for, and modules that are the program.
        helpers: What the prompt defines.
    """
    found: dict[str, None] = {}
    for line, reason in sorted(_shared(tree, set(names), {*helpers, "TestCase"})):
        found.setdefault(f"line {line} {reason}")
    if found:
        return Needs("in_process", few(found))
    return PROXY


def refusal(found: Needs, given: Trust) -> str:
    """The error of a suite that needs more trust than it is given."""
    said = "; ".join(found.reasons)
    return (
        f'tests.code: the suite needs trust="{found.trust}", and trust="{given}" was given:'
        f" {said}\n"
        f'fix: set `trust = "{found.trust}"` in the params of code.tests (docs/sandbox.md says what'
        " each trust believes), or leave such rows out"
    )


def few(found: Collection[str]) -> tuple[str, ...]:
    """The first reason of each kind, of "line N does something"."""
    kinds: dict[str, str] = {}
    for reason in found:
        kinds.setdefault(reason.split(" ", 2)[2], reason)
    return tuple(list(kinds.values())[:_MOST_REASONS])


def _shared(tree: ast.Module, names: set[str], helpers: set[str]) -> Iterator[tuple[int, str]]:
    """What must share one interpreter with the program: line and reason."""
    own = _own(tree, names)
    uses: dict[str, list[ast.Name]] = {}
    parents: dict[int, ast.AST] = {}
    for item in ast.walk(tree):
        parents.update((id(child), item) for child in ast.iter_child_nodes(item))
        if isinstance(item, ast.Name) and isinstance(item.ctx, ast.Load):
            uses.setdefault(item.id, []).append(item)
    for item in ast.walk(tree):
        if isinstance(item, ast.Import | ast.ImportFrom):
            for module, name in _imported(item):
                if reason := _of_module(module):
                    for use in uses.get(name, ()):
                        if not _is_harmless(module, use, parents):
                            yield item.lineno, reason
        elif isinstance(item, ast.Attribute):
            if item.attr in _METHODS and _is_call_of(tree, item):
                yield item.lineno, _METHODS[item.attr]
            if reason := _NAMES.get(ast.unparse(item), ""):
                yield item.lineno, reason
        elif isinstance(item, ast.Name) and item.id == "open" and "open" not in names:
            yield item.lineno, _NAMES["open"]
        elif isinstance(item, ast.AsyncFunctionDef | ast.Await):
            yield item.lineno, "awaits what the program defines"
        elif isinstance(item, ast.FunctionDef) and _is_fixture(item):
            yield item.lineno, "uses pytest's fixtures"
        elif isinstance(item, ast.FunctionDef) and item.name.startswith("test"):
            for arg in (*item.args.args, *item.args.kwonlyargs):
                if arg.arg in _FIXTURES:
                    yield item.lineno, _FIXTURES[arg.arg]
        elif isinstance(item, ast.ClassDef):
            for base in item.bases:
                if isinstance(base, ast.Name) and base.id not in own | helpers:
                    yield item.lineno, "derives a class from one of the program's"
        elif isinstance(item, ast.With) and any(isinstance(x, ast.Raise) for x in item.body):
            managers = {_root(x.context_expr) for x in item.items}
            if managers - own - helpers - {""}:
                yield item.lineno, "raises within a context of the program's"
    yield from _streams(tree, names)
    yield from _seeds(tree)
    yield from _frames(tree, names)
    yield from reflected(tree, own)


_HARMLESS = {
    "warnings": {"simplefilter", "filterwarnings"},
    "logging": {"disable", "basicConfig", "CRITICAL", "getLogger"},
    "inspect": {"isgenerator", "iscoroutine"},
    "threading": {"Lock", "RLock", "current_thread"},
}
"""What a suite uses of a module without looking at what the program does with it."""


def _of_module(module: str) -> str:
    """Why an import of it needs one interpreter; nothing if it does not."""
    parts = module.split(".")
    for i in range(len(parts), 0, -1):
        if reason := _MODULES.get(".".join(parts[:i]), ""):
            return reason
    return ""


def _is_harmless(module: str, use: ast.Name, parents: Mapping[int, ast.AST]) -> bool:
    above = parents.get(id(use))
    whole = use
    while isinstance(above, ast.Attribute):
        whole, above = above, parents.get(id(above))  # type: ignore[assignment]
    text = ast.unparse(whole)
    if use.id == module.partition(".")[0] and not f"{text}.".startswith(f"{module}."):
        return True  # ``import unittest.mock``, and a use of unittest alone
    attribute = text.rpartition(".")[2]
    if attribute in _HARMLESS.get(module.partition(".")[0], ()):
        return True
    # what is printed crosses: ``@patch("sys.stdout", new_callable=StringIO)``
    first = above.args[0] if isinstance(above, ast.Call) and above.args else None
    return (
        attribute == "patch"
        and isinstance(first, ast.Constant)
        and first.value in ("sys.stdout", "sys.stderr")
    )


def _imported(item: ast.Import | ast.ImportFrom) -> Sequence[tuple[str, str]]:
    """Modules, and the names by which the suite has them."""
    if isinstance(item, ast.Import):
        return [(a.name, a.asname or a.name.partition(".")[0]) for a in item.names]
    return [(f"{item.module or ''}.{a.name}", a.asname or a.name) for a in item.names]


def _is_call_of(tree: ast.Module, attribute: ast.Attribute) -> bool:
    """Whether it stands for unittest's or pytest's own, not a method of the program's."""
    return ast.unparse(attribute.value) in ("self", "pytest")


def _is_fixture(item: ast.FunctionDef) -> bool:
    return any("fixture" in ast.unparse(x) for x in item.decorator_list)


def _streams(tree: ast.Module, names: set[str]) -> Iterator[tuple[int, str]]:
    """Open streams as arguments of the program's."""
    made = set()
    for item in ast.walk(tree):
        if isinstance(item, ast.Assign) and _is_stream(item.value):
            made |= {ast.unparse(x) for x in item.targets}
        elif isinstance(item, ast.withitem) and _is_stream(item.context_expr):
            made |= {ast.unparse(item.optional_vars)} if item.optional_vars else set()
    foreign = _own(tree, names)
    for item in ast.walk(tree):
        if isinstance(item, ast.Call) and (root := _root(item.func)) and root not in foreign:
            for argument in (*item.args, *(k.value for k in item.keywords)):
                if _is_stream(argument) or ast.unparse(argument) in made:
                    yield item.lineno, "hands an open stream to the program"


def _own(tree: ast.Module, modules: set[str]) -> set[str]:
    """Names that are the suite's own, or Python's: all others are the program's."""
    found = set(dir(builtins)) | {"self"}
    for item in ast.walk(tree):
        if isinstance(item, ast.Import | ast.ImportFrom):
            for module, name in _imported(item):
                if module.partition(".")[0] not in modules and not getattr(item, "level", 0):
                    found.add(name)
        elif isinstance(item, ast.FunctionDef | ast.ClassDef):
            found.add(item.name)
    return found - modules


def _is_stream(expr: ast.expr) -> bool:
    return isinstance(expr, ast.Call) and ast.unparse(expr.func).rpartition(".")[2] in (
        "StringIO", "BytesIO", "TextIOWrapper",
    )  # fmt: skip


def _seeds(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """A generator seeded for the program to draw from.

    So it is where the suite itself draws nothing, or seeds it twice to draw the same again.
    """
    functions = [x for x in ast.walk(tree) if isinstance(x, ast.FunctionDef)]
    inside = {id(y) for x in functions for y in ast.walk(x)}
    parts = [
        [x for x in ast.walk(tree) if id(x) not in inside],
        *(list(ast.walk(x)) for x in functions),
    ]
    drawn = {
        owner
        for part in parts
        for owner, call in _random(part)
        if call.func.attr != "seed"  # type: ignore[attr-defined]
    }
    for part in parts:
        seeded = [(o, call) for o, call in _random(part) if call.func.attr == "seed"]  # type: ignore[attr-defined]
        for owner, call in seeded:
            if owner not in drawn or sum(o == owner for o, _ in seeded) > 1:
                yield call.lineno, "seeds the random numbers that the program draws"


def _random(items: Sequence[ast.AST]) -> Iterator[tuple[str, ast.Call]]:
    """Calls of ``random.something``, with the owner's name."""
    for item in items:
        if isinstance(item, ast.Call) and isinstance(item.func, ast.Attribute):
            owner = ast.unparse(item.func.value)
            if owner in ("random", "np.random", "numpy.random"):
                yield owner, item


_FRAMES = {
    "columns", "iloc", "loc", "iat", "dtypes", "sort_values", "reset_index", "equals",
    "groupby", "nunique", "iterrows", "itertuples", "value_counts", "to_dict", "set_index",
    "isnull", "isna", "dtype", "gca", "get_xlabel", "get_ylabel", "get_title",
    "get_xticklabels", "get_lines", "patches",
}  # fmt: skip


def _frames(tree: ast.Module, names: set[str]) -> Iterator[tuple[int, str]]:
    """Attributes of data frames and plots, of what a function of the program's gave."""
    own = _own(tree, names)

    def is_result(expr: ast.expr) -> bool:
        called = isinstance(expr, ast.Call) and isinstance(expr.func, ast.Name)
        name = expr.func.id if called else ""  # type: ignore[attr-defined]
        return bool(name) and name not in own and not name.lstrip("_")[:1].isupper()

    results = {
        ast.unparse(target)
        for item in ast.walk(tree) if isinstance(item, ast.Assign) and is_result(item.value)
        for target in item.targets
    }  # fmt: skip
    for item in ast.walk(tree):
        if not (isinstance(item, ast.Attribute) and item.attr in _FRAMES):
            continue
        if is_result(item.value) or ast.unparse(item.value) in results:
            yield item.lineno, "uses data frames, plots or arrays' types, which do not cross"


def _root(expr: ast.expr) -> str:
    while isinstance(expr, ast.Attribute | ast.Subscript | ast.Call):
        expr = expr.func if isinstance(expr, ast.Call) else expr.value
    return expr.id if isinstance(expr, ast.Name) else ""
