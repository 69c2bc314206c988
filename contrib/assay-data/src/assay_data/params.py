"""Params of the verifiers."""

from pydantic import BaseModel, ConfigDict, Field


class ToolCallParams(BaseModel):
    """Params of ``data.tool_calls``."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    ordered: bool = Field(default=True, description="Whether the order of the calls counts.")
    all: bool = Field(
        default=False, description="1 only where every call is right and none is too many."
    )
    tolerance: float = Field(default=0.0, ge=0, le=1, description="Relative, of numbers.")


class SqlParams(BaseModel):
    """Params of ``data.sql``."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    ordered: bool = Field(default=False, description="Whether the order of the rows counts.")
    steps: int = Field(
        default=5_000_000, ge=1000, description="SQLite's virtual machine steps for a query."
    )
    most_rows: int = Field(default=10_000, ge=1, description="Rows of a result.")
