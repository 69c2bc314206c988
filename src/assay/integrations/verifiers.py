r"""Rewards for verifiers v1 (``verifiers``), and through it for prime-rl.

As a function that a task plugs in by its name, or that a task of your own has as a method::

    from assay.integrations.verifiers import reward     # rewards.py
    scored = reward("math+format")

    TaskConfig(rewards={"assay": {"fn": "rewards:scored"}})

Written against verifiers 0.4.0, which nothing here imports. It calls with the task's data and the
trace, many at once on one event loop. A mapping it records as one reward each, and sums them: these
are the rubric's contributions, so the trace's reward is the rubric's value, and each criterion has
a curve of its own. An exception ends the trace as failed, and prime-rl leaves it out of its group:
so a completion without a score raises, which is the mask of this trainer.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, Unpack

from assay.engine.engine import RubricSource
from assay.integrations.scorer import Options, Scorer
from assay.integrations.scoring.missing import A_NUMBER

__all__ = ["Options", "reward"]

CAN = ("raise", A_NUMBER)

OWN_FIELDS = ("idx", "id", "name", "description", "image", "workdir", "agent_user", "skills")
"""Of the task's data; they say nothing of the answer."""


def reward(
    rubric: RubricSource = "math", **options: Unpack[Options]
) -> Callable[..., Awaitable[dict[str, float]]]:
    """An async function of ``task`` and ``trace``: criterion -> what it contributes.

    The completion is the trace's last reply. The fields of the task's data are columns; `answer`
    fills `reference` or `tests`, whichever the rubric reads, and the prompt comes from the task.

    Args:
        rubric: A preset's name, a path, a dict or a `Rubric`.
        **options: See `Options`. `unscored` is ``raise`` (the default: the trace fails, and
            prime-rl leaves it out), or a number, which is then the reward ``unscored``.

    Raises:
        RubricError: the rubric cannot be built.
        ConfigError: an option is out of range.
    """
    scorer = Scorer(rubric, can=CAN, truth="answer", copied=True, **options)

    async def scored(task: Any, trace: Any) -> dict[str, float]:
        row = {k: v for k, v in _columns(task).items() if k not in OWN_FIELDS and v is not None}
        prompt = row.pop("prompt", None)
        found = await scorer.ajudge(trace.last_reply, row, prompt=prompt)
        number = scorer.number(found)
        if found.value is None and number is not None:
            return {"unscored": number}
        return {key: term.contribution or 0.0 for key, term in found.terms.items()}

    return scored


def _columns(task: Any) -> dict[str, Any]:
    """The task's data, with what a subclass added; messages as dicts."""
    data = task.model_dump() if hasattr(task, "model_dump") else dict(vars(task))
    return {str(name): value for name, value in data.items()}
