r"""Reward functions for verl.

Name one in the configuration; nothing else is written::

    reward:
      custom_reward_function:
        path: pkg://assay.integrations.verl
        name: acompute_score
        reward_kwargs: {rubric: math+format, unscored: 0.0}

`acompute_score` is the coroutine form, which verl's reward loop prefers: it keeps many completions
under way at once. `compute_score` is the same as a plain function; `compute_score_batch` is for the
legacy manager ``batch``, and `scalar_score` for ``prime``, which takes a dict for a 0. Neither verl
nor torch is imported.

Written against verl 0.9.1. verl calls once a completion with `data_source`, `solution_str`,
`ground_truth` and `extra_info`, in several processes at once, and takes a number or a dict with
``score``. It has no mask: a completion without a score needs a number, so `unscored` has to say
which (or ``raise``, the default, which ends the step). The dict has the same keys for every
completion, since verl takes those of the first: the score; ``assay_scored`` (1 or 0); a
criterion's score under ``assay/KEY``, -1 where it has none, which ``assay/KEY/scored`` says (1 or
0: look at its mean first); and the evidence in ``assay_because``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

from assay.integrations.configured import scorer_for
from assay.integrations.scorer import Scorer, because
from assay.integrations.scoring.flat import flat
from assay.integrations.scoring.missing import A_NUMBER
from assay.model import Reward

__all__ = ["acompute_score", "compute_score", "compute_score_batch", "scalar_score"]

VerlScore: TypeAlias = "dict[str, float | str]"

PASSED_BY_VERL = ("reward_router_address", "reward_model_tokenizer")
"""What the reward loop adds to the call where a reward model is served; not ours."""


async def acompute_score(
    data_source: str,
    solution_str: str,
    ground_truth: Any,
    extra_info: Mapping[str, Any] | None = None,
    **options: Any,
) -> VerlScore:
    """One completion's score, without blocking the event loop while workers judge.

    Args:
        data_source: The row's; readable as ``info.data_source``, so that a switch can choose by it.
        solution_str: The completion.
        ground_truth: Fills `reference` or `tests`: the one that the rubric reads; where it reads
            both, as a switch by data source does, an object (or its JSON text) is tests.
        extra_info: Becomes `info`; its entries `prompt`, `tests`, `steps` and `label` fill the
            fields of their names where the rubric reads them.
        **options: ``reward_kwargs`` of the configuration: `rubric` (by default ``math``),
            `unscored` (``raise`` or a number), `columns`, `timeout_s`, `patience_s`, `workers`,
            `on_invalid`, `max_unscored`, `on_unscored`, `plugins`; see
            `assay.integrations.scorer.Options`.

    Raises:
        ConfigError: an option is out of range, or the row lacks what the rubric needs.
        SampleError: the row is malformed, and `on_invalid` is ``raise``.
        UnscoredError: the completion has no score, and `unscored` is ``raise``.
    """
    scorer = _scorer(options, ("raise", A_NUMBER))
    found = await scorer.ajudge(solution_str, _row(data_source, ground_truth, extra_info))
    return _result(scorer, found, scorer.number(found))


def compute_score(
    data_source: str,
    solution_str: str,
    ground_truth: Any,
    extra_info: Mapping[str, Any] | None = None,
    **options: Any,
) -> VerlScore:
    r"""As `acompute_score`, as a plain function.

    >>> found = compute_score("gsm8k", r"\boxed{18}", "18", {}, rubric="math")
    >>> found["score"], found["assay_scored"]
    (1.0, 1.0)
    """
    scorer = _scorer(options, ("raise", A_NUMBER))
    found = scorer.judge(solution_str, _row(data_source, ground_truth, extra_info))
    return _result(scorer, found, scorer.number(found))


def compute_score_batch(
    data_sources: Sequence[str],
    solution_strs: Sequence[str],
    ground_truths: Sequence[Any],
    extra_infos: Sequence[Mapping[str, Any] | None] | None = None,
    **options: Any,
) -> list[VerlScore]:
    """All completions of a batch at once, for the legacy manager ``batch``.

    Here `unscored` may be ``group_mean`` too: rows of one ``extra_info.index`` (or, where there is
    none, of one ground truth) are a group.
    """
    scorer = _scorer(options, ("raise", "group_mean", A_NUMBER))
    infos = list(extra_infos) if extra_infos is not None else [None] * len(solution_strs)
    rows = [_row(*row) for row in zip(data_sources, ground_truths, infos, strict=True)]
    columns = {name: [row.get(name) for row in rows] for name in {n for row in rows for n in row}}
    rewards = scorer.engine.verify_batch(scorer.rows(list(solution_strs), columns))
    groups = [
        repr((info or {}).get("index", truth))
        for info, truth in zip(infos, ground_truths, strict=True)
    ]
    numbers = scorer.settle(rewards, columns, groups=groups)
    return [_result(scorer, *pair) for pair in zip(rewards, numbers, strict=True)]


def scalar_score(
    data_source: str,
    solution_str: str,
    ground_truth: Any,
    extra_info: Mapping[str, Any] | None = None,
    **options: Any,
) -> float:
    """The number alone, for the legacy manager ``prime``, which makes every reward of a dict a 0.

    **That manager also takes every exception for a 0**, and prints it: a mistake in the options or
    a malformed row does not stop a run there. Write `unscored` as a number, and prefer another
    manager.
    """
    return float(
        compute_score(data_source, solution_str, ground_truth, extra_info, **options)["score"]
    )


def _scorer(options: Mapping[str, Any], can: Sequence[str]) -> Scorer:
    given = {name: value for name, value in options.items() if name not in PASSED_BY_VERL}
    return scorer_for(given, can, where="reward_kwargs", copied=True, truth="ground_truth")


def _row(source: str, truth: Any, info: Mapping[str, Any] | None) -> dict[str, Any]:
    """Verl's arguments as a row of a data set."""
    named = {str(name): value for name, value in (info or {}).items()}
    return {**named, "data_source": source, "ground_truth": truth}


def _result(scorer: Scorer, found: Reward, number: float | None) -> VerlScore:
    row: VerlScore = {"score": float("nan") if number is None else number}
    row.update(flat(scorer.engine, found))
    row["assay_because"] = because(found)
    return row
