"""The combinations that are trained on: as published, and as their certificates would mend them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count

from assay import Rubric, load_rubric
from assay.rubrics.results.certificate import Certificate

PUBLISHED = (
    "open-r1",
    "gdpo-gsm8k",
    "logic-rl",
    "deepseek-r1",
    "r1-v",
    "trl-accuracy-format",
    "verl-geo3k",
    "simplerl",
    "math+format",
)


@dataclass(frozen=True)
class Combination:
    """A published rubric, and the repaired one where its certificate asks for a repair."""

    name: str
    rubric: Rubric
    certificate: Certificate
    repaired: Rubric | None
    repair: str


def combinations() -> Iterator[Combination]:
    """Each of `PUBLISHED` with its certificate."""
    for name in PUBLISHED:
        rubric = load_rubric(name)
        certificate = rubric.prove()
        repaired, repair = None, ""
        if certificate.verdict != "proved":
            repaired, repair = mended(rubric)
            assert repaired.prove().verdict == "proved"
        yield Combination(name, rubric, certificate, repaired, repair)


def mended(rubric: Rubric) -> tuple[Rubric, str]:
    """The least change of the kind that the certificate names, and what it is in words."""
    written = rubric.to_dict()
    if written["kind"] == "table":
        # right without the format is paid, a point above whatever is wrong
        written["rows"].append({"when": {"answer": 1}, "value": 0.5})
        return load_rubric(written), "0.5 for right without the format"
    for halves in count(3):
        written["criteria"]["math.answer"]["weight"] = halves / 2
        heavier = load_rubric(written)
        if heavier.prove().verdict == "proved":
            return heavier, f"`math.answer` weighs {halves / 2:g}"
    raise AssertionError("count() has no end")
