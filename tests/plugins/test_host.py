"""A host: names, versions, and verifiers of the caller's own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from assay.errors import PluginError, VerifierNotFound
from assay.model import Sample, Verdict
from assay.plugins.host import Host
from assay.plugins.markers import verifier
from assay.plugins.spec import VerifierSpec


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
    assert last == "fix: `assay verifiers` lists what there is"


def test_a_host_cannot_be_changed() -> None:
    host = offering("sql.rows@1")
    with pytest.raises(TypeError):
        host.offers["x"] = host.offers["sql.rows@1"]  # type: ignore[index]


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
    with pytest.raises(PluginError, match=r"plugin 'this process' offers .*, which is not a"):
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
