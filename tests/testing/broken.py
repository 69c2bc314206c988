"""A verifier for each law, broken on purpose in that one way; and one that keeps them all."""

from __future__ import annotations

import asyncio
import contextlib
import random
import re
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import BaseModel, field_validator

from assay import (
    Example,
    ReferenceUnreadable,
    Sample,
    ServiceUnavailable,
    Verdict,
    VerifierSpec,
    hookimpl,
    verifier,
)

GOOD = (Example.full("yes", reference="yes"), Example.zero("no", reference="yes"))
UNREADABLE = Example.malformed("yes", reference="")
OPTIONS: dict[str, Any] = {
    "needs": ["reference"],
    "cost": "inline",
    "levels": [0, 1],
    "examples": [*GOOD, UNREADABLE],
}


def wanted(sample: Sample) -> str:
    reference = str(sample.reference).strip()
    if not reference:
        raise ReferenceUnreadable("the reference is empty")
    return reference


def is_right(sample: Sample) -> bool:
    return sample.answer.strip() == wanted(sample)


@verifier("kit.sound@1", **OPTIONS)
def sound(sample: Sample) -> bool:
    """Keeps every law."""
    return is_right(sample)


@verifier("kit.examples@1", **{**OPTIONS, "examples": [*GOOD, Example.full("no", reference="yes")]})
def examples(sample: Sample) -> bool:
    """An example of its own is not met."""
    return is_right(sample)


@verifier("kit.unexampled@1", **{**OPTIONS, "examples": ()})
def unexampled(sample: Sample) -> bool:
    """Declares no example."""
    return is_right(sample)


@verifier("kit.malformed@1", **OPTIONS)
def malformed(sample: Sample) -> bool:
    """Scores rows whose reference cannot be read."""
    return sample.answer.strip() == str(sample.reference).strip()


@verifier("kit.empty@1", **OPTIONS)
def empty(sample: Sample) -> bool:
    """Pays for saying nothing."""
    return wanted(sample) in sample.answer or not sample.answer.strip()


@verifier("kit.echo@1", **{**OPTIONS, "needs": ["reference", "prompt?"]})
def echo(sample: Sample) -> bool:
    """Pays for repeating the prompt."""
    return is_right(sample) or (sample.prompt is not None and sample.text == sample.prompt)


@verifier("kit.range@1", **{**OPTIONS, "levels": None})
def out_of_range(sample: Sample) -> float:
    """Gives more than 1 for long texts."""
    return is_right(sample) + len(sample.text) // 1000


@verifier("kit.levels@1", **OPTIONS)
def off_level(sample: Sample) -> float:
    """Gives a half, and declares 0 and 1."""
    return 0.5 if "?" in sample.text else float(is_right(sample))


@verifier("kit.named@1", **OPTIONS)
def names_another(sample: Sample) -> Verdict:
    """Names an older version, as after a version that was raised in one place."""
    return Verdict.judged("kit.named@0", float(is_right(sample)), "as it was")


@verifier("kit.crash@1", **OPTIONS)
def crashes(sample: Sample) -> bool:
    """Raises on braces."""
    if "{" in sample.text:
        raise KeyError("a brace")
    return is_right(sample)


@verifier("kit.deadline@1", **OPTIONS)
def late(sample: Sample) -> bool:
    """A pattern with nested repeats."""
    re.fullmatch(r"(a+)+b", sample.text[:200] if sample.text.startswith("aaaa") else "")
    if len(sample.text) > 5_000:
        time.sleep(60)
    return is_right(sample)


@verifier("kit.cost@1", **OPTIONS)
def slow(sample: Sample) -> bool:
    """Takes 20 ms for each text, and calls itself inline."""
    until = time.process_time() + 0.02
    while time.process_time() < until:
        pass
    return is_right(sample)


@verifier("kit.runs@1", **OPTIONS)
def runs(sample: Sample) -> bool:
    """Evaluates the completion."""
    if len(sample.text) < 200 and "**" not in sample.text:
        with contextlib.suppress(BaseException):
            eval(sample.text)
    return is_right(sample)


@verifier("kit.network@1", **OPTIONS)
def network(sample: Sample) -> bool:
    """Asks a server."""
    with contextlib.suppress(OSError):
        socket.create_connection(("127.0.0.1", 9), timeout=0.01).close()
    return is_right(sample)


@verifier("kit.files@1", **OPTIONS)
def files(sample: Sample) -> bool:
    """Writes a file."""
    with contextlib.suppress(OSError):
        Path(tempfile.gettempdir(), "kit-wrote-this.txt").write_text("x", encoding="utf-8")
    return is_right(sample)


@verifier("kit.processes@1", **OPTIONS)
def processes(sample: Sample) -> bool:
    """Starts a process."""
    with contextlib.suppress(OSError):
        subprocess.run(["true"], check=False)
    return is_right(sample)


@verifier("kit.twice@1", **OPTIONS)
def noisy(sample: Sample) -> bool:
    """Draws lots."""
    wanted(sample)
    return bool(sample.answer.strip()) and random.random() < 0.5


@verifier("kit.hashes@1", **OPTIONS)
def hashed(sample: Sample) -> bool:
    """Depends on the hash seed of the process."""
    return is_right(sample) or (len(sample.text) > 20 and hash(sample.text) % 2 == 0)


_last = ""


@verifier("kit.order@1", **OPTIONS)
def remembers(sample: Sample) -> bool:
    """Depends on the sample before."""
    global _last
    before, _last = _last, sample.text
    return is_right(sample) or (len(sample.text) > 20 and len(before) % 2 == 0)


@verifier("kit.needs@1", **{**OPTIONS, "needs": ["reference"]})
def undeclared(sample: Sample) -> Verdict:
    """Reads what it does not declare."""
    name = "prom" + "pt"
    score = float(is_right(sample) and getattr(sample, name) is None)
    return Verdict.judged("kit.needs@1", score, "looked")


@verifier("kit.touches@1", **{**OPTIONS, "needs": ["reference", "info?"]})
def touches(sample: Sample) -> bool:
    """Changes the sample that others judge after it."""
    right = is_right(sample)
    object.__setattr__(sample, "completion", sample.text.strip() + "!")
    return right


@verifier("kit.workers@1", **OPTIONS)
def here_only(sample: Sample) -> bool:
    """Judges by what only the process of the check has imported."""
    return is_right(sample) and "assay.testing.bench.judging" in sys.modules


class Doubling(BaseModel):
    """Params that are others each time they are read."""

    words: int = 1

    @field_validator("words")
    @classmethod
    def _twice(cls, words: int) -> int:
        return 2 * words


class Counting:
    """Right as the sound one is."""

    def __init__(self, params: Doubling) -> None:
        self.words = params.words

    def verify(self, sample: Sample) -> Verdict:
        return Verdict.judged("kit.params@1", float(is_right(sample)), "looked")


class Unbuilt:
    """Needs what is not there."""

    def __init__(self, params: None) -> None:
        raise FileNotFoundError("model.bin")


def specs() -> Iterator[VerifierSpec]:
    for name, kind, params in (
        ("kit.params@1", Counting, Doubling),
        ("kit.loads@1", Unbuilt, None),
    ):
        yield VerifierSpec(
            name,
            kind.__doc__ or "",
            f"{__name__}:{kind.__name__}",
            cost="inline",
            needs=("reference",),
            levels=(0, 1),
            params=params,
            examples=(*GOOD, UNREADABLE),
        )


@hookimpl
def assay_verifiers() -> list[VerifierSpec]:
    return [*specs()]


WAITING: dict[str, Any] = {**OPTIONS, "cost": "waiting"}
BATCH: dict[str, Any] = {**OPTIONS, "cost": "worker", "batch": 8}


@verifier("kit.sound_batch@1", **BATCH)
def sound_batch(samples: list[Sample]) -> list[bool | Exception]:
    """Keeps every law, several samples at a time."""
    found: list[bool | Exception] = []
    for sample in samples:
        try:
            found.append(is_right(sample))
        except ReferenceUnreadable as err:
            found.append(err)
    return found


@verifier("kit.sound_waiting@1", **WAITING)
async def sound_waiting(sample: Sample) -> bool:
    """Keeps every law, and waits."""
    right = is_right(sample)
    await asyncio.sleep(0.001)
    return right


@verifier("kit.holds_loop@1", **WAITING)
async def holds_loop(sample: Sample) -> bool:
    """Waits without letting others wait."""
    right = is_right(sample)
    if sample.text in ("yes", "no"):
        time.sleep(0.4)
    return right


@verifier("kit.batch_order@1", **BATCH)
def batch_order(samples: list[Sample]) -> list[bool]:
    """Returns a batch's results sorted."""
    return sorted(is_right(sample) for sample in samples)


@verifier("kit.batch_count@1", **BATCH)
def batch_count(samples: list[Sample]) -> list[bool]:
    """Leaves out a sample of a batch."""
    found = [is_right(sample) for sample in samples]
    return found if len(found) == 1 else found[1:]


@verifier("kit.unserved@1", **{**WAITING, "effects": ["network"]})
async def unserved(sample: Sample) -> bool:
    """Asks a service that is not there."""
    wanted(sample)
    raise ServiceUnavailable("connection refused")
