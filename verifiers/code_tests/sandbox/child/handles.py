"""What the test knows of the program's objects that are not values: handles on them.

What a program's function returns crosses as a value, or, where it is none, stays there and is
known here by a handle. Whose word a handle takes is decided by what the *test* did to get it:

============  ==========================  =====================================================
handle        comes from                  its program is asked for
============  ==========================  =====================================================
`Instance`    the test called a class;    every operator: the class's operators are under test
              arithmetic of such ones
`Kin`         a method, attribute or      operators that claim a value: ``len``, ``str``,
              item of one; of a class     ``[i]``, iteration; arithmetic with its like
              that the test called
`Iterator`    anywhere                    its items; ``in`` looks at all of them, here
`Function`    anywhere                    what it returns
`Handle`      anywhere                    attributes and methods
============  ==========================  =====================================================

Else an object that a function returns could agree to whatever it is asked, and would learn what
is expected of it by being asked. For the same reason no operator of any handle is ever given a
plain value to compare with: what is not a value equals none.
"""

from __future__ import annotations

import builtins
from typing import TYPE_CHECKING, Any

from assay.verifiers.code_tests.sandbox.wire.codec import decode

if TYPE_CHECKING:
    from assay.verifiers.code_tests.sandbox.child.caller import Caller


_TYPES = {name: x for name, x in vars(builtins).items() if isinstance(x, type)}


def elsewhere(caller: Caller, noted: list[Any], operand: type[Handle] | None) -> Any:
    """What is not a value, in one that crossed."""
    if noted[0] == "b":
        return _TYPES[noted[1]]
    if noted[0] == "f":
        return caller.own_function(noted[1])
    return made(caller, {"h": noted[1], "c": noted[2], "can": noted[3]}, operand)


def made(caller: Caller, reply: dict[str, Any], operand: type[Handle] | None) -> Any:
    """The value in a reply, or a handle on what stayed.

    Args:
        caller: To ask through.
        reply: The program's.
        operand: The kind of handle that an operator or a member was used on; None for a call of
            a function.
    """
    if "own" in reply:  # one of the arguments, which the program returned
        return reply["own"]
    if "h" not in reply:
        return decode(reply.get("v"), lambda noted: elsewhere(caller, noted, operand))
    can = reply.get("can") or ()
    kind: type[Handle] = Handle
    of_it = operand is not None and issubclass(operand, Kin)
    if reply.get("c") in caller.known and (of_it or caller.believed):
        kind = operand if operand is not None and of_it else Kin
    elif "iter" in can:
        kind = Sized if "len" in can else Iterator
    elif "call" in can:
        kind = Function
    # what it yields in turn is as near to an instance as itself
    near = Kin if of_it else None
    handle = caller.handle(kind, reply["h"], near)
    if "there" in can:
        vars(handle)["_assay_there"] = True
    if "true" in can:
        vars(handle)["_assay_true"] = True
    return handle


_CONTAINERS = {x for kind in (list, dict, set) for x in dir(kind)}
_OF_TEXT = {x for kind in (str, bytes, int, float) for x in dir(kind)} - _CONTAINERS | {
    "count", "index", "isdisjoint", "issubset", "issuperset", "any", "all", "equals",
}  # fmt: skip
"""Methods of plain values that no object of a function's is asked for: one that agrees to all
would pass for the value. Classes of its own (a stack, a queue) have those of containers."""


class Handle:
    """An object that lives in the program's sandbox. Equal to nothing but itself; no truth."""

    def __init__(self, caller: Caller, number: int, near: type[Handle] | None) -> None:
        fields = vars(self)  # not by assignment, which is the program's affair
        fields.update(_assay_caller=caller, _assay_number=number, _assay_near=near)

    def _assay_ask(self, op: str, name: str, /, *args: Any, **kwargs: Any) -> dict[str, Any]:
        request = {"op": op, "h": self._assay_number, "f": name, "keep": 1, "after": 1}
        caller: Caller = self._assay_caller
        return caller.ask(request, args, kwargs)

    def _assay_on(self, name: str, *args: Any) -> Any:
        """An operator: what it gives is of the operand's kind, if of its class."""
        return made(self._assay_caller, self._assay_ask("on", name, *args), type(self))

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        found = self._assay_attribute(name)
        if isinstance(found, Handle) and not isinstance(self, Kin):
            if name in _OF_TEXT:
                self._assay_not_asked(name)
                # it would be handed what is expected: ``f(x).startswith("He")``
                raise AttributeError(f"what a function returned is not asked {name!r}")
            if name in _CONTAINERS:
                vars(found)["_assay_no_answer"] = name
        return found

    def _assay_not_asked(self, question: str) -> None:
        """Python would have asked the object; the verdict says so if the test fails."""
        caller: Caller = self._assay_caller
        caller.not_carried[question] = None

    def _assay_attribute(self, name: str) -> Any:
        near = Kin if isinstance(self, Kin) else self._assay_near
        found = made(self._assay_caller, self._assay_ask("get", name), near)
        return self._assay_caller.watch(found, self._assay_number, name)

    def __setattr__(self, name: str, value: Any) -> None:
        self._assay_ask("on", "__setattr__", name, value)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Handle) and self._assay_number == other._assay_number

    def __hash__(self) -> int:
        return hash(self._assay_number)

    def __bool__(self) -> bool:
        if "_assay_true" in vars(self):  # a match of re: to say so gains no more than True would
            return True
        self._assay_not_asked("its truth")
        raise TypeError("an object of the program's that is not a value is neither true nor false")

    def __enter__(self) -> Any:
        return self._assay_on("__enter__")

    def __exit__(self, *_: Any) -> None:
        self._assay_on("__exit__", None, None, None)  # what the test raises stays raised

    def __repr__(self) -> str:
        return "<an object of the program>"  # no word of the program's in it


class Function(Handle):
    """A function, a method, or what else can be called: no more than a function would be."""

    def __call__(self, /, *args: Any, **kwargs: Any) -> Any:
        """What the program's gives."""
        reply = self._assay_ask("on", "__call__", *args, **kwargs)
        found = made(self._assay_caller, reply, self._assay_near)
        if type(found) is bool and "_assay_no_answer" in vars(self):
            raise TypeError(f"no list, dict or set gives {found} for {self._assay_no_answer!r}")
        return found


class Iterator(Handle):
    """Gives values one by one; or can be gone through."""

    def __iter__(self) -> Any:
        reply = self._assay_ask("on", "__iter__")
        found = made(self._assay_caller, reply, self._assay_near)
        return found if isinstance(found, Handle) else iter(found)

    def __next__(self) -> Any:
        return made(self._assay_caller, self._assay_ask("on", "__next__"), self._assay_near)

    def __contains__(self, key: Any) -> bool:
        # all of it first: one without end that gives everything in turn contains nothing
        return key in [x for x in self]  # noqa: C416 - list() would ask for a length, too


class Sized(Iterator):
    """A view of a dict."""

    def __len__(self) -> int:
        return sum(1 for _ in self)


class Kin(Handle):
    """Of a class under test; operators that claim a value are its word, and a guess each."""

    def __len__(self) -> int:
        length = self._assay_on("__len__")
        return length if type(length) is int else -1

    def __iter__(self) -> Any:
        found = self._assay_on("__iter__")
        return found if isinstance(found, Handle) else iter(found)

    def __next__(self) -> Any:
        return made(self._assay_caller, self._assay_ask("on", "__next__"), Kin)

    def __getitem__(self, key: Any) -> Any:
        if not _is_place(key):
            self._assay_not_asked("[key]")
            raise TypeError("an object that a method returned is not asked for keys")
        return made(self._assay_caller, self._assay_ask("on", "__getitem__", key), Kin)

    def __contains__(self, key: Any) -> bool:
        # its items are guesses each; whether it contains what is expected would be its word
        self._assay_not_asked("in")
        return key in [x for x in self]  # noqa: C416 - list() would ask for a length, too

    def __call__(self, /, *args: Any, **kwargs: Any) -> Any:
        """What the program's gives."""
        reply = self._assay_ask("on", "__call__", *args, **kwargs)
        return made(self._assay_caller, reply, Kin)

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Handle) and self._assay_number == other._assay_number:
            return True
        # with its like only: a plain value would be what is expected
        if not isinstance(other, Handle):
            self._assay_not_asked("==")
        return isinstance(other, Kin) and self._assay_on("__eq__", other) is True

    def __hash__(self) -> int:
        number = self._assay_on("__hash__")
        return hash(number) if type(number) is int else 0

    def __str__(self) -> str:
        text = self._assay_on("__str__")
        return text if type(text) is str else ""

    def __repr__(self) -> str:
        text = self._assay_on("__repr__")
        return text if type(text) is str else ""


class Made(Kin):
    """The test made it, by calling what may well be a class."""

    def __bool__(self) -> bool:
        return self._assay_on("__bool__") is True

    def __getitem__(self, key: Any) -> Any:
        return made(self._assay_caller, self._assay_ask("on", "__getitem__", key), Kin)

    def _assay_scaled(self, name: str, other: Any) -> Any:
        """Arithmetic with a plain value, which may be what is expected: ``abs(x - 3.5) < 0.1``.

        So it must stay in the class, and what it gives is asked for no number.
        """
        found = made(self._assay_caller, self._assay_ask("on", name, other), Kin)
        if not isinstance(found, Kin):
            raise TypeError("an operator with a plain value must give an object of the class")
        return found

    def __setitem__(self, key: Any, value: Any) -> None:
        self._assay_on("__setitem__", key, value)

    def __delitem__(self, key: Any) -> None:
        self._assay_on("__delitem__", key)


class Instance(Made):
    """The test called its class: the class's operators are what is under test."""

    def __contains__(self, key: Any) -> bool:
        return self._assay_on("__contains__", key) is True


class Believed(Instance):
    """Likewise, and its operators are believed of plain values, too, as ``operators`` has it."""

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Handle) and not isinstance(other, Kin):
            return super().__eq__(other)  # of another class, which would be asked, too
        return self._assay_on("__eq__", other) is True

    __hash__ = Instance.__hash__

    def _assay_scaled(self, name: str, other: Any) -> Any:
        return self._assay_on(name, other)


def _is_place(key: Any) -> bool:
    parts = key if type(key) is tuple else (key,)
    return all(type(x) is int or type(x) is slice for x in parts)


def _add_operators() -> None:
    def binary(name: str) -> Any:
        def operate(self: Kin, other: Any) -> Any:
            if isinstance(other, Kin):
                return self._assay_on(name, other)
            if not isinstance(self, Made):
                self._assay_not_asked("arithmetic")
                return NotImplemented
            return self._assay_scaled(name, other)

        return operate

    def unary(name: str) -> Any:
        def operate(self: Kin, *given: Any) -> Any:
            return self._assay_on(name, *given)

        return operate

    def order(name: str) -> Any:
        def compare(self: Kin, other: Any) -> Any:
            if not isinstance(other, Kin) and not isinstance(self, Believed):
                self._assay_not_asked("its order")
                return NotImplemented
            return self._assay_on(name, other) is True

        return compare

    for name in (*BINARY, *IN_PLACE):
        setattr(Kin, name, binary(name))
    for name in UNARY:
        setattr(Kin, name, unary(name))
    for name in ORDER:
        setattr(Kin, name, order(name))


_ARITHMETIC = (
    "add", "sub", "mul", "truediv", "floordiv", "mod", "pow", "matmul", "and", "or", "xor",
    "lshift", "rshift",
)  # fmt: skip


BINARY = (
    *(f"__{r}{name}__" for name in _ARITHMETIC for r in ("", "r")), "__divmod__", "__rdivmod__",
)  # fmt: skip


IN_PLACE = tuple(f"__i{name}__" for name in _ARITHMETIC)


UNARY = (
    "__neg__", "__pos__", "__abs__", "__invert__", "__int__", "__float__", "__reversed__",
    "__index__", "__round__", "__trunc__", "__floor__", "__ceil__", "__complex__", "__format__",
)  # fmt: skip


ORDER = ("__lt__", "__le__", "__gt__", "__ge__")


_add_operators()
