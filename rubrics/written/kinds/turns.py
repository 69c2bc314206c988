"""A reward for each turn of a trajectory."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal

from pydantic import PlainValidator

from assay.printable import brief
from assay.rubrics.written.arithmetic import Ops
from assay.rubrics.written.criterion import Closed
from assay.rubrics.written.faults import Fault, named_fields
from assay.rubrics.written.number import Number, UnitField
from assay.rubrics.written.reading import Slot
from assay.rubrics.written.rubric import Rubric


class Potential(Closed):
    """Differences of a potential: ``gamma * phi(after) - phi(before)`` at every turn.

    Phi is 0 before the first turn and 0 after the last, at every end, a truncated one too; so the
    differences, discounted with the same gamma, sum to 0 over every trajectory.

    Source:
        Ng, Harada, Russell 1999, "Policy invariance under reward transformations"; Grzes 2017,
        "Reward shaping in episodic reinforcement learning", for the zero at the end.
    """

    noun: ClassVar[str] = "shaping"

    kind: Literal["potential"] = "potential"
    phi: Slot
    """How good the state after a turn is: a verifier or any rubric, run on each turn."""
    gamma: UnitField = Number(1)
    """The discount of the trainer; the guarantee holds for that one only."""


class Repeat(Closed):
    """The one-turn reward paid again at every turn. Needs `unsafe`: it teaches stalling."""

    noun: ClassVar[str] = "shaping"

    kind: Literal["repeat"] = "repeat"


def _shaping(value: object) -> Potential | Repeat:
    if isinstance(value, Potential | Repeat):
        return value
    if not isinstance(value, Mapping):
        raise ValueError(f'is {brief(value)}, must be {{"kind": "potential", "phi": ...}}')
    models: dict[str, type[Potential | Repeat]] = {"potential": Potential, "repeat": Repeat}
    model = models.get(str(value.get("kind", "potential")))
    if model is None:
        raise Fault(
            f"kind is {brief(value.get('kind'))}, must be one of {', '.join(models)}",
            path=("kind",),
        )
    return model(**named_fields(value))


class Turns(Rubric):
    """A reward for each turn of `sample.turns`; `Reward.value` is the outcome's.

    Without shaping the outcome is paid at the last turn, and nothing before. Rewards are per turn
    and never mixed into returns or advantages: that is the trainer's to do, with its gamma.
    """

    kind: Literal["turns"] = "turns"
    outcome: Slot
    """What the whole trajectory is worth, judged on the sample itself; the key criterion."""
    shaping: Annotated[Potential | Repeat, PlainValidator(_shaping)] | None = None
    unsafe: bool = False
    """Needed for the kind of shaping that changes what is optimal."""

    linear: ClassVar[bool] = True

    def parts(self) -> Mapping[str, Any]:
        """`outcome`, and `phi` where it is shaped."""
        if isinstance(self.shaping, Potential):
            return {"outcome": self.outcome, "phi": self.shaping.phi}
        return {"outcome": self.outcome}

    def check(self) -> None:
        """What changes the optimum must be asked for."""
        if isinstance(self.shaping, Repeat) and not self.unsafe:
            raise Fault(
                "paying the one-turn reward at every turn changes what is optimal: "
                "a policy that stalls before it solves collects more",
                path=("shaping", "kind"),
                fix='kind = "potential", no shaping, or unsafe = true if that is meant',
            )
        if self.key is not None and self.key_part != "outcome":
            raise Fault("the key of turns is in the outcome", path=("key",))

    def shares(self) -> Mapping[str, Number]:
        """The outcome is the value; phi moves none of it."""
        return {name: Number(1 if name == "outcome" else 0) for name in self.parts()}

    def formula(self, ops: Ops, values: Mapping[str, Any]) -> Any:
        """The outcome."""
        return values["outcome"]

    def per_turn(self, part: str) -> bool:
        """Phi, and the outcome where it is paid at every turn."""
        return part == "phi" or isinstance(self.shaping, Repeat)
