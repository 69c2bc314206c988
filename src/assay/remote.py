"""`RemoteEngine`: the calls of `Engine`, answered by ``assay serve`` on another machine."""

from __future__ import annotations

import asyncio
import random
import time
import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from types import TracebackType
from typing import TYPE_CHECKING, Any, Literal, Self

from assay import forks
from assay.arguments import is_number, of_kind
from assay.engine.calls.as_samples import as_samples
from assay.engine.calls.drivers import Given, SampleOrError
from assay.engine.calls.unscored import complaint
from assay.errors import ConfigError, SampleError, UnscoredError, VerdictError
from assay.model import EMPTY, Reward, Sample
from assay.printable import brief, in_line

if TYPE_CHECKING:
    import httpx

CHUNK = 256
"""Samples of a request: a step of 1,024 goes out as four, which the server joins as it likes."""

PAUSE_S = 0.25
"""Before the second try, doubled before each further one up to `PAUSE_MOST_S`; each is drawn
between half and the whole of it, so that many clients of a server that restarts do not come back
at the same moment."""
PAUSE_MOST_S = 8.0

AGAIN = (429, 502, 503, 504)
"""The server says that it is busy, or somebody between says that it is not there."""


class RemoteEngine:
    """Rewards from a server. Rewards equal those of an `Engine` with the server's rubric.

    Threads may share one. Judging has no side effects, so a request that was lost is sent again:
    no sample is counted twice.

    Args:
        url: Of the server: ``http://host:8000``.
        token: The server's ``ASSAY_TOKEN``.
        rubric: Name of one of the server's rubrics; None: its default.
        patience_s: Seconds for a call; what is not answered by then has no score, not 0.
        connections: Requests of one call that are open at once.
        max_unscored: As for `Engine`.
        on_unscored: As for `Engine`.

    Raises:
        ConfigError: an option is out of range.
        ModuleNotFoundError: httpx is not installed: ``pip install 'assay[remote]'``.
    """

    def __init__(
        self,
        url: str,
        *,
        token: str | None = None,
        rubric: str | None = None,
        patience_s: float = 600.0,
        connections: int = 4,
        max_unscored: float = 0.05,
        on_unscored: Literal["raise", "warn", "ignore"] = "raise",
    ) -> None:
        import httpx

        if not isinstance(url, str) or not url.startswith(("http://", "https://")):
            raise ConfigError(f"url is {brief(url)}; wanted http://host:port")
        for name, given in (("token", token), ("rubric", rubric)):
            if given is not None:
                of_kind(given, str, name)
        if not is_number(patience_s) or not patience_s > 0:
            raise ConfigError(f"patience_s is {brief(patience_s)}, must be above 0 seconds")
        if not isinstance(connections, int) or isinstance(connections, bool) or connections < 1:
            raise ConfigError(f"connections is {brief(connections)}, must be 1 or more")
        if not is_number(max_unscored) or not 0.0 <= max_unscored <= 1.0:
            raise ConfigError(f"max_unscored is {brief(max_unscored)}, must be 0 to 1")
        choices = ("raise", "warn", "ignore")
        if not isinstance(on_unscored, str) or on_unscored not in choices:
            raise ConfigError(f"on_unscored is {brief(on_unscored)}, must be {', '.join(choices)}")
        self.url = url.rstrip("/")
        self.rubric_name = rubric
        self.patience_s = patience_s
        self.max_unscored = max_unscored
        self.on_unscored = on_unscored
        self._headers = {"Authorization": f"Bearer {token}"} if token else {}
        self._connections = connections
        self._timeout = httpx.Timeout(patience_s, connect=min(10.0, patience_s))
        self._signature = ""
        self._begin()

    def __getstate__(self) -> dict[str, Any]:
        return {k: v for k, v in self.__dict__.items() if k not in ("_client", "_lock")}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self._begin()

    def _begin(self) -> None:
        self._client: httpx.Client | None = None
        self._lock = forks.Lock()
        forks.renew(self)

    def after_fork_in_child(self) -> None:
        """No connection: two processes on one would read each other's answers."""
        self._client = None

    # -- the calls of `Engine` ------------------------------------------------------------------

    def verify(self, sample: Sample, *, step: int | None = None) -> Reward:
        """The reward of one sample.

        Raises:
            SampleError: the sample is malformed.
            ConfigError: the server refuses the request, and would again.
        """
        (found,) = self._rewards(list(as_samples([sample], step)), None)
        if found.status == "invalid":
            raise SampleError(found.error or "the sample is malformed")
        return found

    async def averify(self, sample: Sample, *, step: int | None = None) -> Reward:
        """As `verify`, in a thread."""
        return await asyncio.to_thread(self.verify, sample, step=step)

    def verify_batch(
        self, samples: Iterable[Given], *, step: int | None = None, budget_s: float | None = None
    ) -> list[Reward]:
        """Rewards of many samples, in their order; see `Engine.verify_batch`.

        Args:
            samples: Samples, rows as dicts, or the `SampleError` of a row.
            step: Step of training, for samples that do not bring their own.
            budget_s: Bound of this call, in seconds, instead of `patience_s`.

        Raises:
            UnscoredError: more than `max_unscored` of at least 200 samples have no score.
            ConfigError: the server refuses the request, and would again.
        """
        found = self._rewards(list(as_samples(samples, step)), budget_s)
        if self.on_unscored != "ignore":
            noted = complaint(found, self.max_unscored, f"{len(found)} samples")
            if noted is not None and self.on_unscored == "raise":
                raise UnscoredError(noted, found)
            if noted is not None:
                warnings.warn(noted, RuntimeWarning, stacklevel=2)
        return found

    async def averify_batch(
        self, samples: Iterable[Given], *, step: int | None = None, budget_s: float | None = None
    ) -> list[Reward]:
        """As `verify_batch`, in a thread."""
        return await asyncio.to_thread(self.verify_batch, samples, step=step, budget_s=budget_s)

    def iter_batch(
        self, samples: Iterable[Given], *, step: int | None = None, budget_s: float | None = None
    ) -> Iterator[tuple[int, Reward]]:
        """(index, reward), in order."""
        yield from enumerate(self._rewards(list(as_samples(samples, step)), budget_s))

    @property
    def signature(self) -> str:
        """Of the server's rubric, as it is now."""
        body = self._json("GET", "/readyz", None, time.monotonic() + self.patience_s)
        if isinstance(body, str):
            raise ConfigError(
                f"{in_line(self.url)} does not answer within {self.patience_s:g} s: {in_line(body)}"
            )
        name = self.rubric_name or body["default"]
        if name not in body["rubrics"]:
            raise ConfigError(
                f"no rubric {name!r} is served; there are {', '.join(body['rubrics'])}"
            )
        return str(body["rubrics"][name])

    def close(self) -> None:
        """Close the connections; a later call opens others."""
        with self._lock:
            client, self._client = self._client, None
        if client is not None:
            client.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        err: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    # -- how ------------------------------------------------------------------------------------

    def _rewards(self, rows: Sequence[SampleOrError], budget_s: float | None) -> list[Reward]:
        until = time.monotonic() + (self.patience_s if budget_s is None else budget_s)
        chunks = _chunks([(i, row) for i, row in enumerate(rows) if isinstance(row, Sample)])
        out: list[Reward | None] = [None] * len(rows)
        if len(chunks) > 1:
            with ThreadPoolExecutor(self._connections) as threads:
                answers = list(threads.map(lambda chunk: self._chunk(chunk, until), chunks))
        else:
            answers = [self._chunk(chunk, until) for chunk in chunks]
        for chunk, rewards in zip(chunks, answers, strict=True):
            for (i, _), reward in zip(chunk, rewards, strict=True):
                out[i] = reward
        return [
            self._without("invalid", str(row)) if reward is None else reward
            for row, reward in zip(rows, out, strict=True)
        ]

    def _chunk(self, chunk: Sequence[tuple[int, Sample]], until: float) -> list[Reward]:
        body: dict[str, Any] = {"samples": [sample.to_json() for _, sample in chunk]}
        if self.rubric_name is not None:
            body["rubric"] = self.rubric_name
        reply = self._json("POST", "/v1/verify", body, until)
        if isinstance(reply, str):
            because = f"timed_out: no answer from {self.url} in time: {reply}"
            return [self._without("unscored", because)] * len(chunk)
        try:
            found = [Reward.from_json(one) for one in reply["rewards"]]
            self._signature = str(reply["signature"])
        except (KeyError, TypeError, VerdictError) as err:
            raise ConfigError(
                f"{in_line(self.url)} does not speak like assay serve: {err}"
            ) from err
        if len(found) != len(chunk):
            raise ConfigError(
                f"{in_line(self.url)} gave {len(found)} rewards for {len(chunk)} samples"
            )
        return found

    def _without(self, status: Literal["invalid", "unscored"], because: str) -> Reward:
        return Reward(None, status, EMPTY, EMPTY, None, self._signature or "none", because)

    def _json(
        self, method: str, path: str, body: Mapping[str, Any] | None, until: float
    ) -> dict[str, Any] | str:
        """The reply; where there was none in time, what came of the last try, in words.

        Raises:
            ConfigError: the server refuses, and would again; or it is another kind of server.
        """
        import httpx

        pause = PAUSE_S
        last = "no time was left to ask"
        while (left := until - time.monotonic()) > 0:
            wait = pause * random.uniform(0.5, 1.0)  # noqa: S311 (no secret)
            try:
                reply = self._http().request(
                    method, self.url + path, json=body, headers=self._headers,
                    timeout=httpx.Timeout(left, connect=min(10.0, left)),
                )  # fmt: skip
            except httpx.TransportError as err:
                reply = None
                last = str(err) or type(err).__name__
            if reply is not None:
                if reply.status_code == 200:
                    return self._read(reply)
                if reply.status_code not in AGAIN:
                    raise ConfigError(
                        f"{in_line(self.url)}{path} refuses with {reply.status_code}: "
                        f"{_words(reply)}"
                    )
                last = f"{reply.status_code}, {_words(reply)}"
                stated = reply.headers.get("retry-after", "")
                wait = max(wait, float(stated)) if stated.isdigit() else wait
            pause = min(2 * pause, PAUSE_MOST_S)
            time.sleep(max(0.0, min(wait, until - time.monotonic())))
        return last

    def _read(self, reply: httpx.Response) -> dict[str, Any]:
        try:
            found = reply.json()
        except ValueError:  # a page of some other server on that port
            found = None
        if not isinstance(found, dict):
            raise ConfigError(
                f"{in_line(self.url)} does not speak like assay serve: its answer is "
                "not a JSON object"
                "\nfix: is it the right port? GET /healthz of assay serve says that it is alive"
            )
        return found

    def _http(self) -> httpx.Client:
        import httpx

        with self._lock:
            if self._client is None:
                self._client = httpx.Client(timeout=self._timeout)
            return self._client


def _chunks(asked: Sequence[tuple[int, Sample]]) -> list[list[tuple[int, Sample]]]:
    """Samples by request, `CHUNK` of them or a little more: a group is in one, if it is named."""
    groups: dict[object, list[tuple[int, Sample]]] = {}
    for i, sample in asked:
        name = i if sample.group_id is None else (sample.step, sample.group_id)
        groups.setdefault(name, []).append((i, sample))
    chunks: list[list[tuple[int, Sample]]] = []
    for group in groups.values():
        if not chunks or len(chunks[-1]) + len(group) > CHUNK:
            chunks.append([])
        chunks[-1].extend(group)
    return chunks


def _words(reply: httpx.Response) -> str:
    try:
        return str(reply.json()["error"])
    except (ValueError, KeyError, TypeError):
        return reply.text[:200]
