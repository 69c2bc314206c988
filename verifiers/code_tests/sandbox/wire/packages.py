"""Installed distributions that programs may import: they, and what they need, and nothing else."""

from __future__ import annotations

import functools
import os
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import metadata

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name


class NotOffered(Exception):
    """What was asked for cannot be offered; the text says why, and the fix."""


@dataclass(frozen=True, slots=True)
class Packages:
    """Distributions as programs see them."""

    versions: tuple[tuple[str, str], ...]
    """Of those asked for, and of what they need: name and version, by name."""
    folders: tuple[str, ...]
    """Where they are installed."""
    entries: tuple[str, ...]
    """Their files and folders in there."""
    modules: tuple[str, ...]
    """What programs import of those asked for."""

    @property
    def importable(self) -> tuple[str, ...]:
        """All that can be imported: of those asked for, and of what they need."""
        return tuple(_importable(self.entries))


@functools.lru_cache(maxsize=64)
def offered(requirements: Sequence[str]) -> Packages:
    """The distributions that requirements name, with what they need.

    Args:
        requirements: As pip has them: ``numpy``, ``requests==2.*``.

    Raises:
        NotOffered: one is not a requirement, or is not installed in such a version.
    """
    versions: dict[str, str] = {}
    folders: dict[str, None] = {}
    entries: dict[str, None] = {}
    modules: dict[str, None] = {}
    todo = [(_parsed(text), True) for text in requirements]
    while todo:
        wanted, asked = todo.pop(0)
        name = canonicalize_name(wanted.name)
        found = _installed(wanted, asked=asked)
        if found is None:
            continue
        own = _entries(found)
        if asked:
            modules |= dict.fromkeys(_importable(own))
        if name in versions:
            continue
        versions[name] = found.version
        folders[os.path.realpath(str(found.locate_file("")))] = None
        entries |= dict.fromkeys(own)
        for text in found.requires or ():
            needed = Requirement(text)
            if needed.marker is None or _needed(needed, wanted.extras):
                todo.append((needed, False))
    return Packages(tuple(sorted(versions.items())), tuple(folders), tuple(entries), tuple(modules))


def _parsed(text: str) -> Requirement:
    try:
        return Requirement(text)
    except InvalidRequirement as err:
        raise NotOffered(
            f"packages: {text!r} is not a requirement ({str(err).splitlines()[0]})\n"
            'fix: as pip has them, e.g. "numpy" or "requests==2.*"'
        ) from None


def _installed(wanted: Requirement, *, asked: bool) -> metadata.Distribution | None:
    try:
        found = metadata.distribution(wanted.name)
    except metadata.PackageNotFoundError:
        if not asked:  # it may be for another platform, or is not missed
            return None
        raise NotOffered(
            f"packages: {wanted.name} is not installed\nfix: pip install '{wanted}'"
        ) from None
    if asked and not wanted.specifier.contains(found.version, prereleases=True):
        raise NotOffered(
            f"packages: {wanted} is asked for, and {found.version} is installed\n"
            f"fix: pip install '{wanted}'"
        )
    return found


def _needed(requirement: Requirement, extras: set[str]) -> bool:
    marker = requirement.marker
    return marker is None or any(marker.evaluate({"extra": x}) for x in ("", *extras))


def _entries(found: metadata.Distribution) -> list[str]:
    """The names in the folder of packages that are its own."""
    names: dict[str, None] = {}
    for path in found.files or ():
        first = path.parts[0]
        if first not in ("..", "__pycache__") and not first.endswith(".pth"):
            names[first] = None
    return list(names)


def _importable(entries: Sequence[str]) -> list[str]:
    out = []
    for name in entries:
        stem, dot, kind = name.partition(".")
        if stem.isidentifier() and (not dot or kind == "py" or kind.endswith("so")):
            out.append(stem)
    return out
