r"""A resources server for NeMo-Gym, and through it for NeMo-RL.

    class MathServer(resources_server("math+format")): ...     # app.py of a resources server
    if __name__ == "__main__":
        MathServer.run_webserver()

Written against NeMo-Gym 0.7.0, which only `resources_server` imports. It posts a row of the data
set together with the model's response (in the form of the Responses API) to ``/verify``. The reply
has the reward, and its ``reward_components``, which are the rubric's contributions and add up to
it. A completion without a score is masked: ``mask_sample`` is set, with ``failure_kind`` and
``failure_reason``, and the reward 0, whose loss NeMo-RL leaves out. **In its group's mean the 0
still counts** there; with ``unscored`` as a number it is the number that you write.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Unpack

from assay.engine.engine import RubricSource
from assay.integrations.scorer import Options, Scorer, because
from assay.integrations.scoring.flat import flat
from assay.integrations.scoring.missing import A_NUMBER
from assay.model import Reward

__all__ = ["Options", "resources_server", "verified"]

CAN = ("mask", "raise", A_NUMBER)

FAILED = "verifier_error"
"""The failure that a masked completion has, in NeMo-Gym's vocabulary."""

REPLY = ("response", "responses_create_params")


def text_of(response: Any) -> str:
    """What the assistant said in a response of the Responses API: its output texts, joined."""
    said = []
    for item in _get(response, "output") or ():
        if _get(item, "type") == "message" and _get(item, "role") == "assistant":
            for part in _get(item, "content") or ():
                if _get(part, "type") == "output_text":
                    said.append(_get(part, "text") or "")
    return "".join(said)


async def verified(scorer: Scorer, body: Mapping[str, Any]) -> dict[str, Any]:
    """The fields that ``/verify`` adds to a row: the reward, its components, and whether to mask.

    Args:
        scorer: Of the rubric.
        body: The row with ``response``; `expected_answer`, or ``verifier_metadata``, fills
            `reference` or `tests`.
    """
    row = {k: v for k, v in body.items() if k not in REPLY and v is not None}
    metadata = row.get("verifier_metadata")
    if isinstance(metadata, Mapping) and "unit_tests" in metadata:
        row.setdefault("tests", {"verifier_metadata": dict(metadata)})
    asked = _get(_get(body, "responses_create_params") or {}, "input")
    prompt = asked if isinstance(asked, str) else _messages(asked)
    found = await scorer.ajudge(text_of(body.get("response")), row, prompt=prompt)
    return _reply(scorer, found)


def _reply(scorer: Scorer, found: Reward) -> dict[str, Any]:
    number = scorer.number(found)
    logs: dict[str, Any] = dict(flat(scorer.engine, found))
    if number is None:
        return {
            "reward": 0.0,
            "mask_sample": True,
            "failure_kind": FAILED,
            "failure_reason": because(found),
            **logs,
        }
    terms = found.terms if found.value is not None else {}
    components = {key: term.contribution or 0.0 for key, term in terms.items()}
    return {"reward": number, "reward_components": components, **components, **logs}


def _messages(asked: Any) -> Any:
    if not isinstance(asked, Sequence):
        return None
    plain = [{"role": _get(m, "role"), "content": _get(m, "content")} for m in asked]
    return plain if plain and all(isinstance(m["content"], str) for m in plain) else None


def _get(value: Any, name: str) -> Any:
    return value.get(name) if isinstance(value, Mapping) else getattr(value, name, None)


def resources_server(rubric: RubricSource = "math", **options: Unpack[Options]) -> Any:
    """A class of resources servers, ready to run or to be extended.

    Args:
        rubric: A preset's name, a path, a dict or a `Rubric`.
        **options: See `Options`. `unscored` is ``mask`` (the default), ``raise`` or a number.

    Raises:
        ModuleNotFoundError: NeMo-Gym is not installed.
        RubricError: the rubric cannot be built.
    """
    from nemo_gym.base_resources_server import (
        BaseResourcesServerConfig,
        BaseVerifyRequest,
        BaseVerifyResponse,
        ReverifyMode,
        SimpleResourcesServer,
    )
    from pydantic import ConfigDict

    scorer = Scorer(rubric, can=CAN, truth="expected_answer", **options)

    class Config(BaseResourcesServerConfig):  # type: ignore[misc]
        REVERIFY_MODE = ReverifyMode.STATELESS

    class RubricVerifyRequest(BaseVerifyRequest):  # type: ignore[misc]
        model_config = ConfigDict(extra="allow")

    class RubricVerifyResponse(BaseVerifyResponse):  # type: ignore[misc]
        model_config = ConfigDict(extra="allow")

    async def judged(self: Any, body: Any) -> Any:
        """The reward of a row with its response."""
        row = {**body.model_dump(), "response": body.response}
        return RubricVerifyResponse(**{**body.model_dump(), **await verified(scorer, row)})

    # FastAPI reads these; it could not find classes of this function by their names.
    judged.__annotations__ = {"body": RubricVerifyRequest, "return": RubricVerifyResponse}

    class RubricResourcesServer(SimpleResourcesServer):  # type: ignore[misc]
        """Verifies by a rubric; keeps no state between calls."""

        config: Config
        verify = judged

    return RubricResourcesServer
