"""Shards of the ledger; see ``docs/reference/ledger.md``."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from assay.audit.logs.layout import Layout
from assay.plugins.log_readers import LogHead

MARKS = ("run", "writer", "seq", "at", "reward", "status", "terms", "verdicts", "signature")

_JSON = ("label", "completion_chat", "prompt_chat", "reference", "tests", "steps", "turns")
_OWN = ("run", "writer", "host", "pid", "seq", "at", "call", "index", "place", "label_number")


class Ledger:
    """Parquet whose terms are a list with an entry for each criterion."""

    def claims(self, head: LogHead) -> int:
        """The columns that no other writer has."""
        ours = set(MARKS) <= set(head.columns) and "verdict_score" in head.types.get("terms", "")
        return 2 * len(MARKS) if ours else 0

    def layout(self, head: LogHead) -> Layout:
        """Fields under their own names; lengths are counted already."""
        return Layout({"n_chars": (("n_chars",),)}, told=True, own=True)

    def as_row(self, record: Mapping[str, Any]) -> dict[str, Any]:
        """The row that `assay verify` would have written."""
        row = {k: v for k, v in record.items() if k not in _OWN and v is not None}
        for name in _JSON:
            if isinstance(row.get(name), str):
                row[name] = json.loads(row[name])
        for name in ("completion", "prompt"):
            chat = row.pop(f"{name}_chat", None)
            if chat is not None:
                row[name] = chat
        info = json.loads(row.pop("info", "null") or "null")
        exact = json.loads(row.pop("exact", "null") or "null")
        verdicts = json.loads(row.pop("verdicts", "null") or "null")
        terms = {
            t["key"]: {k: t.get(k) for k in ("verifier", "weight", "score", "contribution")}
            for t in row.pop("terms", None) or ()
        }
        reward = {name: record.get(name) for name in ("reward", "status")}
        for name in ("n_chars", "rubric", "rubric_hash", "seconds", "raw", "reward", "status"):
            row.pop(name, None)
        signature = row.pop("signature", None)
        return {
            **(info if isinstance(info, dict) else {}),
            **row,
            **(exact if isinstance(exact, dict) else {}),
            **reward,
            "terms": terms,
            "verdicts": verdicts or {},
            "signature": signature,
        }


READER = Ledger()
