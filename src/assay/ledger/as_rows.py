"""A record of the ledger as the row that `assay verify` would have written."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from assay.model import SAMPLE_FIELDS
from assay.rollouts.columns import with_rewards

_TYPED = ("n_tokens", "finish_reason", "step", "prompt_id", "group_id")
_CHATS = ("completion", "prompt")
_JSON = ("reference", "tests", "steps", "turns", "label", "info")


def as_row(record: Mapping[str, Any]) -> dict[str, Any]:
    """The sample's fields, the entries of its `info` as columns, then the reward's columns.

    Args:
        record: One row of a shard, as `pyarrow` and DuckDB give it: a dict by column.

    >>> from assay.ledger.schema import COLUMNS
    >>> record = {c.name: None for c in COLUMNS}
    >>> record.update(completion="4", reference='"4"', info='{"id":7}', status="scored")
    >>> record.update(reward=1.0, terms=[], verdicts="{}", signature="ab12")
    >>> row = as_row(record)
    >>> row["completion"], row["reference"], row["id"], row["reward"]
    ('4', '4', 7, 1.0)
    """
    exact: dict[str, Any] = _loads(record["exact"]) or {}
    return with_rewards(_row_in(record, exact), _rewards(record, exact))


def _row_in(record: Mapping[str, Any], exact: Mapping[str, Any]) -> dict[str, Any] | None:
    if record["raw"] is not None:
        raw = _loads(record["raw"])
        return raw if isinstance(raw, dict) else None
    if record["completion"] is None:
        return None
    found: dict[str, Any] = {}
    for name in SAMPLE_FIELDS:
        if name == "peers":  # the rows of the same group_id
            continue
        if name in _CHATS and record[f"{name}_chat"] is not None:
            found[name] = _loads(record[f"{name}_chat"])
        elif name in exact:
            found[name] = exact[name]
        elif record[name] is not None:
            found[name] = _loads(record[name]) if name in _JSON else record[name]
    info = found.pop("info", None) or {}
    columns = {name: value for name, value in info.items() if name not in SAMPLE_FIELDS}
    hidden = {name: value for name, value in info.items() if name in SAMPLE_FIELDS}
    if hidden:  # beside a field of that name, or in place of one
        found["info"] = hidden
    return {**found, **columns}


def _rewards(record: Mapping[str, Any], exact: Mapping[str, Any]) -> dict[str, Any]:
    terms = exact.get("terms")
    if terms is None:
        terms = {
            term["key"]: {
                "verifier": term["verifier"],
                "weight": term["weight"],
                "score": term["score"],
                "contribution": term["contribution"],
            }
            for term in record["terms"]
        }
    out = {
        "reward": record["reward"],
        "status": record["status"],
        "terms": terms,
        "verdicts": _loads(record["verdicts"]),
        "signature": exact.get("signature", record["signature"]),
    }
    if record["turns_reward"] is not None:
        out["turns_reward"] = list(record["turns_reward"])
    if record["error"] is not None:
        out["error"] = exact.get("error", record["error"])
    return out


def _loads(text: str | None) -> Any:
    return None if text is None else json.loads(text)
