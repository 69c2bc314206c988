"""The HTTP face: routes, limits before parsing, patience, drain."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import hmac
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from assay.engine.calls.as_samples import as_samples
from assay.engine.calls.drivers import SampleOrError
from assay.engine.engine import Engine
from assay.errors import ConfigError, nearest
from assay.integrations.nemo_gym import FAILED, text_of
from assay.integrations.openrlhf import answer_of
from assay.integrations.scorer import because
from assay.integrations.scoring.batch_columns import ColumnNeeds, RowReader
from assay.integrations.scoring.flat import flat
from assay.integrations.scoring.missing import Missing
from assay.model import Reward
from assay.server.bodies import (
    ClientGone,
    as_model,
    client_left,
    declared_bytes,
    drain,
    parse,
    read_body,
)
from assay.server.metrics import ServerMetrics
from assay.server.openapi import document
from assay.server.options import UNSCORED, ServerOptions
from assay.server.refusals import RequestRefused
from assay.server.room import Room
from assay.server.schemas import (
    GymRequest,
    RewardRequest,
    RmRequest,
    RunCodeRequest,
    VerifyRequest,
)
from assay.server.scoring_queue import Order, Scored, ScoringQueue

Handler = Callable[[Request, Any], Awaitable[Response]]

NO_STATUS = 499
"""What is counted where the client left; nobody reads it."""


class Server:
    """Rubrics behind routes. One event loop; make it where the loop runs.

    Args:
        rubrics: Name -> engine; the first is the one that is meant where none is named.
        workers: Of each engine; they bound how much of its queue is under way.
        options: See `ServerOptions`.
    """

    def __init__(self, rubrics: Mapping[str, Engine], workers: int, options: ServerOptions) -> None:
        if not rubrics:
            raise ConfigError("no rubric to serve")
        self.options = options
        self.metrics = ServerMetrics()
        self.queues = {
            name: ScoringQueue(name, engine, workers, self.metrics)
            for name, engine in rubrics.items()
        }
        self.default = next(iter(rubrics))
        self._bytes = Room(options.max_held_bytes)
        self._samples = Room(options.max_waiting)
        self._missing = {
            client: Missing(options.unscored.get(client, can[0]), can)
            for client, can in UNSCORED.items()
        }
        self._needs = {name: ColumnNeeds.of(engine) for name, engine in rubrics.items()}
        self._labels = RowReader({}, "label")
        self._gym = RowReader(options.columns, "expected_answer")
        self._programs = None
        if options.allow_run_code:
            from assay.server.run_code import Programs

            self._programs = Programs(workers, options)
        self.draining = False
        self.app = Starlette(
            routes=[
                self._route("/v1/verify", self._verify),
                self._route("/get_reward", self._get_reward),
                self._route("/rm", self._rm),
                self._route("/verify", self._gym_verify),
                self._route("/seed_session", self._gym_seed),
                self._route("/aggregate_metrics", self._gym_metrics),
                *([self._route("/run_code", self._run_code)] if self._programs else []),
                Route("/reverify_mode", self._reverify_mode, methods=["GET"]),
                Route("/healthz", self._healthz, methods=["GET"]),
                Route("/readyz", self._readyz, methods=["GET"]),
                Route("/metrics", self._metrics, methods=["GET"]),
                Route("/openapi.json", self._openapi, methods=["GET"]),
            ],
            lifespan=self._lifespan,
        )

    @contextlib.asynccontextmanager
    async def _lifespan(self, _: Starlette) -> AsyncIterator[None]:
        tasks = [asyncio.create_task(queue.serve()) for queue in self.queues.values()]
        try:
            yield
        finally:
            self.draining = True
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            if self._programs is not None:
                self._programs.close()

    # -- what all routes share ------------------------------------------------------------------

    def _route(self, path: str, handler: Handler) -> Route:
        async def handle(request: Request) -> Response:
            began = time.monotonic()
            status = NO_STATUS
            try:
                response = await self._guarded(request, handler)
                status = response.status_code
                return response
            except ClientGone:
                return Response(status_code=NO_STATUS)
            finally:
                self.metrics.requests.labels(path, str(status)).inc()
                self.metrics.seconds.labels(path).observe(time.monotonic() - began)

        return Route(path, handle, methods=["POST"])

    async def _guarded(self, request: Request, handler: Handler) -> Response:
        try:
            self._authorised(request)
            kind = request.headers.get("content-type", "application/json").partition(";")[0]
            if kind.strip().lower() != "application/json":
                raise RequestRefused(
                    415, f"the request is sent as {kind[:80]!r}, wanted application/json"
                )
            size = declared_bytes(request.headers, self.options.max_body_bytes)
            until = time.monotonic() + self.options.read_s
            if not await self._bytes.take(size, until):
                raise RequestRefused(503, "the server holds as much as it may", retry_after_s=1.0)
            self.metrics.held_bytes.set(self._bytes.size - self._bytes.free)
            try:
                body = await read_body(
                    request.receive, self.options.max_body_bytes, self.options.read_s
                )
                request.state.arrived = True
                found = await parse(body, self.options.max_depth)
                request.state.digest = hashlib.sha256(body).hexdigest()
                return await handler(request, found)
            finally:
                self._bytes.give(size)
                self.metrics.held_bytes.set(self._bytes.size - self._bytes.free)
        except RequestRefused as err:
            if err.status == 413 and not hasattr(request.state, "arrived"):
                await drain(request.receive)
            headers = {"Connection": "close"} if err.status in (408, 413) else {}
            if err.retry_after_s is not None:
                headers["Retry-After"] = str(err.retry_after_s)
            if err.status == 401:
                headers["WWW-Authenticate"] = "Bearer"
            return JSONResponse({"error": err.message}, err.status, headers)

    def _authorised(self, request: Request) -> None:
        token = self.options.token
        if token is None:
            return
        given = request.headers.get("authorization", "")
        if not hmac.compare_digest(given.encode(), f"Bearer {token}".encode()):
            raise RequestRefused(401, "wrong or no token\nfix: send 'Authorization: Bearer TOKEN'")

    def _queue(self, name: str | None) -> ScoringQueue:
        name = self.default if name is None else name
        if name not in self.queues:
            raise RequestRefused(
                404,
                f"no rubric {name[:80]!r} is served{nearest(name, self.queues)}"
                f"\nrubrics: {', '.join(self.queues)}",
            )
        return self.queues[name]

    async def _scored(
        self,
        request: Request,
        queue: ScoringQueue,
        rows: Sequence[SampleOrError],
        client: str,
        patience_s: float,
    ) -> list[Scored]:
        """The rewards of a request's samples.

        Raises:
            RequestRefused: no room, no time; or a fault of ours.
            ClientGone: the client left; its work ends.
        """
        if self.draining:
            raise RequestRefused(503, "the server is ending", retry_after_s=5.0)
        if len(rows) > self.options.max_batch:
            raise RequestRefused(413, f"{len(rows):,} samples, at most {self.options.max_batch:,}")
        until = time.monotonic() + patience_s
        wait = queue.wait_s()
        busy = 429 if client == "v1" else 503
        if wait is not None and wait > patience_s:
            raise RequestRefused(
                busy, f"about {wait:.0f} s of work wait before yours", retry_after_s=wait
            )
        if not await self._samples.take(len(rows), until):
            raise RequestRefused(busy, "too many samples wait", retry_after_s=wait or 5.0)
        # in full here: the queue may cut a request, and join it with others that use the same names
        order = Order(list(queue.engine.gathered(rows)))
        gone = asyncio.create_task(client_left(request))
        try:
            queue.put(order)
            waited: set[asyncio.Future[Any]] = {order.done, gone}
            await asyncio.wait(
                waited,
                timeout=max(0.0, until - time.monotonic()),
                return_when=asyncio.FIRST_COMPLETED,
            )
            if order.done.done():
                try:
                    return order.done.result()
                except Exception as err:
                    raise RequestRefused(500, f"the server failed: {type(err).__name__}") from err
            if gone.done():
                raise ClientGone
            raise RequestRefused(
                503, f"no reward within {patience_s:g} s", retry_after_s=wait or 5.0
            )
        finally:
            gone.cancel()
            queue.withdraw(order)
            self._samples.give(len(rows))

    def _number(self, client: str, scored: Scored) -> float:
        """The number that a trainer gets: never one that nobody wrote."""
        if scored.error is not None:
            raise RequestRefused(422, f"a row of the data set is malformed: {scored.error}")
        try:
            number = self._missing[client].numbers([scored.reward])[0]
        except Exception as err:
            raise RequestRefused(500, f"a completion has no score: {err}") from None
        assert number is not None, "masks are handled before"
        return number

    # -- routes ---------------------------------------------------------------------------------

    async def _verify(self, request: Request, body: Any) -> Response:
        asked = as_model(VerifyRequest, body)
        if (asked.sample is None) == (asked.samples is None):
            raise RequestRefused(422, "wanted either 'sample' or 'samples'")
        rows = asked.samples if asked.samples is not None else [asked.sample or {}]
        queue = self._queue(asked.rubric)
        patience = self.options.patience_of("v1")
        if asked.timeout_s is not None:
            patience = min(patience, asked.timeout_s)
        samples = list(as_samples(rows, None))
        scored = await self._scored(request, queue, samples, "v1", patience) if samples else []
        rewards = [one.reward.to_json() for one in scored]
        signature = queue.engine.rubric.signature
        reply: dict[str, Any] = {"rubric": queue.name, "signature": signature, "rewards": rewards}
        return JSONResponse(self._signed(request, reply))

    def _signed(self, request: Request, reply: dict[str, Any]) -> dict[str, Any]:
        key = self.options.signing_key
        if key is not None:
            said = json.dumps(reply, sort_keys=True, separators=(",", ":"))
            text = f"{request.state.digest}\n{said}".encode()
            reply["hmac"] = hmac.new(key.encode(), text, hashlib.sha256).hexdigest()
        return reply

    def _read_rows(
        self,
        reader: RowReader,
        queue: ScoringQueue,
        texts: list[str],
        columns: Mapping[str, Any],
        **k: Any,
    ) -> list[SampleOrError]:
        try:
            return reader.read(texts, columns, self._needs[queue.name], **k)
        except ConfigError as err:
            raise RequestRefused(422, str(err)) from None

    async def _get_reward(self, request: Request, body: Any) -> Response:
        asked = as_model(RewardRequest, body)
        n = len(asked.query)
        prompts = asked.prompts or [""] * n
        labels = asked.labels or [None] * n
        if not n == len(prompts) == len(labels):
            raise RequestRefused(422, f"{n} queries, {len(prompts)} prompts, {len(labels)} labels")
        queue = self._queue(request.query_params.get("rubric"))
        texts = [
            answer_of(query, prompt) for query, prompt in zip(asked.query, prompts, strict=True)
        ]
        rows = self._read_rows(
            self._labels, queue, texts, {"label": labels}, prompt=[p or None for p in prompts]
        )
        patience = self.options.patience_of("openrlhf")
        scored = await self._scored(request, queue, rows, "openrlhf", patience) if rows else []
        numbers = [self._number("openrlhf", one) for one in scored]
        logs = [flat(queue.engine, one.reward) for one in scored]
        if n == 1:
            return JSONResponse(
                {"rewards": numbers[0], "scores": numbers[0], "extra_logs": logs[0]}
            )
        joined = {key: [log[key] for log in logs] for key in (logs[0] if logs else {})}
        return JSONResponse({"rewards": numbers, "scores": numbers, "extra_logs": joined})

    async def _rm(self, request: Request, body: Any) -> Response:
        asked = as_model(RmRequest, body)
        queue = self._queue(request.query_params.get("rubric"))
        columns = {name: [value] for name, value in (asked.metadata or {}).items()}
        columns["label"] = [asked.label]
        rows = self._read_rows(
            self._labels, queue, [asked.response], columns, prompt=[asked.prompt or None]
        )
        (one,) = await self._scored(
            request, queue, rows, "slime", self.options.patience_of("slime")
        )
        return JSONResponse(self._number("slime", one))

    async def _gym_verify(self, request: Request, body: Any) -> Response:
        asked = as_model(GymRequest, body)
        queue = self._queue(request.query_params.get("rubric"))
        row = {k: v for k, v in (asked.model_extra or {}).items() if v is not None}
        metadata = row.get("verifier_metadata")
        if isinstance(metadata, Mapping) and "unit_tests" in metadata:
            row.setdefault("tests", {"verifier_metadata": dict(metadata)})
        columns = {name: [value] for name, value in row.items()}
        rows = self._read_rows(self._gym, queue, [text_of(asked.response)], columns)
        (one,) = await self._scored(
            request, queue, rows, "nemo_gym", self.options.patience_of("nemo_gym")
        )
        if one.error is not None:
            raise RequestRefused(422, f"a row of the data set is malformed: {one.error}")
        return JSONResponse({**body, **self._gym_reply(queue, one.reward)})

    def _gym_reply(self, queue: ScoringQueue, found: Reward) -> dict[str, Any]:
        logs: dict[str, Any] = dict(flat(queue.engine, found))
        missing = self._missing["nemo_gym"]
        if found.value is None and missing.unscored == "mask":
            reason = because(found)
            return {"reward": 0.0, "mask_sample": True, "failure_kind": FAILED,
                    "failure_reason": reason, **logs}  # fmt: skip
        number = self._number("nemo_gym", Scored(found, None))
        terms = found.terms if found.value is not None else {}
        parts = {key: term.contribution or 0.0 for key, term in terms.items()}
        return {"reward": number, "reward_components": parts, **parts, **logs}

    async def _gym_seed(self, request: Request, body: Any) -> Response:
        return JSONResponse({})

    async def _gym_metrics(self, request: Request, body: Any) -> Response:
        return JSONResponse({})

    async def _run_code(self, request: Request, body: Any) -> Response:
        asked = as_model(RunCodeRequest, body)
        assert self._programs is not None, "the route is there only with them"
        if self.draining:
            raise RequestRefused(503, "the server is ending", retry_after_s=5.0)
        gone = asyncio.create_task(client_left(request))
        try:
            return JSONResponse(await self._programs.run(asked, gone))
        finally:
            gone.cancel()

    async def _reverify_mode(self, _: Request) -> Response:
        return JSONResponse({"mode": "stateless"})

    async def _healthz(self, _: Request) -> Response:
        return JSONResponse({"status": "alive"})

    async def _readyz(self, _: Request) -> Response:
        if self.draining:
            return JSONResponse({"status": "ending"}, 503)
        rubrics = {name: queue.engine.rubric.signature for name, queue in self.queues.items()}
        return JSONResponse({"status": "ready", "default": self.default, "rubrics": rubrics})

    async def _metrics(self, _: Request) -> Response:
        return PlainTextResponse(self.metrics.text(), media_type="text/plain; version=0.0.4")

    async def _openapi(self, _: Request) -> Response:
        return JSONResponse(document(self.options))
