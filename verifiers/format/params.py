"""Params of the format verifiers."""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

Tag = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_-]{0,63}$")]


class BoxedParams(BaseModel):
    """What `format.boxed` asks for."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    once: bool = False
    r"""Refuse more than one ``\boxed`` outside the reasoning block."""


class TagsParams(BaseModel):
    """What `format.tags` asks for."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    tags: tuple[Tag, ...] = Field(default=("think", "answer"), min_length=1, max_length=16)
    """The blocks, in order; each must be opened once and closed once."""
    outside: Literal["nothing", "after"] = "nothing"
    """What may stand outside the blocks besides white space: nothing; or, after the last one, the
    answer, which then must stand there (``tags=["think"]`` with ``outside="after"``)."""
    opened: bool = False
    """The prompt ends with the first opening tag, so the completion starts inside it. Known from
    the prompt by itself where the sample has one."""
    graded: bool = True
    """Pay for each tag that is in its place; False: all or nothing."""

    @field_validator("tags")
    @classmethod
    def _distinct(cls, tags: tuple[str, ...]) -> tuple[str, ...]:
        if len({t.lower() for t in tags}) < len(tags):
            raise ValueError("tags must differ")
        return tags

    def levels(self) -> tuple[float, ...]:
        """The scores that can occur: one point a tag, and one for a clean whole."""
        if not self.graded:
            return (0.0, 1.0)
        points = 2 * len(self.tags) + 1
        return tuple(i / points for i in range(points + 1))

    def pattern(self) -> re.Pattern[str]:
        """Any of the tags, opening or closing; letter case does not matter."""
        return re.compile(rf"<(/?)({'|'.join(self.tags)})>", re.IGNORECASE)


class XmlParams(BaseModel):
    """What `format.xml` asks for."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    tags: tuple[Tag, ...] = Field(default=("think", "answer"), min_length=1, max_length=16)
    """The blocks, in order; the text begins with the first."""
    strict: bool = True
    """Each tag stands on a line of its own, right after the one before; False: white space, or
    nothing, between the blocks."""
    tail: Literal["nothing", "line", "any"] = "nothing"
    """What may follow the last block: white space, more lines, or anything."""
    once: bool = False
    """No opening tag may repeat."""


class TagCountParams(BaseModel):
    """What `format.tag_count` counts."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    tags: tuple[Tag, ...] = Field(default=("think", "answer"), min_length=1, max_length=16)
    """Each has an opening and a closing tag to count."""

    def levels(self) -> tuple[float, ...]:
        """One a tag that stands once."""
        count = 2 * len(self.tags)
        return tuple(i / count for i in range(count + 1))


class IntegerParams(BaseModel):
    """Where `format.integer` looks."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    tag: Tag = "answer"
    """The last block of this name; without one, the last box."""
