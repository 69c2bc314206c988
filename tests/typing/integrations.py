"""Types of what the integrations return, checked by mypy."""

from __future__ import annotations

from typing import assert_type

from assay.integrations.trl import (
    AsyncRewardFunction,
    CriterionFunction,
    RewardFunction,
    areward,
    per_criterion,
    reward,
)


def trl() -> None:
    whole = reward("math", columns={"reference": ("answer", str.strip)}, timeout_s=1.0, workers=2)
    assert_type(whole, RewardFunction)
    assert_type(whole([], [], []), list[float | None])
    assert_type(per_criterion("math+format", name="m", on_invalid="mask"), list[CriterionFunction])
    reward("math", timeout=1.0)  # type: ignore[call-arg]
    reward("math", on_invalid="skip")  # type: ignore[arg-type]


async def atrl() -> None:
    whole = areward("math", plugins=["mine.py"], verifiers=[])
    assert_type(whole, AsyncRewardFunction)
    assert_type(await whole([], [], []), list[float | None])
