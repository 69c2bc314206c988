"""Distributions built once, and a clean environment with the wheel in it."""

from __future__ import annotations

import shutil
import subprocess
import sys
import venv
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LEFT_OUT = shutil.ignore_patterns(
    ".git", ".venv", "build", "dist", "reports", "*.egg-info", "__pycache__", ".*_cache",
    ".hypothesis",
)  # fmt: skip


def run(*command: str | Path, cwd: Path | None = None) -> str:
    """Standard output; fails with everything the command said."""
    done = subprocess.run(
        [str(c) for c in command], cwd=cwd, capture_output=True, text=True, timeout=900
    )
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.fixture(scope="session")
def distributions(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the sdist, and the wheel built from it."""
    root = tmp_path_factory.mktemp("source") / "assay"
    shutil.copytree(ROOT, root, symlinks=True, ignore=LEFT_OUT)
    run(sys.executable, "-m", "build", "--no-isolation", cwd=root)
    return root / "dist"


@pytest.fixture(scope="session")
def wheel(distributions: Path) -> Path:
    (found,) = distributions.glob("*.whl")
    return found


@pytest.fixture(scope="session")
def sdist(distributions: Path) -> Path:
    (found,) = distributions.glob("*.tar.gz")
    return found


@pytest.fixture(scope="session")
def clean(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The ``bin`` of an environment with the wheel and what it depends on, nothing else."""
    folder = tmp_path_factory.mktemp("clean")
    venv.create(folder, with_pip=True)
    run(folder / "bin/python", "-m", "pip", "install", "--quiet", wheel)
    return folder / "bin"


@pytest.fixture(scope="session")
def demo_plugin(clean: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The clean environment with a stranger's distribution installed beside ours."""
    root = tmp_path_factory.mktemp("plugin") / "assay_demo_plugin"
    shutil.copytree(ROOT / "tests/third_party/assay_demo_plugin", root, ignore=LEFT_OUT)
    run(sys.executable, "-m", "build", "--no-isolation", "--wheel", cwd=root)
    (built,) = (root / "dist").glob("*.whl")
    run(clean / "python", "-m", "pip", "install", "--quiet", "--no-deps", built)
    return clean
