"""The loop inside the process that waits: many calls at once, each within its policy's bounds."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable
from typing import Any, BinaryIO

from assay.engine.workers.contents import store_bytes
from assay.engine.workers.frames import (
    ALONE,
    CONTENT,
    ESCALATED,
    KEPT,
    LOADED,
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
from assay.plugins.wait_policy import WaitPolicy


class TriesSpent(Exception):
    """No try of a call brought an answer.

    Args:
        because: One sentence.
        tries: How many there were.
        late: Whether the last one was late; else the service could not answer.
    """

    def __init__(self, because: str, tries: int, late: bool) -> None:
        super().__init__(because)
        self.tries = tries
        self.late = late


async def asked(ask: Callable[[], Any], policy: WaitPolicy, timeout_s: float) -> Any:
    """What `ask` gives, asked as often as the policy allows.

    Args:
        ask: Begins one try: returns a result, or an awaitable of it.
        policy: The verifier's.
        timeout_s: The engine's bound of an item, in seconds.

    Raises:
        TriesSpent: every try was late, or found the service unavailable.
        Exception: what a try raised besides.
    """
    loop = asyncio.get_running_loop()
    until = loop.time() + policy.whole_s(timeout_s)
    tries = 0
    while True:
        tries += 1
        bound = min(policy.try_s(timeout_s), until - loop.time())
        try:
            async with asyncio.timeout(bound):
                result = ask()
                return await result if hasattr(result, "__await__") else result
        except TimeoutError:
            late, because, pause = True, f"no answer within {bound:.3g} s", 0.0
        except ConnectionError as err:
            late, because = False, str(err).partition("\n")[0] or type(err).__name__
            pause = policy.pause(tries, getattr(err, "after_s", None))
        if tries > policy.retries or loop.time() + pause >= until:
            times = {1: "once", 2: "twice"}.get(tries, f"{tries} times")
            raise TriesSpent(f"{because}, {times}"[:500], tries, late)
        await asyncio.sleep(pause)


def serve_waiting(stream: BinaryIO, replies: int, memory_bytes: int) -> None:
    """Judge many at once, each an `async def`, until the pipe closes."""
    asyncio.run(_wait(stream, replies, memory_bytes))


async def _wait(stream: BinaryIO, replies: int, memory_bytes: int) -> None:
    loop = asyncio.get_running_loop()
    verifiers: dict[int, LoadedVerifier] = {}
    gates: dict[int, asyncio.Semaphore] = {}
    tasks: set[asyncio.Task[None]] = set()
    unpacker = Unpacker(store_bytes(memory_bytes))
    write_frame(replies, encode(READY, os.getpid(), cpu=time.process_time()))
    while (message := await loop.run_in_executor(None, read_message, stream)) is not None:
        kind, number, payload = message
        if kind == RECIPE:
            loaded = verifiers[number] = load_verifier(payload)
            gates[number] = asyncio.Semaphore(loaded.policy.concurrency)
            write_frame(replies, encode(LOADED, number, cpu=time.process_time()))
            continue
        if kind == CONTENT:
            unpacker.keep(payload)
            write_frame(replies, encode(KEPT, number, cpu=time.process_time()))
            continue
        of, _, rest = payload.partition(b"\n")
        bound, _, text = rest.partition(b"\n")
        given = read_batch(text) if kind == VERIFY_MANY else [(number, text)]
        opened = []
        for each, sample in given:  # now, for what it needs may be gone when its turn comes
            try:
                opened.append((each, unpacker.open(sample)))
            except ContentMissing:
                write_frame(replies, encode(RESULT, each, WANTED, time.process_time()))
        if not opened:
            continue
        loaded, gate = verifiers[int(of)], gates[int(of)]
        if kind == VERIFY_MANY:
            work = _batch(loaded, gate, opened, float(bound), replies)
        else:
            work = _job(loaded, gate, kind, *opened[0], float(bound), replies)
        task = loop.create_task(work)
        tasks.add(task)
        task.add_done_callback(tasks.discard)
    os._exit(0)  # the parent is gone; whatever still waits is for nobody


async def _job(
    loaded: LoadedVerifier,
    gate: asyncio.Semaphore,
    kind: int,
    number: int,
    opened: Opened,
    timeout_s: float,
    replies: int,
) -> None:
    async with gate:  # its clock starts behind it
        start = time.perf_counter()
        try:
            reply = await _judge(loaded, kind, opened, timeout_s, start)
        except MemoryError:
            reply = {"limit": "memory"}
        wall = time.perf_counter() - start
        body = packed(loaded, reply)
        write_frame(replies, encode(RESULT, number, body, time.process_time(), wall))


async def _judge(
    loaded: LoadedVerifier, kind: int, opened: Opened, timeout_s: float, start: float
) -> dict[str, Any]:
    if loaded.broken is not None:
        return {"crash": loaded.broken}
    try:
        sample = loaded.reader.show(opened.sample())
        judge = loaded.verifier.escalated if kind == ESCALATED else loaded.verifier.verify
        result = await asked(lambda: judge_shown(judge, sample), loaded.policy, timeout_s)
        sample.check()
        verdict = as_verdict(loaded.name, result, time.perf_counter() - start)
        return {"verdict": verdict.to_json()}
    except (MemoryError, asyncio.CancelledError):
        raise
    except TriesSpent as spent:
        return _spent(spent)
    except ReferenceUnreadable as err:
        return {"invalid": str(err)}
    except (Exception, SystemExit, KeyboardInterrupt) as err:
        return {"crash": crash_of(err)}


def _spent(spent: TriesSpent) -> dict[str, Any]:
    return {"late" if spent.late else "unavailable": [str(spent), spent.tries]}


async def _batch(
    loaded: LoadedVerifier,
    gate: asyncio.Semaphore,
    jobs: list[tuple[int, Opened]],
    timeout_s: float,
    replies: int,
) -> None:
    async with gate:
        start = time.perf_counter()
        try:
            bodies = await _judge_many(loaded, [sample for _, sample in jobs], timeout_s, start)
        except MemoryError:
            bodies = [ALONE] * len(jobs)
        wall = (time.perf_counter() - start) / len(jobs)
        for (each, _), body in zip(jobs, bodies, strict=True):
            write_frame(replies, encode(RESULT, each, body, time.process_time(), wall))


async def _judge_many(
    loaded: LoadedVerifier, given: list[Opened], timeout_s: float, start: float
) -> list[bytes]:
    def all_of(reply: dict[str, Any]) -> list[bytes]:
        return [packed(loaded, reply)] * len(given)

    if loaded.broken is not None:
        return all_of({"crash": loaded.broken})
    try:
        samples = [loaded.reader.show(opened.sample()) for opened in given]
        verify = loaded.verifier.verify_many
        results = await asked(lambda: verify(samples), loaded.policy, timeout_s)
        seconds = (time.perf_counter() - start) / len(given)
        return batch_replies(loaded, samples, results, seconds)
    except (MemoryError, asyncio.CancelledError):
        raise
    except TriesSpent as spent:
        if spent.late:  # one of them may have kept the others waiting
            return [ALONE] * len(given)
        return all_of(_spent(spent))
    except VerdictError as err:  # not a result for each: a bug, whoever is in the batch
        return all_of({"crash": crash_of(err)})
    except (Exception, SystemExit, KeyboardInterrupt):
        return [ALONE] * len(given)
