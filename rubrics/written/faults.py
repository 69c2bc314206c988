"""Errors of rubrics: rule, place, what was got, how to mend it."""

from __future__ import annotations

import ast
import inspect
import itertools
import re
import textwrap
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from assay.errors import RubricError, nearest
from assay.field_rules import broken_rule
from assay.printable import brief, in_line, one_line
from assay.syntax import parsed

if TYPE_CHECKING:
    from pydantic import BaseModel, ValidationError

_PLAIN = re.compile(r"[A-Za-z_][\w.@+-]*")


class Fault(RubricError):
    """A `RubricError` that knows its place, so that outer levels can complete the path."""

    # A traceback shows the class by name: the one that users can look up and catch.
    __module__ = RubricError.__module__

    def __init__(
        self,
        rule: str,
        *,
        path: Sequence[str | int] = (),
        got: str = "",
        meaning: str = "",
        fix: str = "",
    ) -> None:
        self.rule, self.path, self.got, self.fix = rule, tuple(path), got, fix
        self.meaning = meaning
        """What the field is for, as its documentation says."""
        self.file: str | None = None
        super().__init__(rule)

    def __str__(self) -> str:
        where = f" of {in_line(self.file)}" if self.file else ""
        lines = [f"{self.rule} - at `{shown(self.path)}`{where}"]
        if self.got:
            lines.append(f"  got: {self.got}")
        if self.meaning:
            lines.append(f"  meaning: {self.meaning}")
        if self.fix:
            lines.append(f"  fix: {self.fix}")
        return "\n".join(lines)

    def __reduce__(self) -> tuple[type[RubricError], tuple[str]]:
        return RubricError, (str(self),)

    def under(self, *path: str | int) -> Fault:
        """The same fault, seen from further up."""
        self.path = (*path, *self.path)
        return self


Fault.__name__ = Fault.__qualname__ = RubricError.__name__


def shown(path: Sequence[str | int]) -> str:
    """A path as text.

    >>> shown(["criteria", "math.answer", "weight"]), shown(["cases", 0, "openai/gsm8k"])
    ('$.criteria["math.answer"].weight', '$.cases[0]["openai/gsm8k"]')
    """
    out = "$"
    for step in path:
        if isinstance(step, int):
            out += f"[{step}]"
        elif _PLAIN.fullmatch(step) and "." not in step:
            out += f".{step}"
        else:
            out += f'["{one_line(step, 80)}"]'
    return out


def from_validation(err: ValidationError, model: type[BaseModel], kind: str) -> Fault:
    """The first of pydantic's errors, in our words."""
    item = err.errors(include_url=False)[0]
    loc: list[str | int] = list(item["loc"])
    name = str(loc[-1]) if loc else kind
    inner = item.get("ctx", {}).get("error")
    fields = [n for n in model.model_fields if n != "kind"]
    if isinstance(inner, Fault):
        return inner.under(*loc)
    if item["type"] == "missing":
        return Fault(
            f"{kind} needs `{in_line(name)}`", path=loc[:-1], fix=f"fields: {', '.join(fields)}"
        )
    if item["type"] == "extra_forbidden":
        return Fault(
            f"{kind} has no field {name!r}{nearest(name, fields)}",
            path=loc,
            fix=f"fields: {', '.join(fields)}",
        )
    got = f"{name} {brief(item['input'])}"
    meaning = documented(model, str(loc[0])) if loc else ""
    fix = _default(model, str(loc[0])) if loc else ""
    if inner is not None:
        text = str(inner)
        rule = f"{name} {text}" if text.startswith(("is ", "are ", "has ")) else text
        return Fault(rule, path=loc, got=got, meaning=meaning, fix=fix)
    if item["type"] == "literal_error":
        expected = str(item["ctx"]["expected"])
        near = nearest(item["input"], re.findall(r"'([^']*)'", expected))
        return Fault(
            f"{in_line(name)} is {brief(item['input'])}, must be {expected}{near}",
            path=loc,
            got=got,
        )
    wanted = broken_rule(item)
    said = (
        f"{name}: {item['msg']}"
        if wanted is None
        else f"{name} is {brief(item['input'])}, {wanted}"
    )
    return Fault(said, path=loc, got=got, meaning=meaning, fix=fix)


def _default(model: type[BaseModel], field: str) -> str:
    """That a field may be left out, if it may."""
    known = model.model_fields.get(field)
    if known is None or known.is_required():
        return ""
    value = known.get_default(call_default_factory=True)
    return "leave it out" if value is None else f"leave it out for the default, {brief(value)}"


def named_fields(value: Mapping[Any, Any]) -> Mapping[str, Any]:
    """`value`, where each of its keys can be a field's name.

    Raises:
        RubricError: a key that is not text.
    """
    for name in value:
        if not isinstance(name, str):
            raise Fault(f"{brief(name)} is not a field's name", fix="keys are text")
    return value


def documented(model: type, field: str) -> str:
    """The text under a field in its class, read from the source only when an error wants it."""
    for owner in model.__mro__:
        if field not in inspect.get_annotations(owner):
            continue
        try:
            (tree,) = parsed(textwrap.dedent(inspect.getsource(owner))).body
        except (OSError, TypeError, SyntaxError, ValueError):  # no source at hand
            return ""
        body = tree.body if isinstance(tree, ast.ClassDef) else []
        for named, text in itertools.pairwise(body):
            if (
                isinstance(named, ast.AnnAssign)
                and isinstance(named.target, ast.Name)
                and named.target.id == field
                and isinstance(text, ast.Expr)
                and isinstance(text.value, ast.Constant)
            ):
                return " ".join(str(text.value.value).split())
    return ""
