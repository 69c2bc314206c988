"""What an author declares of a verifier besides its name, so that a stranger can check it.

`assay check` holds each declaration against what the verifier does: examples, effects, and what
it pays.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

from assay.errors import PluginError, SampleError, nearest
from assay.model import EMPTY, SAMPLE_FIELDS, Sample
from assay.model.frozen import freeze
from assay.printable import a_type, brief

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
    """A sample with the score that it must get: `full`, `zero`, `scores` or `malformed` builds it.

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
                    f"an example has the field {brief(name)}, which no sample has"
                    f"{nearest(name, SAMPLE_FIELDS)}\nfix: other columns belong in info={{...}}"
                )
        if self.score is not None and not 0.0 <= self.score <= 1.0:
            raise PluginError(f"an example's score is {brief(self.score)}, must lie in [0, 1]")
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


def check_declared(name: str, spec: Any) -> None:
    """Refuse what cannot be declared of a verifier.

    Args:
        name: The verifier's.
        spec: Its `VerifierSpec`.

    Raises:
        PluginError: an effect, payment or example that cannot be.
    """
    for option, allowed in (("effects", EFFECTS), ("pays", PAYS)):
        for value in getattr(spec, option):
            if value not in allowed:
                raise PluginError(
                    f"verifier {name!r}: {option} has {brief(value)}"
                    f"\nfix: one of {', '.join(allowed)}"
                )
    for example in spec.examples:
        if not isinstance(example, Example):
            raise PluginError(
                f"verifier {name!r}: an example is {a_type(example)}"
                "\nfix: assay.Example.full(completion, ...), .zero, .scores or .malformed"
            )
