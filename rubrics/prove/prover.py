"""`prove`: does every correct completion earn more than every wrong one?

Each case of a rubric gets its ruling, and what else was asked: KL floor, margin under noise, order
after casts, an edit. Formulas with their derivations: ``docs/reference/certificates.md``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from assay.arguments import many, of_kind
from assay.errors import RubricError, nearest
from assay.printable import brief, in_line, in_lines
from assay.rubrics.compiled.compiled_turns import TurnsPlan
from assay.rubrics.compiled.leaf import Leaf
from assay.rubrics.compiled.plan import Plan
from assay.rubrics.compiled.variables import TooMany, extreme, variable_of, variables
from assay.rubrics.prove.couplings import read_couplings
from assay.rubrics.prove.edits import edit_for
from assay.rubrics.prove.floats import with_casts
from assay.rubrics.prove.noise import kl_floor, read_noise
from assay.rubrics.prove.ruling import ONE, ruled
from assay.rubrics.prove.steps import over_steps, without_bound
from assay.rubrics.results.certificate import CaseCertificate, Certificate, Noise, shown
from assay.rubrics.written import faults
from assay.rubrics.written.faults import Fault
from assay.rubrics.written.kinds import Process, Repeat, Turns
from assay.rubrics.written.rubric import Rubric, RubricPart

if TYPE_CHECKING:
    from assay.rubrics.compiled.bound import BoundRubric

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
    many(given, "given", "a list of couplings such as 'a + b <= 1.2'", error=RubricError)
    if key is not None:
        of_kind(key, str, "key", "the key of a criterion", RubricError)
    p0 = tuple(many(p0, "p0", "a chance in [0, 1] for each prompt", "p0=[0.3]", RubricError))
    if p0 and beta is None:
        raise RubricError(
            "p0 is given without beta, and says nothing by itself"
            "\n  fix: beta, the weight of the KL penalty, gives the KL floor with it"
        )
    if beta is not None:
        kl_floor(Fraction(1), beta, p0)  # refuses what cannot be, also where nothing is proved
    question = Question(key, tuple(given), beta, p0, noise, trials, edits)
    cases: list[CaseCertificate] = []
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
        error = _unreadable(text, plan)
        if error is None:
            given.append(text)
        elif all(_unreadable(text, other) for other in plans):
            raise error
    key = question.key
    if key is not None and not _has_key(plan, key) and any(_has_key(p, key) for p in plans):
        key = None
    return replace(question, key=key, given=tuple(given))


def _unreadable(text: str, plan: Plan) -> RubricError | None:
    try:
        read_couplings([text], [x.key for x in plan.leaves])
    except RubricError as err:
        return err
    return None


def _has_key(plan: Plan, key: str) -> bool:
    try:
        key_leaf(plan, key)
    except Fault:
        return False
    return True


def _case(bound: BoundRubric, plan: Plan, question: Question) -> CaseCertificate:
    leaf = key_leaf(plan, question.key)
    if _relative(bound, leaf):
        because = (
            f"{leaf.key} compares within the group: the best of a group may be wrong, and another "
            "group makes another completion the best; name a key that judges each by itself"
        )
        return CaseCertificate("", "not_proved", leaf.key, "structure", because=because)
    if any(x.unbounded for x in plan.leaves):
        outcome = without_bound(plan, leaf, lambda p, x: _over_steps(p, x, question)[0])
        assumed = _assumptions(bound, plan, leaf)
        return replace(outcome, assumptions=(*assumed, *outcome.assumptions))
    outcome, plan, leaf = _over_steps(plan, leaf, question)
    outcome = replace(outcome, assumptions=(*_assumptions(bound, plan, leaf), *outcome.assumptions))
    if question.beta is not None and outcome.margin is not None:
        outcome = replace(outcome, kl_floor=kl_floor(outcome.margin, question.beta, question.p0))
        outcome = _assuming(outcome, "KL floor: the policy is the optimum of reward - beta KL")
        if any(_relative(bound, x) for x in plan.leaves):
            outcome = _assuming(
                outcome,
                "KL floor: with groups of the policy itself; what a completion takes from the "
                "others of its group is not part of its reward",
            )
    if question.noise is not None and outcome.correct is not None:
        outcome = _noisy(plan, leaf, question.noise, outcome)
    couplings = read_couplings(question.given, [x.key for x in plan.leaves])
    if question.edits and outcome.ruling != "proved":
        outcome = replace(
            outcome, edit=edit_for(plan, leaf, outcome, _reprove(question), couplings)
        )
    return _without_verifier(bound, leaf, outcome)


def _without_verifier(bound: BoundRubric, leaf: Leaf, outcome: CaseCertificate) -> CaseCertificate:
    """Where the key names no verifier, a slip of the pen most likely: that, before all else."""
    why = bound.absent.get(leaf.key)
    if why is None or leaf.levels is not None or outcome.ruling != "not_proved":
        return outcome
    return replace(
        outcome,
        because=f"{why} - at `{faults.shown(bound.rubric.written_at(leaf.key))}`; the scores that "
        "it can give are not known",
        edit=f"name a verifier that is there (`assay verifiers` lists them), or give {leaf.key} "
        "its `levels`",
    )


def _over_steps(plan: Plan, leaf: Leaf, question: Question) -> tuple[CaseCertificate, Plan, Leaf]:
    """The ruling at the step of training where it is worst; and the plan of that step."""
    couplings = read_couplings(question.given, [x.key for x in plan.leaves])

    def rule(at: Plan) -> CaseCertificate:
        found = ruled(at, _same(at, leaf), couplings, question.trials)
        return with_casts(at, _same(at, leaf), found) if question.edits else found

    worst_of, plan = over_steps(plan, rule)
    return worst_of, plan, _same(plan, leaf)


def _same(plan: Plan, leaf: Leaf) -> Leaf:
    return next(x for x in plan.leaves if x.key == leaf.key)


def key_leaf(plan: Plan, key: str | None) -> Leaf:
    """The criterion that a name means: its key, or the end of its key where only one ends so.

    Raises:
        RubricError: none, or several.
    """
    if key is None:
        return next(leaf for leaf in plan.leaves if leaf.is_key)
    keys = {leaf.key: leaf for leaf in plan.leaves}
    if key in keys:
        return keys[key]
    fits = [k for k in keys if k.endswith(f"/{key}")] or [
        k for k in keys if k.startswith(f"{key}/") and not k.rpartition("/")[2].startswith("(")
    ]
    if len(fits) == 1:
        return keys[fits[0]]
    if fits:
        raise Fault(
            f"key {brief(key)} could be {' or '.join(map(in_line, fits))}",
            got=f"key {brief(key)}",
            fix="write it whole",
        )
    raise Fault(
        f"key {brief(key)} is not a criterion of this rubric{nearest(key, keys)}",
        fix=f"criteria: {in_lines(keys)}",
    )


# -- what else is asked ---------------------------------------------------------------------------


def _noisy(
    plan: Plan, leaf: Leaf, noise: Mapping[str, Any], outcome: CaseCertificate
) -> CaseCertificate:
    fp, fn, noted = read_noise(noise)
    levels = leaf.levels
    if not levels:
        return _assuming(outcome, "error rates: not applied, the key has no levels")
    key = variable_of(plan, leaf)
    others = [v for v in variables(plan) if v != key]

    def at(value: Fraction, highest: bool) -> Fraction:
        return extreme(plan, key.at(value), others, highest=highest).value

    top, bottom, near = levels[-1], levels[0], levels[-2] if len(levels) > 1 else levels[0]
    try:
        right = (1 - fn) * at(top, False) + fn * at(bottom, False)
        wrong = (1 - fp) * at(near, True) + fp * at(top, True)
    except TooMany:
        return _assuming(outcome, "error rates: not applied, too many combinations to try")
    found = Noise(fp, fn, noted, right - wrong)
    outcome = replace(outcome, noise=found)
    return _assuming(
        outcome, "error rates: random, independent of everything else; a policy seeks errors out"
    )


def _assuming(outcome: CaseCertificate, text: str) -> CaseCertificate:
    return replace(outcome, assumptions=(*outcome.assumptions, text))


def _assumptions(bound: BoundRubric, plan: Plan, leaf: Leaf) -> tuple[str, ...]:
    found = [f"a completion is correct exactly where {leaf.key} is {shown(_top(leaf))}"]
    for x in plan.leaves:
        if x.criterion.levels is not None and not bound.declared_by_verifier(x.key):
            levels = ", ".join(shown(v.exact) for v in x.criterion.levels)
            found.append(f"{x.key} takes the scores {levels}: the rubric says so, no verifier")
        elif _relative(bound, x):
            found.append(
                f"{x.key} compares within the group: each of two completions may have any score of "
                f"its range {_range_of(x)}, in one group or in two"
            )
        elif x.by_step:
            found.append("completions are compared at the same step of training")
        elif x.key not in bound.offers and x.levels is None and x.read is None:
            why = bound.absent.get(x.key, f"no verifier {x.criterion.use!r} is bound")
            found.append(f"{x.key} lies in [0, 1]: {why}")
    for rubric in plan.lowered.values():
        if isinstance(rubric, Process) and rubric.model_chooses_k:
            found.append("the model itself chooses how many steps the steps are divided by")
        if getattr(rubric, "scale", None) == "sigmoid":
            found.append("sigmoid is rounded at 50 digits")
    return tuple(found)


def _relative(bound: BoundRubric, leaf: Leaf) -> bool:
    offer = bound.offers.get(leaf.key)
    return offer is not None and offer.spec.sees_group


def _range_of(leaf: Leaf) -> str:
    return f"[{shown(leaf.ends[0])}, {shown(leaf.ends[1])}]"


def _top(leaf: Leaf) -> Fraction:
    return leaf.levels[-1] if leaf.levels else ONE


def _reprove(question: Question) -> Any:
    def check(
        rubric: RubricPart, levels: Mapping[str, Any], key: str, same: Mapping[str, str]
    ) -> CaseCertificate | None:
        """The outcome of an edited rubric, with the levels that are known."""
        if not isinstance(rubric, Rubric):
            return None
        plan = Plan(rubric, (), levels, {}, {}, same)
        leaf = next((x for x in plan.leaves if x.key == key), None)
        return (
            None
            if leaf is None
            else _over_steps(plan, leaf, replace(question, trials=0, edits=False))[0]
        )

    return check


# -- turns ----------------------------------------------------------------------------------------


def _turns(plan: TurnsPlan, outcome: CaseCertificate) -> tuple[CaseCertificate, str]:
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
