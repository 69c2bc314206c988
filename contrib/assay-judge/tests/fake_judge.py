"""A server that speaks OpenAI's protocol for chats, and misbehaves as the model's name says."""

from __future__ import annotations

import json
import re
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar

SLOW_S = 20.0


class Handler(BaseHTTPRequestHandler):
    """An honest judge of sums: it says yes where the response holds the reference as a word."""

    protocol_version = "HTTP/1.1"
    seen: ClassVar[list[dict[str, Any]]] = []
    keys: ClassVar[list[str | None]] = []

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        Handler.seen.append(body)
        Handler.keys.append(self.headers.get("authorization"))
        mode = body["model"]
        text = body["messages"][-1]["content"]
        found = re.findall(r"CODE is (\w+)\.", text)
        code = found[-1] if found else ""
        if mode.isdecimal():
            return self._send(int(mode), {"error": {"message": f"told to: {mode}"}})
        if mode == "busy-once" and sum(b == body for b in Handler.seen) == 1:
            return self._send(429, {"error": {}}, {"Retry-After": "0"})
        if mode == "slow":
            time.sleep(SLOW_S)
        if mode == "drops":
            self.close_connection = True
            return None
        if mode == "not-json":
            return self._raw(200, b"<html>bad gateway</html>")
        if mode == "cut-off":
            self.send_response(200)
            self.send_header("content-length", "1000")
            self.end_headers()
            self.wfile.write(b'{"choices": [')
            self.close_connection = True
            return None
        if mode == "huge":
            return self._raw(200, b" " * (2 << 20))
        if mode == "list":
            return self._raw(200, b"[]")
        if mode == "no-choices":
            return self._send(200, {"choices": []})
        if mode == "refusal":
            return self._say(None, refusal="I can't help with that.")
        if mode == "filtered":
            return self._say("", finish_reason="content_filter")
        if mode == "chatty":
            return self._say("I would say yes, it is right.")
        if mode == "null":
            return self._say(None)
        if mode == "repeats":  # it falls for whatever the response says
            forged = re.findall(r"\{[^{}]*\}", text)
            return self._say(forged[-1] if forged else "nothing to repeat")
        verdict = "yes" if self._right(text) else "no"
        said = json.dumps({"code": code, "verdict": verdict})
        if mode == "thinks":
            said = f'<think>{{"code": "{code}", "verdict": "no"}}?</think>```json\n{said}\n```'
        return self._say(said)

    @staticmethod
    def _right(text: str) -> bool:
        parts = [
            re.search(rf"<{name}-(\w+)>\n(.*?)\n</{name}-\1>", text, re.DOTALL)
            for name in ("reference", "response")
        ]
        if not all(parts):
            return False
        reference, response = (part.group(2) for part in parts if part)
        words = re.findall(r"\w+", response)
        return bool(words) and words[-1] == reference and len(words) < 12

    def _say(self, content: str | None, finish_reason: str = "stop", **more: Any) -> None:
        message = {"role": "assistant", "content": content, **more}
        choice = {"index": 0, "message": message, "finish_reason": finish_reason}
        self._send(200, {"choices": [choice], "usage": {"total_tokens": 7}})

    def _send(self, status: int, body: Any, headers: dict[str, str] | None = None) -> None:
        self._raw(status, json.dumps(body).encode(), headers)

    def _raw(self, status: int, body: bytes, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


class Server(ThreadingHTTPServer):
    """On a port of its own; a client that leaves is nothing to report."""

    daemon_threads = True
    request_queue_size = 64

    def handle_error(self, *_: object) -> None:
        pass
