r"""States of quantum mechanics: ``|\psi\rangle`` and ``\langle\psi|`` as names.

Read from the tokens, where a bar that closes one state may open the next: in
``\langle\phi|A|\psi\rangle`` the first ends ``\langle\phi|`` and the second begins
``|\psi\rangle``. A set of generators with its relations, ``\langle r \mid r^4 \rangle``, is none.
"""

from __future__ import annotations

from assay.verifiers.math_answer.reading.lexing.tokens import Token

LONGEST = 9
"""Most tokens of a state's label."""

QUBITS = 4
"""Most digits of a label that are states side by side: ``|01\\rangle`` is that of two."""

_LABEL = frozenset({"sym", "num"})
_SIGNS = frozenset({"+", "-", "_", "'"})


def with_states(tokens: list[Token]) -> list[Token]:
    """`tokens` with one name for each state, and a tensor product between two side by side."""
    if not any(token.value in ("langle", "rangle") for token in tokens):
        return tokens
    out: list[Token] = []
    at = 0
    pending = 0
    """States whose adjoint is open: their partner needs no bar of its own."""
    while at < len(tokens):
        token = tokens[at]
        end: int | None = None
        kind = ""
        if token.value == "langle" and _has_a_state(tokens, at):
            end, kind = _label(tokens, at + 1, "|"), "bra"
        elif token.value == "|" and token.mark != "norm":
            end, kind = _label(tokens, at + 1, "rangle"), "ket"
        elif pending:
            end, kind = _label(tokens, at, "rangle"), "ket"
        if end is None:
            out.append(token)
            at += 1
            continue
        begin = at if kind == "ket" and token.value != "|" else at + 1
        label = "".join(t.value for t in tokens[begin:end] if t.value not in "{}")
        if out and _is_state(out[-1], kind):
            out.append(token._replace(kind="op", value="otimes"))
        out += _named(kind, label, token)
        pending = 1 if kind == "bra" else 0
        at = end + 1
    return out


def _label(tokens: list[Token], at: int, closing: str) -> int | None:
    """Where the label that begins at `at` is closed; None: it is no label."""
    for place in range(at, min(at + LONGEST, len(tokens))):
        token = tokens[place]
        if token.value == closing:
            return place if place > at else None
        braces = token.value in ("{", "}")
        if token.kind not in _LABEL and token.value not in _SIGNS and not braces:
            return None
    return None


def _has_a_state(tokens: list[Token], at: int) -> bool:
    """Whether the angle that opens here is that of a state, and of no set or mean value."""
    bars = [at]
    for place in range(at + 1, len(tokens)):
        token = tokens[place]
        if token.value == "langle" or token.kind in ("end", "sep"):
            break
        if token.value == "|":
            bars.append(place)
        elif token.value == "rangle":
            return len(bars) > 1 and _label(tokens, bars[-1] + 1, "rangle") == place
    return len(bars) > 1


def _is_state(token: Token, kind: str) -> bool:
    return token.kind == "sym" and token.value.startswith(kind + ":")


def _named(kind: str, label: str, token: Token) -> list[Token]:
    if not (1 < len(label) <= QUBITS and set(label) <= {"0", "1"}):
        return [token._replace(kind="sym", value=f"{kind}:{label}", num=None)]
    out: list[Token] = []
    for digit in label:
        if out:
            out.append(token._replace(kind="op", value="otimes"))
        out.append(token._replace(kind="sym", value=f"{kind}:{digit}", num=None))
    return [
        token._replace(kind="open", value="("), *out, token._replace(kind="close", value=")"),
    ]  # fmt: skip
