# ruff: noqa: E501 - tables of programs
"""What Python answers about objects and a proxy does not: refused by name, or carried."""

from __future__ import annotations

from typing import NamedTuple

import pytest

from assay.errors import ReferenceUnreadable
from assay.model import Sample, Verdict
from assay.verifiers.code_tests.params import CodeTestsParams
from assay.verifiers.code_tests.sandbox.parent.pool import SandboxPool
from assay.verifiers.code_tests.suites.trust.needs import Trust
from assay.verifiers.code_tests.verifier import CodeTests


def judged(pool: SandboxPool, suite: str, program: str, trust: Trust = "proxy") -> Verdict:
    params = CodeTestsParams(trust=trust, code="whole", score="all")
    tests = {"type": "asserts", "code": suite}
    return CodeTests(params, pool).verify(Sample(completion=program, tests=tests))


class Row(NamedTuple):
    why: str
    suite: str
    right: str
    wrong: str


WRAPS = "import functools\ndef twice(f):\n    @functools.wraps(f)\n    def inner(x): return f(f(x))\n    return inner"
UNWRAPPED = "def twice(f):\n    def inner(x): return f(f(x))\n    return inner"
POINT = "from dataclasses import dataclass\n@dataclass\nclass Point:\n    x: int = 1"
BARE = "class Point:\n    def __init__(self, x=1): self.x = x"
BAG = "class Bag:\n    def __init__(self): self.xs = [1]\n    def items(self): return {}"

REFUSED = [
    Row("a docstring", "assert f.__doc__\nassert f() == 1", "def f():\n    'One.'\n    return 1", "def f(): return 1"),
    Row("the name of what a decorator made", "@twice\ndef add(x): return x + 3\nassert add(1) == 7\nassert add.__name__ == 'add'", WRAPS, UNWRAPPED),
    Row("what it wraps", "@twice\ndef add(x): return x + 3\nassert add.__wrapped__(1) == 4", WRAPS, UNWRAPPED),
    Row("annotations", "assert f.__annotations__ == {'x': int}", "def f(x: int): pass", "def f(x): pass"),
    Row("a deep copy of an object", "import copy\nb = Bag()\nc = copy.deepcopy(b)\nc.xs.append(2)\nassert b.xs == [1]", BAG.format("self.xs"), "class Bag:\n    xs = [1]\n    def __deepcopy__(self, memo): return self"),
    Row("a copy, by the function's own name", "from copy import copy\nb = Bag()\nassert copy(b) is not b", BAG.format("self.xs"), "class Bag:\n    def __copy__(self): return self"),
    Row("a pickled object", "import pickle\nassert pickle.loads(pickle.dumps(Point(2))).x == 2", BARE, "class Point:\n    def __init__(self, x): pass\n    x = 1"),
    Row("the fields of a dataclass", "import dataclasses\nassert dataclasses.asdict(Point()) == {'x': 1}", POINT, BARE),
    Row("a dataclass with another value", "from dataclasses import replace\np = Point()\nassert replace(p, x=3).x == 3", POINT, BARE),
    Row("paths", "from pathlib import Path\nassert f('a') == Path('a')", "import pathlib\ndef f(s): return pathlib.Path(s)", "def f(s): return s"),
    Row("NotImplemented", "assert Point(1).__lt__(3) is NotImplemented", "class Point:\n    def __init__(self, x): self.x = x\n    def __lt__(self, o): return NotImplemented", "class Point:\n    def __init__(self, x): self.x = x\n    def __lt__(self, o): return False"),
    Row("a list that a method gave, changed before the method is called again", "b = Bag()\nb.items().append(2)\nassert b.items() == [1]", BAG.format("list(self.xs)"), BAG.format("self.xs")),
    Row("the same, by a name", "b = Bag()\nxs = b.items()\nxs[0] = 5\nassert b.items() == [1]", BAG.format("list(self.xs)"), BAG.format("self.xs")),
    Row("an object of the suite's own class", "class P:\n    def __init__(self, n): self.name = n\nassert f([P('b'), P('a')]) == ['a', 'b']", "def f(ps): return sorted(p.name for p in ps)", "def f(ps): return [p.name for p in ps]"),
    Row("a member of the suite's enumeration", "from enum import Enum\nclass C(Enum):\n    A = 1\nc = C.A\nassert f(c) == 'A'", "def f(c): return c.name", "def f(c): return c.value"),
    Row("an exception of the suite's, in what is called back", "class Mine(Exception): pass\ndef boom(): raise Mine\nassert f(boom) == 'Mine'", "def f(g):\n    try: g()\n    except Exception as e: return type(e).__name__", "def f(g): return 'Exception'"),
    Row("an attribute of the program's module", "import m\nm.LIMIT = 10\nassert m.f() == 10", "LIMIT = 3\ndef f(): return LIMIT", "LIMIT = 3\ndef f(): return 3"),
    Row("an attribute of the program's class", "C.rate = 5\nassert C().pay() == 10", "class C:\n    rate = 1\n    def pay(self): return 2 * self.rate", "class C:\n    def pay(self): return 2"),
    Row("whether it is a generator", "import types\nassert isinstance(f(), types.GeneratorType)", "def f(): yield 1", "def f(): return [1]"),
    Row("what is printed to stderr", "import contextlib, io\nout = io.StringIO()\nwith contextlib.redirect_stderr(out):\n    f()\nassert out.getvalue() == 'no\\n'", "import sys\ndef f(): print('no', file=sys.stderr)", "def f(): print('no')"),
]  # fmt: skip


@pytest.mark.parametrize("row", REFUSED, ids=lambda r: r.why)
def test_it_is_refused_by_name_and_judged_in_one_process(best: SandboxPool, row: Row) -> None:
    for trust in ("proxy", "operators"):
        with pytest.raises(ReferenceUnreadable, match='the suite needs trust="in_process"'):
            judged(best, row.suite, row.right, trust)  # type: ignore[arg-type]
    assert judged(best, row.suite, row.right, "in_process").score == 1.0
    assert judged(best, row.suite, row.wrong, "in_process").score == 0.0


CARRIED = [
    Row("the very list that was handed over comes back", "xs = [2, 1]\nfor i in range(1):\n    assert f(xs) is xs\nassert xs == [1, 2]", "def f(xs):\n    xs.sort()\n    return xs", "def f(xs):\n    xs.sort()\n    return list(xs)"),
    Row("another list comes back", "xs = [2, 1]\nys = f(xs)\nassert ys == [1, 2]\nassert ys is not xs", "def f(xs): return sorted(xs)", "def f(xs):\n    xs.sort()\n    return xs"),
    Row("another list comes back of one that needs no change", "import unittest\nclass T(unittest.TestCase):\n    def test_a(self):\n        xs = [1]\n        self.assertIsNot(f(xs), xs)", "def f(xs): return list(xs)", "def f(xs): return xs"),
    Row("what came back is changed with what was handed over", "xs = {'a': 1}\nys = f(xs)\nys['b'] = 2\nassert xs == {'a': 1, 'b': 2}", "def f(xs): return xs", "def f(xs): return dict(xs)"),
    Row("an exception of the library's", "import json, pytest\nwith pytest.raises(json.JSONDecodeError):\n    f('{')", "import json\ndef f(s): return json.loads(s)", "def f(s): raise ValueError(s)"),
    Row("one that is caught by name", "import decimal\ntry:\n    f('x')\nexcept decimal.InvalidOperation:\n    pass\nelse:\n    assert False", "import decimal\ndef f(s): return decimal.Decimal(s)", "def f(s): raise ArithmeticError(s)"),
    Row("a frozen dataclass", "import dataclasses, pytest\np = Point(3)\nassert p.x == 3\nwith pytest.raises(dataclasses.FrozenInstanceError):\n    p.x = 2", POINT.replace("@dataclass", "@dataclass(frozen=True)"), POINT),
    Row("the length of a complex number", "assert abs(f(3 + 4j)) == 5.0", "def f(z): return z.conjugate()", "def f(z): return 2 * z"),
    Row("values are copied as ever", "import copy\nd = [[1]]\ne = copy.deepcopy(d)\nf(d)\nassert e == [[1]]\nassert d == [[1, 2]]", "def f(d): d[0].append(2)", "def f(d): d.append(2)"),
    Row("a method called by its class, of an instance", "b = B()\nassert b.hi() == 'AB'\nfor i in range(1):\n    assert A.hi(b) == 'A'", "class A:\n    def hi(self): return 'A'\nclass B(A):\n    def hi(self): return super().hi() + 'B'", "class A:\n    def hi(self): return 'AB'\nclass B(A): pass"),
    Row("an exception about text", "import pytest\nwith pytest.raises(UnicodeDecodeError):\n    f(b'\\xff')", "def f(b): return b.decode('ascii')", "def f(b): raise ValueError"),
    Row("the order of an ordered dict", "from collections import OrderedDict\nassert f() == OrderedDict([('b', 1), ('a', 2)])", "from collections import OrderedDict\ndef f(): return OrderedDict([('b', 1), ('a', 2)])", "from collections import OrderedDict\ndef f(): return OrderedDict([('a', 2), ('b', 1)])"),
    Row("a dict has none", "from collections import OrderedDict\nassert f() == OrderedDict([('b', 1), ('a', 2)])", "def f(): return {'a': 2, 'b': 1}", "def f(): return {'a': 1, 'b': 2}"),
]  # fmt: skip


@pytest.mark.parametrize("row", CARRIED, ids=lambda r: r.why)
def test_it_is_carried(best: SandboxPool, row: Row) -> None:
    right = judged(best, row.suite, row.right)
    assert right.score == 1.0, right.because
    assert judged(best, row.suite, row.wrong).score == 0.0


LIES = [
    ("a result that claims to be an argument", "xs = [3, 1]\nys = f(xs)\nassert ys == sorted(xs)", "def f(xs):\n    xs.clear()\n    return xs"),
    ("one that was emptied, and compared with itself", "xs = [3, 1]\nassert f(xs) == sorted(xs)\nassert len(xs) == 2", "def f(xs):\n    xs[:] = []\n    return xs"),
]  # fmt: skip


@pytest.mark.parametrize(("suite", "program"), [x[1:] for x in LIES], ids=[x[0] for x in LIES])
def test_what_comes_back_is_not_paid_for_being_the_argument(
    best: SandboxPool, suite: str, program: str
) -> None:
    assert judged(best, suite, program).score == 0.0
