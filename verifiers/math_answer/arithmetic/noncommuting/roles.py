"""What each name stands for where the order of factors counts, and how marks are written."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from assay.verifiers.math_answer.tree import CONSTANTS, App, Group, Matrix, Node, Sym, children

TRANSPOSED = frozenset({"T", "\\top", "\\intercal"})
ADJOINT = frozenset({"H", "\\dagger", "*"})
MARKS = TRANSPOSED | ADJOINT
"""What stands above a matrix to turn it."""

CAPITALS = frozenset({"Gamma", "Theta", "Lambda", "Xi", "Sigma", "Phi", "Psi", "Omega"})
"""Capitals of the Greek alphabet that name matrices."""

_ARROWS = frozenset({"vec", "overrightarrow", "overleftarrow", "ket", "bra"})
ACCENTS = ("vec:", "hat:", "overrightarrow:", "widehat:")


@dataclass(frozen=True, slots=True)
class Roles:
    """Which names are matrices, which vectors; all others are numbers."""

    matrices: frozenset[str] = field(default=frozenset())
    vectors: frozenset[str] = field(default=frozenset())
    marks: frozenset[str] = field(default=MARKS)
    """The names that are marks where they stand above something."""
    primed: bool = False
    """Whether a prime is a transpose: ``X'X``."""
    valued: bool = True
    """Whether values say anything: not of derivatives of products."""

    def plain(self, node: Node) -> bool:
        """Whether `node` is a number: nothing in it whose order could count."""
        for part in parts(node):
            if isinstance(part, Sym) and (
                part.name in self.matrices or part.name in self.vectors or self.is_identity(part)
            ):
                return False
            if not isinstance(part, App | Group) and children(part):
                return False
        return True

    def is_identity(self, node: Node) -> bool:
        """Whether it is the identity; beside vectors alone, I is a current."""
        beside = bool(self.matrices) or any(map(is_state, self.vectors))
        return beside and is_identity(node)


def parts(node: Node) -> Iterator[Node]:
    """Every node of the tree, but no marks above a name and no entries of a matrix."""
    stack = [node]
    while stack:
        top = stack.pop()
        yield top
        below = children(top) if not isinstance(top, Matrix) else ()
        if isinstance(top, App) and top.op == "pow" and mark_of(top) is not None:
            below = below[:1]
        stack.extend(reversed(below))


def mark_of(node: App) -> tuple[str, bool] | None:
    """The mark that a power has for an exponent, and whether it is inverted besides: ``A^{-T}``."""
    exponent, inverted = node.args[1], False
    if isinstance(exponent, App) and exponent.op == "neg":
        exponent, inverted = exponent.args[0], True
    if isinstance(exponent, Sym) and exponent.name in MARKS:
        return exponent.name, inverted
    return None


def is_capital(name: str) -> bool:
    r"""Whether a name could be that of a matrix: ``A``, ``P_1``, ``\Sigma``; not ``I``, ``pi``."""
    accent, _, bare = name.rpartition(":")
    if accent in _ARROWS:
        return False
    head = bare.partition("_")[0].rstrip("'")
    if head in CONSTANTS or head == "I":
        return False
    return (len(head) == 1 and head.isalpha() and head.isupper()) or head in CAPITALS


def is_identity(node: Node) -> bool:
    """Whether it is the identity matrix: ``I``, ``I_n``."""
    return isinstance(node, Sym) and node.name.partition("_")[0] == "I"


def is_small(name: str) -> bool:
    """Whether a name is a small Latin letter, with an index or without: ``x``, ``b_1``."""
    head = name.partition("_")[0]
    return len(head) == 1 and head.isascii() and head.islower() and head not in CONSTANTS


def is_operator(name: str) -> bool:
    r"""Whether a name has a hat, as operators have: ``\hat p``; not one of an axis."""
    return name.startswith(("hat:", "widehat:")) and name.partition(":")[2] not in _UNIT_VECTORS


_UNIT_VECTORS = frozenset({"i", "j", "k", "n", "u", "e", "r", "v", "theta", "phi", "rho"})


def is_state(name: str) -> bool:
    """Whether a name is that of a state, or of its adjoint: ``|psi>``, ``<psi|``."""
    return name.startswith(("ket:", "bra:"))


def is_accented(name: str) -> bool:
    """Whether a name has an arrow or a hat."""
    return name.startswith(ACCENTS)
