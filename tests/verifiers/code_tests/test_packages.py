# ruff: noqa: E501 - tables of programs
"""Programs and suites that use installed packages: in the style of tasks about libraries.

The tasks are this project's own. Each has a right program, which is paid, and a wrong one, which is
not; its suite patches, reads and writes files, looks at frames and plots.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from typing import NamedTuple

import pytest

from assay.errors import ReferenceUnreadable
from assay.model import Sample, Verdict
from assay.verifiers.code_tests.params import CodeTestsParams
from assay.verifiers.code_tests.sandbox.parent import selftest
from assay.verifiers.code_tests.sandbox.parent.pool import SandboxPool
from assay.verifiers.code_tests.verifier import CodeTests

DISTRIBUTIONS = {
    "numpy": "numpy", "pandas": "pandas", "scipy": "scipy", "sklearn": "scikit-learn",
    "matplotlib": "matplotlib", "networkx": "networkx", "sympy": "sympy", "requests": "requests",
}  # fmt: skip


class Task(NamedTuple):
    why: str
    uses: str
    test: str
    """Statements of one test of unittest's, with `self`; ``setup:`` lines stand before the class."""
    right: str
    wrong: str


HEAD = "import io, json, os, tempfile, unittest\nfrom unittest.mock import MagicMock, mock_open, patch\nimport numpy as np\n"

TASKS = [
    # numpy
    Task("an array's shape and dtype", "numpy", "r = f(3); self.assertEqual(r.shape, (3, 3)); self.assertEqual(r.dtype, np.int64); np.testing.assert_array_equal(r, np.eye(3))",
         "import numpy as np\ndef f(n): return np.eye(n, dtype=np.int64)", "import numpy as np\ndef f(n): return np.eye(n)"),
    Task("close to", "numpy", "np.testing.assert_allclose(f([1, 2, 3, 4]), [-1.34164, -0.44721, 0.44721, 1.34164], atol=1e-4)",
         "import numpy as np\ndef f(x): x = np.array(x); return (x - x.mean()) / x.std()", "import numpy as np\ndef f(x): x = np.array(x); return x - x.mean()"),
    Task("saved and loaded", "numpy", "p = os.path.join(tempfile.mkdtemp(), 'a.npy'); f([1, 2], p); self.assertEqual(np.load(p).tolist(), [1, 2])",
         "import numpy as np\ndef f(x, p): np.save(p, np.array(x))", "def f(x, p): open(p, 'w').close()"),
    Task("seeded by the test", "numpy", "np.random.seed(1); a = f(3); np.random.seed(1); self.assertTrue(np.array_equal(a, np.random.rand(3)))",
         "import numpy as np\ndef f(n): return np.random.rand(n)", "import numpy as np\ndef f(n): return np.zeros(n)"),
    Task("a patched function of numpy's", "numpy", "with patch('numpy.random.randint', return_value=np.array([4, 4])) as m:\n            self.assertEqual(f(2), 8)\n            m.assert_called_once()",
         "import numpy as np\ndef f(n): return int(np.random.randint(0, 9, n).sum())", "def f(n): return 8"),
    # pandas
    Task("a frame is returned", "pandas", "df = f({'a': [1, 2], 'b': [3, 4]}); self.assertEqual(list(df.columns), ['a', 'b', 'sum']); self.assertEqual(df['sum'].tolist(), [4, 6])",
         "import pandas as pd\ndef f(d): df = pd.DataFrame(d); df['sum'] = df.a + df.b; return df", "import pandas as pd\ndef f(d): return pd.DataFrame(d)"),
    Task("frames are compared", "pandas", "import pandas as pd; df = pd.DataFrame({'k': ['x', 'y', 'x'], 'v': [1, 2, 3]}); pd.testing.assert_frame_equal(f(df), pd.DataFrame({'k': ['x', 'y'], 'v': [4, 2]}))",
         "def f(df): return df.groupby('k', as_index=False)['v'].sum()", "def f(df): return df"),
    Task("the argument stays as it was", "pandas", "import pandas as pd; df = pd.DataFrame({'v': [2, 1]}); g = f(df); self.assertEqual(df.v.tolist(), [2, 1]); self.assertEqual(g.v.tolist(), [1, 2])",
         "def f(df): return df.sort_values('v').reset_index(drop=True)", "def f(df):\n    df.sort_values('v', inplace=True)\n    return df"),
    Task("a CSV file of the test's", "pandas", "p = os.path.join(tempfile.mkdtemp(), 'a.csv')\n        with open(p, 'w') as h: h.write('x,y\\n1,2\\n3,4\\n')\n        self.assertEqual(f(p), 6)",
         "import pandas as pd\ndef f(p): return int(pd.read_csv(p)['y'].sum())", "def f(p): return 4"),
    Task("a CSV file of the program's", "pandas", "p = os.path.join(tempfile.mkdtemp(), 'o.csv'); f([1, 2], p)\n        with open(p) as h: self.assertEqual(h.read(), 'n\\n1\\n2\\n')",
         "import pandas as pd\ndef f(x, p): pd.DataFrame({'n': x}).to_csv(p, index=False)", "import pandas as pd\ndef f(x, p): pd.DataFrame({'n': x}).to_csv(p)"),
    Task("an exception for a column that is missing", "pandas", "import pandas as pd\n        with self.assertRaises(KeyError): f(pd.DataFrame({'a': [1]}))\n        self.assertEqual(f(pd.DataFrame({'v': [1]})), 1)",
         "def f(df): return int(df['v'].iloc[0])", "def f(df): return int(df['v'].iloc[0]) if 'v' in df else 0"),
    Task("dates", "pandas", "import pandas as pd; s = f('2024-01-30', 3); self.assertIsInstance(s, pd.DatetimeIndex); self.assertEqual(s[-1], pd.Timestamp('2024-02-01'))",
         "import pandas as pd\ndef f(d, n): return pd.date_range(d, periods=n)", "import pandas as pd\ndef f(d, n): return pd.date_range(d, periods=n - 1)"),
    # scipy
    Task("a fit", "scipy", "a, b = f([0, 1, 2], [1, 3, 5]); self.assertAlmostEqual(a, 2, places=5); self.assertAlmostEqual(b, 1, places=5)",
         "from scipy.optimize import curve_fit\ndef f(x, y):\n    (a, b), _ = curve_fit(lambda x, a, b: [a * v + b for v in x], x, y)\n    return a, b", "def f(x, y): return 1, 1"),
    Task("a test's p-value", "scipy", "t, p = f([1, 2, 3], [1, 2, 3]); self.assertAlmostEqual(p, 1.0)",
         "from scipy import stats\ndef f(a, b): return stats.ttest_ind(a, b)", "from scipy import stats\ndef f(a, b): return stats.ttest_ind(a, [x + 1 for x in b])"),
    Task("a sparse matrix", "scipy", "m = f([[0, 1], [0, 0]]); self.assertEqual(m.nnz, 1); self.assertEqual(m.toarray().tolist(), [[0, 1], [0, 0]])",
         "from scipy.sparse import csr_matrix\ndef f(x): return csr_matrix(x)", "from scipy.sparse import csr_matrix\ndef f(x): return csr_matrix([[0, 0], [0, 0]])"),
    # scikit-learn
    Task("a model is returned", "sklearn", "from sklearn.linear_model import LinearRegression; m = f([[1], [2], [3]], [2, 4, 6]); self.assertIsInstance(m, LinearRegression); self.assertAlmostEqual(m.predict([[4]])[0], 8)",
         "from sklearn.linear_model import LinearRegression\ndef f(x, y): return LinearRegression().fit(x, y)", "from sklearn.linear_model import LinearRegression\ndef f(x, y): return LinearRegression().fit(x, [0, 0, 0])"),
    Task("labels of clusters", "sklearn", "l = f([[0, 0], [0, 1], [9, 9], [9, 8]], 2); self.assertEqual(len(set(l)), 2); self.assertEqual(l[0], l[1]); self.assertNotEqual(l[0], l[2])",
         "from sklearn.cluster import KMeans\ndef f(x, k): return KMeans(k, n_init=10, random_state=0).fit_predict(x)", "def f(x, k): return [0, 1, 0, 1]"),
    Task("columns are scaled", "sklearn", "import pandas as pd; df = f(pd.DataFrame({'a': [1, 3], 'b': [0, 10]})); self.assertEqual(df['a'].tolist(), [0.0, 1.0]); self.assertEqual(list(df.columns), ['a', 'b'])",
         "import pandas as pd\nfrom sklearn.preprocessing import MinMaxScaler\ndef f(df): return pd.DataFrame(MinMaxScaler().fit_transform(df), columns=df.columns)", "def f(df): return df"),
    Task("a split of a given size", "sklearn", "a, b = f(list(range(10)), 0.3); self.assertEqual((len(a), len(b)), (7, 3)); self.assertEqual(sorted(a + b), list(range(10)))",
         "from sklearn.model_selection import train_test_split\ndef f(x, t): a, b = train_test_split(x, test_size=t, random_state=0); return a, b", "def f(x, t): return x[:5], x[5:]"),
    Task("a score", "sklearn", "self.assertAlmostEqual(f([1, 0, 1], [1, 1, 1]), 2 / 3)",
         "from sklearn.metrics import accuracy_score\ndef f(a, b): return accuracy_score(a, b)", "def f(a, b): return 1.0"),
    # matplotlib
    Task("a plot's title and labels", "matplotlib", "ax = f([1, 2]); self.assertEqual(ax.get_title(), 'T'); self.assertEqual(ax.get_xlabel(), 'x'); self.assertEqual(len(ax.lines), 1)",
         "import matplotlib.pyplot as plt\ndef f(y):\n    fig, ax = plt.subplots()\n    ax.plot(y); ax.set_title('T'); ax.set_xlabel('x')\n    return ax", "import matplotlib.pyplot as plt\ndef f(y):\n    fig, ax = plt.subplots()\n    ax.plot(y)\n    return ax"),
    Task("the data of a line", "matplotlib", "ax = f([3, 1]); self.assertEqual(list(ax.lines[0].get_ydata()), [1, 3])",
         "import matplotlib.pyplot as plt\ndef f(y): fig, ax = plt.subplots(); ax.plot(sorted(y)); return ax", "import matplotlib.pyplot as plt\ndef f(y): fig, ax = plt.subplots(); ax.plot(y); return ax"),
    Task("bars", "matplotlib", "ax = f({'a': 1, 'b': 2}); self.assertEqual([p.get_height() for p in ax.patches], [1, 2])",
         "import matplotlib.pyplot as plt\ndef f(d): fig, ax = plt.subplots(); ax.bar(list(d), list(d.values())); return ax", "import matplotlib.pyplot as plt\ndef f(d): fig, ax = plt.subplots(); ax.bar(list(d), [0, 0]); return ax"),
    Task("a picture is saved", "matplotlib", "p = os.path.join(tempfile.mkdtemp(), 'a.png'); f([1], p); self.assertEqual(open(p, 'rb').read(4), b'\\x89PNG')",
         "import matplotlib.pyplot as plt\ndef f(y, p): plt.figure(); plt.plot(y); plt.savefig(p); plt.close()", "def f(y, p): open(p, 'w').write('no')"),
    Task("a plot is shown", "matplotlib", "with patch('matplotlib.pyplot.show') as s:\n            f([1])\n            s.assert_called_once()",
         "import matplotlib.pyplot as plt\ndef f(y): plt.plot(y); plt.show()", "import matplotlib.pyplot as plt\ndef f(y): plt.plot(y)"),
    # networkx
    Task("a shortest path", "networkx", "import networkx as nx; g = f([(1, 2), (2, 3), (3, 4), (1, 4)]); self.assertIsInstance(g, nx.Graph); self.assertEqual(nx.shortest_path_length(g, 1, 3), 2)",
         "import networkx as nx\ndef f(e): return nx.Graph(e)", "import networkx as nx\ndef f(e): return nx.Graph(e[:2] + [(1, 3)])"),
    Task("centrality", "networkx", "self.assertEqual(f([(0, 1), (0, 2), (0, 3)]), 0)",
         "import networkx as nx\ndef f(e): c = nx.degree_centrality(nx.Graph(e)); return max(c, key=c.get)", "def f(e): return 3"),
    Task("components", "networkx", "self.assertEqual(f([(1, 2), (3, 4)]), [{1, 2}, {3, 4}])",
         "import networkx as nx\ndef f(e): return list(nx.connected_components(nx.Graph(e)))", "def f(e): return [{1, 2, 3, 4}]"),
    # sympy
    Task("roots", "sympy", "import sympy; x = sympy.Symbol('x'); self.assertEqual(sorted(f(x**2 - 4, x)), [-2, 2])",
         "import sympy\ndef f(e, x): return sympy.solve(e, x)", "def f(e, x): return [2]"),
    Task("a derivative", "sympy", "import sympy; x = sympy.Symbol('x'); self.assertEqual(sympy.simplify(f('x**3') - 3 * x**2), 0)",
         "import sympy\ndef f(t): return sympy.diff(sympy.sympify(t), sympy.Symbol('x'))", "import sympy\ndef f(t): return sympy.sympify(t)"),
    Task("LaTeX", "sympy", "self.assertEqual(f('sqrt(x)'), '\\\\sqrt{x}')",
         "import sympy\ndef f(t): return sympy.latex(sympy.sympify(t))", "def f(t): return t"),
    # requests, never for real
    Task("a page is fetched", "requests", "with patch('requests.get') as get:\n            get.return_value = MagicMock(status_code=200, text='hello')\n            self.assertEqual(f('http://x'), 5)\n            get.assert_called_once_with('http://x')",
         "import requests\ndef f(u): return len(requests.get(u).text)", "def f(u): return 5"),
    Task("what a server refuses", "requests", "import requests\n        with patch('requests.get', side_effect=requests.exceptions.ConnectionError):\n            self.assertIsNone(f('http://x'))",
         "import requests\ndef f(u):\n    try: return requests.get(u).json()\n    except requests.exceptions.RequestException: return None", "import requests\ndef f(u): return requests.get(u).json()"),
    Task("what is posted", "requests", "with patch('requests.post') as post:\n            post.return_value.json.return_value = {'id': 7}\n            self.assertEqual(f('http://x', {'a': 1}), 7)\n            self.assertEqual(post.call_args.kwargs['json'], {'a': 1})",
         "import requests\ndef f(u, d): return requests.post(u, json=d).json()['id']", "import requests\ndef f(u, d): return requests.post(u).json()['id']"),
    # several, and the standard library beside them
    Task("JSON that is only said to be there", "pandas", "with patch('builtins.open', mock_open(read_data='[{\"a\": 1}, {\"a\": 2}]')):\n            self.assertEqual(f('x.json')['a'].sum(), 3)",
         "import json\nimport pandas as pd\ndef f(p):\n    with open(p) as h: return pd.DataFrame(json.load(h))", "import pandas as pd\ndef f(p): return pd.DataFrame({'a': [1]})"),
    Task("a frame and its plot", "matplotlib", "import pandas as pd; df, ax = f({'a': [1, 2]}); self.assertIsInstance(df, pd.DataFrame); self.assertEqual(ax.get_ylabel(), 'a')",
         "import pandas as pd\nimport matplotlib.pyplot as plt\ndef f(d): df = pd.DataFrame(d); fig, ax = plt.subplots(); ax.plot(df.a); ax.set_ylabel('a'); return df, ax", "import pandas as pd\nimport matplotlib.pyplot as plt\ndef f(d): fig, ax = plt.subplots(); return pd.DataFrame(d), ax"),
    Task("principal components of a frame", "sklearn", "import pandas as pd; df = f(pd.DataFrame(np.arange(12).reshape(4, 3))); self.assertEqual(df.shape, (4, 2)); self.assertEqual(list(df.columns), ['PC1', 'PC2'])",
         "import pandas as pd\nfrom sklearn.decomposition import PCA\ndef f(df): return pd.DataFrame(PCA(2).fit_transform(df), columns=['PC1', 'PC2'])", "def f(df): return df"),
    Task("a database in a file", "pandas", "import sqlite3; p = os.path.join(tempfile.mkdtemp(), 'a.db'); c = sqlite3.connect(p); c.execute('create table t (v int)'); c.execute('insert into t values (5)'); c.commit(); c.close(); self.assertEqual(f(p)['v'].tolist(), [5])",
         "import sqlite3\nimport pandas as pd\ndef f(p): return pd.read_sql('select * from t', sqlite3.connect(p))", "import pandas as pd\ndef f(p): return pd.DataFrame({'v': []})"),
    Task("regular expressions over a column", "pandas", "import pandas as pd; s = f(pd.Series(['a1', 'b'])); self.assertTrue(s.equals(pd.Series([True, False])))",
         "def f(s): return s.str.contains(r'\\d')", "import pandas as pd\ndef f(s): return pd.Series([True, True])"),
    Task("what is printed of a frame", "pandas", "with patch('sys.stdout', new_callable=io.StringIO) as out:\n            f([1, 2])\n        self.assertIn('mean 1.5', out.getvalue())",
         "import pandas as pd\ndef f(x): print('mean', pd.Series(x).mean())", "def f(x): print('mean')"),
]  # fmt: skip


@pytest.fixture(scope="module")
def pools() -> Iterator[dict[str, SandboxPool]]:
    """One slot for each package: what is loaded stays."""
    made: dict[str, SandboxPool] = {}
    yield made
    for pool in made.values():
        pool.close()


def judged(pools: dict[str, SandboxPool], task: Task, program: str) -> Verdict:
    if importlib.util.find_spec(task.uses) is None:
        pytest.skip(f"{task.uses} is not installed")
    if task.uses not in pools:
        pools[task.uses] = SandboxPool(selftest.choose("landlock+seccomp").level, 1)
    packages = (DISTRIBUTIONS[task.uses],)
    if "pandas" in task.test + task.right and task.uses != "pandas":
        packages += ("pandas",)
    params = CodeTestsParams(trust="in_process", packages=packages, code="whole", score="all", timeout_s=15, total_timeout_s=30)  # fmt: skip
    suite = f"{HEAD}class TestCases(unittest.TestCase):\n    def test_case(self):\n        {task.test}\n"
    tests = {"type": "asserts", "code": suite, "entry_point": "f"}
    return CodeTests(params, pools[task.uses]).verify(Sample(completion=program, tests=tests))


@pytest.mark.parametrize("task", TASKS, ids=lambda t: t.why)
@pytest.mark.slow
def test_tasks_about_libraries(pools: dict[str, SandboxPool], task: Task) -> None:
    right = judged(pools, task, task.right)
    assert right.score == 1.0, right.because
    plain = task.test.startswith(("import", "self.assertEqual(f(", "self.assertAl"))
    assert right.details["trust"] == "in_process" or plain, "calls and values need no trust"
    assert DISTRIBUTIONS[task.uses] in right.details["packages"]  # type: ignore[operator]
    wrong = judged(pools, task, task.wrong)
    assert wrong.score == 0.0


@pytest.mark.parametrize(
    ("asked", "said"),
    [("no-such-thing==2.*", "no-such-thing is not installed\nfix: pip install 'no-such-thing==2.*'"),
     ("pluggy==0.1", "installed\nfix: pip install 'pluggy==0.1'"),
     ("a b", "'a b' is not a requirement")],
    ids=["not installed", "another version", "no requirement"],
)  # fmt: skip
def test_what_cannot_be_offered_is_an_invalid_row_with_a_fix(
    best: SandboxPool, asked: str, said: str
) -> None:
    tests = {"type": "call", "entry_point": "f", "cases": [{"args": [1], "expected": 1}]}
    sample = Sample(completion="def f(x): return x", tests=tests)
    with pytest.raises(ReferenceUnreadable) as caught:
        CodeTests(CodeTestsParams(packages=(asked,)), best).verify(sample)
    assert said in str(caught.value)


def test_a_package_can_be_read_and_not_changed(best: SandboxPool) -> None:
    """And what is not named is not there, however near it lies."""
    program = """
import pluggy
def f(x):
    try:
        open(pluggy.__file__, "a")
    except OSError:
        pass
    else:
        return "written"
    try:
        import pytest
    except ImportError:
        return pluggy.HookspecMarker("a").project_name
    return "pytest"
"""
    tests = {"type": "call", "entry_point": "f", "cases": [{"args": [1], "expected": "a"}]}
    params = CodeTestsParams(packages=("pluggy",), code="whole")
    found = CodeTests(params, best).verify(Sample(completion=program, tests=tests))
    assert found.score == 1.0, found.parts[0].details
    assert list(found.details["packages"]) == ["pluggy"]  # type: ignore[call-overload]


SKLEARN = "from sklearn.svm import SVC\ndef f(): return 3"
ONE_CALL = {"type": "call", "entry_point": "f", "cases": [{"args": []}]}
SUITE = {"type": "asserts", "code": "assert f() == 3"}
NAMED = [
    ("the suite", {**SUITE, "code": "import sklearn\nassert f() == 3"}, None),
    ("the prompt", {**SUITE, "prompt": "import sklearn"}, None),
    ("the prompt", SUITE, "from sklearn.svm import SVC\ndef f():\n    'Three.'\n"),
    ("the prompt's text", SUITE, "Write f, starting with:\n```\nfrom sklearn.svm import SVC\n```"),
    ("the reference", {**ONE_CALL, "reference": SKLEARN}, None),
    ("the checker", {**ONE_CALL, "checker": f"{SKLEARN}\ndef check(i, o, e): return True", "cases": [{"args": [], "expected": 3}]}, None),
    ("files['h.py']", {**SUITE, "files": {"h.py": "import sklearn"}, "code": "import h\nassert f() == 3"}, None),
]  # fmt: skip


@pytest.mark.parametrize(("where", "tests", "prompt"), NAMED, ids=[f"{i}: {x[0]}" for i, x in enumerate(NAMED)])  # fmt: skip
def test_a_row_that_names_a_package_asks_for_it(
    best: SandboxPool, where: str, tests: dict[str, object], prompt: str | None
) -> None:
    """It is the row's lack, whatever the program does: reported before any runs, with the fix."""
    for program in (SKLEARN, "def f(): return 3"):
        with pytest.raises(ReferenceUnreadable) as caught:
            CodeTests(CodeTestsParams(code="whole"), best).verify(
                Sample(completion=program, tests=tests, prompt=prompt)
            )
        assert f"{where} imports 'sklearn', which programs are not offered" in str(caught.value)
        assert "fix: packages = [...]" in str(caught.value)


@pytest.mark.parametrize(
    "prompt",
    ["Do not import sklearn.", "We learn from sklearn how to import.", "import pandas as pd"],
)
def test_a_row_that_only_mentions_a_package_does_not(best: SandboxPool, prompt: str) -> None:
    verdict = CodeTests(CodeTestsParams(code="whole"), best).verify(
        Sample(completion="def f(): return 3", tests=SUITE, prompt=prompt)
    )
    assert verdict.score == 1.0


def test_a_suite_that_can_do_without_a_package_is_judged(best: SandboxPool) -> None:
    code = "try:\n    import sklearn\nexcept ImportError:\n    sklearn = None\nassert f() == 3"
    verdict = CodeTests(CodeTestsParams(code="whole"), best).verify(
        Sample(completion="def f(): return 3", tests={**SUITE, "code": code})
    )
    assert verdict.score == 1.0


def test_a_zero_for_a_package_that_is_not_offered_says_so(best: SandboxPool) -> None:
    """The program may be right where it is there; whoever reads the rewards can count such zeros."""
    tests = {"type": "asserts", "code": "assert f() == 3"}
    for package, named in (("sklearn", "sklearn"), ("no_such_thing", None)):
        program = f"import {package}\ndef f(): return 3"
        verdict = CodeTests(CodeTestsParams(code="whole"), best).verify(
            Sample(completion=program, tests=tests)
        )
        assert verdict.score == 0.0
        assert verdict.details.get("not_offered") == named
        assert ("by `packages` in the params" in verdict.because) is (named is not None)
