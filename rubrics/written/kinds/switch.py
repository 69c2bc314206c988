"""A rubric for each kind of sample."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field, PlainValidator

from assay.errors import SampleError, nearest
from assay.model import SAMPLE_FIELDS, Sample
from assay.printable import brief
from assay.rubrics.written.arithmetic import Ops
from assay.rubrics.written.faults import Fault
from assay.rubrics.written.reading import Ordered, RubricCase, read_case
from assay.rubrics.written.rubric import Rubric

DEFAULT = "default"


def _cases(value: object) -> Ordered:
    if not isinstance(value, Mapping) or not value:
        raise ValueError(f"is {brief(value)}, must be a table of value -> rubric")
    found: dict[str, Any] = {}
    for case, entry in value.items():
        if not isinstance(case, str) or not case or case[0] == "(" or "#" in case:
            raise Fault(f"{brief(case)} cannot be a case", fix="text, not beginning with '('")
        try:
            found[case] = read_case(entry)
        except Fault as err:
            raise err.under(case) from None
    return Ordered(found)


def check_field(value: object) -> str:
    """A field of `Sample`, or one entry of its `info`."""
    name, _, entry = value.partition(".") if isinstance(value, str) else ("", "", "")
    if not isinstance(value, str) or name not in SAMPLE_FIELDS or (entry and name != "info"):
        raise ValueError(
            f"is {brief(value)}, must be a field of a sample such as 'info.data_source'"
            f"{nearest(value, SAMPLE_FIELDS)}"
        )
    if name in ("label", "completion") or (name == "info" and not entry):
        raise ValueError(f"is {brief(value)}, which a rubric must not read")
    return value


def field_of(sample: Sample, name: str) -> Any:
    """The value of a field such as `info.data_source`; None where it is absent."""
    head, _, entry = name.partition(".")
    return sample.info.get(entry) if entry else getattr(sample, head)


SampleField = Annotated[str, PlainValidator(check_field)]


class Switch(Rubric):
    """The rubric of the case that a field of the sample names; proved case by case."""

    kind: Literal["switch"] = "switch"
    on: SampleField = Field()
    """The field, e.g. ``info.data_source``. The data set fills it, never the completion."""
    cases: Annotated[Mapping[str, Any], PlainValidator(_cases)]
    """Value of the field, as text -> rubric: a preset's name, a path (from the folder of the file
    it stands in), or a rubric itself."""
    default: RubricCase | None = None
    """For any other value, and where the field is absent; without it such a sample is invalid."""

    chooses: ClassVar[bool] = True

    def parts(self) -> Mapping[str, Any]:
        """The cases, and `default`."""
        if self.default is None:
            return self.cases
        return {**self.cases, DEFAULT: self.default}

    def check(self) -> None:
        """A case of the name `default` would clash with the default."""
        if self.default is not None and DEFAULT in self.cases:
            raise Fault("'default' is a case and the default", path=("cases", DEFAULT))

    def formula(self, ops: Ops, values: Mapping[str, Any]) -> Any:
        """The chosen case's value: only that one is given."""
        (value,) = values.values()
        return value

    def choose(self, sample: Sample | None) -> str:
        """The case of this sample."""
        if sample is None:
            raise SampleError(f"this rubric switches on {self.on!r}: compose needs the sample")
        value = field_of(sample, self.on)
        case = value if isinstance(value, str) else str(value)
        if value is not None and case in self.cases:
            return case
        if self.default is not None:
            return DEFAULT
        if value is None:
            raise SampleError(f"the sample has no {self.on!r}, on which the rubric switches")
        raise SampleError(
            f"{self.on} is {brief(value)}, for which the rubric has no case"
            f"{nearest(case, self.cases)}\nfix: add the case, or a `default`"
        )
