"""What of the machine's files a program may read: the standard library and what it links to.

No package that is installed beside it: one may be a benchmark with its solutions. Imported by
the zygote, too, which must load nothing but the standard library.
"""

from __future__ import annotations

import glob
import importlib.machinery
import importlib.util
import os
import sys
import sysconfig
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

DEVICES = ("/dev/null", "/dev/zero", "/dev/full", "/dev/urandom", "/dev/random")

PACKAGES = ("site-packages", "dist-packages")
"""Folders of installed packages, by name, wherever they lie."""

_LIBRARIES = ("/lib", "/lib64", "/usr/lib", "/usr/lib64")


@dataclass(frozen=True, slots=True)
class Exposed:
    """Paths, in two forms of the same: few mounts, and exact rules."""

    mounts: tuple[str, ...]
    """What a new root holds: folders, files, symbolic links."""
    covered: tuple[str, ...]
    """Folders in `mounts` over which an empty one is put."""
    rules: tuple[str, ...]
    """What Landlock lets be read; a folder with all in it, so none of `covered` lies in one."""
    listed: tuple[str, ...]
    """Folders that imports look into, and that may not be listed since `covered` lies in them."""


def standard() -> Exposed:
    """For any program: no home, no /etc, no /proc."""
    mounts: list[str] = []
    rules: list[str] = []
    libraries = _standard_libraries()
    for folder in libraries:
        mounts.append(folder)
        rules += [e.path for e in _entries(folder) if e.name not in PACKAGES]
    base = os.path.join(sys.base_prefix, "lib")
    if base not in _LIBRARIES:  # libpython and what lies beside it, not other packages
        found = [e.path for e in _entries(base) if _is_shared(e.name)]
        mounts += found
        rules += found
    for folder in _LIBRARIES:
        mounts += _library(folder)
        rules += _library_rules(folder)
    more = ["/usr/lib/locale", "/etc/ld.so.cache", "/usr/share/zoneinfo"]
    mounts = _present([*mounts, *more])
    return Exposed(tuple(mounts), _covered(mounts), tuple(_present([*rules, *more])), libraries)


def _standard_libraries() -> tuple[str, ...]:
    """The interpreter's own, not those of a virtual environment."""
    base = {"platbase": sys.base_exec_prefix, "base": sys.base_prefix}
    base |= {"installed_platbase": sys.base_exec_prefix, "installed_base": sys.base_prefix}
    found = [sysconfig.get_path(name, vars=base) for name in ("stdlib", "platstdlib")]
    return tuple(p for p in _present(found) if os.path.isdir(p))


def _library(folder: str) -> list[str]:
    """The folder of shared libraries: of this architecture, if they are kept apart."""
    if os.path.islink(folder):
        return [folder]
    apart = _apart(folder)
    if apart is not None:
        return [apart]
    own = (e.path for e in _entries(folder) if _is_shared(e.name))
    return list(own) if _has_apart() else [folder]


def _library_rules(folder: str) -> list[str]:
    if os.path.islink(folder):
        return []
    apart = _apart(folder)
    if apart is not None and not _covered([apart]):
        return [apart]
    return [e.path for e in _entries(apart or folder) if _is_shared(e.name) or e.name == "gconv"]


def _apart(folder: str) -> str | None:
    """Debian's ``/usr/lib/x86_64-linux-gnu``, which holds no Python packages."""
    name = sysconfig.get_config_var("MULTIARCH")
    path = os.path.join(folder, str(name))
    return path if name and os.path.isdir(path) else None


def _has_apart() -> bool:
    return any(_apart(folder) for folder in _LIBRARIES)


def _is_shared(name: str) -> bool:
    return ".so" in name and name.startswith(("lib", "ld-", "ld."))


def _entries(folder: str) -> Iterable[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            return sorted(entries, key=lambda e: e.name)
    except OSError:
        return ()


def _covered(mounts: Sequence[str]) -> tuple[str, ...]:
    """Folders of packages in what is mounted whole, at the depths at which they are installed."""
    out = []
    for folder in mounts:
        if os.path.isdir(folder) and not os.path.islink(folder):
            for name in PACKAGES:
                out += glob.glob(f"{glob.escape(folder)}/{name}")
                out += glob.glob(f"{glob.escape(folder)}/*/{name}")
    return tuple(dict.fromkeys(p for p in out if os.path.isdir(p) and not os.path.islink(p)))


def _present(paths: Iterable[str]) -> list[str]:
    """Each once, those that are there."""
    return [p for p in dict.fromkeys(paths) if os.path.lexists(p)]


class Listed:
    """Finds modules in a folder by its listing of now, since later it may not be listed.

    An entry of ``sys.path_importer_cache``.
    """

    def __init__(self, folder: str, only: Sequence[str] | None = None) -> None:
        self._folder = folder
        names = [e.name for e in _entries(folder)]
        self._names = frozenset(n for n in names if n not in PACKAGES and (not only or n in only))

    def find_spec(
        self, fullname: str, target: object = None
    ) -> importlib.machinery.ModuleSpec | None:
        """The module's spec, if the folder had it."""
        name = fullname.rpartition(".")[2]
        path = os.path.join(self._folder, name)
        if name in self._names:
            start = os.path.join(path, "__init__.py")
            if os.path.exists(start):
                loader = importlib.machinery.SourceFileLoader(fullname, start)
                return importlib.util.spec_from_file_location(
                    fullname, start, loader=loader, submodule_search_locations=[path]
                )
        for suffix in importlib.machinery.EXTENSION_SUFFIXES:
            if name + suffix in self._names:
                native = importlib.machinery.ExtensionFileLoader(fullname, path + suffix)
                return importlib.util.spec_from_file_location(
                    fullname, path + suffix, loader=native
                )
        if name + ".py" in self._names:
            source = importlib.machinery.SourceFileLoader(fullname, path + ".py")
            return importlib.util.spec_from_file_location(fullname, path + ".py", loader=source)
        if name in self._names and os.path.isdir(path):  # a part of a namespace
            part = importlib.machinery.ModuleSpec(fullname, None, is_package=True)
            part.submodule_search_locations = [path]
            return part
        return None

    def invalidate_caches(self) -> None:
        """There is nothing newer to be seen."""
