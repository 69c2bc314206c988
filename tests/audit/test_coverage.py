"""Every interval of every table holds the truth as often as it says, from a dozen prompts on.

Planted logs of four kinds: groups of one size, of unequal sizes, with ties and rare events, and
with several groups of a prompt, which are alike. The truth is what the same figure is in a log of
20,000 prompts. Where a table gives no interval, it says that there are too few for one.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
import pytest
from planted import make_frame
from scipy import stats

from assay.audit.analyses import load
from assay.audit.context import Context
from assay.audit.frame import Frame
from assay.findings import Table

ANALYSES = ("signal", "budget", "relations", "shaping", "reliability", "length", "errors")

WHOLE = 20_000
"""Prompts of the log that tells the truth."""

RUNS = 300

LEAST = 0.93
"""Of intervals at 95%, the share that must hold the truth; a binomial test at p < .001."""


def planted(kind: str, prompts: int, seed: int) -> Frame:
    """Three criteria, .7/.2/.1; a key of a prompt's own difficulty, errors that cluster."""
    random = np.random.default_rng(seed)
    sizes = random.choice([2, 3, 4, 8, 16], prompts) if kind == "unequal" else np.full(prompts, 4)
    repeats = random.integers(1, 6, prompts) if kind == "clusters" else np.ones(prompts, int)
    of_group = np.repeat(np.arange(prompts), repeats)
    size = np.repeat(sizes, repeats)
    prompt, group = np.repeat(of_group, size), np.repeat(np.arange(len(of_group)), size)
    n = len(prompt)
    chance, taste = random.beta(0.6, 0.6, prompts)[prompt], random.beta(2, 1, prompts)[prompt]
    answer = (random.random(n) < chance).astype(float)
    if kind == "ties":
        style = (random.random(n) < 0.9).astype(float)
        tags = (random.random(n) < 0.97).astype(float)
    else:
        style = np.clip(0.5 * taste + 0.25 * answer + random.normal(0, 0.2, n), 0, 1)
        tags = (random.random(n) < taste).astype(float)
    misread = np.where(random.random(prompts) < 0.15, 0.5, 0.04)[prompt]
    label = np.where(random.random(n) < misread, 1 - answer, answer)
    length = np.exp(
        random.normal(5, 0.5, n) + 0.3 * style + 0.4 * random.normal(size=prompts)[prompt]
    )
    return make_frame(
        {"answer": answer, "style": style, "tags": tags},
        weights={"answer": 0.7, "style": 0.2, "tags": 0.1},
        prompt=prompt,
        group=group,
        label=label,
        length=length,
        truncated=(length > np.exp(5.6)).astype(np.int8),
    )


def figures(frame: Frame, seed: int) -> dict[Any, tuple[Any, Any, Any]]:
    """Name of a figure -> value and ends, of every table with intervals."""
    found = {}
    for name in ANALYSES:
        for title, table in load(name).run(frame, Context(seed=seed)).tables.items():
            for j in range(1, len(table.columns) - 2):
                first, second = table.columns[j + 1 : j + 3]
                if first.endswith("from") and second.endswith("to"):
                    for row in table.rows:
                        found[name, title, table.columns[j], _label(table, row, j)] = row[j : j + 3]
    return found


def _label(table: Table, row: Any, value: int) -> str:
    return ", ".join(str(row[i]) for i in range(value) if isinstance(row[i], str))


@pytest.mark.slow
@pytest.mark.thorough
@pytest.mark.parametrize("prompts", [12, 25, 40, 100])
@pytest.mark.parametrize("kind", ["equal", "unequal", "ties", "clusters"])
def test_every_interval_holds_the_truth(kind: str, prompts: int) -> None:
    truth = {name: cells[0] for name, cells in figures(planted(kind, WHOLE, 10**6), 0).items()}
    there: Counter[Any] = Counter()
    held: Counter[Any] = Counter()
    for seed in range(RUNS):
        for name, (value, low, high) in figures(planted(kind, prompts, seed), seed).items():
            wanted = truth.get(name)
            # bands of length have other edges in every log, so they are other figures
            if wanted is None or value is None or low is None or name[1] == "bands":
                continue
            there[name] += 1
            held[name] += low - 1e-9 <= wanted <= high + 1e-9
    short = {
        name: held[name] / count
        for name, count in there.items()
        if stats.binomtest(held[name], count, LEAST, alternative="less").pvalue < 0.001
    }
    assert not short
    assert len(there) > 30
