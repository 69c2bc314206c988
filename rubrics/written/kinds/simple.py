"""The composers of one line: product, min, max, constant, clip, vote."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Literal

from assay.arguments import many, of_kind
from assay.model import Reward
from assay.rubrics.written.arithmetic import Ops
from assay.rubrics.written.faults import Fault
from assay.rubrics.written.number import Number, NumberField, UnitField
from assay.rubrics.written.ranges import Range
from assay.rubrics.written.reading import Criteria, Slot
from assay.rubrics.written.rubric import Rubric

ONE, ZERO = Number(1), Number(0)


class Product(Rubric):
    """The product of the parts, none of which may be negative."""

    kind: Literal["product"] = "product"
    criteria: Criteria

    def parts(self) -> Mapping[str, Any]:
        """The criteria."""
        return self.criteria

    def check_ranges(self, ranges: Mapping[str, Range]) -> None:
        """A negative factor would turn the order of the others around."""
        for name, (low, _) in ranges.items():
            if low < 0:
                raise Fault(
                    f"a factor can be negative ({float(low):.3g})",
                    path=("criteria", name),
                    fix='lift it with {kind = "clip", low = 0, ...}, or take a weighted sum',
                )

    def formula(self, ops: Ops, values: Mapping[str, Any]) -> Any:
        """``s_1 * s_2 * ...``."""
        first, *rest = values.values()
        for value in rest:
            first = first * value
        return first


class Min(Rubric):
    """The smallest of the parts."""

    kind: Literal["min"] = "min"
    criteria: Criteria

    def parts(self) -> Mapping[str, Any]:
        """The criteria."""
        return self.criteria

    def formula(self, ops: Ops, values: Mapping[str, Any]) -> Any:
        """``min(s_1, s_2, ...)``."""
        return ops.least(list(values.values()))


class Max(Rubric):
    """The largest of the parts: any one of them is enough."""

    kind: Literal["max"] = "max"
    criteria: Criteria

    def parts(self) -> Mapping[str, Any]:
        """The criteria."""
        return self.criteria

    def formula(self, ops: Ops, values: Mapping[str, Any]) -> Any:
        """``max(s_1, s_2, ...)``."""
        return ops.greatest(list(values.values()))


class Constant(Rubric):
    """One value for every completion: what a published sum has besides its criteria.

    It moves no comparison in a sum, but it does behind a `min`, a `max` or a gate.
    """

    kind: Literal["constant"] = "constant"
    value: NumberField

    constant: ClassVar[bool] = True

    def parts(self) -> Mapping[str, Any]:
        """None."""
        return {}

    def shares(self) -> Mapping[str, Number]:
        """None: the value is a line of its own in the receipt."""
        return {}

    def formula(self, ops: Ops, values: Mapping[str, Any]) -> Any:
        """The value."""
        return ops.num(self.value)


class Clip(Rubric):
    """A part, held within [low, high]."""

    kind: Literal["clip"] = "clip"
    of: Slot
    low: NumberField = Number(0)
    high: NumberField = Number(1)

    def parts(self) -> Mapping[str, Any]:
        """`of`."""
        return {"of": self.of}

    def check(self) -> None:
        """Low must not lie above high."""
        if self.low.exact > self.high.exact:
            raise Fault(f"low {float(self.low)} lies above high {float(self.high)}", path=("low",))

    def formula(self, ops: Ops, values: Mapping[str, Any]) -> Any:
        """``max(low, min(high, s))``."""
        capped = ops.least([ops.num(self.high), values["of"]])
        return ops.greatest([ops.num(self.low), capped])


class Vote(Rubric):
    """The share of the parts that approve.

    Source:
        Lifshitz et al. 2025, "Multi-Agent Verification", arXiv:2502.20379: the score of a
        candidate is the share of its verifiers that approve (BoN-MAV); `best_of` picks.
    """

    kind: Literal["vote"] = "vote"
    criteria: Criteria
    at: UnitField = Number("0.5")
    """A part approves from this score on."""

    def parts(self) -> Mapping[str, Any]:
        """The criteria."""
        return self.criteria

    def formula(self, ops: Ops, values: Mapping[str, Any]) -> Any:
        """``sum(s_i >= at) / n``."""
        one, zero, at = ops.num(ONE), ops.num(ZERO), ops.num(self.at)
        votes = [ops.at_least(value, at, one, zero) for value in values.values()]
        return ops.sum(votes) / len(votes)


def best_of(rewards: Sequence[Reward]) -> int | None:
    """Index of the best of n rewards, the first on ties; None where none is scored."""
    many(rewards, "rewards", "a list of rewards", "[reward] for a single one")
    best: int | None = None
    for i, reward in enumerate(rewards):
        of_kind(reward, Reward, f"rewards[{i}]")
        if reward.value is None:
            continue
        if best is None or reward.value > (rewards[best].value or 0.0):
            best = i
    return best
