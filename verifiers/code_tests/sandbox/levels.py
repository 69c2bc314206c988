"""The levels of isolation, and what a program may read at each of them."""

from __future__ import annotations

import importlib.util
import os
import sys
import sysconfig
from dataclasses import dataclass
from typing import Literal, TypeAlias

Level: TypeAlias = Literal["namespaces", "landlock+seccomp", "rlimits-only"]

LEVELS: tuple[Level, ...] = ("namespaces", "landlock+seccomp", "rlimits-only")
"""Best first."""

DEVICES = ("/dev/null", "/dev/zero", "/dev/full", "/dev/urandom", "/dev/random")


@dataclass(frozen=True, slots=True)
class Kind:
    """What a zygote has loaded before the first program comes."""

    name: str
    preload: tuple[str, ...]
    site: tuple[str, ...] = ()
    """Folders to import from while preloading; not on the path of programs."""
    readable: tuple[str, ...] = ()


def standard_paths() -> tuple[str, ...]:
    """The standard library and the shared libraries it needs; no home, no /etc, no /proc."""
    lib = sysconfig.get_path("stdlib")
    found = [lib, sysconfig.get_path("platstdlib")]
    base = os.path.join(sys.base_prefix, "lib")
    if base != "/usr/lib":
        with os.scandir(base) as entries:  # libpython and what lies beside it, not other packages
            found += [e.path for e in entries if e.name.startswith("lib") and ".so" in e.name]
    found += ["/lib", "/lib64", "/usr/lib", "/usr/lib64", "/etc/ld.so.cache"]
    found += ["/usr/share/zoneinfo"]
    out: list[str] = []
    for path in found:
        if os.path.lexists(path) and path not in out:
            out.append(path)
    return tuple(out)


def numeric_kind(preload: tuple[str, ...]) -> Kind | None:
    """A kind with numpy loaded, and pandas where it is installed; None without numpy."""
    spec = importlib.util.find_spec("numpy")
    if spec is None or not spec.submodule_search_locations:
        return None
    readable: list[str] = []
    site: list[str] = []
    for name in ("numpy", "pandas", "scipy"):
        found = importlib.util.find_spec(name)
        if found is None or not found.submodule_search_locations:
            continue
        folder = next(iter(found.submodule_search_locations))
        parent = os.path.dirname(folder)
        if parent not in site:
            site.append(parent)
        readable += [p for p in (folder, f"{folder}.libs") if os.path.isdir(p)]
    for name in ("dateutil", "pytz", "tzdata", "six.py"):
        readable += [p for s in site if os.path.exists(p := os.path.join(s, name))]
    return Kind("numeric", (*preload, "numpy", "pandas"), tuple(site), tuple(readable))


def better(level: Level) -> tuple[Level, ...]:
    """`level` and every level above it, best first."""
    return LEVELS[: LEVELS.index(level) + 1]
