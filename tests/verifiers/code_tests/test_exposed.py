# ruff: noqa: E501 - tables of programs
"""What a program may read: all of the standard library, and nothing that is installed beside it."""

from __future__ import annotations

import contextlib
import glob
import json
import os
import signal
import subprocess
import sys
import sysconfig
import textwrap
import time
import venv
from pathlib import Path
from typing import Any

import pytest

from assay.verifiers.code_tests.sandbox.confinement import exposed, workspace
from assay.verifiers.code_tests.sandbox.parent import selftest
from assay.verifiers.code_tests.sandbox.parent.pool import SandboxPool, ZygoteProcess
from assay.verifiers.code_tests.sandbox.wire.kinds import PLAIN, numeric_kind
from assay.verifiers.code_tests.sandbox.wire.run_limits import RunLimits

LEVELS = [x for x in ("namespaces", "landlock+seccomp") if selftest.finding(x).holds]  # type: ignore[arg-type]


def printed(zygote: ZygoteProcess, code: str, given: object = None) -> Any:
    """What a program prints as JSON."""
    stdin = json.dumps(given).encode()
    with zygote.run({"kind": "script", "code": code}, RunLimits(), stdin) as run:
        end = run.wait(time.monotonic() + 60)
        noted = run.frames()
    assert end.exit_code == 0, (end, noted)
    return json.loads(end.stdout)


def package_folders() -> list[str]:
    """Where packages are installed for this interpreter, its base, and the system's."""
    base = {"base": sys.base_prefix, "platbase": sys.base_exec_prefix}
    found = [sysconfig.get_path(n, vars=v) for n in ("purelib", "platlib") for v in (None, base)]
    for pattern in (
        "/usr/lib/python3*/*-packages",
        "/usr/lib64/python3*/*-packages",
        "/usr/local/lib/python3*/*-packages",
    ):
        found += glob.glob(pattern)
    found += [p for p in sys.path if p.endswith(exposed.PACKAGES)]
    return sorted({p for p in found if os.path.isdir(p) and os.listdir(p)})


def installed(folder: str) -> list[str]:
    """Packages and modules in it, with a file of each."""
    names = sorted(e for e in os.listdir(folder) if e.isidentifier() and not e.startswith("_"))
    found = [n for n in names if os.path.isfile(f"{folder}/{n}/__init__.py")]
    return sorted(found, key=lambda n: n != "pluggy")[:20]


REACH = """
import importlib, importlib.machinery, importlib.util, json, os, pkgutil, runpy, sys, zipimport
def tried(f, *a):
    try: f(*a)
    except BaseException as e: return None
    return [getattr(f, "__name__", str(f)), str(a)]
got = []
for folder, names in json.loads(input()).items():
    got += [tried(f, folder) for f in (os.listdir, os.scandir)]
    got += [[str(x)] for x in pkgutil.iter_modules([folder])]
    sys.path.insert(0, folder)
    importlib.invalidate_caches()
    for name in names:
        path = f"{folder}/{name}/__init__.py"
        got += [tried(f, *a) for f, a in ((open, (path,)), (os.listdir, (f"{folder}/{name}",)),
            (importlib.import_module, (name,)), (runpy.run_path, (path,)),
            (importlib.machinery.SourceFileLoader(name, path).get_code, (name,)),
            (os.readlink, (path,)), (os.rename, (path, "mine")), (os.open, (folder, os.O_RDONLY)))]
        sys.path_importer_cache.clear()
        got.append(tried(importlib.import_module, name))
    sys.path.pop(0)
lib = os.path.dirname(os.__file__)
for p in (lib + "/site-packages", lib + "/dist-packages", lib + "/../python3/dist-packages"):
    got += [tried(os.listdir, p), tried(os.scandir, p)]
print(json.dumps([x for x in got if x]))
"""


@pytest.mark.parametrize("level", LEVELS)
def test_no_installed_package_can_be_listed_read_or_imported(level: Any) -> None:
    folders = {f: installed(f) for f in package_folders()}
    assert any("pluggy" in names for names in folders.values())
    with contextlib.closing(ZygoteProcess(level, PLAIN)) as zygote:
        assert printed(zygote, REACH, folders) == []


@pytest.mark.parametrize("level", LEVELS)
def test_a_package_that_may_be_read_would_be_seen(level: Any, tmp_path: Path) -> None:
    """The same attempts find one in the program's own folder."""
    setup = "import os\nopen('mine.py', 'w').write('x = 1')\nopen('y', 'w').close()\n"
    code = setup + REACH.replace("json.loads(input())", "{os.getcwd(): []}")
    with contextlib.closing(ZygoteProcess(level, PLAIN)) as zygote:
        assert any("listdir" in str(x) for x in printed(zygote, code))


@pytest.mark.parametrize("level", LEVELS)
def test_nor_in_another_virtual_environment(level: Any, tmp_path: Path) -> None:
    """The zygote is an interpreter of its own, with a base and packages of its own."""
    home = tmp_path / "venv"
    venv.EnvBuilder(symlinks=True, system_site_packages=True).create(home)
    (site,) = home.glob("lib/python3*/site-packages")
    (site / "solutions").mkdir()
    (site / "solutions" / "__init__.py").write_text("answer = 42\n")
    here = [
        str(Path(__file__).parents[3] / "src"),
        *(p for p in sys.path if p.endswith(exposed.PACKAGES)),
    ]
    script = textwrap.dedent(f"""
        import json, sys, time
        import solutions
        from assay.verifiers.code_tests.sandbox.wire.kinds import PLAIN
        from assay.verifiers.code_tests.sandbox.parent.pool import ZygoteProcess
        from assay.verifiers.code_tests.sandbox.wire.run_limits import RunLimits
        zygote = ZygoteProcess({level!r}, PLAIN)
        given = json.dumps({{{str(site)!r}: ["solutions"]}}).encode()
        with zygote.run({{"kind": "script", "code": {REACH!r}}}, RunLimits(), given) as run:
            end = run.wait(time.monotonic() + 30)
        zygote.close()
        print(end.exit_code, end.stdout.decode())
    """)
    done = subprocess.run([str(home / "bin" / "python"), "-c", script], capture_output=True,
                          text=True, timeout=120, env={"PYTHONPATH": ":".join(here)})  # fmt: skip
    assert done.stdout.split() == ["0", "[]"], done.stderr


IMPORTS = """
import importlib, json
failed = {}
for name in json.loads(input()):
    try: importlib.import_module(name)
    except BaseException as e: failed[name] = repr(e)
print(json.dumps(failed))
"""
# opens a browser, prints a poem, are tests, are other systems', or draw on a screen
LEFT_OUT = {"antigravity", "this", "test", "idlelib", "turtledemo", "turtle", "tkinter", "__main__"}


@pytest.mark.parametrize("level", LEVELS)
def test_the_standard_library_is_all_there(level: Any) -> None:
    """Every module that imports outside imports inside, pure and native, top and nested."""
    names = sorted(n for n in sys.stdlib_module_names if n not in LEFT_OUT)
    names += ["encodings.cp1252", "encodings.idna", "xml.etree.ElementTree", "email.mime.text",
              "concurrent.futures.thread", "importlib.metadata", "unittest.mock", "json.tool",
              "logging.handlers", "urllib.parse", "collections.abc", "os.path", "ctypes.util",
              "multiprocessing.pool", "wsgiref.util", "sqlite3.dbapi2", "curses.ascii"]  # fmt: skip
    outside = subprocess.run(
        [sys.executable, "-I", "-S", "-W", "ignore", "-c", IMPORTS], input=json.dumps(names),
        capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    works = [n for n in names if n not in json.loads(outside.stdout)]
    assert {"ctypes", "decimal", "zoneinfo", "_decimal", "encodings.cp1252"} <= set(works)
    with contextlib.closing(ZygoteProcess(level, PLAIN)) as zygote:
        assert (
            printed(zygote, "import warnings\nwarnings.simplefilter('ignore')\n" + IMPORTS, works)
            == {}
        )


USES = """
import ctypes, decimal, json, tempfile, zoneinfo, os, datetime
out = {}
out["c"] = ctypes.CDLL(None).abs(-3)
out["m"] = ctypes.CDLL("libc.so.6").abs(-4)
out["zone"] = str(datetime.datetime(2024, 7, 1, tzinfo=zoneinfo.ZoneInfo("Europe/Berlin")).utcoffset())
out["codec"] = b"\\x80".decode("cp1252")
out["decimal"] = str(decimal.Decimal(1) / 3)[:6]
try:
    import sqlite3
    out["sql"] = sqlite3.connect(":memory:").execute("select 1 + 1").fetchone()[0]
except ImportError: out["sql"] = 2
with tempfile.NamedTemporaryFile("w+") as f:
    f.write("a"); f.flush()
    out["temporary"] = open(f.name).read()
import asyncio
async def five(): return 5
out["loop"] = asyncio.run(five())
import importlib; importlib.invalidate_caches()
import colorsys, xml.dom.minidom
print(json.dumps(out))
"""


@pytest.mark.parametrize("level", LEVELS)
def test_the_standard_library_works(level: Any) -> None:
    with contextlib.closing(ZygoteProcess(level, PLAIN)) as zygote:
        assert printed(zygote, USES) == {
            "c": 3, "m": 4, "zone": "2:00:00", "codec": "€", "decimal": "0.3333", "sql": 2,
            "temporary": "a", "loop": 5,
        }  # fmt: skip


@pytest.mark.optional
@pytest.mark.parametrize("level", LEVELS)
def test_the_numeric_kind_reads_its_own_packages_only(level: Any) -> None:
    pytest.importorskip("numpy")
    kind = numeric_kind()
    assert kind is not None
    folders = {f: [n for n in installed(f) if n not in kind.packages] for f in package_folders()}
    with contextlib.closing(ZygoteProcess(level, kind)) as zygote:
        assert printed(zygote, REACH, folders) == []
        assert (
            printed(zygote, IMPORTS, ["numpy", "numpy.fft", "numpy.random", "numpy.linalg"]) == {}
        )
        there = [n for n in ("pandas", "scipy", "scipy.stats") if _importable(n)]
        assert printed(zygote, IMPORTS, there) == {}


def _importable(name: str) -> bool:
    import importlib.util

    return importlib.util.find_spec(name.partition(".")[0]) is not None


# -- places to write ---------------------------------------------------------------------------

BESIDE = """
import json, os, sys, time
open("mine", "w").write("x")
print(os.getcwd(), os.getuid(), flush=True)
while not os.path.exists("go"):
    time.sleep(0.01)
"""
PEEK = """
import json, os, signal
theirs, pid = json.loads(input())
got = []
for f, *a in ((os.listdir, theirs), (open, theirs + "/mine"), (open, theirs + "/go", "w"),
              (os.unlink, theirs + "/mine"), (os.rename, theirs + "/mine", "y"), (os.kill, pid, 0),
              (os.listdir, os.path.dirname(theirs)), (open, os.path.dirname(theirs) + "/.lock")):
    try: f(*a)
    except OSError: continue
    got.append(str(a))
print(json.dumps([os.getuid(), os.listdir("."), got]))
"""


@pytest.mark.parametrize("level", LEVELS)
def test_runs_at_the_same_time_have_nothing_in_common(level: Any) -> None:
    """As a program, its checker and its test sandbox are."""
    with contextlib.closing(ZygoteProcess(level, PLAIN)) as zygote:
        with zygote.run({"kind": "script", "code": BESIDE}, RunLimits()) as first:
            for _ in range(200):
                first._pump(time.monotonic() + 5)
                if b"\n" in first._stdout.kept:
                    break
            folder, uid = first._stdout.kept.decode().split()
            own, files, got = printed(zygote, PEEK, [folder, first.pid])
            first.kill()
        if level == "namespaces":  # the same path, but a mount of one's own
            got = [g for g in got if "mine" in g or str(first.pid) in g]
        assert got == []
        assert files in ([], ["go"])
        # as root, users of their own, where such a user can read the interpreter at all
        assert own != int(uid) or int(uid) in (0, os.getuid())
        for _ in range(2):  # and what was written is gone for the next
            assert printed(zygote, "import os\nprint(os.listdir('.') or '[]')\n") == []


STARTS = """
import sys, time
from assay.verifiers.code_tests.sandbox.wire.kinds import PLAIN
from assay.verifiers.code_tests.sandbox.parent.pool import ZygoteProcess
zygote = ZygoteProcess("landlock+seccomp", PLAIN)
print(zygote.pid, zygote.ready.work, flush=True)
time.sleep(60)
"""


@pytest.mark.skipif("landlock+seccomp" not in LEVELS, reason="the level does not hold here")
def test_what_a_killed_worker_left_is_removed_by_the_next() -> None:
    """Worker and zygote are killed together; a zygote that lives keeps its folder."""
    living = ZygoteProcess("landlock+seccomp", PLAIN)
    worker = subprocess.Popen([sys.executable, "-c", STARTS], stdout=subprocess.PIPE, text=True)
    assert worker.stdout is not None
    pid, folder = worker.stdout.readline().split()
    os.kill(int(pid), signal.SIGKILL)  # first, lest it tidies up when the other dies
    worker.kill()
    worker.wait()
    worker.stdout.close()
    assert os.path.isdir(folder)
    for _ in range(100):
        with contextlib.closing(ZygoteProcess("landlock+seccomp", PLAIN)):
            if not os.path.exists(folder):
                break
        time.sleep(0.05)  # it may be dying still
    assert not os.path.exists(folder)
    assert living.ready.work is not None
    assert os.path.isdir(living.ready.work)
    living.close()
    assert not os.path.exists(living.ready.work)


def test_only_what_is_provably_left_is_removed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workspace.tempfile, "tempdir", str(tmp_path))
    held = workspace.Workspace()
    workspace.tempfile.tempdir = str(tmp_path)
    outside = tmp_path / "precious"
    outside.mkdir()
    (outside / "file").write_text("x")
    made = {
        name: tmp_path / f"{workspace.PREFIX}{name}"
        for name in ("left", "young", "old", "link", "file")
    }
    for name in ("left", "young", "old"):
        made[name].mkdir()
        (made[name] / "0").mkdir()
    (made["left"] / ".lock").touch()
    (made["left"] / "0" / "link").symlink_to(outside)
    os.utime(made["old"], (1, 1))
    made["link"].symlink_to(outside)
    made["file"].write_text("x")
    removed = workspace.remove_stale()
    assert sorted(removed) == sorted(str(made[n]) for n in ("left", "old"))
    assert (outside / "file").read_text() == "x"
    assert made["young"].is_dir(), "its maker may not have come to the lock yet"
    assert made["link"].is_symlink()
    assert made["file"].exists()
    assert os.path.isdir(held.path)
    if os.getuid() == 0:  # another user's, however free its lock
        theirs = tmp_path / f"{workspace.PREFIX}theirs"
        theirs.mkdir()
        (theirs / ".lock").touch()
        os.chown(theirs, 12345, 12345)
        assert workspace.remove_stale() == []
    held.remove()


def test_a_pool_leaves_no_folder(best: SandboxPool) -> None:
    """At every level, after it is closed."""
    for level in LEVELS:
        with SandboxPool(level, 1) as pool, pool.slot() as slot:  # type: ignore[arg-type]
            work = slot.zygote().ready.work
        assert work is None or not os.path.exists(work)
