"""Blocks of rows become one frame: counted whole, kept by whole groups."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from assay.audit.frame import ROW_STATUSES, STATUSES, Codes, Floats, Totals, TurnRewards

ColumnArray: TypeAlias = NDArray[Any]
Hashes: TypeAlias = NDArray[np.uint64]

NO_KEY = np.uint64(0)
"""Hash of a group that is none."""

SLACK = 0.25
SLACK_ROWS = 1000
"""How many more rows than asked for are held before the surplus is dropped."""

_FILL: Mapping[str, Any] = {"score": np.nan, "contribution": np.nan, "status": np.int8(-1)}


@dataclass
class RowBlock:
    """Some rows. Every column is as long as the others."""

    columns: dict[str, ColumnArray]
    """Named as fields of the frame; ``group`` and ``prompt`` hold hashes, `NO_KEY` for none."""
    criteria: dict[tuple[str, str], ColumnArray] = field(default_factory=dict)
    """("score" | "contribution" | "status", criterion) -> its column."""
    turn_counts: Codes | None = None
    turns: dict[str, Floats] = field(default_factory=dict)
    """Values of turns, row after row: "" -> rewards, criterion -> scores."""

    def __len__(self) -> int:
        return len(self.columns["reward"])

    def take(self, kept: Codes) -> RowBlock:
        """These rows, in this order."""
        columns = {name: column[kept] for name, column in self.columns.items()}
        criteria = {name: column[kept] for name, column in self.criteria.items()}
        if self.turn_counts is None:
            return RowBlock(columns, criteria)
        counts = self.turn_counts[kept]
        starts = np.cumsum(self.turn_counts) - self.turn_counts
        inside = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
        flat = np.repeat(starts[kept], counts) + inside
        turns = {name: values[flat] for name, values in self.turns.items()}
        return RowBlock(columns, criteria, counts, turns)

    @staticmethod
    def joined(blocks: Sequence[RowBlock]) -> RowBlock:
        """One after the other; a column that a block has not is "not there" in its rows."""
        if len(blocks) == 1:
            return blocks[0]
        columns = {n: np.concatenate([b.columns[n] for b in blocks]) for n in blocks[0].columns}
        names = dict.fromkeys(name for block in blocks for name in block.criteria)
        criteria = {
            name: np.concatenate(
                [
                    b.criteria[name] if name in b.criteria else np.full(len(b), _FILL[name[0]])
                    for b in blocks
                ]
            )
            for name in names
        }
        if all(b.turn_counts is None for b in blocks):
            return RowBlock(columns, criteria)
        counts = [
            np.zeros(len(b), np.int64) if b.turn_counts is None else b.turn_counts for b in blocks
        ]
        kinds = dict.fromkeys(name for block in blocks for name in block.turns)
        turns = {
            name: np.concatenate(
                [
                    b.turns.get(name, np.full(int(c.sum()), np.nan))
                    for b, c in zip(blocks, counts, strict=True)
                ]
            )
            for name in kinds
        }
        return RowBlock(columns, criteria, np.concatenate(counts), turns)


def mixed(values: Hashes) -> Hashes:
    """A bijection of 64 bits under which near numbers go far apart (SplitMix64's finaliser)."""
    with np.errstate(over="ignore"):
        z = values + np.uint64(0x9E3779B97F4A7C15)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        result: Hashes = z ^ (z >> np.uint64(31))
    return result


def of_step(keys: Hashes, step: Floats) -> Hashes:
    """Groups: rollouts of one key at different steps are not compared with each other."""
    bits = np.where(np.isnan(step), 0.0, step + 0.0).view(np.uint64)
    apart = mixed(bits) * (~np.isnan(step)).astype(np.uint64)
    groups = mixed(keys ^ apart)
    groups[groups == NO_KEY] = np.uint64(1)
    groups[keys == NO_KEY] = NO_KEY
    return groups


@dataclass
class RowGatherer:
    """Collects blocks.

    Above `max_rows` rows, whole groups are kept: those whose hashes are smallest, as many as
    there is room for. Which these are depends on the rows and on `max_rows`, not on the order of
    rows or on how they were cut into blocks. A row without a group is a group by itself. Of a
    single group larger than `max_rows`, rows are kept by their own hash.
    """

    max_rows: int
    total: int = 0
    _blocks: list[RowBlock] = field(default_factory=list)
    _held: int = 0
    _limit: np.uint64 | None = None
    _row_status: Counter[int] = field(default_factory=Counter)
    _statuses: dict[str, Counter[int]] = field(default_factory=dict)
    _steps: dict[float, list[float]] = field(default_factory=dict)

    def add(self, block: RowBlock) -> None:
        """Count the rows of `block`, and keep those that the rule keeps."""
        self.total += len(block)
        self._count(block)
        if self._limit is not None:
            block = block.take(np.flatnonzero(_rank(block) <= self._limit))
        if len(block):
            self._blocks.append(block)
            self._held += len(block)
        if self._held > self.max_rows + 1 + max(SLACK_ROWS, int(SLACK * self.max_rows)):
            self._drop()

    def block(self) -> RowBlock | None:
        """What was kept, in the order of the log; None where there were no rows."""
        if not self._blocks:
            return None
        if self._held > self.max_rows:
            self._drop()
            block = self._blocks[0]
            rank = _rank(block)
            order = np.lexsort((_own(block), rank))
            if len(order) > self.max_rows:
                cut, last = rank[order[self.max_rows]], rank[order[self.max_rows - 1]]
                kept = np.ones(len(rank), bool)
                kept[order[self.max_rows :]] = False
                if cut == last and rank[order[0]] != cut:
                    kept &= rank != cut  # a group is kept whole or not at all
                self._blocks = [block.take(np.flatnonzero(kept))]
        block = RowBlock.joined(self._blocks)
        self._blocks = [block]
        self._held = len(block)
        return block

    def _drop(self) -> None:
        block = RowBlock.joined(self._blocks)
        rank = _rank(block)
        if len(rank) > self.max_rows + 1:
            order = np.lexsort((_own(block), rank))[: self.max_rows + 1]
            self._limit = rank[order[-1]]
            block = block.take(np.sort(order))
        self._blocks = [block]
        self._held = len(block)

    # -- counts over everything -----------------------------------------------------------------

    def _count(self, block: RowBlock) -> None:
        _tally(self._row_status, block.columns["row_status"])
        for (what, criterion), column in block.criteria.items():
            if what == "status":
                _tally(self._statuses.setdefault(criterion, Counter()), column)
            elif what == "score":
                self._statuses.setdefault(criterion, Counter())
        reward, step = block.columns["reward"], block.columns["step"]
        steps, place = np.unique(step, return_inverse=True)
        known = np.isfinite(reward)
        rows = np.bincount(place, minlength=len(steps))
        scored = np.bincount(place, known, minlength=len(steps))
        sums = np.bincount(place, np.where(known, reward, 0.0), minlength=len(steps))
        for at, n, s, total in zip(steps.tolist(), rows, scored, sums, strict=True):
            held = self._steps.setdefault(at if at == at else np.inf, [0.0, 0.0, 0.0])
            held[0] += n
            held[1] += s
            held[2] += total

    def totals(self, criteria: Iterable[str]) -> Totals:
        """Of every row that was added."""
        steps = sorted(self._steps)
        figures = np.array([self._steps[s] for s in steps], float).reshape(-1, 3)
        with np.errstate(invalid="ignore"):
            means = figures[:, 2] / figures[:, 1]
        return Totals(
            rows=self.total,
            row_status=_named(self._row_status, ROW_STATUSES, self.total),
            statuses={
                c: _named(self._statuses.get(c, Counter()), STATUSES, self.total) for c in criteria
            },
            steps=np.array([s if s != np.inf else np.nan for s in steps]),
            step_rows=figures[:, 0].astype(np.int64),
            step_scored=figures[:, 1].astype(np.int64),
            step_reward=means,
        )


def _tally(counter: Counter[int], column: ColumnArray) -> None:
    codes, counts = np.unique(column, return_counts=True)
    for code, count in zip(codes.tolist(), counts.tolist(), strict=True):
        counter[code] += count


def _named(counter: Counter[int], names: Sequence[str], total: int) -> dict[str, int]:
    found = {name: counter[i] for i, name in enumerate(names) if counter[i]}
    rest = total - sum(found.values())
    return {**found, "": rest} if rest else found


def _own(block: RowBlock) -> Hashes:
    """A hash of each row: of its place in the log."""
    place = block.columns["file"].astype(np.uint64) << np.uint64(40)
    return mixed(mixed(place ^ block.columns["at"].astype(np.uint64)))


def _rank(block: RowBlock) -> Hashes:
    """What the sampling rule goes by."""
    group: Hashes = block.columns["group"]
    return np.where(group == NO_KEY, _own(block), group)


def codes(hashes: Hashes) -> Codes:
    """Numbers from 0 in the order of first appearance; -1 for none."""
    found, first, place = np.unique(hashes, return_index=True, return_inverse=True)
    there = found != NO_KEY
    order = np.argsort(np.where(there, first, len(hashes)), kind="stable")
    number = np.empty(len(found), np.int64)
    number[order] = np.arange(len(found))
    number[~there] = -1
    result: Codes = number[place]
    return result


def turns_of(block: RowBlock) -> TurnRewards | None:
    """Rewards of turns, where any row has them."""
    if block.turn_counts is None or not block.turn_counts.any():
        return None
    offsets = np.concatenate([[0], np.cumsum(block.turn_counts)]).astype(np.int64)
    scores = {name: values for name, values in block.turns.items() if name}
    return TurnRewards(offsets, block.turns[""], scores)
