"""What is written in a pair of trees, gathered in one walk."""

from __future__ import annotations

from collections.abc import Iterable

from assay.verifiers.math_answer.arithmetic import exact
from assay.verifiers.math_answer.arithmetic.noncommuting.roles import is_capital, mark_of, parts
from assay.verifiers.math_answer.tree import App, Group, Node, Sym


class Seen:
    """The names, products, sums and powers of some trees."""

    def __init__(self, nodes: Iterable[Node]) -> None:
        self.names: set[str] = set()
        self.ops: set[str] = set()
        self.products: list[tuple[Node, ...]] = []
        self.sums: list[App] = []
        self.turned: list[tuple[Node, str]] = []
        self.inverted: list[Node] = []
        self.divisors: list[Node] = []
        self.exponents: list[tuple[Node, Node]] = []
        self.called: list[App] = []
        self.brackets: list[Group] = []
        for tree in nodes:
            for node in parts(tree):
                self.see(node)

    def see(self, node: Node) -> None:
        """Note one node."""
        if isinstance(node, Sym):
            self.names.add(node.name)
        elif isinstance(node, Group):
            self.brackets.append(node)
        elif isinstance(node, App):
            self.ops.add(node.op)
            if node.op in ("mul", "call"):
                self.products.append(node.args)
            elif node.op == "add":
                self.sums.append(node)
            elif node.op == "inv":
                self.divisors.append(node.args[0])
            elif node.op in ("det", "tr", "abs"):
                self.called.append(node)
            elif node.op == "pow":
                mark = mark_of(node)
                if mark is not None:
                    self.turned.append((node.args[0], mark[0]))
                elif is_minus_one(node.args[1]):
                    self.inverted.append(node.args[0])
                else:
                    self.exponents.append(node.args)  # type: ignore[arg-type]


def is_minus_one(node: Node) -> bool:
    """Whether an exponent is that of an inverse."""
    return exact.whole(node) == -1


def capitals_in(node: Node) -> set[str]:
    """The heads of the names in it that could be matrices: of ``R_1 + R_2`` one."""
    return {
        n.name.partition("_")[0] for n in parts(node) if isinstance(n, Sym) and is_capital(n.name)
    }


def inverse_of(node: Node) -> Node | None:
    """What is inverted, where `node` is an inverse by its exponent."""
    if isinstance(node, App) and node.op == "pow" and is_minus_one(node.args[1]):
        return node.args[0]
    return None
