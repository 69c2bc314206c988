"""Params of the verifier."""

from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator


class ScoreParams(BaseModel):
    """Params of ``reward_model.score``."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    model: str = Field(
        default="", description="Folder or name of the model; by default $ASSAY_REWARD_MODEL."
    )
    low: float = Field(default=-5.0, allow_inf_nan=False, description="Logit that scores 0.")
    high: float = Field(default=5.0, allow_inf_nan=False, description="Logit that scores 1.")
    max_tokens: int = Field(default=2048, ge=8, description="What is longer is cut at its start.")
    dtype: Literal["float32", "float64"] = Field(
        default="float32", description="Of the weights; fewer bits would change with the batch."
    )

    @model_validator(mode="after")
    def _ascends(self) -> Self:
        if not self.low < self.high:
            raise ValueError("low must lie below high")
        return self
