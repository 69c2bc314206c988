"""Offers Assay's own log readers, through the hook that everyone else uses."""

from __future__ import annotations

from assay.plugins.log_readers import LogReaderSpec
from assay.plugins.markers import hookimpl

_READERS = "assay.audit.logs.readers"

SPECS = (
    LogReaderSpec("assay", "Rows that `assay verify` wrote", f"{_READERS}.assay:READER"),
    LogReaderSpec("ledger", "Shards of Assay's ledger", f"{_READERS}.ledger:READER"),
    LogReaderSpec("trl", "Completions files of TRL's GRPO trainer", f"{_READERS}.trl:READER"),
    LogReaderSpec("verl", "Rollout dumps of verl", f"{_READERS}.verl:READER"),
    LogReaderSpec("openrlhf", "Scored samples of OpenRLHF", f"{_READERS}.openrlhf:READER"),
    LogReaderSpec(
        "verifiers", "Traces of PrimeIntellect's verifiers", f"{_READERS}.verifiers:TRACES_READER"
    ),
    LogReaderSpec(
        "verifiers_results",
        "Results of verifiers before version 1",
        f"{_READERS}.verifiers:RESULTS_READER",
    ),
    LogReaderSpec("inspect", "Logs of inspect_ai", f"{_READERS}.inspect_logs:READER"),
    LogReaderSpec(
        "lists",
        "A list of completions a row (ms-swift, Qwen2.5-Math, Atropos)",
        f"{_READERS}.lists:READER",
    ),
    LogReaderSpec("lm_eval", "Samples of lm-eval", f"{_READERS}.evaluations:LM_EVAL_READER"),
    LogReaderSpec("evals", "Events of OpenAI's evals", f"{_READERS}.evaluations:EVALS_READER"),
    LogReaderSpec("skyrl", "Evaluations of SkyRL", f"{_READERS}.trainers:SKYRL_READER"),
    LogReaderSpec("slime", "Samples of slime, as JSON", f"{_READERS}.trainers:SLIME_READER"),
    LogReaderSpec("areal", "Trajectories of AReaL", f"{_READERS}.trainers:AREAL_READER"),
    LogReaderSpec("nemo_gym", "Rollouts of NeMo-Gym", f"{_READERS}.trainers:NEMO_GYM_READER"),
    LogReaderSpec("rllm", "Episodes of rLLM", f"{_READERS}.trainers:RLLM_READER"),
    LogReaderSpec("wandb", "Tables of W&B", f"{_READERS}.tables_of_runs:WANDB_READER"),
    LogReaderSpec("weave", "Scored calls of Weave", f"{_READERS}.tables_of_runs:WEAVE_READER"),
    LogReaderSpec("columns", "Any rows with a reward or scores", f"{_READERS}.any_columns:READER"),
)


@hookimpl
def assay_log_readers() -> list[LogReaderSpec]:
    """The built-in readers."""
    return list(SPECS)
