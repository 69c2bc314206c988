# ruff: noqa: E501 - tables of programs
"""What crosses between a test and the program in another sandbox, and whose word it is."""

from __future__ import annotations

import pytest

from assay.errors import ReferenceUnreadable
from assay.model import Sample
from assay.verifiers.code_tests.params import CodeTestsParams
from assay.verifiers.code_tests.sandbox.parent.pool import SandboxPool
from assay.verifiers.code_tests.sandbox.wire import decoded
from assay.verifiers.code_tests.suites.cases.asserts import convert
from assay.verifiers.code_tests.suites.rewriting.identity_rewrites import there
from assay.verifiers.code_tests.verifier import CodeTests

WHOLE = CodeTestsParams(code="whole", score="all")

YES = """
class Yes:
    def yes(self, *a): return True
    __eq__ = __lt__ = __gt__ = __le__ = __ge__ = __contains__ = __bool__ = yes
    def same(self, *a): return a[0] if a else self
    __call__ = __getitem__ = __getattr__ = same
    def __len__(self): return 3
    def __hash__(self): return 0
    def __str__(self): return "7"
"""


def score(pool: SandboxPool, code: str, program: str, prompt: str = "") -> float | None:
    tests = {"type": "asserts", "code": code, "prompt": prompt, "entry_point": "f"}
    return CodeTests(WHOLE, pool).verify(Sample(completion=program, tests=tests)).score


@pytest.mark.parametrize(
    "asked",
    ["r == 7", "7 in r", "r > 6 and r < 8", "len(r) == 3", "str(r) == '7'", "r[7] == 7", "bool(r)",
     "r in [7]", "7 == r.seven(7)"],
)  # fmt: skip
def test_an_object_passed_to_a_function_of_the_test_is_not_believed(
    best: SandboxPool, asked: str
) -> None:
    program = YES + "def f(ask): return ask(Yes())\n"
    assert score(best, f"assert f(lambda r: {asked})", program) == 0.0


@pytest.mark.parametrize(
    ("why", "code", "program"),
    [
        ("a function that calls the program again", "assert f(lambda n: n if n < 2 else f(lambda m: m + n, n - 1), 4) == 7", "def f(g, n): return g(n)"),
        ("one that raises", "def g(x): raise KeyError('k')\nassert f(g) == \"'k'\"", "def f(g):\n    try: g(1)\n    except KeyError as err: return str(err)"),
        ("one given back is the test's own", "def g(x): return x\nassert f(g) is g and f(g)(3) == 3", "def f(g): return g"),
        ("one that gets an object of the program's, and gives it back", "got = []\nr = f(lambda o: got.append(o) or o)\nassert got[0] is r and r.n == 5", "class C: n = 5\ndef f(g): return g(C())"),
        ("a method of the test's own list", "log = []\nf(log.append)\nassert log == [1, [2]]", "def f(g):\n    g(1)\n    g([2])"),
        ("a builtin stays one", "assert f(len) == 2 and f(str.upper) == 'AB'", "def f(g): return g('ab')"),
        ("the program's own objects, in a list, sorted in place", "xs = [f(2), f(1)]\nfirst = xs[0]\nf(xs)\nassert xs[1] is first and [x.n for x in xs] == [1, 2]", "class C:\n    def __init__(s, n): s.n = n\ndef f(x):\n    if isinstance(x, list): x.sort(key=lambda c: c.n)\n    else: return C(x)"),
        ("what is printed, where the test looks", "import io, contextlib\nb = io.StringIO()\nwith contextlib.redirect_stdout(b):\n    f(3)\nf(4)\nassert b.getvalue() == '3\\n'", "def f(x): print(x)"),
        ("from solution import", "from solution import f\ndef test_it():\n    r = f(1)\n    assert r == 2", "def f(x): return x + 1"),
    ],
    ids=lambda x: None,
)  # fmt: skip
def test_it_crosses(best: SandboxPool, why: str, code: str, program: str) -> None:
    assert score(best, code, program) == 1.0, why
    assert score(best, code, "def f(*a): return None\n") == 0.0, why


def test_an_object_of_the_prompts_class_has_no_operators(best: SandboxPool) -> None:
    prompt = "class Node:\n    def __init__(self, v): self.v = v\n"
    lie = "class Node:\n    def __init__(self, v): self.v = v\n    def __eq__(self, o): return True\n    __len__ = lambda s: 3\ndef f(x): return Node(x)\n"
    assert score(best, "a = Node(1)\nassert f(2).v == 2 and a.v == 1", lie, prompt) == 1.0
    for claim in ("f(2) == a", "a == f(2)", "len(f(2)) == 3", "len(a) == 3", "a == Node(1)"):
        assert score(best, f"a = Node(1)\nassert {claim}", lie, prompt) == 0.0, claim


def test_conditions_ask_whether_an_object_is_there() -> None:
    assert there("while n:\n    n = n.next") == "while _assay_there(n):\n    n = n.next"
    assert there("assert n") == "assert n"
    assert there("x = a if not b.c else d") == "x = a if not _assay_there(b.c) else d"
    assert there("a is b.c") == "_assay_same(a, b.c)"
    assert there("a is not None") == "a is not None"
    assert there("no Python") == "no Python"


def test_an_import_that_no_case_needs_or_that_is_tried_is_left(best: SandboxPool) -> None:
    right = "def f(x): return x + 1"
    assert score(best, "import hypothesis\nassert f(1) == 2", right) == 1.0
    tried = "try:\n    import mine\nexcept ImportError:\n    mine = None\n"
    assert score(best, tried + "for i in (1, 2): assert f(i) == i + 1", right) == 1.0


@pytest.mark.parametrize(
    "code",
    ["import hypothesis\nfor i in range(2): assert f(i) == 2", "from mine import g\nassert f(1) == g(2)",
     "def test_it(tmp_path):\n    assert f(tmp_path) == 2"],
)  # fmt: skip
def test_what_cannot_run_here_is_the_rows_fault(code: str) -> None:
    with pytest.raises(ReferenceUnreadable):
        convert(code, ["f"])


@pytest.mark.parametrize(
    "noted",
    [["h"], ["h", "1"], ["f", 1, 2], ["x", 1], [], "h", ["h", 1, 2, [3]], ["h", 1, 2, "call"]],
)
def test_a_garbled_object_is_refused(noted: object) -> None:
    with pytest.raises(decoded.Garbled):
        decoded.decode({"!": noted})


@pytest.mark.parametrize(
    "noted", [[["a"], []], [["_a"], [1]], [["class"], [1]], [["a", "a"], [1, 2]], [[1], [1]], [["a b"], [1]]]
)  # fmt: skip
def test_a_garbled_named_tuple_is_refused(noted: object) -> None:
    with pytest.raises(decoded.Garbled):
        decoded.decode({"N": noted})


THREADED = """
threading = __import__("threading")
ThreadPoolExecutor = __import__("concurrent.futures").futures.ThreadPoolExecutor

def test_many_threads():
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(square, range(200))) == [x * x for x in range(200)]

def test_a_callback_that_asks_in_another_thread():
    def key(x):
        found = []
        t = threading.Thread(target=lambda: found.append(square(x)))
        t.start()
        t.join()
        return found[0]
    assert ordered([3, -1, 2], key) == [-1, 2, 3]

def test_callbacks_in_many_threads():
    def one(n):
        return ordered([3, 1, n], lambda x: square(x)) == sorted([3, 1, n], key=abs)
    with ThreadPoolExecutor(6) as pool:
        assert all(pool.map(one, range(40)))

def test_threads_of_the_program():
    seen = []
    tell_all([1, 2, 3, 4], seen.append)
    assert sorted(seen) == [1, 2, 3, 4]
"""

THREADED_PROGRAM = """
import threading
def square(x): return x * x
def ordered(xs, key): return sorted(xs, key=key)
def tell_all(xs, tell):
    threads = [threading.Thread(target=tell, args=(x,)) for x in xs]
    for t in threads: t.start()
    for t in threads: t.join()
"""


def test_a_test_with_threads_is_judged_alike_every_time(best: SandboxPool) -> None:
    """Replies are not mixed up between those that ask, also where functions of the test's ask.

    Of threads that reading a suite does not see; of others it asks for ``in_process``.
    """
    tests = {"type": "asserts", "code": THREADED}
    for _ in range(3):
        found = CodeTests(None, best).verify(Sample(completion=THREADED_PROGRAM, tests=tests))
        assert found.score == 1.0, found.because


BOX = "class Box:\n    def __init__(s): s.xs, s.d = [], {}\n    def total(s): return sum(s.xs) + sum(s.d.values())\n"
ODD = "class Odd(ValueError):\n    def __init__(s, m, code):\n        super().__init__(m)\n        s.code = code\ndef f():\n    try: {}['a']\n    except KeyError as err: raise Odd('no', 3) from err\n"


@pytest.mark.parametrize(
    ("why", "code", "program"),
    [
        ("what the test does to an attribute", "b = Box()\nb.xs.append(3)\nb.d['a'] = 4\nassert b.total() == 7", BOX),
        ("an exception whole", "from m import f, Odd\ntry:\n    f()\n    assert False\nexcept Odd as err:\n    assert type(err) == Odd and err.code == 3 and err.args == ('no',) and str(err) == 'no'\n    assert isinstance(err.__cause__, KeyError)", ODD),
        ("its class, caught by a base", "from m import f, Odd\nimport unittest\nclass T(unittest.TestCase):\n    def test(self):\n        with self.assertRaises(ValueError) as e: f()\n        self.assertEqual(type(e.exception), Odd)\n        self.assertIsInstance(e.exception, Odd)", ODD),
        ("constants", "import m\nassert m.f(m.NORTH) == m.SOUTH", "NORTH, SOUTH = 1, 2\ndef f(d): return 3 - d\n"),
        ("a callback is the same each time", "seen = []\nback = lambda x: seen.append(x)\nc = Cell()\nc.on(back)\nc.on(back)\nc.off(back)\nc.fire(1)\nassert seen == []", "class Cell:\n    def __init__(s): s.f = set()\n    def on(s, f): s.f.add(f)\n    def off(s, f): s.f.discard(f)\n    def fire(s, x):\n        for f in s.f: f(x)\n"),
        ("an argument by keyword is changed", "xs = [3, 1]\nf(xs=xs)\nassert xs == [1, 3]", "def f(xs): xs.sort()\n"),
        ("names of keywords", "o = Obj()\nassert o.m(name=1, op=2, self_=3, request=4, caller=5) == 15", "class Obj:\n    def m(self, name, op, self_, request, caller): return name + op + self_ + request + caller\n"),
        ("members of an enum, by name and value", "assert Color['RED'] is Color.RED and Color(1) is Color.RED and [c.name for c in Color] == ['RED']", "import enum\nclass Color(enum.Enum):\n    RED = 1\n"),
        ("a builtin type", "assert f() is int and f()('3') == 3", "def f(): return int\n"),
        ("names of annotations are there", "assert f([1]) == 1", "def f(xs: List[int]) -> Optional[int]: return xs[0]\n"),
        ("a test that is expected to fail", "import unittest\nclass T(unittest.TestCase):\n    @unittest.expectedFailure\n    def test_a(self): self.assertEqual(f(1), 3)\n    def test_b(self): self.assertEqual(f(1), 2)", "def f(x): return 2 * x\n"),
    ],
    ids=lambda x: None,
)  # fmt: skip
def test_it_crosses_too(best: SandboxPool, why: str, code: str, program: str) -> None:
    sample = Sample(completion=program, tests={"type": "asserts", "code": code})
    verdict = CodeTests(CodeTestsParams(code="whole", score="all"), best).verify(sample)
    assert verdict.score == 1.0, (why, verdict.because)


def test_a_failed_unittest_names_its_test_and_the_inner_error(best: SandboxPool) -> None:
    code = "import unittest\nclass T(unittest.TestCase):\n    def test_twice(self):\n        for i in range(3):\n            self.assertEqual(f(i), 2 * i)\n"
    sample = Sample(completion="def f(x): return x", tests={"type": "asserts", "code": code})
    verdict = CodeTests(CodeTestsParams(code="whole"), best).verify(sample)
    assert "test_twice: AssertionError in line 7: 1 != 2" in verdict.because


BOX = """
class Box:
    def __init__(self, n): self.n = n
    def __len__(self): return self.n
    def __getitem__(self, key): return self.n
    def __contains__(self, key): return key == self.n
    def __iter__(self): return iter(range(self.n))
    def __bool__(self): return self.n > 0
    def same(self): return Box(self.n)
def f(n): return Box(n)
def g(n): return n
"""


@pytest.mark.parametrize(
    ("asked", "not_carried"),
    [
        ("len(f(i)) == i", ["len"]),
        ("f(i)['k'] == i", ["[k]"]),
        ("f(i)", ["its truth"]),
        ("i in Box(i).same()", ["in"]),
        ("Box(i).same()['k'] == i", ["[key]"]),
        ("g(i) == 5", None),
        ("g(i)[0] == 5", None),
        ("f(i).n == 5", None),
    ],
)
def test_a_zero_that_rests_on_what_no_proxy_carries_says_so(
    best: SandboxPool, asked: str, not_carried: list[str] | None
) -> None:
    tests = {"type": "asserts", "code": f"for i in (1, 2):\n    assert {asked}"}
    verdict = CodeTests(WHOLE, best).verify(Sample(completion=BOX, tests=tests))
    assert verdict.score == 0.0
    assert list(verdict.details.get("not_carried", ())) == (not_carried or [])
    assert ('under trust="in_process" they are' in verdict.because) is (not_carried is not None)
