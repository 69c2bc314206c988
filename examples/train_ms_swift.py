"""GRPO with ms-swift and rewards from Assay; rows have `messages` and `solution`.

python examples/train_ms_swift.py MODEL ROWS.jsonl [options of ms-swift]

ms-swift reads this file a second time, as a plugin.
"""

import os
import sys

from assay.integrations.ms_swift import register


def options(model: str, rows: str) -> list[str]:
    return [
        *("--rlhf_type", "grpo"),
        *("--model", model),
        *("--dataset", rows),
        *("--external_plugins", os.path.abspath(__file__)),
        *("--reward_funcs", "assay"),
        *("--num_generations", "8"),
    ]


def main(model: str, rows: str, *more: str) -> None:
    os.execvp("swift", ["swift", "rlhf", *options(model, rows), *more])


if __name__ == "__main__":
    main(*sys.argv[1:])
else:
    # None trains as 0 there. The mean of its group gives a completion without a score no advantage.
    register("assay", "math+format", unscored="group_mean")
