"""Probes of plugins: what a spec may say, who may offer it, and what its function may do."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from assay import Engine, PluginError, ProbeSpec, Sample
from assay.errors import ConfigError
from assay.plugins.host import Host
from assay.probes.bundled import bundled
from assay.probes.findings import findings
from assay.probes.run import probe

PLUGIN = '''
"""A probe of our own."""

from assay import Attack, ProbeSpec, hookimpl


@hookimpl
def assay_probes():
    return [
        ProbeSpec("sums.shouted", "the right answer, shouted", f"{__name__}:shouted",
                  claim="wrong", attacks="extraction", subject="answer"),
    ]


def shouted(task):
    for answer in task.answers:
        BODY
'''


def write(
    folder: Path, claim: str = "wrong", body: str = "yield Attack(f'{answer}!', 'aloud')"
) -> str:
    path = folder / "shouting.py"
    path.write_text(PLUGIN.replace("CLAIM", claim).replace("BODY", body))
    return str(path)


@pytest.mark.parametrize(
    ("change", "noted"),
    [
        ({"name": "sums"}, "probe name 'sums' is not of the form 'family.what'"),
        ({"name": "Sums.x"}, "probe name 'Sums.x' is not of the form"),
        ({"name": "sums.x@1"}, "probe name 'sums.x@1' is not of the form"),
        (
            {"target": "nowhere"},
            "probe 'sums.x': target 'nowhere' is not 'package.module:function'",
        ),
        ({"claim": "true"}, "probe 'sums.x': claim 'true' is not one of wrong, honest, neutral"),
        ({"subject": "maths"}, "probe 'sums.x': subject 'maths' is not one of any, answer, code"),
    ],
    ids=["no family", "capitals", "a version", "a target", "a claim", "a subject"],
)
def test_a_spec_that_cannot_be(change: dict[str, Any], noted: str) -> None:
    good = {
        "name": "sums.x",
        "summary": "x",
        "target": "m:f",
        "claim": "wrong",
        "attacks": "x",
    }
    assert ProbeSpec(**good).family == "sums"  # type: ignore[arg-type]
    with pytest.raises(PluginError) as caught:
        ProbeSpec(**{**good, **change})  # type: ignore[arg-type]
    assert str(caught.value).startswith(noted)


def test_the_host_offers_probes_of_everyone(tmp_path: Path) -> None:
    host = Host(plugins=[write(tmp_path)])
    offer = host.probes["sums.shouted"]
    assert offer.plugin.startswith("file ")
    assert offer.load() is not None
    assert host.probes["answer.hedge"].plugin == "assay.probes"
    assert list(host.probes) == sorted(host.probes)


def test_ours_can_be_blocked() -> None:
    host = Host(blocked=["assay.probes"])
    assert host.probes == {}
    assert host.offers


def test_a_name_offered_twice_is_an_error(tmp_path: Path) -> None:
    path = Path(write(tmp_path))
    path.write_text(path.read_text().replace("sums.shouted", "answer.hedge"))
    with pytest.raises(PluginError) as caught:
        Host(plugins=[str(path)])
    first, *rest = str(caught.value).splitlines()
    assert first == "probe 'answer.hedge' is offered twice:"
    assert rest[0] == "  by plugin 'assay.probes'"


def test_what_is_no_spec_is_told(tmp_path: Path) -> None:
    path = tmp_path / "odd.py"
    path.write_text(
        "from assay import hookimpl\n@hookimpl\ndef assay_probes():\n    return ['x']\n"
    )
    with pytest.warns(UserWarning, match="offers a probe that cannot be used: wanted a ProbeSpec"):
        host = Host(plugins=[str(path)])
    assert len(host.errors) == 1


def board_of(path: str) -> Any:
    with Engine("math", plugins=[path], cache_size=0) as engine:
        return probe(engine, bundled("answers"), n=3, probes=["sums"])


def test_a_probe_of_a_plugin_stands_on_the_board(tmp_path: Path) -> None:
    board = board_of(write(tmp_path, body="yield Attack(f'The answer is {answer}.', 'aloud')"))
    (line,) = board.lines
    assert (line.spec.name, line.form, line.figure, line.n) == ("sums.shouted", "aloud", 1.0, 3)
    found = [f for f in findings(board) if f.id == "probe.paid"]
    assert [f.severity for f in found] == ["error"]


def test_a_probe_that_raises_is_told_and_the_board_stands(tmp_path: Path) -> None:
    board = board_of(write(tmp_path, body="raise KeyError(answer)"))
    (line,) = board.lines
    assert line.error.startswith("KeyError: ")
    assert [f.id for f in findings(board)] == ["probe.broken"]


def test_a_target_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    path = Path(write(tmp_path))
    path.write_text(path.read_text().replace(":shouted", ":whispered"))
    with pytest.raises(PluginError, match="shouted"):
        board_of(str(path))


def test_a_label_never_reaches_a_verifier(tmp_path: Path) -> None:
    """What is judged is the completion, not what is known of it."""
    path = tmp_path / "nosy.py"
    path.write_text(
        "from assay import PluginError, verifier\n\n\n"
        "@verifier('nosy.label@1', cost='inline')\n"
        "def label(sample):\n"
        "    try:\n        return float(getattr(sample, 'label'))\n"
        "    except PluginError:\n        return 1.0\n"
    )
    with (
        Engine({"nosy.label": 1}, plugins=[str(path)], cache_size=0) as engine,
        pytest.raises(ConfigError, match=r"'nosy\.label@1' reads 'label' of its sample"),
    ):
        probe(engine, bundled("answers"), n=3)


def test_a_sample_knows_nothing_of_the_old_completion(tmp_path: Path) -> None:
    """Lengths, steps and turns given for the user's completion are not taken for the attack's."""
    path = tmp_path / "watch.py"
    path.write_text(
        "from assay import verifier\n\n\n"
        "@verifier('watch.it@1', cost='inline', needs=['reference', 'n_tokens?', 'steps?',"
        " 'turns?'])\n"
        "def it(sample):\n"
        "    fresh = 'old' not in sample.text\n"
        "    old = sample.steps or sample.n_tokens == 777\n"
        "    kept = any('old' in t.completion for t in sample.turns or ())\n"
        "    return 0.0 if fresh and (old or kept) else 1.0\n"
    )
    samples = [
        Sample(
            f"old {i}", reference=str(i), prompt=f"p{i}", label=True, n_tokens=777, steps=[1.0],
            turns=[{"completion": "old"}],
        )
        for i in range(3)
    ]  # fmt: skip
    with Engine({"watch.it": 1}, plugins=[str(path)], cache_size=0) as engine:
        board = probe(engine, samples, probes=["answer.wrong", "blank.gibberish"])
    assert [line.figure for line in board.lines] == [1.0, 1.0]
