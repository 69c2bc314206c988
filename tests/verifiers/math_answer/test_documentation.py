"""The documentation says what the tests check."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]


def test_the_table_of_rulings_is_up_to_date():
    script = ROOT / "benchmarks" / "math_rulings_doc.py"
    done = subprocess.run([sys.executable, str(script), "--check"], check=False)
    assert done.returncode == 0, "run: python benchmarks/math_rulings_doc.py"


def test_the_page_names_every_rule_of_extraction():
    from assay.verifiers.math_answer.locating.extract import RULES

    page = (ROOT / "docs" / "how-answers-are-compared.md").read_text(encoding="utf-8")
    for rule in RULES:
        assert f"| `{rule}` |" in page
