"""Writes what follows from the rulings: their table in the docs, and the receipt of each.

python benchmarks/math_rulings_doc.py [--check]

The table stands in `docs/how-answers-are-compared.md`, the receipts in
`tests/cases/math_receipts.jsonl`. Read the receipts that changed: they are what a user reads.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from assay.verifiers.math_answer import equivalent

ROOT = Path(__file__).resolve().parents[1]
CASES = sorted((ROOT / "tests" / "cases").glob("math_rulings*.json"))
POLICIES = ROOT / "tests" / "cases" / "math_policies.json"
RECEIPTS = ROOT / "tests" / "cases" / "math_receipts.jsonl"
PAGE = ROOT / "docs" / "how-answers-are-compared.md"
BEGIN = "<!-- rulings: written by benchmarks/math_rulings_doc.py -->"
END = "<!-- end of rulings -->"
BEGIN_POLICIES = "<!-- policies: written by benchmarks/math_rulings_doc.py -->"
END_POLICIES = "<!-- end of policies -->"
WIDTH = 64


def cell(text: str) -> str:
    if len(text) > WIDTH:
        text = text[: WIDTH - 3] + "..."
    shown = text.encode("unicode_escape").decode("ascii") if not text.isprintable() else text
    shown = shown.replace("|", "&#124;").replace("<", "&lt;").replace("\\", "&#92;")
    shown = shown.replace("`", "&#96;").replace("*", "&#42;").replace("_", "&#95;")
    return f"<code>{shown}</code>" if shown.strip() else "(nothing)"


def table() -> str:
    lines = [BEGIN, ""]
    sections = [s for path in CASES for s in json.loads(path.read_text(encoding="utf-8")).items()]
    for section, rows in sections:
        lines += [f"### {section}", "", "| reference | answer | equal | why |", "|---|---|---|---|"]
        for row in rows:
            verdict = "yes" if row["equal"] else "no"
            cells = (cell(row["reference"]), cell(row["answer"]), verdict, row["why"])
            lines.append("| " + " | ".join(cells) + " |")
        lines.append("")
    lines.append(END)
    return "\n".join(lines)


def policies() -> str:
    head = "| switch | reference | answer | default | with it | what it rules |"
    lines = [BEGIN_POLICIES, "", head, "|---|---|---|---|---|---|"]
    for row in json.loads(POLICIES.read_text(encoding="utf-8")):
        switch = ", ".join(f"{k}={v!r}" for k, v in row["changes"].items())
        verdicts = ("yes" if row[k] else "no" for k in ("default", "other"))
        cells = (cell(switch), cell(row["reference"]), cell(row["answer"]), *verdicts, row["why"])
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join([*lines, "", END_POLICIES])


def page() -> str:
    text = PAGE.read_text(encoding="utf-8")
    before, _, rest = text.partition(BEGIN_POLICIES)
    _, _, after = rest.partition(END_POLICIES)
    text = before + policies() + after
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    return before + table() + after


def receipts() -> str:
    lines = []
    for path in CASES:
        for rows in json.loads(path.read_text(encoding="utf-8")).values():
            for row in rows:
                pair = (row["reference"], row["answer"])
                found = equivalent(*pair)
                receipt = [*pair, found.decided_by, found.certainty, found.because]
                lines.append(json.dumps(receipt, ensure_ascii=False) + "\n")
    return "".join(lines)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="change nothing; 1 if out of date")
    args = parser.parse_args()
    written = {PAGE: page(), RECEIPTS: receipts()}
    if args.check:
        return int(any(new != path.read_text(encoding="utf-8") for path, new in written.items()))
    for path, new in written.items():
        path.write_text(new, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
