"""Tables, maxima, constants, schedules and costs: rulings with their reasons."""

from __future__ import annotations

from typing import Any

import pytest

from assay.errors import RubricError, SampleError
from assay.model import Part, Sample, Turn, Verdict
from assay.plugins.host import Host
from assay.rubrics import Rubric, load_rubric, rubric_text

HOST = Host()
ON = [0, 1]


def judged(**scores: float) -> dict[str, Verdict]:
    return {k.replace("__", "/"): Verdict.judged("t.t", s, "given") for k, s in scores.items()}


def sure(use: str, **more: Any) -> dict[str, Any]:
    return {"use": use, "levels": ON, **more}


TABLE: dict[str, Any] = {
    "kind": "table",
    "criteria": {"right": sure("t.right"), "form": {"use": "t.form", "missing": 0}},
    "rows": [
        {"when": {"right": 1, "form": 1}, "value": 1},
        {"when": {"right": 1}, "value": 0.8},
        {"when": {"form": [0.5, 0.9]}, "value": 0.3},
    ],
    "otherwise": 0.1,
}
SCHEDULE: dict[str, Any] = {
    "kind": "weighted",
    "criteria": {
        "right": sure("t.right"),
        "form": {"kind": "schedule", "of": "t.form", "points": [[10, 0.2], [20, 0.6]]},
    },
}
COST: dict[str, Any] = {
    "kind": "weighted",
    "criteria": {
        "right": sure("t.right"),
        "bad": {"kind": "cost", "of": "t.form", "each": 0.1, "cap": 4},
    },
}


def test_the_first_row_that_holds_decides() -> None:
    rubric = load_rubric(TABLE)
    paid = [
        rubric.compose(judged(right=r, form=f)).value
        for r, f in [(1, 1), (1, 0.2), (0, 0.7), (0, 1)]
    ]
    assert paid == [1, 0.8, 0.3, 0.1]
    lost = {"right": Verdict.judged("t.t", 0, "given"), "form": Verdict.undecided("t.t", "no")}
    assert rubric.compose(lost).value == 0.1


def test_what_a_table_rises_and_falls_with_needs_its_missing() -> None:
    table = {**TABLE, "criteria": {**TABLE["criteria"], "form": "t.form"}}
    with pytest.raises(RubricError, match="no one score stands in for a missing one"):
        load_rubric(table).compose(judged(right=1, form=1))


def test_a_weight_moves_with_the_step() -> None:
    rubric = load_rubric(SCHEDULE)
    verdicts = judged(right=1, form__of=1)
    paid = [rubric.compose(verdicts, Sample("", step=s)).value for s in (0, 10, 15, 20, 99)]
    assert paid == pytest.approx([1.2, 1.2, 1.4, 1.6, 1.6])
    with pytest.raises(SampleError, match="no 'step'"):
        rubric.compose(verdicts, Sample(""))


def test_a_cost_counts_parts_turns_and_what_the_verifier_counted() -> None:
    rubric = load_rubric(COST)
    parts = [Part("a", 0.0), Part("b", 1.0), Part("c", None), Part("d", 0.5)]
    verdicts = judged(right=1)
    verdicts["bad/of"] = Verdict.judged("t.form", 0.5, "parts", parts=parts)
    assert rubric.compose(verdicts, Sample("")).value == pytest.approx(1 - 0.25)
    criteria = {**COST["criteria"]}
    criteria["bad"] = {**criteria["bad"], "over": "turns"}
    turns = load_rubric({"kind": "weighted", "criteria": criteria})
    sample = Sample("", turns=[Turn("a"), Turn("b"), Turn("c")])
    verdicts = judged(right=1)
    verdicts |= {f"bad/of#{t}": Verdict.judged("t.form", s, "one") for t, s in enumerate((0, 1, 0))}
    assert turns.compose(verdicts, sample).value == pytest.approx(0.8)
    criteria["bad"] = {**criteria["bad"], "over": "details.n"}
    counted = load_rubric({"kind": "weighted", "criteria": criteria})
    for n, value in ((3, 0.7), (99, 0.6), ("x", 0.6)):
        verdicts = judged(right=1)
        verdicts["bad/of"] = Verdict.judged("t.form", 1.0, "counted", details={"n": n})
        assert counted.compose(verdicts, Sample("")).value == pytest.approx(value)


def test_a_cost_without_a_cap_has_no_certificate_and_says_what_would_do() -> None:
    criteria = {
        **COST["criteria"],
        "bad": {"kind": "cost", "of": "t.form", "each": 0.1, "unknown": 3},
    }
    certificate = load_rubric({"kind": "weighted", "criteria": criteria}).prove(host=HOST)
    assert (certificate.verdict, certificate.margin) == ("refuted", None)
    assert "no lower one" in certificate.worst.because
    assert certificate.edit.endswith("with a cap below 10")
    with pytest.raises(RubricError, match="no lowest value, and can only be added"):
        load_rubric(
            {"kind": "min", "criteria": {"right": sure("t.right"), "bad": criteria["bad"]}}
        ).prove(host=HOST)


@pytest.mark.parametrize("table", [TABLE, SCHEDULE, COST], ids=["table", "schedule", "cost"])
def test_a_file_says_the_same(table: dict[str, Any], tmp_path: Any) -> None:
    rubric = load_rubric(table)
    for form in ("toml", "json"):
        path = tmp_path / f"r.{form}"
        path.write_text(rubric_text(rubric, form))
        assert load_rubric(path) == rubric


REFUSED = [
    ({**TABLE, "rows": [{"when": {"formm": 1}, "value": 1}]}, "did you mean 'form'"),
    ({**TABLE, "rows": [{"when": {"form": [1, 0]}, "value": 1}]}, "must ascend"),
    ({"kind": "schedule", "of": "t.t", "points": [[5, 1], [5, 2]]}, "does not come after 5"),
    ({"kind": "schedule", "of": "t.t", "points": [[0, 1], [5, -2]]}, "change their sign"),
    ({"kind": "cost", "of": "t.t", "each": 1}, "nothing stands in for a count"),
    ({"a": 1e308, "b": 1e308}, "more than a float can hold"),
    ({"a": {"weight": "1e-400"}, "b": 1}, "0 as a float"),
    (
        {"c": 1, "in": {"kind": "weighted", "weight": 1e-200, "criteria": {"a": 1e-200}}},
        "multiply to 0 as a float",
    ),
    (
        {"kind": "weighted", "normalise": True, "criteria": {"a": 1e300, "b": 1e-100}},
        "0 as a float",
    ),
]


@pytest.mark.parametrize(("table", "message"), REFUSED, ids=[m for _, m in REFUSED[:-1]] + ["sum"])
def test_what_cannot_be(table: Any, message: str) -> None:
    with pytest.raises(RubricError, match=message):
        load_rubric(table).compose({})


# -- certificates ---------------------------------------------------------------------------------


def bonus(floor: float) -> Rubric:
    inner = {
        "kind": "gate",
        "weight": 0.5,
        "floor": floor,
        "gate": "math.answer",
        "then": "format.boxed",
    }
    return load_rubric({"kind": "weighted", "criteria": {"math.answer": 0.5, "bonus": inner}})


def test_one_verifier_under_two_keys_is_one_variable() -> None:
    certificate = bonus(0.6).prove(host=HOST)
    assert (certificate.verdict, float(certificate.margin or 0)) == ("proved", 0.8)


def test_ranges_know_that_it_is_one_variable() -> None:
    assert [float(x) for x in load_rubric("open-r1-cosine").bind(HOST).reach(None) or ()] == [-1, 1]
    twice = load_rubric({"math.answer": 1, "again": {"use": "math.answer", "weight": -1}})
    assert twice.bind(HOST).reach(None) == (0, 0)


def test_other_params_are_another_variable() -> None:
    criteria = {
        "math.answer": 1,
        "again": {"use": "format.tags", "weight": 1, "params": {"graded": False}},
        "off": {"use": "format.tags", "weight": -1, "params": {"graded": False}},
    }
    assert load_rubric(criteria).prove(host=HOST).margin == 1
    criteria["off"] = {"use": "format.tags", "weight": -1}
    assert load_rubric(criteria).prove(host=HOST).margin == -1


def test_a_whole_key_goes_before_the_end_of_another() -> None:
    inner = {"kind": "weighted", "criteria": {"tests": sure("t.inner")}}
    rubric = load_rubric({"style": inner, "tests": sure("t.outer")})
    assert rubric.prove(key="tests", host=HOST).worst.key == "tests"
    two = load_rubric({"style": inner, "form": inner | {"about": "again"}})
    with pytest.raises(RubricError, match="could be style/tests or form/tests"):
        two.prove(key="tests", host=HOST)
    assert two.prove(key="form/tests", host=HOST).worst.key == "form/tests"


PAIR = {"right": sure("t.right"), "then": "t.form"}
SUM = {"kind": "weighted", "criteria": PAIR}
GATE = {"kind": "gate", "gate": sure("t.right"), "then": "t.form"}
THRESHOLD = {"mode": "threshold", "tau": 0.5, "weights": [1, 1]}
IMPOSSIBLE: list[tuple[dict[str, Any], str]] = [
    (SUM, "then"),
    (GATE, "then"),
    ({**GATE, "ramp": [0.2, 0.9]}, "then"),
    (TABLE, "form"),
    *(({"kind": kind, "criteria": PAIR}, "then") for kind in ("product", "min", "max", "vote")),
    ({"kind": "priority", "criteria": PAIR}, "then"),
    ({"kind": "priority", "criteria": PAIR, **THRESHOLD}, "then"),
    ({"kind": "clip", "of": SUM, "low": 0, "high": 1}, "of/then"),
    ({"kind": "process", "outcome": sure("t.right"), "steps": "t.form", "k": 3}, "steps"),
    (SCHEDULE, "form/of"),
    ({"kind": "switch", "on": "info.a", "cases": {"x": SUM, "y": GATE}}, "y/then"),
    (
        {"kind": "phases", "by": "step", "cases": [{"until": 5, "rubric": SUM}, {"rubric": GATE}]},
        "phase2/then",
    ),
    ({"kind": "turns", "outcome": SUM}, "outcome/then"),
    ({"right": "t.right", "then": "t.form"}, "then"),
]


@pytest.mark.parametrize(
    ("table", "name"),
    IMPOSSIBLE,
    ids=lambda v: str(v.get("kind", "a key without levels")) if isinstance(v, dict) else v,
)
@pytest.mark.parametrize("premise", ["{} > 1", "{} < 0", "2 * {} >= 2.5"])
def test_what_no_completion_can_satisfy_proves_nothing(
    table: dict[str, Any], name: str, premise: str
) -> None:
    with pytest.raises(RubricError, match="no correct completion satisfies what is given"):
        load_rubric(table).prove(given=[premise.format(name)], host=HOST)


def test_less_is_less() -> None:
    rubric = load_rubric({"right": sure("t.right"), "form": "t.form"})
    assert rubric.prove(given=["form <= 1"], host=HOST).verdict == "tie"
    strict = rubric.prove(given=["form < 1"], host=HOST)
    assert (strict.verdict, strict.margin) == ("proved", 0)


def test_the_smallest_edit_is_the_smallest_under_what_is_given() -> None:
    rubric = load_rubric({"right": sure("t.right"), "form": {"use": "t.form", "weight": 2}})
    assert rubric.prove(host=HOST).edit.startswith("raise right from 1 to more than 2,")
    given = rubric.prove(given=["form <= 0.75"], host=HOST)
    assert given.edit.startswith("raise right from 1 to more than 1.5,")


def test_what_64_bits_cannot_tell_is_not_proved() -> None:
    weights = {"a": "0.30000000000000004", "b": 0.1, "c": 0.2}
    rubric = load_rubric({k: sure(f"t.{k}", weight=w) for k, w in weights.items()})
    certificate = rubric.prove(host=HOST)
    assert certificate.verdict == "tie"
    assert not certificate.casts[0].separated
    assert "64-bit floats" in certificate.worst.because
    witness = certificate.witness
    assert witness is not None
    pair = [rubric.compose(witness.verdicts(w)).value for w in ("correct", "wrong")]
    assert pair[0] == pair[1]


def test_a_sum_that_floats_miss_by_a_rounding_error_opens_its_gate() -> None:
    """On paper .1 + .7 is .8; in floats it is less, by less than 1e-12."""
    parts = {"kind": "weighted", "criteria": {"a": 0.1, "b": 0.7}}
    gate = load_rubric({"kind": "gate", "gate": parts, "then": "t.then", "at": 0.8, "floor": 0.5})
    assert 0.1 + 0.7 < 0.8
    assert gate.compose(judged(gate__a=1, gate__b=1, then=0)).value == 0.5


@pytest.mark.parametrize(
    ("tiers", "dtype", "good"), [(18, "float32", True), (30, "float32", False)]
)
def test_many_tiers(tiers: int, dtype: str, good: bool) -> None:
    table = {
        "kind": "priority",
        "dtype": dtype,
        "criteria": {f"t{i}": sure(f"t.v{i}") for i in range(tiers)},
    }
    if good:
        assert load_rubric(table).prove(host=HOST).verdict == "proved"
        return
    with pytest.raises(RubricError, match="cannot tell neighbouring corners apart"):
        load_rubric(table).prove(host=HOST)


# -- cases of a switch ----------------------------------------------------------------------------


def test_cases_are_presets_paths_or_rubrics(tmp_path: Any) -> None:
    (tmp_path / "inner").mkdir()
    (tmp_path / "inner/style.toml").write_text('"style.black" = 1\n')
    (tmp_path / "inner/code.json").write_text('{"kind": "weighted", "criteria": {"code.tests": 1}}')
    main = tmp_path / "all.toml"
    main.write_text(
        'kind = "switch"\non = "info.data_source"\ndefault = "math"\n[cases]\n'
        'maths = "math+format"\ncode = "inner/code.json"\nbox = "format.boxed"\n'
        'style = {kind = "min", criteria = ["style.black"]}\n'
    )
    rubric = load_rubric(main)
    cases = rubric.parts()
    assert cases["maths"] == load_rubric("math+format")
    assert cases["default"] == load_rubric("math")
    assert cases["code"] == load_rubric({"code.tests": 1})
    assert list(rubric.leaves())[-2:] == ["style/style.black", "default/math.answer"]
    assert load_rubric(rubric.to_dict()) == rubric
    assert rubric.bind(HOST).active(Sample("", info={"data_source": "box"})) == ("box",)


def test_a_file_that_is_its_own_case(tmp_path: Any) -> None:
    main = tmp_path / "all.toml"
    main.write_text('kind = "switch"\non = "info.a"\ncases = {a = "all.toml"}\n')
    with pytest.raises(RubricError, match="names itself"):
        load_rubric(main)
