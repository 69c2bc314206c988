"""How much the server holds at a time: bytes of bodies, samples without a reward."""

from __future__ import annotations

import asyncio
import time
from collections import deque


class Room:
    """So many units, given to those who wait in the order in which they came.

    For one event loop. Whoever asks for more than there is gets all of it.
    """

    def __init__(self, size: int) -> None:
        self.size = size
        self.free = size
        self._waiting: deque[tuple[int, asyncio.Future[None]]] = deque()

    def take_now(self, n: int) -> bool:
        """Whether there was room for `n` without waiting; they are then taken."""
        n = min(n, self.size)
        if self._waiting or n > self.free:
            return False
        self.free -= n
        return True

    async def take(self, n: int, until: float) -> bool:
        """Whether `n` were had before `until` (of `time.monotonic`)."""
        if self.take_now(n):
            return True
        n = min(n, self.size)
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((n, turn))
        try:
            await asyncio.wait_for(turn, max(0.0, until - time.monotonic()))
        except TimeoutError:
            return False
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():  # it came as the caller left
                self.give(n)
            raise
        finally:
            self._forget(turn)
        return True

    def give(self, n: int) -> None:
        """Give back what was taken with the same `n`."""
        self.free += min(n, self.size)
        self._serve()

    def _forget(self, turn: asyncio.Future[None]) -> None:
        if not turn.done() or turn.cancelled():
            self._waiting = deque(item for item in self._waiting if item[1] is not turn)
            self._serve()  # a large one has left: smaller ones behind it may fit

    def _serve(self) -> None:
        while self._waiting and self._waiting[0][0] <= self.free:
            n, turn = self._waiting.popleft()
            if not turn.done():
                self.free -= n
                turn.set_result(None)
