"""What the entry point names: offers the verifier, does not import it."""

from collections.abc import Iterable
from typing import Any

from assay import Example, VerifierSpec, hookimpl

from assay_reasoning_gym.params import SolvesParams


def _entry(task: str, answer: str, **metadata: Any) -> dict[str, Any]:
    found = {"answer": answer, "metadata": {"source_dataset": task, **metadata}}
    return {"entry": found}


SUM = _entry("chain_sum", "12")
GAME = _entry("countdown", "3 + 4 + 5", numbers=[3, 4, 5], target=12)


@hookimpl
def assay_verifiers() -> Iterable[VerifierSpec]:
    """One verifier for all tasks: a row says which."""
    yield VerifierSpec(
        name="reasoning_gym.solves@1",
        summary="Whether the answer solves a row of reasoning-gym, by its own scoring.",
        target="assay_reasoning_gym.solves:Solves",
        cost="worker",
        needs=("info.entry",),
        params=SolvesParams,
        tools=("reasoning-gym",),
        examples=(
            Example.full("12", info=SUM),
            Example.full("<think>\nhm\n</think>\n12", info=SUM),
            Example.full("5 + 3 + 4", info=GAME),
            Example.zero("13", info=SUM),
            Example.zero("10 11 12 13", info=SUM, why="several answers are none"),
            Example.zero("12 * 1", info=GAME, why="other numbers than those given"),
            Example.malformed("12", info=_entry("chain_sum", "")),
            Example.malformed("12", info=_entry("no_such_task", "12")),
            Example.malformed("1", info={"entry": {"answer": "1"}}),
        ),
    )
