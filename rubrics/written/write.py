"""Rubrics to files: TOML and JSON that load back as the same rubric."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Literal

from assay.arguments import a_path, of_kind
from assay.errors import RubricError
from assay.printable import brief, in_line
from assay.rubrics.written.rubric import Rubric

_BARE = re.compile(r"[A-Za-z0-9_-]+")


def rubric_text(rubric: Rubric, form: Literal["toml", "json"] = "toml") -> str:
    """The rubric as the text of a file; `load_rubric` of that file is equal to it."""
    value = of_kind(rubric, Rubric, "rubric", "load_rubric(...) makes one", RubricError).to_dict()
    if form not in ("toml", "json"):
        raise RubricError(f"form is {brief(form)}, must be 'toml' or 'json'")
    if form == "json":
        return json.dumps(value, indent=2, ensure_ascii=False) + "\n"
    return "\n".join(_table(value, ())).strip() + "\n"


def save_rubric(rubric: Rubric, path: str | os.PathLike[str]) -> None:
    """Write the rubric to a .toml or .json file.

    Raises:
        RubricError: another suffix, or a place that cannot be written.
    """
    file = Path(a_path(path, "path", RubricError))
    suffix = file.suffix.lower()
    if suffix not in (".toml", ".json"):
        raise RubricError(f"{in_line(file)}: a rubric is written as .toml or .json")
    try:
        file.write_text(rubric_text(rubric, "json" if suffix == ".json" else "toml"), "utf-8")
    except OSError as err:
        raise RubricError(f"cannot write rubric {in_line(file)}: {err.strerror}") from None


def _table(value: Mapping[str, Any], path: tuple[str, ...]) -> Iterator[str]:
    """Plain fields first, then a section for each table; tables in lists stay inline."""
    plain = {k: v for k, v in value.items() if not isinstance(v, Mapping) or not v}
    for key, entry in plain.items():
        yield f"{_key(key)} = {_inline(entry)}"
    # A table of plain values only would lose its order among tables, so all follow in order;
    # where plain and tables mix in `criteria`, the order of the rest is kept by going inline.
    rest = {k: v for k, v in value.items() if k not in plain}
    for key, entry in rest.items():
        where = (*path, key)
        mixed = any(isinstance(v, Mapping) for v in entry.values()) and not all(
            isinstance(v, Mapping) for v in entry.values()
        )
        if mixed and "kind" not in entry:
            yield ""
            yield f"[{'.'.join(_key(k) for k in where)}]"
            for name, item in entry.items():
                yield f"{_key(name)} = {_inline(item)}"
            continue
        yield ""
        yield f"[{'.'.join(_key(k) for k in where)}]"
        yield from _table(entry, where)


def _key(key: str) -> str:
    return key if _BARE.fullmatch(key) else json.dumps(key, ensure_ascii=True)


def _inline(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=True).replace("\x7f", "\\u007f")
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_key(k)} = {_inline(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_inline(v) for v in value) + "]"
    raise RubricError(f"TOML cannot hold {brief(value)}\n  fix: write JSON")
