# ruff: noqa: E501 - tables of programs
"""Suites that run beside their program: what honest ones get, and which attacks are known to pass."""

from __future__ import annotations

from typing import NamedTuple

import pytest

from assay.errors import ReferenceUnreadable
from assay.model import Sample, Verdict
from assay.verifiers.code_tests.params import CodeTestsParams
from assay.verifiers.code_tests.sandbox.parent.pool import SandboxPool
from assay.verifiers.code_tests.verifier import CodeTests

PARAMS = CodeTestsParams(trust="in_process", code="whole", score="all")


def verdict(pool: SandboxPool, code: str, program: str, entry: str | None = "f") -> Verdict:
    tests = {"type": "asserts", "code": code} | ({"entry_point": entry} if entry else {})
    return CodeTests(PARAMS, pool).verify(Sample(completion=program, tests=tests))


class Suite(NamedTuple):
    why: str
    code: str
    right: str
    wrong: str
    entry: str | None = "f"


SUITES = [
    Suite("the suite patches what the program calls",
          "import unittest\nfrom unittest.mock import patch\nclass T(unittest.TestCase):\n    @patch('os.listdir', return_value=['a', 'b'])\n    def test_a(self, listed):\n        self.assertEqual(f('x'), 2)\n        listed.assert_called_once_with('x')",
          "import os\ndef f(p): return len(os.listdir(p))", "import os\ndef f(p): return 2"),
    Suite("a name of the program's, patched by its module",
          "import unittest, solution\nfrom unittest import mock\nclass T(unittest.TestCase):\n    def test_a(self):\n        with mock.patch('solution.fetch', return_value='7'):\n            self.assertEqual(solution.f(), 7)",
          "def fetch(): raise OSError\ndef f(): return int(fetch())", "def fetch(): raise OSError\ndef f(): return 8"),
    Suite("input() is replaced",
          "from unittest.mock import patch\ndef test_a():\n    with patch('builtins.input', side_effect=['2', '3']):\n        assert f() == 5",
          "def f(): return int(input()) + int(input())", "def f(): return 4"),
    Suite("mocks by decorators, beside fixtures and rows",
          "import os, pytest\nfrom unittest.mock import patch\n@patch('os.getcwd', return_value='/a')\n@patch('builtins.input', side_effect=['x', 'y'])\ndef test_a(typed, cwd):\n    assert f(2) == '/a x y'\n    assert typed.call_count == 2\nclass TestB:\n    @pytest.mark.parametrize('n,want', [(1, '/b z'), (0, '/b')])\n    @patch('os.getcwd')\n    @patch('builtins.input', new=lambda: 'z')\n    def test_b(self, cwd, n, want, tmp_path):\n        cwd.return_value = '/b'\n        assert f(n) == want and tmp_path.exists()",
          "import os\ndef f(n): return ' '.join([os.getcwd(), *(input() for _ in range(n))])", "import os\ndef f(n): return os.getcwd() + ' x y'"),
    Suite("files that are copied and moved",
          "import os, shutil, tempfile\ndef test_a():\n    d = tempfile.mkdtemp()\n    p = os.path.join(d, 'a')\n    with open(p, 'w') as h: h.write('q')\n    shutil.copy(p, p + '1')\n    f(p, os.path.join(d, 'sub'))\n    assert sorted(os.listdir(d)) == ['a1', 'sub']\n    assert open(os.path.join(d, 'sub', 'a')).read() == 'q'",
          "import os, shutil\ndef f(p, to):\n    os.makedirs(to)\n    shutil.copy2(p, to)\n    os.remove(p)", "import os, shutil\ndef f(p, to):\n    os.makedirs(to)\n    shutil.copy2(p, to)"),
    Suite("files that the suite writes and the program reads",
          "import os, tempfile, unittest\nclass T(unittest.TestCase):\n    def setUp(self):\n        self.d = tempfile.mkdtemp()\n        self.p = os.path.join(self.d, 'a.txt')\n        with open(self.p, 'w') as h: h.write('a\\nb\\n')\n    def test_a(self):\n        self.assertEqual(f(self.p), 2)",
          "def f(p): return len(open(p).readlines())", "def f(p): return 0"),
    Suite("files that the program writes and the suite reads",
          "import os\ndef test_a(tmp_path):\n    f(str(tmp_path / 'out.csv'))\n    assert (tmp_path / 'out.csv').read_text() == 'a,b\\n'",
          "import csv\ndef f(p):\n    with open(p, 'w', newline='') as h: csv.writer(h, lineterminator='\\n').writerow(['a', 'b'])", "def f(p): pass"),
    Suite("standard input, as a stream",
          "import io, sys\ndef test_a(monkeypatch):\n    monkeypatch.setattr('sys.stdin', io.StringIO('1\\n2\\n'))\n    assert f() == 3",
          "import sys\ndef f(): return sum(map(int, sys.stdin))", "def f(): return 2"),
    Suite("the environment",
          "import os\nfrom unittest.mock import patch\n@patch.dict(os.environ, {'LEVEL': '3'})\ndef test_a():\n    assert f() == 3",
          "import os\ndef f(): return int(os.environ['LEVEL'])", "def f(): return 1"),
    Suite("warnings",
          "import unittest\nclass T(unittest.TestCase):\n    def test_a(self):\n        with self.assertWarns(DeprecationWarning):\n            f()",
          "import warnings\ndef f(): warnings.warn('old', DeprecationWarning)", "def f(): pass"),
    Suite("what is logged",
          "import unittest\nclass T(unittest.TestCase):\n    def test_a(self):\n        with self.assertLogs('app', 'INFO') as seen:\n            f()\n        self.assertEqual(seen.output, ['INFO:app:done'])",
          "import logging\ndef f(): logging.getLogger('app').info('done')", "def f(): print('done')"),
    Suite("what pytest says was logged and printed",
          "import logging\ndef test_a(caplog, capsys):\n    with caplog.at_level(logging.INFO):\n        f()\n    assert 'done' in caplog.text\n    assert capsys.readouterr().out == 'hi\\n'",
          "import logging\ndef f():\n    logging.info('done')\n    print('hi')", "def f(): print('hi')"),
    Suite("threads in the suite",
          "import threading\ndef test_a():\n    c = f()\n    ts = [threading.Thread(target=c.add) for _ in range(20)]\n    [t.start() for t in ts]\n    [t.join() for t in ts]\n    assert c.n == 20",
          "import threading\nclass C:\n    def __init__(self): self.n, self.l = 0, threading.Lock()\n    def add(self):\n        with self.l: self.n += 1\ndef f(): return C()", "class C:\n    n = 0\n    def add(self): self.n = 1\ndef f(): return C()"),
    Suite("coroutines",
          "import asyncio, unittest\nclass T(unittest.IsolatedAsyncioTestCase):\n    async def test_a(self):\n        self.assertEqual(await f(2), 3)\n    async def test_b(self):\n        self.assertEqual(await asyncio.gather(f(1), f(2)), [2, 3])",
          "import asyncio\nasync def f(x):\n    await asyncio.sleep(0.001)\n    return x + 1", "async def f(x): return x"),
    Suite("a stream as an argument",
          "import io\ndef test_a():\n    out = io.StringIO()\n    f(io.StringIO('a b'), out)\n    assert out.getvalue() == 'b a'",
          "def f(i, o): o.write(' '.join(reversed(i.read().split())))", "def f(i, o): o.write('a b')"),
    Suite("processes that are only said to run",
          "import subprocess, unittest\nfrom unittest.mock import patch, MagicMock\nclass T(unittest.TestCase):\n    @patch('subprocess.run')\n    def test_a(self, run):\n        run.return_value = MagicMock(returncode=0, stdout='ok')\n        self.assertEqual(f('ls'), 'ok')",
          "import subprocess\ndef f(c): return subprocess.run(c, capture_output=True).stdout", "def f(c): return 'no'"),
    Suite("fixtures of the suite's, in a class",
          "import pytest\nimport os\nos.environ.get('X')\nclass TestF:\n    @pytest.fixture\n    def xs(self, tmp_path):\n        yield [1, 2]\n    @pytest.mark.parametrize('k,want', [(1, [2, 3]), (2, [3, 4])], ids=['one', 'two'])\n    def test_a(self, xs, k, want):\n        assert f(xs, k) == want",
          "def f(xs, k): return [x + k for x in xs]", "def f(xs, k): return xs"),
    Suite("fixtures with parameters, and one for the module",
          "import os, pytest\nos.environ.get('X')\n@pytest.fixture(scope='module', params=[1, 2])\ndef n(request): return request.param\n@pytest.fixture(autouse=True)\ndef before(monkeypatch): monkeypatch.setenv('K', '5')\ndef test_a(n):\n    assert f(n) == n + 5",
          "import os\ndef f(n): return n + int(os.environ['K'])", "def f(n): return 6"),
    Suite("a test that is left out by the suite",
          "import unittest, os\nclass T(unittest.TestCase):\n    @unittest.skip('slow')\n    def test_b(self): self.fail()\n    def test_a(self):\n        open('x', 'w').close()\n        if not os.path.exists('x'): self.skipTest('no disk')\n        self.assertEqual(f(), 1)",
          "def f(): return 1", "def f(): return 2"),
    Suite("classes of the program's own, with operators",
          "import io, os, unittest\nos.environ.get('X')\nfrom solution import V\nclass T(unittest.TestCase):\n    def test_a(self):\n        s = io.StringIO()\n        V(1, 2).show(s)\n        self.assertEqual(s.getvalue(), 'V(1, 2)')\n        self.assertEqual(V(1, 2) + V(1, 1), V(2, 3))\n        self.assertIn(V(1, 2), [V(1, 2)])",
          "class V:\n    def __init__(self, x, y): self.x, self.y = x, y\n    def __add__(self, o): return V(self.x + o.x, self.y + o.y)\n    def __eq__(self, o): return isinstance(o, V) and (self.x, self.y) == (o.x, o.y)\n    def show(self, s): s.write(f'V({self.x}, {self.y})')",
          "class V:\n    def __init__(self, x, y): self.x, self.y = x, y\n    def __add__(self, o): return V(self.x, o.y)\n    def __eq__(self, o): return isinstance(o, V) and (self.x, self.y) == (o.x, o.y)\n    def show(self, s): s.write(f'V({self.x}, {self.y})')", None),
    Suite("operators that raise where the other is of another kind",
          "import io, os, unittest\nos.environ.get('X')\nfrom solution import P, f\nclass T(unittest.TestCase):\n    def test_a(self):\n        self.assertEqual(f(), (P(1), P(2)))\n        self.assertNotEqual(P(1), P(2))",
          "class P:\n    def __init__(self, x): self.x = x\n    def __eq__(self, o): return self.x == o.x\n    def __ne__(self, o): return not self == o\ndef f(): return P(1), P(2)",
          "class P:\n    def __init__(self, x): self.x = x\n    def __eq__(self, o): return True\n    def __ne__(self, o): return False\ndef f(): return P(1), P(2)", None),
    Suite("a script that would start its tests itself",
          "import os, unittest\nos.environ.get('X')\nclass T(unittest.TestCase):\n    def test_a(self): self.assertEqual(f(), 1)\nif __name__ == '__main__':\n    unittest.main()",
          "import unittest\ndef f(): return 1\nif __name__ == '__main__':\n    unittest.main()", "def f(): return 2"),
    Suite("random numbers that the suite seeds",
          "import random\ndef test_a():\n    random.seed(3)\n    want = random.randint(0, 10**9)\n    random.seed(3)\n    assert f() == want\nimport os\nos.environ.get('X')",
          "import random\ndef f(): return random.randint(0, 10**9)", "import random\ndef f(): return random.randint(0, 10)"),
    Suite("a program that uses frames and tracebacks of its own as libraries do",
          "import logging, unittest\nclass T(unittest.TestCase):\n    def test_a(self):\n        with self.assertLogs() as seen:\n            self.assertEqual(f(), 'ZeroDivisionError: division by zero')\n        self.assertIn('Traceback', seen.output[0])",
          "import collections, dataclasses, logging, traceback\nP = collections.namedtuple('P', 'x y')\n@dataclasses.dataclass\nclass D:\n    x: int\ndef f():\n    try:\n        P(1, 2).x / 0\n    except ZeroDivisionError:\n        logging.exception('oh')\n        return traceback.format_exc().splitlines()[-1]", "def f(): return ''"),
]  # fmt: skip


@pytest.mark.parametrize("suite", SUITES, ids=lambda s: s.why)
def test_real_suites(best: SandboxPool, suite: Suite) -> None:
    """The right program is paid and the wrong one is not; both say under which trust."""
    right = verdict(best, suite.code, suite.right, suite.entry)
    assert right.score == 1.0, right.because
    assert right.details["trust"] == "in_process"
    wrong = verdict(best, suite.code, suite.wrong, suite.entry)
    assert wrong.score == 0.0


def test_each_test_is_a_part(best: SandboxPool) -> None:
    code = "import io, unittest\nclass T(unittest.TestCase):\n    def test_a(self): self.assertEqual(f(io.StringIO('1')), 1)\n    def test_b(self): self.assertEqual(f(io.StringIO('2')), 3)\n    def test_c(self): f(None)"
    found = verdict(best, code, "def f(s): return int(s.read())")
    assert [(p.label, p.score) for p in found.parts] == [("T.test_a", 1.0), ("T.test_b", 0.0), ("T.test_c", 0.0)]  # fmt: skip
    assert found.parts[1].details["because"] == "line 4 of the test: AssertionError: 2 != 3"
    assert found.parts[2].details["outcome"] == "runtime_error"


BROKEN = [
    ("import io, sympy\nassert f(io.StringIO()) == 1", "imports 'sympy', which programs are not offered"),
    ("import io, unittest\n@unittest.skip('later')\nclass T(unittest.TestCase):\n    def test_a(self): f(io.StringIO())", "every test is left out"),
]  # fmt: skip


@pytest.mark.parametrize(("code", "said"), BROKEN, ids=["a module that is not there", "no test"])
def test_a_suite_that_cannot_run_is_an_invalid_row(best: SandboxPool, code: str, said: str) -> None:
    with pytest.raises(ReferenceUnreadable, match=said):
        verdict(best, code, "def f(s): return 1")


def test_it_needs_that_trust(best: SandboxPool) -> None:
    suite = SUITES[0]
    sample = Sample(completion=suite.right, tests={"type": "asserts", "code": suite.code})
    for trust in ("proxy", "operators"):
        with pytest.raises(ReferenceUnreadable, match='needs trust="in_process"'):
            CodeTests(CodeTestsParams(trust=trust), best).verify(sample)  # type: ignore[arg-type]


# -- attacks --------------------------------------------------------------------------------

ASKED = """
import io, unittest
class T(unittest.TestCase):
    def test_a(self):
        self.assertEqual(f(io.StringIO("2")), 4242)
    def test_b(self):
        assert f(io.StringIO("3")) == 4343
"""
"""What a cheat is asked: something that it cannot know."""

YES = """
class Yes:
    def __eq__(self, o): return True
    def __ne__(self, o): return False
    def __hash__(self): return 0
    def __getattr__(self, name): return lambda *a: True
"""


class Attack(NamedTuple):
    why: str
    program: str
    passes: bool = False
    """Known to be paid."""


ATTACKS = [
    Attack("an object that equals everything", YES + "def f(s): return Yes()"),
    Attack("a number that equals everything", "class I(int):\n    def __eq__(self, o): return True\ndef f(s): return I(1)"),
    Attack("unittest is patched when the program is loaded", "import unittest\nfor n in ('assertEqual', '_baseAssertEqual', 'run'):\n    setattr(unittest.TestCase, n, lambda *a, **k: None)\ndef f(s): return 0"),
    Attack("the code of its methods is", "import unittest\ndef g(self, *a, **k): pass\nunittest.TestCase.assertEqual.__code__ = g.__code__\ndef f(s): return 0"),
    Attack("unittest is patched by the call that is tested", "import unittest\ndef f(s):\n    unittest.TestCase.assertEqual = lambda *a, **k: None\n    return 0"),
    Attack("the failures of a result are thrown away", "import unittest\nunittest.TestResult.addFailure = unittest.TestResult.addError = lambda *a: None\nunittest.TestResult.wasSuccessful = lambda s: True\ndef f(s): return 0"),
    Attack("the suite's own classes are patched", "import unittest\ndef f(s):\n    for c in unittest.TestCase.__subclasses__():\n        c.assertEqual = lambda *a, **k: None\n    return 0"),
    Attack("builtins are replaced", "import builtins\nclass A(Exception): pass\nbuiltins.AssertionError = A\nbuiltins.compile = lambda *a, **k: (lambda: 0).__code__\nbuiltins.exec = lambda *a: None\ndef f(s): return 0"),
    Attack("expected values are read from the caller's frame", "import sys\ndef f(s):\n    return next(c for c in sys._getframe(1).f_code.co_consts if type(c) is int)"),
    Attack("through inspect", "import inspect\ndef f(s):\n    return next(c for c in inspect.currentframe().f_back.f_code.co_consts if type(c) is int)"),
    Attack("through a traceback", "def f(s):\n    try: 1 / 0\n    except ZeroDivisionError as e:\n        return next(c for c in e.__traceback__.tb_frame.f_back.f_code.co_consts if type(c) is int)"),
    Attack("through a generator", "def f(s):\n    def g():\n        yield next(c for c in h.gi_frame.f_back.f_back.f_code.co_consts if type(c) is int)\n    h = g()\n    return next(h)"),
    Attack("through a traceback's walk", "import traceback\ndef f(s):\n    fr = next(traceback.walk_stack(None))[0]\n    while fr.f_code.co_filename != '<tests>': fr = fr.f_back\n    return next(c for c in fr.f_code.co_consts if type(c) is int)"),
    Attack("by a disguise as library code", "import logging, sys\nsrc = 'def f(s):\\n    import sys\\n    return next(c for c in sys._getframe(1).f_code.co_consts if type(c) is int)'\nexec(compile(src, logging.__file__, 'exec'))"),
    Attack("of all objects the tests are looked for", "import gc\ndef f(s):\n    for o in gc.get_objects():\n        if getattr(o, '__name__', '') == 'test_a': return next(c for c in o.__code__.co_consts if type(c) is int)\n    return 0"),
    Attack("by the classes below TestCase", "import unittest\ndef f(s):\n    c = next(c for c in unittest.TestCase.__subclasses__() if hasattr(c, 'test_a'))\n    return next(x for x in c.test_a.__code__.co_consts if type(x) is int)"),
    Attack("by disassembling them", "import dis, io, re, unittest\ndef f(s):\n    c = next(c for c in unittest.TestCase.__subclasses__() if hasattr(c, 'test_a'))\n    o = io.StringIO(); dis.dis(c.test_a, file=o)\n    return int(re.search(r'\\((\\d{4})\\)', o.getvalue())[1])"),
    Attack("a trace function sees the tests", "import sys\nseen = []\ndef t(frame, event, arg):\n    seen.extend(c for c in frame.f_code.co_consts if type(c) is int and c > 4000)\nsys.settrace(t)\ndef f(s): return seen[0] if seen else 0"),
    Attack("a test is skipped by the program", "import unittest\ndef f(s): raise unittest.SkipTest('no')"),
    Attack("skipped from code of another name", "exec(compile('import unittest\\ndef f(s): raise unittest.SkipTest(3)', 'm.py', 'exec'))"),
    Attack("skipped by unittest's own method", "import unittest\nf = unittest.TestCase().skipTest"),
    Attack("a test is left by an exception that unittest says nothing of", "import unittest\ndef f(s): raise unittest.case._ShouldStop"),
    Attack("the process ends well", "import os\ndef f(s): os._exit(0)"),
    Attack("it ends before the tests come", "import os\nos._exit(0)"),
    Attack("results are written where ours go", "import json, os\ndef say(m):\n    b = json.dumps(m).encode(); os.write(3, len(b).to_bytes(4, 'big') + b)\nfor m in ({'ready': 1}, {'loaded': 1}, {'test': 'T.test_a'}, {'end': 1}): say(m)\ndef f(s): return 0"),
    Attack("tests of its own come in place of ours", "import json, os, socket\na, b = socket.socketpair()\nm = json.dumps({'suite': 'import unittest\\nclass T(unittest.TestCase):\\n    def test_a(self): pass', 'key': 'k', 'named': [], 'mocks': False}).encode()\na.send(len(m).to_bytes(4, 'big') + m)\nkeep = os.dup(3)\nos.dup2(b.fileno(), 3)\ndef f(s): return 0"),
    Attack("a thread waits for the key", "import os, threading\nthreading.Thread(target=lambda: os.read(3, 10**6), daemon=True).start()\ndef f(s): return 0"),
    Attack("a handler of signals waits for it", "import os, signal\nsignal.signal(signal.SIGALRM, lambda *a: os.read(3, 10**6))\nsignal.setitimer(signal.ITIMER_REAL, 0.001, 0.001)\ndef f(s): return 0"),
    Attack("modules that the suite imports are put in their place", "import sys, types\nm = types.ModuleType('unittest')\nclass TestCase: pass\nm.TestCase = TestCase\nsys.modules['unittest'] = m\ndef f(s): return 0"),
    Attack("a finder of modules of the program's own", "import sys\nclass F:\n    def find_spec(self, *a): raise SystemExit\nsys.meta_path.insert(0, F())\nsys.modules.pop('unittest')\ndef f(s): return 0"),
    Attack("json and os are replaced under the reports", "import json, os\nos.write = lambda *a: 0\njson.JSONEncoder.encode = lambda *a: '{}'\ndef f(s): return 0"),
    Attack("the program has tests of its own that pass", "import unittest\nclass T(unittest.TestCase):\n    def test_a(self): pass\ndef f(s): return 0"),
    Attack("SystemExit in a test", "def f(s): raise SystemExit(0)"),
    Attack("KeyboardInterrupt in a test", "def f(s): raise KeyboardInterrupt"),
    Attack("memory is written by C's means", "import ctypes\ndef f(s):\n    ctypes.pythonapi.PyRun_SimpleString(b'import unittest')\n    return 0"),
    Attack("an object that agrees to what it guesses of the answer", "class I(int):\n    def __eq__(self, o): return 4000 < o < 5000\n    __hash__ = None\ndef f(s): return I(1)", passes=True),
]  # fmt: skip


TOP_LEVEL = "import io\nassert f(io.StringIO('2')) == 4242\nassert f(io.StringIO('3')) == 4343\n"


@pytest.mark.parametrize(
    "program",
    ["def f(s): raise SystemExit", "import sys\nf = lambda s: sys.exit(0)",
     "exec(compile('def f(s): raise SystemExit(0)', 'm.py', 'exec'))",
     "import builtins\nclass F:\n    __call__ = lambda self, s: exit()\nf = F()"],
)  # fmt: skip
def test_a_program_does_not_end_its_suite(best: SandboxPool, program: str) -> None:
    assert verdict(best, TOP_LEVEL, program).score == 0.0


def test_a_suite_that_ends_itself_is_believed_to_have_passed_if_it_says_so(
    best: SandboxPool,
) -> None:
    suite = "import io, sys\nassert f(io.StringIO('2')) == 2\nsys.exit({})\n"
    program = "def f(s): return int(s.read())"
    assert verdict(best, suite.format(0), program).score == 1.0
    assert verdict(best, suite.format(1), program).score == 0.0


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda a: a.why)
def test_attacks(best: SandboxPool, attack: Attack) -> None:
    """What is known to pass is in the table, and in docs/sandbox.md; all else is not paid."""
    found = verdict(best, ASKED, attack.program)
    assert (found.score == 1.0) is attack.passes, found.because


ONCE = """
import io, unittest
class T(unittest.TestCase):
    def test_a(self):
        self.assertEqual(f(io.StringIO("2")), 4242)
"""

REPLACED = """
import unittest
def f(s):
    for c in unittest.TestCase.__subclasses__():
        if 'test_a' in vars(c):
            name = '_getAssertEqualityFunc'
            old = vars(c)[name]
            def once(self, *a, c=c, old=old):
                type.__setattr__(c, name, old)
                return lambda *a, **k: None
            type.__setattr__(c, name, once)
    return 0
"""


def test_an_attack_on_one_assertion_that_covers_its_tracks_is_known_to_pass(
    best: SandboxPool,
) -> None:
    """Nothing is left to be seen after the test. Under the other trusts there is nothing to patch."""
    assert verdict(best, ONCE, REPLACED).score == 1.0
    tests = {"type": "asserts", "code": ONCE.replace('io.StringIO("2")', "2"), "entry_point": "f"}
    sample = Sample(completion=REPLACED, tests=tests)
    assert CodeTests(CodeTestsParams(code="whole"), best).verify(sample).score == 0.0


ASKS = """
import io
def test_a():
    r = f(io.StringIO("7"))
    assert r.isdigit()
    assert r.startswith("Hello") and all(c.isdigit() for c in r.split())
"""


@pytest.mark.parametrize(
    "program",
    [YES + "def f(s): return Yes()",
     "from unittest.mock import MagicMock\ndef f(s): return MagicMock()",
     "class L(str):\n    def __getattribute__(self, n): return lambda *a: True\ndef f(s): return L()"],
    ids=["__getattr__", "a mock", "__getattribute__"],
)  # fmt: skip
def test_an_object_that_has_every_method_answers_no_question(
    best: SandboxPool, program: str
) -> None:
    assert verdict(best, ASKS, program).score == 0.0
