"""One spelling for what Unicode, HTML, JSON escapes and LaTeX can spell in many ways."""

from __future__ import annotations

import re
import unicodedata

_PLAIN = re.compile(r"[\x20-\x5b\x5d-\x7e]*")  # ASCII, no backslash: nothing to do

_CHARS = {
    **{ord(c): None for c in "\u200b\u200c\u200d\u2060\ufeff\u00ad\u200e\u200f\u061c"},
    **dict.fromkeys(range(0x202A, 0x202F)),
    **dict.fromkeys(range(0x2066, 0x206A)),
    **{ord(c): " " for c in "\u00a0\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008"
       "\u2009\u200a\u202f\u205f\u3000\u0085\u2028\u2029"},
    **{ord(c): "-" for c in "\u2010\u2011\u2012\u2013\u2212\ufe63\uff0d"},
    **{ord(c): "*" for c in "\u2217\u22c5\u00b7\u2219\u2022\u00d7\u2062"},
    ord("÷"): "/", ord("∕"): "/", ord("⁄"): "/", ord("∶"): ":", ord("¢"): " cents ",
    ord("≤"): r"\le ", ord("⩽"): r"\le ", ord("≦"): r"\le ",
    ord("≥"): r"\ge ", ord("⩾"): r"\ge ", ord("≧"): r"\ge ",
    ord("≠"): r"\ne ", ord("≈"): r"\approx ", ord("≃"): r"\approx ", ord("≡"): r"\equiv ",
    ord("±"): r"\pm ", ord("∓"): r"\mp ", ord("∞"): r"\infty ", ord("√"): r"\sqrt ",
    ord("∛"): r"\sqrt[3] ", ord("∜"): r"\sqrt[4] ",
    ord("∪"): r"\cup ", ord("∩"): r"\cap ", ord("∈"): r"\in ", ord("∉"): r"\notin ",
    ord("∖"): r"\setminus ", ord("∅"): r"\emptyset ", ord("∀"): r"\forall ", ord("∃"): r"\exists ",
    ord("°"): r"^\circ ", ord("º"): r"^\circ ", ord("′"): "'", ord("″"): "''", ord("’"): "'",
    ord("‘"): "'", ord("“"): '"', ord("”"): '"', ord("…"): r"\dots ", ord("→"): r"\to ",
    ord("⌊"): r"\lfloor ", ord("⌋"): r"\rfloor ", ord("⌈"): r"\lceil ", ord("⌉"): r"\rceil ",
    ord("⟨"): r"\langle ", ord("⟩"): r"\rangle ", ord("∣"): "|", ord("∥"): r"\|",
    ord("‖"): r"\|", ord("∘"): r"\circ ",
    ord("ℝ"): r"\mathbb{R}", ord("ℤ"): r"\mathbb{Z}", ord("ℕ"): r"\mathbb{N}",
    ord("ℚ"): r"\mathbb{Q}", ord("ℂ"): r"\mathbb{C}", ord("∫"): r"\int ", ord("∑"): r"\sum ",
    ord("∏"): r"\prod ", ord("∧"): r"\land ", ord("∨"): r"\lor ", ord("，"): ", ", ord("、"): ", ",
    ord("；"): ";", ord("。"): ".", ord("％"): "%",
    ord("¥"): r"\yen ", ord("£"): r"\pounds ",
    ord("€"): r"\euro ", ord("₹"): r"\rupee ", ord("₩"): r"\won ", ord("₽"): r"\ruble ",
    ord("￥"): r"\yen ", ord("µ"): "u", ord("ı"): "i",
    ord("½"): r"\frac{1}{2}", ord("⅓"): r"\frac{1}{3}", ord("⅔"): r"\frac{2}{3}",
    ord("¼"): r"\frac{1}{4}", ord("¾"): r"\frac{3}{4}", ord("⅕"): r"\frac{1}{5}",
    ord("⅙"): r"\frac{1}{6}", ord("⅛"): r"\frac{1}{8}", ord("⅜"): r"\frac{3}{8}",
    ord("⅝"): r"\frac{5}{8}", ord("⅞"): r"\frac{7}{8}", ord("⅖"): r"\frac{2}{5}",
    ord("⅗"): r"\frac{3}{5}", ord("⅘"): r"\frac{4}{5}", ord("⅚"): r"\frac{5}{6}",
    ord("⅐"): r"\frac{1}{7}", ord("⅑"): r"\frac{1}{9}", ord("⅒"): r"\frac{1}{10}",
    ord("∴"): r"\therefore ", ord("∵"): r"\because ", ord("⇒"): r"\Rightarrow ",
    ord("⟹"): r"\Rightarrow ", ord("⇔"): r"\iff ", ord("⟺"): r"\iff ", ord("∠"): r"\angle ",
    ord("△"): r"\triangle ", ord("✓"): r"\checkmark ", ord("✔"): r"\checkmark ",
    ord("✅"): r"\checkmark ", ord("■"): r"\blacksquare ", ord("□"): r"\square ",
    **{0xFF01 + k: chr(0x21 + k) for k in range(94) if 0xFF01 + k not in (0xFF0C, 0xFF1B)},
}  # fmt: skip

_GREEK = {
    "α": "alpha", "β": "beta", "γ": "gamma", "δ": "delta", "ε": "epsilon", "ζ": "zeta",
    "η": "eta", "θ": "theta", "ι": "iota", "κ": "kappa", "λ": "lambda", "μ": "mu", "ν": "nu",
    "ξ": "xi", "π": "pi", "ρ": "rho", "σ": "sigma", "τ": "tau", "φ": "phi", "ϕ": "phi",
    "χ": "chi", "ψ": "psi", "ω": "omega", "Γ": "Gamma", "Δ": "Delta", "Θ": "Theta",
    "Λ": "Lambda", "Ξ": "Xi", "Π": "Pi", "Σ": "Sigma", "Φ": "Phi", "Ψ": "Psi", "Ω": "Omega",
}  # fmt: skip
_CHARS.update({ord(c): rf"\{name} " for c, name in _GREEK.items()})

_SUPER = dict(zip("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿⁱˣ", "0123456789+-=()nix", strict=True))
_SUB = dict(zip("₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎ₐₑₙₓ", "0123456789+-=()aenx", strict=True))
_SCRIPTS = re.compile(f"([{''.join(_SUPER)}]+)|([{''.join(_SUB)}]+)")

_NEWLINE = re.compile(r"\\n(?![A-Za-z])")  # a line break that was escaped twice
_DIGIT = re.compile(r"(?![0-9])\d")

_HTML = re.compile(
    r"<(/?)(sup|sub|br|b|i|em|strong|p|span)\b[^<>]{0,40}>"
    r"|&(lt|gt|le|ge|amp|nbsp|ne|times|minus|pi|deg);"
)
_ENTITY = {
    "lt": "<", "gt": ">", "le": r"\le ", "ge": r"\ge ", "amp": "&", "nbsp": " ", "ne": r"\ne ",
    "times": "*", "minus": "-", "pi": r"\pi ", "deg": r"^\circ ",
}  # fmt: skip

# A JSON or Python string read once too often: "\frac" became a form feed and "rac".
_EATEN = re.compile(
    "\x0c(?=rac|box|bm)|\x08(?=oxed|ar|egin|inom|eta|ig|oldsymbol)|"
    "\t(?=ext|imes|heta|an\\b|au\\b|frac|o\\b)|\x0b(?=ec|ert)|\r(?=ight|ho\\b|m\\b|angle)|"
    "\n(?=eq\\b|otin\\b)|\x07(?=lpha|pprox|ngle)"
)
_EATEN_LETTER = {
    "\x0c": r"\f", "\x08": r"\b", "\t": r"\t", "\x0b": r"\v", "\r": r"\r", "\n": r"\n",
    "\x07": r"\a",
}  # fmt: skip

# A command whose backslash was doubled. Behind three backslashes it was not:
# two of them break a line.
_DOUBLED = re.compile(
    r"(?<!\\)((?:\\\\)*)\\\\"
    r"(?=(?:[dtc]?frac|boxed|left|right|sqrt|text|pi|cdot|times|le|ge|leq|geq|in|infty|cup|cap|pm"
    r"|theta|alpha|beta|circ|begin|end|sin|cos|tan|log|ln|mathrm|mathbf|quad|ldots|div|neq|ne|binom"
    r"|overline|[()\]{},;!]|\[(?!\d+\s?(?:pt|em|ex|cm|mm)\]))(?![a-z]))"
)
_DOUBLED_AMONG_ROWS = re.compile(r"(?<!\\)\\\\(?=frac|left|right|begin|end)")


def clean(text: str) -> str:
    r"""`text` with one spelling of each sign; linear in its length.

    Fullwidth and superscript digits become plain ones, Unicode operators become ASCII or LaTeX,
    invisible characters go, escapes that a JSON reader swallowed (a form feed before ``rac``)
    come back, and ``\\\\frac`` loses a doubled backslash.
    """
    if "{:}" in text:
        text = text.replace("{:}", ":")
    if "[" in text and ("]" in text or text.count("[") > 1):
        text = _OUTWARD_LEFT.sub(_left_open, text)
        text = _OUTWARD_RIGHT.sub(r"[\1\2)", text)
    elif text.count("]") > 1:
        text = _OUTWARD_LEFT.sub(_left_open, text)
    if _PLAIN.fullmatch(text) is not None and "<" not in text and "&" not in text:
        return text
    if "\\\\" in text and "&" not in text and r"\begin" not in text:
        single = _DOUBLED.sub(r"\1\\", text)
        # a lone "\\\\ " breaks a line; where all commands are doubled, it is a doubled blank
        text = text if single == text else single.replace("\\\\ ", "\\ ")
    elif r"\\\\" in text or r"\\frac" in text or r"\\left" in text or r"\\begin" in text:
        text = text.replace("\\\\\\\\", "\x00")
        text = _DOUBLED_AMONG_ROWS.sub(r"\\", text).replace("\x00", r"\\")
    if (
        "\x0c" in text
        or "\t" in text
        or "\x08" in text
        or "\r" in text
        or "\x0b" in text
        or ("\n" in text or "\x07" in text)
    ):
        text = re.sub(r"\\(?=\x0c)", "", text)
        text = _EATEN.sub(lambda m: _EATEN_LETTER[m.group()], text)
    if "<" in text or "&" in text:
        text = _html(text)
    if "\\n" in text:
        text = _NEWLINE.sub(" ", text)
    if not text.isascii():
        text = _SCRIPTS.sub(_script, text)
        text = text.translate(_CHARS)
        if not text.isascii():
            text = _DIGIT.sub(lambda m: str(unicodedata.decimal(m.group())), text)
    return text


# Open intervals with their brackets turned outward, as French has them: ]2, 5[ is (2, 5).
_ENDS = r"([^\[\]]{1,80}?[,;][^\[\]]{1,80}?)(\\right\s?)?"
_OUTWARD_LEFT = re.compile(
    r"(^|[\s=$(:\u222a\u2229\u2208\u2216]|\\(?:left|cup|cap|in|setminus)\s?)\]"
    + _ENDS
    + r"([\[\]])"
)
_OUTWARD_RIGHT = re.compile(
    r"(?<![\w\])}])\[" + _ENDS + r"\[(?=\s*(?:$|[,;.$)\\\u222a\u2229\u2216]))"
)


def _left_open(match: re.Match[str]) -> str:
    right = ")" if match[4] == "[" else "]"
    return f"{match[1]}({match[2]}{match[3] or ''}{right}"


def _script(match: re.Match[str]) -> str:
    if match[1]:
        return "^{" + "".join(_SUPER[c] for c in match[1]) + "}"
    return "_{" + "".join(_SUB[c] for c in match[2]) + "}"


def _html(text: str) -> str:
    def one(match: re.Match[str]) -> str:
        if match[3]:
            return _ENTITY[match[3]]
        closing, tag = match[1], match[2]
        if tag == "sup":
            return "}" if closing else "^{"
        if tag == "sub":
            return "}" if closing else "_{"
        return " "

    return _HTML.sub(one, text)
