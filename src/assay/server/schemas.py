"""Requests and replies as pydantic models: they check, and make the OpenAPI page."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field


class Strict(BaseModel):
    """Unknown fields are an error: a misspelt one would be a default that nobody meant."""

    model_config = ConfigDict(extra="forbid", strict=True)


SHORTEST_S = 0.1
"""No client gets a reward sooner over a network that is in use."""


class VerifyRequest(Strict):
    """One row, or several: exactly one of the two."""

    sample: dict[str, Any] | None = Field(
        default=None, description="A row: completion, reference, prompt, tests, info, ..."
    )
    samples: list[dict[str, Any]] | None = Field(default=None, description="Rows, in order.")
    rubric: str | None = Field(
        default=None, description="A rubric's name from the server's configuration."
    )
    timeout_s: Annotated[float, Field(ge=SHORTEST_S, le=3600)] | None = Field(
        default=None, description="Seconds that the client waits; less than the server's patience."
    )


class VerifyReply(BaseModel):
    """Rewards with their receipts, in the order of the samples."""

    rubric: str
    signature: str = Field(description="Of rubric, parameters and versions.")
    rewards: list[dict[str, Any]] = Field(
        description="Each: reward (null: nobody could tell), status, terms, verdicts, signature."
    )
    hmac: str | None = Field(default=None, description="Of request digest and rewards, if keyed.")


class RewardRequest(BaseModel):
    """OpenRLHF's: queries, with the prompt and the label of each."""

    model_config = ConfigDict(extra="ignore")

    query: list[str]
    prompts: list[str] = Field(default_factory=list)
    labels: list[Any] = Field(default_factory=list)


class RewardReply(BaseModel):
    """Scalars where there is one query, else lists."""

    rewards: float | list[float]
    scores: float | list[float]
    extra_logs: dict[str, Any]


class RmRequest(BaseModel):
    """slime's: one sample."""

    model_config = ConfigDict(extra="ignore")

    prompt: Any = None
    response: str
    label: Any = None
    metadata: dict[str, Any] | None = None


class GymRequest(BaseModel):
    """NeMo-Gym's: a row of the data set with the model's response."""

    model_config = ConfigDict(extra="allow")

    responses_create_params: dict[str, Any] = Field(default_factory=dict)
    response: dict[str, Any]


class RunCodeRequest(BaseModel):
    """SandboxFusion's: one program."""

    model_config = ConfigDict(extra="ignore")

    code: str
    language: str = Field(description="python alone is run.")
    stdin: str | None = None
    compile_timeout: Annotated[float, Field(ge=0, le=3600)] = Field(
        default=10.0, description="Seconds; nothing is compiled, so it is time to wait for a turn."
    )
    run_timeout: Annotated[float, Field(gt=0, le=3600)] = Field(
        default=10.0, description="Seconds; at most what the server gives."
    )
    memory_limit_MB: int = Field(  # noqa: N815 - as SandboxFusion has it
        default=-1, description="At most what the server gives; -1: all of that."
    )
    files: dict[str, str | None] = Field(
        default_factory=dict, description="Path -> text in base64, put where the program runs."
    )
    fetch_files: list[str] = Field(default_factory=list, description="Must be empty.")
    args: list[str] = Field(default_factory=list, description="Must be empty.")


class RunResult(BaseModel):
    """How a program ended."""

    status: Literal["Finished", "TimeLimitExceeded"]
    execution_time: float = Field(description="Seconds.")
    return_code: int | None = Field(description="Negative: the signal that ended it.")
    stdout: str
    stderr: str


class RunCodeReply(BaseModel):
    """Success: exit code 0. SandboxError: nothing is known of the program."""

    status: Literal["Success", "Failed", "SandboxError"]
    message: str
    compile_result: None
    run_result: RunResult | None
    executor_pod_name: None
    files: dict[str, str]


class Problem(BaseModel):
    """What comes instead of a reward."""

    error: str
