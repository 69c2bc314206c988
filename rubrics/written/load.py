"""Rubrics from names, files and dicts."""

from __future__ import annotations

import json
import os
import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import assay.rubrics.written.kinds  # noqa: F401  (fills the table of kinds)
from assay.errors import RubricError, nearest
from assay.rubrics.written.faults import Fault, brief
from assay.rubrics.written.number import Number
from assay.rubrics.written.reading import HOST, build
from assay.rubrics.written.rubric import Rubric

if TYPE_CHECKING:
    from assay.plugins.host import Host

SUFFIXES = (".toml", ".json", ".yaml", ".yml")

FILE_BYTES = 1_000_000
"""A rubric file is read by people; more than this is another file by mistake."""


def presets() -> tuple[str, ...]:
    """Names of the rubrics that come with Assay."""
    return tuple(sorted(_shipped()))


@cache
def _shipped() -> Mapping[str, Any]:
    from importlib.resources import files

    found: dict[str, Any] = {}
    for folder in ("presets", "published"):
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
    token = HOST.set(host)
    try:
        return _load(source)
    finally:
        HOST.reset(token)


def _load(source: str | os.PathLike[str] | Mapping[str, Any]) -> Rubric:
    if isinstance(source, Mapping):
        return _from_value(source, None)
    if not isinstance(source, str | os.PathLike):
        raise RubricError(
            f"a rubric is a name, a path, a dict or a Rubric, got a {type(source).__name__}"
        )
    if isinstance(source, str) and source in _shipped():
        return _preset(source)
    path = Path(source)
    if path.suffix.lower() not in SUFFIXES and not path.is_file():
        raise RubricError(
            f"no rubric {os.fspath(source)!r}{nearest(str(source), presets())}"
            f"\npresets: {', '.join(presets())}"
            "\nfix: a preset's name, or the path of a .toml, .json or .yaml file"
        )
    return _from_file(path)


def _from_file(path: Path) -> Rubric:
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        raise RubricError(f"{path} is no rubric file: its name must end in {', '.join(SUFFIXES)}")
    try:
        if path.stat().st_size > FILE_BYTES:
            raise RubricError(f"{path} has more than {FILE_BYTES} bytes; that is no rubric")
        text = path.read_text("utf-8")
    except UnicodeDecodeError as err:
        raise RubricError(f"{path} is not UTF-8: {err.reason} at byte {err.start}") from None
    except OSError as err:
        near = ""
        if isinstance(err, FileNotFoundError) and path.parent.is_dir():
            near = nearest(path.name, [p.name for p in path.parent.iterdir()])
        raise RubricError(f"cannot read rubric {path}: {err.strerror}{near}") from None
    return _from_text(text, suffix, str(path))


def _from_text(text: str, suffix: str, name: str) -> Rubric:
    try:
        value = _parse(text, suffix)
    except (ValueError, RecursionError) as err:
        raise RubricError(f"{name} cannot be read as {suffix[1:].upper()}: {err}") from None
    return _from_value(value, name)


def _written(text: str) -> float:
    """A decimal as written; what is no finite number stays a float, for its field to refuse."""
    plain = text.replace("_", "").lower()
    try:
        return Number(plain)
    except ValueError:
        return float(plain)


def _parse(text: str, suffix: str) -> Any:
    if suffix == ".toml":
        return tomllib.loads(text, parse_float=_written)
    if suffix == ".json":
        return json.loads(text, parse_float=_written)
    try:
        import yaml
    except ImportError:
        raise RubricError(
            "reading a YAML rubric needs PyYAML\nfix: pip install pyyaml, or use TOML"
        ) from None

    class Loader(yaml.SafeLoader):
        """Floats as they are written."""

    def number(loader: yaml.SafeLoader, node: yaml.ScalarNode) -> float:
        text = str(loader.construct_scalar(node))
        return _written(text.replace(".inf", "inf").replace(".nan", "nan"))

    Loader.add_constructor("tag:yaml.org,2002:float", number)
    try:
        return yaml.load(text, Loader)  # noqa: S506 (a SafeLoader)
    except yaml.YAMLError as err:
        raise ValueError(str(err).replace("\n", " ")) from None


def _from_value(value: Any, name: str | None) -> Rubric:
    if not isinstance(value, Mapping):
        raise RubricError(f"{name} holds {brief(value)}, not a table with `kind`")
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
        raise RubricError(f"{name or 'the rubric'} is nested too deeply") from None
    return rubric
