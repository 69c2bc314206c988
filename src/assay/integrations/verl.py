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

import json
from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

from assay import forks
from assay.engine.engine import RubricSource
from assay.errors import ConfigError
from assay.integrations.missing import A_NUMBER, Unscored
from assay.integrations.scorer import Scorer, because
from assay.model import Reward

__all__ = ["acompute_score", "compute_score", "compute_score_batch", "scalar_score"]

Scored: TypeAlias = "dict[str, float | str]"

NO_SCORE = -1.0
"""Stands for a criterion without a score in verl's logs, which take means of numbers only."""

PASSED_BY_VERL = ("reward_router_address", "reward_model_tokenizer")
"""What the reward loop adds to the call where a reward model is served; not ours."""

_lock = forks.Lock()
_scorers: dict[str, Scorer] = {}
"""Options as JSON -> this process's scorer. verl passes the options with every call."""


async def acompute_score(
    data_source: str,
    solution_str: str,
    ground_truth: Any,
    extra_info: Mapping[str, Any] | None = None,
    **options: Any,
) -> Scored:
    """One completion's score, without blocking the event loop while workers judge.

    Args:
        data_source: The row's; readable as ``info.data_source``, so that a switch can choose by it.
        solution_str: The completion.
        ground_truth: Fills `reference` or `tests`: the one that the rubric reads; where it reads
            both, as a switch by data source does, an object (or its JSON text) is tests.
        extra_info: Becomes `info`; its entries `prompt`, `tests`, `steps` and `label` fill the
            fields of their names where the rubric reads them.
        **options: ``reward_kwargs`` of the configuration: `rubric` (by default ``math``),
            `unscored` (``raise`` or a number), `columns`, `timeout_s`, `workers`, `on_invalid`,
            `max_unscored`, `on_unscored`, `plugins`; see `assay.integrations.scorer.Options`.

    Raises:
        ConfigError: an option is out of range, or the row lacks what the rubric needs.
        SampleError: the row is malformed, and `on_invalid` is ``raise``.
        UnscoredError: the completion has no score, and `unscored` is ``raise``.
    """
    scorer = _scorer(options, ("raise", A_NUMBER))
    columns = _columns([data_source], [ground_truth], [extra_info], scorer)
    rewards = await scorer.engine.averify_batch(scorer.rows([solution_str], columns))
    return _results(scorer, rewards, columns)[0]


def compute_score(
    data_source: str,
    solution_str: str,
    ground_truth: Any,
    extra_info: Mapping[str, Any] | None = None,
    **options: Any,
) -> Scored:
    r"""As `acompute_score`, as a plain function.

    >>> found = compute_score("gsm8k", r"\boxed{18}", "18", {}, rubric="math")
    >>> found["score"], found["assay_scored"]
    (1.0, 1.0)
    """
    scorer = _scorer(options, ("raise", A_NUMBER))
    columns = _columns([data_source], [ground_truth], [extra_info], scorer)
    return _results(
        scorer, scorer.engine.verify_batch(scorer.rows([solution_str], columns)), columns
    )[0]


def compute_score_batch(
    data_sources: Sequence[str],
    solution_strs: Sequence[str],
    ground_truths: Sequence[Any],
    extra_infos: Sequence[Mapping[str, Any] | None] | None = None,
    **options: Any,
) -> list[Scored]:
    """All completions of a batch at once, for the legacy manager ``batch``.

    Here `unscored` may be ``group_mean`` too: rows of one ``extra_info.index`` (or, where there is
    none, of one ground truth) are a group.
    """
    scorer = _scorer(options, ("raise", "group_mean", A_NUMBER))
    infos = list(extra_infos) if extra_infos is not None else [None] * len(solution_strs)
    columns = _columns(data_sources, ground_truths, infos, scorer)
    rewards = scorer.engine.verify_batch(scorer.rows(list(solution_strs), columns))
    groups = [
        repr((info or {}).get("index", truth))
        for info, truth in zip(infos, ground_truths, strict=True)
    ]
    return _results(scorer, rewards, columns, groups)


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
    """This process's scorer for these options, made on the first call with them."""
    given = {k: v for k, v in options.items() if k not in PASSED_BY_VERL}
    try:
        key = json.dumps([given, can], sort_keys=True, default=_plain)
    except TypeError as err:
        raise ConfigError(
            f"reward_kwargs cannot be written as JSON: {err}"
            '\nfix: name the rubric by a preset or a path, and verifiers by plugins=["file.py"]'
        ) from err
    with _lock:
        if key not in _scorers:
            made = json.loads(key)[0]
            rubric: RubricSource = made.pop("rubric", "math")
            # Reward loops run in several processes on a machine, and none says how many: one
            # worker each, unless `workers` says otherwise.
            made.setdefault("workers", 1)
            unscored: Unscored | None = made.pop("unscored", None)
            _scorers[key] = _made(rubric, unscored, can, made)
        return _scorers[key]


def _made(
    rubric: RubricSource, unscored: Unscored | None, can: Sequence[str], options: dict[str, Any]
) -> Scorer:
    try:
        return Scorer(rubric, unscored=unscored, can=can, **options)
    except TypeError as err:
        raise ConfigError(
            f"reward_kwargs: {err}"
            "\noptions: rubric, unscored, columns, timeout_s, workers, budget_s, on_invalid, "
            "max_unscored, on_unscored, plugins, name"
        ) from err


def _plain(value: Any) -> Any:
    """OmegaConf's containers, and whatever else is a mapping or a list at heart."""
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, Sequence):
        return list(value)
    raise TypeError(f"{type(value).__name__} is not JSON")


def _columns(
    sources: Sequence[str],
    truths: Sequence[Any],
    infos: Sequence[Mapping[str, Any] | None],
    scorer: Scorer,
) -> dict[str, list[Any]]:
    """Verl's four arguments as the columns of a data set."""
    names = {name for info in infos for name in (info or {})}
    columns = {str(name): [(info or {}).get(name) for info in infos] for name in names}
    columns["data_source"] = list(sources)
    columns["ground_truth"] = list(truths)
    needs = scorer.ready()[1]
    for field in ("reference", "tests"):
        if field in needs.read and field not in names and not scorer.reader.maps(field):
            of_tests = field == "tests"
            only = "reference" not in needs.read or "tests" not in needs.read
            values = [t if only or _is_suite(t) == of_tests else None for t in truths]
            if only or any(value is not None for value in values) or field in needs.required:
                columns[field] = values
    return columns


def _is_suite(truth: Any) -> bool:
    """Whether a ground truth holds tests: an object, or one as text, as columnar files hold it."""
    return isinstance(truth, Mapping) or (isinstance(truth, str) and truth.lstrip()[:1] == "{")


def _results(
    scorer: Scorer,
    rewards: Sequence[Reward],
    columns: Mapping[str, Any],
    groups: Sequence[object] | None = None,
) -> list[Scored]:
    numbers = scorer.settle(rewards, columns, groups=groups)
    keys = [key for key, term in scorer.engine.rubric.blank_terms().items() if term.verifier]
    found: list[Scored] = []
    for reward, number in zip(rewards, numbers, strict=True):
        row: Scored = {"score": float("nan") if number is None else number}
        row["assay_scored"] = float(reward.value is not None)
        for key in keys:
            term = reward.terms.get(key)
            score = None if term is None else term.score
            row[f"assay/{key}"] = NO_SCORE if score is None else score
            row[f"assay/{key}/scored"] = float(score is not None)
        row["assay_because"] = because(reward)
        found.append(row)
    return found
