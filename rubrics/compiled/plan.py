"""From a rubric to straight code: what `compose` runs, once per way the switches can stand.

A linear tree of criteria is one sum of products. Anything else evaluates its formulas bottom-up,
and the receipt gets a line for each composer that is not a sum: what it adds to, or takes from, the
shares of its parts.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TypeAlias

from assay.errors import nearest
from assay.model import EMPTY, FrozenDict, Sample, Term, Verdict
from assay.printable import in_lines
from assay.rubrics.compiled.leaf import Leaf
from assay.rubrics.compiled.out_of_range import as_float, check_bounds, check_size
from assay.rubrics.compiled.rounding import settle
from assay.rubrics.compiled.turn_samples import (
    Composed,
    needed,
    turn_count,
    turn_key,
    turn_sample,
)
from assay.rubrics.written.arithmetic import FLOAT
from assay.rubrics.written.criterion import Criterion
from assay.rubrics.written.faults import Fault
from assay.rubrics.written.kinds.schedule import Schedule
from assay.rubrics.written.number import Number
from assay.rubrics.written.ranges import Levels, levels_below, part_range
from assay.rubrics.written.rubric import STEP, VIRTUAL, Rubric, RubricPart, ScoreReader

Step: TypeAlias = Callable[[list[float]], float]

RECEIPTS_KEPT = 64
"""Receipts kept of a linear rubric: most verifiers have few scores."""


@dataclass(slots=True)
class PlanNode:
    """A composer that is not a sum, whose adjustment is a line of its own."""

    key: str


class Plan:
    """One way the switches can stand, compiled.

    Args:
        root: The part to evaluate, of which no switch is undecided.
        prefix: Path of the root in the whole rubric.
        levels: Key -> levels.
        names: Key -> verifier with version.
        chosen: How the switches stand.
        same: Key -> what is equal for criteria that one verifier judges with equal params; by
            default the name and params as the rubric writes them.
    """

    def __init__(
        self,
        root: RubricPart,
        prefix: tuple[str, ...],
        levels: Mapping[str, Levels],
        names: Mapping[str, str],
        chosen: Mapping[tuple[str, ...], str],
        same: Mapping[str, str] = EMPTY,
    ) -> None:
        self.same = same
        self.leaves: list[Leaf] = []
        self.nodes: list[PlanNode] = []
        self.chosen = chosen
        self._levels, self._names = levels, names
        self.lowered: dict[tuple[str, ...], Rubric] = {}
        """Path -> the composer that is evaluated there."""
        self.phase = ""
        """Names of the phases of training, for the signature."""
        self.root, self.prefix = root, prefix
        self._root = self._build(root, prefix, Fraction(1), "", 1)
        self._share()
        check_bounds(self.leaves, self.lowered)
        self.linear = not self.nodes
        self.affine = all(part.linear or part.constant for part in self.lowered.values())
        """Whether the value is a sum of shares of the scores, and of a constant."""
        self.simple = all(leaf.read is None for leaf in self.leaves)
        self._receipts: dict[tuple[float, ...], tuple[float, FrozenDict]] = {}
        self.keys = tuple(leaf.key for leaf in self.leaves if leaf.criterion.use not in VIRTUAL)

    # -- compiling ------------------------------------------------------------------------------

    def _build(
        self, part: RubricPart, path: tuple[str, ...], share: Fraction, key: str | None, sign: int
    ) -> Step:
        """Compile a part.

        `key` is None where the key criterion is elsewhere; else the rest of the path that leads
        to it, empty where the part itself may say.
        """
        if isinstance(part, Criterion):
            return self._leaf(part, path, share, key, sign)
        if part.noun == "turns":  # those that may be are compiled elsewhere
            raise Fault("turns stand at the top, or in a switch or in phases", path=path)
        part = self._lower(part, path)
        if part.chooses:
            name = self.chosen[path]
            if part.noun == "phases":
                self.phase = f"{self.phase}+{name}" if self.phase else name
            below = None if key is None else _rest(key or part.key or "", name) or ""
            return self._build(part.parts()[name], (*path, name), share, below, sign)
        try:
            shares = part.shares()
        except ValueError as err:
            raise Fault(f"a share of its parts {err}", path=path) from None
        if key == "":
            key = part.key or part.first_part
        if key and not any(_rest(key, name) is not None for name in part.parts()):
            raise Fault(
                f"key {key!r} is not part of this rubric{nearest(key, part.parts())}",
                path=path,
                fix=f"parts: {in_lines(part.parts())}",
            )
        steps: list[tuple[str, Step]] = []
        for name, child in part.parts().items():
            part_share = share * shares[name].exact
            rest = None if key is None else _rest(key, name)
            turn = sign * part.sign(name)
            where = (*path, name)
            if isinstance(child, Criterion):
                step = self._leaf(child, where, part_share, rest, turn, part.reader(name))
                self._read_by(part, name)
            else:
                if part.sign(name) == 0:
                    raise Fault(
                        f"the value rises and falls with {name!r}, which is a rubric",
                        path=where,
                        fix="a criterion in its place, or rows in which more of it is never less",
                    )
                step = self._build(child, where, part_share, rest, turn)
            steps.append((name, step))
        if part.linear:
            weights = [(float(shares[name]), step) for name, step in steps]
            return lambda scores: math.fsum([w * step(scores) for w, step in weights])
        return self._node(part, path, share, shares, steps)

    def _leaf(
        self,
        criterion: Criterion,
        path: tuple[str, ...],
        share: Fraction,
        rest: str | None,
        sign: int,
        read: ScoreReader | None = None,
    ) -> Step:
        key = "/".join(path) or criterion.use
        is_key = rest is not None
        if rest:
            raise Fault(f"{key} is a criterion, so no key lies below it", got=f"{key}/{rest}")
        if is_key and criterion.missing is not None:
            raise Fault(
                "the key criterion has a `missing`",
                path=(*path, "missing"),
                fix="drop it: without the key there is no reward; or name another `key`",
            )
        levels = self._levels.get(key) if read is None else None
        if criterion.missing is not None:
            lowest = criterion.missing.exact
        elif sign == 0 and not is_key:
            raise Fault(
                f"the reward rises and falls with {key}, so no one score stands in for a missing "
                "one",
                path=(*path, "missing"),
                fix="give the criterion its `missing`",
            )
        elif levels is None:
            lowest = Fraction(0 if sign > 0 else 1)
        else:
            lowest = levels[0] if sign > 0 else levels[-1]
        index, counts = len(self.leaves), as_float(share, path)
        leaf = Leaf(key, criterion, counts, float(lowest), is_key, sign, levels, read)
        leaf.lowest, leaf.name = lowest, self._names.get(key, criterion.use)
        leaf.stated = criterion.missing is not None
        self.leaves.append(leaf)
        return lambda scores: scores[index]

    def _read_by(self, part: Rubric, name: str) -> None:
        """What the composer above the last criterion says of it."""
        leaf = self.leaves[-1]
        leaf.per_turn = part.per_turn(name)
        leaf.cells = part.cells(name)
        leaf.by_step = leaf.criterion.use == STEP
        leaf.stated |= part.states_missing(name)
        if leaf.read is None:
            return
        reach = part.reading(name)
        if reach is None:
            leaf.unbounded = True
        else:
            leaf.reach = reach
            if leaf.criterion.missing is None:
                leaf.lowest = reach[0] if leaf.sign > 0 else reach[1]
                leaf.stand_in = float(leaf.lowest)

    def _share(self) -> None:
        """Criteria that one verifier judges with equal params are one variable.

        Where the reward rises with one of them and falls with another, one score stands in for
        all: the end that costs more by their weights. So a missing score is never worth less, nor
        more, than some score that the verifier could have given.
        """
        first: dict[str, list[Leaf]] = {}
        for leaf in self.leaves:
            same = self.same.get(leaf.key, "") if leaf.read is None else ""
            group = first.setdefault(f"{same} {leaf.levels}" if same else leaf.key, [])
            group.append(leaf)
            leaf.variable = group[0].key
        for group in first.values():
            if len({leaf.sign for leaf in group}) > 1:
                low, high = group[0].ends
                end = low if math.fsum(leaf.coefficient for leaf in group) >= 0 else high
                for leaf in group:
                    if leaf.criterion.missing is None:
                        leaf.lowest, leaf.stand_in = end, float(end)

    def _node(
        self,
        part: Rubric,
        path: tuple[str, ...],
        share: Fraction,
        shares: Mapping[str, Number],
        steps: Sequence[tuple[str, Step]],
    ) -> Step:
        index = len(self.nodes)
        key = "/".join((*path, f"({part.noun})"))
        plain = {name: float(shares[name]) for name, _ in steps}
        weight = as_float(share, path)
        self.nodes.append(PlanNode(key))
        formula = part.formula

        def step(scores: list[float]) -> float:
            values = {name: inner(scores) for name, inner in steps}
            value: float = formula(FLOAT, values)
            parts = [-plain[name] * v for name, v in values.items()]
            # Scores hold the leaves first, then one slot a node for its adjustment.
            scores[self._first + index] = weight * math.fsum([value, *parts])
            return value

        return step

    @property
    def _first(self) -> int:
        return len(self.leaves)

    def _lower(self, part: Rubric, path: tuple[str, ...]) -> Rubric:
        parts = part.parts()
        if part.lowers:
            try:
                part = part.lowered(levels_below(part, path, self._levels))
            except Fault as err:
                raise err.under(*path) from None
            except ValueError as err:
                raise Fault(f"a weight that follows from the levels {err}", path=path) from None
        reach = {
            n: part.reading(n) if part.reader(n) else part_range(p, (*path, n), self._levels)
            for n, p in parts.items()
        }
        part.check_ranges({n: r for n, r in reach.items() if r is not None})
        self.lowered[path] = part
        check_size(part, reach, path)
        return part

    @property
    def schedules(self) -> dict[str, Schedule]:
        """Key of each weight that moves with the step -> its schedule."""
        found: dict[str, Schedule] = {}
        for leaf in self.leaves:
            above = self.lowered.get(tuple(leaf.key.split("/"))[:-1])
            if leaf.by_step and isinstance(above, Schedule):
                found[leaf.key] = above
        return found

    # -- running --------------------------------------------------------------------------------

    def runs(self, sample: Sample) -> list[tuple[str, str, Sample]]:
        """Key of the verdict, criterion, and what to judge: one run each, or one a turn."""
        if self.simple:
            return [(key, key, sample) for key in self.keys]
        for part in self.lowered.values():
            part.check_sample(sample)
        found: list[tuple[str, str, Sample]] = []
        for leaf in self.leaves:
            if leaf.criterion.use in VIRTUAL:
                continue
            if leaf.per_turn:
                found += [
                    (turn_key(leaf.key, t), leaf.key, turn_sample(sample, t))
                    for t in range(turn_count(sample))
                ]
            else:
                found.append((leaf.key, leaf.key, sample))
        return found

    def compose(self, verdicts: Mapping[str, Verdict], sample: Sample | None) -> Composed:
        """Value and receipt."""
        scores, lost = self.score(verdicts, sample)
        return Composed(*self.receipt(scores), None, lost)

    def score(
        self, verdicts: Mapping[str, Verdict], sample: Sample | None
    ) -> tuple[list[float], Leaf | None]:
        """The score of each leaf, stand-ins included; and the leaf for want of which none is paid.

        That is the key, where its score is missing; or another whose verifier the machine failed:
        its worst case would be a penalty that no completion has caused. What the rubric itself
        says of a missing score, it says of this one, too.
        """
        scores: list[float] = []
        lost: Leaf | None = None
        for leaf in self.leaves:
            if leaf.read is None:
                try:
                    verdict = verdicts[leaf.key]
                except KeyError:
                    raise self.absent(leaf.key, verdicts) from None
                score, failed = verdict.score, verdict.by_machine
            else:
                seen = self._verdicts(leaf, verdicts, sample)
                score, failed = leaf.read(seen, sample), any(v.by_machine for v in seen)
            if (leaf.is_key and score is None) or (failed and lost is None and not leaf.stated):
                lost = leaf
            scores.append(leaf.stand_in if score is None else score)
        return scores, lost

    def _verdicts(
        self, leaf: Leaf, verdicts: Mapping[str, Verdict], sample: Sample | None
    ) -> list[Verdict]:
        if leaf.criterion.use in VIRTUAL:
            return []
        keys = [leaf.key]
        if leaf.per_turn:
            keys = [turn_key(leaf.key, t) for t in range(turn_count(needed(sample)))]
        try:
            return [verdicts[key] for key in keys]
        except KeyError as err:
            raise self.absent(str(err.args[0]), verdicts) from None

    def absent(self, key: str, verdicts: Mapping[str, Verdict]) -> Fault:
        """The error of a verdict that was not given."""
        return Fault(
            f"no verdict for the criterion {key!r}",
            path=tuple(key.split("/")),
            got=f"verdicts for {in_lines(verdicts) or 'none'}",
            fix="run its verifier on the sample, or give `undecided`",
        )

    def value(self, scores: Sequence[float]) -> float:
        """The reward of these scores, one a leaf, in order."""
        return self._root([*scores, *[0.0] * len(self.nodes)])

    def receipt(self, scores: list[float]) -> tuple[float, Mapping[str, Term]]:
        """Value and terms; ``value == fsum(contributions)``, exactly."""
        if self.linear:
            return self._receipts.get(tuple(scores)) or self._sum(scores)
        terms: dict[str, Term] = {}
        count = len(scores)
        scores = [*scores, *[0.0] * len(self.nodes)]
        value = self._root(scores)
        shares = [leaf.coefficient * s + 0.0 for leaf, s in zip(self.leaves, scores, strict=False)]
        shares += scores[count:]
        settle(shares, value, count)
        for leaf, score, share in zip(self.leaves, scores, shares, strict=False):
            term = leaf.terms.get(score) or leaf.term(score)
            if term.contribution != share:  # it gave a rounding error away
                term = Term(leaf.name, leaf.coefficient, score, share)
            terms[leaf.key] = term
        for node, share in zip(self.nodes, shares[count:], strict=True):
            terms[node.key] = Term("", 1.0, None, share)
        return value, terms

    def _sum(self, scores: list[float]) -> tuple[float, Mapping[str, Term]]:
        """The receipt of a linear rubric; shared between rewards, since it is frozen."""
        terms: dict[str, Term] = {}
        shares = []
        for leaf, score in zip(self.leaves, scores, strict=True):
            term = leaf.terms.get(score) or leaf.term(score)
            terms[leaf.key] = term
            shares.append(term.contribution)
        receipt = math.fsum(shares), FrozenDict(terms)  # type: ignore[arg-type]
        if len(self._receipts) < RECEIPTS_KEPT:
            self._receipts[tuple(scores)] = receipt
        return receipt


def _rest(key: str, name: str) -> str | None:
    """What is left of a key's path below the part `name`; None where it does not lead there."""
    if key == name:
        return ""
    return key[len(name) + 1 :] if key.startswith(f"{name}/") else None
