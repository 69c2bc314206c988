"""What a verifier is: the spec that offers it, and the object that judges."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, Protocol, TypeAlias, runtime_checkable

from assay.arguments import many, table
from assay.errors import PluginError, nearest
from assay.model import EMPTY, SAMPLE_FIELDS, FrozenDict, Sample, Verdict
from assay.plugins.batches import MOST
from assay.plugins.examples import Effect, Example, Pays, check_declared
from assay.plugins.wait_policy import WaitPolicy
from assay.printable import a_type, brief

if TYPE_CHECKING:
    from pydantic import BaseModel

CostClass: TypeAlias = Literal["inline", "worker", "waiting"]
"""Where a verifier may run.

``inline``
    in the calling process: bounded work only, since nothing can interrupt it there;
``worker``
    in a process that is killed when the item's time is up;
``waiting``
    in a process that waits for many at once: ``async def verify``, for the network.
"""

COSTS: tuple[CostClass, ...] = ("inline", "worker", "waiting")

PYTHON = "python"
"""The tool whose version is that of the running Python, as far as ``3.12``."""

_NAME = re.compile(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)+@[1-9][0-9]*")
_TARGET = re.compile(r"[A-Za-z_][\w.]*:[A-Za-z_][\w.]*")
_NEED = re.compile(r"([a-z_]+)(\.[^?]+)?(\?)?")


@dataclass(frozen=True, slots=True)
class Escalate:
    """An inline verifier's wish to be run again, in a worker, by its `escalated` method."""

    because: str = ""
    """Why the inline layers could not decide; ends up in no verdict, only in traces."""


@runtime_checkable
class Verifier(Protocol):
    """What a factory returns. One object judges many samples, from several threads if inline.

    One whose own limits may let an item take longer than the engine's has ``bound_s(sample) ->
    float``, the seconds it may need; the engine widens the item's bound to that. One that keeps
    the engine's bound itself has an attribute `engine_timeout_s`, which a worker sets to it, in
    seconds, before each sample. One that does for a sample what the completion does not cause (it
    reads tests, starts a sandbox) has ``prepare(sample)``, which a worker calls before the item's
    clock starts; an item whose preparation takes longer than two minutes is `undecided`.
    An object whose `verify` may return `Escalate` also has ``escalated(sample) -> Verdict``,
    which the engine calls in a worker.
    One whose spec says `batch` has ``verify_many(samples)`` in the place of `verify`: it takes a
    list of samples and returns a list of verdicts in their order (or is an ``async def``, if
    waiting). An exception in the place of a verdict counts as raised for that sample alone. It has
    neither `bound_s` nor `prepare`.

    An object that can tell before a run what is wrong with a row has
    ``preflight(sample) -> Iterable[PreflightFinding]``: see `Preflight`.
    """

    def verify(self, sample: Sample) -> Verdict | Escalate | Awaitable[Verdict]:
        """Judge one completion.

        Args:
            sample: Only `completion` and the fields the spec `needs` are filled.

        Returns:
            A verdict, of which the engine sets `verifier` and `seconds`; or, from an inline
            verifier, `Escalate`. A coroutine where the spec's cost is ``waiting``.

        Raises:
            ReferenceUnreadable: the reference, not the completion, cannot be read: the row
                becomes `invalid`. Anything else that is raised becomes a `crashed` verdict with
                the traceback, never a score; `MemoryError` in a worker is the completion's
                fault and judged 0. An `OSError` of a full or broken disk or of too many open
                files, also as the cause of another, is the machine's (`Verdict.by_machine`).
        """
        ...


Severity: TypeAlias = Literal["info", "warning", "error"]

SEVERITIES: tuple[Severity, ...] = ("info", "warning", "error")


@dataclass(frozen=True, slots=True)
class PreflightFinding:
    """What is wrong with one row of a data set, found before a run."""

    id: str
    """What kind of fault: ``reference.unreadable``, ``tests.empty``; the same for every row that
    has it, so that findings can be counted."""
    because: str
    """One sentence for whoever mends the row."""
    severity: Severity = "error"
    """``error``: the row teaches nothing, or the wrong thing; ``warning``: it may; ``info``."""
    criterion: str = ""
    """Key of the criterion; set by the engine."""
    place: str = ""
    """File and line of the row; set by the engine."""

    def __post_init__(self) -> None:
        if self.severity not in SEVERITIES:
            raise PluginError(
                f"finding {self.id!r}: severity {self.severity!r} "
                f"is not one of {', '.join(SEVERITIES)}"
            )

    def to_json(self) -> dict[str, str]:
        """As JSON values."""
        return {
            "id": self.id,
            "severity": self.severity,
            "because": self.because,
            "criterion": self.criterion,
            "place": self.place,
        }


@runtime_checkable
class Preflight(Protocol):
    """A verifier that can look at a row before any completion is there."""

    def preflight(self, sample: Sample) -> Iterable[PreflightFinding]:
        """What is wrong with this row, as far as this verifier alone can tell.

        Called once for each row by `assay preflight`, in the calling process whatever the
        verifier's cost, and never during a run: keep the work bounded, and run no code of the
        row's. What every verifier can be asked for is found without this hook: references that
        `verify` cannot read, and reference solutions that it does not reward.

        Args:
            sample: `completion` is empty; the fields that the spec needs are filled.

        Returns:
            Findings, none where the row is fine. `criterion` and `place` are set by the engine.

        Raises:
            ReferenceUnreadable: becomes the finding ``reference.unreadable``. Anything else
                becomes a finding of its own with the error's text.
        """
        ...


@dataclass(frozen=True, slots=True)
class VerifierSpec:
    """One verifier, offered under a name. Cheap to make: `target` is imported on first use.

    Raises:
        PluginError: a name, target, cost, need or level that is not allowed; names the verifier.
    """

    name: str
    """``topic.what@version``; raise the version when the same sample may score differently."""
    summary: str
    """One line for `assay plugins`."""
    target: str
    """``package.module:factory``; the factory takes the params (None where there are none) and
    returns a `Verifier`. A function marked with `@assay.verifier` serves as its own factory."""
    cost: CostClass = "worker"
    needs: tuple[str, ...] = ()
    """Fields of `Sample` it reads besides `completion`: with it they are the cache key, a sample
    without one is `invalid`, and no other field reaches the verifier. ``n_tokens?`` is read
    where it is there; ``info.tolerance`` is one entry of `info`. One that needs ``peers`` is
    relative to its group: it sees the others of the same `group_id`, with the same fields."""
    levels: tuple[float, ...] | None = None
    """The values a score can take, ascending; None: any in [0, 1]. Where they depend on the
    params, their model has a method ``levels() -> tuple[float, ...] | None``, which goes first."""
    params: type[BaseModel] | None = None
    """Checked when a rubric is loaded. Every field has a default for built-in verifiers."""
    deterministic: bool = True
    """Same sample, same verdict; False keeps it out of the cache."""
    tools: tuple[str, ...] = ()
    """Distributions whose versions can change its scores; they are part of the signature.
    ``python`` is one: the minor version of the Python that runs, for what parses or runs programs.
    Functions and one-file plugins, which bring no version, always have it. Where more depend on
    the params, their model adds them by a method ``tool_versions() -> Mapping[str, str]``."""
    retired: Mapping[str, str] = field(default=EMPTY, hash=False)
    """Older name with version -> last release that shipped it."""
    examples: tuple[Example, ...] = ()
    """Samples with the scores that they must get; `assay check` holds the verifier to them."""
    effects: tuple[Effect, ...] = ()
    """What it does besides computing: ``network``, ``files`` (writes them), ``processes``."""
    pays: tuple[Pays, ...] = ()
    """For a verifier of form: ``empty`` and ``echo`` completions that it may rightly pay."""
    batch: int | None = None
    """Most samples that one call of its `verify_many` takes; None: it has `verify`, for one. The
    bound of a call is that of one item. A call that fails, or is late, blames nobody: each of its
    samples is judged again alone, where the bounds of an item hold as ever."""
    waiting: WaitPolicy | None = None
    """For the cost ``waiting``: how many calls at once, how long, and how often."""

    def __post_init__(self) -> None:
        put = object.__setattr__
        if not isinstance(self.name, str) or _NAME.fullmatch(self.name) is None:
            raise PluginError(
                f"verifier name {brief(self.name)} is not of the form 'topic.what@version'"
                "\nfix: lower case, a dot, a whole version from 1 on, e.g. 'sql.rows@1'"
            )
        target = self.target
        if not isinstance(target, str) or (
            _TARGET.fullmatch(target) is None and "<" not in target  # <locals>, <lambda>
        ):
            raise PluginError(
                f"verifier {self.name!r}: target {brief(self.target)} "
                "is not 'package.module:factory'"
            )
        if not isinstance(self.summary, str):
            raise PluginError(
                f"verifier {self.name!r}: summary is {a_type(self.summary)}, must be text"
            )
        if not isinstance(self.cost, str) or self.cost not in COSTS:
            raise PluginError(
                f"verifier {self.name!r}: cost {brief(self.cost)} is not one of {', '.join(COSTS)}"
            )
        for option in ("needs", "tools", "effects", "pays"):
            given = getattr(self, option)
            if isinstance(given, str):
                raise PluginError(
                    f"verifier {self.name!r}: {option} is the text {brief(given)}, must be a list"
                    f"\nfix: {option}=[{brief(given)}]"
                )
            what = f"verifier {self.name!r}: {option}"
            held = tuple(many(given, what, "a list of texts", error=PluginError))
            for entry in held:
                if not isinstance(entry, str):
                    raise PluginError(f"{what} has {brief(entry)}, must be a list of texts")
            put(self, option, held)
        if self.params is not None and not (
            isinstance(self.params, type) and hasattr(self.params, "model_validate")
        ):
            raise PluginError(
                f"verifier {self.name!r}: params is {brief(self.params)}, "
                "must be a pydantic model's class"
            )
        self._check_form()
        what = f"verifier {self.name!r}: "
        table(self.retired, f"{what}retired", "a dict of texts", PluginError)
        put(self, "retired", FrozenDict(self.retired))
        examples = many(self.examples, f"{what}examples", "a list of Examples", error=PluginError)
        put(self, "examples", tuple(examples))
        if not isinstance(self.deterministic, bool):
            raise PluginError(
                f"{what}deterministic is {brief(self.deterministic)}, must be True or False"
            )
        check_declared(self.name, self)
        for need in self.needs:
            match = _NEED.fullmatch(need)
            known = match is not None and match[1] in SAMPLE_FIELDS
            if match is None or not known or (match[2] and match[1] != "info"):
                raise PluginError(
                    f"verifier {self.name!r} needs {brief(need)}, which no sample has"
                    f"{nearest(str(need), SAMPLE_FIELDS)}\nfields: {', '.join(SAMPLE_FIELDS)}"
                )
            if match[1] == "peers" and match[3]:
                raise PluginError(
                    f"verifier {self.name!r} needs 'peers?': one that compares within the group "
                    "always does\nfix: needs=['peers'], and a verifier of its own for the rest"
                )
            if match[1] == "label":
                raise PluginError(
                    f"verifier {self.name!r} needs 'label', which a verifier must not read"
                    "\nfix: labels are for the audit; a right answer belongs in 'reference'"
                )
        if self.levels is not None:
            try:
                levels = tuple(float(x) for x in self.levels)
            except (TypeError, ValueError, OverflowError):
                levels = ()
            if (
                not levels
                or list(levels) != sorted(set(levels))
                or not (levels[0] >= 0.0 and levels[-1] <= 1.0)
            ):
                raise PluginError(
                    f"verifier {self.name!r}: levels {brief(self.levels)} must ascend within [0, 1]"
                )
            put(self, "levels", levels)

    def _check_form(self) -> None:
        batch = self.batch
        if batch is not None:
            if isinstance(batch, bool) or not isinstance(batch, int) or not 1 <= batch <= MOST:
                raise PluginError(
                    f"verifier {self.name!r}: batch is {brief(batch)}, "
                    f"must be a whole number in 1 to {MOST}"
                )
            if self.cost == "inline":
                raise PluginError(
                    f"verifier {self.name!r}: a batch does not go with cost 'inline', where "
                    'samples are judged one by one\nfix: cost="worker", or "waiting" for a service'
                )
        if self.waiting is not None and not isinstance(self.waiting, WaitPolicy):
            raise PluginError(
                f"verifier {self.name!r}: waiting is {brief(self.waiting)}, must be a WaitPolicy"
            )
        if self.waiting is not None and self.cost != "waiting":
            raise PluginError(
                f"verifier {self.name!r}: a WaitPolicy does not go with cost {brief(self.cost)}"
                '\nfix: cost="waiting" and async def'
            )

    @property
    def topic(self) -> str:
        """The name without its version."""
        return self.name.partition("@")[0]

    @property
    def sees_group(self) -> bool:
        """Whether its scores depend on the other completions of the group."""
        return "peers" in self.needs

    @property
    def version(self) -> int:
        """The version alone."""
        return int(self.name.partition("@")[2])

    def missing(self, sample: Sample) -> str | None:
        """The first needed field that `sample` does not fill, or None."""
        for need in self.needs:
            if need[-1] != "?" and _value(sample, need) is None:
                return need
        return None


def _value(sample: Sample, need: str) -> Any:
    name, _, entry = need.partition(".")
    return sample.info.get(entry) if entry else getattr(sample, name)


_KIND = re.compile(r"[a-z][a-z0-9_]*")


@dataclass(frozen=True, slots=True)
class ComposerSpec:
    """A kind of rubric, offered under a name. Cheap to make: `target` is imported on first use.

    Raises:
        PluginError: a kind or target that is not allowed.
    """

    kind: str
    """As it stands in rubric files: lower case, digits, underscores."""
    target: str
    """``package.module:Class``, a subclass of `assay.Rubric` of the same `kind`."""
    summary: str = ""
    """One line."""

    def __post_init__(self) -> None:
        if _KIND.fullmatch(self.kind) is None:
            raise PluginError(f"composer kind {brief(self.kind)} must be a lower-case word")
        if _TARGET.fullmatch(self.target) is None:
            raise PluginError(
                f"composer {self.kind!r}: target {brief(self.target)} is not 'package.module:Class'"
            )
