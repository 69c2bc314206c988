"""The command ``assay``, also as ``python -m assay``: imported before all that it needs.

Imports take most of the time of a short command. Ctrl-C within them would end in a traceback
through somebody else's module; here it ends the command quietly, as it does later.
"""

import os
import signal
from types import FrameType
from typing import NoReturn

from assay.cli.exits import INTERRUPTED


def _leave(_: int, __: FrameType | None) -> NoReturn:
    # at once: nothing has begun that had to end, and an import may swallow an exception
    os._exit(INTERRUPTED)


def main() -> None:
    """Import the command line and run it; leaves the process with its exit code."""
    asked = signal.getsignal(signal.SIGINT) is signal.default_int_handler  # else it is ignored
    if asked:
        signal.signal(signal.SIGINT, _leave)
    from assay.cli.main import main as run

    if asked:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    run()


if __name__ == "__main__":
    main()
