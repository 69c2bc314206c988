"""``while node:`` in a suite: whether an object is there, not what it says of itself."""

from __future__ import annotations

import ast


def there(code: str) -> str:
    """The code, with the truth of plain names in conditions asked by ``_assay_there``."""
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
    return tree


def _asked(test: ast.expr) -> ast.expr:
    if isinstance(test, ast.Name | ast.Attribute):
        return ast.copy_location(ast.Call(ast.Name("_assay_there", ast.Load()), [test], []), test)
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        test.operand = _asked(test.operand)
    elif isinstance(test, ast.BoolOp):
        test.values = [_asked(x) for x in test.values]
    return test
