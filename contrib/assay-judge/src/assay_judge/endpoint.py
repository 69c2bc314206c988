"""An endpoint that speaks OpenAI's protocol for chats."""

from __future__ import annotations

import json
import os
import ssl
from typing import Any

import httpcore  # noqa: F401 (httpx imports it at the first request, which is slow)
import httpx
from assay import ServiceUnavailable

from assay_judge.params import JudgeParams

LOCAL = "http://127.0.0.1:8000/v1"
ANSWER_BYTES = 1 << 20
"""An answer of the judge is a few words; a server that sends more is broken."""


class Endpoint:
    """Where the judge is asked. One object serves many tasks of an event loop.

    Args:
        params: Name the endpoint, the model and how it is sampled.
    """

    def __init__(self, params: JudgeParams) -> None:
        base = params.base_url or os.environ.get("ASSAY_JUDGE_URL", "") or LOCAL
        self.url = f"{base.rstrip('/')}/chat/completions"
        self.model = params.model or os.environ.get("ASSAY_JUDGE_MODEL", "") or "default"
        self._params = params
        self._tls = ssl.create_default_context()  # takes some 30 ms, so not for every client

    async def ask(self, messages: list[dict[str, str]], vote: int) -> dict[str, Any]:
        """The body of the answer, from JSON. The engine bounds the time.

        Raises:
            ServiceUnavailable: it cannot be reached, is busy or broken, or sends what is not JSON.
            RuntimeError: it refuses the request itself (a wrong key, an unknown model).
        """
        params = self._params
        body = {
            "model": self.model,
            "messages": messages,
            "temperature": params.temperature,
            "max_tokens": params.max_tokens,
            "seed": params.seed + vote,
        }
        key = os.environ.get(params.key_env, "")
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        try:
            # no bound of its own: the engine's policy ends a try
            async with (
                httpx.AsyncClient(verify=self._tls, timeout=None) as client,
                client.stream("POST", self.url, json=body, headers=headers) as answer,
            ):
                data = bytearray()
                async for chunk in answer.aiter_bytes():
                    data += chunk
                    if len(data) > ANSWER_BYTES:
                        raise ServiceUnavailable(f"{self.url}: an answer of more than 1 MB")
        except (httpx.TransportError, httpx.StreamError, httpx.DecodingError) as err:
            raise ServiceUnavailable(f"{self.url}: {type(err).__name__}: {err}") from err
        status = answer.status_code
        if status in (408, 409, 425, 429) or status >= 500:
            after = answer.headers.get("retry-after", "").strip()
            wait_s = float(after) if after.isdecimal() and len(after) < 6 else None
            raise ServiceUnavailable(f"{self.url}: {status}", wait_s)
        if status != 200:
            raise RuntimeError(f"{self.url}: {status}: {data[:200].decode('utf-8', 'replace')}")
        try:
            found = json.loads(data)
        except (ValueError, RecursionError) as err:
            raise ServiceUnavailable(f"{self.url}: its answer is not JSON") from err
        if not isinstance(found, dict):
            raise ServiceUnavailable(f"{self.url}: its answer is not a JSON object")
        return found
