"""What is shipped is whole, and works where nothing else is installed."""

from __future__ import annotations

import json
import tarfile
import zipfile
from pathlib import Path

import pytest

from assay.rollouts.columns import REWARD_COLUMNS

from .conftest import run

pytestmark = [pytest.mark.slow, pytest.mark.optional]

pytest.importorskip("build", reason="optional part: build (assay[dev])")

ROOT = Path(__file__).parents[2]


def sources() -> set[str]:
    """Every file of the import package, as the wheel names it."""
    found = set()
    for top in ("src/assay", "plugins", "rubrics", "verifiers"):
        base = ROOT / top
        for path in base.rglob("*"):
            if path.is_file() and "__pycache__" not in path.parts:
                inner = path.relative_to(base).as_posix()
                found.add(f"assay/{inner}" if top == "src/assay" else f"assay/{top}/{inner}")
    return found


def test_the_wheel_holds_every_file_and_only_our_package(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    assert sources() - names == set()
    tops = {n.split("/")[0] for n in names}
    assert {t for t in tops if not t.endswith(".dist-info")} == {"assay"}


def test_the_sdist_holds_what_a_build_needs(sdist: Path) -> None:
    with tarfile.open(sdist) as archive:
        names = {n.partition("/")[2] for n in archive.getnames()}
    assert {f"src/{n}" for n in sources()} - names == set()
    assert {"pyproject.toml", "setup.py", "README.md", "LICENSE"} <= names


IMPORT_ALL = """
import importlib, pkgutil, sys, warnings
warnings.simplefilter("error")
import assay
names = [m.name for m in pkgutil.walk_packages(assay.__path__, "assay.")]
names = [n for n in names if not n.endswith(".__main__")]
audit = {"numpy", "scipy", "duckdb", "altair", "vl_convert", "pyarrow"}
parts = {  # modules that are all about an extra -> what it brings
    ("assay.audit.", "assay.fit.", "assay.rubrics.compiled.column"): audit,
    ("assay.server.",): {"starlette", "prometheus_client", "uvicorn"},
    ("assay.testing.plugin", "assay.testing.strategies"): {"pytest", "hypothesis"},
}
for name in names:
    try:
        importlib.import_module(name)
    except ModuleNotFoundError as err:
        if not any(name.startswith(p) and err.name in names for p, names in parts.items()):
            raise
assert "site-packages" in assay.__file__, assay.__file__
print(len(names))
"""


def test_every_module_can_be_imported_in_a_clean_environment(clean: Path, tmp_path: Path) -> None:
    count = int(run(clean / "python", "-I", "-c", IMPORT_ALL, cwd=tmp_path))
    assert count >= len([n for n in sources() if n.endswith(".py")]) - 5


def test_the_command_works_in_a_clean_environment(clean: Path, tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text(
        '{"completion": "so \\\\boxed{1/2}", "reference": "0.5"}\n'
        '{"completion": "so \\\\boxed{1/3}", "reference": "0.5"}\n'
    )
    run(clean / "assay", "verify", "a.jsonl", "--out", "r.jsonl", cwd=tmp_path)
    rows = [json.loads(line) for line in (tmp_path / "r.jsonl").read_text().splitlines()]
    assert [r["reward"] for r in rows] == [1.0, 0.0]
    assert set(rows[0]) <= {"completion", "reference", *REWARD_COLUMNS}
    assert run(clean / "assay", "--version").startswith("assay ")


# -- a stranger's distribution -----------------------------------------------------------------


def test_a_plugin_is_found_by_its_entry_point(demo_plugin: Path, tmp_path: Path) -> None:
    listed = run(demo_plugin / "assay", "plugins", "--json", cwd=tmp_path)
    offers = {o["name"]: o for o in map(json.loads, listed.splitlines())}
    assert offers["demo.words"] == {
        "name": "demo.words",
        "version": 2,
        "distribution": "assay-demo-plugin 0.3.0",
        "cost": "worker",
        "needs": "",
        "meant": True,
        "summary": "Share of the wanted number of words that the answer has.",
    }
    assert "math.answer" in offers


def test_a_plugins_verifier_is_used_by_name(demo_plugin: Path, tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text('{"completion": "one two"}\n{"completion": "a b c d e"}\n')
    (tmp_path / "words.toml").write_text(
        'kind = "weighted"\n[criteria.words]\nuse = "demo.words"\nweight = 1\n'
        "params = {words = 4}\n"
    )
    run(
        demo_plugin / "assay", "verify", "a.jsonl", "--rubric", "words.toml", "--out", "r.jsonl",
        cwd=tmp_path,
    )  # fmt: skip
    rows = [json.loads(line) for line in (tmp_path / "r.jsonl").read_text().splitlines()]
    assert [r["reward"] for r in rows] == [0.5, 1.0]
    assert rows[0]["verdicts"]["words"]["verifier"] == "demo.words@2"
    assert rows[0]["verdicts"]["words"]["because"] == "2 of 4 words"
