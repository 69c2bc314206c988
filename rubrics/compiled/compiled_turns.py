"""Rewards per turn: what `turns` compiles to."""

from __future__ import annotations

import itertools
from collections.abc import Mapping

from assay.model import EMPTY, Sample, Term, Verdict
from assay.rubrics.compiled.plan import Plan
from assay.rubrics.compiled.turn_samples import (
    Composed,
    needed,
    turn_count,
    turn_key,
    turn_sample,
)
from assay.rubrics.written.kinds.turns import Potential, Repeat, Turns
from assay.rubrics.written.ranges import Levels, part_range


class TurnsPlan:
    """A `Turns` rubric, compiled: one plan for the outcome, one for phi.

    Args:
        rubric: The rubric.
        path: Its path in the whole rubric; only switches and phases stand above it.
        levels: Key -> levels.
        names: Key -> verifier with version.
        chosen: How the switches stand.
        phase: Of training, for the signature.
        same: As for `Plan`.
    """

    linear = False

    def __init__(
        self,
        rubric: Turns,
        path: tuple[str, ...],
        levels: Mapping[str, Levels],
        names: Mapping[str, str],
        chosen: Mapping[tuple[str, ...], str],
        phase: str,
        same: Mapping[str, str] = EMPTY,
    ) -> None:
        self.rubric, self.phase, self.chosen, self.prefix = rubric, phase, chosen, path
        self.outcome = Plan(rubric.outcome, (*path, "outcome"), levels, names, chosen, same)
        self.phi: Plan | None = None
        self.gamma, self.low = 1.0, 0.0
        if isinstance(rubric.shaping, Potential):
            where = (*path, "phi")
            self.phi = Plan(rubric.shaping.phi, where, levels, names, chosen, same)
            self.gamma = float(rubric.shaping.gamma)
            reach = part_range(rubric.shaping.phi, where, levels)
            self.low = float(reach[0]) if reach is not None else 0.0
        phi = self.phi
        self.leaves = [*self.outcome.leaves, *(phi.leaves if phi else ())]
        self.nodes = [*self.outcome.nodes, *(phi.nodes if phi else ())]
        self.keys = (*self.outcome.keys, *(phi.keys if phi else ()))

    def runs(self, sample: Sample) -> list[tuple[str, str, Sample]]:
        """Key of the verdict, criterion, and what to judge."""
        count = turn_count(sample)
        if isinstance(self.rubric.shaping, Repeat):
            return [
                (turn_key(key, t), key, turn_sample(sample, t))
                for t in range(count)
                for key in self.outcome.keys
            ]
        found = self.outcome.runs(sample)
        if self.phi is not None:  # phi of the last turn is 0 whatever a verifier says
            for t in range(count - 1):
                view = turn_sample(sample, t)
                found += [(turn_key(key, t), key, view) for key in self.phi.keys]
        return found

    def compose(self, verdicts: Mapping[str, Verdict], sample: Sample | None) -> Composed:
        """Value, receipt and a reward per turn."""
        sample = needed(sample)
        count = turn_count(sample)
        if isinstance(self.rubric.shaping, Repeat):
            return self._repeated(verdicts, sample, count)
        value, terms, _, lost = self.outcome.compose(verdicts, sample)
        turns: list[float]
        if self.phi is None:
            turns = [0.0] * count
        else:
            potentials = [0.0]  # before the first turn
            shown: Mapping[str, Term] = {}
            for t in range(count - 1):
                found = self._of_turn(self.phi, verdicts, t)
                score, shown, _, missing = self.phi.compose(found, turn_sample(sample, t))
                # a missing one is at its lowest, in both differences alike
                potentials.append(score if missing is None else self.low)
            potentials.append(0.0)  # after the last, truncated or not
            turns = [
                self.gamma * after - before for before, after in itertools.pairwise(potentials)
            ]
            terms = {**terms, **_idle(self.phi, shown)}
        turns[-1] += value
        return Composed(value, terms, tuple(turns), lost)

    def _repeated(self, verdicts: Mapping[str, Verdict], sample: Sample, count: int) -> Composed:
        turns: list[float | None] = []
        for t in range(count):
            found = self._of_turn(self.outcome, verdicts, t)
            value, terms, _, lost = self.outcome.compose(found, turn_sample(sample, t))
            turns.append(None if lost else value)
        return Composed(value, terms, tuple(turns), lost)

    def _of_turn(
        self, plan: Plan, verdicts: Mapping[str, Verdict], turn: int
    ) -> dict[str, Verdict]:
        found: dict[str, Verdict] = {}
        for key in plan.keys:
            name = turn_key(key, turn)
            if name not in verdicts:
                raise plan.absent(name, verdicts)
            found[key] = verdicts[name]
        return found


def _idle(phi: Plan, shown: Mapping[str, Term]) -> dict[str, Term]:
    """Phi's lines of the receipt: its last scores, which move nothing of the value."""
    out: dict[str, Term] = {}
    for leaf in phi.leaves:
        last = shown.get(leaf.key)
        out[leaf.key] = Term(leaf.name, 0.0, last.score if last else None, 0.0)
    for node in phi.nodes:
        out[node.key] = Term("", 0.0, None, 0.0)
    return out
