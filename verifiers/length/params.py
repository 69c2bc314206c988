"""Params of the length verifiers."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator


class OverlongParams(BaseModel):
    """Where the penalty sets in and where it is full. Defaults: DAPO's."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    max_tokens: int = Field(default=20_480, ge=1)
    """Length from which on the score is 0, in tokens."""
    buffer_tokens: int = Field(default=4_096, ge=1)
    """The score falls from 1 to 0 over this many tokens before `max_tokens`."""
    chars_per_token: float = Field(default=4.0, gt=0.0, allow_inf_nan=False)
    """Characters taken for a token where the sample does not bring `n_tokens`."""

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.buffer_tokens > self.max_tokens:
            raise ValueError(
                f"buffer_tokens {self.buffer_tokens} is more than max_tokens {self.max_tokens}"
            )
        return self


class RepetitionParams(BaseModel):
    """What `length.repetition` counts."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    ngram: int = Field(default=3, ge=1, le=1000)
    """Words in a sequence."""


class CosineParams(BaseModel):
    """Where the half cosine of `length.cosine` ends. Default: open-r1's."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    max_length: int = Field(default=1000, ge=1)
    """Length at which the score is 0."""
    unit: Literal["characters", "tokens"] = "characters"
    """Characters of the text; or `n_tokens`, which the sample must then bring."""
    beyond: Literal["zero", "rises"] = "zero"
    """Beyond the limit: 0; or the cosine goes on and rises, as in open-r1."""


class InGroupParams(BaseModel):
    """What `length.in_group` counts."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    unit: Literal["characters", "tokens"] = "characters"
    """Characters of the text; or `n_tokens`, which every sample of the group must then bring."""
