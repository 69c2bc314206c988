"""Programs of several files: blocks that say which file they are.

A block is a file if its fence's info string names one (``python app/models.py``,
``json title="config.json"``) or, of Python, its first line is a comment that does and says no more
(``# app/models.py``). Of two blocks of one name the later counts: models repeat what they correct.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from assay.verifiers.program_source.blocks import LANGUAGES, FencedBlock, blocks_of, content
from assay.verifiers.program_source.choosing import chosen_of
from assay.verifiers.program_source.paths import path_in_comment

_MOST_FILES = 60
"""An answer with more is read as one without names."""


@dataclass(frozen=True, slots=True)
class NamedFiles:
    """The files of an answer."""

    files: Mapping[str, str] = field(default_factory=dict)
    """Texts by their paths, relative to one folder, in the order in which they were last given."""
    unnamed: str = ""
    """The Python block that names no file, where there is one that is a program; else ""."""


def named_files(text: str) -> NamedFiles | None:
    """The files in `text`, an answer without its reasoning; None: at most one block counts.

    One named block of Python is a program like any other, unless an unnamed one imports it: that
    counts as two files. Data alone make a program of several files, too.
    """
    blocks = blocks_of(text)
    if len(blocks) < 2:
        return None
    files: dict[str, str] = {}
    unnamed: list[str] = []
    tagged = any(b.language in LANGUAGES["python"] for b in blocks)
    for block in blocks:
        program = content(text, block)
        path = _path(block, program)
        if path:
            files.pop(path, None)
            files[path] = program
        elif block.language in LANGUAGES["python"] or not (tagged or block.language):
            unnamed.append(program)
    modules = [path for path in files if path.endswith(".py")]
    main = unnamed[chosen_of(unnamed)] if unnamed else ""
    if not files or len(files) > _MOST_FILES or not (modules or main.strip()):
        return None
    if len(files) == len(modules) == 1 and not imports(main, modules[0]):
        return None
    return NamedFiles(files, main) if len(files) > 1 or main.strip() else None


def _path(block: FencedBlock, program: str) -> str:
    if block.language in LANGUAGES["python"] or not block.language:
        return block.path if block.path.endswith(".py") else path_in_comment(program)
    return "" if block.path.endswith(".py") else block.path


def imports(program: str, path: str) -> bool:
    """Whether a line of `program` seems to import the module at `path`, or its package."""
    parts = path.removesuffix(".py").split("/")
    names = {
        re.escape(parts[0]),
        re.escape(parts[-1] if parts[-1] != "__init__" else parts[-2:][0]),
    }
    found = rf"^[ \t]*(?:from|import)[ \t][^#\n]*\b(?:{'|'.join(sorted(names))})\b"
    return re.search(found, program, re.MULTILINE) is not None
