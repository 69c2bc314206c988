"""Does shaping move the optimum: proofs, orders, turns; on logs whose truth is known."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from planted import CLEAN, PLANTED, analyse, covers, make_frame, quiet, the
from scipy.stats import kendalltau

from assay import Engine, Sample, load_rubric
from assay.audit.analyses.shaping.analysis import SPEC
from assay.audit.analyses.shaping.potential import REUSE, STALL
from assay.audit.analyses.shaping.reversals import REGRET, REVERSED
from assay.audit.analyses.shaping.step_count import STEP_COUNT, STEPS, per_step
from assay.audit.frame import Frame, TurnRewards
from assay.audit.groups import Groups
from assay.audit.logs.log import read_log
from assay.findings import Outcome
from assay.plugins.host import Host
from assay.rubrics import BoundRubric


def bound(rubric: Any) -> BoundRubric:
    return load_rubric(rubric).bind(Host())


def figures(outcome: Outcome, table: str = "reversals") -> dict[str, Any]:
    """Figure -> its row without the name."""
    rows = outcome.tables[table].rows
    if table == "reversals":
        return {f"{r[0]}: {r[1]}": r[2:] for r in rows}
    return {str(r[0]): r[1:] for r in rows}


def ids(outcome: Outcome) -> set[str]:
    return {f.id for f in outcome.findings}


# -- the certificate ------------------------------------------------------------------------------


def log_of(rubric: BoundRubric, scores: dict[str, list[float]]) -> Frame:
    return make_frame(scores, [0.0] * len(next(iter(scores.values()))), prompt=[0, 0])


RULINGS = [
    ({"math.answer": 0.7, "format.boxed": 0.3}, None, "the key outweighs the rest by .4"),
    ({"math.answer": 0.5, "format.boxed": 0.5}, "shaping.tie", "either alone is worth as much"),
    ({"math.answer": 0.4, "format.boxed": 0.6}, "shaping.refuted", "boxing is worth more"),
]


@pytest.mark.parametrize(("criteria", "kind", "why"), RULINGS, ids=lambda v: str(v))
def test_what_is_not_proved_is_found(criteria: Any, kind: str | None, why: str) -> None:
    rubric = bound({"kind": "weighted", "criteria": criteria})
    frame = make_frame({c: [1.0, 0.0] for c in criteria}, weights=criteria, prompt=[0, 0])
    outcome = analyse("shaping", frame, rubric=rubric)
    assert ids(outcome) == ({kind} if kind else set()), why
    (row,) = outcome.tables["certificate"].rows
    margin = criteria["math.answer"] - criteria["format.boxed"]
    assert row[2] == pytest.approx(margin)
    if kind:
        found = the(outcome, kind)
        assert (found.value, found.interval) == (pytest.approx(margin), None)
        assert found.severity == ("error" if kind == "shaping.refuted" else "warning")


def test_a_cost_without_a_cap_is_lost_by_any_amount() -> None:
    cost = {"kind": "cost", "of": "format.boxed", "each": 0.1, "unknown": 1}
    rubric = bound({"kind": "weighted", "criteria": {"math.answer": 1, "bad": cost}})
    frame = log_of(rubric, {"math.answer": [1.0, 0.0], "bad/of": [1.0, 0.0]})
    found = the(analyse("shaping", frame, rubric=rubric), "shaping.refuted")
    assert found.title.endswith("more than a correct one: by any amount")
    assert np.isnan(found.value)
    assert found.suggestion.endswith("with a cap below 10")


def test_a_key_without_levels_leaves_it_not_proved() -> None:
    rubric = bound({"kind": "weighted", "criteria": {"code.tests": 0.9, "style.black": 0.1}})
    frame = make_frame({"code.tests": [1.0, 0.5], "style.black": [1.0, 1.0]}, [1.0, 0.55])
    found = the(analyse("shaping", frame, rubric=rubric), "shaping.not_proved")
    assert found.severity == "warning"
    assert "not proved" in found.title or "nothing is proved" in found.title


def test_without_a_rubric_the_certificate_is_lacking() -> None:
    frame = make_frame({"answer": [1.0, 0.0]}, [1.0, 0.0], prompt=[0, 0])
    outcome = analyse("shaping", frame)
    assert any("--rubric" in lack for lack in outcome.lacks)
    assert "certificate" not in outcome.tables


# -- orders ---------------------------------------------------------------------------------------


def test_three_pairs_by_hand() -> None:
    """Right .2 and .9, wrong .5 and .1: of four pairs right over wrong, .2 < .5 is reversed.
    tau-b: (3 - 1) / sqrt(6 * 4). The best-paid is right: no regret."""
    frame = make_frame({"answer": [1, 1, 0, 0]}, [0.2, 0.9, 0.5, 0.1], prompt=[0, 0, 0, 0])
    noted = figures(analyse("shaping", frame))
    assert noted["answer: share reversed"][0] == 0.25
    assert noted["answer: tau-b"][0] == pytest.approx(2 / np.sqrt(24))
    assert noted["answer: tau-b"][0] == pytest.approx(
        kendalltau([0.2, 0.9, 0.5, 0.1], [1, 1, 0, 0]).statistic
    )
    assert noted["answer: top-1 regret"][0] == 0.0


def test_ties_are_not_reversals_but_cost_half() -> None:
    """Equal rewards contradict nothing; the best-paid is drawn, so half the outcome is lost."""
    frame = make_frame({"answer": [1, 0]}, [0.5, 0.5], prompt=[0, 0])
    noted = figures(analyse("shaping", frame))
    assert noted["answer: share reversed"][0] == 0.0
    assert noted["answer: share tied in reward"][0] == 1.0
    assert noted["answer: top-1 regret"][0] == 0.5


def test_none_reversed_is_consistent_and_no_more() -> None:
    frame = make_frame({"answer": [1, 0] * 50}, [1, 0] * 50, prompt=np.repeat(range(50), 2))
    outcome = analyse("shaping", frame)
    assert ids(outcome) == set()
    (note,) = outcome.notes
    assert "consistent with" in note
    assert "0.071" in note  # Clopper-Pearson's upper end of 0 of 50
    assert "proved" not in note


def planted(
    seed: int, *, rate: float = 0.0, drawn: float = 0.0, prompts: int = 120, label: bool = False
) -> Frame:
    """Groups of one right and three wrong. With chance `rate` one wrong is paid above the right
    one: one pair of three. With chance `drawn` a wrong one is paid as much: half is lost."""
    random = np.random.default_rng(seed)
    right = np.tile([1.0, 0.0, 0.0, 0.0], (prompts, 1))
    paid = right * 0.5
    fate = random.random(prompts)
    paid[fate < rate, 1] = 1.0
    paid[(fate >= rate) & (fate < rate + drawn), 1] = 0.5
    given = {"label": right.ravel()} if label else {}
    key = np.zeros(4 * prompts) if label else right.ravel()
    prompt = np.repeat(np.arange(prompts), 4)
    return make_frame({"answer": key}, paid.ravel(), prompt=prompt, **given)


def test_the_planted_reversals_and_regret_are_found() -> None:
    outcome = analyse("shaping", planted(1, rate=0.4, prompts=2000))
    assert the(outcome, "shaping.reversals").value == pytest.approx(0.4 / 3, abs=0.01)
    assert the(outcome, "shaping.regret").value == pytest.approx(0.4, abs=0.04)
    assert the(outcome, "shaping.reversals").severity == "error"
    read = the(outcome, "shaping.reversals").rollouts
    frame = planted(1, rate=0.4, prompts=2000)
    assert frame.reward[read[0]] > frame.reward[read[1]]
    assert frame.key_score[read[0]] < frame.key_score[read[1]]


def test_a_label_is_an_outcome_of_its_own() -> None:
    found = the(analyse("shaping", planted(1, rate=0.6, label=True)), "shaping.reversals")
    assert found.subject == ("label",)


def test_a_reward_of_the_wrong_sign_is_told() -> None:
    frame = planted(1)
    flipped = dataclasses.replace(frame, reward=-frame.reward)
    found = the(analyse("shaping", flipped), "shaping.order")
    assert found.value < -0.5
    assert found.severity == "error"


@given(st.permutations(range(40)))
@settings(max_examples=20)
def test_the_order_of_rows_is_irrelevant(order: list[int]) -> None:
    frame = planted(3, rate=0.5, drawn=0.2, prompts=10)
    at = np.array(order)
    moved = make_frame({"answer": frame.key_score[at]}, frame.reward[at], prompt=frame.prompt[at])
    one, other = figures(analyse("shaping", frame)), figures(analyse("shaping", moved))
    for name, row in one.items():
        assert other[name] == pytest.approx(row, nan_ok=True), name


@pytest.mark.slow
@pytest.mark.parametrize("prompts", [2, 5, 12])
def test_few_prompts_raise_no_false_alarm(prompts: int) -> None:
    """Rewards that know nothing of the outcome, in logs so small that all prompts may agree."""

    def alarm(seed: int) -> bool:
        random = np.random.default_rng(seed)
        prompt = np.repeat(np.arange(prompts), 4)
        answer = np.tile([1.0, 1.0, 0.0, 0.0], prompts)
        frame = make_frame({"answer": answer}, random.random(4 * prompts), prompt=prompt)
        return "shaping.order" in ids(analyse("shaping", frame))

    assert sum(alarm(seed) for seed in range(CLEAN)) <= 12


@pytest.mark.slow
@pytest.mark.parametrize(
    ("figure", "truth", "fault"),
    [
        ("share reversed", 0.1, {"rate": 0.3}),
        ("top-1 regret", 0.25, {"rate": 0.1, "drawn": 0.3}),
        ("tau-b", (3 - 0.9 * 2) / np.sqrt(3 * (3 + 2 * 0.9)), {"rate": 0.9}),
    ],
)
@pytest.mark.parametrize("prompts", [15, 120])
def test_intervals_of_orders_cover(
    figure: str, truth: float, fault: dict[str, float], prompts: int
) -> None:
    """tau-b: 3 pairs a group differ in the outcome; reversed .9 of the time is one of them, and
    then two wrong ones differ from the third in reward: 5 pairs, else 3."""
    found = []
    for seed in range(PLANTED):
        frame = planted(seed, prompts=prompts, **fault)
        row = figures(analyse("shaping", frame))[f"answer: {figure}"]
        found.append((float(row[1]), float(row[2])))
    covers(found, truth)


@pytest.mark.slow
@pytest.mark.parametrize(
    "fault",
    [{"rate": 3 * REVERSED, "drawn": 0.0}, {"rate": 0.0, "drawn": 2 * REGRET}],
    ids=["reversals", "regret"],
)
def test_orders_at_the_threshold_are_quiet(fault: dict[str, float]) -> None:
    """Just at each threshold. One fault drags the other beyond its own, which is none of its
    false alarms: so only the kind at its threshold is counted."""
    kind = "shaping.reversals" if fault["rate"] else "shaping.regret"
    # with another right one 6 pairs differ, so twice the rate is at the threshold
    planted_fault = {**fault, "rate": 2 * fault["rate"]}

    def clean(seed: int) -> Frame:
        frame = planted(seed, prompts=300, **planted_fault)
        if kind == "shaping.regret":
            return frame
        # the reversed wrong one is no better paid than another right one: no regret
        grown = np.concatenate([frame.reward.reshape(-1, 4), np.full((300, 1), 2.0)], axis=1)
        right = np.concatenate([frame.key_score.reshape(-1, 4), np.ones((300, 1))], axis=1)
        return make_frame(
            {"answer": right.ravel()}, grown.ravel(), prompt=np.repeat(np.arange(300), 5)
        )

    assert CLEAN == 400
    quiet("shaping", clean)


@pytest.mark.slow
def test_an_order_of_no_meaning_is_quiet() -> None:
    """Rewards that know nothing of the outcome: tau-b 0 is the threshold; the reversals and the
    regret of such a log are real, and no false alarms."""

    def clean(seed: int) -> Frame:
        random = np.random.default_rng(seed)
        prompt = np.repeat(np.arange(80), 4)
        return make_frame({"answer": random.integers(0, 2, 320)}, random.random(320), prompt=prompt)

    alarms = sum("shaping.order" in ids(analyse("shaping", clean(seed))) for seed in range(CLEAN))
    assert alarms <= 12  # .01 of 400 is 4; 13 would be p < .001


# -- turns ----------------------------------------------------------------------------------------


def walked(
    paths: list[list[float]],
    outcome: list[float],
    prompt: list[int],
    phi: list[list[float]] | None = None,
    contributions: bool = True,
) -> Frame:
    """Trajectories with the rewards of their turns."""
    offsets = np.concatenate([[0], np.cumsum([len(p) for p in paths])]).astype(np.int64)
    scores = {} if phi is None else {"phi": np.concatenate(phi)}
    turns = TurnRewards(offsets, np.concatenate(paths), scores)
    weights = {"outcome": 1.0} if contributions else None
    return make_frame({"outcome": outcome}, outcome, weights=weights, prompt=prompt, turns=turns)


def shaped(phi: list[float], outcome: float, gamma: float = 1.0, keep: bool = False) -> list[float]:
    """What potential shaping pays; phi of the states after each turn."""
    after = [*phi[:-1], phi[-1] if keep else 0.0]
    paid = [gamma * b - a for a, b in zip([0.0, *after[:-1]], after, strict=True)]
    paid[-1] += outcome
    return paid


PHI = [[0.2, 0.6, 0.9], [0.5, 0.3], [0.1], [0.3, 0.4, 0.7, 0.1], [0.9, 0.8]]
ENDS = [1.0, 0.0, 1.0, 0.0, 1.0]
WHOSE = [0, 0, 0, 1, 1]


def test_differences_of_a_potential_leave_no_residual() -> None:
    for gamma in (1.0, 0.9):
        paths = [shaped(p, o, gamma) for p, o in zip(PHI, ENDS, strict=True)]
        rubric = turns_rubric(gamma)
        outcome = analyse("shaping", walked(paths, ENDS, WHOSE, PHI), rubric=rubric)
        assert ids(outcome) == set()
        assert figures(outcome, "turns")["potential residual: share of prompts"][0] == 0.0
        assert any("consistent with potential-based" in note for note in outcome.notes)
        assert any("all 12 turns" in note for note in outcome.notes)


def turns_rubric(gamma: float = 1.0) -> BoundRubric:
    shaping = {"kind": "potential", "phi": "format.boxed", "gamma": gamma}
    return bound({"kind": "turns", "outcome": "math.answer", "shaping": shaping})


def test_a_potential_kept_at_the_end_is_refuted_at_the_last_turns() -> None:
    """S is then phi at the end: .9, .3, .1 in the first prompt, .1 and .8 in the second; the
    largest range is .8, and every last turn is off, no other."""
    paths = [shaped(p, o, keep=True) for p, o in zip(PHI, ENDS, strict=True)]
    outcome = analyse("shaping", walked(paths, ENDS, WHOSE, PHI), rubric=turns_rubric())
    residual = the(outcome, "shaping.residual")
    assert residual.value == pytest.approx(0.8)
    assert (residual.interval, residual.n, residual.severity) == (None, 2, "error")
    assert residual.rollouts[:2] == (0, 2)
    telescoping = the(outcome, "shaping.telescoping")
    assert telescoping.value == pytest.approx(5 / 12)
    assert "last turns" in telescoping.title


def test_the_discount_for_which_it_would_be_neutral_is_named() -> None:
    """The rubric says .9, the log was shaped with .95."""
    paths = [shaped(p, o, 0.95) for p, o in zip(PHI, ENDS, strict=True)]
    outcome = analyse("shaping", walked(paths, ENDS, WHOSE, PHI), rubric=turns_rubric(0.9))
    assert "0.95" in the(outcome, "shaping.residual").suggestion
    assert the(outcome, "shaping.telescoping").value > 0.5


def test_a_discount_that_nobody_says_is_found() -> None:
    """Without the rubric, a log that is in order for a discount of .95 is not called faulty."""
    paths = [shaped(p, o, 0.95) for p, o in zip(PHI, ENDS, strict=True)]
    outcome = analyse("shaping", walked(paths, ENDS, WHOSE))
    assert ids(outcome) == set()
    assert figures(outcome, "turns")["discount"][0] == 0.95
    assert any("train with that discount" in note for note in outcome.notes)


def test_the_discount_of_a_case_of_a_switch_is_said() -> None:
    shaping = {"kind": "potential", "phi": "format.boxed", "gamma": 0.93}
    case = {"kind": "turns", "outcome": "math.answer", "shaping": shaping}
    own = bound({"kind": "switch", "on": "info.data_source", "cases": {"a": case, "b": case}})
    paths = [shaped(p, o, 0.93) for p, o in zip(PHI, ENDS, strict=True)]
    assert ids(analyse("shaping", walked(paths, ENDS, WHOSE), rubric=own)) == set()


def test_a_potential_with_a_switch_in_it_is_told_as_lacking() -> None:
    """The case of each turn is in the rows alone; the residual needs no phi and is still there."""
    phi = {"kind": "switch", "on": "info.data_source", "cases": {"a": "format.boxed"}}
    shaping = {"kind": "potential", "phi": phi}
    own = bound({"kind": "turns", "outcome": "math.answer", "shaping": shaping})
    paths = [shaped(p, o) for p, o in zip(PHI, ENDS, strict=True)]
    outcome = analyse("shaping", walked(paths, ENDS, WHOSE, PHI), rubric=own)
    assert any("phi's switch" in lack for lack in outcome.lacks)
    assert figures(outcome, "turns")["potential residual: share of prompts"][0] == 0.0


def test_the_outcome_alone_is_no_shaping() -> None:
    paths = [[0.0] * (len(p) - 1) + [o] for p, o in zip(PHI, ENDS, strict=True)]
    outcome = analyse("shaping", walked(paths, ENDS, WHOSE))
    assert ids(outcome) == set()
    assert any("nothing is paid on the way" in note for note in outcome.notes)


def test_a_reward_that_is_the_sum_of_its_turns_tells_nothing_of_shaping() -> None:
    """Another's log: the reward is what was paid in all, so the outcome is not known."""
    paths = [[0.5, 0.5], [0.25, 0.0, 0.25]]
    frame = walked(paths, [1.0, 0.5], [0, 0], contributions=False)
    outcome = analyse("shaping", frame)
    assert "shaping.residual" not in ids(outcome)
    assert any("sum of the turns" in lack for lack in outcome.lacks)


def test_a_repeated_reward_is_found_in_rubric_and_log() -> None:
    """.5 before it is solved, paid at each turn: every further turn brings .5."""
    paths = [[0.5] * (n - 1) + [1.0] for n in (1, 2, 4, 1, 3, 5)] * 5
    frame = walked(paths, [1.0] * 30, [i // 3 for i in range(30)])
    shaping = {"kind": "turns", "outcome": "math.answer", "shaping": {"kind": "repeat"}}
    outcome = analyse("shaping", frame, rubric=bound({**shaping, "unsafe": True}))
    assert {"shaping.refuted", "shaping.residual", REUSE.id} <= ids(outcome)
    reuse = the(outcome, REUSE.id)
    assert reuse.value == pytest.approx(0.5)
    assert reuse.rollouts[0] == 5


def stalling(seed: int, rate: float, prompts: int = 60) -> Frame:
    """Each further turn is paid `rate` on average, and noise that sums to nothing for it."""
    random = np.random.default_rng(seed)
    paths, ends = [], []
    for _ in range(4 * prompts):
        n = int(random.integers(1, 6))
        extra = rate + random.normal(0, 0.05, n - 1)
        ends.append(float(random.integers(0, 2)))
        paths.append([*extra, ends[-1]])
    return walked(paths, ends, [i // 4 for i in range(4 * prompts)])


def test_whether_stalling_pays_is_told_by_the_totals() -> None:
    """.1 a turn and 1 for solving. Failures of 15 turns collect 1.4, solutions in one turn 1;
    failures of 5 turns collect .4. At a discount of .8 a longer solution collects less in all."""

    def reuse(long: int, pay: float, ends: tuple[float, float]) -> Any:
        paths = [[1.0] if i % 2 else [*[pay] * (long - 1), pay + ends[0]] for i in range(80)]
        outcome = [ends[1] if i % 2 else ends[0] for i in range(80)]
        prompts = [i // 4 for i in range(80)]
        found = analyse("shaping", walked(paths, outcome, prompts))
        return found, [f for f in found.findings if f.id == REUSE.id]

    _, (found,) = reuse(15, 0.1, (0.0, 1.0))
    assert found.severity == "error"
    assert "stalling is worth more than solving: in 80 of 80 pairs" in found.title
    outcome, none = reuse(5, 0.1, (0.0, 1.0))
    assert not none
    assert any("but the totals are not higher for it" in note for note in outcome.notes)
    _, (found,) = reuse(5, 0.1, (1.0, 1.0))
    assert found.severity == "warning"
    assert "in 80 of 80 pairs of equal outcome the longer" in found.title


@pytest.mark.slow
def test_intervals_of_reuse_cover() -> None:
    found = []
    for seed in range(PLANTED):
        row = figures(analyse("shaping", stalling(seed, 0.2)), "turns")
        cells = row["paid for a further turn, in ranges of the outcome"]
        found.append((cells[1], cells[2]))
    covers(found, 0.2)


@pytest.mark.slow
def test_reuse_at_the_threshold_is_quiet() -> None:
    """The residual is not 0 in these logs, and is rightly reported: only reuse is counted."""
    alarms = sum(
        REUSE.id in ids(analyse("shaping", stalling(seed, STALL))) for seed in range(CLEAN)
    )
    assert alarms <= 12


@pytest.mark.slow
def test_exact_kinds_raise_no_false_alarm() -> None:
    """Random potentials, discounts and lengths: never a residual, never a broken difference."""

    def clean(seed: int) -> Frame:
        random = np.random.default_rng(seed)
        phi = [random.random(random.integers(1, 9)).tolist() for _ in range(24)]
        ends = random.integers(0, 2, 24).astype(float).tolist()
        paths = [shaped(p, o, 0.97) for p, o in zip(phi, ends, strict=True)]
        return walked(paths, ends, [i // 4 for i in range(24)], phi)

    for seed in range(CLEAN):
        kinds = ids(analyse("shaping", clean(seed), rubric=turns_rubric(0.97)))
        assert kinds <= {STEP_COUNT.id}


def test_a_solved_long_trajectory_gets_less_than_nothing() -> None:
    """Potential = share of the way. Solved in 8 turns, solved in 1, two solved in 5, and one that
    got 5/8 of the way and failed at turn 8, paying it back. Returns are 1, 1, 1, 1 and 0."""
    paths = [[1 / 8] * 8, [1.0], [1 / 5] * 5, [1 / 5] * 5, [1 / 8] * 5 + [0.0, 0.0, -5 / 8]]
    groups = Groups.of(np.zeros(5, np.int64), np.ones(5, bool))
    returns = np.array([sum(p) for p in paths])
    squares = np.array([sum(r * r for r in p) for p in paths])
    found = per_step(returns, squares, np.array([len(p) for p in paths], float), groups)
    assert found[:2].round(2).tolist() == [-0.81, 3.74]
    frame = walked(paths, [1.0, 1.0, 1.0, 1.0, 0.0], [0] * 5)
    noted = figures(analyse("shaping", frame), "turns")
    # the failed one is charged most of all, so no order is reversed here: only made of ties
    assert noted["pairs that per-step normalisation turns round"][0] == 0.0


def test_a_solved_long_one_falls_below_a_failed_short_one() -> None:
    """Steps pay 1 at the end if solved. Mean 2/10: the long one gets 1 - 8 * .2 < 0 - .2."""
    paths = [[0.0] * 7 + [1.0], [1.0], [0.0]]
    frame = walked(paths * 30, [1.0, 1.0, 0.0] * 30, list(np.repeat(range(30), 3)))
    found = the(analyse("shaping", frame), STEP_COUNT.id)
    assert found.value == 0.5  # of two pairs that differ in return, one
    assert found.rollouts[0] == 0


@pytest.mark.parametrize(("prompts", "noted"), [(9, False), (10, True)])
def test_a_handful_of_prompts_that_agree_raises_nothing(prompts: int, noted: bool) -> None:
    """In every one of them one pair of two is turned round; nine may agree by chance."""
    paths = [[0.0] * 7 + [1.0], [1.0], [0.0]]
    ends = [1.0, 1.0, 0.0] * prompts
    frame = walked(paths * prompts, ends, list(np.repeat(range(prompts), 3)))
    assert (STEP_COUNT.id in ids(analyse("shaping", frame))) is noted


def counted(seed: int, rate: float, prompts: int = 120) -> Frame:
    """With chance `rate` a prompt's solved trajectory takes 8 turns instead of 1: one of the two
    pairs is then turned round."""
    random = np.random.default_rng(seed)
    paths = []
    for _ in range(prompts):
        paths += [[0.0] * 7 + [1.0] if random.random() < rate else [1.0], [1.0], [0.0]]
    return walked(paths, [1.0, 1.0, 0.0] * prompts, list(np.repeat(range(prompts), 3)))


@pytest.mark.slow
def test_intervals_of_the_step_count_cover() -> None:
    found = []
    for seed in range(PLANTED):
        row = figures(analyse("shaping", counted(seed, 0.3)), "turns")
        cells = row["pairs that per-step normalisation turns round"]
        found.append((cells[1], cells[2]))
    covers(found, 0.15)


@pytest.mark.slow
def test_the_step_count_at_the_threshold_is_quiet() -> None:
    quiet("shaping", lambda seed: counted(seed, 2 * STEPS))


# -- what logs lack -------------------------------------------------------------------------------


def test_gaps_of_every_sort_are_survived() -> None:
    random = np.random.default_rng(0)
    n = 60
    reward, answer = random.random(n), random.integers(0, 2, n).astype(float)
    reward[::7], answer[::5] = np.nan, np.nan
    lengths = random.integers(0, 4, n)
    offsets = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
    paid = random.random(int(lengths.sum()))
    paid[::6] = np.nan
    frame = make_frame(
        {"answer": answer, "constant": np.ones(n)},
        reward,
        prompt=random.integers(-1, 9, n),
        label=np.where(random.random(n) < 0.5, np.nan, 1.0),
        turns=TurnRewards(offsets, paid),
    )
    analyse("shaping", frame)


def test_a_log_without_groups_or_key_says_what_it_lacks() -> None:
    frame = make_frame({"answer": [1.0]}, [1.0], prompt=[0])
    outcome = analyse("shaping", dataclasses.replace(frame, key=None))
    assert len(outcome.lacks) == 2
    assert outcome.findings == ()


def test_every_finding_is_of_a_documented_kind() -> None:
    assert {k.id.partition(".")[0] for k in SPEC.kinds} == {"shaping"}
    assert len({k.id for k in SPEC.kinds}) == len(SPEC.kinds)


# -- logs that an engine wrote --------------------------------------------------------------------

SOLUTIONS = Path(__file__).parents[2] / "examples/data/gsm8k_solutions_200.jsonl"


def logged(tmp_path: Path, rubric: Any, mend: Any = lambda row: row) -> tuple[Frame, BoundRubric]:
    """Eighty solutions, each line a turn, scored by an engine, written, and read again."""
    rows = [json.loads(line) for line in SOLUTIONS.read_text().splitlines()[:80]]
    for number, row in enumerate(rows):
        lines = [x for x in row["completion"].splitlines() if x.strip()]
        lines = [f"{x} \\boxed{{{i}}}" if (i + number) % 3 else x for i, x in enumerate(lines)]
        row["completion"] = "\n".join(lines)
        row["turns"] = [{"completion": line} for line in lines]
    with Engine(load_rubric(rubric), on_unscored="ignore") as engine:
        rewards = engine.verify_batch([Sample.from_row(row) for row in rows])
    out = [
        mend(row | reward.to_json() | {"turns_reward": list(reward.turns or [])})
        for row, reward in zip(rows, rewards, strict=True)
    ]
    path = tmp_path / "log.jsonl"
    path.write_text("\n".join(json.dumps(row) for row in out))
    own = bound(rubric)
    return read_log(path, rubric=own).frame, own


POTENTIAL = {
    "kind": "turns",
    "outcome": {"kind": "weighted", "criteria": {"math.answer": 0.9, "format.boxed": 0.1}},
    "shaping": {
        "kind": "potential",
        "gamma": 0.95,
        "phi": {"kind": "weighted", "criteria": {"format.boxed": 0.25, "length.overlong": 0.5}},
    },
}


def test_what_the_engine_pays_for_turns_is_found_in_order(tmp_path: Path) -> None:
    frame, own = logged(tmp_path, POTENTIAL)
    outcome = analyse("shaping", frame, rubric=own)
    noted = figures(outcome, "turns")
    assert noted["turns"][0] > 80
    assert noted["discount"][0] == 0.95
    assert noted["potential residual: share of prompts"][0] == 0.0
    assert noted["turns not paid the difference of phi"][0] == 0.0
    assert not ids(outcome) & {"shaping.residual", "shaping.telescoping", "shaping.reuse"}
    assert outcome.tables["certificate"].rows[0][1] == "proved"


def test_a_trainer_that_kept_the_last_potential_is_found_out(tmp_path: Path) -> None:
    def mend(row: dict[str, Any]) -> dict[str, Any]:
        row["turns_reward"][-1] += 0.1 * len(row["turns_reward"])
        return row

    frame, own = logged(tmp_path, POTENTIAL, mend)
    outcome = analyse("shaping", frame, rubric=own)
    assert {"shaping.residual", "shaping.telescoping"} <= ids(outcome)
    assert "all of them last turns" in the(outcome, "shaping.telescoping").title


def test_a_repeated_reward_of_an_engine_is_refuted(tmp_path: Path) -> None:
    repeat = {"kind": "turns", "outcome": "format.boxed", "shaping": {"kind": "repeat"}}
    frame, own = logged(tmp_path, {**repeat, "unsafe": True})
    outcome = analyse("shaping", frame, rubric=own)
    assert {"shaping.refuted", "shaping.residual", "shaping.reuse"} <= ids(outcome)
