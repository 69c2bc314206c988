"""The host, with real distributions on the path of an interpreter of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from assay.errors import PluginError, RubricError, VerifierNotFound
from assay.model import Sample, Verdict
from assay.plugins.host import Host
from assay.plugins.load import load_target
from assay.plugins.markers import verifier
from assay.plugins.offers import Offer
from assay.plugins.spec import VerifierSpec

GOOD = """
from assay import VerifierSpec, hookimpl
@hookimpl
def assay_verifiers():
    return [VerifierSpec("NAME.one@1", "One.", "NAME_plugin:make"),
            VerifierSpec("NAME.one@3", "Three.", "NAME_plugin:make",
                         retired={"NAME.one@2": "0.7"})]
def make(params):
    raise RuntimeError("not asked for")
"""

PROBE = """
import json, sys, warnings
from assay.plugins.host import Host
from assay.errors import AssayError
options = json.loads(sys.argv[1])
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    try:
        host = Host(**options)
    except AssayError as err:
        print(json.dumps({"raised": type(err).__name__, "told": str(err)}))
        raise SystemExit
    out = {
        "offers": {n: [o.plugin, o.distribution] for n, o in host.offers.items()
                   if not o.distribution.startswith("assay ")},
        "errors": [str(e) for e in host.errors],
        "left_out": list(host.left_out),
        "warned": [str(w.message) for w in caught if w.category.__name__ == "PluginWarning"],
        "ours": sum(o.distribution.startswith("assay ") for o in host.offers.values()),
    }
print(json.dumps(out))
"""


def distribution(folder: Path, name: str, code: str, point: str | None = None) -> None:
    """An installed distribution with one entry point, as Python sees it on its path."""
    module = f"{name.replace('-', '_')}_plugin"
    info = folder / f"{name.replace('-', '_')}-1.2.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.2\n")
    (info / "entry_points.txt").write_text(f"[assay]\n{point or name} = {module}\n")
    (folder / f"{module}.py").write_text(code.replace("NAME", name.replace("-", "_")))


Probe = Callable[..., dict[str, Any]]


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A folder on the path of the interpreter that `probe` starts."""
    folder = tmp_path / "site"
    folder.mkdir()
    return folder


@pytest.fixture
def probe(site: Path, tmp_path: Path) -> Probe:
    """Builds a host in a fresh interpreter, and tells what it holds."""

    def run(cwd: Path | None = None, env: dict[str, str] | None = None, **options: Any) -> Any:
        elsewhere = tmp_path / "elsewhere"
        elsewhere.mkdir(exist_ok=True)
        environment = {k: v for k, v in os.environ.items() if not k.startswith("ASSAY_")}
        environment |= {"PYTHONPATH": str(site), **(env or {})}
        done = subprocess.run(
            [sys.executable, "-c", PROBE, json.dumps(options)],
            capture_output=True,
            text=True,
            timeout=60,
            cwd=cwd or elsewhere,
            env=environment,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    return run


# -- entry points --------------------------------------------------------------------------------


def test_a_plugin_is_found_by_its_entry_point(site: Path, probe: Probe) -> None:
    distribution(site, "good", GOOD)
    told = probe()
    assert told["offers"] == {
        "good.one@1": ["good", "good 1.2"],
        "good.one@3": ["good", "good 1.2"],
    }
    assert told["errors"] == told["warned"] == told["left_out"] == []
    assert told["ours"] > 0


LOADS = [
    ("raise RuntimeError('no licence')", "could not be loaded: RuntimeError: no licence"),
    ("import sys; sys.exit(3)", "could not be loaded: SystemExit: 3"),
    ("def x(:", "could not be loaded: SyntaxError: "),
    ("import no_such_module_here", "could not be loaded: ModuleNotFoundError: No module named"),
    ("x = 1", "could not be loaded: it offers nothing\nfix: mark a function with @assay.verifier"),
    (
        "from assay import hookimpl\n@hookimpl\ndef assay_verifiers(host): ...",
        "could not be loaded: Plugin 'bad' for hook 'assay_verifiers'",
    ),
    (
        "from assay import hookimpl\n@hookimpl\ndef assay_verifers(): return []",
        "waits for a call that will not come: no hook is called 'assay_verifers'"
        "; did you mean 'assay_verifiers'?",
    ),
    (
        "from assay import hookimpl\n@hookimpl\ndef assay_verifiers(): 1 / 0",
        "raised in assay_verifiers: ZeroDivisionError: division by zero",
    ),
    (
        "from assay import hookimpl\n@hookimpl\ndef assay_verifiers():\n  raise SystemExit(2)",
        "raised in assay_verifiers: SystemExit: 2",
    ),
    (
        "from assay import hookimpl\n@hookimpl\ndef assay_verifiers(): return 5",
        "raised in assay_verifiers: TypeError: ",
    ),
    (
        "from assay import hookimpl\n@hookimpl\ndef assay_verifiers(): return ['sql.rows@1']",
        "offers a verifier that cannot be: plugin 'bad' offers a str, which is no verifier\nfix: ",
    ),
    (
        "from assay import hookimpl, VerifierSpec\n@hookimpl\n"
        "def assay_verifiers(): return [VerifierSpec('rows', '', 'a:b')]",
        "raised in assay_verifiers: verifier name 'rows' is not of the form",
    ),
]


@pytest.mark.parametrize(("code", "told"), LOADS, ids=[t.partition("\n")[0][:60] for _, t in LOADS])
def test_a_plugin_that_fails_is_named_and_the_others_load(
    site: Path, probe: Probe, code: str, told: str
) -> None:
    distribution(site, "bad", code)
    distribution(site, "good", GOOD)
    seen = probe()
    assert list(seen["offers"]) == ["good.one@1", "good.one@3"]
    (error,) = seen["errors"]
    assert error.startswith(f"plugin 'bad' {told}")
    assert seen["warned"] == [error]


def test_marked_functions_of_a_plugins_module_count(site: Path, probe: Probe) -> None:
    code = "from assay import verifier\n@verifier('bare.one@1')\ndef one(sample): return 1.0\n"
    distribution(site, "bare", code)
    assert list(probe()["offers"]) == ["bare.one@1"]


def test_the_same_function_marked_and_returned_is_one(site: Path, probe: Probe) -> None:
    code = (
        "from assay import hookimpl, verifier\n@verifier('both.one@1')\ndef one(sample): return 1\n"
        "@hookimpl\ndef assay_verifiers(): return [one]\n"
    )
    distribution(site, "both", code)
    told = probe()
    assert (list(told["offers"]), told["errors"]) == (["both.one@1"], [])


def test_a_name_offered_twice_names_both_plugins(site: Path, probe: Probe) -> None:
    distribution(site, "one", GOOD.replace("NAME.one@1", "sql.rows@1"))
    distribution(site, "two", GOOD.replace("NAME.one@1", "sql.rows@1"))
    told = probe()
    assert told["raised"] == "PluginError"
    first, *plugins, last = told["told"].splitlines()
    assert first == "verifier 'sql.rows@1' is offered twice:"
    assert sorted(plugins) == ["  by plugin 'one'", "  by plugin 'two'"]
    assert last == "Rename one, or block one: blocked=[...]"
    assert "sql.rows@1" in probe(blocked=["two"])["offers"]


def test_a_plugin_cannot_take_the_name_of_one_of_ours(site: Path, probe: Probe) -> None:
    distribution(site, "thief", GOOD.replace("NAME.one@1", "format.boxed@1"))
    told = probe()
    assert told["told"].splitlines()[:3] == [
        "verifier 'format.boxed@1' is offered twice:",
        "  by plugin 'assay'",
        "  by plugin 'thief'",
    ]


def test_two_plugins_of_one_name(site: Path, probe: Probe) -> None:
    distribution(site, "one", GOOD, point="sql")
    distribution(site, "two", GOOD, point="sql")
    told = probe()
    (error,) = told["errors"]
    assert error.startswith("plugin 'sql' could not be loaded: two plugins are named 'sql': ")
    assert "one 1.2" in error
    assert "two 1.2" in error
    assert len(told["offers"]) == 2


# -- which are loaded ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "env", "loaded"),
    [
        ({}, {}, ["good", "my_sql"]),
        ({"blocked": ["good"]}, {}, ["my_sql"]),
        ({"blocked": "good"}, {}, ["my_sql"]),
        ({"blocked": ["sql-entry"]}, {}, ["good"]),
        ({"blocked": ["My_SQL"]}, {}, ["good"]),
        ({"blocked": ["goo"]}, {}, ["good", "my_sql"]),
        ({}, {"ASSAY_BLOCK_PLUGINS": "good, my-sql"}, []),
        ({"blocked": ["good"]}, {"ASSAY_BLOCK_PLUGINS": "my-sql"}, []),
        ({}, {"ASSAY_BLOCK_PLUGINS": ""}, ["good", "my_sql"]),
        ({}, {"ASSAY_LOAD_PLUGINS": ""}, []),
        ({}, {"ASSAY_LOAD_PLUGINS": " , "}, []),
        ({}, {"ASSAY_LOAD_PLUGINS": "good"}, ["good"]),
        ({}, {"ASSAY_LOAD_PLUGINS": "sql_entry,good"}, ["good", "my_sql"]),
        ({}, {"ASSAY_LOAD_PLUGINS": "good", "ASSAY_BLOCK_PLUGINS": "good"}, []),
    ],
)
def test_loading_and_blocking(
    site: Path, probe: Probe, options: dict[str, Any], env: dict[str, str], loaded: list[str]
) -> None:
    distribution(site, "good", GOOD)
    distribution(site, "my-sql", GOOD, point="sql_entry")
    told = probe(env=env, **options)
    assert sorted({name.partition(".")[0] for name in told["offers"]}) == loaded
    assert told["errors"] == []
    assert len(told["left_out"]) == 2 - len(loaded)
    assert told["ours"] > 0


def test_what_is_not_to_be_loaded_is_not_even_imported(site: Path, probe: Probe) -> None:
    witness = site.parent / "imported"
    distribution(site, "evil", f"open({str(witness)!r}, 'w').close()")
    for options in ({"blocked": ["evil"]}, {"env": {"ASSAY_LOAD_PLUGINS": ""}}):
        probe(**options)
        assert not witness.exists()
    probe()
    assert witness.exists()


def test_a_name_to_load_that_is_not_installed_is_told(site: Path, probe: Probe) -> None:
    distribution(site, "good", GOOD)
    told = probe(env={"ASSAY_LOAD_PLUGINS": "god"})
    assert told["warned"] == [
        "ASSAY_LOAD_PLUGINS names 'god', which is not installed; did you mean 'good'?"
    ]


@pytest.mark.parametrize("path", ["", "."], ids=["'' on the path", "the folder on the path"])
def test_the_working_directory_brings_no_plugin(site: Path, probe: Probe, path: str) -> None:
    """`python -c` puts it on the path, as `python -m` and notebooks do."""
    here = site.parent / "data"
    here.mkdir()
    witness = here / "imported"
    distribution(here, "evil", f"open({str(witness)!r}, 'w').close()" + GOOD)
    env = {"PYTHONPATH": str(here if path else site)}
    told = probe(cwd=here, env=env)
    assert not witness.exists()
    assert told["offers"] == {}
    assert told["left_out"] == [
        "evil lies in the working directory; name the plugin's file to load it"
    ]
    told = probe(cwd=here, env=env, plugins=["evil_plugin.py"])
    assert witness.exists()
    assert list(told["offers"]) == ["evil.one@1", "evil.one@3"]


def test_nor_does_it_hide_an_installed_plugin(site: Path, probe: Probe) -> None:
    here = site.parent / "data"
    here.mkdir()
    distribution(here, "good", "raise RuntimeError('the wrong one')", point="good")
    (here / "good_plugin.py").unlink()
    distribution(site, "good", GOOD)
    assert list(probe(cwd=here)["offers"]) == ["good.one@1", "good.one@3"]


# -- names ---------------------------------------------------------------------------------------


def offering(*names: str, **fields: Any) -> Host:
    return Host([VerifierSpec(name, "", "math:sqrt", **fields) for name in names])


def test_without_a_version_the_newest_is_meant() -> None:
    host = offering("sql.rows@2", "sql.rows@10", "sql.rows@9")
    assert host.resolve("sql.rows").spec.name == "sql.rows@10"
    assert host.resolve("sql.rows@2").spec.name == "sql.rows@2"


def test_a_version_that_is_not_shipped() -> None:
    host = offering("sql.rows@3", retired={"sql.rows@2": "0.7"})
    with pytest.raises(VerifierNotFound) as raised:
        host.resolve("sql.rows@2")
    assert str(raised.value) == (
        "verifier 'sql.rows@2' is not shipped here; release 0.7 was the last with it"
    )
    with pytest.raises(VerifierNotFound) as raised:
        host.resolve("sql.rows@4")
    assert str(raised.value) == "verifier 'sql.rows@4' is not shipped here; offered: sql.rows@3"


@pytest.mark.parametrize("name", ["sql.row", "sql.rowz@1", "sql.rows@"])
def test_a_name_that_is_not_there_suggests_the_nearest(name: str) -> None:
    with pytest.raises(LookupError) as raised:
        offering("sql.rows@1").resolve(name)
    first, *_, last = str(raised.value).splitlines()
    assert first.startswith(f"no verifier {name!r}; did you mean 'sql.rows")
    assert last == "fix: `assay plugins` lists what there is"


def test_a_host_cannot_be_changed() -> None:
    host = offering("sql.rows@1")
    with pytest.raises(TypeError):
        host.offers["x"] = host.offers["sql.rows@1"]  # type: ignore[index]


# -- one's own -----------------------------------------------------------------------------------


def judged(host: Host, name: str, text: str, **params: Any) -> float | None:
    offer = host.resolve(name)
    verdict = offer.make(offer.check(params)).verify(Sample(text))
    assert isinstance(verdict, Verdict)
    return verdict.score


def test_a_local_function_may_be_inline_and_nothing_else() -> None:
    threshold = 3

    @verifier("own.short@1", cost="inline")
    def short(sample: Sample) -> bool:
        return len(sample.text) < threshold

    host = Host([short])
    assert not host.resolve("own.short").importable
    assert judged(host, "own.short", "ab") == 1.0

    @verifier("own.long@1")
    def long(sample: Sample) -> bool:
        return len(sample.text) > threshold

    with pytest.raises(PluginError) as raised:
        Host([long])
    assert str(raised.value) == (
        "verifier 'own.long@1' cannot be sent to a worker: "
        f"{long.__module__ + ':' + long.__qualname__!r} cannot be imported there\n"
        'fix: move it into a module, load its file with plugins=["file.py"], '
        'or mark it cost="inline"'
    )


def test_a_lambda_may_be_inline() -> None:
    host = Host([verifier("own.any@1", cost="inline")(lambda sample: 0.5)])
    assert judged(host, "own.any", "x") == 0.5


@pytest.mark.parametrize("item", [5, "x", lambda s: 1.0, None])
def test_what_is_no_verifier_is_refused(item: Any) -> None:
    with pytest.raises(PluginError, match=r"plugin 'this process' offers a .*, which is no verif"):
        Host([item])


NOTEBOOK = """
import warnings
from pydantic import BaseModel
from assay import Engine, Sample, VerifierSpec, verifier, PluginError, Verdict

class Limit(BaseModel):
    most: int = 3

@verifier("own.short@1", cost="inline", params=Limit, levels=[0, 1])
def short(sample, params):
    return len(sample.text) <= params.most

@verifier("own.slow@1")
def slow(sample):
    return 1.0

class Judge:
    def verify(self, sample):
        return Verdict.judged("own.class@1", 1.0, "x")

def make(params):
    return Judge()

def rubric(name):
    return {"kind": "weighted", "criteria": {name: 1}}

with Engine(rubric("own.short"), verifiers=[short]) as engine:
    print(engine.verify(Sample("abcd")).value)
with Engine(rubric("own.class"),
            verifiers=[VerifierSpec("own.class@1", "", "__main__:make", cost="inline")]) as engine:
    print(engine.verify(Sample("abcd")).value)
for item in (slow, VerifierSpec("own.class@1", "", "__main__:make")):
    try:
        Engine(rubric("own.slow"), verifiers=[item])
    except PluginError as err:
        print(str(err).splitlines()[0])
"""


@pytest.mark.parametrize("how", ["-c", "stdin", "file"])
def test_functions_of_a_notebook(tmp_path: Path, how: str) -> None:
    script = tmp_path / "cells.py"
    script.write_text(NOTEBOOK)
    command = {"-c": ["-c", NOTEBOOK], "stdin": ["-"], "file": [str(script)]}[how]
    done = subprocess.run(
        [sys.executable, *command],
        input=NOTEBOOK,
        capture_output=True,
        text=True,
        timeout=60,
        cwd=tmp_path,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == [
        "0.0",
        "1.0",
        "verifier 'own.slow@1' cannot be sent to a worker: "
        "'__main__:slow' cannot be imported there",
        "verifier 'own.class@1' cannot be sent to a worker: "
        "'__main__:make' cannot be imported there",
    ]


# -- one-file plugins ----------------------------------------------------------------------------

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
    targets = {id(load_target(o.spec.name, o.spec.target, o.origin)) for o in map(late, hosts)}
    assert len(targets) == 1, "it was executed once"


def late(host: Host) -> Offer:
    return host.offers["late.one@1"]


def test_threads_that_load_a_file_that_fails_are_each_told(tmp_path: Path) -> None:
    path = tmp_path / "fails_late.py"
    path.write_text("import time\ntime.sleep(0.1)\nraise RuntimeError('no')\n")

    def told(_: int) -> str:
        with pytest.raises(PluginError) as raised:
            Host(plugins=[str(path)])
        return str(raised.value)

    with ThreadPoolExecutor(4) as threads:
        assert all("RuntimeError: no" in text for text in threads.map(told, range(4)))


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
        "file.short@1: Extra inputs are not permitted; did you mean 'most'?"
        " - at `$.criteria.short.params.mots`\n  got: 3\nparams: most"
    )
    with pytest.raises(RubricError, match=r"greater than or equal to 0 - at `params\.most`"):
        offer.check({"most": -1})
    with pytest.raises(RubricError, match=r"sql\.rows@1 takes no params - at `params`"):
        offering("sql.rows@1").resolve("sql.rows").check({"a": 1})


FILES = [
    ("x = 1", "it offers nothing\nfix: mark a function with @assay.verifier"),
    ("1 / 0", "raised as it was loaded: ZeroDivisionError: division by zero"),
    ("import sys; sys.exit(2)", "raised as it was loaded: SystemExit: 2"),
    ("def x(:", "raised as it was loaded: SyntaxError: "),
    ("from assay import hookimpl\n@hookimpl\ndef assay_x(): ...", "no hook is called 'assay_x'"),
    ("from assay import hookimpl\n@hookimpl\ndef assay_verifiers(a): ...", "Plugin 'file "),
    (
        "from assay import verifier\nfrom pydantic import BaseModel\ndef model():\n"
        "  class P(BaseModel): ...\n  return P\n"
        "@verifier('a.b@1', params=model())\ndef f(sample, params): return 1",
        "verifier 'a.b@1' cannot be sent to a worker: its params 'assay_plugin_plugin_",
    ),
]


@pytest.mark.parametrize(("code", "told"), FILES, ids=[t.partition("\n")[0] for _, t in FILES])
def test_a_file_that_fails_is_an_error(tmp_path: Path, code: str, told: str) -> None:
    path = tmp_path / "plugin.py"
    path.write_text(code)
    with pytest.raises(PluginError) as raised:
        Host(plugins=[str(path)])
    first = str(raised.value)
    assert first.startswith(f"plugin file {str(path)!r}")
    assert told in first
    with pytest.raises(PluginError, match="plugin file"):
        Host(plugins=[str(path)])  # a half-loaded module is not kept


@pytest.mark.parametrize(
    ("name", "told"),
    [("gone.py", "does not exist"), (".", "is no file"), ("notes.txt", "is no Python file")],
)
def test_a_path_that_is_no_plugin(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, told: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "notes.txt").write_text("x")
    with pytest.raises(PluginError) as raised:
        Host(plugins=[name])
    assert str(raised.value) == f"plugin file {name!r} {told}"


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
