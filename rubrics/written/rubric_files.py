"""From a rubric's file to plain values, within limits that no rubric comes near.

A file that was damaged, or that is not a rubric, must give one clear error at once. So only regular
files are opened, and what makes a parser slow is counted before the parser runs: bytes, levels,
the parts of a dotted key, and what YAML's aliases stand for.
"""

from __future__ import annotations

import json
import os
import re
import stat
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from assay.errors import RubricError, nearest
from assay.printable import brief, in_line
from assay.rollouts.other_kinds import os_words
from assay.rubrics.written.number import Number

SUFFIXES = (".toml", ".json", ".yaml", ".yml")

FILE_BYTES = 256 * 1024
"""A rubric file is read by people; the largest published one has 4 kB. PyYAML reads some 100 kB
a second, so this is also a bound in time."""

LEVELS = 64
"""Tables and lists within each other; a rubric has about two levels for each composer."""

VALUES = 20_000
"""Tables, lists and single values in one rubric, an alias counted as what it stands for."""

INTEGER_BITS = 256
"""Larger integers mean nothing here, and Python refuses to print those of thousands of digits."""

KEY_PARTS = 64
"""Of a dotted key in TOML: its parser's time grows with the square of them."""

MESSAGE_CHARS = 300
"""Of what a parser says: it may quote half the file."""

_PART = r"""(?:[A-Za-z0-9_-]++|"[^"\n]*+"|'[^'\n]*+')"""
_DOTTED = re.compile(rf"(?<![A-Za-z0-9_.-])(?:{_PART}[ \t]*+\.[ \t]*+){{{KEY_PARTS}}}")


def read_file(path: Path) -> str:
    """The text of a rubric's file.

    Raises:
        RubricError: no regular file, one that cannot be opened, too large, or not UTF-8.
    """
    if path.suffix.lower() not in SUFFIXES:
        raise RubricError(
            f"{in_line(path)} is not a rubric file: its name must end in {', '.join(SUFFIXES)}"
        )
    try:
        # Not to wait for whoever might write into a pipe; a regular file knows no waiting.
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
        with open(descriptor, "rb") as file:
            what = _KINDS.get(stat.S_IFMT(os.fstat(descriptor).st_mode))
            if what is not None:
                raise RubricError(
                    f"cannot read rubric {in_line(path)}: it is {what}\nfix: a rubric "
                    "is a regular file"
                )
            data = file.read(FILE_BYTES + 1)
    except OSError as err:
        near = ""
        if isinstance(err, FileNotFoundError) and path.parent.is_dir():
            near = nearest(path.name, [p.name for p in path.parent.iterdir()])
        said = f"{err.strerror}{near}" if near else os_words(path, err)
        raise RubricError(f"cannot read rubric {in_line(path)}: {said}") from None
    except RubricError:  # a ValueError, too
        raise
    except ValueError as err:  # a name with a NUL
        raise RubricError(f"cannot read rubric {str(path)!r}: {err}") from None
    if len(data) > FILE_BYTES:
        raise RubricError(
            f"{in_line(path)} has more than {FILE_BYTES:,} bytes, so it is not a rubric"
            "\nfix: name the rubric's own file"
        )
    try:
        return data.decode("utf-8-sig")  # some editors begin a file with a mark of its encoding
    except UnicodeDecodeError as err:
        raise RubricError(
            f"{in_line(path)} is not UTF-8: {err.reason} at byte {err.start}"
        ) from None


_KINDS = {
    stat.S_IFDIR: "a directory",
    stat.S_IFIFO: "a named pipe",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
    stat.S_IFSOCK: "a socket",
}


def parse(text: str, suffix: str, name: str) -> Any:
    """What a text says, as dicts, lists and single values.

    Args:
        text: Of a file.
        suffix: One of `SUFFIXES`.
        name: Of the file, for errors.

    Raises:
        RubricError: text that cannot be read, or that is beyond the limits.
    """
    kind = "YAML" if suffix in (".yaml", ".yml") else suffix[1:].upper()
    try:
        if suffix == ".toml":
            value: Any = _toml(text)
        elif suffix == ".json":
            value = json.loads(text, parse_float=_number, object_pairs_hook=_table)
        else:
            value = _yaml(text)
    except RecursionError:
        raise RubricError(_too_deep(name)) from None
    except ValueError as err:  # also integers of more digits than Python reads
        noted = str(err).partition("; use sys.")[0][:MESSAGE_CHARS]
        raise RubricError(f"{in_line(name)} cannot be read as {kind}: {noted}") from None
    check_limits(value, name)
    return value


def check_limits(value: Any, name: str) -> None:
    """Refuse what no rubric is: too deep, too much, or an integer beyond use.

    Also dicts made in Python: a list that stands in many places counts in each of them.

    Raises:
        RubricError: names the limit.
    """
    count = 0
    layers: list[Iterator[Any]] = [iter((value,))]
    while layers:
        for item in layers[-1]:
            count += 1
            if count > VALUES:
                raise RubricError(_too_much(name))
            if isinstance(item, int) and item.bit_length() > INTEGER_BITS:
                raise RubricError(
                    f"{in_line(name)} holds an integer of {item.bit_length():,} bits, "
                    f"more than {INTEGER_BITS}\nfix: weights and bounds are small numbers"
                )
            if isinstance(item, Mapping):
                layers.append(iter([*item, *item.values()]))
            elif isinstance(item, list | tuple):
                layers.append(iter(item))
            else:
                continue
            if len(layers) > LEVELS + 1:
                raise RubricError(_too_deep(name))
            break
        else:
            layers.pop()


def _too_deep(name: str) -> str:
    return f"{name} is nested too deeply: tables and lists more than {LEVELS} levels in each other"


def _too_much(name: str) -> str:
    return f"{name} holds more than {VALUES:,} values, aliases written out; that is not a rubric"


def _number(text: str) -> float:
    """A decimal as written; what is not a finite number stays a float, for its field to refuse."""
    plain = text.replace("_", "").lower()
    try:
        return Number(plain)
    except ValueError:
        return float(plain)


def _table(pairs: list[tuple[Any, Any]]) -> dict[Any, Any]:
    """A table from its entries: a key that stands twice would lose what was written first.

    Raises:
        ValueError: names the key.
    """
    table = dict(pairs)
    if len(table) < len(pairs):
        counts = Counter(key for key, _ in pairs)
        twice = next(key for key, count in counts.items() if count > 1)
        raise ValueError(f"the key {brief(twice)} stands twice in one table")
    return table


def _toml(text: str) -> Any:
    if _DOTTED.search(text):
        raise ValueError(f"a dotted key of more than {KEY_PARTS} parts")
    return tomllib.loads(text, parse_float=_number)


# -- YAML ---------------------------------------------------------------------------------------

_SCALARS = {
    "null": (r"~|null|Null|NULL|", ["~", "n", "N", ""]),
    "bool": (r"true|True|TRUE|false|False|FALSE", list("tTfF")),
    "int": (r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+", list("-+0123456789")),
    "float": (
        r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?"
        r"|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)",
        list("-+0123456789."),
    ),
    "merge": (r"<<", ["<"]),
}
"""What plain words mean: YAML 1.2's core schema, and the merge key of 1.1. The other types of YAML
1.1 surprise in a rubric: ``on`` was a truth value, ``1:59:59`` an integer, dates were dates."""


def _yaml(text: str) -> Any:
    try:
        import yaml
    except ImportError:
        raise RubricError(
            "reading a YAML rubric needs PyYAML\nfix: pip install pyyaml, or use TOML"
        ) from None

    class Loader(yaml.SafeLoader):
        """Plain values only, and floats as they are written."""

    Loader.yaml_implicit_resolvers = {}
    Loader.yaml_constructors = {}
    prefix = "tag:yaml.org,2002:"
    merged, safe = prefix + "merge", yaml.SafeLoader
    for kind, (pattern, first) in _SCALARS.items():
        Loader.add_implicit_resolver(prefix + kind, re.compile(f"(?:{pattern})$"), first)

    def integer(loader: yaml.SafeLoader, node: yaml.ScalarNode) -> int:
        return int(str(loader.construct_scalar(node)), 0 if node.value[:2] in ("0o", "0x") else 10)

    def number(loader: yaml.SafeLoader, node: yaml.ScalarNode) -> float:
        return _number(
            str(loader.construct_scalar(node)).lower().replace(".inf", "inf").replace(".nan", "nan")
        )

    def table(loader: yaml.SafeLoader, node: yaml.MappingNode) -> Iterator[dict[Any, Any]]:
        written = [loader.construct_object(key) for key, _ in node.value if key.tag != merged]
        hashable = [key for key in written if not isinstance(key, list | dict)]
        _table([(key, None) for key in hashable])
        yield from safe.construct_yaml_map(loader, node)

    def refused(loader: yaml.SafeLoader, node: yaml.Node) -> Any:
        tag = node.tag.removeprefix(prefix)
        raise ValueError(
            f"the type !!{tag} in line {node.start_mark.line + 1} has no meaning in a rubric"
        )

    for kind in ("null", "bool", "str", "seq"):
        Loader.add_constructor(prefix + kind, safe.yaml_constructors[prefix + kind])
    Loader.add_constructor(prefix + "map", table)
    Loader.add_constructor(prefix + "int", integer)
    Loader.add_constructor(prefix + "float", number)
    Loader.add_constructor(None, refused)
    try:
        _count_events(yaml, yaml.parse(text, Loader))
        return yaml.load(text, Loader)  # noqa: S506 (a SafeLoader)
    except yaml.YAMLError as err:
        raise ValueError(" ".join(str(err).split())) from None


def _count_events(yaml: Any, events: Iterator[Any]) -> None:
    """Refuse depth and aliases beyond the limits before anything is built of them.

    Raises:
        ValueError: too deep, too many values, or an alias within what it stands for.
    """
    sizes: dict[str, int | None] = {}
    open_nodes: list[tuple[str | None, int]] = []  # (anchor, values before it)
    count = 0
    for event in events:
        if isinstance(event, yaml.AliasEvent):
            if event.anchor in sizes:  # else the parser itself says that there is no such anchor
                size = sizes[event.anchor]
                if size is None:
                    raise ValueError(
                        f"the alias *{event.anchor} stands within what it stands for, "
                        f"in line {event.start_mark.line + 1}"
                    )
                count += size
        elif isinstance(event, yaml.CollectionStartEvent):
            if event.anchor is not None:
                sizes[event.anchor] = None
            open_nodes.append((event.anchor, count))
            count += 1
            if len(open_nodes) > LEVELS:
                raise ValueError(f"tables and lists stand more than {LEVELS} levels in each other")
        elif isinstance(event, yaml.CollectionEndEvent):
            anchor, before = open_nodes.pop()
            if anchor is not None:
                sizes[anchor] = count - before
        elif isinstance(event, yaml.ScalarEvent):
            if event.anchor is not None:
                sizes[event.anchor] = 1
            count += 1
        if count > VALUES:
            raise ValueError(f"more than {VALUES:,} values, aliases written out")
