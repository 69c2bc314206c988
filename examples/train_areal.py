"""GRPO with AReaL and rewards from Assay; rows have `prompt` and `answer`.

PYTHONPATH=examples python examples/train_areal.py ROWS.jsonl --config CONFIG.yaml [options]

AReaL imports this file a second time, for `score`.
"""

import sys

from datasets import load_dataset

from assay.integrations.areal import reward

# Bounded below the 15 s that AReaL waits, after which it would train on a 0 of its own.
score = reward("math+format", unscored=0.0)


def messages(row: dict) -> dict:
    return {"messages": [{"role": "user", "content": row["prompt"]}]}


def main(rows: str, *options: str) -> None:
    from areal import PPOTrainer
    from areal.api.cli_args import GRPOConfig, load_expr_config

    config, _ = load_expr_config(list(options), GRPOConfig)
    data = load_dataset("json", data_files=rows, split="train").map(messages)
    data = data.select_columns(["messages", "answer"])
    known = {"gconfig": config.gconfig, "tokenizer": config.tokenizer_path}
    with PPOTrainer(config, train_dataset=data) as trainer:
        trainer.train(
            workflow="areal.workflow.rlvr.RLVRWorkflow",
            workflow_kwargs={"reward_fn": "train_areal.score", **known},
        )


if __name__ == "__main__":
    main(*sys.argv[1:])
