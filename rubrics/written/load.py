"""Rubrics from names, files and dicts."""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextvars import ContextVar
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import assay.rubrics.written.kinds  # noqa: F401  (fills the table of kinds)
from assay.arguments import of_kind
from assay.errors import RubricError, nearest
from assay.printable import a_type, brief, in_line
from assay.rubrics.written.faults import Fault
from assay.rubrics.written.reading import HOST, NAMED, build
from assay.rubrics.written.rubric import Rubric
from assay.rubrics.written.rubric_files import SUFFIXES, check_limits, parse, read_file

if TYPE_CHECKING:
    from assay.plugins.host import Host


def presets() -> tuple[str, ...]:
    """Names of the rubrics that come with Assay and that `verify` can run."""
    return tuple(sorted(_shipped(RUNNABLE)))


def published() -> tuple[str, ...]:
    """Names of all rubrics that come with Assay.

    Some need verifiers that do not, and are there to be proved.
    """
    return tuple(sorted(_shipped(FOLDERS)))


RUNNABLE = ("presets", "published")
"""Folders of rubrics whose verifiers all come with Assay."""

FOLDERS = (*RUNNABLE, "published/other_verifiers")
"""Folders of all rubrics that come with Assay."""


@cache
def _shipped(folders: tuple[str, ...] = FOLDERS) -> Mapping[str, Any]:
    from importlib.resources import files

    found: dict[str, Any] = {}
    for folder in folders:
        directory = files("assay.rubrics").joinpath(folder)
        if directory.is_dir():
            for entry in directory.iterdir():
                if entry.name.endswith(".toml"):
                    found[entry.name.removesuffix(".toml")] = entry
    return found


@cache
def _preset(name: str) -> Rubric:
    text = _shipped()[name].read_text("utf-8")
    return _from_text(text, ".toml", f"preset {name}")


def load_rubric(
    source: str | os.PathLike[str] | Mapping[str, Any] | Rubric, host: Host | None = None
) -> Rubric:
    """A rubric from a preset's name, a path, a dict, or a rubric.

    Args:
        source: ``"math+format"``, ``"train.toml"`` (TOML, JSON; YAML where PyYAML is installed),
            ``{"kind": "weighted", ...}``. A dict without `kind` is a weighted rubric, and one
            without `criteria` either is its criteria: ``{"math.answer": 1}``.
        host: Whose plugins' composers are known; by default what is installed.

    Raises:
        RubricError: no such preset or file (suggests the nearest name), text that cannot be read,
            or a rubric that cannot be; names file, path in it, value and fix.
    """
    if isinstance(source, Rubric):
        return source
    if host is not None:
        from assay.plugins.host import Host

        of_kind(host, Host, "host")
    token = HOST.set(host)
    try:
        return _load(source)
    finally:
        HOST.reset(token)


def _load(source: str | os.PathLike[str] | Mapping[str, Any]) -> Rubric:
    if isinstance(source, Mapping):
        check_limits(source, "the rubric")
        return _from_value(source, None)
    if not isinstance(source, str | os.PathLike):
        raise RubricError(_no_source(source))
    if isinstance(source, str) and source in _shipped():
        return _preset(source)
    path = Path(source)
    # an empty name is not a path: `Path` would make the working directory of it
    known = bool(os.fspath(source)) and os.path.lexists(path)
    if path.suffix.lower() not in SUFFIXES and not known:
        raise RubricError(
            f"no rubric {os.fspath(source)!r}{nearest(str(source), presets())}"
            f"\npresets: {', '.join(presets())}"
            "\nfix: a preset's name, or the path of a .toml, .json or .yaml file"
        )
    return _from_path(path)


FOLDER: ContextVar[tuple[Path, ...]] = ContextVar("FOLDER", default=())
"""The files that are being read, the innermost last: paths in it start from its folder."""


def _from_path(path: Path) -> Rubric:
    files = FOLDER.get()
    real = Path(os.path.realpath(path))  # `Path.resolve` raises on a link that leads to itself
    if real in files:
        raise RubricError(
            f"{in_line(path)} names itself, as a case of a rubric that is its own case"
        )
    token = FOLDER.set((*files, real))
    try:
        return _from_text(read_file(path), path.suffix.lower(), str(path))
    finally:
        FOLDER.reset(token)


def _named(name: str) -> Rubric | None:
    """The rubric of a preset or of a file; None where the text is neither's name."""
    if name in _shipped():
        return _preset(name)
    path = Path(name)
    if path.suffix.lower() not in SUFFIXES:
        return None
    files = FOLDER.get()
    return _from_path(files[-1].parent / path if files else path)


NAMED.append(_named)


def _no_source(source: object) -> str:
    """What to say of something that no rubric can be made of."""
    got = f"a rubric is a name, a path, a dict or a Rubric, got {a_type(source)}"
    if isinstance(source, list | tuple) and all(isinstance(item, str) for item in source):
        if len(source) == 1:
            return f"{got}\nfix: rubric={source[0]!r}"
        criteria = dict.fromkeys(source, 1)
        return f"{got}\nfix: one rubric with weights, rubric={brief(criteria)}"
    return f"{got}\nfix: rubric='math', rubric='train.toml', or rubric={{'math.answer': 1}}"


def _from_text(text: str, suffix: str, name: str) -> Rubric:
    return _from_value(parse(text, suffix, name), name)


def _from_value(value: Any, name: str | None) -> Rubric:
    if not isinstance(value, Mapping):
        raise RubricError(f"{in_line(name)} holds {brief(value)}, not a table with `kind`")
    if "kind" not in value:
        inner = value if "criteria" in value else {"criteria": dict(value)}
        value = {"kind": "weighted", **inner}
    try:
        rubric = build(value)
        rubric.leaves()
        if rubric.weight.exact != 1:
            raise Fault("the whole rubric has a weight", path=("weight",), fix="drop it")
    except Fault as err:
        err.file = name
        raise
    except RecursionError:
        raise RubricError(f"{in_line(name or 'the rubric')} is nested too deeply") from None
    return rubric
