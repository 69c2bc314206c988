"""Does a sample cost what it cost when the figures were recorded? Exit 1 where one costs half more.

    python benchmarks/guard.py              # compare with benchmarks/guard.json
    python benchmarks/guard.py --record     # write it anew, after a change that is meant
    python benchmarks/guard.py --planted    # every verdict is worked out twice: must exit 1,
                                            # beside what a sample costs here and now

A second means little on a machine that others use, so none is compared. Each workload is run in
turns with a yardstick, fixed work of the same nature (patterns, small objects, hashes), in one
process and by its processor time; what counts is the median of many ratios, and a workload that
seems slow is measured anew before it fails. Needs nothing but the clone.
"""

from __future__ import annotations

import argparse
import gc
import hashlib
import json
import re
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from assay import Engine, Sample, Verdict, verifier, verify
from assay.cli.score_rows import score_rows
from assay.rollouts.output import encode
from assay.rollouts.rows import Row

ROOT = Path(__file__).parent.parent
ROWS = ROOT / "examples" / "data" / "gsm8k_solutions_200.jsonl"
RECORDED = Path(__file__).with_name("guard.json")

BOUND = 1.5
"""Times the recorded ratio that a workload may cost."""

ROUNDS = 15
TRIES = 3
"""How often a workload is measured before it fails; the least counts."""

SLICE_S = 0.02
"""Length of one run of a workload, about."""

CHAIN = r"""To find how much {what} costs, we first look at the parts, and then add them up.

1. **The first part**: we are given \( a = {a} \) and \( b = {b} \), so
   \[
   a \cdot b = {a} \cdot {b} = {ab}
   \]
2. **The second part**: each of the {a} boxes holds \(\frac{{{b}}}{{2}}\) items, and an item costs
   $3 in the shop, or $2.50 where more than ten are bought. Let us call the number of items \( n \):
   \[
   n = {a} \times \frac{{{b}}}{{2}} = \frac{{{ab}}}{{2}}
   \]
3. **The sum**: what is left of the {ab} is not needed here, since we were asked for the boxes only.
   Adding the two, we have
   \[
   {ab} + {a} = {sum}
   \]

We check the result by another way: \( ({b} + 1) \cdot {a} = {sum} \), which is the same value, so
the computation holds. If the prices were higher, the number of boxes would not change.

Therefore, the number of boxes is \(\boxed{{{sum}}}\)."""


class Workload(NamedTuple):
    """Something that costs time, and how many samples it scores at a run."""

    run: Callable[[], object]
    samples: int


def rows() -> list[dict[str, Any]]:
    """Real solutions of grade-school problems, a short one each."""
    return [json.loads(line) for line in ROWS.read_text("utf-8").splitlines()]


def chains() -> list[Sample]:
    """Chains of thought of 1.1 kB with formulas and a box; one in three is wrong."""
    made = []
    for i in range(60):
        a, b = 7 + i, 12 + 3 * i
        text = CHAIN.format(what=f"item {i}", a=a, b=b, ab=a * b, sum=a * b + a)
        made.append(Sample(text, reference=str(a * b + a + (i % 3 == 0))))
    return made


_NUMBER = re.compile(r"[-+]?\d[\d,]*(?:\.\d+)?")
_WORD = re.compile(r"\b(?:answer|so|therefore|the)\s+(?:is|are|was)\b", re.IGNORECASE)


class _Seen:
    """What the yardstick makes of a text: a small object with slots."""

    __slots__ = ("digest", "numbers", "says", "words")

    def __init__(self, text: str) -> None:
        self.numbers = _NUMBER.findall(text)
        self.says = _WORD.search(text) is not None
        self.words = {word: len(word) for word in text.split()}
        self.digest = hashlib.blake2b(text.encode(), digest_size=16).digest()


def yardstick(texts: list[str]) -> int:
    """Fixed work of the kind that scoring is; changing it makes every recorded ratio void."""
    seen = [_Seen(text) for text in texts]
    return sum(len(one.words) + len(one.numbers) + one.says for one in seen)


CONSTANT = Verdict.judged("guard.constant@1", 1.0, "constant")


@verifier("guard.constant@1", cost="inline", levels=[0, 1])
def constant(sample: Sample) -> Verdict:
    """Nothing: what is left is the engine."""
    return CONSTANT


GATED = {
    "kind": "gate",
    "gate": "math.answer",
    "then": {"kind": "weighted", "criteria": {"format.boxed": 0.5, "length.overlong": 0.5}},
}


def workloads() -> Iterator[tuple[str, Workload]]:
    """Each by its name; those after the first two leave out work that these do."""
    given = rows()
    samples = [Sample(row["completion"], reference=row["reference"]) for row in given]
    boxed = chains()
    plain = Engine("math", cache_size=0)
    yield "solutions, batch", Workload(lambda: plain.verify_batch(samples), len(samples))
    yield "boxed chains, batch", Workload(lambda: plain.verify_batch(boxed), len(boxed))
    yield "rows as dicts, batch", Workload(lambda: plain.verify_batch(given), len(given))
    kept = Engine("math")
    yield "boxed chains, cached", Workload(lambda: kept.verify_batch(boxed), len(boxed))
    few = samples[:60]

    def singly() -> None:
        for sample in few:
            verify(sample.completion, reference=sample.reference)

    yield "one call each, cached", Workload(singly, len(few))
    formed = Engine("math+format", cache_size=0)
    yield "math+format, batch", Workload(lambda: formed.verify_batch(boxed), len(boxed))
    bare = Engine({"criteria": {"guard.constant": 1}}, verifiers=[constant], cache_size=0)
    yield "the engine alone", Workload(lambda: bare.verify_batch(samples), len(samples))

    def lines() -> None:
        read = (Row("rows", i, json.loads(json.dumps(row))) for i, row in enumerate(given))
        score_rows(plain, read, lambda _, out: encode(out), columns={})

    yield "assay verify, a row", Workload(lines, len(given))


def seconds(run: Callable[[], object], times: int) -> float:
    """Processor time of `times` runs."""
    start = time.process_time()
    for _ in range(times):
        run()
    return time.process_time() - start


def measure(work: Workload, yard: Callable[[], object]) -> tuple[float, float]:
    """(what a sample costs in thousandths of the yardstick, microseconds of processor time)."""
    work.run()
    once = min(seconds(work.run, 1) for _ in range(3))
    times = max(1, round(SLICE_S / once))
    yard_times = max(1, round(SLICE_S / min(seconds(yard, 1) for _ in range(3))))
    ratios, costs = [], []
    before = seconds(yard, yard_times)
    for _ in range(ROUNDS):
        cost = seconds(work.run, times) / times / work.samples
        after = seconds(yard, yard_times)
        ratios.append(cost / ((before + after) / 2 / yard_times) * 1e3)
        costs.append(cost)
        before = after
    return statistics.median(ratios), min(costs) * 1e6


def too_slow(ratio: float, recorded: float) -> bool:
    """Whether a workload costs more than it may."""
    return ratio > BOUND * recorded


def plant() -> None:
    """Work out every verdict twice: the slow-down that the guard has to see."""
    from assay.engine.ready_verifier import ReadyVerifier

    once = ReadyVerifier.judge

    def twice(self: ReadyVerifier, view: Sample) -> Any:
        once(self, view)
        return once(self, view)

    ReadyVerifier.judge = twice  # type: ignore[method-assign]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--record", action="store_true", help="write the figures anew")
    parser.add_argument("--planted", action="store_true", help="slow down: must exit 1")
    options = parser.parse_args()
    recorded: dict[str, float] = {}
    texts = [row["completion"] for row in rows()]
    gc.collect()
    gc.disable()  # a collection belongs to no workload, and falls where it likes
    if options.planted:
        # the figures of another kind of machine would hide it, or show it where there is none
        recorded = {name: measure(work, lambda: yardstick(texts))[0] for name, work in workloads()}
        plant()
    elif not options.record:
        recorded = json.loads(RECORDED.read_text())
    found: dict[str, float] = {}
    slow: list[str] = []
    print(f"{'workload':<24}{'ratio':>9}{'recorded':>10}{'times':>8}{'us a sample':>13}")
    for name, work in workloads():
        ratio, cost = measure(work, lambda: yardstick(texts))
        for _ in range(TRIES - 1):
            if options.record or too_slow(ratio, recorded[name]):
                again = measure(work, lambda: yardstick(texts))
                ratio, cost = min(ratio, again[0]), min(cost, again[1])
        found[name] = round(ratio, 2)
        known = recorded.get(name, ratio)
        late = too_slow(ratio, known)
        slow += [name] * late
        print(
            f"{name:<24}{ratio:>9.2f}{known:>10.2f}{ratio / known:>8.2f}{cost:>13.1f}"
            f"{'   TOO SLOW' if late else ''}",
            flush=True,
        )
    if options.record:
        RECORDED.write_text(json.dumps(found, indent=2) + "\n")
    if slow:
        print(
            f"{', '.join(slow)}: more than {BOUND} times the recorded cost"
            "\nfix: find what was added (cProfile on the workload); where the cost is meant, say so"
            " in the changelog and run this with --record",
            file=sys.stderr,
        )
    return 1 if slow else 0


if __name__ == "__main__":
    sys.exit(main())
