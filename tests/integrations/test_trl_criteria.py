"""A reward function for each criterion: they add up, and one run serves all."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from assay import SampleError
from assay.integrations.trl import per_criterion, reward

from .test_trl import PLUGIN, batch, weighted


def total(functions: list[Any], values: list[list[float | None]]) -> list[float | None]:
    """As TRL adds up: None in every function masks, else None counts nothing."""
    out: list[float | None] = []
    for row in zip(*values, strict=True):
        seen = [f.weight * v for f, v in zip(functions, row, strict=True) if v is not None]
        out.append(sum(seen) if seen else None)
    return out


GATE = {"kind": "gate", "gate": "loop.doubtful", "then": "loop.length", "floor": 0.25}
SWITCH = {
    "kind": "switch",
    "on": "info.kind",
    "cases": {"a": weighted(right=1), "b": weighted(doubtful=3, length=1)},
}


@pytest.mark.parametrize(
    "rubric",
    [weighted(doubtful=0.75, length=-0.25), {**weighted(doubtful=3, length=1), "normalise": True},
     {"kind": "weighted", "criteria": {"a": weighted(doubtful=2), "loop.length": 1}}, GATE, SWITCH],
    ids=["weights", "normalised", "nested", "gate", "switch"],
)  # fmt: skip
@pytest.mark.parametrize("contributions", [False, True])
def test_the_criteria_add_up_to_the_rubric(rubric: Any, contributions: bool) -> None:
    rows = batch("yes", "no", "doubt", "18", reference=["18"] * 4, kind=["b", "b", "b", "a"])
    whole = reward(rubric, plugins=[PLUGIN])(**rows)
    functions = per_criterion(rubric, plugins=[PLUGIN], contributions=contributions)
    if contributions:
        assert {f.weight for f in functions} == {1.0}
    values = [f(**rows) for f in functions]
    assert total(functions, values) == pytest.approx(whole)
    assert [v[2] for v in values] == [None] * len(functions)
    assert len({f.__name__ for f in functions}) == len(functions)


def test_names_and_weights_of_the_criteria() -> None:
    functions = per_criterion("math+format")
    assert [(f.__name__, f.weight) for f in functions] == [
        ("math.answer", 0.95),
        ("format.boxed", 0.05),
    ]
    assert per_criterion("math+format", name="m")[0].__name__ == "m/math.answer"
    values = [f(**batch(r"\boxed{18}", "18", reference=["18"] * 2)) for f in functions]
    assert values == [[1.0, 1.0], [1.0, 0.0]]


def test_a_criterion_that_a_switch_leaves_out_is_none_for_that_row_alone() -> None:
    rows = batch("yes", "18", reference=["18"] * 2, kind=["b", "a"])
    values = {f.__name__: f(**rows) for f in per_criterion(SWITCH, plugins=[PLUGIN])}
    assert values == {
        "a/loop.right": [None, 1.0],
        "b/loop.doubtful": [1.0, None],
        "b/loop.length": [0.5, None],
    }


def test_one_run_serves_all_criteria_and_logs_once() -> None:
    """A verifier that changes its mind would otherwise leave rows half masked."""
    functions = per_criterion(weighted(flip=1, length=1), plugins=[PLUGIN])
    logged: list[str] = []
    for _ in range(4):
        rows = batch("a", "b", "c", log_extra=lambda column, values: logged.append(column))
        first, second = (f(**rows) for f in functions)
        assert [v is None for v in first] == [v is None for v in second]
    assert logged == ["assay/because"] * 4


def test_several_batches_under_way_in_threads_are_not_mixed_up() -> None:
    functions = per_criterion(weighted(flip=1, length=1), plugins=[PLUGIN])
    results: dict[tuple[int, int], list[bool]] = {}

    def ask(i: int, j: int, rows: dict[str, Any]) -> None:
        results[i, j] = [v is None for v in functions[j](**rows)]

    threads = []
    for i in range(8):
        rows = batch("a", "b", "c")  # equal batches, each a list of its own
        threads += [threading.Thread(target=ask, args=(i, j, rows)) for j in (0, 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(results[i, 0] == results[i, 1] for i in range(8))


def test_an_error_reaches_every_criterion_and_nothing_is_kept() -> None:
    options: dict[str, Any] = {"plugins": [PLUGIN], "columns": {"reference": "answer"}}
    functions = per_criterion(weighted(right=1, length=1), **options)
    bad, good = batch("18", answer=["???"]), batch("18", answer=["18"])
    for f in functions:
        with pytest.raises(SampleError, match="cannot be read"):
            f(**bad)
    assert [f(**good) for f in functions] == [[1.0], [0.5]]
    assert functions[0]._shared._batches == []
