"""Arguments of the wrong kind: one clear error by the argument's name, and no result by chance."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path

import pytest

import assay
from assay import Engine, Sample, Verdict, VerifierSpec, WaitPolicy, load_rubric
from assay.datasets import named, recognised, rows
from assay.errors import (
    ConfigError,
    PluginError,
    RubricError,
    SampleError,
    VerdictError,
)
from assay.ledger import Ledger
from assay.rubrics import Gate, Weighted, best_of, rubric_text, save_rubric, summary, values

from .support.wrong_values import Call, Thing, Wrong, escapes

RIGHT = Verdict.judged("math.answer@1", 1.0, "equal")
SAMPLE = Sample(r"\boxed{1}", reference="1")
RUBRIC = Weighted(criteria={"math.answer": 1, "format.boxed": 0.1})
ONE = load_rubric("math")
REWARD = ONE.compose([RIGHT])


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    with Engine("math", workers=1, on_unscored="ignore") as made:
        yield made


CALLS = [
    Call("Sample", Sample, {
        "completion": "x", "reference": "1", "prompt": "p", "tests": {}, "steps": [], "turns": [],
        "n_tokens": 1, "step": 1, "finish_reason": "stop", "label": 1, "prompt_id": "a",
        "group_id": "a", "peers": [], "info": {},
    }),
    Call("Sample.from_row", Sample.from_row, {"row": {"completion": "x"}, "columns": {}}),
    Call("Verdict", Verdict, {
        "verifier": "a.b@1", "status": "judged", "score": 1.0, "because": "", "parts": (),
        "feedback": None, "details": {}, "seconds": 0.0,
    }),
    Call("VerifierSpec", VerifierSpec, {
        "name": "a.b@1", "summary": "", "target": "a:b", "cost": "worker", "needs": (),
        "levels": None, "params": None, "deterministic": True, "tools": (), "examples": (),
        "effects": (), "pays": (), "batch": None, "waiting": None, "retired": {},
    }),
    Call("verifier", lambda **k: assay.verifier(**k)(lambda sample: 1.0), {
        "name": "a.b@1", "needs": (), "levels": None, "cost": "worker", "examples": (),
    }),
    Call("WaitPolicy", WaitPolicy, {
        "concurrency": 1, "retries": 1, "timeout_s": 1.0, "deadline_s": 1.0, "pause_s": 1.0,
    }),
    Call("load_rubric", load_rubric, {"source": {"math.answer": 1}, "host": None}),
    Call("a criterion", lambda entry: load_rubric({"a.b": entry}), {"entry": 1}),
    Call("Gate", Gate, {"gate": "a.b", "then": "c.d", "floor": 0.5, "at": 1.0, "key": None}),
    Call("compose", ONE.compose, {"verdicts": [RIGHT], "sample": None}),
    Call("compose one", lambda v: ONE.compose({"math.answer": v}), {"v": RIGHT}),
    Call("prove", RUBRIC.prove, {
        "key": None, "given": (), "beta": 0.1, "p0": (0.5,), "noise": {"fp": 0.01}, "host": None,
    }),
    Call("rubric_text", rubric_text, {"rubric": RUBRIC, "form": "toml"}),
    Call("values", values, {"rewards": [REWARD], "unscored": 0.0}),
    Call("summary", summary, {"rewards": [REWARD]}),
    Call("best_of", best_of, {"rewards": [REWARD]}),
    Call("equivalent", assay.equivalent, {"reference": "1", "answer": "1"}),
    Call("same_value", assay.same_value, {"a": "1", "b": "1"}),
    Call("named", named, {"name": "gsm8k"}),
    Call("recognised", recognised, {"rows": [{"question": "1", "answer": "#### 1"}]}),
    Call("rows", rows, {"name": "gsm8k", "source": [{"question": "1", "answer": "#### 1"}]}),
    Call("Ledger", Ledger, {
        "folder": "a", "flush_rows": 1, "flush_s": 1.0, "flush_bytes": 1, "backlog_rows": 1,
        "backlog_bytes": 1,
    }),
]  # fmt: skip


@pytest.mark.parametrize("call", CALLS, ids=lambda call: call.name)
def test_only_errors_of_ours_come_out(call: Call) -> None:
    assert escapes(call) == []


def test_only_errors_of_ours_come_out_of_an_engine(engine: Engine, tmp_path: Path) -> None:
    batch = {"samples": [SAMPLE], "step": 1, "budget_s": 5.0}
    bounds = {"workers": 1, "timeout_s": 5.0}
    verify = Call("verify", assay.verify, {"completion": r"\boxed{1}", "reference": "1", **bounds})
    assert escapes(Call("batch", engine.verify_batch, batch)) == []
    assert escapes(verify) == []
    save = Call(
        "save_rubric", lambda rubric: save_rubric(rubric, tmp_path / "r.toml"), {"rubric": RUBRIC}
    )
    assert escapes(save) == []


WRONG = [
    Wrong(lambda: ONE.compose({"math.answer": 5}), RubricError,
          "the verdict of the criterion 'math.answer' is an int; wanted a Verdict - at `$`\n"
          "  got: 5\n"
          "  fix: what its verifier returned; or Verdict.judged(name, score, because)",
          "a score is no verdict: it does not say who gave it"),
    Wrong(lambda: ONE.compose([5]), RubricError, "verdicts[0] is an int; wanted a Verdict",
          "the same in a list"),
    Wrong(lambda: ONE.compose(RIGHT), RubricError,
          "verdicts is a Verdict; wanted a dict of criteria and their verdicts, or a list",
          "a single verdict is easily given without its list"),
    Wrong(lambda: ONE.compose([RIGHT], {"completion": "x"}), SampleError,
          "sample is a dict; wanted a Sample\nfix: Sample.from_row(row)",
          "a rubric that reads no sample would let a row pass, and the next rubric would not"),
    Wrong(lambda: values(REWARD), ConfigError,
          "rewards is a Reward; wanted a list of rewards\nfix: [reward] for a single one",
          "one reward is not many"),
    Wrong(lambda: values([REWARD], unscored="nan"), ConfigError,
          "unscored is 'nan', must be a number", "a text would stand among the floats"),
    Wrong(lambda: assay.verify_batch({"completion": ["x"]}), SampleError,
          "samples is a dict; wanted a list of samples or rows",
          "columns are not rows; the names of columns would be gone through"),
    Wrong(lambda: Engine("math", blocked=[5]), ConfigError,
          "blocked[0] is an int; wanted a str\nfix: the name of a plugin",
          "a name is text"),
    Wrong(lambda: Engine("math", ledger=""), ConfigError, "the folder of a ledger is empty",
          "an empty path is the working directory to the system, and nobody means that"),
    Wrong(lambda: assay.verify("x", reference="1", workers=True), ConfigError,
          "workers is True, must be 1 to 4096", "True equals 1, also as the key of a kept engine"),
    Wrong(lambda: assay.verify("x", reference="1", timeout_s=[5]), ConfigError,
          "timeout_s is [5], must be above 0", "a list has no hash, and is no key"),
    Wrong(lambda: Sample("x", group_id=Thing()), SampleError,
          "group_id is a Thing; wanted text or a number",
          "the text of an object is its place in memory: each sample would be a group of its own"),
    Wrong(lambda: Sample("x", group_id=math.nan), SampleError, "group_id is NaN",
          "all gaps of a column would be one group"),
    Wrong(lambda: Verdict("a.b@1", "judged", 1.0, seconds=math.nan), VerdictError,
          "seconds is nan, must be a time from 0 on", "NaN is not valid JSON"),
    Wrong(lambda: WaitPolicy(pause_s=None), PluginError, "pause_s is None",
          "None is a bound that is left out, and a pause is none"),
    Wrong(lambda: RUBRIC.prove(host=5), ConfigError, "host is an int; wanted a Host",
          "0 and '' would be taken for no host"),
    Wrong(lambda: rubric_text({"math.answer": 1}), RubricError,
          "rubric is a dict; wanted a Rubric\nfix: load_rubric(...) makes one",
          "a dict is a rubric only once it is read"),
]  # fmt: skip


@pytest.mark.parametrize("case", WRONG, ids=lambda case: case.why)
def test_an_error_names_the_argument(case: Wrong) -> None:
    with pytest.raises(case.error) as raised:
        case.call()
    assert case.noted in str(raised.value)
