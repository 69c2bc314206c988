"""Write ``findings.md`` beside this file."""

from pathlib import Path

from assay.cli.findings_page import markdown

if __name__ == "__main__":
    Path(__file__).with_name("findings.md").write_text(markdown(), encoding="utf-8")
