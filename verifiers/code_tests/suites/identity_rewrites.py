"""``while node:`` and ``a is b`` in a suite, of objects that it knows by handles.

Whether an object is there, not what it says of itself; and whether two are one. And ``sort(xs)``
as a statement: what is called for nothing but its effect.
"""

from __future__ import annotations

import ast


def there(code: str) -> str:
    """The code, with ``_assay_there`` for such truth, ``_assay_same``, and ``_assay_effect``.

    Code that is no Python stays as it is.
    """
    try:
        tree = ast.parse(code)
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


def _asked(test: ast.expr) -> ast.expr:
    if isinstance(test, ast.Name | ast.Attribute):
        return ast.copy_location(ast.Call(ast.Name("_assay_there", ast.Load()), [test], []), test)
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        test.operand = _asked(test.operand)
    elif isinstance(test, ast.BoolOp):
        test.values = [_asked(x) for x in test.values]
    return test
