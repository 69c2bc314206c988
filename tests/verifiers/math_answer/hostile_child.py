"""Judges hostile pairs in a process of its own, one per line: ``equivalent 12`` or ``verify 12``.

Answers a JSON line each: what was found, the seconds it took, and the peak memory so far. Run by
`test_hostile_math`, with a bound on its memory, and killed when a pair takes too long.
"""

from __future__ import annotations

import importlib.util
import json
import sys
import time
from pathlib import Path
from typing import Any

from assay import equivalent
from assay.errors import ReferenceUnreadable
from assay.model import Sample
from assay.plugins.spec import Escalate
from assay.verifiers.math_answer.verifier import MathAnswer


def cases() -> list[Any]:
    path = Path(__file__).resolve().parents[2] / "cases" / "hostile_math.py"
    spec = importlib.util.spec_from_file_location("hostile_math", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    found: list[Any] = module.CASES
    return found


def peak_mb() -> float:
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    return 0.0


def judge(mode: str, case: Any) -> dict[str, Any]:
    if mode == "equivalent":
        found = equivalent(case.reference, case.answer)
        return {"equal": found.equal, "certainty": found.certainty, "because": found.because}
    verifier = MathAnswer()
    sample = Sample(f"So the answer is \\boxed{{{case.answer}}}.", reference=case.reference)
    verdict = verifier.verify(sample)
    if isinstance(verdict, Escalate):
        return {"equal": False, "certainty": "unproved", "because": verdict.because}
    return {
        "equal": verdict.score == 1.0,
        "certainty": verdict.details.get("certainty", ""),
        "because": verdict.because,
    }


def main() -> None:
    every = cases()
    equivalent("\\frac{1}{2}x", "x/2")  # imports are not part of any pair
    for line in sys.stdin:
        mode, index = line.split()
        start = time.perf_counter()
        try:
            noted = judge(mode, every[int(index)])
        except ReferenceUnreadable as err:
            noted = {"refused": str(err)[:300]}
        except BaseException as err:
            noted = {"raised": f"{type(err).__name__}: {err}"[:300]}
        noted["seconds"] = time.perf_counter() - start
        noted["peak_mb"] = peak_mb()
        print(json.dumps(noted), flush=True)


if __name__ == "__main__":
    main()
