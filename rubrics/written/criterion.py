"""One leaf of a rubric: a verifier by name, its params, and what stands in when it is missing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar

from pydantic import BaseModel, ConfigDict, Field, PlainValidator, ValidationError

from assay.model import EMPTY, FrozenDict, freeze, thaw
from assay.printable import brief
from assay.rubrics.written.faults import Fault, from_validation
from assay.rubrics.written.number import Number, NumberField, UnitField


def _params(value: object) -> FrozenDict:
    if not isinstance(value, Mapping):
        raise ValueError(f"is {brief(value)}, must be a table of the verifier's params")
    frozen: FrozenDict = freeze(value, "params")
    return frozen


def _levels(value: object) -> tuple[Number, ...]:
    if isinstance(value, str) or not isinstance(value, list | tuple) or not value:
        raise ValueError(f"is {brief(value)}, must be a list of numbers in [0, 1]")
    levels = tuple(Number(v) for v in value)
    exact = [n.exact for n in levels]
    if exact != sorted(set(exact)) or exact[0] < 0 or exact[-1] > 1:
        raise ValueError(f"is {brief(value)}, must ascend within [0, 1]")
    return levels


class Closed(BaseModel):
    """A frozen model without unknown fields, whose errors are `RubricError`."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)
    noun: ClassVar[str] = "this"

    def __init__(self, /, **data: Any) -> None:
        try:
            super().__init__(**data)
        except ValidationError as err:
            raise from_validation(err, type(self), self.noun) from None


class Criterion(Closed):
    """A verifier's name, and how its score is used.

    Raises:
        RubricError: a field that is unknown, of the wrong type or out of range; with its path.
    """

    noun: ClassVar[str] = "a criterion"

    use: str = Field(min_length=1)
    """The verifier, as `math.answer` (the newest version) or `math.answer@1`."""
    weight: NumberField = Number(1)
    """Its weight, read by composers that have weights; negative: a penalty."""
    params: Annotated[Mapping[str, Any], PlainValidator(_params)] = EMPTY
    """The verifier's params, checked when the rubric is bound to a host."""
    missing: UnitField | None = None
    """The score that stands in for a missing one, in [0, 1]; by default the value in its range
    that minimises the reward, and no reward where the machine failed the verifier (a full disk).
    Not for the key criterion: without it there is no reward."""
    levels: Annotated[tuple[Number, ...], PlainValidator(_levels)] | None = None
    """The scores it can take, ascending, where the verifier declares none; the certificate
    lists this as an assumption."""

    def to_dict(self) -> dict[str, Any]:
        """As in a file, defaults left out."""
        out: dict[str, Any] = {"use": self.use}
        if self.weight.exact != 1:
            out["weight"] = self.weight.to_json()
        if self.params:
            out["params"] = thaw(self.params, _number)
        if self.missing is not None:
            out["missing"] = self.missing.to_json()
        if self.levels is not None:
            out["levels"] = [n.to_json() for n in self.levels]
        return out


def _number(value: Any) -> Any:
    return value.to_json() if isinstance(value, Number) else value


__all__ = ["Closed", "Criterion", "Fault"]
