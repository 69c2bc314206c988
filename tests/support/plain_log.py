"""A log of `assay verify` read by plain Python, row by row: what the readers are held to."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from assay.audit.frame import ROW_STATUSES, STATUSES, Frame

NAN = math.nan


def write_rows(path: Path, rows: Sequence[Mapping[str, Any]]) -> Path:
    """The rows as JSONL, NaN and all."""
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def number(value: Any) -> float:
    """A JSON number or bool as a double; anything else is not there."""
    if isinstance(value, bool | int | float) and math.isfinite(value):
        return float(value)
    return NAN


def term(row: Mapping[str, Any], key: str, name: str) -> Any:
    return ((row.get("terms") or {}).get(key) or {}).get(name)


def status(row: Mapping[str, Any], key: str) -> int:
    verdicts = row.get("verdicts") or {}
    said = (verdicts.get(key) or {}).get("status")
    if said is None:  # judged once a turn: the first that was not judged
        turns = [v for k, v in verdicts.items() if k.rpartition("#")[0] == key]
        others = [v["status"] for v in turns if v["status"] != "judged"]
        said = others[0] if others else turns[0]["status"] if turns else None
    return STATUSES.index(said) if said in STATUSES else -1


def score(row: Mapping[str, Any], key: str) -> float:
    if status(row, key) > 0:
        return NAN
    used = number(term(row, key, "score"))
    if not math.isnan(used):
        return used
    return number(((row.get("verdicts") or {}).get(key) or {}).get("score"))


def text_of(value: Any) -> str | None:
    if value is None or value == "":
        return None
    return value if isinstance(value, str) else json.dumps(value, separators=(",", ":"))


def group_of(row: Mapping[str, Any], names: str) -> Any:
    columns = {"g": "group_id", "i": "prompt_id", "p": "prompt"}
    for name in names:
        value = text_of(row.get(columns[name]))
        if value is not None:
            return name, value
    return None


def partition(keys: Sequence[Any]) -> list[int]:
    """Numbers of the different keys in the order of their first appearance; -1 for None."""
    seen: dict[Any, int] = {}
    return [-1 if k is None else seen.setdefault(k, len(seen)) for k in keys]


def same(found: Any, wanted: Any) -> None:
    """Equal, NaN with NaN."""
    np.testing.assert_array_equal(np.asarray(found), np.asarray(wanted))


def check(frame: Frame, rows: Sequence[Mapping[str, Any]]) -> None:
    """Assert that the frame holds these rows, and nothing else."""
    assert frame.n == len(rows)
    keys: dict[str, None] = {}
    for row in rows:
        for key in [*(row.get("terms") or {}), *(row.get("verdicts") or {})]:
            if not key.rpartition("/")[2].startswith("("):
                keys.setdefault(key.rpartition("#")[0] if "#" in key else key)
    assert set(frame.criteria) == set(keys)
    same(frame.reward, [number(r.get("reward")) for r in rows])
    for key in frame.criteria:
        i = frame.criteria.index(key)
        same(frame.score(key), [score(r, key) for r in rows])
        same(frame.contributions[:, i], [number(term(r, key, "contribution")) for r in rows])
        same(frame.statuses[:, i], [status(r, key) for r in rows])
        weights = {number(term(r, key, "weight")) for r in rows} - {NAN}
        weights = {w for w in weights if not math.isnan(w)}
        wanted = weights.pop() if len(weights) == 1 else None
        assert frame.weights.get(key) == wanted
    said = [r.get("status") for r in rows]
    guess = [0 if not math.isnan(number(r.get("reward"))) else 1 for r in rows]
    pairs = zip(said, guess, strict=True)
    same(frame.row_status, [ROW_STATUSES.index(s) if s in ROW_STATUSES else g for s, g in pairs])
    steps = [number(r.get("step")) for r in rows]
    same(frame.step, steps)
    at = [None if math.isnan(s) else s for s in steps]
    keys_of = [group_of(r, "gip") for r in rows]
    groups = [None if k is None else (k, s) for k, s in zip(keys_of, at, strict=True)]
    same(frame.group, partition(groups))
    same(frame.prompt, partition([group_of(r, "ipg") for r in rows]))
    tokens = [number(r.get("n_tokens")) for r in rows]
    texts = [r.get("completion") for r in rows]
    noted = [t is None or not math.isnan(n) for t, n in zip(texts, tokens, strict=True)]
    if all(noted) and not all(math.isnan(n) for n in tokens):
        assert frame.length_unit == "tokens"
        same(frame.length, tokens)
    else:
        assert frame.length_unit == "characters"
        same(frame.length, [NAN if t is None else float(len(t)) for t in texts])
    paid = [r.get("turns_reward") or [] for r in rows]
    if any(paid):
        assert frame.turns is not None
        same(frame.turns.offsets, np.cumsum([0, *map(len, paid)]))
        same(frame.turns.rewards, [number(p) for turns in paid for p in turns])
        for key, values in frame.turns.scores.items():
            wanted_turns = [
                number(((r.get("verdicts") or {}).get(f"{key}#{t}") or {}).get("score"))
                for r, turns in zip(rows, paid, strict=True)
                for t in range(len(turns))
            ]
            same(values, wanted_turns)
    else:
        assert frame.turns is None
    assert frame.totals is not None
    assert frame.totals.rows == frame.total == len(rows)
    assert sum(frame.totals.row_status.values()) == len(rows)
    assert sum(frame.totals.step_rows) == len(rows)
