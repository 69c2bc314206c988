# ruff: noqa: E501 - tables of programs
"""What programs do with files and folders of their own, as they would in plain Python."""

from __future__ import annotations

import os
from pathlib import Path
from typing import NamedTuple

import pytest

from assay.model import Sample, Verdict
from assay.verifiers.code_tests.params import CodeTestsParams
from assay.verifiers.code_tests.sandbox.confinement import workspace
from assay.verifiers.code_tests.sandbox.parent.pool import SandboxPool
from assay.verifiers.code_tests.sandbox.parent.watching import usage
from assay.verifiers.code_tests.verifier import CodeTests

HEAD = "import os, pathlib, shutil, tempfile\nD = tempfile.mkdtemp()\nA, B = os.path.join(D, 'a'), os.path.join(D, 'sub', 'b')\nos.mkdir(os.path.join(D, 'sub'))\nwith open(A, 'w') as h: h.write('x')\n"


def printed(pool: SandboxPool, code: str, expected: str = "ok") -> Verdict:
    tests = {"type": "stdio", "cases": [{"stdin": "", "expected": expected}]}
    params = CodeTestsParams(code="whole")
    return CodeTests(params, pool).verify(Sample(completion=HEAD + code, tests=tests))


class Row(NamedTuple):
    why: str
    code: str


HONEST = [
    Row("a file goes to another folder", "os.rename(A, B); assert os.listdir(D) == ['sub']"),
    Row("a file takes another's place", "open(B, 'w').close(); os.replace(A, B); assert open(B).read() == 'x'"),
    Row("shutil.move", "shutil.move(A, B); assert not os.path.exists(A) and open(B).read() == 'x'"),
    Row("shutil.move of a folder", "shutil.move(os.path.join(D, 'sub'), os.path.join(D, 'other')); assert sorted(os.listdir(D)) == ['a', 'other']"),
    Row("shutil.copy", "assert shutil.copy(A, B) == B and open(B).read() == 'x'"),
    Row("shutil.copy2", "shutil.copy2(A, B); assert os.path.getsize(B) == 1"),
    Row("a tree is copied", "shutil.copytree(D, D + '2'); assert sorted(os.listdir(D + '2')) == ['a', 'sub']"),
    Row("a tree is removed", "shutil.rmtree(D); assert not os.path.exists(D)"),
    Row("modes and times may be set", "os.chmod(A, 0o600); pathlib.Path(A).chmod(0o644); os.utime(A, (1, 1)); pathlib.Path(A).touch()"),
    Row("but not of what is not there", "\nfor call in (lambda: os.chmod(B, 0o600), lambda: os.utime(B)):\n    try: call()\n    except FileNotFoundError: continue\n    raise AssertionError"),
    Row("nor of what is not the program's", "\nfor call in (lambda: os.chmod(os.__file__, 0o600), lambda: os.utime('/usr'), lambda: os.truncate(os.__file__, 0)):\n    try: call()\n    except OSError: continue\n    raise AssertionError"),
    Row("a file is cut short", "os.truncate(A, 0); assert os.path.getsize(A) == 0"),
    Row("archives", "z = shutil.make_archive(D + 'z', 'zip', D); shutil.unpack_archive(z, D + 'q'); assert open(os.path.join(D + 'q', 'a')).read() == 'x'\nt = shutil.make_archive(D + 't', 'gztar', D); shutil.unpack_archive(t, D + 'r', filter='data'); assert os.path.exists(os.path.join(D + 'r', 'sub'))"),
    Row("a shelf", "import shelve\nwith shelve.open(os.path.join(D, 's')) as s: s['a'] = 1\nwith shelve.open(os.path.join(D, 's')) as s: assert s['a'] == 1"),
    Row("a temporary folder", "with tempfile.TemporaryDirectory() as t: os.makedirs(os.path.join(t, 'a', 'b'))\nassert not os.path.exists(t)"),
]  # fmt: skip


@pytest.mark.parametrize("row", HONEST, ids=lambda r: r.why)
def test_files_of_the_programs_own(pool: SandboxPool, row: Row) -> None:
    found = printed(pool, row.code + "\nprint('ok')")
    assert found.score == 1.0, found.because


GREEDY = [
    Row("many folders", "for i in range(100_000): os.mkdir(f'{D}/{i}')"),
    Row("a folder in a folder in a folder", "\nwhile True:\n    os.mkdir('x' * 200); os.chdir('x' * 200)"),
    Row("bytes that lie deep", "\nfor i in range(18):\n    os.mkdir('x' * 240); os.chdir('x' * 240)\nfor i in range(400):\n    with open(str(i), 'wb') as h: h.write(bytes(1 << 20))\n    import time; time.sleep(0.01)"),
    Row("bytes in a folder that nobody may list", "\nos.mkdir('q', 0o300); os.chdir('q')\nfor i in range(400):\n    with open(str(i), 'wb') as h: h.write(bytes(1 << 20))\n    import time; time.sleep(0.01)"),
]  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("row", GREEDY, ids=lambda r: r.why)
def test_folders_hide_nothing_from_the_limits(pool: SandboxPool, row: Row) -> None:
    """And what they leave is gone for the next program."""
    assert printed(pool, row.code + "\nprint('ok')").score == 0.0
    left = "here = os.getcwd()\nprint(sorted(x for x in os.listdir(here) if not D.endswith(x)))"
    assert printed(pool, left, "[]").score == 1.0


def test_a_folder_is_emptied_however_deep_it_is(tmp_path: Path) -> None:
    """Deeper than recursion goes, longer than a path may be, and without the right to look."""
    here = os.open(".", os.O_RDONLY)
    try:
        os.chdir(tmp_path)
        for _ in range(1_200):
            os.mkdir("x" * 60)
            os.chdir("x" * 60)
        Path("f").write_text("")
        os.chdir(tmp_path)
        (tmp_path / "closed" / "inner").mkdir(parents=True)
        (tmp_path / "closed" / "inner").chmod(0)
        (tmp_path / "closed").chmod(0o300)
    finally:
        os.fchdir(here)
        os.close(here)
    assert workspace._emptied(str(tmp_path))
    assert list(tmp_path.iterdir()) == []


def test_what_lies_in_folders_is_counted(tmp_path: Path) -> None:
    deep = tmp_path / "a" / "b"
    deep.mkdir(parents=True)
    (deep / "f").write_bytes(b"x" * 100_000)
    files, size = usage(str(tmp_path), 10)
    assert files == 3
    assert size >= 100_000
    assert usage(str(tmp_path), 2)[0] > 2
    for _ in range(30):
        deep = deep / ("y" * 200)
        if len(str(deep)) > 4_000:
            break
        deep.mkdir()
    here = os.open(".", os.O_RDONLY)
    try:
        os.chdir(deep.parent)
        os.mkdir("z" * 250)
        os.chdir("z" * 250)
        os.mkdir("z" * 250)
    finally:
        os.fchdir(here)
        os.close(here)
    assert usage(str(tmp_path), 1_000)[0] == 1_001, "too deep to be listed"
