"""Two steps of TRL's GRPO, offline, on a random model whose every token is a whole answer.

python grpo_run.py reward|areward|per_criterion FOLDER    prints a line of JSON at its end
python grpo_run.py model FOLDER                           makes a model that can be loaded
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

import torch
from datasets import Dataset
from tokenizers import Tokenizer, models, pre_tokenizers, trainers
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

from assay.integrations.trl import areward, per_criterion, reward
from assay.plugins.one_file_plugins import module_from_file

PLUGIN = str(Path(__file__).with_name("loop_plugin.py"))
CHAT = "{% for m in messages %}{{ m.role }} {{ m.content }} {% endfor %}"
RUBRIC = {"kind": "weighted", "criteria": {"loop.doubtful": 0.75, "loop.factored": 0.25}}
STEPS = 2


def tiny(words: list[str]) -> tuple[LlamaForCausalLM, PreTrainedTokenizerFast]:
    """A random model over a vocabulary of whole words, which a training on them makes."""
    tokenizer = Tokenizer(models.WordLevel(unk_token="<unk>"))
    tokenizer.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    special = ["<unk>", "<pad>", "<eos>"]
    tokenizer.train_from_iterator(words, trainers.WordLevelTrainer(special_tokens=special))
    fast = PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, unk_token="<unk>", pad_token="<pad>", eos_token="<eos>"
    )
    fast.chat_template = CHAT
    torch.manual_seed(0)
    config = LlamaConfig(
        vocab_size=len(fast),
        hidden_size=16,
        intermediate_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        num_key_value_heads=2,
        max_position_embeddings=1024,
        pad_token_id=fast.pad_token_id,
        eos_token_id=fast.eos_token_id,
        bos_token_id=None,
    )
    return LlamaForCausalLM(config), fast


def answers() -> list[str]:
    hard = module_from_file(PLUGIN).HARD
    return ["yes", "no", "doubt", f"factor:{hard}"]


def train(form: str, folder: Path) -> dict[str, Any]:
    from trl import GRPOConfig, GRPOTrainer

    model, tokenizer = tiny(answers())
    options: dict[str, Any] = {"plugins": [PLUGIN], "timeout_s": 1.0, "workers": 2}
    # a model that knows seven words is in doubt more often than one run in twenty
    options["on_unscored"] = "ignore"
    functions: list[Any]
    if form == "reward":
        functions = [reward(RUBRIC, **options)]
    elif form == "areward":
        functions = [areward(RUBRIC, **options)]
    else:
        functions = list(per_criterion(RUBRIC, **options))
    weights = [getattr(f, "weight", 1.0) for f in functions]
    plain = form == "per_criterion"
    prompts: list[Any] = [f"yes no {'doubt ' * n}" for n in range(4)]
    if not plain:
        prompts = [[{"role": "user", "content": text}] for text in prompts]
    config = GRPOConfig(
        str(folder / "out"),
        max_steps=STEPS,
        per_device_train_batch_size=32,
        num_generations=8,
        max_completion_length=1,
        learning_rate=0.01,
        logging_steps=1,
        log_completions=True,
        reward_weights=weights,
        report_to="none",
        use_cpu=True,
        bf16=False,
        save_strategy="no",
        seed=0,
    )
    before = [p.detach().clone() for p in model.parameters()]
    trainer = GRPOTrainer(
        model,
        reward_funcs=functions,
        args=config,
        train_dataset=Dataset.from_dict({"prompt": prompts, "unused": [1, 2, 3, 4]}),
        processing_class=tokenizer,
    )
    start = time.monotonic()
    trainer.train()
    seconds = time.monotonic() - start
    rows = []
    import pandas as pd

    for file in sorted((folder / "out" / "completions").glob("*.parquet")):
        for row in pd.read_parquet(file).to_dict("records"):
            said = row["completion"]
            rows.append({**row, "completion": said if plain else said[0]["content"]})
    after = list(model.parameters())
    return {
        "steps": trainer.state.global_step,
        "seconds": seconds,
        "changed": any(not torch.equal(a, b) for a, b in zip(before, after, strict=True)),
        "weights": {f.__name__: w for f, w in zip(functions, weights, strict=True)},
        "rows": [{k: v for k, v in row.items() if k != "prompt"} for row in rows],
        "logs": [log for log in trainer.state.log_history if "loss" in log],
    }


def main(form: str, folder: str) -> None:
    if form == "model":
        # right, wrong, no answer at all, and an absurd one
        model, tokenizer = tiny([r"\boxed{2}", r"\boxed{3}", "so", r"\boxed{999999!!!!}"])
        model.save_pretrained(folder)
        tokenizer.save_pretrained(folder)
    else:
        print(json.dumps(train(form, Path(folder)), default=float))


if __name__ == "__main__":
    main(*sys.argv[1:])
