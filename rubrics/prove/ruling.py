"""The ruling on one case: corners, linear programmes, z3, or a search.

*Wrong* is every level of the key below its top. All our composers are monotone in each of their
parts, so the correct completion paid least and the wrong one paid most stand at corners, and two
evaluations in fractions decide. Couplings make it a linear programme, or a question to z3.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from assay.rubrics.compiled.evaluate import Near, best, evaluate, standard, worst
from assay.rubrics.compiled.leaf import Leaf
from assay.rubrics.compiled.plan import Plan
from assay.rubrics.prove.certificate import Outcome, Ruling, Witness, frozen
from assay.rubrics.prove.coupled import Extreme, linear_extreme
from assay.rubrics.prove.couplings import Coupling
from assay.rubrics.prove.linear import NotLinear
from assay.rubrics.prove.search import search
from assay.rubrics.prove.smt import available, decide
from assay.rubrics.written.faults import Fault
from assay.rubrics.written.kinds import OURS

ONE = Fraction(1)


def ruled(plan: Plan, leaf: Leaf, couplings: Sequence[Coupling], trials: int) -> Outcome:
    """What is known of the margin of one plan.

    Args:
        plan: Compiled, all its switches standing.
        leaf: The key.
        couplings: True of every completion.
        trials: Points to search where a formula is not ours.
    """
    levels = leaf.levels if leaf.read is None else None
    top = levels[-1] if levels else ONE
    strange = strangers(plan)
    if strange:
        return _searched(plan, leaf, top, levels, couplings, trials, strange)
    if levels is not None and len(levels) < 2:
        return Outcome(
            "", "not_proved", leaf.key, "corners", because="the key has one level: it never tells"
        )
    aux_worst = {x.key: worst(x) for x in plan.leaves}
    aux_best = {x.key: best(x) for x in plan.leaves}

    def at(key: Any, others: Mapping[str, Fraction]) -> Fraction:
        return standard(evaluate(plan, {**others, leaf.key: key}))

    below: tuple[Any, ...] = levels[:-1] if levels else (Near(ONE, -ONE),)
    bottom: tuple[Fraction, ...] = levels[:-1] if levels else (Fraction(0),)
    correct = at(top, aux_worst), at(top, aux_best)
    nearest_wrong = max(below, key=lambda v: at(v, aux_best))
    wrong = min(at(v, aux_worst) for v in (*bottom, *below)), at(nearest_wrong, aux_best)
    margin = correct[0] - wrong[1]
    if levels is None and margin <= 0:
        return Outcome(
            "",
            "not_proved",
            leaf.key,
            "corners",
            correct=correct,
            wrong=wrong,
            because=f"{leaf.key} declares no levels: a value just below its top is wrong, "
            "and no bonus is small enough not to outweigh the difference",
        )
    if margin <= 0 and couplings:
        return _coupled(plan, leaf, top, below, couplings)
    witness = None
    if margin <= 0:
        witness = Witness(
            frozen({**aux_worst, leaf.key: top}),
            frozen({**aux_best, leaf.key: nearest_wrong}),
            (correct[0], wrong[1]),
        )
    return Outcome(
        "",
        _ruling(margin),
        leaf.key,
        "corners",
        margin,
        bool(couplings),
        correct,
        wrong,
        witness,
        price_of(correct, wrong),
    )


def _ruling(margin: Fraction) -> Ruling:
    return "proved" if margin > 0 else "tie" if margin == 0 else "refuted"


def _coupled(
    plan: Plan,
    leaf: Leaf,
    top: Fraction,
    below: Sequence[Fraction],
    couplings: Sequence[Coupling],
) -> Outcome:
    """The criteria are tied to each other: the corners may not occur."""
    note = _given(couplings)
    try:
        ends: dict[str, Extreme | None] = {}
        for name, values, high in (
            ("low", (top,), False),
            ("high", (top,), True),
            ("bottom", below, False),
            ("top", below, True),
        ):
            found = [linear_extreme(plan, {leaf.key: v}, couplings, highest=high) for v in values]
            known = [e for e in found if e is not None]
            pick = max if high else min
            ends[name] = pick(known, key=lambda e: e.value) if known else None
    except NotLinear as err:
        return _solved(plan, leaf, top, below, couplings, str(err))
    low, high_end, bottom, top_end = (ends[n] for n in ("low", "high", "bottom", "top"))
    if low is None or high_end is None:
        raise Fault(
            "no correct completion satisfies what is given",
            got="; ".join(c.text for c in couplings),
            fix="with the key at its top, some scores must satisfy every coupling",
        )
    correct = low.value, high_end.value
    if bottom is None or top_end is None:
        return Outcome(
            "",
            "not_proved",
            leaf.key,
            "linear programme",
            correct=correct,
            because="no wrong completion satisfies what is given: there is nothing to compare",
        )
    margin = low.value - top_end.value
    wrong = bottom.value, top_end.value
    exact = low.attained and top_end.attained
    if margin <= 0 and not exact:
        return Outcome(
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
    witness = Witness(frozen(low.scores), frozen(top_end.scores), (low.value, top_end.value))
    return Outcome(
        "",
        _ruling(margin),
        leaf.key,
        "linear programme",
        margin,
        not exact,
        correct,
        wrong,
        witness if margin <= 0 else None,
        price_of(correct, wrong),
        assumptions=note,
    )


def _solved(
    plan: Plan,
    leaf: Leaf,
    top: Fraction,
    below: Sequence[Fraction],
    couplings: Sequence[Coupling],
    why: str,
) -> Outcome:
    """A formula that bends, under couplings."""
    note = _given(couplings)
    if not available():
        because = f"{why} under couplings needs z3: pip install z3-solver"
        return Outcome("", "not_proved", leaf.key, "z3", because=because, assumptions=note)
    answer = decide(plan, leaf.key, top, below, couplings)
    if answer.ruling == "unknown" or answer.correct is None or answer.wrong is None:
        if answer.ruling == "proved":
            return Outcome("", "proved", leaf.key, "z3", assumptions=note)
        because = "z3 could not decide, or its answer could not be confirmed in fractions"
        return Outcome("", "not_proved", leaf.key, "z3", because=because, assumptions=note)
    rewards = evaluate(plan, answer.correct), evaluate(plan, answer.wrong)
    witness = Witness(frozen(answer.correct), frozen(answer.wrong), rewards)
    because = "the margin of this witness; another may be worse" if rewards[0] < rewards[1] else ""
    return Outcome(
        "",
        _ruling(rewards[0] - rewards[1]),
        leaf.key,
        "z3",
        rewards[0] - rewards[1],
        witness=witness,
        because=because,
        assumptions=note,
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
) -> Outcome:
    """A formula of somebody else's: a counterexample counts, its absence does not."""
    wrong = levels[:-1] if levels else [Fraction(i, 1000) for i in range(1000)]
    found = search(plan, leaf.key, top, wrong, couplings, trials)
    because = f"the formula of {', '.join(strange)} is not ours, so nothing is known of its shape"
    if found is None:
        return Outcome("", "not_proved", leaf.key, "search", because=because)
    low, high = (Fraction(r) for r in found.rewards)
    if low >= high or levels is None:
        return Outcome("", "not_proved", leaf.key, "search", because=because, trials=found.trials)
    witness = Witness(frozen(found.correct), frozen(found.wrong), (low, high))
    return Outcome(
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


def price_of(correct: tuple[Fraction, Fraction], wrong: tuple[Fraction, Fraction]) -> Fraction:
    """How much of the pass rate an optimum can give away, at most: in [0, 1].

    With correct rewards in [a, A] and wrong ones in [b, B], an optimum with pass rate p is paid
    at most ``p A + (1 - p) B``, and no less than the best policy p* at its worst, ``p* a +
    (1 - p*) b``. The largest ``p* - p`` these two leave. For a weighted sum it is
    ``W_s / (w_c (v1 - v0))``, for a gate ``1 - a / A``.
    """
    (a, top), (b, bottom) = correct, wrong
    if top <= bottom:
        return ONE
    start = (bottom - b) / (top - bottom)
    slope = 1 - (a - b) / (top - bottom)
    end = start + slope
    if slope >= 0 or end >= 1:
        return min(ONE, max(Fraction(0), end))
    return min(ONE, (bottom - b) / (a - b))
