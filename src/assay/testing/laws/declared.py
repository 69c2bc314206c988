"""Laws of truth: what a verifier declares of itself is so."""

from __future__ import annotations

import pickle
from typing import ClassVar

from assay.engine.workers.frames import dumps, loads
from assay.printable import brief
from assay.testing.bench.bench import Bench
from assay.testing.bench.checked_process import CheckProcess
from assay.testing.laws.law import Breach, Law, NotChecked, first_breach

INLINE_S = 0.010
"""Processor time that an inline verifier may take for a sample, at the 99th percentile: a batch of
a thousand then costs the training loop ten seconds at worst."""

IMPORT_S = 0.3
"""Processor time that importing a plugin may take, beyond Assay and pydantic. Every command and
every worker pays it, also where the plugin is not used."""

AGAIN = 5
"""How often a sample that seems slow is timed again; the least counts, since a busy machine only
adds."""


class Loads(Law):
    """It can be imported and built, with the params as they are by default."""

    name = "loads"
    needs_service = False
    why = "nothing else can be known of it"
    fix = "import what the target names in a fresh Python; give every field of the params a default"

    def look(self, bench: Bench) -> Breach | None:
        """A fresh process builds it."""
        bench.run()
        if not bench.broken:
            bench.main()
        return Breach(bench.broken, trace=bench.trace) if bench.broken else None


class CheapImport(Law):
    """Importing the plugin costs next to nothing."""

    name = "cheap-import"
    needs_service = False
    why = "every `assay` command and every worker imports every plugin, used or not"
    fix = (
        "let the entry point's module name its verifiers by VerifierSpec(target=...), and import "
        "what is heavy in the target's own module"
    )

    def look(self, bench: Bench) -> Breach | None:
        """The module that offers it is imported in little processor time."""
        module = _plugin_module(bench)
        seconds = min(self._once(module) for _ in range(1))
        for _ in range(AGAIN - 1):
            if seconds <= IMPORT_S:
                break
            seconds = min(seconds, self._once(module))
        if seconds > IMPORT_S:
            return Breach(
                f"importing {module} takes {seconds:.2f} s of processor time, "
                f"more than {IMPORT_S:g} s"
            )
        return None

    @staticmethod
    def _once(module: str) -> float:
        with CheckProcess(b"", (), 60.0, plugin=module) as process:
            return process.import_s


def _plugin_module(bench: Bench) -> str:
    from assay.plugins.entry_points import entry_points

    if bench.offer.file is not None:
        raise NotChecked("a one-file plugin is imported only where it is named")
    for point, _ in entry_points([]):
        if point.name == bench.offer.plugin:
            return point.module
    if bench.offer.plugin == "assay":
        return "assay.verifiers.plugin"
    raise NotChecked("no entry point offers it")


class TravelsToWorkers(Law):
    """Its spec and params can be sent to another process, and arrive as they were."""

    name = "travels-to-workers"
    needs_service = False
    why = "workers, Ray and trainers that spawn get specs by pickle and params as JSON"
    fix = (
        "define the function, the class and the params' model at the top level of a module; give "
        "params types that JSON has"
    )

    def look(self, bench: Bench) -> Breach | None:
        """Pickle and JSON give back equal objects."""
        try:
            again = pickle.loads(pickle.dumps(bench.spec))  # noqa: S301 (our own bytes)
        except Exception as err:
            return Breach(f"its spec cannot be pickled: {type(err).__name__}: {err}")
        if again != bench.spec:
            return Breach("its spec is another one after pickling")
        params = bench.params
        if params is not None:
            try:
                plain = loads(dumps(params.model_dump(mode="json")))
                if type(params).model_validate(plain) != params:
                    return Breach(f"its params {params!r:.200} are others after JSON")
            except Exception as err:
                return Breach(f"its params cannot become JSON: {type(err).__name__}: {err}")
        if bench.offer.local is not None:
            return Breach(f"{bench.spec.target!r} cannot be imported in another process")
        return None


class ReadsOnlyItsNeeds(Law):
    """It reads no field that it did not declare."""

    name = "reads-only-its-needs"
    why = (
        "declared fields are the key of the cache: what it reads besides would be an older sample's"
    )
    fix = 'name the field in needs, as "field?" where a sample may lack it'

    def look(self, bench: Bench) -> Breach | None:
        """No outcome is a crash for an undeclared read."""
        return first_breach(
            bench, bench.outcomes(), lambda o: o.fault == "needs", lambda o: o.because
        )


class NamesItself(Law):
    """Its verdicts name it, with its version."""

    name = "names-itself"
    why = (
        "the engine writes its own name over another one, but by hand `rubric.compose` finds a "
        "verdict's criterion by that name: it is refused, or taken for the other verifier's"
    )
    fix = (
        "give the name of the spec to Verdict; of a verdict that another verifier made, "
        "dataclasses.replace(verdict, verifier=...)"
    )

    def look(self, bench: Bench) -> Breach | None:
        """No verdict names another verifier, or another version."""
        return first_breach(
            bench,
            bench.outcomes(),
            lambda o: bool(o.named),
            lambda o: f"its verdict names {brief(o.named)}, not {bench.spec.name!r}",
        )


class ScoresAtItsLevels(Law):
    """Every score is one of the declared levels."""

    name = "scores-at-its-levels"
    why = "certificates rest on the levels: a score between them voids a proof"
    fix = "declare every value that the score can take in levels, or leave levels out"

    def look(self, bench: Bench) -> Breach | None:
        """No score lies off the levels."""
        levels = bench.levels
        if levels is None:
            raise NotChecked("it declares no levels")
        shown = ", ".join(f"{level:g}" for level in levels)
        return first_breach(
            bench,
            bench.outcomes(),
            lambda o: o.score is not None and o.score not in levels,
            lambda o: f"score {o.shown()} is none of its levels {shown}",
        )


class CostIsTrue(Law):
    """An inline verifier takes no more than 10 ms of processor time, at the 99th percentile."""

    name = "cost-is-true"
    why = "nothing can interrupt an inline verifier, and the training loop waits for it"
    fix = 'declare cost="worker", do less, or return assay.Escalate() where it gets expensive'

    def look(self, bench: Bench) -> Breach | None:
        """The 99th percentile over all samples is within the bound."""
        if bench.spec.cost != "inline":
            raise NotChecked(f"its cost is {bench.spec.cost!r}, which may take its time")
        timed = [(c, o) for c, o in bench.outcomes() if o.status not in ("hung", "invalid")]
        allowed = len(timed) // 100  # so many may be slower: the 99th percentile
        slow = sorted(
            ((o.cpu_s, c) for c, o in timed if o.cpu_s > INLINE_S),
            key=lambda pair: pair[0],
            reverse=True,
        )
        if len(slow) <= allowed:
            return None
        confirmed = []
        for _, case in slow:
            again = min(bench.judge(case).cpu_s for _ in range(AGAIN))
            if again > INLINE_S:
                confirmed.append((again, case))
            if len(confirmed) > allowed:
                break
        if len(confirmed) <= allowed:
            return None
        seconds, case = min(confirmed, key=lambda pair: len(pair[1].sample.text))
        return Breach(
            f"{seconds * 1000:.0f} ms of processor time for a sample of "
            f"{len(case.sample.text)} characters, more than {INLINE_S * 1000:.0f} ms, "
            f"and for more than 1 in 100 of {len(timed)} samples",
            case,
        )


class _Undeclared(Law):
    """No effect of one kind, unless it is declared."""

    effect: ClassVar[str]
    did: ClassVar[str]

    def look(self, bench: Bench) -> Breach | None:
        """No sample made it do that."""
        if self.effect in bench.spec.effects:
            raise NotChecked(f"it declares effects={self.effect!r}")
        seen = [
            (case, what)
            for case, outcome in bench.outcomes()
            for kind, what in outcome.effects
            if kind == self.effect
        ]
        if not seen:
            return None
        case, what = min(seen, key=lambda pair: len(pair[0].sample.text))
        return Breach(f"it {self.did}, and does not declare it: {what}", case)


class NoNetwork(_Undeclared):
    """It talks to no network."""

    name = "no-network"
    effect, did = "network", "used the network"
    why = "a reward must not wait for a server, send completions away, or change with one's answers"
    fix = 'declare effects=["network"] and cost="waiting", or do without'


class NoFiles(_Undeclared):
    """It writes no files."""

    name = "no-files"
    effect, did = "files", "wrote or changed files"
    why = "thousands of calls in several processes overwrite each other's files and fill the disk"
    fix = 'work in memory; or declare effects=["files"] and write into a temporary folder'


class NoProcesses(_Undeclared):
    """It starts no child processes."""

    name = "no-processes"
    effect, did = "processes", "started a process"
    why = "a process that outlives its deadline goes on, and a fork of a trainer can hang it"
    fix = 'call the library instead; or declare effects=["processes"] with cost="worker"'
