"""GRPO with verl and rewards from Assay; rows have `prompt` and `reference`.

python examples/train_verl.py MODEL ROWS.jsonl [options of verl]
"""

import os
import sys

from datasets import load_dataset

REWARD = "reward.custom_reward_function"
OPTIONS = [
    "algorithm.adv_estimator=grpo",
    "actor_rollout_ref.rollout.name=vllm",
    "actor_rollout_ref.rollout.n=8",
    "actor_rollout_ref.actor.use_dynamic_bsz=True",
    # A coroutine: many completions are judged at once. verl has no mask, so a number is written.
    f"{REWARD}.path=pkg://assay.integrations.verl",
    f"{REWARD}.name=acompute_score",
    f"+{REWARD}.reward_kwargs={{rubric: math+format, unscored: 0.0}}",
]


def verl_row(row: dict) -> dict:
    prompt = [{"role": "user", "content": row["prompt"]}]
    truth = {"style": "rule", "ground_truth": row["reference"]}
    return {"data_source": "math", "prompt": prompt, "reward_model": truth}


def main(model: str, rows: str, *more: str) -> None:
    data = load_dataset("json", data_files=rows, split="train")
    data.map(verl_row, remove_columns=data.column_names).to_parquet("train.parquet")
    files = [f"data.{name}_files=train.parquet" for name in ("train", "val")]
    options = [f"actor_rollout_ref.model.path={model}", *files, *OPTIONS, *more]
    os.execv(sys.executable, [sys.executable, "-m", "verl.trainer.main_ppo", *options])


if __name__ == "__main__":
    main(*sys.argv[1:])
