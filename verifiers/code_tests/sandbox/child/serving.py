"""Answers requests about the names a program defined; its objects stay with it.

At the program's mercy, as everything in its process is.
"""

from __future__ import annotations

import builtins
import contextlib
import io
import math
import operator
import os
import re
import threading
import types
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from assay.verifiers.code_tests.sandbox.child.claims import (
    OUT_OF_MEMORY,
    ParentChannel,
    dump,
    failure,
)
from assay.verifiers.code_tests.sandbox.child.handles import BINARY, IN_PLACE, ORDER
from assay.verifiers.code_tests.sandbox.child.raised import builtin_exception
from assay.verifiers.code_tests.sandbox.wire.codec import (
    Unencodable,
    decode,
    encode,
    is_iterator,
    is_view,
)

_exit = os._exit

_MAX_SHOWN = 1_000_000


class ObjectServer:
    """Answers requests about the names a program defined. Objects stay here, known by number."""

    def __init__(self, names: Mapping[str, Any], channel: ParentChannel) -> None:
        self._names = names
        self._channel = channel
        self._objects: list[Any] = []
        self._numbers: dict[int, int] = {}
        """Of the objects, by identity: the same object is the same number."""
        self._stubs: dict[int, int] = {}
        """Numbers of the test's functions, by identity of what stands for them here."""
        self._functions: dict[int, Any] = {}
        """What stands for them, by those numbers."""
        self._classes: list[type] = []
        self._turn = threading.RLock()
        """Held by the thread that talks to the test; free while the program works, whose threads
        may then call the test's functions."""

    def serve(self) -> None:
        """Answer until the test has no more questions."""
        with self._turn:
            while (request := self._channel.receive()) is not None:
                self.reply(request)

    def reply(self, request: dict[str, Any], *, within: bool = False) -> None:
        """Do what is asked, and send what came of it.

        Args:
            request: The question.
            within: It came while the test runs a function that the program called.
        """
        shown = io.StringIO() if request.get("out") else None
        try:
            if shown is None:
                noted = self._answer(request, within)
            else:
                with contextlib.redirect_stdout(shown):
                    noted = self._answer(request, within)
            reply = dump(_with(noted, shown)).encode("ascii")
        except MemoryError:
            reply = OUT_OF_MEMORY
        except Unencodable as err:
            reply = dump({"u": str(err)}).encode("ascii")
        except BaseException as err:
            reply = dump(_with({"x": failure(err, whole=True)}, shown)).encode("ascii")
        self._channel.send_bytes(reply)

    def _called_back(self, number: int, args: Any, kwargs: Any) -> Any:
        """What a function of the test's gives for these."""
        with self._turn:
            noted = {k: self._noted(a, keep=True) for k, a in kwargs.items()}
            args = [self._noted(a, keep=True) for a in args]
            self._channel.send({"back": number, "a": args, "k": noted})
            while True:
                message = self._channel.receive()
                if message is None:
                    _exit(1)
                if "ret" in message:
                    break
                self.reply(message, within=True)
        found = message["ret"]
        if "x" in found:
            raise builtin_exception(found["x"])
        return self._argument(found["v"])

    def _answer(self, request: dict[str, Any], within: bool) -> dict[str, Any]:
        if within:  # the thread that waits for the test's function keeps its turn
            return self.answer(request)
        self._turn.release()
        try:
            return self.answer(request)
        finally:
            self._turn.acquire()

    def answer(self, request: dict[str, Any]) -> dict[str, Any]:
        """Do what is asked, and the reply: ``v`` a value, ``h`` a kept object, ``after`` args."""
        if request["op"] == "class":
            return {"v": self._lineage(request["f"])}
        if request["op"] == "kind":
            cls = type(self._objects[request["h"]])
            return {"v": [self._path(cls), cls.__name__]}
        for number, name, value in request.get("put", ()):
            _put(getattr(self._objects[number], name), self._argument(value))
        args = [self._argument(a) for a in request.get("a", ())]
        kwargs = {k: self._argument(a) for k, a in request.get("k", {}).items()}
        target = self._target(request, args)
        if request["op"] == "get":
            return self._noted(target, keep=True)
        if request["op"] == "attr":
            reply = self._noted(target, keep=True)
            if "h" in reply and self._is_own(target, request):
                reply["can"].append("own")
            return reply
        if request["op"] == "is":
            return {"v": isinstance(self._objects[request["h"]], target)}
        if request["op"] == "sub":
            return {"v": issubclass(target, self._attribute(request["g"]))}
        value = target(*args, **kwargs)
        reply = self._noted(value, keep=bool(request.get("keep")))
        if "h" in reply and self._is_own(value, request):
            reply["can"].append("own")
        if request.get("after"):
            passed = (*args, *kwargs.values())
            reply["after"] = [encode(a, self._other) for a in passed]
            if type(value) in (list, dict, set):
                reply["same"] = next((i for i, a in enumerate(passed) if a is value), -1)
        return reply

    def _argument(self, value: Any) -> Any:
        if type(value) is dict and "slice" in value:
            return slice(*map(decode, value["slice"]))
        return decode(value, self._ours)

    def _ours(self, noted: list[Any]) -> Any:
        """What the test means by something that is not a value."""
        what, which = noted[0], noted[1]
        if what == "h":
            return self._objects[which]
        if what == "b":
            return getattr(builtins, which)
        if what == "n":
            return self._attribute(which)

        if which in self._functions:  # the same one, so that a program finds what it keeps
            return self._functions[which]

        def function(*args: Any, **kwargs: Any) -> Any:
            return self._called_back(which, args, kwargs)

        function.__name__ = function.__qualname__ = str(noted[2])
        self._objects.append(function)  # kept, so that nothing else gets its identity
        self._stubs[id(function)] = which
        self._functions[which] = function
        return function

    def _other(self, value: Any) -> Any:
        """What the test gets for something that is not a value."""
        if id(value) in self._stubs:
            return {"!": ["f", self._stubs[id(value)]]}
        cls: Any = value
        if type(value) is type and vars(builtins).get(cls.__name__) is value:
            return {"!": ["b", cls.__name__]}
        number = self._numbers.get(id(value))
        if number is None:
            number = self._numbers[id(value)] = len(self._objects)
            self._objects.append(value)
        return {"!": ["h", number, self._class_of(value), _abilities(value)]}

    def _lineage(self, name: str) -> list[Any]:
        """The number of a class, its own names and those of its bases, its builtin base."""
        try:
            cls = self._attribute(name)
        except (NameError, AttributeError):
            return [-1, [], ""]
        if not isinstance(cls, type):
            return [-1, [], ""]
        own = [x.__name__[:80] for x in cls.__mro__ if x.__module__ != "builtins"]
        base = next(x.__name__ for x in cls.__mro__ if x.__module__ == "builtins")
        return [self._number(cls), own[:20], base]

    def _path(self, cls: type) -> str:
        """The name under which the program defines a class; "" if it does not."""
        return next((name for name, x in self._names.items() if x is cls), "")

    def _attribute(self, path: str) -> Any:
        first, *rest = path.split(".")
        if first not in self._names:
            raise NameError(f"the program defines no {first!r}")
        found = self._names[first]
        for part in rest:
            found = getattr(found, part)
        return found

    def _target(self, request: dict[str, Any], args: Sequence[Any]) -> Any:
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
            of_class = isinstance(found, type) and isinstance(
                _plain_attribute(found, part), types.FunctionType
            )
            # but for ``Class.method(instance)``
            if of_class and not (args and found in type(args[0]).__mro__):
                init = [self._argument(a) for a in request.get("init", ())]
                found = found(*init)
            found = getattr(found, part)
        return found

    def _noted(self, value: Any, *, keep: bool) -> dict[str, Any]:
        if not keep:
            return {"v": encode(value)}
        noted = self._other(value) if _stateful(value) else encode(value, self._other)
        if type(noted) is dict and "!" in noted and noted["!"][0] == "h":
            _, number, cls, able = noted["!"]
            return {"h": number, "c": cls, "can": able}
        return {"v": noted}

    def _class_of(self, value: Any) -> int:
        """The number of an object's class."""
        return self._number(type(value))

    def _number(self, cls: type) -> int:
        for i, known in enumerate(self._classes):
            if known is cls:
                return i
        self._classes.append(cls)
        return len(self._classes) - 1

    def _is_own(self, value: Any, request: dict[str, Any]) -> bool:
        """Whether ``Class.method`` gave an instance of ``Class``."""
        owner = self._names.get(str(request["f"]).partition(".")[0])
        return isinstance(owner, type) and isinstance(value, owner)


def _put(mine: Any, new: Any) -> None:
    """What the test did to a list, a dict or a set of the program's."""
    if type(mine) is not type(new) or mine == new:
        return
    if type(mine) is list:
        mine[:] = new
    else:
        mine.clear()
        mine.update(new)


def _with(noted: dict[str, Any], shown: io.StringIO | None) -> dict[str, Any]:
    """A reply, and what was printed meanwhile."""
    return noted if shown is None else {**noted, "out": shown.getvalue()[:_MAX_SHOWN]}


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


def _is_reflected(name: str) -> bool:
    return name.startswith("__r") and hasattr(operator, name.replace("__r", "__", 1))


_METHODS: dict[str, Callable[[Any], Any]] = {
    **{name: _operator(name) for name in BINARY if hasattr(operator, name)},
    **{name: _reflected(name) for name in BINARY if _is_reflected(name)},
    **{name: _operator(name) for name in ORDER},
    **{name: _operator(name) for name in ("__neg__", "__pos__", "__abs__", "__invert__")},
    **{name: _operator(name) for name in ("__getitem__", "__setitem__", "__delitem__")},
    "__eq__": lambda o: lambda other: bool(o == other),
    **{name: _operator(name) for name in IN_PLACE},
    "__divmod__": lambda o: lambda other: divmod(o, other),
    "__rdivmod__": lambda o: lambda other: divmod(other, o),
    "__index__": lambda o: lambda: operator.index(o),
    "__round__": lambda o: lambda *n: round(o, *n),
    "__trunc__": lambda o: lambda: math.trunc(o),
    "__floor__": lambda o: lambda: math.floor(o),
    "__ceil__": lambda o: lambda: math.ceil(o),
    "__complex__": lambda o: lambda: complex(o),
    "__format__": lambda o: lambda spec: format(o, spec),
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
