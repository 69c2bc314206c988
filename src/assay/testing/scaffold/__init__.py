"""Writes the distribution, or the one file, that a plugin begins with."""

from __future__ import annotations

import keyword
import re
import sys
from importlib.metadata import distribution, packages_distributions
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from string import Template
from typing import Literal, TypeAlias

from assay.errors import ConfigError
from assay.printable import in_line

PluginKind: TypeAlias = Literal["verifier", "composer", "log-reader", "probe", "analyser"]

KINDS: tuple[PluginKind, ...] = ("verifier", "composer", "log-reader", "probe", "analyser")

CHECKED: tuple[PluginKind, ...] = ("verifier", "analyser")
"""Kinds that hold a verifier, which `assay check` can look at."""

_NAME = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*")


def names_of(name: str) -> dict[str, str]:
    """What the templates call things: distribution, package and topic.

    Raises:
        ConfigError: no name that all three can have.
    """
    plain = name.removeprefix("assay-")
    if _NAME.fullmatch(name) is None or not plain or keyword.iskeyword(plain.replace("-", "_")):
        raise ConfigError(
            f"{name!r} is not a name for a plugin"
            "\nfix: small letters, digits and single hyphens, beginning with a letter: my-plugin"
        )
    package = name.replace("-", "_")
    owner = _owner(package)
    if owner is not None:
        raise ConfigError(
            f"{name!r} would be the module {package!r}, which is {owner}'s"
            f"\nfix: another name, e.g. my-{in_line(name)}"
        )
    return {"name": name, "package": package, "topic": plain.replace("-", "_")}


def _owner(package: str) -> str | None:
    """Who else has a module of that name here: one of the two could not be imported."""
    if package in sys.stdlib_module_names:
        return "Python"
    if package == "assay":
        return "Assay"
    for other in packages_distributions().get(package, ()):
        if not distribution(other).entry_points.select(group="assay"):  # itself, installed earlier
            return other
    return None


def write_distribution(name: str, folder: Path, kind: PluginKind = "verifier") -> list[Path]:
    """A distribution with one plugin of a kind and its tests, in a new folder.

    Raises:
        ConfigError: a bad name, or a folder that is there and not empty.
    """
    names = names_of(name)
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise ConfigError(
            f"{in_line(folder)} is there already\nfix: another name, or --into ANOTHER_FOLDER"
        )
    names["check"] = f"assay check {name}" if kind in CHECKED else "assay plugins"
    names["test"] = '"assay[audit]", "pytest>=8"' if kind == "log-reader" else '"pytest>=8"'
    written = []
    here = files(__name__)
    shared, own = _templates(here / "common", ""), _templates(here / "kinds" / kind, "")
    for path, text in (*shared, *own):
        place = folder / Template(path.replace("PACKAGE", "$package")).substitute(names)
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(Template(text).substitute(names), encoding="utf-8")
        written.append(place)
    return sorted(written)


def write_file(name: str, file: Path) -> list[Path]:
    """A one-file plugin.

    Raises:
        ConfigError: a bad name, or a file that is there.
    """
    names = names_of(name)
    if file.exists():
        raise ConfigError(
            f"{in_line(file)} is there already\nfix: another name, or --into ANOTHER_FOLDER"
        )
    text = (files(__name__) / "one_file.py.txt").read_text(encoding="utf-8")
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(Template(text).substitute(names), encoding="utf-8")
    return [file]


def _templates(folder: Traversable, above: str) -> list[tuple[str, str]]:
    """Path and text of each template, ``.txt`` taken off."""
    found = []
    for entry in sorted(folder.iterdir(), key=lambda e: e.name):
        path = f"{above}{entry.name}"
        if entry.is_dir():
            found += _templates(entry, f"{path}/")
        elif entry.name.endswith(".txt"):
            found.append((path.removesuffix(".txt"), entry.read_text(encoding="utf-8")))
    return found
