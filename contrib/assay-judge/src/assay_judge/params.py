"""Params of the verifier."""

from pydantic import BaseModel, ConfigDict, Field

CORRECT = "The response answers the task correctly and completely."


class JudgeParams(BaseModel):
    """Params of ``judge.aspects``."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    aspects: tuple[str, ...] = Field(
        default=(CORRECT,),
        min_length=1,
        max_length=20,
        description="Statements about the response, each asked by itself: yes or no.",
    )
    votes: int = Field(default=1, ge=1, le=15, description="How often each aspect is asked.")
    base_url: str = Field(
        default="",
        description="Of the endpoint, up to /v1; by default $ASSAY_JUDGE_URL, else this machine's.",
    )
    model: str = Field(
        default="", description="The judge's name there; by default $ASSAY_JUDGE_MODEL."
    )
    key_env: str = Field(
        default="ASSAY_JUDGE_KEY",
        description="The variable of the environment that holds the key; it may be unset.",
    )
    temperature: float = Field(default=0.0, ge=0.0, le=2.0, description="Of the judge.")
    seed: int = Field(default=0, ge=0, description="Of the first vote; others count on from it.")
    max_tokens: int = Field(default=512, ge=16, description="Of one answer of the judge.")
    max_chars: int = Field(
        default=20_000, ge=100, description="A longer response is judged 0, without being asked."
    )

    def levels(self) -> tuple[float, ...]:
        """The shares of votes that there can be."""
        count = len(self.aspects) * self.votes
        return tuple(i / count for i in range(count + 1))
