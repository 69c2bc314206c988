"""Params, apart from the verifier, so that checking a rubric imports no verifier."""

from pydantic import BaseModel, ConfigDict, Field


class Limits(BaseModel):
    """Params of `demo.words`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    words: int = Field(default=4, ge=1, description="Words from which on the score is 1.")
