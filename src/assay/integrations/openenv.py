r"""A rubric for OpenEnv (``openenv-core``): the reward of an environment.

    class MyEnvironment(Environment):
        def __init__(self):
            super().__init__(rubric=rubric("math+format", text="message"))

Written against openenv-core 0.3, which a call imports. ``forward`` is a coroutine: it is given the
action (what the model did) and the observation, and gives a number, or raises. A completion without
a score raises, or is a number that you write.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Unpack

from assay.engine.engine import RubricSource
from assay.errors import ConfigError
from assay.integrations.scorer import Options, Scorer
from assay.integrations.scoring.missing import A_NUMBER

__all__ = ["Options", "rubric"]

CAN = ("raise", A_NUMBER)

TEXTS = ("message", "content", "text", "completion", "code")
"""Fields of an action that hold what the model wrote, the first that is there."""


def rubric(
    rubric: RubricSource = "math", *, text: str | None = None, **options: Unpack[Options]
) -> Any:
    """An `openenv.core.rubrics.Rubric`.

    The row is the observation's ``metadata``, and the action's below it: ``answer`` there fills
    `reference` or `tests`, whichever the rubric reads.

    Args:
        rubric: A preset's name, a path, a dict or a `Rubric`.
        text: Field of the action that holds the completion; by default the first of `TEXTS`.
        **options: See `Options`. `unscored` is ``raise`` (the default) or a number.

    Raises:
        ModuleNotFoundError: openenv-core is not installed.
        RubricError: the rubric cannot be built.
    """
    from openenv.core.rubrics import Rubric as Base

    scorer = Scorer(rubric, can=CAN, truth="answer", **options)

    class AssayCriterion(Base):  # type: ignore[misc]
        """One criterion: it shows its last score."""

        def forward(self, action: Any, observation: Any) -> float:
            raise NotImplementedError("the rubric above fills `last_score`")

    class Assay(Base):  # type: ignore[misc]
        """The whole rubric."""

        def __init__(self) -> None:
            super().__init__()
            for key, term in scorer.engine.rubric.blank_terms().items():
                if term.verifier:
                    setattr(self, key.replace(".", "_").replace("/", "_"), AssayCriterion())

        async def forward(self, action: Any, observation: Any) -> float:
            """The reward of an action."""
            row = {**_metadata(action), **_metadata(observation)}
            found = await scorer.ajudge(_text(action, text), row)
            for key, term in found.terms.items():
                child = self._rubric_children.get(key.replace(".", "_").replace("/", "_"))
                if child is not None:
                    child.last_score = term.score
            number = scorer.number(found)
            assert number is not None, "this trainer has no mask"
            return number

    return Assay()


def _text(action: Any, name: str | None) -> Any:
    if isinstance(action, str):
        return action
    for field in TEXTS if name is None else (name,):
        value = getattr(action, field, None)
        if value is not None:
            return value
    raise ConfigError(
        f"the action {type(action).__name__} has none of the fields {', '.join(TEXTS)}"
        if name is None
        else f"the action {type(action).__name__} has no field {name!r}"
    )


def _metadata(part: Any) -> dict[str, Any]:
    found = getattr(part, "metadata", None)
    return {str(k): v for k, v in found.items()} if isinstance(found, Mapping) else {}
