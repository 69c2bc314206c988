"""Every analysis over one log; what one lacks, it names, and the others run."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from assay.audit.analyses import Analysis, all_analyses
from assay.audit.context import Context
from assay.audit.finding import Finding, Outcome, worst_first
from assay.audit.frame import Frame

REMEDIES = {
    "criteria": "scores of criteria: `terms`, `verdicts` or `scores` in the rows, or --map",
    "two criteria": "scores of at least two criteria",
    "key": "the key criterion: --key NAME, or --rubric",
    "reward": "a reward in at least one row",
    "groups": "two rollouts of one prompt: `group_id`, `prompt_id` or `prompt` in the rows",
    "prompts": "`prompt_id` or `prompt` in the rows",
    "contributions": "contributions of criteria: score the log with `assay verify`",
    "statuses": "the verdicts' statuses: score the log with `assay verify`",
    "label": "a gold `label` in the rows: --map label=COLUMN",
    "length": "`completion` or `n_tokens` in the rows",
    "steps": "`step` of training in the rows, with at least two values",
    "turns": "rewards of turns: `turns_reward` in the rows",
}
"""Fact of `Frame.has` -> what to provide."""


@dataclass(frozen=True)
class Audit:
    """What all analyses found."""

    frame: Frame
    outcomes: tuple[Outcome, ...]

    @property
    def findings(self) -> list[Finding]:
        """Worst first."""
        return worst_first([f for o in self.outcomes for f in o.findings])


def audit(
    frame: Frame, context: Context | None = None, analyses: Iterable[Analysis] | None = None
) -> Audit:
    """Run every analysis that the log has the facts for.

    An analysis is a pure function of frame and context: same log, same seed, same findings.
    """
    context = context or Context()
    outcomes = []
    for analysis in all_analyses() if analyses is None else analyses:
        missing = [need for need in analysis.spec.needs if need not in frame.has]
        if missing:
            lacks = tuple(REMEDIES[need] for need in missing)
            outcomes.append(Outcome(analysis.spec.name, lacks=lacks))
        else:
            outcomes.append(analysis.run(frame, context))
    return Audit(frame, tuple(outcomes))
