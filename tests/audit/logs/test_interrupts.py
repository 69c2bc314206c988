"""Ctrl-C while the database is at work."""

from __future__ import annotations

import os
import signal
import threading
from contextlib import closing

import pytest

from assay.audit.logs.fields.database import connect, interrupts


def test_a_query_that_is_interrupted_is_ctrl_c() -> None:
    later = threading.Timer(0.5, os.kill, (os.getpid(), signal.SIGINT))
    later.start()
    with closing(connect(1)) as db, pytest.raises(KeyboardInterrupt), interrupts():
        db.sql("SELECT sum(sin(range)) FROM range(100_000_000_000)").fetchall()


def test_other_errors_stay_what_they_are() -> None:
    with pytest.raises(RuntimeError, match="ours"), interrupts():
        raise RuntimeError("ours")
