"""An audit on the terminal."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from rich.table import Table as Grid
from rich.text import Text

from assay.cli.console import plain, plain_line, say_warning, show
from assay.printable import one_line

if TYPE_CHECKING:
    from assay.audit.logs import Log
    from assay.audit.run import Audit
    from assay.findings import Finding, FindingKind

NAMED = 10
"""Criteria that are named in the heading."""

STYLES = {"error": "bold red", "warning": "yellow", "info": "cyan"}


def show_audit(found: Audit, log: Log, explain: bool) -> None:
    """The heading, findings, notes and what was lacking."""
    from assay.cli.findings_page import kinds as all_kinds

    kinds = {kind.id: kind for kind in all_kinds()}
    show(plain(_heading(found, log)), soft_wrap=True)
    for problem in log.problems:
        say_warning(str(problem))
    _check_reward(found, log)
    show("", soft_wrap=True)
    if not found.findings:
        show(plain(_nothing(found)), soft_wrap=True)
    for finding in found.findings:
        show(_line(finding), soft_wrap=True)
        if explain:
            _explain(finding, kinds.get(finding.id), found, log)
    _show_against(found)
    for name, fault in found.failed.items():
        say_warning(f"analysis {name} ended with a fault of Assay, and has no answer: {fault}")
    notes = [(o.analysis, note) for o in found.outcomes for note in o.notes]
    lacks: dict[str, list[str]] = {}
    for outcome in found.outcomes:
        for lack in outcome.lacks:
            lacks.setdefault(lack, []).append(outcome.analysis)
    if lacks or notes:
        show("", soft_wrap=True)
    for name, note in notes:
        show(Text.assemble(("note     ", "cyan"), plain_line(f"{name}: {note}")), soft_wrap=True)
    for lack, names in lacks.items():
        noted = f"{', '.join(names)}: {lack}"
        show(Text.assemble(("lacking  ", "dim"), plain_line(noted)), soft_wrap=True)


def _show_against(found: Audit) -> None:
    """What `--against` asked for, whether it is worth a finding or not."""
    for outcome in found.outcomes:
        table = outcome.tables.get("against")
        if table is None:
            continue
        shown = Grid(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
        for heading in (table.title, "", "95% interval"):
            shown.add_column(heading, no_wrap=True)
        for name, value, low, high in table.rows:
            known = isinstance(low, int | float) and isinstance(high, int | float)
            noted = f"{low:.3g} to {high:.3g}" if known else ""
            count = isinstance(value, int)
            size = "not known" if value is None else f"{value:,}" if count else f"{value:.3g}"
            shown.add_row(plain_line(str(name)), size, noted)
        show("", soft_wrap=True)
        show(shown)


def _check_reward(found: Audit, log: Log) -> None:
    """Warn where scores are there, and no row says what they were worth together."""
    import numpy as np

    from assay.audit.logs.fields.values import UNREADABLE_NUMBER

    frame = found.frame
    scored = [c for c in frame.criteria if bool(np.isfinite(frame.score(c)).any())]
    if scored and not bool(np.isfinite(frame.reward).any()):
        if any(problem.what == f"reward: {UNREADABLE_NUMBER}" for problem in log.problems):
            say_warning(
                "no row has a reward that is a number\nfix: write rewards as numbers, not as text"
            )
            return
        inside = log.reader in ("inspect", "columns")
        named = f"COLUMN, e.g. reward=scores.{one_line(scored[0])}" if inside else "COLUMN"
        say_warning(
            f"no row says what the reward was, of {_count(len(scored), 'criterion', 'criteria')} "
            f"with scores ({', '.join(map(one_line, scored[:NAMED]))})\nfix: --map reward={named}"
        )


def _nothing(found: Audit) -> str:
    """No findings; and which analyses had nothing to go by, so that silence is not taken for ease.

    A comparison is not missed where nobody asked for one.
    """
    noted = "no findings; a log can be consistent with a sound reward, never prove it"
    idle = [
        outcome.analysis
        for outcome in found.outcomes
        if outcome.lacks and not outcome.tables and outcome.analysis != "counterfactual"
    ]
    return f"{noted}\nnot looked at: {', '.join(idle)}" if idle else noted


def _count(number: int, one: str, many: str) -> str:
    return f"{number:,} {one if number == 1 else many}"


def _heading(found: Audit, log: Log) -> str:
    from assay.audit.signatures import explained

    frame = found.frame
    count = _count(frame.n, "row", "rows")
    if frame.total > frame.n:
        count = f"{frame.n:,} of {frame.total:,} rows (whole groups)"
    criteria = _count(len(frame.criteria), "criterion", "criteria")
    if frame.criteria and not frame.key:  # what --key may name
        named = ", ".join(map(one_line, frame.criteria[:NAMED]))
        criteria += f" ({named}{', ...' if len(frame.criteria) > NAMED else ''})"
    parts = [count, _count(len(frame.groups), "group", "groups"), criteria]
    parts.append(f"key {one_line(frame.key)}" if frame.key else "no key criterion")
    if frame.signature is not None and len(frame.signature.names) > 1:
        parts.append(f"{len(frame.signature.names)} signatures")
    heading = f"{', '.join(parts)}; read as {log.reader}"
    why, _ = explained(frame)
    if why:
        heading += f"\n{why}"
    for guess in log.guesses:
        heading += f"\n{one_line(guess)}"
    if log.key_guessed:
        heading += f"\nkey {one_line(frame.key or '')}: it equals the reward in every row"
    if log.solved:
        weights = " + ".join(
            f"{w:.6g} {one_line(c)}" for c, w in list(frame.weights.items())[:NAMED]
        )
        more = " + ..." if len(frame.weights) > NAMED else ""
        if frame.constant:
            more += f" + {frame.constant:.6g}"
        heading += f"\nevery reward is {weights}{more}".replace("+ -", "- ")
    return heading


def _line(finding: Finding) -> Text:
    text = Text.assemble(
        (f"{finding.severity:<8} ", STYLES[finding.severity]), (f"{finding.id}  ", "bold")
    )
    text.append(plain_line(finding.title))
    text.append(f"  {size(finding)}", "dim")
    return text


def size(finding: Finding) -> str:
    """The measured size as text: ``0.62 [0.58, 0.66] n=125``.

    Exact sizes have no interval; what has no size has no text.
    """
    if math.isnan(finding.value):
        return ""
    if finding.interval is None:
        return f"{finding.value:.3g} exact, n={finding.n:,}"
    low, high = finding.interval
    return f"{finding.value:.3g} [{low:.3g}, {high:.3g}] n={finding.n:,}"


def _explain(finding: Finding, kind: FindingKind | None, found: Audit, log: Log) -> None:
    frame = found.frame
    lines: list[tuple[str, Any]] = []
    if kind is not None:
        lines = [("means", kind.meaning), ("formula", kind.formula)]
    lines += [("source", finding.source), ("do", finding.suggestion)]
    if finding.rollouts:
        places = [f"{frame.files[frame.file[r]]}:{frame.line[r]}" for r in finding.rollouts]
        lines.append(("read", ", ".join(places)))
    for name, text in lines:
        show(Text.assemble((f"  {name:<8}", "dim"), plain_line(str(text))), soft_wrap=True)
