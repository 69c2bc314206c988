"""``while node:`` and ``a is b`` in a suite, of objects that it knows by handles.

Whether an object is there, not what it says of itself; and whether two are one. And ``sort(xs)``
as a statement: what is called for nothing but its effect.
"""

from __future__ import annotations

import ast

from assay import syntax


def there(code: str) -> str:
    """The code, with ``_assay_there`` for such truth, ``_assay_same``, and ``_assay_effect``.

    Code that is not Python stays as it is.
    """
    try:
        tree = syntax.parsed(code)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return code
    return ast.unparse(ast.fix_missing_locations(asking(tree)))


def asking(tree: ast.Module) -> ast.Module:
    """The same of a tree, which is changed."""
    for item in ast.walk(tree):
        if isinstance(item, ast.If | ast.IfExp | ast.While):
            item.test = _asked(item.test)
        elif isinstance(item, ast.Expr) and isinstance(item.value, ast.Call):
            called = item.value
            called.func = ast.copy_location(
                ast.Call(ast.Name("_assay_effect", ast.Load()), [called.func], []), called.func
            )
    _Same().visit(tree)
    _Kinds(tree).visit(tree)
    return tree


class _Same(ast.NodeTransformer):
    def visit_Compare(self, node: ast.Compare) -> ast.expr:
        self.generic_visit(node)
        right = node.comparators[0]
        if len(node.ops) != 1 or isinstance(right, ast.Constant):
            return node
        if not isinstance(node.ops[0], ast.Is | ast.IsNot):
            return node
        same = ast.Call(ast.Name("_assay_same", ast.Load()), [node.left, right], [])
        found = same if isinstance(node.ops[0], ast.Is) else ast.UnaryOp(ast.Not(), same)
        return ast.copy_location(found, node)


class _Kinds(ast.NodeTransformer):
    """``type(x)``, ``x.__class__``, ``vars(x)`` and ``x.__dict__``, where they are Python's own."""

    def __init__(self, tree: ast.Module) -> None:
        stored = {
            x.id
            for x in ast.walk(tree)
            if isinstance(x, ast.Name) and not isinstance(x.ctx, ast.Load)
        }
        own = {"type": "_assay_kind", "vars": "_assay_dict"}
        self._own = {k: v for k, v in own.items() if k not in stored}

    def visit_Call(self, node: ast.Call) -> ast.expr:
        self.generic_visit(node)
        if isinstance(node.func, ast.Name) and node.func.id in self._own and len(node.args) == 1:
            node.func = ast.copy_location(ast.Name(self._own[node.func.id], ast.Load()), node.func)
        return node

    def visit_Attribute(self, node: ast.Attribute) -> ast.expr:
        self.generic_visit(node)
        name = {"__class__": "_assay_kind", "__dict__": "_assay_dict"}.get(node.attr)
        if name is None or not isinstance(node.ctx, ast.Load):
            return node
        call = ast.Call(ast.Name(name, ast.Load()), [node.value], [])
        return ast.copy_location(call, node)


def _asked(test: ast.expr) -> ast.expr:
    if isinstance(test, ast.Name | ast.Attribute):
        return ast.copy_location(ast.Call(ast.Name("_assay_there", ast.Load()), [test], []), test)
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        test.operand = _asked(test.operand)
    elif isinstance(test, ast.BoolOp):
        test.values = [_asked(x) for x in test.values]
    return test
