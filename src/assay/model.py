"""The data that everything passes around: `Sample`, `Verdict`, `Reward` and their parts.

Frozen all the way down, JSON-safe, picklable, and cheap: slotted dataclasses, since a step of
training builds tens of thousands of them. Impossible states do not build.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from enum import StrEnum
from typing import Any, Literal, NoReturn, Self, TypeAlias

from assay.errors import SampleError, VerdictError, nearest
from assay.printable import printable

JSON: TypeAlias = Any
"""What `json.dumps` takes; lists may be tuples and dicts may be frozen."""

Reference: TypeAlias = str | int | float
"""One reference answer."""

DETAILS_BYTES = 16_384
"""Cap of `Verdict.details` as JSON text. What is longer is replaced by a note of its size."""

TEXT_CHARS = 8_192
"""Cap of `because` and `feedback`: evidence, not an archive."""


class FrozenDict(dict[str, Any]):
    """A dict that refuses changes; still a dict to `json`, `pickle` and `==`."""

    __slots__ = ()

    def _refuse(self, *_: object, **__: object) -> NoReturn:
        raise TypeError("this mapping is frozen; copy it with dict(...) to change it")

    __setitem__ = __delitem__ = clear = pop = popitem = setdefault = update = _refuse
    __ior__ = _refuse

    def __hash__(self) -> int:  # type: ignore[override]
        return hash(frozenset(self.items()))

    def __reduce__(self) -> tuple[type[FrozenDict], tuple[dict[str, Any]]]:
        return FrozenDict, (dict(self),)

    def __copy__(self) -> FrozenDict:
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> FrozenDict:
        return self


EMPTY = FrozenDict()


def freeze(value: Any, where: str = "value", _depth: int = 0) -> Any:
    """`value` with every dict and list in it frozen; numpy scalars and arrays become Python's.

    Raises:
        SampleError: something that can change and is no JSON (a set, an open file), a key that
            is no text, or nesting deeper than 200; names the place.
    """
    if value is None or isinstance(value, str | int | float | bool | bytes):
        return value
    if _depth > 200:
        raise SampleError(f"{where[:80]}... is nested deeper than 200 levels")
    if isinstance(value, FrozenDict):
        return value
    if isinstance(value, Mapping):
        for key in value:
            if not isinstance(key, str):
                raise SampleError(f"{where} has the key {key!r}; keys must be text")
        return FrozenDict({k: freeze(v, f"{where}.{k}", _depth + 1) for k, v in value.items()})
    if isinstance(value, list | tuple):
        return tuple(freeze(v, f"{where}[{i}]", _depth + 1) for i, v in enumerate(value))
    for method in ("tolist", "item"):  # numpy arrays and scalars, torch tensors
        convert = getattr(value, method, None)
        if callable(convert):
            return freeze(convert(), where, _depth + 1)
    try:
        hash(value)
    except TypeError:
        raise SampleError(f"{where} is a {type(value).__name__}; use JSON values") from None
    return value


# -- samples ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Message:
    """One chat message. Content given as parts keeps its text parts, joined."""

    role: str
    content: str
    reasoning: str | None = None
    """Reasoning that the server delivered beside the content (``reasoning_content``)."""

    @classmethod
    def of(cls, value: Any, where: str = "message") -> Message:
        """A message from a chat-completion dict; a missing content (a tool call) is empty text.

        Raises:
            SampleError: not a message, or content that is neither text nor parts.
        """
        if isinstance(value, Message):
            return value
        if not isinstance(value, Mapping):
            raise SampleError(
                f"{where} is a {type(value).__name__}; "
                'wanted a chat message such as {"role": "assistant", "content": "..."}'
            )
        role = value.get("role", "assistant")
        if not isinstance(role, str):
            raise SampleError(f"{where}.role is {role!r}, must be text such as 'assistant'")
        reasoning = value.get("reasoning_content", value.get("reasoning"))
        if reasoning is not None and not isinstance(reasoning, str):
            raise SampleError(f"{where}.reasoning_content is no text")
        return cls(role, _content(value.get("content"), f"{where}.content"), reasoning)


def _content(content: Any, where: str) -> str:
    if content is None:
        return ""
    if isinstance(content, str):
        return content
    if isinstance(content, list | tuple):
        texts = []
        for i, part in enumerate(content):
            text = part.get("text") if isinstance(part, Mapping) else part
            if isinstance(text, str):
                texts.append(text)
            elif not isinstance(part, Mapping):
                raise SampleError(f"{where}[{i}] is a {type(part).__name__}; wanted a part or text")
        return "".join(texts)
    raise SampleError(f"{where} is a {type(content).__name__}; wanted text or a list of parts")


Text: TypeAlias = str | tuple[Message, ...]
"""Plain text, or a chat."""


def _text(value: Any, where: str) -> Text:
    if isinstance(value, str):
        return value
    if isinstance(value, Message | Mapping):
        return (Message.of(value, where),)
    if isinstance(value, list | tuple):
        if not value:
            raise SampleError(f"{where} is an empty list; wanted text or chat messages")
        return tuple(Message.of(m, f"{where}[{i}]") for i, m in enumerate(value))
    raise SampleError(f"{where} is a {type(value).__name__}; wanted text or chat messages")


_OPEN = re.compile(r"<(think|thinking|reasoning)>", re.IGNORECASE)
_CLOSE = re.compile(r"</(think|thinking|reasoning)>", re.IGNORECASE)


def split_reasoning(text: str) -> tuple[str | None, str]:
    """`text` as (reasoning or None, answer); linear in its length.

    What follows the last closing tag is the answer; a lone ``</think>``, whose opening tag stood
    in the prompt, counts. A block that is never closed (a truncated completion) is reasoning
    through to the end.

    >>> split_reasoning("<think>2+2</think> 4")
    ('2+2', ' 4')
    >>> split_reasoning("2+2</think> 4")
    ('2+2', ' 4')
    >>> split_reasoning("4")
    (None, '4')
    """
    if "<" not in text:
        return None, text
    close: re.Match[str] | None = None
    for found in _CLOSE.finditer(text):
        close = found
    start = _OPEN.search(text)
    if close is not None:
        begin = start.end() if start is not None and start.end() <= close.start() else 0
        prefix = text[: start.start()] if begin and start is not None else ""
        return text[begin : close.start()], prefix + text[close.end() :]
    if start is not None:
        return text[start.end() :], text[: start.start()]
    return None, text


@dataclass(frozen=True, slots=True)
class Turn:
    """One turn of a multi-turn completion, with what the environment answered, if anything."""

    completion: Text
    feedback: str | None = None

    @classmethod
    def of(cls, value: Any, where: str = "turn") -> Turn:
        """A turn from text, a dict with `completion` and optional `feedback`, or a turn."""
        if isinstance(value, Turn):
            return value
        if isinstance(value, str):
            return cls(value)
        if not isinstance(value, Mapping) or "completion" not in value:
            raise SampleError(f'{where} must be text or {{"completion": ..., "feedback": ...}}')
        feedback = value.get("feedback")
        if feedback is not None and not isinstance(feedback, str):
            raise SampleError(f"{where}.feedback is a {type(feedback).__name__}; wanted text")
        return cls(_text(value["completion"], f"{where}.completion"), feedback)


@dataclass(frozen=True, slots=True)
class Sample:
    """One completion, and what is known of the task it answers. Frozen, deeply.

    Raises:
        SampleError: a field of the wrong type; names the field, what was got and what was wanted.
    """

    completion: Text
    """The model's text, or chat messages (dicts or `Message`), of which the assistant's count."""
    reference: Reference | tuple[Reference, ...] | None = None
    """The right answer; several: any of them is right."""
    prompt: Text | None = None
    tests: JSON = None
    """Tests of a program, as a mapping or as the same in JSON text."""
    steps: tuple[JSON, ...] | None = None
    """Steps of the reasoning, where the data set brings them: texts, or scores in [0, 1]."""
    turns: tuple[Turn, ...] | None = None
    n_tokens: int | None = None
    """Length of the completion in tokens."""
    finish_reason: str | None = None
    """As the server told it: ``stop``, ``length``, ..."""
    step: int | None = None
    """Step of training, from 0."""
    label: JSON = None
    """What is known to be true of the completion; never read by a verifier."""
    prompt_id: str | None = None
    group_id: str | None = None
    """Samples of one group are compared with each other (GRPO)."""
    info: Mapping[str, JSON] = EMPTY
    """Every other column of the row."""

    def __post_init__(self) -> None:
        put = object.__setattr__
        if type(self.completion) is not str:
            put(self, "completion", _text(self.completion, "completion"))
        if self.reference is not None and type(self.reference) is not str:
            put(self, "reference", _reference(self.reference))
        if self.prompt is not None and type(self.prompt) is not str:
            put(self, "prompt", _text(self.prompt, "prompt"))
        if self.tests is not None and type(self.tests) is not str:
            put(self, "tests", freeze(self.tests, "tests"))
        if self.steps is not None:
            if isinstance(self.steps, str) or not isinstance(self.steps, Sequence):
                raise SampleError(f"steps is a {type(self.steps).__name__}; wanted a list")
            put(self, "steps", freeze(tuple(self.steps), "steps"))
        if self.turns is not None:
            if isinstance(self.turns, str) or not isinstance(self.turns, Sequence):
                raise SampleError(f"turns is a {type(self.turns).__name__}; wanted a list")
            put(self, "turns", tuple(Turn.of(t, f"turns[{i}]") for i, t in enumerate(self.turns)))
        if self.n_tokens is not None:
            put(self, "n_tokens", _count(self.n_tokens, "n_tokens"))
        if self.step is not None:
            put(self, "step", _count(self.step, "step"))
        if self.finish_reason is not None and not isinstance(self.finish_reason, str):
            raise SampleError(f"finish_reason is {self.finish_reason!r}; wanted text")
        for name in ("prompt_id", "group_id"):
            value = getattr(self, name)
            if value is not None and type(value) is not str:
                put(self, name, str(value))
        if self.label is not None:
            put(self, "label", freeze(self.label, "label"))
        if self.info is not EMPTY:
            if not isinstance(self.info, Mapping):
                raise SampleError(f"info is a {type(self.info).__name__}; wanted a mapping")
            put(self, "info", freeze(self.info, "info"))

    @classmethod
    def from_row(cls, row: Mapping[str, Any], columns: Mapping[str, str] = EMPTY) -> Self:
        """A sample from a row of a data set; columns it does not know land in `info`.

        Args:
            row: One row, such as a line of JSONL.
            columns: Field of `Sample` -> name of the column that holds it, where they differ.

        Raises:
            SampleError: no completion, a field of the wrong type, an unknown field in `columns`.
        """
        for mapped in columns:
            if mapped not in SAMPLE_FIELDS:
                raise SampleError(
                    f"no field {mapped!r} to map a column to{nearest(mapped, SAMPLE_FIELDS)}"
                    f"\nfields: {', '.join(SAMPLE_FIELDS)}"
                )
        if not isinstance(row, Mapping):
            raise SampleError(f"a row must be an object, got {type(row).__name__}")
        source = {column: name for name, column in columns.items()}
        given: dict[str, Any] = {}
        extra: dict[str, Any] = {}
        for column, value in row.items():
            name: str | None = source.get(column)
            if name is None and column in SAMPLE_FIELDS and column not in columns:
                name = column
            if name is None:
                extra[column] = value
            elif name == "info" and isinstance(value, Mapping):
                extra.update(value)
            else:
                given[name] = value
        if given.get("completion") is None:
            column = columns.get("completion", "completion")
            raise SampleError(
                f"no {column!r} in the row{nearest(column, row)}"
                "\nfix: name the column that holds the model's text, e.g. --map completion=response"
            )
        return cls(**given, info=extra)

    @property
    def text(self) -> str:
        """The whole completion as text, reasoning included; of a chat, the assistant's part."""
        if isinstance(self.completion, str):
            return self.completion
        spoken = [m for m in self.completion if m.role == "assistant"] or self.completion
        last = spoken[-1]
        if last.reasoning is not None:
            return f"<think>{last.reasoning}</think>{last.content}"
        return last.content

    @property
    def answer(self) -> str:
        """The completion without its reasoning block."""
        return split_reasoning(self.text)[1]

    @property
    def reasoning(self) -> str | None:
        """The reasoning block, or None where there is none."""
        return split_reasoning(self.text)[0]

    def only(self, names: frozenset[str]) -> Sample:
        """This sample with every field outside `names` (and `completion`) back at its default."""
        drop: dict[str, Any] = {
            name: default
            for name, default in _DEFAULTS
            if name not in names and getattr(self, name) is not default
        }
        return replace(self, **drop) if drop else self

    def at_step(self, step: int) -> Sample:
        """This sample, seen at that step of training."""
        return replace(self, step=step)

    def to_json(self) -> dict[str, JSON]:
        """The fields that differ from their default, as JSON values. `from_row` reads it back."""
        out: dict[str, JSON] = {"completion": _plain(self.completion)}
        for name, default in _DEFAULTS:
            value = getattr(self, name)
            if value is not default:
                out[name] = _plain(value)
        return out


SAMPLE_FIELDS: tuple[str, ...] = tuple(f.name for f in fields(Sample))
_DEFAULTS = tuple((f.name, f.default) for f in fields(Sample) if f.name != "completion")


def _plain(value: Any) -> JSON:
    """Messages and turns as dicts; everything else as it is."""
    if isinstance(value, tuple):
        return [_plain(v) for v in value]
    if isinstance(value, Message):
        out = {"role": value.role, "content": value.content}
        if value.reasoning is not None:
            out["reasoning_content"] = value.reasoning
        return out
    if isinstance(value, Turn):
        turn: dict[str, JSON] = {"completion": _plain(value.completion)}
        if value.feedback is not None:
            turn["feedback"] = value.feedback
        return turn
    return value


def _reference(value: Any) -> Reference | tuple[Reference, ...]:
    if isinstance(value, list | tuple):
        if not value:
            raise SampleError("reference is an empty list; wanted at least one right answer")
        return tuple(_one_reference(v, f"reference[{i}]") for i, v in enumerate(value))
    return _one_reference(value, "reference")


def _one_reference(value: Any, where: str) -> Reference:
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        raise SampleError(f"{where} is {value}; wanted text or a number, e.g. {str(value)!r}")
    if isinstance(value, int):
        return value
    if isinstance(value, float):
        if not math.isfinite(value):
            raise SampleError(f"{where} is {value}; wanted a finite number or text")
        return value
    convert = getattr(value, "item", None)  # a numpy scalar
    if callable(convert):
        return _one_reference(convert(), where)
    raise SampleError(
        f"{where} is a {type(value).__name__}; wanted text, a number, or a list of them"
    )


def _count(value: Any, where: str) -> int:
    if type(value) is not int:
        whole = getattr(value, "__index__", None)
        if isinstance(value, float) and value.is_integer():
            value = int(value)  # Parquet turns an integer column with a gap into floats
        elif whole is not None and not isinstance(value, bool):
            value = int(whole())
        else:
            raise SampleError(f"{where} is {value!r}; wanted a whole number")
    if value < 0:
        raise SampleError(f"{where} is {value}; wanted a whole number from 0 on")
    return int(value)


# -- verdicts --------------------------------------------------------------------------------


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
        if self.score is not None:
            object.__setattr__(self, "score", unit_score(self.score, f"part {self.label!r}"))
        if self.span is not None:
            start, end = self.span
            object.__setattr__(self, "span", (int(start), int(end)))
        if self.details is not EMPTY:
            object.__setattr__(self, "details", freeze(self.details, "details"))

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
            (span[0], span[1]) if span is not None else None,
            value.get("details", EMPTY),
        )


def unit_score(score: Any, what: str) -> float:
    """`score` as a float, if it is a number in [0, 1].

    Raises:
        VerdictError: NaN, infinite, out of range, or no number. Never clipped.
    """
    if isinstance(score, bool):
        return float(score)
    if not isinstance(score, int | float):
        convert = getattr(score, "item", None)
        if not callable(convert):
            raise VerdictError(f"{what}: score is a {type(score).__name__}, must be a number")
        score = convert()
    if not 0.0 <= score <= 1.0:  # also catches NaN
        raise VerdictError(f"{what}: score is {score}, must lie in [0, 1]")
    return float(score)


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
        if type(self.status) is not Status:
            status = _STATUSES.get(self.status)
            if status is None:
                raise VerdictError(
                    f"{self.verifier}: status {self.status!r} is none of {', '.join(_STATUSES)}"
                )
            put(self, "status", status)
        score = self.score
        if (score is not None) != (self.status is Status.JUDGED):
            raise VerdictError(
                f"{self.verifier}: status {self.status} does not go with score {score}"
            )
        if score is not None and not (type(score) is float and 0.0 <= score <= 1.0):
            put(self, "score", unit_score(score, self.verifier))
        if len(self.because) > TEXT_CHARS:
            put(self, "because", self.because[:TEXT_CHARS] + "...")
        if self.feedback is not None and len(self.feedback) > TEXT_CHARS:
            put(self, "feedback", self.feedback[:TEXT_CHARS] + "...")
        if type(self.parts) is not tuple:
            put(self, "parts", tuple(self.parts))
        if self.details is not EMPTY:
            put(self, "details", _capped(self.details))

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
        return cls(verifier, Status.JUDGED, score, because, tuple(parts), feedback, details)

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
                float(value.get("seconds", 0.0)),
            )
        except VerdictError:
            raise
        except (KeyError, TypeError, ValueError, AttributeError, IndexError) as err:
            raise VerdictError(f"not a verdict: {type(err).__name__}: {err}") from err


def _str(value: Any) -> str:
    if not isinstance(value, str):
        raise VerdictError(f"not a verdict: wanted text, got a {type(value).__name__}")
    return value


def _capped(details: Any) -> FrozenDict:
    if not isinstance(details, Mapping):
        raise VerdictError(f"details is a {type(details).__name__}; wanted a mapping")
    frozen: FrozenDict = freeze(details, "details")
    size = _size(frozen)
    if size > DETAILS_BYTES:
        kept = {k: v for k, v in frozen.items() if _size(v) <= 1024}
        return FrozenDict({**dict(list(kept.items())[:16]), "dropped_bytes": size})
    return frozen


def _size(value: Any) -> int:
    """About the length of `value` as JSON; cheap, since most details hold a word or two."""
    if isinstance(value, str):
        return len(value) + 2
    if isinstance(value, Mapping):
        return 2 + sum(len(k) + 4 + _size(v) for k, v in value.items())
    if isinstance(value, tuple):
        return 2 + sum(_size(v) + 1 for v in value)
    return 20


# -- rewards ---------------------------------------------------------------------------------

RewardStatus: TypeAlias = Literal["scored", "unscored", "invalid"]


@dataclass(frozen=True, slots=True)
class Term:
    """One line of a reward's receipt."""

    verifier: str
    """Empty for what a composer that is no sum adds or takes, under a key such as ``(gate)``."""
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
        if (self.value is not None) != (self.status == "scored"):
            raise ValueError(f"reward status {self.status!r} does not go with value {self.value}")
        if type(self.terms) is not FrozenDict:
            object.__setattr__(self, "terms", FrozenDict(self.terms))
        if type(self.verdicts) is not FrozenDict:
            object.__setattr__(self, "verdicts", FrozenDict(self.verdicts))

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
            lines.append(("", "", printable(self.error)))
        left = max(len(row[0]) for row in lines)
        middle = max(len(row[1]) for row in lines)
        return "\n".join(f"{a:<{left}}  {b:<{middle}}  {c}".rstrip() for a, b, c in lines)

    def _lines(self) -> Iterator[tuple[str, str, str]]:
        for key, term in self.terms.items():
            verdict = self.verdicts.get(key)
            if not term.verifier and term.contribution is not None:  # a composer's adjustment
                sums = f"{term.contribution:+.6g}"
            elif term.score is None or term.contribution is None:
                sums = str(verdict.status) if verdict is not None else "not run"
            else:
                sums = f"{term.weight:.6g} x {float(term.score)} = {term.contribution:.6g}"
            name = (
                term.verifier
                if key == term.verifier.partition("@")[0]
                else (f"{key} ({term.verifier})" if term.verifier else key)
            )
            yield name, sums, printable(verdict.because, 200) if verdict is not None else ""
