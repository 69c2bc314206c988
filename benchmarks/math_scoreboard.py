"""Agreement of `math.answer` with every corpus of math answers, and its speed, in one process.

python benchmarks/math_scoreboard.py [--corpora ../shared/corpora] [--misses] [NAME ...]
"""

from __future__ import annotations

import argparse
import json
import random
import re
import resource
import time
from pathlib import Path

from assay.errors import ReferenceUnreadable
from assay.model import Sample, Verdict
from assay.plugins.spec import Escalate
from assay.verifiers.math_answer.answers.equal import equivalent
from assay.verifiers.math_answer.policy import DEFAULT, LENIENT, Policy
from assay.verifiers.math_answer.verifier import MathAnswer

EXCLUDED = Path(__file__).with_name("math_exclusions.json")


def rows(path: Path) -> list[dict]:
    with path.open(encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def restyle(text: str, random_: random.Random) -> str:
    """The same answer in another style, so that no comparison of texts can decide."""
    out = text.replace("\\tfrac", "\\frac").replace("\\cfrac", "\\frac")
    out = (
        out.replace("\\frac", "\\dfrac")
        if "\\dfrac" not in out
        else out.replace("\\dfrac", "\\frac")
    )
    out = (
        re.sub(r"\^(\d)(?!\d)", r"^{\1}", out)
        if "^{" not in out
        else re.sub(r"\^\{(\w)\}", r"^\1 ", out)
    )
    if "\\left" in out:
        out = re.sub(r"\\(?:left|right)(?![a-z])", "", out)
    elif "(" in out and "\\(" not in out and random_.random() < 0.9:
        out = re.sub(r"(?<!\\)\(", r"\\left(", out)
        out = re.sub(r"(?<!\\)\)", r"\\right)", out)
        if out.count("\\left(") != out.count("\\right)"):
            out = re.sub(r"\\(?:left|right)(?![a-z])", "", out)
    out = re.sub(r"(?<=[\w})])\s*([+=<>])\s*(?=[\w\\({])", r" \1 ", out)
    bare = out.strip()
    if bare.startswith("$") and bare.endswith("$") and bare.count("$") == 2:
        return " " + bare[1:-1] + " "
    if (
        "$" not in bare
        and "\\text" not in bare
        and not re.search(r"[A-Za-z]{4,} [A-Za-z]{2,}", bare)
    ):
        return f"$ {bare} $"
    return " " + bare + "  "


def config_policy(row: dict) -> Policy:
    """The policy that a row's upstream switches name."""
    config = json.loads(row.get("config") or "{}")
    changes: dict = {}
    precision = config.get("precision")
    if precision is not None and precision < 6:
        changes = {"significant": max(1, precision), "answer_digits": max(1, precision)}
    if config.get("allow_set_relation_comp") is False:
        changes["sets_as_relations"] = False
    if config.get("strict") is False:
        changes["names"] = "ignore"
    if config.get("match_types") in ("latex", "['latex']"):
        changes["extraction"] = "math"
    known = {k: v for k, v in changes.items() if k in Policy.model_fields}
    return Policy(**known)


def judge(row: dict, name: str, verifier: MathAnswer, policy: Policy) -> tuple[bool | None, str]:
    if name in ("hardverify_half",):
        try:
            found = equivalent(row["gold"], row["prediction"], policy)
        except ReferenceUnreadable as err:
            return None, str(err)
        return found.equal, f"{found.decided_by}/{found.certainty} {found.because}"
    sample = Sample(completion=row["prediction"], reference=row["gold"])
    try:
        verdict = (
            MathAnswer(policy).verify(sample) if policy is not DEFAULT else verifier.verify(sample)
        )
        if isinstance(verdict, Escalate):
            start = time.thread_time()
            verdict = verifier.escalated(sample)
            verdict = Verdict.judged(
                "x",
                verdict.score,
                "[escalated %.2fs] " % (time.thread_time() - start) + verdict.because,
                details=verdict.details,
            )
    except ReferenceUnreadable as err:
        return None, str(err)
    return (
        verdict.score == 1.0,
        f"{verdict.details.get('extracted_by')}/{verdict.details.get('decided_by')}/"
        f"{verdict.details.get('certainty')} {verdict.because}",
    )


def speed(times: list[float]) -> str:
    """Verdicts a second and percentiles, of processor time, from sorted `times`."""
    n = len(times)
    p99 = 1e3 * times[int(n * 0.99)]
    return (
        f"{n / sum(times):8.0f}/s p50 {1e3 * times[n // 2]:.2f} p99 {p99:.2f} "
        f"max {1e3 * times[-1]:.1f} ms"
    )


def report(name: str, data: list[dict], policy: Policy | None, title: str, misses: bool) -> None:
    verifier = MathAnswer()
    excluded = set()
    if EXCLUDED.exists():
        excluded = {e["row"] for e in json.loads(EXCLUDED.read_text()) if e["corpus"] == name}
    right = fp = fn = escalated = skipped = 0
    times = []
    lines = []
    for number, row in enumerate(data):
        if number in excluded:
            skipped += 1
            continue
        expected = row.get("expected", row.get("label"))
        start = time.thread_time()
        equal, why = judge(row, name, verifier, policy or config_policy(row))
        times.append(time.thread_time() - start)
        escalated += "[escalated" in why
        if equal == expected:
            right += 1
            continue
        fp += bool(equal)
        fn += not equal
        lines.append(
            f"  {number} {'+' if expected else '-'} {row['gold']!r:.150} ||| "
            f"{row['prediction'][-150:]!r}\n      {why[:300]}"
        )
    times.sort()
    n = len(times)
    print(
        f"{title:<28} {right}/{n} = {100 * right / n:6.2f}%  FP {fp} FN {fn}  excluded {skipped} "
        f"escalated {escalated}  {speed(times)}"
    )
    if misses:
        print("\n".join(lines))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*")
    parser.add_argument("--corpora", default="../shared/corpora", type=Path)
    parser.add_argument("--misses", action="store_true")
    args = parser.parse_args()
    math = args.corpora / "math"
    if not math.is_dir():
        parser.error(f"no folder {math}: benchmarks/README.md tells what belongs there")
    wanted = args.names
    plan = [
        ("hardverify_half", DEFAULT, "hardverify default"),
        ("hardverify_half", LENIENT, "hardverify lenient"),
        ("mathverify_tests", None, "mathverify tests"),
        ("mathverify_issues", DEFAULT, "mathverify issues"),
        ("lighteval_math", None, "lighteval"),
        ("rl_libs_small", DEFAULT, "rl libs"),
    ]
    for name, policy, title in plan:
        if not wanted or any(w in title for w in wanted):
            report(name, rows(math / f"{name}.jsonl"), policy, title, args.misses)
    if not wanted or "self" in wanted:
        random_ = random.Random(7)
        missed, times = [], []
        for row in rows(math / "self_equivalence_1000.jsonl"):
            restyled = restyle(row["gold"], random_)
            start = time.thread_time()
            try:
                found = equivalent(row["gold"], restyled, Policy(text_layer=False))
                equal, why = found.equal, f"{found.decided_by}/{found.certainty} {found.because}"
            except ReferenceUnreadable as err:
                equal, why = False, str(err)
            times.append(time.thread_time() - start)
            if not equal:
                missed.append(f"  {row['gold']!r:.200}\n  {restyled!r:.200}\n      {why[:300]}")
        times.sort()
        print(f"{'self restyled':<28} {1000 - len(missed)}/1000  {speed(times)}")
        if args.misses:
            print("\n".join(missed))
    for name in ("gsm8k_solutions", "qwen_cot"):
        if not wanted or name in wanted:
            data = [
                {**r, "gold": r["reference"], "prediction": r["completion"]}
                for r in rows(args.corpora / "rollouts" / f"{name}.jsonl")
            ]
            report(name, data, DEFAULT, name, args.misses)
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


if __name__ == "__main__":
    main()
