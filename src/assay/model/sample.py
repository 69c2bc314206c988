"""`Sample`: one completion, and what is known of the task it answers."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, fields, replace
from functools import lru_cache
from operator import attrgetter
from typing import Any, Self, TypeAlias

from assay.arguments import of_kind, table
from assay.errors import SampleError, nearest
from assay.model.chat import Message, Text, Turn, as_text, said, split_reasoning, words
from assay.model.frozen import EMPTY, JSON, FrozenDict, converted, exact, freeze, listed
from assay.model.paths import MISSING, value_at
from assay.printable import a_type, brief, in_lines

Reference: TypeAlias = str | int | float
"""One reference answer."""


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
    """As the server gave it: ``stop``, ``length``, ..."""
    step: int | None = None
    """Step of training, from 0."""
    label: JSON = None
    """What is known to be true of the completion; never read by a verifier."""
    prompt_id: str | None = None
    group_id: str | None = None
    """Samples of one group are compared with each other (GRPO)."""
    peers: tuple[Sample, ...] | None = None
    """The other samples of its group, without peers of their own; the engine fills it from
    `group_id` where a verifier compares within the group. Also texts, or rows as dicts."""
    info: Mapping[str, JSON] = EMPTY
    """Every other column of the row."""

    def __post_init__(self) -> None:
        put = object.__setattr__
        if type(self.completion) is not str:
            put(self, "completion", said(as_text(self.completion, "completion"), "completion"))
        if self.reference is not None and type(self.reference) is not str:
            put(self, "reference", _reference(self.reference))
        if self.prompt is not None and type(self.prompt) is not str:
            put(self, "prompt", as_text(self.prompt, "prompt"))
        if self.tests is not None and type(self.tests) is not str:
            put(self, "tests", freeze(self.tests, "tests"))
        if self.steps is not None:
            put(self, "steps", freeze(listed(self.steps, "steps", "a list"), "steps"))
        if self.turns is not None:
            turns = listed(self.turns, "turns", "a list")
            put(self, "turns", tuple(Turn.of(t, f"turns[{i}]") for i, t in enumerate(turns)))
        if self.n_tokens is not None:
            put(self, "n_tokens", _count(self.n_tokens, "n_tokens"))
        if self.step is not None:
            put(self, "step", _count(self.step, "step"))
        if self.finish_reason is not None and type(self.finish_reason) is not str:
            put(self, "finish_reason", words(self.finish_reason, "finish_reason"))
        for name in ("prompt_id", "group_id"):
            value = getattr(self, name)
            if value is not None and type(value) is not str:
                put(self, name, _id(value, name))
        if self.peers is not None:
            peers = listed(self.peers, "peers", "a list")
            put(self, "peers", tuple(_peer(p, f"peers[{i}]") for i, p in enumerate(peers)))
        if self.label is not None:
            put(self, "label", freeze(self.label, "label"))
        if self.info is not EMPTY:
            if not isinstance(self.info, Mapping):
                raise SampleError(f"info is {a_type(self.info)}; wanted a mapping")
            put(self, "info", freeze(self.info, "info"))

    @classmethod
    def from_row(cls, row: Mapping[str, Any], columns: Mapping[str, str] = EMPTY) -> Self:
        """A sample from a row of a data set; columns it does not know land in `info`.

        Args:
            row: One row, such as a line of JSONL; also a row of pandas or Arrow. A gap (null,
                and the NaN that data frames put there, except for a reference) is a field that
                is not given. Where `info` has an entry named like a column, the column counts.
            columns: Field of `Sample` -> name of the column that holds it, where they differ; also
                a path into a column, ``reward_model.ground_truth`` or ``messages[0].content``.

        Raises:
            SampleError: no completion, a field of the wrong type, an unknown field in `columns`.
        """
        table(columns, "columns", "a dict: field of a sample -> column", SampleError)
        for name, column in columns.items():
            of_kind(column, str, f"columns[{brief(name)}]", "a column's name", SampleError)
            if name not in _FIELD_SET:
                raise SampleError(
                    f"no field {brief(name)} to map a column to{nearest(name, SAMPLE_FIELDS)}"
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
            elif type(value) is str or not _gap(value, column):
                given[column] = value
        for name, column in columns.items():
            value = value_at(row, column)
            if value is not MISSING and not _gap(value, name):
                given[name] = value
        entries = given.pop("info", None)
        if isinstance(entries, Mapping):
            info = {**entries, **info}
        elif entries is not None:
            info["info"] = entries
        if "completion" not in given:
            column = columns.get("completion", "completion")
            if value_at(row, column) is not MISSING:
                raise SampleError(f"{column!r} is null in the row; wanted text or chat messages")
            raise SampleError(_no_completion(column, [str(name) for name in row]))
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

    def only(self, names: frozenset[str], entries: Sequence[str] | None = None) -> Sample:
        """This sample with every field outside `names` (and `completion`) back at its default.

        Args:
            names: Fields that stay.
            entries: Those of its `info` that stay; None: all.
        """
        info = self.info
        if entries is not None and info:
            kept = {name: info[name] for name in entries if name in info}
            if len(kept) < len(info):
                info = FrozenDict(kept) if kept else EMPTY
        values, defaults = _hidden(names)
        if info is self.info and values(self) == defaults:
            return self
        put = object.__setattr__
        seen = object.__new__(type(self))  # checked and frozen already: nothing to do again
        put(seen, "completion", self.completion)
        for name, default in _DEFAULTS:
            put(seen, name, getattr(self, name) if name in names else default)
        if "info" in names:
            put(seen, "info", info)
        if seen.peers:
            put(seen, "peers", tuple(peer.only(names) for peer in seen.peers))
        return seen

    def at_step(self, step: int) -> Sample:
        """This sample, seen at that step of training."""
        return replace(self, step=step)

    def among(self, peers: tuple[Sample, ...]) -> Sample:
        """This sample beside the others of its group, none of which has peers of its own."""
        put = object.__setattr__
        placed = object.__new__(type(self))  # all checked and frozen already
        for name in SAMPLE_FIELDS:
            put(placed, name, getattr(self, name))
        put(placed, "peers", peers)
        return placed

    def to_json(self) -> dict[str, JSON]:
        """The fields that differ from their default, as JSON values. `from_row` reads it back."""
        out: dict[str, JSON] = {"completion": plain_json(self.completion)}
        for name, default in _DEFAULTS:
            value = getattr(self, name)
            if value is not default:
                out[name] = plain_json(value)
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


def plain_json(value: Any) -> JSON:
    """Messages, turns and samples as dicts; everything else as it is."""
    if isinstance(value, tuple):
        return [plain_json(v) for v in value]
    if isinstance(value, Message):
        out = {"role": value.role, "content": value.content}
        if value.reasoning is not None:
            out["reasoning_content"] = value.reasoning
        return out
    if isinstance(value, Sample):
        return value.to_json()
    if isinstance(value, Turn):
        turn: dict[str, JSON] = {"completion": plain_json(value.completion)}
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


_OFTEN = ("response", "output", "generation", "generated_text", "model_output", "completion_text",
          "completions", "prediction", "code", "program", "answer", "text")  # fmt: skip
"""What data sets call the model's text, the likeliest first."""


def _no_completion(column: str, columns: Sequence[str]) -> str:
    """What to say of a row without the model's text."""
    likely = next((name for name in _OFTEN if name in columns), None)
    close = nearest(column, columns)
    if close and likely is None:
        noted, likely = close, close.split("'")[1]
    else:
        noted = f"; it has {in_lines(columns[:20])}" if columns else "; it has no columns"
    likely = likely or "COLUMN"
    return (
        f"no {column!r} in the row{noted}"
        f"\nfix: name the column that holds the model's text: --map completion={likely}, "
        f"in Python Sample.from_row(row, {{'completion': {likely!r}}})"
    )


def _gap(value: Any, name: str) -> bool:
    """Whether a cell is empty: null, or what data frames put in its place."""
    if value is None:
        return True
    if isinstance(value, float):
        return math.isnan(value) and name != "reference"  # that may be a wrong computation
    return type(value).__name__ in ("NAType", "NaTType")


def _reference(value: Any) -> Reference | tuple[Reference, ...]:
    if not isinstance(value, str | int | float | list | tuple):
        plain = converted(value, "reference")
        if plain is value or not isinstance(plain, str | int | float | list):
            raise SampleError(
                f"reference is {a_type(value)}; wanted text, a number, or a list of them"
            )
        value = plain
    if isinstance(value, list | tuple):
        if not value:
            raise SampleError("reference is an empty list; wanted at least one right answer")
        return tuple(_one_reference(v, f"reference[{i}]") for i, v in enumerate(value))
    return _one_reference(value, "reference")


def _one_reference(value: Any, where: str) -> Reference:
    if not isinstance(value, str | int | float):
        plain = converted(value, where)
        if plain is value or not isinstance(plain, str | int | float):
            raise SampleError(
                f"{where} is {a_type(value)}; wanted text, a number, or a list of them"
            )
        value = plain
    if isinstance(value, bool):
        raise SampleError(f"{where} is {value}; wanted text or a number, e.g. {str(value)!r}")
    if isinstance(value, float) and not math.isfinite(value):
        raise SampleError(f"{where} is {value}; wanted a finite number or text")
    taken: Reference = exact(value)
    return taken


def _peer(value: Any, where: str) -> Sample:
    """Another sample of the group."""
    if isinstance(value, str):
        return Sample(value)
    if isinstance(value, Mapping):
        try:
            value = Sample.from_row(value)
        except SampleError as err:
            raise SampleError(f"{where}: {err}") from err
    if not isinstance(value, Sample):
        raise SampleError(
            f"{where} is a {type(value).__name__}; wanted a sample, a row or a completion's text"
        )
    return value if value.peers is None else replace(value, peers=None)


def _id(value: Any, where: str) -> str:
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, float) and value.is_integer():
        return str(int(value))  # Parquet turns an integer column with a gap into floats
    hashed: Any = type(value).__hash__
    # what is hashed by its identity is a thing: its text names a place in memory, equal to no other
    if hashed is None or hashed is object.__hash__ or callable(value):
        raise SampleError(f"{where} is {a_type(value)}; wanted text or a number")
    if value != value:
        raise SampleError(f"{where} is NaN; wanted text or a number")
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
            raise SampleError(f"{where} is {brief(value)}; wanted a whole number")
        value = whole
    if value < 0:
        raise SampleError(f"{where} is {value}; wanted a whole number from 0 on")
    return int(value)
