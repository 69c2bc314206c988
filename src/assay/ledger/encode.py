"""Rewards as columns of a shard. Total: whatever a sample holds, its row can be written."""

from __future__ import annotations

import json
import math
import re
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from assay.ledger.schema import INTEGERS, TERM, TEXTS, arrow_schema
from assay.model import EMPTY, Message, Reward, Sample
from assay.model.chat import Text
from assay.printable import a_type
from assay.rollouts.parquet import as_json

SLICE = 16
"""Rows that are encoded before other threads are let in: a training has better things to wait
for than the interpreter's switch interval."""


class Entry(NamedTuple):
    """One reward on its way to a shard."""

    at: float
    """Seconds since the epoch."""
    since: float
    """The same moment on the monotonic clock."""
    seq: int
    call: int
    number: int
    """Of the sample in its call."""
    place: str | None
    sample: Sample | None
    """None where the row could not become one."""
    reward: Reward
    raw: Any
    """The row, where there is no sample."""
    size: int
    """About the characters of its texts."""


class Head(NamedTuple):
    """What is the same for every reward of a shard."""

    run: str
    writer: str
    host: str
    pid: int
    rubric: str
    rubric_hash: str


# -- JSON text ------------------------------------------------------------------------------------

_ENCODER = json.JSONEncoder(
    ensure_ascii=False, allow_nan=False, separators=(",", ":"), default=as_json
)


def _quick() -> Callable[[Any], str]:
    """`_ENCODER.encode` without what it sets up anew for every value: half its time on a verdict.

    What it is built of is CPython's own; where that is not as it was, the encoder itself serves.
    """
    try:
        make: Any = json.encoder.c_make_encoder  # type: ignore[attr-defined]
        quote: Any = json.encoder.encode_basestring
        pieces = make(None, as_json, quote, None, ":", ",", False, False, False)
        probe = {"a": [1, None, True, 0.5, "\u00e9"], "b": {}}
        if "".join(pieces(probe, 0)) == _ENCODER.encode(probe):
            return lambda value: "".join(pieces(value, 0))
    except (AttributeError, TypeError, ValueError):
        pass
    return _ENCODER.encode


_encode = _quick()
_WORDS = {True: "true", False: "false"}
_HALF = re.compile("[\ud800-\udfff]")


def dump(value: Any) -> str:
    """`value` as JSON, whatever it is. May hold half characters, which `whole_json` escapes."""
    try:
        return _WORDS[value] if type(value) is bool else _encode(value)
    except (ValueError, TypeError):
        return _ENCODER.encode(_tame(value))
    except RecursionError:
        return json.dumps(f"{a_type(value)} nested too deeply")


def _tame(value: Any, depth: int = 0) -> Any:
    """What JSON has not, as what comes nearest: NaN as null, a giant integer as hexadecimal."""
    if depth > 400:
        return f"{a_type(value)} nested too deeply"
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, int) and not isinstance(value, bool):
        return value if value.bit_length() <= 14_000 else hex(value)
    if isinstance(value, Mapping):
        return {str(k): _tame(v, depth + 1) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_tame(v, depth + 1) for v in value]
    if value is None or isinstance(value, str | bool):
        return value
    return as_json(value)


def whole_json(text: str | None) -> str | None:
    """JSON text with half characters as escapes, which a Parquet file can hold."""
    if text is None or text.isascii():
        return text
    return _HALF.sub(lambda m: f"\\u{ord(m.group()):04x}", text)


def whole_text(text: str | None) -> str | None:
    """Text with U+FFFD for half characters."""
    return None if text is None else _HALF.sub("\ufffd", text)


# -- one reward -----------------------------------------------------------------------------------

_SAMPLE_COLUMNS = (
    "step",
    "prompt_id",
    "group_id",
    "label",
    "label_number",
    "n_tokens",
    "n_chars",
    "finish_reason",
    "completion",
    "completion_chat",
    "prompt",
    "prompt_chat",
    "reference",
    "tests",
    "steps",
    "turns",
    "info",
)
_NO_SAMPLE = (None,) * len(_SAMPLE_COLUMNS)
_REWARD_COLUMNS = (
    "signature",
    "status",
    "reward",
    "turns_reward",
    "error",
    "seconds",
    "verdicts",
)


def text_size(text: Text | None) -> int:
    """Characters of a text or of a chat."""
    if text is None:
        return 0
    return len(text) if isinstance(text, str) else sum(len(m.content) for m in text)


def size_of(sample: Sample) -> int:
    """About the characters of a sample's texts; cheap, since it is counted for every reward."""
    size = text_size(sample.completion) + text_size(sample.prompt) + 500
    if sample.turns is not None:
        size += sum(text_size(turn.completion) for turn in sample.turns)
    return size


def _sample_values(sample: Sample) -> tuple[Any, ...]:
    """In the order of `_SAMPLE_COLUMNS`."""
    text = sample.text
    completion_chat = prompt_chat = turns = None
    prompt: Any = sample.prompt
    if sample.completion is not text or isinstance(prompt, tuple) or sample.turns is not None:
        plain = sample.to_json()  # messages and turns as dicts
        if not isinstance(sample.completion, str):
            completion_chat = dump(plain["completion"])
        if isinstance(prompt, tuple):
            prompt_chat = dump(plain["prompt"])
            prompt = _spoken(prompt)
        if sample.turns is not None:
            turns = dump(plain["turns"])
    label = sample.label
    return (
        sample.step,
        sample.prompt_id,
        sample.group_id,
        None if label is None else dump(label),
        _number(label),
        sample.n_tokens,
        len(text),
        sample.finish_reason,
        text,
        completion_chat,
        prompt,
        prompt_chat,
        None if sample.reference is None else dump(sample.reference),
        None if sample.tests is None else dump(sample.tests),
        None if sample.steps is None else dump(sample.steps),
        turns,
        None if sample.info is EMPTY else dump(sample.info),
    )


def _spoken(messages: Iterable[Message]) -> str:
    return "\n\n".join(message.content for message in messages)


def _number(label: Any) -> float | None:
    if isinstance(label, int | float):
        try:
            return float(label) if math.isfinite(label) else None
        except OverflowError:
            return None
    return None


def _reward_values(reward: Reward) -> tuple[Any, ...]:
    """In the order of `_REWARD_COLUMNS`."""
    verdicts = reward.verdicts
    if len(verdicts) > 1:  # as the terms stand, not as workers happened to finish
        order = dict.fromkeys([*(k for k in reward.terms if k in verdicts), *verdicts])
        noted = {key: verdicts[key].to_json() for key in order}
    else:
        noted = {key: verdict.to_json() for key, verdict in verdicts.items()}
    return (
        reward.signature,
        reward.status,
        reward.value,
        None if reward.turns is None else list(reward.turns),
        reward.error,
        reward.seconds,
        dump(noted),
    )


# -- a shard --------------------------------------------------------------------------------------


def table_of(entries: Sequence[Entry], head: Head, metadata: Mapping[bytes, bytes]) -> Any:
    """The entries as a `pyarrow.Table` of the ledger's schema."""
    import pyarrow as pa

    samples: list[tuple[Any, ...]] = []
    rewards: list[tuple[Any, ...]] = []
    for number, entry in enumerate(entries):
        if number % SLICE == SLICE - 1:
            time.sleep(0)
        samples.append(_NO_SAMPLE if entry.sample is None else _sample_values(entry.sample))
        rewards.append(_reward_values(entry.reward))
    values: dict[str, Sequence[Any]] = dict(
        zip(_SAMPLE_COLUMNS, map(list, zip(*samples, strict=True)), strict=True)
    )
    values.update(zip(_REWARD_COLUMNS, map(list, zip(*rewards, strict=True)), strict=True))
    values["seq"] = [e.seq for e in entries]
    values["at"] = [int(e.at * 1e6) for e in entries]
    values["call"] = [e.call for e in entries]
    values["index"] = [e.number for e in entries]
    values["place"] = [e.place for e in entries]
    values["raw"] = [None if e.raw is None else dump(e.raw) for e in entries]
    schema = arrow_schema()
    exact: list[dict[str, Any] | None] = [None] * len(entries)
    arrays: dict[str, Any] = {
        name: pa.repeat(pa.scalar(value, schema.field(name).type), len(entries))
        for name, value in head._asdict().items()
    }
    arrays["terms"] = _terms(entries, exact)
    for name, column in values.items():
        arrays[name] = _array(name, column, exact)
    noted = [None if fields is None else whole_json(dump(fields)) for fields in exact]
    arrays["exact"] = pa.array(noted, schema.field("exact").type)
    columns = [arrays[name] for name in schema.names]
    return pa.Table.from_arrays(columns, schema=schema.with_metadata(dict(metadata)))


def _array(name: str, values: Sequence[Any], exact: list[dict[str, Any] | None]) -> Any:
    """One column; where a value does not fit, the nearest that does, and `exact` has the value."""
    import pyarrow as pa

    kind = arrow_schema().field(name).type
    try:
        return pa.array(values, kind)
    except (ValueError, OverflowError):  # half a character, beyond 64 bits; Arrow's are such, too
        pass
    if name in INTEGERS:
        return pa.array(_noted(name, values, exact, _fitting), kind)
    if name in TEXTS:
        return pa.array(_noted(name, values, exact, whole_text), kind)
    return pa.array([whole_json(text) for text in values], kind)


def _fitting(value: int | None) -> int | None:
    return value if value is None or -(2**63) <= value < 2**63 else None


def _noted(
    name: str,
    values: Sequence[Any],
    exact: list[dict[str, Any] | None],
    fit: Callable[[Any], Any],
) -> list[Any]:
    """`values` as `fit` makes them; those it has changed are put into `exact`."""
    fitted = [fit(value) for value in values]
    for i, (before, after) in enumerate(zip(values, fitted, strict=True)):
        if before != after:
            exact[i] = {**(exact[i] or {}), name: before}
    return fitted


def _terms(entries: Sequence[Entry], exact: list[dict[str, Any] | None]) -> Any:
    """The column `terms`, built field by field: many times faster than from dicts."""
    import pyarrow as pa

    offsets = [0]
    rows: list[tuple[Any, ...]] = []
    for entry in entries:
        verdicts = entry.reward.verdicts
        for key, term in entry.reward.terms.items():
            verdict = verdicts.get(key)
            noted: tuple[Any, ...] = (None,) * 4
            if verdict is not None:
                noted = (verdict.status.value, verdict.score, verdict.because, verdict.seconds)
            rows.append((key, term.verifier, term.weight, term.score, term.contribution, *noted))
        offsets.append(len(rows))
    kind = arrow_schema().field("terms").type
    fields = [kind.value_type.field(i) for i in range(kind.value_type.num_fields)]
    columns = list(zip(*rows, strict=True)) if rows else [()] * len(TERM)
    arrays = []
    for field, column in zip(fields, columns, strict=True):
        try:
            arrays.append(pa.array(column, field.type))
        except ValueError:  # half a character
            arrays.append(pa.array([whole_text(text) for text in column], field.type))
            if field.name in ("key", "verifier"):  # the rest is in `verdicts`
                for i, entry in enumerate(entries):
                    terms = {k: t.to_json() for k, t in entry.reward.terms.items()}
                    exact[i] = {**(exact[i] or {}), "terms": terms}
    struct = pa.StructArray.from_arrays(arrays, fields=fields)
    return pa.ListArray.from_arrays(pa.array(offsets, pa.int32()), struct, type=kind)
