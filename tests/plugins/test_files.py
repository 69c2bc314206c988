"""One-file plugins: loaded once, whole, in workers too; what fails is an error."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from assay.errors import PluginError, RubricError
from assay.model import Sample
from assay.plugins.host import Host
from assay.plugins.load import load_target
from assay.plugins.markers import verifier
from assay.plugins.registered import Offer

from .test_host import judged, offering

FILE = """
from pydantic import BaseModel, ConfigDict, Field
from assay import Sample, verifier

class Limit(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")
    most: int = Field(3, ge=0, description="Characters at most.")

@verifier("file.short@1", params=Limit, levels=[0, 1])
def short(sample: Sample, params: Limit) -> bool:
    "Short."
    return len(sample.text) <= params.most
"""


@pytest.mark.parametrize("name", ["plugin.py", "my-plugin v2.0.py", "größe.py", "json.py"])
def test_a_file_with_params_of_its_own_runs_in_workers(tmp_path: Path, name: str) -> None:
    from assay.engine.engine import Engine

    path = tmp_path / name
    path.write_text(FILE)
    rubric = {
        "kind": "weighted",
        "criteria": {"file.short": {"weight": 1, "params": {"most": 2}}},
    }
    with Engine(rubric, plugins=[str(path)], workers=1) as engine:
        rewards = engine.verify_batch([Sample("ab"), Sample("abc")])
    assert [r.value for r in rewards] == [1.0, 0.0], rewards


def test_the_same_file_by_other_paths_is_one_plugin(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "deep").mkdir()
    path = tmp_path / "deep" / "plugin.py"
    path.write_text(FILE)
    (tmp_path / "link.py").symlink_to(path)
    monkeypatch.chdir(tmp_path)
    paths = ["deep/plugin.py", "./deep/plugin.py", str(path), "link.py", "deep/plugin.py"]
    host = Host(plugins=paths)
    offer = host.resolve("file.short")
    assert offer.plugin == "file deep/plugin.py"
    assert offer.origin == offer.distribution == str(path)
    monkeypatch.chdir("/")
    assert judged(host, "file.short", "abc") == 1.0
    assert Host(plugins=[str(path)]).resolve("file.short").spec == offer.spec


SLOW_TO_LOAD = """
import time
time.sleep(0.3)  # other threads come by while it is half there
from assay import verifier
@verifier("late.one@1", cost="inline")
def one(sample):
    return 1.0
"""


def test_threads_that_load_one_file_at_once_all_get_the_whole_of_it(tmp_path: Path) -> None:
    """As reward functions called by a trainer's threads do, each with an engine of its own."""
    path = tmp_path / "slow_to_load.py"
    path.write_text(SLOW_TO_LOAD)
    with ThreadPoolExecutor(8) as threads:
        hosts = list(threads.map(lambda _: Host(plugins=[str(path)]), range(8)))
    targets = {id(load_target(o.spec.name, o.spec.target)) for o in map(late, hosts)}
    assert len(targets) == 1, "it was executed once"


def late(host: Host) -> Offer:
    return host.offers["late.one@1"]


def test_threads_that_load_a_file_that_fails_are_each_told(tmp_path: Path) -> None:
    path = tmp_path / "fails_late.py"
    path.write_text("import time\ntime.sleep(0.1)\nraise RuntimeError('no')\n")

    def noted(_: int) -> str:
        with pytest.raises(PluginError) as raised:
            Host(plugins=[str(path)])
        return str(raised.value)

    with ThreadPoolExecutor(4) as threads:
        assert all("RuntimeError: no" in text for text in threads.map(noted, range(4)))


def test_a_single_path_as_text(tmp_path: Path) -> None:
    path = tmp_path / "plugin.py"
    path.write_text(FILE)
    assert Host(plugins=str(path)).resolve("file.short").importable


def test_params_are_checked_with_their_path(tmp_path: Path) -> None:
    path = tmp_path / "plugin.py"
    path.write_text(FILE)
    offer = Host(plugins=[str(path)]).resolve("file.short")
    with pytest.raises(RubricError) as raised:
        offer.check({"mots": 3}, "$.criteria.short.params")
    assert str(raised.value) == (
        "file.short@1 has no param 'mots'; did you mean 'most'?"
        " - at `$.criteria.short.params.mots`\nfix: its params are most"
    )
    with pytest.raises(RubricError, match=r"most is -1, must be 0 or more - at `params\.most`"):
        offer.check({"most": -1})
    with pytest.raises(RubricError, match=r"sql\.rows@1 takes no params - at `params`"):
        offering("sql.rows@1").resolve("sql.rows").check({"a": 1})


FILES = [
    ("x = 1", "it offers nothing\nfix: mark a function with @assay.verifier"),
    ("1 / 0", "raised as it was loaded: ZeroDivisionError: division by zero (plugin.py, line 1)"),
    (
        "from assay import verifier\n@verifier('a.b@1', cost='inlin')\ndef f(sample): ...",
        "PluginError: verifier 'a.b@1': cost 'inlin' is not one of inline, worker, waiting"
        " (plugin.py, line 2)",
    ),
    ("import sys; sys.exit(2)", "raised as it was loaded: SystemExit: 2"),
    ("def x(:", "raised as it was loaded: SyntaxError: "),
    ("from assay import hookimpl\n@hookimpl\ndef assay_x(): ...", "no hook is named 'assay_x'"),
    ("from assay import hookimpl\n@hookimpl\ndef assay_verifiers(a): ...", "Plugin 'file "),
    (
        "from assay import verifier\nfrom pydantic import BaseModel\ndef model():\n"
        "  class P(BaseModel): ...\n  return P\n"
        "@verifier('a.b@1', params=model())\ndef f(sample, params): return 1",
        "verifier 'a.b@1' cannot be sent to a worker: its params 'assay_plugin_plugin_",
    ),
]


@pytest.mark.parametrize(("code", "noted"), FILES, ids=[t.partition("\n")[0] for _, t in FILES])
def test_a_file_that_fails_is_an_error(tmp_path: Path, code: str, noted: str) -> None:
    path = tmp_path / "plugin.py"
    path.write_text(code)
    with pytest.raises(PluginError) as raised:
        Host(plugins=[str(path)])
    first = str(raised.value)
    assert first.startswith(f"plugin file {str(path)!r}")
    assert noted in first
    with pytest.raises(PluginError, match="plugin file"):
        Host(plugins=[str(path)])  # a half-loaded module is not kept


@pytest.mark.parametrize(
    ("name", "noted"),
    [("gone.py", "does not exist"), (".", "is not a file"), ("notes.txt", "is not a Python file")],
)
def test_a_path_that_is_no_plugin(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, noted: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "notes.txt").write_text("x")
    with pytest.raises(PluginError) as raised:
        Host(plugins=[name])
    assert str(raised.value) == f"plugin file {name!r} {noted}"


def test_a_file_and_a_function_may_not_share_a_name(tmp_path: Path) -> None:
    path = tmp_path / "plugin.py"
    path.write_text(FILE)
    mine = verifier("file.short@1", cost="inline")(lambda sample: 1.0)
    with pytest.raises(PluginError) as raised:
        Host([mine], plugins=[str(path)])
    assert str(raised.value).splitlines()[1:3] == [
        f"  by plugin 'file {path}'",
        "  by plugin 'this process'",
    ]


def test_what_a_text_imports_is_found_from_many_threads_at_once() -> None:
    text = (
        "import a, b.c as d\nfrom e.f import g\nfrom . import h, i\nfrom .j import k\n"
        "def late():\n    import m\n    class C:\n        def n(self): from o import p\n"
    )
    from assay.plugins.one_file_plugins import _imported

    with ThreadPoolExecutor(8) as threads:
        found = list(threads.map(lambda i: _imported(text + f"x = {i}\n"), range(400)))
    assert all(names == set("abehijmo") for names in found)
