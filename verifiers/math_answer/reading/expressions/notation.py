"""The tokens of a text in one canonical spelling: style, redundant braces and dollars gone.

Two texts with equal notation say the same, whether or not they can be parsed.
"""

from __future__ import annotations

from assay.verifiers.math_answer.reading.lexing.tokens import Token


def canonical(tokens: list[Token]) -> tuple[str, ...]:
    """Token values with braces around a single token dropped."""
    out: list[str] = []
    stack: list[int] = []
    for token in tokens:
        if token.kind == "end" or token.value in (".", "'s"):
            continue
        if token.kind == "open" and token.value == "{":
            stack.append(len(out))
            out.append("{")
        elif token.kind == "close" and token.value == "}" and stack:
            start = stack.pop()
            inside = out[start + 1 :]
            before = out[start - 1] if start else ""
            if (
                len(inside) <= 1
                or before not in ("frac", "^", "_", "sqrt", "binom", "}")
                or (inside[0] == "{" and _closes(inside))
            ):
                out[start:] = inside
            else:
                out.append("}")
        elif len(token.value) > 1 and token.value.isdigit() and out and out[-1] == "frac":
            out.extend(token.value[:2])  # \\frac95
            if len(token.value) > 2:
                out.append(token.value[2:])
        elif token.num is not None and token.kind == "num":
            out.append(token.value if token.num.places is not None else str(token.num.value))
        else:
            out.append(token.value)
    return tuple(out)


def _closes(inside: list[str]) -> bool:
    """Whether the brace that opens `inside` closes at its end."""
    depth = 0
    for k, value in enumerate(inside):
        depth += (value == "{") - (value == "}")
        if depth == 0:
            return k == len(inside) - 1
    return False
