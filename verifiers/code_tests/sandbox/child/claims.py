"""What the child says to the parent: frames of JSON, and exceptions as evidence.

All of it is claims: the program shares the process, and may say the same.
"""

from __future__ import annotations

import json
import os
import sys
from typing import Any

from assay.verifiers.code_tests.sandbox.wire.codec import encode

_write, _read = os.write, os.read

SOURCE = "<program>"
"""The file name that its code has in tracebacks; of several files each is a path below it."""


def is_programs(file_name: str) -> bool:
    """Whether code with that file name is the program's own, as far as it was loaded from here."""
    return file_name == SOURCE or file_name.startswith(f"{SOURCE}/")


dump = json.JSONEncoder(ensure_ascii=True, check_circular=False, separators=(",", ":")).encode
_load = json.JSONDecoder().decode

_AT_ONCE = 1 << 16
"""Bytes that are read of the channel, if there are so many."""

OUT_OF_MEMORY = b'{"x":{"type":"MemoryError","line":null,"text":""}}'
"""Ready before memory is short."""


class ParentChannel:
    """To the parent and back: a length (4 bytes, big-endian) and JSON, again and again."""

    def __init__(self, fd: int) -> None:
        self._fd = fd
        self._read_ahead = b""

    def send(self, message: Any) -> None:
        """Say what can be written as JSON."""
        self.send_bytes(dump(message).encode("ascii"))

    def send_bytes(self, body: bytes) -> None:
        """Say what is JSON already."""
        data = len(body).to_bytes(4, "big") + body
        while data:
            data = data[_write(self._fd, data) :]

    def receive(self) -> Any:
        """The next message; None at the end of the stream."""
        head = self._exactly(4)
        body = self._exactly(int.from_bytes(head, "big")) if head else None
        return _load(body.decode("utf-8", "surrogatepass")) if body is not None else None

    def _exactly(self, n: int) -> bytes | None:
        parts = [self._read_ahead[:n]]
        self._read_ahead = self._read_ahead[n:]
        n -= len(parts[0])
        while n:
            got = _read(self._fd, max(n, _AT_ONCE))
            if not got:
                return None
            parts.append(got[:n])
            self._read_ahead = got[n:]
            n -= len(parts[-1])
        return b"".join(parts)


_CARRIED = 20_000
"""Longest text of an exception's arguments and attributes, as JSON."""


def _carried(value: Any) -> Any:
    """What of an exception's arguments and attributes crosses; None: too much, or no values."""
    try:
        noted = encode(value)
        return noted if len(dump(noted)) <= _CARRIED else None
    except BaseException:  # too deep, or the program's own methods
        return None


def _in_library(cls: type) -> str:
    """``json.decoder:JSONDecodeError``, of a class of the standard library's; else nothing."""
    try:
        module, name = cls.__module__, cls.__name__
        if module == "builtins" or module.partition(".")[0] not in sys.stdlib_module_names:
            return ""
        return f"{module}:{name}" if getattr(sys.modules.get(module), name, None) is cls else ""
    except BaseException:  # a metaclass of the program's
        return ""


def failure(err: BaseException, *, whole: bool = False) -> dict[str, Any]:
    """An exception as evidence: its type, the program's line, a little text.

    Args:
        err: The exception.
        whole: Its arguments, attributes and cause, too, for a test that looks at them.
    """
    line, file = None, ""
    tb = err.__traceback__
    while tb is not None:
        if is_programs(tb.tb_frame.f_code.co_filename):
            line, file = tb.tb_lineno, tb.tb_frame.f_code.co_filename
        tb = tb.tb_next
    kind = type(err)
    if isinstance(err, SyntaxError):
        line, file = err.lineno, str(err.filename)
    try:
        text = str(err)[:200]
    except BaseException:  # the program's own __str__
        text = ""
    # the nearest builtin class, so that a test that expects ValueError sees its subclasses too
    base = next((c.__name__ for c in kind.__mro__ if c.__module__ == "builtins"), "Exception")
    if kind.__name__ == base and len(err.args) == 1 and type(err.args[0]) is str:
        text = err.args[0][:200]  # KeyError writes it in quotes
    noted: dict[str, Any] = {
        "type": kind.__name__[:80],
        "base": base,
        "names": [c.__name__[:80] for c in kind.__mro__ if c.__module__ != "builtins"][:20],
        "library": [x for x in map(_in_library, kind.__mro__) if x][:5],
        "line": line,
        "file": file.removeprefix(f"{SOURCE}/")[:200] if file.startswith(f"{SOURCE}/") else "",
        "text": text,
        "code": err.code if isinstance(err, SystemExit) and type(err.code) is int else None,
    }
    if whole:
        noted["args"] = _carried(err.args)
        fields = {k: v for k, v in vars(err).items() if type(k) is str and not k.startswith("__")}
        noted["fields"] = {k: _carried(v) for k, v in list(fields.items())[:20]}
        cause = err.__cause__
        noted["cause"] = failure(cause) if cause is not None and cause is not err else None
    return noted
