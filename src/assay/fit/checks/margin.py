"""The rubric that fitted weights make, its certificate, and whether their intervals carry it."""

from __future__ import annotations

import math
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from assay.arguments import table
from assay.errors import RubricError
from assay.fit.arguments import check_fit
from assay.fit.checks.scale import Scaled, arrays, quantile, scaled
from assay.fit.result import Fit, WeightInterval
from assay.model import EMPTY
from assay.rubrics.prove import Certificate
from assay.rubrics.written.criterion import Criterion
from assay.rubrics.written.kinds import Gate, Weighted
from assay.rubrics.written.number import Number

if TYPE_CHECKING:
    import numpy as np
    from scipy import stats

    from assay.plugins.host import Host
else:
    from assay.fit.extra import np, stats

DRAWS = 20_000
"""Weights drawn from their joint distribution, to see how often the proof holds."""


@dataclass(frozen=True, slots=True)
class Margin:
    """The certificate's margin over the weights that the data leave possible."""

    interval: WeightInterval
    """Of the margin, in the rubric's unit, at the fit's confidence."""
    proved: float
    """Share of the draws for which a certificate would be proved."""
    draws: int = DRAWS

    @property
    def verdict(self) -> str:
        """``proved`` or ``refuted`` within the interval, else ``open``."""
        if self.interval[0] > 0.0:
            return "proved"
        return "refuted" if self.interval[1] < 0.0 else "open"


@dataclass(frozen=True, slots=True)
class FittedRubric:
    """A rubric of fitted weights."""

    rubric: Weighted | Gate
    key: str
    scaled: Scaled
    certificate: Certificate | None
    """None where no criterion is the key: then there is no wrong answer to be outbid."""
    margin: Margin | None
    """None where no margin is known, as for a key without levels, and behind a gate, where the
    weights do not decide it."""


def make_rubric(
    fitted: Fit,
    *,
    key: str | None = None,
    criteria: Mapping[str, Criterion] = EMPTY,
    uses: Mapping[str, str] = EMPTY,
    gate: str | None = None,
    host: Host | None = None,
    about: str = "",
    seed: int = 0,
) -> FittedRubric:
    """The weighted rubric of a fit, or the gate with it behind, with its certificate.

    Args:
        fitted: All of its weights determined.
        key: The key criterion; by default the first. Empty: none of them judges correctness, so
            there is no certificate.
        criteria: Criterion's key -> how it is judged; its weight is replaced.
        uses: Criterion's key -> verifier, where `criteria` has none; else the key is its name.
        gate: A criterion to stand before the others: the key, where they were fitted to pairs
            that are tied in it.
        host: Where verifiers' levels are looked up.
        about: For the file.
        seed: Of the draws.

    Raises:
        ConfigError: weights that are not determined.
        RubricError: criteria that cannot be.
    """
    check_fit(fitted)
    table(criteria, "criteria", "a dict: criterion's key -> Criterion")
    table(uses, "uses", "a dict: criterion's key -> verifier")
    shares = scaled(fitted)
    keys = keys_of(fitted.names, criteria)
    key = "" if key == "" else keys[key or fitted.names[0]]
    parts = {
        keys[share.name]: _criterion(share.name, criteria, uses).model_copy(
            update={"weight": Number(share.value)}
        )
        for share in shares.shares
    }
    if gate is not None:
        first = _criterion(gate, criteria, uses).model_copy(update={"weight": Number(1)})
        then = Weighted(criteria=parts)
        gated = Gate(gate=first, then=then, floor=_floor(then), about=about)
        return FittedRubric(gated, "gate", shares, gated.prove(host=host), None)
    if not key:
        return FittedRubric(Weighted(criteria=parts, about=about), "", shares, None, None)
    rubric = Weighted(key=key, criteria=parts, about=about)
    return FittedRubric(
        rubric,
        key,
        shares,
        rubric.prove(host=host),
        _margin(fitted, rubric, key, host, seed),
    )


def _criterion(name: str, criteria: Mapping[str, Criterion], uses: Mapping[str, str]) -> Criterion:
    return criteria.get(name) or Criterion(use=uses.get(name, name))


FLOOR = Fraction(1, 2)
"""What an open gate is worth before anything behind it, as `Gate` has it by default."""


def _floor(then: Weighted) -> Number:
    """`FLOOR`, or so much that the worst penalties leave an open gate a tenth."""
    low = sum((min(c.weight.exact, Fraction(0)) for c in then.criteria.values()), Fraction(0))
    least = (Fraction(1, 10) - low) / (1 - low)
    return Number(FLOOR if least <= FLOOR else Fraction(math.ceil(least * 100), 100))


def keys_of(names: Sequence[str], nested: Container[str] = ()) -> dict[str, str]:
    """A key in a rubric for each name, which may hold what no key can.

    Args:
        names: As they stand in the rows.
        nested: Those that are paths in a rubric: of them the last part is enough, if that is
            no other's name.

    >>> keys_of(["then/style.black", "a/b"], ["then/style.black"])
    {'then/style.black': 'style.black', 'a/b': 'a.b'}
    """
    tails = [name.rpartition("/")[2] for name in names]
    found: dict[str, str] = {}
    for name, tail in zip(names, tails, strict=True):
        short = name in nested and tails.count(tail) == 1
        found[name] = (tail if short else name.replace("/", ".")).replace("#", "_").lstrip("(")
    return found


def _margin(fitted: Fit, rubric: Weighted, key: str, host: Host | None, seed: int) -> Margin | None:
    """M = gap w_key - sum range_i |w_i| over draws of w around the fit.

    Normal, widened by as much as the quantile of Student's t that the fit's intervals reach to.
    """
    reaches = _reaches(rubric, key, host)
    if reaches is None:
        return None
    beta, spread = arrays(fitted)
    values, vectors = np.linalg.eigh(spread)
    if not np.isfinite(values).all():
        return None
    wider = quantile(fitted) / float(stats.norm.ppf(0.5 + fitted.confidence / 2.0))
    root = wider * vectors * np.sqrt(np.maximum(values, 0.0))
    draws = beta + np.random.default_rng(seed).standard_normal((DRAWS, len(beta))) @ root.T
    gap, ranges = reaches
    at = list(rubric.criteria).index(key)
    margins = gap * draws[:, at] - np.abs(draws) @ ranges
    units = np.maximum(draws, 0.0).sum(axis=1)
    units = np.where(units > 0.0, units, np.abs(draws).sum(axis=1))
    tail = (1.0 - fitted.confidence) / 2.0
    low, high = np.quantile(margins / units, [tail, 1.0 - tail])
    return Margin((float(low), float(high)), float((margins > 0.0).mean()))


def _reaches(
    rubric: Weighted, key: str, host: Host | None
) -> tuple[float, np.ndarray[tuple[int], np.dtype[np.float64]]] | None:
    """The key's gap below its top, and each other criterion's range, as the prover sees them."""
    one = Number(1)
    alone = rubric.criteria[key].model_copy(update={"weight": one})
    try:
        gap = Weighted(key=key, criteria={key: alone}).prove(host=host).margin
        if gap is None or gap <= 0:
            return None
        ranges = []
        for name, part in rubric.criteria.items():
            if name == key:
                ranges.append(0.0)
                continue
            other = part.model_copy(update={"weight": one})
            both = Weighted(key=key, criteria={key: alone, name: other}).prove(host=host).margin
            if both is None:
                return None
            ranges.append(float(gap - both))
    except RubricError:
        return None
    return float(gap), np.array(ranges)
