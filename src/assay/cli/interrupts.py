"""SIGTERM and SIGHUP as exceptions, so that a run which they end still says how far it came."""

from __future__ import annotations

import contextlib
import os
import signal
import stat
import sys
import threading
from collections.abc import Iterator
from types import FrameType
from typing import NoReturn

SIGNALS = [signal.SIGTERM, *([signal.SIGHUP] if hasattr(signal, "SIGHUP") else [])]


class Terminated(KeyboardInterrupt):
    """SIGTERM came, or SIGHUP: whoever watched has gone."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.code = 128 + number
        """As every Unix tool that the signal ends."""


def _raise(number: int, _: FrameType | None) -> NoReturn:
    if number != signal.SIGTERM:
        _leave_terminal()
    raise Terminated(number)


def _leave_terminal() -> None:
    """What is still said goes to files and pipes only: a terminal that hung up takes nothing."""
    from assay.cli.console import output, silence

    for stream in (output(), sys.stderr):
        if stream is None:
            continue
        with contextlib.suppress(OSError, ValueError):  # ValueError: somebody has closed it
            if stat.S_ISCHR(os.fstat(stream.fileno()).st_mode):
                silence(stream)


@contextlib.contextmanager
def signals_raise() -> Iterator[None]:
    """Within it, either signal raises `Terminated` in the main thread; elsewhere nothing changes.

    A signal that is ignored stays so: `nohup` means a run that goes on.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {
        number: signal.signal(number, _raise)
        for number in SIGNALS
        if signal.getsignal(number) is not signal.SIG_IGN
    }
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
