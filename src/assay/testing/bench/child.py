"""What a checked verifier runs in: a process that says what it did besides judging.

Started as a script by `process`. Speaks lines of JSON through two descriptors of its own.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time


def main() -> None:
    """Load the verifier, then judge what comes until the pipe closes."""
    import json

    requests, replies = int(sys.argv[1]), int(sys.argv[2])
    for descriptor in (requests, replies):
        os.set_inheritable(descriptor, False)
    stream = os.fdopen(requests, "rb")
    setup = json.loads(stream.readline())
    sys.path[:] = setup["path"]
    if sys.platform == "linux":
        import ctypes
        import signal

        ctypes.CDLL(None).prctl(1, signal.SIGKILL, 0, 0, 0)

    # only now: a script does not find its own project before the path is its parent's
    from assay.testing.bench.judging import Judge
    from assay.testing.bench.watch import ALL_EFFECTS, SideEffectWatch

    def say(message: dict[str, object]) -> None:
        line = json.dumps(message).encode("ascii") + b"\n"
        view = memoryview(line)
        while view:
            view = view[os.write(replies, view) :]

    tempfile.gettempdir()  # whoever asks first tries to write there: not the verifier's doing
    watch = SideEffectWatch(frozenset(setup["effects"]))
    begun = time.process_time()
    if setup["plugin"]:
        import importlib

        try:
            importlib.import_module(setup["plugin"])
        except BaseException as err:
            say({"broken": f"{type(err).__name__}: {err}", "trace": "", "import_s": 0.0})
            return
    import_s = time.process_time() - begun
    if setup["only_import"]:
        say({"broken": "", "trace": "", "import_s": import_s})
        return
    if not watch.declared >= ALL_EFFECTS:  # else nothing is refused, and a hook is inherited
        sys.addaudithook(watch.hook)
    judge = Judge(setup["recipe"].encode("ascii"), watch, setup["timeout_s"], say)
    say({"broken": judge.broken, "trace": judge.trace, "import_s": import_s})
    for line in stream:
        request = json.loads(line)
        rows = request["rows"]
        if request["together"]:
            say({"outcomes": judge.together(rows)})
        else:
            say({"outcomes": [judge.alone(row) for row in rows]})


if __name__ == "__main__":
    main()
