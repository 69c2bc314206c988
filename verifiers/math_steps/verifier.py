r"""`math.steps`: how far along a reference solution's values do the claims of a completion get?

That a claim is true says almost nothing: wrong solutions are full of true sums. What tells right
from wrong is whether the values are the ones that a solution passes through. So a claim is earned
when it is true *and* its value is among the intermediate values of the reference solution, each of
which can be earned once.

The score is the earned claims before the first error, divided by K, the number of values on the
reference's path: the prefix share, which a completion cannot raise by splitting its steps. An error
is a false claim, or one true claim too many off the path (``detours``, default 2): another way to
the answer is forgiven a little, a list of guesses is not. Where more than 2K + ``detours`` true
claims lie off the path, the whole is a list and no chain of reasoning, and earns nothing.

Claims that say nothing take no part: those that compute nothing (``1 = 1``, ``13 + 0 = 13``), those
that were made before, those that stand in the prompt, and those whose value was reached before.
Claims that cannot be checked are parts without a score, and are not earned.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from flint import fmpq

from assay.errors import ReferenceUnreadable
from assay.model import Message, Part, Sample, Verdict
from assay.plugins.spec import PreflightFinding
from assay.printable import a_type, one_line, printable
from assay.verifiers.math_answer.to_text import plain
from assay.verifiers.math_answer.tree import Node
from assay.verifiers.math_steps.claims import Claim, claims
from assay.verifiers.math_steps.spec import StepsParams
from assay.verifiers.math_steps.values import identical, is_literal, places, read, value

NAME = "math.steps@1"

PARTS = 200
"""Most claims that are judged one by one; a list longer than this is not a chain of reasoning."""


@dataclass(frozen=True, slots=True)
class Waypoint:
    """One intermediate value of the reference solution."""

    value: fmpq | None
    shown: int | None = None
    result: Node | None = field(default=None, compare=False)

    def is_reached(self, claim: Claim) -> bool:
        """Whether `claim` arrives at it, both read to the digits that the coarser one shows."""
        if self.value is None or claim.value is None:
            if self.result is None or claim.result is None:
                return False
            return identical(self.result, claim.result) is True
        if self.value == claim.value:
            return True
        shown = [s for s in (self.shown, claim.shown) if s]
        return bool(shown) and abs(self.value - claim.value) < fmpq(1, 10 ** min(*shown, 1_000))


@lru_cache(maxsize=2_048)
def stated(prompt: str) -> frozenset[str]:
    """What the prompt claims, by `Claim.key`."""
    return frozenset(c.key for c in claims(prompt))


@lru_cache(maxsize=2_048)
def path(
    solution: str, reference: str | int | float | None = None, prompt: str = ""
) -> tuple[Waypoint, ...]:
    """The values that a reference solution passes through, in order.

    Claims that compute nothing or stand in the prompt are left out, as they are for completions.
    A final answer that is a number and not among them comes last.
    """
    given = stated(prompt)
    out: list[Waypoint] = []
    keys: set[str] = set()
    for claim in claims(solution):
        if claim.idle or claim.key in given or claim.key in keys:
            continue
        if claim.value is None and claim.result is None:
            continue
        keys.add(claim.key)
        out.append(Waypoint(claim.value, claim.shown, claim.result))
    final = read(str(reference)) if reference is not None else None
    if final is not None and is_literal(final):
        number = value(final)
        last = Waypoint(number, places(final))
        asked = Claim("", (0, 0), "arithmetic", True, number, places(final))
        if number is not None and not any(w.is_reached(asked) for w in out):
            out.append(last)
    return tuple(out)


class MathSteps:
    """Judges the claims in a chain of reasoning. See the module for the rules."""

    def __init__(self, params: StepsParams | None = None) -> None:
        self.params = params or StepsParams()

    def verify(self, sample: Sample) -> Verdict:
        """Earned claims before the first error, over the values on the reference's path.

        Linear in the completion; a few milliseconds for a long chain of thought.

        Raises:
            ReferenceUnreadable: the reference solution is not text, or nothing on its path can be
                read.
        """
        way = self.path_of(sample)
        if way is None:
            return Verdict.not_applicable(
                NAME, f"no reference solution in info.{self.params.solution}, and no reference"
            )
        return self._judge(claims(sample.text), stated(_text(sample.prompt)), way)

    def preflight(self, sample: Sample) -> Iterator[PreflightFinding]:
        """Whether the reference's path is long enough to tell anything.

        Raises:
            ReferenceUnreadable: as `verify`.
        """
        way = self.path_of(sample)
        if way is None:
            yield PreflightFinding(
                "steps.no_solution",
                f"neither info.{self.params.solution} nor a reference to walk towards",
            )
        elif len(way) == 1:
            yield PreflightFinding(
                "steps.short_path",
                "the reference's path holds one value: the steps earn all or nothing",
                "warning",
            )

    def path_of(self, sample: Sample) -> tuple[Waypoint, ...] | None:
        """The reference's path; None where the sample brings no reference at all.

        Raises:
            ReferenceUnreadable: as `verify`.
        """
        solution = sample.info.get(self.params.solution)
        if isinstance(solution, tuple | list) and all(isinstance(s, str) for s in solution):
            solution = "\n".join(solution)
        if solution is None and sample.reference is None:
            return None
        if solution is not None and not isinstance(solution, str):
            raise ReferenceUnreadable(
                f"info.{self.params.solution} is {a_type(solution)}; "
                "wanted a solution as text, or a list of its steps"
            )
        final = sample.reference if not isinstance(sample.reference, tuple) else None
        way = path(solution or "", final, _text(sample.prompt))
        if not way:
            where = f"info.{self.params.solution}" if solution is not None else "reference"
            raise ReferenceUnreadable(
                f"{where} holds no claim whose value can be read"
                "\nfix: write its steps as equalities, such as 16 - 3 = 13"
            )
        return way

    def _judge(
        self, found: list[Claim], given: frozenset[str], way: tuple[Waypoint, ...]
    ) -> Verdict:
        left = list(way)
        parts: list[Part] = []
        passed: Counter[str] = Counter()
        keys: set[str] = set()
        values: set[fmpq] = set()
        earned = on_path = aside = 0
        error: str | None = None
        for claim in found:
            why = _idle(claim, given, keys)
            keys.add(claim.key)
            place = None
            if why is None and claim.true:
                place = next((i for i, w in enumerate(left) if w.is_reached(claim)), None)
                if place is None and claim.value is not None and claim.value in values:
                    why = "repeated"
                if claim.value is not None:
                    values.add(claim.value)
            if why is not None:
                passed[why] += 1
                continue
            if len(parts) == PARTS:
                passed["beyond the limit"] += 1
                continue
            if place is not None:
                del left[place]
                on_path += 1
                if error is None:
                    earned += 1
            elif error is None and claim.true is False:
                error = f"the false claim {one_line(claim.label, 80)!r}"
            elif claim.true:
                aside += 1
                if error is None and aside > self.params.detours:
                    error = f"straying at {one_line(claim.label, 80)!r}"
            parts.append(_part(claim, place is not None))
        listed = aside > 2 * len(way) + self.params.detours
        because = f"{earned} of the reference's {len(way)} values reached"
        if listed:
            because = f"a list of {aside} claims off the path is not a chain of reasoning"
        elif error is not None:
            because += f" before {error}"
        elif not parts:
            because = "no claim that could be checked"
        false = next((p for p in parts if p.details["true"] is False), None)
        return Verdict.judged(
            NAME,
            0.0 if listed else earned / len(way),
            because,
            parts=parts,
            feedback=f"This does not hold: {false.label}" if false is not None else None,
            details={
                "k": len(way),
                "earned": 0 if listed else earned,
                "on_path": on_path,
                "off_path": aside,
                "passed_over": dict(passed),
            },
        )


def _idle(claim: Claim, given: frozenset[str], keys: set[str]) -> str | None:
    """Why a claim takes no part, or None. A false one always does."""
    if claim.true is False:
        return None
    if claim.idle:
        return "trivial"
    if claim.key in given:
        return "in the prompt"
    if claim.key in keys:
        return "repeated"
    return None


def _part(claim: Claim, on_path: bool) -> Part:
    score = None if claim.true is None else float(claim.true and on_path)
    details: dict[str, object] = {"true": claim.true, "on_path": on_path, "kind": claim.kind}
    if claim.value is not None:
        details["value"] = str(claim.value)[:80]
    elif claim.result is not None:
        details["value"] = plain(claim.result, 80)
    return Part(printable(claim.label), score, claim.span, details)


def _text(prompt: str | tuple[Message, ...] | None) -> str:
    if prompt is None or isinstance(prompt, str):
        return prompt or ""
    return "\n".join(message.content for message in prompt)
