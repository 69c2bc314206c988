"""Rulings of each composer: what these scores are worth, and why."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import pytest

from assay.errors import RubricError, SampleError
from assay.model import Part, Reward, Sample, Turn, Verdict
from assay.plugins.host import Host
from assay.plugins.markers import verifier
from assay.rubrics import RubricWarning, best_of, load_rubric, summary, values
from assay.rubrics.written.dtypes import cast

L2 = {"levels": [0, 1]}


class Case(NamedTuple):
    rubric: dict[str, Any]
    scores: dict[str, float]
    value: float
    why: str


def weighted(**criteria: Any) -> dict[str, Any]:
    return {"kind": "weighted", "criteria": criteria}


def of(kind: str, **fields: Any) -> dict[str, Any]:
    return {"kind": kind, "criteria": ["a", "b", "c"], **fields}


GATE = {"kind": "gate", "gate": "a", "then": "b"}
THRESHOLD = of("priority", mode="threshold", tau=0.6, weights=[1, 0.5, 0.25])

CASES = [
    Case(weighted(a=0.7, b=0.3), {"a": 1, "b": 0.5}, 0.85, "a weighted sum"),
    Case(weighted(a=1, b=-0.5), {"a": 1, "b": 1}, 0.5, "a negative weight is a penalty"),
    Case(
        weighted(a=3, b=1, c=-4) | {"normalise": True}, {"a": 1, "b": 1, "c": 0}, 1, "all good: 1"
    ),
    Case(weighted(a=3, b=1, c=-4) | {"normalise": True}, {"a": 1, "b": 1, "c": 1}, 0, "penalised"),
    Case(GATE, {"gate": 1, "then": 0.5}, 0.75, "an open gate pays floor and rest"),
    Case(GATE, {"gate": 0.99, "then": 1}, 0, "a closed gate pays nothing"),
    Case(GATE | {"at": 0.5}, {"gate": 0.5, "then": 0}, 0.5, "the threshold is inclusive"),
    Case(GATE | {"ramp": [0.2, 0.8]}, {"gate": 0.5, "then": 1}, 0.5, "halfway up the ramp"),
    Case(GATE | {"ramp": [0.2, 0.8]}, {"gate": 0.1, "then": 1}, 0, "below the ramp"),
    Case(GATE | {"ramp": [0.2, 0.8]}, {"gate": 0.9, "then": 1}, 1, "above the ramp"),
    Case(THRESHOLD, {"a": 0.6, "b": 1, "c": 1}, 1.35, "past tau the others count"),
    Case(THRESHOLD, {"a": 0.59, "b": 1, "c": 1}, 0.59, "before it they do not"),
    Case(
        THRESHOLD | {"scale": "sigmoid"},
        {"a": 1, "b": 0, "c": 1},
        1 + 0.25 + 0.25 / (1 + math.exp(-1)),
        "aspects through a sigmoid",
    ),
    Case(of("vote"), {"a": 1, "b": 0.5, "c": 0.4}, 2 / 3, "two of three approve"),
    Case(of("product"), {"a": 1, "b": 0.5, "c": 0.4}, 0.2, "the product"),
    Case(of("min"), {"a": 1, "b": 0.5, "c": 0.4}, 0.4, "the smallest"),
    Case(
        {"kind": "clip", "of": weighted(a=2, b=-3), "low": -1, "high": 1},
        {"of/a": 1, "of/b": 0},
        1,
        "held down",
    ),
    Case(
        {"kind": "clip", "of": weighted(a=2, b=-3), "low": -1, "high": 1},
        {"of/a": 0, "of/b": 1},
        -1,
        "held up",
    ),
    Case(
        {"kind": "priority", "criteria": {"a": L2, "b": {"levels": [0, 0.5, 1]}, "c": {}}},
        {"a": 1, "b": 0.5, "c": 0.3},
        6 + 2 + 0.3,
        "w_c = 1, w_b = (1 + 1) / .5, w_a = (1 + 1 + 4) / 1",
    ),
    Case(
        {"kind": "priority", "criteria": {"a": L2, "b": L2}, "margin": 0.5},
        {"a": 1, "b": 1},
        1.5,
        "w_b = .5, w_a = .5 + .5",
    ),
]


@pytest.mark.parametrize("case", CASES, ids=lambda c: c.why)
def test_value(case: Case) -> None:
    rubric = load_rubric(case.rubric)
    reward = rubric.compose({k: Verdict.judged(k, s, "") for k, s in case.scores.items()})
    assert reward.value == pytest.approx(case.value, abs=1e-12)
    assert load_rubric(rubric.to_dict()) == rubric


PROCESS = {"kind": "process", "outcome": "a", "steps": "b"}
STEPS = [
    ("prefix", {"k": 4}, [1, 1, 0, 1], 0.5, "two steps before the first error, of four"),
    ("prefix", {"k": 2}, [1, 1, 1], 1, "at most 1"),
    ("prefix", {"k": 4, "tau": 0.9}, [0.95, 0.8], 0.25, "tau decides what is right"),
    ("mean", {"k": 4}, [1, 1], 0.5, "leaving steps out does not raise the mean"),
    ("mean", {"k": 2}, [1, 0, 1, 0], 0.5, "nor do more steps than K lower it below itself"),
    ("min", {}, [1, 0.4], 0.4, "the worst"),
    ("product", {}, [0.5, 0.5], 0.25, "the product"),
    ("last", {}, [0, 1], 1, "the last"),
    ("geometric_mean", {}, [0.25, 1], 0.5, "the root of the product"),
    ("min", {}, [None, 1], 0, "a step that cannot be checked is not earned"),
    ("product", {}, [], 0, "no steps: 0"),
]


@pytest.mark.parametrize(
    ("agg", "fields", "steps", "share", "why"), STEPS, ids=[s[4] for s in STEPS]
)
def test_process(
    agg: str, fields: dict[str, Any], steps: list[Any], share: float, why: str
) -> None:
    rubric = load_rubric({**PROCESS, "agg": agg, **fields})
    parts = [Part(f"step {i}", s) for i, s in enumerate(steps)]
    verdicts = {
        "outcome": Verdict.judged("a", 1, ""),
        "steps": Verdict.judged("b", 0, "", parts=parts),
    }
    assert rubric.compose(verdicts).value == pytest.approx(0.7 + 0.3 * share)
    given = load_rubric({**PROCESS, "steps": "sample.steps", "agg": agg, **fields})
    assert list(given.leaves()) == ["outcome"]
    sample = Sample("x", steps=["text" if s is None else s for s in steps])
    reward = given.compose({"outcome": verdicts["outcome"]}, sample)
    assert reward.value == pytest.approx(0.7 + 0.3 * share)
    turns = load_rubric({**PROCESS, "over": "turns", "agg": agg, **fields})
    if steps:
        sample = Sample("x", turns=[Turn("t") for _ in steps])
        each = {
            f"steps#{t}": Verdict.undecided("b", "") if s is None else Verdict.judged("b", s, "")
            for t, s in enumerate(steps)
        }
        reward = turns.compose({"outcome": verdicts["outcome"], **each}, sample)
        assert reward.value == pytest.approx(0.7 + 0.3 * share)


def test_k_may_be_a_field_of_the_sample() -> None:
    rubric = load_rubric({**PROCESS, "k": "info.solution"})
    steps = Verdict.judged("b", 0, "", parts=[Part("1", 1.0)])
    verdicts = {"outcome": Verdict.judged("a", 0, ""), "steps": steps}
    for solution in (4, ["a", "b", "c", "d"]):
        reward = rubric.compose(verdicts, Sample("x", info={"solution": solution}))
        assert reward.value == pytest.approx(0.3 / 4)
    for solution in (0, "four", None):
        with pytest.raises(SampleError, match=r"info\.solution is"):
            rubric.compose(verdicts, Sample("x", info={"solution": solution}))


def test_a_k_that_the_model_chooses_draws_a_warning() -> None:
    with pytest.warns(RubricWarning, match="one safe step is worth as much as a whole solution"):
        rubric = load_rubric(PROCESS)
    assert "the model itself chooses" in " ".join(rubric.prove(host=Host()).assumptions)


def test_switch_takes_the_case_of_the_sample() -> None:
    rubric = load_rubric(
        {"kind": "switch", "on": "info.source", "cases": {"a/b": "a.a", "c": weighted(x=1, y=2)}}
    )
    assert list(rubric.leaves()) == ["a/b", "c/x", "c/y"]
    sample = Sample("t", info={"source": "c"})
    assert list(rubric.active(sample)) == ["c/x", "c/y"]
    verdicts = {"c/x": Verdict.judged("x", 1, ""), "c/y": Verdict.judged("y", 0.5, "")}
    reward = rubric.compose(verdicts, sample)
    assert reward.value == 2.0
    assert list(reward.terms) == ["a/b", "c/x", "c/y"]
    assert reward.terms["a/b"].contribution == 0.0
    for info in ({}, {"source": "d"}):
        with pytest.raises(SampleError, match="source"):
            rubric.active(Sample("t", info=info))
    with pytest.raises(SampleError, match="compose needs the sample"):
        rubric.compose(verdicts)
    default = load_rubric({**rubric.to_dict(), "default": "z.z"})
    assert list(default.active(Sample("t"))) == ["default"]


def test_phases_change_over_at_the_declared_step() -> None:
    rubric = load_rubric(
        {
            "kind": "phases",
            "cases": [
                {"until": 100, "rubric": weighted(a=1, b=1), "name": "warm-up"},
                {"rubric": GATE},
            ],
        }
    )
    assert list(rubric.active(Sample("x", step=99))) == ["warm-up/a", "warm-up/b"]
    assert list(rubric.active(Sample("x", step=100))) == ["phase2/gate", "phase2/then"]
    early = rubric.compose(
        {"warm-up/a": Verdict.judged("a", 1, ""), "warm-up/b": Verdict.judged("b", 1, "")},
        Sample("x", step=0),
    )
    late = rubric.compose(
        {"phase2/gate": Verdict.judged("a", 1, ""), "phase2/then": Verdict.judged("b", 1, "")},
        Sample("x", step=100),
    )
    assert (early.value, late.value) == (2.0, 1.0)
    assert early.signature.endswith(":warm-up")
    assert late.signature.endswith(":phase2")
    assert list(early.terms) == list(late.terms)
    with pytest.raises(SampleError, match="no 'step'"):
        rubric.active(Sample("x"))


THREE = Sample("end", turns=[Turn("one"), Turn("two"), Turn("end")])
POTENTIAL = {"kind": "turns", "outcome": "a", "shaping": {"phi": "p", "gamma": 0.5}}


def test_turns_pay_potential_differences_with_a_zero_end() -> None:
    rubric = load_rubric(POTENTIAL)
    phi = [Verdict.judged("p", s, "") for s in (0.5, 0.25)]
    verdicts = {"outcome": Verdict.judged("a", 1, ""), "phi#0": phi[0], "phi#1": phi[1]}
    reward = rubric.compose(verdicts, THREE)
    assert reward.value == 1.0
    assert reward.turns == (0.5 * 0.5 - 0, 0.5 * 0.25 - 0.5, 0 - 0.25 + 1)
    assert list(reward.terms) == ["outcome", "phi"]
    assert reward.terms["phi"].contribution == 0.0


def test_the_last_turn_has_no_potential_and_nobody_is_asked_for_one() -> None:
    table = {
        **POTENTIAL,
        "outcome": "math.answer",
        "shaping": {"phi": "format.boxed", "gamma": 0.5},
    }
    rubric = load_rubric(table).bind(Host())
    assert [run.key for run in rubric.jobs(THREE)] == ["outcome", "phi#0", "phi#1"]


def test_a_missing_phi_is_replaced_once_in_both_differences() -> None:
    rubric = load_rubric(POTENTIAL)
    verdicts = {
        "outcome": Verdict.judged("a", 1, ""),
        "phi#0": Verdict.undecided("p", ""),
        "phi#1": Verdict.judged("p", 1, ""),
    }
    turns = rubric.compose(verdicts, THREE).turns
    assert turns == (0.0, 0.5, 0.0)
    assert sum(r * 0.5**t for t, r in enumerate(turns) if r is not None) == 0.25  # the outcome's


def test_a_repeated_outcome_sees_the_step_in_each_turn() -> None:
    """A weight that moves with the step is read from the sample, which each turn stands for."""
    moving = {"kind": "schedule", "of": "b", "points": [[0, 1], [10, 0.5]]}
    rubric = load_rubric(
        {
            "kind": "turns",
            "outcome": {"kind": "weighted", "criteria": {"a": 1, "b": moving}},
            "shaping": {"kind": "repeat"},
            "unsafe": True,
        }
    )
    keys = [f"{key}#{t}" for t in range(3) for key in ("outcome/a", "outcome/b/of")]
    verdicts = {key: Verdict.judged(key[8], 1, "") for key in keys}
    assert rubric.compose(verdicts, THREE.at_step(10)).turns == (1.5, 1.5, 1.5)


def test_turns_without_an_outcome_have_no_reward() -> None:
    rubric = load_rubric({"kind": "turns", "outcome": "a"})
    lost = rubric.compose({"outcome": Verdict.crashed("a", "")}, THREE)
    assert (lost.status, lost.value, lost.turns) == ("unscored", None, None)
    paid = rubric.compose({"outcome": Verdict.judged("a", 1, "")}, THREE)
    assert paid.turns == (0.0, 0.0, 1.0)
    alone = rubric.compose({"outcome": Verdict.judged("a", 1, "")}, Sample("x"))
    assert alone.turns == (1.0,)


def test_turns_stand_at_the_top() -> None:
    inside = {"kind": "weighted", "criteria": {"t": {"kind": "turns", "outcome": "a"}}}
    with pytest.raises(RubricError, match="turns stand at the top"):
        load_rubric(inside).compose({}, THREE)


@verifier("kinds.share@1", cost="inline")
def share(sample: Sample) -> float:
    """A tenth of the length of the text."""
    return min(1.0, len(sample.text) / 10)


@verifier("kinds.ends@1", cost="inline", levels=[0, 1])
def ends(sample: Sample) -> bool:
    """Ends as asked."""
    return sample.text.endswith("d")


def test_turns_through_the_engine() -> None:
    from assay import Engine

    rubric = {"kind": "turns", "outcome": "kinds.ends", "shaping": {"phi": "kinds.share"}}
    with Engine(rubric, verifiers=[share, ends]) as engine:
        (reward,) = engine.verify_batch([THREE])
    assert reward.value == 1.0
    assert reward.turns == (0.3, 0.0, 0.7)


def test_missing_takes_the_declared_number_or_the_worst_level() -> None:
    host = Host(verifiers=[share, ends])
    rubric = {"a": {"use": "kinds.share"}, "b": {"use": "kinds.ends", "weight": -1}}
    bound = load_rubric(rubric).bind(host)
    lost = Verdict.undecided("kinds.ends@1", "")
    there = Verdict.judged("kinds.share@1", 1, "")
    assert bound.compose({"a": there, "b": lost}).value == 0.0
    softer = load_rubric({**rubric, "b": {**rubric["b"], "missing": 0.25}}).bind(host)
    reward = softer.compose({"a": there, "b": lost})
    assert reward.value == 0.75
    assert reward.terms["b"].score == 0.25
    with pytest.raises(RubricError, match="the key criterion has a `missing`"):
        load_rubric({"a": {"use": "kinds.share", "missing": 0}}).bind(host)


def test_verdicts_by_name() -> None:
    rubric = load_rubric({"format.boxed": 1, "b": {"use": "kinds.share"}})
    found = [Verdict.judged("kinds.share@1", 1, ""), Verdict.judged("format.boxed@1", 0, "")]
    assert rubric.compose(found).value == 1.0
    with pytest.raises(RubricError, match="belongs to no criterion"):
        rubric.compose([*found, Verdict.judged("c.c@1", 1, "")])
    with pytest.raises(RubricError, match="came twice"):
        rubric.compose([*found, found[0]])
    with pytest.raises(RubricError, match="no verdict for the criterion 'b'"):
        rubric.compose(found[1:])


def test_lexicographic_needs_levels() -> None:
    with pytest.raises(RubricError, match="tier 'a' has no declared levels"):
        load_rubric({"kind": "priority", "criteria": ["a", "b"]}).compose({})


def test_lexicographic_refuses_what_the_dtype_cannot_tell_apart() -> None:
    eleven = {"levels": [i / 10 for i in range(11)]}
    table = {"kind": "priority", "criteria": {f"v{i}": eleven for i in range(3)}}
    assert load_rubric({**table, "dtype": "float32"}).prove(host=Host()).verdict == "proved"
    with pytest.raises(RubricError, match="bfloat16 cannot tell"):
        load_rubric({**table, "dtype": "bfloat16"}).compose({})


def test_distinct_values_after_a_cast() -> None:
    """11^3 levels leave 551 in bfloat16, 11^4 leave 4,903 in float16."""
    three = {cast(float(i), "bfloat16") for i in range(11**3)}
    four = {cast(float(i), "float16") for i in range(11**4)}
    assert (len(three), len(four)) == (551, 4903)


def reward(value: float | None, score: float | None = None) -> Reward:
    status = "unscored" if value is None else "scored"
    verdicts = {} if score is None else {"a": Verdict.judged("a", score, "")}
    return Reward(value, status, {}, verdicts)  # type: ignore[arg-type]


def test_best_of_takes_the_first_on_ties_and_skips_the_unscored() -> None:
    assert best_of([reward(None), reward(0.5), reward(1.0), reward(1.0)]) == 2
    assert best_of([reward(-1.0), reward(-2.0)]) == 0
    assert best_of([reward(None)]) is None
    assert best_of([]) is None


def test_values_and_summary() -> None:
    rewards = [reward(1.0, 1.0), reward(0.0, 0.5), reward(None)]
    assert values(rewards, unscored=-1) == [1.0, 0.0, -1]
    assert math.isnan(values(rewards)[2])
    found = summary(rewards)
    assert found["reward_mean"] == 0.5
    assert (found["n"], found["scored"], found["unscored"], found["invalid"]) == (3, 2, 1, 0)
    assert found["score/a"] == 0.75
    assert not any(math.isnan(x) for x in summary([]).values())


def test_a_sample_without_what_the_rubric_reads_is_invalid_alone() -> None:
    from assay import Engine

    rubric = {"kind": "process", "outcome": "kinds.ends", "steps": "sample.steps", "k": "info.k"}
    samples = [
        Sample("end", steps=[1]),
        Sample("end", steps=[1, 7], info={"k": 2}),
        Sample("end", steps=[1], info={"k": 2}),
    ]
    with Engine(rubric, verifiers=[share, ends]) as engine:
        rewards = engine.verify_batch(samples)
    assert [r.status for r in rewards] == ["invalid", "invalid", "scored"]
    assert rewards[0].error == "info.k is None; wanted a number of steps, more than 0"
    assert rewards[1].error == "steps[1] is 7; scores lie in [0, 1]"
    assert rewards[2].value == pytest.approx(0.85)
