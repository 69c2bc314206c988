"""A value for each row of a table: what no formula of the others says."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping
from fractions import Fraction
from functools import cached_property
from typing import Annotated, Any, ClassVar, Literal, TypeAlias

from pydantic import PlainValidator

from assay.errors import nearest
from assay.printable import brief, in_line, in_lines
from assay.rubrics.written.arithmetic import EXACT, Ops
from assay.rubrics.written.criterion import Closed, Criterion
from assay.rubrics.written.faults import Fault
from assay.rubrics.written.number import Number, NumberField
from assay.rubrics.written.ranges import Levels, Range
from assay.rubrics.written.reading import Criteria
from assay.rubrics.written.rubric import Rubric, dump

ScoreRange: TypeAlias = tuple[Number, Number]
"""From and to, both included."""

COMBINATIONS = 65_536
"""Most kinds of rows that are looked at to find what the table rises with."""


def _when(value: object) -> dict[str, ScoreRange]:
    if not isinstance(value, Mapping) or not value:
        raise ValueError(f'is {brief(value)}, must be a table such as {{"format": 1}}')
    found: dict[str, ScoreRange] = {}
    for name, wanted in value.items():
        ends = wanted if isinstance(wanted, list | tuple) else (wanted, wanted)
        try:
            low, high = (Number(end) for end in ends)
        except ValueError:
            raise Fault(
                f"{in_line(name)} is {brief(wanted)}, must be a score or a range",
                path=(str(name),),
                fix='a score, "format" = 1; or a range with both ends, "format" = [0.5, 1]',
            ) from None
        if low.exact > high.exact:
            raise Fault(f"the range {brief(wanted)} must ascend", path=(str(name),))
        found[str(name)] = (low, high)
    return found


class TableRow(Closed):
    """One row: what must hold, and what is paid then."""

    noun: ClassVar[str] = "a row"

    when: Annotated[Mapping[str, Any], PlainValidator(_when)]
    """Criterion's name -> its score, or [from, to] with both ends; others may be anything."""
    value: NumberField
    """What is paid."""


def _rows(value: object) -> tuple[TableRow, ...]:
    if not isinstance(value, list | tuple) or not value:
        raise ValueError(f"is {brief(value)}, must be a list of rows")
    found: list[TableRow] = []
    for i, entry in enumerate(value):
        try:
            if isinstance(entry, TableRow):
                found.append(entry)
            elif isinstance(entry, Mapping):
                found.append(TableRow(**entry))
            else:
                raise Fault(f"a row is a table with `when` and `value`, got {brief(entry)}")
        except Fault as err:
            raise err.under(i) from None
    return tuple(found)


class Table(Rubric):
    """The value of the first row whose conditions hold, or `otherwise`.

    Thresholds are inclusive to within 1e-12, as everywhere. A row need not name every criterion.
    A table may rise and fall with a criterion; such a one needs its `missing`, unless it is the
    key, since no one score is then the worst.
    """

    kind: Literal["table"] = "table"
    criteria: Criteria
    """What the rows ask about."""
    rows: Annotated[tuple[TableRow, ...], PlainValidator(_rows)]
    """In order; the first that holds decides."""
    otherwise: NumberField = Number(0)
    """What is paid where no row holds."""

    lowers: ClassVar[bool] = True

    def parts(self) -> Mapping[str, Any]:
        """The criteria."""
        return self.criteria

    def check(self) -> None:
        """Rows name criteria of the table."""
        for i, row in enumerate(self.rows):
            for name in row.when:
                if name not in self.criteria:
                    raise Fault(
                        f"{name!r} is not a criterion of this table{nearest(name, self.criteria)}",
                        path=("rows", i, "when", name),
                        fix=f"criteria: {in_lines(self.criteria)}",
                    )

    def shares(self) -> Mapping[str, Number]:
        """None: the table is a line of its own in the receipt."""
        return dict.fromkeys(self.criteria, Number(0))

    def formula(self, ops: Ops, values: Mapping[str, Any]) -> Any:
        """The first row that holds."""
        found = ops.num(self.otherwise)
        for row in reversed(self.rows):
            worth = ops.num(row.value)
            for name, (low, high) in row.when.items():
                value = values[name]
                below = ops.at_least(ops.num(high), value, worth, found)
                worth = ops.at_least(value, ops.num(low), below, found)
            found = worth
        return found

    def lowered(self, levels: Mapping[str, tuple[Any, ...] | None]) -> Rubric:
        """The same, which knows what scores its criteria can take."""
        copied = self.model_copy()
        copied.__dict__["_known"] = dict(levels)
        return copied

    def sign(self, part: str) -> int:
        """Found by trying every kind of row."""
        return self._signs[part]

    def cells(self, part: str) -> tuple[Fraction, ...] | None:
        """One score of each kind that the rows tell apart."""
        child = self.criteria[part]
        return self._kinds(part, Fraction(0), Fraction(1)) if isinstance(child, Criterion) else None

    def reach(self, ranges: Mapping[str, Range]) -> Range:
        """Lowest and highest value that some row can pay."""
        options = [self._kinds(name, *ranges[name]) for name in self.criteria]
        if math.prod(len(o) for o in options) > COMBINATIONS:
            values = [self.otherwise.exact, *(row.value.exact for row in self.rows)]
        else:
            values = [self._value(scores) for scores in itertools.product(*options)]
        return min(values), max(values)

    def dump_field(self, name: str, value: Any) -> Any:
        """Rows as tables."""
        if name != "rows":
            return super().dump_field(name, value)
        return [
            {
                "when": {
                    k: dump(low) if low == high else [dump(low), dump(high)]
                    for k, (low, high) in row.when.items()
                },
                "value": dump(row.value),
            }
            for row in value
        ]

    def _value(self, scores: tuple[Fraction, ...]) -> Fraction:
        return Fraction(self.formula(EXACT, dict(zip(self.criteria, scores, strict=True))))

    def _kinds(self, name: str, low: Fraction, high: Fraction) -> tuple[Fraction, ...]:
        """A score of each kind that the rows tell apart: its levels, or ends and middles."""
        levels: Levels = self.__dict__.get("_known", {}).get(name)
        missing = getattr(self.criteria[name], "missing", None)
        if levels is not None:
            return tuple(sorted({*levels, *([] if missing is None else [missing.exact])}))
        ends = {e.exact for row in self.rows for e in row.when.get(name, ())}
        inner = sorted({low, high, *(e for e in ends if low <= e <= high)})
        middles = [(a + b) / 2 for a, b in itertools.pairwise(inner)]
        return tuple(sorted({*inner, *middles}))

    @cached_property
    def _signs(self) -> Mapping[str, int]:
        """1, -1 or 0 for each criterion; where there is too much to try, 0."""
        ends = [e.exact for row in self.rows for span in row.when.values() for e in span]
        low, high = min([Fraction(0), *ends]) - 1, max([Fraction(1), *ends]) + 1
        options = []
        for name, part in self.criteria.items():
            whole = (Fraction(0), Fraction(1)) if isinstance(part, Criterion) else (low, high)
            options.append(self._kinds(name, *whole))
        if math.prod(len(o) for o in options) > COMBINATIONS:
            return dict.fromkeys(self.criteria, 0)
        values = {scores: self._value(scores) for scores in itertools.product(*options)}
        found: dict[str, int] = {}
        for i, name in enumerate(self.criteria):
            steps = set()
            for scores, value in values.items():
                at = options[i].index(scores[i])
                if at:
                    before = values[(*scores[:i], options[i][at - 1], *scores[i + 1 :])]
                    steps.add((value > before) - (value < before))
            found[name] = 0 if {1, -1} <= steps else -1 if -1 in steps else 1
        return found
