"""Params of the verifier."""

from pydantic import BaseModel, ConfigDict, Field


class FollowsParams(BaseModel):
    """Params of ``instructions.follows``."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    all: bool = Field(
        default=False, description="1 only where every instruction is followed; else their share."
    )
    least_words: int = Field(
        default=1,
        ge=0,
        description="A response with fewer words follows nothing: an empty one has no comma.",
    )
