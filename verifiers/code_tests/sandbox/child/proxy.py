"""Inside the test's sandbox: stands for the program under test, which runs in another.

A name of the program's is a `_Name` here; a call of it is asked of the parent, which asks the
program. What it returns crosses as a value, or stays there and is known here by a handle
(`handles`). Functions of the test's stay with the test likewise.
"""

from __future__ import annotations

import builtins
import os
from typing import Any

from assay.verifiers.code_tests.sandbox.child.caller import Caller, Channel, Named
from assay.verifiers.code_tests.sandbox.child.handles import (
    Believed,
    Handle,
    Instance,
    Kin,
    Made,
    made,
)
from assay.verifiers.code_tests.sandbox.child.raised import catchable
from assay.verifiers.code_tests.sandbox.child.unittest_run import run_cases
from assay.verifiers.code_tests.sandbox.wire.codec import decode

_exit = os._exit

NOT_CARRIED = "_assay_not_carried"
"""Of the test's builtins, what it asked that no object of the program's was asked."""


def _constant(caller: Caller, name: _Name) -> Any:
    """What the program has by that name, if it is a value: a guess, as what it returns is."""
    try:
        reply = caller.ask({"op": "attr", "f": name._assay_name})
    except Exception:  # no such name: an error where the test uses it
        return name
    return name if "call" in (reply.get("can") or ()) else made(caller, reply, None)


def _there(value: Any) -> bool:
    """The truth of a value in ``while node:``; an object whose class does not define it is there.

    That is not a word of the program's: to be always true a number would do.
    """
    if isinstance(value, Handle) and not isinstance(value, Instance):
        return "_assay_there" in vars(value) or bool(value)
    return bool(value)


def _same(a: Any, b: Any) -> bool:
    """Whether it is one object, known by handles of whatever kinds."""
    if isinstance(a, Handle) and isinstance(b, Handle):
        return bool(a._assay_number == b._assay_number)
    return a is b


class _Name(Named):
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

    def _assay_on(self, name: str, *args: Any) -> Any:
        """An operator of a class itself: ``Color["RED"]``, ``list(Color)``."""
        caller = self._assay_caller
        it = caller.ask({"op": "attr", "f": self._assay_name})
        request = {"op": "on", "h": it.get("h", -1), "f": name, "keep": 1}
        return made(caller, caller.ask(request, args), Kin if self._assay_kind else None)

    def __getitem__(self, key: Any) -> Any:
        return self._assay_on("__getitem__", key)

    def __iter__(self) -> Any:
        found = self._assay_on("__iter__")
        return found if isinstance(found, Handle) else iter(found)

    def __len__(self) -> int:
        return len(list(self))

    def __bool__(self) -> bool:
        return True

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
        NOT_CARRIED: caller.not_carried,
    }
    exceptions = catchable(job.get("exceptions", ()), lineage)
    return {**vars(builtins), **own, **found, **values, **exceptions}
