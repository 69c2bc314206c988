"""How the parts of a rubric are read: names, tables, nested rubrics, and composers of plugins."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextvars import ContextVar
from functools import cache
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import PlainValidator

from assay.errors import PluginError, nearest
from assay.model import FrozenDict
from assay.printable import brief, in_line
from assay.rubrics.written.criterion import Criterion
from assay.rubrics.written.faults import Fault, named_fields
from assay.rubrics.written.number import Number
from assay.rubrics.written.rubric import KINDS, Rubric, RubricPart

if TYPE_CHECKING:
    from assay.plugins.host import Host


class Ordered(FrozenDict):
    """A frozen dict whose order counts: the first criterion is the key, tiers have a rank."""

    __slots__ = ()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Mapping) and list(self.items()) == list(other.items())

    def __ne__(self, other: object) -> bool:
        return not self == other

    def __hash__(self) -> int:  # type: ignore[override]
        return hash(tuple(self.items()))

    def __reduce__(self) -> tuple[type[FrozenDict], tuple[dict[str, Any]]]:
        return Ordered, (dict(self),)


def read_part(value: object, key: str | None = None) -> RubricPart:
    """A criterion or a nested rubric, from a name, a table or the thing itself.

    Args:
        value: What stands in the file.
        key: The key it stands under: the verifier's name where the table gives no `use`.

    Raises:
        RubricError: neither.
    """
    if isinstance(value, Criterion | Rubric):
        return value
    if isinstance(value, str):
        if _is_number(value):
            bare = value.strip()
            fix = f'{{weight = "{bare}"}}' if "/" in bare else f"leave out the quotes: {bare}"
            raise Fault(
                f"{brief(value)} is text, and names no verifier; a weight is a number", fix=fix
            )
        return Criterion(use=value)
    if isinstance(value, Mapping):
        if "kind" in value:
            return build(value)
        _refuse_dotted(value, key)
        if key is not None and "use" not in value:
            value = {"use": key, **value}
        return Criterion(**named_fields(value))
    raise Fault(
        f"{in_line(key or 'a criterion')} is {brief(value)}, which is not a criterion",
        fix='a verifier\'s name, {"use": name, ...}, or a rubric {"kind": ...}',
    )


def _is_number(text: str) -> bool:
    try:
        Number(text)
    except ValueError:
        return False
    return True


def _refuse_dotted(value: Mapping[Any, Any], key: str | None) -> None:
    """Refuse ``math.answer = 1`` without quotes, which TOML reads as a table in a table.

    Raises:
        RubricError: a table under a name without a dot, and none of its keys is a field.
    """
    if key is None or "." in key or value.keys() & Criterion.model_fields.keys():
        return
    first = next(iter(value), None)
    if isinstance(first, str) and isinstance(value[first], int | float | Mapping):
        meant = f"{key}.{first}"
        raise Fault(
            f"{in_line(key)} holds a table with {first!r}, which is not a field of a criterion",
            path=(first,),
            fix=f'for the verifier {in_line(meant)}, quote its name: "{in_line(meant)}" = ...; '
            f"fields: {', '.join(Criterion.model_fields)}",
        )


NAMED: list[Callable[[str], Rubric | None]] = []
"""Finds a rubric by the name of a preset or of a file; `written.load` puts itself here."""


def read_case(value: object) -> RubricPart:
    """As `read_part`, where text may also be a preset's name or a rubric's path.

    A preset goes before a verifier: no verifier that Assay ships has the name of one.

    Raises:
        RubricError: neither.
    """
    if isinstance(value, str):
        for find in NAMED:
            found = find(value)
            if found is not None:
                return found
    return read_part(value)


def build(value: Mapping[str, Any]) -> Rubric:
    """A rubric from a table with `kind`.

    Raises:
        RubricError: an unknown kind (suggests the nearest), or a field that cannot be.
    """
    kind = value.get("kind")
    model = KINDS.get(kind) if isinstance(kind, str) else None
    if model is None and isinstance(kind, str):
        model = _offered(kind)
    if model is None:
        known = [*KINDS, *_host().composers]
        raise Fault(
            f"kind is {brief(kind)}, which no composer is called{nearest(str(kind), known)}",
            path=("kind",),
            got=f"kind {brief(kind)}",
            fix=f"kinds: {', '.join(known)}",
        )
    return model(**named_fields(value))


HOST: ContextVar[Host | None] = ContextVar("HOST", default=None)
"""Whose composers are known while a rubric is loaded; none: what is installed."""


def _host() -> Host:
    return HOST.get() or _installed()


@cache
def _installed() -> Host:
    from assay.plugins.host import Host

    return Host()


def _offered(kind: str) -> type[Rubric] | None:
    """The composer of a plugin."""
    offer = _host().composers.get(kind)
    if offer is None:
        return None
    model = offer.load()
    if not (isinstance(model, type) and issubclass(model, Rubric) and model.noun == kind):
        raise PluginError(
            f"plugin {offer.plugin!r} offers {offer.spec.target!r} as composer {kind!r}, "
            "which is not a subclass of assay.Rubric of that kind"
        )
    return model


def _criteria(value: object) -> Ordered:
    if isinstance(value, str):
        value = [value]
    found: dict[str, RubricPart] = {}
    if isinstance(value, Mapping):
        for key, entry in value.items():
            _check_key(key)
            if isinstance(entry, int | float) and not isinstance(entry, bool):
                entry = {"weight": entry}
            try:
                found[key] = read_part(entry, key)
            except Fault as err:
                raise err.under(key) from None
    elif isinstance(value, list | tuple):
        for i, entry in enumerate(value):
            try:
                part = read_part(entry)
            except Fault as err:
                raise err.under(i) from None
            if isinstance(part, Rubric):
                raise Fault(
                    "a nested rubric in a list has no key",
                    path=(i,),
                    fix="write criteria as a table: criteria.NAME = {kind = ...}",
                )
            if part.use in found:
                raise Fault(
                    f"{part.use!r} stands twice in the list",
                    path=(i,),
                    fix="write criteria as a table, with a key of its own for each",
                )
            _check_key(part.use)
            found[part.use] = part
    else:
        raise Fault(f"criteria is {brief(value)}, must be a table or a list of names")
    return Ordered(found)


def _check_key(key: object) -> None:
    if not isinstance(key, str) or not key or "/" in key or key[0] == "(" or "#" in key:
        raise Fault(
            f"{brief(key)} cannot be a criterion's key",
            fix="text without '/' and '#', not beginning with '('",
        )


def _slot(value: object) -> RubricPart:
    return read_part(value)


Criteria = Annotated[Mapping[str, Any], PlainValidator(_criteria)]
"""A table of parts under keys of their own; or a list of verifiers' names."""

RubricCase = Annotated[Any, PlainValidator(read_case)]
"""One whole rubric of a switch or of phases: a preset's name, a path, or what a `Slot` may be."""

Slot = Annotated[Any, PlainValidator(_slot)]
"""One part: a verifier's name, a criterion, or a nested rubric."""
