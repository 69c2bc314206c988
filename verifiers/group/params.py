"""Params of the verifiers that compare within a group."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field


class RankParams(BaseModel):
    """What `group.rank` orders the completions by."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    of: Annotated[str, Field(pattern=r"^(characters|tokens|info\..+)$")] = "characters"
    """``characters`` of the text, ``tokens`` (`n_tokens`), or ``info.NAME``, a number that the rows
    bring, such as a reward model's score."""
    best: Literal["lowest", "highest"] = "lowest"
    """Which end is worth 1."""
