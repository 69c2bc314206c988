"""A rubric with its verifiers found: what the engine runs and composes with."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

from assay.arguments import of_kind, table
from assay.errors import VerifierNotFound
from assay.model import EMPTY, JSON, FrozenDict, Reward, Sample, Term, Verdict
from assay.rubrics.compiled import signing
from assay.rubrics.compiled.compiled_turns import TurnsPlan
from assay.rubrics.compiled.declared import (
    declared_levels,
    identities,
    levels_of,
    offered_levels,
    shared_levels,
)
from assay.rubrics.compiled.given import check_sample, check_verdicts, matched
from assay.rubrics.compiled.group_criteria import refuse_groups_of_turns
from assay.rubrics.compiled.leaf import Leaf
from assay.rubrics.compiled.plan import Plan
from assay.rubrics.compiled.switching import any_choice, choices, top_of, ways, ways_count
from assay.rubrics.results.certificate import Certificate
from assay.rubrics.results.corner_table import CornerTable
from assay.rubrics.written.faults import Fault, shown
from assay.rubrics.written.kinds.turns import Turns
from assay.rubrics.written.ranges import Levels, Range
from assay.rubrics.written.rubric import Rubric

if TYPE_CHECKING:
    from pydantic import BaseModel

    from assay.plugins.host import Host
    from assay.plugins.registered import Offer

WAYS = 1024
"""Most ways in which the switches of one rubric can stand: each is compiled."""


class LeafRun(NamedTuple):
    """One run of one verifier."""

    key: str
    """Under which `compose` wants the verdict."""
    leaf: str
    """The criterion: the key into `offers` and `params`."""
    sample: Sample
    """What to judge: the sample itself, or one turn of it."""


class BoundRubric:
    """A rubric whose verifiers are known. Immutable but for caches; safe to share by threads.

    Build it with `Rubric.bind`.
    """

    prover: ClassVar[Callable[..., Certificate]]
    reacher: ClassVar[Callable[[Plan], Range | None]]
    tabler: ClassVar[Callable[[BoundRubric], tuple[CornerTable, ...]]]
    """What proves it, bounds and tabulates it; `assay.rubrics` names them when it is imported."""

    def __init__(
        self,
        rubric: Rubric,
        offers: Mapping[str, Offer],
        params: Mapping[str, BaseModel | None],
        levels: Mapping[str, Levels],
        environment: Mapping[str, JSON],
    ) -> None:
        self.rubric = rubric
        self.offers = FrozenDict(offers)
        """Criterion's key -> the verifier that judges it."""
        self.params = FrozenDict(params)
        """Criterion's key -> its checked params; None where the verifier takes none."""
        self.same = FrozenDict(identities(rubric, offers, params))
        """Criterion's key -> what is equal where one verifier judges with equal params."""
        self.levels = FrozenDict(shared_levels(levels, self.same))
        """Criterion's key -> the values it can take, as fractions; None: all of [0, 1]."""
        self.absent: Mapping[str, str] = EMPTY
        """Criterion's key -> why it has no verifier; only of rubrics bound for a proof."""
        self._names = {key: offer.spec.name for key, offer in offers.items()}
        self._environment = dict(environment)
        self._reaches: dict[int, Range | None] = {}
        self._plans: dict[tuple[str, ...], Plan | TurnsPlan] = {}
        self._signatures: dict[Any, str] = {}
        self._fixed: Plan | TurnsPlan | None = None
        self._leaves = rubric.leaves()
        self._by_name: dict[str, list[str]] = {}
        for key, leaf in self._leaves.items():
            for name in {leaf.use, leaf.use.partition("@")[0], self._names.get(key, leaf.use)}:
                self._by_name.setdefault(name, []).append(key)
        try:
            self._compile(rubric)
        except Fault as err:
            err.path = rubric.as_written(err.path)  # a plan knows parts, a user the file
            raise
        self._idle = {} if self._fixed is not None else self._lines(0.0)
        """What a sample's own case leaves out of its receipt."""
        self._base = self._digest()
        self._blank: FrozenDict | None = None

    def _compile(self, rubric: Rubric) -> None:
        if not any_choice(rubric):
            self._fixed = self._plan((), {})
        else:
            count = ways_count(rubric)
            if count > WAYS:
                raise Fault(
                    f"its switches can stand in {count} ways, more than {WAYS}",
                    fix="put the switch at the top, with a rubric for each case",
                )
            for way in ways(rubric):  # a mistake in any case is reported now, not at step 10,000
                self._plan(tuple(way.values()), way)
        refuse_groups_of_turns(self._plans.values(), self.offers)

    @classmethod
    def without_host(cls, rubric: Rubric) -> BoundRubric:
        """Levels as the rubric itself declares them, no verifiers."""
        levels = {key: declared_levels(leaf) for key, leaf in rubric.leaves().items()}
        return cls(rubric, {}, {}, levels, EMPTY)

    @classmethod
    def with_host(
        cls, rubric: Rubric, host: Host, environment: Mapping[str, JSON] = EMPTY
    ) -> BoundRubric:
        """See `Rubric.bind`."""
        from assay.plugins.host import Host

        of_kind(host, Host, "host", "assay.plugins.host.Host()")
        table(environment, "environment", "a dict of names and versions")
        offers: dict[str, Offer] = {}
        params: dict[str, BaseModel | None] = {}
        levels: dict[str, Levels] = {}
        for key, leaf in rubric.leaves().items():
            try:
                offer = host.resolve(leaf.use)
            except VerifierNotFound as err:
                first, _, rest = str(err).partition("\n")
                place = f"{first} - at `{shown(rubric.written_at(key))}`"
                raise VerifierNotFound(f"{place}\n{rest}" if rest else place) from err
            offers[key] = offer
            checked = offer.check(leaf.params, where=f"{shown(rubric.written_at(key))}.params")
            params[key] = checked
            levels[key] = levels_of(key, leaf, offer, checked)
        return cls(rubric, offers, params, levels, environment)

    def under(self, environment: Mapping[str, JSON]) -> BoundRubric:
        """The same, compiled once, with another environment in its signature.

        Args:
            environment: Versions of tools and of Python; known only when the verifiers are.
        """
        other = copy.copy(self)
        other._environment, other._signatures = dict(environment), {}
        other._base = other._digest()
        return other

    @property
    def signature(self) -> str:
        """Signature of rewards whose verdicts add nothing to it (no isolation, no phase)."""
        return self._base

    def blank_terms(self) -> Mapping[str, Term]:
        """The terms of a sample that could not be judged: every key, nothing earned."""
        if self._blank is None:
            self._blank = FrozenDict(self._lines(None))
        return self._blank

    @classmethod
    def with_what_there_is(cls, rubric: Rubric, host: Host | None = None) -> BoundRubric:
        """Bound to the verifiers that are installed; the others are left open. For proofs."""
        from assay.plugins.host import Host

        host = Host() if host is None else of_kind(host, Host, "host")
        offers: dict[str, Offer] = {}
        params: dict[str, BaseModel | None] = {}
        levels: dict[str, Levels] = {}
        absent: dict[str, str] = {}
        for key, leaf in rubric.leaves().items():
            levels[key] = declared_levels(leaf)
            try:
                offer = host.resolve(leaf.use)
            except VerifierNotFound as err:
                absent[key] = str(err).partition("\n")[0]
                continue
            offers[key] = offer
            params[key] = offer.check(leaf.params, where=f"{shown(rubric.written_at(key))}.params")
            levels[key] = levels_of(key, leaf, offer, params[key])
        bound = cls(rubric, offers, params, levels, EMPTY)
        bound.absent = FrozenDict(absent)
        return bound

    # -- proving --------------------------------------------------------------------------------

    def prove(
        self,
        key: str | None = None,
        given: Sequence[str] = (),
        *,
        beta: Any = None,
        p0: Sequence[float] = (),
        noise: Mapping[str, Any] | None = None,
    ) -> Certificate:
        """See `Rubric.prove`."""
        return type(self).prover(self, key, given, beta=beta, p0=p0, noise=noise)

    def reach(self, sample: Sample | None) -> Range | None:
        """Lowest and highest reward of this sample's case; None where that is not known."""
        plan = self.plan(sample)
        if id(plan) not in self._reaches:
            inner = plan.outcome if isinstance(plan, TurnsPlan) else plan
            self._reaches[id(plan)] = type(self).reacher(inner)
        return self._reaches[id(plan)]

    def table(self) -> tuple[CornerTable, ...]:
        """See `Rubric.table`."""
        return type(self).tabler(self)

    def declared_by_verifier(self, key: str) -> bool:
        """Whether the levels of a criterion are its verifier's word, not the rubric's."""
        offer = self.offers.get(key)
        return offer is not None and offered_levels(offer, self.params.get(key)) is not None

    # -- running --------------------------------------------------------------------------------

    def active(self, sample: Sample) -> Sequence[str]:
        """Keys of the criteria to run for this sample.

        Raises:
            SampleError: a field that a switch or the phases read is missing or unknown.
        """
        check_sample(sample)
        return self.plan(sample).keys

    def jobs(self, sample: Sample) -> Sequence[LeafRun]:
        """Every run that `compose` needs for this sample: what an engine carries out.

        One per active criterion; for a rubric that looks at turns, one per turn, under the key
        ``criterion#turn``.
        """
        check_sample(sample)
        plan = self.plan(sample)
        if isinstance(plan, Plan) and plan.simple:
            return [LeafRun(key, key, sample) for key in plan.keys]
        return [LeafRun(*run) for run in plan.runs(sample)]

    def plan(self, sample: Sample | None) -> Plan | TurnsPlan:
        """The compiled rubric for this sample."""
        if self._fixed is not None:
            return self._fixed
        return self._plans[tuple(choices(self.rubric, sample).values())]

    def _plan(self, names: tuple[str, ...], way: Mapping[tuple[str, ...], str]) -> Plan | TurnsPlan:
        plan: Plan | TurnsPlan
        top, path, phases = top_of(self.rubric, way)
        if isinstance(top, Turns):
            plan = TurnsPlan(top, path, self.levels, self._names, way, phases, self.same)
        else:
            plan = Plan(self.rubric, (), self.levels, self._names, way, self.same)
        self._plans[names] = plan
        return plan

    def plans(self) -> Mapping[tuple[str, ...], Plan | TurnsPlan]:
        """Every plan by the cases chosen, as far as they are known."""
        return self._plans

    # -- composing ------------------------------------------------------------------------------

    def compose(
        self, verdicts: Mapping[str, Verdict] | Sequence[Verdict], sample: Sample | None = None
    ) -> Reward:
        """What these verdicts are worth; see `Rubric.compose`."""
        check_sample(sample)
        plan = self.plan(sample)
        if not isinstance(verdicts, Mapping):
            verdicts = matched(verdicts, self._by_name, plan.keys)
        check_verdicts(verdicts)
        turns: tuple[float | None, ...] | None = None
        if isinstance(plan, Plan):
            scores, lost = plan.score(verdicts, sample)
            value, terms = plan.receipt(scores)
        else:
            value, terms, turns, lost = plan.compose(verdicts, sample)
        signature = self._signature(plan, verdicts)
        if self._idle:
            terms = {key: terms.get(key, idle) for key, idle in self._idle.items()}
        if lost is None:
            return Reward(value, "scored", terms, verdicts, turns, signature)
        return self._unscored(terms, verdicts, lost, signature)

    def _unscored(
        self, terms: Mapping[str, Term], verdicts: Mapping[str, Verdict], lost: Leaf, signature: str
    ) -> Reward:
        name = lost.key
        if name not in verdicts:  # judged once a turn: of the last one that failed
            turns = [k for k in reversed(list(verdicts)) if k.startswith(f"{name}#")]
            if lost.is_key:
                name = next(k for k in turns if verdicts[k].score is None)
            else:
                name = next(k for k in turns if verdicts[k].by_machine)
        verdict = verdicts[name]
        blank = {
            key: Term(term.verifier, term.weight, None if key == lost.key else term.score, None)
            for key, term in terms.items()
        }
        if lost.is_key:
            why = f"the key criterion {lost.key!r} is {verdict.status}: {verdict.because}"
        else:
            why = f"the machine failed the verifier of {lost.key!r}: {verdict.because}"
        return Reward(None, "unscored", blank, verdicts, None, signature, why)

    def _lines(self, earned: float | None) -> dict[str, Term]:
        """A term for everything any plan can hold, with the same contribution each."""
        found: dict[str, Term] = {}
        for plan in self._plans.values():
            phi = plan.phi if isinstance(plan, TurnsPlan) else None
            shaping = {leaf.key for leaf in phi.leaves} if phi is not None else ()
            for leaf in plan.leaves:
                weight = 0.0 if leaf.key in shaping else leaf.coefficient
                found[leaf.key] = Term(leaf.name, weight, None, earned)
            for node in plan.nodes:
                weight = 0.0 if phi is not None and node in phi.nodes else 1.0
                found[node.key] = Term("", weight, None, earned)
        return found

    # -- signature ------------------------------------------------------------------------------

    def _signature(self, plan: Plan | TurnsPlan, verdicts: Mapping[str, Verdict]) -> str:
        extra = signing.noted(verdicts)
        if extra or not self._names:
            if not self._names:
                extra = (*extra, *sorted((k, v.verifier) for k, v in verdicts.items()))
            base = self._signatures.get(extra) or self._remember(extra)
        else:
            base = self._base
        phase = plan.phase
        return f"{base}:{phase}" if phase else base

    def _remember(self, extra: tuple[tuple[str, str], ...]) -> str:
        digest = self._digest(extra)
        if len(self._signatures) < 1024:
            self._signatures[extra] = digest
        return digest

    def _digest(self, extra: Sequence[tuple[str, str]] = ()) -> str:
        verifiers = {key: self._names.get(key) for key in self._leaves}
        return signing.digest(self.rubric, verifiers, self.params, self._environment, extra)


__all__ = ["BoundRubric", "LeafRun"]
