"""TRL itself: steps of a trainer, and the example, as its users run them."""

from __future__ import annotations

import importlib
import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
PLUGIN = str(HERE / "loop_plugin.py")
EXAMPLE = HERE.parents[1] / "examples" / "train_trl.py"


def needs_trl() -> None:
    missing = [name for name in ("torch", "trl") if importlib.util.find_spec(name) is None]
    if missing:
        pytest.skip(f"optional part {', '.join(missing)} is not installed: pip install assay[trl]")


def offline(tmp_path: Path) -> dict[str, str]:
    """The environment of a run that reaches no network and no accelerator."""
    home = str(tmp_path / "home")
    return {
        **os.environ,
        "CUDA_VISIBLE_DEVICES": "",
        "HF_HOME": home,
        "HF_HUB_OFFLINE": "1",
        "HF_DATASETS_OFFLINE": "1",
        "TOKENIZERS_PARALLELISM": "false",
    }


def run(tmp_path: Path, *command: str) -> str:
    done = subprocess.run(
        [sys.executable, *command],
        env=offline(tmp_path),
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr[-4000:] + done.stdout[-2000:]
    return done.stdout


@pytest.mark.optional
@pytest.mark.parametrize("form", ["reward", "areward", "per_criterion"])
def test_two_steps_of_grpo(form: str, tmp_path: Path) -> None:
    """Two real steps; completions that hang SymPy are cut off, doubtful ones leave the training."""
    needs_trl()
    out = json.loads(run(tmp_path, str(HERE / "grpo_run.py"), form, str(tmp_path)).splitlines()[-1])
    assert out["steps"] == 2
    assert out["changed"], "the model has not learnt anything"
    assert out["seconds"] < 60.0
    kinds = {row["completion"].partition(":")[0] for row in out["rows"]}
    assert {"yes", "no", "doubt", "factor"} <= kinds
    weights = out["weights"]
    for row in out["rows"]:
        rewards = [math_nan(row[name]) for name in weights]
        if "doubt" in row["completion"]:
            assert rewards == [None] * len(weights)
            assert row["advantage"] == 0.0
            assert row["assay/because"].startswith("unscored: ")
            continue
        value = sum(r * w for r, w in zip(rewards, weights.values(), strict=True))
        yes = 0.75 * ("yes" in row["completion"])
        assert value == pytest.approx(yes + 0.25 * ("factor" not in row["completion"]))
        if "factor" in row["completion"]:
            # a busy machine may not have given the hang its second; it is cut off all the same
            said = row["assay/because"]
            assert "no verdict after" in said or "the machine was too busy" in said
    for log in out["logs"]:
        assert log["assay/cut_off"] > 0.0
        assert log["assay/unscored"] > 0.0
        assert all(f"rewards/{name}/mean" in log for name in weights)


def math_nan(value: float | None) -> float | None:
    return None if value is None or value != value else value


@pytest.mark.optional
def test_the_example_trains_on_rows_of_gsm8ks_form(tmp_path: Path) -> None:
    needs_trl()
    assert len(EXAMPLE.read_text().splitlines()) < 40
    model = str(tmp_path / "model")
    run(tmp_path, str(HERE / "grpo_run.py"), "model", model)
    rows = tmp_path / "rows.jsonl"
    with rows.open("w") as file:
        for n in range(4):
            row = {"question": f"What is {n} + 2?", "answer": f"{n} + 2 = {n + 2}\n#### {n + 2}"}
            file.write(json.dumps(row) + "\n")
    said = run(tmp_path, str(EXAMPLE), model, str(rows), "2")
    assert "rewards/math+format/mean" in said
    assert "math+format/score/math.answer" in said
