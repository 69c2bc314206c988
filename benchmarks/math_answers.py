"""Graders of math answers, side by side: agreement, speed and memory, on the same rows in one run.

    python benchmarks/math_answers.py                          # Assay and Math-Verify
    python benchmarks/math_answers.py --peers all --out docs/math-answers-measured.md

Each grader runs in a process of its own for each corpus, one row at a time, in an environment that
is made on first use (`PEERS` says of what). A row that takes longer than ``--row-limit`` seconds is
ended with its process, counted as not equal, and the rest goes on in a new one. Times are of the
call alone, not of import, start or transport; a first call is made before the clock starts.

Columns: agreement with the corpus's labels; FP, rows labelled different that were called equal; FN,
the reverse; ended, rows that had to be killed; raised, rows on which the grader raised; verdicts
per second of its own time; p50, p99 and max of a row in milliseconds; peak resident memory in MB.
Labels are the corpora's and hold some noise, which the same rows show to every grader.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import math
import os
import platform
import re
import select
import signal
import statistics
import subprocess
import sys
import tempfile
import time
import venv
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
MEMORY_BYTES = 4 << 30
"""Address space that a grader may take; past it, it gets a MemoryError of its own."""


class Peer(NamedTuple):
    """How to install a grader so that the harness can import it."""

    wants: tuple[str, ...]
    alone: tuple[str, ...] = ()
    """Installed without their dependencies: trainers whose graders need none of them."""


OURS = Peer((f"-e{ROOT}",))
MATH_VERIFY = Peer(
    ("math-verify==0.9.0", "latex2sympy2_extended==1.11.0", "antlr4-python3-runtime==4.13.2")
)
VERL = Peer(
    ("sympy==1.14.0", "pylatexenc", "numpy", "antlr4-python3-runtime==4.11.0"), ("verl==0.9.1",)
)
VERL_PRIME = Peer((*VERL.wants, "torch==2.13.0", "packaging"), VERL.alone)
LM_EVAL = Peer(
    (
        "math-verify==0.9.0",
        "latex2sympy2_extended==1.11.0",
        "antlr4-python3-runtime==4.11.0",
        "sympy==1.14.0",
    ),
    ("lm-eval==0.4.13",),
)
PEERS = {
    "assay": OURS,
    "assay-lenient": OURS,
    "math-verify": MATH_VERIFY,
    "math-verify-boxed": MATH_VERIFY,
    "math-verify-raw": MATH_VERIFY,
    "verl-math": VERL,
    "verl-dapo": VERL,
    "verl-prime": VERL_PRIME,
    "mathruler": Peer(("sympy==1.14.0", "pylatexenc", "tqdm"), ("mathruler==0.1.0",)),
    "lm-eval-score": LM_EVAL,
    "lm-eval-minerva": LM_EVAL,
    "inspect-ai": Peer(
        (
            "inspect-ai==0.3.285",
            "latex2sympy2_extended==1.11.0",
            "antlr4-python3-runtime==4.13.2",
            "sympy==1.14.0",
        )
    ),
    "ai4math": Peer(("ai4math==0.1.0", "sympy==1.14.0", "antlr4-python3-runtime==4.11.0")),
}
DEFAULT_PEERS = ("assay", "assay-lenient", "math-verify")


# -- rows ------------------------------------------------------------------------------------

BARE = ("hardverify_half", "mathverify_issues", "self_equivalence_1000", "restyled_1000")
"""Corpora whose predictions are extracted answers (but for responses of several lines among the
issues); the others hold whole responses."""


SEGMENT = re.compile(r"(?<!\\)\$([^$]+)(?<!\\)\$")
WORDS = re.compile(r"\\(text|mathrm|mbox|begin|operatorname|mathbf)(?![a-z])")


def restyled(text: str) -> str:
    r"""The same answer in another style, so that no comparison of bare texts finds it equal.

    ``\frac`` and ``\dfrac`` change places, brackets gain or lose ``\left`` and ``\right``, single
    characters after ``^`` and ``_`` gain braces, operators gain spaces, outer dollars come or go;
    a formula that none of that changes is put into braces. Prose stays as it is.
    """
    text = text.strip()
    pieces = SEGMENT.split(text)  # prose and mathematics in turn
    if len(pieces) == 1:
        return text if re.fullmatch(r"[A-Za-z ,.']{2,}", text) else f"${_restyled(text)}$"
    if len(pieces) == 3 and not pieces[0] and not pieces[2]:
        inner = _restyled(pieces[1])
        return f"${inner}$" if inner[0] == "{" else inner
    if "\\$" in text:  # where the dollars of a price end is anyone's guess
        return f" {text} "
    return "".join(f"${_restyled(p, False)}$" if i % 2 else p for i, p in enumerate(pieces))


def _restyled(formula: str, whole: bool = True) -> str:
    out = re.sub(r"\\([dt]?)frac(?![a-z])", lambda m: "\\frac" if m[1] else "\\dfrac", formula)
    if not WORDS.search(out) and "\\$" not in out:
        if "\\left" in out or "\\right" in out:
            out = re.sub(r"\\(left|right)(?=[()\[\]])", "", out)
        elif re.fullmatch(r"[^()\[\]]*\([^()\[\]]*\)[^()\[\]]*", out):
            out = out.replace("(", "\\left(").replace(")", "\\right)")
        out = re.sub(r"([\^_])([0-9A-Za-z])", r"\1{\2}", out)
        out = re.sub(r"(?<=[0-9A-Za-z})])\s*([+=<>])\s*(?=[0-9A-Za-z\\({])", r" \1 ", out)
    same = re.sub(r"\s", "", out) == re.sub(r"\s", "", formula)
    is_torn = out.rstrip()[-1:] in ("+", "-", "=", "")
    return f"{{{out.strip()}}}" if same and whole and not is_torn else out


@dataclass
class Row:
    """One judgement that a grader is asked for."""

    gold: str
    prediction: str
    expected: bool
    bare: bool
    config: dict[str, Any] = field(default_factory=dict)


def corpora(folder: Path) -> Iterator[tuple[str, list[Row]]]:
    """Every corpus as (name, rows); the restyled pairs and the hostile set are made here."""
    for path in sorted((folder / "math").glob("*.jsonl")):
        rows = []
        for line in path.read_text(encoding="utf-8").splitlines():
            raw = json.loads(line)
            config = json.loads(raw["config"]) if raw.get("config") else {}
            bare = path.stem in BARE
            if path.stem == "mathverify_issues" and "\n" in raw["prediction"].strip():
                bare = False
            rows.append(Row(raw["gold"], raw["prediction"], raw["expected"], bare, config))
        yield path.stem, rows
        if path.stem == "self_equivalence_1000":
            off = {"text_layer": False}
            yield "restyled_1000", [Row(r.gold, restyled(r.gold), True, True, off) for r in rows]
    for path in sorted((folder / "rollouts").glob("*.jsonl")):
        raws = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
        yield path.stem, [Row(r["reference"], r["completion"], r["label"], False) for r in raws]


def hostile() -> list[Row]:
    """The hostile set of the tests."""
    sys.path.insert(0, str(ROOT / "tests" / "cases"))
    from hostile_math import CASES  # type: ignore[import-not-found]

    return [Row(c.reference, c.answer, c.equal, True) for c in CASES if c.equal is not None]


# -- a grader in its process -----------------------------------------------------------------


@dataclass
class Result:
    """What one grader did on one corpus."""

    seconds: list[float] = field(default_factory=list)
    equal: list[bool] = field(default_factory=list)
    ended: list[int] = field(default_factory=list)
    raised: list[int] = field(default_factory=list)
    peak_mb: float = 0.0
    start_mb: float = 0.0
    import_s: float = 0.0


def environment(peer: str, folder: Path) -> Path:
    """The Python of an environment that holds `peer`; made when it is not there."""
    want = PEERS[peer]
    if want is OURS:
        return Path(sys.executable)
    name = re.sub(r"[^A-Za-z0-9]+", "-", "-".join(want.alone or want.wants[:1]))
    home = folder / f"{name}-{zlib.crc32(repr(want).encode()):08x}"
    python = home / "bin" / "python"
    done = home / "installed"
    if done.exists() and done.read_text() == repr(want):
        return python
    print(f"making an environment for {peer} in {home}", file=sys.stderr)
    venv.create(home, with_pip=True, clear=True)
    pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    if want.alone:
        subprocess.run([*pip, "--no-deps", *want.alone], check=True)
    if want.wants:
        subprocess.run([*pip, *want.wants], check=True)
    done.write_text(repr(want))
    return python


class Grader:
    """A child process that judges rows one at a time."""

    def __init__(self, peer: str, python: Path) -> None:
        import resource

        def limit() -> None:
            resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))

        self.scratch = tempfile.TemporaryDirectory()
        self.process = subprocess.Popen(
            [str(python), str(HERE / "math_peers.py"), peer],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=self.scratch.name,
            preexec_fn=limit,
            start_new_session=True,  # so that a grader's own children end with it
        )
        self.buffer = b""
        first = self.answer(120.0)
        if first is None:
            self.end()
            raise RuntimeError(f"{peer} does not start in {python}")
        self.import_s: float = first["import_s"]
        self.start_mb = self.peak_mb()

    def send(self, line: bytes) -> None:
        """Hand a row over; a child that has died is found out by `answer`."""
        assert self.process.stdin is not None
        with contextlib.suppress(BrokenPipeError):
            self.process.stdin.write(line)
            self.process.stdin.flush()

    def answer(self, limit_s: float) -> dict[str, Any] | None:
        """The next line from the child."""
        assert self.process.stdout is not None
        deadline = time.monotonic() + limit_s
        while b"\n" not in self.buffer:
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([self.process.stdout], [], [], left)[0]:
                return None
            chunk = os.read(self.process.stdout.fileno(), 65536)
            if not chunk:
                return None
            self.buffer += chunk
        line, _, self.buffer = self.buffer.partition(b"\n")
        answer: dict[str, Any] = json.loads(line)
        return answer

    def peak_mb(self) -> float:
        """Largest resident set so far; 0 when the process is gone."""
        try:
            status = Path(f"/proc/{self.process.pid}/status").read_text()
        except OSError:
            return 0.0
        found = re.search(r"VmHWM:\s+(\d+) kB", status)
        return int(found[1]) / 1024 if found else 0.0

    def end(self) -> float:
        """Stop the process and what it started; its peak memory in MB."""
        peak = self.peak_mb()
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe is not None:
                with contextlib.suppress(BrokenPipeError):
                    pipe.close()
        self.scratch.cleanup()
        return peak


PIPE_BYTES = 32 << 10
"""Rows that may wait in the pipe to a grader, in bytes; a pipe of Linux holds twice as much."""


def _line(row: Row) -> bytes:
    line = {"gold": row.gold, "prediction": row.prediction, "bare": row.bare, "config": row.config}
    return json.dumps(line).encode() + b"\n"


def run(
    peer: str, python: Path, rows: Sequence[Row], row_limit_s: float, clock: str = "wall"
) -> Result:
    """`peer` on `rows`, in order.

    Some rows are sent ahead, so that a grader finds the next one waiting, as in a loop of its own;
    no more than a pipe holds, so that sending never waits for a grader that hangs.
    """
    result = Result()
    grader = Grader(peer, python)
    result.import_s, result.start_mb = grader.import_s, grader.start_mb
    lines = [_line(row) for row in rows]
    sent = 0
    try:
        for i in range(len(rows)):
            ahead = sum(map(len, lines[i:sent]))
            while sent < len(rows) and (sent <= i or ahead + len(lines[sent]) <= PIPE_BYTES):
                grader.send(lines[sent])
                ahead += len(lines[sent])
                sent += 1
            start = time.monotonic()
            answer = grader.answer(row_limit_s)
            if answer is None:
                result.ended.append(i)
                result.equal.append(False)
                result.seconds.append(time.monotonic() - start)
                result.peak_mb = max(result.peak_mb, grader.end())
                grader = Grader(peer, python)
                sent = i + 1
                continue
            if answer["error"]:
                result.raised.append(i)
            result.equal.append(bool(answer["equal"]))
            result.seconds.append(answer["s" if clock == "wall" else "cpu_s"])
    finally:  # a grader that hangs must not outlive an interrupted run
        result.peak_mb = max(result.peak_mb, grader.end())
    return result


# -- the report ------------------------------------------------------------------------------

PAGE = """# Graders of math answers, measured

Made by `python benchmarks/math_answers.py`: every grader in a process of its own, on the same rows
in one run, one row at a time; import and a first call are not counted. FP: rows labelled different
that were called equal; FN: the reverse; ended: rows that had to be killed; raised: rows on which
the grader raised. Labels are the corpora's and hold some noise, which every grader meets alike.
`restyled_1000` holds a thousand reference answers against themselves in another spelling, `hostile`
the pairs of the hostile set whose verdict is beyond dispute.
"""

HEAD = (
    "| corpus | grader | agreement % | FP | FN | ended | raised | verdicts/s | p50 ms | p99 ms "
    "| max ms | peak MB |\n|---|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|"
)


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest of `values` that at least `share` of them do not exceed."""
    ranked = sorted(values)
    return ranked[max(0, -(-len(ranked) * int(share * 1000) // 1000) - 1)]


def figures(rows: Sequence[Row], result: Result) -> dict[str, float]:
    """The numbers of one line of the table."""
    pairs = list(zip(rows, result.equal, strict=True))
    return {
        "agreement": 100 * statistics.fmean(row.expected == equal for row, equal in pairs),
        "fp": sum(equal and not row.expected for row, equal in pairs),
        "fn": sum(row.expected and not equal for row, equal in pairs),
        "ended": len(result.ended),
        "raised": len(result.raised),
        "rate": len(rows) / sum(result.seconds),
        "p50": 1e3 * percentile(result.seconds, 0.50),
        "p99": 1e3 * percentile(result.seconds, 0.99),
        "max": 1e3 * max(result.seconds),
        "peak": result.peak_mb,
    }


def line(corpus: str, n: int, peer: str, f: dict[str, float]) -> str:
    """One line of the table."""

    def ms(value: float) -> str:
        return f"{value:.3f}" if value < 1 else f"{value:.1f}" if value < 100 else f"{value:,.0f}"

    return (
        f"| {corpus} ({n:,}) | {peer} | {f['agreement']:.1f} | {f['fp']} | {f['fn']} "
        f"| {f['ended']} | {f['raised']} | {f['rate']:,.0f} | {ms(f['p50'])} | {ms(f['p99'])} "
        f"| {ms(f['max'])} | {f['peak']:.0f} |"
    )


COLOURS = ("#1b9e77", "#66c2a5", "#d95f02", "#7570b3", "#e7298a", "#66a61e", "#e6ab02", "#a6761d",
           "#666666", "#1f78b4", "#b2df8a", "#fb9a99", "#cab2d6")  # fmt: skip
PANEL_W, PANEL_H, MARGIN = 250, 170, 46


def plot(path: Path, table: dict[tuple[str, str], dict[str, float]]) -> None:
    """An SVG: agreement over verdicts per second on a log scale, a panel for each corpus."""
    names = list(dict.fromkeys(corpus for corpus, _ in table))
    peers = list(dict.fromkeys(peer for _, peer in table))
    columns = 3
    height = -(-len(names) // columns) * (PANEL_H + MARGIN) + 24 + 16 * -(-len(peers) // 4)
    width = columns * (PANEL_W + MARGIN) + 20
    low, high = 0.0, max(1.0, max(math.log10(max(1.0, f["rate"])) for f in table.values()))
    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
        'font-family="sans-serif" font-size="11">'
    ]
    for i, corpus in enumerate(names):
        left = i % columns * (PANEL_W + MARGIN) + MARGIN
        top = i // columns * (PANEL_H + MARGIN) + 20
        bottom = top + PANEL_H
        out.append(
            f'<text x="{left}" y="{top - 6}" font-weight="bold">{corpus}</text>'
            f'<rect x="{left}" y="{top}" width="{PANEL_W}" height="{PANEL_H}" fill="none" '
            'stroke="#999"/>'
        )
        for percent in (0, 50, 100):
            y = bottom - PANEL_H * percent / 100
            out.append(f'<text x="{left - 6}" y="{y + 4}" text-anchor="end">{percent}%</text>')
        for power in range(int(high) + 1):
            x = left + PANEL_W * (power - low) / (high - low)
            label = f"{10**power:,}/s"
            out.append(f'<text x="{x}" y="{bottom + 14}" text-anchor="middle">{label}</text>')
        for k, peer in enumerate(peers):
            if (corpus, peer) in table:
                f = table[corpus, peer]
                x = left + PANEL_W * (math.log10(max(1.0, f["rate"])) - low) / (high - low)
                y = bottom - PANEL_H * f["agreement"] / 100
                out.append(
                    f'<circle cx="{x:.1f}" cy="{y:.1f}" r="5" fill="{COLOURS[k % len(COLOURS)]}">'
                    f"<title>{peer}: {f['agreement']:.1f}%, {f['rate']:,.0f}/s</title></circle>"
                )
    for k, peer in enumerate(peers):
        x, y = MARGIN + k % 4 * 210, height - 8 - 16 * (k // 4)
        out.append(
            f'<circle cx="{x}" cy="{y - 4}" r="5" fill="{COLOURS[k % len(COLOURS)]}"/>'
            f'<text x="{x + 10}" y="{y}">{peer}</text>'
        )
    path.write_text("\n".join([*out, "</svg>", ""]), encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--corpora", type=Path, default=ROOT.parent / "shared" / "corpora")
    parser.add_argument(
        "--peers", default=",".join(DEFAULT_PEERS), help=f"all, or of {list(PEERS)}"
    )
    parser.add_argument("--only", default="", help="names of corpora, comma-separated")
    parser.add_argument("--limit", type=int, help="first rows of each corpus only")
    parser.add_argument("--row-limit", type=float, default=30.0, help="seconds before a kill")
    parser.add_argument(
        "--environments", type=Path, default=Path(tempfile.gettempdir()) / "assay-peers"
    )
    parser.add_argument(
        "--clock",
        choices=("wall", "cpu"),
        default="wall",
        help="cpu: seconds of the grader's processor time, for a machine that others use too",
    )
    parser.add_argument("--out", type=Path, help="write the table here too")
    parser.add_argument("--plot", type=Path, help="a picture of it, SVG")
    parser.add_argument("--misses", type=Path, help="JSONL of the rows each grader got wrong")
    parser.add_argument(
        "--hostile-peers",
        default="assay,math-verify",
        help="who also gets the hostile set; some graders would run the code that is in it",
    )
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    peers = list(PEERS) if options.peers == "all" else options.peers.split(",")
    unknown = [p for p in peers if p not in PEERS]
    if unknown:
        parser.error(f"no grader {unknown[0]!r}; known: {', '.join(PEERS)}")
    if not (options.corpora / "math").is_dir():
        parser.error(f"no corpora in {options.corpora}; say where with --corpora")
    pythons = {peer: environment(peer, options.environments) for peer in peers}

    lines = [HEAD]
    table: dict[tuple[str, str], dict[str, float]] = {}
    misses = []
    named = [*corpora(options.corpora), ("hostile", hostile())]
    wanted = set(filter(None, options.only.split(",")))
    print(HEAD, flush=True)
    for corpus, rows in named:
        if wanted and corpus not in wanted:
            continue
        rows = rows[: options.limit]
        for peer in peers:
            if corpus == "hostile" and peer not in options.hostile_peers.split(","):
                continue
            try:
                result = run(peer, pythons[peer], rows, options.row_limit, options.clock)
            except RuntimeError as err:
                print(err, file=sys.stderr)
                continue
            table[corpus, peer] = figures(rows, result)
            lines.append(line(corpus, len(rows), peer, table[corpus, peer]))
            print(lines[-1], flush=True)
            for i, (row, equal) in enumerate(zip(rows, result.equal, strict=True)):
                if row.expected != equal:
                    misses.append(
                        {
                            "corpus": corpus,
                            "grader": peer,
                            "row": i,
                            "gold": row.gold[:500],
                            "prediction": row.prediction[-500:],
                            "expected": row.expected,
                            "ended": i in result.ended,
                        }
                    )
    from math_peers import HOW

    notes = [f"- {peer}: {HOW[peer]}" for peer in peers]
    machine = (
        f"Python {platform.python_version()}, {os.cpu_count()} cores, one process a grader; "
        f"{options.clock} time."
    )
    if options.out:
        text = "\n".join([PAGE, *lines, "", machine, "", "How each is called:", "", *notes, ""])
        options.out.write_text(text, encoding="utf-8")
    if options.misses:
        with options.misses.open("w", encoding="utf-8") as out:
            out.writelines(json.dumps(miss, ensure_ascii=False) + "\n" for miss in misses)
    if options.plot:
        plot(options.plot, table)


if __name__ == "__main__":
    main()
