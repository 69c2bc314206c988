"""`prove`: does every correct completion earn more than every wrong one?

*Wrong* is every level of the key below its top. All our composers are monotone in each of their
parts, so the correct completion paid least and the wrong one paid most stand at corners, and two
evaluations in fractions decide. Couplings make it a linear programme, or a question to z3.

Source of the margin, the price of shaping, the KL floor and the margin under noise: see
``docs/certificates.md``, with derivations.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from assay.errors import RubricError, nearest
from assay.rubrics.base import Part, Rubric
from assay.rubrics.faults import Fault
from assay.rubrics.kinds import OURS, Process, Repeat, Turns
from assay.rubrics.plan import Leaf, Plan
from assay.rubrics.prove.certificate import Certificate, Outcome, Ruling, Witness, frozen, shown
from assay.rubrics.prove.coupled import Extreme, linear_extreme
from assay.rubrics.prove.couplings import Coupling, read_couplings
from assay.rubrics.prove.edits import edit_for
from assay.rubrics.prove.evaluate import Near, best, evaluate, standard, worst
from assay.rubrics.prove.floats import cast_checks
from assay.rubrics.prove.linear import NotLinear
from assay.rubrics.prove.noise import kl_floor, read_noise
from assay.rubrics.prove.search import search
from assay.rubrics.prove.smt import available, decide
from assay.rubrics.turning import TurnsPlan

if TYPE_CHECKING:
    from assay.rubrics.bound import BoundRubric

ONE = Fraction(1)

TRIALS = 20_000
"""Points searched where nothing can be proved."""


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of each case."""

    key: str | None
    given: Sequence[str]
    beta: Any
    p0: Sequence[float]
    noise: Mapping[str, Any] | None
    trials: int
    edits: bool


def prove(
    bound: BoundRubric,
    key: str | None = None,
    given: Sequence[str] = (),
    *,
    beta: Any = None,
    p0: Sequence[float] = (),
    noise: Mapping[str, Any] | None = None,
    trials: int = TRIALS,
    edits: bool = True,
) -> Certificate:
    """See `Rubric.prove`."""
    if isinstance(given, str):
        given = (given,)
    question = Question(key, tuple(given), beta, p0, noise, trials, edits)
    cases: list[Outcome] = []
    shaping = ""
    plans = {
        names: plan.outcome if isinstance(plan, TurnsPlan) else plan
        for names, plan in bound.plans().items()
    }
    for names, plan in bound.plans().items():
        case = "/".join(names)
        outcome = _case(bound, plans[names], _of_case(question, plans[names], plans.values()))
        if isinstance(plan, TurnsPlan):
            outcome, shaping = _turns(plan, outcome)
        cases.append(replace(outcome, case=case))
    title = bound.rubric.about.split("\n")[0].rstrip(".") or bound.rubric.noun
    return Certificate(title, bound.signature, tuple(cases), tuple(given), shaping)


def _of_case(question: Question, plan: Plan, plans: Iterable[Plan]) -> Question:
    """What is asked of one case: keys and couplings of other cases are not for it.

    Raises:
        RubricError: a key or coupling that is for no case.
    """
    given: list[str] = []
    for text in question.given:
        for candidate in (plan, *plans):
            try:
                read_couplings([text], [x.key for x in candidate.leaves])
            except RubricError as err:
                first = err if candidate is plan else first
                continue
            if candidate is plan:
                given.append(text)
            break
        else:
            raise first
    key = question.key
    if key is not None and not _has_key(plan, key) and any(_has_key(p, key) for p in plans):
        key = None
    return replace(question, key=key, given=tuple(given))


def _has_key(plan: Plan, key: str) -> bool:
    try:
        _key_leaf(plan, key)
    except Fault:
        return False
    return True


def _case(bound: BoundRubric, plan: Plan, question: Question) -> Outcome:
    leaf = _key_leaf(plan, question.key)
    couplings = read_couplings(question.given, [x.key for x in plan.leaves])
    outcome = _ruled(plan, leaf, couplings, question.trials)
    outcome = replace(outcome, assumptions=(*_assumptions(bound, plan, leaf), *outcome.assumptions))
    if question.beta is not None and outcome.margin is not None:
        outcome = replace(outcome, kl_floor=kl_floor(outcome.margin, question.beta, question.p0))
        outcome = _assuming(outcome, "KL floor: the policy is the optimum of reward - beta KL")
    if question.noise is not None and outcome.correct is not None:
        outcome = _noisy(plan, leaf, question.noise, outcome)
    if outcome.how in ("corners", "linear programme") and leaf.read is None:
        low, high = outcome_pair(plan, leaf, outcome)
        if low is not None and high is not None:
            outcome = replace(outcome, casts=cast_checks(plan, low, high))
    if question.edits and outcome.ruling != "proved":
        outcome = replace(outcome, edit=edit_for(plan, leaf, outcome, _reprove(question)))
    return outcome


def _key_leaf(plan: Plan, key: str | None) -> Leaf:
    if key is None:
        return next(leaf for leaf in plan.leaves if leaf.is_key)
    for leaf in plan.leaves:
        if leaf.key == key or leaf.key.rpartition("/")[2] == key:
            return leaf
    keys = [leaf.key for leaf in plan.leaves]
    below = [k for k in keys if k.startswith(f"{key}/")]
    if len(below) == 1:
        return _key_leaf(plan, below[0])
    raise Fault(
        f"key {key!r} is no criterion of this rubric{nearest(key, keys)}",
        fix=f"criteria: {', '.join(keys)}",
    )


# -- the ruling -----------------------------------------------------------------------------------


def _ruled(plan: Plan, leaf: Leaf, couplings: Sequence[Coupling], trials: int) -> Outcome:
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
        because = f"{why} under couplings needs z3: pip install 'assay[prove]'"
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


# -- what else is asked ---------------------------------------------------------------------------


def _noisy(plan: Plan, leaf: Leaf, noise: Mapping[str, Any], outcome: Outcome) -> Outcome:
    fp, fn, told = read_noise(noise)
    from assay.rubrics.prove.certificate import Noise

    levels = leaf.levels
    if not levels:
        return _assuming(outcome, "error rates: not applied, the key has no levels")
    low = {x.key: worst(x) for x in plan.leaves}
    high = {x.key: best(x) for x in plan.leaves}

    def at(value: Fraction, others: Mapping[str, Fraction]) -> Fraction:
        return Fraction(evaluate(plan, {**others, leaf.key: value}))

    top, bottom, near = levels[-1], levels[0], levels[-2] if len(levels) > 1 else levels[0]
    right = (1 - fn) * at(top, low) + fn * at(bottom, low)
    wrong = (1 - fp) * at(near, high) + fp * at(top, high)
    found = Noise(fp, fn, told, right - wrong)
    outcome = replace(outcome, noise=found)
    return _assuming(
        outcome, "error rates: random, independent of everything else; a policy seeks errors out"
    )


def outcome_pair(plan: Plan, leaf: Leaf, outcome: Outcome) -> tuple[float | None, float | None]:
    """What `compose` pays the correct completion paid least, and the wrong one paid most."""
    if outcome.how == "linear programme" or leaf.levels is None or len(leaf.levels) < 2:
        if outcome.correct is None or outcome.wrong is None:
            return None, None
        return float(outcome.correct[0]), float(outcome.wrong[1])
    low = [float(leaf.levels[-1] if x is leaf else worst(x)) for x in plan.leaves]
    high = [[float(v if x is leaf else best(x)) for x in plan.leaves] for v in leaf.levels[:-1]]
    return plan.value(low), max(plan.value(scores) for scores in high)


def _assuming(outcome: Outcome, text: str) -> Outcome:
    return replace(outcome, assumptions=(*outcome.assumptions, text))


def _assumptions(bound: BoundRubric, plan: Plan, leaf: Leaf) -> tuple[str, ...]:
    found = [f"a completion is correct exactly where {leaf.key} is {shown(_top(leaf))}"]
    for x in plan.leaves:
        if x.criterion.levels is not None and not bound.declared_by_verifier(x.key):
            levels = ", ".join(shown(v.exact) for v in x.criterion.levels)
            found.append(f"{x.key} takes the scores {levels}: the rubric says so, no verifier")
        elif x.key not in bound.offers and x.levels is None and x.read is None:
            found.append(f"{x.key} lies in [0, 1]: its verifier is not at hand")
    for rubric in plan.lowered.values():
        if isinstance(rubric, Process) and rubric.model_chooses_k:
            found.append("the model itself chooses how many steps the steps are divided by")
        if getattr(rubric, "scale", None) == "sigmoid":
            found.append("sigmoid is rounded at 50 digits")
    return tuple(found)


def _top(leaf: Leaf) -> Fraction:
    return leaf.levels[-1] if leaf.levels else ONE


def _reprove(question: Question) -> Any:
    def check(rubric: Part, levels: Mapping[str, Any], key: str) -> Outcome | None:
        """The outcome of an edited rubric, with the levels that are known."""
        if not isinstance(rubric, Rubric):
            return None
        plan = Plan(rubric, (), levels, {}, {})
        leaf = next((x for x in plan.leaves if x.key == key), None)
        if leaf is None:
            return None
        couplings = read_couplings(question.given, [x.key for x in plan.leaves])
        return _ruled(plan, leaf, couplings, 0)

    return check


# -- turns ----------------------------------------------------------------------------------------


def _turns(plan: TurnsPlan, outcome: Outcome) -> tuple[Outcome, str]:
    """Whether the shaping leaves the order of trajectories alone."""
    rubric: Turns = plan.rubric
    if rubric.shaping is None:
        return outcome, "outcome only: paid at the last turn, nothing before"
    if isinstance(rubric.shaping, Repeat):
        best_reward = outcome.correct[1] if outcome.correct is not None else ONE
        text = (
            "not potential-based: the one-turn reward is paid at every turn, so its sum depends on "
            f"how many turns are taken; solved in one turn is paid {shown(best_reward)}, solved "
            f"and shown again {shown(2 * best_reward)}"
        )
        return replace(outcome, ruling="refuted", because=text, how="structure"), text
    gamma = shown(rubric.shaping.gamma.exact)
    text = (
        "potential-based: gamma phi(after) - phi(before), phi 0 before the first turn and after "
        "the last, truncated or not; discounted with the same gamma these sum to 0 over every "
        "trajectory, so the order of trajectories is the outcome's"
    )
    outcome = _assuming(outcome, f"the trainer discounts turns with gamma = {gamma}")
    if outcome.correct is not None and outcome.wrong is not None and rubric.shaping.gamma.exact < 1:
        reach = _reach(outcome.correct[0], outcome.wrong[1], rubric.shaping.gamma.exact)
        outcome = _assuming(outcome, reach)
    outcome = _assuming(
        outcome, "the trainer sums rewards over turns before it normalises within a group"
    )
    return outcome, text


def _reach(correct: Fraction, wrong: Fraction, gamma: Fraction) -> str:
    """Up to which turn a discounted correct outcome still beats a wrong one at the first turn."""
    if wrong <= 0 < correct:
        return "a correct outcome is worth more than a wrong one at whatever turn it comes"
    turn = 0
    while turn < 1000 and correct > wrong:
        turn, correct = turn + 1, correct * gamma
    return (
        f"trajectories end at the same turn, or by turn {turn}: a correct outcome that comes later "
        "is discounted below a wrong one at turn 1"
    )
