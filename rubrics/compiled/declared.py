"""What verifiers and rubrics declare of scores, and which criteria are one verifier's."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING

from assay.rubrics.written.criterion import Criterion
from assay.rubrics.written.faults import Fault
from assay.rubrics.written.number import fraction
from assay.rubrics.written.ranges import Levels
from assay.rubrics.written.rubric import Rubric

if TYPE_CHECKING:
    from pydantic import BaseModel

    from assay.plugins.registered import Offer


def identities(
    rubric: Rubric, offers: Mapping[str, Offer], params: Mapping[str, BaseModel | None]
) -> dict[str, str]:
    """Criterion's key -> verifier and params, as text; none where a second run may differ."""
    found: dict[str, str] = {}
    for key, leaf in rubric.leaves().items():
        offer, checked = offers.get(key), params.get(key)
        if offer is not None and not offer.spec.deterministic:
            continue
        name = offer.spec.name if offer is not None else leaf.use
        given = checked.model_dump(mode="json") if checked is not None else leaf.to_dict()
        plain = given if checked is not None else given.get("params", {})
        found[key] = f"{name} {json.dumps(plain, sort_keys=True, default=str)}"
    return found


def shared_levels(levels: Mapping[str, Levels], same: Mapping[str, str]) -> dict[str, Levels]:
    """Levels that the rubric declares for one criterion hold wherever its verifier stands."""
    known: dict[str, list[Levels]] = {}
    for key, what in same.items():
        if levels[key] is not None and levels[key] not in known.setdefault(what, []):
            known[what].append(levels[key])
    found = dict(levels)
    for key, what in same.items():
        if found[key] is None and len(known.get(what, ())) == 1:
            found[key] = known[what][0]
    return found


def declared_levels(leaf: Criterion) -> Levels:
    """The levels that the rubric itself gives a criterion."""
    return tuple(n.exact for n in leaf.levels) if leaf.levels is not None else None


def levels_of(key: str, leaf: Criterion, offer: Offer, params: BaseModel | None) -> Levels:
    """The verifier's word; the rubric's own where the verifier says nothing."""
    offered, declared = offered_levels(offer, params), declared_levels(leaf)
    if offered is None or declared is None:
        return offered or declared
    other = [x for x in offered if x not in declared]
    if other:
        raise Fault(
            f"{offer.spec.name} can score {float(other[0]):g}, which `levels` leaves out",
            path=(*key.split("/"), "levels"),
            got=f"levels {[float(x) for x in declared]}",
            fix="drop `levels`: the verifier declares its own",
        )
    return offered


def offered_levels(offer: Offer, params: BaseModel | None) -> Levels:
    """The levels a verifier declares: by its params where they say, else by its spec."""
    say = getattr(params, "levels", None)
    found = say() if callable(say) else offer.spec.levels
    return tuple(fraction(x) for x in found) if found is not None else None
