"""What a newcomer may take for granted of the house: names, sizes."""

from __future__ import annotations

import os
import re
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[1]
ROOMS = ("src/assay", "verifiers", "rubrics", "plugins")

SEVERAL_CLASSES = {
    "Floats": "an array of float64, in audits and in rubrics over columns",
    "RewardFunction": "what `reward` returns in the module of a trainer, documented with each",
}
"""Names of classes and of aliases for types that stand in more than one file, and why a reader is
not misled."""

SEVERAL_FILES = {
    "__init__.py": "Python's",
    "analysis.py": "the entrance of each analysis that is a folder",
    "compare.py": "a command, and in two verifiers the comparing of their own things",
    "errors.py": "all exceptions; the analysis of that name; documented for plugins of style",
    "findings.py": "what findings are, and for two makers of them which they are",
    "params.py": "the params of a verifier, beside its spec",
    "plugin.py": "the hooks that a part of Assay implements",
    "spec.py": "what a verifier declares, cheap to import",
    "verifier.py": "the verifier of the folder",
    "verifiers.py": "PrimeIntellect's package of that name, twice; a command",
}
"""File names that stand more than twice, and what says which one is meant."""

MOST_LINES = 400


@cache
def sources() -> dict[str, str]:
    """Path -> text of each module; links are not followed."""
    return {
        os.path.relpath(os.path.join(folder, name), ROOT): Path(folder, name).read_text("utf-8")
        for room in ROOMS
        for folder, _, names in os.walk(ROOT / room)
        for name in names
        if name.endswith(".py")
    }


def types() -> Iterator[tuple[str, str]]:
    for path, text in sources().items():
        for name in re.findall(r"^ *class (\w+)|^(\w+): TypeAlias", text, re.MULTILINE):
            yield name[0] or name[1], path


def test_a_class_name_means_one_thing() -> None:
    where: dict[str, set[str]] = defaultdict(set)
    for name, path in types():
        where[name].add(path)
    several = {name: sorted(paths) for name, paths in where.items() if len(paths) > 1}
    assert set(several) == set(SEVERAL_CLASSES), several


def test_a_file_name_says_with_its_folder_what_is_in_it() -> None:
    """Twice is a module and its command, say; more often, a reader opens the wrong one."""
    where: dict[str, list[str]] = defaultdict(list)
    for path in sources():
        where[os.path.basename(path)].append(path)
    several = {name: sorted(paths) for name, paths in where.items() if len(paths) > 2}
    assert set(several) == set(SEVERAL_FILES), several


def test_a_file_can_be_read_at_one_sitting() -> None:
    lines = {path: text.count("\n") for path, text in sources().items()}
    assert {path: n for path, n in lines.items() if n > MOST_LINES} == {}
