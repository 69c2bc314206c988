"""Asks the parent, from the test's sandbox, for what the program under test would do."""

from __future__ import annotations

import builtins
import contextlib
import os
import sys
import threading
from collections.abc import Iterator
from typing import Any, Protocol

from assay.verifiers.code_tests.sandbox.child.handles import Handle, elsewhere, made
from assay.verifiers.code_tests.sandbox.child.raised import raised
from assay.verifiers.code_tests.sandbox.wire.codec import decode, encode

_exit = os._exit


class Named:
    """What the test has for a name of the program's (`proxy`)."""

    _assay_name: str


class Channel(Protocol):
    """Frames to and from the parent."""

    def send(self, message: Any) -> None:
        """Say it."""

    def receive(self) -> Any:
        """The next message; None at the end."""


_WATCHED = 16
_WATCHED_ITEMS = 1_000
"""More of them, or longer ones, would cost more than the calls themselves."""


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
        self._attributes: list[tuple[Any, Any, int, str]] = []
        """Lists, dicts and sets that are attributes of the program's objects: the test's copy, what
        it was, the object, the name. What the test does to them is done there, too."""
        self._functions: list[Any] = []
        """Of the test's, that the program was given; each known by its place."""
        self._numbers: dict[int, int] = {}
        self.not_carried: dict[str, None] = {}
        """What the test asked of objects of the program's, and was answered without asking them."""
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
        if request.get("op") not in ("class", "kind") and self._attributes:
            request["put"] = self._changed()
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
        passed = (*args, *(kwargs or {}).values())
        if self._in_place or for_effect:
            for mine, theirs in zip(passed, reply.get("after") or (), strict=False):
                self._update(mine, theirs)
        found = dict(reply)
        same = found.get("same", -1)
        if 0 <= same < len(passed) and self._is_still(passed[same], found):
            found["own"] = passed[same]
        return found

    def _is_still(self, mine: Any, reply: dict[str, Any]) -> bool:
        """Whether an argument that the program returned may stand for the result here, too.

        Not where the program changed it and what it changes is not believed.
        """
        if type(mine) not in (list, dict, set):
            return False
        return self._in_place or bool(self._sent(mine) == reply.get("v"))

    def watch(self, value: Any, number: int, name: str) -> Any:
        """A value that is an attribute of an object of the program's."""
        if type(value) in (list, dict, set) and len(value) <= _WATCHED_ITEMS:
            self._attributes.append((value, self._sent(value), number, name))
            del self._attributes[:-_WATCHED]
        return value

    def _changed(self) -> list[Any]:
        """Those that the test has changed, as they are now."""
        found = []
        for i, (value, before, number, name) in enumerate(self._attributes):
            now = self._sent(value)
            if now != before:
                self._attributes[i] = (value, now, number, name)
                found.append([number, name, now])
        return found

    def _called_back(self, noted: dict[str, Any]) -> dict[str, Any]:
        """What a function of the test's gave for what the program passed it."""
        try:
            args = [made(self, a, None) for a in noted["a"]]
            kwargs = {k: made(self, a, None) for k, a in noted["k"].items()}
            return {"v": self._sent(self._functions[noted["back"]](*args, **kwargs))}
        except Exception as err:
            base = next(c for c in type(err).__mro__ if c.__module__ == "builtins")
            text = err.args[0] if len(err.args) == 1 and type(err.args[0]) is str else str(err)
            return {"x": {"base": base.__name__, "type": base.__name__, "text": text[:200]}}

    def _sent(self, value: Any) -> Any:
        if type(value) is slice:
            return {"slice": [encode(x) for x in (value.start, value.stop, value.step)]}
        return encode(value, self._stays)

    def _stays(self, value: Any) -> Any:
        """What the program gets for something that is not a value: a function stays here."""
        if isinstance(value, Handle):
            self._given[value._assay_number] = value
            return {"!": ["h", value._assay_number]}
        if issubclass(type(value), Named):
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

        def found(noted: list[Any]) -> Any:  # an object that the test gave is its own again
            if noted[0] == "h" and noted[1] in self._given:
                return self._given[noted[1]]
            return elsewhere(self, noted, None)

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
