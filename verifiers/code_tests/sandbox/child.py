"""Runs one program, confined already. Everything here is at the program's mercy, and may be.

The program shares this process, so nothing in it is trusted or secret: no expected value, no
comparer, no verdict. What leaves is claims: a value per call, or what was printed. References
are taken before the program runs, so that it breaks less by accident; that is no defence.

Two kinds of job:

``script``
    run the code as ``__main__`` with stdin and stdout; an exception is told on the channel.
``serve``
    run the code as a module, then answer one request after another on the channel: calls of
    its functions (`_Server`). Where the job says so, the code may call out (`proxy`): the
    names it does not define are asked of the parent, which has them from another sandbox.

A frame on the channel is a length (4 bytes, big-endian) and JSON.
"""

from __future__ import annotations

import _thread
import atexit
import builtins
import contextlib
import gc
import io
import json
import operator
import os
import random
import re
import sys
import threading
import types
from collections.abc import Callable
from typing import Any

from assay.verifiers.code_tests.sandbox import proxy, pytest_like
from assay.verifiers.code_tests.sandbox.codec import (
    Opaque,
    Unencodable,
    decode,
    encode,
    is_iterator,
    is_view,
)
from assay.verifiers.code_tests.sandbox.proxy import outward

SOURCE = "<program>"
_MAX_SHOWN = 1_000_000
_MAX_STACK = 256 << 20

_dump = json.JSONEncoder(ensure_ascii=True, check_circular=False, separators=(",", ":")).encode
_load = json.JSONDecoder().decode
_write, _read, _exit = os.write, os.read, os._exit

_OUT_OF_MEMORY = b'{"x":{"type":"MemoryError","line":null,"text":""}}'
"""Ready before memory is short."""


class _Channel:
    def __init__(self, fd: int) -> None:
        self._fd = fd

    def send(self, message: Any) -> None:
        self.send_bytes(_dump(message).encode("ascii"))

    def send_bytes(self, body: bytes) -> None:
        data = len(body).to_bytes(4, "big") + body
        while data:
            data = data[_write(self._fd, data) :]

    def receive(self) -> Any:
        """The next message; None at the end of the stream."""
        head = self._exactly(4)
        body = self._exactly(int.from_bytes(head, "big")) if head else None
        return _load(body.decode("utf-8", "surrogatepass")) if body is not None else None

    def _exactly(self, n: int) -> bytes | None:
        parts = []
        while n:
            got = _read(self._fd, min(n, 1 << 20))
            if not got:
                return None
            parts.append(got)
            n -= len(got)
        return b"".join(parts)


def _failure(err: BaseException) -> dict[str, Any]:
    """An exception as evidence: its type, the program's line, a little text."""
    line = None
    tb = err.__traceback__
    while tb is not None:
        if tb.tb_frame.f_code.co_filename == SOURCE:
            line = tb.tb_lineno
        tb = tb.tb_next
    kind = type(err)
    if isinstance(err, SyntaxError):
        line = err.lineno
    try:
        text = str(err)[:200]
    except BaseException:  # the program's own __str__
        text = ""
    # the nearest builtin class, so that a test that expects ValueError sees its subclasses too
    base = next((c.__name__ for c in kind.__mro__ if c.__module__ == "builtins"), "Exception")
    if kind.__name__ == base and len(err.args) == 1 and type(err.args[0]) is str:
        text = err.args[0][:200]  # KeyError writes it in quotes
    return {
        "type": kind.__name__[:80],
        "base": base,
        "names": [c.__name__[:80] for c in kind.__mro__ if c.__module__ != "builtins"][:20],
        "line": line,
        "text": text,
        "code": err.code if isinstance(err, SystemExit) and type(err.code) is int else None,
    }


def run(job: dict[str, Any], channel_fd: int) -> None:
    """Run a job and leave the process. Never returns."""
    channel = _Channel(channel_fd)
    code = 1
    try:
        _fresh_streams()
        random.seed(0)  # the same program gets the same verdict
        threading.stack_size = _stack_size
        if "lent" in job:
            _lend(job["lent"])
        code = _script(job, channel) if job["kind"] == "script" else _serve(job, channel)
    except MemoryError:
        channel.send_bytes(_OUT_OF_MEMORY)
    except BaseException as err:  # the program may have broken anything beneath us
        channel.send({"x": _failure(err)})
    finally:
        _exit(code)


def _fresh_streams() -> None:
    for number, name in ((0, "stdin"), (1, "stdout"), (2, "stderr")):
        if number == 0:
            stream = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115
        else:
            stream = open(  # noqa: SIM115
                number, "w", encoding="utf-8", closefd=False, buffering=1 if number == 2 else -1,
                errors="backslashreplace" if number == 2 else "strict",
            )  # fmt: skip
        setattr(sys, name, stream)
        setattr(sys, f"__{name}__", stream)


def _stack_size(*size: int) -> int:
    """`threading.stack_size`, of no more than `_MAX_STACK`.

    Programs for contests ask for all there could be, to recurse deeply, and use little of it; but
    what a stack may grow to counts as memory used.
    """
    wanted = tuple(min(x, _MAX_STACK) if type(x) is int else x for x in size)
    return _thread.stack_size(*wanted)


def _lend(code: str) -> None:
    """Let programs use the names that `code` defines, where nothing else defines them.

    As builtins, not among the program's own names: those alone can be asked for.
    """
    names: dict[str, Any] = {}
    exec(code, names)  # noqa: S102 - the data set's
    for name, value in names.items():
        vars(builtins).setdefault(name, value)


def _module(name: str) -> types.ModuleType:
    module = types.ModuleType(name)
    module.__dict__.update(__builtins__=builtins, __file__="program.py")
    sys.modules[name] = module
    return module


def _compile(code: str, channel: _Channel) -> types.CodeType | None:
    try:
        return compile(code, SOURCE, "exec", dont_inherit=True)
    except MemoryError:  # CPython's parser says so of nesting, too
        channel.send({"c": {"type": "MemoryError", "line": None, "text": "too complex"}})
    except (SyntaxError, ValueError, OverflowError, RecursionError) as err:
        channel.send({"c": _failure(err)})
    return None


def _script(job: dict[str, Any], channel: _Channel) -> int:
    """Like ``python program.py``, with the exit code that it would have."""
    code = _compile(job["code"], channel)
    if code is None:
        return 1
    main = _module("__main__")
    status = 0
    shutdown, exits = threading._shutdown, atexit._run_exitfuncs  # type: ignore[attr-defined]
    try:
        exec(code, main.__dict__)  # noqa: S102 - the point of the sandbox
    except SystemExit as err:
        status = _exit_status(err)
        if status:
            channel.send({"x": _failure(err)})
    except MemoryError:
        channel.send_bytes(_OUT_OF_MEMORY)
        status = 1
    except BaseException as err:
        channel.send({"x": _failure(err)})
        status = 1
    shutdown()
    exits()
    _flush()
    _let_go(main)
    return status


def _flush() -> None:
    """What is buffered is printed; the program may have put anything in stdout's place."""
    for stream in (sys.stdout, sys.__stdout__):
        with contextlib.suppress(BaseException):
            stream.flush()  # type: ignore[union-attr]


def _let_go(main: types.ModuleType) -> None:
    """End the program's objects as Python does when it ends.

    Files that it wrote to and never closed are written, a ``__del__`` may print.
    """
    names = main.__dict__
    for name in [n for n in names if n != "__builtins__"]:
        names[name] = None
    gc.collect()
    _flush()


def _exit_status(err: SystemExit) -> int:
    if err.code is None:
        return 0
    return err.code & 0xFF if isinstance(err.code, int) else 1


def _serve(job: dict[str, Any], channel: _Channel) -> int:
    code = _compile(job["code"], channel)
    if code is None:
        return 1
    module = _module("program")
    if job.get("caller"):
        pytest_like.install()
        module.__dict__["__builtins__"] = outward(
            channel, job["caller"], job.get("classes", []), job.get("exceptions", []),
            in_place=job.get("in_place", True),
        )  # fmt: skip
    if "before" in job:  # the prompt's helpers; its stub of the function asked for must not stay
        helpers = compile(job["before"], "<prompt>", "exec", dont_inherit=True)
        exec(helpers, module.__dict__)  # noqa: S102
        for name in job.get("caller", ()):
            module.__dict__.pop(name, None)
    try:
        exec(code, module.__dict__)  # noqa: S102 - the point of the sandbox
    except MemoryError:
        channel.send_bytes(_OUT_OF_MEMORY)
        return 1
    except BaseException as err:
        channel.send({"x": _failure(err)})
        return 1
    channel.send({"ready": 1})
    server = _Server(module.__dict__, channel)
    while True:
        request = channel.receive()
        if request is None:
            return 0
        server.reply(request)


class _Server:
    """Answers requests about the names a program defined. Objects stay here, known by number."""

    def __init__(self, names: dict[str, Any], channel: _Channel) -> None:
        self._names = names
        self._channel = channel
        self._objects: list[Any] = []
        self._numbers: dict[int, int] = {}
        """Of the objects, by identity: the same object is the same number."""
        self._stubs: dict[int, int] = {}
        """Numbers of the test's functions, by identity of what stands for them here."""
        self._classes: list[type] = []

    def reply(self, request: dict[str, Any]) -> None:
        """Do what is asked, and send what came of it."""
        shown = io.StringIO() if request.get("out") else None
        try:
            if shown is None:
                told = self.answer(request)
            else:
                with contextlib.redirect_stdout(shown):
                    told = self.answer(request)
            reply = _dump(_with(told, shown)).encode("ascii")
        except MemoryError:
            reply = _OUT_OF_MEMORY
        except Unencodable as err:
            reply = _dump({"u": str(err)}).encode("ascii")
        except BaseException as err:
            reply = _dump(_with({"x": _failure(err)}, shown)).encode("ascii")
        self._channel.send_bytes(reply)

    def _called_back(self, number: int, args: Any, kwargs: Any) -> Any:
        """What a function of the test's gives for these."""
        told = {k: self._told(a, keep=True) for k, a in kwargs.items()}
        args = [self._told(a, keep=True) for a in args]
        self._channel.send({"back": number, "a": args, "k": told})
        while True:
            message = self._channel.receive()
            if message is None:
                _exit(1)
            if "ret" in message:
                break
            self.reply(message)
        found = message["ret"]
        if "x" in found:
            raise proxy.builtin_exception(found["x"])
        return self._argument(found["v"])

    def answer(self, request: dict[str, Any]) -> dict[str, Any]:
        """Do what is asked, and the reply: ``v`` a value, ``h`` a kept object, ``after`` args."""
        args = [self._argument(a) for a in request.get("a", ())]
        kwargs = {k: self._argument(a) for k, a in request.get("k", {}).items()}
        target = self._target(request)
        if request["op"] == "get":
            return self._told(target, keep=True)
        if request["op"] == "attr":
            reply = self._told(target, keep=True)
            if "h" in reply and self._is_own(target, request):
                reply["can"].append("own")
            return reply
        if request["op"] == "is":
            return {"v": isinstance(self._objects[request["h"]], target)}
        if request["op"] == "sub":
            return {"v": issubclass(target, self._attribute(request["g"]))}
        value = target(*args, **kwargs)
        reply = self._told(value, keep=bool(request.get("keep")))
        if "h" in reply and self._is_own(value, request):
            reply["can"].append("own")
        if request.get("after"):
            reply["after"] = [encode(a, self._other) for a in args]
        return reply

    def _argument(self, value: Any) -> Any:
        if type(value) is dict and "slice" in value:
            return slice(*map(decode, value["slice"]))
        return decode(value, self._ours)

    def _ours(self, told: list[Any]) -> Any:
        """What the test means by something that is no value."""
        what, which = told[0], told[1]
        if what == "h":
            return self._objects[which]
        if what == "b":
            return getattr(builtins, which)
        if what == "n":
            return self._attribute(which)

        def function(*args: Any, **kwargs: Any) -> Any:
            return self._called_back(which, args, kwargs)

        function.__name__ = function.__qualname__ = str(told[2])
        self._objects.append(function)  # kept, so that nothing else gets its identity
        self._stubs[id(function)] = which
        return function

    def _other(self, value: Any) -> Any:
        """What the test is told of something that is no value."""
        if id(value) in self._stubs:
            return {"!": ["f", self._stubs[id(value)]]}
        number = self._numbers.get(id(value))
        if number is None:
            number = self._numbers[id(value)] = len(self._objects)
            self._objects.append(value)
        return {"!": ["h", number, self._class_of(value), _abilities(value)]}

    def _attribute(self, path: str) -> Any:
        first, *rest = path.split(".")
        if first not in self._names:
            raise NameError(f"the program defines no {first!r}")
        found = self._names[first]
        for part in rest:
            found = getattr(found, part)
        return found

    def _target(self, request: dict[str, Any]) -> Any:
        if request["op"] == "on":
            return _METHODS[request["f"]](self._objects[request["h"]])
        if request["op"] == "get":
            found = self._objects[request["h"]]
            for part in request["f"].split("."):
                found = getattr(found, part)
            return found
        if request["op"] in ("attr", "sub"):
            return self._attribute(request["f"])
        first, *rest = request["f"].split(".")
        if first in self._names:
            found = self._names[first]
        else:
            # LeetCode's shape: the function asked for is a method of class Solution
            solution = self._names.get("Solution")
            if not isinstance(solution, type) or not hasattr(solution, first):
                raise NameError(f"the program defines no {first!r}")
            found, rest = solution, [first, *rest]
        for part in rest:
            if isinstance(found, type) and isinstance(
                _plain_attribute(found, part), types.FunctionType
            ):
                init = [self._argument(a) for a in request.get("init", ())]
                found = found(*init)
            found = getattr(found, part)
        return found

    def _told(self, value: Any, *, keep: bool) -> dict[str, Any]:
        if not keep:
            return {"v": encode(value)}
        told = self._other(value) if _stateful(value) else encode(value, self._other)
        if type(told) is dict and "!" in told and told["!"][0] == "h":
            _, number, cls, able = told["!"]
            return {"h": number, "c": cls, "can": able}
        return {"v": told}

    def _class_of(self, value: Any) -> int:
        """The number of an object's class."""
        cls = type(value)
        for i, known in enumerate(self._classes):
            if known is cls:
                return i
        self._classes.append(cls)
        return len(self._classes) - 1

    def _is_own(self, value: Any, request: dict[str, Any]) -> bool:
        """Whether ``Class.method`` gave an instance of ``Class``."""
        owner = self._names.get(str(request["f"]).partition(".")[0])
        return isinstance(owner, type) and isinstance(value, owner)


def _with(told: dict[str, Any], shown: io.StringIO | None) -> dict[str, Any]:
    """A reply, and what was printed meanwhile."""
    return told if shown is None else {**told, "out": shown.getvalue()[:_MAX_SHOWN]}


def _abilities(value: Any) -> list[str]:
    """What a handle on it is good for; to claim more than is true gains nothing."""
    cls = type(value)
    found = ["call"] if callable(value) else []
    if hasattr(cls, "__iter__"):
        found.append("iter")
    if is_view(value):
        found.append("len")
    if not hasattr(cls, "__bool__") and not hasattr(cls, "__len__"):
        found.append("there")
    if type(value) is re.Match:  # whatever else it is, it is true
        found.append("true")
    return found


def _plain_attribute(cls: type, name: str) -> Any:
    for base in cls.__mro__:
        if name in base.__dict__:
            return base.__dict__[name]
    return None


def _stateful(value: Any) -> bool:
    return is_iterator(value) or isinstance(value, types.FunctionType | type)


def _operator(name: str) -> Callable[[Any], Any]:
    """What stands behind a dunder name, asked of an object as Python would ask it."""
    function = getattr(operator, name)
    return lambda o: lambda *args: function(o, *args)


def _reflected(name: str) -> Callable[[Any], Any]:
    function = getattr(operator, name.replace("__r", "__", 1))
    return lambda o: lambda other: function(other, o)


_METHODS: dict[str, Callable[[Any], Any]] = {
    **{name: _operator(name) for name in proxy.BINARY if hasattr(operator, name)},
    **{name: _reflected(name) for name in proxy.BINARY if not hasattr(operator, name)},
    **{name: _operator(name) for name in proxy.ORDER},
    **{name: _operator(name) for name in ("__neg__", "__pos__", "__abs__", "__invert__")},
    **{name: _operator(name) for name in ("__getitem__", "__setitem__", "__delitem__")},
    "__eq__": lambda o: lambda other: bool(o == other),
    "__int__": lambda o: lambda: int(o),
    "__float__": lambda o: lambda: float(o),
    "__reversed__": lambda o: lambda: reversed(o),
    "__len__": lambda o: lambda: len(o),
    "__bool__": lambda o: lambda: bool(o),
    "__hash__": lambda o: lambda: hash(o),
    "__iter__": lambda o: lambda: iter(o),
    "__next__": lambda o: lambda: next(o),
    "__contains__": lambda o: lambda k: k in o,
    "__call__": lambda o: o,
    "__str__": lambda o: lambda: str(o),
    "__repr__": lambda o: lambda: repr(o),
    "__setattr__": lambda o: lambda name, value: setattr(o, name, value),
    "__enter__": lambda o: lambda: type(o).__enter__(o),
    "__exit__": lambda o: lambda *args: type(o).__exit__(o, *args),
}


__all__ = ["Opaque", "run"]
