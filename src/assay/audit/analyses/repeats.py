"""Do rows stand in the log more than once? Copies make a log look larger than the run was.

A row that is like another of its group may be a copy (a file that was read twice, a resumed run
that wrote its last steps again, two processes with one log), or an honest repeat: short
completions come out the same twice, and are then alike in all that a log says. What tells the two
apart is their order. Copies come as they were written: the rows of the group, and then the same
rows again in the same order. Rollouts of one prompt come in any order, so the chance that honest
ones do this can be counted.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from scipy import special

from assay.audit.context import FALSE_ALARM, Context
from assay.audit.groups import Groups
from assay.audit.logs.gather import Hashes, mixed
from assay.audit.stats.intervals import FEWEST
from assay.findings import ROLLOUTS, AnalysisSpec, Cell, Finding, FindingKind, Outcome, ReportTable

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from assay.audit.frame import Codes, Floats, Frame

MOST = 16
"""Times that a group is looked for; one that was written more often is seen as written fewer."""

PRIMES = (2, 3, 5, 7, 11, 13)
"""Up to `MOST`: whoever repeats m times repeats p times, for a prime p of m."""

CHECKED = 20
"""Pairs of rows that are compared whole before any is called a copy."""

COPIES = FindingKind(
    id="repeats.copies",
    title="rows that were written more than once",
    meaning="The log holds copies: a file that was read twice, a part that a resumed run wrote "
    "again, two processes with one log; or a sampler without randomness that was asked twice. "
    "Groups are then larger than those that the trainer compared, so pass@k, the signal by size "
    "of group, RLOO's baseline and the standard deviation of length are those of other groups; and "
    "what takes rows as independent (time lines, and everything where rows name no prompt) has "
    "intervals too narrow by sqrt(m). Those over prompts stay as wide as they should be: copies "
    "share a prompt. No row is left out.",
    formula="rows of groups that are one sequence of rows m times over, less one of the m / rows; "
    "reported where, in any order of each group's rows, at most one log of a hundred would have so "
    "many such groups: their number is at most Poisson with mean sum_g p_g, p_g = (G/m)! prod n_i! "
    "/ (G! prod (n_i/m)!) for G rows of which n_i are alike; or where the whole log is one "
    "sequence m times over. Alike: in group, step, reward, label, length, scores and statuses; and "
    "20 pairs of them in every column",
    source="own: a permutation test, exact where rollouts of a prompt are exchangeable; the bound "
    "by Poisson's tail: Anderson and Samuels 1967",
    action="Audit each row once: name the files instead of a glob that takes a backup too, and "
    "leave out what a resumed run wrote again. Log a number with each rollout: then a copy and a "
    "completion that came out twice differ.",
)

SPEC = AnalysisSpec(
    name="repeats",
    title="Repeated rows",
    question="Was any part of the log written twice?",
    needs=(),
    kinds=(COPIES,),
)


class _RepeatedRows(NamedTuple):
    """Rows that repeat others of their group in order."""

    groups: Groups
    """All rows in groups; those without a group together."""
    times: Codes
    """(g,) how often each stands; 1 where it does not repeat itself, or is of one content."""
    expected: float
    """Of these groups, how many there would be by chance, at most."""
    alike: int
    """Rows that are like an earlier one of their group."""
    single: int
    """Of these, those of groups in which all rows are alike: their order tells nothing."""

    @property
    def pairs(self) -> tuple[Codes, Codes]:
        """Rows that repeat another, and the row that each repeats."""
        times = self.groups.spread(self.times.astype(float)).astype(np.int64)
        period = self.groups.spread(self.groups.sizes.astype(float)).astype(np.int64) // times
        place = np.arange(len(self.groups.rows)) - self.groups.spread(
            self.groups.starts.astype(float)
        ).astype(np.int64)
        again = np.flatnonzero((times > 1) & (place >= period))
        first = again - (place[again] // period[again]) * period[again]
        return self.groups.rows[again], self.groups.rows[first]


def run(frame: Frame, context: Context) -> Outcome:
    """Groups that are written more than once; else the whole log. Exact; no row is left out."""
    if frame.n == 0:
        return Outcome(SPEC.name)
    marks = _marks(frame)
    found = _repeated(frame, marks)
    times = int((found.times > 1).sum())
    sure = times > 0 and special.pdtrc(times - 1, found.expected) < FALSE_ALARM
    copies, firsts = _whole_log(marks, sure)
    title = f"the log is {frame.n - len(copies):,} rows, and then the same rows again"
    if sure and not len(copies):
        copies, firsts = found.pairs
        groups = "group stands" if times == 1 else "groups stand"
        title = f"{times:,} {groups} in the log more than once"
    findings: tuple[Finding, ...] = ()
    lacks: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    if len(copies) and context.rows is None:
        lacks = ("whether rows that look like copies are: whole rows, as `read_log` gives them",)
    elif len(copies) and context.rows is not None:
        differ = _differ(context.rows, copies, firsts)
        if differ is None:
            findings = (
                _finding(
                    frame,
                    f"{title}: {len(copies):,} of {frame.n:,} rows are copies",
                    copies,
                    firsts,
                ),
            )
        else:
            notes = (
                f"{len(copies):,} rows repeat others of their group in the same order, alike in "
                f"every figure, but not in {differ}: they are taken for rollouts of their own",
            )
    rows: tuple[tuple[Cell, ...], ...] = (
        ("rows", frame.n),
        ("rows that are like an earlier one of their group in every figure", found.alike),
        ("of these, in groups in which all rows are alike", found.single),
        ("groups that repeat themselves in the same order", times),
        ("such groups by chance, at most", found.expected),
    )
    note = "In any order of the rows of each group. Groups in which all are alike are left out."
    tables = {"repeats": ReportTable("Repeated rows", ("figure", "value"), rows, note)}
    return Outcome(SPEC.name, findings, tables, lacks, notes)


def _finding(frame: Frame, title: str, copies: Codes, firsts: Codes) -> Finding:
    read: list[int] = []
    for first, copy in zip(firsts[: ROLLOUTS // 2], copies[: ROLLOUTS // 2], strict=True):
        read += [int(first), int(copy)]
    return Finding(
        id=COPIES.id,
        severity="warning",
        title=title,
        value=len(copies) / frame.n,
        interval=None,
        n=frame.n,
        source=COPIES.source,
        suggestion=COPIES.action,
        rollouts=tuple(read),
    )


# -- which rows are alike -------------------------------------------------------------------------


def _marks(frame: Frame) -> Hashes:
    """(n,) a number for each row; rows that are alike in every figure have the same."""
    marks: Hashes = mixed(frame.group.astype(np.uint64))
    figures = [frame.step, frame.reward, frame.label, frame.length, *frame.scores.T]
    for column in figures:
        there = np.where(np.isnan(column), np.nan, column + 0.0)  # one NaN, one zero
        marks = mixed(marks ^ there.view(np.uint64))
    codes = [*frame.statuses.T, frame.row_status]
    codes += [stratum.codes for stratum in frame.strata.values()]
    codes += [frame.prompt] if frame.truncated is None else [frame.prompt, frame.truncated]
    codes += [] if frame.signature is None else [frame.signature.codes]
    for code in codes:
        marks = mixed(marks ^ code.astype(np.int64).view(np.uint64))
    return marks


def _repeated(frame: Frame, marks: Hashes) -> _RepeatedRows:
    groups = Groups.of(frame.group + 1, np.ones(frame.n, bool))
    own = marks[groups.rows]
    _, first, counts = np.unique(own, return_index=True, return_counts=True)
    group = groups.of_row[first]
    g = len(groups)
    contents = np.bincount(group, minlength=g)
    orders = _log_orders(groups.sizes, counts, group)
    chance: Floats = np.zeros(g)
    for prime in PRIMES:
        even = np.bincount(group, weights=counts % prime, minlength=g) == 0
        if even.any():
            fewer = _log_orders(groups.sizes / prime, counts / prime, group)
            chance += np.where(even, np.exp(np.minimum(fewer - orders, 0.0)), 0.0)
    noted = contents > 1
    times = np.where(noted, _times(groups, own), 1)
    expected = float(np.minimum(chance, 1.0)[noted].sum())
    again = groups.sizes - contents
    return _RepeatedRows(groups, times, expected, int(again.sum()), int(again[~noted].sum()))


def _log_orders(sizes: Floats | Codes, counts: Floats | Codes, group: Codes) -> Floats:
    """(g,) log of how many orders a group's rows have, rows that are alike taken as one."""
    alike = np.bincount(group, weights=special.gammaln(counts + 1.0), minlength=len(sizes))
    found: Floats = special.gammaln(sizes + 1.0) - alike
    return found


def _times(groups: Groups, marks: Hashes) -> Codes:
    """(g,) how often each group's sequence of rows repeats itself, up to `MOST`."""
    times = np.ones(len(groups), np.int64)
    sizes = groups.sizes
    for m in range(2, MOST + 1):
        can = np.flatnonzero(sizes % m == 0)
        if len(can) == 0:
            continue
        period = sizes[can] // m
        ahead = sizes[can] - period
        starts = np.cumsum(ahead) - ahead
        place = np.arange(int(ahead.sum())) - np.repeat(starts, ahead)
        at = np.repeat(groups.starts[can], ahead) + place
        same = marks[at] == marks[at + np.repeat(period, ahead)]
        whole: NDArray[np.bool_] = np.logical_and.reduceat(same, starts)
        times[can[whole]] = m
    return times


def _whole_log(marks: Hashes, sure: bool) -> tuple[Codes, Codes]:
    """Rows that repeat another, and which, where the whole log is one sequence several times over.

    That is not a chance where the order of groups shows it, which is then `sure`; nor where it is
    a sequence of rows that all differ. With one rollout a prompt only the latter can be seen.
    """
    none: Codes = np.zeros(0, np.int64)
    whole = Groups(np.arange(len(marks)), np.zeros(1, np.int64))
    times = int(_times(whole, marks)[0])
    period = len(marks) // times
    if times == 1:
        return none, none
    if not sure and (period < FEWEST or len(np.unique(marks[:period])) < period):
        return none, none
    copies: Codes = np.arange(period, len(marks))
    return copies, copies % period


# -- whether they are copies ----------------------------------------------------------------------


def _differ(
    rows: Callable[[Sequence[int]], Sequence[Mapping[str, Any]]], copies: Codes, firsts: Codes
) -> str | None:
    """A column in which a row and its copy differ, of some pairs; None where all are equal."""
    some = np.unique(np.linspace(0, len(copies) - 1, CHECKED).astype(np.int64))
    wanted = [*copies[some].tolist(), *firsts[some].tolist()]
    got = rows(wanted)
    for one, other in zip(got[: len(some)], got[len(some) :], strict=True):
        for name in dict.fromkeys([*one, *other]):
            if _text(one.get(name)) != _text(other.get(name)):
                return f"`{name}`"
    return None


def _text(value: Any) -> str:
    return json.dumps(value, sort_keys=True, default=str)  # NaN is NaN here
