"""Speed, memory and agreement of the style verifiers, side by side with the tools' command lines.

Run: ``python benchmarks/code_style.py [--corpora DIR] [--part speed|memory|agreement]``. Times are
CPU times of this process and its children: on a busy machine the wall clock tells of others.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from assay import Sample
from assay.plugins.host import Host
from assay.plugins.spec import Verifier

ROOT = Path(__file__).parents[1]
NAMES = ("style.black", "style.autopep8", "style.pylint", "style.joint")
COMMANDS = {
    "black": ["black", "-q", "--check"],
    "autopep8": ["autopep8", "--diff", "--global-config=/dev/null"],
    "pycodestyle": ["pycodestyle"],
    "pylint": ["pylint", "--rcfile=/dev/null"],
}


def programs(corpora: Path) -> dict[str, list[str]]:
    """The three sets of real files, by name."""
    human = [json.loads(line) for line in (corpora / "code/humaneval.jsonl").open()]
    quix = [json.loads(line) for line in (corpora / "code/quixbugs.jsonl").open()]
    own = sorted((ROOT / "verifiers").rglob("*.py")) + sorted((ROOT / "plugins").rglob("*.py"))
    return {
        "HumanEval": [(r["prompt"] + r["canonical_solution"]).strip() + "\n" for r in human],
        "QuixBugs": [r["code"] for r in quix],
        "own files": [t for p in own if 5 < (t := p.read_text()).count("\n") < 150],
    }


def verifiers() -> dict[str, Verifier]:
    host = Host()
    return {name: host.resolve(name).make(None) for name in NAMES}


def forget() -> None:
    """Empty the memo of each tool, so that one verifier's work is not another's."""
    from assay.verifiers.code_style import parsed_program
    from assay.verifiers.code_style.tools import autopep8_format, black_format, pylint_check

    black_format.black_output.cache_clear()
    autopep8_format.autopep8_output.cache_clear()
    autopep8_format.pycodestyle_findings.cache_clear()
    pylint_check.pylint_messages.cache_clear()
    parsed_program._read.cache_clear()


def timed(work: Callable[[], object]) -> float:
    began = cpu_seconds()
    work()
    return (cpu_seconds() - began) * 1e3


def cpu_seconds() -> float:
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + ended.ru_utime + ended.ru_stime


def speed(corpora: Path) -> None:
    """Each verifier alone, all four as a worker runs them, and the command lines."""
    made = verifiers()
    for name, found in programs(corpora).items():
        sources = found[:: max(1, len(found) // 50)]
        samples = [Sample(s, info={}) for s in sources]
        for sample in samples[:5]:  # warm: imports, standard library in astroid's cache
            for verifier in made.values():
                verifier.verify(sample)
        lines = statistics.median(s.count("\n") for s in sources)
        print(f"\n{name}: {len(sources)} files, median {lines:.0f} lines")
        print(f"{'':22}{'median ms':>10}{'p95 ms':>9}{'a CPU-s':>10}")
        for label, verifier in made.items():
            row(label, [alone(verifier, s) for s in samples])
        row("all four, one worker", [timed(lambda s=s: four(made, s)) for s in samples])
        chosen = sources[:: max(1, len(sources) // 5)][:5]
        for label, command in COMMANDS.items():
            row(f"{label} (command)", list(command_lines(command, chosen)))


def row(label: str, ms: list[float]) -> None:
    ordered = sorted(ms)
    p95 = ordered[int(len(ordered) * 0.95)] if len(ordered) > 1 else ordered[0]
    mean = statistics.mean(ms)
    print(f"{label:22}{statistics.median(ms):10.1f}{p95:9.1f}{1e3 / mean:10.1f}")


def alone(verifier: Verifier, sample: Sample) -> float:
    forget()
    return timed(lambda: verifier.verify(sample))


def four(made: dict[str, Verifier], sample: Sample) -> None:
    forget()
    for verifier in made.values():
        verifier.verify(sample)


def command_lines(command: list[str], sources: list[str]) -> Iterator[float]:
    with tempfile.TemporaryDirectory() as directory:
        for i, source in enumerate(sources):
            path = Path(directory) / f"program_{i}.py"
            path.write_text(source)
            argv = [sys.executable, "-m", *command, str(path)]
            yield timed(lambda argv=argv: subprocess.run(argv, capture_output=True, cwd=directory))


def memory(corpora: Path, count: int) -> None:
    """Resident memory of one process as snippets go through all four verifiers."""
    made = verifiers()
    sources = [s for group in programs(corpora).values() for s in group if len(s) < 4_000]
    base = 0.0
    print(f"\nmemory over {count} snippets, all four verifiers")
    for i in range(count):
        # Another text each time, as completions are: nothing is remembered.
        sample = Sample(f"{sources[i % len(sources)]}\n# {i}\n")
        for verifier in made.values():
            verifier.verify(sample)
        if (i + 1) % 250 == 0:
            now = resident_mb()
            base = now if i + 1 == 500 else base
            change = f"{(now / base - 1) * 100:+.1f}% since 500" if base else ""
            print(f"  {i + 1:5} {now:7.1f} MB {change}")


def resident_mb() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def agreement(corpora: Path, count: int) -> None:
    """Messages of pylint in process against its command line, a process for each file."""
    import warnings

    from assay.verifiers.code_style.tools.pylint_check import (
        INSTALLATION_MESSAGES,
        PylintStyle,
        pylint_messages,
    )

    groups = programs(corpora)
    sources = [*groups["HumanEval"], *groups["QuixBugs"]][:count]
    disable = f"--disable={','.join(INSTALLATION_MESSAGES)}"
    same = messages = 0
    with tempfile.TemporaryDirectory() as directory:
        for i, source in enumerate(sources):
            name = f"program_{i}.py"
            (Path(directory) / name).write_text(source)
            argv = [*COMMANDS["pylint"], disable, "--output-format=json2", name]
            done = subprocess.run(
                [sys.executable, "-m", *argv], capture_output=True, text=True, cwd=directory
            )
            theirs = sorted(
                (m["line"], m["column"], m["messageId"], m["message"])
                for m in json.loads(done.stdout)["messages"]
            )
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                found = pylint_messages(source, PylintStyle())
            ours = sorted((m.line, m.column, m.code, m.text) for m in found)
            messages += len(theirs)
            same += ours == theirs
            if ours != theirs:
                print(f"  {name} differs: {set(ours) ^ set(theirs)}")
    print(f"\nagreement with pylint's command line: {same} of {len(sources)} files ", end="")
    print(f"({same / len(sources):.1%}), {messages} messages")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--corpora", type=Path, default=ROOT / "../shared/corpora")
    parser.add_argument("--part", choices=["speed", "memory", "agreement"])
    parser.add_argument("--snippets", type=int, default=2_000)
    parser.add_argument("--files", type=int, default=200)
    given = parser.parse_args()
    if given.part in (None, "speed"):
        speed(given.corpora)
    if given.part in (None, "memory"):
        memory(given.corpora, given.snippets)
    if given.part in (None, "agreement"):
        agreement(given.corpora, given.files)


if __name__ == "__main__":
    main()
