"""Which column of a log judges which criterion of a rubric."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from assay.rubrics import Process, Rubric, Turns
from assay.rubrics.written.kinds import Repeat

if TYPE_CHECKING:
    from assay.rubrics import BoundRubric


class Identity(NamedTuple):
    """What must be equal for one verdict to stand for another."""

    verifier: str
    """With version, where the rubric is bound to it; else as the rubric names it."""
    params: str
    reading: str
    """How the verdict becomes a score, where it is not simply its score."""


def identities(bound: BoundRubric) -> dict[str, Identity]:
    """Criterion's key -> what it measures."""
    readings = dict(_readings(bound.rubric))
    found = {}
    for key, leaf in _leaves(bound.rubric).items():
        offer, params = bound.offers.get(key), bound.params.get(key)
        noted: Any = params.model_dump(mode="json") if params is not None else leaf.to_dict()
        if params is None:
            noted = noted.get("params", {})
        found[key] = Identity(
            offer.spec.name if offer is not None else leaf.use,
            repr(sorted(noted.items())),
            readings.get(key, ""),
        )
    return found


def together(bound: BoundRubric, criteria: Sequence[str]) -> list[list[int]]:
    """Places of a log's criteria, those together that are one variable of the rubric.

    That is what one verifier with equal params says under several keys of one case. In the order of
    their firsts; a criterion that is none of the rubric's stands by itself.
    """
    place_of = {name: place for place, name in enumerate(criteria)}
    there = {
        key: place_of[column] for key, column in columns(bound, tuple(criteria), bound).items()
    }
    first = list(range(len(criteria)))
    for plan in bound.plans().values():
        of_variable: dict[str, int] = {}
        for leaf in getattr(plan, "outcome", plan).leaves:
            place = there.get(leaf.key)
            if place is not None:
                other = of_variable.setdefault(leaf.variable or leaf.key, place)
                low, high = sorted((first[place], first[other]))
                first = [low if f == high else f for f in first]
    sets: dict[int, list[int]] = {}
    for place, one in enumerate(first):
        sets.setdefault(one, []).append(place)
    return list(sets.values())


def merged_keys(
    bound: BoundRubric, criteria: Sequence[str], key: str | None
) -> list[tuple[str, list[str]]]:
    """Of each set of `together` that has several criteria: the one that stands for it, the others.

    It is the key criterion where that is among them, else the first.
    """
    found = []
    for places in together(bound, criteria):
        names = [criteria[j] for j in places]
        one = key if key is not None and key in names else names[0]
        if len(names) > 1:
            found.append((one, [name for name in names if name != one]))
    return found


def _leaves(rubric: Rubric) -> Mapping[str, Any]:
    from assay.rubrics.written.rubric import walk

    return {"/".join(path): leaf for path, leaf in walk(rubric)}


def _readings(part: Any, path: tuple[str, ...] = ()) -> list[tuple[str, str]]:
    if not isinstance(part, Rubric):
        return []
    found: list[tuple[str, str]] = []
    for name, child in part.parts().items():
        below = (*path, name)
        if part.reader(name) is not None:
            how = repr(part)  # a stranger's: equal to itself alone
            if isinstance(part, Process):
                how = f"process {part.agg} {part.k} {part.tau} {part.over}"
            found.append(("/".join(below), how))
        elif isinstance(part, Turns) and isinstance(part.shaping, Repeat):
            inner = _leaves(child) if isinstance(child, Rubric) else {"": child}
            found += [
                ("/".join((*below, k)) if k else "/".join(below), "the last turn alone")
                for k in inner
            ]
        else:
            found += _readings(child, below)
    return found


def same_verifier(a: str, b: str) -> bool:
    """Whether two names can be one verifier's: a name without version is the newest."""
    if "@" in a and "@" in b:
        return a == b
    return a.partition("@")[0] == b.partition("@")[0]


def columns(
    bound: BoundRubric, criteria: tuple[str, ...], own: BoundRubric | None
) -> dict[str, str]:
    """Criterion's key in `bound` -> the criterion of the log that is likeliest to have its scores.

    See `sources`, of which it is the first.
    """
    return {key: found[0] for key, found in sources(bound, criteria, own).items()}


def sources(
    bound: BoundRubric, criteria: tuple[str, ...], own: BoundRubric | None
) -> dict[str, tuple[str, ...]]:
    """Criterion's key in `bound` -> the criteria of the log whose scores are its own.

    With the rubric that the log was scored with, verifier, params and reading must agree; there
    can be several, since each case of a switch has keys of its own, and a row has the verdict of
    one. Without that rubric the key, or else the verifier's name, must stand in the log, and a
    score that is aggregated from parts is not taken for another's.

    Args:
        bound: The rubric to compose with.
        criteria: Of the log.
        own: The rubric that the log was scored with, where it is known.
    """
    wanted = identities(bound)
    found: dict[str, tuple[str, ...]] = {}
    if own is not None and (own is bound or own.signature == bound.signature):
        found = {key: (key,) for key in wanted if key in criteria}
        if found:
            return found
        own = None  # columns named otherwise, as a trainer may
    if own is None:
        for key, what in wanted.items():
            if what.reading:
                continue
            if key in criteria:
                found[key] = (key,)
                continue
            named = [c for c in criteria if same_verifier(c, what.verifier)]
            if len(named) == 1:
                found[key] = (named[0],)
        return found
    there = {key: what for key, what in identities(own).items() if key in criteria}
    for key, what in wanted.items():
        equal = [c for c, other in there.items() if _agree(what, other)]
        if equal:
            found[key] = tuple(sorted(equal, key=lambda c: c != key))
    return found


def _agree(a: Identity, b: Identity) -> bool:
    return same_verifier(a.verifier, b.verifier) and a[1:] == b[1:]
