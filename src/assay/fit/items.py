"""Strengths of items: Bradley-Terry and Plackett-Luce without criteria.

For items that were compared often themselves: models in an arena, prompts of a template. The
strengths sum to 0, since only differences count.

Source:
    Ford 1957, American Mathematical Monthly 64: the maximum is there, and a single one, if and
    only if one can get from each item to each other along "was beaten by"; Hunter 2004, Annals of
    Statistics 32, for rankings.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, TypeAlias

from assay.errors import ConfigError
from assay.fit.arguments import check_confidence, check_l2, items

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from scipy import sparse, stats
    from scipy.sparse import csgraph

    from assay.fit.inputs import Array

    Stage: TypeAlias = tuple[int, NDArray[np.intp]]
else:
    from assay.fit.extra import csgraph, np, sparse, stats

ITEMS = 3_000
"""Most items: the Hessian is a matrix of their number squared."""

STEPS = 200


@dataclass(frozen=True, slots=True)
class ItemFit:
    """Strengths of items, in log-odds; they sum to 0."""

    model: str
    strengths: Mapping[Any, float] | None
    """None where there is no maximum."""
    intervals: Mapping[Any, tuple[float, float]] | None
    """Wald, of each strength against the mean of all."""
    n: int
    """Comparisons or rankings."""
    l2: float
    confidence: float
    groups: tuple[tuple[Any, ...], ...] = ()
    """Items that win and lose among each other, best group first as far as that is known. More
    than one: an item of one group never lost to, or never met, one of another, and without l2
    there is no maximum."""


def item_bradley_terry(
    pairs: Iterable[tuple[Hashable, Hashable]], *, l2: float = 0.0, confidence: float = 0.95
) -> ItemFit:
    """Strengths from pairs (winner, loser).

    Args:
        pairs: The same pair may come many times.
        l2: The objective is the negative log-likelihood plus ``l2 * sum(strength ** 2)``.
        confidence: Of the intervals.

    Raises:
        ConfigError: no pairs, an item against itself, too many items.
    """
    given = items(pairs, "pairs")
    for i, pair in enumerate(given):
        if len(pair) != 2:
            raise ConfigError(f"pairs[{i}] has {len(pair)} items, must be (winner, loser)")
    return _fitted("bradley-terry", given, None, l2, confidence)


def item_plackett_luce(
    rankings: Iterable[Sequence[Hashable]],
    *,
    rest: Sequence[Sequence[Hashable]] | None = None,
    l2: float = 0.0,
    confidence: float = 0.95,
) -> ItemFit:
    """Strengths from rankings of any number of the items, best first.

    Args:
        rankings: The items in order.
        rest: For each ranking the items known to be below its last, in no order.
        l2: As for `item_bradley_terry`.
        confidence: Of the intervals.

    Raises:
        ConfigError: no rankings, one item twice in a ranking, too many items.
    """
    return _fitted("plackett-luce", items(rankings, "rankings"), rest, l2, confidence)


def _fitted(
    name: str,
    rankings: list[tuple[Hashable, ...]],
    rest: Sequence[Sequence[Hashable]] | None,
    l2: float,
    confidence: float,
) -> ItemFit:
    check_l2(l2)
    check_confidence(confidence)
    below = [()] * len(rankings) if rest is None else items(rest, "rest")
    if len(below) != len(rankings):
        raise ConfigError(f"{len(rankings)} rankings go with {len(below)} rests")
    number: dict[Hashable, int] = {}
    for ranking, others in zip(rankings, below, strict=True):
        for item in (*ranking, *others):
            number.setdefault(item, len(number))
    if not rankings or len(number) < 2:
        raise ConfigError("there is nothing to compare: no two items")
    if len(number) > ITEMS:
        raise ConfigError(f"{len(number)} items, at most {ITEMS} can be fitted")
    stages: list[Stage] = []
    for index, (ranking, others) in enumerate(zip(rankings, below, strict=True)):
        whole = np.array([number[i] for i in (*ranking, *others)], dtype=np.intp)
        if len(set(whole.tolist())) < len(whole):
            raise ConfigError(f"rankings[{index}] has an item twice")
        last = len(ranking) if others else len(ranking) - 1
        stages += [(int(whole[k]), whole[k:]) for k in range(last)]
    groups = _groups(stages, list(number))
    if len(groups) > 1 and l2 == 0.0:
        return ItemFit(name, None, None, len(rankings), l2, confidence, groups)
    strength, spread = _newton(_Stages(stages, len(number)), l2)
    reach = float(stats.norm.ppf(0.5 + confidence / 2.0)) * np.sqrt(np.diag(spread))
    values = {item: float(strength[i]) for item, i in number.items()}
    ends = {
        i: (v - float(reach[number[i]]), v + float(reach[number[i]])) for i, v in values.items()
    }
    return ItemFit(
        name,
        MappingProxyType(values),
        MappingProxyType(ends),
        len(rankings),
        l2,
        confidence,
        groups,
    )


def _groups(stages: list[Stage], items: list[Hashable]) -> tuple[tuple[Hashable, ...], ...]:
    """Strongly connected components of "beat", those that beat others first."""
    edges = {(winner, int(loser)) for winner, left in stages for loser in left if loser != winner}
    winners, losers = zip(*edges, strict=True)
    graph = sparse.csr_matrix(
        (np.ones(len(edges)), (winners, losers)), shape=(len(items), len(items))
    )
    count, label = csgraph.connected_components(graph, directed=True, connection="strong")
    beaten: list[set[int]] = [set() for _ in range(count)]
    for a, b in edges:
        if label[a] != label[b]:
            beaten[label[a]].add(int(label[b]))
    depth: dict[int, int] = {}
    pending = list(range(count))
    while pending:  # longest chain below each group; the graph of groups has no cycle
        later = [g for g in pending if not all(b in depth for b in beaten[g])]
        for g in set(pending) - set(later):
            depth[g] = 1 + max((depth[b] for b in beaten[g]), default=-1)
        pending = later
    order = sorted(range(count), key=lambda g: (-depth[g], g))
    return tuple(tuple(i for i, of in zip(items, label, strict=True) if of == g) for g in order)


class _Stages:
    """Choices of one item out of several, end to end."""

    def __init__(self, stages: list[Stage], items: int) -> None:
        self.items = items
        self.winner = np.array([w for w, _ in stages])
        self.left = np.concatenate([left for _, left in stages])
        lengths = np.array([len(left) for _, left in stages])
        self.starts = np.concatenate([[0], np.cumsum(lengths)[:-1]])
        self.of = np.repeat(np.arange(len(stages)), lengths)

    def chances(self, strength: Array) -> tuple[float, Array]:
        """The loss, and the chance of each item left at each stage."""
        lead = strength[self.left] - strength[self.winner][self.of]
        top = np.maximum.reduceat(lead, self.starts)
        power = np.exp(lead - top[self.of])
        total = np.add.reduceat(power, self.starts)
        return float((top + np.log(total)).sum()), power / total[self.of]

    def slopes(self, chances: Array) -> tuple[Array, Array]:
        """Gradient and Hessian of the loss."""
        expected = np.bincount(self.left, weights=chances, minlength=self.items)
        gradient = expected - np.bincount(self.winner, minlength=self.items)
        stage = sparse.csr_matrix(
            (chances, (self.of, self.left)), shape=(len(self.winner), self.items)
        )
        curve = np.diag(expected) - (stage.T @ stage).toarray()
        return np.asarray(gradient, dtype=np.float64), np.asarray(curve)


def _newton(stages: _Stages, l2: float) -> tuple[Array, Array]:
    """Strengths that sum to 0, and their covariance."""
    level = np.full((stages.items, stages.items), 1.0 / stages.items)
    strength = np.zeros(stages.items)
    loss, chances = stages.chances(strength)
    for _ in range(STEPS):
        gradient, hessian = stages.slopes(chances)
        gradient = gradient + 2.0 * l2 * strength
        curve = hessian + 2.0 * l2 * np.eye(stages.items) + level
        step = np.linalg.solve(curve, gradient)
        decrement = float(gradient @ step)
        size = 1.0
        while size > 1e-10:
            candidate = strength - size * step
            after, chances_after = stages.chances(candidate)
            if after + l2 * candidate @ candidate <= loss + l2 * strength @ strength:
                break
            size /= 2.0
        else:
            break
        strength, loss, chances = candidate, after, chances_after
        if decrement <= 1e-18 * (1.0 + loss):
            break
    _, hessian = stages.slopes(chances)
    inverse = np.linalg.inv(hessian + 2.0 * l2 * np.eye(stages.items) + level)
    centre = np.eye(stages.items) - level
    return strength - strength.mean(), centre @ inverse @ centre
