"""Certificates of rubrics that compare within the group, against every group there can be."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator
from typing import Any

import pytest

from assay.model import Sample, Verdict
from assay.rubrics import BoundRubric, load_rubric

from .test_rulings import HOST

KEY = {"use": "t.right", "levels": [0, 1]}
RUBRICS = 60
LENGTHS = (1, 2, 5)


def groups() -> Iterator[tuple[tuple[int, ...], tuple[int, ...]]]:
    """Lengths and correctness of every group of two and of three."""
    for n in (2, 3):
        for lengths in itertools.product(LENGTHS, repeat=n):
            for right in itertools.product((0, 1), repeat=n):
                yield lengths, right


def grown(pick: random.Random) -> dict[str, Any]:
    """A rubric in which the group counts once, or several times."""
    among = [
        {"use": "group.rank"},
        {"use": "group.rank", "params": {"best": "highest"}},
        {"use": "length.in_group"},
    ]
    one = pick.choice(among)
    weight = pick.choice([-0.6, -0.2, 0.3, 0.5, 1, 1.2])
    shape = pick.choice(["sum", "gate", "min", "two", "product"])
    if shape == "sum":
        return {"kind": "weighted", "criteria": {"c": KEY, "g": {**one, "weight": weight}}}
    if shape == "two":
        other = {**pick.choice(among), "weight": pick.choice([-0.3, 0.4])}
        criteria = {"c": KEY, "g": {**one, "weight": weight}, "h": other}
        return {"kind": "weighted", "criteria": criteria}
    if shape == "gate":
        return {"kind": "gate", "gate": KEY, "then": one, "floor": pick.choice([0, 0.3, 0.5])}
    if shape == "product":
        base = {"kind": "weighted", "criteria": {"g": {**one, "weight": 0.5}, "k": KEY}}
        return {"kind": "product", "key": "c", "criteria": {"c": KEY, "rest": base}}
    least = {"kind": "min", "criteria": {"g": one, "c": KEY}}
    return {
        "kind": "weighted",
        "key": "c",
        "criteria": {"c": KEY, "rest": {**least, "weight": 0.7}},
    }


def lowest_lead(table: dict[str, Any]) -> float:
    """Worst correct completion less best wrong one, of one group or of two, as they are paid."""
    bound = BoundRubric.with_what_there_is(load_rubric(table), HOST)
    judges = {k: offer.make(bound.params[k]) for k, offer in bound.offers.items()}
    correct, wrong = [], []
    for lengths, right in groups():
        group = [Sample("x" * n) for n in lengths]
        for i, sample in enumerate(group):
            placed = sample.among(tuple(group[:i] + group[i + 1 :]))
            verdicts = {k: judge.verify(placed) for k, judge in judges.items()}
            for key in bound.plan(None).keys:
                verdicts.setdefault(key, Verdict.judged("t.right@1", float(right[i]), "given"))
            value = bound.compose(verdicts, placed).value
            assert value is not None
            (correct if right[i] else wrong).append(value)
    return min(correct) - max(wrong)


@pytest.mark.parametrize("seed", range(RUBRICS))
def test_no_group_pays_less_than_the_certificate_says(seed: int) -> None:
    table = grown(random.Random(seed))
    certificate = load_rubric(table).prove(host=HOST)
    found = lowest_lead(table)
    assert certificate.margin is not None
    assert found >= float(certificate.margin) - 1e-12, table
    if "h" not in table.get("criteria", {}):  # two of one group hang together, which none knows
        assert found == pytest.approx(float(certificate.margin), abs=1e-12), table
        assert certificate.verdict == (
            "proved" if found > 1e-12 else "tie" if found > -1e-12 else "refuted"
        )
    assumed = {a.split()[0] for a in certificate.worst.assumptions if "in one group" in a}
    assert assumed == {"g", "h", "then", "rest/g"} & load_rubric(table).leaves().keys()


def test_what_the_certificate_says_of_it() -> None:
    table = {"kind": "weighted", "criteria": {"c": KEY, "group.rank": 0.5}}
    certificate = load_rubric(table).prove(host=HOST)
    assert certificate.verdict == "proved"
    text = "\n".join(certificate.worst.assumptions)
    assert "group.rank compares within the group" in text
    assert "any score of its range [0, 1], in one group or in two" in text


def test_being_the_best_of_a_group_is_not_being_right() -> None:
    table = {"kind": "weighted", "criteria": {"group.rank": {"levels": [0, 1]}, "s": 0.1}}
    certificate = load_rubric(table).prove(host=HOST)
    assert certificate.verdict == "not_proved"
    assert "the best of a group may be wrong" in certificate.worst.because
    assert (certificate.margin, certificate.price) == (None, None)


def test_the_kl_floor_says_what_it_takes_for_the_reward() -> None:
    table = {"kind": "weighted", "criteria": {"c": KEY, "group.rank": 0.5}}
    certificate = load_rubric(table).prove(host=HOST, beta=0.1, p0=[0.2])
    assert certificate.kl_floor is not None
    assert any("groups of the policy itself" in a for a in certificate.worst.assumptions)
    plain = {"kind": "weighted", "criteria": {"c": KEY, "length.cosine": 0.5}}
    certificate = load_rubric(plain).prove(host=HOST, beta=0.1, p0=[0.2])
    assert not any("group" in a for a in certificate.worst.assumptions)
