"""A one-file plugin of verifiers that judge in batches, and of waiting ones with policies."""

from __future__ import annotations

import asyncio
import os
import sys
from typing import Any

from assay import (
    ReferenceUnreadable,
    Sample,
    ServiceUnavailable,
    Verdict,
    VerifierSpec,
    WaitPolicy,
    hookimpl,
    verifier,
)


def _one(sample: Sample, size: int) -> Verdict | Exception:
    what = sample.text.split()[0]
    if what == "unreadable":
        return ReferenceUnreadable("reference cannot be read")
    if what == "bug":
        return RuntimeError("of this sample alone")
    return Verdict.judged("forms.many@1", 1.0, f"{sample.text} in a batch of {size}")


class _Many:
    """Does what the completions say; the worst of them happens to the whole batch."""

    def verify_many(self, samples: list[Sample]) -> list[Any]:
        texts = [sample.text.split()[0] for sample in samples]
        if "hang" in texts:
            while True:
                pass
        if "exit" in texts:
            os._exit(3)
        if "sys.exit" in texts:
            sys.exit(3)
        if "raise" in texts:
            raise RuntimeError("in the midst of a batch")
        if "memory" in texts:
            bytearray(64 << 30)
        found = [_one(sample, len(samples)) for sample in samples]
        return found[1:] if "short" in texts else found


def many(params: object) -> _Many:
    """Factory."""
    return _Many()


class _Single:
    def verify(self, sample: Sample) -> Verdict:
        return Verdict.judged("forms.single@1", 1.0, "x")


def single(params: object) -> _Single:
    """Factory."""
    return _Single()


@verifier("forms.later@1", cost="waiting", batch=4)
async def later(samples: list[Sample]) -> list[Any]:
    """Waits for a whole batch; one that is late makes its batch late."""
    await asyncio.sleep(60 if any(s.text == "late" for s in samples) else 0.001)
    if any(s.text == "refused" for s in samples):
        raise ServiceUnavailable("503")
    return [Verdict.judged("forms.later@1", 1.0, f"{len(samples)} together") for s in samples]


_now = 0
_most = 0


@verifier("forms.counted@1", cost="waiting", waiting=WaitPolicy(concurrency=3))
async def counted(sample: Sample) -> Verdict:
    """Says how many were under way at once."""
    global _now, _most
    _now += 1
    _most = max(_most, _now)
    await asyncio.sleep(0.05)
    _now -= 1
    return Verdict.judged("forms.counted@1", 1.0, f"{_most} at once")


_tries: dict[str, int] = {}

PATIENT = WaitPolicy(retries=3, timeout_s=0.5, deadline_s=20.0, pause_s=0.01)


@verifier("forms.flaky@1", cost="waiting", waiting=PATIENT, deterministic=False)
async def flaky(sample: Sample) -> Verdict:
    """Fails as often, and in such a way, as the completion says: ``503 2``."""
    what, _, count = sample.text.partition(" ")
    tries = _tries[sample.text] = _tries.get(sample.text, 0) + 1
    if tries <= int(count.split()[0]):
        if what == "503":
            raise ServiceUnavailable("503 Service Unavailable")
        if what == "429":
            raise ServiceUnavailable("429 Too Many Requests", after_s=float(count.split()[1]))
        if what == "refused":
            raise ConnectionRefusedError("connection refused")
        if what == "late":
            await asyncio.sleep(60)
        if what == "bug":
            raise RuntimeError("a bug")
    return Verdict.judged("forms.flaky@1", 1.0, f"at try {tries}")


@hookimpl
def assay_verifiers() -> list[VerifierSpec]:
    module = __name__
    return [
        VerifierSpec("forms.many@1", "a batch", f"{module}:many", batch=8),
        VerifierSpec("forms.unbatched@1", "says no batch", f"{module}:many"),
        VerifierSpec("forms.single@1", "says a batch", f"{module}:single", batch=8),
    ]
