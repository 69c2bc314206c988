"""Every row of the table is a ruling: what a program that cheats or harms may be worth."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from assay.model import Sample, Status, Verdict
from assay.verifiers.code_tests.params import CodeTestsParams
from assay.verifiers.code_tests.sandbox.parent.pool import SandboxPool
from assay.verifiers.code_tests.verifier import CodeTests

_spec = importlib.util.spec_from_file_location("code_conf", Path(__file__).with_name("conftest.py"))
assert _spec is not None
assert _spec.loader is not None
_conf = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(_conf)
ROWS = _conf.rows("adversarial")


def judge(row: dict[str, Any], pool: SandboxPool) -> Verdict:
    tests = dict(row["tests"])
    if "timeout" in row:
        tests["timeout_s"] = row["timeout"]
    verifier = CodeTests(CodeTestsParams(code="whole"), pool)
    return verifier.verify(Sample(completion=row["code"], tests=tests))


def complaint(row: dict[str, Any], verdict: Verdict) -> str | None:
    if verdict.status is not Status.JUDGED or verdict.score is None:
        return f"{verdict.status}: {verdict.because}"
    if verdict.details["outcome"] not in row["expected_verdict"]:
        return f"{verdict.details['outcome']} is none of {row['expected_verdict']}"
    if "expected_score" in row and abs(verdict.score - row["expected_score"]) > 1e-9:
        return f"score {verdict.score}, wanted {row['expected_score']}"
    if verdict.score > row.get("max_score", 1.0):
        return f"score {verdict.score}, at most {row['max_score']}"
    if row["expected_verdict"] == ["passed"] and verdict.score != 1.0:
        return f"an honest program got {verdict.score}"
    check = row.get("check", "")
    if check.startswith("no_file:") and os.path.exists(check.removeprefix("no_file:")):
        return f"it wrote {check}"
    return None


def complaints(pool: SandboxPool) -> dict[str, str]:
    """Name -> what is wrong, for each row; two programs at once."""
    with ThreadPoolExecutor(2) as threads:
        verdicts = list(threads.map(lambda row: judge(row, pool), ROWS))
    found = {r["name"]: complaint(r, v) for r, v in zip(ROWS, verdicts, strict=True)}
    return {name: text for name, text in found.items() if text}


def test_every_row_at_every_level(pool: SandboxPool) -> None:
    assert len(ROWS) == 71
    assert complaints(pool) == {}


@pytest.mark.slow
@pytest.mark.parametrize("level", _conf.ISOLATED)
def test_every_row_as_an_unprivileged_user(level: str) -> None:
    """As nobody, with an interpreter that nobody can read."""
    if os.getuid() != 0:
        pytest.skip("the other tests run unprivileged already")
    name = f"python{sys.version_info[0]}.{sys.version_info[1]}"
    interpreter = shutil.which(name, path="/usr/local/bin:/usr/bin:/bin")
    setpriv = shutil.which("setpriv")
    if interpreter is None or setpriv is None:
        pytest.skip(f"no {name} that every user can read")
    script = (
        "import importlib.util, sys\n"
        "spec = importlib.util.spec_from_file_location('adversarial', sys.argv[1])\n"
        "m = importlib.util.module_from_spec(spec); spec.loader.exec_module(m)\n"
        "from assay.verifiers.code_tests.sandbox.parent.pool import SandboxPool\n"
        "with SandboxPool(sys.argv[2], 2) as pool:\n"
        "    print(m.complaints(pool))\n"
    )
    path = ":".join(p for p in sys.path if p and os.path.isdir(p) and "lib-dynload" not in p
                    and not p.startswith(sys.base_prefix))  # fmt: skip
    source = str(Path(__file__).parents[3] / "src")
    done = subprocess.run(
        [setpriv, "--reuid=65534", "--regid=65534", "--clear-groups",
         interpreter, "-c", script, __file__, level],
        capture_output=True, text=True, timeout=600, cwd="/",
        env={"PYTHONPATH": f"{source}:{path}", "PATH": "/usr/bin:/bin"},
    )  # fmt: skip
    if "Permission denied" in done.stderr or "No module named" in done.stderr:
        pytest.skip(f"nobody cannot read this environment: {done.stderr[-200:]}")
    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stdout.strip() == "{}"
