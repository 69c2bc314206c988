"""How the switches and phases of a rubric can stand, and how they stand for a sample."""

from __future__ import annotations

import math
from collections.abc import Mapping

from assay.model import Sample
from assay.rubrics.written.rubric import Rubric, RubricPart


def any_choice(part: RubricPart) -> bool:
    """Whether a switch or phases stand anywhere in the tree."""
    return isinstance(part, Rubric) and (
        part.chooses or any(any_choice(child) for child in part.parts().values())
    )


def top_of(
    rubric: Rubric, way: Mapping[tuple[str, ...], str]
) -> tuple[RubricPart, tuple[str, ...], str]:
    """What stands below the switches at the top; its path; the phases on the way."""
    part: RubricPart = rubric
    path: tuple[str, ...] = ()
    phases: list[str] = []
    while isinstance(part, Rubric) and part.chooses:
        name = way[path]
        if part.noun == "phases":
            phases.append(name)
        part, path = part.parts()[name], (*path, name)
    return part, path, "+".join(phases)


def choices(
    part: RubricPart, sample: Sample | None, path: tuple[str, ...] = ()
) -> dict[tuple[str, ...], str]:
    """Path of each switch that is reached -> the case this sample is."""
    if not isinstance(part, Rubric):
        return {}
    if part.chooses:
        name = part.choose(sample)
        return {path: name, **choices(part.parts()[name], sample, (*path, name))}
    found: dict[tuple[str, ...], str] = {}
    for name, child in part.parts().items():
        found.update(choices(child, sample, (*path, name)))
    return found


def ways_count(part: RubricPart) -> int:
    """How many ways there are."""
    if not isinstance(part, Rubric):
        return 1
    below = [ways_count(child) for child in part.parts().values()]
    return sum(below) if part.chooses else math.prod(below)


def ways(part: RubricPart, path: tuple[str, ...] = ()) -> list[dict[tuple[str, ...], str]]:
    """Every way the switches can stand."""
    if not isinstance(part, Rubric):
        return [{}]
    if part.chooses:
        return [
            {path: name, **below}
            for name, child in part.parts().items()
            for below in ways(child, (*path, name))
        ]
    found: list[dict[tuple[str, ...], str]] = [{}]
    for name, child in part.parts().items():
        found = [{**a, **b} for a in found for b in ways(child, (*path, name))]
    return found
