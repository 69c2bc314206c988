"""Plugins by entry point, with real distributions on the path of an interpreter of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest
from beside import BESIDE
from sweeps import quick_tuples

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
from assay.plugins import entry_points
options = json.loads(sys.argv[1])
beside = options.pop("beside")  # plugins that happen to be installed with Assay are not the test's
found = entry_points.distributions
entry_points.distributions = lambda: [d for d in found() if d.name not in beside]
resolve, rewards = options.pop("resolve", ()), options.pop("rewards", ())
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    try:
        host = Host(**options)
    except AssayError as err:
        print(json.dumps({"raised": type(err).__name__, "told": str(err)}))
        raise SystemExit
    def resolved(name):
        try:
            return host.resolve(name).distribution
        except AssayError as err:
            return f"{type(err).__name__}: {err}"
    def reward(name):
        from assay import Engine, Sample
        with Engine({"criteria": {"it": name}}) as engine:
            found = engine.verify(Sample(r"\\boxed{1}"))
        return [found.value, found.signature]
    out = {
        "resolved": [resolved(name) for name in resolve],
        "rewards": [reward(name) for name in rewards],
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
            [sys.executable, "-c", PROBE, json.dumps({**options, "beside": BESIDE})],
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


def test_a_plugin_is_found_by_its_entry_point(site: Path, probe: Probe) -> None:
    distribution(site, "good", GOOD)
    noted = probe()
    assert noted["offers"] == {
        "good.one@1": ["good", "good 1.2"],
        "good.one@3": ["good", "good 1.2"],
    }
    assert noted["errors"] == noted["warned"] == noted["left_out"] == []
    assert noted["ours"] > 0


LOADS = [
    (
        "raise RuntimeError('no licence')",
        "could not be loaded: RuntimeError: no licence (bad_plugin.py, line 1)",
    ),
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
        "has a hook that is never called: no hook is named 'assay_verifers'"
        "; did you mean 'assay_verifiers'?",
    ),
    (
        "from assay import hookimpl\n@hookimpl\ndef assay_verifiers(): 1 / 0",
        "raised in assay_verifiers: ZeroDivisionError: division by zero (bad_plugin.py, line 3)",
    ),
    (
        "from assay import hookimpl\n@hookimpl\ndef assay_verifiers():\n  raise SystemExit(2)",
        "raised in assay_verifiers: SystemExit: 2",
    ),
    (
        "from assay import hookimpl\n@hookimpl\ndef assay_verifiers(): return 5",
        "gives no list by assay_verifiers: got an int\nfix: return [spec, ...], or yield each spec",
    ),
    (
        "from assay import hookimpl, VerifierSpec\n@hookimpl\n"
        "def assay_verifiers(): return VerifierSpec('a.b@1', '', 'a:b')",
        "gives no list by assay_verifiers: got a VerifierSpec\nfix: return [spec, ...]",
    ),
    (
        "from assay import hookimpl\n@hookimpl\ndef assay_verifiers(): return ['sql.rows@1']",
        "offers a verifier that cannot be used: "
        "plugin 'bad' offers a str, which is not a verifier\nfix: ",
    ),
    (
        "from assay import hookimpl, VerifierSpec\n@hookimpl\n"
        "def assay_verifiers(): return [VerifierSpec('rows', '', 'a:b')]",
        "raised in assay_verifiers: verifier name 'rows' is not of the form",
    ),
]


@pytest.mark.parametrize(
    ("code", "noted"), quick_tuples(LOADS, 3), ids=[t.partition("\n")[0][:60] for _, t in LOADS]
)
def test_a_plugin_that_fails_is_named_and_the_others_load(
    site: Path, probe: Probe, code: str, noted: str
) -> None:
    distribution(site, "bad", code)
    distribution(site, "good", GOOD)
    seen = probe()
    assert list(seen["offers"]) == ["good.one@1", "good.one@3"]
    (error,) = seen["errors"]
    assert error.startswith(f"plugin 'bad' {noted}")
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
    noted = probe()
    assert (list(noted["offers"]), noted["errors"]) == (["both.one@1"], [])


def test_a_name_offered_twice_names_both_plugins(site: Path, probe: Probe) -> None:
    """Nobody owns it, so a rubric must choose; the other names are as they were."""
    distribution(site, "one", GOOD.replace("NAME.one@1", "sql.rows@1"))
    distribution(site, "two", GOOD.replace("NAME.one@1", "sql.rows@1"))
    noted = probe(resolve=["sql.rows", "sql.rows@1", "one:sql.rows@1", "two:sql.rows", "one.one"])
    (error,) = noted["errors"]
    assert error.splitlines() == [
        "verifier 'sql.rows' is offered twice:",
        "  by plugin 'one' of one 1.2, as sql.rows@1",
        "  by plugin 'two' of two 1.2, as sql.rows@1",
        "fix: choose in the rubric, 'one:sql.rows@1' or 'two:sql.rows@1'; or block one: "
        "blocked=[...]",
    ]
    assert "sql.rows@1" not in noted["offers"]
    bare, pinned, one, two, other = noted["resolved"]
    assert bare.startswith("PluginError: verifier 'sql.rows' is offered twice:")
    assert pinned.startswith("PluginError: verifier 'sql.rows@1' is offered twice:")
    assert (one, two, other) == ("one 1.2", "two 1.2", "one 1.2")
    assert "sql.rows@1" in probe(blocked=["two"])["offers"]


THIEVES = [
    ("format.boxed@1", "the very name of one of ours"),
    ("format.boxed@2", "a newer version of one of ours"),
    ("format.boxed@99", "a much newer one"),
]


@pytest.mark.parametrize("name", [t[0] for t in THIEVES], ids=[t[1] for t in THIEVES])
def test_a_plugin_cannot_take_the_name_of_one_of_ours(site: Path, probe: Probe, name: str) -> None:
    """What is installed never changes what a preset means."""
    distribution(site, "thief", GOOD.replace("NAME.one@1", name))
    noted = probe(resolve=["format.boxed", "format.boxed@1", name, f"thief:{name}", "thief:x.y"])
    (error,) = noted["errors"]
    assert error.splitlines() == [
        f"verifier {name!r} is offered by plugin 'thief' of thief 1.2, but 'format.boxed' "
        f"belongs to assay {version('assay')}",
        f"fix: to mean it, name it 'thief:{name}' in the rubric; to be rid of it, "
        "blocked=['thief'] or ASSAY_BLOCK_PLUGINS=thief",
    ]
    ours = f"assay {version('assay')}"
    bare, first, itself, chosen, unknown = noted["resolved"]
    assert (bare, first) == (ours, ours)
    assert itself == ours if name == "format.boxed@1" else itself.startswith("PluginError: ")
    assert chosen == "thief 1.2"
    assert unknown.startswith("VerifierNotFound: no verifier 'thief:x.y'")
    assert noted["warned"], "it is not a secret"
    assert probe(blocked=["thief"])["errors"] == []


def test_a_rubric_can_choose_the_other_one(site: Path, probe: Probe) -> None:
    """By the distribution's name; the signature tells the two apart."""
    code = (
        "from assay import hookimpl, verifier\n"
        "@verifier('format.boxed@2', cost='inline', levels=[0, 1])\ndef mine(sample): return 0\n"
    )
    distribution(site, "thief", code)
    noted = probe(rewards=["format.boxed", "thief:format.boxed@2"])
    (ours, one), (theirs, other) = noted["rewards"]
    assert (ours, theirs) == (1.0, 0.0)
    assert one != other


def test_two_plugins_of_one_name(site: Path, probe: Probe) -> None:
    distribution(site, "one", GOOD, point="sql")
    distribution(site, "two", GOOD, point="sql")
    noted = probe()
    (error,) = noted["errors"]
    assert error.startswith("plugin 'sql' could not be loaded: two plugins are named 'sql': ")
    assert "one 1.2" in error
    assert "two 1.2" in error
    assert len(noted["offers"]) == 2


BLOCKING: list[tuple[Any, ...]] = [
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
]


@pytest.mark.parametrize(("options", "env", "loaded"), quick_tuples(BLOCKING, 4))
def test_loading_and_blocking(
    site: Path, probe: Probe, options: dict[str, Any], env: dict[str, str], loaded: list[str]
) -> None:
    distribution(site, "good", GOOD)
    distribution(site, "my-sql", GOOD, point="sql_entry")
    noted = probe(env=env, **options)
    assert sorted({name.partition(".")[0] for name in noted["offers"]}) == loaded
    assert noted["errors"] == []
    assert len(noted["left_out"]) == 2 - len(loaded)
    assert noted["ours"] > 0


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
    noted = probe(env={"ASSAY_LOAD_PLUGINS": "god"})
    assert noted["warned"] == [
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
    noted = probe(cwd=here, env=env)
    assert not witness.exists()
    assert noted["offers"] == {}
    assert noted["left_out"] == [
        "evil lies in the working directory; to load it, name the plugin's file"
    ]
    noted = probe(cwd=here, env=env, plugins=["evil_plugin.py"])
    assert witness.exists()
    assert list(noted["offers"]) == ["evil.one@1", "evil.one@3"]


def test_nor_does_it_hide_an_installed_plugin(site: Path, probe: Probe) -> None:
    here = site.parent / "data"
    here.mkdir()
    distribution(here, "good", "raise RuntimeError('the wrong one')", point="good")
    (here / "good_plugin.py").unlink()
    distribution(site, "good", GOOD)
    assert list(probe(cwd=here)["offers"]) == ["good.one@1", "good.one@3"]
