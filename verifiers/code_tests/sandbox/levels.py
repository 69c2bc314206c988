"""The levels of isolation, and kinds of zygotes."""

from __future__ import annotations

import importlib.util
import os
from dataclasses import dataclass
from typing import Literal, TypeAlias

Level: TypeAlias = Literal["namespaces", "landlock+seccomp", "rlimits-only"]

LEVELS: tuple[Level, ...] = ("namespaces", "landlock+seccomp", "rlimits-only")
"""Best first."""


@dataclass(frozen=True, slots=True)
class Kind:
    """What a zygote has loaded before the first program comes."""

    name: str
    preload: tuple[str, ...]
    site: tuple[str, ...] = ()
    """Folders of packages to import from: of what lies there, `packages` and nothing else."""
    packages: tuple[str, ...] = ()
    """Names in those folders that programs may read and import."""


_PACKAGES = ("numpy", "pandas", "scipy", "dateutil", "pytz", "tzdata")
"""With what pandas needs."""


def numeric_kind(preload: tuple[str, ...]) -> Kind | None:
    """A kind with numpy loaded, and pandas where it is installed; None without numpy."""
    spec = importlib.util.find_spec("numpy")
    if spec is None or not spec.submodule_search_locations:
        return None
    site: list[str] = []
    for name in ("numpy", "pandas", "scipy"):
        found = importlib.util.find_spec(name)
        if found is None or not found.submodule_search_locations:
            continue
        parent = os.path.dirname(next(iter(found.submodule_search_locations)))
        if parent not in site:
            site.append(parent)
    packages = (*_PACKAGES, *(f"{name}.libs" for name in _PACKAGES), "six.py")
    return Kind("numeric", (*preload, "numpy", "pandas"), tuple(site), packages)


def better(level: Level) -> tuple[Level, ...]:
    """`level` and every level above it, best first."""
    return LEVELS[: LEVELS.index(level) + 1]
