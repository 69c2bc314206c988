"""A verifier as a process that judges has it: built from its recipe, asked, its answer checked."""

from __future__ import annotations

import importlib
import sys
import traceback
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from assay.engine.workers.frames import dumps, loads
from assay.engine.workers.machine_faults import by_machine
from assay.errors import FieldNotDeclared, PluginError, ReferenceUnreadable, VerdictError
from assay.model import Verdict
from assay.model.view import Reader, SampleView
from assay.plugins.code_digest import code_digest, forget
from assay.plugins.load import build, load_target
from assay.plugins.one_file_plugins import PluginFile, register
from assay.plugins.wait_policy import WaitPolicy
from assay.printable import a_type

TRACE_CHARS = 4000
"""Cap of a traceback in a verdict."""


@dataclass(slots=True)
class LoadedVerifier:
    """One verifier with its params, as this process has built it."""

    name: str
    verifier: Any
    bound_s: Any
    reader: Reader
    prepare: Any = None
    broken: list[str] | None = None
    batch: int | None = None
    policy: WaitPolicy = field(default_factory=WaitPolicy)


def load_verifier(payload: bytes) -> LoadedVerifier:
    """Import and build what the payload names; a failure is kept and reported with every job."""
    noted = loads(payload)
    name = noted["name"]
    reader = Reader(name, tuple(noted["sees"]))
    _look_in(noted["path"])
    try:
        found = _found(name, noted)
        params = None
        if noted["model"] is not None:
            model = load_target(name, noted["model"])
            params = model.model_validate(noted["params"])
        verifier = build(name, found, params, noted["batch"])
    except Exception as err:
        return LoadedVerifier(name, None, None, reader, broken=crash_of(err))
    bound_s, prepare = (getattr(verifier, x, None) for x in ("bound_s", "prepare"))
    policy = WaitPolicy.from_json(noted["waiting"])
    return LoadedVerifier(
        name, verifier, bound_s, reader, prepare, batch=noted["batch"], policy=policy
    )


def _look_in(path: list[str]) -> None:
    """Find modules where the calling process finds them by now.

    Workers are shared, so this one may be older than a folder that was put on the path since. What
    an earlier verifier has yet to import is looked for where it was, too.
    """
    wanted = [*path, *(entry for entry in sys.path if entry not in path)]
    if wanted != sys.path:
        sys.path[:] = wanted
        importlib.invalidate_caches()


def _found(name: str, noted: dict[str, Any]) -> Any:
    """The factory or function of a recipe, with the very code that the signature names.

    Raises:
        PluginError: it cannot be imported, or its file is no longer what the caller imported.
    """
    if noted["file"] is not None:
        register(PluginFile.from_json(noted["file"]))
        return load_target(name, noted["target"])
    found = load_target(name, noted["target"])
    if noted["code"] and code_digest(found) != noted["code"]:
        forget(noted["target"].partition(":")[0])  # this worker may have an older one
        found = load_target(name, noted["target"])
        if code_digest(found) != noted["code"]:
            raise PluginError(
                f"verifier {name!r}: {noted['target']!r} was edited since the calling process "
                "imported it; fix: importlib.reload it there and make a new engine, or load its "
                'file with plugins=["file.py"]'
            )
    return found


def crash_of(err: BaseException) -> list[str]:
    """The sentence, the traceback, and ``machine`` where that is the cause."""
    first = str(err).partition("\n")[0]
    sentence = first if isinstance(err, PluginError) else f"{type(err).__name__}: {first}"
    trace = "".join(traceback.format_exception(err))[-TRACE_CHARS:]
    return [sentence[:500], trace, *(["machine"] if by_machine(err) else [])]


def judge_shown(judge: Any, sample: SampleView) -> Any:
    """What `judge` says of the sample, unless it read what it did not declare.

    Raises:
        FieldNotDeclared: it did, whatever it made of that.
        Exception: what it raised itself.
    """
    try:
        result = judge(sample)
    except ReferenceUnreadable:
        sample.check()
        raise
    sample.check()
    return result


def as_verdict(name: str, result: Any, seconds: float) -> Verdict:
    """`result` with the verifier's full name and its time.

    Raises:
        VerdictError: `result` is not a verdict.
    """
    if not isinstance(result, Verdict):
        raise VerdictError(f"{name} returned {a_type(result)}, not a Verdict")
    return result.named(name, seconds)


def packed(loaded: LoadedVerifier, reply: dict[str, Any]) -> bytes:
    """A reply as it travels; one that is not JSON is a crash."""
    try:
        return dumps(reply)
    except (ValueError, TypeError, RecursionError) as err:
        return dumps({"crash": [f"{loaded.name}: the verdict is not valid JSON: {err}"[:500], ""]})


def batch_replies(
    loaded: LoadedVerifier, samples: Sequence[SampleView], results: Sequence[Any], seconds: float
) -> list[bytes]:
    """The replies to the samples of a batch, from what its `verify_many` gave."""
    return [
        packed(loaded, _reply(loaded, sample, result, seconds))
        for sample, result in zip(samples, results, strict=True)
    ]


def _reply(
    loaded: LoadedVerifier, sample: SampleView, result: Any, seconds: float
) -> dict[str, Any]:
    try:
        sample.check()
    except FieldNotDeclared as err:
        return {"crash": crash_of(err)}
    if isinstance(result, ReferenceUnreadable):
        return {"invalid": str(result)}
    if isinstance(result, Exception):
        return {"crash": crash_of(result)}
    return {"verdict": as_verdict(loaded.name, result, seconds).to_json()}
