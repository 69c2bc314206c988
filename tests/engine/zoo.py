"""A one-file plugin of verifiers that behave, and of every way in which one can misbehave.

What they do is chosen by the completion where it matters, so that one batch can hold both.
"""

from __future__ import annotations

import asyncio
import ctypes
import os
import signal
import struct
import sys
import time

from assay import Escalate, ReferenceUnreadable, Sample, Verdict, VerifierSpec, hookimpl, verifier

NAMES = globals()


@verifier("zoo.length@1", cost="inline")
def length(sample: Sample) -> float:
    """Share of 100 characters that the completion fills."""
    return min(len(sample.text), 100) / 100


@verifier("zoo.worker_length@1")
def worker_length(sample: Sample) -> float:
    """The same, in a worker."""
    return min(len(sample.text), 100) / 100


@verifier("zoo.right@1", needs=["reference"], levels=[0, 1])
def right(sample: Sample) -> bool:
    """Completion equals reference, in a worker."""
    if sample.reference == "unreadable":
        raise ReferenceUnreadable("reference 'unreadable' cannot be read")
    return sample.text == str(sample.reference)


def _hang_in_c() -> None:
    """A big-integer power: holds the GIL, so no thread and no signal handler gets a turn."""
    pow(7, 10**8) % 1000


@verifier("zoo.act@1")
def act(sample: Sample) -> object:
    """Does what the completion says."""
    what, _, argument = sample.text.partition(" ")
    if what == "hang":
        while True:
            pass
    if what == "hang-c":
        _hang_in_c()
    if what == "sleep":
        time.sleep(float(argument))
    if what == "spin":
        end = time.process_time() + float(argument)
        while time.process_time() < end:
            pass
    if what == "raise":
        raise RuntimeError(f"told to: {argument}")
    if what == "exit":
        os._exit(int(argument or 0))
    if what == "sys.exit":
        sys.exit(argument)
    if what == "segfault":
        ctypes.string_at(0)
    if what == "memory":
        return len(bytearray(64 << 30))
    if what == "nan":
        return float("nan")
    if what == "two":
        return 2.0
    if what == "none":
        return None
    if what == "print":
        print("a line on standard output " * 100)
    if what == "pid":
        return Verdict.judged("zoo.act@1", 1.0, str(os.getpid()))
    if what == "hashseed":
        return Verdict.judged("zoo.act@1", 1.0, str(hash("assay")))
    if what == "stop":
        os.kill(os.getpid(), signal.SIGSTOP)
    if what == "child":
        pid = os.fork()
        if pid == 0:
            time.sleep(1000)
            os._exit(0)
        return Verdict.judged("zoo.act@1", 1.0, str(pid))
    if what == "unsendable":
        return Verdict.judged("zoo.act@1", 1.0, "x", details={"value": float("inf")})
    if what.startswith("frame-"):
        _forge(what)
    return 1.0


def _forge(what: str) -> None:
    """Write to every descriptor that could be the engine's."""
    header = struct.Struct("<IBQdd")
    forged = {
        "frame-garbage": b"\xff" * 64,
        "frame-half": header.pack(1000, 19, 1, 0.0, 0.0) + b"{",
        "frame-giant": header.pack(2**32 - 1, 19, 1, 0.0, 0.0),
        "frame-stranger": header.pack(2, 19, 2**60, 0.0, 0.0) + b"{}",
    }[what]
    for descriptor in range(3, 64):
        try:
            if not os.get_inheritable(descriptor):
                os.write(descriptor, forged)
        except OSError:
            continue
    if what == "frame-half":
        while True:
            time.sleep(1)


class _Halves:
    """Judges even lengths itself, and passes odd ones on."""

    def verify(self, sample: Sample) -> Verdict | Escalate:
        if len(sample.text) % 2 == 0:
            return Verdict.judged("zoo.halves@1", 1.0, f"even, in process {os.getpid()}")
        return Escalate("odd")

    def escalated(self, sample: Sample) -> Verdict:
        return Verdict.judged("zoo.halves@1", 0.5, f"odd, in process {os.getpid()}")


def halves(params: object) -> _Halves:
    """Factory."""
    return _Halves()


class _Waiter:
    """Sleeps as long as the completion says, without blocking others."""

    async def verify(self, sample: Sample) -> Verdict:
        await asyncio.sleep(float(sample.text.split()[0]))
        return Verdict.judged("zoo.waiter@1", 1.0, "back")


def waiter(params: object) -> _Waiter:
    """Factory."""
    return _Waiter()


class _Patient:
    """Asks for more time than the engine gives by default."""

    def bound_s(self, sample: Sample) -> float:
        return 30.0

    def verify(self, sample: Sample) -> Verdict:
        time.sleep(float(sample.text))
        return Verdict.judged("zoo.patient@1", 1.0, "done")


def patient(params: object) -> _Patient:
    """Factory."""
    return _Patient()


class _Prepared:
    """Takes its time before the item's clock starts, and says what bound it was given."""

    engine_timeout_s: float | None = None

    def prepare(self, sample: Sample) -> None:
        time.sleep(float(sample.text))

    def verify(self, sample: Sample) -> Verdict:
        return Verdict.judged("zoo.prepared@1", 1.0, f"at most {self.engine_timeout_s:g} s")


def prepared(params: object) -> _Prepared:
    """Factory."""
    return _Prepared()


@hookimpl
def assay_verifiers() -> list[VerifierSpec]:
    module = __name__
    return [
        VerifierSpec("zoo.halves@1", "inline, then a worker", f"{module}:halves", cost="inline"),
        VerifierSpec("zoo.waiter@1", "waits", f"{module}:waiter", cost="waiting"),
        VerifierSpec("zoo.patient@1", "takes long", f"{module}:patient"),
        VerifierSpec("zoo.prepared@1", "prepares", f"{module}:prepared"),
        VerifierSpec("zoo.broken@1", "cannot be imported", "no_such_module_here:factory"),
    ]
