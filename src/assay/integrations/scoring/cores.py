"""How much of the machine one copy of a reward function may use, and for how long."""

from __future__ import annotations

import os
import sys

from assay.engine.workers.shared_pools import available_cores
from assay.errors import ConfigError
from assay.printable import brief

START_S = 2.0
"""What the start of a worker may take beside an item, on a machine that trains meanwhile."""

REPLY_S = 1.0
"""How long before the trainer gives up a call ends: its answer has to get there."""


def share_of_cores(copied: bool = False) -> int:
    """Workers for this process.

    The cores of the process divided by ``LOCAL_WORLD_SIZE``, where a launcher says how many
    trainers it started on the machine; else what a Ray actor or task was given (``num_cpus``);
    else one if the trainer makes copies without a word on how many, and all cores if not.

    Args:
        copied: Whether the trainer makes copies of the function in processes of their own.
    """
    cores = available_cores()
    try:
        trainers = int(os.environ["LOCAL_WORLD_SIZE"])
    except (KeyError, ValueError):
        trainers = 0
    if trainers > 0:
        return max(1, cores // trainers)
    given = _given_by_ray()
    if given is not None:
        return max(1, min(cores, int(given)))
    return 1 if copied else cores


def _given_by_ray() -> float | None:
    """Cores of this Ray actor or task; None outside of one. Ray is not imported for it."""
    ray = sys.modules.get("ray")
    try:
        if ray is None or not ray.is_initialized():
            return None
        context = ray.get_runtime_context()
        if context.worker.mode != ray.WORKER_MODE:  # the driver has no share of its own
            return None
        return float(context.get_assigned_resources().get("CPU", 0.0))
    except Exception:  # another release of Ray: not to know the share is not worth a stop
        return None


def budget_within(
    patience_s: float | None, timeout_s: float, budget_s: float | None
) -> float | None:
    """The bound of a call that ends before its trainer gives up on it.

    Args:
        patience_s: After which the trainer gives up, in seconds; None: never.
        timeout_s: Bound of one item: it takes up to twice that and the start of a worker.
        budget_s: Bound of a call as the user wrote it.

    Returns:
        `budget_s`; where that is None, `REPLY_S` less than the patience: completions that wait
        for a worker behind others count, too.

    Raises:
        ConfigError: `timeout_s` or `budget_s` cannot be held within the patience.
    """
    if patience_s is None:
        return budget_s
    if not patience_s > 0.0:
        raise ConfigError(f"patience_s is {brief(patience_s)}, must be None or above 0 seconds")
    if timeout_s * 2 + START_S + REPLY_S > patience_s:
        longest = (patience_s - START_S - REPLY_S) / 2
        fix = (
            f"timeout_s at most {longest:g}"
            if longest > 0.0
            else f"a patience above {START_S + REPLY_S:g} s"
        )
        raise ConfigError(
            f"timeout_s is {timeout_s:g}, which does not fit the {patience_s:g} s that the trainer "
            f"waits: a completion takes up to twice timeout_s and {START_S + REPLY_S:g} s beside it"
            f"\nfix: {fix}; or have the trainer wait longer, and say so with patience_s"
        )
    if budget_s is None:
        return patience_s - REPLY_S
    if budget_s > patience_s:
        raise ConfigError(
            f"budget_s is {budget_s:g}, longer than the {patience_s:g} s that the trainer waits"
            f"\nfix: budget_s at most {patience_s - REPLY_S:g}, or none"
        )
    return budget_s
