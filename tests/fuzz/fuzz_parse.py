"""Coverage-guided fuzzing of the parser and of the comparison; no test of the default run.

    pip install atheris
    python tests/fuzz/fuzz_parse.py --unpack /tmp/corpus
    python tests/fuzz/fuzz_parse.py /tmp/corpus -max_total_time=600
    python tests/fuzz/fuzz_parse.py --pack /tmp/corpus

Any exception but the two that are promised is a crash. `corpus.json` keeps the inputs that reached
new code; a test of the default run reads them all.
"""

from __future__ import annotations

import contextlib
import json
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CORPUS = Path(__file__).with_name("corpus.json")


def unpack(folder: Path) -> None:
    """One file for each input that is kept, and for each side of each ruling."""
    folder.mkdir(parents=True, exist_ok=True)
    texts = json.loads(CORPUS.read_text("utf-8"))
    table = json.loads((ROOT / "tests" / "cases" / "math_rulings.json").read_text("utf-8"))
    for rows in table.values():
        for row in rows:
            pair = f"{row['reference']}\n{row['answer']}"
            texts.append(pair.encode("utf-8", "replace").decode("latin-1"))
    for number, text in enumerate(texts):
        (folder / f"{number:05}").write_bytes(text.encode("latin-1"))


def pack(folder: Path) -> None:
    """The inputs of a folder as one file; shorter ones first, the longest left out."""
    inputs = sorted((f.read_bytes() for f in folder.iterdir()), key=lambda b: (len(b), b))
    texts = [data.decode("latin-1") for data in inputs if len(data) <= 300]
    CORPUS.write_text(json.dumps(texts, indent=0) + "\n", "utf-8")


def main() -> None:
    import atheris

    with atheris.instrument_imports(include=["assay.verifiers.math_answer"]):
        from assay.errors import ReferenceUnreadable
        from assay.verifiers.math_answer.answers.equal import equivalent
        from assay.verifiers.math_answer.limits import Unreadable
        from assay.verifiers.math_answer.locating.extract import extract
        from assay.verifiers.math_answer.reading.parse import parse
        from assay.verifiers.math_answer.to_text import plain

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
    if sys.argv[1:2] == ["--unpack"]:
        unpack(Path(sys.argv[2]))
    elif sys.argv[1:2] == ["--pack"]:
        pack(Path(sys.argv[2]))
    else:
        main()
