"""A price for each fault: of a turn, of a part, or counted by the verifier."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Annotated, Any, ClassVar, Literal

from pydantic import PlainValidator

from assay.model import Sample, Verdict
from assay.printable import brief
from assay.rubrics.written.arithmetic import Ops
from assay.rubrics.written.criterion import Criterion
from assay.rubrics.written.faults import Fault
from assay.rubrics.written.number import Number, Positive
from assay.rubrics.written.ranges import Range
from assay.rubrics.written.reading import Slot
from assay.rubrics.written.rubric import Rubric, ScoreReader

COUNTED = "details."


def _over(value: object) -> str:
    if value in ("turns", "parts"):
        return str(value)
    if isinstance(value, str) and value.startswith(COUNTED) and len(value) > len(COUNTED):
        return value
    raise ValueError(f"is {brief(value)}, must be 'turns', 'parts', or 'details.NAME'")


class Cost(Rubric):
    """``-each * count``: 0 at best, and the more faults, the less.

    Without `cap` it has no lowest value, and no certificate can hold: a correct completion with
    enough faults is paid less than any wrong one without. The certificate says so, and the cap
    below which it would hold.

    Source:
        A cost per badly formed turn: Wang et al. 2025, "RAGEN", arXiv:2504.20073.
    """

    kind: Literal["cost"] = "cost"
    of: Slot
    """The verifier that finds the faults."""
    each: Positive
    """What one fault takes away."""
    over: Annotated[str, PlainValidator(_over)] = "parts"
    """What is counted: ``turns``, each judged by the verifier, or ``parts`` of its verdict, where
    a score s counts as 1 - s faults and a missing one as a whole fault; or ``details.NAME``, a
    number that the verifier counted."""
    cap: Positive | None = None
    """The most faults that are counted."""
    unknown: Positive | None = None
    """The count that stands in where the verifier could not tell; by default `cap`. Where the
    machine failed the verifier it stands in as well; by default there is no reward then."""

    linear: ClassVar[bool] = True

    def parts(self) -> Mapping[str, Any]:
        """`of`."""
        return {"of": self.of}

    def check(self) -> None:
        """A verifier counts; and something stands in for a count that is missing."""
        if not isinstance(self.of, Criterion):
            raise Fault("of is a rubric, must be a verifier that counts", path=("of",))
        for field in ("levels", "missing"):
            if getattr(self.of, field) is not None:
                raise Fault(
                    f"`{field}` has no meaning for a count", path=("of", field), fix="`unknown`"
                )
        if self.cap is not None and self.unknown is not None and self.unknown > self.cap:
            raise Fault("unknown is more than `cap`", path=("unknown",))
        if self.cap is None and self.unknown is None and self.over != "turns":
            raise Fault(
                "nothing stands in for a count that the verifier could not make",
                path=("unknown",),
                fix="give a `cap`, or `unknown`: the count to take then",
            )

    def shares(self) -> Mapping[str, Number]:
        """What each fault takes."""
        return {"of": Number(-self.each.exact)}

    def formula(self, ops: Ops, values: Mapping[str, Any]) -> Any:
        """``-each * count``, the count being capped already."""
        return ops.num(self.shares()["of"]) * values["of"]

    def sign(self, part: str) -> int:
        """-1: it is a count of faults."""
        return -1

    def per_turn(self, part: str) -> bool:
        """Where turns are counted."""
        return self.over == "turns"

    def states_missing(self, part: str) -> bool:
        """With `unknown`; turns are counted one by one, so it says nothing of them."""
        return self.unknown is not None and self.over != "turns"

    def reading(self, part: str) -> Range | None:
        """From no fault to the cap; without one there is no end."""
        return None if self.cap is None else (Fraction(0), self.cap.exact)

    def reader(self, part: str) -> ScoreReader:
        """The count."""
        return self._count

    def _count(self, verdicts: Sequence[Verdict], sample: Sample | None) -> float:
        count = self._counted(verdicts)
        if count is None:
            stand_in = self.unknown or self.cap
            count = float(stand_in) if stand_in is not None else 0.0
        return count if self.cap is None else min(count, float(self.cap))

    def _counted(self, verdicts: Sequence[Verdict]) -> float | None:
        if self.over == "turns":
            return math.fsum(1.0 - (v.score or 0.0) for v in verdicts)
        (verdict,) = verdicts
        if verdict.score is None:
            return None
        if self.over == "parts":
            return math.fsum(1.0 - (part.score or 0.0) for part in verdict.parts)
        count = verdict.details.get(self.over.removeprefix(COUNTED))
        if isinstance(count, bool) or not isinstance(count, int | float):
            return None
        return float(count) if 0 <= count < math.inf else None
