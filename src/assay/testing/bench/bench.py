"""One verifier on the bench: its cases, their outcomes, and processes to try more in."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

from assay.engine.ready_verifier import ReadyVerifier
from assay.errors import SampleError
from assay.model import EMPTY, Sample
from assay.plugins.registered import Offer
from assay.plugins.spec import VerifierSpec
from assay.plugins.wait_policy import WaitPolicy
from assay.testing.bench.cases import BenchCase, Cases, params_of
from assay.testing.bench.checked_process import CheckProcess, SampleResult
from assay.testing.bench.shrink import shrunk

MOST_HUNG = 3
"""Hostile samples that may hang before no more are tried: each costs the whole deadline."""

MOST_ABSENT = 3
"""Samples for which a service may be unavailable before no more are tried: it is not there."""

CLOSE = 1e-9
"""Within this an example's score is met; as floats of sums and shares differ."""


@dataclass(frozen=True, slots=True)
class Settings:
    """How a check is run."""

    timeout_s: float = 5.0
    """Bound of one sample, in seconds; as the engine's."""
    hostile: int = 300
    """How many hostile completions."""
    seed: int = 0
    samples: Sequence[Sample] = ()
    """Of the caller's, besides the author's examples."""
    golden: str | None = None
    """File with the verdicts of an earlier check."""
    write_golden: bool = False
    """Write that file, also where it is there."""


class Bench:
    """A verifier that is checked.

    Args:
        offer: The verifier, and where it comes from.
        settings: How.
        params: Its params; examples that name others are not for this bench.
    """

    def __init__(self, offer: Offer, settings: Settings, params: Mapping[str, Any] = EMPTY) -> None:
        self.offer = offer
        self.settings = settings
        self.raw_params = params
        self.params = offer.check(params, where=f"params of {offer.spec.name}")
        levels = getattr(self.params, "levels", None)
        self.levels: tuple[float, ...] | None = levels() if callable(levels) else offer.spec.levels
        self.ready = ReadyVerifier(offer, self.params, self.levels)
        examples = [e for e in offer.spec.examples if dict(params_of(e)) == dict(params)]
        self.cases = Cases(offer.spec, examples, settings.samples, settings.hostile, settings.seed)
        self.hung = 0
        self.broken = ""
        self.trace = ""
        self.not_tried = 0
        """Hostile samples that were left out since too many before them hung."""
        self.unserved = ""
        """Why most samples were not judged: the service that the verifier asks is not there."""
        self._main: CheckProcess | None = None
        self._outcomes: dict[int, SampleResult] = {}
        self._ran = False

    @property
    def spec(self) -> VerifierSpec:
        """The verifier's."""
        return self.offer.spec

    def row(self, sample: Sample) -> bytes:
        """As the verifier's process gets it.

        Raises:
            SampleError: a field that is not JSON.
        """
        return self.ready.payload(self.ready.view(sample))

    def process(self, hash_seed: int = 0) -> CheckProcess:
        """A fresh process with the verifier in it."""
        timeout_s = self.settings.timeout_s
        bound_s = 0.0
        if self.spec.cost == "waiting":  # it ends its tries itself, and needs a moment for that
            bound_s = (self.spec.waiting or WaitPolicy()).whole_s(timeout_s) + 1.0
        return CheckProcess(
            self.ready.recipe, self.spec.effects, timeout_s, hash_seed, bound_s=bound_s
        )

    def main(self) -> CheckProcess:
        """The process that judges most samples; a new one where the last was killed."""
        if self._main is None or not self._main.alive:
            if self._main is not None:
                self._main.close()
            self._main = self.process()
            self.broken, self.trace = self._main.broken, self._main.trace
        return self._main

    def run(self) -> None:
        """Judge every case once; laws look at what came of it."""
        if self._ran:
            return
        self._ran = True
        absent = 0
        for case in self.cases.all:
            if self.hung >= MOST_HUNG and case.kind == "hostile":
                self.not_tried += 1
                continue
            if self.unserved and case.kind != "malformed":
                continue
            outcome = self.judge(case)
            self._outcomes[id(case)] = outcome
            self.hung += outcome.status == "hung"
            absent += outcome.status == "unavailable"
            if absent >= MOST_ABSENT:
                self.unserved = self.unserved or outcome.because or "its service cannot answer"
            if self.broken:
                return

    def judge(self, case: BenchCase) -> SampleResult:
        """The outcome of one case, in the main process, now."""
        need = self.spec.missing(case.sample)
        if need is not None:
            return SampleResult("invalid", because=f"no {need!r}")
        try:
            row = self.row(case.sample)
        except SampleError as err:
            return SampleResult("invalid", because=str(err))
        process = self.main()
        if not process.alive:
            return SampleResult("crashed", because=self.broken, raised="PluginError")
        return process.judge([row])[0]

    def outcomes(
        self, cases: Iterable[BenchCase] | None = None
    ) -> list[tuple[BenchCase, SampleResult]]:
        """Cases with what they came to, those that were judged."""
        self.run()
        wanted = self.cases.all if cases is None else cases
        known = self._outcomes
        return [(case, known[id(case)]) for case in wanted if id(case) in known]

    def core(self, seed: int = 0) -> list[BenchCase]:
        """Cases to judge again elsewhere: those that came to a verdict of their own doing."""
        known = self._outcomes
        return [
            case
            for case in self.cases.core(seed)
            if id(case) in known
            and known[id(case)].status not in ("hung", "unavailable")
            and not (known[id(case)].status == "invalid" and not known[id(case)].raised)
        ]

    def shrink(self, case: BenchCase, broken: Callable[[BenchCase], bool]) -> BenchCase:
        """The case with the shortest completion that is still `broken`."""
        text = shrunk(case.sample.text, lambda t: broken(case.with_text(t)))
        return case.with_text(text) if text != case.sample.text else case

    def close(self) -> None:
        """End the processes."""
        if self._main is not None:
            self._main.close()
            self._main = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
