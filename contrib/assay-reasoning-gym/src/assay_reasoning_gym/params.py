"""Params of the verifier."""

from pydantic import BaseModel, ConfigDict, Field


class SolvesParams(BaseModel):
    """Params of ``reasoning_gym.solves``."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    task: str = Field(
        default="", description="The task's name; by default entry.metadata.source_dataset."
    )
    partial: bool = Field(
        default=False,
        description="Keep what reasoning-gym gives for answers that are not right, else 0.",
    )

    def levels(self) -> tuple[float, ...] | None:
        """Right or wrong, unless part of it counts."""
        return None if self.partial else (0.0, 1.0)
