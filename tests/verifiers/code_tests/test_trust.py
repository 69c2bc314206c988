# ruff: noqa: E501 - tables of programs
"""Whose word does a test take? Rulings on objects that a program hands to its test.

``HONEST`` are suites that a right program must pass, of every shape that needs an object;
``YES_MEN`` programs that return objects which agree to whatever they are asked. ``FORMS`` are
assertions that become cases, each with a right program and a wrong one.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import pytest

from assay.errors import ReferenceUnreadable
from assay.model import Sample, Status
from assay.verifiers.code_tests.params import CodeTestsParams
from assay.verifiers.code_tests.sandbox.parent.pool import SandboxPool
from assay.verifiers.code_tests.suites.cases.asserts import convert
from assay.verifiers.code_tests.suites.shapes import read
from assay.verifiers.code_tests.verifier import CodeTests

WHOLE = CodeTestsParams(code="whole")

YES = """
import collections
seen = []
class Yes:
    def __init__(self, *a, **k): pass
    def __getattr__(self, name): return Yes()
    def __iter__(self): return iter(())
    def __int__(self): return 0
    def __float__(self): return 0.0
    def __index__(self): return 0
    def __hash__(self): return 0
    def __str__(self): return str(seen[-1]) if seen else ""
    __repr__ = __str__
def say(answer):
    def method(self, *a, **k):
        seen.extend(a)
        return answer(self, a)
    return method
for name in ("eq", "le", "ge", "lt", "gt", "contains", "bool"):
    setattr(Yes, f"__{name}__", say(lambda s, a: True))
setattr(Yes, "__ne__", say(lambda s, a: False))
for name in ("sub", "rsub", "add", "radd", "mul", "rmul", "abs", "round", "pow"):
    setattr(Yes, f"__{name}__", say(lambda s, a: 0))
for name in ("call", "getitem", "enter"):
    setattr(Yes, f"__{name}__", say(lambda s, a: a[0] if a else s))
Yes.__len__ = lambda s: 3
"""


class Honest(NamedTuple):
    why: str
    code: str
    program: str
    prompt: str = ""


STACK = """
class Stack:
    def __init__(self, items=()): self.items = list(items)
    def push(self, x):
        self.items.append(x)
        return self
    def pop(self): return self.items.pop()
    def copy(self): return Stack(self.items)
    def __len__(self): return len(self.items)
    def __contains__(self, x): return x in self.items
    def __getitem__(self, i): return self.items[i]
    def __setitem__(self, i, x): self.items[i] = x
    def __iter__(self): return iter(self.items)
    def __bool__(self): return bool(self.items)
    def __str__(self): return f"Stack{self.items}"
    def __eq__(self, o): return self.items == o.items
    def __lt__(self, o): return self.items < o.items
    def __hash__(self): return len(self.items)
    def __add__(self, o): return Stack(self.items + o.items)
    def __mul__(self, n): return Stack(self.items * n)
    def __call__(self, n): return self.items[-n]
    def __enter__(self): return self
    def __exit__(self, *a): self.items.clear()
    @classmethod
    def of(cls, *items): return cls(items)
"""

HONEST = [
    Honest("operators of a class that the test called", """
s = Stack()
assert not s
for i in range(4): s.push(i)
assert len(s) == 4 and 3 in s and 9 not in s and s
assert [x for x in s] == [0, 1, 2, 3] and s[1:3] == [1, 2] and str(s) == "Stack[0, 1, 2, 3]"
s[0] = 7
assert s[0] == 7 and s(1) == 3
""", STACK),
    Honest("the same where a test compares two that it made", """
a, b = Stack([1]), Stack([2])
assert a != b and a == Stack([1]) and a < b and sorted([b, a])[0] == a
assert (a + b)[1] == 2 and len(a * 3) == 3 and a + b == Stack([1, 2])
assert len({a, Stack([1])}) == 1 and isinstance(a, Stack) and not isinstance(3, Stack)
""", STACK),
    Honest("what its methods return: length, text, places", """
s = Stack([1, 2])
t = s.copy().push(3)
assert len(t) == 3 and t[2] == 3 and str(t) == "Stack[1, 2, 3]" and list(t) == [1, 2, 3]
assert t == Stack([1, 2, 3]) and t != s
assert len(Stack.of(4, 5)) == 2 and Stack.of(4)[0] == 4
""", STACK),
    Honest("a vector, of operators alone", """
for i in range(3):
    v = Vec(i, 2)
    assert v[0] == i and len(v) == 2
    assert v + Vec(1, 1) == Vec(i + 1, 3) and 2 * v == v * 2 == v + v
    assert abs(Vec(3, 4)) == 5 and -v == v * -1 and v != Vec(9, 9) and str(v) == f"({i}, 2)"
""", """
class Vec:
    def __init__(s, x, y): s.a = (x, y)
    def __add__(s, o): return Vec(*map(sum, zip(s.a, o.a)))
    def __mul__(s, k): return Vec(*(x * k for x in s.a))
    __rmul__ = __mul__
    def __eq__(s, o): return s.a == o.a
    def __abs__(s): return sum(x * x for x in s.a) ** 0.5
    def __neg__(s): return s * -1
    def __getitem__(s, i): return s.a[i]
    def __len__(s): return 2
    def __str__(s): return str(s.a)
"""),
    Honest("a context manager", """
s = Stack([1])
with s as t:
    assert len(t) == 1
assert len(s) == 0
""", STACK),
    Honest("a class in small letters, used as one", """
for n in range(3):
    c = counter(n)
    c.tick()
    assert c.count == n + 1 and len(c) == n + 1
""", "class counter:\n    def __init__(s, n): s.count = n\n    def tick(s): s.count += 1\n    def __len__(s): return s.count\n"),
    Honest("a class that the prompt names", "for i in range(3):\n    v = v2(i, 1)\n    assert v[0] == i and len(v) == 2\n",
           "class v2:\n    def __init__(s, *a): s.a = a\n    def __getitem__(s, i): return s.a[i]\n    def __len__(s): return len(s.a)\n",
           "class v2:\n    '''A vector.'''\n"),
    Honest("linked nodes from a function, by their attributes", """
for n in range(1, 4):
    node = build(list(range(n)))
    for i in range(n):
        assert node.val == i
        node = node.next
    assert node is None
""", "class N:\n    def __init__(s, v, n): s.val, s.next = v, n\ndef build(xs):\n    node = None\n    for x in reversed(xs): node = N(x, node)\n    return node\n"),
    Honest("attributes that the test sets", "a = Node(1)\nb = Node(2)\na.next = b\na.val = 5\nassert a.next.val == 2 and a.val == 5 and total(a) == 7\n",
           "class Node:\n    def __init__(s, v): s.val, s.next = v, None\ndef total(n): return n.val + total(n.next) if n else 0\n"),
    Honest("a closure", "for i in range(3):\n    assert adder(i)(4) == i + 4\n", "def adder(a): return lambda b: a + b\n"),
    Honest("an object that can be called, as a closure can", "for i in range(3):\n    assert adder(i)(4) == i + 4\n",
           "class A:\n    def __init__(s, a): s.a = a\n    def __call__(s, b): return s.a + b\ndef adder(a): return A(a)\n"),
    Honest("a function kept by a decorator of the library", "for i in range(3):\n    assert fib(i + 3) == [2, 3, 5][i]\n",
           "import functools\n@functools.cache\ndef fib(n): return n if n < 2 else fib(n - 1) + fib(n - 2)\n"),
    Honest("a generator, by turns and in a loop", """
for n in range(3):
    g = count(n)
    assert next(g) == 0
    assert list(g) == list(range(1, n + 1))
    assert n in count(n) and n + 1 not in count(n)
try:
    next(g)
    assert False
except StopIteration:
    pass
""", "def count(n): yield from range(n + 1)\n"),
    Honest("an endless generator, cut by the test", "from itertools import islice\nfor n in range(3):\n    assert list(islice(odd(), n)) == [1, 3, 5][:n]\n",
           "def odd():\n    n = 1\n    while True:\n        yield n\n        n += 2\n"),
    Honest("an iterator class of its own", "for n in range(3):\n    assert list(down(n)) == list(range(n, 0, -1))\n",
           "class D:\n    def __init__(s, n): s.n = n + 1\n    def __iter__(s): return s\n    def __next__(s):\n        s.n -= 1\n        if s.n < 1: raise StopIteration\n        return s.n\ndef down(n): return D(n)\n"),
    Honest("views of a dict", "for n in range(3):\n    k = keys(n)\n    assert len(k) == n and sorted(k) == list(range(n)) and (n - 1 in k or not n)\n",
           "def keys(n): return dict.fromkeys(range(n)).keys()\n"),
    Honest("plain values of every kind in a loop", """
for n in range(1, 4):
    d = stats(n)
    assert n in d and d[n] == "x" * n and len(d) == 1 and str(d) == str({n: "x" * n}) and d
""", "def stats(n): return {n: 'x' * n}\n"),
    Honest("an exception of a builtin class", "for x in (-1, -2):\n    try:\n        f(x)\n    except ValueError as e:\n        assert str(x) in str(e)\n    else:\n        assert False\n",
           "def f(x): raise ValueError(f'not {x}')\n"),
    Honest("a test that prints what it got", "for x in range(3):\n    print(f(x), repr(f(x)))\n    assert f(x) == x, f'got {f(x)}'\n", "def f(x): return x\n"),
    Honest("LeetCode's class, whose methods return values", "s = Solution()\nfor i in range(3):\n    assert i * 7 in s.f(i)\n", "class Solution:\n    def f(self, x): return [x * 7]\n"),
    Honest("unittest of a class", """
import unittest
class T(unittest.TestCase):
    def setUp(self): self.s = Stack([1, 2])
    def test_len(self): self.assertEqual(len(self.s), 2)
    def test_in(self): self.assertIn(2, self.s)
    def test_copy(self): self.assertEqual(self.s.copy(), self.s)
    def test_pop(self):
        self.s.pop(); self.s.pop()
        with self.assertRaises(IndexError): self.s.pop()
""", STACK),
]  # fmt: skip


@pytest.mark.parametrize("row", HONEST, ids=lambda r: r.why)
def test_an_honest_program_passes(pool: SandboxPool, row: Honest) -> None:
    tests = {"type": "asserts", "code": row.code, "prompt": row.prompt, "timeout_s": 4}
    verdict = CodeTests(WHOLE, pool).verify(Sample(completion=row.program, tests=tests))
    assert verdict.score == 1.0, verdict.because


class Lie(NamedTuple):
    why: str
    check: str
    """Of `c`, the function under test, with `i` from 0 to 2."""


YES_MEN = [
    Lie("it contains everything", "assert i * 7 + 1 in c(i)"),
    Lie("it equals everything", "assert c(i) == i * 7 + 1"),
    Lie("it equals everything, asked from the other side", "assert [i * 7 + 1] == [c(i)]"),
    Lie("it is among everything", "assert c(i) in [i * 7 + 1]"),
    Lie("it is greater and smaller", "assert i < c(i) < i + 2"),
    Lie("it is true", "assert c(i) and not isinstance(c(i), list)"),
    Lie("it has every length", "assert len(c(i)) == i + 1"),
    Lie("its text is what it was asked for last", "r = c(i)\nr == f'{i}!'\nassert str(r) == f'{i}!'"),
    Lie("its items are their keys", "assert c(i)[i * 7 + 1] == i * 7 + 1"),
    Lie("it is near to everything", "assert abs(c(i) - (i + 0.5)) < 1e-6"),
    Lie("it is near to everything, by unittest's means", "import unittest\nunittest.TestCase().assertAlmostEqual(c(i), i + 0.5)"),
    Lie("it rounds to everything", "assert round(c(i), 2) == i + 0.5"),
    Lie("unittest's assertIn", "import unittest\nunittest.TestCase().assertIn(i * 7 + 1, c(i))"),
    Lie("it is in a list that is plain", "assert i * 7 + 1 in [*map(c, [i])]"),
    Lie("it contains everything, by its attributes", "assert i * 7 + 1 in c(i).items"),
    Lie("it is a context whose value agrees", "with c(i) as r:\n    assert r == i * 7 + 1"),
    Lie("it is the largest", "assert max(c(i), i) == i * 7 + 1"),
    Lie("it is the sum", "assert sum([c(i)]) == i * 7 + 1"),
    Lie("it is formatted as asked", "assert f'{c(i)}' == str(i * 7 + 1)"),
    Lie("it is a number by conversion", "assert int(c(i)) == 0 and float(c(i)) == 0.0"),
    Lie("it hashes alike and is equal", "assert {c(i): 1}.get(i * 7 + 1) == 1"),
    Lie("two of them are equal", "assert c(i) == c(i + 1)"),
]  # fmt: skip


def looped(check: str) -> str:
    body = "".join(f"        {line}\n" for line in check.splitlines())
    return f"def check(c):\n    for i in range(3):\n{body}"


HANDS = {
    "an object": "def f(x): return Yes()\n",
    "an object of a class named as the function": "class f(Yes): pass\n",
    "an object in a list": "def f(x): return [Yes()]\n",
    "an object that can be called": "class C(Yes): pass\ndef f(x): return C()\n",
    "an object that calls itself an iterator": "class C(Yes):\n    def __iter__(s): return s\n    def __next__(s): raise StopIteration\ndef f(x): return C()\n",
    "itself": "f = Yes()\n",
    "a subclass of list": "class L(Yes, list): pass\ndef f(x): return L()\n",
}


@pytest.mark.parametrize("hand", HANDS)
def test_a_yes_man_of_a_function_earns_nothing(best: SandboxPool, hand: str) -> None:
    verifier = CodeTests(WHOLE, best)
    for row in YES_MEN:
        tests = {"type": "asserts", "entry_point": "f", "code": looped(row.check), "timeout_s": 4}
        verdict = verifier.verify(Sample(completion=YES + HANDS[hand], tests=tests))
        assert verdict.status is Status.JUDGED, row.why
        assert verdict.score == 0.0, (row.why, verdict.because)


BOX = """
class Box(Yes):
    def f(self, x): return self
    def open(self): pass
    def __getitem__(self, k): return k if type(k) is str else self
    def __iter__(self): return iter([self])
Box.items = Box()
"""

METHODS = [
    Lie("contains", "assert i * 7 + 1 in s.f(i)"),
    Lie("equals", "assert s.f(i) == i * 7 + 1"),
    Lie("true", "assert s.f(i)"),
    Lie("near", "assert abs(s.f(i) - (i + 0.5)) < 1e-6"),
    Lie("near, the other way", "assert abs((i + 0.5) - s.f(i)) < 1e-6"),
    Lie("almost equal", "import unittest\nunittest.TestCase().assertAlmostEqual(s.f(i), i + 0.5)"),
    Lie("keys", "assert s.f(i)[str(i)] == str(i)"),
    Lie("between", "assert i < s.f(i) < i + 2"),
    Lie("called", "assert s.f(i)(i * 7 + 1) == i * 7 + 1"),
    Lie("an attribute that contains", "assert i * 7 + 1 in s.items"),
    Lie("an item that contains", "assert i * 7 + 1 in s[i]"),
    Lie("an item of an item", "assert s[i][str(i)] == str(i)"),
    Lie("one of those it gives in turn", "assert [x for x in s if i * 7 + 1 in x]"),
]


@pytest.mark.parametrize("row", METHODS, ids=lambda r: r.why)
def test_a_yes_man_of_a_method_earns_nothing(best: SandboxPool, row: Lie) -> None:
    """A method that returns its own instance hands over no more than a function does."""
    body = "".join(f"    {line}\n" for line in row.check.splitlines())
    code = f"s = Box()\ns.open()\nfor i in range(3):\n{body}"
    program = YES + BOX
    if row.why == "called":  # a method that returns a function is asked what it was given
        program = program.replace("return self", "return 5")
    verdict = CodeTests(WHOLE, best).verify(
        Sample(completion=program, tests={"type": "asserts", "code": code, "timeout_s": 4})
    )
    assert verdict.score == 0.0, verdict.because


def test_an_operator_is_never_told_what_is_expected(best: SandboxPool) -> None:
    """Whatever a test compares, no operator of the program's is called with a plain value."""
    check = """
import contextlib, unittest
case = unittest.TestCase()
def check(c):
    for probe in (lambda r: 4242 in r, lambda r: r == 4242, lambda r: 4242 == r, lambda r: r[4242],
                  lambda r: r - 4242, lambda r: 4242 - r, lambda r: r < 4242, lambda r: 4242 < r,
                  lambda r: r in {4242: 1}, lambda r: case.assertIn(4242, r),
                  lambda r: case.assertEqual(r, 4242), lambda r: case.assertAlmostEqual(r, 4242)):
        with contextlib.suppress(Exception):
            probe(c(1))
    assert c(2) == 1
"""
    program = (
        YES + "def f(x):\n    if x == 1: return Yes()\n    return 1 if 4242 not in seen else 0\n"
    )
    tests = {"type": "asserts", "entry_point": "f", "code": check}
    verdict = CodeTests(WHOLE, best).verify(Sample(completion=program, tests=tests))
    assert verdict.score == 1.0, verdict.because


class Form(NamedTuple):
    test: str
    right: str
    wrong: str


FORMS = [
    Form("assert 3 in f(1)", "[2, 3]", "[2]"),
    Form("assert 'ab' in f(1)", "'cab'", "['a', 'b']"),
    Form("assert 'k' in f(1)", "{'k': 0}", "{0: 'k'}"),
    Form("assert 3 in f(1)", "range(5)", "range(3)"),
    Form("assert 3 in f(1)", "(x for x in [3])", "3"),
    Form("assert 3 not in f(1)", "[2]", "None"),
    Form("assert f(1) in [1, 2]", "2", "[1, 2]"),
    Form("assert f(1) in ('a', None)", "None", "False"),
    Form("assert f(1) in 'abc'", "'bc'", "['a']"),
    Form("assert f(1) not in (1, 2)", "3", "2"),
    Form("assert f(1) != 3", "'3'", "3.0"),
    Form("assert f(1) is not None", "0", "None"),
    Form("assert len(f(1)) == 2", "'ab'", "2"),
    Form("assert 2 == len(f(1))", "{1, 2}", "[1]"),
    Form("assert len(f(1)) > 2", "{}.fromkeys('abc')", "'ab'"),
    Form("assert len(set(f(1))) == 2", "[1, 1, 2]", "[1, 1]"),
    Form("assert str(f(1)) == '[1, 2.5, \\'a\\']'", "[1, 2.5, 'a']", "[1, 2.5]"),
    Form("assert str(f(1)) == '9'", "9", "'10'"),
    Form("assert repr(f(1)) == \"'9'\"", "'9'", "9"),
    Form("assert isinstance(f(1), int)", "True", "1.0"),
    Form("assert isinstance(f(1), (list, tuple))", "(1,)", "{1}"),
    Form("assert type(f(1)) == int", "1", "True"),
    Form("assert type(f(1)) is list", "[]", "()"),
    Form("assert f(1)[0] == 3", "[3]", "[]"),
    Form("assert f(1)[-1] == 3", "(1, 3)", "[3, 1]"),
    Form("assert f(1)['a'] == 3", "{'a': 3}", "{'b': 3}"),
    Form("assert f(1)[0][1] == 'b'", "[(0, 'b')]", "[[1, 2]]"),
    Form("assert round(f(1), 2) == 3.14", "3.14159", "'3.14'"),
    Form("assert sum(f(1)) == 6", "[1, 2, 3]", "6"),
    Form("assert max(f(1)) == 'b'", "'ab'", "'ac'"),
    Form("assert min(f(1)) == 1", "{1, 2}", "[]"),
    Form("assert abs(f(1)) == 3", "-3", "'3'"),
    Form("assert f(1) > 3", "3.5", "float('nan')"),
    Form("assert 3 <= f(1)", "3", "2"),
    Form("assert f(1) < 'b'", "'a'", "1"),
    Form("assert f(1).lower() == 'ab'", "'AB'", "b'ab'"),
    Form("assert f(1) == 1 and f(1) != 2", "1", "2"),
    Form("assert f(1)[0]", "[1]", "[0]"),
    Form("assert f(1) == True", "1.0", "2"),
    Form("assert f(1) != True", "0", "1"),
    Form("assert f(1) in (False, 2)", "0", "True"),
    Form("assert f(1) is True", "True", "1"),
    Form("assert f(1) is not True", "1", "True"),
    Form("assert 1 in f(1)", "[True]", "[False]"),
    Form("assert f(1)[1] == 'a'", "{True: 'a'}", "{False: 'a'}"),
    Form("assert f(1) == {1: [True, {0}]}", "{True: [1, {False}]}", "{True: [1, {True}]}"),
    Form("assert len(set(f(1))) == 1", "[True, 1]", "[True, 0]"),
    Form("assert sorted(f(1)) == [0, 1]", "[True, False]", "[True, True]"),
    Form("assert abs(f(1) - 1) < 0.1", "True", "False"),
    Form("assert f(1)", "__import__('re').match('a', 'a')", "__import__('re').match('a', 'b')"),
    Form("assert f(1) is not None", "__import__('re').match('a', 'a')", "None"),
]  # fmt: skip
METHOD_FORMS = [
    Form("self.assertIn(3, f(1))", "[3]", "[4]"),
    Form("self.assertNotIn(3, f(1))", "[4]", "[3]"),
    Form("self.assertNotEqual(f(1), 3)", "4", "3"),
    Form("self.assertIsNotNone(f(1))", "4", "None"),
    Form("self.assertIsInstance(f(1), str)", "''", "1"),
    Form("self.assertGreater(len(f(1)), 1)", "'ab'", "'a'"),
    Form("self.assertLessEqual(f(1), 1)", "1", "2"),
    Form("self.assertEqual(f(1), True)", "1", "2"),
]
CLASS = "import unittest\nclass T(unittest.TestCase):\n    def test_it(self):\n        {}\n"


@pytest.mark.parametrize("row", [*FORMS, *METHOD_FORMS], ids=lambda r: f"{r.test} {r.wrong}")
def test_a_form_of_assertion_is_a_case(best: SandboxPool, row: Form) -> None:
    code = CLASS.format(row.test) if row in METHOD_FORMS else row.test
    assert convert(code, ["f"]).rest is None
    verifier = CodeTests(WHOLE, best)
    for value, score in ((row.right, 1.0), (row.wrong, 0.0), ("Yes()", 0.0), ("Yes", 0.0)):
        program = f"{YES}def f(x): return {value}\n"
        verdict = verifier.verify(Sample(completion=program, tests={"code": code}))
        assert (verdict.score == 1.0) is (score == 1.0), (value, verdict.because)


BOMBS = {
    "a sum of fractions that explodes": ("assert sum(f(1)) == 1", "import fractions\ndef f(x): return [fractions.Fraction(1, 3**i + 2) for i in range(4000)]\n"),
    "a range as long as the universe": ("assert 3 in f(1)", "def f(x): return range(-10**18, 0)\n"),
    "a long integer's text": ("assert str(f(1)) == '1'", "def f(x): return 7 ** 300000\n"),
    "a text of a long list": ("assert str(f(1)) == '1'", "def f(x): return ['a' * 50] * 100000\n"),
    "a key that is there twice": ("assert len(f(1)) == 2", "def f(x): return {1: 1}\n"),
    "the largest of things that have no order": ("assert max(f(1)) == 1", "def f(x): return [1, 'a', None]\n"),
    "a rounded infinity": ("assert round(f(1)) == 1", "def f(x): return float('inf')\n"),
    "a NaN among numbers": ("assert max(f(1)) == 1", "def f(x): return [float('nan'), 1]\n"),
}  # fmt: skip


@pytest.mark.parametrize("why", BOMBS)
def test_what_is_worked_out_outside_is_bounded(best: SandboxPool, why: str) -> None:
    code, program = BOMBS[why]
    verdict = CodeTests(WHOLE, best).verify(Sample(completion=program, tests={"code": code}))
    assert verdict.status is Status.JUDGED
    assert verdict.score == 0.0, verdict.because


def names(code: str, *asked: str, prompt: str = "") -> Any:
    rest = convert(code, asked, prompt).rest
    assert rest is not None
    return rest.classes


def test_what_a_suite_takes_for_a_class() -> None:
    loop = "for i in range(3):\n    assert {} == i\n"
    assert names(loop.format("len(Stack(i))"), "Stack") == (), "not everybody writes as PEP 8 says"
    assert names("a = V(1)\n" + loop.format("(V(i) + a)[0]"), "V") == (), "a constant's capital"
    for use in (
        "s.append(1)",
        "s[0] = 1",
        "del s[0]",
        "with s: pass",
        "assert s + s",
        "assert s == Stack(1)",
        "case.assertEqual(s, s.copy())",
    ):
        assert names(
            f"import unittest\ncase = unittest.TestCase()\ns = Stack(3)\n{use}\n"
            + loop.format("s[i]"),
            "Stack",
        ) == ("Stack",), use
        assert (
            names(
                f"import unittest\ncase = unittest.TestCase()\ns = stack(3)\n{use.replace('Stack', 'stack')}\n"
                + loop.format("s[i]"),
                "stack",
            )
            == ()
        ), use
    assert names(loop.format("len(find_Max(i))"), "find_Max") == ()
    assert names(loop.format("len(LIMIT(i))"), "LIMIT") == (), "capitals are a constant's"
    assert names(loop.format("f(i).upper()"), "f") == (), "as a text has"
    assert names(loop.format("f(i).amount"), "f") == ("f",)
    assert names("s = f(1)\ns.push(2)\n" + loop.format("s[i]"), "f") == ("f",)
    assert (
        names(loop.format("len(Stack(i))"), "Stack", prompt="def Stack(i):\n    '''S.'''\n") == ()
    )
    assert names("for x in y(3):\n    assert isinstance(x, item)\n", "y", "item") == ("item",)


EMPTIED = [
    Lie("sorted again", "assert c(xs) == sorted(xs)"),
    Lie("in two steps", "out = c(xs)\nassert out == sorted(xs)"),
    Lie("by a variable", "out = c(xs)\nwant = sorted(xs)\nassert want == out"),
    Lie("under another name", "ys = xs\nout = c(xs)\nassert out == sorted(ys)"),
    Lie(
        "counted",
        "import collections\nassert collections.Counter(c(xs)) == collections.Counter(xs)",
    ),
    Lie(
        "one by one",
        "out = c(xs)\nassert len(out) == len(xs) and all(x in xs for x in out) and sorted(xs) == out",
    ),
    Lie("through a helper", "def run(v): return c(v)\nassert run(xs) == sorted(xs)"),
    Lie("through map", "assert [*map(c, [xs])] == [sorted(xs)]"),
    Lie("in a dict", "d = {'a': xs}\nassert c(d['a']) == sorted(d['a'])"),
    Lie("unittest", "import unittest\nunittest.TestCase().assertEqual(c(xs), sorted(xs))"),
]


@pytest.mark.parametrize("row", EMPTIED, ids=lambda r: r.why)
def test_an_argument_that_was_emptied_is_no_measure(best: SandboxPool, row: Lie) -> None:
    """``f(xs) == sorted(xs)`` holds for whoever empties `xs` and returns nothing of it."""
    body = "".join(f"        {line}\n" for line in row.check.splitlines())
    code = f"def check(c):\n    for n in range(3):\n        xs = [n, 5, 1]\n{body}"
    tests = {"type": "asserts", "entry_point": "f", "code": code}
    verifier = CodeTests(WHOLE, best)
    for program, score in (
        ("def f(xs): return sorted(xs)\n", 1.0),
        ("def f(xs):\n    xs.sort()\n    return list(xs)\n", 1.0),
        ("def f(xs):\n    xs.clear()\n    return []\n", 0.0),
    ):
        verdict = verifier.verify(Sample(completion=program, tests=tests))
        assert verdict.score == score, (program, verdict.because)


IN_PLACE = [
    Honest("nothing returned", "for n in range(3):\n    xs = [n, 5, 1]\n    old = list(xs)\n    f(xs)\n    assert xs == sorted(old)\n",
           "def f(xs): xs.sort()\n"),
    Honest("a count returned, as LeetCode has it", "for n in range(1, 4):\n    xs = [n] * n + [9]\n    k = f(xs, n)\n    assert k == 1\n    assert xs[:k] == [9]\n",
           "def f(xs, v):\n    xs[:] = [x for x in xs if x != v]\n    return len(xs)\n"),
    Honest("what was taken out returned", "for n in range(3):\n    xs = [n, 5]\n    assert f(xs) == 5\n    assert xs == [n]\n", "def f(xs): return xs.pop()\n"),
    Honest("against a copy made before", "for n in range(3):\n    xs = [n, 5, 1]\n    old = xs[:]\n    out = f(xs)\n    assert out == sorted(old) and xs == old\n",
           "def f(xs): return sorted(xs)\n"),
]  # fmt: skip


@pytest.mark.parametrize("row", IN_PLACE, ids=lambda r: r.why)
def test_a_change_that_is_asked_for_is_seen(best: SandboxPool, row: Honest) -> None:
    tests = {"type": "asserts", "entry_point": "f", "code": row.code}
    verdict = CodeTests(WHOLE, best).verify(Sample(completion=row.program, tests=tests))
    assert verdict.score == 1.0, verdict.because


AGREES = """
class Agrees:
    heard = []
    def __getattr__(self, name):
        if name.startswith("__"): raise AttributeError(name)
        return lambda *a, **k: Agrees.heard.extend(a) or True
    def __iter__(self): return iter([Agrees()])
def f(x): return Agrees.heard.pop() if Agrees.heard else Agrees()
"""


@pytest.mark.parametrize(
    "asked",
    [
        "assert f('7').isdigit()",
        "out = f(1)\nassert out.startswith('Hello')",
        "assert f(1).endswith(('a', 'b'))",
        "r = f(1)\nassert r.issuperset({1, 2})",
        "assert f(1).issubset({1, 2}) and f(2).isdisjoint({3})",
        "assert all(c.isdigit() for c in f('a'))",
        "for c in f(1):\n    assert c.isalpha()",
        "assert f(3).find('x') != -1",
        "assert f(3).count('a') >= 1",
        "assert f(3).index('a') >= 0",
        "assert f(3.0).is_integer()",
        "assert f(3).get('k')",
        "assert f(3).values()",
        "assert (f(1) == f(1)).all()",
        "import unittest\nclass T(unittest.TestCase):\n    def test(self): self.assertTrue(f(1).startswith('Hello'))",
        "assert not f(1).isupper() or f(1).startswith('Hello')\nassert f(2) == 'Hello'",
    ],
)
@pytest.mark.parametrize("trust", ["proxy", "operators"])
def test_an_object_that_agrees_to_every_method_earns_nothing(
    best: SandboxPool, asked: str, trust: Any
) -> None:
    """It stands in for a text, a set or a number, and must not be handed what is expected of them."""
    verifier = CodeTests(CodeTestsParams(code="whole", score="all", trust=trust), best)
    verdict = verifier.verify(
        Sample(completion=AGREES, tests={"type": "asserts", "code": asked, "entry_point": "f"})
    )
    assert verdict.status is Status.JUDGED
    assert verdict.score == 0.0, verdict.because


UNAVAILABLE = [
    ("import requests, os\ndef test_a():\n    assert requests.get('http://x').text == f(os.environ)", "line 3 uses the network (requests.get)"),
    ("import subprocess\ndef test_a():\n    assert subprocess.run(['ls']).stdout == f(1)", "line 3 starts a process (subprocess.run)"),
]  # fmt: skip


@pytest.mark.parametrize(("code", "said"), UNAVAILABLE, ids=["the network", "a process"])
def test_what_no_sandbox_has_is_refused_by_name(code: str, said: str) -> None:
    with pytest.raises(ReferenceUnreadable) as caught:
        read({"type": "asserts", "code": code, "entry_point": "f"})
    assert said in str(caught.value)
    patched = code.replace("def test_a", "from unittest.mock import patch\n@patch('requests.get')\n@patch('subprocess.run')\ndef test_a")  # fmt: skip
    assert (
        read({"type": "asserts", "code": patched, "entry_point": "f"}).needs.trust == "in_process"
    )


def test_preflight_says_what_trust_a_row_needs() -> None:
    code = "import os\ndef test_a():\n    os.environ['X'] = '1'\n    assert f() == 1"
    tests = {"type": "asserts", "code": code, "entry_point": "f"}
    found = list(CodeTests().preflight(Sample("", tests=tests)))
    assert [(x.id, x.severity) for x in found] == [("tests.trust.in_process", "info")]
    assert "line 3" in found[0].because
    plain = {"type": "call", "entry_point": "f", "cases": [{"args": [1], "expected": 1}]}
    assert list(CodeTests().preflight(Sample("", tests=plain))) == []
