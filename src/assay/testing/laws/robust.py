"""Laws of what no completion may do to a verifier."""

from __future__ import annotations

from assay.testing.bench.bench import Bench
from assay.testing.bench.cases import BenchCase
from assay.testing.laws.law import Breach, Law, NotChecked, first_breach

HELD_S = 0.25
"""Seconds for which a step may hold the event loop: what a bound of some seconds can bear from each
of a few neighbours, and what a JSON answer of a megabyte does not take."""

AT_ONCE = 24
"""Samples that wait together."""

AGAIN = 4
"""How often it is tried again where the loop seems held; the least counts."""


class ScoreInRange(Law):
    """A score is a finite number in [0, 1]."""

    name = "score-in-range"
    why = (
        "a NaN or a score outside [0, 1] becomes `crashed`: the sample then teaches nothing, and a "
        "number that was clipped in silence would teach the wrong thing"
    )
    fix = (
        "return a bool, a number in [0, 1] or a Verdict on every path; guard each division, and "
        "return 0.0 for what the completion caused"
    )

    def look(self, bench: Bench) -> Breach | None:
        """No outcome is a crash for what was returned."""
        return first_breach(
            bench, bench.outcomes(), lambda o: o.fault == "verdict", lambda o: o.because
        )


class NoCrash(Law):
    """No completion makes it raise."""

    name = "no-crash"
    why = (
        "a sample whose verifier raises has no score; a policy that learns to write such "
        "completions is no longer corrected"
    )
    fix = (
        "catch the exception that you can explain and judge 0: what the completion causes is the "
        "completion's fault"
    )

    def look(self, bench: Bench) -> Breach | None:
        """No outcome is a crash, but for those that other laws name."""
        return first_breach(
            bench,
            bench.outcomes(),
            lambda o: o.status == "crashed" and not o.fault and not _refused(bench, o.effects),
            lambda o: f"it raised {o.raised}: {o.because}",
        )


def _refused(bench: Bench, effects: tuple[tuple[str, str], ...]) -> bool:
    """Whether the check itself made it raise, by refusing what was not declared."""
    return any(kind not in bench.spec.effects for kind, _ in effects)


class HoldsDeadline(Law):
    """No completion makes it run for longer than an item may."""

    name = "holds-its-deadline"
    why = (
        "an inline verifier that hangs stops the training loop; one in a worker costs the whole "
        "bound and a new process for each such completion"
    )
    fix = (
        "bound the work by the length of what you read (refuse long texts, use patterns without "
        "nested repeats), and judge 0 what is too long"
    )

    def look(self, bench: Bench) -> Breach | None:
        """No outcome was killed for being late."""
        found = first_breach(
            bench,
            bench.outcomes(),
            lambda o: o.status == "hung" or o.raised == "TimeoutError",
            lambda o: o.because or f"no verdict within {bench.settings.timeout_s:g} s",
        )
        if found is None or not bench.not_tried:
            return found
        noted = f"{found.what}; {bench.not_tried} further hostile samples were not tried"
        return Breach(noted, found.case, found.trace)


class LetsOthersWait(Law):
    """A waiting verifier never keeps the event loop to itself."""

    name = "lets-others-wait"
    why = (
        "all that wait share one event loop: a call that blocks it makes every other sample late, "
        "and they are then unscored"
    )
    fix = (
        "await what takes time (asyncio.sleep, an async client), and hand what computes for long "
        "to asyncio.to_thread"
    )

    def look(self, bench: Bench) -> Breach | None:
        """Judged at once, no step of a sample holds the loop for long."""
        if bench.spec.cost != "waiting":
            raise NotChecked(f"its cost is {bench.spec.cost!r}: nothing waits beside it")
        bench.run()
        cases = bench.core()[:AT_ONCE]
        if not cases:
            raise NotChecked("no sample came to a verdict")
        held = [self._held_s(bench, cases)]
        while min(held) > HELD_S and len(held) < AGAIN:  # a busy machine only adds
            held.append(self._held_s(bench, cases))
        if min(held) <= HELD_S:
            return None
        return Breach(
            f"{len(cases)} samples at once held the event loop for {min(held):.2f} s in one step, "
            f"more than {HELD_S:g} s",
            cases[0],
        )

    @staticmethod
    def _held_s(bench: Bench, cases: list[BenchCase]) -> float:
        with bench.process() as process:
            found = process.together([bench.row(case.sample) for case in cases])
        return max((outcome.held_s for outcome in found), default=0.0)


class RunsNoCompletion(Law):
    """No text of a completion is executed in the verifier's process."""

    name = "runs-no-completion"
    why = (
        "whoever writes the completion then runs code in your trainer: it can pay itself, read the "
        "reference, or worse"
    )
    fix = (
        "parse with something that only reads (ast.literal_eval, json, yaml.safe_load), never "
        "eval, exec, pickle or sympify; programs belong in the sandbox of `code.tests`"
    )

    def look(self, bench: Bench) -> Breach | None:
        """No hostile completion's import was tried."""
        return first_breach(
            bench,
            bench.outcomes(),
            lambda o: o.ran,
            lambda _: "code in the completion was executed: it imported a module",
        )


class LeavesSamplesUntouched(Law):
    """A sample is the same after it was judged."""

    name = "leaves-samples-untouched"
    why = "other verifiers read the same sample; what one changes, another judges"
    fix = "copy what you want to change: dict(sample.info), list(sample.steps)"

    def look(self, bench: Bench) -> Breach | None:
        """No sample was changed."""
        return first_breach(
            bench, bench.outcomes(), lambda o: o.touched, lambda _: "the sample was changed"
        )
