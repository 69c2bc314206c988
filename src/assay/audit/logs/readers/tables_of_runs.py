"""Tables and traces that experiment trackers export.

W&B (``wandb.Table``, saved as ``<name>.table.json``): one object with ``columns`` and ``data``, a
list for each row. Weave (the export of calls as JSONL): a call a line with ``op_name``, ``inputs``
and ``output``; of an evaluation, ``output`` holds ``scores`` and the model's ``output``. Both are
from descriptions, not from the code that writes them.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from assay.audit.logs.readers.by_row import (
    is_number,
    items,
    last_text,
    lines,
    number,
    present,
    table,
)
from assay.audit.logs.readers.lists import NO_CRITERIA, PROMPTS, REFERENCES, REWARDS, STEPS, TEXTS
from assay.errors import RolloutsError
from assay.plugins.log_readers import LogHead
from assay.printable import in_line

CALL = ("op_name", "inputs", "output")


class Wandb:
    """A row of the table is a row."""

    guess = (
        "the columns of the table: `reward` or `score` is the reward, else the sum of the other "
        "columns of numbers, which are the criteria"
    )

    def claims(self, head: LogHead) -> int:
        """One object that begins with ``columns`` and ``data``."""
        start = head.start.lstrip()
        if start[:1] != b"{" or set(head.columns) - {"columns", "data", "ncols", "nrows"} - TYPES:
            return 0
        return 4 if b'"columns"' in start[:65536] and b'"data"' in start else 0

    def rows(self, path: str) -> Iterator[tuple[int, Mapping[str, Any]]]:
        """Numbered from 1: a table has no lines."""
        try:
            with open(path, "rb") as file:
                held = json.loads(file.read().decode("utf-8", "surrogatepass"))
        except (OSError, RecursionError) as err:
            raise RolloutsError(f"{in_line(path)}: cannot be read: {err}") from err
        columns = [str(name) for name in items(table(held).get("columns"))]
        rows = [row for row in items(table(held).get("data")) if isinstance(row, list)]
        numbers = [
            name
            for j, name in enumerate(columns)
            if name not in NO_CRITERIA
            and any(is_number(row[j]) for row in rows if j < len(row))
            and all(row[j] is None or is_number(row[j]) for row in rows if j < len(row))
        ]
        for place, row in enumerate(rows, 1):
            yield place, _named(dict(zip(columns, row, strict=False)), numbers)


TYPES = frozenset({"column_types", "_type", "log_mode", "artifact_path", "path", "sha256", "size"})


def _named(row: Mapping[str, Any], numbers: list[str]) -> dict[str, Any]:
    def first(names: tuple[str, ...]) -> Any:
        return next((row[name] for name in names if row.get(name) is not None), None)

    scores = {n: s for n in numbers if (s := number(row.get(n))) is not None}
    reward = number(first(REWARDS))
    if reward is None and scores and not any(name in row for name in REWARDS):
        reward = sum(scores.values())
    known = {*TEXTS, *PROMPTS, *REFERENCES}
    beside = {n: v for n, v in row.items() if n not in known and isinstance(v, str)}
    return present(
        {
            **beside,
            "prompt": first(PROMPTS),
            "completion": first(TEXTS),
            "reference": first(REFERENCES),
            "reward": reward,
            "scores": scores or None,
            "step": number(first(STEPS)),
        }
    )


class Weave:
    """A scored call is a row."""

    guess = (
        "each call with scores is a row; scores are the criteria, and the reward where there is one"
    )

    def claims(self, head: LogHead) -> int:
        """The keys of a call."""
        return 4 if head.form == "jsonl" and set(CALL) <= set(head.columns) else 0

    def rows(self, path: str) -> Iterator[tuple[int, Mapping[str, Any]]]:
        """Calls of an evaluation; others, which nobody scored, are left out."""
        for line, call in lines(path):
            output, inputs = table(call.get("output")), table(call.get("inputs"))
            scores = dict(_flat(table(output.get("scores")), ""))
            if not scores:
                continue
            example = table(inputs.get("example")) or inputs

            def first(names: tuple[str, ...], held: Mapping[str, Any] = example) -> Any:
                return next((held[n] for n in names if held.get(n) is not None), None)

            said = output.get("output", output.get("model_output"))
            text = said if isinstance(said, str) else last_text(said) or json.dumps(said)
            yield (
                line,
                present(
                    {
                        "prompt": first(PROMPTS),
                        "prompt_id": first(("id", "example_id")),
                        "completion": None if said is None else text,
                        "reference": first((*REFERENCES, "expected")),
                        "reward": next(iter(scores.values())) if len(scores) == 1 else None,
                        "scores": scores,
                    }
                ),
            )


def _flat(held: Mapping[str, Any], before: str) -> Iterator[tuple[str, float]]:
    for name, value in held.items():
        score = number(value)
        if score is not None:
            yield f"{before}{name}", score
        elif isinstance(value, Mapping):
            yield from _flat(value, f"{before}{name}.")


WANDB_READER = Wandb()
WEAVE_READER = Weave()
