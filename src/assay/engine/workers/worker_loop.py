"""The loop inside a worker process: one job, or one batch of them, after the other."""

from __future__ import annotations

import gc
import os
import time
from typing import Any, BinaryIO

from assay.engine.workers.contents import store_bytes
from assay.engine.workers.frames import (
    ALONE,
    BOUND,
    CONTENT,
    ESCALATED,
    KEPT,
    LOADED,
    PREPARING,
    READY,
    RECIPE,
    RESULT,
    VERIFY_MANY,
    WANTED,
    encode,
    read_batch,
    read_message,
    write_frame,
)
from assay.engine.workers.loaded_verifier import (
    LoadedVerifier,
    as_verdict,
    batch_replies,
    crash_of,
    judge_shown,
    load_verifier,
    packed,
)
from assay.engine.workers.parcels import ContentMissing, Opened, Unpacker
from assay.errors import ReferenceUnreadable, VerdictError

PREPARE_S = 120.0
"""What a verifier may take for what is not a completion's doing; then the item is undecided."""

RETIRE_SHARE = 0.5
"""A worker whose peak memory passes this share of its cap asks to be replaced."""


def serve(stream: BinaryIO, replies: int, memory_bytes: int) -> None:
    """Judge what comes, in order, until the pipe closes."""
    verifiers: dict[int, LoadedVerifier] = {}
    unpacker = Unpacker(store_bytes(memory_bytes))
    retire_at = memory_bytes * RETIRE_SHARE / 1024
    write_frame(replies, encode(READY, os.getpid(), cpu=time.process_time()))
    while (message := read_message(stream)) is not None:
        kind, number, payload = message
        if kind == RECIPE:
            verifiers[number] = load_verifier(payload)
            gc.collect()
            gc.freeze()  # what a verifier imports is never garbage; collections stay short
            write_frame(replies, encode(LOADED, number, cpu=time.process_time()))
            continue
        if kind == CONTENT:
            unpacker.keep(payload)
            write_frame(replies, encode(KEPT, number, cpu=time.process_time()))
            continue
        of, _, rest = payload.partition(b"\n")
        bound, _, text = rest.partition(b"\n")
        loaded = verifiers[int(of)]
        start = time.perf_counter()
        if kind == VERIFY_MANY:
            samples = read_batch(text)
            bodies = _judge_many(loaded, [sample for _, sample in samples], unpacker)
            numbers = [number for number, _ in samples]
            _answer(replies, numbers, bodies, start, _full(retire_at))
            continue
        try:
            opened = unpacker.open(text)
        except ContentMissing:
            _answer(replies, [number], [WANTED], start, False)
            continue
        try:
            reply = _judge(loaded, kind, opened, number, replies, start, float(bound))
        except MemoryError:
            reply = {"limit": "memory"}
        full = _full(retire_at) or "limit" in reply
        _answer(replies, [number], [packed(loaded, reply)], start, full)


def _full(retire_at: float) -> bool:
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss > retire_at > 0


def _answer(
    replies: int, numbers: list[int], bodies: list[bytes], start: float, replace: bool
) -> None:
    """Send a reply to each job; `replace`: this worker wants to be replaced after them."""
    wall = (time.perf_counter() - start) / len(numbers)
    if replace:
        bodies[-1] = b"!" + bodies[-1]
    for number, body in zip(numbers, bodies, strict=True):
        write_frame(replies, encode(RESULT, number, body, time.process_time(), wall))


def _judge_many(loaded: LoadedVerifier, texts: list[bytes], unpacker: Unpacker) -> list[bytes]:
    """The replies to a batch: what each sample came to, or that each is to be judged alone."""
    if loaded.broken is not None:
        return [packed(loaded, {"crash": loaded.broken})] * len(texts)
    start = time.perf_counter()
    try:
        samples = [loaded.reader.show(unpacker.open(text).sample()) for text in texts]
        results = loaded.verifier.verify_many(samples)
        seconds = (time.perf_counter() - start) / len(texts)
        return batch_replies(loaded, samples, results, seconds)
    except VerdictError as err:  # not a result for each: a bug, whoever is in the batch
        return [packed(loaded, {"crash": crash_of(err)})] * len(texts)
    except (Exception, SystemExit, KeyboardInterrupt, GeneratorExit):
        return [ALONE] * len(texts)


def _judge(
    loaded: LoadedVerifier,
    kind: int,
    opened: Opened,
    number: int,
    replies: int,
    start: float,
    timeout_s: float,
) -> dict[str, Any]:
    if loaded.broken is not None:
        return {"crash": loaded.broken}
    try:
        sample = loaded.reader.show(opened.sample())
        if hasattr(loaded.verifier, "engine_timeout_s"):
            loaded.verifier.engine_timeout_s = timeout_s
        if loaded.prepare is not None:
            write_frame(replies, encode(PREPARING, number, cpu=time.process_time(), wall=PREPARE_S))
            try:
                loaded.prepare(sample)
            except MemoryError:  # no completion's doing
                return {"crash": ["MemoryError: preparing the sample took too much memory", ""]}
            if loaded.bound_s is None:  # its clock starts
                write_frame(replies, encode(BOUND, number, cpu=time.process_time(), wall=timeout_s))
        if loaded.bound_s is not None:
            bound = float(loaded.bound_s(sample))
            write_frame(replies, encode(BOUND, number, cpu=time.process_time(), wall=bound))
        judge = loaded.verifier.escalated if kind == ESCALATED else loaded.verifier.verify
        result = judge_shown(judge, sample)
        verdict = as_verdict(loaded.name, result, time.perf_counter() - start)
        return {"verdict": verdict.to_json()}
    except MemoryError:
        raise
    except ReferenceUnreadable as err:
        return {"invalid": str(err)}
    except Exception as err:
        return {"crash": crash_of(err)}
    except (SystemExit, KeyboardInterrupt, GeneratorExit) as err:
        return {"crash": crash_of(err)}
