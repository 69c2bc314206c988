"""What a certificate says besides its ruling."""

from __future__ import annotations

import math
from typing import Any

import pytest

from assay.errors import RubricError
from assay.rubrics import load_rubric

from .test_rulings import HOST, KEY, F, weighted


def test_the_edit_it_names_is_proved() -> None:
    certificate = load_rubric(weighted(c=0.4, s=0.2, t=0.3)).prove(host=HOST)
    assert certificate.edit.startswith("raise c from 0.4 to more than 0.5, or gate on it")
    assert load_rubric(weighted(c=0.5, s=0.2, t=0.3)).prove(host=HOST).verdict == "tie"
    assert load_rubric(weighted(c=0.501, s=0.2, t=0.3)).prove(host=HOST).verdict == "proved"


def test_casts_tell_where_the_order_is_lost() -> None:
    fine = weighted(c=1, s=0.0001)
    fine["criteria"]["s"] = {"weight": 0.0001, "levels": [0, 1]}
    checks = {c.dtype: c for c in load_rubric(fine).prove(host=HOST).casts}
    assert checks["float32"].ordered
    assert checks["bfloat16"].separated
    assert not checks["bfloat16"].ordered
    assert not checks["float16"].ordered
    near = load_rubric(weighted(c=1, s=0.9999)).prove(host=HOST)
    assert near.verdict == "proved"
    separated = {c.dtype: c.separated for c in near.casts}
    assert separated == {
        "float64": True,
        "float32": True,
        "bfloat16": False,
        "float16": False,
    }


def test_kl_floor_is_over_prompts_never_of_the_mean() -> None:
    rubric = load_rubric(weighted(c=0.7, s=0.3))
    floor = rubric.prove(host=HOST, beta=0.1, p0=[0.0, 0.5]).kl_floor
    assert floor is not None
    alone = 0.5 * math.exp(4) / (0.5 * math.exp(4) + 0.5)
    assert floor.mean == pytest.approx(alone / 2)
    assert (floor.lowest, floor.hopeless, floor.prompts) == (0.0, 1, 2)
    of_the_mean = 0.25 * math.exp(4) / (0.25 * math.exp(4) + 0.75)
    assert floor.mean < of_the_mean


def test_noise_shrinks_the_margin() -> None:
    rubric = load_rubric(weighted(c=0.7, s=0.3))
    noise = rubric.prove(host=HOST, noise={"fp": 0.1, "fn": 0.2}).noise
    assert noise is not None
    assert noise.margin == F(7, 10) * F(7, 10) - F(3, 10)  # J w dv - W_s
    interval = rubric.prove(host=HOST, noise={"fp": (0, 50)}).noise
    assert interval is not None
    assert float(interval.false_positive) == pytest.approx(1 - 0.025 ** (1 / 50), abs=1e-8)


@pytest.mark.parametrize(("k", "n", "high"), [(0, 50, 0.071), (0, 200, 0.018), (0, 1000, 0.0037)])
def test_clopper_pearson_of_no_errors(k: int, n: int, high: float) -> None:
    from assay.rubrics.prove.noise import clopper_pearson

    assert clopper_pearson(k, n)[1] == pytest.approx(high, rel=0.03)
    assert clopper_pearson(k, n)[1] == pytest.approx(1 - 0.025 ** (1 / n))


def test_clopper_pearson_against_scipy() -> None:
    stats = pytest.importorskip("scipy.stats")
    from assay.rubrics.prove.noise import clopper_pearson

    for k, n in [(1, 10), (3, 150), (50, 50), (7, 9)]:
        interval = stats.binomtest(k, n).proportion_ci(method="exact")
        assert clopper_pearson(k, n) == pytest.approx((interval.low, interval.high), abs=1e-9)


def test_each_case_of_a_switch_has_its_own_ruling() -> None:
    switch = {
        "kind": "switch",
        "on": "info.source",
        "cases": {"openai/gsm8k": weighted(c=2, s=1), "code": weighted(c=1, s=1)},
    }
    certificate = load_rubric(switch).prove(host=HOST)
    assert {c.case: c.ruling for c in certificate.cases} == {
        "openai/gsm8k": "proved",
        "code": "tie",
    }
    assert certificate.verdict == "tie"
    assert certificate.margin == 0


def test_a_coupling_of_one_case_leaves_the_others_alone() -> None:
    switch = {
        "kind": "switch",
        "on": "info.source",
        "cases": {"x": weighted(c=1, s=1), "y": weighted(c=2, t=1)},
    }
    certificate = load_rubric(switch).prove(given=["x/s <= 0.5"], host=HOST)
    assert {c.case: c.ruling for c in certificate.cases} == {"x": "proved", "y": "proved"}
    assert {c.case: c.margin for c in certificate.cases} == {"x": F(1, 2), "y": 1}
    with pytest.raises(RubricError, match="is not a criterion of this rubric"):
        load_rubric(switch).prove(given=["z <= 0.5"], host=HOST)
    keyed = load_rubric(switch).prove(key="y/c", host=HOST)
    assert [c.key for c in keyed.cases] == ["x/c", "y/c"]


def test_potential_shaping_is_proved_and_repeating_refuted() -> None:
    outcome = {"use": "c.c", **KEY}
    turns = {"kind": "turns", "outcome": outcome, "shaping": {"phi": "p.p", "gamma": 0.9}}
    certificate = load_rubric(turns).prove(host=HOST)
    assert certificate.verdict == "proved"
    assert "potential-based" in certificate.shaping
    assert "the trainer discounts turns with gamma = 0.9" in certificate.assumptions
    repeated = {"kind": "turns", "outcome": outcome, "shaping": {"kind": "repeat"}, "unsafe": True}
    certificate = load_rubric(repeated).prove(host=HOST)
    assert certificate.verdict == "refuted"
    assert "not potential-based" in certificate.shaping


def test_table_lists_every_corner() -> None:
    (table,) = load_rubric(weighted(c=0.7, s=0.3)).table(HOST)
    assert [(r.reward, r.correct) for r in table.rows] == [
        (1, True),
        (F(7, 10), True),
        (F(3, 10), False),
        (0, False),
    ]
    assert table.band(True) == (F(7, 10), 1)
    assert "correct |" in str(table)


COUPLING_ERRORS = [
    ("a + b", "is not a comparison"),
    ("aa <= 1", "'aa' in 'aa <= 1' is not a criterion"),
    ("a <= ", "one side of 'a <= ' is empty"),
    ("a * b <= 1", "is not a criterion"),
    ("a <= b <= 1", "is not a comparison"),
    ("c >= 2", "no correct completion satisfies what is given"),
]


@pytest.mark.parametrize(("given", "message"), COUPLING_ERRORS)
def test_couplings_that_cannot_be(given: str, message: str) -> None:
    with pytest.raises(RubricError, match=message.replace("'", ".").replace("*", ".")):
        load_rubric(weighted(c=1, a=1, b=1)).prove(given=[given], host=HOST)


def test_an_unknown_key_suggests_the_nearest() -> None:
    with pytest.raises(RubricError, match="did you mean 'style'"):
        load_rubric(weighted(correct=1, style=1)).prove(key="styel", host=HOST)


def test_a_verifier_that_is_not_installed_is_an_assumption_with_the_nearest_name() -> None:
    certificate = load_rubric(weighted(c=1) | {"criteria": {"c": KEY, "format.boxd": 0.5}})
    noted = certificate.prove(host=HOST).assumptions
    assert any("no verifier 'format.boxd'; did you mean 'format.boxed'?" in text for text in noted)


@pytest.mark.parametrize(
    ("given", "noted"),
    [
        ({"p0": [0.5]}, "p0 is given without beta, and says nothing by itself"),
        ({"p0": [2], "beta": 0.1}, "p0 must hold a chance in [0, 1] for each prompt"),
        ({"beta": 0.1}, "p0 must hold a chance in [0, 1] for each prompt, at least one"),
        ({"p0": [0.5], "beta": 0}, "beta is 0, must be a number of more than 0"),
    ],
)
def test_a_kl_floor_is_asked_for_whole(given: dict[str, Any], noted: str) -> None:
    """Half of the question was taken for none, and nothing of it was checked."""
    with pytest.raises(RubricError) as raised:
        load_rubric("math").prove(host=HOST, **given)
    assert noted in str(raised.value)
