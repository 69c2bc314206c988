"""The suite's text, with a look at every value that it compares (`agreeing`)."""

from __future__ import annotations

import ast

GUARD = "_assay_guard"


def guarded(tree: ast.Module) -> ast.Module:
    """The tree with `GUARD` called on what is compared, asserted or asked for a method."""
    _Guarded().visit(tree)
    return ast.fix_missing_locations(tree)


class _Guarded(ast.NodeTransformer):
    def visit_ImportFrom(self, node: ast.ImportFrom) -> ast.stmt:
        """``from .solution import f`` of a suite that lies beside its program."""
        if not node.level:
            return node
        if node.module is None:
            return ast.copy_location(ast.Import(node.names), node)
        node.level = 0
        return node

    def visit_Compare(self, node: ast.Compare) -> ast.expr:
        self.generic_visit(node)
        node.left = _looked_at(node.left)
        node.comparators = [_looked_at(x) for x in node.comparators]
        return node

    def visit_Assert(self, node: ast.Assert) -> ast.stmt:
        self.generic_visit(node)
        node.test = _looked_at(node.test)
        return node

    def visit_Call(self, node: ast.Call) -> ast.expr:
        self.generic_visit(node)
        function = node.func
        name = (
            function.attr if isinstance(function, ast.Attribute)
            else function.id if isinstance(function, ast.Name) else ""
        )  # fmt: skip
        if name.startswith("assert") or name in ("isinstance", "all", "any", "len", "bool"):
            node.args = [_looked_at(x) for x in node.args]
        if isinstance(function, ast.Attribute) and _is_result(function.value):
            function.value = _looked_at(function.value)
        return node

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.stmt:
        node.body = [self.visit(x) for x in node.body]  # not what stands before it: decorators
        return node

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> ast.stmt:
        node.body = [self.visit(x) for x in node.body]
        return node

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.stmt:
        node.body = [self.visit(x) for x in node.body]
        return node


def _is_result(expr: ast.expr) -> bool:
    """Whether it is what a call gave, or a variable that may hold that."""
    if isinstance(expr, ast.Call):
        return not (isinstance(expr.func, ast.Name) and expr.func.id == "super")
    return isinstance(expr, ast.Name) and expr.id not in ("self", "cls")


def _looked_at(expr: ast.expr) -> ast.expr:
    if isinstance(expr, ast.Constant | ast.Starred | ast.Compare | ast.BoolOp | ast.Lambda):
        return expr
    made = ast.Call(ast.Name(GUARD, ast.Load()), [expr], [])
    return ast.copy_location(made, expr)
