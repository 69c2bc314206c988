"""GRPO on GSM8K with rewards from Assay.

pip install "assay[trl]"
python examples/train_trl.py [MODEL] [ROWS.jsonl] [STEPS]
"""

import sys

import torch
from datasets import load_dataset
from trl import GRPOConfig, GRPOTrainer

from assay.integrations.trl import reward


def prompt(row: dict) -> dict:
    ask = f"{row['question']}\nReason step by step; put the final answer into \\boxed{{}}."
    return {"prompt": [{"role": "user", "content": ask}]}


def main(model: str = "Qwen/Qwen2.5-0.5B-Instruct", rows: str = "", steps: str = "500") -> None:
    source = ("json", None) if rows else ("openai/gsm8k", "main")
    data = load_dataset(*source, data_files=rows or None, split="train")
    # GSM8K's `answer` is a solution that ends in "#### 18": math.answer reads it as it is.
    score = reward("math+format", columns={"reference": "answer"}, timeout_s=5.0)
    gpu = torch.cuda.is_available()
    options = {"max_steps": int(steps), "logging_steps": 1, "report_to": "none"}
    config = GRPOConfig("grpo-gsm8k", use_cpu=not gpu, bf16=gpu, **options)
    trainer = GRPOTrainer(model, reward_funcs=score, args=config, train_dataset=data.map(prompt))
    trainer.train()


if __name__ == "__main__":
    main(*sys.argv[1:])
