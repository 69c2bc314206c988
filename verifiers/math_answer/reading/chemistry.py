r"""Chemical formulas and equations, in whatever dress: ``\text{CO}_2``, ``\ce{CO2}``, ``CO₂``.

As a formula of mathematics ``CO_2`` is a product of names, ``CO2`` another one, and ``SO_4^{2-}``
nothing at all. Two texts that spell the same atoms, counts and charges in the same order agree;
where they do not, nothing is said, for they may be mathematics after all.
"""

from __future__ import annotations

import re

LONGEST = 200
"""Longest text that is read so, in characters."""

_ELEMENTS = frozenset(
    re.findall(
        "[A-Z][a-z]?",
        "HHeLiBeBCNOFNeNaMgAlSiPSClArKCaScTiVCrMnFeCoNiCuZnGaGeAsSeBrKrRbSrYZrNbMoTcRuRhPdAgCdIn"
        "SnSbTeIXeCsBaLaCePrNdPmSmEuGdTbDyHoErTmYbLuHfTaWReOsIrPtAuHgTlPbBiPoAtRnFrRaAcThPaUNpPuAm"
        "CmBkCfEsFmMdNoLrRfDbSgBhHsMtDsRgCnNhFlMcLvTsOg",
    )
)
_STYLE = re.compile(
    r"\\(?:text|mathrm|mathsf|mathbf|operatorname|rm|ce|left|right)(?![a-z])|\\[,;:! ]|[\s$~]"
)
_CHARGE = re.compile(r"\^\{?(\d?)([+-])\}?")
_ARROW = re.compile(
    r"\\(?:to|rightarrow|longrightarrow|rightleftharpoons|leftrightarrow|xrightarrow)(?![a-z])"
    r"|<=>|<->|-+>|=+>?|\u2192|\u21cc|\u27f6"
)
_STATE = re.compile(r"\((?:g|l|s|aq)\)|[\u2191\u2193]|\\(?:uparrow|downarrow)(?![a-z])")
_TERM = re.compile(
    r"\d{0,3}(?:[A-Z][a-z]?\d{0,3}|[()\[\]]\d{0,2}|\u00b7\d{0,2})+(?:[\u2295\u2296]\d?)?"
)
_SMALL = str.maketrans(
    "\u2080\u2081\u2082\u2083\u2084\u2085\u2086\u2087\u2088\u2089"
    "\u2070\u00b9\u00b2\u00b3\u2074\u2075\u2076\u2077\u2078\u2079\u207a\u207b\u2212",
    "01234567890123456789+--",
)
_RAISED = re.compile("[\u2070\u00b9\u00b2\u00b3\u2074-\u2079\u207a\u207b]+")

Formula = tuple[tuple[str, ...], ...]
"""The sides of an equation, each its terms in order of spelling; a formula is one side of one."""


def formula(text: str) -> Formula | None:
    r"""The chemical formula or equation that `text` is, or None.

    >>> formula(r"\text{H}_2\text{SO}_4") == formula("H₂SO₄") == (("H2SO4",),)
    True
    >>> formula("2H2 + O2 -> 2H2O")
    (('2H2', 'O2'), ('2H2O',))
    """
    if len(text) > LONGEST or not any(c.isupper() for c in text):
        return None
    bare = _RAISED.sub(r"^\g<0>", text).translate(_SMALL)
    bare = _STATE.sub("", _STYLE.sub("", bare))
    bare = _CHARGE.sub(_charged, bare)
    bare = bare.replace("_", "").replace("{", "").replace("}", "").rstrip(".")
    sides = tuple(tuple(sorted(side.split("+"))) for side in _ARROW.split(bare))
    terms = [term for side in sides for term in side]
    if len(sides) > 2 or not all(map(_is_formula, terms)):
        return None
    return sides


def _charged(match: re.Match[str]) -> str:
    return ("\u2295" if match[2] == "+" else "\u2296") + match[1]


def _is_formula(term: str) -> bool:
    if _TERM.fullmatch(term) is None:
        return False
    return all(symbol in _ELEMENTS for symbol in re.findall("[A-Z][a-z]?", term))
