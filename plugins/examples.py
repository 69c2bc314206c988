"""What an author declares of a verifier besides its name, so that a stranger can check it.

`assay check` holds each declaration against what the verifier does: examples, effects, what it
pays, and how it waits.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

from assay.errors import PluginError, SampleError, nearest
from assay.model import EMPTY, SAMPLE_FIELDS, Sample
from assay.model.frozen import freeze

Effect: TypeAlias = Literal["network", "files", "processes"]
"""What a verifier does besides computing: it talks to a network, writes files, or starts
processes."""

EFFECTS: tuple[Effect, ...] = ("network", "files", "processes")

Pays: TypeAlias = Literal["empty", "echo"]
"""A completion without an answer that a verifier of form may pay: an empty one, or one that only
repeats its prompt."""

PAYS: tuple[Pays, ...] = ("empty", "echo")


@dataclass(frozen=True, slots=True)
class Example:
    """A sample with the score that it must get. Build it with `full`, `zero`, `scores`, `malformed`.

    Raises:
        PluginError: a field that no sample has, or a score outside [0, 1].
    """

    row: Mapping[str, Any]
    """Fields of `Sample`, `completion` among them."""
    score: float | None
    """What the verifier must give, in [0, 1]; None: no score, since the row is malformed."""
    why: str = ""
    """One sentence for whoever reads that the example is not met."""
    params: Mapping[str, Any] = field(default=EMPTY)
    """Params under which it holds; by default the verifier's own defaults."""

    def __post_init__(self) -> None:
        for name in self.row:
            if name not in SAMPLE_FIELDS:
                raise PluginError(
                    f"an example has the field {name!r}, which no sample has"
                    f"{nearest(name, SAMPLE_FIELDS)}\nfix: other columns belong in info={{...}}"
                )
        if self.score is not None and not 0.0 <= self.score <= 1.0:
            raise PluginError(f"an example's score is {self.score!r}, must lie in [0, 1]")
        try:
            object.__setattr__(self, "row", freeze(self.row, "example"))
            object.__setattr__(self, "params", freeze(self.params, "params"))
        except SampleError as err:
            raise PluginError(f"an example cannot be read: {err}") from err

    @classmethod
    def full(
        cls, completion: Any, *, why: str = "", params: Mapping[str, Any] = EMPTY, **fields: Any
    ) -> Example:
        """A completion that earns 1."""
        return cls({"completion": completion, **fields}, 1.0, why, params)

    @classmethod
    def zero(
        cls, completion: Any, *, why: str = "", params: Mapping[str, Any] = EMPTY, **fields: Any
    ) -> Example:
        """A completion that earns 0."""
        return cls({"completion": completion, **fields}, 0.0, why, params)

    @classmethod
    def scores(
        cls,
        score: float,
        completion: Any,
        *,
        why: str = "",
        params: Mapping[str, Any] = EMPTY,
        **fields: Any,
    ) -> Example:
        """A completion that earns `score`, to within 1e-9."""
        return cls({"completion": completion, **fields}, score, why, params)

    @classmethod
    def malformed(
        cls, completion: Any, *, why: str = "", params: Mapping[str, Any] = EMPTY, **fields: Any
    ) -> Example:
        """A row whose reference or tests cannot be read: no completion may get a score for it."""
        return cls({"completion": completion, **fields}, None, why, params)

    @property
    def kind(self) -> str:
        """``full``, ``zero``, ``malformed``, or the score."""
        if self.score is None:
            return "malformed"
        return {1.0: "full", 0.0: "zero"}.get(self.score, f"score {self.score:g}")

    def sample(self) -> Sample:
        """The row as a sample.

        Raises:
            SampleError: a field is of the wrong type.
        """
        return Sample(**self.row)


@dataclass(frozen=True, slots=True)
class WaitingPolicy:
    """How a verifier of cost ``waiting`` uses the service that it waits for.

    Raises:
        PluginError: a number out of range.
    """

    concurrency: int = 64
    """Calls of `verify` that are open at once, in one pool of workers."""
    tries: int = 3
    """How often a sample is tried when an error passes; 1: once."""
    pause_s: float = 0.5
    """Seconds before the second try, doubled before each further one. All tries together stay
    within the item's bound, `timeout_s`."""
    retry_on: tuple[str, ...] = ()
    """Exceptions that pass by themselves, as ``module.Class`` (``httpx.TransportError``), besides
    `assay.TryAgain` and `ConnectionError`; a subclass counts too."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "retry_on", tuple(self.retry_on))
        for name, value, good in (
            ("concurrency", self.concurrency, 1 <= self.concurrency <= 4096),
            ("tries", self.tries, 1 <= self.tries <= 100),
            ("pause_s", self.pause_s, 0.0 <= self.pause_s and math.isfinite(self.pause_s)),
        ):
            if not good:
                raise PluginError(f"a waiting policy's {name} is {value!r}, which is out of range")

    def to_json(self) -> dict[str, Any]:
        """For a worker."""
        return {
            "concurrency": self.concurrency,
            "tries": self.tries,
            "pause_s": self.pause_s,
            "retry_on": list(self.retry_on),
        }


def check_declared(name: str, spec: Any) -> None:
    """Refuse what cannot be declared of a verifier.

    Args:
        name: The verifier's.
        spec: Its `VerifierSpec`.

    Raises:
        PluginError: an effect, payment, batch, policy or example that cannot be.
    """
    for option, allowed in (("effects", EFFECTS), ("pays", PAYS)):
        for value in getattr(spec, option):
            if value not in allowed:
                raise PluginError(
                    f"verifier {name!r}: {option} has {value!r}"
                    f"\nfix: one of {', '.join(allowed)}"
                )
    for example in spec.examples:
        if not isinstance(example, Example):
            raise PluginError(
                f"verifier {name!r}: an example is a {type(example).__name__}"
                "\nfix: assay.Example.full(completion, ...), .zero, .scores or .malformed"
            )
    batch = spec.batch
    if type(batch) is not int or not 0 <= batch <= 1024:
        raise PluginError(
            f"verifier {name!r}: batch is {batch!r}, must be a whole number from 0 to 1024"
        )
    if batch and spec.cost == "inline":
        raise PluginError(
            f"verifier {name!r}: batch={batch} does not go with cost 'inline', which judges one "
            'sample after the other\nfix: cost="worker", or "waiting" for a service'
        )
    if spec.policy is not None and spec.cost != "waiting":
        raise PluginError(
            f"verifier {name!r}: policy is for cost 'waiting', not {spec.cost!r}"
            '\nfix: cost="waiting" with an async def, or leave it out'
        )
    if spec.policy is not None and not isinstance(spec.policy, WaitingPolicy):
        raise PluginError(f"verifier {name!r}: policy must be an assay.WaitingPolicy")
