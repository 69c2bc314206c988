"""Plugins and functions that are edited while a process runs: the signature is of what ran.

A fresh process, which has never seen another version, is the judge.
"""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from assay import Engine, Reward, Sample, verifier
from assay.plugins.code_digest import code_digest

PLUGIN = """
from assay import verifier
@verifier("edited.one@1", cost={cost!r})
{define} one(sample):
    return {value}
"""

FRESH = """
import json, sys
from assay import Engine, Sample
for path in sys.argv[1:]:
    with Engine({"criteria": {"it": "edited.one"}}, plugins=[path], workers=1) as engine:
        reward = engine.verify(Sample("x"))
    print(json.dumps([reward.value, reward.signature]))
"""


def fresh(*paths: Path) -> list[tuple[float, str]]:
    """What another process, which has seen nothing else, gives for each of the files."""
    done = subprocess.run(
        [sys.executable, "-c", FRESH, *map(str, paths)], capture_output=True, text=True, check=True
    )
    return [tuple(json.loads(line)) for line in done.stdout.splitlines()]


def write(path: Path, cost: str, value: float) -> None:
    define = "async def" if cost == "waiting" else "def"
    path.write_text(PLUGIN.format(cost=cost, value=value, define=define))
    os.utime(path, (1, 1))  # an edit within one tick of the clock leaves the time as it was


def reward_of(engine: Engine) -> Reward:
    return engine.verify(Sample("x"))


@pytest.mark.parametrize("cost", ["inline", "worker", "waiting"])
def test_thirty_edits_of_a_file_with_other_engines_open(tmp_path: Path, cost: str) -> None:
    """Each new engine runs the new code; those that are open go on with theirs."""
    path = tmp_path / "edited.py"
    values = [(i * 7 % 10) / 10 for i in range(10)]
    seen: list[tuple[float, str]] = []
    with ExitStack() as stack:
        open_engines: list[tuple[Engine, Reward]] = []
        for value in values:
            write(path, cost, value)
            engine = stack.enter_context(
                Engine({"criteria": {"it": "edited.one"}}, plugins=[str(path)], workers=1)
            )
            reward = reward_of(engine)
            assert reward.value == value
            seen.append((reward.value, reward.signature))
            for other, before in open_engines[-2:]:
                again = other.verify(Sample("x", prompt_id="again"))
                assert (again.value, again.signature) == (before.value, before.signature)
            open_engines.append((engine, reward))
    assert len(set(seen)) == len(values), "another code, another signature"
    for i, value in enumerate(values):  # a folder of its own: only the content counts
        (tmp_path / str(i)).mkdir()
        write(tmp_path / str(i) / "edited.py", cost, value)
    assert fresh(*(tmp_path / str(i) / "edited.py" for i in range(len(values)))) == seen


def test_back_to_an_earlier_text_is_back_to_its_signature(tmp_path: Path) -> None:
    path = tmp_path / "edited.py"
    rewards = []
    for value in (0.25, 0.5, 0.25):
        write(path, "inline", value)
        with Engine({"criteria": {"it": "edited.one"}}, plugins=[str(path)]) as engine:
            rewards.append(reward_of(engine))
    assert [r.value for r in rewards] == [0.25, 0.5, 0.25]
    assert rewards[0].signature == rewards[2].signature != rewards[1].signature


def test_async_callers_see_the_edit_too(tmp_path: Path) -> None:
    path = tmp_path / "edited.py"

    async def run() -> list[float | None]:
        found = []
        for cost, value in (("worker", 0.1), ("waiting", 0.2), ("inline", 0.3), ("worker", 0.4)):
            write(path, cost, value)
            rubric = {"criteria": {"it": "edited.one"}}
            async with Engine(rubric, plugins=[str(path)], workers=1) as engine:
                found += [r.value for r in await engine.averify_batch([Sample("x")])]
        return found

    assert asyncio.run(run()) == [0.1, 0.2, 0.3, 0.4]


# -- neighbours ----------------------------------------------------------------------------------

WITH_NEIGHBOURS = """
from assay import verifier
import scale
from tools.deep import twice
from tools import deep as d

@verifier("edited.one@1", cost={cost!r})
def one(sample):
    import late
    return twice(scale.FACTOR) + late.MORE + d.NOTHING
"""


@pytest.mark.parametrize("cost", ["inline", pytest.param("worker", marks=pytest.mark.slow)])
def test_a_file_may_import_its_neighbours_and_they_count(tmp_path: Path, cost: str) -> None:
    (tmp_path / "tools").mkdir()
    (tmp_path / "tools" / "__init__.py").write_text("")
    (tmp_path / "tools" / "deep.py").write_text(
        "from .base import TWO\nimport scale\nNOTHING = 0\ndef twice(x): return TWO * x\n"
    )
    (tmp_path / "tools" / "base.py").write_text("TWO = 2\n")
    (tmp_path / "late.py").write_text("MORE = 0\n")
    (tmp_path / "json.py").write_text("raise RuntimeError('hides the standard library')\n")
    path = tmp_path / "edited.py"
    path.write_text(WITH_NEIGHBOURS.format(cost=cost) + "import json; json.dumps\n")
    seen = []
    edits: list[tuple[str, str]] = [
        ("scale.py", "FACTOR = 0.1\n"),
        ("scale.py", "FACTOR = 0.2\n"),
        ("tools/base.py", "TWO = 3\n"),
        ("late.py", "MORE = 0.25\n"),
    ]
    for name, text in edits:
        (tmp_path / name).write_text(text)
        rubric = {"criteria": {"it": "edited.one"}}
        with Engine(rubric, plugins=[str(path)], workers=1) as engine:
            reward = reward_of(engine)
        assert reward.value is not None, reward.error
        assert fresh(path) == [(reward.value, reward.signature)]
        seen.append((round(reward.value, 9), reward.signature))
    assert [value for value, _ in seen] == [0.2, 0.4, 0.6, 0.85]
    assert len({signature for _, signature in seen}) == 4
    for name in ("scale", "tools", "late", "edited"):
        assert name not in sys.modules, "the caller's own modules are its own"


def test_two_plugins_with_neighbours_of_one_name(tmp_path: Path) -> None:
    for name, value in (("a", 0.25), ("b", 0.5)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "helper.py").write_text(f"VALUE = {value}\n")
        (tmp_path / name / "plugin.py").write_text(
            "import helper\nfrom assay import verifier\n"
            f"@verifier('{name}.one@1', cost='inline')\ndef one(sample): return helper.VALUE\n"
        )
    plugins = [str(tmp_path / name / "plugin.py") for name in "ab"]
    rubric = {"criteria": {"a.one": 1, "b.one": 1}}
    with Engine(rubric, plugins=plugins) as engine:
        assert engine.verify(Sample("x")).value == 0.75


# -- functions -----------------------------------------------------------------------------------

NOTEBOOK = """
import json
from assay import Engine, Sample, verifier
BONUS = 0.0
for value in {values}:
    exec(f'''
def helper(sample):
    return {{value}} + BONUS

@verifier("edited.one@1", cost="inline")
def one(sample):
    return helper(sample)
''')
    with Engine({{"criteria": {{"it": "edited.one"}}}}, verifiers=[one]) as engine:
        reward = engine.verify(Sample("x"))
    print(json.dumps([reward.value, reward.signature]))
"""


def cells(values: list[float]) -> list[tuple[float, str]]:
    done = subprocess.run(
        [sys.executable, "-c", NOTEBOOK.format(values=values)],
        capture_output=True,
        text=True,
        check=True,
    )
    return [tuple(json.loads(line)) for line in done.stdout.splitlines()]


def test_a_function_that_is_defined_again_has_another_signature() -> None:
    """Also where only a function that it calls, in another cell, is new."""
    values = [0.1, 0.2, 0.3, 0.1]
    together = cells(values)
    assert [value for value, _ in together] == values
    assert together[0] == together[3]
    assert len(set(together)) == 3
    assert [one for value in values[:3] for one in cells([value])] == together[:3]


MODULE = """
from assay import verifier
@verifier("edited.one@1", cost={cost!r})
def one(sample):
    return {value}
"""

RELOADED = """
import importlib, json, sys, os
from pathlib import Path
sys.dont_write_bytecode = True
sys.path.insert(0, os.getcwd())
from assay import Engine, Sample
path = Path("mine.py")
text = path.read_text()
import mine
with Engine({"criteria": {"it": "edited.one"}}, verifiers=[mine.one], workers=1) as engine:
    reward = engine.verify(Sample("a"))
    print(json.dumps([reward.value, reward.signature]))
    path.write_text(text.replace("0.25", "0.5 + 0"))
    # the old code in the module, the new one on disk
    with Engine({"criteria": {"it": "edited.one"}}, verifiers=[mine.one], workers=1) as second:
        reward = second.verify(Sample("b"))
        print(json.dumps([reward.value, reward.signature]))
    importlib.invalidate_caches()
    importlib.reload(mine)
    with Engine({"criteria": {"it": "edited.one"}}, verifiers=[mine.one], workers=1) as third:
        reward = third.verify(Sample("c"))
        print(json.dumps([reward.value, reward.signature]))
    reward = engine.verify(Sample("d"))
    print(json.dumps([reward.value, reward.signature, reward.error]))
"""


def test_a_module_that_is_edited_and_reloaded_under_open_workers(tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text(MODULE.format(cost="worker", value=0.25))
    done = subprocess.run(
        [sys.executable, "-c", RELOADED], capture_output=True, text=True, cwd=tmp_path, check=True
    )
    first, second, third, fourth = map(json.loads, done.stdout.splitlines())
    assert first[0] == second[0] == 0.25, "the worker that is warm still has that code"
    assert first[1] == second[1]
    assert third[0] == 0.5
    assert third[1] != first[1]
    assert fourth[:2] == first, "an open engine goes on with its own"


def test_a_worker_never_runs_code_that_the_signature_does_not_name(tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text(MODULE.format(cost="worker", value=0.25))
    script = RELOADED.partition("    # the old code")[0].replace(
        "with Engine", "path.write_text(text.replace('0.25', '0.5'))\nwith Engine", 1
    )
    done = subprocess.run(
        [sys.executable, "-c", script.replace("reward.signature]", "reward.error]")],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        check=True,
    )
    value, error = json.loads(done.stdout.splitlines()[0])
    assert value is None
    assert "'mine:one' was edited since the calling process imported it" in error
    assert "fix: importlib.reload" in error


@pytest.mark.parametrize("cost", ["worker", "waiting"])
def test_a_folder_put_on_the_path_under_open_workers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cost: str
) -> None:
    """Workers are shared, so those of an open engine are older than the folder on the path."""
    folders = []
    for i, value in enumerate((0.25, 0.75)):
        folder = tmp_path / str(i)
        folder.mkdir()
        info = folder / f"later{i}-1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: later{i}\nVersion: 1.0\n")
        (info / "entry_points.txt").write_text(f"[assay]\nlater{i} = later_plugin_{cost}_{i}\n")
        write(folder / f"later_plugin_{cost}_{i}.py", cost, value)
        text = (folder / f"later_plugin_{cost}_{i}.py").read_text()
        (folder / f"later_plugin_{cost}_{i}.py").write_text(
            text.replace("edited.one", f"later.{cost}{i}")
        )
        folders.append(folder)
    with ExitStack() as stack:
        before = stack.enter_context(Engine("code", workers=1))
        assert before.verify(Sample("x", tests={"type": "asserts", "code": "assert f(1) == 1",
                                                "entry_point": "f"})).value == 0.0  # fmt: skip
        found = []
        for i, folder in enumerate(folders):
            monkeypatch.syspath_prepend(folder)
            rubric = {"criteria": {"it": f"later.{cost}{i}"}}
            found.append(reward_of(stack.enter_context(Engine(rubric, workers=1))).value)
    assert found == [0.25, 0.75]


def _with(threshold: float, default: float = 0.5) -> Callable[[Sample], float]:
    def one(sample: Sample, extra: float = default) -> float:
        return threshold + extra

    return one


CHANGES: list[tuple[str, Callable[[], Any], Callable[[], Any], bool]] = [
    ("the same text twice", lambda: _with(0.1), lambda: _with(0.1), True),
    ("what it closes over", lambda: _with(0.1), lambda: _with(0.2), False),
    ("a default", lambda: _with(0.1, 0.5), lambda: _with(0.1, 0.25), False),
    ("a constant", lambda: lambda s: 0.1, lambda: lambda s: 0.2, False),
    ("a name", lambda: lambda s: s.text, lambda: lambda s: s.answer, False),
    ("an operator", lambda: lambda s: 1 + s, lambda: lambda s: 1 - s, False),
    ("a constant deep inside", lambda: lambda s: [x + 1 for x in s],
     lambda: lambda s: [x + 2 for x in s], False),
    ("the members of a set", lambda: lambda s: s in {"a", "b"},
     lambda: lambda s: s in {"a", "c"}, False),
]  # fmt: skip


@pytest.mark.parametrize(
    ("one", "other", "same"), [c[1:] for c in CHANGES], ids=[c[0] for c in CHANGES]
)
def test_code_digest(one: Callable[[], Any], other: Callable[[], Any], same: bool) -> None:
    assert (code_digest(one()) == code_digest(other())) is same


def test_a_digest_of_what_refers_to_itself_ends() -> None:
    def one(sample: Sample) -> float:
        return one(sample) + len(loop)

    loop: list[Any] = []
    loop.append(loop)
    assert code_digest(one) == code_digest(one)
    assert verifier("edited.loop@1", cost="inline")(one) is one
