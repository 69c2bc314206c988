"""Criteria that see their group: where they may not stand."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from assay.rubrics.compiled.compiled_turns import TurnsPlan
from assay.rubrics.compiled.plan import Plan
from assay.rubrics.written.faults import Fault
from assay.rubrics.written.kinds.turns import Repeat

if TYPE_CHECKING:
    from assay.plugins.registered import Offer


def refuse_groups_of_turns(plans: Iterable[Plan | TurnsPlan], offers: Mapping[str, Offer]) -> None:
    """A group is of whole completions: which turns of others a turn stands against, nobody said.

    Raises:
        RubricError: a criterion that compares within the group is judged turn by turn.
    """
    for plan in plans:
        turned = {leaf.key for leaf in plan.leaves if leaf.per_turn}
        if isinstance(plan, TurnsPlan):
            if plan.phi is not None:
                turned.update(plan.phi.keys)
            if isinstance(plan.rubric.shaping, Repeat):
                turned.update(plan.outcome.keys)
        for key in plan.keys:
            if key in turned and key in offers and offers[key].spec.sees_group:
                raise Fault(
                    f"{key} compares the completions of a group, and is judged turn by turn",
                    path=tuple(key.split("/")),
                    fix="put it where the whole completion is judged, such as the outcome",
                )
