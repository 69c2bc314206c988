"""Laws of honesty: what is paid, and when there is no score at all."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from assay.errors import ConfigError, RolloutsError
from assay.printable import in_line
from assay.rollouts.files import read_bytes
from assay.testing.bench.bench import CLOSE, Bench
from assay.testing.bench.cases import BenchCase
from assay.testing.bench.checked_process import SampleResult
from assay.testing.laws.law import Breach, Law, NotChecked, first_breach

LITTLE = 0.5
"""What an example that is not good may earn at most; a share of distinct words is never 0."""


class MeetsItsExamples(Law):
    """The author's own examples get the scores that the author says."""

    name = "meets-its-examples"
    why = "nobody can trust a verifier of which even its author's examples do not hold"
    fix = (
        "declare examples=[Example.full(...), Example.zero(...)], and Example.malformed(...) where "
        "a reference can be unreadable; correct the verifier, or the example, where they differ"
    )

    def look(self, bench: Bench) -> Breach | None:
        """There is an example that earns 1 and one that earns little, and all are met."""
        if bench.cases.problem:
            return Breach(bench.cases.problem)
        scores = {case.example.score for case in bench.cases.examples if case.example}
        bench.run()
        if not (bench.raw_params or bench.unserved):
            missing = [] if 1.0 in scores else ["earns 1 (Example.full)"]
            if not any(score is not None and score <= LITTLE for score in scores):
                missing.append(f"earns {LITTLE:g} or less (Example.zero)")
            if missing:
                return Breach(f"it declares no example that {' and none that '.join(missing)}")
        for case, outcome in bench.outcomes(bench.cases.examples):
            if case.example is None or case.example.score is None:
                continue
            if outcome.status == "unavailable":
                continue  # nothing is known of it; the law is then not checked
            wanted = case.example.score
            if outcome.score is None or abs(outcome.score - wanted) > CLOSE:
                why = f": {case.example.why}" if case.example.why else ""
                return Breach(
                    f"{case.label} must earn {wanted:g}{why}; got {outcome.shown()}",
                    case,
                    outcome.trace,
                )
        return None


class HonestAboutUndecided(Law):
    """Where the reference cannot be read, no completion gets a score."""

    name = "honest-about-undecided"
    needs_service = False
    why = (
        "a row with a broken reference would teach that every answer to it is wrong, or that some "
        "wrong answer is right"
    )
    fix = (
        "raise assay.ReferenceUnreadable, or return Verdict.undecided, before you look at the "
        "completion"
    )

    def look(self, bench: Bench) -> Breach | None:
        """No malformed example was given a score, under any completion."""
        if not bench.cases.malformed:
            raise NotChecked("it declares no malformed example")
        for _, outcome in bench.outcomes(bench.cases.malformed):
            if outcome.status == "unavailable":
                raise NotChecked(f"its service cannot be reached: {outcome.because}")
        return first_breach(
            bench,
            bench.outcomes(bench.cases.malformed),
            lambda o: o.score is not None,
            lambda o: f"a malformed row got the score {o.shown()}",
        )


class EmptyEarnsNothing(Law):
    """A completion without an answer earns nothing."""

    name = "empty-earns-nothing"
    why = "saying nothing is the cheapest completion there is; a policy finds it within some steps"
    fix = (
        "judge 0 where the completion has no answer; a verifier of form that rightly pays it "
        'declares pays=["empty"]'
    )

    def look(self, bench: Bench) -> Breach | None:
        """No empty completion was paid."""
        return _earns_nothing(bench, "empty", bench.cases.empty)


class EchoEarnsNothing(Law):
    """A completion that repeats its prompt earns nothing."""

    name = "echo-earns-nothing"
    why = "repeating the prompt needs no skill; what it earns is what the policy learns first"
    fix = (
        "look at the answer alone, not at whether words of it occur; a verifier of form that "
        'rightly pays an echo declares pays=["echo"]'
    )

    def look(self, bench: Bench) -> Breach | None:
        """No echoed prompt was paid."""
        return _earns_nothing(bench, "echo", bench.cases.echo)


def _earns_nothing(bench: Bench, kind: str, cases: list[BenchCase]) -> Breach | None:
    if kind in bench.spec.pays:
        raise NotChecked(f"it declares pays={kind!r}: it judges form")
    paid = [(c, o) for c, o in bench.outcomes(cases) if o.score]
    if not paid:
        return None
    case, outcome = min(paid, key=lambda pair: len(pair[0].sample.text))
    return Breach(f"{case.label} earned {outcome.shown()}", case)


class SignatureFollowsBehaviour(Law):
    """Where a score has changed, the version has too."""

    name = "signature-follows-behaviour"
    why = "two runs under one signature must be comparable: same sample, same reward"
    fix = (
        "raise the version in the name (topic.what@2), or restore the score; then write the golden "
        "file anew with --update-golden"
    )

    def look(self, bench: Bench) -> Breach | None:
        """Every verdict in the golden file still stands, unless the signature differs."""
        path = bench.settings.golden
        if path is None:
            raise NotChecked("no golden file is named: --golden FILE")
        now = golden_of(bench)
        file = Path(path)
        known = read_golden(file)
        entry = known.get(golden_key(bench))
        if entry is None or bench.settings.write_golden:
            return None  # written once all verifiers are checked
        if entry["signature"] != now["signature"]:
            return None
        for digest, before in entry["verdicts"].items():
            after = now["verdicts"].get(digest)
            if after is not None and before != after:
                case = next((c for c in bench.cases.all if digest_of(bench, c) == digest), None)
                return Breach(
                    f"under the same signature it was {_text(before)} and is now {_text(after)}",
                    case,
                )
        return None


def _text(verdict: list[Any]) -> str:
    return verdict[0] if verdict[1] is None else f"{verdict[1]:g}"


def golden_key(bench: Bench) -> str:
    """Under which a golden file keeps a verifier with its params."""
    params = json.dumps(dict(bench.raw_params), sort_keys=True) if bench.raw_params else ""
    return f"{bench.spec.name}{params}"


def golden_of(bench: Bench) -> dict[str, Any]:
    """What a golden file keeps of a verifier: its signature, and a verdict for each sample."""
    from assay.engine.engine import Engine

    rubric = {
        "kind": "weighted",
        "criteria": {
            "it": {"use": bench.offer.chosen, "weight": 1.0, "params": dict(bench.raw_params)}
        },
    }
    files = [bench.offer.origin] if bench.offer.origin else []
    own = [bench.offer.local or bench.spec] if bench.offer.distribution == "this process" else []
    if own:
        rubric["criteria"]["it"]["use"] = bench.spec.name  # type: ignore[index]
    with Engine(rubric, plugins=files, verifiers=own, workers=1) as engine:
        signature = engine.rubric.signature
    verdicts = {}
    for case, outcome in bench.outcomes():
        if outcome.status in ("judged", "undecided", "not_applicable", "invalid"):
            verdicts[digest_of(bench, case)] = [outcome.status, outcome.score]
    return {"signature": signature, "verdicts": dict(sorted(verdicts.items()))}


def digest_of(bench: Bench, case: BenchCase) -> str:
    """Of what the verifier may see of a case."""
    return bench.ready.key(bench.ready.view(case.sample)).hex()


GOLDEN_BYTES = 256 * 1024 * 1024
"""Some 100,000 verdicts a verifier, for a hundred of them."""


def read_golden(file: Path) -> dict[str, Any]:
    """What a golden file holds; nothing where there is none.

    Raises:
        ConfigError: it is not a golden file.
    """
    if not file.exists():
        return {}
    try:
        found = json.loads(read_bytes(file, GOLDEN_BYTES))
        verifiers = found["verifiers"]
        if not all("signature" in v and "verdicts" in v for v in verifiers.values()):
            raise KeyError("verdicts")
    except RolloutsError as err:
        raise ConfigError(str(err)) from None
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as err:
        raise ConfigError(
            f"{in_line(file)} is not a golden file of assay check: {type(err).__name__}: {err}"
            "\nfix: name another file, or delete it and check again"
        ) from err
    return dict(verifiers)


__all__ = [
    "EchoEarnsNothing",
    "EmptyEarnsNothing",
    "HonestAboutUndecided",
    "MeetsItsExamples",
    "SampleResult",
    "SignatureFollowsBehaviour",
    "golden_key",
    "golden_of",
    "read_golden",
]
