"""A verifier that does what the completion says, as a model's text may make a real one do."""

import os
import signal
import time

from assay import ReferenceUnreadable, Sample, Verdict, verifier

NAME = "steered.doer@1"


@verifier(NAME, needs=["reference?"])
def doer(sample: Sample) -> Verdict:
    """Sleeps, crashes, gives up or scores, in a worker."""
    what, _, figure = sample.text.partition(" ")
    if sample.reference == "unreadable":
        raise ReferenceUnreadable("the reference cannot be read")
    if what == "sleep":
        time.sleep(float(figure))
    elif what == "raise":
        raise RuntimeError("\x1b[31mred\x1b[0m [bold]not bold[/bold]")
    elif what == "die":
        os.kill(os.getpid(), signal.SIGKILL)
    elif what == "undecided":
        return Verdict.undecided(NAME, "cannot tell")
    return Verdict.judged(NAME, 1.0, f"did {what}")
