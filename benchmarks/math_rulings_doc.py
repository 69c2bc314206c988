"""Writes the table of rulings into `docs/how-answers-are-compared.md` from the test cases.

python benchmarks/math_rulings_doc.py [--check]
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
CASES = ROOT / "tests" / "cases" / "math_rulings.json"
PAGE = ROOT / "docs" / "how-answers-are-compared.md"
BEGIN = "<!-- rulings: written by benchmarks/math_rulings_doc.py -->"
END = "<!-- end of rulings -->"
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
    for section, rows in json.loads(CASES.read_text(encoding="utf-8")).items():
        lines += [f"### {section}", "", "| reference | answer | equal | why |", "|---|---|---|---|"]
        for row in rows:
            verdict = "yes" if row["equal"] else "no"
            cells = (cell(row["reference"]), cell(row["answer"]), verdict, row["why"])
            lines.append("| " + " | ".join(cells) + " |")
        lines.append("")
    lines.append(END)
    return "\n".join(lines)


def page() -> str:
    text = PAGE.read_text(encoding="utf-8")
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    return before + table() + after


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="change nothing; 1 if out of date")
    args = parser.parse_args()
    new = page()
    if args.check:
        return int(new != PAGE.read_text(encoding="utf-8"))
    PAGE.write_text(new, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
