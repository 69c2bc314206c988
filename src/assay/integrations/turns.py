"""A conversation that is paid turn by turn: what environments of several turns have in common.

A turn is paid the difference that it makes to the rubric's value. So the sum over turns is the
value at the end wherever a conversation is cut: by the model, by a limit of turns, or by a trainer
that says nothing. That is potential shaping with the rubric itself as the potential (Ng, Harada,
Russell 1999): it is what ``{"kind": "turns", "outcome": R, "shaping": {"phi": R}}`` pays, worked
out while the conversation goes on. It holds for sums that are not discounted.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from assay.engine.calls.drivers import SampleOrError
from assay.errors import ConfigError
from assay.integrations.scorer import Scorer
from assay.model import Reward, Sample
from assay.printable import brief
from assay.rubrics.compiled.compiled_turns import TurnsPlan

HINT = "That is not right yet. Try again."
"""Said where no verifier has anything to say to the model."""


class Turned(NamedTuple):
    """What comes of a turn."""

    reward: float
    """What this turn is paid: the value now, less what the turns before it were paid."""
    value: float
    """Of the rubric, now; or the number that was written for a turn without a score."""
    observation: str | None
    """What the model reads next; None once the conversation is over."""
    done: bool
    found: Reward
    """The receipt."""

    @property
    def scored(self) -> bool:
        """Whether the value is the rubric's."""
        return self.found.value is not None


class Conversations:
    """How conversations are paid, and when they end. Safe in threads.

    Args:
        scorer: Its `unscored` is ``raise`` or a number: a turn without a score either raises, or
            has that number for its value, until a later turn is scored.
        max_turns: After so many turns a conversation is over, 1 or more.
        solved_at: The value from which on it is over; by default the highest of the rubric, where
            nothing is left to earn.
        hint: Said to the model where no verifier has feedback for it.

    Raises:
        ConfigError: `max_turns` is out of range; or the rubric is one over turns that pays them
            by another rule, which a conversation that may be cut at any turn cannot keep.
    """

    def __init__(
        self,
        scorer: Scorer,
        *,
        max_turns: int = 1,
        solved_at: float | None = None,
        hint: str = HINT,
    ) -> None:
        if isinstance(max_turns, bool) or not isinstance(max_turns, int) or max_turns < 1:
            raise ConfigError(f"max_turns is {brief(max_turns)}, must be a whole number from 1 on")
        if any(isinstance(plan, TurnsPlan) for plan in scorer.engine.rubric.plans().values()):
            raise ConfigError(
                "the rubric is of kind 'turns', and an environment pays its turns itself: each "
                "the difference that it makes to the value"
                "\nfix: give the outcome alone; its differences are what potential shaping pays "
                "where phi is the outcome too"
            )
        self.scorer, self.max_turns, self.solved_at, self.hint = scorer, max_turns, solved_at, hint

    def begin(
        self, row: Mapping[str, Any], *, prompt: Any = None, max_turns: int | None = None
    ) -> Conversation:
        """A conversation about a row of the data set.

        Args:
            row: Columns by name.
            prompt: What the model is asked: text or chat messages; None: not known.
            max_turns: Of this conversation.
        """
        return Conversation(self, row, prompt, max_turns or self.max_turns)


class Conversation:
    """One conversation; made by `Conversations.begin`. For one thread at a time."""

    def __init__(
        self, rules: Conversations, row: Mapping[str, Any], prompt: Any, max_turns: int
    ) -> None:
        self._rules, self._prompt, self._max_turns = rules, prompt, max_turns
        self._columns = {name: [value] for name, value in row.items()}
        self._said: list[dict[str, str]] = []
        self._paid: list[float] = []
        self.unscored = 0
        """Turns without a score so far."""
        self.last: Turned | None = None

    @property
    def turns(self) -> int:
        """How many there were so far."""
        return len(self._paid)

    def step(self, text: str) -> Turned:
        """What the model's next text is paid.

        Raises:
            ConfigError: a column is not there.
            SampleError: the row is malformed, and `on_invalid` is ``raise``.
            UnscoredError: the turn has no score, and `unscored` is ``raise``.
        """
        rows = self._rows(text)
        return self._pay(text, rows, self._rules.scorer.engine.verify_batch(rows))

    async def astep(self, text: str) -> Turned:
        """As `step`, without blocking the event loop while workers judge."""
        rows = self._rows(text)
        return self._pay(text, rows, await self._rules.scorer.engine.averify_batch(rows))

    def _rows(self, text: str) -> list[SampleOrError]:
        turns = [*self._said, {"completion": text}]
        prompt = None if self._prompt is None else [self._prompt]
        return self._rules.scorer.rows([text], self._columns, turns=[turns], prompt=prompt)

    def _pay(self, text: str, rows: Sequence[SampleOrError], rewards: Sequence[Reward]) -> Turned:
        rules, found = self._rules, rewards[0]
        prompts = None if self._prompt is None else [self._prompt]
        value = rules.scorer.settle(rewards, self._columns, prompts=prompts)[0]
        if value is None:
            raise ConfigError("unscored='mask' has no meaning for a turn")
        # Of the sum, not of the value before: so roundings do not add up over a long conversation.
        reward = math.fsum([value, *(-paid for paid in self._paid)])
        self._paid.append(reward)
        self.unscored += found.value is None
        done = len(self._paid) >= self._max_turns or self._solved(rows[0], found)
        observation = None if done else feedback(found) or rules.hint
        self._said.append({"completion": text, "feedback": observation or ""})
        self.last = Turned(reward, value, observation, done, found)
        return self.last

    def _solved(self, row: SampleOrError, found: Reward) -> bool:
        if found.value is None or not isinstance(row, Sample):
            return False
        top = self._rules.solved_at
        if top is None:
            reach = self._rules.scorer.engine.rubric.reach(row)
            top = None if reach is None else float(reach[1])
        return top is not None and found.value >= top


def feedback(found: Reward) -> str | None:
    """What the verifiers have to say to the model, in the rubric's order; None: nothing."""
    return "\n".join(v.feedback for v in found.verdicts.values() if v.feedback) or None
