"""The rubric that weights make, what stands in its file, and what no fit may hide."""

from __future__ import annotations

import json
import subprocess
import sys
import tomllib
from pathlib import Path

import numpy as np
import pytest

from assay.errors import ConfigError, RubricError
from assay.fit import (
    Fit,
    Pairs,
    Report,
    bootstrap,
    find,
    fit,
    make_rubric,
    rubric_file_text,
    save_rubric_file,
    scaled,
)
from assay.rubrics import Criterion, load_rubric

from . import planted

LEVELLED = {"answer": Criterion(use="math.answer", levels=[0, 1])}


def report(fitted: Fit, key: str = "answer") -> Report:
    made = make_rubric(fitted, key=key, criteria=LEVELLED, about="fitted")
    return Report(fitted, key, 0.1, made=made, findings=find(fitted, None, made, None, key))


def test_positive_weights_sum_to_one_and_ratios_are_the_fits() -> None:
    fitted = fit(planted.pairs(2_000, 1))
    shares = scaled(fitted)
    values = {s.name: s.value for s in shares.shares}
    assert sum(v for v in values.values() if v > 0) == pytest.approx(1.0, abs=1e-3)
    assert values["length"] < 0
    for name, value in values.items():
        assert value * shares.unit == pytest.approx(fitted[name].value, rel=1e-3)


def test_only_penalties_are_scaled_by_their_sum() -> None:
    fitted = fit(planted.pairs(800, 2, np.array([-2.0, -1.0])))
    shares = scaled(fitted)
    assert shares.none_positive
    assert sum(s.value for s in shares.shares) == pytest.approx(-1.0, abs=1e-3)


def test_weights_that_are_not_determined_make_no_rubric() -> None:
    with pytest.raises(ConfigError, match="not all weights are determined: the fit is separated"):
        make_rubric(fit(Pairs([[1.0], [0.5]])))


def test_the_file_loads_and_says_what_it_knows(tmp_path: Path) -> None:
    made = report(fit(planted.pairs(200, 3)))
    path = tmp_path / "fitted.toml"
    save_rubric_file(made, path)
    assert made.made is not None
    assert load_rubric(path) == made.made.rubric
    text = path.read_text()
    assert tomllib.loads(text)["key"] == "answer"
    assert "# answer (key)" in text
    assert "95% interval" in text
    assert "fit.wide" in text
    assert "# certificate of the weights as written" in text


def test_the_file_cannot_be_broken_out_of(tmp_path: Path) -> None:
    """A criterion's name is data: no line of a comment may end early."""
    name = 'evil\n[criteria]\n"x" = 1\r\x1b[31m'
    model = Pairs(planted.pairs(300, 4).rows[:, :2], [name, "b"])
    text = rubric_file_text(report(fit(model), key=name))
    head, _, body = text.partition('\nkind = "weighted"')
    assert all(line.startswith("#") or not line for line in head.split("\n"))
    assert set(tomllib.loads(text)["criteria"]) == {name, "b"}
    assert body


def test_json_is_no_place_for_intervals(tmp_path: Path) -> None:
    with pytest.raises(RubricError, match=r"a fitted rubric is written as \.toml"):
        save_rubric_file(report(fit(planted.pairs(300, 3))), tmp_path / "a.json")


def test_json_of_a_report() -> None:
    value = json.loads(json.dumps(report(fit(planted.pairs(300, 5))).to_json(), allow_nan=False))
    assert set(value) == {
        "key", "fit", "rubric", "unit", "weights", "certificate", "margin", "findings",
    }  # fmt: skip
    assert value["weights"]["answer"]["needed"] > 0


@pytest.mark.parametrize(
    ("weights", "floor"),
    [((2.0, 1.0), 0.5), ((2.0, -1.0), 0.5), ((1.0, -3.0), 0.78)],
    ids=["no penalty", "a small one", "one that would close the gate"],
)
def test_behind_a_gate_any_weights_are_proved(weights: tuple[float, float], floor: float) -> None:
    fitted = fit(planted.pairs(4_000, 8, np.array(weights)))
    made = make_rubric(
        fitted, gate="right", criteria={"right": Criterion(use="right", levels=[0, 1])}
    )
    assert made.rubric.kind == "gate"
    assert made.certificate.verdict == "proved"
    assert float(made.rubric.to_dict().get("floor", 0.5)) == pytest.approx(floor, abs=0.02)
    assert load_rubric(made.rubric.to_dict()) == made.rubric


def test_paths_of_nested_criteria_become_keys() -> None:
    """A key may hold neither ``/`` nor ``#``, nor begin with a bracket; names in rows may."""
    names = ["then/style", "a/style", "(x)#1"]
    fitted = fit(Pairs(planted.pairs(500, 9).rows[:, :3], names))
    plain = make_rubric(fitted, key="a/style")
    assert list(plain.rubric.to_dict()["criteria"]) == ["then.style", "a.style", "x)_1"]
    assert plain.key == "a.style"
    nested = make_rubric(fitted, criteria={"then/style": Criterion(use="style.black")})
    assert "then.style" in nested.rubric.to_dict()["criteria"]  # two end in "style"
    alone = fit(Pairs(planted.pairs(500, 9).rows[:, :1], ["then/style"]))
    parts = {"then/style": Criterion(use="style.black")}
    assert make_rubric(alone, criteria=parts).key == "style"


# -- findings -----------------------------------------------------------------------------------


def found(made: Report) -> dict[str, list[str]]:
    out: dict[str, list[str]] = {}
    for finding in made.findings:
        out.setdefault(finding.id, []).append(finding.criterion)
    return out


def test_200_pairs_are_told_not_to_pin_down_five_weights() -> None:
    """At 200 some sign is open in most draws; what is not open is called wide. At 20,000 none."""
    few = [found(report(fit(planted.pairs(200, s)))) for s in range(20)]
    assert sum("fit.sign" in f for f in few) >= 15
    assert all(len(f.get("fit.sign", [])) + len(f.get("fit.wide", [])) >= 2 for f in few)
    many = found(report(fit(planted.pairs(20_000, 1))))
    assert "fit.sign" not in many
    assert "fit.wide" not in many


def test_a_weight_whose_interval_holds_zero_is_an_error_with_a_number() -> None:
    fitted = fit(planted.pairs(400, 1, np.array([3.0, 0.0])))
    (finding,) = [f for f in find(fitted) if f.id == "fit.sign"]
    assert (finding.severity, finding.criterion) == ("error", "style")
    assert finding.because.endswith(
        ", holds 0: 400 pairs do not say whether to pay it or to punish it"
    )
    assert "--criterion" in finding.suggestion


def test_either_interval_may_hold_zero() -> None:
    model = planted.pairs(60, 7)
    fitted = bootstrap(model, fit(model), resamples=200)
    for weight in fitted.weights:
        assert weight.interval is not None
        assert weight.bootstrap is not None
        both = [e for e in (weight.interval, weight.bootstrap) if e[0] <= 0 <= e[1]]
        assert weight.spans_zero == bool(both)


def test_a_key_that_is_punished_is_an_error() -> None:
    fitted = fit(planted.pairs(2_000, 1))
    made = report(fitted, key="length")
    assert found(made)["fit.key"] == ["length"]
    (finding,) = [f for f in made.findings if f.id == "fit.key"]
    assert "chosen and rejected swapped" in finding.suggestion


def test_a_refuted_certificate_is_an_error() -> None:
    """Five weights of which correctness is two fifths cannot be proved."""
    made = report(fit(planted.pairs(3_000, 2)))
    assert made.made is not None
    assert made.made.certificate.verdict == "refuted"
    assert made.made.margin is not None
    assert made.made.margin.verdict == "refuted"
    (finding,) = [f for f in made.findings if f.id == "fit.certificate"]
    assert finding.severity == "error"


@pytest.mark.parametrize(
    ("weights", "verdict", "open_"),
    [((8.0, 1.0), "proved", False), ((2.2, 2.0), "proved", True), ((1.0, 3.0), "refuted", False)],
    ids=["proved within the intervals", "proved as written only", "refuted"],
)
def test_the_certificate_within_the_intervals(
    weights: tuple[float, float], verdict: str, open_: bool
) -> None:
    rng = np.random.default_rng(3)
    rows = rng.random((3_000, 2)) - rng.random((3_000, 2))
    won = rng.random(3_000) < 1 / (1 + np.exp(-rows @ np.array(weights)))
    made = report(fit(Pairs(np.where(won[:, None], rows, -rows), ["answer", "style"])))
    assert made.made is not None
    assert made.made.certificate.verdict == verdict
    assert ("fit.certificate_open" in found(made)) == open_


def test_the_margin_is_the_certificates_at_the_weights() -> None:
    """With next to no noise left, the interval shrinks onto the exact margin."""
    made = report(fit(planted.pairs(100_000, 5))).made
    assert made is not None
    assert made.margin is not None
    assert made.certificate.margin is not None
    low, high = made.margin.interval
    assert low < float(made.certificate.margin) < high
    assert high - low < 0.05


def test_levels_of_auxiliaries_count_in_the_margin() -> None:
    """A criterion between 0 and .5 puts half its weight at stake."""
    fitted = fit(planted.pairs(5_000, 6, np.array([2.0, 1.0])))
    parts = {**LEVELLED, "style": Criterion(use="style", levels=[0, 0.5])}
    half = make_rubric(fitted, key="answer", criteria=parts)
    whole = make_rubric(fitted, key="answer", criteria=LEVELLED)
    assert half.margin is not None
    assert whole.margin is not None
    assert half.margin.interval[0] > whole.margin.interval[1]


def test_few_prompts_are_told() -> None:
    model = planted.clustered_ratings(10, 6, 1)
    (finding,) = [f for f in find(fit(model)) if f.id == "fit.few_prompts"]
    assert finding.severity == "warning"
    model = planted.clustered_ratings(5, 12, 1)
    (finding,) = [f for f in find(fit(model)) if f.id == "fit.few_prompts"]
    assert finding.severity == "error"


# -- the extra ----------------------------------------------------------------------------------


def run(code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-P", "-c", code], capture_output=True, text=True, timeout=60, check=False
    )


@pytest.mark.parametrize("module", ["assay.rubrics", "assay.fit", "assay.cli.commands.fit"])
def test_numpy_is_imported_on_first_use_only(module: str) -> None:
    done = run(f"import {module}, sys; print({{'numpy', 'scipy'}} & set(sys.modules))")
    assert (done.stdout.strip(), done.stderr) == ("set()", "")


@pytest.mark.parametrize("absent", ["numpy", "scipy"])
def test_a_missing_extra_is_one_clear_error(absent: str) -> None:
    done = run(
        f"import sys; sys.modules[{absent!r}] = None\n"
        "from assay.fit import bradley_terry\n"
        "from assay.errors import ConfigError\n"
        "try: bradley_terry([[1.0], [-0.5]])\n"
        "except ConfigError as err: print(err)"
    )
    lines = done.stdout.splitlines()
    assert lines[0].startswith("fitting weights needs numpy and scipy: no module named '")
    assert lines[1] == "fix: pip install numpy scipy"
    assert done.stderr == ""
