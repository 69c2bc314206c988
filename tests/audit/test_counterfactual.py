"""The same log under another rubric: planted conflicts, real logs, changes of phase."""

from __future__ import annotations

import dataclasses
import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from planted import CLEAN, PLANTED, analyse, covers, make_frame, quiet, the

from assay import Engine, Sample, load_rubric
from assay.audit.analyses.counterfactual.analysis import APART, CHANGED, SPEC
from assay.audit.frame import Frame
from assay.audit.logs.log import read_log
from assay.findings import Outcome
from assay.plugins.host import Host
from assay.rubrics import BoundRubric

DATA = Path(__file__).parents[2] / "examples/data/gsm8k_solutions_200.jsonl"


def bound(rubric: Any) -> BoundRubric:
    return load_rubric(rubric).bind(Host())


def weighted(answer: float, boxed: float) -> dict[str, Any]:
    return {"kind": "weighted", "criteria": {"math.answer": answer, "format.boxed": boxed}}


OWN, OTHER = bound(weighted(0.7, 0.3)), bound(weighted(0.3, 0.7))


def figures(outcome: Outcome, table: str = "against") -> dict[str, Any]:
    return {str(r[-4]): r[-3:] for r in outcome.tables[table].rows}


def ids(outcome: Outcome) -> set[str]:
    return {f.id for f in outcome.findings}


def planted(seed: int, rate: float, prompts: int = 150) -> Frame:
    """Right against wrong. With chance `rate` the wrong one alone is boxed, so .7 to .3 becomes
    .3 to .7; else the right one alone is."""
    random = np.random.default_rng(seed)
    conflict = (random.random(prompts) < rate).astype(float)
    answer = np.tile([1.0, 0.0], prompts)
    boxed = np.stack([1 - conflict, conflict], axis=1).ravel()
    scores = {"math.answer": answer, "format.boxed": boxed}
    weights = {"math.answer": 0.7, "format.boxed": 0.3}
    return make_frame(scores, weights=weights, prompt=np.repeat(np.arange(prompts), 2))


def test_two_groups_by_hand() -> None:
    """One order of two is reversed; the other rubric is right in one of two pairs, the log's in
    both. By criterion: answers lose .4 of .7 on half of the rows, boxes gain .4 on half."""
    frame = planted(0, 0.0, 2)
    frame = dataclasses.replace(frame, scores=np.array([[1, 1], [0, 0], [1, 0], [0, 1.0]]))
    frame = dataclasses.replace(
        frame, reward=frame.scores @ [0.7, 0.3], contributions=frame.scores * [0.7, 0.3]
    )
    outcome = analyse("counterfactual", frame, rubric=OWN, against=OTHER)
    noted = figures(outcome)
    assert noted["rows scored under both"][0] == 4
    assert noted["orders before"][0] == 2
    assert noted["share of orders reversed"][0] == 0.5
    assert noted["share of groups whose best-paid changes"][0] == 0.5
    assert noted["reversed against the outcome, before"][0] == 0.0
    assert noted["reversed against the outcome, after"][0] == 0.5
    assert noted["top-1 regret, after"][0] == 0.5
    rows = {r[0]: r[1:] for r in outcome.tables["by_criterion"].rows}
    assert rows["math.answer"][:3] == pytest.approx((0.35, 0.15, -0.2))
    assert rows["format.boxed"][:3] == pytest.approx((0.15, 0.35, 0.2))
    assert rows["(composition)"][-1] == pytest.approx(0.0)
    assert sum(r[-1] for r in rows.values()) == pytest.approx(1.0)


def test_the_planted_conflicts_are_found_and_named() -> None:
    frame = planted(3, 0.3, 2000)
    outcome = analyse("counterfactual", frame, rubric=OWN, against=OTHER)
    for kind in ("counterfactual.orders", "counterfactual.top"):
        assert the(outcome, kind).value == pytest.approx(0.3, abs=0.04), kind
    # right minus reversed falls from 1 to 1 - 2 * .3; every pair is decided, so tau-b is the same
    assert the(outcome, "counterfactual.outcome").value == pytest.approx(-0.6, abs=0.08)
    gains, loses = the(outcome, "counterfactual.orders").rollouts[:2]
    assert frame.group[gains] == frame.group[loses]
    assert frame.key_score[gains] < frame.key_score[loses]
    assert the(outcome, "counterfactual.outcome").severity == "info"  # the log's is the better


def test_a_better_rubric_is_a_warning_about_the_one_in_use() -> None:
    frame = planted(3, 0.3, 500)
    swapped = dataclasses.replace(
        frame, reward=frame.scores @ [0.3, 0.7], contributions=frame.scores * [0.3, 0.7]
    )
    found = the(
        analyse("counterfactual", swapped, rubric=OTHER, against=OWN), "counterfactual.outcome"
    )
    assert found.severity == "warning"
    assert found.value == pytest.approx(0.6, abs=0.12)


def noisy(seed: int = 0, prompts: int = 200, size: int = 6) -> Frame:
    random = np.random.default_rng(seed)
    answer = (random.random(prompts * size) < 0.5).astype(float)
    scores = {"math.answer": answer, "format.boxed": random.random(prompts * size)}
    weights = {"math.answer": 0.7, "format.boxed": 0.3}
    return make_frame(scores, weights=weights, prompt=np.repeat(np.arange(prompts), size))


@pytest.mark.parametrize(
    ("other", "tau", "why"),
    [
        (weighted(1e-9, 0), 0.79, "the outcome alone ties what is equal in it: never worse"),
        ({"kind": "weighted", "criteria": {"math.answer": -1}}, -1.0, "inverted: all reversed"),
        ({"kind": "weighted", "criteria": {"format.boxed": 1}}, 0.0, "noise: half of each"),
        (
            {"kind": "clip", "of": weighted(0.7, 0.3), "low": 0.0, "high": 0.0},
            0.0,
            "a constant is never reversed, and never right",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_only_what_agrees_with_the_outcome_is_recommended(
    other: dict[str, Any], tau: float, why: str
) -> None:
    against = bound(other)
    outcome = analyse("counterfactual", noisy(), rubric=OWN, against=against)
    found = [f for f in outcome.findings if f.id == "counterfactual.outcome"]
    noted = figures(outcome)
    if tau > 0.5:
        assert not found, why
        assert noted["right minus reversed, difference"][0] == 0
        return
    assert [f.severity for f in found] == ["info"], why
    assert "agrees less with math.answer" in found[0].title
    after = noted["tau-b with the outcome, after"][0]
    own = noted["tau-b with the outcome, before"][0]
    assert found[0].value == pytest.approx(after - own)
    assert own > 0.5
    assert after == pytest.approx(tau, abs=0.1 if tau > -0.5 else 1e-12)
    backwards = dataclasses.replace(noisy(), reward=1 - noisy().score("math.answer"))
    found = [
        f
        for f in analyse("counterfactual", backwards, against=against).findings
        if f.id == "counterfactual.outcome"
    ]
    if tau == 0:  # even a constant beats what is reversed, and yet is not what to train with
        assert [f.severity for f in found] == ["warning"]
        assert found[0].suggestion.startswith("Train with neither")
    else:
        assert not found, why


def test_what_orders_by_the_outcome_is_what_to_train_with() -> None:
    backwards = dataclasses.replace(noisy(), reward=1 - noisy().score("math.answer"))
    found = the(analyse("counterfactual", backwards, against=OWN), "counterfactual.outcome")
    assert found.suggestion.startswith("Train with the one that agrees better")


def test_the_same_rubric_changes_nothing() -> None:
    outcome = analyse("counterfactual", planted(1, 0.4), rubric=OWN, against=bound(OWN.rubric))
    assert outcome.findings == ()
    assert figures(outcome)["share of orders reversed"][0] == 0.0
    assert any("no order" in note for note in outcome.notes)


def test_a_log_of_another_rubric_is_noticed() -> None:
    outcome = analyse("counterfactual", planted(1, 0.4), rubric=OTHER, against=OWN)
    assert any("another rubric, or another version" in note for note in outcome.notes)


def test_a_criterion_without_verdicts_is_named_not_invented() -> None:
    other = bound({"kind": "weighted", "criteria": {"math.answer": 0.5, "style.black": 0.5}})
    outcome = analyse("counterfactual", planted(1, 0.4), rubric=OWN, against=other)
    assert any("'style.black'" in lack for lack in outcome.lacks)
    assert outcome.findings == ()
    assert figures(outcome)["rows scored under the other"][0] == 0


def test_nothing_to_compare_with_is_told() -> None:
    outcome = analyse("counterfactual", planted(1, 0.4), rubric=OWN)
    assert outcome.lacks == ("another rubric to compare with: --against RUBRIC",)


@pytest.mark.slow
def test_a_real_log_under_another_rubric_is_what_scoring_it_again_gives(
    tmp_path: Path,
) -> None:
    """200 solutions of GSM8K, scored with math+format; the figures against rewards of an engine
    that ran the other rubric's verifiers, compared pair by pair."""
    rows = [json.loads(line) for line in DATA.read_text().splitlines()]
    for number, row in enumerate(rows):
        if number % 3 == 0:
            row["completion"] += f" \\boxed{{{row['reference'] if number % 2 else -1}}}"
    samples = [Sample.from_row(row) for row in rows]
    gated = {
        "kind": "gate",
        "gate": "format.boxed",
        "then": {"kind": "weighted", "criteria": {"math.answer": 1}},
    }
    with Engine(load_rubric("math+format")) as engine, Engine(load_rubric(gated)) as other:
        before = engine.verify_batch(samples)
        after = [math.nan if r.value is None else r.value for r in other.verify_batch(samples)]
    logged = [row | reward.to_json() for row, reward in zip(rows, before, strict=True)]
    (tmp_path / "log.jsonl").write_text("\n".join(json.dumps(r) for r in logged))
    frame = read_log(tmp_path / "log.jsonl").frame
    rubrics = {"rubric": bound("math+format"), "against": bound(gated)}
    noted = figures(analyse("counterfactual", frame, **rubrics))
    orders = reversed_ = 0
    for i in range(len(rows)):
        for j in range(i):
            if frame.group[i] == frame.group[j] and frame.reward[i] != frame.reward[j]:
                orders += 1
                reversed_ += (frame.reward[i] - frame.reward[j]) * (after[i] - after[j]) < 0
    assert noted["orders before"][0] == orders
    assert reversed_ > 0
    assert noted["share of orders reversed"][0] == reversed_ / orders


# -- phases ---------------------------------------------------------------------------------------

PHASES = bound(
    {
        "kind": "phases",
        "cases": [
            {"until": 10, "rubric": weighted(0.7, 0.3), "name": "early"},
            {"until": 20, "rubric": weighted(0.3, 0.7), "name": "late"},
            {"rubric": "math.answer", "name": "end"},
        ],
    }
)


def phased(seed: int, rate: float, prompts: int = 150) -> Frame:
    """As `planted`, at steps 8 to 11; each row has the verdicts of its own phase alone."""
    plain = planted(seed, rate, prompts)
    step = 8.0 + plain.prompt % 4
    early = (step < 10)[:, None]
    none = np.full(plain.scores.shape, np.nan)
    scores = np.concatenate(
        [
            np.where(early, plain.scores, none),
            np.where(early, none, plain.scores),
            none[:, :1],
        ],
        axis=1,
    )
    names = [f"{p}/{c}" for p in ("early", "late") for c in ("math.answer", "format.boxed")]
    reward = np.where(early[:, 0], plain.scores @ [0.7, 0.3], plain.scores @ [0.3, 0.7])
    return make_frame(
        dict(zip([*names, "end"], scores.T, strict=True)),
        reward,
        statuses=np.where(np.isfinite(scores), 0, -1).astype(np.int8),
        prompt=plain.prompt,
        step=step,
        label=plain.key_score,
    )


def test_a_change_of_phase_is_compared_on_the_same_rows() -> None:
    """Rows of both phases are composed under both: the verdicts are the same verifiers'."""
    outcome = analyse("counterfactual", phased(0, 0.3, 1000), rubric=PHASES)
    found = the(outcome, "counterfactual.phases")
    assert found.value == pytest.approx(0.3, abs=0.05)
    assert found.subject == ("early to late at step 10",)
    assert figures(outcome, "phases")["groups compared"][0] == 1000
    assert any("step 20 is not logged" in note for note in outcome.notes)


def test_phases_without_steps_say_so() -> None:
    frame = dataclasses.replace(phased(0, 0.3), step=np.full(300, np.nan))
    assert any("`step`" in x for x in analyse("counterfactual", frame, rubric=PHASES).lacks)


# -- laws -----------------------------------------------------------------------------------------


@given(st.integers(0, 1000))
@settings(max_examples=15, deadline=None)
def test_the_order_of_rows_is_irrelevant(seed: int) -> None:
    frame = planted(seed, 0.4, 20)
    at = np.random.default_rng(seed).permutation(frame.n)
    scores = {c: frame.score(c)[at] for c in frame.criteria}
    moved = make_frame(scores, weights=frame.weights, prompt=frame.prompt[at])
    one = figures(analyse("counterfactual", frame, rubric=OWN, against=OTHER))
    other = figures(analyse("counterfactual", moved, rubric=OWN, against=OTHER))
    for name, row in one.items():
        assert other[name] == pytest.approx(row), name


def test_gaps_of_every_sort_are_survived() -> None:
    random = np.random.default_rng(0)
    for n in (12, 200):
        scores = {c: random.random(n) for c in ("math.answer", "format.boxed")}
        for column in scores.values():
            column[random.random(n) < 0.2] = np.nan
        reward = random.random(n)
        reward[::5] = np.nan
        for prompt in (random.integers(-1, 9, n), np.zeros(n, int)):
            frame = make_frame(scores, reward, prompt=prompt)
            analyse("counterfactual", frame, rubric=OWN, against=OTHER)
            analyse("counterfactual", dataclasses.replace(frame, key=None), against=OTHER)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("figure", "truth"),
    [
        ("share of orders reversed", 0.2),
        ("share of groups whose best-paid changes", 0.2),
        ("right minus reversed, difference", -0.4),  # .8 - .2 of the pairs, and 1 before
    ],
)
def test_intervals_cover(figure: str, truth: float) -> None:
    found = []
    for seed in range(PLANTED):
        outcome = analyse("counterfactual", planted(seed, 0.2), rubric=OWN, against=OTHER)
        found.append(figures(outcome)[figure][1:])
    covers(found, truth)


@pytest.mark.slow
def test_intervals_of_a_change_of_phase_cover() -> None:
    found = []
    for seed in range(PLANTED):
        outcome = analyse("counterfactual", phased(seed, 0.2), rubric=PHASES)
        found.append(figures(outcome, "phases")["share of orders reversed"][1:])
    covers(found, 0.2)


@pytest.mark.slow
def test_logs_at_the_threshold_are_quiet() -> None:
    """Reversed orders at the threshold. The outcome differs by as much, beyond its own: so it
    is the label that is given, and it is not about these pairs."""

    def clean(seed: int) -> Frame:
        frame = planted(seed, CHANGED)
        return dataclasses.replace(frame, label=np.ones(frame.n))

    assert CLEAN == 400
    quiet("counterfactual", clean, rubric=OWN, against=OTHER)


@pytest.mark.slow
def test_outcomes_at_the_threshold_are_quiet() -> None:
    quiet(
        "counterfactual",
        lambda seed: planted(seed, APART, prompts=400),
        rubric=OWN,
        against=OTHER,
    )


@pytest.mark.slow
def test_a_harmless_change_of_phase_is_quiet() -> None:
    quiet("counterfactual", lambda seed: phased(seed, CHANGED), rubric=PHASES)


def test_every_finding_is_of_a_documented_kind() -> None:
    assert {k.id.partition(".")[0] for k in SPEC.kinds} == {"counterfactual"}
