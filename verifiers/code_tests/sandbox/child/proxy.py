"""Inside the test's sandbox: stands for the program under test, which runs in another.

A name of the program's is a `_Name` here; a call of it is asked of the parent, which asks the
program. What it returns crosses as a value, or stays there and is known here by a handle
(`handles`). Functions of the test's stay with the test likewise.
"""

from __future__ import annotations

import builtins
import contextlib
import os
import sys
import threading
from collections.abc import Iterator
from typing import Any, Protocol

from assay.verifiers.code_tests.sandbox.child.handles import (
    Believed,
    Handle,
    Instance,
    Kin,
    Made,
    elsewhere,
    made,
)
from assay.verifiers.code_tests.sandbox.child.raised import catchable, raised
from assay.verifiers.code_tests.sandbox.child.unittest_run import run_cases
from assay.verifiers.code_tests.sandbox.wire.codec import decode, encode

_exit = os._exit


class Channel(Protocol):
    """Frames to and from the parent."""

    def send(self, message: Any) -> None:
        """Say it."""

    def receive(self) -> Any:
        """The next message; None at the end."""


class Caller:
    """Asks the parent for what the program under test would do."""

    def __init__(self, channel: Channel, *, in_place: bool, believed: bool) -> None:
        self._channel = channel
        self._in_place = in_place
        self.believed = believed
        """Operators of classes that the test constructs are."""
        self.known: set[int] = set()
        """Classes that the test called, by the program's number for them."""
        self._handles: dict[tuple[Any, ...], Handle] = {}
        """One for each object and way of knowing it, so that ``is`` means what it says."""
        self._given: dict[int, Handle] = {}
        """Handles that the test passed as arguments."""
        self._functions: list[Any] = []
        """Of the test's, that the program was given; each known by its place."""
        self._numbers: dict[int, int] = {}
        self._stdout = sys.stdout
        self._turns = _Turns()
        self._next = threading.local()

    @property
    def for_effect(self) -> bool:
        """Of this thread's next call nothing but what it does to its arguments is wanted."""
        return bool(getattr(self._next, "for_effect", False))

    @for_effect.setter
    def for_effect(self, wanted: bool) -> None:
        self._next.for_effect = wanted

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
        with self._turns.asking():
            self._channel.send({"ask": request})
            while True:
                reply = self._channel.receive()
                if reply is None:
                    _exit(1)
                if "back" not in reply:
                    break
                with self._turns.given_up():
                    given = self._called_back(reply)
                self._channel.send({"ret": given})
        if reply.get("out") and "out" in request:
            sys.stdout.write(reply["out"])
        if "x" in reply:
            raise raised(reply["x"], request.get("f"))
        if self._in_place or for_effect:
            passed = (*args, *(kwargs or {}).values())
            for mine, theirs in zip(passed, reply.get("after") or (), strict=False):
                self._update(mine, theirs)
        return dict(reply)

    def _called_back(self, told: dict[str, Any]) -> dict[str, Any]:
        """What a function of the test's gave for what the program passed it."""
        try:
            args = [made(self, a, None) for a in told["a"]]
            kwargs = {k: made(self, a, None) for k, a in told["k"].items()}
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
        if isinstance(value, Handle):
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

    def handle(self, kind: type[Handle], number: int, near: type[Handle] | None) -> Handle:
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
            return elsewhere(self, told, None)

        if type(mine) is list and type(theirs) is list:
            mine[:] = decode(theirs, found)
        elif type(mine) in (dict, set) and type(theirs) is dict:
            new = decode(theirs, found)
            if type(new) is type(mine):
                mine.clear()
                mine.update(new)


class _Turns:
    """Whose turn it is on the channel, where the test has threads.

    One question at a time: a reply belongs to whoever asked last. While a function of the test's
    runs that the program called, other threads may ask; but what it gave is sent only when those
    that asked meanwhile have their replies, since the program waits for them first.
    """

    def __init__(self) -> None:
        self._changed = threading.Condition(threading.Lock())
        self._busy = False
        self._back: list[object] = []
        """Functions of the test's under way, the program's newest call last."""

    @contextlib.contextmanager
    def asking(self) -> Iterator[None]:
        with self._changed:
            while self._busy:
                self._changed.wait()
            self._busy = True
        try:
            yield
        finally:
            self._let_go()

    @contextlib.contextmanager
    def given_up(self) -> Iterator[None]:
        me = object()
        with self._changed:
            self._back.append(me)
            self._busy = False
            self._changed.notify_all()
        try:
            yield
        finally:
            with self._changed:
                while self._busy or self._back[-1] is not me:
                    self._changed.wait()
                self._back.pop()
                self._busy = True

    def _let_go(self) -> None:
        with self._changed:
            self._busy = False
            self._changed.notify_all()


def _constant(caller: Caller, name: _Name) -> Any:
    """What the program has by that name, if it is a value: a guess, as what it returns is."""
    try:
        reply = caller.ask({"op": "attr", "f": name._assay_name})
    except Exception:  # no such name: an error where the test uses it
        return name
    return name if "call" in (reply.get("can") or ()) else made(caller, reply, None)


def _there(value: Any) -> bool:
    """The truth of a value in ``while node:``; an object whose class does not define it is there.

    That is no word of the program's: to be always true a number would do.
    """
    if isinstance(value, Handle) and not isinstance(value, Instance):
        return "_assay_there" in vars(value) or bool(value)
    return bool(value)


def _same(a: Any, b: Any) -> bool:
    """Whether it is one object, known by handles of whatever kinds."""
    if isinstance(a, Handle) and isinstance(b, Handle):
        return bool(a._assay_number == b._assay_number)
    return a is b


class _Name:
    """A function or class of the program under test, by name."""

    def __init__(self, caller: Caller, name: str, kind: type[Kin] | None) -> None:
        self._assay_caller, self._assay_name, self._assay_kind = caller, name, kind
        self.__name__ = name.rpartition(".")[2]

    def __call__(self, /, *args: Any, **kwargs: Any) -> Any:
        caller = self._assay_caller
        request = {"op": "call", "f": self._assay_name, "keep": 1, "after": 1}
        reply = caller.ask(request, args, kwargs)
        if "h" in reply and self._assay_kind is not None:
            if "." not in self._assay_name:
                caller.known.add(reply.get("c", -1))
                return caller.handle(self._assay_kind, reply["h"], Kin)
            if "own" in (reply.get("can") or ()):  # another way to make one: Matrix.identity(3)
                caller.known.add(reply.get("c", -1))
                return caller.handle(Kin, reply["h"], Kin)
        return made(caller, reply, None)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        caller, path = self._assay_caller, f"{self._assay_name}.{name}"
        reply = caller.ask({"op": "attr", "f": path})
        can = reply.get("can") or ()
        if "call" in can:
            return _Name(caller, path, self._assay_kind)
        if self._assay_kind is not None and "own" in can:  # a member of an enum
            caller.known.add(reply.get("c", -1))
            return caller.handle(Kin, reply["h"], Kin)
        return made(caller, reply, None)

    def __repr__(self) -> str:
        return f"<{self._assay_name} of the program>"

    def __eq__(self, other: object) -> bool:
        return type(other) is _Name and other._assay_name == self._assay_name

    def __hash__(self) -> int:
        return hash(self._assay_name)

    def __subclasscheck__(self, cls: Any) -> bool:
        if not isinstance(cls, _Name):
            return False
        request = {"op": "sub", "f": cls._assay_name, "g": self._assay_name}
        return self._assay_caller.ask(request).get("v") is True

    def __instancecheck__(self, value: Any) -> bool:
        if not isinstance(value, Handle):
            return False
        request = {"op": "is", "h": value._assay_number, "f": self._assay_name}
        return self._assay_caller.ask(request).get("v") is True


def _kind(caller: Caller, names: dict[str, _Name]) -> Any:
    """`type` of one argument; of an object of the program's, its class by name."""

    def kind(value: Any) -> Any:
        if type(value) is _Name:
            return type if value._assay_kind is not None else type(_kind)
        if not isinstance(value, Handle):
            return type(value)
        path, name = decode(caller.ask({"op": "kind", "h": value._assay_number, "f": ""})["v"])
        found = [x for x in names.values() if x._assay_name == path]
        return found[0] if found else _Name(caller, str(path or name), None)

    return kind


def _dict(value: Any) -> Any:
    """``vars(x)``, ``x.__dict__``."""
    return value._assay_attribute("__dict__") if isinstance(value, Handle) else vars(value)


def outward(channel: Channel, job: dict[str, Any]) -> dict[str, Any]:
    """The builtins of the test code, with the program's names among them.

    Among the builtins, not the globals: what the test itself defines comes first.

    Args:
        channel: To the parent.
        job: What the suite says of the program's names (`suites.Rest`): ``caller``, what the test
            and the program call them; ``classes`` and ``constructed``, those that it takes for
            classes; ``constants``, those that it calls nowhere; ``exceptions``, which it catches
            and has classes of its own for; ``in_place``, whether a call whose result is used
            changes the test's arguments (one that is a statement does, since it can have no other
            purpose); ``believed``, whether the operators of classes are believed.
    """
    caller = Caller(channel, in_place=job.get("in_place", True), believed=bool(job.get("believed")))

    def effect(function: Any) -> Any:
        """What a statement calls."""
        if not isinstance(function, Handle | _Name):
            return function  # the test's own

        call_it: Any = function

        def call(*args: Any, **kwargs: Any) -> Any:
            caller.for_effect = True
            return call_it(*args, **kwargs)

        return call

    believed = Believed if caller.believed else Instance
    kinds: dict[str, type[Kin]] = dict.fromkeys(job.get("classes", ()), believed)
    for name in job.get("constructed", ()):
        kinds.setdefault(name, Believed if caller.believed else Made)
    names: dict[str, str] = job["caller"]
    found = {name: _Name(caller, theirs, kinds.get(name)) for name, theirs in names.items()}

    def lineage(name: str) -> tuple[list[str], str]:
        number, own, builtin = decode(caller.ask({"op": "class", "f": name})["v"])
        caller.known.add(number)
        return own, builtin

    for name in kinds:  # before anything is called, so that what is called meets them as known
        lineage(names.get(name, name))
    caller.known.discard(-1)
    values = {name: _constant(caller, found[name]) for name in job.get("constants", ())}
    own = {
        "_assay_run_cases": run_cases,
        "_assay_there": _there,
        "_assay_same": _same,
        "_assay_effect": effect,
        "_assay_kind": _kind(caller, found),
        "_assay_dict": _dict,
    }
    exceptions = catchable(job.get("exceptions", ()), lineage)
    return {**vars(builtins), **own, **found, **values, **exceptions}
