"""Every kind of finding is held to the laws of `planted`, or, where it is exact, to the row.

A table of which test does it: a new kind without a line here fails, and so does a line whose test
is gone.
"""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

import pytest

from assay.audit.analyses import all_analyses

HERE = Path(__file__).parent

STATISTICAL: dict[str, tuple[str, str]] = {
    "signal.dead_groups": ("test_intervals_cover", "test_clean_logs_are_quiet"),
    "signal.off_key": ("test_intervals_cover", "test_clean_logs_are_quiet"),
    "budget.outbid": (
        "test_intervals_of_shares_cover",
        "test_logs_at_the_edge_of_outbid_are_quiet",
    ),
    "budget.idle": (
        "test_intervals_of_how_often_a_criterion_varies_cover",
        "test_logs_at_the_edge_of_idle_are_quiet",
    ),
    "budget.against": (
        "test_intervals_of_negative_shares_cover",
        "test_logs_at_the_edge_of_against_are_quiet",
    ),
    "relations.redundant": (
        "test_sizes_of_findings_are_covered",
        "test_noisy_copies_at_the_edge_of_redundant_are_quiet",
    ),
    "relations.contradicts": (
        "test_sizes_of_findings_are_covered",
        "test_pairs_at_the_edge_of_contradiction_are_quiet",
    ),
    "relations.implied": (
        "test_intervals_of_exceptions_cover",
        "test_pairs_at_the_edges_of_implication_are_quiet",
    ),
    "relations.cycles": (
        "test_shares_of_cycles_cover_and_are_quiet_at_the_edge",
        "test_shares_of_cycles_cover_and_are_quiet_at_the_edge",
    ),
    "shaping.reversals": (
        "test_intervals_of_orders_cover",
        "test_orders_at_the_threshold_are_quiet",
    ),
    "shaping.order": ("test_intervals_of_orders_cover", "test_an_order_of_no_meaning_is_quiet"),
    "shaping.regret": ("test_intervals_of_orders_cover", "test_orders_at_the_threshold_are_quiet"),
    "shaping.reuse": ("test_intervals_of_reuse_cover", "test_reuse_at_the_threshold_is_quiet"),
    "shaping.step_count": (
        "test_intervals_of_the_step_count_cover",
        "test_the_step_count_at_the_threshold_is_quiet",
    ),
    "reliability.false_positives": ("test_intervals_cover", "test_clean_logs_are_quiet"),
    "reliability.false_negatives": ("test_intervals_cover", "test_clean_logs_are_quiet"),
    "reliability.uneven": ("test_sizes_of_findings_are_covered", "test_logs_at_the_edge_are_quiet"),
    "reliability.inverted": (
        "test_sizes_of_findings_are_covered",
        "test_logs_at_the_edge_are_quiet",
    ),
    "reliability.margin": (
        "test_a_margin_that_is_lost_is_covered",
        "test_a_margin_that_just_holds_is_quiet",
    ),
    "trends.reward_up_label_down": (
        "test_falls_that_are_told_are_covered",
        "test_clean_logs_are_quiet",
    ),
    "trends.reward_up_key_down": (
        "test_falls_that_are_told_are_covered",
        "test_clean_logs_are_quiet",
    ),
    "trends.length_grows": ("test_intervals_cover", "test_clean_logs_are_quiet"),
    "trends.pass_at_k_falls": (
        "test_the_fall_of_pass_at_k_is_covered",
        "test_sharper_at_the_same_pass_at_k_is_quiet",
    ),
    "length.pays": ("test_intervals_of_slopes_cover", "test_logs_at_the_edge_are_quiet"),
    "length.punishes": ("test_intervals_of_slopes_cover", "test_logs_at_the_edge_are_quiet"),
    "length.truncated": (
        "test_intervals_of_being_cut_off_cover",
        "test_logs_at_the_edge_of_truncation_are_quiet",
    ),
    "errors.unscored": ("test_intervals_cover", "test_clean_logs_are_quiet"),
    "errors.biased": ("test_intervals_cover", "test_clean_logs_are_quiet"),
    "errors.rising": ("test_intervals_cover", "test_clean_logs_are_quiet"),
    "robustness.fragile": ("test_intervals_cover", "test_clean_logs_are_quiet"),
    "counterfactual.orders": ("test_intervals_cover", "test_logs_at_the_threshold_are_quiet"),
    "counterfactual.top": ("test_intervals_cover", "test_logs_at_the_threshold_are_quiet"),
    "counterfactual.outcome": ("test_intervals_cover", "test_outcomes_at_the_threshold_are_quiet"),
    "counterfactual.phases": (
        "test_intervals_of_a_change_of_phase_cover",
        "test_a_harmless_change_of_phase_is_quiet",
    ),
}
"""Kind -> 200 planted logs whose intervals cover, 400 clean ones that are quiet."""

EXACT: dict[str, tuple[str, ...]] = {
    "shaping.refuted": ("test_what_is_not_proved_is_found",),
    "shaping.tie": ("test_what_is_not_proved_is_found",),
    "shaping.not_proved": ("test_a_key_without_levels_leaves_it_not_proved",),
    "shaping.residual": (
        "test_a_potential_kept_at_the_end_is_refuted_at_the_last_turns",
        "test_exact_kinds_raise_no_false_alarm",
    ),
    "shaping.telescoping": (
        "test_a_potential_kept_at_the_end_is_refuted_at_the_last_turns",
        "test_exact_kinds_raise_no_false_alarm",
    ),
    "errors.crashed": ("test_a_crash_is_always_told",),
    "repeats.copies": (
        "test_a_log_several_times_over_is_told_to_the_row",
        "test_a_part_that_a_resumed_run_wrote_again_is_told_to_the_row",
        "test_honest_repeats_are_quiet",
    ),
}
"""Kind without an interval -> what holds it to the row; clean logs, where chance has a part."""


def test_every_kind_has_its_line() -> None:
    kinds = {kind.id for analysis in all_analyses() for kind in analysis.spec.kinds}
    assert kinds == STATISTICAL.keys() | EXACT.keys()
    assert not STATISTICAL.keys() & EXACT.keys()


@cache
def in_the_file_of(analysis: str) -> dict[str, bool]:
    """Test -> whether it is marked slow, of the analysis' own file."""
    tree = ast.parse((HERE / f"test_{analysis}.py").read_text(encoding="utf-8"))
    functions = [node for node in tree.body if isinstance(node, ast.FunctionDef)]
    return {f.name: any("slow" in ast.dump(d) for d in f.decorator_list) for f in functions}


@pytest.mark.parametrize("kind", STATISTICAL)
def test_the_laws_are_tested(kind: str) -> None:
    found = in_the_file_of(kind.partition(".")[0])
    for name in STATISTICAL[kind]:
        assert found[name], f"{name} is not marked slow, so it cannot have its hundreds of logs"


@pytest.mark.parametrize("kind", EXACT)
def test_the_exact_ones_are_tested(kind: str) -> None:
    assert set(EXACT[kind]) <= in_the_file_of(kind.partition(".")[0]).keys()
