"""`Reward`: what a completion is worth, with its receipt."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal, Self, TypeAlias

from assay.errors import VerdictError
from assay.model.frozen import EMPTY, JSON, FrozenDict
from assay.model.verdict import Status, Verdict
from assay.printable import a_type, brief, one_line

RewardStatus: TypeAlias = Literal["scored", "unscored", "invalid"]
_REWARD_STATUSES = frozenset({"scored", "unscored", "invalid"})


@dataclass(frozen=True, slots=True)
class Term:
    """One line of a reward's receipt."""

    verifier: str
    """Empty for what a composer that is not a sum adds or takes, under a key such as ``(gate)``."""
    weight: float
    """As the rubric states it; in a nested rubric, times the weights above it."""
    score: float | None
    """As the composer used it: a missing auxiliary shows what stood in for it."""
    contribution: float | None
    """Its share of the value; None exactly where the reward has no value."""

    def to_json(self) -> dict[str, JSON]:
        """As JSON values."""
        return {
            "verifier": self.verifier,
            "weight": self.weight,
            "score": self.score,
            "contribution": self.contribution,
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Self:
        """The inverse of `to_json`.

        Raises:
            VerdictError: a field is missing or of the wrong type.
        """
        verifier = value.get("verifier") if isinstance(value, Mapping) else None
        if not isinstance(verifier, str):
            raise VerdictError("not a term of a reward: wanted an object with its 'verifier'")
        weight = _number(value.get("weight"), "weight")
        if weight is None:
            raise VerdictError("not a term of a reward: it has no weight")
        return cls(
            verifier,
            weight,
            _number(value.get("score"), "score"),
            _number(value.get("contribution"), "contribution"),
        )


@dataclass(frozen=True, slots=True)
class Reward:
    """What a completion is worth, with its receipt: ``value == math.fsum(contributions)``."""

    value: float | None
    status: RewardStatus
    terms: Mapping[str, Term] = EMPTY
    """Criterion's key -> term; the same keys for every sample of a rubric."""
    verdicts: Mapping[str, Verdict] = EMPTY
    """Criterion's key -> verdict, for the criteria that were run."""
    turns: tuple[float | None, ...] | None = None
    """A value per turn, for turn rubrics."""
    signature: str = ""
    """Same signature, same sample: same reward."""
    error: str | None = None
    """Why the row is `invalid`, or why the reward is `unscored`."""

    def __post_init__(self) -> None:
        value = self.value
        if self.status not in _REWARD_STATUSES:
            raise ValueError(
                f"reward status {brief(self.status)} is not one of scored, unscored, invalid"
            )
        if (value is not None) != (self.status == "scored"):
            raise ValueError(f"reward status {brief(self.status)} does not go with value {value}")
        if value is not None and not math.isfinite(value):
            raise ValueError(f"a reward is a finite number, not {value}")
        if type(self.terms) is not FrozenDict:
            object.__setattr__(self, "terms", FrozenDict(self.terms))
        if type(self.verdicts) is not FrozenDict:
            object.__setattr__(self, "verdicts", FrozenDict(self.verdicts))

    @property
    def faults(self) -> tuple[str, ...]:
        """Keys of the verdicts that crashed or timed out: the verifier's or the machine's doing.

        With one of them a reward can still have a value, in which the rubric has put its worst
        case: count them, and look into them, before such values are trained on.
        """
        return tuple(key for key, v in self.verdicts.items() if v.status in _FAULTS)

    @property
    def seconds(self) -> float:
        """Time of all its verifiers together."""
        return math.fsum(v.seconds for v in self.verdicts.values())

    def to_json(self) -> dict[str, JSON]:
        """The columns that `assay verify` adds to a row."""
        out: dict[str, JSON] = {
            "reward": self.value,
            "status": self.status,
            "terms": {k: t.to_json() for k, t in self.terms.items()},
            "verdicts": {k: v.to_json() for k, v in self.verdicts.items()},
            "signature": self.signature,
        }
        if self.turns is not None:
            out["turns_reward"] = list(self.turns)
        if self.error is not None:
            out["error"] = self.error
        return out

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Self:
        """The inverse of `to_json`; checks everything, since the text may be a stranger's.

        Raises:
            VerdictError: a field is missing, of the wrong type, or contradicts another.
        """
        try:
            turns = value.get("turns_reward")
            found = cls(
                _number(value["reward"], "reward"),
                value["status"],
                {key: Term.from_json(term) for key, term in value["terms"].items()},
                {key: Verdict.from_json(v) for key, v in value["verdicts"].items()},
                None if turns is None else tuple(_number(turn, "turns_reward") for turn in turns),
                value["signature"],
                value.get("error"),
            )
        except VerdictError:
            raise
        except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as err:
            raise VerdictError(f"not a reward: {type(err).__name__}: {err}") from err
        if not isinstance(found.signature, str) or not isinstance(found.error, str | None):
            raise VerdictError("not a reward: its signature and its error must be text")
        return found

    def __repr__(self) -> str:
        """One line: what it is worth, of what; `explain` has the evidence.

        >>> from assay.model import Reward, Term, Verdict
        >>> v = Verdict.judged("math.answer@1", 1.0, "2/4 vs 1/2")
        >>> terms = {"math.answer": Term("math.answer@1", 0.95, 1.0, 0.95)}
        >>> Reward(0.95, "scored", terms, {"math.answer": v}, signature="ab12")
        <Reward 0.95: math.answer 0.95 x 1.0; signature ab12>
        """
        total = self.status if self.value is None else f"{self.value:.6g}"
        noted = [f"{name} {sums.partition(' = ')[0]}" for name, sums in self._sums()]
        if self.value is None and self.error:
            noted = [one_line(self.error.partition("\n")[0], 120)]
        if self.signature:
            noted.append(f"signature {self.signature}")
        return f"<Reward {total}: {'; '.join(noted)}>" if noted else f"<Reward {total}>"

    def _sums(self) -> Iterator[tuple[str, str]]:
        for (key, _), (_, sums, _) in zip(self._shown(), self._lines(), strict=True):
            yield one_line(key, 60), sums

    def _repr_html_(self) -> str:
        """The receipt as a table, for notebooks. Text out of data is escaped."""
        import html  # only notebooks pay for it

        rows = [
            "".join(f"<td style='text-align:left'>{html.escape(cell)}</td>" for cell in line)
            for line in self._lines()
        ]
        total = "none" if self.value is None else f"{self.value:.6g}"
        note = f" ({self.status})" if self.status != "scored" else ""
        noted = f"<p>{html.escape(one_line(self.error))}</p>" if self.error else ""
        signature = html.escape(one_line(self.signature))
        return (
            "<table><thead><tr><th>criterion</th><th>weight x score</th><th>because</th></tr>"
            f"</thead><tbody>{''.join(f'<tr>{row}</tr>' for row in rows)}</tbody></table>"
            f"<p>reward <b>{total}</b>{note}, signature <code>{signature}</code></p>{noted}"
        )

    def explain(self) -> str:
        """The receipt as text: a line per term, then the total and the signature.

        >>> from assay.model import Reward, Term, Verdict
        >>> v = Verdict.judged("math.answer@1", 1.0, "2/4 vs 1/2")
        >>> terms = {"math.answer": Term("math.answer@1", 0.95, 1.0, 0.95)}
        >>> print(Reward(0.95, "scored", terms, {"math.answer": v}, signature="ab12").explain())
        math.answer@1  0.95 x 1.0 = 0.95  2/4 vs 1/2
        reward         0.95               signature ab12
        """
        lines = list(self._lines())
        total = "none" if self.value is None else f"{self.value:.6g}"
        if self.status != "scored":
            total = f"{total} ({self.status})"
        note = f"signature {self.signature}" if self.signature else ""
        lines.append(("reward", total, note))
        if self.error:
            lines.append(("", "", one_line(self.error)))
        left = max(len(row[0]) for row in lines)
        middle = max(len(row[1]) for row in lines)
        return "\n".join(f"{a:<{left}}  {b:<{middle}}  {c}".rstrip() for a, b, c in lines)

    def _shown(self) -> list[tuple[str, Term]]:
        """The terms that say something: a sum in floats can leave an adjustment of next to 0."""
        return [
            (key, term)
            for key, term in self.terms.items()
            if term.verifier or term.contribution is None or abs(term.contribution) >= _ROUNDING
        ]

    def _lines(self) -> Iterator[tuple[str, str, str]]:
        for key, term in self._shown():
            verdict = self.verdicts.get(key)
            if not term.verifier and term.contribution is not None:  # a composer's adjustment
                sums = f"{term.contribution:+.6g}"
            elif term.score is None or term.contribution is None:
                sums = str(verdict.status) if verdict is not None else "not run"
            else:
                sums = f"{term.weight:.6g} x {_short(term.score)} = {term.contribution:.6g}"
                if verdict is not None and verdict.status in _FAULTS:
                    sums += f" ({verdict.status})"
            name = (
                term.verifier
                if key == term.verifier.partition("@")[0]
                else (f"{key} ({term.verifier})" if term.verifier else key)
            )
            yield (
                one_line(name),
                sums,
                one_line(verdict.because, 200) if verdict is not None else "",
            )


def _number(value: Any, what: str) -> float | None:
    """A finite number as a float; None stays None."""
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise VerdictError(f"not a reward: {what} is {a_type(value)}, must be a number")
    number = float(value)
    if not math.isfinite(number):
        raise VerdictError(f"not a reward: {what} is {number}, must be finite")
    return number


_FAULTS = (Status.CRASHED, Status.TIMED_OUT)

_ROUNDING = 1e-12
"""An adjustment below it is not shown; `Reward.value` is the sum all the same."""


def _short(score: float) -> str:
    """``1.0``, ``0.833333``."""
    noted = str(float(score))
    return noted if len(noted) <= 8 else f"{score:.6g}"
