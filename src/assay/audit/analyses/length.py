"""Does the reward pay for length?"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from assay.audit.analyses.blame import named
from assay.audit.context import Context
from assay.audit.groups import Groups
from assay.audit.stats.intervals import (
    FEWEST,
    PSEUDO,
    TOO_FEW,
    Estimate,
    Estimates,
    cluster_sums,
    jackknifed,
    quotient,
    ratio,
    span_of,
)
from assay.findings import ROLLOUTS, AnalysisSpec, Cell, Finding, FindingKind, Outcome, ReportTable

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from assay.audit.frame import Floats, Frame

PAYS = 0.02
"""Share of the reward's range that one standard deviation of length is worth, up or down."""

MUCH = 0.1
"""The same, above which it is an error."""

LEVELS = 20
"""Most values of the key criterion that rollouts are distinguished by; of more, a straight line."""

BANDS = 10
"""Bands of length in a table."""

UNITS = 1000.0
"""Units of length that a slope is reported for."""

PAYS_KIND = FindingKind(
    id="length.pays",
    title="longer is worth more, at equal correctness",
    meaning="Of two rollouts of one prompt that are equally right, the longer one earns more. "
    "Length is the cheapest thing to learn, so the policy will write more before it knows more.",
    formula="beta * SD / range; beta = sum l_i r_i / sum l_i^2, with r_i, l_i = reward and length "
    "of rollout i less their means over rollouts of the prompt's group that are equally right; "
    "SD = sqrt(sum l_i^2 / (rollouts - means)), range = highest less lowest reward of the log",
    source="within (fixed-effects) estimator; interval by the delete-one-prompt jackknife, "
    "MacKinnon, Nielsen and Webb 2023, CV3",
    action="Cap the criterion that grows with length (the finding names it where contributions are "
    "known), or make it a share instead of a count; gate it on the key. A length penalty on top "
    "hides the fault.",
)

PUNISHES_KIND = FindingKind(
    id="length.punishes",
    title="long right answers earn less",
    meaning="Among right answers to one prompt, the longer earn less. Where hard problems need "
    "long answers, the policy is taught to stop early.",
    formula="as length.pays, among rollouts whose key criterion is at its highest (or whose "
    "label is 1) only",
    source="within (fixed-effects) estimator; interval by the delete-one-prompt jackknife, "
    "MacKinnon, Nielsen and Webb 2023, CV3",
    action="If a length penalty is meant, let it begin near the limit only (DAPO's soft overlong "
    "punishment, arXiv:2503.14476), and not on right answers below it.",
)

TRUNCATED_KIND = FindingKind(
    id="length.truncated",
    title="being cut off pays",
    meaning="Completions that ran into the token limit earn more than the others of their "
    "prompt: the policy is taught not to finish.",
    formula="beta / range; beta = sum t_i r_i / sum t_i^2, with t_i = 1 for a truncated rollout, "
    "else 0, and r_i its reward, both less their means over the group",
    source="within (fixed-effects) estimator; truncated completions: DAPO, arXiv:2503.14476",
    action="Score truncated completions 0, or leave them out of the loss; raise the limit.",
)

SPEC = AnalysisSpec(
    name="length",
    title="Length",
    question="Does the reward pay for length?",
    needs=("reward", "groups", "length"),
    kinds=(PAYS_KIND, PUNISHES_KIND, TRUNCATED_KIND),
)


@dataclass(frozen=True)
class Slope:
    """Of reward on length, among some rollouts that are compared."""

    given: str
    among: str
    measures: Estimates
    """Slope a unit; share of the reward's range a standard deviation; that deviation."""
    cells: Groups
    """Rollouts that are compared with each other."""
    pull: Floats
    """(m,) what each row of `cells` adds to the slope: length times reward, centred."""
    longer: NDArray[np.bool_]
    """(m,) whether a row is longer than the mean of its cell."""

    @property
    def effect(self) -> Estimate:
        """Share of the range a standard deviation."""
        return self.measures.at(1)


def run(frame: Frame, context: Context) -> Outcome:
    """Slopes given the key and given the label, bands of length, and truncated completions."""
    known = (frame.group >= 0) & np.isfinite(frame.reward) & np.isfinite(frame.length)
    paid = frame.reward[np.isfinite(frame.reward)]
    span = float(paid.max() - paid.min())
    slopes = [_slope(frame, known, None, span, "nothing", "all")]
    controls: dict[str, Floats] = {}
    lacks: tuple[str, ...] = ()
    if frame.key is not None:
        controls[frame.key] = frame.key_score
    if np.isfinite(frame.label).any():
        controls["label"] = frame.label
    if not controls:
        lacks = ("what tells right from wrong: --key NAME, or a gold `label`",)
    for name, control in controls.items():
        there = known & np.isfinite(control)
        top = control == control[np.isfinite(control)].max(initial=-np.inf)
        slopes.append(_slope(frame, there, control, span, name, "all"))
        slopes.append(_slope(frame, there & top, None, span, name, "right"))
        slopes.append(_slope(frame, there & ~top, control, span, name, "wrong"))
    findings = [*_pays(frame, context, slopes), *_punishes(frame, context, slopes)]
    tables = {
        "slopes": _slopes_table(frame, slopes),
        "bands": _bands(frame, slopes[1] if controls else slopes[0]),
    }
    if frame.truncated is not None and (frame.truncated == 1).any():
        found, tables["truncated"] = _truncated(frame, context, span)
        findings += found
    elif frame.truncated is None:
        lacks = (*lacks, "`finish_reason` in the rows, for truncated completions")
    return Outcome(SPEC.name, tuple(findings), tables, lacks)


def _slope(
    frame: Frame,
    kept: NDArray[np.bool_],
    control: Floats | None,
    span: float,
    given: str,
    among: str,
) -> Slope:
    """Within groups, and within levels of the control; along a line where it has many."""
    cell = frame.group
    line: Floats | None = None
    if control is not None:
        levels, place = np.unique(control[kept], return_inverse=True)
        if len(levels) <= LEVELS:
            cell = np.full(frame.n, -1)
            cell[kept] = frame.group[kept] * len(levels) + place.reshape(-1)
        else:
            line = control
    cells = Groups.of(cell, kept)
    length = cells.centred(frame.length[cells.rows])
    reward = cells.centred(frame.reward[cells.rows])
    other = np.zeros(len(length)) if line is None else cells.centred(line[cells.rows])
    products = [length * length, length * reward, length * other, other * other, other * reward]
    sums = cells.sum(np.stack([*products, reward * reward], axis=1))
    sums = np.concatenate([sums[:, :5], cells.sizes[:, None] - 1.0, sums[:, 5:]], axis=1)
    prompts = frame.prompt[cells.rows[cells.starts]]

    def figures(s: Floats) -> Floats:
        ll, lr, lk, kk, kr, free, _ = (s[..., i] for i in range(7))
        flat = kk <= 0  # the control does not vary, or there is none
        own = ll * np.where(flat, 1.0, kk) - np.where(flat, 0.0, lk * lk)
        own = np.where(own > 1e-9 * ll * np.where(flat, 1.0, kk), own, 0.0)
        slope = quotient(np.where(flat, lr, kk * lr - lk * kr), own)
        deviation = np.sqrt(quotient(ll, free))
        return np.stack([slope, slope * deviation / (span or np.nan), deviation], axis=-1)

    if len(cells):
        sums = cluster_sums(prompts, sums)
        # imagined prompts in which length and reward go wholly together, and wholly apart
        each = PSEUDO * sums.sum(axis=0) / len(sums)
        most = np.sqrt(each[0] * each[6])
        plus = np.array([[each[0], s * most, 0.0, 0.0, 0.0, each[5], each[6]] for s in (1, -1)])
        measures = jackknifed(figures, sums, sums[:, 0], plus, TOO_FEW)
    else:
        measures = Estimates(np.full(3, np.nan), np.full(3, np.inf), 0, 0.0)
    return Slope(given, among, measures, cells, length * reward, length > 0)


# -- findings -------------------------------------------------------------------------------------


def _pays(frame: Frame, context: Context, slopes: list[Slope]) -> list[Finding]:
    tried = [s for s in slopes if s.given != "nothing" and s.among == "all"]
    found = [
        s
        for s in tried
        if s.measures.effective >= FEWEST and s.measures.at(1, context.alarm(len(tried))).low > PAYS
    ]
    return [_finding(frame, PAYS_KIND, max(found, key=lambda s: s.effect.value))] if found else []


def _punishes(frame: Frame, context: Context, slopes: list[Slope]) -> list[Finding]:
    tried = [s for s in slopes if s.among == "right"]
    found = [
        s
        for s in tried
        if s.measures.effective >= FEWEST
        and s.measures.at(1, context.alarm(len(tried))).high < -PAYS
    ]
    if not found:
        return []
    return [_finding(frame, PUNISHES_KIND, min(found, key=lambda s: s.effect.value))]


def _finding(frame: Frame, kind: FindingKind, slope: Slope) -> Finding:
    effect = slope.effect
    up = effect.value > 0
    slope_1000 = float(slope.measures.values[0]) * UNITS
    compared = f"with {slope.given} equal"
    if slope.among == "right":
        compared = f"among rollouts that {slope.given} says are right"
    # The longer one that gains, or loses, the most, of each of the most telling cells.
    order = np.where(slope.longer, -slope.pull if up else slope.pull, 0.0)
    found = Finding.of(
        kind,
        "error" if abs(effect.value) > MUCH else "warning",
        f"1,000 {frame.length_unit} more {'earn' if up else 'cost'} {abs(slope_1000):.2g}, "
        f"{compared}: {abs(effect.value):.1%} of the reward's range per standard deviation",
        effect,
        _lowest(slope.cells, order),
        (slope.given,),
    )
    guilty = _growing(frame, slope, 1.0 if up else -1.0)
    if not guilty:
        return found
    what = "grow" if " and " in guilty else "grows"
    if kind is PAYS_KIND:
        advice = (
            f"{guilty} {what} with length: cap it, make it a share instead of a count, or gate it "
            "on the key. A length penalty on top hides the fault."
        )
    else:
        advice = f"{guilty} cost{'' if ' and ' in guilty else 's'} length. {kind.action}"
    return replace(found, suggestion=advice)


def _growing(frame: Frame, slope: Slope, sign: float) -> str:
    """The criteria whose contributions make up the slope."""
    cells = slope.cells
    contributions = frame.contributions[cells.rows]
    known = np.isfinite(contributions).all(axis=0)
    if not known.any():
        return ""
    length = cells.centred(frame.length[cells.rows])
    parts = np.where(known, contributions, 0.0)
    return named(frame, sign * (length[:, None] * cells.centred(parts)).sum(axis=0))


def _lowest(groups: Groups, order: Floats) -> tuple[int, ...]:
    """The row lowest in `order` of each of the groups where that is lowest, if below 0."""
    lowest = groups.low(order)
    chosen = np.argsort(lowest, kind="stable")[:ROLLOUTS]
    return tuple(
        int(groups.rows[s + int(np.argmin(order[s : s + size]))])
        for s, size, low in zip(
            groups.starts[chosen], groups.sizes[chosen], lowest[chosen], strict=True
        )
        if low < 0
    )


def _truncated(frame: Frame, context: Context, span: float) -> tuple[list[Finding], ReportTable]:
    assert frame.truncated is not None
    known = (frame.group >= 0) & np.isfinite(frame.reward) & (frame.truncated >= 0)
    groups = Groups.of(frame.group, known)
    cut = (frame.truncated[groups.rows] == 1).astype(float)
    reward = frame.reward[groups.rows]
    lead, cuts = groups.centred(reward), groups.centred(cut)
    prompts = frame.prompt[groups.rows[groups.starts]]
    each = groups.sum(np.stack([cuts * cuts, cuts * lead, lead * lead], axis=1))
    rows: list[tuple[Cell, ...]] = []

    def noted(name: str, figure: Estimate) -> None:
        cells = (figure.value, figure.low, figure.high)
        rows.append((name, *(float(c) if np.isfinite(c) else None for c in cells)))

    whole = np.isfinite(frame.reward) & (frame.truncated >= 0)
    paid = span_of(frame.reward)
    for name, mask in (("truncated", frame.truncated == 1), ("finished", frame.truncated == 0)):
        taken = mask & whole
        rows.append((f"{name} rollouts", int(taken.sum()), None, None))
        if taken.any():
            ones = np.ones(int(taken.sum()))
            mean = ratio(frame.reward[taken], ones, frame.prompt[taken], span=paid)
            noted(f"mean reward, {name}", mean)
    sums = cluster_sums(prompts, each)
    cut_too, _, led = PSEUDO * sums.sum(axis=0) / max(1, len(sums))
    most = np.sqrt(cut_too * led)
    plus = np.array([[cut_too, most, led], [cut_too, -most, led]])
    found = jackknifed(lambda s: quotient(s[..., 1], s[..., 0]), sums, sums[:, 0], plus, TOO_FEW)
    gain = found.at()
    noted("reward of being truncated, within groups", gain)
    table = ReportTable("Truncated completions", ("figure", "value", "from", "to"), tuple(rows))
    both = int((each[:, 0] > 0).sum())
    if found.effective < FEWEST or not span or not found.at((), context.alarm()).low / span > PAYS:
        return [], table
    order = np.where(cut > 0, -lead, 0.0)
    return [
        Finding.of(
            TRUNCATED_KIND,
            "error",
            f"a truncated rollout earns {gain.value:.2g} more than the others of its prompt",
            Estimate(gain.value / span, gain.low / span, gain.high / span, both),
            _lowest(groups, order),
        )
    ], table


# -- tables ---------------------------------------------------------------------------------------


def _slopes_table(frame: Frame, slopes: list[Slope]) -> ReportTable:
    rows: list[tuple[Cell, ...]] = []
    for slope in slopes:
        figures: list[Cell] = []
        for place, unit in ((0, UNITS), (1, 1.0)):
            noted = slope.measures.at(place)
            figures += [
                float(x * unit) if np.isfinite(x) else None
                for x in (noted.value, noted.low, noted.high)
            ]
        deviation = float(slope.measures.values[2])
        rows.append(
            (
                slope.given,
                slope.among,
                *figures,
                deviation if np.isfinite(deviation) else None,
                len(slope.cells.rows),
            )
        )
    columns = (
        "given",
        "among",
        f"reward per 1,000 {frame.length_unit}",
        "from",
        "to",
        "share of the range per SD",
        "SD from",
        "SD to",
        "SD of length",
        "rollouts",
    )
    note = (
        "Rollouts of one prompt are compared, that are equal in what is given. Right: it is at "
        "the highest value seen."
    )
    return ReportTable("Slope of reward on length", columns, tuple(rows), note)


def _bands(frame: Frame, slope: Slope) -> ReportTable:
    """The lead over equals by bands of length."""
    cells = slope.cells
    length = frame.length[cells.rows]
    rows: list[tuple[Cell, ...]] = []
    if len(length):
        lead = cells.centred(frame.reward[cells.rows])
        edges = np.unique(np.quantile(length, np.linspace(0, 1, BANDS + 1)))
        band = np.clip(np.searchsorted(edges, length, side="right") - 1, 0, max(0, len(edges) - 2))
        prompts = frame.prompt[cells.rows]
        for b in range(max(1, len(edges) - 1)):
            here = band == b
            if not here.any():
                continue
            noted = ratio(lead[here], np.ones(int(here.sum())), prompts[here])
            low, high = (float(x) if np.isfinite(x) else None for x in noted.interval)
            last = float(edges[min(b + 1, len(edges) - 1)])
            name = f"{edges[b]:,.0f} to {last:,.0f}"
            rows.append((name, noted.value, low, high, int(here.sum())))
    columns = ("length", "lead", "from", "to", "rollouts")
    what = "equals" if slope.given == "nothing" else f"equal {slope.given}"
    note = f"Lead: reward less the mean of the prompt's rollouts with {what}; by bands of length."
    return ReportTable(f"Lead by length in {frame.length_unit}", columns, tuple(rows), note)
