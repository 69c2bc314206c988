"""How an analyser of another distribution joins ``style.joint``: the contract, and its loading.

Imported where params are checked, so it imports no analyser by itself.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Sequence
from functools import cache
from importlib.metadata import PackageNotFoundError, packages_distributions, requires, version
from typing import Any, NamedTuple

from assay.errors import PluginError, VerdictError
from assay.plugins.code_digest import code_digest
from assay.plugins.load import load_target
from assay.printable import a_type, one_line

VERIFIER = "style.joint@1"

MOST_OBJECTIONS = 50
"""Objections that a verdict shows; all count."""

OBJECTION_CHARS = 200

Formatted = Callable[[str, int], str]
"""A program and the length of a line, in characters -> the program as the analyser writes it. The
same text for the same program; raises `CannotRead` where the program is at fault, which is then
judged 0."""

Objections = Callable[[str, int], Sequence[str]]
"""The same -> what it objects to that no formatter changes, one text each, with its line."""


class Analyser(NamedTuple):
    """One analyser as ``style.joint`` uses it: at least one of the two is there."""

    name: str
    formatted: Formatted | None
    objections: Objections | None


def loaded(target: str) -> Analyser:
    """The analyser behind ``package.module:name``.

    Args:
        target: Of a module's object with a ``name``, and ``formatted`` or ``objections`` or both.

    Raises:
        PluginError: it cannot be imported, or lacks what an analyser has.
    """
    found = load_target(VERIFIER, target, "analyser of")
    name = getattr(found, "name", None)
    if not isinstance(name, str) or re.fullmatch(r"[a-z][a-z0-9_.-]{0,39}", name) is None:
        raise PluginError(
            f"analyser {target!r} has the name {name!r:.60}, wanted lower-case text such as 'ruff'"
        )
    formatted, objections = (getattr(found, n, None) for n in ("formatted", "objections"))
    if formatted is None and objections is None:
        raise PluginError(
            f"analyser {target!r} has neither formatted(text, line_length) "
            f"nor objections(text, line_length)\nfix: give {a_type(found)} one of them"
        )
    return Analyser(name, formatted, objections)


def checked_text(name: str, given: object) -> str:
    """What a formatter returned.

    Raises:
        VerdictError: it is not text.
    """
    if not isinstance(given, str):
        raise VerdictError(f"formatter {name!r} returned {a_type(given)}, not text")
    return given


def checked_objections(name: str, given: object) -> list[str]:
    """What an analyser objects to, each short enough for a verdict.

    Raises:
        VerdictError: it is not a list of texts.
    """
    if isinstance(given, str) or not isinstance(given, Sequence):
        raise VerdictError(f"analyser {name!r} returned {a_type(given)}, not a list of objections")
    for item in given:
        if not isinstance(item, str):
            raise VerdictError(f"analyser {name!r} returned an objection that is {a_type(item)}")
    return [one_line(item, OBJECTION_CHARS) for item in given]


@cache
def versions(target: str) -> dict[str, str]:
    """What stands for the code behind a target in a signature.

    Returns:
        Name -> version, of the distribution that brings the module and of what that requires; for
        a module that no distribution brings, the target and the digest of its code.

    Raises:
        PluginError: such a module cannot be imported.
    """
    top = target.partition(":")[0].partition(".")[0]
    if top in sys.stdlib_module_names:
        return {}  # Python's version is part of the signature already
    found: dict[str, str] = {}
    for name in packages_distributions().get(top, ()):
        found[name] = version(name)
        for required in requires(name) or ():
            named = re.match(r"[A-Za-z0-9][A-Za-z0-9._-]*", required)
            if named is None or "extra" in required.partition(";")[2]:
                continue
            try:
                found[named[0]] = version(named[0])
            except PackageNotFoundError:
                found[named[0]] = "absent"
    if found:
        found.pop("assay", None)
        return found
    thing: Any = load_target(VERIFIER, target, "analyser of")
    return {target: code_digest(thing if hasattr(thing, "__code__") else type(thing))}
