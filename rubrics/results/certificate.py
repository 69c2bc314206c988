"""What was proved, on which assumptions: frozen, JSON-able, printable as a page."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from fractions import Fraction
from typing import Any, Literal, TypeAlias

from assay.model import EMPTY, JSON, FrozenDict, Part, Verdict, thaw
from assay.printable import one_line

Ruling: TypeAlias = Literal["proved", "tie", "refuted", "not_proved"]

ORDER: tuple[Ruling, ...] = ("proved", "tie", "not_proved", "refuted")
"""From best to worst: a rubric with cases is as good as its worst."""


@dataclass(frozen=True, slots=True)
class Witness:
    """Two completions that the rubric ranks the wrong way round, or ties: their scores."""

    correct: Mapping[str, Fraction]
    """Criterion's key -> score of the correct completion that is paid least."""
    wrong: Mapping[str, Fraction]
    """The same of the wrong completion that is paid most."""
    rewards: tuple[Fraction, Fraction]
    """What each is worth, exactly: the correct one's first."""

    def verdicts(self, which: Literal["correct", "wrong"], parts: int = 1) -> dict[str, Verdict]:
        """Verdicts with these scores, for `Rubric.compose`.

        Args:
            which: Of which completion.
            parts: How many parts each verdict has, for a rubric that aggregates steps.
        """
        scores = self.correct if which == "correct" else self.wrong
        found: dict[str, Verdict] = {}
        for key, score in scores.items():
            if key.rpartition("/")[2].startswith("("):  # the weight of a step: no verdict
                continue
            worth, count = float(score), parts
            if worth > 1.0:  # a count of faults
                worth, count = 0.0, math.ceil(score)
            steps = [Part(f"step {i + 1}", worth) for i in range(count)]
            why = f"the {which} completion of the witness"
            found[key] = Verdict.judged(key, worth, why, parts=steps)
        return found


@dataclass(frozen=True, slots=True)
class KLFloor:
    """What a KL-regularised optimum is left with, over prompts: P >= p0 e^(M/b) / (...)."""

    beta: float
    prompts: int
    mean: float
    """Of the floors, not the floor of a mean."""
    lowest: float
    hopeless: int
    """Prompts that are never solved at the start, for which no reward gives a floor."""


@dataclass(frozen=True, slots=True)
class Noise:
    """The margin where the key's verifier errs at random."""

    false_positive: Fraction
    false_negative: Fraction
    noted: str
    """The rates as given, or the interval they are the upper end of."""
    margin: Fraction
    """Expected reward of the correct completion paid least, less the wrong one's paid most."""

    @property
    def youden(self) -> Fraction:
        """J = 1 - FP - FN; below 0 the gradient points the wrong way."""
        return 1 - self.false_positive - self.false_negative


@dataclass(frozen=True, slots=True)
class CastCheck:
    """Whether the rewards keep their order in a narrower float."""

    dtype: str
    separated: bool
    """The correct completion paid least is still above the wrong one paid most."""
    corners: int
    """Corners looked at; 0: too many to list, only `separated` was checked."""
    ordered: bool
    """All corners whose rewards differ still differ, in the same order."""
    collision: str = ""
    """The first two rewards that do not."""


@dataclass(frozen=True, slots=True)
class CaseCertificate:
    """What is known of one case of a rubric (of the whole, where it has no switch)."""

    case: str
    """Path of the case; empty where there is but one."""
    ruling: Ruling
    key: str
    how: str
    """``corners``, ``every combination``, ``linear programme``, ``z3``, ``search`` or
    ``structure``."""
    margin: Fraction | None = None
    """Worst correct less best wrong; None where it is not known."""
    bound: bool = False
    """The margin is a lower bound, not the margin itself."""
    correct: tuple[Fraction, Fraction] | None = None
    """Lowest and highest reward of correct completions."""
    wrong: tuple[Fraction, Fraction] | None = None
    """The same of wrong ones."""
    witness: Witness | None = None
    price: Fraction | None = None
    """How much of the pass rate an optimum of this reward can give away, at most."""
    kl_floor: KLFloor | None = None
    noise: Noise | None = None
    casts: tuple[CastCheck, ...] = ()
    trials: int = 0
    """Points searched, where nothing could be proved."""
    edit: str = ""
    """The smallest change that would prove it."""
    because: str = ""
    assumptions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Certificate:
    """What `prove` found. Holds for the rubric, verifiers and params of its signature only."""

    title: str
    signature: str
    cases: tuple[CaseCertificate, ...]
    given: tuple[str, ...] = ()
    shaping: str = ""
    """For `turns`: why the shaping leaves the order of trajectories alone, or does not."""

    @property
    def worst(self) -> CaseCertificate:
        """The case that decides."""
        return max(
            self.cases,
            key=lambda c: (ORDER.index(c.ruling), -c.margin if c.margin is not None else 0),
        )

    @property
    def verdict(self) -> Ruling:
        """``proved``, ``tie``, ``refuted`` or ``not_proved``: the worst of the cases."""
        return self.worst.ruling

    @property
    def margin(self) -> Fraction | None:
        """The smallest of the cases; None where one is not known."""
        margins = [c.margin for c in self.cases]
        known = [m for m in margins if m is not None]
        return min(known) if len(known) == len(margins) else None

    @property
    def witness(self) -> Witness | None:
        """Of the case that decides."""
        return self.worst.witness

    @property
    def price(self) -> Fraction | None:
        """The highest of the cases."""
        known = [c.price for c in self.cases if c.price is not None]
        return max(known) if len(known) == len(self.cases) else None

    @property
    def kl_floor(self) -> KLFloor | None:
        """Of the case that decides."""
        return self.worst.kl_floor

    @property
    def noise(self) -> Noise | None:
        """Of the case that decides."""
        return self.worst.noise

    @property
    def casts(self) -> tuple[CastCheck, ...]:
        """Of the case that decides."""
        return self.worst.casts

    @property
    def edit(self) -> str:
        """Of the case that decides."""
        return self.worst.edit

    @property
    def trials(self) -> int:
        """Points searched, over all cases."""
        return sum(c.trials for c in self.cases)

    @property
    def assumptions(self) -> tuple[str, ...]:
        """Of all cases, each once."""
        return tuple(dict.fromkeys(a for c in self.cases for a in c.assumptions))

    def to_json(self) -> dict[str, JSON]:
        """As JSON values; fractions as text such as ``"2/5"``."""
        return {
            "verdict": self.verdict,
            "margin": _json(self.margin),
            "title": self.title,
            "signature": self.signature,
            "given": list(self.given),
            "shaping": self.shaping,
            "cases": [_json(c) for c in self.cases],
        }

    def __str__(self) -> str:
        """The page a reviewer reads."""
        lines = [f"{one_line(self.title)}: {TITLES[self.verdict]}"]
        if self.given:
            lines.append(f"given        {'; '.join(self.given)}")
        if self.shaping:
            lines.append(f"turns        {self.shaping}")
        for outcome in self.cases:
            if len(self.cases) > 1:
                lines += ["", f"case {one_line(outcome.case)}: {TITLES[outcome.ruling]}"]
            lines += _page(outcome)
        if self.assumptions:
            lines += ["", "on the assumptions"]
            lines += [f"  - {one_line(text)}" for text in self.assumptions]
        lines += ["", f"signature {self.signature}"]
        return "\n".join(lines)


TITLES: Mapping[Ruling, str] = {
    "proved": "proved - every correct completion is paid more than every wrong one",
    "tie": "tie - a wrong completion can be paid as much as a correct one",
    "refuted": "refuted - a wrong completion can be paid more than a correct one",
    "not_proved": "not proved",
}


def _page(outcome: CaseCertificate) -> list[str]:
    rows: list[tuple[str, str]] = [("key", outcome.key)]
    if outcome.margin is not None:
        at_least = "at least " if outcome.bound else ""
        rows.append(("margin", f"{at_least}{shown(outcome.margin)} ({outcome.how})"))
    else:
        rows.append(("margin", f"unknown ({outcome.how})"))
    if outcome.because:
        rows.append(("because", outcome.because))
    if outcome.trials:
        rows.append(("searched", f"{outcome.trials} points, no proof"))
    for name, band in (("correct", outcome.correct), ("wrong", outcome.wrong)):
        if band is not None:
            rows.append((name, f"paid {shown(band[0])} to {shown(band[1])}"))
    if outcome.witness is not None:
        for name, scores, reward in zip(
            ("correct", "wrong"),
            (outcome.witness.correct, outcome.witness.wrong),
            outcome.witness.rewards,
            strict=True,
        ):
            noted = ", ".join(f"{k} {shown(v)}" for k, v in scores.items())
            rows.append(("witness", f"{name}: {noted}; paid {shown(reward)}"))
    if outcome.price is not None:
        noted = "an optimum gives nothing of the pass rate away"
        if outcome.price:
            noted = f"an optimum can give away at most {float(outcome.price):.0%} of the pass rate"
        rows.append(("price", noted))
    floor = outcome.kl_floor
    if floor is not None:
        rows.append(
            (
                "KL floor",
                f"beta {floor.beta:g}: correct at least {floor.mean:.4g} on average over "
                f"{floor.prompts} prompts, lowest {floor.lowest:.4g}, "
                f"{floor.hopeless} of them never solved at the start",
            )
        )
    noise = outcome.noise
    if noise is not None:
        rows.append(
            ("noise", f"{noise.noted}: J {shown(noise.youden)}, margin {shown(noise.margin)}")
        )
    for check in outcome.casts:
        if check.corners:
            kept = "strictly ordered" if check.ordered else f"not ordered: {check.collision}"
            noted = f"{check.corners} corners {kept}"
        else:
            noted = "too many corners to list"
        apart = "separated" if check.separated else "not separated"
        rows.append((check.dtype, f"correct and wrong {apart}; {noted}"))
    if outcome.edit:
        rows.append(("to prove it", outcome.edit))
    return [f"{name:<12} {one_line(text)}" for name, text in rows]


def shown(value: Fraction) -> str:
    """A fraction as a reader wants it: a short decimal if it is one, else both.

    >>> shown(Fraction(2, 5)), shown(Fraction(1, 3)), shown(Fraction(-1))
    ('0.4', '1/3 (0.333333)', '-1')
    """
    if value.denominator == 1:
        return str(value.numerator)
    short = f"{float(value):.12g}"
    if "e" not in short and Fraction(short) == value:
        return short
    if value.denominator > 10**6:
        return f"{float(value):.6g}"
    return f"{value} ({float(value):.6g})"


def _json(value: Any) -> Any:
    return thaw(value, _plain)


def _plain(value: Any) -> Any:
    if isinstance(value, Fraction):
        return str(value)
    if hasattr(value, "__dataclass_fields__"):
        return {f.name: _json(getattr(value, f.name)) for f in fields(value)}
    return value


def frozen(scores: Mapping[str, Fraction]) -> Mapping[str, Fraction]:
    """Scores that no caller can change."""
    return FrozenDict(scores) if scores else EMPTY


__all__: Sequence[str] = [
    "CaseCertificate",
    "CastCheck",
    "Certificate",
    "KLFloor",
    "Noise",
    "Witness",
]
