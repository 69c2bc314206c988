"""Params of the verifiers."""

import re
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

_RULE = re.compile(r"[A-Z]{1,5}[0-9]{0,4}")


def _known_form(rule: str) -> str:
    if _RULE.fullmatch(rule) is None:
        raise ValueError("a rule is a prefix or a code, such as E, F or UP006")
    return rule


Rule = Annotated[str, AfterValidator(_known_form)]


class _Params(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    line_length: int = Field(default=88, ge=40, le=320, description="Characters of a line.")


class LintParams(_Params):
    """Params of ``ruff.lint``."""

    select: tuple[Rule, ...] = Field(
        default=("E", "F", "W", "B", "UP", "SIM"), min_length=1, description="Rules that count."
    )
    ignore: tuple[Rule, ...] = Field(default=(), description="Rules of those that do not.")


class FormatParams(_Params):
    """Params of ``ruff.format``."""
