"""The channel to a run's child: requests that wait to be sent, and the frames that it answers with.

Every frame is a claim of the program's (`wire`), but for the first one: with that the child says
that it has confined itself, before the program begins.
"""

from __future__ import annotations

import contextlib
import json
import select
import socket
from typing import Any

from assay.verifiers.code_tests.sandbox.wire import decoded
from assay.verifiers.code_tests.sandbox.wire.run_limits import Unconfined

FRAME_BYTES = 16 << 20
"""Longest frame that is read; what claims to be longer is `output_limit`."""

FRAMES = 10_000
"""Frames held at most."""

CHUNK_BYTES = 1 << 18
"""What is read or written at a time."""

_dump = json.JSONEncoder(check_circular=False, separators=(",", ":")).encode


class RunChannel:
    """The parent's end. Never waits; `poll` says when there is something to do.

    Args:
        link: Not blocking; its owner closes it.
        poll: Where it is registered, for writing only while something is to be written.
    """

    __slots__ = ("_asked", "_frames", "_inbox", "_link", "_outbox", "_pending", "_poll", "confined",
                 "fd", "open")  # fmt: skip

    def __init__(self, link: socket.socket, poll: select.poll) -> None:
        self._link = link
        self._poll = poll
        self._inbox = bytearray()
        self._outbox = bytearray()
        self._frames: list[bytes] = []
        self._pending = 0
        """Bytes of `_frames`."""
        self._asked = 0
        """Messages sent and not answered."""
        self.fd = link.fileno()
        self.open = True
        """False once the program's side has closed it."""
        self.confined = False
        """Whether the child has said so."""
        poll.register(self.fd, select.POLLIN)

    def put(self, message: dict[str, Any]) -> None:
        """Add a request to what `write` sends."""
        body = _dump(message).encode("ascii")
        self._outbox += len(body).to_bytes(4, "big") + body
        self._asked += 1

    @property
    def unsent(self) -> int:
        """Bytes of requests that still wait here."""
        return len(self._outbox)

    @property
    def has_frame(self) -> bool:
        """Whether `take` has something to give."""
        return bool(self._frames)

    @property
    def held(self) -> int:
        """Grows with each piece that is read, and so says whether there was one."""
        return len(self._inbox) + len(self._frames)

    def take(self) -> dict[str, Any]:
        """The next frame.

        Raises:
            wire.Garbled: no frame of the protocol.
        """
        body = self._frames.pop(0)
        self._pending -= len(body)
        self._asked -= 1
        return decoded.parse(body)

    def take_readable(self) -> list[dict[str, Any]]:
        """All frames that nobody took; unreadable ones are left out."""
        out = []
        for body in self._frames:
            with contextlib.suppress(decoded.Garbled):
                out.append(decoded.parse(body))
        self._frames.clear()
        self._pending = 0
        return out

    def write(self) -> None:
        """Send what the channel takes now."""
        if not self._outbox or not self.open:
            return
        try:
            sent = self._link.send(self._outbox[:CHUNK_BYTES])
        except BlockingIOError:
            sent = 0
        except OSError:
            self._outbox.clear()
            sent = 0
        del self._outbox[:sent]
        out = select.POLLOUT if self._outbox else 0
        self._poll.modify(self.fd, select.POLLIN | out)

    def read(self) -> bool:
        """Read what is there. False where the program says more than it may.

        Raises:
            Unconfined: the child says that it could not confine itself.
        """
        if not self.open:
            return True
        try:
            data = self._link.recv(CHUNK_BYTES)
        except BlockingIOError:
            return True
        except OSError:
            data = b""
        if not data:
            self.open = False
            self._poll.unregister(self.fd)
            return True
        self._inbox += data
        while len(self._inbox) >= 4:
            length = int.from_bytes(self._inbox[:4], "big")
            if length > FRAME_BYTES or self._is_full():
                self._inbox.clear()
                return False
            if len(self._inbox) < 4 + length:
                return True
            body = bytes(self._inbox[4 : 4 + length])
            del self._inbox[: 4 + length]
            if self.confined:
                self._frames.append(body)
                self._pending += length
            elif body == b'{"confined":1}':
                self.confined = True
            else:  # the first frame is ours: the program had not begun
                raise Unconfined(body.decode("utf-8", "replace"))
        return True

    def _is_full(self) -> bool:
        """Whether there are too many frames, or too many bytes of frames that nobody asked for."""
        unasked = len(self._frames) >= max(1, self._asked)
        return len(self._frames) > FRAMES or (self._pending > FRAME_BYTES and unasked)
