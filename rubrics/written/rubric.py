"""`Rubric`: the base of every composer, and how their parts are read and nested."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar, Self, TypeAlias

from assay.errors import nearest
from assay.model import EMPTY, JSON, FrozenDict, Reward, Sample, Verdict, thaw
from assay.printable import in_lines
from assay.rubrics.results.certificate import Certificate
from assay.rubrics.results.corner_table import CornerTable
from assay.rubrics.written.arithmetic import EXACT, Ops
from assay.rubrics.written.criterion import Closed, Criterion
from assay.rubrics.written.faults import Fault
from assay.rubrics.written.number import Number, NumberField
from assay.rubrics.written.ranges import UNIT, Range, part_range

if TYPE_CHECKING:
    from assay.plugins.host import Host
    from assay.rubrics.compiled.bound import BoundRubric


ScoreReader: TypeAlias = Callable[[Sequence[Verdict], Sample | None], float | None]
"""From a criterion's verdicts (one; or one a turn) to its score in the formula; None: missing."""

STEP = "(step)"
"""The criterion that stands for the step of training, in a schedule."""

VIRTUAL = ("sample.steps", STEP)
"""Criteria that no verifier judges: the data set, or the loop, brings the scores."""

KINDS: dict[str, type[Rubric]] = {}
"""Our composers by their `kind`; those of plugins are asked of the host."""


class Rubric(Closed):
    """What verdicts are worth: a tree of composers with criteria at its leaves.

    Frozen; nestable to any depth; the same in Python and in files. Every composer is monotone in
    each of its parts (`sign`), which is what missing scores and proofs rest on.

    Raises:
        RubricError: anything that cannot be; names the rule, the path, what was got, the fix.
    """

    kind: str
    key: str | None = None
    """The key criterion (correctness): one of its parts, by default the first."""
    weight: NumberField = Number(1)
    """Its weight in the rubric it stands in, as for a criterion."""
    about: str = ""
    """What it is for and where it is from; changes no reward and no signature."""

    linear: ClassVar[bool] = False
    """Whether the formula is exactly ``sum(share * part)``."""
    lowers: ClassVar[bool] = False
    """Whether `lowered` needs the levels of its parts."""
    weighs: ClassVar[bool] = False
    """Whether it reads the weights of its parts."""
    constant: ClassVar[bool] = False
    """Whether it has no parts, and one value."""
    chooses: ClassVar[bool] = False
    """Whether `choose` picks one part for a sample, and the others are not run."""

    binder: ClassVar[type[BoundRubric]]
    """What binds, composes and proves a rubric. `assay.rubrics` names it when it is imported, so
    that what is written needs to import nothing of what compiles it."""

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        kind = cls.__dict__.get("kind")
        cls.noun = kind if isinstance(kind, str) else cls.__name__.lower()

    # -- what each composer says of itself ------------------------------------------------------

    def parts(self) -> Mapping[str, RubricPart]:
        """Its parts by name, in order; the name is a piece of every key below it."""
        raise NotImplementedError

    def formula(self, ops: Ops, values: Mapping[str, Any]) -> Any:
        """Its value from its parts' values, in any arithmetic. Pure, total, monotone."""
        raise NotImplementedError

    def shares(self) -> Mapping[str, Number]:
        """How much of each part's value the receipt counts towards it.

        The rest of the value is the adjustment term: none where `linear`.
        """
        parts = self.parts()
        return dict.fromkeys(parts, Number(Fraction(1, len(parts))))

    def sign(self, part: str) -> int:
        """1 where the value never falls with the part, -1 where it never rises, 0: neither."""
        return 1

    def cells(self, part: str) -> tuple[Fraction, ...] | None:
        """Where only some differences of a criterion's score count: a score of each kind."""
        return None

    def lowerable(self, levels: Mapping[str, tuple[Any, ...] | None]) -> bool:
        """Whether these levels are enough for `lowered`."""
        return True

    def lowered(self, levels: Mapping[str, tuple[Any, ...] | None]) -> Rubric:
        """The rubric that is evaluated, once the values each part can take are known.

        Args:
            levels: Part -> the values it can take, ascending, as fractions; None: an interval.
        """
        return self

    def choose(self, sample: Sample | None) -> str:
        """The one part that counts for this sample.

        Raises:
            SampleError: the sample does not say, or says what no part is for.
        """
        raise NotImplementedError

    def reader(self, part: str) -> ScoreReader | None:
        """How a criterion's verdict is read, where it is not simply its score."""
        return None

    def reading(self, part: str) -> Range | None:
        """Lowest and highest that `reader` can give; None: it has no bound."""
        return UNIT

    def reach(self, ranges: Mapping[str, Range]) -> Range:
        """Lowest and highest value, from those of all its parts."""
        low = {k: r[0] if self.sign(k) > 0 else r[1] for k, r in ranges.items()}
        high = {k: r[1] if self.sign(k) > 0 else r[0] for k, r in ranges.items()}
        return Fraction(self.formula(EXACT, low)), Fraction(self.formula(EXACT, high))

    def per_turn(self, part: str) -> bool:
        """Whether the part is judged once a turn, instead of once a sample."""
        return False

    def states_missing(self, part: str) -> bool:
        """Whether the composer says what stands in for the part's missing score."""
        return False

    def check_sample(self, sample: Sample) -> None:
        """Refuse a sample that lacks what the rubric itself reads, before anything is run.

        Raises:
            SampleError: names the field.
        """

    def check_ranges(self, ranges: Mapping[str, Range]) -> None:
        """Refuse parts whose range would make the formula fall where it should rise.

        Raises:
            RubricError: names the part.
        """

    def check(self) -> None:
        """Refuse what no field's type can: called once the fields are valid.

        Raises:
            RubricError: what does not fit together.
        """

    # -- common to all --------------------------------------------------------------------------

    def model_post_init(self, context: Any, /) -> None:
        """Check that parts, key and names fit together."""
        parts = self.parts()
        if not parts and not self.constant:
            raise Fault(f"{self.noun} has no criteria", fix="name at least one verifier")
        if self.key is not None and self.key_part is None:
            raise Fault(
                f"key {self.key!r} is not part of this rubric{nearest(self.key, parts)}",
                path=("key",),
                fix=f"parts: {in_lines(parts)}",
            )
        for name, part in parts.items():
            if not self.weighs and part.weight.exact != 1:
                raise Fault(
                    f"{self.noun} reads no weights",
                    path=(*self.written_at(name), "weight"),
                    fix="drop it",
                )
        self.check()
        ranges = {name: part_range(part) for name, part in parts.items()}
        self.check_ranges({name: r for name, r in ranges.items() if r is not None})

    def written_at(self, key: str) -> tuple[str | int, ...]:
        """Where a part stands in the rubric's file; of a nested one, ``a/b``, all the way."""
        return self.as_written(key.split("/"))

    def as_written(self, path: Sequence[str | int]) -> tuple[str | int, ...]:
        """A path that leads through parts, ``("b", "missing")``, as the rubric's file has it."""
        first, *rest = path or ("",)
        part = self.parts().get(str(first))
        if part is None:
            return tuple(path)
        place: tuple[str | int, ...] = (first,)
        for name in ("criteria", "cases"):
            written = getattr(self, name, None)
            if isinstance(written, Mapping) and first in written:
                place = (name, first)
        return (*place, *(part.as_written(rest) if isinstance(part, Rubric) else rest))

    @property
    def first_part(self) -> str | None:
        """The first part that is not a constant: it holds the key, unless `key` names another."""
        return next((n for n, p in self.parts().items() if not getattr(p, "constant", False)), None)

    @property
    def key_part(self) -> str | None:
        """The part that holds the key criterion."""
        parts = self.parts()
        if self.key is None:
            return self.first_part
        for name in parts:
            if self.key == name or self.key.startswith(name + "/"):
                return name
        return None

    def leaves(self) -> Mapping[str, Criterion]:
        """Every criterion of the whole tree under its key; nested keys joined with ``/``."""
        return self._leaves

    @cached_property
    def _leaves(self) -> Mapping[str, Criterion]:
        found: dict[str, Criterion] = {}
        for path, leaf in walk(self):
            if leaf.use in VIRTUAL:
                continue
            key = "/".join(path)
            if key in found:
                raise Fault(f"two criteria have the key {key!r}", path=path, fix="rename one")
            found[key] = leaf
        return FrozenDict(found)

    @cached_property
    def _unbound(self) -> BoundRubric:
        return self.binder.without_host(self)

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """As pydantic's, without what was computed from the fields before the update."""
        copied = super().model_copy(update=update, deep=deep)
        for name in set(copied.__dict__) - set(type(self).model_fields):
            del copied.__dict__[name]
        return copied

    def __getstate__(self) -> dict[Any, Any]:
        state = super().__getstate__()
        fields = type(self).model_fields
        return {**state, "__dict__": {k: v for k, v in state["__dict__"].items() if k in fields}}

    def active(self, sample: Sample) -> Sequence[str]:
        """Keys of the criteria to run for this sample: switches and phases choose.

        Raises:
            SampleError: a field that a switch or the phases read is missing or unknown.
        """
        return self._unbound.active(sample)

    def bind(self, host: Host, environment: Mapping[str, JSON] = EMPTY) -> BoundRubric:
        """This rubric with its verifiers found, its params checked and its levels known.

        Args:
            host: Where the verifiers come from.
            environment: Versions of tools and of Python; part of the signature.

        Raises:
            VerifierNotFound: no such verifier; suggests the nearest name.
            RubricError: params that the verifier refuses; tiers without levels.
        """
        return self.binder.with_host(self, host, environment)

    def compose(
        self, verdicts: Mapping[str, Verdict] | Sequence[Verdict], sample: Sample | None = None
    ) -> Reward:
        """What these verdicts are worth. Pure.

        Without `bind` the levels of verifiers are unknown: a missing score is then replaced by an
        end of [0, 1] instead of by the lowest or highest level.

        Args:
            verdicts: Criterion's key -> verdict; or verdicts, matched by the verifier's name.
            sample: Needed by switch, phases, process and turns.

        Raises:
            RubricError: no verdict for an active criterion, or one that matches none.
            SampleError: a field that the rubric reads is missing.
        """
        return self._unbound.compose(verdicts, sample)

    def prove(
        self,
        key: str | None = None,
        given: Sequence[str] = (),
        *,
        beta: Any = None,
        p0: Sequence[float] = (),
        noise: Mapping[str, Any] | None = None,
        host: Host | None = None,
    ) -> Certificate:
        """Whether every correct completion earns more than every wrong one.

        Args:
            key: The key criterion, if not the rubric's own.
            given: Couplings that hold for every completion, e.g. ``["a + b <= 1.2"]``.
            beta: Weight of a KL penalty, in the reward's units; with `p0` gives the KL floor.
            p0: For each prompt the chance of a correct completion before training.
            noise: Error rates of the key's verifier: ``{"fp": 0.01, "fn": (3, 150)}``, a rate or
                (errors, cases), which stands for the upper end of its Clopper-Pearson interval.
            host: Where the levels of verifiers are looked up; by default what is installed.
                Criteria whose verifier is not at hand lie in [0, 1], or have the `levels` that
                the rubric declares; both are listed as assumptions.

        Raises:
            RubricError: no such key, couplings that cannot be read, params a verifier refuses.
        """
        bound = self.binder.with_what_there_is(self, host)
        return bound.prove(key, given, beta=beta, p0=p0, noise=noise)

    def table(self, host: Host | None = None) -> tuple[CornerTable, ...]:
        """Every corner with its reward, and a plot of the bands: one table for each case.

        Raises:
            RubricError: more than 4,096 corners.
        """
        return self.binder.with_what_there_is(self, host).table()

    def to_dict(self) -> dict[str, Any]:
        """As in a file, defaults left out; `load_rubric` of it is equal to this rubric."""
        out: dict[str, Any] = {"kind": self.kind}
        for name, field in type(self).model_fields.items():
            value = getattr(self, name)
            if name == "kind" or value == field.get_default(call_default_factory=True):
                continue
            out[name] = self.dump_field(name, value)
        return out

    def dump_field(self, name: str, value: Any) -> Any:
        """One field as in a file."""
        if name == "criteria":
            return {k: dump_part(v, k, self.noun == "weighted") for k, v in value.items()}
        return dump(value)


RubricPart: TypeAlias = Criterion | Rubric
"""What a composer is made of."""


def dump(value: Any) -> Any:
    """A field's value as JSON."""
    return thaw(value, _dumped)


def _dumped(value: Any) -> Any:
    if isinstance(value, Rubric):
        return value.to_dict()
    if isinstance(value, Criterion):
        plain = value.to_dict()
        return plain["use"] if set(plain) == {"use"} else plain
    if isinstance(value, Number):
        return value.to_json()
    if isinstance(value, Closed):
        return {
            k: dump(getattr(value, k))
            for k, f in type(value).model_fields.items()
            if k == "kind" or getattr(value, k) != f.get_default(call_default_factory=True)
        }
    return value


def dump_part(part: RubricPart, key: str, weights: bool) -> Any:
    """An entry of `criteria`: as short as it can be."""
    if isinstance(part, Rubric):
        return part.to_dict()
    plain = part.to_dict()
    if plain["use"] == key:
        del plain["use"]
        if not plain:
            return 1 if weights else key
        if weights and set(plain) == {"weight"}:
            return plain["weight"]
        return plain
    return plain["use"] if set(plain) == {"use"} else plain


def walk(rubric: Rubric, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Criterion]]:
    """Every criterion with its path, in order."""
    for name, part in rubric.parts().items():
        if isinstance(part, Criterion):
            yield (*path, name), part
        else:
            yield from walk(part, (*path, name))
