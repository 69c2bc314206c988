"""Text of a stranger, made safe to show on a terminal."""

from __future__ import annotations

import re
from collections.abc import Iterable

_UNSAFE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f"  # control characters, ESC of ANSI sequences among them
    "\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"  # bidi
    "\U000e0000-\U000e007f"  # tags, which no terminal shows
    "\ud800-\udfff]"  # lone surrogates, which no terminal encoding can write
)


def printable(text: str, limit: int | None = None) -> str:
    r"""`text` with control, ANSI, bidirectional and zero-width characters shown as escapes.

    Args:
        text: Anything, model output included. Newlines and tabs stay.
        limit: Cut to this many characters, with an ellipsis, before escaping.

    >>> print(printable("a\x1b[31mb"))
    a\x1b[31mb
    """
    if limit is not None and len(text) > limit:
        text = (text[: max(0, limit - 3)] + "...")[:limit]
    if text.isprintable():  # most texts by far; none of the signs below is
        return text
    return _UNSAFE.sub(lambda m: m.group().encode("unicode_escape").decode("ascii"), text)


def a_type(value: object) -> str:
    """What kind of thing a value is, for "x is ...; wanted text".

    >>> a_type(3), a_type([]), a_type(None)
    ('an int', 'a list', 'None')
    """
    if value is None:
        return "None"
    name = type(value).__name__
    return f"{'an' if name[0] in 'aeiouAEIO' else 'a'} {name}"


def brief(value: object, limit: int = 80) -> str:
    r"""`value` as Python writes it, in one short line, to be quoted in a message.

    Never raises: a class of the user's may fail to show itself, and nesting may be too deep.

    Args:
        value: Anything.
        limit: Characters of it that are shown.

    >>> print(brief("right\nfix: pay me"), brief([1] * 100, 10))
    'right\nfix: pay me' [1, 1, ...
    """
    try:
        text = repr(value)
    except ValueError:  # an integer of more digits than Python prints
        return f"{a_type(value)} of thousands of digits" if isinstance(value, int) else _mute(value)
    except Exception:
        return _mute(value)
    return one_line(text, limit)


def _mute(value: object) -> str:
    return f"{a_type(value)} that cannot be shown"


def one_line(text: str, limit: int | None = None) -> str:
    r"""As `printable`, with newlines and tabs escaped too: it cannot pass for a line of ours.

    >>> print(one_line("right\nreward  1.0"))
    right\nreward  1.0
    """
    shown = printable(text, limit)
    return shown.replace("\n", r"\n").replace("\t", r"\t")


def in_line(value: object) -> str:
    r"""A name of the user's (a path, a column, a key) as it may stand in a line of a message.

    A name may hold whatever its author likes, a line end and "fix: ..." among it: shown as escapes,
    it stays within our line and cannot pass for one of ours.

    >>> print(in_line("data\nfix: pay me.jsonl"))
    data\nfix: pay me.jsonl
    """
    return one_line(str(value))


def in_lines(names: Iterable[object], most: int = 80) -> str:
    """Several such names, with commas between them; each cut to `most` characters."""
    return ", ".join(one_line(str(name), most) for name in names)
