"""First things first: tiers in order, strictly or above a threshold."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Annotated, Any, ClassVar, Literal

from pydantic import PlainValidator

from assay.printable import brief, in_line
from assay.rubrics.written.arithmetic import Ops
from assay.rubrics.written.dtypes import DIGITS, HIGHEST, Dtype, cast
from assay.rubrics.written.faults import Fault
from assay.rubrics.written.kinds.weighted import Weighted
from assay.rubrics.written.number import Number, Positive, UnitField
from assay.rubrics.written.ranges import Range
from assay.rubrics.written.reading import Criteria
from assay.rubrics.written.rubric import Rubric

ZERO = Number(0)

CORNERS = 65_536
"""Most corners that are cast one by one."""


def _weights(value: object) -> tuple[Number, ...]:
    if not isinstance(value, list | tuple):
        raise ValueError(f"is {brief(value)}, must be a list of numbers")
    return tuple(Number(v) for v in value)


class Priority(Rubric):
    """Tiers in order of importance.

    ``lexicographic``: no change in a lower tier outweighs any change in a higher one. All tiers
    but the last need declared levels: a tier that can change by arbitrarily little cannot be
    kept above another by weights. Weights ``w_k = (margin + sum_{j>k} w_j W_j) / gap_k``, with
    W_j the range of tier j and gap_k the least distance of levels of tier k; a last tier without
    levels has weight 1. The order holds for single completions; a policy that trades chances may
    still prefer .98 of the first and all of the second to .99 of the first alone.

    ``threshold``: ``w_1 s_1 + [s_1 >= tau] * sum_j w_j scale(s_j)``.

    Source:
        `threshold`: Lai et al. 2024, "ALaRM", arXiv:2403.06754, with scores already in [0, 1].
    """

    kind: Literal["priority"] = "priority"
    criteria: Criteria
    """In order, the most important first; that one is the key."""
    mode: Literal["lexicographic", "threshold"] = "lexicographic"
    margin: Positive = Number(1)
    """Lexicographic: the least by which a step in a tier outweighs all below it."""
    dtype: Dtype = "float32"
    """Lexicographic: what the trainer stores rewards in; the corners must differ there."""
    tau: UnitField = Number("0.5")
    """Threshold: from this score of the first tier on, the others count."""
    weights: Annotated[tuple[Number, ...], PlainValidator(_weights)] | None = None
    """Threshold: one a tier; by default the weights of the criteria."""
    scale: Literal["identity", "sigmoid"] = "identity"
    """Threshold: what is done to the scores of the lower tiers."""

    weighs: ClassVar[bool] = True

    @property
    def lowers(self) -> bool:  # type: ignore[override]
        """The weights of the lexicographic mode come from the levels."""
        return self.mode == "lexicographic"

    def parts(self) -> Mapping[str, Any]:
        """The tiers."""
        return self.criteria

    def check(self) -> None:
        """Fields of the other mode, and a key that is not the first, are mistakes."""
        first = next(iter(self.criteria))
        if self.key is not None and self.key_part != first:
            raise Fault(
                f"key {self.key!r} is not the first tier", path=("key",), fix="put it first"
            )
        other = {
            "lexicographic": ("tau", "weights", "scale"),
            "threshold": ("margin", "dtype"),
        }[self.mode]
        for name in other:
            if name in self.model_fields_set:
                raise Fault(f"{in_line(name)} has no meaning in mode {self.mode}", path=(name,))
        if self.mode == "lexicographic":
            for name, part in self.criteria.items():
                if part.weight.exact != 1:
                    raise Fault(
                        "a tier's weight follows from the levels below it",
                        path=("criteria", name, "weight"),
                        fix='drop it, or mode = "threshold"',
                    )
        elif self.weights is not None and len(self.weights) != len(self.criteria):
            raise Fault(
                f"{len(self.weights)} weights for {len(self.criteria)} tiers", path=("weights",)
            )
        if self.mode == "threshold":
            for name, weight in self.shares().items():
                if weight.exact < 0:
                    raise Fault(
                        f"the weight of {name!r} is negative: passing tau could cost",
                        path=("criteria", name),
                    )

    def check_ranges(self, ranges: Mapping[str, Range]) -> None:
        """Passing the threshold must not cost."""
        if self.mode == "threshold" and self.scale == "identity":
            for name, (low, _) in list(ranges.items())[1:]:
                if low < 0:
                    raise Fault(
                        f"a tier can be negative ({float(low):.3g}): passing tau could cost",
                        path=("criteria", name),
                    )

    def shares(self) -> Mapping[str, Number]:
        """Threshold: the weights."""
        if self.weights is not None:
            return dict(zip(self.criteria, self.weights, strict=True))
        return {name: part.weight for name, part in self.criteria.items()}

    def formula(self, ops: Ops, values: Mapping[str, Any]) -> Any:
        """Threshold; the lexicographic mode is lowered to a weighted sum."""
        (_, first), *rest = ((ops.num(w), values[name]) for name, w in self.shares().items())
        (head, *_) = self.shares().values()
        scaled = [w * (ops.sigmoid(v) if self.scale == "sigmoid" else v) for w, v in rest]
        bonus = ops.at_least(first, ops.num(self.tau), ops.sum(scaled), ops.num(ZERO))
        return ops.sum([ops.num(head) * first, bonus])

    def lowerable(self, levels: Mapping[str, tuple[Any, ...] | None]) -> bool:
        """Whether all tiers but the last have levels."""
        return all(found is not None for found in list(levels.values())[:-1])

    def lowered(self, levels: Mapping[str, tuple[Fraction, ...] | None]) -> Rubric:
        """The weighted sum that keeps the tiers apart.

        Raises:
            RubricError: a tier but the last without levels; corners that the dtype cannot tell
                apart.
        """
        if not self.lowers:
            return self
        names = list(self.criteria)
        weights: dict[str, Fraction] = {}
        below = Fraction(0)  # what all lower tiers can move together
        for name in reversed(names):
            values = levels.get(name)
            if values is None:
                if name != names[-1]:
                    raise Fault(
                        f"tier {name!r} has no declared levels, so no weight keeps it above "
                        "the tiers below",
                        path=("criteria", name),
                        fix="score it all-or-nothing, give its `levels`, put it last, "
                        'or mode = "threshold"',
                    )
                weights[name], below = Fraction(1), Fraction(1)
                continue
            gap = min((b - a for a, b in itertools.pairwise(values)), default=Fraction(1))
            weights[name] = (self.margin.exact + below) / gap
            below += weights[name] * (values[-1] - values[0])
        tiers = {n: weights[n] for n in names}
        ends = (Fraction(0), Fraction(1))
        self._check_cast(tiers, [levels.get(n) or ends for n in names])
        return Weighted(
            key=self.key,
            criteria={
                n: self.criteria[n].model_copy(update={"weight": Number(w)})
                for n, w in tiers.items()
            },
        )

    def _check_cast(
        self,
        weights: Mapping[str, Fraction],
        values: Sequence[tuple[Fraction, ...]],
    ) -> None:
        """Every corner, in tuple order, must stay strictly above the one before.

        Neighbours differ in one tier, with all below it at their ends: by at least the margin,
        whatever stands above. So where there are too many corners to list, it is enough that the
        margin is wider than the spacing of floats at the largest reward.
        """
        count = math.prod(len(v) for v in values)
        if count > CORNERS:
            self._check_spacing(weights, values)
            return
        floats = [float(w) for w in weights.values()]
        before: tuple[float, tuple[Fraction, ...]] | None = None
        for corner in itertools.product(*values):
            exact = [w * float(s) for w, s in zip(floats, corner, strict=True)]
            value = cast(math.fsum(exact), self.dtype)
            if before is not None and not before[0] < value:
                tuples = [f"({', '.join(str(float(s)) for s in c)})" for c in (before[1], corner)]
                raise Fault(
                    f"{self.dtype} cannot tell {tuples[0]} from {tuples[1]}: both are {value}",
                    path=("dtype",),
                    fix="a wider dtype, a larger margin, or fewer tiers or levels",
                )
            before = (value, corner)

    def _check_spacing(
        self, weights: Mapping[str, Fraction], values: Sequence[tuple[Fraction, ...]]
    ) -> None:
        pairs = list(zip(weights.values(), values, strict=True))
        ends = [(w * v[0], w * v[-1]) for w, v in pairs]
        sides = [sum((e[i] for e in ends), Fraction(0)) for i in (0, 1)]
        largest = max(abs(side) for side in sides)
        below = Fraction(0)
        steps: list[Fraction] = []
        for w, v in reversed(pairs):
            steps += [w * (b - a) - below for a, b in itertools.pairwise(v)]
            below += w * (v[-1] - v[0])
        least = min(steps, default=Fraction(1))
        spacing = largest / 2 ** (DIGITS[self.dtype] - 1)
        if least <= 2 * spacing or largest >= HIGHEST[self.dtype]:
            raise Fault(
                f"{self.dtype} cannot tell neighbouring corners apart: they differ by "
                f"{float(least):.3g}, where rewards reach {float(largest):.3g}",
                path=("dtype",),
                fix="a wider dtype, a larger margin, or fewer tiers or levels",
            )
