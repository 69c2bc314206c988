"""Composers that bend, under couplings: decided by z3, and only believed when exact.

z3 is an extra (`assay[prove]`). It answers in rational numbers; every witness is evaluated again
in fractions before it counts.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from assay.rubrics.compiled.evaluate import evaluate
from assay.rubrics.compiled.plan import Plan
from assay.rubrics.compiled.variables import Variable, variables
from assay.rubrics.prove.couplings import Coupling
from assay.rubrics.written.number import Number

TIMEOUT_MS = 10_000
"""Per question to z3."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What z3 could show of the sign of the margin."""

    ruling: str
    """``proved``, ``tie``, ``refuted``, or ``unknown``."""
    correct: Mapping[str, Fraction] | None = None
    wrong: Mapping[str, Fraction] | None = None


def available() -> bool:
    """Whether z3 can be imported."""
    from importlib.util import find_spec

    return find_spec("z3") is not None


class Z3Ops:
    """The arithmetic of z3's real terms."""

    def __init__(self) -> None:
        import z3

        self._z3 = z3

    def num(self, constant: Number) -> Any:
        """A constant of the rubric, as written."""
        return self.real(constant.exact)

    def real(self, value: Fraction) -> Any:
        """A fraction as a term."""
        return self._z3.Q(value.numerator, value.denominator)

    def sum(self, values: Sequence[Any]) -> Any:
        """The sum."""
        total = self.real(Fraction(0))
        for value in values:
            total = total + value
        return total

    def least(self, values: Sequence[Any]) -> Any:
        """The smallest."""
        first, *rest = values
        for value in rest:
            first = self._z3.If(value < first, value, first)
        return first

    def greatest(self, values: Sequence[Any]) -> Any:
        """The largest."""
        return -self.least([-v for v in values])

    def sigmoid(self, value: Any) -> Any:
        """Not to be had in real arithmetic."""
        raise NotImplementedError("sigmoid")

    def at_least(self, value: Any, threshold: Any, then: Any, otherwise: Any) -> Any:
        """`then` where value >= threshold, else `otherwise`."""
        return self._z3.If(value >= threshold, then, otherwise)


def decide(
    plan: Plan, key: str, top: Fraction, wrong: Sequence[Fraction], couplings: Sequence[Coupling]
) -> Answer:
    """The sign of the margin over all pairs that satisfy the couplings.

    Args:
        plan: Compiled, of our own composers.
        key: The key criterion.
        top: Its top level.
        wrong: Its other levels.
        couplings: True of each completion.
    """
    import z3

    ops = Z3Ops()
    solver = z3.Solver()
    solver.set("timeout", TIMEOUT_MS)
    values: list[dict[str, Any]] = []
    for which in ("correct", "wrong"):
        found: dict[str, Any] = {}
        for i, variable in enumerate(variables(plan)):
            found.update(_terms(z3, ops, solver, f"{which}_{i}", variable, key, top, wrong))
        for coupling in couplings:
            total = ops.sum([ops.real(c) * found[n] for n, c in coupling.terms.items()])
            limit = ops.real(coupling.limit)
            solver.add(total < limit if coupling.strict else total <= limit)
        values.append(found)
    if solver.check() != z3.sat:  # nothing to compare, or not known: nothing is proved by that
        return Answer("unknown")
    try:
        rewards = [evaluate(plan, found, ops) for found in values]
    except NotImplementedError:
        return Answer("unknown")
    margin = rewards[0] - rewards[1]
    for ruling, question in (("refuted", margin < 0), ("tie", margin <= 0)):
        answer = _ask(solver, question)
        if answer == z3.unknown:
            return Answer("unknown")
        if answer == z3.sat:
            pair = _confirmed(solver, plan, values, couplings, ruling)
            return Answer(ruling, *pair) if pair else Answer("unknown")
        solver.pop()
    return Answer("proved")


def _terms(
    z3: Any,
    ops: Z3Ops,
    solver: Any,
    name: str,
    variable: Variable,
    key: str,
    top: Fraction,
    wrong: Sequence[Any],
) -> dict[str, Any]:
    """A term for each criterion of one variable, and what is known of it."""
    x = z3.Real(name)
    found = {leaf.key: x for leaf in variable.leaves}
    levels: Sequence[Fraction] | None = variable.levels
    judged = []
    if any(leaf.key == key for leaf in variable.leaves):
        levels = [top] if name.startswith("correct") else list(wrong)
    if levels is not None:
        judged.append(z3.Or([x == ops.real(v) for v in levels]))
    else:
        low, high = variable.leaves[0].ends
        judged += [x >= ops.real(low), x <= ops.real(high)]
    missing = variable.missing
    if missing is None or key in found:
        solver.add(*judged)
        return found
    lost = z3.Bool(f"{name}_missing")
    solver.add(z3.Or(lost, z3.And(judged)))
    return {k: z3.If(lost, ops.real(missing[k]), x) for k in found}


def _ask(solver: Any, question: Any) -> Any:
    solver.push()
    solver.add(question)
    return solver.check()


def _confirmed(
    solver: Any,
    plan: Plan,
    values: Sequence[Mapping[str, Any]],
    couplings: Sequence[Coupling],
    ruling: str,
) -> tuple[dict[str, Fraction], dict[str, Fraction]] | None:
    """The model's two completions, if fractions confirm them."""
    model = solver.model()
    read: Callable[[Any], Fraction | None] = lambda x: _rational(model.eval(x, True))  # noqa: E731
    pair: list[dict[str, Fraction]] = []
    for found in values:
        scores: dict[str, Fraction] = {}
        for name, x in found.items():
            value = read(x)
            if value is None:
                return None
            scores[name] = value
        if not all(c.holds(scores) for c in couplings):
            return None
        pair.append(scores)
    margin = evaluate(plan, pair[0]) - evaluate(plan, pair[1])
    if (margin < 0) if ruling == "refuted" else (margin == 0):
        return pair[0], pair[1]
    return None


def _rational(value: Any) -> Fraction | None:
    import z3

    if z3.is_rational_value(value):
        return Fraction(value.numerator_as_long(), value.denominator_as_long())
    return None  # an irrational point: what it shows cannot be confirmed in fractions
