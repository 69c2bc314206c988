"""An environment of several turns for SkyRL, with rewards from Assay.

python examples/train_skyrl.py

plays an episode. A training script calls `add` before it makes its trainer, in the same process;
rows then have ``env_class: assay`` and ``reward_spec.ground_truth``.
"""

import skyrl_gym
from skyrl_gym.envs import register

# skyrl-gym has no mask: a turn without a score gets a number; plot `assay_unscored`.
CONFIG = {"rubric": "math+format", "unscored": 0.0, "max_turns": 3}


def add() -> None:
    register(id="assay", entry_point="assay.integrations.skyrl:AssayEnv")


def main() -> None:
    add()
    row = {"reward_spec": {"method": "rule", "ground_truth": "18"}}
    env = skyrl_gym.make("assay", env_config=CONFIG, extras=row)
    env.init([{"role": "user", "content": "What are nine and nine? Box the answer."}])
    for said in ("I think it is 17.", "Sorry: 18.", r"So it is \boxed{18}."):
        turn = env.step(said)
        heard = [message["content"] for message in turn["observations"]]
        print(f"{turn['reward']:+.2f}   {said}   {' '.join(heard)}")
        if turn["done"]:
            break
    print(f"{env.get_metrics()['assay_value']:+.2f}   the value at the end: the sum of the turns")


if __name__ == "__main__":
    main()
