"""All the figures of speed in one run, as a page: this state, an earlier one, and a peer.

    python benchmarks/measured.py --out docs/measured.md
    python benchmarks/measured.py --against f09a85f4 --peers --out docs/measured.md

Each state is measured by `figures/one_state.py` in an environment of its own, made on first use in
`.venv/measured`, and in turns: a round of this one, a round of the other. The least figure of the
rounds counts (of programs a second the most), since what else a machine does only adds. Peers are
installed from the package index. Takes some five minutes a round and state.
"""

from __future__ import annotations

import argparse
import datetime
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import venv
from collections.abc import Sequence
from pathlib import Path

from guard import chains

ROOT = Path(__file__).resolve().parent.parent
HERE = Path(__file__).resolve().parent / "figures"
EXTRAS = "[audit]"
PEER = ("math-verify==0.9.0", "latex2sympy2_extended==1.11.0", "antlr4-python3-runtime==4.13.2")

GOALS = {
    "solutions, batch: us a sample": "20",
    "chains, batch: us a sample": "20",
    "chains, cached: us a sample": "8",
    "the engine alone: us a sample": "3",
    "one call, p50: us wall": "25",
    "averify_batch holds the loop, p99: ms wall": "10",
    "first call in a new process: ms": "200",
    "first call that asks SymPy: ms wall": "500",
    "assay verify: us a row": "1.3 of a solution",
    "HumanEval on 2 workers: programs/s wall": "200",
    "a call case: us wall": "50",
    "four threads with one endless program: s wall": "one thread's",
}
"""What was aimed at."""


def environment(name: str, wants: Sequence[str]) -> Path:
    """The Python of an environment with these requirements, made on first use."""
    folder = ROOT / ".venv" / "measured" / name
    python = folder / "bin" / "python"
    if not python.exists():
        print(f"making {folder} ...", file=sys.stderr, flush=True)
        venv.create(folder, with_pip=True, clear=True)
        pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*pip, *wants], check=True)
    return python


def source(revision: str) -> Path:
    """The files of an earlier commit."""
    folder = ROOT / ".venv" / "measured" / f"source-{revision}"
    if not folder.exists():
        folder.mkdir(parents=True)
        files = subprocess.run(
            ["git", "archive", revision], cwd=ROOT, check=True, capture_output=True
        ).stdout
        subprocess.run(["tar", "-x", "-C", str(folder)], input=files, check=True)
    return folder


def rows(folder: Path, given: Path | None) -> str:
    """The rows that are scored, and what they are."""
    shutil.copy(ROOT / "tests/cases/code/humaneval.jsonl", folder / "humaneval.jsonl")
    shutil.copy(ROOT / "examples/data/gsm8k_solutions_200.jsonl", folder / "solutions.jsonl")
    if given is not None:
        shutil.copy(given, folder / "chains.jsonl")
        return f"the chains of `{given.name}`"
    lines = [{"completion": s.completion, "reference": s.reference} for s in chains()]
    (folder / "chains.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    return "chains of 1.1 kB made from a template"


def measure(python: Path, script: str, folder: Path) -> dict[str, float]:
    """One round."""
    # compiled modules are read, as in daily use, even where the caller's shell forbids writing them
    env = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    done = subprocess.run(
        [str(python), "-P", str(HERE / script), str(folder)],
        capture_output=True,
        text=True,
        env=env,
    )
    sys.stderr.write(done.stderr[-2_000:])
    if done.returncode:
        raise SystemExit(f"{script} failed in {python}")
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def best(rounds: list[dict[str, float]]) -> dict[str, float]:
    """The least of each figure; of a rate the most."""
    names = dict.fromkeys(name for one in rounds for name in one)
    return {
        name: (max if "/s" in name else min)(one[name] for one in rounds if name in one)
        for name in names
    }


def page(
    here: dict[str, float],
    before: dict[str, float],
    peer: dict[str, float],
    against: str | None,
    what: str,
) -> str:
    """The page, in Markdown."""
    command = "python benchmarks/measured.py" + (f" --against {against}" if against else "")
    command += " --peers" * bool(peer)
    head = [
        "# Measured in one run",
        "",
        f"{datetime.date.today()}, Python {platform.python_version()}, {os.cpu_count()} cores of "
        f"{platform.machine()}; `{command}`, on {what}, 200 solutions of grade-school problems and "
        "HumanEval. A figure is of processor time where it does not say `wall`. Seconds are one "
        "machine's; what can be compared is what stands in one line: a ratio says how many times "
        "better the first column is.",
        "",
    ]
    columns = ["figure", "now"]
    columns += [f"commit {against}", "ratio"] * bool(before)
    columns += ["Math-Verify", "ratio"] * bool(peer)
    columns.append("aimed at")
    lines = ["| " + " | ".join(columns) + " |", "|---|" + "--:|" * (len(columns) - 1)]
    for name, figure in here.items():
        cells = [name, shown(figure)]
        for other in (before, peer):
            if other:
                known = other.get(name)
                if known is None:
                    cells += ["", ""]
                else:
                    times = figure / known if "/s" in name else known / figure
                    cells += [shown(known), f"{times:.2f}"]
        cells.append(GOALS.get(name, ""))
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join([*head, *lines, ""])


def shown(figure: float) -> str:
    return f"{figure:,.0f}" if figure >= 100 else f"{figure:.3g}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--against", metavar="COMMIT", help="measure this state, too")
    parser.add_argument("--peers", action="store_true", help="install and measure Math-Verify")
    parser.add_argument("--chains", type=Path, help="rows with completion and reference")
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--out", type=Path, help="write the page there instead of printing it")
    options = parser.parse_args()
    ours = environment("now", ["-e", f"{ROOT}{EXTRAS}"])
    earlier = None
    if options.against:
        earlier = environment(options.against, ["-e", f"{source(options.against)}{EXTRAS}"])
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        what = rows(folder, options.chains)
        here, before = [], []
        for _ in range(options.rounds):
            here.append(measure(ours, "one_state.py", folder))
            if earlier is not None:
                before.append(measure(earlier, "one_state.py", folder))
        peer = {}
        if options.peers:
            peer = measure(environment("math-verify", PEER), "math_verify.py", folder)
    text = page(best(here), best(before), peer, options.against, what)
    if options.out:
        options.out.write_text(text)
    else:
        print(text)


if __name__ == "__main__":
    main()
