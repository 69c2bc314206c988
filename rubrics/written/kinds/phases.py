"""A rubric for each phase of training."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field, PlainValidator

from assay.errors import SampleError
from assay.model import Sample
from assay.printable import brief
from assay.rubrics.written.arithmetic import Ops
from assay.rubrics.written.criterion import Closed
from assay.rubrics.written.faults import Fault
from assay.rubrics.written.reading import RubricCase
from assay.rubrics.written.rubric import Rubric, dump


class Phase(Closed):
    """One phase: a rubric, and the step at which it ends."""

    noun: ClassVar[str] = "a phase"

    rubric: RubricCase
    until: int | None = Field(default=None, ge=1)
    """The first step that is no longer in it; None, for the last phase: it does not end."""
    name: str | None = Field(default=None, pattern=r"^[A-Za-z0-9_.-]{1,64}$")
    """Stands in the keys and in the signature; by default phase1, phase2, ..."""


def _phases(value: object) -> tuple[Phase, ...]:
    if not isinstance(value, list | tuple) or not value:
        raise ValueError(f"is {brief(value)}, must be a list of phases")
    found: list[Phase] = []
    for i, entry in enumerate(value):
        try:
            if isinstance(entry, Phase):
                found.append(entry)
            elif isinstance(entry, Mapping):
                found.append(Phase(**entry))
            else:
                raise Fault(f"a phase is a table with `rubric`, got {brief(entry)}")
        except Fault as err:
            raise err.under(i) from None
    return tuple(found)


class Phases(Rubric):
    """The rubric of the phase in which the sample's step falls; proved phase by phase.

    The change-over is declared here and shown by the end of each reward's signature, so that no
    reward of one phase is ever compared with one of another unawares.
    """

    kind: Literal["phases"] = "phases"
    by: Literal["step"] = "step"
    """The field of the sample that tells the phase."""
    cases: Annotated[tuple[Phase, ...], PlainValidator(_phases)]
    """In order; `until` ascends, and only the last may lack it."""

    chooses: ClassVar[bool] = True

    def parts(self) -> Mapping[str, Any]:
        """The phases' rubrics by name."""
        return {name: case.rubric for name, case in zip(self.names, self.cases, strict=True)}

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the phases, in order."""
        return tuple(case.name or f"phase{i}" for i, case in enumerate(self.cases, 1))

    def check(self) -> None:
        """Phases follow each other and have names of their own."""
        if len(set(self.names)) < len(self.names):
            raise Fault("two phases have one name", path=("cases",), got=", ".join(self.names))
        before = 0
        for i, case in enumerate(self.cases):
            if case.until is None:
                if i < len(self.cases) - 1:
                    raise Fault("a phase without `until` must be the last", path=("cases", i))
            elif case.until <= before:
                raise Fault(
                    f"until is {case.until}, must be more than {before}",
                    path=("cases", i, "until"),
                )
            else:
                before = case.until

    def formula(self, ops: Ops, values: Mapping[str, Any]) -> Any:
        """The chosen phase's value: only that one is given."""
        (value,) = values.values()
        return value

    def choose(self, sample: Sample | None) -> str:
        """The phase of this sample."""
        if sample is None:
            raise SampleError("this rubric has phases: compose needs the sample")
        if sample.step is None:
            raise SampleError(
                "the sample has no 'step', by which the rubric's phases change"
                "\nfix: engine.verify_batch(samples, step=...), or a column `step`"
            )
        for name, case in zip(self.names, self.cases, strict=True):
            if case.until is None or sample.step < case.until:
                return name
        raise SampleError(f"step {sample.step} is past the last phase (until {case.until})")

    def dump_field(self, name: str, value: Any) -> Any:
        """Phases as tables."""
        if name != "cases":
            return super().dump_field(name, value)
        out = []
        for case in value:
            entry: dict[str, Any] = {"rubric": dump(case.rubric)}
            if case.until is not None:
                entry["until"] = case.until
            if case.name is not None:
                entry["name"] = case.name
            out.append(entry)
        return out
