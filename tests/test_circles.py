"""No module or folder needs itself: neither where it runs, nor, but for what is ruled, in types."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import pytest

grimp = pytest.importorskip("grimp")

pytestmark = pytest.mark.optional

ALLOWED = {
    ("assay.errors", "assay.model"): "`UnscoredError` carries the rewards of its call",
    ("assay.rubrics.written.rubric", "assay.rubrics.compiled.bound"): "`Rubric.bind` makes one",
    (
        "assay.verifiers.code_tests.sandbox.child.handles",
        "assay.verifiers.code_tests.sandbox.child.caller",
    ): "a handle asks through the caller that made it",
}
"""Arrows that stand in annotations only and close a circle: the method is what people write, and
a protocol in between would say the same a second time."""

FACE = "assay"
"""Its names are imported when they are asked for."""


@cache
def arrows(typing_too: bool) -> frozenset[tuple[str, str]]:
    graph = grimp.build_graph("assay", exclude_type_checking_imports=not typing_too, cache_dir=None)
    return frozenset(
        (module, below)
        for module in graph.modules
        for below in graph.find_modules_directly_imported_by(module)
    )


def reached(start: str, below: dict[str, set[str]]) -> set[str]:
    found: set[str] = set()
    waiting = [start]
    while waiting:
        for module in below.get(waiting.pop(), ()):
            if module not in found:
                found.add(module)
                waiting.append(module)
    return found


def closing(among: frozenset[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """Those arrows from whose end the beginning can be reached again."""
    below: dict[str, set[str]] = {}
    for module, used in among:
        below.setdefault(module, set()).add(used)
    reach = {module: reached(module, below) for module in below}
    return ((a, b) for a, b in sorted(among) if a in reach.get(b, ()))


def between_rooms(among: frozenset[tuple[str, str]]) -> frozenset[tuple[str, str]]:
    """The same arrows between what stands side by side in the folder that both ends share."""
    found = set()
    for module, used in among:
        a, b = module.split("."), used.split(".")
        shared = next((i for i, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), None)
        if shared is not None:
            found.add((".".join(a[: shared + 1]), ".".join(b[: shared + 1])))
    return frozenset(found)


def test_nothing_imports_itself() -> None:
    """Also not late, within a function: a late import hides a circle, it does not cut it."""
    assert list(closing(arrows(typing_too=False))) == []


def test_nor_does_a_folder() -> None:
    """Else no order of reading explains the two: each is said in terms of the other."""
    assert list(closing(between_rooms(arrows(typing_too=False)))) == []


def test_circles_of_annotations_are_ruled_on() -> None:
    """All at once: two arrows that are harmless alone may close one together."""
    ruled = {arrow for arrow in arrows(typing_too=True) if arrow not in ALLOWED}
    known = frozenset(arrow for arrow in ruled if arrow[0] != FACE)
    assert list(closing(known)) == []
    assert list(closing(between_rooms(known))) == []


def test_what_is_ruled_on_is_still_there() -> None:
    assert set(ALLOWED) <= arrows(typing_too=True) - arrows(typing_too=False)
