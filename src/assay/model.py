"""The data that everything passes around: `Sample`, `Verdict`, `Reward` and their parts.

Frozen all the way down, JSON-safe, picklable, and cheap: slotted dataclasses, since a step of
training builds tens of thousands of them. Impossible states do not build.
"""

from __future__ import annotations

import json
import math
import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, fields, replace
from enum import StrEnum
from functools import lru_cache
from operator import attrgetter
from typing import Any, Literal, NoReturn, Self, TypeAlias

from assay.errors import SampleError, VerdictError, nearest
from assay.printable import one_line

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


_ATOMS = frozenset({str, int, float, bool, bytes, type(None)})


def freeze(value: Any, where: str = "value", _depth: int = 0) -> Any:
    """`value` with every dict and list in it frozen; numpy scalars and arrays become Python's.

    What is no JSON and yet cannot change (a date) stays as it is; no worker can be sent it.

    Raises:
        SampleError: something that can change and is no JSON (a set, an open file), a key that
            is no text, or nesting deeper than 200; names the place.
    """
    if type(value) in _ATOMS:
        return value
    if isinstance(value, str | int | float | bytes):
        return _exact(value)
    if _depth > 200:
        raise SampleError(f"{where[:80]}... is nested deeper than 200 levels")
    if isinstance(value, Mapping):
        frozen = {}
        for key, entry in value.items():
            if not isinstance(key, str):
                raise SampleError(f"{where} has the key {key!r:.80}; keys must be text")
            if type(entry) not in _ATOMS:
                entry = freeze(entry, f"{where}.{key}", _depth + 1)
            frozen[key if type(key) is str else _exact(key)] = entry
        return FrozenDict(frozen)
    if isinstance(value, list | tuple):
        return tuple(
            v if type(v) in _ATOMS else freeze(v, f"{where}[{i}]", _depth + 1)
            for i, v in enumerate(value)
        )
    plain = _converted(value, where)
    if plain is not value:
        return freeze(plain, where, _depth + 1)
    try:
        hash(value)
    except TypeError:
        raise SampleError(f"{where} is a {type(value).__name__}; use JSON values") from None
    return value


def _exact(value: Any) -> Any:
    """A subclass of a JSON type (numpy's floats and texts, enumerations) as the type itself."""
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, int):
        return int.__int__(value)
    if isinstance(value, float):
        return float.__float__(value)
    return bytes(value)


def _converted(value: Any, where: str) -> Any:
    """Arrays and scalars of numpy, torch, pandas and Arrow as Python's; others as they are."""
    for method in ("tolist", "item", "as_py"):
        convert = getattr(value, method, None)
        if callable(convert):
            try:
                return convert()
            except Exception as err:
                raise SampleError(
                    f"{where} is a {type(value).__name__} that cannot be read: {err}"
                ) from err
    return value


def _listed(value: Any, where: str, wanted: str) -> list[Any] | tuple[Any, ...]:
    """A list, tuple or array as a list or tuple."""
    if isinstance(value, list | tuple):
        return value
    plain = value if isinstance(value, str | Mapping) else _converted(value, where)
    if isinstance(plain, list | tuple):
        return plain
    raise SampleError(f"{where} is a {type(value).__name__}; wanted {wanted}")


# -- samples ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Message:
    """One chat message. Content given as parts keeps its text parts, joined."""

    role: str
    content: str
    reasoning: str | None = None
    """Reasoning that the server delivered beside the content (``reasoning_content``)."""

    def __post_init__(self) -> None:
        for name in ("role", "content", "reasoning"):
            value = getattr(self, name)
            if type(value) is not str and not (value is None and name == "reasoning"):
                object.__setattr__(self, name, _words(value, f"message.{name}"))

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
        role = value.get("role")
        role = "assistant" if role is None else role  # a column of structs has nulls for gaps
        if not isinstance(role, str):
            raise SampleError(f"{where}.role is {role!r:.80}, must be text such as 'assistant'")
        content, thoughts = _content(value.get("content"), f"{where}.content")
        for name in ("reasoning_content", "reasoning"):
            given = value.get(name)
            if given is None:
                continue
            if not isinstance(given, str):
                raise SampleError(f"{where}.{name} is a {type(given).__name__}; wanted text")
            return cls(role, content, given)
        return cls(role, content, thoughts)


_THOUGHTS = {"thinking": "thinking", "reasoning": "reasoning"}
"""Type of a part that holds reasoning -> where its text stands, if not under ``text``."""


def _content(content: Any, where: str) -> tuple[str, str | None]:
    """A message's content as (text, reasoning that stood among its parts or None)."""
    if content is None:
        return "", None
    if isinstance(content, str):
        return content, None
    texts: list[str] = []
    thoughts: list[str] = []
    for i, part in enumerate(_listed(content, where, "text or a list of parts")):
        if isinstance(part, str):
            texts.append(part)
            continue
        if not isinstance(part, Mapping):
            raise SampleError(f"{where}[{i}] is a {type(part).__name__}; wanted a part or text")
        text = part.get("text")
        kind = part.get("type")
        other = _THOUGHTS.get(kind) if isinstance(kind, str) else None
        if text is None and other is not None:
            text = part.get(other)
        if text is None:
            continue  # an image, a call of a tool
        if not isinstance(text, str):
            raise SampleError(f"{where}[{i}].text is a {type(text).__name__}; wanted text")
        (texts if other is None else thoughts).append(text)
    return "".join(texts), "".join(thoughts) if thoughts else None


def _words(value: Any, where: str) -> str:
    if not isinstance(value, str):
        raise SampleError(f"{where} is a {type(value).__name__}; wanted text")
    return str.__str__(value)


Text: TypeAlias = str | tuple[Message, ...]
"""Plain text, or a chat."""


def _text(value: Any, where: str) -> Text:
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, Message | Mapping):
        return (Message.of(value, where),)
    messages = _listed(value, where, "text or chat messages")
    if not messages:
        raise SampleError(f"{where} is an empty list; wanted text or chat messages")
    return tuple(Message.of(m, f"{where}[{i}]") for i, m in enumerate(messages))


_OPEN = re.compile(r"<(think|thinking|reasoning)>", re.IGNORECASE)
_CLOSE = re.compile(r"</(think|thinking|reasoning)>", re.IGNORECASE)


def split_reasoning(text: str) -> tuple[str | None, str]:
    """`text` as (reasoning or None, answer); linear in its length.

    The reasoning begins at the first opening tag and ends at the last closing one; a lone
    ``</think>``, whose opening tag stood in the prompt, counts. A block that is never closed (a
    truncated completion) is reasoning through to the end, also after one that was. The answer is
    what stands before and after.

    >>> split_reasoning("<think>2+2</think> 4")
    ('2+2', ' 4')
    >>> split_reasoning("2+2</think> 4")
    ('2+2', ' 4')
    >>> split_reasoning("4")
    (None, '4')
    >>> split_reasoning("<think>2+2</think> 4 <think>or 5")
    ('2+2or 5', ' 4 ')
    """
    if "<" not in text:
        return None, text
    start = _OPEN.search(text)
    first = _CLOSE.search(text)
    if first is not None:
        last = deque(_CLOSE.finditer(text, first.start()), maxlen=1)[0]
        opened = start is not None and start.end() <= first.start()
        begin = start.end() if start is not None and opened else 0
        prefix = text[: start.start()] if start is not None and opened else ""
        reasoning, rest = text[begin : last.start()], text[last.end() :]
        again = _OPEN.search(rest)
        if again is not None:
            reasoning, rest = reasoning + rest[again.end() :], rest[: again.start()]
        return reasoning, prefix + rest
    if start is not None:
        return text[start.end() :], text[: start.start()]
    return None, text


@dataclass(frozen=True, slots=True)
class Turn:
    """One turn of a multi-turn completion, with what the environment answered, if anything."""

    completion: Text
    feedback: str | None = None

    def __post_init__(self) -> None:
        if type(self.completion) is not str:
            object.__setattr__(self, "completion", _text(self.completion, "turn.completion"))
        if self.feedback is not None and type(self.feedback) is not str:
            object.__setattr__(self, "feedback", _words(self.feedback, "turn.feedback"))

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
        if feedback is not None:
            feedback = _words(feedback, f"{where}.feedback")
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
            put(self, "steps", freeze(_listed(self.steps, "steps", "a list"), "steps"))
        if self.turns is not None:
            turns = _listed(self.turns, "turns", "a list")
            put(self, "turns", tuple(Turn.of(t, f"turns[{i}]") for i, t in enumerate(turns)))
        if self.n_tokens is not None:
            put(self, "n_tokens", _count(self.n_tokens, "n_tokens"))
        if self.step is not None:
            put(self, "step", _count(self.step, "step"))
        if self.finish_reason is not None and type(self.finish_reason) is not str:
            put(self, "finish_reason", _words(self.finish_reason, "finish_reason"))
        for name in ("prompt_id", "group_id"):
            value = getattr(self, name)
            if value is not None and type(value) is not str:
                put(self, name, _id(value, name))
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
            row: One row, such as a line of JSONL; also a row of pandas or Arrow. A gap (null,
                and the NaN that data frames put there, except for a reference) is a field that
                is not given. Where `info` has an entry named like a column, the column counts.
            columns: Field of `Sample` -> name of the column that holds it, where they differ.

        Raises:
            SampleError: no completion, a field of the wrong type, an unknown field in `columns`.
        """
        for name in columns:
            if name not in _FIELD_SET:
                raise SampleError(
                    f"no field {name!r} to map a column to{nearest(name, SAMPLE_FIELDS)}"
                    f"\nfields: {', '.join(SAMPLE_FIELDS)}"
                )
        if not isinstance(row, Mapping) or hasattr(row, "as_py"):
            row = _as_row(row)
        given: dict[str, Any] = {}
        info: dict[str, Any] = {}
        mapped = frozenset(columns.values())
        for column, value in row.items():
            if column in mapped:
                continue
            if column not in _FIELD_SET or column in columns:
                info[column] = value
            elif column == "info":
                given.setdefault("info", value)
            elif not _gap(value, column):
                given[column] = value
        for name, column in columns.items():
            if column in row and not _gap(row[column], name):
                given[name] = row[column]
        entries = given.pop("info", None)
        if isinstance(entries, Mapping):
            info = {**entries, **info}
        elif entries is not None:
            info["info"] = entries
        if "completion" not in given:
            column = columns.get("completion", "completion")
            if column in row:
                raise SampleError(f"{column!r} is null in the row; wanted text or chat messages")
            raise SampleError(
                f"no {column!r} in the row{nearest(column, map(str, row))}"
                "\nfix: name the column that holds the model's text, e.g. --map completion=response"
            )
        return cls(**given, info=info if info else EMPTY)

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
        values, defaults = _hidden(names)
        if values(self) == defaults:
            return self
        put = object.__setattr__
        seen = object.__new__(type(self))  # checked and frozen already: nothing to do again
        put(seen, "completion", self.completion)
        for name, default in _DEFAULTS:
            put(seen, name, getattr(self, name) if name in names else default)
        return seen

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
_FIELD_SET = frozenset(SAMPLE_FIELDS)
_DEFAULTS = tuple((f.name, f.default) for f in fields(Sample) if f.name != "completion")


@lru_cache
def _hidden(names: frozenset[str]) -> tuple[Callable[[Sample], Any], Any]:
    """What reads the fields outside `names`, and what it reads where all are at their default."""
    hidden = [(name, default) for name, default in _DEFAULTS if name not in names]
    hidden += [("__class__", Sample)] * 2  # two at least: `attrgetter` of one gives no tuple
    return attrgetter(*(name for name, _ in hidden)), tuple(default for _, default in hidden)


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


def _as_row(row: Any) -> Mapping[str, Any]:
    for method in ("as_py", "to_dict", "_asdict"):  # Arrow, pandas, a named tuple
        convert = getattr(row, method, None)
        if callable(convert):
            plain = convert()
            if isinstance(plain, Mapping):
                return plain
    raise SampleError(f"a row must be an object, got {type(row).__name__}")


def _gap(value: Any, name: str) -> bool:
    """Whether a cell is empty: null, or what data frames put in its place."""
    if value is None:
        return True
    if isinstance(value, float):
        return math.isnan(value) and name != "reference"  # that may be a wrong computation
    return type(value).__name__ in ("NAType", "NaTType")


def _reference(value: Any) -> Reference | tuple[Reference, ...]:
    if not isinstance(value, str | int | float | list | tuple):
        plain = _converted(value, "reference")
        if plain is value or not isinstance(plain, str | int | float | list):
            raise SampleError(
                f"reference is a {type(value).__name__}; wanted text, a number, or a list of them"
            )
        value = plain
    if isinstance(value, list | tuple):
        if not value:
            raise SampleError("reference is an empty list; wanted at least one right answer")
        return tuple(_one_reference(v, f"reference[{i}]") for i, v in enumerate(value))
    return _one_reference(value, "reference")


def _one_reference(value: Any, where: str) -> Reference:
    if not isinstance(value, str | int | float):
        plain = _converted(value, where)
        if plain is value or not isinstance(plain, str | int | float):
            raise SampleError(
                f"{where} is a {type(value).__name__}; wanted text, a number, or a list of them"
            )
        value = plain
    if isinstance(value, bool):
        raise SampleError(f"{where} is {value}; wanted text or a number, e.g. {str(value)!r}")
    if isinstance(value, float) and not math.isfinite(value):
        raise SampleError(f"{where} is {value}; wanted a finite number or text")
    exact: Reference = _exact(value)
    return exact


def _id(value: Any, where: str) -> str:
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, float) and value.is_integer():
        return str(int(value))  # Parquet turns an integer column with a gap into floats
    if value.__hash__ is None:
        raise SampleError(f"{where} is a {type(value).__name__}; wanted text or a number")
    return str(value)


def _count(value: Any, where: str) -> int:
    if type(value) is not int:
        whole: Any = None
        if isinstance(value, float):
            # Parquet turns an integer column with a gap into floats
            whole = int(value) if value.is_integer() else None
        elif not isinstance(value, bool) and hasattr(value, "__index__"):
            with suppress(TypeError):  # a truth value or an array of numpy has it, and refuses
                whole = int(value.__index__())
        if whole is None:
            raise SampleError(f"{where} is {value!r:.80}; wanted a whole number")
        value = whole
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
        put = object.__setattr__
        label = self.label
        if type(label) is not str or len(label) > TEXT_CHARS:
            put(self, "label", _sentence(label, "a part's label"))
        if self.score is not None:
            put(self, "score", unit_score(self.score, f"part {label!r:.80}"))
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
            raise VerdictError(f"{what}: score is a {type(score).__name__}, must be a number")
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
            raise VerdictError(f"a verdict's verifier is {self.verifier!r:.80}; wanted its name")
        if type(self.status) is not Status:
            status = _STATUSES.get(self.status) if isinstance(self.status, str) else None
            if status is None:
                raise VerdictError(
                    f"{self.verifier}: status {self.status!r:.80} is none of {', '.join(_STATUSES)}"
                )
            put(self, "status", status)
        score = self.score
        if (score is not None) != (self.status is Status.JUDGED):
            raise VerdictError(
                f"{self.verifier}: status {self.status} does not go with score {score!r:.80}"
            )
        if score is not None and not (type(score) is float and 0.0 <= score <= 1.0):
            put(self, "score", unit_score(score, self.verifier))
        if type(self.because) is not str or len(self.because) > TEXT_CHARS:
            put(self, "because", _sentence(self.because, f"{self.verifier}: because"))
        feedback = self.feedback
        if feedback is not None and (type(feedback) is not str or len(feedback) > TEXT_CHARS):
            put(self, "feedback", _sentence(feedback, f"{self.verifier}: feedback"))
        if self.parts != ():
            put(self, "parts", _parts(self.parts, self.verifier))
        if self.details is not EMPTY:
            put(self, "details", _capped(self.details))
        if type(self.seconds) is not float:
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
        raise VerdictError(f"not a verdict: wanted text, got a {type(value).__name__}")
    return value


def _sentence(text: Any, what: str) -> str:
    if not isinstance(text, str):
        raise VerdictError(f"{what} is a {type(text).__name__}; wanted text")
    return str.__str__(text) if len(text) <= TEXT_CHARS else text[:TEXT_CHARS] + "..."


def _span(span: Any, label: str) -> tuple[int, int]:
    try:
        start, end = (int(x.__index__()) for x in span)
    except (TypeError, ValueError, AttributeError):
        start, end = -1, -1
    if not 0 <= start <= end:
        raise VerdictError(f"part {label!r:.80}: span is {span!r:.80}, must be (start, end)")
    return start, end


def _parts(parts: Any, verifier: str) -> tuple[Part, ...]:
    if not isinstance(parts, Iterable):
        raise VerdictError(f"{verifier}: parts is a {type(parts).__name__}; wanted a list")
    checked: tuple[Part, ...] = tuple(parts)
    for part in checked:
        if not isinstance(part, Part):
            raise VerdictError(f"{verifier}: a part is a {type(part).__name__}; wanted a Part")
    return checked


def _seconds(seconds: Any, what: str) -> float:
    if isinstance(seconds, int | float) and 0.0 <= seconds < math.inf:
        return float(seconds)
    raise VerdictError(f"{what}: seconds is {seconds!r:.80}, must be a time")


def _capped(details: Any) -> FrozenDict:
    if not isinstance(details, Mapping):
        raise VerdictError(f"details is a {type(details).__name__}; wanted a mapping")
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
        VerdictError: something that is no JSON.
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
    raise VerdictError(f"details: {where!r} is {value!r:.80}, which is no JSON")


# -- rewards ---------------------------------------------------------------------------------

RewardStatus: TypeAlias = Literal["scored", "unscored", "invalid"]
_REWARD_STATUSES = frozenset({"scored", "unscored", "invalid"})


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
        value = self.value
        if self.status not in _REWARD_STATUSES:
            raise ValueError(f"reward status {self.status!r} is none of scored, unscored, invalid")
        if (value is not None) != (self.status == "scored"):
            raise ValueError(f"reward status {self.status!r} does not go with value {value}")
        if value is not None and not math.isfinite(value):
            raise ValueError(f"a reward is a finite number, not {value}")
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
            lines.append(("", "", one_line(self.error)))
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
            yield name, sums, one_line(verdict.because, 200) if verdict is not None else ""
