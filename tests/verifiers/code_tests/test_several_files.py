# ruff: noqa: E501 - tables of programs
"""Programs of several files, judged as Python would with the files beside each other."""

from __future__ import annotations

from typing import Any, NamedTuple

import pytest

from assay.model import Sample, Verdict
from assay.verifiers.code_tests.params import CodeTestsParams
from assay.verifiers.code_tests.sandbox.parent.pool import SandboxPool
from assay.verifiers.code_tests.verifier import CodeTests

F = "`" * 3

MODELS = "from dataclasses import dataclass\n@dataclass\nclass User:\n    name: str\n    age: int = 3\nclass Empty(ValueError): pass\n"
SERVICES = "from app.models import Empty, User\nfrom .util import up\nSTORE = []\nLIMIT = 2\ndef make(name):\n    from app import util\n    if not name: raise Empty('no name')\n    return User(util.up(name))\ndef add(user):\n    STORE.append(user)\n    return len(STORE)\n"
UTIL = "def up(s): return s.upper()\n"
APP = {"app/models.py": MODELS, "app/services.py": SERVICES, "app/util.py": UTIL}


def answer(files: dict[str, str]) -> str:
    return "\n".join(f"{F}python {path}\n{text}\n{F}" for path, text in files.items())


def judged(pool: SandboxPool, completion: str, tests: dict[str, Any], trust: str = "proxy") -> Verdict:  # fmt: skip
    params = CodeTestsParams(trust=trust, score="all")  # type: ignore[arg-type]
    return CodeTests(params, pool).verify(Sample(completion=completion, tests=tests))


def asserts(code: str, **more: Any) -> dict[str, Any]:
    return {"type": "asserts", "code": code, **more}


class Row(NamedTuple):
    why: str
    files: dict[str, str]
    tests: dict[str, Any]
    score: float = 1.0
    because: str = ""


LOOPS = "for n in ('ab', 'c'):\n    "
ROWS = [
    Row("names of two modules", APP, asserts(f"from app.models import User\nfrom app.services import make, add\n{LOOPS}assert make(n).name == n.upper()\nassert add(User('x')) == 1\nassert add(User('y')) == 2")),
    Row("modules by their full names", APP, asserts(f"import app.models\nimport app.services as s\n{LOOPS}assert s.make(n).name == n.upper()\nassert app.models.User('x').age == 3\nassert s.LIMIT == 2")),
    Row("all names of a module", APP, asserts(f"from app.services import *\n{LOOPS}assert make(n).name == n.upper()")),
    Row("modules of a package", APP, asserts(f"from app import models, services\n{LOOPS}assert services.make(n).name == n.upper()\nassert models.User('x').age == 3")),
    Row("relative imports", {"models.py": MODELS, "util.py": UTIL}, asserts(f"from .util import up\nfrom . import models\n{LOOPS}assert up(n) == n.upper()\nassert models.User('x').age == 3")),
    Row("an exception of another file", APP, asserts("import unittest\nfrom app.models import Empty\nfrom app.services import make\nclass T(unittest.TestCase):\n    def test_a(self):\n        with self.assertRaises(Empty):\n            make('')\n")),
    Row("a folder src", {f"src/{k}": v for k, v in APP.items()}, asserts(f"from app.services import make\n{LOOPS}assert make(n).name == n.upper()")),
    Row("the suite's module is named by no file", {"util.py": UTIL, "core.py": "from util import up\ndef shout(s): return up(s) + '!'"}, asserts(f"from loud import shout\n{LOOPS}assert shout(n) == n.upper() + '!'")),
    Row("nothing is imported", {"util.py": UTIL, "core.py": "from util import up\ndef shout(s): return up(s) + '!'"}, asserts(f"{LOOPS}assert shout(n) == n.upper() + '!'")),
    Row("a package with a face", {"app/__init__.py": "from .core import f\n", "app/core.py": "def f(x): return x + 1"}, asserts("from app import f\nfor i in range(3):\n    assert f(i) == i + 1")),
    Row("a suite by values", APP, asserts("from app.util import up\nassert up('a') == 'A'\nassert up('b') == 'B'")),
    Row("calls", {"util.py": UTIL, "main.py": "from util import up\ndef f(s): return up(s)"}, {"type": "call", "entry_point": "f", "cases": [{"args": ["a"], "expected": "A"}]}),
    Row("calls of a method of Solution", {"util.py": UTIL, "main.py": "from util import up\nclass Solution:\n    def f(self, s): return up(s)"}, {"type": "call", "entry_point": "f", "cases": [{"args": ["a"], "expected": "A"}]}),
    Row("a usage example in a file of its own", {"solution.py": "def f(s): return s.upper()", "main.py": "from solution import f\nprint(f('x'))"}, {"type": "call", "entry_point": "f", "cases": [{"args": ["a"], "expected": "A"}]}),
    Row("a script", {"util.py": UTIL, "main.py": "from util import up\nif __name__ == '__main__':\n    print(up(input()))"}, {"type": "stdio", "cases": [{"stdin": "a", "expected": "A"}, {"stdin": "b", "expected": "B"}]}),
    Row("a script in a folder", {"app/util.py": UTIL, "app/main.py": "from util import up\nprint(up(input()))"}, {"type": "stdio", "cases": [{"stdin": "a", "expected": "A"}]}),
    Row("a script in a package", {"app/util.py": UTIL, "app/main.py": "from .util import up\nprint(up(input()))"}, {"type": "stdio", "cases": [{"stdin": "a", "expected": "A"}]}),
    Row("a script that is not called main, and its tests", {"calc.py": "print(input().upper())", "test_calc.py": "import calc\ndef test(): pass"}, {"type": "stdio", "cases": [{"stdin": "a", "expected": "A"}]}),
    Row("a file that opens another", {"reader.py": "import pathlib\ndef first(): return (pathlib.Path(__file__).parent / 'util.py').read_text()[:3]", "util.py": UTIL}, asserts("from reader import first\nfor i in range(2):\n    assert first() == 'def'")),
    Row("wrong", APP, asserts(f"from app.services import make\n{LOOPS}assert make(n).name == n"), 0.0),
    Row("a module that is missing", APP, asserts("from app.views import show\nfor i in range(2):\n    assert show() == 3"), 0.0, "No module named 'app.views'"),
    Row("a name that another module has", APP, asserts("from app.models import up\nfor i in range(2):\n    assert up('a') == 'A'"), 0.0, "defines no 'up'"),
    Row("a file that does not parse", {"a.py": "import b\ndef f(): return 1", "b.py": "def ("}, asserts("from a import f\nfor i in range(2):\n    assert f() == 1"), 0.0, "compile error (SyntaxError in line 1 of b.py"),
    Row("a file that raises", {"a.py": "import b\ndef f(): return 1", "b.py": "\nx = 1 / 0"}, asserts("from a import f\nfor i in range(2):\n    assert f() == 1"), 0.0, "ZeroDivisionError in line 2 of b.py"),
]  # fmt: skip

NOT_IN_ONE_PROCESS = {"a name that another module has"}
"""There the suite's own import says it."""


@pytest.mark.parametrize(
    "trust", ["proxy", pytest.param("operators", marks=pytest.mark.slow), "in_process"]
)
@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.why)
def test_several_files(best: SandboxPool, row: Row, trust: str) -> None:
    found = judged(best, answer(row.files), row.tests, trust)
    assert found.score == row.score, found.because
    if row.why not in NOT_IN_ONE_PROCESS or trust != "in_process":
        assert row.because in found.because


IN_PROCESS = [
    Row("a mock of another module", APP, asserts("from unittest.mock import patch\nfrom app.services import make\ndef test_a():\n    with patch('app.util.up', return_value='Q'):\n        assert make('a').name == 'Q'\n    assert make('a').name == 'A'\n")),
    Row("one name of two modules", {"app/a.py": "def run(): return 1", "app/b.py": "def run(): return 2"}, asserts("from app.a import run\nfrom app.b import run as other\nassert run() == 1\nassert other() == 2")),
    Row("a module that is imported late", {"a.py": "def f(s):\n    import b\n    return b.g(s)", "b.py": "def g(s): return s.read()"}, asserts("import io\nfrom a import f\nassert f(io.StringIO('x')) == 'x'")),
    Row("a class that counts its objects", {"a.py": "class C:\n    n = 0\n    def __init__(self, s): C.n += 1\n", "b.py": "x = 1"}, asserts("import io\nfrom a import C\ndef test_a():\n    C(io.StringIO('x'))\n    assert C.n == 1\ndef test_b():\n    C(io.StringIO('x'))\n    assert C.n == 2")),
    Row("the suite's module is named by no file", {"util.py": UTIL, "core.py": "from util import up\ndef shout(s): return up(s.read())"}, asserts("import io\nfrom loud import shout\nassert shout(io.StringIO('x')) == 'X'")),
    Row("nothing is imported", {"util.py": UTIL, "core.py": "from util import up\ndef shout(s): return up(s.read())"}, asserts("import io\nassert shout(io.StringIO('x')) == 'X'")),
    Row("nothing is imported, and a file shows how it is used", {"core.py": "def shout(s): return s.read().upper()", "main.py": "import core\nif input():\n    print(core.shout(''))"}, asserts("import io\nassert shout(io.StringIO('x')) == 'X'")),
    Row("data alone", {"n.json": "[3]"}, asserts("import io\nfrom a import f\nassert f(io.StringIO('x')) == 3")),
]  # fmt: skip


@pytest.mark.parametrize("row", IN_PROCESS, ids=lambda row: row.why)
def test_beside_their_tests(best: SandboxPool, row: Row) -> None:
    completion = answer(row.files).replace("python n.json", "json n.json")
    if row.why == "data alone":
        completion += (
            f"\n{F}python\nimport json\ndef f(s): return json.load(open('n.json'))[0]\n{F}"
        )
    found = judged(best, completion, row.tests, "in_process")
    assert found.score == 1.0, found.because


ONE_FILE = [
    "from app.models import User",
    "import app.models\nUser = app.models.User",
    "from app import models",
    "from .models import User",
    "from . import models",
]


@pytest.mark.parametrize("trust", ["proxy", "in_process"])
@pytest.mark.parametrize("imported", ONE_FILE)
def test_one_file_stands_for_every_module_that_the_suite_imports(
    best: SandboxPool, imported: str, trust: str
) -> None:
    tests = asserts(f"import io\n{imported}\nfor i in range(3):\n    assert User(i).name == i\n" + ("io.StringIO('')\nopen('x', 'w').close()" if trust == "in_process" else ""))  # fmt: skip
    if "import models" in imported:
        tests["code"] = tests["code"].replace("User(", "models.User(")
    assert judged(best, f"{F}python\n{MODELS}{F}", tests, trust).score == 1.0


def test_an_object_that_the_suite_uses_like_a_module_is_that_object(best: SandboxPool) -> None:
    program = "class Store:\n    def __init__(self): self.xs = []\n    def add(self, x): self.xs.append(x); return len(self.xs)\nstore = Store()\ndef add(x): return 0\n"  # fmt: skip
    tests = asserts("from shop import store\nfor i in range(3):\n    assert store.add(i) == i + 1")
    assert judged(best, f"{F}python\n{program}{F}", tests).score == 1.0
    several = {"shop/__init__.py": program, "shop/other.py": "x = 1"}
    assert judged(best, answer(several), tests).score == 1.0


# -- what a model could gain by a name ------------------------------------------------------

HELPED = {
    "type": "asserts",
    "code": "import io, unittest\nfrom helpers import wanted\nfrom core import f\nclass T(unittest.TestCase):\n    def test_a(self):\n        self.assertEqual(f(2), wanted(2))\n",
    "files": {"helpers.py": "import json\ndef wanted(x): return json.load(open('wanted.json'))[str(x)]", "wanted.json": '{"2": 4242}'},
}  # fmt: skip
BLIND = {
    "type": "asserts",
    "code": "import io, unittest, json, math\nclass T(unittest.TestCase):\n    def test_a(self):\n        self.assertEqual(f(io.StringIO('2')), 4242)\n        assert math.isclose(f(io.StringIO('3')), 4343)\n",
}
WRONG = "def f(x): return 0"
YES = "class Y(int):\n    def __eq__(s, o): return True\n    __hash__ = None\ndef isclose(*a): return True\nclass TestCase:\n    def __getattr__(s, n): return lambda *a: None\n"


class Attack(NamedTuple):
    why: str
    files: dict[str, str]
    tests: dict[str, Any]


ATTACKS = [
    Attack("the tests' own helper module", {"core.py": WRONG, "helpers.py": "def wanted(x): return 0"}, HELPED),
    Attack("as a package", {"core.py": WRONG, "helpers/__init__.py": "def wanted(x): return 0"}, HELPED),
    Attack("its data", {"core.py": WRONG, "wanted.json": '{"2": 0}'}, HELPED),
    Attack("a folder in the place of its data", {"core.py": WRONG, "wanted.json/a.py": "x = 1"}, HELPED),
    Attack("unittest", {"core.py": WRONG, "unittest.py": YES}, BLIND),
    Attack("unittest as a package", {"core.py": WRONG, "unittest/__init__.py": YES, "unittest/case.py": YES}, BLIND),
    Attack("a module of the library that tests compare with", {"core.py": "import math\ndef f(x): return 0", "math.py": YES}, BLIND),
    Attack("one that is loaded late", {"core.py": WRONG, "difflib.py": "raise SystemExit", "traceback.py": YES, "pprint.py": YES}, BLIND),
    Attack("the tests' own file", {"core.py": WRONG, "tests.py": YES, "test_core.py": YES, "conftest.py": YES}, BLIND),
    Attack("the main module", {"core.py": WRONG, "__main__.py": YES + WRONG}, BLIND),
    Attack("pytest", {"core.py": WRONG, "pytest.py": YES, "_pytest/__init__.py": YES}, BLIND),
    Attack("the judge's own modules", {"core.py": WRONG, "assay/__init__.py": YES, "assay/verifiers/__init__.py": YES}, BLIND),
    Attack("what starts an interpreter", {"core.py": WRONG, "sitecustomize.py": YES, "usercustomize.py": YES, "site.py": YES}, BLIND),
    Attack("a skipped test from a file of its own", {"core.py": "from other import f", "other.py": "import unittest\ndef f(s): raise unittest.SkipTest('no')"}, BLIND),
    Attack("an end from a file of its own", {"core.py": "from other import f", "other.py": "def f(s): raise SystemExit(0)"}, BLIND),
]  # fmt: skip


@pytest.mark.parametrize("trust", ["operators", "in_process"])
@pytest.mark.parametrize("attack", ATTACKS, ids=lambda a: a.why)
def test_no_name_of_a_file_gains_anything(best: SandboxPool, attack: Attack, trust: str) -> None:
    tests = dict(attack.tests)
    if attack.tests is BLIND and trust == "operators":
        tests["code"] = tests["code"].replace("io.StringIO('2')", "2").replace("io.StringIO('3')", "3")  # fmt: skip
    elif trust == "in_process":  # a reason to run beside the program
        tests["code"] += "        io.StringIO('')\n        open('x', 'w').close()\n"
    completion = answer(attack.files).replace("python wanted.json\n", "json wanted.json\n")
    found = judged(best, completion, tests, trust)
    assert found.score == 0.0, found.because


def test_the_tests_helper_is_not_the_programs_to_import(best: SandboxPool) -> None:
    """In one process it is, as docs/sandbox.md says: the files lie beside the program."""
    files = {"core.py": "from helpers import wanted as f", "x.py": ""}
    assert judged(best, answer(files), HELPED).score == 0.0


@pytest.mark.parametrize(
    "path", ["../core.py", "/tmp/core.py", "~/core.py", "a/../../core.py", "C:\\core.py"]
)
def test_a_path_outside_is_no_name(best: SandboxPool, path: str) -> None:
    """The blocks are read as blocks without names: the last is the program."""
    blocks = (
        f"{F}python {path}\ndef f(x): return 1\n{F}\n{F}python\n# {path}\ndef f(x): return x\n{F}"
    )
    tests = asserts("import os\nfrom core import f\nfor i in range(3):\n    assert f(i) == i")
    assert judged(best, blocks, tests).score == 1.0


def test_what_the_row_gives_goes_first(best: SandboxPool) -> None:
    """A module beside the program is the row's, also where an answer repeats it."""
    tests = asserts("from core import f\nfor i in range(3):\n    assert f(i) == 7", files={"given.py": "x = 7\n"})  # fmt: skip
    files = {"core.py": "from given import x\ndef f(i): return x", "given.py": "x = 1"}
    assert judged(best, answer(files), tests).score == 1.0


def test_helpers_of_a_program_that_shadow_the_library_lose_to_it(best: SandboxPool) -> None:
    """Python would take the file; here the library's module is loaded long before."""
    files = {"core.py": "from queue import Mine\ndef f(): return Mine()", "queue.py": "class Mine: pass"}  # fmt: skip
    found = judged(best, answer(files), asserts("from core import f\nfor i in (1, 2):\n    assert f()"))  # fmt: skip
    assert found.score == 0.0
    assert "cannot import name 'Mine' from 'queue'" in found.because


def test_the_row_may_say_that_a_name_of_the_library_is_the_program(best: SandboxPool) -> None:
    code = "import io\nfrom queue import Mine\nfor i in (1, 2):\n    assert Mine(i).n == i"
    files = {"queue.py": "from util import up\nclass Mine:\n    def __init__(self, n): self.n = n\n", "util.py": UTIL}  # fmt: skip
    assert judged(best, answer(files), asserts(code, module="queue")).score == 1.0
