"""A weighted sum."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any, ClassVar, Literal

from assay.rubrics.written.arithmetic import Ops
from assay.rubrics.written.faults import Fault
from assay.rubrics.written.number import Number
from assay.rubrics.written.reading import Criteria
from assay.rubrics.written.rubric import Rubric


class Weighted(Rubric):
    """The sum of weight times score.

    Range: from the sum of the negative weights to the sum of the positive ones, divided by the
    latter with `normalise`.
    """

    kind: Literal["weighted"] = "weighted"
    criteria: Criteria
    """Key -> weight, criterion or nested rubric; a negative weight is a penalty."""
    normalise: bool = False
    """Divide by the sum of the positive weights, so that all good and no penalty is worth 1.
    Fixed: what is missing in a sample does not change it."""

    linear: ClassVar[bool] = True
    weighs: ClassVar[bool] = True

    def parts(self) -> Mapping[str, Any]:
        """The criteria."""
        return self.criteria

    def check(self) -> None:
        """With `normalise` there must be something to divide by."""
        if self.normalise and not any(p.weight.exact > 0 for p in self.criteria.values()):
            raise Fault(
                "normalise needs a positive weight", path=("normalise",), fix="normalise = false"
            )

        try:
            self.shares()
        except ValueError as err:
            raise Fault(f"a weight, divided by the sum of all, {err}", path=("criteria",)) from None

    def shares(self) -> Mapping[str, Number]:
        """The weights, normalised if asked."""
        weights = {k: p.weight for k, p in self.criteria.items()}
        if not self.normalise:
            return weights
        total = sum((w.exact for w in weights.values() if w.exact > 0), Fraction(0))
        return {k: Number(w.exact / total) for k, w in weights.items()}

    def formula(self, ops: Ops, values: Mapping[str, Any]) -> Any:
        """``sum(w_i * s_i)``."""
        return ops.sum([ops.num(w) * values[k] for k, w in self.shares().items()])

    def sign(self, part: str) -> int:
        """-1 for a penalty."""
        return -1 if self.criteria[part].weight.exact < 0 else 1
