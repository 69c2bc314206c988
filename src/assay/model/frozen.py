"""Values that cannot change: deep freezing, and a dict that refuses."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NoReturn, TypeAlias

from assay.errors import SampleError
from assay.printable import a_type, brief, in_line

JSON: TypeAlias = Any
"""What `json.dumps` takes; lists may be tuples and dicts may be frozen."""


class FrozenDict(dict[str, Any]):
    """A dict that refuses changes; still a dict to `json`, `pickle` and `==`."""

    __slots__ = ()

    def _refuse(self, *_: object, **__: object) -> NoReturn:
        raise TypeError("this mapping is frozen; copy it with dict(...) to change it")

    __setitem__ = __delitem__ = clear = pop = popitem = setdefault = update = _refuse
    __ior__ = _refuse

    def __hash__(self) -> int:  # type: ignore[override]
        return hash(frozenset(self.items()))

    def __reduce__(self) -> tuple[type[FrozenDict], tuple[dict[str, Any]]]:
        return FrozenDict, (dict(self),)

    def __copy__(self) -> FrozenDict:
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> FrozenDict:
        return self


EMPTY = FrozenDict()


_ATOMS = frozenset({str, int, float, bool, bytes, type(None)})


def freeze(value: Any, where: str = "value", _depth: int = 0) -> Any:
    """`value` with every dict and list in it frozen; numpy scalars and arrays become Python's.

    What is not JSON and yet cannot change (a date) stays as it is; no worker can be sent it.

    Raises:
        SampleError: something that can change and is not JSON (a set, an open file), a key that
            is not text, or nesting deeper than 200; names the place.
    """
    if type(value) in _ATOMS:
        return value
    if isinstance(value, str | int | float | bytes):
        return exact(value)
    if _depth > 200:
        raise SampleError(f"{in_line(where[:80])}... is nested deeper than 200 levels")
    if isinstance(value, Mapping):
        frozen = {}
        for key, entry in value.items():
            if not isinstance(key, str):
                raise SampleError(f"{in_line(where)} has the key {brief(key)}; keys must be text")
            if type(entry) not in _ATOMS:
                entry = freeze(entry, f"{where}.{key}", _depth + 1)
            frozen[key if type(key) is str else exact(key)] = entry
        return FrozenDict(frozen)
    if isinstance(value, list | tuple):
        return tuple(
            v if type(v) in _ATOMS else freeze(v, f"{where}[{i}]", _depth + 1)
            for i, v in enumerate(value)
        )
    plain = converted(value, where)
    if plain is not value:
        return freeze(plain, where, _depth + 1)
    # A date, a decimal or a UUID says by its own hash that it is a value. What is hashed by its
    # identity is a thing: a function, a lock, an open file.
    hashed: Any = type(value).__hash__
    if callable(value) or hashed is None or hashed is object.__hash__:
        raise SampleError(
            f"{in_line(where)} is {a_type(value)}; use JSON values"
            "\nfix: text, numbers, true, false, null, and lists and dicts of them"
        )
    return value


def thaw(value: Any, leaf: Callable[[Any], Any] | None = None) -> Any:
    """`value` as dicts and lists that may be changed: the way back from `freeze`.

    Args:
        value: Mappings and lists or tuples, nested, and what they hold.
        leaf: Makes of everything that is neither what stands in its place; by default itself.

    >>> thaw(freeze({"a": [1, {"b": 2}]}))
    {'a': [1, {'b': 2}]}
    """
    if isinstance(value, Mapping):
        return {k: thaw(v, leaf) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [thaw(v, leaf) for v in value]
    return value if leaf is None else leaf(value)


def exact(value: Any) -> Any:
    """A subclass of a JSON type (numpy's floats and texts, enumerations) as the type itself."""
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, int):
        return int.__int__(value)
    if isinstance(value, float):
        return float.__float__(value)
    return bytes(value)


def converted(value: Any, where: str) -> Any:
    """Arrays and scalars of numpy, torch, pandas and Arrow as Python's; others as they are."""
    for method in ("tolist", "item", "as_py"):
        convert = getattr(value, method, None)
        if callable(convert):
            try:
                return convert()
            except Exception as err:
                raise SampleError(
                    f"{in_line(where)} is {a_type(value)} that cannot be read: {err}"
                ) from err
    return value


def listed(value: Any, where: str, wanted: str) -> list[Any] | tuple[Any, ...]:
    """A list, tuple or array as a list or tuple."""
    if isinstance(value, list | tuple):
        return value
    plain = value if isinstance(value, str | Mapping) else converted(value, where)
    if isinstance(plain, list | tuple):
        return plain
    raise SampleError(f"{in_line(where)} is {a_type(value)}; wanted {wanted}")
