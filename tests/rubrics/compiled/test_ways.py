"""Switches, phases and turns: every way they can stand, and what is run and paid for each."""

from __future__ import annotations

import itertools
import math
import random
from typing import Any

import pytest

from assay.errors import RubricError, SampleError
from assay.model import Sample, Term, Turn, Verdict
from assay.plugins.host import Host
from assay.rubrics import load_rubric
from assay.rubrics.compiled.bound import WAYS
from assay.rubrics.compiled.switching import any_choice, choices, ways, ways_count


def weighted(**criteria: Any) -> dict[str, Any]:
    return {"kind": "weighted", "criteria": criteria}


def switch(on: str, **cases: Any) -> dict[str, Any]:
    return {"kind": "switch", "on": f"info.{on}", "cases": cases}


PHASES = {
    "kind": "phases",
    "cases": [{"rubric": "t.a", "until": 10, "name": "early"}, {"rubric": "t.b"}],
}
NESTED = switch("x", p=switch("y", q="t.a", r=weighted(b=1, c=2)), s="t.d")
INSIDE = weighted(a=1, one=switch("x", p="t.a", s="t.b"), two=switch("y", q=PHASES, r="t.c"))
GATED = {
    "kind": "gate",
    "gate": "t.a",
    "then": weighted(one=NESTED, two=switch("y", q="t.e", r="t.f")),
}
SAMPLES = [Sample("", info={"x": x, "y": y}, step=s) for x in "ps" for y in "qr" for s in (0, 10)]


@pytest.mark.parametrize(
    ("rubric", "count"),
    [
        (NESTED, 3),  # q, r, s
        (INSIDE, 6),  # p and s, each with early, late and r
        (GATED, 6),
        (weighted(a=1), 1),
    ],
    ids=["in each other", "beside each other", "below a composer", "none"],
)
def test_every_way_that_switches_can_stand(rubric: dict[str, Any], count: int) -> None:
    """A way names a case for each switch that is reached, by its path, and for no other."""
    found = load_rubric(rubric)
    every = ways(found)
    assert len(every) == ways_count(found) == count
    assert len({tuple(way.items()) for way in every}) == count
    assert any_choice(found) == (count > 1)
    met = [choices(found, sample) for sample in SAMPLES]
    for way in met:
        assert way in every
    if any_choice(found):
        assert all(any(way == other for other in met) or "p" in str(way) for way in every)


def test_the_paths_of_ways() -> None:
    assert ways(load_rubric(NESTED)) == [
        {(): "p", ("p",): "q"},
        {(): "p", ("p",): "r"},
        {(): "s"},
    ]
    assert choices(load_rubric(INSIDE), SAMPLES[0]) == {
        ("one",): "p",
        ("two",): "q",
        ("two", "q"): "early",
    }


@pytest.mark.parametrize("rubric", [NESTED, INSIDE, GATED], ids=["nested", "inside", "gated"])
def test_a_sample_is_judged_by_its_case_and_every_receipt_has_all_lines(
    rubric: dict[str, Any],
) -> None:
    found = load_rubric(rubric)
    lines = None
    for sample in SAMPLES:
        keys = found.active(sample)
        reward = found.compose({key: Verdict.judged("t", 1.0, "") for key in keys}, sample)
        lines = lines or list(reward.terms)
        assert list(reward.terms) == lines
        assert None not in [term.contribution for term in reward.terms.values()]
        for key, term in reward.terms.items():
            if key in keys:
                assert term.score == 1.0
            elif not key.endswith(")"):
                assert (term.score, term.contribution) == (None, 0.0)
        paid = [term.contribution for term in reward.terms.values()]
        assert math.fsum(p for p in paid if p is not None) == reward.value
    assert lines is not None


def test_phases_are_named_in_the_signature_one_below_the_other() -> None:
    inner = {"kind": "phases", "cases": [{"rubric": "t.a", "until": 5}, {"rubric": "t.b"}]}
    outer = {
        "kind": "phases",
        "cases": [{"rubric": inner, "until": 9, "name": "first"}, {"rubric": "t.c"}],
    }
    rubric = load_rubric(outer)
    for step, phase in ((0, "first+phase1"), (5, "first+phase2"), (9, "phase2")):
        sample = Sample("", step=step)
        verdicts = {key: Verdict.judged("t", 1.0, "") for key in rubric.active(sample)}
        assert rubric.compose(verdicts, sample).signature.partition(":")[2] == phase
    both = weighted(one=inner, two=inner)
    rubric = load_rubric(both)
    sample = Sample("", step=7)
    verdicts = {key: Verdict.judged("t", 1.0, "") for key in rubric.active(sample)}
    assert rubric.compose(verdicts, sample).signature.endswith(":phase2+phase2")


def test_too_many_ways_are_refused() -> None:
    two = {f"s{i}": switch(f"x{i}", a="t.a", b="t.b") for i in range(11)}
    with pytest.raises(RubricError) as raised:
        load_rubric(weighted(**two)).compose({}, Sample(""))
    assert f"its switches can stand in 2048 ways, more than {WAYS}" in str(raised.value)
    two.popitem()
    rubric = load_rubric(weighted(**two))
    assert ways_count(rubric) == WAYS
    sample = Sample("", info={f"x{i}": "a" for i in range(10)})
    verdicts = {key: Verdict.judged("t", 1.0, "") for key in rubric.active(sample)}
    assert rubric.compose(verdicts, sample).value == 10.0


# -- turns -----------------------------------------------------------------------------------------

THREE = Sample(
    "end",
    turns=[Turn("one"), Turn("two"), Turn("end")],
    n_tokens=7,
    finish_reason="stop",
    info={"x": "p"},
)
REPEAT = {"kind": "repeat"}


def turns_of(outcome: Any, shaping: Any = None) -> dict[str, Any]:
    found = {"kind": "turns", "outcome": outcome}
    if shaping is not None:
        found |= {"shaping": shaping, "unsafe": shaping == REPEAT}
    return found


def runs(rubric: dict[str, Any], sample: Sample = THREE) -> list[tuple[str, str, str, int]]:
    """Key, criterion, text and number of turns of each run."""
    found = load_rubric(rubric).bind(Host()).jobs(sample)
    for run in found:
        if run.sample is not sample:  # of a turn, nobody counted tokens, nor said why it ended
            assert (run.sample.n_tokens, run.sample.finish_reason) == (None, None)
            assert run.sample.info == sample.info
    return [(r.key, r.leaf, r.sample.text, len(r.sample.turns or ())) for r in found]


BOTH = weighted(**{"math.answer": 0.5, "format.boxed": 0.5})
COST = {"kind": "cost", "of": "format.boxed", "each": 0.1, "over": "turns"}


def test_what_is_run_for_each_turn() -> None:
    assert runs(turns_of("math.answer")) == [("outcome", "outcome", "end", 3)]
    assert runs(turns_of(BOTH, REPEAT)) == [
        (f"outcome/{key}#{t}", f"outcome/{key}", text, t + 1)
        for t, text in enumerate(["one", "two", "end"])
        for key in ("math.answer", "format.boxed")
    ]
    phi = {"phi": weighted(**{"format.boxed": 1, "format.integer": 2})}
    assert runs(turns_of("math.answer", phi)) == [
        ("outcome", "outcome", "end", 3),
        *(
            (f"phi/{key}#{t}", f"phi/{key}", text, t + 1)
            for t, text in enumerate(["one", "two"])
            for key in ("format.boxed", "format.integer")
        ),
    ]
    assert runs(weighted(**{"math.answer": 1, "b": COST})) == [
        ("math.answer", "math.answer", "end", 3),
        *((f"b/of#{t}", "b/of", text, t + 1) for t, text in enumerate(["one", "two", "end"])),
    ]


def test_a_sample_without_turns_has_one() -> None:
    sample = Sample("alone", n_tokens=3)
    for rubric in (
        turns_of("math.answer", REPEAT),
        turns_of("math.answer", {"phi": "format.boxed"}),
    ):
        (run,) = load_rubric(rubric).bind(Host()).jobs(sample)
        assert run.sample is sample


def test_what_the_data_set_gives_is_not_run() -> None:
    """A step's weight and the scores of given steps come with the sample."""
    moving = {"kind": "schedule", "of": "format.boxed", "points": [[0, 1], [10, 0.5]]}
    given = {"kind": "process", "outcome": "math.answer", "steps": "sample.steps", "k": 2}
    rubric = weighted(m=moving, p=given, b=COST)
    sample = Sample("x", step=3, steps=[1.0, 0.5])
    assert [key for key, *_ in runs(rubric, sample)] == ["m/of", "p/outcome", "b/of#0"]


def paid_in_loops(phi: list[float], gamma: float, outcome: float) -> list[float]:
    potentials = [0.0, *phi, 0.0]
    found = [gamma * b - a for a, b in itertools.pairwise(potentials)]
    found[-1] += outcome
    return found


@pytest.mark.parametrize("gamma", [1.0, 0.5])
@pytest.mark.parametrize("count", [1, 2, 5])
def test_differences_of_a_potential_add_up_to_the_outcome(count: int, gamma: float) -> None:
    """Whatever the potential says, discounted as the trainer does."""
    pick = random.Random(count)
    product = {"kind": "product", "criteria": ["a", "b"]}
    rubric = load_rubric(turns_of(product, {"phi": product, "gamma": gamma}))
    sample = Sample("x", turns=[Turn(str(t)) for t in range(count)])
    scores = {f"phi/{k}#{t}": pick.random() for t in range(count - 1) for k in "ab"}
    scores |= {"outcome/a": 0.5, "outcome/b": 0.25}
    reward = rubric.compose({k: Verdict.judged("t", s, "") for k, s in scores.items()}, sample)
    phi = [scores[f"phi/a#{t}"] * scores[f"phi/b#{t}"] for t in range(count - 1)]
    assert reward.value == 0.125
    assert reward.turns == pytest.approx(paid_in_loops(phi, gamma, 0.125))
    discounted = math.fsum(r * gamma**t for t, r in enumerate(reward.turns or ()) if r is not None)
    assert discounted == pytest.approx(gamma ** (count - 1) * 0.125)
    last = scores.get(f"phi/a#{count - 2}")
    assert reward.terms["phi/a"] == Term("a", 0.0, last, 0.0)
    assert reward.terms["phi/(product)"] == Term("", 0.0, None, 0.0)
    assert math.fsum(t.contribution or 0.0 for t in reward.terms.values()) == reward.value


def test_a_potential_that_is_missing_is_at_its_lowest() -> None:
    """Of a penalty that is below 0; of one without a bound it is 0."""
    phi = weighted(**{"t.p": {"weight": 1, "levels": [0.25, 1]}, "t.q": -0.5})
    rubric = load_rubric(turns_of("t.a", {"phi": phi}))
    two = Sample("b", turns=[Turn("a"), Turn("b")])
    lost, one, none = Verdict.undecided("t", ""), *(Verdict.judged("t", s, "") for s in (1.0, 0.0))
    reward = rubric.compose({"outcome": one, "phi/t.p#0": lost, "phi/t.q#0": none}, two)
    assert reward.value == 1.0
    assert reward.turns == (0.25 - 0.5, 1.0 + 0.25)


def test_a_step_of_training_is_seen_in_the_outcome_and_at_every_turn() -> None:
    moving = {"kind": "schedule", "of": "t.b", "points": [[0, 1], [10, 0.5]]}
    rubric = load_rubric(turns_of(weighted(a=1, b=moving), {"phi": weighted(c=1, d=moving)}))
    keys = ["outcome/a", "outcome/b/of", *(f"phi/{k}#{t}" for k in ("c", "d/of") for t in (0, 1))]
    verdicts = {key: Verdict.judged("t", 1.0, "") for key in keys}
    assert rubric.compose(verdicts, THREE.at_step(0)).turns == (2.0, 0.0, 0.0)
    assert rubric.compose(verdicts, THREE.at_step(10)).turns == (1.5, 0.0, 0.0)


def test_a_potential_without_a_bound_is_at_0_where_it_is_missing() -> None:
    cost = {"kind": "cost", "of": "t.q", "each": 0.1, "unknown": 1}
    rubric = load_rubric(turns_of("t.a", {"phi": weighted(p={"use": "t.p", "weight": 2}, q=cost)}))
    two = Sample("b", turns=[Turn("a"), Turn("b")])
    one, lost = Verdict.judged("t", 1.0, ""), Verdict.undecided("t", "")
    found = {"outcome": one, "phi/p#0": lost, "phi/q/of#0": one}
    assert rubric.compose(found, two).turns == (0.0, 1.0)


def test_one_verifier_has_one_stand_in_in_the_outcome_and_in_the_potential() -> None:
    """It is added once and taken away thrice: at its worst it is 1."""
    both = weighted(a=1, d={"use": "t.d"}, e={"use": "t.d", "weight": -3})
    rubric = load_rubric(turns_of(both, {"phi": both}))
    two = Sample("b", turns=[Turn("a"), Turn("b")])
    one, lost = Verdict.judged("t", 1.0, ""), Verdict.undecided("t", "")
    verdicts = {f"{where}/{key}{turn}": lost for key in "de" for where, turn in
                (("outcome", ""), ("phi", "#0"))}  # fmt: skip
    verdicts |= {"outcome/a": one, "phi/a#0": one}
    reward = rubric.compose(verdicts, two)
    assert reward.value == -1.0
    assert reward.turns == (-1.0, 1.0 - 1.0)


def test_a_turn_whose_verdict_is_not_there_is_named() -> None:
    rubric = load_rubric(turns_of("t.a", {"phi": "t.p"}))
    one = Verdict.judged("t", 1.0, "")
    with pytest.raises(RubricError) as raised:
        rubric.compose({"outcome": one, "phi#0": one}, THREE)
    assert str(raised.value).startswith("no verdict for the criterion 'phi#1' - at ")
    assert "got: verdicts for outcome, phi#0\n" in str(raised.value)


def test_turns_below_switches_and_phases() -> None:
    """Each case has its own plan, of which the path is part of the keys."""
    inner = turns_of(switch("x", p="t.a", s="t.b"), {"phi": switch("x", p="t.c", s="t.d")})
    outer = {"kind": "phases", "cases": [{"rubric": inner, "until": 5}, {"rubric": "t.e"}]}
    rubric = load_rubric(outer)
    sample = THREE.at_step(0)
    verdicts = {
        "phase1/outcome/p": Verdict.judged("t", 1.0, ""),
        "phase1/phi/p#0": Verdict.judged("t", 0.5, ""),
        "phase1/phi/p#1": Verdict.judged("t", 0.25, ""),
    }
    assert list(rubric.active(sample)) == ["phase1/outcome/p", "phase1/phi/p"]
    reward = rubric.compose(verdicts, sample)
    assert reward.turns == (0.5, -0.25, 0.75)
    assert reward.signature.endswith(":phase1")
    assert rubric.active(THREE.at_step(5)) == ("phase2",)
    with pytest.raises(SampleError, match="this rubric looks at turns: compose needs the sample"):
        load_rubric(turns_of("t.a")).compose({"outcome": verdicts["phase1/outcome/p"]})


@pytest.mark.parametrize("lost", [0, 1, None])
def test_repeated_outcomes_are_paid_turn_by_turn(lost: int | None) -> None:
    rubric = load_rubric(turns_of({"kind": "product", "criteria": ["a", "b"]}, REPEAT))
    scores = {f"outcome/{k}#{t}": s for k in "ab" for t, s in enumerate((0.5, 0.25, 1.0))}
    verdicts = {key: Verdict.judged("t", score, "") for key, score in scores.items()}
    if lost is not None:
        verdicts[f"outcome/a#{lost}"] = Verdict.undecided("t", "no telling")
    reward = rubric.compose(verdicts, THREE)
    assert reward.value == 1.0
    each = [0.25, 0.0625, 1.0]
    assert reward.turns == tuple(None if t == lost else paid for t, paid in enumerate(each))
