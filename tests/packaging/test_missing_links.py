"""A clone without working symbolic links builds nothing, and says why."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def clone(target: Path) -> Path:
    """What a build needs, links as links."""
    target.mkdir()
    for name in ("pyproject.toml", "setup.py", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, target)
    for name in ("src", "plugins", "rubrics", "verifiers"):
        shutil.copytree(
            ROOT / name,
            target / name,
            symlinks=True,
            ignore=shutil.ignore_patterns("__pycache__", "*.egg-info"),
        )
    return target


@pytest.mark.parametrize("kind", ["absent", "text file, as git writes it on Windows"])
@pytest.mark.parametrize("name", ["plugins", "rubrics", "verifiers"])
def test_a_missing_link_is_one_clear_sentence(tmp_path: Path, name: str, kind: str) -> None:
    root = clone(tmp_path / "clone")
    link = root / "src/assay" / name
    assert link.is_symlink()
    link.unlink()
    if kind != "absent":
        link.write_text(f"../../{name}")
    done = subprocess.run(
        [sys.executable, "setup.py", "--name"], cwd=root, capture_output=True, text=True
    )
    assert done.returncode != 0
    assert done.stderr.strip() == (
        f"assay cannot be built: src/assay/{name} is not the link to ../../{name} that it should "
        "be; clone again where symbolic links work (git config core.symlinks true)."
    )


@pytest.mark.slow
def test_pip_shows_the_sentence(tmp_path: Path) -> None:
    root = clone(tmp_path / "clone")
    (root / "src/assay/verifiers").unlink()
    done = subprocess.run(
        [sys.executable, "-m", "pip", "install", "--no-deps", "--target", tmp_path / "t", root],
        capture_output=True,
        text=True,
    )
    assert done.returncode != 0
    assert "assay cannot be built: src/assay/verifiers is not the link" in done.stdout + done.stderr
    assert not (tmp_path / "t").exists() or not list((tmp_path / "t").iterdir())
