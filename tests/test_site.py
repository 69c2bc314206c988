"""The documentation as a site: no page lags behind the code, and none is out of reach."""

from __future__ import annotations

import importlib.util
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
MADE = ["verifiers.md", "rubrics.md", "commands.md", "formats.md", "findings.md"]
PAGES = sorted(path.relative_to(DOCS).as_posix() for path in DOCS.rglob("*.md"))


@pytest.fixture(scope="module")
def maker() -> ModuleType:
    path = DOCS / "reference" / "make_pages.py"
    spec = importlib.util.spec_from_file_location("make_pages", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("page", MADE)
def test_what_is_made_of_the_code_is_up_to_date(maker: ModuleType, page: str) -> None:
    """`python docs/reference/make_pages.py` mends it."""
    assert list(maker.PAGES) == MADE
    assert (DOCS / "reference" / page).read_text(encoding="utf-8") == maker.PAGES[page]()


@pytest.mark.parametrize("page", PAGES)
def test_a_page_shows_files_as_they_are(maker: ModuleType, page: str) -> None:
    """`python docs/reference/make_pages.py` mends it."""
    text = (DOCS / page).read_text(encoding="utf-8")
    assert text == maker.with_examples(text)
    assert text.count("<!-- examples/") == len(maker.SHOWN.findall(text))


def in_navigation(entries: Any) -> Iterator[str]:
    for entry in entries:
        if isinstance(entry, str):
            yield entry
        else:
            for value in entry.values():
                yield from in_navigation([value] if isinstance(value, str) else value)


def test_every_page_stands_in_the_navigation_once() -> None:
    config = tomllib.loads((ROOT / "zensical.toml").read_text(encoding="utf-8"))
    assert sorted(in_navigation(config["project"]["nav"])) == PAGES


def links(path: Path) -> set[Path]:
    text = path.read_text(encoding="utf-8")
    found = re.findall(r"\]\(([^)#:]+\.md)(?:#[^)]*)?\)", text)
    return {(path.parent / link).resolve() for link in found}


def test_every_page_is_reached_from_the_readme() -> None:
    reached: set[Path] = set()
    ahead = {ROOT / "README.md"}
    while ahead:
        page = ahead.pop()
        reached.add(page)
        ahead |= links(page) - reached
    assert {DOCS / page for page in PAGES} <= reached


def test_each_promise_names_tests_that_are_there() -> None:
    text = (DOCS / "promises.md").read_text(encoding="utf-8")
    sections = re.split(r"^## \d\. ", text, flags=re.MULTILINE)[1:]
    assert len(sections) == 8
    for section in sections:
        named = re.findall(r"`(tests/[\w./]+)(?:::(\w+))?`", section)
        assert any(test for _, test in named), section[:40]
        for path, test in named:
            assert (ROOT / path).is_file(), path
            text = (ROOT / path).read_text(encoding="utf-8")
            assert not test or re.search(rf"^(async )?def {test}\(", text, re.MULTILINE), test


@pytest.mark.optional
def test_the_site_is_built_without_a_warning(tmp_path: Path) -> None:
    pytest.importorskip("zensical", reason="optional part not installed: zensical")
    pytest.importorskip("mkdocstrings", reason="optional part not installed: mkdocstrings")
    config = (ROOT / "zensical.toml").read_text(encoding="utf-8")
    shutil.copytree(DOCS, tmp_path / "docs")
    for folder in ("src", "verifiers", "rubrics", "plugins"):
        (tmp_path / folder).symlink_to(ROOT / folder)
    (tmp_path / "zensical.toml").write_text(config, encoding="utf-8")
    command = [sys.executable, "-m", "zensical", "build", "--strict", "--clean"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "No issues found" in done.stdout + done.stderr
    page = (tmp_path / "build" / "site" / "reference" / "api" / "index.html").read_text()
    for name in ("assay.verify", "assay.Engine.verify_batch", "assay.Reward.explain"):
        assert f'id="{name}"' in page
