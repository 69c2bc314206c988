"""The report: one HTML file that works offline, and holds no code but ours.

The page is made when it is written: charts are drawings, findings are markup. A script of ours
runs the rollout browser; a content security policy in the page allows that script and that style
sheet by their hashes and nothing else: no network, no inline code, no ``eval``, no markup made by
script. What a log says is text: escaped in markup, escaped again in the JSON islands, put on the
page by ``textContent``.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from assay.audit.analyses import AnalysisSpec
    from assay.audit.report.rollouts import Rows
    from assay.audit.run import Audit

MAX_ROWS = 50_000
"""Rows in the rollout browser, at most."""


def write_report(
    audit: Audit,
    rows: Rows | None,
    path: str | os.PathLike[str],
    *,
    specs: Sequence[AnalysisSpec] = (),
    max_rows: int = MAX_ROWS,
) -> None:
    """Write the page.

    Size: about 1 kB a rollout, 40 MB at most for 50,000 of any length. Time: a second for the
    first chart, 50 ms for each other, and what `rows` takes.

    Args:
        audit: What was found.
        rows: Rows of the frame -> whole rows of the log, for texts and receipts; None: the page
            has the figures only, and says so.
        path: Of the file; replaced as a whole, never left half written.
        specs: Of analyses that are not among `assay.audit.analyses.ANALYSES`.
        max_rows: Rollouts in the browser; beyond that they are sampled, and the page says how.
    """
    from assay.audit.report.document import page

    target = Path(path)
    aside = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        aside.write_text(page(audit, rows, specs=specs, max_rows=max_rows), encoding="utf-8")
        aside.replace(target)
    finally:
        aside.unlink(missing_ok=True)
