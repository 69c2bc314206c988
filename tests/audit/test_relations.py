"""Relations between criteria within groups: oracles, hand-worked logs, known truths."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from planted import CLEAN, PLANTED, analyse, covers, make_frame, quiet, the
from scipy import optimize, stats

from assay.audit.analyses.relations.analysis import (
    APART,
    CONTRADICTS,
    EXCEPTIONS,
    IMPLIED,
    REDUNDANT,
    SAME,
    TELLS,
)
from assay.audit.analyses.relations.criterion_pairs import CELLS, taken
from assay.audit.analyses.relations.cycles import CYCLES, CYCLES_KIND
from assay.audit.frame import Frame
from assay.audit.groups import Groups
from assay.audit.stats.midranks import group_ranks
from assay.findings import FindingKind, Outcome


def pair(outcome: Outcome, a: str, b: str) -> Mapping[str, Any]:
    table = outcome.tables["pairs"]
    for row in table.rows:
        if {row[0], row[1]} == {a, b}:
            return dict(zip(table.columns, row, strict=True))
    raise AssertionError(f"no pair {a}, {b}")


def implied(outcome: Outcome) -> dict[tuple[str, str], Sequence[Any]]:
    rows = outcome.tables["implied"].rows
    return {tuple(str(r[0]).split(" implies ")): r[1:] for r in rows}  # type: ignore[misc]


# -- oracles --------------------------------------------------------------------------------------

scores = st.lists(st.sampled_from([0.0, 0.25, 0.5, 1.0]), min_size=3, max_size=12)


@given(st.data())
def test_within_one_group_it_is_spearmans(data: st.DataObject) -> None:
    a = data.draw(scores)
    b = data.draw(st.lists(st.floats(0, 1), min_size=len(a), max_size=len(a)))
    n = len(a)
    frame = make_frame({"a": a, "b": b}, np.zeros(n), prompt=np.zeros(n, int))
    b = frame.score("b").tolist()  # a number next to 0 is 0 in a frame
    if len(set(a)) < 2 or len(set(b)) < 2:
        return
    found = pair(analyse("relations", frame), "a", "b")
    assert found["rank correlation"] == pytest.approx(stats.spearmanr(a, b).statistic, abs=1e-12)


@given(
    sizes=st.lists(st.integers(2, 5), min_size=1, max_size=5),
    levels=st.integers(1, 4),
    seed=st.integers(0, 1000),
)
def test_ranks_are_scipys_group_by_group(sizes: list[int], levels: int, seed: int) -> None:
    random = np.random.default_rng(seed)
    values = random.integers(0, levels, sum(sizes)) / 4
    groups = Groups(np.arange(sum(sizes)), np.cumsum([0, *sizes[:-1]]))
    found = group_ranks(groups, values)
    for start, size in zip(groups.starts, sizes, strict=True):
        ranks = stats.rankdata(values[start : start + size])
        expected = (ranks - ranks.mean()) / size
        assert found[start : start + size] == pytest.approx(expected, abs=1e-15)


def test_a_group_with_a_missing_score_counts_for_no_pair_of_it() -> None:
    a = [1, 0, 1, 0, 1, 0]
    b = [1, 0, np.nan, 1, 0, 1]
    c = [1, 0, 1, 0, 0, 1]
    frame = make_frame({"a": a, "b": b, "c": c}, np.zeros(6), prompt=[0, 0, 1, 1, 2, 2])
    outcome = analyse("relations", frame)
    assert pair(outcome, "a", "b")["rank correlation"] == 0  # groups 0 and 2: 1 and -1
    assert pair(outcome, "a", "c")["rank correlation"] == pytest.approx(1 / 3)
    assert pair(outcome, "b", "c")["rank correlation"] == 1


def test_partial_correlations_are_those_of_residuals() -> None:
    """With one group and no ties: what is left of the ranks of a and of b after a regression on
    those of c correlates as the partial correlation says."""
    random = np.random.default_rng(0)
    n = 400
    c = random.random(n)
    a, b = c + 0.5 * random.random(n), c + 0.5 * random.random(n)
    frame = make_frame({"a": a, "b": b, "c": c}, np.zeros(n), prompt=np.zeros(n, int))
    found = pair(analyse("relations", frame), "a", "b")
    ranks = [stats.rankdata(x) for x in (a, b, c)]
    residuals = [r - np.polyval(np.polyfit(ranks[2], r, 1), ranks[2]) for r in ranks[:2]]
    assert found["partial"] == pytest.approx(np.corrcoef(*residuals)[0, 1], abs=1e-9)


# -- what a log may lack --------------------------------------------------------------------------


def test_criteria_that_never_vary_are_left_out() -> None:
    frame = make_frame({"a": [1, 0], "b": [1, 1]}, [1, 0], prompt=[0, 0])
    outcome = analyse("relations", frame)
    assert outcome.tables["pairs"].rows == ()
    assert not outcome.findings


def test_dependent_criteria_have_no_partial_correlations() -> None:
    random = np.random.default_rng(0)
    a, b = random.random(60), random.random(60)
    frame = make_frame({"a": a, "b": b, "c": a}, np.zeros(60), prompt=np.repeat(np.arange(10), 6))
    outcome = analyse("relations", frame)
    assert pair(outcome, "a", "b")["partial"] is None
    assert any("dependent" in note for note in outcome.notes)


@pytest.mark.slow
def test_a_large_log_is_taken_at_equal_strides() -> None:
    k, groups, size = 40, 60_000, 4
    random = np.random.default_rng(0)
    columns = {f"c{j}": (random.random(groups * size) < 0.5) for j in range(k)}
    frame = make_frame(columns, np.zeros(groups * size), prompt=np.repeat(np.arange(groups), size))
    places = taken(frame)
    assert len(places) * size * k <= CELLS
    outcome = analyse("relations", frame)
    assert len(outcome.tables["pairs"].rows) == k * (k - 1) // 2
    assert not outcome.findings
    assert f"{len(places):,} of 60,000 groups" in outcome.notes[0]


# -- findings -------------------------------------------------------------------------------------


def related(seed: int, rho: float, *, prompts: int = 60, size: int = 8, more: int = 0) -> Frame:
    """Two normal criteria of correlation `rho`, and `more` that have nothing to do with them."""
    random = np.random.default_rng(seed)
    n = prompts * size
    x, y = random.normal(size=(2, n))
    columns = {"answer": x, "style": rho * x + np.sqrt(1 - rho**2) * y}
    columns |= {f"more{j}": random.normal(size=n) for j in range(more)}
    return make_frame(
        columns, weights=dict.fromkeys(columns, 1.0), prompt=np.repeat(np.arange(prompts), size)
    )


def truth(rho: float, size: int = 8) -> float:
    """What Spearman's rank correlation of groups of this size is on average.

    Of normal variables, 6 / (pi (n + 1)) * (arcsin rho + (n - 2) arcsin(rho / 2)) (Moran 1948).
    """
    return float(6 / (np.pi * (size + 1)) * (np.arcsin(rho) + (size - 2) * np.arcsin(rho / 2)))


def rho_of(wanted: float, size: int = 8) -> float:
    """The inverse of `truth`."""
    return float(optimize.brentq(lambda rho: truth(rho, size) - wanted, -1, 1))


def test_criteria_that_are_one_are_found() -> None:
    found = the(analyse("relations", related(0, 0.9999, prompts=200)), REDUNDANT.id)
    assert found.subject == ("answer", "style")
    assert found.interval is not None
    assert SAME < found.interval[0] <= found.value <= found.interval[1] <= 1
    twice = make_frame(
        dict.fromkeys("ab", related(0, 0, prompts=100).score("answer")),
        np.zeros(800),
        prompt=np.repeat(np.arange(100), 8),
    )
    assert the(analyse("relations", twice), REDUNDANT.id).value == pytest.approx(1)


def copied(
    seed: int, noise: float, *, passed: float = 0.5, prompts: int = 200, size: int = 8
) -> Frame:
    """A yes-or-no criterion, and another that says the same but for a share of `noise`, where it
    is drawn anew: their correlation is 1 - noise, and of a balanced pair noise / 2 differ."""
    random = np.random.default_rng(seed)
    n = prompts * size
    answer, other = random.random((2, n)) < passed
    twin = np.where(random.random(n) < noise, other, answer)
    columns = {"answer": answer.astype(float), "twin": twin.astype(float)}
    return make_frame(
        columns, weights=dict.fromkeys(columns, 1.0), prompt=np.repeat(np.arange(prompts), size)
    )


def test_a_copy_with_two_percent_of_noise_is_found() -> None:
    found = the(analyse("relations", copied(0, 0.04)), REDUNDANT.id)
    assert found.title == (
        f"answer and twin rank rollouts of a prompt alike: rank correlation {found.value:.2f}"
    )
    assert found.value == pytest.approx(0.96, abs=0.015)
    assert not analyse("relations", copied(0, 0.2)).findings  # one rollout of ten differs


def test_criteria_that_pull_apart_are_found() -> None:
    found = the(analyse("relations", related(0, -0.7)), CONTRADICTS.id)
    assert found.subject == ("answer", "style")
    assert found.severity == "error"
    assert found.value == pytest.approx(truth(-0.7), abs=0.1)
    frame = related(0, -0.7)
    for row in found.rollouts:  # high on the one, low on the other
        group = frame.prompt == frame.prompt[row]
        a, b = (frame.score(c) - frame.score(c)[group].mean() for c in ("answer", "style"))
        assert a[row] * b[row] < 0
    assert the(analyse("relations", related(0, -0.3, prompts=400)), CONTRADICTS.id).severity == (
        "warning"
    )


def test_a_penalty_that_rises_with_the_key_pulls_apart() -> None:
    frame = related(0, 0.7)
    columns = {c: frame.score(c) for c in frame.criteria}
    fined = make_frame(columns, weights={"answer": 1, "style": -0.2}, prompt=frame.prompt)
    assert the(analyse("relations", fined), CONTRADICTS.id).subject == ("answer", "style")
    assert not analyse("relations", frame).findings


def test_few_prompts_raise_nothing() -> None:
    assert not analyse("relations", related(0, -1, prompts=9)).findings
    assert not analyse("relations", related(0, 1, prompts=11)).findings  # none could disagree


def partial_credit(
    seed: int, exceptions: float, fails: float, *, prompts: int = 500, size: int = 6
) -> Frame:
    """Whoever passes `answer` fails `tags` with chance `exceptions`, whoever fails with `fails`."""
    random = np.random.default_rng(seed)
    answer = random.random(prompts * size) < 0.5
    tags = random.random(prompts * size) >= np.where(answer, exceptions, fails)
    columns = {"answer": answer.astype(float), "tags": tags.astype(float)}
    return make_frame(
        columns, weights={"answer": 1, "tags": 0.2}, prompt=np.repeat(np.arange(prompts), size)
    )


def test_an_implied_criterion_is_found() -> None:
    outcome = analyse("relations", partial_credit(0, 0.005, 0.4, prompts=1000))
    found = the(outcome, IMPLIED.id)
    assert found.subject == ("answer", "tags")
    assert found.value == pytest.approx(0.005, abs=0.004)
    frame = partial_credit(0, 0.005, 0.4, prompts=1000)
    for row in found.rollouts:
        assert (frame.score("answer")[row], frame.score("tags")[row]) == (0, 1)
    assert list(implied(outcome)) == [("answer", "tags")]


def test_implication_by_hand() -> None:
    """Groups 0 and 1 count; in group 2 all pass a. Of the 3 that pass a 1 fails b; of the 3 that
    fail a 2 do. Of the 3 that pass b ..."""
    a = [1, 0, 0, 1, 1, 0, 1, 1]
    b = [1, 0, 1, 1, 0, 0, 0, 0]
    frame = make_frame({"a": a, "b": b}, np.zeros(8), prompt=[0, 0, 0, 1, 1, 1, 2, 2])
    from assay.audit.analyses.relations.criterion_pairs import CriterionPairs

    pairs = CriterionPairs(frame, np.arange(3))
    assert pairs.exceptions(0, 1).value == pytest.approx(1 / 3)
    assert pairs.failing(0, 1).value == pytest.approx(2 / 3)
    assert pairs.exceptions(1, 0).value == pytest.approx(1 / 3)


def test_a_criterion_that_all_pass_is_not_called_implied() -> None:
    assert not analyse("relations", partial_credit(0, 0.005, 0.01)).findings


# -- formatter cycles -----------------------------------------------------------------------------


def verdict(orbit: str, *, mended: bool = True) -> dict[str, Any]:
    details: dict[str, Any] = {"orbit": orbit, "edits": 1, "order": ["black", "autopep8"]}
    if orbit == "cycle":
        sides = [
            {"formatter": "black", "rule": "spaces around ':'", "lines": [1]},
            {"formatter": "autopep8", "rule": "E203 no space before ':'", "lines": [1]},
        ]
        details["conflict"] = {"sides": sides, "reconciled": mended}
    return {"verifier": "style.joint@1", "status": "judged", "score": 0.5, "details": details}


def with_cycles(seed: int, share: float, n: int = 400) -> tuple[Frame, Any]:
    random = np.random.default_rng(seed)
    turning = random.random(n) < share
    frame = make_frame(
        {"tests": random.random(n) < 0.5, "style.joint": np.full(n, 0.5)},
        np.zeros(n),
        prompt=np.repeat(np.arange(n // 4), 4),
    )

    def rows(numbers: Sequence[int]) -> list[dict[str, Any]]:
        return [
            {"verdicts": {"style.joint": verdict("cycle" if turning[i] else "fixed")}}
            for i in numbers
        ]

    return frame, rows


def test_cycles_are_counted() -> None:
    frame, rows = with_cycles(0, 0.2)
    outcome = analyse("relations", frame, rows=rows)
    found = the(outcome, CYCLES_KIND.id)
    assert found.value == pytest.approx(0.2, abs=0.06)
    (row,) = outcome.tables["cycles"].rows
    assert row[0] == "black (spaces around ':') against autopep8 (E203 no space before ':')"
    assert row[1] == row[2] == round(found.value * 400)
    assert "It would end" in found.suggestion


def test_a_real_verdict_is_understood() -> None:
    """What style.joint says of a slice on which black and autopep8 disagree for ever."""
    from assay.model import Sample
    from assay.verifiers.code_style.joint import joint

    program = "def tail(xs, n):\n    return xs[n + 1 :]\n"
    noted = joint(None).verify(Sample(f"```python\n{program}```")).to_json()
    assert noted["details"]["orbit"] == "cycle"
    frame, _ = with_cycles(0, 0.5)
    row = {"verdicts": {"s": noted}}
    outcome = analyse("relations", frame, rows=lambda numbers: [row] * len(numbers))
    found = the(outcome, CYCLES_KIND.id)
    assert found.value == 1.0
    assert "E203" in found.title


def test_logs_without_such_verdicts_say_nothing_of_cycles() -> None:
    frame, _ = with_cycles(0, 0.2)
    outcome = analyse("relations", frame, rows=lambda numbers: [{"verdicts": {}}] * len(numbers))
    assert "cycles" not in outcome.tables
    odd = [{"verdicts": {"a": None, "b": {"verifier": "style.joint@1", "details": "cut"}}}, {}]
    outcome = analyse("relations", frame, rows=lambda n: (odd * len(n))[: len(n)])
    assert "cycles" not in outcome.tables
    assert analyse("relations", frame).lacks  # the log has the criterion, but not its rows


# -- laws -----------------------------------------------------------------------------------------


@settings(max_examples=40)
@given(seed=st.integers(0, 1000), k=st.integers(2, 5))
def test_order_and_names_do_not_matter(seed: int, k: int) -> None:
    random = np.random.default_rng(seed)
    n = 48
    columns = {f"c{j}": random.integers(0, 3, n) / 2 for j in range(k)}
    prompt = random.integers(0, 12, n)
    one = analyse("relations", make_frame(columns, np.zeros(n), prompt=prompt))
    order = random.permutation(n)
    turned = {c: columns[c][order] for c in reversed(columns)}
    two = analyse("relations", make_frame(turned, np.zeros(n), prompt=prompt[order], key="c0"))
    assert len(one.tables["pairs"].rows) == len(two.tables["pairs"].rows)
    for row in one.tables["pairs"].rows:
        other = pair(two, str(row[0]), str(row[1]))
        for mine, theirs in zip(row[2:], list(other.values())[2:], strict=True):
            assert (mine is None) == (theirs is None)
            if mine is not None:
                assert mine == pytest.approx(theirs, abs=1e-9)
    assert implied(one).keys() == implied(two).keys()


@settings(max_examples=30)
@given(seed=st.integers(0, 1000))
def test_a_rising_transform_changes_no_rank(seed: int) -> None:
    frame = related(seed, 0.5, prompts=12)
    columns = {c: np.exp(frame.score(c)) for c in frame.criteria}
    other = make_frame(columns, np.zeros(frame.n), prompt=frame.prompt)
    one, two = (analyse("relations", f).tables["pairs"].rows for f in (frame, other))
    assert one == two


# -- known truths ---------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("rho", [-0.5, 0.0, 0.9, 0.985])
def test_intervals_of_rank_correlations_cover(rho: float) -> None:
    found = []
    for seed in range(PLANTED):
        row = pair(analyse("relations", related(seed, rho, prompts=40)), "answer", "style")
        found.append((row["from"], row["to"]))
    covers(found, truth(rho))


@pytest.mark.slow
def test_intervals_of_partial_correlations_cover() -> None:
    found = []
    for seed in range(PLANTED):
        row = pair(analyse("relations", related(seed, 0.6, more=2)), "answer", "style")
        found.append((row["partial from"], row["partial to"]))
    covers(found, truth(0.6))


@pytest.mark.slow
def test_intervals_of_exceptions_cover() -> None:
    found = []
    for seed in range(PLANTED):
        row = implied(analyse("relations", partial_credit(seed, 0.02, 0.5, prompts=150)))
        low, high = row["answer", "tags"][1:3] if ("answer", "tags") in row else (0.0, 1.0)
        found.append((low, high))
    covers(found, 0.02)


@pytest.mark.slow
@pytest.mark.parametrize("prompts", [12, 60])
def test_pairs_at_the_edge_of_redundant_are_quiet(prompts: int) -> None:
    assert CLEAN == 400
    quiet("relations", lambda seed: related(seed, rho_of(SAME), prompts=prompts))


@pytest.mark.slow
@pytest.mark.parametrize("prompts", [12, 60])
def test_pairs_at_the_edge_of_contradiction_are_quiet(prompts: int) -> None:
    quiet("relations", lambda seed: related(seed, rho_of(APART), prompts=prompts))


@pytest.mark.slow
@pytest.mark.parametrize(("passed", "prompts"), [(0.5, 12), (0.5, 200), (0.1, 60), (0.1, 200)])
def test_noisy_copies_at_the_edge_of_redundant_are_quiet(passed: float, prompts: int) -> None:
    """Few rollouts differ, so that a small log may hold none: that proves nothing."""
    quiet("relations", lambda seed: copied(seed, 1 - SAME, passed=passed, prompts=prompts))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("kind", "planted", "size"),
    [
        (REDUNDANT, lambda seed: copied(seed, 0.04), 0.96),
        (REDUNDANT, lambda seed: related(seed, rho_of(0.95), prompts=300), 0.95),
        (CONTRADICTS, lambda seed: related(seed, -0.7), truth(-0.7)),
    ],
    ids=["a copy with noise", "two that are nearly one", "two that pull apart"],
)
def test_sizes_of_findings_are_covered(
    kind: FindingKind, planted: Callable[[int], Frame], size: float
) -> None:
    found = [the(analyse("relations", planted(seed)), kind.id) for seed in range(PLANTED)]
    covers([f.interval for f in found if f.interval], size)


@pytest.mark.slow
def test_many_unrelated_criteria_are_quiet() -> None:
    quiet("relations", lambda seed: related(seed, 0.0, prompts=15, more=6))


@pytest.mark.slow
@pytest.mark.parametrize(("exceptions", "fails"), [(EXCEPTIONS, 0.5), (0.0, TELLS)])
def test_pairs_at_the_edges_of_implication_are_quiet(exceptions: float, fails: float) -> None:
    quiet("relations", lambda seed: partial_credit(seed, exceptions, fails, prompts=300))


@pytest.mark.slow
def test_shares_of_cycles_cover_and_are_quiet_at_the_edge() -> None:
    found, alarms = [], 0
    for seed in range(CLEAN):
        frame, rows = with_cycles(seed, CYCLES)
        outcome = analyse("relations", frame, rows=rows)
        alarms += bool([f for f in outcome.findings if f.id == CYCLES_KIND.id])
    for seed in range(PLANTED):
        frame, rows = with_cycles(seed, 0.2)
        noted = the(analyse("relations", frame, rows=rows), CYCLES_KIND.id)
        assert noted.interval is not None
        found.append(noted.interval)
    covers(found, 0.2)
    assert stats.binomtest(alarms, CLEAN, 0.01, alternative="greater").pvalue > 0.001


@pytest.mark.slow
def test_of_very_many_criteria_those_that_vary_most_are_compared() -> None:
    """Pairs grow with the square: of thousands of criteria nobody would see the end."""
    rng = np.random.default_rng(3)
    scores = {f"c.{i}": (rng.random(80) < 0.5).astype(float) for i in range(300)}
    scores["c.key"] = np.zeros(80)
    scores["c.key"][0] = 1.0  # varies in one group only
    frame = make_frame(
        scores, weights=dict.fromkeys(scores, 1.0), prompt=np.repeat(np.arange(20), 4), key="c.key"
    )
    outcome = analyse("relations", frame)
    assert "Relations of the 60 of 301 criteria that vary most." in outcome.notes
    compared = {name for row in outcome.tables["pairs"].rows for name in row[:2]}
    assert "c.key" in compared
    assert len(compared) <= 60


def flagged(seed: int = 0, prompts: int = 80, size: int = 8) -> tuple[Any, Any, Any, Any]:
    random = np.random.default_rng(seed)
    n = prompts * size
    answer = (random.random(n) < 0.5).astype(float)
    bad = np.where(random.random(n) < 0.9, 1 - answer, answer)  # 1 is bad: cut off, in error
    style = (random.random(n) < 0.5).astype(float)
    return answer, bad, style, np.repeat(np.arange(prompts), size)


def test_what_is_not_paid_does_not_pull_apart() -> None:
    answer, bad, style, prompt = flagged()
    scores = {"answer": answer, "is_truncated": bad, "style": style}
    weights = {"answer": 0.7, "is_truncated": 0.0, "style": 0.3}
    assert not analyse("relations", make_frame(scores, weights=weights, prompt=prompt)).findings


def test_a_flag_whose_1_is_bad_is_no_bonus() -> None:
    """No weights are known; the rewards say that the flag is not paid, or is a penalty."""
    answer, bad, style, prompt = flagged()
    scores = {"answer": answer, "is_truncated": bad, "style": style}
    for penalty in (0.0, 0.4):
        paid = np.maximum(0.0, answer + 0.3 * style - penalty * bad) ** 1.5
        outcome = analyse("relations", make_frame(scores, paid, prompt=prompt))
        assert not [f for f in outcome.findings if f.id == CONTRADICTS.id], penalty
    paid = (answer + 0.6 * bad) ** 1.5  # here it is paid, against the answer
    found = the(analyse("relations", make_frame(scores, paid, prompt=prompt)), CONTRADICTS.id)
    assert found.subject == ("answer", "is_truncated")
