"""What the spawned child of a trainer does, in a module that it can import."""

from __future__ import annotations

import asyncio
import inspect
from multiprocessing.connection import Connection
from typing import Any


def call(pipe: Connection, functions: list[Any], batch: dict[str, Any]) -> None:
    """Call each function as asynchronous GRPO does: coroutines awaited, the others in threads."""

    async def score() -> list[list[float | None]]:
        return await asyncio.gather(
            *(
                f(**batch) if inspect.iscoroutinefunction(f) else asyncio.to_thread(f, **batch)
                for f in functions
            )
        )

    pipe.send([[f.__name__ for f in functions], asyncio.run(score())])
