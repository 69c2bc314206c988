"""Every analysis over one log; what one lacks, it names, and the others run."""

from __future__ import annotations

import traceback
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from assay.arguments import many, of_kind
from assay.audit.analyses import Analysis, all_analyses
from assay.audit.context import Context
from assay.audit.frame import Frame
from assay.errors import ConfigError
from assay.findings import AnalysisSpec, Finding, Outcome, worst_first
from assay.printable import brief

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
    seed: int = 0
    """Of `Context`."""

    @property
    def findings(self) -> list[Finding]:
        """Worst first."""
        return worst_first([f for o in self.outcomes for f in o.findings])

    @property
    def failed(self) -> dict[str, str]:
        """Analysis -> the exception that ended it: its question has no answer."""
        return {o.analysis: o.failed for o in self.outcomes if o.failed}


def audit(
    frame: Frame, context: Context | None = None, analyses: Iterable[Analysis] | None = None
) -> Audit:
    """Run every analysis that the log has the facts for.

    An analysis is a pure function of frame and context: same log, same seed, same findings. One
    that raises is reported in `Audit.failed`; the others run.
    """
    of_kind(frame, Frame, "frame", "audit(log.frame), with log = read_log(...)")
    context = Context() if context is None else of_kind(context, Context, "context")
    outcomes = []
    chosen = (
        all_analyses() if analyses is None else many(analyses, "analyses", "a list of analyses")
    )
    for analysis in chosen:
        if not isinstance(getattr(analysis, "spec", None), AnalysisSpec):
            raise ConfigError(
                f"analyses has {brief(analysis)}; wanted objects with `spec` and `run`"
                "\nfix: modules of assay.audit.analyses"
            )
        missing = [need for need in analysis.spec.needs if need not in frame.has]
        if missing:
            lacks = tuple(REMEDIES[need] for need in missing)
            outcomes.append(Outcome(analysis.spec.name, lacks=lacks))
        else:
            outcomes.append(_run(analysis, frame, context))
    return Audit(frame, tuple(outcomes), context.seed)


def _run(analysis: Analysis, frame: Frame, context: Context) -> Outcome:
    """What it found; where it raised, what it raised. One fault must not cost the other answers."""
    try:
        return analysis.run(frame, context)
    except Exception as err:  # any bug of an analysis, ours or a stranger's: reported, not hidden
        place = traceback.extract_tb(err.__traceback__)[-1]
        noted = str(err).partition("\n")[0] or "no message"
        where = f"{Path(place.filename).name}:{place.lineno}"
        return Outcome(analysis.spec.name, failed=f"{type(err).__name__} at {where}: {noted}")
