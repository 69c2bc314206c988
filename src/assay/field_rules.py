"""What pydantic's errors say, in the words that the rest of Assay uses."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_RULES = {
    "greater_than_equal": "must be {ge} or more",
    "greater_than": "must be more than {gt}",
    "less_than_equal": "must be {le} or less",
    "less_than": "must be less than {lt}",
    "multiple_of": "must be a multiple of {multiple_of}",
    "finite_number": "must be a finite number",
    "bool_parsing": "must be true or false",
    "bool_type": "must be true or false",
    "int_parsing": "must be a whole number",
    "int_type": "must be a whole number",
    "int_from_float": "must be a whole number",
    "float_parsing": "must be a number",
    "float_type": "must be a number",
    "string_type": "must be text",
    "string_too_short": "must have at least {min_length} characters",
    "string_too_long": "must have at most {max_length} characters",
    "string_pattern_mismatch": "must match the pattern {pattern}",
    "literal_error": "must be {expected}",
    "enum": "must be {expected}",
    "list_type": "must be a list",
    "tuple_type": "must be a list",
    "set_type": "must be a list",
    "frozen_set_type": "must be a list",
    "too_short": "must have at least {min_length} entries",
    "too_long": "must have at most {max_length} entries",
    "dict_type": "must be a table",
    "mapping_type": "must be a table",
    "model_type": "must be a table",
}
"""Type of an error -> the rule that was broken, with the error's own figures."""


def broken_rule(item: Mapping[str, Any]) -> str | None:
    """The rule that one of pydantic's errors stands for; None where it has words of its own.

    >>> broken_rule({"type": "greater_than_equal", "ctx": {"ge": 1}})
    'must be 1 or more'
    >>> broken_rule({"type": "value_error", "ctx": {}}) is None
    True
    """
    words = _RULES.get(str(item["type"]))
    figures = item.get("ctx", {})
    shown = {k: f"{v:g}" if isinstance(v, float) else v for k, v in figures.items()}
    return None if words is None else words.format(**shown)
