"""What a fit cannot hide: where the data do not carry the weights they were fitted to."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from assay.fit.checks.consistency import Consistency
from assay.fit.checks.margin import FittedRubric
from assay.fit.checks.needed import needed
from assay.fit.gather import Gathered
from assay.fit.result import Fit, Weight
from assay.fit.solving.covariance import FEW_PROMPTS
from assay.model import JSON
from assay.plugins.spec import Severity
from assay.rubrics.results.certificate import TITLES

MANY_LEFT_OUT = 0.05
"""Share of rows left out from which it is an error."""

GIVEN = 8
"""Names that a sentence lists."""


@dataclass(frozen=True, slots=True)
class FitFinding:
    """Something to know before the weights are used."""

    id: str
    """``fit.sign``, ``fit.separated``, ...: the same kind has the same id."""
    severity: Severity
    """``error``: the data do not carry what the weights say; ``warning``: hardly; ``info``."""
    because: str
    suggestion: str = ""
    criterion: str = ""

    def to_json(self) -> dict[str, JSON]:
        """As JSON values."""
        return {
            "id": self.id,
            "severity": self.severity,
            "because": self.because,
            "suggestion": self.suggestion,
            "criterion": self.criterion,
        }


def find(
    fitted: Fit,
    gathered: Gathered | None = None,
    made: FittedRubric | None = None,
    order: Consistency | None = None,
    key: str | None = None,
) -> tuple[FitFinding, ...]:
    """Every finding, gravest first.

    Args:
        fitted: The fit.
        gathered: What became of the rows.
        made: The rubric, where one could be made.
        order: Held-out order consistency.
        key: The key criterion; by default the first; empty: none of those that were fitted.
    """
    key = fitted.names[0] if key is None else key
    found = [
        *_existence(fitted),
        *_determined(fitted),
        *_weights(fitted, key),
        *(_rows(gathered, fitted) if gathered else ()),
        *_units(fitted),
        *(_certified(made, fitted, gathered) if made else ()),
        *(_ordered(order) if order else ()),
    ]
    ranks = {"error": 0, "warning": 1, "info": 2}
    return tuple(sorted(found, key=lambda f: ranks[f.severity]))


def _existence(fitted: Fit) -> Iterator[FitFinding]:
    apart = fitted.separation
    if apart is not None:
        by = ", ".join(f"{name} {w:g}" for name, w in list(apart.direction.items())[:GIVEN])
        kind = "" if apart.complete else "quasi-"
        each = "every comparison" if apart.complete else f"{apart.strict:,} comparisons"
        against = "" if apart.complete else " and none the other way"
        noted = (
            f"{kind}separated: the weights {by} order {each} of {apart.comparisons:,} as observed"
            f"{against}; doubled they fit better still, so no weights maximise the likelihood"
        )
        if apart.alone:
            noted += f"; each alone does so: {', '.join(apart.alone[:GIVEN])}"
        yield FitFinding(
            "fit.separated",
            "warning" if fitted.l2 > 0.0 else "error",
            noted + ("; the size of the weights is the penalty's choice" if fitted.l2 else ""),
            _against_separation(fitted),
        )
    elif fitted.l2 > 0.0:
        yield FitFinding(
            "fit.prior",
            "info",
            f"with l2 {fitted.l2:g} the weights are drawn towards 0, and their intervals are the "
            "posterior's under that prior: narrower than what the data alone say",
        )


def _against_separation(fitted: Fit) -> str:
    apart = fitted.separation
    if apart is not None and not apart.complete and fitted.noun == "pair":
        for name in apart.alone:
            if not name.startswith("-"):
                return (
                    f"{name} decides wherever it differs: --tied {name} puts it at a gate, and "
                    "fits the others to the pairs that it leaves open"
                )
    return (
        "noiseless preferences only tell an order: add what people disagree on, or let a prior "
        "decide with --l2 1"
    )


def _determined(fitted: Fit) -> Iterator[FitFinding]:
    grave = "warning" if fitted.l2 > 0.0 else "error"
    for name in fitted.constant:
        yield FitFinding(
            "fit.constant",
            "error" if grave == "error" else "warning",
            f"{name} never differs in what was compared: nothing is known of its weight",
            f"collect {fitted.noun}s in which it differs, or leave it out with --criterion",
            name,
        )
    for found in fitted.collinear:
        names = ", ".join(found.criteria[:GIVEN])
        if found.exact:
            yield FitFinding(
                "fit.collinear",
                "error" if grave == "error" else "warning",
                f"{names}: each is a combination of the others in these {fitted.noun}s, so their "
                "weights cannot be distinguished",
                "leave one of them out with --criterion",
            )
        else:
            yield FitFinding(
                "fit.collinear",
                "warning",
                f"{names}: nearly one combination of each other (condition index "
                f"{found.index:.0f}, above 30), so their weights can hardly be distinguished",
                "leave one of them out with --criterion, or collect rows in which they differ",
            )


def _weights(fitted: Fit, key: str) -> Iterator[FitFinding]:
    for weight in fitted.weights:
        if weight.value is None or weight.interval is None:
            continue
        is_key = weight.name == key
        if weight.spans_zero:
            what = "the key " if is_key else ""
            low, high = _widest(weight)
            yield FitFinding(
                "fit.sign",
                "error",
                f"{what}{weight.name} {weight.value:.3g}, {low:.3g} to {high:.3g}, holds 0: "
                f"{_count(fitted)} do not say whether to pay it or to punish it",
                _sign_needs(fitted, weight),
                weight.name,
            )
        elif is_key and weight.value < 0.0:
            yield FitFinding(
                "fit.key",
                "error",
                f"the key criterion {weight.name} has weight {weight.value:.3g}: these "
                f"{fitted.noun}s prefer what is wrong by it",
                "look at the rows: are chosen and rejected swapped, or is it no key?",
                weight.name,
            )
        elif weight.width is not None and weight.width > abs(weight.value):
            count = needed(fitted.n, weight.width, abs(weight.value))
            yield FitFinding(
                "fit.wide",
                "warning",
                f"{weight.name} {weight.value:.3g}, {weight.interval[0]:.3g} to "
                f"{weight.interval[1]:.3g}: {_count(fitted)} do not pin it down to +-50%",
                "" if count is None else f"about {count:,} {fitted.noun}s would",
                weight.name,
            )
        if weight.value < 0.0 and not is_key and not weight.spans_zero:
            yield FitFinding(
                "fit.negative",
                "info",
                f"{weight.name} has a negative weight: it is a penalty in the rubric",
                criterion=weight.name,
            )


def _sign_needs(fitted: Fit, weight: Weight) -> str:
    """Units after which an interval around the same weight would end at 0."""
    if weight.value is None or weight.width is None or weight.value == 0.0:
        return ""
    count = needed(fitted.n, weight.width, 2.0 * abs(weight.value))
    if count is None or count <= fitted.n:
        return "collect more, or leave it out with --criterion"
    if count > 1_000 * fitted.n:
        return "leave it out with --criterion: its weight is next to 0"
    return (
        f"about {count:,} {fitted.noun}s would, if that is its weight; or leave it out with "
        "--criterion"
    )


def _widest(weight: Weight) -> tuple[float, float]:
    ends = [e for e in (weight.interval, weight.bootstrap) if e is not None]
    return next((e for e in ends if e[0] <= 0.0 <= e[1]), ends[0])


def _count(fitted: Fit) -> str:
    return f"{fitted.n:,} {fitted.noun}s"


def _rows(gathered: Gathered, fitted: Fit) -> Iterator[FitFinding]:
    if gathered.tied is not None:
        agree, of = gathered.decided
        against = of - agree
        noted = (
            f"{of:,} pairs differ in {gathered.tied} and are set aside; it orders {agree:,} of "
            "them as chosen"
        )
        if against > 0.05 * of:
            noted += f", and a gate overrules the other {against:,}"
        yield FitFinding(
            "fit.tied",
            "warning" if against > 0.05 * of else "info",
            noted,
            "annotators who prefer what is wrong by it want no gate: fit its weight instead"
            if against > 0.05 * of
            else "",
            gathered.tied,
        )
    if gathered.left_out:
        share = gathered.left_out / gathered.rows
        most = ", ".join(
            f"{name} in {count:,}"
            for name, count in sorted(gathered.missing.items(), key=lambda m: -m[1])[:3]
        )
        yield FitFinding(
            "fit.left_out",
            "error" if share > MANY_LEFT_OUT else "warning",
            f"{gathered.left_out:,} of {gathered.rows:,} rows ({share:.1%}) are left out for want "
            f"of a score: {most}; what cannot be scored may be preferred differently",
            "correct the scores, or leave the criterion out by naming the others with --criterion",
        )
    if gathered.cut:
        yield FitFinding(
            "fit.cut",
            "warning",
            f"{gathered.cut:,} rankings are kept without items that lack a score",
        )
    if gathered.silent:
        yield FitFinding(
            "fit.silent",
            "info",
            f"{gathered.silent:,} of {fitted.n:,} pairs have the same scores on both sides: they "
            "say nothing, and no weights order them",
        )


def _units(fitted: Fit) -> Iterator[FitFinding]:
    if fitted.intervals == "sandwich" and fitted.prompts is not None:
        if fitted.prompts <= len(fitted.weights):
            yield FitFinding(
                "fit.few_prompts",
                "error",
                f"{fitted.prompts} prompts for {len(fitted.weights)} weights: the intervals "
                "clustered by prompt mean nothing",
                "collect more prompts rather than more rows of each",
            )
        elif fitted.prompts < FEW_PROMPTS:
            yield FitFinding(
                "fit.few_prompts",
                "warning",
                f"{fitted.prompts} prompts: intervals clustered by fewer than {FEW_PROMPTS} tend "
                "to be too narrow",
                "collect more prompts rather than more rows of each",
            )
    drawn = fitted.resampled
    if drawn is not None and drawn.separated:
        yield FitFinding(
            "fit.resamples",
            "warning",
            f"{drawn.separated} of {drawn.resamples} resamples are separated and have no weights: "
            f"{_count(fitted)} are close to telling an order only",
        )


def _certified(made: FittedRubric, fitted: Fit, gathered: Gathered | None) -> Iterator[FitFinding]:
    if made.certificate is None:
        first = next(iter(made.rubric.parts()))
        yield FitFinding(
            "fit.no_key",
            "info",
            f"none of {', '.join(fitted.names[:GIVEN])} is known to judge correctness: none is the "
            "key, so there is no certificate",
            "--key NAME, or score a criterion of correctness beside them; a rubric has a key, "
            f"and the one written has its first, {first}, as long as you name none",
        )
        return
    verdict = made.certificate.verdict
    if verdict != "proved":
        edit = made.certificate.edit
        seen = gathered.levels.get(made.key) if gathered else None
        if verdict == "not_proved" and seen is not None and len(seen) > 1:
            values = ", ".join(f"{v:g}" for v in seen)
            edit = (
                f"{made.key} was only ever {values} here; if that is all it can be, say so in a "
                f"rubric (levels = [{values}]) and give it with --rubric"
            )
        yield FitFinding(
            "fit.certificate",
            "error",
            f"the rubric of these weights is {TITLES[verdict]}",
            edit or "see the certificate; a gate, or a key with levels, can be proved",
            made.key,
        )
    margin = made.margin
    if margin is None:
        return
    low, high = margin.interval
    noted = (
        f"margin {low:.3g} to {high:.3g}, above 0 for {margin.proved:.1%} of the weights that "
        "the data leave possible"
    )
    if verdict == "proved" and margin.verdict != "proved":
        yield FitFinding(
            "fit.certificate_open",
            "warning",
            f"proved for the weights as written, not within their intervals: {noted}",
            f"more {fitted.noun}s, or a heavier key than the data ask for",
            made.key,
        )
    elif verdict != "proved" and margin.verdict == "open":
        yield FitFinding(
            "fit.certificate_open",
            "info",
            f"other weights within the intervals would be proved: {noted}",
            criterion=made.key,
        )


def _ordered(order: Consistency) -> Iterator[FitFinding]:
    low, high = order.interval
    noted = f"{order.share:.1%} ({low:.1%} to {high:.1%}) of held-out comparisons are in order"
    if low <= 0.5:
        yield FitFinding("fit.order", "error", f"{noted}: no better than chance")
    elif order.key_share is not None and order.share <= order.key_share:
        yield FitFinding(
            "fit.order",
            "warning",
            f"{noted}, {order.key_share:.1%} by {order.key} alone: the other weights add nothing",
            criterion=order.key or "",
        )
