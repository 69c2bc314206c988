"""Pay for the way as well as for the outcome."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, ClassVar, Literal

from pydantic import PlainSerializer, PlainValidator

from assay.errors import SampleError
from assay.model import Sample, Status, Verdict
from assay.printable import brief
from assay.rubrics.written.arithmetic import Ops
from assay.rubrics.written.criterion import Criterion
from assay.rubrics.written.faults import Fault
from assay.rubrics.written.kinds.switch import check_field, field_of
from assay.rubrics.written.number import Number, UnitField
from assay.rubrics.written.reading import Slot
from assay.rubrics.written.rubric import VIRTUAL, Rubric, ScoreReader
from assay.rubrics.written.steps import Aggregate, aggregate


class RubricWarning(UserWarning):
    """A rubric that can be, but that a completion can turn to its advantage."""


def _k(value: object) -> Number | str:
    if isinstance(value, str):
        try:
            return check_field(value)
        except ValueError:
            pass
    number = Number(value)
    if number.exact <= 0:
        raise ValueError(f"is {float(number)}, must be more than 0")
    return number


K = Annotated[
    Number | str,
    PlainValidator(_k),
    PlainSerializer(lambda k: k.to_json() if isinstance(k, Number) else k),
]


class Process(Rubric):
    """``alpha * outcome + (1 - alpha) * agg(steps)``.

    No steps: 0 for them. A step that could not be checked is not earned.

    Source:
        Uesato et al. 2022, arXiv:2211.14275; Lightman et al. 2023, arXiv:2305.20050; the
        aggregates are distinguished in `assay.rubrics.written.steps`.
    """

    kind: Literal["process"] = "process"
    outcome: Slot
    """Is the result right? The key criterion."""
    steps: Slot
    """A verifier whose verdict has a part for each step; or ``sample.steps``, scores that the
    data set brings."""
    over: Literal["parts", "turns"] = "parts"
    """Steps are the parts of one verdict; or the turns, each judged by the verifier."""
    agg: Aggregate = "prefix"
    alpha: UnitField = Number("0.7")
    """The share of the outcome; 0.7 gives the steps 0.3."""
    k: K | None = None
    """How many steps a whole solution has: a number, or a field of the sample that holds one (or
    a list, whose length counts). Without it the model chooses, which draws a warning."""
    tau: UnitField = Number("0.5")
    """`prefix`: a step of at least this is right."""

    linear: ClassVar[bool] = True

    def parts(self) -> Mapping[str, Any]:
        """`outcome` and `steps`."""
        return {"outcome": self.outcome, "steps": self.steps}

    def check(self) -> None:
        """Steps are not a rubric; a K of the model's choice draws a warning."""
        if not isinstance(self.steps, Criterion):
            raise Fault("steps is a rubric, must be a verifier with parts", path=("steps",))
        if self.steps.levels is not None:
            raise Fault("steps are aggregated and have no levels", path=("steps", "levels"))
        if self.over == "turns" and self.steps.use in VIRTUAL:
            raise Fault("turns are judged by a verifier, not by sample.steps", path=("over",))
        if self.model_chooses_k:
            warnings.warn(
                RubricWarning(
                    f"process: agg {self.agg!r} without `k` divides by the number of steps that "
                    "the model itself wrote: one safe step is worth as much as a whole solution"
                    "\n  fix: k = 4, or k = 'info.n_steps'"
                ),
                stacklevel=4,
            )

    @property
    def model_chooses_k(self) -> bool:
        """Whether the completion itself sets the denominator."""
        return self.k is None and self.agg in ("prefix", "mean")

    def shares(self) -> Mapping[str, Number]:
        """`alpha`, and the rest."""
        return {"outcome": self.alpha, "steps": Number(1 - self.alpha.exact)}

    def formula(self, ops: Ops, values: Mapping[str, Any]) -> Any:
        """``alpha * outcome + (1 - alpha) * steps``, the steps being aggregated already."""
        return ops.sum([ops.num(share) * values[k] for k, share in self.shares().items()])

    def check_sample(self, sample: Sample) -> None:
        """K, where it is a field; and scores of steps, where the data set brings them."""
        self._count(sample)
        if self.steps.use in VIRTUAL:
            self._given((), sample)

    def per_turn(self, part: str) -> bool:
        """The steps, if they are turns."""
        return part == "steps" and self.over == "turns"

    def reader(self, part: str) -> ScoreReader | None:
        """The steps' scores, aggregated."""
        if part != "steps":
            return None
        if self.steps.use in VIRTUAL:
            return self._given
        return self._turns if self.over == "turns" else self._parts

    def _parts(self, verdicts: Sequence[Verdict], sample: Sample | None) -> float | None:
        (verdict,) = verdicts
        if verdict.status is not Status.JUDGED:
            return None
        return self._aggregate([part.score for part in verdict.parts], sample)

    def _turns(self, verdicts: Sequence[Verdict], sample: Sample | None) -> float | None:
        return self._aggregate([verdict.score for verdict in verdicts], sample)

    def _given(self, verdicts: Sequence[Verdict], sample: Sample | None) -> float | None:
        if sample is None:
            raise SampleError("this rubric reads sample.steps: compose needs the sample")
        scores: list[float | None] = []
        for i, step in enumerate(sample.steps or ()):
            score = step.get("score") if isinstance(step, Mapping) else step
            if isinstance(score, bool):
                score = float(score)
            if isinstance(score, int | float):
                if not 0.0 <= score <= 1.0:
                    raise SampleError(f"steps[{i}] is {score}; scores lie in [0, 1]")
                scores.append(float(score))
            else:
                scores.append(None)
        return self._aggregate(scores, sample)

    def _aggregate(self, scores: Sequence[float | None], sample: Sample | None) -> float:
        return aggregate(scores, self.agg, self._count(sample), float(self.tau))

    def _count(self, sample: Sample | None) -> float | None:
        if self.k is None or isinstance(self.k, Number):
            return float(self.k) if self.k is not None else None
        if sample is None:
            raise SampleError(f"this rubric reads {self.k!r}: compose needs the sample")
        value = field_of(sample, self.k)
        if isinstance(value, list | tuple):
            value = len(value)
        if isinstance(value, bool) or not isinstance(value, int | float) or not value > 0:
            raise SampleError(f"{self.k} is {brief(value)}; wanted a number of steps, more than 0")
        return float(value)
