"""Scoring a data set of any size again, with Ray Data."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from assay.engine.calls.drivers import SampleOrError
from assay.errors import ConfigError, SampleError
from assay.model import EMPTY, Sample
from assay.ray.shipping import Shipped, engine_here

ADDED = ("reward", "status", "terms", "verdicts", "signature")
"""Columns that rows gain."""


class Rescore:
    """A callable class for `ray.data.Dataset.map_batches`: adds rewards and receipts to rows.

    Rows gain ``reward`` (null where nobody could tell), ``status``, ``terms``, ``verdicts`` (both
    as JSON text) and ``signature``; columns of these names are replaced. `assay audit` reads the
    shards.

    Args:
        rubric: A preset's name, a path that all nodes have, or a dict.
        columns: Field of `Sample` -> column.
        plugins: Texts of one-file plugins: ``assay.ray.shipped(["my.py"])``.
        **options: Of the `Engine`; `workers` is 1 by default.
    """

    def __init__(
        self,
        rubric: Any = "math",
        columns: Mapping[str, str] = EMPTY,
        plugins: Shipped = (),
        **options: Any,
    ) -> None:
        self._engine = engine_here(rubric, plugins, {"workers": 1, **options})
        if self._engine.sees_groups and self._engine.group_size is None:
            self._engine.close()
            raise ConfigError(
                "the rubric compares the completions of a group, which batches of ray.data cut "
                "apart without a word\nfix: group_size=..., so that a torn group is invalid, and "
                "batches of whole groups (groupby, or a batch_size that it divides); or "
                "assay.ray.pool"
            )
        self._columns = dict(columns)

    def __call__(self, batch: dict[str, Any]) -> dict[str, Any]:
        """A batch of columns, with the rewards beside them."""
        import numpy as np
        import pyarrow as pa

        names = list(batch)
        count = len(batch[names[0]]) if names else 0
        rows: list[SampleOrError] = []
        for i in range(count):
            row = {name: _value(batch[name][i]) for name in names if name not in ADDED}
            try:
                rows.append(Sample.from_row(row, self._columns))
            except SampleError as err:
                rows.append(err)
        rewards = self._engine.verify_batch(rows)
        plain = [reward.to_json() for reward in rewards]
        return {
            **{name: batch[name] for name in names if name not in ADDED},
            # null, not NaN, which some readers take for a number; doubles also where all are null
            "reward": pa.array([reward.value for reward in rewards], pa.float64()),
            "status": np.array([one["status"] for one in plain]),
            "terms": np.array([json.dumps(one["terms"]) for one in plain]),
            "verdicts": np.array([json.dumps(one["verdicts"]) for one in plain]),
            "signature": np.array([one["signature"] for one in plain]),
        }


def _value(value: Any) -> Any:
    """A cell of a batch as Python's own."""
    plain = getattr(value, "tolist", None)
    return plain() if plain is not None else value
