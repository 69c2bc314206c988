"""The six rows through ms-swift's own reward step and its own sum over functions; prints JSON.

It is not a test: the test beside it runs it, since ms-swift sets up logs as it is imported.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

sys.path[:0] = [str(Path(__file__).parents[1] / "support")]
from loop_rows import BY_NAME, JUDGED, OPTIONS, RUBRIC, WRITTEN, LoopRow  # noqa: E402

OTHERS = {name: value for name, value in OPTIONS.items() if name != "rubric"}


def main() -> None:
    import torch
    from swift.rewards import orms
    from swift.rl_core.advantage import compute_advantages
    from swift.rl_core.data import GRPOSample
    from swift.rl_core.grpo_algorithm import score_completions

    from assay.integrations.ms_swift import register

    def sample(row: LoopRow, prompt_id: str | None) -> Any:
        said = [
            {"role": "user", "content": row.prompt},
            {"role": "assistant", "content": row.completion},
        ]
        known = {"messages": said, "prompt_id": prompt_id}
        columns = {"solution": row.truth, "data_source": row.data_source}
        return GRPOSample.from_row({**known, **columns})

    def step(unscored: Any, rows: list[LoopRow], prompt_id: str | None = "p") -> Any:
        register("assay", RUBRIC, unscored=unscored, max_unscored=1.0, **OTHERS)
        samples = [sample(row, prompt_id) for row in rows]
        try:
            paid = score_completions(
                samples, [orms["assay"](args=None)], None, False, torch.device("cpu")
            )
        except Exception as err:
            return type(err).__name__
        return paid[:, 0].tolist()

    rows = [*JUDGED, BY_NAME["undecided"]]
    found = {
        "written": step(WRITTEN, rows),
        "mean": step("group_mean", rows),
        "no group known": step("group_mean", rows, None),
        "raise": step("raise", rows),
        "malformed": step(WRITTEN, [BY_NAME["malformed"]]),
    }
    means = torch.tensor([found["mean"]]).T
    advantages, _ = compute_advantages(
        rewards_per_func=means, reward_weights=torch.ones(1), num_generations=5,
        advantage_estimator="grpo", scale_rewards="none", kl_in_reward=False, beta=0.0,
        kl_values=None,
    )  # fmt: skip
    found["advantages"] = advantages.tolist()
    print(json.dumps(found))


if __name__ == "__main__":
    main()
