"""Copies of rows, and honest repeats that are none: known truths."""

from __future__ import annotations

import itertools
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from planted import CLEAN, analyse, make_frame, quiet, the

from assay.audit.analyses.repeats import COPIES, _repeated
from assay.audit.context import Context
from assay.audit.frame import Frame
from assay.audit.logs import read_log
from assay.audit.run import audit
from assay.findings import Outcome

ROW_FIELDS = ("reward", "row_status", "group", "prompt", "step", "label", "length", "file", "line")


def rows_at(frame: Frame, at: Sequence[int] | np.ndarray[Any, Any]) -> Frame:
    """A log of these rows of another, in this order."""
    columns = {name: getattr(frame, name)[at] for name in ROW_FIELDS}
    matrices = {n: getattr(frame, n)[at] for n in ("scores", "contributions", "statuses")}
    return replace(frame, total=0, **columns, **matrices)


def alike(numbers: Sequence[int]) -> list[dict[str, Any]]:
    """Whole rows that differ in nothing: what is reported then rests on their order alone."""
    return [{"completion": "42"} for _ in numbers]


def short(seed: int, *, contents: int = 3, prompts: int = 40, size: int = 8) -> Frame:
    """Completions of a few words: many rollouts of a group come out the same, in any order."""
    random = np.random.default_rng(seed)
    chance = np.repeat(random.dirichlet(np.ones(contents), prompts), size, axis=0)
    said = (random.random(len(chance))[:, None] > chance.cumsum(axis=1)[:, :-1]).sum(axis=1)
    prompt = np.repeat(np.arange(prompts), size)
    return make_frame({"answer": said == 0}, said, prompt=prompt, length=said + 1.0)


def long(seed: int, *, prompts: int = 40, size: int = 8) -> Frame:
    """Completions that never come out the same."""
    random = np.random.default_rng(seed)
    prompt = np.repeat(np.arange(prompts), size)
    score = random.random(prompts * size)
    return make_frame({"answer": score}, score, prompt=prompt, length=random.random(len(score)))


def figures(outcome: Outcome) -> dict[str, Any]:
    return {str(row[0]): row[1] for row in outcome.tables["repeats"].rows}


# -- the chance that honest rollouts look like copies ---------------------------------------------


def repeats_itself(rows: Sequence[Any]) -> bool:
    n = len(rows)
    return any(n % m == 0 and list(rows) == list(rows[: n // m]) * m for m in range(2, n + 1))


@given(st.lists(st.integers(0, 2), min_size=2, max_size=6).filter(lambda c: len(set(c)) > 1))
def test_the_chance_is_the_share_of_orders_that_repeat_themselves(contents: list[int]) -> None:
    """The oracle: every order of a group's rows, looked at. Where two periods are possible at
    once the sum of both is a bound; up to six rows of two contents that is never so."""
    frame = make_frame({"a": contents}, contents, prompt=[0] * len(contents))
    found = _repeated(frame, np.array(contents, np.uint64))
    orders = list(itertools.permutations(contents))
    assert found.expected == pytest.approx(sum(map(repeats_itself, orders)) / len(orders))
    assert (found.times[0] > 1) == repeats_itself(contents)


@pytest.mark.slow
@pytest.mark.parametrize("contents", [2, 3, 6])
@pytest.mark.parametrize(("prompts", "size"), [(40, 8), (12, 4), (200, 2), (3, 16)])
def test_honest_repeats_are_quiet(contents: int, prompts: int, size: int) -> None:
    assert CLEAN == 400

    def clean(seed: int) -> Frame:
        return short(seed, contents=contents, prompts=prompts, size=size)

    quiet("repeats", clean, rows=alike)


def test_a_policy_that_says_one_thing_is_quiet() -> None:
    """Of one content the order tells nothing, however large the groups."""
    frame = short(0, contents=1)
    outcome = analyse("repeats", frame, rows=alike)
    assert not outcome.findings
    noted = figures(outcome)
    assert noted["rows that are like an earlier one of their group in every figure"] == 280
    assert noted["of these, in groups in which all rows are alike"] == 280


# -- copies, to the row ---------------------------------------------------------------------------


@pytest.mark.parametrize("times", [2, 3, 7])
@pytest.mark.parametrize("log", [short, long], ids=["short completions", "long completions"])
def test_a_log_several_times_over_is_told_to_the_row(log: Any, times: int) -> None:
    frame = log(0)
    found = the(analyse("repeats", rows_at(frame, [*range(320)] * times), rows=alike), COPIES.id)
    assert found.value == (times - 1) / times
    assert (found.interval, found.n, found.severity) == (None, 320 * times, "warning")
    assert found.rollouts == (0, 320, 1, 321)
    assert found.title == (
        "the log is 320 rows, and then the same rows again: "
        f"{320 * (times - 1):,} of {320 * times:,} rows are copies"
    )


def test_a_part_that_a_resumed_run_wrote_again_is_told_to_the_row() -> None:
    """Rows 240 to 319, ten groups, stand again at the end."""
    at = [*range(320), *range(240, 320)]
    found = the(analyse("repeats", rows_at(long(0), at), rows=alike), COPIES.id)
    assert found.value == 80 / 400
    assert found.rollouts == (240, 320, 241, 321)
    assert found.title == ("10 groups stand in the log more than once: 80 of 400 rows are copies")


def test_one_long_group_written_twice_is_enough() -> None:
    """Eight different rollouts in the same order again: a chance of 1 in 2,027,025."""
    found = the(
        analyse("repeats", rows_at(long(0), [*range(320), *range(8)]), rows=alike), COPIES.id
    )
    assert found.value == 8 / 328
    assert found.title == "1 group stands in the log more than once: 8 of 328 rows are copies"


def test_one_short_group_in_order_is_chance() -> None:
    """Two of one content and two of another: a third of all orders repeat themselves."""
    frame = make_frame({"a": [1, 0, 1, 0]}, [1, 0, 1, 0], prompt=[0] * 4)
    outcome = analyse("repeats", frame, rows=alike)
    assert not outcome.findings
    assert figures(outcome)["such groups by chance, at most"] == pytest.approx(1 / 3)


def test_the_same_rows_in_another_order_are_no_copies() -> None:
    random = np.random.default_rng(0)
    at = np.concatenate([8 * g + random.permutation(8) for g in range(40)])
    frame = rows_at(short(0), [*range(320), *at])
    assert not analyse("repeats", frame, rows=alike).findings


def test_with_one_rollout_a_prompt_the_order_of_the_log_tells() -> None:
    frame = long(0, prompts=50, size=1)
    found = the(analyse("repeats", rows_at(frame, [*range(50)] * 2), rows=alike), COPIES.id)
    assert found.value == 0.5
    few = rows_at(long(0, prompts=9, size=1), [*range(9)] * 2)
    assert not analyse("repeats", few, rows=alike).findings


def test_rows_that_name_no_group_are_looked_at_together() -> None:
    frame = replace(long(0), group=np.full(320, -1), prompt=np.full(320, -1))
    found = the(analyse("repeats", rows_at(frame, [*range(320)] * 2), rows=alike), COPIES.id)
    assert found.value == 0.5


def test_rows_that_differ_in_a_column_are_no_copies() -> None:
    """Chosen and rejected by turns, and nothing else in the figures: the text tells them apart."""

    def rows(numbers: Sequence[int]) -> list[dict[str, Any]]:
        return [{"reward": 1.0, "completion": f"completion {i}"} for i in numbers]

    turns = make_frame({"a": [1, 0] * 40}, [1, 0] * 40, prompt=np.repeat(np.arange(20), 4))
    outcome = analyse("repeats", turns, rows=rows)
    assert not outcome.findings
    assert outcome.notes == (
        "40 rows repeat others of their group in the same order, alike in every figure, but not "
        "in `completion`: they are taken for rollouts of their own",
    )
    assert the(analyse("repeats", turns, rows=alike), COPIES.id).value == 0.5


def test_without_whole_rows_it_says_so() -> None:
    twice = rows_at(long(0), [*range(320)] * 2)
    outcome = analyse("repeats", twice)
    assert not outcome.findings
    assert any("read_log" in lack for lack in outcome.lacks)
    assert not analyse("repeats", long(0)).lacks


# -- files ----------------------------------------------------------------------------------------


def written(path: Path, steps: Sequence[int], *, ids: bool = False) -> Path:
    """Two prompts a step, four rollouts each."""
    with path.open("w") as file:
        for step in steps:
            random = np.random.default_rng(step)
            for i in range(8):
                score = float(random.integers(0, 2))
                row = {"step": step, "prompt_id": f"{step}-{i // 4}", "reward": score}
                row |= {"completion": "so " * int(random.integers(1, 30)), "scores": {"a": score}}
                file.write(json.dumps({**row, "n": i} if ids else row) + "\n")
    return path


def copies(*paths: Path, **options: Any) -> int:
    with read_log(paths, **options) as log:
        found = audit(log.frame, Context(rows=log.rows)).findings
        return sum(round(f.value * log.frame.n) for f in found if f.id == COPIES.id)


def test_files_that_hold_the_same_rows_are_found(tmp_path: Path) -> None:
    first = written(tmp_path / "a.jsonl", range(20))
    backup = written(tmp_path / "b.jsonl", range(20))
    resumed = written(tmp_path / "c.jsonl", range(15, 30))
    assert copies(first) == 0
    assert copies(first, backup) == 160
    assert copies(first, resumed) == 5 * 8
    both = tmp_path / "both.jsonl"
    both.write_text(first.read_text() + resumed.read_text())
    assert copies(both) == 5 * 8
    assert copies(first, backup, max_rows=100) in range(40, 51)  # half of a sample of groups


def test_a_number_of_the_rollout_keeps_honest_repeats_apart(tmp_path: Path) -> None:
    """Copies have the number of what they copy; four that came out the same have their own."""
    first = written(tmp_path / "a.jsonl", range(20), ids=True)
    backup = written(tmp_path / "b.jsonl", range(20), ids=True)
    assert copies(first, backup) == 160
    greedy = tmp_path / "greedy.jsonl"
    rows = [json.loads(line) for line in first.read_text().splitlines()]
    again = [{**row, "n": row["n"] + 8} for row in rows]
    greedy.write_text("\n".join(json.dumps(row) for row in [*rows, *again]))
    assert copies(greedy) == 0


# -- what copies do to the others -----------------------------------------------------------------


def test_copies_change_no_interval_over_prompts() -> None:
    """They share a prompt with what they copy, and figures are shares and slopes. A hundredth is
    left for rollouts that had no equal to be compared with, and now have their copy."""
    random = np.random.default_rng(0)
    n = 480
    scores = {"answer": random.random(n) < 0.5, "style": random.random(n)}
    prompt = np.repeat(np.arange(60), 8)
    frame = make_frame(
        scores, weights={"answer": 0.8, "style": 0.2}, prompt=prompt, length=random.random(n)
    )
    twice = rows_at(frame, [*range(n)] * 2)
    for name, title in (("budget", "shares"), ("relations", "pairs"), ("length", "slopes")):
        one, two = (analyse(name, f).tables[title] for f in (frame, twice))
        ends = [j for j, c in enumerate(one.columns) if c in ("share", "from", "to", "partial")]
        for row, other in zip(one.rows, two.rows, strict=True):
            for j in ends:
                if row[0] != "RLOO" and isinstance(row[j], float):
                    assert other[j] == pytest.approx(row[j], rel=1e-2, abs=1e-9), (name, row[0])


def test_every_row_is_one_of_what_the_table_counts() -> None:
    frame = short(3)
    noted = figures(analyse("repeats", frame))
    rows = Counter(zip(frame.group.tolist(), frame.reward.tolist(), strict=True))
    again = sum(count - 1 for count in rows.values())
    assert noted["rows that are like an earlier one of their group in every figure"] == again
