"""Holds verifiers to the laws, and says what came of it."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

from assay.errors import AssayError, ConfigError, RolloutsError, nearest
from assay.model import EMPTY
from assay.plugins.host import Host
from assay.plugins.registered import Offer
from assay.printable import in_line
from assay.rollouts.files import write_text
from assay.testing.bench.bench import Bench, Settings
from assay.testing.bench.cases import params_of
from assay.testing.laws import LAWS, Breach, Law, NotChecked
from assay.testing.laws.honest import golden_key, golden_of, read_golden

SHOWN = 400
"""Characters of a completion that a report shows."""

LawRuling = Literal["holds", "broken", "not checked"]


@dataclass(frozen=True, slots=True)
class LawResult:
    """What came of one law for one verifier."""

    law: Law
    ruling: LawRuling
    what: str = ""
    """What was seen, or why it was not checked."""
    breach: Breach | None = None

    def to_json(self) -> dict[str, Any]:
        """For ``--json``: the smallest sample that shows a breach stands in it."""
        out: dict[str, Any] = {"law": self.law.name, "ruling": self.ruling}
        if self.what:
            out["what"] = self.what
        if self.ruling == "broken":
            out |= {"why": self.law.why, "fix": self.law.fix}
        if self.breach is not None and self.breach.case is not None:
            sample = self.breach.case.sample
            out["case"] = self.breach.case.label
            out["sample"] = sample.to_json()
        if self.breach is not None and self.breach.trace:
            out["traceback"] = self.breach.trace
        return out


@dataclass(frozen=True, slots=True)
class Checked:
    """One verifier, with one set of params, and what came of every law."""

    name: str
    distribution: str
    where: str
    """File and line of the code that judges, where it is known."""
    params: Mapping[str, Any]
    samples: int
    findings: tuple[LawResult, ...]
    golden: Mapping[str, Any] | None = None
    """What a golden file keeps of it."""

    @property
    def title(self) -> str:
        """Name, and its params where they are not the defaults."""
        return f"{self.name} {json.dumps(dict(self.params))}" if self.params else self.name

    @property
    def broken(self) -> tuple[LawResult, ...]:
        """The laws that do not hold."""
        return tuple(f for f in self.findings if f.ruling == "broken")

    @property
    def passed(self) -> bool:
        """Whether every law that was checked holds."""
        return not self.broken

    def to_json(self) -> dict[str, Any]:
        """For ``--json``."""
        return {
            "verifier": self.name,
            "params": dict(self.params),
            "distribution": self.distribution,
            "where": self.where,
            "passed": self.passed,
            "samples": self.samples,
            "laws": [finding.to_json() for finding in self.findings],
        }


def check(
    offer: Offer,
    settings: Settings | None = None,
    *,
    laws: Sequence[Law] = LAWS,
    step: Callable[[str], object] = lambda _: None,
) -> list[Checked]:
    """Hold a verifier to the laws: with its default params, and with those that its examples name.

    Costs some seconds a verifier: it judges about 350 samples, a few dozen of them seven times, in
    processes of their own.

    Args:
        offer: The verifier, and where it comes from: see `Host.resolve`.
        settings: How; by default `Settings()`.
        laws: Those to look at, in their order.
        step: Called with what is looked at next.
    """
    settings = settings or Settings()
    variants: list[Mapping[str, Any]] = [EMPTY]
    for example in offer.spec.examples:
        if (params := params_of(example)) and params not in variants:
            variants.append(params)
    return [_check(offer, settings, params, laws, step) for params in variants]


def _check(
    offer: Offer,
    settings: Settings,
    params: Mapping[str, Any],
    laws: Sequence[Law],
    step: Callable[[str], object],
) -> Checked:
    findings: list[LawResult] = []
    golden = None
    with Bench(offer, settings, params) as bench:
        for law in laws:
            step(f"{offer.spec.name}: {law.name}")
            if bench.broken and law.name != "loads":
                findings.append(LawResult(law, "not checked", "it could not be loaded"))
                continue
            findings.append(_ruled(law, bench))
        if settings.golden is not None and not bench.broken:
            golden = {golden_key(bench): golden_of(bench)}
        samples = len(bench.outcomes())
    return Checked(
        offer.spec.name, offer.distribution, _where(offer), params, samples, tuple(findings), golden
    )


def _ruled(law: Law, bench: Bench) -> LawResult:
    try:
        breach = law.look(bench)
    except NotChecked as err:
        return LawResult(law, "not checked", str(err))
    if breach is None and bench.unserved and law.needs_service:
        return LawResult(law, "not checked", f"its service cannot be reached: {bench.unserved}")
    if breach is None:
        return LawResult(law, "holds")
    return LawResult(law, "broken", breach.what, _cut(breach))


def _cut(breach: Breach) -> Breach:
    return replace(breach, trace=breach.trace[-2_000:])


def _where(offer: Offer) -> str:
    if offer.origin:
        return offer.origin
    return offer.spec.target or ""


def write_golden(path: str | Path, results: Iterable[Checked]) -> None:
    """Write what the verifiers gave now, keeping the entries of others.

    Raises:
        ConfigError: the file there is no golden file, or it cannot be written.
    """
    file = Path(path)
    kept = read_golden(file)
    for result in results:
        kept.update(result.golden or {})
    text = json.dumps({"verifiers": kept}, indent=1, sort_keys=True)
    try:
        write_text(file, text + "\n")
    except RolloutsError as err:
        raise ConfigError(str(err)) from None
    except OSError as err:
        raise ConfigError(f"{in_line(file)} cannot be written: {err.strerror or err}") from err


def chosen(host: Host, names: Sequence[str]) -> list[Offer]:
    """The verifiers that `names` mean: verifiers, distributions, or files of one-file plugins.

    Args:
        host: Has the files among `names` loaded.
        names: At least one.

    Raises:
        ConfigError: a name that is neither; lists what there is.
        PluginError: a file that could not be loaded.
    """
    found: dict[int, Offer] = {}
    for name in names:
        offers = _meant(host, name)
        if not offers:
            others = sorted({offer.owner for offer in host.offers.values()})
            topics = [*others, *(o.spec.topic for o in host.offers.values())]
            known = ", ".join(topics)
            raise ConfigError(
                "\n".join(
                    [
                        f"{name!r} is neither a verifier, nor a distribution, nor a file with "
                        f"verifiers{nearest(name, topics)}",
                        *host.not_loaded(),  # it may be there, and broken
                        f"known: {known}",
                        *_how_to_name(name),
                    ]
                )
            )
        found.update({id(offer): offer for offer in offers})
    return list(found.values())


def _how_to_name(path: str) -> list[str]:
    """How to check what stands at a path, where something does: a line, or none."""
    if os.path.isdir(path):
        return ["fix: install the plugin in that folder, pip install -e FOLDER; then give its name"]
    if os.path.exists(path):
        return ["fix: a plugin in one file is a Python file, NAME.py"]
    return []


def _meant(host: Host, name: str) -> list[Offer]:
    if name.endswith(".py"):
        path = os.path.realpath(name)
        for error in host.errors:
            if path in str(error) or name in str(error):
                raise error
        return [o for o in host.offers.values() if o.origin and os.path.realpath(o.origin) == path]
    plain = name.lower().replace("_", "-")
    of = [offer for offer in host.offers.values() if offer.owner.lower().replace("_", "-") == plain]
    if of:
        return of
    try:
        return [host.resolve(name)]
    except AssayError:
        return []
