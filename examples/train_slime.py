"""GRPO with slime and rewards from Assay; rows have `prompt` and `reference`.

cd slime; python .../examples/train_slime.py ROWS.jsonl [options of slime: model, optimiser, ...]

slime imports this file a second time, for the two functions.
"""

import os
import sys

from assay.integrations.slime import post_process, reward

score = reward("math+format", unscored="mask")

OPTIONS = [
    *("--custom-rm-path", "train_slime.score"),
    # Keeps what is masked out of its group's mean as well: slime by itself does not.
    *("--custom-reward-post-process-path", "train_slime.post_process"),
    *("--input-key", "prompt"),
    *("--label-key", "reference"),
    "--apply-chat-template",
    *("--n-samples-per-prompt", "8"),
]


def main(rows: str, *more: str) -> None:
    here = os.path.dirname(os.path.abspath(__file__))
    paths = os.pathsep.join([here, os.environ.get("PYTHONPATH", "")])
    command = [sys.executable, "train.py", "--prompt-data", rows, *OPTIONS, *more]
    os.execve(sys.executable, command, {**os.environ, "PYTHONPATH": paths})


if __name__ == "__main__":
    main(*sys.argv[1:])

__all__ = ["post_process", "score"]
