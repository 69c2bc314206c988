"""What a verifier is shown of a sample: the fields that it declared, and an error for any other."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NoReturn

from assay.errors import FieldNotDeclared
from assay.model.frozen import EMPTY, JSON, FrozenDict
from assay.model.sample import SAMPLE_FIELDS, Sample, plain_json


class Reader:
    """Who reads samples, and what it declared. Made once for a verifier.

    Args:
        name: The verifier's, for errors.
        needs: As its spec has them: ``reference``, ``n_tokens?``, ``info.unit``.
    """

    __slots__ = ("entries", "fields", "name")

    def __init__(self, name: str, needs: tuple[str, ...]) -> None:
        self.name = name
        paths = [need.rstrip("?").partition(".") for need in needs]
        self.fields = ("completion", *dict.fromkeys(field for field, _, _ in paths))
        whole = any(field == "info" and not entry for field, _, entry in paths)
        self.entries = None if whole else frozenset(e for f, _, e in paths if f == "info")
        """Entries of `info` that may be read; None: all."""

    def show(self, sample: Sample, refused: list[FieldNotDeclared] | None = None) -> SampleView:
        """The sample as this verifier may see it; costs about a microsecond, and one a peer."""
        put = object.__setattr__
        view = object.__new__(SampleView)
        put(view, "_reader", self)
        put(view, "_refused", [] if refused is None else refused)
        for name in self.fields:
            value = getattr(sample, name)
            if name == "info" and self.entries is not None:
                value = DeclaredInfo(value, self, view)
            elif name == "peers" and value:
                value = tuple(self.show(peer, view._refused) for peer in value)
            put(view, name, value)
        return view

    def refuse(self, field: str, refused: list[FieldNotDeclared]) -> NoReturn:
        """Say that a field was not declared; kept, for a verifier that catches everything."""
        if field == "label":
            noted = "which a verifier must not read; a right answer belongs in 'reference'"
        else:
            noted = (
                f"which its needs do not name; fix: needs=[{field!r}], "
                f"or [{field + '?'!r}] where a sample may lack it"
            )
        error = FieldNotDeclared(f"verifier {self.name!r} reads {field!r} of its sample, {noted}")
        refused.append(error)
        raise error


class SampleView(Sample):
    """A sample whose undeclared fields raise `FieldNotDeclared`, whatever reads them."""

    __slots__ = ("_reader", "_refused")
    _reader: Reader
    _refused: list[FieldNotDeclared]

    def __getattr__(self, name: str) -> Any:
        """Called for what is not there: a field that was not declared, or no field at all."""
        if name in SAMPLE_FIELDS:
            self._reader.refuse(name, self._refused)
        raise AttributeError(f"a sample has no attribute {name!r}")

    def check(self) -> None:
        """Raise what a verifier may have caught: a verdict without the field means nothing.

        Raises:
            FieldNotDeclared: a field was read that was not declared.
        """
        if self._refused:
            raise self._refused[0]

    def to_json(self) -> dict[str, JSON]:
        """The declared fields, as JSON values."""
        found = {name: getattr(self, name) for name in self._reader.fields}
        return {
            name: plain_json(value)
            for name, value in found.items()
            if value is not None and value is not EMPTY
        }

    def __repr__(self) -> str:
        shown = ", ".join(f"{name}={getattr(self, name)!r}" for name in self._reader.fields)
        return f"Sample({shown})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sample) and self.to_json() == other.to_json()

    def __hash__(self) -> int:
        return hash(repr(self.to_json()))

    def __reduce__(self) -> tuple[Any, ...]:
        fields = {name: getattr(self, name) for name in self._reader.fields}
        info = fields.pop("info", EMPTY)
        return _again, (
            self._reader.name,
            self._reader.fields,
            self._reader.entries,
            {**fields, "info": dict(info)},
        )

    def __copy__(self) -> SampleView:
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> SampleView:
        return self


def _again(
    name: str,
    fields: tuple[str, ...],
    entries: frozenset[str] | None,
    values: Mapping[str, Any],
) -> SampleView:
    reader = Reader(name, ())
    reader.fields, reader.entries = fields, entries
    return reader.show(Sample(**values))


class DeclaredInfo(FrozenDict):
    """The entries of `info` that a verifier declared; asking for another raises."""

    __slots__ = ("_reader", "_view")
    _reader: Reader
    _view: SampleView

    def __init__(self, info: Mapping[str, Any], reader: Reader, view: SampleView) -> None:
        if info:
            entries = reader.entries or frozenset()
            super().__init__({name: info[name] for name in info if name in entries})
        self._reader = reader
        self._view = view

    def _ask(self, name: object) -> None:
        if isinstance(name, str) and name not in (self._reader.entries or ()):
            self._reader.refuse(f"info.{name}", self._view._refused)

    def __getitem__(self, name: str) -> Any:
        self._ask(name)
        return super().__getitem__(name)

    def __contains__(self, name: object) -> bool:
        self._ask(name)
        return super().__contains__(name)

    def get(self, name: str, default: Any = None) -> Any:
        """As a dict's, for declared entries."""
        self._ask(name)
        return super().get(name, default)

    def __reduce__(self) -> tuple[type[FrozenDict], tuple[dict[str, Any]]]:
        return FrozenDict, (dict(self),)
