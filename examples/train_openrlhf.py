"""PPO with OpenRLHF and rewards from Assay; rows have `prompt` and `reference`.

python examples/train_openrlhf.py MODEL ROWS.jsonl [options of OpenRLHF]

OpenRLHF reads this file a second time, for `reward_func`.
"""

import os
import sys

from assay.integrations.openrlhf import reward

# OpenRLHF has no mask: a completion without a score gets a number, and `extra_logs.assay_scored`
# says how many there were.
reward_func = reward("math+format", unscored=0.0)


def options(model: str, rows: str) -> list[str]:
    return [
        *("--actor.model_name_or_path", model),
        *("--data.prompt_dataset", rows),
        *("--data.input_key", "prompt"),
        *("--data.label_key", "reference"),
        "--data.apply_chat_template",
        *("--reward.remote_url", os.path.abspath(__file__)),
        *("--rollout.n_samples_per_prompt", "8"),
    ]


def main(model: str, rows: str, *more: str) -> None:
    command = ["-m", "openrlhf.cli.train_ppo_ray", *options(model, rows), *more]
    os.execv(sys.executable, [sys.executable, *command])


if __name__ == "__main__":
    main(*sys.argv[1:])
