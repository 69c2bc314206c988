"""The loop inside a worker process: one job after the other, or many that wait at once."""

from __future__ import annotations

import asyncio
import gc
import importlib
import os
import sys
import time
import traceback
from dataclasses import dataclass
from typing import Any, BinaryIO

from assay.engine.workers.frames import (
    BOUND,
    ESCALATED,
    HEADER,
    LOADED,
    PREPARING,
    READY,
    RECIPE,
    RESULT,
    dumps,
    encode,
    loads,
)
from assay.engine.workers.machine_faults import by_machine
from assay.errors import PluginError, ReferenceUnreadable, VerdictError
from assay.model import Sample, Verdict
from assay.model.view import Reader, SampleView
from assay.plugins.code_digest import code_digest, forget
from assay.plugins.files import PluginFile, register
from assay.plugins.load import build, load_target
from assay.printable import a_type

TRACE_CHARS = 4000
"""Cap of a traceback in a verdict."""

PREPARE_S = 120.0
"""What a verifier may take for what is not a completion's doing; then the item is undecided."""

RETIRE_SHARE = 0.5
"""A worker whose peak memory passes this share of its cap asks to be replaced."""


@dataclass(slots=True)
class LoadedVerifier:
    """One verifier with its params, as this process has built it."""

    name: str
    verifier: Any
    bound_s: Any
    reader: Reader
    prepare: Any = None
    broken: list[str] | None = None


def load_verifier(payload: bytes) -> LoadedVerifier:
    """Import and build what the payload names; a failure is kept and reported with every job."""
    noted = loads(payload)
    name = noted["name"]
    reader = Reader(name, tuple(noted["sees"]))
    _look_in(noted["path"])
    try:
        found = _found(name, noted)
        params = None
        if noted["model"] is not None:
            model = load_target(name, noted["model"])
            params = model.model_validate(noted["params"])
        verifier = build(name, found, params)
    except Exception as err:
        return LoadedVerifier(name, None, None, reader, broken=_crash(err))
    bound_s, prepare = (getattr(verifier, x, None) for x in ("bound_s", "prepare"))
    return LoadedVerifier(name, verifier, bound_s, reader, prepare)


def _look_in(path: list[str]) -> None:
    """Find modules where the calling process finds them by now.

    Workers are shared, so this one may be older than a folder that was put on the path since. What
    an earlier verifier has yet to import is looked for where it was, too.
    """
    wanted = [*path, *(entry for entry in sys.path if entry not in path)]
    if wanted != sys.path:
        sys.path[:] = wanted
        importlib.invalidate_caches()


def _found(name: str, noted: dict[str, Any]) -> Any:
    """The factory or function of a recipe, with the very code that the signature names.

    Raises:
        PluginError: it cannot be imported, or its file is no longer what the caller imported.
    """
    if noted["file"] is not None:
        register(PluginFile.from_json(noted["file"]))
        return load_target(name, noted["target"])
    found = load_target(name, noted["target"])
    if noted["code"] and code_digest(found) != noted["code"]:
        forget(noted["target"].partition(":")[0])  # this worker may have an older one
        found = load_target(name, noted["target"])
        if code_digest(found) != noted["code"]:
            raise PluginError(
                f"verifier {name!r}: {noted['target']!r} was edited since the calling process "
                "imported it; fix: importlib.reload it there and make a new engine, or load its "
                'file with plugins=["file.py"]'
            )
    return found


def _crash(err: BaseException) -> list[str]:
    """The sentence, the traceback, and ``machine`` where that is the cause."""
    first = str(err).partition("\n")[0]
    sentence = first if isinstance(err, PluginError) else f"{type(err).__name__}: {first}"
    trace = "".join(traceback.format_exception(err))[-TRACE_CHARS:]
    return [sentence[:500], trace, *(["machine"] if by_machine(err) else [])]


def judge_shown(judge: Any, sample: SampleView) -> Any:
    """What `judge` says of the sample, unless it read what it did not declare.

    Raises:
        FieldNotDeclared: it did, whatever it made of that.
        Exception: what it raised itself.
    """
    try:
        result = judge(sample)
    except ReferenceUnreadable:
        sample.check()
        raise
    sample.check()
    return result


def as_verdict(name: str, result: Any, seconds: float) -> Verdict:
    """`result` with the verifier's full name and its time.

    Raises:
        VerdictError: `result` is not a verdict.
    """
    if not isinstance(result, Verdict):
        raise VerdictError(f"{name} returned {a_type(result)}, not a Verdict")
    return result.named(name, seconds)


def _read(stream: BinaryIO) -> tuple[int, int, bytes] | None:
    header = stream.read(HEADER.size)
    if len(header) < HEADER.size:
        return None
    length, kind, number, _, _ = HEADER.unpack(header)
    payload = stream.read(length)
    return (kind, number, payload) if len(payload) == length else None


def _write(descriptor: int, frame: bytes) -> None:
    view = memoryview(frame)
    while view:
        view = view[os.write(descriptor, view) :]


def serve(stream: BinaryIO, replies: int, memory_bytes: int) -> None:
    """Judge what comes, in order, until the pipe closes."""
    import resource

    verifiers: dict[int, LoadedVerifier] = {}
    retire_at = memory_bytes * RETIRE_SHARE / 1024
    _write(replies, encode(READY, os.getpid(), cpu=time.process_time()))
    while (message := _read(stream)) is not None:
        kind, number, payload = message
        if kind == RECIPE:
            verifiers[number] = load_verifier(payload)
            gc.collect()
            gc.freeze()  # what a verifier imports is never garbage; collections stay short
            _write(replies, encode(LOADED, number, cpu=time.process_time()))
            continue
        of, _, rest = payload.partition(b"\n")
        bound, _, text = rest.partition(b"\n")
        loaded = verifiers[int(of)]
        start = time.perf_counter()
        try:
            reply = _judge(loaded, kind, text, number, replies, start, float(bound))
        except MemoryError:
            reply = {"limit": "memory"}
        body = _packed(loaded, reply)
        full = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss > retire_at > 0
        if full or "limit" in reply:
            body = b"!" + body  # this worker wants to be replaced
        wall = time.perf_counter() - start
        _write(replies, encode(RESULT, number, body, time.process_time(), wall))


def _packed(loaded: LoadedVerifier, reply: dict[str, Any]) -> bytes:
    try:
        return dumps(reply)
    except (ValueError, TypeError, RecursionError) as err:
        return dumps({"crash": [f"{loaded.name}: the verdict is not valid JSON: {err}"[:500], ""]})


def _judge(
    loaded: LoadedVerifier,
    kind: int,
    text: bytes,
    number: int,
    replies: int,
    start: float,
    timeout_s: float,
) -> dict[str, Any]:
    if loaded.broken is not None:
        return {"crash": loaded.broken}
    try:
        sample = loaded.reader.show(Sample.from_row(loads(text)))
        if hasattr(loaded.verifier, "engine_timeout_s"):
            loaded.verifier.engine_timeout_s = timeout_s
        if loaded.prepare is not None:
            _write(replies, encode(PREPARING, number, cpu=time.process_time(), wall=PREPARE_S))
            try:
                loaded.prepare(sample)
            except MemoryError:  # no completion's doing
                return {"crash": ["MemoryError: preparing the sample took too much memory", ""]}
            if loaded.bound_s is None:  # its clock starts
                _write(replies, encode(BOUND, number, cpu=time.process_time(), wall=timeout_s))
        if loaded.bound_s is not None:
            bound = float(loaded.bound_s(sample))
            _write(replies, encode(BOUND, number, cpu=time.process_time(), wall=bound))
        judge = loaded.verifier.escalated if kind == ESCALATED else loaded.verifier.verify
        result = judge_shown(judge, sample)
        verdict = as_verdict(loaded.name, result, time.perf_counter() - start)
        return {"verdict": verdict.to_json()}
    except MemoryError:
        raise
    except ReferenceUnreadable as err:
        return {"invalid": str(err)}
    except Exception as err:
        return {"crash": _crash(err)}
    except (SystemExit, KeyboardInterrupt, GeneratorExit) as err:
        return {"crash": _crash(err)}


def serve_waiting(stream: BinaryIO, replies: int) -> None:
    """Judge many at once, each an `async def verify`, until the pipe closes."""
    asyncio.run(_wait(stream, replies))


async def _wait(stream: BinaryIO, replies: int) -> None:
    loop = asyncio.get_running_loop()
    verifiers: dict[int, LoadedVerifier] = {}
    tasks: set[asyncio.Task[None]] = set()
    _write(replies, encode(READY, os.getpid(), cpu=time.process_time()))
    while (message := await loop.run_in_executor(None, _read, stream)) is not None:
        kind, number, payload = message
        if kind == RECIPE:
            verifiers[number] = load_verifier(payload)
            _write(replies, encode(LOADED, number, cpu=time.process_time()))
            continue
        task = loop.create_task(_job(verifiers, kind, number, payload, replies))
        tasks.add(task)
        task.add_done_callback(tasks.discard)
    os._exit(0)  # the parent is gone; whatever still waits is for nobody


async def _job(
    verifiers: dict[int, LoadedVerifier], kind: int, number: int, payload: bytes, out: int
) -> None:
    of, _, rest = payload.partition(b"\n")
    bound, _, text = rest.partition(b"\n")
    loaded = verifiers[int(of)]
    start = time.perf_counter()
    try:
        async with asyncio.timeout(float(bound)):
            reply = await _judge_waiting(loaded, kind, text, start)
    except TimeoutError:
        reply = {"late": True}
    except MemoryError:
        reply = {"limit": "memory"}
    wall = time.perf_counter() - start
    _write(out, encode(RESULT, number, _packed(loaded, reply), time.process_time(), wall))


async def _judge_waiting(
    loaded: LoadedVerifier, kind: int, text: bytes, start: float
) -> dict[str, Any]:
    if loaded.broken is not None:
        return {"crash": loaded.broken}
    try:
        sample = loaded.reader.show(Sample.from_row(loads(text)))
        judge = loaded.verifier.escalated if kind == ESCALATED else loaded.verifier.verify
        result = judge_shown(judge, sample)
        if hasattr(result, "__await__"):
            result = await result
            sample.check()
        verdict = as_verdict(loaded.name, result, time.perf_counter() - start)
        return {"verdict": verdict.to_json()}
    except (MemoryError, TimeoutError, asyncio.CancelledError):
        raise
    except ReferenceUnreadable as err:
        return {"invalid": str(err)}
    except (Exception, SystemExit, KeyboardInterrupt) as err:
        return {"crash": _crash(err)}
