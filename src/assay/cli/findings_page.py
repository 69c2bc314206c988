"""The page of findings, out of the analyses' own words, so that it cannot fall behind."""

from __future__ import annotations

from collections.abc import Iterator

from assay.audit.analyses import all_analyses
from assay.audit.context import CONFIDENCE, FALSE_ALARM
from assay.findings import AnalysisSpec, FindingKind
from assay.probes.outcome import SPEC

HEAD = f"""# What each finding means, and what to do

Made of the analyses' own descriptions by `python docs/reference/make_pages.py`.

A finding has a size, an interval and a number of independent units. Intervals hold the true size
in {CONFIDENCE:.0%} of logs; prompts are the units unless the formula says otherwise. A finding is
raised only where an interval of {1 - 2 * FALSE_ALARM:.0%} lies wholly beyond the threshold, so
that a log without the fault raises it in at most {FALSE_ALARM:.0%} of cases; where many pairs or
steps are looked at for one finding, that holds for all of them together. Both are tested on
planted and on clean logs.

No finding is not a proof: a log is at most *consistent with* a reward that teaches what was meant.
"""


def specs() -> Iterator[AnalysisSpec]:
    """Every analysis in the order of a report; then the probes, which are asked for."""
    for analysis in all_analyses():
        yield analysis.spec
    yield SPEC


def kinds() -> Iterator[FindingKind]:
    """Every kind of finding, in the order of a report."""
    for spec in specs():
        yield from spec.kinds


def markdown() -> str:
    """The page."""
    out = [HEAD]
    for spec in specs():
        out.append(f"## {spec.title}\n\n*{spec.question}*\n")
        for kind in spec.kinds:
            out.append(
                f"### `{kind.id}`: {kind.title}\n\n"
                f"{kind.meaning}\n\n"
                f"- **Measured as** {kind.formula.rstrip('.')}.\n"
                f"- **Source**: {kind.source.rstrip('.')}.\n"
                f"- **What to do**: {kind.action}\n"
            )
    return "\n".join(out)
