"""Types of what rubrics offer, checked by mypy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import assert_type

from assay import Reward, Rubric, Sample, Verdict, load_rubric
from assay.plugins.host import Host
from assay.rubrics import (
    BoundRubric,
    Criterion,
    Gate,
    LeafRun,
    best_of,
    rubric_text,
    summary,
    values,
)
from assay.rubrics.prove import Certificate, CornerTable, Witness

rubric = load_rubric("math")
assert_type(rubric, Rubric)
assert_type(rubric.leaves(), Mapping[str, Criterion])
assert_type(rubric.active(Sample("x")), Sequence[str])

bound = rubric.bind(Host())
assert_type(bound, BoundRubric)
assert_type(bound.jobs(Sample("x")), Sequence[LeafRun])

reward = rubric.compose([Verdict.judged("math.answer@1", 1.0, "")])
assert_type(reward, Reward)
assert_type(values([reward]), list[float])
assert_type(summary([reward]), dict[str, float])
assert_type(best_of([reward]), int | None)

certificate = rubric.prove(given=["a <= 1"], noise={"fp": 0.1})
assert_type(certificate, Certificate)
assert_type(certificate.margin, Fraction | None)
assert_type(certificate.witness, Witness | None)
assert_type(rubric.table(), tuple[CornerTable, ...])
assert_type(rubric_text(rubric), str)
assert_type(Gate(gate="math.answer", then="format.boxed").floor.exact, Fraction)
