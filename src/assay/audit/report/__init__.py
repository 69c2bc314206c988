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
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from assay.arguments import a_path, of_kind
from assay.audit.report.report_size import MAX_ROWS
from assay.errors import ConfigError, RolloutsError
from assay.printable import brief, in_line

if TYPE_CHECKING:
    from assay.audit.report.rollouts import WholeRowsOf
    from assay.audit.run import Audit
    from assay.findings import AnalysisSpec


def write_report(
    audit: Audit,
    rows: WholeRowsOf | None,
    path: str | os.PathLike[str],
    *,
    specs: Sequence[AnalysisSpec] = (),
    max_rows: int = MAX_ROWS,
    command: str = "",
    date: datetime | None = None,
) -> str:
    """Write the page; returns why it has no charts, empty where it has them.

    Size: about 1 kB a rollout, 40 MB at most for 50,000 of any length. Time: a second for the
    first chart, 50 ms for each other, and what `rows` takes. Charts are drawn in a process of
    their own. Where it cannot run (it needs 8 GB of address space), the page has tables instead,
    and says why.

    Args:
        audit: What was found.
        rows: Rows of the frame -> whole rows of the log, for texts and receipts; None: the page
            has the figures only, and says so.
        path: Of the file; replaced as a whole, never left half written.
        specs: Of analyses that are not among `assay.audit.analyses.ANALYSES`.
        max_rows: Rollouts in the browser; beyond that they are sampled, and the page says how.
        command: That made the page, as its reader would type it again; empty: not shown.
        date: When it was made; by default now. With a time zone, or it is taken for UTC.

    Raises:
        ConfigError: an argument of another kind.
        RolloutsError: a path that no file can have.
    """
    from assay import __version__
    from assay.audit.report.document import page
    from assay.audit.report.renderer import Renderer
    from assay.audit.run import Audit

    of_kind(audit, Audit, "audit", "what assay.audit.audit(...) gave")
    if rows is not None and not callable(rows):
        raise ConfigError(f"rows is {brief(rows)}; wanted a function, such as `log.rows`, or None")
    target = Path(a_path(path, "path", RolloutsError))
    if not target.name or target.is_dir():
        raise RolloutsError(f"{in_line(target)} is a folder; wanted the path of an HTML file")
    made = [("Assay", __version__)]
    made += [
        ("Command", command),
        ("Made", f"{date or datetime.now(UTC):%Y-%m-%d %H:%M %Z}".strip()),
    ]
    made += [("Seed", str(audit.seed))]
    aside = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        with Renderer() as renderer:
            text = page(audit, rows, specs=specs, max_rows=max_rows, made=made)
        aside.write_text(text, encoding="utf-8")
        aside.replace(target)
    finally:
        aside.unlink(missing_ok=True)
    return renderer.fault


__all__ = ["MAX_ROWS", "write_report"]
