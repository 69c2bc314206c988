"""Inside the test's sandbox: stands for the program under test, which runs in another.

What a program's function returns crosses as a value, or, where it is none, stays there and is
known here by a handle. Whose word a handle takes is decided by what the *test* did to get it:

==============  ==========================  ===================================================
handle          comes from                  its program is asked for
==============  ==========================  ===================================================
`_Instance`     the test called a class;    every operator: the class's operators are under test
                arithmetic of such ones
`_Kin`          a method, attribute or      operators that claim a value: ``len``, ``str``,
                item of one; of a class     ``[i]``, iteration; arithmetic with its like
                that the test called
`_Iterator`     anywhere                    its items; ``in`` looks at all of them, here
`_Function`     anywhere                    what it returns
`_Opaque`       anywhere                    attributes and methods
==============  ==========================  ===================================================

Else an object that a function returns could agree to whatever it is asked, and would be told what
is expected of it by being asked. For the same reason no operator of any handle is ever given a
plain value to compare with: what is no value equals none.
"""

from __future__ import annotations

import builtins
import os
import sys
from collections.abc import Sequence
from typing import Any, Protocol

from assay.verifiers.code_tests.sandbox.codec import decode, encode

_exit = os._exit


class Channel(Protocol):
    """Frames to and from the parent."""

    def send(self, message: Any) -> None:
        """Say it."""

    def receive(self) -> Any:
        """The next message; None at the end."""


class ProgramError(Exception):
    """The program under test raised something that is no builtin exception."""


class Caller:
    """Asks the parent for what the program under test would do."""

    def __init__(self, channel: Channel, *, in_place: bool) -> None:
        self._channel = channel
        self._in_place = in_place
        self.known: set[int] = set()
        """Classes that the test called, by the program's number for them."""
        self._handles: dict[tuple[Any, ...], _Opaque] = {}
        """One for each object and way of knowing it, so that ``is`` means what it says."""
        self._given: dict[int, _Opaque] = {}
        """Handles that the test passed as arguments."""
        self._functions: list[Any] = []
        """Of the test's, that the program was given; each known by its place."""
        self._numbers: dict[int, int] = {}
        self._stdout = sys.stdout
        self.for_effect = False
        """Of the call that comes next nothing but what it does to its arguments is wanted."""

    def ask(
        self, request: dict[str, Any], args: tuple[Any, ...] = (), kwargs: Any = None
    ) -> dict[str, Any]:
        """The reply, which holds a value or a handle.

        Raises:
            Exception: what the program raised, as the nearest builtin class.
        """
        for_effect, self.for_effect = self.for_effect, False
        request["a"] = [self._sent(a) for a in args]
        request["k"] = {k: self._sent(v) for k, v in (kwargs or {}).items()}
        if sys.stdout is not self._stdout:  # the test looks at what is printed
            request["out"] = 1
        self._channel.send({"ask": request})
        while True:
            reply = self._channel.receive()
            if reply is None:
                _exit(1)
            if "back" not in reply:
                break
            self._channel.send({"ret": self._called_back(reply)})
        if reply.get("out") and "out" in request:
            sys.stdout.write(reply["out"])
        if "x" in reply:
            raise _raised(reply["x"], request.get("f"))
        if self._in_place or for_effect:
            for mine, theirs in zip(args, reply.get("after") or (), strict=False):
                self._update(mine, theirs)
        return dict(reply)

    def _called_back(self, told: dict[str, Any]) -> dict[str, Any]:
        """What a function of the test's gave for what the program passed it."""
        try:
            args = [_made(self, a, None) for a in told["a"]]
            kwargs = {k: _made(self, a, None) for k, a in told["k"].items()}
            return {"v": self._sent(self._functions[told["back"]](*args, **kwargs))}
        except Exception as err:
            base = next(c for c in type(err).__mro__ if c.__module__ == "builtins")
            text = err.args[0] if len(err.args) == 1 and type(err.args[0]) is str else str(err)
            return {"x": {"base": base.__name__, "type": base.__name__, "text": text[:200]}}

    def _sent(self, value: Any) -> Any:
        if type(value) is slice:
            return {"slice": [encode(x) for x in (value.start, value.stop, value.step)]}
        return encode(value, self._stays)

    def _stays(self, value: Any) -> Any:
        """What the program is told of something that is no value: a function stays here."""
        if isinstance(value, _Opaque):
            self._given[value._assay_number] = value
            return {"!": ["h", value._assay_number]}
        if type(value) is _Name:
            return {"!": ["n", value._assay_name]}
        if not callable(value):
            return None
        name = str(getattr(value, "__name__", "function"))[:80]
        if vars(builtins).get(name) is value:
            return {"!": ["b", name]}
        number = self._numbers.setdefault(id(value), len(self._functions))
        if number == len(self._functions):
            self._functions.append(value)  # kept, so its identity stays its own
        return {"!": ["f", number, name]}

    def handle(self, kind: type[_Opaque], number: int, near: type[_Opaque] | None) -> _Opaque:
        """The handle of that kind on that object."""
        key = (number, kind, near)
        if key not in self._handles:
            self._handles[key] = kind(self, number, near)
        return self._handles[key]

    def own_function(self, number: int) -> Any:
        """The test's, which the program gave back."""
        return self._functions[number]

    def _update(self, mine: Any, theirs: Any) -> None:
        """What the program did to a mutable argument, done to the test's own."""

        def found(told: list[Any]) -> Any:  # an object that the test gave is its own again
            if told[0] == "h" and told[1] in self._given:
                return self._given[told[1]]
            return _elsewhere(self, told, None)

        if type(mine) is list and type(theirs) is list:
            mine[:] = decode(theirs, found)
        elif type(mine) in (dict, set) and type(theirs) is dict:
            new = decode(theirs, found)
            if type(new) is type(mine):
                mine.clear()
                mine.update(new)


def _raised(told: dict[str, Any], asked: Any) -> Exception:
    kind = getattr(builtins, str(told.get("base")), None)
    text = str(told.get("text"))
    if not isinstance(kind, type) or not issubclass(kind, Exception):
        return ProgramError(f"{told.get('type')}: {text}")
    if issubclass(kind, StopIteration | StopAsyncIteration) and asked != "__next__":
        # it would end the test's own loop, map or all() over calls, unasserted
        return ProgramError(text)
    if kind in (UnicodeDecodeError, UnicodeEncodeError, UnicodeTranslateError):
        kind = ValueError
    # an AssertionError of the program's is not one of the test's, but reads like it
    return _caught_as(told.get("names") or (), kind)(text)


_exceptions: dict[str, type[Exception]] = {}
"""By the names of what the test catches: a class for each, where it has none of its own."""


def _caught_as(names: Sequence[str], kind: type[Exception]) -> type[Exception]:
    """A class like `kind` that is caught as the test's classes of those names, too.

    It is the program's word, as it is whether it raises at all.
    """
    known = vars(sys.modules["program"])  # the test's own module
    mine = [known.get(name, _exceptions[name]) for name in names if name in _exceptions]
    bases = [x for x in mine if isinstance(x, type) and issubclass(x, Exception)]
    bases = [x for x in bases if not issubclass(x, StopIteration | StopAsyncIteration)]
    try:
        made = type(kind.__name__, (*bases, kind), {"__init__": Exception.__init__})
    except TypeError:  # no order of all of them
        return kind
    return made if bases else kind


def builtin_exception(told: dict[str, Any]) -> Exception:
    """The exception that a function of the test's raised, as its nearest builtin class."""
    return _raised(told, "__next__")


def _elsewhere(caller: Caller, told: list[Any], operand: type[_Opaque] | None) -> Any:
    """What is no value, in one that crossed."""
    if told[0] == "f":
        return caller.own_function(told[1])
    return _made(caller, {"h": told[1], "c": told[2], "can": told[3]}, operand)


def _made(caller: Caller, reply: dict[str, Any], operand: type[_Opaque] | None) -> Any:
    """The value in a reply, or a handle on what stayed.

    Args:
        caller: To ask through.
        reply: The program's.
        operand: The kind of handle that an operator or a member was used on; None for a call of
            a function.
    """
    if "h" not in reply:
        return decode(reply.get("v"), lambda told: _elsewhere(caller, told, operand))
    can = reply.get("can") or ()
    kind: type[_Opaque] = _Opaque
    if operand is not None and issubclass(operand, _Kin) and reply.get("c") in caller.known:
        kind = operand
    elif "iter" in can:
        kind = _Sized if "len" in can else _Iterator
    elif "call" in can:
        kind = _Function
    # what it yields in turn is as near to an instance as itself
    near = _Kin if operand is not None and issubclass(operand, _Kin) else None
    made = caller.handle(kind, reply["h"], near)
    if "there" in can:
        vars(made)["_assay_there"] = True
    if "true" in can:
        vars(made)["_assay_true"] = True
    return made


def _there(value: Any) -> bool:
    """The truth of a value in ``while node:``; an object whose class does not define it is there.

    That is no word of the program's: to be always true a number would do.
    """
    if isinstance(value, _Opaque) and not isinstance(value, _Instance):
        return "_assay_there" in vars(value) or bool(value)
    return bool(value)


def _same(a: Any, b: Any) -> bool:
    """Whether it is one object, known by handles of whatever kinds."""
    if isinstance(a, _Opaque) and isinstance(b, _Opaque):
        return bool(a._assay_number == b._assay_number)
    return a is b


class _Opaque:
    """An object that lives in the program's sandbox. Equal to nothing but itself; no truth."""

    def __init__(self, caller: Caller, number: int, near: type[_Opaque] | None) -> None:
        fields = vars(self)  # not by assignment, which is the program's affair
        fields.update(_assay_caller=caller, _assay_number=number, _assay_near=near)

    def _assay_ask(self, op: str, name: str, *args: Any, **kwargs: Any) -> dict[str, Any]:
        request = {"op": op, "h": self._assay_number, "f": name, "keep": 1, "after": 1}
        caller: Caller = self._assay_caller
        return caller.ask(request, args, kwargs)

    def _assay_on(self, name: str, *args: Any) -> Any:
        """An operator: what it gives is of the operand's kind, if of its class."""
        return _made(self._assay_caller, self._assay_ask("on", name, *args), type(self))

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        near = _Kin if isinstance(self, _Kin) else self._assay_near
        return _made(self._assay_caller, self._assay_ask("get", name), near)

    def __setattr__(self, name: str, value: Any) -> None:
        self._assay_ask("on", "__setattr__", name, value)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Opaque) and self._assay_number == other._assay_number

    def __hash__(self) -> int:
        return hash(self._assay_number)

    def __bool__(self) -> bool:
        if "_assay_true" in vars(self):  # a match of re: to say so gains no more than True would
            return True
        raise TypeError("an object of the program's that is no value is neither true nor false")

    def __enter__(self) -> Any:
        return self._assay_on("__enter__")

    def __exit__(self, *_: Any) -> None:
        self._assay_on("__exit__", None, None, None)  # what the test raises stays raised

    def __repr__(self) -> str:
        return "<an object of the program>"  # no word of the program's in it


class _Function(_Opaque):
    """A function, a method, or what else can be called: no more than a function would be."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        reply = self._assay_ask("on", "__call__", *args, **kwargs)
        return _made(self._assay_caller, reply, self._assay_near)


class _Iterator(_Opaque):
    """Gives values one by one; or can be gone through."""

    def __iter__(self) -> Any:
        reply = self._assay_ask("on", "__iter__")
        found = _made(self._assay_caller, reply, self._assay_near)
        return found if isinstance(found, _Opaque) else iter(found)

    def __next__(self) -> Any:
        return _made(self._assay_caller, self._assay_ask("on", "__next__"), self._assay_near)

    def __contains__(self, key: Any) -> bool:
        # all of it first: one without end that gives everything in turn contains nothing
        return key in [x for x in self]  # noqa: C416 - list() would ask for a length, too


class _Sized(_Iterator):
    """A view of a dict."""

    def __len__(self) -> int:
        return sum(1 for _ in self)


class _Kin(_Opaque):
    """Of a class under test; operators that claim a value are its word, and a guess each."""

    def __len__(self) -> int:
        length = self._assay_on("__len__")
        return length if type(length) is int else -1

    def __iter__(self) -> Any:
        found = self._assay_on("__iter__")
        return found if isinstance(found, _Opaque) else iter(found)

    def __next__(self) -> Any:
        return _made(self._assay_caller, self._assay_ask("on", "__next__"), _Kin)

    def __getitem__(self, key: Any) -> Any:
        if not isinstance(self, _Instance) and not _is_place(key):
            raise TypeError("an object that a method returned is not asked for keys")
        return _made(self._assay_caller, self._assay_ask("on", "__getitem__", key), _Kin)

    def __contains__(self, key: Any) -> bool:
        raise TypeError("an object that a method returned is not asked what it contains")

    def __eq__(self, other: object) -> bool:
        if isinstance(other, _Opaque) and self._assay_number == other._assay_number:
            return True
        # with its like only: a plain value would be what is expected
        return isinstance(other, _Kin) and self._assay_on("__eq__", other) is True

    __hash__ = _Opaque.__hash__

    def __str__(self) -> str:
        text = self._assay_on("__str__")
        return text if type(text) is str else ""

    def __repr__(self) -> str:
        text = self._assay_on("__repr__")
        return text if type(text) is str else ""


class _Instance(_Kin):
    """The test called its class: the class's operators are what is under test."""

    def __contains__(self, key: Any) -> bool:
        return self._assay_on("__contains__", key) is True

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        reply = self._assay_ask("on", "__call__", *args, **kwargs)
        return _made(self._assay_caller, reply, _Kin)

    def _assay_scaled(self, name: str, other: Any) -> Any:
        """Arithmetic with a plain value, which may be what is expected: ``abs(x - 3.5) < 0.1``.

        So it must stay in the class, and what it gives is asked for no number.
        """
        found = _made(self._assay_caller, self._assay_ask("on", name, other), _Kin)
        if not isinstance(found, _Kin):
            raise TypeError("an operator with a plain value must give an object of the class")
        return found

    def __bool__(self) -> bool:
        return self._assay_on("__bool__") is True

    def __hash__(self) -> int:
        number = self._assay_on("__hash__")
        return hash(number) if type(number) is int else 0

    def __setitem__(self, key: Any, value: Any) -> None:
        self._assay_on("__setitem__", key, value)

    def __delitem__(self, key: Any) -> None:
        self._assay_on("__delitem__", key)


def _is_place(key: Any) -> bool:
    parts = key if type(key) is tuple else (key,)
    return all(type(x) is int or type(x) is slice for x in parts)


def _add_operators() -> None:
    def binary(name: str) -> Any:
        def operate(self: _Kin, other: Any) -> Any:
            if isinstance(other, _Kin):
                return self._assay_on(name, other)
            if not isinstance(self, _Instance):
                return NotImplemented
            return self._assay_scaled(name, other)

        return operate

    def unary(name: str) -> Any:
        def operate(self: _Kin) -> Any:
            return self._assay_on(name)

        return operate

    def order(name: str) -> Any:
        def compare(self: _Kin, other: Any) -> Any:
            if not isinstance(other, _Kin):
                return NotImplemented
            return self._assay_on(name, other) is True

        return compare

    for name in BINARY:
        setattr(_Kin, name, binary(name))
    for name in UNARY:
        setattr(_Instance, name, unary(name))
    for name in ORDER:
        setattr(_Kin, name, order(name))


_ARITHMETIC = (
    "add", "sub", "mul", "truediv", "floordiv", "mod", "pow", "matmul", "and", "or", "xor",
    "lshift", "rshift",
)  # fmt: skip
BINARY = tuple(f"__{r}{name}__" for name in _ARITHMETIC for r in ("", "r"))
UNARY = ("__neg__", "__pos__", "__abs__", "__invert__", "__int__", "__float__", "__reversed__")
ORDER = ("__lt__", "__le__", "__gt__", "__ge__")
_add_operators()


class _Name:
    """A function or class of the program under test, by name."""

    def __init__(self, caller: Caller, name: str, *, is_class: bool) -> None:
        self._assay_caller, self._assay_name, self._assay_class = caller, name, is_class
        self.__name__ = name

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        caller = self._assay_caller
        request = {"op": "call", "f": self._assay_name, "keep": 1, "after": 1}
        reply = caller.ask(request, args, kwargs)
        if "h" in reply and self._assay_class:
            if "." not in self._assay_name:
                caller.known.add(reply.get("c", -1))
                return caller.handle(_Instance, reply["h"], _Kin)
            if "own" in (reply.get("can") or ()):  # another way to make one: Matrix.identity(3)
                caller.known.add(reply.get("c", -1))
                return caller.handle(_Kin, reply["h"], _Kin)
        return _made(caller, reply, None)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        caller, path = self._assay_caller, f"{self._assay_name}.{name}"
        reply = caller.ask({"op": "attr", "f": path})
        can = reply.get("can") or ()
        if "call" in can:
            return _Name(caller, path, is_class=self._assay_class)
        if self._assay_class and "own" in can:  # a member of an enum
            caller.known.add(reply.get("c", -1))
            return caller.handle(_Kin, reply["h"], _Kin)
        return _made(caller, reply, None)

    def __subclasscheck__(self, cls: Any) -> bool:
        if not isinstance(cls, _Name):
            return False
        request = {"op": "sub", "f": cls._assay_name, "g": self._assay_name}
        return self._assay_caller.ask(request).get("v") is True

    def __instancecheck__(self, value: Any) -> bool:
        if not isinstance(value, _Opaque):
            return False
        request = {"op": "is", "h": value._assay_number, "f": self._assay_name}
        return self._assay_caller.ask(request).get("v") is True


def outward(
    channel: Channel,
    names: list[str],
    classes: list[str],
    exceptions: list[str],
    *,
    in_place: bool,
) -> dict[str, Any]:
    """The builtins of the test code, with the program's names among them.

    Among the builtins, not the globals: what the test itself defines comes first.

    Args:
        channel: To the parent.
        names: What the program is asked for.
        classes: Those of them that the test takes for classes.
        exceptions: The program's exceptions that the test catches; it gets classes of its own.
        in_place: Whether a call whose result is used changes the test's arguments; one that is
            a statement does, since it can have no other purpose.
    """
    caller = Caller(channel, in_place=in_place)

    def effect(function: Any) -> Any:
        """What a statement calls."""
        if not isinstance(function, _Opaque | _Name):
            return function  # the test's own

        call_it: Any = function

        def call(*args: Any, **kwargs: Any) -> Any:
            caller.for_effect = True
            return call_it(*args, **kwargs)

        return call

    found = {name: _Name(caller, name, is_class=name in classes) for name in names}
    own = {"_assay_there": _there, "_assay_same": _same, "_assay_effect": effect}
    _exceptions.update((name, type(name, (Exception,), {})) for name in exceptions)
    return {**vars(builtins), **own, **_exceptions, **found}
