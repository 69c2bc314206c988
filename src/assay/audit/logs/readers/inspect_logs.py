"""Logs of inspect_ai.

Written by inspect_ai 0.3 as ``.json`` (``inspect_ai/log/_recorders/json.py``: one object with
``version``, ``status``, ``eval`` ... ``samples``) and as ``.eval``
(``inspect_ai/log/_recorders/eval.py``: a zip with ``header.json`` or ``_journal/start.json`` and a
member ``samples/<id>_epoch_<n>.json`` for each sample). A sample is `EvalSample` of
``inspect_ai/log/_log.py``; letters are read as in ``value_to_float`` of
``inspect_ai/scorer/_metric.py``.
"""

from __future__ import annotations

import json
import math
import struct
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from typing import Any

from assay.errors import RolloutsError
from assay.plugins.log_readers import LogHead
from assay.printable import in_line
from assay.rollouts.rows import LINE_BYTES

ZIP_MAGIC = b"PK\x03\x04"
ZSTD = 93
"""Method of a zip's member; what inspect_ai writes, and what Python's zipfile cannot read."""

LETTERS = {"c": 1.0, "i": 0.0, "p": 0.5, "n": 0.0, "yes": 1.0, "true": 1.0, "no": 0.0, "false": 0.0}


class Inspect:
    """A sample is a row; its scores are the criteria."""

    def claims(self, head: LogHead) -> int:
        """A zip that is named ``.eval``; an object that begins as a log does."""
        if head.start.startswith(ZIP_MAGIC):
            return 2 if head.path.endswith(".eval") else 0
        begins = head.start.lstrip()[:1] == b"{"
        marks = [name for name in (b'"version"', b'"status"', b'"eval"') if name in head.start]
        named = b'"task"' in head.start and b'"model"' in head.start
        return len(marks) + 2 if begins and len(marks) == 3 and named else 0

    def rows(self, path: str) -> Iterator[tuple[int, Mapping[str, Any]]]:
        """Every sample, in the order of the file."""
        try:
            with open(path, "rb") as file:
                zipped = file.read(len(ZIP_MAGIC)) == ZIP_MAGIC
            if zipped:
                yield from _zipped(path)
                return
            with open(path, "rb") as file:
                log = json.loads(file.read().decode("utf-8", "surrogatepass"))
        except RecursionError:
            raise RolloutsError(f"{in_line(path)}: nested too deeply") from None
        except (OSError, zipfile.BadZipFile, zlib.error, struct.error) as err:
            raise RolloutsError(f"{in_line(path)}: cannot be read further: {err}") from err
        spec = _table(_table(log).get("eval"))
        for number, sample in enumerate(_list(_table(log).get("samples")), 1):
            if isinstance(sample, Mapping):
                yield number, _row(spec, sample)


READER = Inspect()


def _zipped(path: str) -> Iterator[tuple[int, Mapping[str, Any]]]:
    with zipfile.ZipFile(path) as file:
        members = {info.filename: info for info in file.infolist()}
        spec: Mapping[str, Any] = {}
        for name in ("header.json", "_journal/start.json"):
            if name in members:
                spec = _table(_table(_member(path, members[name])).get("eval"))
                break
        number = 0
        for name, info in members.items():
            if name.startswith("samples/") and name.endswith(".json"):
                number += 1
                sample = _member(path, info)
                if isinstance(sample, Mapping):
                    yield number, _row(spec, sample)


def _member(path: str, info: zipfile.ZipInfo) -> Any:
    """A member as JSON."""
    if info.file_size > LINE_BYTES:
        raise RolloutsError(f"{in_line(path)}: {info.filename!r} is longer than any sample may be")
    if info.compress_type == ZSTD:
        data = _unzstd(_raw(path, info), info.file_size)
    else:
        with zipfile.ZipFile(path) as file, file.open(info) as member:
            data = member.read(LINE_BYTES)
    return json.loads(data.decode("utf-8", "surrogatepass"))


def _raw(path: str, info: zipfile.ZipInfo) -> bytes:
    """The packed bytes of a member: behind its local header, whose name and extra vary."""
    with open(path, "rb") as file:
        file.seek(info.header_offset)
        header = file.read(30)
        name, extra = struct.unpack("<HH", header[26:30])
        file.seek(name + extra, 1)
        return file.read(info.compress_size)


def _unzstd(data: bytes, size: int) -> bytes:
    import pyarrow as pa

    try:
        with pa.input_stream(pa.py_buffer(data), compression="zstd") as stream:
            unpacked: bytes = stream.read(size)
    except (pa.ArrowException, OSError) as err:
        raise RolloutsError(f"a sample cannot be unpacked: {err}") from err
    return unpacked


def _table(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _row(spec: Mapping[str, Any], sample: Mapping[str, Any]) -> dict[str, Any]:
    output = _table(sample.get("output"))
    choice = _table(next(iter(_list(output.get("choices"))), None))
    scores = _scores(_table(sample.get("scores")))
    failed = sample.get("error") is not None
    task, identity = spec.get("task"), sample.get("id")
    message = _table(choice.get("message"))
    only = next(iter(scores.values())) if len(scores) == 1 else None
    row: dict[str, Any] = {
        "prompt_id": None if identity is None else f"{task}/{identity}",
        "prompt": sample.get("input"),
        "completion": output.get("completion") or ([message] if message else None),
        "reference": sample.get("target"),
        "n_tokens": _table(output.get("usage")).get("output_tokens"),
        "finish_reason": choice.get("stop_reason"),
        # several scores make no reward: the log does not say how they would be combined
        "reward": only if isinstance(only, float) and not failed else None,
        "status": "unscored" if failed else None,
        "scores": scores,
        "model": output.get("model") or spec.get("model"),
        "data_source": task,
        "epoch": sample.get("epoch"),
        "error": _table(sample.get("error")).get("message"),
        "metadata": sample.get("metadata"),
        "explanations": {
            name: score["explanation"]
            for name, score in _table(sample.get("scores")).items()
            if _table(score).get("explanation") is not None
        }
        or None,
    }
    return {k: v for k, v in row.items() if v is not None}


def _scores(scores: Mapping[str, Any]) -> dict[str, float | None]:
    """Criterion -> number; a score that is an object gives one for each of its entries."""
    found: dict[str, float | None] = {}
    for name, score in scores.items():
        value = _table(score).get("value")
        if isinstance(value, Mapping):
            found.update({f"{name}/{k}": _number(v) for k, v in value.items()})
        elif not isinstance(value, list):
            found[name] = _number(value)
    return found


def _number(value: Any) -> float | None:
    """As inspect_ai converts values; None for what it has no number for, NaN among it."""
    if isinstance(value, bool | int | float):
        return float(value) if math.isfinite(value) else None
    if not isinstance(value, str):
        return None
    word = value.strip().lower()
    if word in LETTERS:
        return LETTERS[word]
    try:
        number = float(word)
    except ValueError:
        return None
    return number if math.isfinite(number) else None
