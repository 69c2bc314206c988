"""black, in process: text in, text out, no file and no configuration of its own."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import black
import black.comments
from black.parsing import InvalidInput

from assay.printable import one_line
from assay.verifiers.code_style.tools.errors import CannotRead


@dataclass(frozen=True, slots=True)
class BlackStyle:
    """The options of black that change its output."""

    line_length: int = 88
    skip_string_normalization: bool = False
    skip_magic_trailing_comma: bool = False
    preview: bool = False


COMMENTS_KEPT = 128
"""Comments whose reading black may keep between programs; it would keep 4,096."""


@lru_cache(maxsize=64)
def black_output(text: str, style: BlackStyle) -> str:
    """What black makes of `text`.

    Raises:
        CannotRead: black's parser refuses it, or it is nested too deeply.
    """
    mode = black.Mode(
        line_length=style.line_length,
        string_normalization=not style.skip_string_normalization,
        magic_trailing_comma=not style.skip_magic_trailing_comma,
        preview=style.preview,
    )
    try:
        output = black.format_str(text, mode=mode)
    except InvalidInput as err:
        raise CannotRead(f"black cannot read the program: {one_line(str(err), 120)}") from None
    except RecursionError:
        raise CannotRead("black cannot read the program: it is nested too deeply") from None
    finally:
        comments = black.comments.list_comments
        if comments.cache_info().currsize > COMMENTS_KEPT:
            comments.cache_clear()
    return output
