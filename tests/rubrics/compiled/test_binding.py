"""Rubrics with their verifiers found: errors that name the place, ends, levels and signatures."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import BaseModel

from assay import verifier
from assay.errors import RubricError, VerifierNotFound
from assay.model import Sample, Verdict
from assay.plugins.host import Host
from assay.rubrics import load_rubric
from assay.rubrics.compiled.bound import BoundRubric


def weighted(**criteria: Any) -> dict[str, Any]:
    return {"kind": "weighted", "criteria": criteria}


def bound(rubric: dict[str, Any]) -> BoundRubric:
    return load_rubric(rubric).bind(Host())


def below(entry: Any) -> dict[str, Any]:
    return weighted(p={"kind": "min", "criteria": {"x": entry}})


def test_a_verifier_that_is_not_there_is_told_with_its_place() -> None:
    with pytest.raises(VerifierNotFound) as raised:
        bound(below("math.anser"))
    assert str(raised.value) == (
        "no verifier 'math.anser'; did you mean 'math.answer'? - at `$.criteria.p.criteria.x`\n"
        "fix: `assay verifiers` lists what there is"
    )


def test_for_a_proof_it_is_left_open_and_the_others_are_bound() -> None:
    rubric = load_rubric(
        weighted(a="math.anser", b="format.boxed", c={"use": "t.c", "levels": [0, 1]})
    )
    found = BoundRubric.with_what_there_is(rubric)
    assert found.absent == {
        "a": "no verifier 'math.anser'; did you mean 'math.answer'?",
        "c": "no verifier 't.c'",
    }
    assert list(found.offers) == ["b"]
    assert found.levels == {"a": None, "b": (0, 1), "c": (0, 1)}
    assert [found.declared_by_verifier(key) for key in "abc"] == [False, True, False]


@pytest.mark.parametrize("how", [bound, lambda r: BoundRubric.with_what_there_is(load_rubric(r))])
def test_a_param_that_is_not_there_is_told_with_its_place(how: Any) -> None:
    with pytest.raises(RubricError) as raised:
        how(below({"use": "math.answer", "params": {"plcaes": 2}}))
    assert str(raised.value).startswith(
        "math.answer@1 has no param 'plcaes'; did you mean 'places'? "
        "- at `$.criteria.p.criteria.x.params.plcaes`"
    )


def test_params_are_checked_once_and_kept() -> None:
    found = bound(weighted(a={"use": "math.answer", "params": {"places": 2}}, b="math.answer"))
    assert [getattr(found.params[key], "places", 0) for key in "ab"] == [2, None]
    assert found.same["a"] != found.same["b"]


def test_levels_that_leave_out_what_the_verifier_gives_are_refused() -> None:
    with pytest.raises(RubricError) as raised:
        bound(weighted(p={"use": "format.boxed", "levels": [0.5, 1]}))
    first, *rest = str(raised.value).split("\n")
    assert first.startswith("format.boxed@1 can score 0, which `levels` leaves out - at `$.")
    assert first.endswith("p.levels`")
    assert rest == [
        "  got: levels [0.5, 1.0]",
        "  fix: drop `levels`: the verifier declares its own",
    ]
    with pytest.raises(RubricError) as raised:
        bound(below({"use": "format.boxed", "levels": [0.5, 1]}))
    assert str(raised.value).split("\n")[0].endswith(".x.levels`")
    wider = bound(weighted(p={"use": "format.boxed", "levels": [0, 0.5, 1]}))
    assert wider.levels["p"] == (0, 1), "the verifier's word is the narrower"


def test_the_reach_is_that_of_the_samples_case() -> None:
    cases = {
        "x": weighted(a="format.boxed"),
        "y": weighted(a={"use": "format.boxed", "weight": -2}),
    }
    inside = bound(weighted(s={"kind": "switch", "on": "info.of", "cases": {"x": "format.boxed"}}))
    assert inside.reach(Sample("", info={"of": "x"})) == (0, 1)
    found = bound({"kind": "switch", "on": "info.of", "cases": cases})
    for _ in range(2):  # the second time from memory
        assert found.reach(Sample("", info={"of": "x"})) == (0, 1)
        assert found.reach(Sample("", info={"of": "y"})) == (-2, 0)
    turns = {"kind": "turns", "outcome": weighted(a={"use": "format.boxed", "weight": 3}),
             "shaping": {"phi": "format.boxed"}}  # fmt: skip
    assert bound(turns).reach(Sample("")) == (0, 3)
    assert bound({"kind": "turns", "outcome": "format.boxed"}).reach(Sample("")) == (0, 1)


def test_what_is_run_for_a_sample() -> None:
    sample = Sample("a", info={"of": "x"})
    cases = {"x": weighted(a="format.boxed", b="math.answer"), "y": "format.integer"}
    for rubric, prefix in (
        (cases["x"], ""),
        ({"kind": "switch", "on": "info.of", "cases": cases}, "x/"),
    ):
        runs = bound(rubric).jobs(sample)
        assert [(run.key, run.leaf) for run in runs] == [(f"{prefix}{k}",) * 2 for k in "ab"]
        assert all(run.sample is sample for run in runs)


def test_one_plan_serves_every_sample_of_a_case() -> None:
    cases = {"x": weighted(a="t.a", b="t.b"), "y": "t.a"}
    rubric = load_rubric({"kind": "switch", "on": "info.of", "cases": cases})
    one, other = (rubric._unbound.plan(Sample(t, info={"of": "x"})) for t in "ab")
    assert one is other
    assert rubric._unbound.plan(Sample("", info={"of": "y"})) is not one
    assert len(rubric._unbound.plans()) == 2


# -- signatures ------------------------------------------------------------------------------------


def test_the_environment_is_part_of_the_signature() -> None:
    rubric = load_rubric(weighted(**{"format.boxed": 1}))
    plain = rubric.bind(Host())
    tools = {"black": "1.2.3"}
    under = plain.under(tools)
    assert under.signature == rubric.bind(Host(), tools).signature != plain.signature
    assert plain.under({}).signature == plain.signature
    verdict = Verdict.judged("format.boxed@1", 1.0, "")
    assert under.compose([verdict]).signature == under.signature


def test_what_a_sandbox_held_is_part_of_the_signature_and_seconds_are_not() -> None:
    found = bound(weighted(**{"format.boxed": 1}))

    def signature(**details: Any) -> str:
        verdict = Verdict.judged("format.boxed@1", 1.0, "", details=details)
        return found.compose([verdict]).signature

    assert signature() == signature(rounds=3) == found.signature
    made = {signature(isolation="full"), signature(isolation="none"), signature(timeout_s=2.0)}
    assert len(made | {found.signature}) == 4
    assert signature(isolation="full", rounds=3) in made
    assert all(len(each) == 16 for each in made), "also from memory"


def test_remarks_change_no_signature_and_the_order_of_criteria_does() -> None:
    rubric = weighted(a="format.boxed", b=weighted(c="math.answer"))
    plain = bound(rubric)
    rubric["about"] = rubric["criteria"]["b"]["about"] = "a remark"
    assert bound(rubric).signature == plain.signature
    rubric["criteria"] = dict(reversed(rubric["criteria"].items()))
    assert bound(rubric).signature != plain.signature


def test_remarks_in_lists_change_no_signature_and_what_stands_beside_them_does() -> None:
    def signature(**more: Any) -> str:
        first = {"rubric": {**weighted(**{"format.boxed": 1}), **more}, "until": 5}
        return bound({"kind": "phases", "cases": [first, {"rubric": "math.answer"}]}).signature

    assert signature(about="a remark") == signature() != signature(normalise=True)


def versioned(version: int, places: int = 2) -> BoundRubric:
    """A rubric of one verifier, which is at this version and has this default."""

    class Params(BaseModel):
        places: int = 2

    Params.model_fields["places"].default = places
    Params.model_rebuild(force=True)

    @verifier(f"signed.judge@{version}", cost="inline", params=Params)
    def judge(sample: Sample, params: Params) -> float:
        return 1.0

    return load_rubric(weighted(**{"signed.judge": 1})).bind(Host(verifiers=[judge]))


def test_the_version_of_a_verifier_and_the_defaults_of_its_params_are_part_of_it() -> None:
    one = versioned(1).signature
    assert one == versioned(1).signature
    assert len({one, versioned(2).signature, versioned(1, places=3).signature}) == 3


def test_without_verifiers_the_names_in_the_verdicts_stand_for_them() -> None:
    """Of a log that is composed anew: what judged is known from its verdicts alone."""
    rubric = load_rubric(weighted(a=1, b=1))

    def signature(a: str, **details: Any) -> str:
        first = Verdict.judged(a, 1.0, "", details=details)
        second = Verdict.judged("t.b@1", 1.0, "")
        one = rubric.compose({"a": first, "b": second}).signature
        assert one == rubric.compose({"b": second, "a": first}).signature
        return one

    held = {"isolation": "full", "timeout_s": 2.0}
    turned = dict(reversed(held.items()))
    assert signature("t.a@1", **held) == signature("t.a@1", **turned)
    made = {signature("t.a@1"), signature("t.a@2"), signature("t.a@1", **held)}
    assert len(made | {signature("t.a@2", **held)}) == 4


def test_a_signature_is_the_same_on_another_machine_and_in_the_next_release() -> None:
    """Logs of years are told apart by it: this one changes only with a line in the changelog."""
    size = {"use": "t.b@2", "weight": 0.5, "params": {"n": 2, "größe": None}}
    rubric = load_rubric({
        "kind": "gate",
        "gate": {"use": "t.a@1", "levels": [0, 1]},
        "then": weighted(b=size, c={"use": "t.c@1", "missing": 0}),
    })  # fmt: skip
    held = {"isolation": "full", "trust": "proxy"}
    verdicts = {
        "gate": Verdict.judged("t.a@1", 1.0, "", details=held),
        "then/b": Verdict.judged("t.b@2", 0.5, ""),
        "then/c": Verdict.judged("t.c@1", 1.0, ""),
    }
    assert rubric.compose(verdicts).signature == "49feea9cc5a1ff2d"
