"""Kinds of zygotes: what is loaded before the first program comes."""

from __future__ import annotations

import functools
import importlib.util
import os
from dataclasses import dataclass, replace

from assay.verifiers.code_tests.sandbox.wire.packages import offered

_STANDARD = (
    "abc", "array", "ast", "base64", "bisect", "calendar", "cmath", "collections",
    "collections.abc", "contextlib", "copy", "ctypes", "dataclasses", "datetime", "decimal",
    "enum", "fractions", "functools", "hashlib", "heapq", "html", "io", "itertools", "json",
    "keyword", "locale", "math", "numbers", "operator", "pprint", "queue", "random", "re",
    "secrets", "shlex", "signal", "statistics", "string", "struct", "textwrap", "threading",
    "time", "timeit", "token", "tokenize", "traceback", "types", "typing", "unicodedata", "uuid",
    "warnings", "weakref", "zlib",
)  # fmt: skip
"""What programs import most."""


@dataclass(frozen=True, slots=True)
class ZygoteKind:
    """What a zygote has loaded before the first program comes."""

    name: str
    preload: tuple[str, ...]
    site: tuple[str, ...] = ()
    """Folders of packages to import from: of what lies there, `packages` and nothing else."""
    packages: tuple[str, ...] = ()
    """Names in those folders that programs may read and import."""
    names: tuple[str, ...] = ()
    """By which programs import them."""
    beside: bool = False
    """Tests run beside programs in it."""


PLAIN = ZygoteKind("plain", _STANDARD)

_NUMERIC = ("numpy", "pandas", "scipy")
_NEEDED = (*_NUMERIC, "dateutil", "pytz", "tzdata")
"""With what pandas needs."""


@functools.cache
def numeric_kind() -> ZygoteKind | None:
    """A kind with numpy loaded, and pandas where it is installed; None without numpy."""
    site: list[str] = []
    for name in _NUMERIC:
        found = importlib.util.find_spec(name)
        if found is None or not found.submodule_search_locations:
            if name == "numpy":
                return None
            continue
        parent = os.path.dirname(next(iter(found.submodule_search_locations)))
        if parent not in site:
            site.append(parent)
    packages = (*_NEEDED, *(f"{name}.libs" for name in _NEEDED), "six.py")
    return ZygoteKind("numeric", (*_STANDARD, "numpy", "pandas"), tuple(site), packages)


def beside(kind: ZygoteKind) -> ZygoteKind:
    """The same, for tests that run beside their program."""
    return replace(kind, name=f"{kind.name} beside", beside=True)


_MORE = {
    "matplotlib": ("matplotlib.pyplot",),
    "numpy": ("numpy.testing",),
    "pandas": ("pandas.testing",),
    "scipy": ("scipy.stats", "scipy.optimize"),
    "sklearn": (
        "sklearn.cluster", "sklearn.datasets", "sklearn.decomposition", "sklearn.ensemble",
        "sklearn.linear_model", "sklearn.metrics", "sklearn.model_selection",
        "sklearn.preprocessing", "sklearn.utils.parallel:_get_threadpool_controller",
    ),
}  # fmt: skip
"""Parts of packages that take long to load and that programs use most; after a colon, a function to
be called while /proc can still be read."""


@functools.lru_cache(maxsize=16)
def package_kind(requirements: tuple[str, ...]) -> ZygoteKind:
    """A kind with those distributions loaded, beside numpy and its kin where they are installed.

    Raises:
        NotOffered: one is not installed.
    """
    found = offered(requirements)
    numeric = numeric_kind()
    first = numeric or PLAIN
    preload = [*first.preload]
    for name in found.modules:
        preload += [name, *_MORE.get(name, ())]
    return ZygoteKind(
        " ".join(("packages", *requirements)),
        tuple(dict.fromkeys(preload)),
        tuple(dict.fromkeys((*first.site, *found.folders))),
        tuple(dict.fromkeys((*first.packages, *found.entries))),
        names=tuple(dict.fromkeys((*_NUMERIC, *found.modules))),
    )


def kind_for(*codes: str | None, packages: tuple[str, ...] = ()) -> ZygoteKind:
    """The kind that these programs need: with packages, if a line of any imports one.

    Args:
        codes: Programs; None is none.
        packages: Requirements that are offered besides numpy, pandas and scipy.

    Raises:
        NotOffered: one of `packages` is not installed, whatever the programs import.
    """
    offers = package_kind(packages) if packages else None
    names = offers.names if offers is not None else _NUMERIC
    for code in codes:
        for line in (code or "").splitlines():
            if "import" in line and any(name in line for name in names):
                return offers or numeric_kind() or PLAIN
    return PLAIN
