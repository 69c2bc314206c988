"""One grader of math answers, in a process of its own: rows in by standard input, verdicts out.

Run by `math_answers.py` with the Python of the environment in which the grader is installed, so
this file imports nothing but the standard library and the grader itself. Every grader is imported
from its installed package; the functions here only put the arguments in its order and choose the
way of calling it that its documentation recommends. What that way is stands in `HOW`, and from
there in the report.

Protocol: a line ``{"gold", "prediction", "bare", "config"}`` in, a line ``{"equal", "s", "cpu_s"}``
out;
the first line out tells the time of import and of a first call, which are not part of any row.
"""

from __future__ import annotations

import importlib
import importlib.util
import json
import os
import re
import resource
import sys
import time
import types
from collections.abc import Callable
from typing import Any

Grade = Callable[[dict[str, Any]], bool]

HOW = {
    "assay": "`MathAnswer().verify(sample)` for responses (and `escalated` where it asks for it), "
    "`equivalent` for bare answers, on the restyled pairs with the text layer off",
    "assay-lenient": "the same with the preset `lenient`",
    "math-verify": "`verify(parse(gold), parse(prediction))`, a text without `$`, `\\(`, `\\[` or "
    "`\\boxed` wrapped in `$`; its own tests and lighteval's with the extraction that the row "
    "names and no wrapping; 5 s timeouts as they come",
    "math-verify-boxed": "the same, but bare answers wrapped in `\\boxed{}`",
    "math-verify-raw": "the same, nothing wrapped",
    "verl-math": "`math_reward.compute_score`, bare answers wrapped in `\\boxed{}`",
    "verl-dapo": "`math_dapo.compute_score`, bare answers wrapped as `Answer: `",
    "verl-prime": "`prime_math.compute_score`, bare answers wrapped in `\\boxed{}`",
    "mathruler": "`grade_answer` (a descendant of prm800k's), its own `extract_boxed_content`",
    "lm-eval-score": "`math_equal` of the task `score` (a descendant of ToRA's and prm800k's, as "
    "Qwen2.5-Math's is), its own `extract_answer` and `normalize_answer_string`",
    "lm-eval-minerva": "`is_equiv` of `minerva_math`, its own `normalize_final_answer`",
    "inspect-ai": "the scorer `math()`, bare answers wrapped in `\\boxed{}`",
    "ai4math": "`extract_answer`, then `verify`",
}

DELIMITED = re.compile(r"\$|\\\(|\\\[|\\boxed|\\begin")


def wrapped(text: str) -> str:
    """`text` in dollars, unless something in it already marks where mathematics stands."""
    return text if DELIMITED.search(text) else f"${text}$"


def boxed(text: str) -> str:
    """`text` without its dollars, in a box."""
    inner = text.strip()
    if len(inner) > 1 and inner[0] == inner[-1] == "$" and "$" not in inner[1:-1]:
        inner = inner[1:-1]
    return inner if "\\boxed" in inner else f"\\boxed{{{inner}}}"


def without_dollars(text: str) -> str:
    """`text` without the one pair of dollars around all of it."""
    inner = text.strip()
    return inner[1:-1] if inner[:1] == inner[-1:] == "$" and inner.count("$") == 2 else inner


def package_without_its_init(*names: str) -> None:
    """Let the submodules of `names` be imported without running the packages' own imports.

    A training library's `__init__` wants torch and ray; its graders do not.
    """
    for name in names:
        parent, _, leaf = name.rpartition(".")
        if parent:
            paths = [os.path.join(p, leaf) for p in sys.modules[parent].__path__]
        else:
            paths = [os.path.join(p, leaf) for p in sys.path]
        module = types.ModuleType(name)
        module.__path__ = [p for p in paths if os.path.isdir(p)]
        if not module.__path__:
            raise ModuleNotFoundError(name)
        sys.modules[name] = module


# -- ours ------------------------------------------------------------------------------------


def assay(preset: str = "default") -> Grade:
    from math_scoreboard import config_policy  # what a row's upstream switches mean here

    from assay.errors import ReferenceUnreadable
    from assay.model import Sample, Verdict
    from assay.verifiers.math_answer import equivalent
    from assay.verifiers.math_answer.policy import DEFAULT, LENIENT
    from assay.verifiers.math_answer.verifier import MathAnswer

    base = LENIENT if preset == "lenient" else DEFAULT
    without_text = base.model_copy(update={"text_layer": False})
    verifier = MathAnswer(base)

    def grade(row: dict[str, Any]) -> bool:
        config = row["config"]
        try:
            if row["bare"]:
                policy = without_text if config.get("text_layer") is False else base
                return equivalent(row["gold"], row["prediction"], policy).equal
            judge = verifier
            if config and preset == "default":
                judge = MathAnswer(config_policy({"config": json.dumps(config)}))
            sample = Sample(row["prediction"], reference=row["gold"])
            verdict = judge.verify(sample)
            if not isinstance(verdict, Verdict):
                verdict = judge.escalated(sample)
            return verdict.score == 1.0
        except ReferenceUnreadable:
            return False

    return grade


# -- theirs ----------------------------------------------------------------------------------


def math_verify(wrap: Callable[[str], str]) -> Grade:
    import logging

    from math_verify import (  # type: ignore[import-not-found]
        ExprExtractionConfig,
        LatexExtractionConfig,
        parse,
        verify,
    )

    logging.disable(logging.CRITICAL)
    kinds = {"latex": LatexExtractionConfig(), "expr": ExprExtractionConfig()}

    def grade(row: dict[str, Any]) -> bool:
        gold, prediction, config = row["gold"], row["prediction"], row["config"]
        options = {
            {"precision": "float_rounding"}.get(k, k): config[k]
            for k in ("precision", "strict", "allow_set_relation_comp")
            if k in config
        }
        if "match_types" in config:
            named = [kinds[k] for k in kinds if k in str(config["match_types"])]
            how = {"extraction_config": named} if named else {}
            return bool(verify(parse(gold, **how), parse(prediction, **how), **options))
        if row["bare"]:
            prediction = wrap(prediction)
        return bool(verify(parse(wrap(gold)), parse(prediction)))

    return grade


def verl(which: str) -> Grade:
    package_without_its_init("verl", "verl.utils", "verl.utils.reward_score")
    module = importlib.import_module(f"verl.utils.reward_score.{which}")

    def grade(row: dict[str, Any]) -> bool:
        prediction = row["prediction"]
        if row["bare"]:
            plain = without_dollars(prediction)
            prediction = f"Answer: {plain}" if which == "math_dapo" else boxed(prediction)
        score = module.compute_score(prediction, without_dollars(row["gold"]))
        if isinstance(score, dict):
            score = score.get("acc", score.get("score"))
        elif isinstance(score, tuple):
            score = score[0]
        return bool(score and float(score) > 0)

    return grade


def mathruler() -> Grade:
    from mathruler.grader import (  # type: ignore[import-not-found]
        extract_boxed_content,
        grade_answer,
    )

    def grade(row: dict[str, Any]) -> bool:
        prediction = row["prediction"]
        if not row["bare"] or "\\boxed" in prediction:
            prediction = extract_boxed_content(prediction)
        return bool(grade_answer(without_dollars(prediction), without_dollars(row["gold"])))

    return grade


def lm_eval(which: str) -> Grade:
    folder = next(
        p for p in (os.path.join(s, "lm_eval", "tasks") for s in sys.path) if os.path.isdir(p)
    )
    path = {"score": "score/math/math_grader.py", "minerva": "minerva_math/utils.py"}[which]
    spec = importlib.util.spec_from_file_location(f"peer_{which}", os.path.join(folder, path))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)

    def score(row: dict[str, Any]) -> bool:
        prediction = row["prediction"]
        if not row["bare"] or "\\boxed" in prediction:
            prediction = module.extract_answer(prediction) or prediction
        tidy = module.normalize_answer_string
        return bool(
            module.math_equal(tidy(without_dollars(prediction)), tidy(without_dollars(row["gold"])))
        )

    def minerva(row: dict[str, Any]) -> bool:
        prediction = row["prediction"]
        if not row["bare"]:
            found = module.get_unnormalized_answer(prediction)
            if found == "[invalidanswer]" and "\\boxed" in prediction:
                found = module.remove_boxed(module.last_boxed_only_string(prediction))
            prediction = found
        tidy = module.normalize_final_answer
        return bool(
            module.is_equiv(tidy(without_dollars(prediction)), tidy(without_dollars(row["gold"])))
        )

    return score if which == "score" else minerva


def inspect_ai() -> Grade:
    import asyncio

    from inspect_ai.model import ModelName, ModelOutput  # type: ignore[import-not-found]
    from inspect_ai.scorer import Target  # type: ignore[import-not-found]
    from inspect_ai.scorer import math as scorer
    from inspect_ai.solver import TaskState  # type: ignore[import-not-found]

    score = scorer()
    loop = asyncio.new_event_loop()

    def grade(row: dict[str, Any]) -> bool:
        prediction = boxed(row["prediction"]) if row["bare"] else row["prediction"]
        state = TaskState(
            model=ModelName("mockllm/model"),
            sample_id=0,
            epoch=0,
            input="",
            messages=[],
            output=ModelOutput.from_content("mockllm/model", prediction),
        )
        result = loop.run_until_complete(score(state, Target(row["gold"])))
        return result.value == "C"

    return grade


def ai4math() -> Grade:
    from ai4math.answers.extract import extract_answer  # type: ignore[import-not-found]
    from ai4math.verify.equivalence import verify  # type: ignore[import-not-found]

    def grade(row: dict[str, Any]) -> bool:
        prediction = row["prediction"]
        if not row["bare"]:
            prediction = extract_answer(prediction)
        return bool(verify(row["gold"], prediction))

    return grade


GRADERS: dict[str, Callable[[], Grade]] = {
    "assay": assay,
    "assay-lenient": lambda: assay("lenient"),
    "math-verify": lambda: math_verify(wrapped),
    "math-verify-boxed": lambda: math_verify(boxed),
    "math-verify-raw": lambda: math_verify(lambda text: text),
    "verl-math": lambda: verl("math_reward"),
    "verl-dapo": lambda: verl("math_dapo"),
    "verl-prime": lambda: verl("prime_math"),
    "mathruler": mathruler,
    "lm-eval-score": lambda: lm_eval("score"),
    "lm-eval-minerva": lambda: lm_eval("minerva"),
    "inspect-ai": inspect_ai,
    "ai4math": ai4math,
}

FIRST = {"gold": "\\frac{1}{2}", "prediction": "x^2+\\sqrt{3}", "bare": True, "config": {}}


def cpu_seconds() -> float:
    """Processor time of this process and of those that it started and has waited for."""
    helpers = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + helpers.ru_utime + helpers.ru_stime


def main() -> None:
    name = sys.argv[1]
    # The grader may print; the protocol keeps the real standard output to itself.
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    start = time.perf_counter()
    grade = GRADERS[name]()
    imported = time.perf_counter() - start
    try:
        grade(FIRST)
    except Exception as err:
        print(f"{name}: first call: {type(err).__name__}: {err}", file=sys.stderr)
    json.dump({"import_s": imported, "first_s": time.perf_counter() - start - imported}, out)
    out.write("\n")
    out.flush()
    for line in sys.stdin:
        row = json.loads(line)
        start, cpu = time.perf_counter(), cpu_seconds()
        error = None
        try:
            equal = grade(row)
        except Exception as err:  # a grader that raises has not accepted the answer
            equal, error = False, f"{type(err).__name__}: {err}"[:200]
        took, cpu = time.perf_counter() - start, cpu_seconds() - cpu
        json.dump({"equal": equal, "s": took, "cpu_s": cpu, "error": error}, out)
        out.write("\n")
        out.flush()


if __name__ == "__main__":
    main()
