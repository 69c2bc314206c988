r"""File names that an answer gives its blocks: in a fence's info string, or in a first comment.

Only paths that stay in the program's own folder are names. ``../a.py``, ``/etc/a.py`` and
``C:\\a.py`` are text like any other: the block has no name then.
"""

from __future__ import annotations

import re

_PART = r"[A-Za-z0-9_][\w.\-]{0,80}"
_PATH = rf"(?:{_PART}/){{0,9}}{_PART}"
_DATA = ("json", "jsonl", "csv", "tsv", "txt", "toml", "yaml", "yml", "ini", "cfg", "xml", "html",
         "sql", "md")  # fmt: skip
"""Ends of files that a program reads."""
_ENDS = rf"(?:py|{'|'.join(_DATA)})"
_IN_INFO = re.compile(rf"(?<![\w./\\~\-])(?:\./)?({_PATH}\.{_ENDS})(?![\w/\\\-]|\.\w)", re.ASCII)
_IN_COMMENT = re.compile(
    r"#[#=*\-\s]*(?:(?:file[ _]?(?:name|path)?|path|module)\s*[:=]\s*)?[`'\"*]{0,3}"
    rf"(?:\./)?({_PATH}\.py)[`'\"*]{{0,3}}\s*:?[#=*\-\s]*",
    re.ASCII | re.IGNORECASE,
)
_MOST_CHARS = 300
"""Longer lines name no file."""


def path_in_info(info: str) -> str:
    """The file that a fence's info string names, relative; "" if none.

    >>> path_in_info('python title="app/models.py"')
    'app/models.py'
    >>> [path_in_info(x) for x in ("python:main.py", "python ../main.py", "python3.11")]
    ['main.py', '', '']
    """
    found = _IN_INFO.search(info) if len(info) <= _MOST_CHARS else None
    return _plain(found[1]) if found is not None else ""


def path_in_comment(program: str) -> str:
    r"""The file that a program's first line names, if that is a comment and says no more.

    A line for the shell (``#!``) or of the encoding may stand before it.

    >>> path_in_comment("# app/models.py\nx = 1\n")
    'app/models.py'
    >>> path_in_comment("# solves a.py quickly\n")
    ''
    """
    for line in program[: 4 * _MOST_CHARS].split("\n")[:6]:
        text = line.strip()
        if not text or text.startswith("#!") or "coding" in text:
            continue
        found = _IN_COMMENT.fullmatch(text) if len(text) <= _MOST_CHARS else None
        return _plain(found[1]) if found is not None else ""
    return ""


def _plain(path: str) -> str:
    """`path`, unless a part of it ends in a dot: some systems drop that."""
    return "" if any(part.endswith(".") for part in path.split("/")) else path
