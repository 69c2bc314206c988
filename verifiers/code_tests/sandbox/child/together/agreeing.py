"""Objects of a program's that agree to whatever they are asked, and how they are found out.

A test beside its program must believe the operators of the program's objects. What is equal to a
value that nobody could have expected is equal to everything.
"""

from __future__ import annotations

import operator
import random
import types
from collections.abc import Callable, Collection
from typing import Any

_ATOMS = frozenset({int, float, complex, str, bytes, bool, type(None), bytearray, range, type})
_CONTAINERS = (list, tuple, set, frozenset, dict)
_MOST_ITEMS = 2_000
_HEAP_TYPE = 1 << 9


class AgreesToEverything(AssertionError):
    """The program's object passes any test."""


class Guard:
    """Looks at values before a test compares them.

    Args:
        known: Classes that were there before the program.
        named: Names of classes that the suite or the prompt mentions.
        mocks: The suite itself uses mocks.
    """

    def __init__(self, known: Collection[type], named: Collection[str], *, mocks: bool) -> None:
        self._known = frozenset(known)
        self._named = named
        self._mocks = mocks
        self._chance = random.SystemRandom()

    def __call__(self, value: Any) -> Any:
        """`value`, unless it or something in it agrees to everything.

        Raises:
            AgreesToEverything: it does.
        """
        kind = type(value)
        if kind in _ATOMS:
            return value
        self._look(value, kind, 0)
        return value

    def _look(self, value: Any, kind: type, depth: int) -> None:
        if kind in _ATOMS:
            return
        if kind in _CONTAINERS:
            if depth < 5:
                items = [*value, *value.values()] if kind is dict else value
                for i, item in enumerate(items):
                    if i >= _MOST_ITEMS:
                        break
                    self._look(item, type(item), depth + 1)
            return
        if kind in self._known or not kind.__flags__ & _HEAP_TYPE:
            return
        if isinstance(value, type | types.ModuleType | types.FunctionType):
            return
        self._check(value, kind)

    def _check(self, value: Any, kind: type) -> None:
        mock = any(c.__module__ == "unittest.mock" for c in kind.__mro__)
        if mock and not self._mocks:
            raise AgreesToEverything("the program returned a mock")
        own = [c for c in kind.__mro__ if c not in self._known and c.__flags__ & _HEAP_TYPE]
        defined = {name for c in own for name in vars(c)}
        chance = self._chance
        strange = (
            chance.getrandbits(80), f"{chance.getrandbits(80):x}", chance.random(),
            [chance.getrandbits(80)],
        )  # fmt: skip
        if "__eq__" in defined and any(_yes(operator.eq, value, x) for x in strange):
            raise AgreesToEverything("it is equal to everything")
        # one that raises says nothing: ``not self == other``, of what has no such attributes
        if "__ne__" in defined and all(_no(operator.ne, value, x) for x in strange):
            raise AgreesToEverything("it differs from nothing")
        for less, more in ((operator.lt, operator.gt), (operator.le, operator.ge)):
            both = {f"__{less.__name__}__", f"__{more.__name__}__"} <= defined
            if both and _yes(less, value, strange[0]) and _yes(more, value, strange[0]):
                raise AgreesToEverything("it is both smaller and larger")
        if "__contains__" in defined and any(_yes(operator.contains, value, x) for x in strange):
            raise AgreesToEverything("it contains everything")
        if mock or kind.__name__ in self._named:
            return
        dynamic = "__getattr__" in defined or "__getattribute__" in defined
        if dynamic and _yes(_method, value, strange[1]):
            raise AgreesToEverything("it has every method")
        if "__class__" in defined:
            raise AgreesToEverything("it claims to be of another class")


def _method(value: Any, name: Any) -> Any:
    return getattr(value, f"is_{name}")(name)


def _no(question: Callable[[Any, Any], Any], value: Any, other: Any) -> bool:
    try:
        return question(value, other) is not True
    except Exception:
        return False


def _yes(question: Callable[[Any, Any], Any], value: Any, other: Any) -> bool:
    try:
        return question(value, other) is True
    except Exception:
        return False
