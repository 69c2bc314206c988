r"""Which dollar signs of a text are amounts of money, and which delimit formulas.

A pair of dollars is a formula where Markdown would take it for one: no digit follows the second
(so that ``$20 and $30`` is not a pair), and between them stands something complete, not the head
of a sum whose next term is another amount. What is left before a number is an amount, and is
written ``\$`` from here on, so that nothing after this has to ask again.

Source of the rule about digits: Pandoc's manual, extension ``tex_math_dollars``.
"""

from __future__ import annotations

import re

_DOLLARS = re.compile(r"[^\\$]*+(?:\\.[^\\$]*+)*+(?P<sign>\$\$?)", re.DOTALL)
_DOLLARS_OR_LINE = re.compile(r"[^\\$\n]*+(?:\\.[^\\$\n]*+)*+(?P<sign>\$\$?|\n)", re.DOTALL)
_AMOUNT = re.compile(r"[-+\u2212]?[ \t]?(?:\d|\.\d)")
_OPEN_END = re.compile(
    r"[-+*/=<>,;:(\u00d7\u00f7\u2212&]\Z|\\(?:times|cdot|div|le|ge|leq|geq|approx|ne)\Z"
)
_PROSE = re.compile(r"[A-Za-z]{3,}")
_COMMAND = re.compile(r"\\[A-Za-z]+(?:\{[^{}]*\})?")
_CODE = re.compile(r"\b(US|USD|CA|AU|HK|NZ|SG|NT|R|A|C|S)\Z")
PAIR = 2_000
"""Longest formula between two dollar signs, in characters; longer ones are not formulas."""


def amounts_escaped(text: str) -> str:
    r"""`text` with every dollar sign of an amount written ``\$``; one pass.

    >>> amounts_escaped("$3 + $4 = $7, so $x$ is 7")
    '\\$3 + \\$4 = \\$7, so $x$ is 7'
    """
    if "$" not in text:
        return text
    out: list[str] = []
    done = 0
    opened = -1  # where the dollar that might open a formula stands
    display = False
    here = 0
    # the end of a line matters only where a dollar sign is open
    while match := (_DOLLARS if opened < 0 else _DOLLARS_OR_LINE).match(text, here):
        sign, at, here = match["sign"], match.start("sign"), match.end()
        if sign == "$$":
            if opened >= 0:
                if _is_amount(text, opened):
                    done = _escape(out, text, done, opened)
                opened = -1
            display = not display
        elif display:
            continue
        elif sign == "\n":
            if _is_amount(text, opened):
                done = _escape(out, text, done, opened)
            opened = -1
        else:
            if opened >= 0 and _closes(text, opened, at):
                opened = -1
            else:
                if opened >= 0 and _is_amount(text, opened):
                    done = _escape(out, text, done, opened)
                opened = at
    if opened >= 0 and _is_amount(text, opened):
        done = _escape(out, text, done, opened)
    if not done:
        return text
    out.append(text[done:])
    return "".join(out)


def _escape(out: list[str], text: str, done: int, at: int) -> int:
    out.append(text[done:at])
    out.append("\\$")
    return at + 1


def _is_amount(text: str, at: int) -> bool:
    return _AMOUNT.match(text, at + 1) is not None


def _closes(text: str, opened: int, at: int) -> bool:
    """Whether the dollar at `at` ends a formula that the one at `opened` begins."""
    if at - opened > PAIR or at == opened + 1:
        return False
    if not _is_amount(text, opened):
        return True
    if text[at + 1 : at + 2].isdigit():
        return False
    if _is_amount(text, at) and _CODE.search(text, max(opened + 1, at - 3), at):
        return False  # "US$ 5"; but "x^2 + C$" ends a formula
    inside = text[opened + 1 : at]
    bare = inside.rstrip()
    # A formula broken over two pairs of dollars ends in its operator; an amount has no powers.
    if _OPEN_END.search(bare) is not None and "^" not in inside:
        return False
    # "$7, so $x$": white space before it and a letter after it, so it begins a formula.
    if bare != inside and re.match(r"[A-Za-z\\]", text[at + 1 : at + 2]):
        return False
    return len(_PROSE.findall(_COMMAND.sub(" ", inside))) < (2 if bare == inside else 1)
