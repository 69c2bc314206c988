"""What the tools load with their first program is not part of that program's time."""

from __future__ import annotations

import subprocess
import sys

import pytest

from assay.verifiers.code_style.spec import SPECS

SCRIPT = """
import sys
from assay.model import Sample
from assay.plugins.load import build, load_target
from assay.verifiers.code_style.spec import SPECS

(spec,) = [spec for spec in SPECS if spec.name == sys.argv[1]]
verifier = build(spec.name, load_target(spec.name, spec.target), spec.params(), None)
program = "import re\\n\\ndef words(text):\\n    return re.split(' ', text)"
sample = Sample(f"```python\\n{program}\\n```")
verifier.prepare(sample)
before = set(sys.modules)
verdict = verifier.verify(sample)
print(verdict.status, verdict.score > 0.0, sorted(set(sys.modules) - before))
"""


NAMES = [
    spec.name if spec.name == "style.pylint@1" else pytest.param(spec.name, marks=pytest.mark.slow)
    for spec in SPECS
]


@pytest.mark.parametrize("name", NAMES)
def test_a_first_program_loads_nothing(name: str) -> None:
    """Where the bound of an item is short, its program was cut off and judged 0."""
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, name],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout == "judged True []\n"
