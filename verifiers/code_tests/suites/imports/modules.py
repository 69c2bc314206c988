"""By which module a suite imports the program: the one that nobody else could mean.

Suites lie beside the program's file and import it by its name (``from two_fer import two_fer``,
``import yacht``, ``from .solution import *``). Here the program is not a file; its names are
its own.
"""

from __future__ import annotations

import ast
import builtins
import sys
from collections.abc import Collection

from assay.errors import ReferenceUnreadable

USUAL = ("solution", "main", "your_module", "__main__")
"""Names that mean the program wherever they stand."""

OFFERED = frozenset({"numpy", "pandas", "scipy", "pytest"})
"""What suites may import beyond the standard library, where it is installed."""

_PUBLISHED = frozenset({
    "sklearn", "matplotlib", "mpl_toolkits", "requests", "bs4", "torch", "torchvision",
    "tensorflow", "keras", "jax", "flax", "sympy", "networkx", "PIL", "cv2", "yaml", "ruamel",
    "flask", "flask_login", "flask_mail", "flask_restful", "flask_wtf", "django", "seaborn",
    "nltk", "hypothesis", "freezegun", "parameterized", "dateutil", "pytz", "tzdata", "lxml",
    "psutil", "cryptography", "Crypto", "aiohttp", "httpx", "pydantic", "attr", "attrs", "tqdm",
    "click", "numba", "statsmodels", "openpyxl", "xlrd", "xlwt", "docx", "faker", "geopandas",
    "shapely", "wordcloud", "gensim", "spacy", "transformers", "datasets", "redis", "pymongo",
    "sqlalchemy", "mock", "six", "toml", "tomli", "regex", "chardet", "rich", "selenium",
    "folium", "librosa", "soundfile", "textblob", "holidays", "pyquery", "mechanize",
    "prettytable", "texttable", "xmltodict", "wikipedia", "werkzeug", "jinja2", "markupsafe",
    "simplejson", "rsa", "blake3", "skimage", "imageio", "plotly", "bokeh", "altair", "xgboost",
    "lightgbm", "catboost", "geopy", "sendgrid", "pyparsing", "jsonschema", "fastapi",
    "starlette", "uvicorn", "boto3", "botocore", "google", "azure", "pytesseract", "unidecode",
    "Levenshtein", "python_http_client", "wtforms", "pyfakefs", "responses", "requests_mock",
    "httpretty", "testfixtures", "nose", "behave", "allure", "pytest_mock", "pytest_asyncio",
    "sortedcontainers", "more_itertools", "toolz", "cytoolz", "ujson", "orjson", "gmpy2",
    "mpmath", "cvxpy", "pulp", "ortools", "polars", "pyarrow", "dask", "setuptools",
    "pkg_resources",
})  # fmt: skip
"""Packages that suites import and that are never the program, installed here or not."""


def is_published(root: str) -> bool:
    """Whether a suite that imports it means a package that everybody knows."""
    return root in _PUBLISHED


def program_modules(
    tree: ast.AST, module: str | None = None, beside: Collection[str] = ()
) -> tuple[str, ...]:
    """The root names by which a suite imports the program; "" stands for ``from . import x``.

    Args:
        tree: The suite.
        module: What the row says it is.
        beside: Modules that are given beside the tests.

    Raises:
        ReferenceUnreadable: it imports two that could be the program.
    """
    found, tried = _imported(tree)
    foreign = [x for x in found if not _is_known(x, beside)]
    if not foreign:  # with a way out for where it is missing
        foreign = [x for x in tried if not _is_known(x, beside)]
    if module is not None:
        named = module.partition(".")[0]
        return tuple(dict.fromkeys([named, *(x for x in foreign if x in USUAL)]))
    usual = [x for x in found if x in USUAL]
    others = [x for x in foreign if x not in USUAL]
    if len(others) + bool(usual) > 1:
        listed = ", ".join(repr(x or ".") for x in (*usual[:1], *others))
        raise ReferenceUnreadable(
            f"tests.code: imports {listed}, and only one of them can be the program\n"
            'fix: name the program\'s module ("module": "..."), and give the others in `files`'
        )
    return tuple(dict.fromkeys([*others, *USUAL]))


def imports_of(tree: ast.AST) -> set[str]:
    """Roots of all that it imports."""
    found, tried = _imported(tree)
    return {*found, *tried}


def _is_known(root: str, beside: Collection[str]) -> bool:
    known = root in sys.stdlib_module_names and root != "__main__"
    return known or root in OFFERED or root in _PUBLISHED or root in beside


def _imported(tree: ast.AST) -> tuple[list[str], list[str]]:
    """Roots of all imports: those that must be there, and those that stand in a ``try``."""
    tries = (x for x in ast.walk(tree) if isinstance(x, ast.Try) and x.handlers)
    guarded = {id(y) for x in tries for statement in x.body for y in ast.walk(statement)}
    found: dict[str, None] = {}
    tried: dict[str, None] = {}
    for item in ast.walk(tree):
        to = tried if id(item) in guarded else found
        if isinstance(item, ast.ImportFrom):
            to["" if item.level else str(item.module).partition(".")[0]] = None
        elif isinstance(item, ast.Import):
            to.update((a.name.partition(".")[0], None) for a in item.names)
    return list(found), list(tried)


_SUFFIX = "__of_the_program"


def told_apart(name: str) -> str:
    """What a suite's text calls the program's `name` where that means something else to it."""
    return f"{name}{_SUFFIX}"


def plain(name: str) -> str:
    """What the program calls it: `from_program` may have had to tell it from a name of a test's."""
    first, dot, rest = name.partition(".")
    return first.removesuffix(_SUFFIX) + dot + rest


def from_program(tree: ast.Module, modules: Collection[str]) -> list[str]:
    """Takes out imports of the program; its names stand for themselves.

    Returns:
        The names imported, or used as attributes of the module.
    """
    imports = _Imports(modules, modules_by_use(tree, modules))
    imports.visit(tree)
    own = _own_names(tree) - imports.names.keys()
    names = {  # ``from solution import sum as total``, where `sum` is another
        bound: told_apart(name) if bound != name and name in own else name
        for bound, name in imports.names.items()
    }
    renamed = _Renamed(imports.modules, names, own)
    renamed.visit(tree)
    return list(dict.fromkeys([*names.values(), *renamed.found]))


_LIBRARY = frozenset(
    name for name, x in vars(builtins).items()
    if not (isinstance(x, type) and issubclass(x, BaseException))
)  # fmt: skip
"""Builtins but for exceptions: suites seldom tell a program's own of those from Python's."""


def _own_names(tree: ast.AST) -> set[str]:
    """Names that mean something of the suite's own or Python's, the program's imports taken out.

    ``solution.gcd(4, 6) == gcd(4, 6)`` holds the program against ``math``: were both one name,
    it would be held against itself.
    """
    found: set[str] = set()
    for item in ast.walk(tree):
        if isinstance(item, ast.Name):
            if isinstance(item.ctx, ast.Store) or item.id in _LIBRARY:
                found.add(item.id)
        elif isinstance(item, ast.arg):
            found.add(item.arg)
        elif isinstance(item, ast.FunctionDef | ast.ClassDef | ast.AsyncFunctionDef):
            found.add(item.name)
        elif isinstance(item, ast.Import | ast.ImportFrom):
            found |= {(x.asname or x.name).partition(".")[0] for x in item.names}
    return found


def modules_by_use(tree: ast.AST, modules: Collection[str]) -> frozenset[str]:
    """Names that a suite imports from its program and uses as modules: ``from app import models``.

    In small letters, and never but for what they hold: a function that is called, or a class. What
    they hold besides may change, as an object's attributes do.
    """
    found: set[str] = set()
    for item in ast.walk(tree):
        if isinstance(item, ast.ImportFrom):
            root = "" if item.level else str(item.module).partition(".")[0]
            if root in modules:
                found |= {x.asname or x.name for x in item.names if x.name.islower()}
    if not found:
        return frozenset()
    called = {id(x.func) for x in ast.walk(tree) if isinstance(x, ast.Call)}
    held = {
        id(x.value) for x in ast.walk(tree)
        if isinstance(x, ast.Attribute) and (id(x) in called or x.attr[:1].isupper())
    }  # fmt: skip
    used: set[str] = set()
    for item in ast.walk(tree):
        if isinstance(item, ast.Name) and item.id in found:
            used.add(item.id)
            if id(item) not in held:
                found.discard(item.id)
        elif isinstance(item, ast.arg):
            found.discard(item.arg)
    return frozenset(found & used)


class _Imports(ast.NodeTransformer):
    def __init__(self, modules: Collection[str], by_use: Collection[str]) -> None:
        self._ours, self._by_use = modules, by_use
        self.modules: set[str] = set()
        """Expressions that stand for the program as a module."""
        self.names: dict[str, str] = {}
        """Names in the suite, and what the program calls them."""

    def visit_ImportFrom(self, node: ast.ImportFrom) -> ast.stmt:
        root = "" if node.level else str(node.module).partition(".")[0]
        if root not in self._ours:
            return node
        for a in node.names:
            named = a.name in self._ours or (a.asname or a.name) in self._by_use
            if (node.level and node.module is None) or named:  # from . import solution
                self.modules.add(a.asname or a.name)
            elif a.name != "*":
                self.names[a.asname or a.name] = a.name
        return ast.copy_location(ast.Pass(), node)

    def visit_Import(self, node: ast.Import) -> ast.stmt:
        ours = [a for a in node.names if a.name.partition(".")[0] in self._ours]
        self.modules |= {a.asname or a.name for a in ours}
        node.names = [a for a in node.names if a not in ours]
        return node if node.names else ast.copy_location(ast.Pass(), node)


class _Renamed(ast.NodeTransformer):
    def __init__(self, modules: set[str], names: dict[str, str], stored: set[str]) -> None:
        self._modules, self._names, self._stored = modules, names, stored
        self.found: list[str] = []

    def visit_Attribute(self, node: ast.Attribute) -> ast.expr:
        if ast.unparse(node.value) not in self._modules or not isinstance(node.ctx, ast.Load):
            self.generic_visit(node)
            return node
        # ``score = yacht.score(...)``: the suite's own `score` is another
        name = told_apart(node.attr) if node.attr in self._stored else node.attr
        self.found.append(name)
        return ast.copy_location(ast.Name(name, node.ctx), node)

    def visit_Name(self, node: ast.Name) -> ast.expr:
        node.id = self._names.get(node.id, node.id)
        return node
