"""The public names, and what asking for them costs in imports."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

import assay

HEAVY = ["sympy", "flint", "black", "pylint", "astroid", "autopep8", "rich", "typer", "numpy"]


def fresh(code: str) -> str:
    """What `code` prints in an interpreter of its own."""
    done = subprocess.run(
        [sys.executable, "-P", "-c", code], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def imported(code: str) -> set[str]:
    """The modules that are there after `code`, in an interpreter of its own."""
    return set(json.loads(fresh(f"{code}\nimport sys, json\nprint(json.dumps(list(sys.modules)))")))


@pytest.mark.parametrize("name", assay.__all__)
def test_every_public_name_is_there(name: str) -> None:
    value = getattr(assay, name)
    assert value.__module__.startswith("assay.")
    assert name in dir(assay)


def test_public_names_are_sorted_and_named_once() -> None:
    assert assay.__all__ == sorted(set(assay.__all__))


def test_a_name_that_is_not_there() -> None:
    with pytest.raises(AttributeError, match="module 'assay' has no attribute 'vrify'"):
        assay.vrify  # noqa: B018


def test_star_import_and_version() -> None:
    out = fresh("from assay import *\nimport assay\nprint(verify.__name__, assay.__version__)")
    assert out.split() == ["verify", assay.__version__]


def test_importing_the_package_imports_nothing_else_of_it() -> None:
    ours = {name for name in imported("import assay") if name.partition(".")[0] == "assay"}
    assert ours == {"assay"}


@pytest.mark.parametrize(
    "code",
    [
        "import assay",
        "from assay import verify",
        "from assay import verify, verify_batch, averify, Engine, Sample, load_rubric, verifier",
        "import assay.verifiers.plugin",
        "from assay.plugins.host import Host; Host()",
    ],
)
def test_no_heavy_tool_is_imported_before_it_is_used(code: str) -> None:
    found = {name.partition(".")[0] for name in imported(code)}
    assert sorted(found & set(HEAVY)) == []


def test_marking_a_function_imports_neither_pluggy_nor_pydantic() -> None:
    """A plugin's module is imported in every worker: its marks have to be cheap."""
    found = imported("from assay import verifier, hookimpl, VerifierSpec, Sample, Verdict")
    assert not {"pluggy", "pydantic", "asyncio", "subprocess"} & found


def test_importing_verify_imports_neither_pluggy_nor_pydantic() -> None:
    """The first call does; a module that only may score something does not wait for them."""
    found = imported("from assay import verify, verify_batch, averify, averify_batch")
    assert not {"pluggy", "pydantic", "asyncio", "subprocess"} & found
