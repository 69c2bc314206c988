"""One verifier with its params: how its verdicts are keyed, run inline, and read from workers."""

from __future__ import annotations

import hashlib
import itertools
import time
import traceback
import warnings
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from assay.engine.workers.contents import LARGE_BYTES
from assay.engine.workers.frames import dumps, loads
from assay.engine.workers.job import Job, Reply
from assay.engine.workers.loaded_verifier import TRACE_CHARS, as_verdict, judge_shown
from assay.engine.workers.machine_faults import DETAILS, by_machine
from assay.engine.workers.parcels import Parcel, pack
from assay.engine.workers.worker_process import search_path
from assay.errors import PluginError, ReferenceUnreadable, SampleError, VerdictError
from assay.model import EMPTY, Sample, Status, Verdict
from assay.model.view import Reader
from assay.plugins.batches import BatchVerifier
from assay.plugins.spec import Escalate, Verifier
from assay.plugins.wait_policy import WaitPolicy

if TYPE_CHECKING:
    from pydantic import BaseModel

    from assay.plugins.registered import Offer

_HEAD = "text %d:"
_FIELD = "%d %d:"

_numbers = itertools.count(1)
_known: dict[bytes, int] = {}


class ReadyVerifier:
    """A verifier with its params, as an engine runs it.

    Args:
        offer: The verifier.
        params: Its params, checked.
        levels: The values its score may take, or None.
    """

    def __init__(
        self, offer: Offer, params: BaseModel | None, levels: tuple[float, ...] | None
    ) -> None:
        spec = offer.spec
        self.offer = offer
        self.spec = spec
        self.params = params
        self.name = spec.name
        self.levels = frozenset(levels) if levels is not None else None
        self.visible = frozenset(need.rstrip("?").partition(".")[0] for need in spec.needs)
        self._entries = tuple(
            need.rstrip("?").partition(".")[2] for need in spec.needs if need.startswith("info.")
        )
        self._whole_info = any(need.rstrip("?") == "info" for need in spec.needs)
        self._fields = tuple(sorted(self.visible - {"info"}))
        demanded = [need for need in spec.needs if need[-1] != "?"]
        self._columns = tuple(need for need in demanded if "." not in need)
        self._demands_info = len(self._columns) < len(demanded)
        self.kept = spec.deterministic and not spec.sees_group
        """Whether it is worth a key: a whole group seldom comes again, and its key is dear."""
        self._apart = spec.cost != "inline"
        """Whether a large value is worth a digest of its own: it is to be sent."""
        self._reader = Reader(spec.name, spec.needs)
        self._verifier: Verifier | BatchVerifier | None = None
        self._broken: PluginError | None = None
        self._longest_s = 0.0
        self._warned = False
        self.recipe = dumps(
            {
                "name": spec.name,
                "path": search_path(),
                "target": spec.target,
                "file": offer.file.to_json() if offer.file is not None else None,
                "code": offer.code,
                "sees": sorted(spec.needs),
                "model": f"{type(params).__module__}:{type(params).__qualname__}"
                if params is not None
                else None,
                "params": params.model_dump(mode="json") if params is not None else None,
                "batch": spec.batch,
                "waiting": spec.waiting.to_json() if spec.waiting is not None else None,
            }
        )
        # one step, so that two threads agree without a lock; a number may go unused
        self.number = _known.setdefault(self.recipe, next(_numbers))
        """The same for the same verifier and params in all engines of the process."""

    def missing(self, sample: Sample) -> str | None:
        """The first needed field that `sample` does not fill, or None; see `VerifierSpec`."""
        for name in self._columns:
            if getattr(sample, name) is None:
                return self.spec.missing(sample)
        return self.spec.missing(sample) if self._demands_info else None

    def view(self, sample: Sample) -> Sample:
        """What the verifier may see of `sample`: the completion, and what its spec needs."""
        return sample.only(self.visible, None if self._whole_info else self._entries)

    def key(self, view: Sample) -> bytes:
        """Digest of all that the verdict depends on, but for verifier and params.

        Raises:
            SampleError: as `payload`.
        """
        return self.keyed(view)[0]

    def keyed(self, view: Sample) -> tuple[bytes, Parcel | None]:
        """As `key`, with the parcel where the key had to be made of it: it is made but once."""
        text, parcel = self._texts(view), None
        if text is None:
            parcel = self.parcel(view)
            text = parcel.text
        return hashlib.blake2b(text, digest_size=16).digest(), parcel

    def _texts(self, view: Sample) -> bytes | None:
        """The fields of a sample that has nothing but texts, as most have; None for others.

        No two samples come to the same bytes, nor does one to a parcel's text, which begins with a
        brace or a bracket: each text stands behind its length, and behind the place of its field.
        """
        completion = view.completion
        if type(completion) is not str or view.info:
            return None
        parts = [_HEAD % len(completion), completion]
        for place, name in enumerate(self._fields):
            value = getattr(view, name)
            if value is None or value is EMPTY:
                continue
            if type(value) is not str or (self._apart and len(value) >= LARGE_BYTES):
                return None
            parts += (_FIELD % (place, len(value)), value)
        return "".join(parts).encode("utf-8", "surrogatepass")

    def payload(self, view: Sample) -> bytes:
        """The whole sample as a worker may get it.

        Raises:
            SampleError: as `parcel`.
        """
        plain = view.to_json()
        try:
            return dumps(plain)
        except (ValueError, TypeError, RecursionError) as err:
            raise SampleError(_no_json(plain, err)) from err

    def parcel(self, view: Sample) -> Parcel:
        """The sample as a worker gets it, beside the large values that it shares with others.

        Raises:
            SampleError: a field that the verifier needs is not JSON (a date, NaN, an integer of
                thousands of digits); names it.
        """
        plain = view.to_json()
        try:
            return pack(plain)
        except (ValueError, TypeError, RecursionError) as err:
            raise SampleError(_no_json(plain, err)) from err

    # -- in this process ------------------------------------------------------------------------

    def verifier(self) -> Verifier | BatchVerifier:
        """The object that judges, made on first use.

        Raises:
            PluginError: its module or factory fails; the same error each time.
        """
        if self._verifier is None:
            if self._broken is not None:
                raise self._broken
            try:
                self._verifier = self.offer.make(self.params)
            except PluginError as err:
                self._broken = err
                raise
        return self._verifier

    def judge(self, view: Sample) -> Verdict | Escalate:
        """Run the verifier here.

        Raises:
            ReferenceUnreadable: as the verifier raised it.
        """
        try:
            verifier = self._verifier if self._verifier is not None else self.verifier()
            start = time.perf_counter()  # the import before belongs to no sample
            try:
                result = judge_shown(verifier.verify, self._reader.show(view))
            finally:
                self._longest_s = max(self._longest_s, time.perf_counter() - start)
            if type(result) is Escalate:
                return result
            return self.checked(as_verdict(self.name, result, time.perf_counter() - start))
        except ReferenceUnreadable:
            raise
        except (Exception, SystemExit) as err:  # a verifier that exits must not end its caller
            return self.crashed(err)

    def warn_if_over(self, timeout_s: float) -> None:
        """Say once that an item took longer here than its bound, which nothing could hold."""
        if self._longest_s <= timeout_s or self._warned:
            return
        self._warned = True
        warnings.warn(
            f"{self.name} took {self._longest_s:.3g} s for one sample, more than timeout_s "
            f"{timeout_s:g}: an inline verifier runs in the calling process, where nothing can "
            'interrupt it\nfix: cost="worker" for what may take long',
            RuntimeWarning,
            stacklevel=2,
        )

    def checked(self, verdict: Verdict) -> Verdict:
        """`verdict`, if its score is one of the declared levels.

        Raises:
            VerdictError: it is none of them, and a proof may rest on them.
        """
        if (
            self.levels is not None
            and verdict.score is not None
            and verdict.score not in self.levels
        ):
            levels = ", ".join(f"{level:g}" for level in sorted(self.levels))
            raise VerdictError(
                f"{self.name}: score {verdict.score} is not one of its declared levels {levels}"
            )
        return verdict

    def crashed(self, err: BaseException) -> Verdict:
        """The verdict for an exception that a verifier let out."""
        first = str(err).partition("\n")[0]
        known = isinstance(err, PluginError | VerdictError)
        sentence = first if known else f"{type(err).__name__}: {first}"
        trace = "".join(traceback.format_exception(err))[-TRACE_CHARS:]
        cause = DETAILS if by_machine(err) else {}
        return Verdict.crashed(self.name, sentence, details={"traceback": trace, **cause})

    # -- for a worker ---------------------------------------------------------------------------

    def job(
        self,
        parcel: Parcel | bytes,
        timeout_s: float,
        deliver: Callable[[Job, Reply], None],
        tag: Any,
        *,
        escalated: bool = False,
        digest: bytes | None = None,
    ) -> Job:
        """A sample for the pool, under the bounds that the spec asks for.

        `parcel` may be the whole `payload` as well. `digest`, its key, lets equal jobs that are
        under way at once be run once.
        """
        spec = self.spec
        waiting = spec.cost == "waiting"
        policy = spec.waiting or WaitPolicy()
        payload, contents = (parcel, ()) if isinstance(parcel, bytes) else parcel
        return Job(
            verifier=self.number,
            payload=payload,
            escalated=escalated,
            timeout_s=timeout_s,
            deliver=deliver,
            contents=contents,
            tag=tag,
            waiting=waiting,
            deadline_s=policy.whole_s(timeout_s) if waiting else 0.0,
            concurrency=policy.concurrency,
            batch=1 if escalated or spec.batch is None else spec.batch,
            same=None if digest is None else (self.number, digest, timeout_s, escalated),
        )

    # -- from a worker --------------------------------------------------------------------------

    def read(self, reply: tuple[str, Any]) -> Verdict:
        """The verdict that a worker's reply, or its fate, comes to.

        Raises:
            ReferenceUnreadable: as the verifier raised it in the worker.
        """
        kind, noted = reply
        if kind == "limit":
            what = "sleeping" if noted["limit"] == "sleep" else "computing"
            because = f"no verdict after {noted['seconds']:.3g} s (it was {what})"
            return Verdict(
                self.name, Status.JUDGED, 0.0, because, details=noted, seconds=noted["seconds"]
            )
        if kind == "starved":
            sentence, seconds = noted
            return Verdict(self.name, Status.TIMED_OUT, None, sentence, seconds=seconds)
        if kind == "late":
            return Verdict.undecided(self.name, noted, details={"limit": "prepare"})
        if kind == "budget":
            return Verdict.timed_out(self.name, noted, details={"limit": "budget"})
        if kind != "reply":
            return Verdict.crashed(self.name, noted)
        try:
            return self._parsed(noted)
        except ReferenceUnreadable:
            raise
        except (VerdictError, ValueError, TypeError, KeyError, AttributeError) as err:
            return Verdict.crashed(self.name, f"its worker did not send a verdict: {err}"[:500])

    def _parsed(self, payload: bytes) -> Verdict:
        reply = loads(payload)
        if "verdict" in reply:
            verdict = Verdict.from_json(reply["verdict"])
            if verdict.verifier != self.name:
                raise VerdictError(f"a verdict of {verdict.verifier!r}")
            return self.checked(verdict)
        if "late" in reply:
            because, tries = reply["late"]
            return Verdict(
                self.name, Status.TIMED_OUT, None, str(because), details={"tries": tries}
            )
        if "unavailable" in reply:
            because, tries = reply["unavailable"]
            details = {**DETAILS, "tries": tries}
            return Verdict.crashed(self.name, str(because), details=details)
        if "invalid" in reply:
            raise ReferenceUnreadable(str(reply["invalid"]))
        if reply.get("limit") == "memory":
            because = "used up its memory limit"
            return Verdict.judged(self.name, 0.0, because, details={"limit": "memory"})
        sentence, trace, *cause = reply["crash"]
        details = {"traceback": str(trace)} if trace else {}
        if cause == ["machine"]:
            details |= DETAILS
        return Verdict.crashed(self.name, str(sentence), details=details)


def _no_json(plain: dict[str, Any], err: Exception) -> str:
    for name, value in plain.items():
        entries = value.items() if name == "info" else [("", value)]
        for entry, inner in entries:
            try:
                dumps(inner)
            except (ValueError, TypeError, RecursionError):
                where = f"{name}.{entry}" if entry else name
                return f"{where} is not valid JSON: {err}"
    return f"the sample is not valid JSON: {err}"
