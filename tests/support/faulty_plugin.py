"""A plugin of verifiers that each have one fault; as a distribution, for every way of calling."""

from __future__ import annotations

import errno
import itertools
import os
import sys
import time
from pathlib import Path

from assay import Example, ReferenceUnreadable, Sample, verifier

_count = itertools.count(1)


@verifier(
    "faulty.fine@1",
    cost="inline",
    needs=["reference?"],
    levels=[0, 1],
    examples=[
        Example.full("work", reference="work"),
        Example.zero("other", reference="work"),
    ],
)
def fine(sample: Sample) -> bool:
    """Right where the completion is the reference."""
    return sample.text == sample.reference


@verifier("faulty.unreadable@1", cost="inline", needs=["reference"])
def unreadable(sample: Sample) -> float:
    """Cannot read any reference."""
    raise ReferenceUnreadable(f"the reference {sample.reference!r} cannot be read")


@verifier("faulty.crashes@1", cost="inline")
def crashes(sample: Sample) -> float:
    """Has a bug."""
    raise RuntimeError("a bug of the plugin")


@verifier("faulty.worker_crashes@1")
def worker_crashes(sample: Sample) -> float:
    """Has a bug, in a worker."""
    raise RuntimeError("a bug of the plugin")


@verifier("faulty.hangs@1")
def hangs(sample: Sample) -> float:
    """Never comes back."""
    while True:
        time.sleep(1)


@verifier("faulty.random@1", cost="inline", deterministic=False)
def random(sample: Sample) -> float:
    """Another score each time."""
    return next(_count) % 1000 / 1000


@verifier("faulty.undeclared@1", cost="inline")
def undeclared(sample: Sample) -> float:
    """Reads what it did not declare, by a way that no mark sees."""
    return float(getattr(sample, "".join(["refer", "ence"])) is None)


@verifier("faulty.exits@1", cost="inline")
def exits(sample: Sample) -> float:
    """Would end its caller."""
    sys.exit(7)


@verifier("faulty.worker_exits@1")
def worker_exits(sample: Sample) -> float:
    """Ends its worker, whatever catches it."""
    os._exit(7)


@verifier("faulty.prints@1", cost="inline", needs=["reference?"])
def prints(sample: Sample) -> float:
    """Prints what could pass for a row."""
    print('{"reward": 1.0}')
    return 1.0


@verifier("faulty.no_disk@1", cost="inline")
def no_disk(sample: Sample) -> float:
    """Writes where no room is left."""
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), "/tmp/notes")


@verifier("faulty.worker_no_disk@1")
def worker_no_disk(sample: Sample) -> float:
    """The same in a worker, and says it in words of its own."""
    try:
        return no_disk(sample)
    except OSError as err:
        raise RuntimeError("the analyser failed") from err


@verifier("faulty.no_folder@1", cost="inline")
def no_folder(sample: Sample) -> float:
    """Asks where it stands, and that folder is gone: as `os.getcwd` says it."""
    raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT))


@verifier("faulty.no_file@1", cost="inline")
def no_file(sample: Sample) -> float:
    """Opens a file that a completion may have named."""
    raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), "named.txt")


def install(folder: Path) -> None:
    """This file as an installed distribution, found on the path `folder`."""
    info = folder / "faulty-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: faulty\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[assay]\nfaulty = installed_faulty_plugin\n")
    (folder / "installed_faulty_plugin.py").write_text(Path(__file__).read_text())
