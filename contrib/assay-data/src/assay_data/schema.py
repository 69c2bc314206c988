"""``data.json_schema``: is the answer JSON that a schema allows?"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import jsonschema
from assay import ReferenceUnreadable, Sample, Verdict
from jsonschema.protocols import Validator

from assay_data.answers import MISSING, json_of

NAME = "data.json_schema@1"


class JsonSchema:
    """1 where the last JSON of the answer is valid under ``info.schema``, else 0."""

    def __init__(self, params: None = None) -> None:
        """It takes no params."""

    def verify(self, sample: Sample) -> Verdict:
        """Judge one answer.

        Raises:
            ReferenceUnreadable: the row's schema is not a schema.
        """
        validator = _validator(sample.info.get("schema"))
        value = json_of(sample.answer)
        if value is MISSING:
            return Verdict.judged(NAME, 0.0, "no JSON in the answer")
        first = next(iter(validator.iter_errors(value)), None)
        if first is None:
            return Verdict.judged(NAME, 1.0, "the JSON is valid under the schema")
        where = "/".join(map(str, first.absolute_path)) or "the value"
        because = f"{where}: {first.message[:200]}"
        return Verdict.judged(NAME, 0.0, because, feedback=f"The JSON is not valid: {because}")


def _validator(schema: Any) -> Validator:
    if isinstance(schema, str):
        try:
            schema = json.loads(schema)
        except ValueError as err:
            raise ReferenceUnreadable(f"info.schema is not valid JSON: {err}") from None
    if not isinstance(schema, Mapping) or not schema:
        raise ReferenceUnreadable("info.schema is not a JSON Schema: wanted an object")
    plain = json.loads(json.dumps(schema))
    kind = jsonschema.validators.validator_for(plain, default=jsonschema.Draft202012Validator)
    try:
        kind.check_schema(plain)
    except jsonschema.SchemaError as err:
        raise ReferenceUnreadable(
            f"info.schema is not a JSON Schema: {err.message[:200]}"
        ) from None
    return kind(plain)
