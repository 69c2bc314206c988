r"""Reward functions and agents for OpenRLHF.

In a file that ``--reward.remote_url`` names (one turn), or ``--train.agent_func_path`` (several)::

    from assay.integrations.openrlhf import reward
    reward_func = reward("math+format", unscored=0.0)

    from assay.integrations.openrlhf import agent
    AgentExecutor = agent("math", max_turns=3, unscored=0.0)

Written against OpenRLHF 0.11.2, which only `agent` imports. It calls ``reward_func(queries,
prompts, labels)`` in a thread with one of each; the query is the prompt and the answer with their
special tokens. **An exception there is swallowed**, and the sample then goes on without a reward,
to fail later and elsewhere. So a completion without a score should be a number that you write, with
``extra_logs.assay_scored`` to tell; without one the error is printed before it is lost.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Sequence
from typing import Any, Unpack

from assay.engine.engine import RubricSource
from assay.integrations.scorer import Options, Scorer
from assay.integrations.scoring.flat import flat
from assay.integrations.scoring.missing import A_NUMBER
from assay.integrations.turns import Conversation, Conversations

__all__ = ["Options", "agent", "reward"]

CAN = ("raise", A_NUMBER)

_SPECIAL = re.compile(r"<\|[a-z_]+\|>|</?s>|<end_of_turn>|<pad>", re.IGNORECASE)
_END = re.compile(rf"(?:\s*(?:{_SPECIAL.pattern}))+\s*\Z", re.IGNORECASE)


def answer_of(query: str, prompt: str) -> str:
    r"""What the model wrote: the query without the prompt, and without the tokens that end it.

    >>> answer_of("<s>1 + 1?<|im_end|> 2<|im_end|>", "1 + 1?<|im_end|>")
    ' 2'
    """
    at = query.find(prompt) if prompt else 0
    if at < 0:  # the prompt was cut at its left end, or decodes to other white space
        bare = _SPECIAL.sub("", prompt)[-200:]
        at = query.rfind(bare)
        answer = query[at + len(bare) :] if at >= 0 else query
    else:
        answer = query[at + len(prompt) :]
    return _END.sub("", answer)


def reward(
    rubric: RubricSource = "math", **options: Unpack[Options]
) -> Callable[[Sequence[str], Sequence[str], Sequence[Any]], dict[str, Any]]:
    """A ``reward_func`` for a whole rubric.

    Args:
        rubric: A preset's name, a path, a dict or a `Rubric`. The label fills `reference` or
            `tests`, whichever the rubric reads.
        **options: See `Options`. `unscored` is ``raise`` (the default) or a number; write one.

    Raises:
        RubricError: the rubric cannot be built.
        ConfigError: an option is out of range.
    """
    scorer = Scorer(rubric, can=CAN, truth="label", copied=True, **options)

    def reward_func(
        queries: Sequence[str], prompts: Sequence[str], labels: Sequence[Any]
    ) -> dict[str, Any]:
        """What OpenRLHF calls: rewards and scores, scalars where there is one of them."""
        columns = {"label": list(labels)}
        texts = [answer_of(query, prompt) for query, prompt in zip(queries, prompts, strict=True)]
        try:
            rows = scorer.rows(texts, columns, prompt=[prompt or None for prompt in prompts])
            rewards = scorer.engine.verify_batch(rows)
            numbers = scorer.settle(rewards, columns, prompts=prompts)
        except Exception as err:
            print(f"assay: {type(err).__name__}: {err}", file=sys.stderr, flush=True)  # noqa: T201
            raise
        logs = [flat(scorer.engine, found) for found in rewards]
        if len(numbers) == 1:
            return {"rewards": numbers[0], "scores": numbers[0], "extra_logs": logs[0]}
        import torch  # OpenRLHF's own

        values = torch.tensor(numbers, dtype=torch.float32)
        means = {k: torch.tensor([log[k] for log in logs]) for k in logs[0]} if logs else {}
        return {"rewards": values, "scores": values, "extra_logs": means}

    return reward_func


def agent(
    rubric: RubricSource = "math",
    *,
    max_turns: int = 1,
    solved_at: float | None = None,
    template: Callable[[str], str] = "\n{}\n".format,
    **options: Unpack[Options],
) -> type:
    """An ``AgentExecutor``: a conversation of several turns, each paid what it adds to the value.

    Args:
        rubric: As for `reward`; it judges the latest turn.
        max_turns: Turns of a conversation.
        solved_at: The value from which on it is over; by default the rubric's highest.
        template: Of the verifiers' feedback to the text that the model reads next: your chat
            template's end of the assistant's turn, the user's turn, and the next one's beginning.
        **options: As for `reward`.

    Raises:
        ModuleNotFoundError: OpenRLHF is not installed.
    """
    from openrlhf.utils.agent import AgentInstanceBase, MultiTurnAgentExecutor

    scorer = Scorer(rubric, can=CAN, truth="label", copied=True, **options)
    rules = Conversations(scorer, max_turns=max_turns, solved_at=solved_at)

    class ConversationInstance(AgentInstanceBase):  # type: ignore[misc]
        """One conversation."""

        def __init__(self, *args: Any, **kwargs: Any) -> None:
            self._conversation: Conversation | None = None

        async def reset(self, states: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
            self._conversation = rules.begin(
                {"label": states["label"]}, prompt=states["observation"] or None
            )
            return states

        async def step(self, state_dict: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
            import torch

            assert self._conversation is not None, "OpenRLHF resets before it steps"
            turn = await self._conversation.astep(_END.sub("", state_dict["action_text"]))
            said = "" if turn.observation is None else template(turn.observation)
            logs = flat(scorer.engine, turn.found)
            return {
                "rewards": torch.tensor(turn.reward),
                "scores": torch.tensor(turn.value),
                "environment_feedback": said,
                "done": turn.done,
                "sampling_params": state_dict.get("sampling_params"),
                "extra_logs": {name: torch.tensor(value) for name, value in logs.items()},
            }

    class Executor(MultiTurnAgentExecutor):  # type: ignore[misc]
        """What OpenRLHF loads by its name."""

        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(ConversationInstance)

    return Executor
