"""What a verifier's params are, in words: types, ranges, defaults, meanings."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from assay.rubrics.written.faults import documented

if TYPE_CHECKING:
    from pydantic import BaseModel


@dataclass(frozen=True, slots=True)
class Param:
    """One param."""

    name: str
    type: str
    """``whole number, 1 or more``."""
    default: str
    """As JSON; empty where it must be given."""
    meaning: str

    def to_json(self) -> dict[str, str]:
        """As JSON values."""
        return {
            "name": self.name,
            "type": self.type,
            "default": self.default,
            "meaning": self.meaning,
        }


def params_of(model: type[BaseModel] | None) -> list[Param]:
    """The params that a model declares, in order; none where there is no model."""
    if model is None:
        return []
    schema = model.model_json_schema()
    properties: Mapping[str, Any] = schema.get("properties", {})
    found = []
    for name, field in model.model_fields.items():
        shown = field.alias or name
        noted = properties.get(shown, {})
        default = "" if field.is_required() else _default(field, noted)
        meaning = field.description or documented(model, name)
        found.append(Param(shown, _type(noted, schema), default, meaning))
    return found


def _default(field: Any, noted: Mapping[str, Any]) -> str:
    if "default" in noted:
        return json.dumps(noted["default"], ensure_ascii=False)
    value = field.get_default(call_default_factory=True)
    try:
        return json.dumps(value, ensure_ascii=False, default=str)
    except (TypeError, ValueError):
        return repr(value)


_WORDS = {
    "integer": "whole number",
    "number": "number",
    "string": "text",
    "boolean": "true or false",
    "null": "null",
    "object": "table",
}

_RANGES = {
    "minimum": "{} or more",
    "exclusiveMinimum": "more than {}",
    "maximum": "at most {}",
    "exclusiveMaximum": "less than {}",
    "minLength": "at least {} characters",
    "maxLength": "at most {} characters",
    "minItems": "at least {}",
    "maxItems": "at most {}",
    "pattern": "like {}",
}


def _type(noted: Mapping[str, Any], schema: Mapping[str, Any], depth: int = 4) -> str:
    """A property of a JSON schema in words."""
    if depth == 0:
        return "anything"
    if "$ref" in noted:
        inner = schema.get("$defs", {}).get(str(noted["$ref"]).rpartition("/")[2], {})
        return _type(inner, schema, depth - 1)
    if "allOf" in noted:
        return " and ".join(_type(one, schema, depth - 1) for one in noted["allOf"])
    if "anyOf" in noted:
        return " or ".join(dict.fromkeys(_type(one, schema, depth - 1) for one in noted["anyOf"]))
    if "const" in noted:
        return json.dumps(noted["const"])
    if "enum" in noted:
        return " or ".join(json.dumps(choice) for choice in noted["enum"])
    kind = noted.get("type")
    if kind == "array":
        inner = noted.get("items", {})
        words = f"list of {_type(inner, schema, depth - 1)}" if inner else "list"
    else:
        words = _WORDS.get(str(kind), "anything")
    ranges = [text.format(noted[key]) for key, text in _RANGES.items() if key in noted]
    return f"{words} ({', '.join(ranges)})" if ranges else words
