"""A weight that moves with the step of training."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import PlainSerializer, PlainValidator

from assay.errors import SampleError
from assay.model import Sample, Verdict
from assay.printable import brief, in_line
from assay.rubrics.written.arithmetic import Ops
from assay.rubrics.written.criterion import Criterion
from assay.rubrics.written.faults import Fault
from assay.rubrics.written.number import Number
from assay.rubrics.written.ranges import Range
from assay.rubrics.written.reading import Slot
from assay.rubrics.written.rubric import STEP, Rubric, ScoreReader

WEIGHT = "(weight)"
"""The part that stands for the weight of the step."""


def _points(value: object) -> tuple[tuple[int, Number], ...]:
    if not isinstance(value, list | tuple) or not value:
        raise ValueError(f"is {brief(value)}, must be a list of [step, weight]")
    found: list[tuple[int, Number]] = []
    for i, entry in enumerate(value):
        if not isinstance(entry, list | tuple) or len(entry) != 2:
            raise Fault(f"{brief(entry)} is not [step, weight]", path=(i,))
        step, weight = entry
        if isinstance(step, bool) or not isinstance(step, int) or step < 0:
            raise Fault(f"step {brief(step)} is not a whole number, 0 or more", path=(i, 0))
        if found and step <= found[-1][0]:
            raise Fault(f"step {in_line(step)} does not come after {found[-1][0]}", path=(i, 0))
        try:
            found.append((step, Number(weight)))
        except ValueError as err:
            raise Fault(f"the weight {err}", path=(i, 1)) from None
    return tuple(found)


Points: TypeAlias = Annotated[
    tuple[tuple[int, Number], ...],
    PlainValidator(_points),
    PlainSerializer(lambda points: [[step, w.to_json()] for step, w in points]),
]


class Schedule(Rubric):
    """``weight(step) * of``: linear between the points, constant before and after them.

    Proved over its whole range: completions are compared at one step, so every step at which a
    weight turns gets its ruling, and the worst of them counts.

    Source:
        Qian et al. 2025, "ToolRL", arXiv:2504.13958, section 3.3, for weights that move with
        the step of training.
    """

    kind: Literal["schedule"] = "schedule"
    of: Slot
    """What is weighed: a criterion or a rubric."""
    by: Literal["step"] = "step"
    """The field of the sample that the weight follows."""
    points: Points
    """[step, weight], steps ascending; all weights of one sign."""

    def parts(self) -> Mapping[str, Any]:
        """`of`, and the weight of the step."""
        return {"of": self.of, WEIGHT: Criterion(use=STEP)}

    def check(self) -> None:
        """A weight that changes sign would turn a reward into a penalty on the way."""
        weights = [w.exact for _, w in self.points]
        if min(weights) < 0 < max(weights):
            raise Fault(
                "the weights change their sign",
                path=("points",),
                fix="two schedules in a sum: one that ends at 0, and one that begins there",
            )

    @property
    def steps(self) -> tuple[int, ...]:
        """Where the weight turns."""
        return tuple(step for step, _ in self.points)

    def weight_at(self, step: float) -> Fraction:
        """The weight at a step of training, exactly."""
        at = Fraction(step)
        if at <= self.points[0][0]:
            return self.points[0][1].exact
        for (a, low), (b, high) in itertools.pairwise(self.points):
            if at <= b:
                return low.exact + (high.exact - low.exact) * (at - a) / (b - a)
        return self.points[-1][1].exact

    def shares(self) -> Mapping[str, Number]:
        """The last weight; what another step changes is the line of the schedule."""
        return {"of": self.points[-1][1], WEIGHT: Number(0)}

    def sign(self, part: str) -> int:
        """As that of the weights."""
        return -1 if part == "of" and any(w.exact < 0 for _, w in self.points) else 1

    def formula(self, ops: Ops, values: Mapping[str, Any]) -> Any:
        """``weight * of``."""
        return values[WEIGHT] * values["of"]

    def reading(self, part: str) -> Range | None:
        """From the smallest weight to the largest."""
        weights = [w.exact for _, w in self.points]
        return min(weights), max(weights)

    def reach(self, ranges: Mapping[str, Range]) -> Range:
        """Of the products of the ends."""
        ends = [w * v for w in ranges[WEIGHT] for v in ranges["of"]]
        return min(ends), max(ends)

    def reader(self, part: str) -> ScoreReader | None:
        """The weight, from the sample's step."""
        return self._weight if part == WEIGHT else None

    def check_sample(self, sample: Sample) -> None:
        """The sample must say its step."""
        self._weight((), sample)

    def _weight(self, verdicts: Sequence[Verdict], sample: Sample | None) -> float:
        if sample is None:
            raise SampleError("this rubric has a schedule: compose needs the sample")
        if sample.step is None:
            raise SampleError(
                "the sample has no 'step', by which a weight of the rubric moves"
                "\nfix: engine.verify_batch(samples, step=...), or a column `step`"
            )
        return float(self.weight_at(sample.step))
