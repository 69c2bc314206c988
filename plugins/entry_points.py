"""Which entry points are plugins of ours, and which of them the user wants."""

from __future__ import annotations

import os
import re
import sysconfig
from collections.abc import Iterator
from importlib.metadata import (
    Distribution,
    EntryPoint,
    PackageNotFoundError,
    distributions,
    version,
)

from assay.plugins.markers import PROJECT

LOAD_VARIABLE = "ASSAY_LOAD_PLUGINS"
"""Names of the entry points to load, comma-separated; empty is the safe mode; unset loads all."""

BLOCK_VARIABLE = "ASSAY_BLOCK_PLUGINS"
"""Names of plugins not to load, comma-separated."""


def names_in(variable: str) -> frozenset[str] | None:
    """The names that an environment variable lists; None where it is not set."""
    value = os.environ.get(variable)
    if value is None:
        return None
    return frozenset(normal(part) for part in value.split(",") if part.strip())


def normal(name: str) -> str:
    """Names of plugins and distributions are compared as package indexes do."""
    return re.sub(r"[-_.]+", "-", name.strip()).lower()


def own_version() -> str:
    """Assay's own."""
    try:
        return version(PROJECT)
    except PackageNotFoundError:  # run from a source tree that is not installed
        return "?"


def _in_working_directory(dist: Distribution) -> bool:
    """Whether it lies in the working directory itself.

    Python puts that directory on its path for ``python -c``, ``python -m`` and notebooks; the
    files in it may be anybody's, and those of a plugin would be run.
    """
    try:
        base = os.path.realpath(str(dist.locate_file("")))
        return base == os.path.realpath(os.getcwd()) and base not in _site_directories()
    except (OSError, NotImplementedError):  # a finder of its own, which reads no folder
        return False


def _site_directories() -> set[str]:
    paths = sysconfig.get_paths()
    return {os.path.realpath(paths[name]) for name in ("purelib", "platlib")}


def entry_points(left_out: list[str]) -> Iterator[tuple[EntryPoint, str]]:
    """Entry points of our group, with the name of their distribution; its first copy counts.

    Args:
        left_out: Gets a sentence for each distribution whose entry points are not given.
    """
    seen: set[str] = set()
    for dist in distributions():
        points = dist.entry_points.select(group=PROJECT)
        if not points:
            continue
        name = dist.name or "?"
        if _in_working_directory(dist):
            why = f"{name} lies in the working directory; to load it, name the plugin's file"
            if why not in left_out:
                left_out.append(why)
        elif normal(name) not in seen:
            seen.add(normal(name))
            for point in points:
                yield point, name
