"""A gate: nothing is paid for the rest unless the gate is open."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from functools import cached_property
from typing import Annotated, Any, Literal

from pydantic import PlainSerializer, PlainValidator

from assay.printable import brief
from assay.rubrics.written.arithmetic import Ops
from assay.rubrics.written.faults import Fault
from assay.rubrics.written.number import Number, UnitField
from assay.rubrics.written.ranges import Range
from assay.rubrics.written.reading import Slot
from assay.rubrics.written.rubric import Rubric

ONE, ZERO = Number(1), Number(0)


def _ramp(value: object) -> tuple[Number, Number]:
    if not isinstance(value, list | tuple) or len(value) != 2:
        raise ValueError(f"is {brief(value)}, must be two numbers [a, b]")
    a, b = Number(value[0]), Number(value[1])
    if not 0 <= a.exact < b.exact <= 1:
        raise ValueError(f"is [{float(a)}, {float(b)}], must ascend within [0, 1]")
    return a, b


Ramp = Annotated[
    tuple[Number, Number],
    PlainValidator(_ramp),
    PlainSerializer(lambda r: [n.to_json() for n in r]),
]


class Gate(Rubric):
    """``g * (floor + (1 - floor) * then)``, g being 1 where the gate's score reaches `at`, else 0.

    With `ramp` [a, b], g rises from 0 at a to 1 at b. Range: [0, 1] where `then` is in [0, 1].
    """

    kind: Literal["gate"] = "gate"
    gate: Slot
    """What must be good; the key criterion."""
    then: Slot
    """What is paid for behind the gate."""
    floor: UnitField = Number("0.5")
    """What an open gate alone is worth, in [0, 1]."""
    at: UnitField = Number(1)
    """The gate opens at this score (inclusive)."""
    ramp: Ramp | None = None
    """Instead of `at`: where the gate begins to open and where it is fully open."""

    def parts(self) -> Mapping[str, Any]:
        """`gate` and `then`."""
        return {"gate": self.gate, "then": self.then}

    def check(self) -> None:
        """One way to open."""
        if self.ramp is not None and "at" in self.model_fields_set:
            raise Fault("a gate has `at` or `ramp`, not both", path=("ramp",), fix="drop `at`")

    def check_ranges(self, ranges: Mapping[str, Range]) -> None:
        """An open gate must not pay less than a closed one."""
        low = ranges["then"][0] if "then" in ranges else Fraction(0)
        floor = self.floor.exact
        if floor + (1 - floor) * low < 0:
            raise Fault(
                f"an open gate could pay {float(floor + (1 - floor) * low):.3g}, "
                "less than a closed one",
                path=("then",),
                got=f"then reaches down to {float(low):.3g}, floor {float(floor):.3g}",
                fix="raise `floor`, or lighten the penalties in `then`",
            )

    def shares(self) -> Mapping[str, Number]:
        """The gate earns the floor, the rest what is left."""
        return {"gate": self.floor, "then": self._rest}

    def formula(self, ops: Ops, values: Mapping[str, Any]) -> Any:
        """``g * (floor + (1 - floor) * then)``."""
        one, zero = ops.num(ONE), ops.num(ZERO)
        score = values["gate"]
        if self.ramp is None:
            g = ops.at_least(score, ops.num(self.at), one, zero)
        else:
            rising = (score - ops.num(self.ramp[0])) * ops.num(self._slope)
            g = ops.least([one, ops.greatest([zero, rising])])
        return g * (ops.num(self.floor) + ops.num(self._rest) * values["then"])

    @cached_property
    def _rest(self) -> Number:
        return Number(1 - self.floor.exact)

    @cached_property
    def _slope(self) -> Number:
        if self.ramp is None:
            return ZERO
        return Number(Fraction(1) / (self.ramp[1].exact - self.ramp[0].exact))
