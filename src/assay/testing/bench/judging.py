"""Runs one verifier on samples, and says of each what it came to: the child's side."""

from __future__ import annotations

import asyncio
import contextlib
import os
import threading
import time
import traceback
from collections.abc import Callable, Coroutine
from typing import Any

from assay.engine.workers.blame import own_s, process_times
from assay.engine.workers.frames import dumps
from assay.engine.workers.loaded_verifier import LoadedVerifier, as_verdict, load_verifier
from assay.engine.workers.waiting_loop import TriesSpent, asked
from assay.errors import (
    FieldNotDeclared,
    ReferenceUnreadable,
    ServiceUnavailable,
    VerdictError,
)
from assay.model import Sample, Verdict
from assay.model.view import SampleView
from assay.plugins.spec import Escalate
from assay.testing.bench.watch import SideEffectWatch, children_faults

TRACE_CHARS = 4000
THREADS = 4
"""Threads that judge at once, for a verifier that runs inline: enough to meet, cheap to start."""

LOOK_S = 0.005
"""How often the event loop is looked at: a twentieth of what it may be held for."""


class Judge:
    """A loaded verifier under watch.

    Args:
        recipe: As a worker gets it.
        watch: What notes its effects.
        timeout_s: The engine's bound, for verifiers that keep it themselves.
        say: Sends a message to the parent: ``{"bound": seconds}`` widens the bound of the sample
            at hand.
    """

    def __init__(
        self,
        recipe: bytes,
        watch: SideEffectWatch,
        timeout_s: float,
        say: Callable[[dict[str, object]], None],
    ) -> None:
        self._watch = watch
        self._timeout_s = timeout_s
        self._say = say
        self._loaded: LoadedVerifier = load_verifier(recipe)
        broken = self._loaded.broken
        self.broken = broken[0] if broken else ""
        self.trace = broken[1] if broken else ""

    def alone(self, row: dict[str, Any]) -> dict[str, Any]:
        """The outcome of one sample."""
        watch = self._watch
        before = children_faults()
        watch.begin()
        start = time.process_time()
        try:
            outcome = self._outcome(row)
        finally:
            watch.end()
        outcome.setdefault("cpu_s", time.process_time() - start)
        outcome["effects"] = list(watch.seen)
        noticed = watch.imported or any(kind == "processes" for kind, _ in watch.seen)
        if children_faults() > before and not noticed:
            outcome["effects"].append(["processes", "a child process ran"])
        outcome["ran"] = watch.ran
        return outcome

    def _outcome(self, row: dict[str, Any]) -> dict[str, Any]:
        view = self._loaded.reader.show(Sample.from_row(row))
        before = dumps(view.to_json())
        start = time.process_time()
        cpu_s = 0.0
        try:
            self._prepare(view)
            start = time.process_time()
            result = self._loaded.verifier.verify(view)
            if isinstance(result, Escalate):
                cpu_s = time.process_time() - start
                result = self._loaded.verifier.escalated(view)
            if hasattr(result, "__await__"):
                result = asyncio.run(self._asked(result, self._loaded.verifier.verify, view))
            outcome = self._as_outcome(view, result)
        except BaseException as err:
            outcome = self._raised(view, err)
        # of an inline verifier that escalated, the part that runs in the calling process counts
        outcome["cpu_s"] = cpu_s or time.process_time() - start
        outcome["touched"] = _differs(view, before)
        return outcome

    def together(self, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """The outcomes of samples that are judged in one go: at once, or in threads."""
        views = [self._loaded.reader.show(Sample.from_row(row)) for row in rows]
        for view in views:
            with contextlib.suppress(Exception):  # it is raised again as it is judged
                self._prepare(view)
        if self._loaded.batch is not None:
            return asyncio.run(_watched(self._in_batches(views, self._loaded.batch)))
        verify = self._loaded.verifier.verify
        if asyncio.iscoroutinefunction(verify) or self._awaits(views):
            return asyncio.run(_watched(self._at_once(views)))
        return self._in_threads(views)

    def _awaits(self, views: list[SampleView]) -> bool:
        """Whether `verify` gives a coroutine, though it is not a ``async def`` itself."""
        if not views:
            return False
        try:
            result = self._loaded.verifier.verify(views[0])
        except Exception:
            return False
        if hasattr(result, "close") and hasattr(result, "__await__"):
            result.close()
            return True
        return False

    async def _asked(self, first: Any, judge: Callable[[Any], Any], argument: Any) -> Any:
        """What `judge` gives, by the policy; `first`: what its first call returned."""
        begun = [first]

        def ask() -> Any:
            return begun.pop() if begun else judge(argument)

        return await asked(ask, self._loaded.policy, self._timeout_s)

    async def _at_once(self, views: list[SampleView]) -> list[dict[str, Any]]:
        gate = asyncio.Semaphore(self._loaded.policy.concurrency)

        async def one(view: SampleView) -> dict[str, Any]:
            async with gate:
                return await self._single(view)

        return list(await asyncio.gather(*(one(view) for view in views)))

    async def _in_batches(self, views: list[SampleView], size: int) -> list[dict[str, Any]]:
        """As the engine cuts them: a batch that fails as a whole is judged one by one."""
        found: list[dict[str, Any]] = []
        for at in range(0, len(views), size):
            part = views[at : at + size]
            try:
                many = self._loaded.verifier.verify_many
                results = many(part)
                if hasattr(results, "__await__"):
                    results = await self._asked(results, many, part)
            except VerdictError as err:
                found += [self._raised(view, err) for view in part]
                continue
            except Exception:
                found += [await self._single(view) for view in part]
                continue
            for view, result in zip(part, results, strict=True):
                found.append(self._one_of(view, result))
        return found

    async def _single(self, view: SampleView) -> dict[str, Any]:
        try:
            result = self._loaded.verifier.verify(view)
            if hasattr(result, "__await__"):
                result = await self._asked(result, self._loaded.verifier.verify, view)
            return self._as_outcome(view, result)
        except Exception as err:
            return self._raised(view, err)

    def _one_of(self, view: SampleView, result: Any) -> dict[str, Any]:
        try:
            if isinstance(result, Exception):
                raise result
            return self._as_outcome(view, result)
        except Exception as err:
            return self._raised(view, err)

    def _in_threads(self, views: list[SampleView]) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = [{} for _ in views]

        def work(first: int) -> None:
            for i in range(first, len(views), THREADS):
                view = views[i]
                try:
                    result = self._loaded.verifier.verify(view)
                    if isinstance(result, Escalate):
                        result = self._loaded.verifier.escalated(view)
                    found[i] = self._as_outcome(view, result)
                except BaseException as err:
                    found[i] = self._raised(view, err)

        threads = [threading.Thread(target=work, args=(first,)) for first in range(THREADS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return found

    def _prepare(self, view: SampleView) -> None:
        loaded = self._loaded
        if hasattr(loaded.verifier, "engine_timeout_s"):
            loaded.verifier.engine_timeout_s = self._timeout_s
        if loaded.prepare is not None:
            self._say({"bound": 120.0})
            loaded.prepare(view)
            self._say({"bound": self._timeout_s})
        if loaded.bound_s is not None:
            self._say({"bound": max(self._timeout_s, float(loaded.bound_s(view)))})

    def _as_outcome(self, view: SampleView, result: Any) -> dict[str, Any]:
        verdict: Verdict = as_verdict(self._loaded.name, result, 0.0)
        view.check()
        other = result.verifier != self._loaded.name
        return {
            "named": result.verifier[:200] if other else "",
            "status": str(verdict.status),
            "score": verdict.score,
            "because": verdict.because[:500],
            "feedback": verdict.feedback,
        }

    def _raised(self, view: SampleView, err: BaseException) -> dict[str, Any]:
        try:
            view.check()
        except FieldNotDeclared as undeclared:
            err = undeclared
        trace = "".join(traceback.format_exception(err))[-TRACE_CHARS:]
        sentence = str(err).partition("\n")[0][:500]
        outcome = {"status": "crashed", "score": None, "because": sentence, "trace": trace}
        outcome["raised"] = type(err).__name__
        if isinstance(err, TriesSpent):
            outcome["status"] = "timed_out" if err.late else "unavailable"
            outcome["raised"] = "TimeoutError" if err.late else "ServiceUnavailable"
        elif isinstance(err, ServiceUnavailable):
            outcome["status"] = "unavailable"
        elif isinstance(err, ReferenceUnreadable):
            outcome["status"] = "invalid"
        elif isinstance(err, FieldNotDeclared):
            outcome["fault"] = "needs"
        elif isinstance(err, VerdictError):
            outcome["fault"] = "verdict"
        return outcome


async def _watched(work: Coroutine[Any, Any, list[dict[str, Any]]]) -> list[dict[str, Any]]:
    """The outcomes, each with how long one step kept the event loop to itself at worst."""
    worst = [0.0]

    async def look() -> None:
        pid = os.getpid()
        before = process_times(pid)
        while True:
            await asyncio.sleep(LOOK_S)
            now = process_times(pid)
            # what the machine kept the process waiting for is none of the verifier's doing
            held_s = own_s(before, now, settled=True)  # it is this process that looks
            worst[0] = max(worst[0], held_s - LOOK_S)
            before = now

    looking = asyncio.get_running_loop().create_task(look())
    await asyncio.sleep(0)  # so that it sees the first step, too
    try:
        found = await work
        await asyncio.sleep(2 * LOOK_S)
    finally:
        looking.cancel()
    for outcome in found:
        outcome["held_s"] = worst[0]
    return found


def _differs(view: SampleView, before: bytes) -> bool:
    try:
        return dumps(view.to_json()) != before
    except Exception:
        return True
