# ruff: noqa: E501 - tables of programs
"""What a proxy refuses to believe, and ``trust="operators"`` believes: rulings on both.

``ASKED`` are suites that hand an expected value to an operator of the program's, or set what a function
returned against an object that the suite constructed: the program's classes decide. ``CARRIED`` are suites that
look alike and need no such belief. ``CHEATS`` earn nothing under either.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import pytest

from assay.errors import ReferenceUnreadable
from assay.model import Sample, Status
from assay.verifiers.code_tests.params import CodeTestsParams
from assay.verifiers.code_tests.sandbox.parent.pool import SandboxPool
from assay.verifiers.code_tests.verifier import CodeTests

MONEY = """
class Money:
    def __init__(self, x): self.x = x
    def get(self): return self.x
    def __eq__(self, o): return self.x == (o.x if isinstance(o, Money) else o)
    def __lt__(self, o): return self.x < (o.x if isinstance(o, Money) else o)
    def __hash__(self): return hash(self.x)
    def __add__(self, o): return Money(self.x + (o.x if isinstance(o, Money) else o))
    __radd__ = __add__
    def __rpow__(self, o): return o ** self.x
    def __rsub__(self, o): return o - self.x
    def __abs__(self): return Money(abs(self.x))
    def __contains__(self, k): return k == self.x
    def __divmod__(self, o): return divmod(self.x, o)
    def __repr__(self): return f"Money({self.x})"
    def twice(self): return [Money(self.x), Money(self.x)]
def parse(text): return Money(int(text))
"""
WRONG = MONEY.replace("self.x = x", "self.x = x + 1")


class Suite(NamedTuple):
    why: str
    code: str


ASKED = [
    Suite("a plain value", "m = Money(3)\nassert m.get() == 3 and m == 3"),
    Suite(
        "an order with a plain value", "m = Money(3)\nassert m.get() == 3 and m < 4 and not m < 3"
    ),
    Suite(
        "arithmetic that gives a plain value", "m = Money(3)\nassert m.get() == 3 and 2 ** m == 8"
    ),
    Suite(
        "a plain value, by unittest",
        "import unittest\nclass T(unittest.TestCase):\n    def test(self):\n        m = Money(3)\n        self.assertEqual(m.get(), 3)\n        self.assertEqual(m + 1, 4)",
    ),
    Suite("nearness", "m = Money(3)\nassert m.get() == 3 and abs(7 - m) == 4"),
    Suite("what a function returned", "assert parse('3') == Money(3) and Money(3).get() == 3"),
    Suite(
        "what a function returned, in a list",
        "assert [parse('3')] == [Money(3)] and Money(3).get() == 3",
    ),
    Suite("what it contains", "m = Money(3)\nassert 3 in m and m.get() == 3"),
    Suite("its own division", "assert divmod(Money(7), 2) == (3, 1)"),
]

CARRIED = [
    Suite(
        "two of its objects",
        "assert Money(3) == Money(3) and Money(3) != Money(4) and Money(3).get() == 3",
    ),
    Suite(
        "objects in a list that a method gave",
        "m = Money(3)\nassert m.twice() == [Money(3), Money(3)]\nassert m.get() == 3",
    ),
    Suite(
        "arithmetic that stays in the class",
        "assert Money(3) + 1 == Money(4)\nassert (Money(3) + 1).get() == 4",
    ),
    Suite("hashes of its objects", "assert len({Money(3), Money(3)}) == 1 and Money(3).get() == 3"),
    Suite("what it says of itself", "assert repr(Money(3)) == 'Money(3)'"),
    Suite(
        "its type",
        "m = Money(3)\nassert type(m) is Money and isinstance(m, Money) and type(m).__name__ == 'Money' and m.get() == 3",
    ),
    Suite("its attributes", "assert vars(Money(3)) == {'x': 3} and Money(3).__dict__ == {'x': 3}"),
]


def score(pool: SandboxPool, program: str, code: str, trust: Any) -> float | None:
    verifier = CodeTests(CodeTestsParams(code="whole", score="all", trust=trust), pool)
    verdict = verifier.verify(Sample(completion=program, tests={"type": "asserts", "code": code}))
    assert verdict.status is Status.JUDGED, verdict.because
    return verdict.score


@pytest.mark.parametrize("row", ASKED, ids=lambda row: row.why)
def test_what_is_asked_of_operators_is_refused_by_a_proxy_and_believed_by_operators(
    best: SandboxPool, row: Suite
) -> None:
    with pytest.raises(ReferenceUnreadable, match='the suite needs trust="operators"'):
        score(best, MONEY, row.code, "proxy")
    assert score(best, MONEY, row.code, "operators") == 1.0
    assert score(best, WRONG, row.code, "operators") == 0.0


@pytest.mark.parametrize("row", CARRIED, ids=lambda row: row.why)
def test_what_a_proxy_carries(best: SandboxPool, row: Suite) -> None:
    assert score(best, MONEY, row.code, "proxy") == 1.0
    assert score(best, WRONG, row.code, "proxy") == 0.0


YES = """
class Yes:
    def __init__(self, *a): pass
    def __getattr__(self, name):
        if name.startswith("__"): raise AttributeError(name)
        return lambda *a, **k: Yes()
for name in ("eq", "lt", "le", "gt", "ge", "contains", "bool"):
    setattr(Yes, f"__{name}__", lambda s, *a: True)
Yes.__ne__ = lambda s, o: False
Yes.__hash__ = lambda s: 0
Money = type("Money", (), {"__init__": lambda s, x: None, "get": lambda s: Yes(), "twice": lambda s: Yes()})
def parse(text): return Yes()
"""

CHEATS = [
    Suite("a function's object equals a constructed one", "assert parse('3') == Money(3)"),
    Suite(
        "a method's object equals a plain value", "m = Money(3)\nassert m == m\nassert m.get() == 3"
    ),
    Suite(
        "a method's object equals a plain value, in a suite that believes",
        "m = Money(3)\nif m == 4: pass\nassert m.get() == 3",
    ),
    Suite(
        "a method's object equals a list",
        "m = Money(3)\nif m == 4: pass\nassert m.twice() == [Money(3), Money(3)]",
    ),
]


@pytest.mark.parametrize("row", CHEATS, ids=lambda row: row.why)
def test_objects_of_other_classes_are_not_believed(best: SandboxPool, row: Suite) -> None:
    assert score(best, YES, row.code, "operators") == 0.0
