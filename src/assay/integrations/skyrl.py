r"""An environment for SkyRL (``skyrl-gym``), of one turn or several.

    from skyrl_gym.envs import register
    register(id="assay", entry_point="assay.integrations.skyrl:AssayEnv")

and in the configuration, under the environment's name: ``rubric``, ``unscored``, ``max_turns`` and
the rest of `Options`. Rows have ``env_class: assay`` and ``reward_spec.ground_truth``.

Written against skyrl-gym 0.4.0, which is imported with the class. It has no mask and takes no None:
so `unscored` is a number that you write, or ``raise`` (the default), which ends the rollout's
worker. ``get_metrics`` has the share of turns without a score as ``assay_unscored``.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from assay.errors import ConfigError
from assay.integrations.configured import scorer_for
from assay.integrations.scoring.flat import flat
from assay.integrations.scoring.missing import A_NUMBER
from assay.integrations.turns import HINT, Conversation, Conversations

CAN = ("raise", A_NUMBER)


@cache
def environment() -> type:
    """The class `AssayEnv`; imports skyrl_gym.

    Raises:
        ModuleNotFoundError: skyrl-gym is not installed.
    """
    from skyrl_gym.envs.base_text_env import BaseTextEnv, BaseTextEnvStepOutput

    class AssayEnv(BaseTextEnv):  # type: ignore[misc]
        """Pays each turn what it adds to the rubric's value.

        Args:
            env_config: `rubric` (by default ``math``), `Options`, `max_turns`, `solved_at`, `hint`.
            extras: The row: `reward_spec` and other columns; its `max_turns` goes first.
        """

        def __init__(self, env_config: Any = None, extras: Mapping[str, Any] | None = None) -> None:
            super().__init__()
            options = dict(env_config or {})
            row = dict(extras or {})
            turns = row.pop("max_turns", None) or options.pop("max_turns", 1)
            options.pop("max_turns", None)
            ends = {name: options.pop(name) for name in ("solved_at", "hint") if name in options}
            spec = row.pop("reward_spec", None)
            if not isinstance(spec, Mapping) or "ground_truth" not in spec:
                raise ConfigError(
                    "the row has no reward_spec.ground_truth"
                    '\nfix: {"env_class": "assay", "reward_spec": {"ground_truth": ...}, ...}'
                )
            scorer = scorer_for(
                options, CAN, where="the environment's config", truth="ground_truth", copied=True
            )
            self.max_turns = turns
            self._rules = Conversations(
                scorer,
                max_turns=turns,
                solved_at=ends.get("solved_at"),
                hint=ends.get("hint", HINT),
            )
            self._row = {**row, "ground_truth": spec["ground_truth"]}
            self._conversation: Conversation | None = None

        def init(self, prompt: Any) -> tuple[Any, dict[str, Any]]:
            """The prompt as it is."""
            self._conversation = self._rules.begin(self._row, prompt=prompt or None)
            return prompt, {}

        def step(self, action: str) -> Any:
            """One turn: what it is paid, and what the verifiers say to it."""
            if self._conversation is None:
                self.init(None)
            assert self._conversation is not None
            turn = self._conversation.step(action)
            self.turns = self._conversation.turns
            said = turn.observation
            return BaseTextEnvStepOutput(
                observations=[] if said is None else [{"role": "user", "content": said}],
                reward=turn.reward,
                done=turn.done,
                metadata=dict(flat(self._rules.scorer.engine, turn.found)),
            )

        def get_metrics(self) -> dict[str, Any]:
            """The value at the end, its criteria, and the share of turns without a score."""
            talk = self._conversation
            if talk is None or talk.last is None:
                return {}
            share = talk.unscored / talk.turns
            found = flat(self._rules.scorer.engine, talk.last.found)
            return {"assay_value": talk.last.value, "assay_unscored": share, **found}

    return AssayEnv


def __getattr__(name: str) -> Any:
    """`AssayEnv`, made when it is asked for: importing this module needs no SkyRL."""
    if name == "AssayEnv":
        return environment()
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
