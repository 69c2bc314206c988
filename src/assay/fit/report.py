"""A fit as a page, and as the comments of the rubric file that it writes."""

from __future__ import annotations

import math
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from assay.errors import RolloutsError, RubricError
from assay.fit.checks.consistency import Consistency
from assay.fit.checks.margin import FittedRubric
from assay.fit.checks.needed import needed
from assay.fit.findings import FitFinding
from assay.fit.gather import Gathered
from assay.fit.result import Fit, WeightInterval
from assay.model import JSON
from assay.printable import in_line, one_line
from assay.rollouts.files import write_text
from assay.rubrics.written.write import rubric_text

UNITS = {
    "bradley-terry": "log-odds",
    "plackett-luce": "log-odds",
    "logistic": "log-odds",
    "least-squares": "ratings",
}


@dataclass(frozen=True, slots=True)
class Report:
    """Everything that is known of a fit."""

    fitted: Fit
    key: str
    """The key criterion; empty where none of those fitted is."""
    width: float
    """Of the intervals that `needed` is reported for, in the rubric's unit."""
    gathered: Gathered | None = None
    made: FittedRubric | None = None
    order: Consistency | None = None
    findings: tuple[FitFinding, ...] = ()

    def __str__(self) -> str:
        """The page."""
        return "\n".join(self.lines())

    def lines(self) -> Iterator[str]:
        """The page, line by line."""
        yield self._headline()
        yield ""
        yield from table(self._rows())
        yield ""
        yield from self._notes()
        if self.findings:
            yield ""
            yield from finding_lines(self.findings)
        if self.made is not None and self.made.certificate is not None:
            yield ""
            yield "certificate of the weights as written"
            yield from (f"  {line}".rstrip() for line in str(self.made.certificate).splitlines())

    def _headline(self) -> str:
        fit = self.fitted
        how = "least squares" if fit.model == "least-squares" else "maximum likelihood"
        name = fit.model.title() if fit.model != "logistic" else "Logistic"
        if fit.model == "least-squares":
            name, how = "Least squares", ""
        of = f" of {fit.prompts:,} prompts" if fit.prompts is not None else ""
        left = self.gathered.left_out if self.gathered else 0
        out = f", {left:,} rows left out" if left else ""
        if self.gathered is not None and self.gathered.tied is not None:
            out += f", tied in {one_line(self.gathered.tied, 60)}"
        l2 = f", l2 {fit.l2:g}" if fit.l2 else ""
        return f"{name}{', ' + how if how else ''}{l2}: {fit.n:,} {fit.noun}s{of}{out}"

    def _rows(self) -> Iterator[tuple[str, ...]]:
        fit, made = self.fitted, self.made
        percent = f"{fit.confidence:.0%} interval"
        heads = ["criterion"]
        if made is not None:
            heads += ["weight", percent]
        heads += [UNITS[fit.model], percent]
        if fit.resampled is not None:
            heads.append("bootstrap")
        if made is not None:
            heads.append(f"{fit.noun}s for +-{self.width / 2:g}")
        yield tuple(heads)
        for weight in fit.weights:
            marks = " (key)" if weight.name == self.key else ""
            row = [one_line(weight.name, 60) + marks]
            if made is not None:
                share = made.scaled[weight.name]
                row += [f"{share.value:g}", ends(share.interval)]
            row += [
                "-" if weight.value is None else f"{weight.value:.3f}",
                ends(weight.interval),
            ]
            if fit.resampled is not None:
                row.append(ends(weight.bootstrap))
            if made is not None:
                width = made.scaled[weight.name].width
                count = None if width < 1e-9 else needed(fit.n, width, self.width)
                row.append("-" if count is None else f"{count:,}")
            yield tuple(row)

    def _notes(self) -> Iterator[str]:
        fit = self.fitted
        kinds = {
            "observed information": "Wald, from the observed information",
            "sandwich": f"Wald, clustered by prompt ({fit.prompts:,} prompts)"
            if fit.prompts is not None
            else "Wald, clustered by prompt",
            "posterior": "normal approximation to the posterior under the l2 prior",
        }
        if fit.status != "separated":
            noted = kinds[fit.intervals]
            drawn = fit.resampled
            if drawn is not None:
                noted += f"; bootstrap of {drawn.resamples:,} resamples by {drawn.by}"
            yield f"intervals       {noted}"
        if self.made is not None:
            what = "all weights, without signs" if self.made.scaled.none_positive else "positive"
            yield (
                f"unit            weights are {UNITS[fit.model]} divided by "
                f"{self.made.scaled.unit:.4g}, the sum of the {what} ones"
            )
        if self.order is not None:
            order = self.order
            low, high = order.interval
            noted = (
                f"{order.share:.1%} ({low:.1%} to {high:.1%}) of {order.comparisons:,} "
                f"comparisons ({order.by}), {order.folds} folds"
            )
            if order.key_share is not None:
                noted += f"; {one_line(str(order.key), 40)} alone {order.key_share:.1%}"
            if order.equal_share is not None:
                noted += f"; equal weights {order.equal_share:.1%}"
            yield f"held-out order  {noted}"
        margin = self.made.margin if self.made is not None else None
        if margin is not None:
            low, high = margin.interval
            yield (
                f"margin          {low:.3g} to {high:.3g} within the intervals; above 0 for "
                f"{margin.proved:.1%} of the weights that the data leave possible"
            )

    def to_json(self) -> dict[str, JSON]:
        """As JSON values."""
        out: dict[str, JSON] = {"key": self.key, "fit": self.fitted.to_json()}
        if self.gathered is not None:
            out["rows"] = {
                "kind": self.gathered.kind,
                "rows": self.gathered.rows,
                "left_out": self.gathered.left_out,
                "missing": dict(self.gathered.missing),
                "cut": self.gathered.cut,
                "silent": self.gathered.silent,
                "tied": self.gathered.tied,
                "decided": list(self.gathered.decided),
            }
        if self.order is not None:
            out["order_consistency"] = self.order.to_json()
        if self.made is not None:
            margin = self.made.margin
            out["rubric"] = self.made.rubric.to_dict()
            out["unit"] = self.made.scaled.unit
            out["weights"] = {
                s.name: {
                    "weight": s.value,
                    "interval": [x if math.isfinite(x) else None for x in s.interval],
                    "needed": None
                    if s.width < 1e-9
                    else needed(self.fitted.n, s.width, self.width),
                }
                for s in self.made.scaled.shares
            }
            certificate = self.made.certificate
            out["certificate"] = None if certificate is None else certificate.to_json()
            out["margin"] = (
                None
                if margin is None
                else {"interval": list(margin.interval), "proved": margin.proved}
            )
        out["findings"] = [f.to_json() for f in self.findings]
        return out


def ends(interval: WeightInterval | None) -> str:
    """An interval as text.

    >>> ends((0.123456, 2.0)), ends((float("-inf"), float("inf"))), ends(None)
    ('0.123 to 2', 'unbounded', '-')
    """
    if interval is not None and math.isinf(interval[0]) and math.isinf(interval[1]):
        return "unbounded"
    return "-" if interval is None else f"{interval[0]:.3g} to {interval[1]:.3g}"


def table(rows: Iterator[tuple[str, ...]]) -> list[str]:
    """Columns of text, the first to the left and numbers to the right."""
    cells = list(rows)
    widths = [max(len(c) for c in column) for column in zip(*cells, strict=True)]
    lines = []
    for row in cells:
        first, *others = (
            c.ljust(w) if i == 0 else c.rjust(w)
            for i, (c, w) in enumerate(zip(row, widths, strict=True))
        )
        lines.append("  ".join([first, *others]).rstrip())
    return lines


def finding_lines(findings: Sequence[FitFinding]) -> Iterator[str]:
    """Each finding in a line, and what to do in another."""
    for found in findings:
        yield f"{found.severity:<8} {found.id:<22} {one_line(found.because)}"
        if found.suggestion:
            yield f"{'':<8} {'':<22} fix: {one_line(found.suggestion)}"


def rubric_file_text(report: Report) -> str:
    """The rubric as TOML, the report in comments above it.

    Raises:
        RubricError: there is no rubric, since not all weights are determined.
    """
    if report.made is None:
        raise RubricError("there is no rubric to write: not all weights are determined")
    lines = ["Written by `assay fit`; what it knows of these weights:", "", *report.lines()]
    comments = [f"# {one_line(line)}".rstrip() for line in lines]
    return "\n".join(comments) + "\n\n" + rubric_text(report.made.rubric)


def save_rubric_file(report: Report, path: str | os.PathLike[str]) -> None:
    """Write `rubric_file_text` to a .toml file.

    Raises:
        RubricError: another suffix (JSON has no comments), or a place that cannot be written.
    """
    file = Path(path)
    check_path(file)
    try:
        write_text(file, rubric_file_text(report))
    except RolloutsError as err:
        raise RubricError(str(err)) from None
    except OSError as err:
        raise RubricError(f"cannot write rubric {in_line(file)}: {err.strerror}") from None


def check_path(file: Path) -> None:
    """Refuse another suffix than .toml.

    Raises:
        RubricError: the suffix.
    """
    if file.suffix.lower() != ".toml":
        raise RubricError(
            f"{in_line(file)}: a fitted rubric is written as .toml, so that its "
            "intervals stand beside it "
            "in comments"
        )
