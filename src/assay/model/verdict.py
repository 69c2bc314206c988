"""`Verdict`: what one verifier found, with its evidence."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Self

from assay.arguments import is_number
from assay.errors import SampleError, VerdictError
from assay.model.frozen import EMPTY, JSON, FrozenDict, freeze
from assay.printable import a_type, brief

DETAILS_BYTES = 16_384
"""Cap of `Verdict.details` as JSON text. What is longer is replaced by a note of its size."""

TEXT_CHARS = 8_192
"""Cap of `because` and `feedback`: evidence, not an archive."""


class Status(StrEnum):
    """Whether the verifier could tell. Only `JUDGED` has a score."""

    JUDGED = "judged"
    """The verifier can tell, or the completion itself is at fault (score 0)."""
    UNDECIDED = "undecided"
    """The reference or the verifier's own limit is in the way, not the completion."""
    NOT_APPLICABLE = "not_applicable"
    """This sample has nothing for the verifier to judge."""
    TIMED_OUT = "timed_out"
    """The machine starved it, twice; or the call's budget ran out before it."""
    CRASHED = "crashed"
    """A bug of ours, of the plugin, of the machine; the traceback is in `details`."""


_STATUSES = {str(s): s for s in Status}


@dataclass(frozen=True, slots=True)
class Part:
    """One piece of the evidence: a step, a test case, a finding."""

    label: str
    score: float | None = None
    """In [0, 1], or None where the piece could not be checked."""
    span: tuple[int, int] | None = None
    """Start and end in the completion's text, in characters."""
    details: Mapping[str, JSON] = EMPTY

    def __post_init__(self) -> None:
        put = object.__setattr__
        label = self.label
        if type(label) is not str or len(label) > TEXT_CHARS:
            put(self, "label", _sentence(label, "a part's label"))
        if self.score is not None:
            put(self, "score", unit_score(self.score, f"part {brief(label)}"))
        if self.span is not None:
            put(self, "span", _span(self.span, label))
        if self.details is not EMPTY:
            put(self, "details", _capped(self.details))

    def to_json(self) -> dict[str, JSON]:
        """As JSON values, defaults left out."""
        out: dict[str, JSON] = {"label": self.label, "score": self.score}
        if self.span is not None:
            out["span"] = list(self.span)
        if self.details:
            out["details"] = self.details
        return out

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Self:
        """The inverse of `to_json`."""
        span = value.get("span")
        return cls(
            str(value["label"]),
            value.get("score"),
            span,  # a list still; checked as it is built
            value.get("details", EMPTY),
        )


def unit_score(score: Any, what: str) -> float:
    """`score` as a float, if it is a number in [0, 1].

    Raises:
        VerdictError: NaN, infinite, out of range, or no number. Never clipped.
    """
    if not isinstance(score, int | float):
        convert = getattr(score, "item", None) or getattr(score, "__float__", None)
        try:
            number = convert() if callable(convert) else None
        except Exception:  # an array of several, a tensor without a value
            number = None
        if not isinstance(number, int | float):
            raise VerdictError(f"{what}: score is {a_type(score)}, must be a number")
        score = number
    if not 0.0 <= score <= 1.0:  # also catches NaN
        shown = score if isinstance(score, float) or abs(score) < 10**20 else "a giant integer"
        raise VerdictError(f"{what}: score is {shown}, must lie in [0, 1]")
    return float.__float__(score) if isinstance(score, float) else float(score)


@dataclass(frozen=True, slots=True)
class Verdict:
    """One verifier's finding on one completion.

    Build it with `judged`, `undecided`, `not_applicable` or `crashed`, which name the state.

    Raises:
        VerdictError: a score without `judged` or the reverse, or a score outside [0, 1].
    """

    verifier: str
    """Registered name with version, e.g. ``math.answer@1``."""
    status: Status
    """Read this before `score`."""
    score: float | None = None
    """0 is wrong, 1 is right, None is "could not tell". Never NaN."""
    because: str = ""
    """One sentence for whoever audits this reward a month from now."""
    parts: tuple[Part, ...] = ()
    feedback: str | None = None
    """The only text meant for the model's next turn; never holds a hidden expected value."""
    details: Mapping[str, JSON] = EMPTY
    seconds: float = field(default=0.0, compare=False)
    """Time the verifier took; not part of equality."""

    def __post_init__(self) -> None:
        put = object.__setattr__
        if type(self.verifier) is not str:
            raise VerdictError(f"a verdict's verifier is {brief(self.verifier)}; wanted its name")
        if type(self.status) is not Status:
            status = _STATUSES.get(self.status) if isinstance(self.status, str) else None
            if status is None:
                raise VerdictError(
                    f"{self.verifier}: status {brief(self.status)} is not one of "
                    f"{', '.join(_STATUSES)}"
                )
            put(self, "status", status)
        score = self.score
        if (score is not None) != (self.status is Status.JUDGED):
            raise VerdictError(
                f"{self.verifier}: status {self.status} does not go with score {brief(score)}"
            )
        if score is not None and not (type(score) is float and 0.0 <= score <= 1.0):
            put(self, "score", unit_score(score, self.verifier))
        if type(self.because) is not str or len(self.because) > TEXT_CHARS:
            put(self, "because", _sentence(self.because, f"{self.verifier}: because"))
        feedback = self.feedback
        if feedback is not None and (type(feedback) is not str or len(feedback) > TEXT_CHARS):
            put(self, "feedback", _sentence(feedback, f"{self.verifier}: feedback"))
        if type(self.parts) is not tuple or self.parts:
            put(self, "parts", _parts(self.parts, self.verifier))
        if self.details is not EMPTY:
            put(self, "details", _capped(self.details))
        if type(self.seconds) is not float or not 0.0 <= self.seconds < math.inf:
            put(self, "seconds", _seconds(self.seconds, self.verifier))

    @classmethod
    def judged(
        cls,
        verifier: str,
        score: float,
        because: str,
        *,
        parts: Sequence[Part] = (),
        feedback: str | None = None,
        details: Mapping[str, JSON] = EMPTY,
    ) -> Self:
        """The verifier can tell: `score` in [0, 1]."""
        return cls(verifier, Status.JUDGED, score, because, parts, feedback, details)  # type: ignore[arg-type]

    @classmethod
    def undecided(cls, verifier: str, because: str, *, details: Mapping[str, JSON] = EMPTY) -> Self:
        """The reference, or the verifier's own limit, is in the way; not the completion."""
        return cls(verifier, Status.UNDECIDED, None, because, details=details)

    @classmethod
    def not_applicable(
        cls, verifier: str, because: str, *, details: Mapping[str, JSON] = EMPTY
    ) -> Self:
        """This sample has nothing for the verifier to judge."""
        return cls(verifier, Status.NOT_APPLICABLE, None, because, details=details)

    @classmethod
    def timed_out(cls, verifier: str, because: str, *, details: Mapping[str, JSON] = EMPTY) -> Self:
        """The machine, not the completion, kept the verifier from finishing."""
        return cls(verifier, Status.TIMED_OUT, None, because, details=details)

    @classmethod
    def crashed(cls, verifier: str, because: str, *, details: Mapping[str, JSON] = EMPTY) -> Self:
        """A bug or a broken machine; put the traceback into `details`."""
        return cls(verifier, Status.CRASHED, None, because, details=details)

    @property
    def by_machine(self) -> bool:
        """Whether it crashed for want of disk, descriptors or the like, which no completion causes.

        The engine finds that out; a verifier that reports a crash itself says so in its details
        by ``"cause": "machine"``.
        """
        return self.status is Status.CRASHED and self.details.get("cause") == "machine"

    def named(self, verifier: str, seconds: float) -> Verdict:
        """The same finding under the verifier's full name, with the time that it took."""
        if type(self) is not Verdict or type(verifier) is not str or type(seconds) is not float:
            return Verdict(verifier, self.status, self.score, self.because, self.parts,
                           self.feedback, self.details, seconds)  # fmt: skip
        copy = object.__new__(Verdict)  # all of it was checked when it was made, and is frozen
        put = object.__setattr__
        put(copy, "verifier", verifier)
        put(copy, "status", self.status)
        put(copy, "score", self.score)
        put(copy, "because", self.because)
        put(copy, "parts", self.parts)
        put(copy, "feedback", self.feedback)
        put(copy, "details", self.details)
        put(copy, "seconds", seconds)
        return copy

    def to_json(self) -> dict[str, JSON]:
        """As JSON values; empty `parts`, `feedback` and `details` are left out."""
        out: dict[str, JSON] = {
            "verifier": self.verifier,
            "status": str(self.status),
            "score": self.score,
            "because": self.because,
        }
        if self.parts:
            out["parts"] = [p.to_json() for p in self.parts]
        if self.feedback is not None:
            out["feedback"] = self.feedback
        if self.details:
            out["details"] = self.details
        out["seconds"] = round(self.seconds, 6)
        return out

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Self:
        """The inverse of `to_json`; checks everything, since the text may be a stranger's.

        Raises:
            VerdictError: a field is missing, of the wrong type, or contradicts another.
        """
        try:
            feedback = value.get("feedback")
            return cls(
                _str(value["verifier"]),
                value["status"],
                value.get("score"),
                _str(value.get("because", "")),
                tuple(Part.from_json(p) for p in value.get("parts", ())),
                _str(feedback) if feedback is not None else None,
                value.get("details", EMPTY),
                _seconds(value.get("seconds", 0.0), "verdict"),
            )
        except VerdictError:
            raise
        except (KeyError, TypeError, ValueError, AttributeError) as err:
            raise VerdictError(f"not a verdict: {type(err).__name__}: {err}") from err


def _str(value: Any) -> str:
    if not isinstance(value, str):
        raise VerdictError(f"not a verdict: wanted text, got {a_type(value)}")
    return value


def _sentence(text: Any, what: str) -> str:
    if not isinstance(text, str):
        raise VerdictError(f"{what} is {a_type(text)}; wanted text")
    return str.__str__(text) if len(text) <= TEXT_CHARS else text[:TEXT_CHARS] + "..."


def _span(span: Any, label: str) -> tuple[int, int]:
    try:
        start, end = (int(x.__index__()) for x in span)
    except (TypeError, ValueError, AttributeError):
        start, end = -1, -1
    if not 0 <= start <= end:
        raise VerdictError(f"part {brief(label)}: span is {brief(span)}, must be (start, end)")
    return start, end


def _parts(parts: Any, verifier: str) -> tuple[Part, ...]:
    if not isinstance(parts, Iterable):
        raise VerdictError(f"{verifier}: parts is {a_type(parts)}; wanted a list")
    checked: tuple[Part, ...] = tuple(parts)
    for part in checked:
        if not isinstance(part, Part):
            raise VerdictError(f"{verifier}: a part is {a_type(part)}; wanted a Part")
    return checked


def _seconds(seconds: Any, what: str) -> float:
    if is_number(seconds) and 0.0 <= seconds < math.inf:
        return float(seconds)
    raise VerdictError(f"{what}: seconds is {brief(seconds)}, must be a time from 0 on")


def _is_small(details: FrozenDict) -> bool:
    """Whether it holds a few short texts and nothing else, as most do."""
    chars = 0
    for name, value in details.items():
        if type(value) is not str or type(name) is not str:
            return False
        chars += len(name) + len(value) + 6
    return chars * 12 <= DETAILS_BYTES  # a character may take as many bytes in JSON


def _capped(details: Any) -> FrozenDict:
    if type(details) is FrozenDict and _is_small(details):
        return details
    if not isinstance(details, Mapping):
        raise VerdictError(f"details is {a_type(details)}; wanted a mapping")
    try:
        frozen: FrozenDict = freeze(details, "details")
    except SampleError as err:
        raise VerdictError(str(err)) from err
    if _size(frozen) * 12 > DETAILS_BYTES:  # a character may take as many bytes in JSON
        size = len(json.dumps(frozen))
        if size > DETAILS_BYTES:
            kept = [(k, v) for k, v in frozen.items() if len(json.dumps({k: v})) <= 1000]
            return FrozenDict({**dict(kept[:16]), "dropped_bytes": size})
    return frozen


def _size(value: Any, where: str = "details") -> int:
    """About the characters of `value` as JSON; cheap, since most details hold a word or two.

    Raises:
        VerdictError: something that is not JSON.
    """
    if isinstance(value, str):
        return len(value) + 2
    if isinstance(value, Mapping):
        return 2 + sum(len(k) + 4 + _size(v, k) for k, v in value.items())
    if isinstance(value, tuple):
        return 2 + sum(_size(v, where) + 1 for v in value)
    if isinstance(value, int):
        if value.bit_length() > 4096:  # Python refuses to write longer ones
            raise VerdictError(f"details: {where!r} is an integer of {value.bit_length()} bits")
        return 20
    if value is None or (isinstance(value, float) and math.isfinite(value)):
        return 20
    raise VerdictError(f"details: {where!r} is {brief(value)}, which is not valid JSON")
