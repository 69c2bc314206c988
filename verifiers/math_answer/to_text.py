"""A tree in one line of plain text, for people and for names."""

from __future__ import annotations

from collections.abc import Sequence

from assay.verifiers.math_answer.tree import (
    SIGN_OF,
    App,
    Group,
    Items,
    Matrix,
    Node,
    Num,
    Quantity,
    Rel,
    Such,
    Sym,
    Words,
    spelled,
)

_INFIX = {"cup": " ∪ ", "cap": " ∩ ", "setminus": " \\ ", "ratio": ":", "mod": " mod "}
_POSTFIX = {"percent": "%", "deg": "°", "factorial": "!", "arcmin": "'", "arcsec": "''"}
_NAMES = {"degree": "deg", "arrangements": "P"}
_SIGNS = {"<=": "≤", ">=": "≥", "!=": "≠", "~": "≈", "in": "∈", "notin": "∉"}
_LEVEL = {"add": 1, "neg": 1, "pm": 1, "mp": 1, "mul": 2, "inv": 2, "mixed": 1, "pow": 3, "mod": 1,
          "ratio": 1, **dict.fromkeys(SIGN_OF, 1)}  # fmt: skip


def plain(node: Node, limit: int | None = None) -> str:
    """`node` as text such as ``1/2*x^2``; cut to `limit` characters where given."""
    text = _plain(node)
    if limit is not None and len(text) > limit:
        return text[: limit - 3] + "..."
    return text


def _plain(node: Node) -> str:
    if isinstance(node, Num):
        return _number(node)
    if isinstance(node, Sym):
        return _named(node.name)
    if isinstance(node, App):
        return _app(node)
    if isinstance(node, Rel):
        parts = [_plain(node.args[0])]
        for op, arg in zip(node.ops, node.args[1:], strict=True):
            parts += [_SIGNS.get(op, op), _plain(arg)]
        return " ".join(parts)
    if isinstance(node, Group):
        return node.left + ", ".join(_plain(i) for i in node.items) + node.right
    if isinstance(node, Items):
        joint = {"or": " or ", "and": " and "}.get(node.kind, f"{node.kind} ")
        return joint.join(_plain(i) for i in node.items)
    if isinstance(node, Matrix):
        rows = ("[" + ", ".join(_plain(c) for c in row) + "]" for row in node.rows)
        return ("det" if node.bars else "") + "[" + ", ".join(rows) + "]"
    if isinstance(node, Words):
        return spelled(node.words)
    if isinstance(node, Quantity):
        value = _time_of_day(node) or _plain(node.value)
        return f"{value} {spelled(node.unit)}"
    if isinstance(node, Such):
        return f"{{{_plain(node.item)} | {_plain(node.condition)}}}"
    raise AssertionError(f"no plain form of {type(node).__name__}")


def _named(name: str) -> str:
    kind, _, label = name.partition(":")
    if kind == "ket":
        return f"|{label}⟩"
    return f"⟨{label}|" if kind == "bra" else _accented(name)


def _accented(name: str) -> str:
    """``hat(x)`` for the name ``hat:x``; of a vector the letter alone."""
    accent, mark, letter = name.partition(":")
    if not mark or not accent.isalpha():
        return name
    return letter if accent == "vec" else f"{accent}({letter})"


def name_of(node: Node) -> str:
    """What a name made of `node` is called: its own name where it has one."""
    return node.name if isinstance(node, Sym) else plain(node)


def _number(node: Num) -> str:
    value = node.value
    if int(value.p.bit_length()) + int(value.q.bit_length()) > 4000:
        return f"a numeral of {int(value.p.bit_length()) * 3 // 10} digits"
    if node.base is not None:
        return f"{_digits(int(value.p), node.base)}_{node.base}"
    if node.places is not None and 0 < node.places <= 400:
        scaled = value * 10**node.places
        if scaled.q == 1:
            digits = str(abs(int(scaled.p))).rjust(node.places + 1, "0")
            sign = "-" if value < 0 else ""
            return f"{sign}{digits[: -node.places]}.{digits[-node.places :]}"
    return str(value)


def _digits(value: int, base: int) -> str:
    out = ""
    while value:
        value, digit = divmod(value, base)
        out = "0123456789abcdefghijklmnopqrstuvwxyz"[digit] + out
    return out or "0"


def _inner(node: Node, level: int) -> str:
    text = _plain(node)
    own = _LEVEL.get(node.op, 9) if isinstance(node, App) else 9
    if isinstance(node, Num) and node.value.q != 1 and node.places is None:
        own = 2
    if isinstance(node, Rel | Items | Quantity | Words):
        own = 0
    return f"({text})" if own < level else text


def _app(node: App) -> str:
    op, args = node.op, node.args
    if op == "add":
        text = _inner(args[0], 1)
        for term in args[1:]:
            if isinstance(term, App) and term.op in ("neg", "pm", "mp"):
                sign = {"neg": "-", "pm": "±", "mp": "∓"}[term.op]
                text += f" {sign} {_inner(term.args[0], 2)}"
            else:
                text += f" + {_inner(term, 2)}"
        return text
    if op == "mul":
        text = ""
        for factor in args:
            if isinstance(factor, App) and factor.op == "inv":
                text += ("/" if text else "1/") + _inner(factor.args[0], 3)
            elif text and isinstance(factor, App) and factor.op == "pmod":
                text += f" (mod {_plain(factor.args[0])})"
            else:
                text += ("*" if text else "") + _inner(factor, 2)
        return text
    if op in ("neg", "pm", "mp"):
        return {"neg": "-", "pm": "±", "mp": "∓"}[op] + _inner(args[0], 2)
    if op == "inv":
        return "1/" + _inner(args[0], 3)
    if op == "pow":
        return f"{_inner(args[0], 4)}^{_inner(args[1], 4)}"
    if op == "mixed":
        return f"{_plain(args[0])} {_plain(args[1])}"
    if op == "deg" and (angle := _angle(args[0])) is not None:
        return angle
    if op in _POSTFIX:
        return _inner(args[0], 4) + _POSTFIX[op]
    if op == "ratio" and _is_full_hour(args):
        return f"{_inner(args[0], 2)}:00"
    if op in SIGN_OF:
        return f" {SIGN_OF[op]} ".join(_inner(a, 3) for a in args)
    if op in _INFIX:
        return _INFIX[op].join(_inner(a, 2) for a in args)
    if op in ("apply", "call"):
        inner = args[1]
        if isinstance(inner, Group):
            return f"{_plain(args[0])}{_plain(inner)}"
        return f"{_plain(args[0])}({', '.join(_plain(a) for a in args[1:])})"
    if op == "abs":
        return f"|{_plain(args[0])}|"
    if op == "logb":
        return f"log_{_inner(args[0], 4)}({_plain(args[1])})"
    if op == "taken_at":
        return f"{_plain(args[0])} at {_plain(args[1])}"
    if op == "norm":
        return f"‖{_plain(args[0])}‖"
    if op == "at":
        return f"{_inner(args[0], 2)}|_({', '.join(_plain(a) for a in args[1:])})"
    return f"{_NAMES.get(op, op.rstrip('_'))}({', '.join(_plain(a) for a in args)})"


def _time_of_day(node: Quantity) -> str | None:
    """``4:05``, of a ratio with "am" or "pm" behind it."""
    ratio = node.value
    if node.unit not in (("am",), ("pm",)) or not isinstance(ratio, App) or ratio.op != "ratio":
        return None
    first, *rest = (_plain(term) for term in ratio.args)
    return ":".join([first, *(term.rjust(2, "0") for term in rest)])


def _is_full_hour(args: Sequence[Node]) -> bool:
    """Of two terms, the second being nothing: nobody writes such a ratio, everybody such a time."""
    return len(args) == 2 and isinstance(args[1], Num) and args[1].value == 0


def _angle(node: Node) -> str | None:
    """``30° 15'``, of a sum of degrees and sixtieths of them."""
    if not (isinstance(node, App) and node.op == "add"):
        return None
    first, *rest = node.args
    text = _inner(first, 4) + "°"
    for term in rest:
        if not (isinstance(term, App) and term.op == "mul" and len(term.args) == 2):
            return None
        value, share = term.args
        mark = {60: "'", 3600: "''"}.get(int(share.value.q)) if isinstance(share, Num) else None
        if mark is None or not isinstance(share, Num) or share.value.p != 1:
            return None
        text += f" {_inner(value, 4)}{mark}"
    return text
