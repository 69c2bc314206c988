"""From the bytes of a stranger to a request: every limit is looked at before anything is parsed."""

from __future__ import annotations

import asyncio
import contextlib
import json
import re
import time
from collections.abc import Awaitable, Callable, MutableMapping
from itertools import accumulate
from typing import Any, NoReturn, TypeVar

from pydantic import BaseModel, ValidationError
from starlette.requests import Request

from assay.errors import nearest
from assay.field_rules import broken_rule
from assay.server.refusals import RequestRefused

ModelT = TypeVar("ModelT", bound=BaseModel)
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]

MAX_CONTAINERS = 1_000_000
"""Objects and lists in a body, both brackets counted: a body of ``[],[],[],...`` would become
thirty times its size in memory."""

IN_THREAD_BYTES = 1 << 18
"""Bodies from here on are parsed in a thread: a large one takes longer than others should wait."""

# A string, or the rest of the body where one is not closed. Possessive, so that no input makes the
# search go back: bytes are looked at once.
_STRING = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"?', re.DOTALL)
_STEP = {ord("["): 1, ord("{"): 1, ord("]"): -1, ord("}"): -1}
_NOT_BRACKETS = bytes(b for b in range(256) if b not in _STEP)


class ClientGone(Exception):
    """The client left before it had an answer."""


def declared_bytes(headers: MutableMapping[str, str] | Any, most: int) -> int:
    """What the body's header says of its length; `most` where it says nothing.

    Raises:
        RequestRefused: it says more than `most`.
    """
    stated = headers.get("content-length")
    if stated is None or not stated.isdigit():
        return most
    size = int(stated[:20])
    if size > most:
        raise _too_large(most)
    return size


async def read_body(receive: Receive, most: int, seconds: float) -> bytes:
    """The whole body.

    Raises:
        RequestRefused: it is longer than `most`, or took longer than `seconds` to arrive.
        ClientGone: the client left.
    """
    chunks: list[bytes] = []
    size = 0
    until = time.monotonic() + seconds
    while True:
        try:
            message = await asyncio.wait_for(receive(), max(0.0, until - time.monotonic()))
        except TimeoutError:
            raise RequestRefused(
                408, f"the request did not arrive whole within {seconds:g} s"
            ) from None
        if message["type"] == "http.disconnect":
            raise ClientGone
        chunk = message.get("body", b"")
        size += len(chunk)
        if size > most:
            raise _too_large(most)
        chunks.append(chunk)
        if not message.get("more_body", False):
            return b"".join(chunks)


DRAINED_BYTES = 64 << 20
DRAINED_S = 5.0


async def drain(receive: Receive) -> None:
    """Read on, for a while, what is refused.

    A connection that is closed over unread bytes is reset, and the client never sees why.
    """
    left, until = DRAINED_BYTES, time.monotonic() + DRAINED_S
    with contextlib.suppress(TimeoutError):
        while left > 0:
            message = await asyncio.wait_for(receive(), max(0.0, until - time.monotonic()))
            left -= len(message.get("body", b""))
            if message["type"] == "http.disconnect" or not message.get("more_body", False):
                return


async def client_left(request: Request) -> None:
    """Returns once the client has left; the body has been read."""
    while True:
        message = await request.receive()
        if message["type"] == "http.disconnect":
            return


async def parse(body: bytes, max_depth: int) -> Any:
    """The JSON of a body.

    Raises:
        RequestRefused: it is not JSON, or nested too deeply.
    """
    if len(body) < IN_THREAD_BYTES:
        return _parse(body, max_depth)
    return await asyncio.to_thread(_parse, body, max_depth)


def _parse(body: bytes, max_depth: int) -> Any:
    brackets = _STRING.sub(b"", body).translate(None, _NOT_BRACKETS)
    if len(brackets) > MAX_CONTAINERS:
        raise RequestRefused(
            413, f"the request holds more than {MAX_CONTAINERS // 2:,} lists and objects"
        )
    if max(accumulate(map(_STEP.__getitem__, brackets)), default=0) > max_depth:
        raise RequestRefused(400, f"the request is nested deeper than {max_depth} levels")
    try:
        return json.loads(body, parse_constant=_constant)
    except (ValueError, RecursionError) as err:  # also what is not UTF-8, and giant integers
        raise RequestRefused(400, f"the request is not valid JSON: {str(err)[:200]}") from None


def as_model(model: type[ModelT], body: Any) -> ModelT:
    """A parsed body as what the route takes.

    Raises:
        RequestRefused: a field is missing or of the wrong type; names the first.
    """
    try:
        return model.model_validate(body)
    except ValidationError as err:
        first = err.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"]) or "the request"
        if first["type"] == "extra_forbidden":
            known = [field.alias or name for name, field in model.model_fields.items()]
            near = nearest(str(first["loc"][-1]), known) if len(first["loc"]) == 1 else ""
            raise RequestRefused(422, f"{where}: no such field{near}") from None
        if first["type"] == "missing":
            raise RequestRefused(422, f"{where}: is missing from the request") from None
        said = broken_rule(first) or first["msg"].removeprefix("Value error, ")
        raise RequestRefused(422, f"{where}: {said}") from None


def _constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not valid JSON")


def _too_large(most: int) -> RequestRefused:
    return RequestRefused(
        413,
        f"the request is larger than {most:,} bytes\nfix: send fewer samples in a request, or "
        "raise --max-body-mb of the server",
    )
