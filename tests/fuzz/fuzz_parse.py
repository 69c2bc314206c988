"""Coverage-guided fuzzing of the parser and of the comparison; no test of the default run.

    pip install atheris
    python tests/fuzz/fuzz_parse.py tests/fuzz/corpus -max_total_time=600

Any exception but the two that are promised is a crash. Inputs that reach new code are kept in the
corpus; `--seed` fills it from the table of rulings.
"""

from __future__ import annotations

import contextlib
import json
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def seed(folder: Path) -> None:
    """One file for each side of each ruling."""
    folder.mkdir(parents=True, exist_ok=True)
    table = json.loads((ROOT / "tests" / "cases" / "math_rulings.json").read_text("utf-8"))
    texts = {
        row[side] for rows in table.values() for row in rows for side in ("reference", "answer")
    }
    for number, text in enumerate(sorted(t for t in texts if len(t) < 200)):
        (folder / f"ruling-{number:03}").write_bytes(text.encode("utf-8", "replace"))


def main() -> None:
    import atheris

    with atheris.instrument_imports(include=["assay.verifiers.math_answer"]):
        from assay.errors import ReferenceUnreadable
        from assay.verifiers.math_answer.equal import equivalent
        from assay.verifiers.math_answer.extract import extract
        from assay.verifiers.math_answer.limits import Unreadable
        from assay.verifiers.math_answer.parse import parse
        from assay.verifiers.math_answer.plain import plain

    def one(data: bytes) -> None:
        text = data.decode("utf-8", "surrogateescape")
        with contextlib.suppress(Unreadable):
            plain(parse(text))
        extract(text)
        reference, _, answer = text.partition("\n")
        try:
            found = equivalent(reference, answer)
        except ReferenceUnreadable:
            return
        assert isinstance(found.equal, bool)

    atheris.Setup(sys.argv, one)
    atheris.Fuzz()


if __name__ == "__main__":
    if "--seed" in sys.argv:
        seed(Path(__file__).with_name("corpus"))
    else:
        main()
