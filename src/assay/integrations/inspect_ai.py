r"""A scorer for Inspect (``inspect_ai``): the rubric of a training run as an evaluation.

Inspect finds it by its entry point: ``assay/rubric`` on the command line and in stored logs, or
`rubric` in a task::

    Task(dataset=..., solver=generate(), scorer=rubric("math+format"))
    inspect score LOG.eval --scorer assay/rubric -S rubric=math+format

Written against inspect_ai 0.3.285, which only a call imports. Inspect calls the scorer with the
state of a sample and its target, many at once on one event loop, and has no deadline of its own. A
score is a dict with the same keys for every sample, since Inspect refuses others: ``reward``, and
each criterion under its key, NaN where it has none; metrics skip NaN. A sample without a reward is
`Score.unscored`, counted by itself and left out of every metric.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, Unpack

from assay.engine.engine import RubricSource
from assay.errors import ConfigError
from assay.integrations.scorer import Options, Scorer, because
from assay.integrations.scoring.missing import A_NUMBER
from assay.model import Reward

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Options", "registered", "rubric"]

REWARD = "reward"
"""Key of the reward itself, beside the criteria's."""

CAN = ("mask", "raise", A_NUMBER)

CUT = ("max_tokens", "model_length")
"""Inspect's words for a completion that was cut off: ``length`` in a `Sample`."""


def rubric(rubric: RubricSource = "math", **options: Unpack[Options]) -> Any:
    """A scorer for `Task`, and for ``inspect score``.

    The target fills `reference` or `tests`, whichever the rubric reads (several targets: any of
    them); metadata of the sample are columns; the prompt, `n_tokens` and `finish_reason` come from
    Inspect.

    Args:
        rubric: A preset's name, a path or a dict; Inspect writes it into its log.
        **options: See `Options`. `unscored` is ``mask`` (the default: `Score.unscored` with the
            reason ``scoring_failed``), ``raise``, which fails the sample, or a number.

    Raises:
        ModuleNotFoundError: inspect_ai is not installed.
        RubricError: the rubric cannot be built.
        ConfigError: an option is out of range, or a criterion is called ``reward``.
    """
    return registered()(rubric, **options)


@cache
def registered() -> Callable[..., Any]:
    """The factory that Inspect's registry holds as ``assay/rubric``; imports inspect_ai."""
    from inspect_ai.scorer import mean, scorer, stderr

    made: Callable[..., Any] = scorer(metrics={"*": [mean(), stderr()]}, name="rubric")(_rubric)
    return made


def _rubric(rubric: RubricSource = "math", **options: Any) -> Any:
    from inspect_ai.scorer import Score

    ours = Scorer(rubric, can=CAN, truth="target", **options)
    keys = [key for key, term in ours.engine.rubric.blank_terms().items() if term.verifier]
    if REWARD in keys:
        raise ConfigError(
            f"a criterion is called {REWARD!r}, which is the key of the reward itself in Inspect"
            "\nfix: give the criterion another key"
        )

    async def score(state: Any, target: Any) -> Any:
        targets = [text for text in target if text]
        row = {**(state.metadata or {}), "target": targets[0] if len(targets) == 1 else targets}
        usage, stop = state.output.usage, state.output.stop_reason
        found = await ours.ajudge(
            state.output.completion,
            {**row, "target": row["target"] or None},
            prompt=state.input_text or None,
            n_tokens=usage.output_tokens if usage is not None else None,
            finish_reason="length" if stop in CUT else stop,
        )
        number = ours.number(found)
        if number is None:
            return Score.unscored(
                reason="scoring_failed", explanation=because(found), metadata=_receipt(found)
            )
        value = {REWARD: number, **{key: _score(found, key) for key in keys}}
        return Score(value=value, explanation=because(found), metadata=_receipt(found))

    return score


def _score(found: Reward, key: str) -> float:
    term = found.terms.get(key)
    return float("nan") if term is None or term.score is None else term.score


def _receipt(found: Reward) -> dict[str, Any]:
    return {"assay_status": found.status, "assay_signature": found.signature}
