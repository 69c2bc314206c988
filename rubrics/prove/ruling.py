"""The ruling on one case: corners, linear programmes, z3, or a search.

*Wrong* is every level of the key below its top. Nearly all our composers are monotone in each of
their parts, so the correct completion paid least and the wrong one paid most stand at corners, and
two evaluations in fractions decide; where a table is not, or one verifier stands in two places,
every state of it is tried. Couplings make it a linear programme, or a question to z3.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any

from assay.rubrics.compiled.evaluate import Near, evaluate
from assay.rubrics.compiled.leaf import Leaf
from assay.rubrics.compiled.plan import Plan
from assay.rubrics.compiled.variables import (
    COMBINATIONS,
    End,
    State,
    TooMany,
    Variable,
    extreme,
    variable_of,
    variables,
)
from assay.rubrics.prove.coupled import Extreme, feasible, linear_extreme, nearer
from assay.rubrics.prove.couplings import Coupling
from assay.rubrics.prove.linear import NotLinear
from assay.rubrics.prove.price import price_of
from assay.rubrics.prove.search import search
from assay.rubrics.prove.smt import available, decide
from assay.rubrics.results.certificate import CaseCertificate, Ruling, Witness, frozen
from assay.rubrics.written.faults import Fault
from assay.rubrics.written.kinds import OURS
from assay.rubrics.written.ranges import Levels

ONE = Fraction(1)


def ruled(plan: Plan, leaf: Leaf, couplings: Sequence[Coupling], trials: int) -> CaseCertificate:
    """What is known of the margin of one plan.

    Args:
        plan: Compiled, all its switches standing.
        leaf: The key.
        couplings: True of every completion.
        trials: Points to search where a formula is not ours.

    Raises:
        RubricError: no correct completion satisfies the couplings, or no completion at all.
    """
    levels = leaf.levels if leaf.read is None else None
    top = levels[-1] if levels else leaf.reach[1]
    key = variable_of(plan, leaf)
    strange = strangers(plan)
    if levels is not None and len(levels) < 2 and not strange:
        return CaseCertificate(
            "", "not_proved", leaf.key, "corners", because="the key has one level: it never tells"
        )
    below: tuple[Any, ...] = levels[:-1] if levels else _below(leaf, top)
    if couplings:
        nothing = _check_given(plan, key, top, levels, couplings)
        if nothing is not None:
            return nothing
    if strange:
        return _searched(plan, leaf, top, levels, couplings, trials, strange)
    try:
        ends = _ends(plan, key, top, below, apart=levels is None and key.sign != 1)
    except TooMany as err:
        return _solved(plan, leaf, top, below, couplings, str(err))
    correct = ends["low"].value, ends["high"].value
    wrong = ends["bottom"].value, ends["top"].value
    margin = correct[0] - wrong[1]
    exact = ends["low"].attained and ends["top"].attained
    if levels is None and margin <= 0:
        return CaseCertificate(
            "",
            "not_proved",
            leaf.key,
            "corners",
            correct=correct,
            wrong=wrong,
            because=f"{leaf.key} declares no levels: a value just below its top is wrong, "
            "and no bonus is small enough not to outweigh the difference",
        )
    if levels is not None and (not exact or (margin <= 0 and couplings)):
        found = _coupled(plan, leaf, top, below, couplings)
        if margin <= 0 or (found.how == "linear programme" and not found.bound):
            return found
    witness = None
    if margin <= 0:
        witness = Witness(
            frozen(ends["low"].scores), frozen(ends["top"].scores), (correct[0], wrong[1])
        )
    return CaseCertificate(
        "",
        _ruling(margin),
        leaf.key,
        "corners",
        margin,
        bool(couplings) or not exact,
        correct,
        wrong,
        witness,
        price_of(correct, wrong),
    )


def _below(leaf: Leaf, top: Fraction) -> tuple[Any, ...]:
    """What stands for every score below the top, where there are no levels."""
    cells = [c for c in leaf.cells or () if c < top]
    return (leaf.reach[0], *cells, Near(top, -ONE))


def _ends(
    plan: Plan, key: Variable, top: Fraction, below: Sequence[Any], *, apart: bool
) -> dict[str, End]:
    """Lowest and highest of correct completions (low, high) and of wrong ones (bottom, top).

    Args:
        plan: Compiled, of our own composers.
        key: What is fixed.
        top: Where it is correct.
        below: Where it is wrong.
        apart: Whether other criteria of the key's verifier are taken for independent ones: where
            it has no levels, and the reward also falls with it, no list of scores will do.
    """
    others = [v for v in variables(plan) if v != key]
    own = key
    if apart and len(key.leaves) > 1:
        own, *rest = key.split()
        others += rest
    bounded = own is not key

    def end(values: Sequence[Any], highest: bool) -> End:
        found = [extreme(plan, own.at(v), others, highest=highest) for v in values]
        best = (max if highest else min)(found, key=lambda e: e.value)
        return replace(best, attained=False) if bounded else best

    return {
        "low": end([top], False),
        "high": end([top], True),
        "bottom": end(below, False),
        "top": end(below, True),
    }


def _check_given(
    plan: Plan,
    key: Variable,
    top: Fraction,
    levels: Levels,
    couplings: Sequence[Coupling],
) -> CaseCertificate | None:
    """What is given must leave completions to compare, whatever the formula: else anything holds.

    Raises:
        RubricError: no correct completion satisfies it, or none at all.
    """
    right = feasible(plan, key.at(top), couplings)
    wrong = [feasible(plan, key.at(v), couplings) for v in (levels or ())[:-1]]
    said = "; ".join(dict.fromkeys(c.text for c in couplings))
    if right is False:
        raise Fault(
            "no correct completion satisfies what is given",
            got=said,
            fix="with the key at its top, some scores must satisfy every coupling",
        )
    if levels is None or any(w is not False for w in wrong):
        return None
    return CaseCertificate(
        "",
        "not_proved",
        key.key,
        "linear programme",
        because="no wrong completion satisfies what is given: there is nothing to compare",
    )


def _ruling(margin: Fraction) -> Ruling:
    return "proved" if margin > 0 else "tie" if margin == 0 else "refuted"


def _coupled(
    plan: Plan,
    leaf: Leaf,
    top: Fraction,
    below: Sequence[Fraction],
    couplings: Sequence[Coupling],
) -> CaseCertificate:
    """The criteria are tied to each other: the corners may not occur."""
    note = _given(couplings)
    key = variable_of(plan, leaf)
    try:
        ends: dict[str, Extreme | None] = {}
        for name, values, high in (
            ("low", (top,), False),
            ("high", (top,), True),
            ("bottom", below, False),
            ("top", below, True),
        ):
            found = [linear_extreme(plan, key.at(v), couplings, highest=high) for v in values]
            known = [e for e in found if e is not None]
            pick = max if high else min
            # Of equal ends, one that is reached decides.
            known.sort(key=lambda e: e.inner is not None)
            ends[name] = pick(known, key=lambda e: e.value) if known else None
    except NotLinear as err:
        return _solved(plan, leaf, top, below, couplings, str(err))
    low, high_end, bottom, top_end = (ends[n] for n in ("low", "high", "bottom", "top"))
    if low is None or high_end is None or bottom is None or top_end is None:
        because = "too many combinations of levels to find completions that satisfy what is given"
        return CaseCertificate("", "not_proved", leaf.key, "linear programme", because=because)
    correct = low.value, high_end.value
    margin = low.value - top_end.value
    wrong = bottom.value, top_end.value
    exact = low.attained and top_end.attained
    if margin <= 0 and not exact:
        return CaseCertificate(
            "",
            "not_proved",
            leaf.key,
            "linear programme",
            margin,
            True,
            correct,
            wrong,
            because="too many combinations of levels to try; between the levels there is a "
            "counterexample, which may not occur",
            assumptions=note,
        )
    reached = low.inner is None and top_end.inner is None
    ruling = "proved" if margin == 0 and not reached else _ruling(margin)
    because = "" if reached else "strict couplings keep the margin from being reached"
    return CaseCertificate(
        "",
        ruling,
        leaf.key,
        "linear programme",
        margin,
        not exact,
        correct,
        wrong,
        None if ruling == "proved" else _pair(plan, low, top_end),
        price_of(correct, wrong),
        because=because,
        assumptions=note,
    )


def _pair(plan: Plan, low: Extreme, high: Extreme) -> Witness:
    """Two completions that can occur, as near to the ends as strict couplings let them come."""
    for times in range(1, 200):
        a, b = nearer(low, times), nearer(high, times)
        rewards = Fraction(evaluate(plan, a.scores)), Fraction(evaluate(plan, b.scores))
        if rewards[0] < rewards[1] or (low.inner is None and high.inner is None):
            break
    return Witness(frozen(a.scores), frozen(b.scores), rewards)


def _solved(
    plan: Plan,
    leaf: Leaf,
    top: Fraction,
    below: Sequence[Any],
    couplings: Sequence[Coupling],
    why: str,
) -> CaseCertificate:
    """A formula that bends, under couplings or where one verifier stands in several places."""
    note = _given(couplings)
    if leaf.levels is None:
        because = f"{why}, and {leaf.key} declares no levels"
        return CaseCertificate("", "not_proved", leaf.key, "z3", because=because, assumptions=note)
    listed = _listed(plan, leaf, top, below, couplings)
    if listed is not None:
        return replace(listed, assumptions=note)
    if not available():
        because = f"{why}: to decide this needs z3\n  fix: pip install z3-solver"
        return CaseCertificate("", "not_proved", leaf.key, "z3", because=because, assumptions=note)
    answer = decide(plan, leaf.key, top, below, couplings)
    if answer.ruling == "unknown" or answer.correct is None or answer.wrong is None:
        if answer.ruling == "proved":
            return CaseCertificate("", "proved", leaf.key, "z3", assumptions=note)
        because = "z3 could not decide, or its answer could not be confirmed in fractions"
        return CaseCertificate("", "not_proved", leaf.key, "z3", because=because, assumptions=note)
    rewards = evaluate(plan, answer.correct), evaluate(plan, answer.wrong)
    witness = Witness(frozen(answer.correct), frozen(answer.wrong), rewards)
    because = "the margin of this witness; another may be worse" if rewards[0] < rewards[1] else ""
    return CaseCertificate(
        "",
        _ruling(rewards[0] - rewards[1]),
        leaf.key,
        "z3",
        rewards[0] - rewards[1],
        witness=witness,
        because=because,
        assumptions=note,
    )


def _listed(
    plan: Plan, leaf: Leaf, top: Fraction, below: Sequence[Any], couplings: Sequence[Coupling]
) -> CaseCertificate | None:
    """Every combination of scores, where these are a short list; None where they are not."""
    key = variable_of(plan, leaf)
    named = {name for coupling in couplings for name in coupling.terms}
    found: dict[str, tuple[Fraction, Mapping[str, Any]] | None] = {}
    for name, values, high in (
        ("low", (top,), False),
        ("high", (top,), True),
        ("bottom", below, False),
        ("top", below, True),
    ):
        options: list[Sequence[State]] = [[key.at(v) for v in values]]
        for variable in variables(plan):
            if variable == key:
                continue
            tied = any(x.key in named for x in variable.leaves)
            states = variable.states() if tied else variable.ends(high, plan.affine)
            if states is None:
                return None
            options.append(states)
        if math.prod(len(o) for o in options) > COMBINATIONS:
            return None
        worth: list[tuple[Fraction, Mapping[str, Any]]] = []
        for combination in itertools.product(*options):
            scores = {k: v for state in combination for k, v in state.items()}
            if all(c.holds(scores) for c in couplings):
                worth.append((Fraction(evaluate(plan, scores)), scores))
        pick = max if high else min
        found[name] = pick(worth, key=lambda pair: pair[0]) if worth else None
    low, high_end, bottom, top_end = (found[n] for n in ("low", "high", "bottom", "top"))
    if low is None or high_end is None or bottom is None or top_end is None:
        return None
    margin = low[0] - top_end[0]
    correct, wrong = (low[0], high_end[0]), (bottom[0], top_end[0])
    witness = Witness(frozen(low[1]), frozen(top_end[1]), (low[0], top_end[0]))
    return CaseCertificate(
        "",
        _ruling(margin),
        leaf.key,
        "every combination",
        margin,
        False,
        correct,
        wrong,
        witness if margin <= 0 else None,
        price_of(correct, wrong),
    )


def _given(couplings: Sequence[Coupling]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(f"{c.text}, of every completion" for c in couplings))


def _searched(
    plan: Plan,
    leaf: Leaf,
    top: Fraction,
    levels: tuple[Fraction, ...] | None,
    couplings: Sequence[Coupling],
    trials: int,
    strange: Sequence[str],
) -> CaseCertificate:
    """A formula of somebody else's: a counterexample counts, its absence does not."""
    wrong = levels[:-1] if levels else [Fraction(i, 1000) for i in range(1000)]
    found = search(plan, leaf.key, top, wrong, couplings, trials)
    because = f"the formula of {', '.join(strange)} is not ours, so nothing is known of its shape"
    if found is None:
        return CaseCertificate("", "not_proved", leaf.key, "search", because=because)
    low, high = (Fraction(r) for r in found.rewards)
    if low >= high or levels is None:
        return CaseCertificate(
            "", "not_proved", leaf.key, "search", because=because, trials=found.trials
        )
    witness = Witness(frozen(found.correct), frozen(found.wrong), (low, high))
    return CaseCertificate(
        "",
        "refuted",
        leaf.key,
        "search",
        low - high,
        witness=witness,
        because="a counterexample was met; there may be worse",
        trials=found.trials,
    )


def strangers(plan: Plan) -> list[str]:
    """Kinds of composers in the plan whose formulas are not ours."""
    return sorted({r.noun for r in plan.lowered.values() if type(r) not in OURS})
