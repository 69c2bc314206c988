"""Composers of third parties: found by the host, used by name, searched and never proved."""

from __future__ import annotations

from pathlib import Path

import pytest

from assay.errors import PluginError, RubricError
from assay.model import Verdict
from assay.plugins.host import Host
from assay.rubrics import load_rubric

PLUGIN = '''
from collections.abc import Mapping
from typing import Any, Literal

from assay.plugins.markers import hookimpl
from assay.plugins.spec import ComposerSpec
from assay.rubrics import Rubric
from assay.rubrics.written.reading import Criteria


class Harmonic(Rubric):
    """The harmonic mean."""

    kind: Literal["{kind}"] = "{kind}"
    criteria: Criteria

    def parts(self) -> Mapping[str, Any]:
        return self.criteria

    def formula(self, ops, values):
        if not all(values.values()):
            return 0.0
        return len(values) / sum(1 / v for v in values.values())


@hookimpl
def assay_composers():
    return [ComposerSpec("{kind}", f"{__name__}:Harmonic")]
'''


def host_with(folder: Path, kind: str = "harmonic") -> Host:
    file = folder / f"plugin_{kind}.py"
    file.write_text(PLUGIN.replace("{kind}", kind))
    return Host(plugins=[str(file)])


def test_a_plugins_composer_composes_and_nests(tmp_path: Path) -> None:
    host = host_with(tmp_path)
    table = {
        "kind": "weighted",
        "criteria": {"h": {"kind": "harmonic", "criteria": ["a.a", "b.b"], "weight": 2}, "c.c": 1},
    }
    rubric = load_rubric(table, host)
    assert load_rubric(rubric.to_dict(), host) == rubric
    scores = {"h/a.a": 1.0, "h/b.b": 0.5, "c.c": 1.0}
    reward = rubric.compose({k: Verdict.judged(k, s, "") for k, s in scores.items()})
    assert reward.value == pytest.approx(2 * (2 / 3) + 1)
    assert "h/(harmonic)" in reward.terms


def test_over_columns_each_row_is_worth_what_it_is_alone(tmp_path: Path) -> None:
    """A stranger's formula is called for each distinct row, and no more often than is allowed."""
    np = pytest.importorskip("numpy", reason="optional part not installed: numpy")
    from assay.rubrics.compiled.columns import TooManyRows, evaluated

    host = host_with(tmp_path)
    keys = ["math.answer", "format.boxed"]
    bound = load_rubric({"kind": "harmonic", "criteria": keys}, host).bind(host)
    scores = [(1.0, 0.5), (0.25, 1.0), (1.0, 0.5), (0.0, 1.0), (1.0, 1.0)]
    columns = {key: np.array([row[k] for row in scores]) for k, key in enumerate(keys)}
    plan = bound.plan(None)
    alone = [
        bound.compose(
            {k: Verdict.judged(k, s, "") for k, s in zip(columns, row, strict=True)}
        ).value
        for row in scores
    ]
    assert evaluated(plan, columns).tolist() == alone
    assert evaluated(plan, columns, most=4).tolist() == alone
    with pytest.raises(TooManyRows) as raised:
        evaluated(plan, columns, most=3)
    assert raised.value.args == (4,)


def test_it_is_searched_and_stays_not_proved(tmp_path: Path) -> None:
    host = host_with(tmp_path)
    key = {"levels": [0, 1]}
    sound = load_rubric(
        {"kind": "harmonic", "criteria": {"c.c": key, "a.a": {"levels": [0.5, 1]}}}, host
    )
    certificate = sound.prove(host=host)
    assert certificate.verdict == "not_proved"
    assert certificate.trials > 10_000
    assert "the formula of harmonic is not ours" in str(certificate)
    mixed = {
        "kind": "weighted",
        "criteria": {"c.c": {**key, "weight": 0.4}, "h": {"kind": "harmonic", "criteria": ["a.a"]}},
    }
    certificate = load_rubric(mixed, host).prove(host=host)
    assert certificate.verdict == "refuted"
    witness = certificate.witness
    assert witness is not None
    rubric = load_rubric(mixed, host)
    correct = rubric.compose(witness.verdicts("correct")).value
    wrong = rubric.compose(witness.verdicts("wrong")).value
    assert correct is not None
    assert wrong is not None
    assert correct < wrong


def test_a_kind_of_another_name_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "odd_plugin.py"
    file.write_text(
        PLUGIN.replace("{kind}", "odd").replace('ComposerSpec("odd"', 'ComposerSpec("even"')
    )
    host = Host(plugins=[str(file)])
    with pytest.raises(PluginError, match="which is not a subclass"):
        load_rubric({"kind": "even", "criteria": ["a.a"]}, host)


def test_a_kind_offered_twice_names_both(tmp_path: Path) -> None:
    a, b = tmp_path / "a.py", tmp_path / "b.py"
    for file in (a, b):
        file.write_text(PLUGIN.replace("{kind}", "twice"))
    with pytest.raises(PluginError, match=r"composer 'twice' is offered twice:\n .*a\.py"):
        Host(plugins=[str(a), str(b)])


def test_an_unknown_kind_suggests_a_plugins(tmp_path: Path) -> None:
    with pytest.raises(RubricError, match="did you mean 'harmonic'"):
        load_rubric({"kind": "harmonicc", "criteria": ["a.a"]}, host_with(tmp_path))
