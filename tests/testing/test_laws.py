"""Each law catches a verifier that breaks it, by name; those that are sound pass."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from assay import Example
from assay.cli.main import main
from assay.errors import ConfigError, PluginError
from assay.plugins.host import Host, PluginWarning
from assay.testing.bench.bench import Settings
from assay.testing.check import Checked, check, chosen, write_golden
from assay.testing.laws import LAWS

BROKEN = Path(__file__).with_name("broken.py")
HOST = Host(plugins=[str(BROKEN)])
QUICK = Settings(timeout_s=2.0, hostile=80)

CAUGHT = {
    "kit.examples": "meets-its-examples",
    "kit.unexampled": "meets-its-examples",
    "kit.malformed": "honest-about-undecided",
    "kit.empty": "empty-earns-nothing",
    "kit.echo": "echo-earns-nothing",
    "kit.range": "score-in-range",
    "kit.levels": "scores-at-its-levels",
    "kit.named": "names-itself",
    "kit.crash": "no-crash",
    "kit.deadline": "holds-its-deadline",
    "kit.cost": "cost-is-true",
    "kit.runs": "runs-no-completion",
    "kit.network": "no-network",
    "kit.files": "no-files",
    "kit.processes": "no-processes",
    "kit.twice": "same-twice",
    "kit.hashes": "same-in-another-process",
    "kit.order": "same-in-any-order",
    "kit.needs": "reads-only-its-needs",
    "kit.touches": "leaves-samples-untouched",
    "kit.workers": "same-through-workers",
    "kit.params": "travels-to-workers",
    "kit.loads": "loads",
    "kit.holds_loop": "lets-others-wait",
    "kit.batch_order": "same-in-a-batch",
    "kit.batch_count": "same-in-a-batch",
}
"""Verifier -> the law that it breaks; it may break others too, which follow from it."""

OF_THE_SPEC = ("kit.examples", "kit.unexampled", "kit.params", "kit.loads")
"""No sample shows these."""

ELSEWHERE = {"signature-follows-behaviour", "cheap-import"}
"""Laws whose breach is of no single verifier of a file; they have tests of their own."""

OTHERS = ("kit.sound", "kit.sound_batch", "kit.sound_waiting", "kit.unserved")


def held(name: str, settings: Settings = QUICK, host: Host = HOST) -> Checked:
    (found,) = check(host.resolve(name), settings)
    return found


@pytest.mark.slow
@pytest.mark.parametrize("name", CAUGHT)
def test_a_broken_verifier_is_caught_by_the_name_of_the_law(name: str) -> None:
    found = held(name)
    broken = {finding.law.name: finding for finding in found.broken}
    assert CAUGHT[name] in broken
    noted = broken[CAUGHT[name]]
    assert noted.what
    assert noted.law.why
    assert noted.law.fix
    if name not in OF_THE_SPEC:
        assert noted.breach is not None
        assert noted.breach.case is not None, "the smallest sample that shows it"


def test_a_sound_verifier_keeps_every_law() -> None:
    found = held("kit.sound")
    assert found.passed, [(f.law.name, f.what) for f in found.broken]
    assert {f.law.name for f in found.findings if f.ruling == "not checked"} == {
        "cheap-import",
        "lets-others-wait",
        "signature-follows-behaviour",
    }
    assert found.samples > 90


@pytest.mark.slow
@pytest.mark.parametrize("name", ["kit.sound_batch", "kit.sound_waiting"])
def test_sound_ones_of_the_other_forms_keep_every_law(name: str) -> None:
    found = held(name)
    assert found.passed, [(f.law.name, f.what) for f in found.broken]
    unchecked = {f.law.name for f in found.findings if f.ruling == "not checked"}
    assert "same-in-a-batch" not in unchecked


def test_of_a_verifier_without_its_service_little_is_said() -> None:
    """A law that was not tried is not said to hold."""
    found = held("kit.unserved")
    assert found.passed, [(f.law.name, f.what) for f in found.broken]
    holds = {f.law.name for f in found.findings if f.ruling == "holds"}
    assert holds == {"loads", "travels-to-workers", "honest-about-undecided"}
    reasons = {f.law.name: f.what for f in found.findings if f.ruling == "not checked"}
    assert "cannot be reached: connection refused" in reasons["no-crash"]


def test_two_broken_ones_in_the_quick_tests() -> None:
    """A crash is shrunk to what shows it; a levels breach names both."""
    (crash,) = [f for f in held("kit.crash").broken if f.law.name == "no-crash"]
    assert crash.breach is not None
    assert crash.breach.case is not None
    assert crash.breach.case.sample.text == "{"
    (level,) = [f for f in held("kit.levels").broken if f.law.name == "scores-at-its-levels"]
    assert "score 0.5" in level.what
    assert "0, 1" in level.what


def test_every_law_says_why_and_how_to_mend_it() -> None:
    assert len({law.name for law in LAWS}) == len(LAWS) >= 15
    assert {law.name for law in LAWS} == {*CAUGHT.values(), *ELSEWHERE}
    for law in LAWS:
        assert law.name == law.name.lower()
        assert len(law.why) > 20
        assert len(law.fix) > 20


KNOWN = {
    "style.autopep8": {"holds-its-deadline"},
    "style.joint": {"holds-its-deadline"},
}
"""autopep8 takes minutes for a line of ten thousand characters; the engine's clock judges it 0."""


OURS = sorted({o.spec.name.partition("@")[0] for o in chosen(Host(), ["assay"])})


def test_all_of_ours_are_held_to_them() -> None:
    assert {"math.answer", "code.tests", "style.joint", "group.rank"} < set(OURS)


@pytest.mark.slow
@pytest.mark.parametrize("name", OURS)
def test_our_own_verifiers_keep_the_laws(name: str) -> None:
    settings = Settings(
        timeout_s=5.0, hostile=300 if name[:5] in ("math.", "forma", "lengt") else 60
    )
    forms = check(Host().resolve(name), settings)  # one for each way in which it has examples
    broken = {f.law.name: f.what for found in forms for f in found.broken}
    assert set(broken) <= KNOWN.get(name, set()), broken


@pytest.mark.slow
def test_a_golden_file_catches_a_score_that_changed_under_one_signature(tmp_path: Path) -> None:
    golden = tmp_path / "golden.json"
    settings = Settings(timeout_s=2.0, hostile=10, golden=str(golden))
    first = held("kit.sound", settings)
    write_golden(golden, [first])
    assert held("kit.sound", settings).passed
    kept = json.loads(golden.read_text(encoding="utf-8"))
    ((_, entry),) = kept["verifiers"].items()
    digest = next(d for d, verdict in entry["verdicts"].items() if verdict[1] == 1.0)
    entry["verdicts"][digest] = ["judged", 0.0]
    golden.write_text(json.dumps(kept), encoding="utf-8")
    (broken,) = held("kit.sound", settings).broken
    assert broken.law.name == "signature-follows-behaviour"
    assert "under the same signature it was 0 and is now 1" in broken.what
    entry["signature"] = "another"
    golden.write_text(json.dumps(kept), encoding="utf-8")
    assert held("kit.sound", settings).passed
    golden.write_text("[]", encoding="utf-8")
    with pytest.raises(ConfigError, match="is not a golden file of"):
        write_golden(golden, [first])


@pytest.mark.slow
def test_a_plugin_that_is_dear_to_import_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As a distribution, since only those are imported by every command."""
    source = (
        "import time\nfrom assay import Example, verifier\n"
        "while time.process_time() < 1.5:\n    pass\n"
        "@verifier('dear.yes@1', cost='inline', levels=[0, 1], examples=[\n"
        "    Example.full('yes'), Example.zero('no')])\n"
        "def yes(sample):\n    'A yes.'\n    return sample.answer.strip() == 'yes'\n"
    )
    (tmp_path / "dear_plugin.py").write_text(source, encoding="utf-8")
    known = tmp_path / "dear_plugin-1.0.dist-info"
    known.mkdir()
    (known / "METADATA").write_text("Metadata-Version: 2.1\nName: dear-plugin\nVersion: 1.0\n")
    (known / "entry_points.txt").write_text("[assay]\ndear = dear_plugin\n")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    found = held("dear.yes", QUICK, Host())
    assert "cheap-import" in {finding.law.name for finding in found.broken}


def test_what_is_checked_is_named_by_verifier_distribution_or_file() -> None:
    assert [o.spec.name for o in chosen(HOST, ["kit.sound@1"])] == ["kit.sound@1"]
    assert len(chosen(HOST, [str(BROKEN)])) == len(CAUGHT) + len(OTHERS)
    assert len(chosen(HOST, ["assay"])) >= 16
    with pytest.raises(
        ConfigError, match=r"'kit.nothing' is neither a verifier, nor a distribution"
    ):
        chosen(HOST, ["kit.nothing"])
    with pytest.raises(ConfigError, match=r"file with verifiers; did you mean 'kit.sound'\?"):
        chosen(HOST, ["kit.sond"])


def test_a_plugin_that_is_not_installed_is_said_how_to_check(tmp_path: Path) -> None:
    """As after `assay new-plugin`, whose folder is what there is to name."""
    with pytest.raises(ConfigError, match="\nfix: install the plugin in that folder"):
        chosen(HOST, [str(tmp_path)])


def test_a_distribution_that_is_there_and_broken_is_not_called_unknown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its author must read what it raised, and where."""
    info = tmp_path / "kit_broken-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: kit-broken\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[assay]\nkit_broken = kit_broken_plugin\n")
    (tmp_path / "kit_broken_plugin.py").write_text("x = 1\nVerifierSpecc()\n")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.warns(PluginWarning):
        host = Host()
    with pytest.raises(ConfigError) as caught:
        chosen(host, ["kit-broken"])
    assert str(caught.value).splitlines()[:2] == [
        "'kit-broken' is neither a verifier, nor a distribution, nor a file with verifiers",
        "not loaded: plugin 'kit_broken' could not be loaded: NameError: name 'VerifierSpecc' is "
        "not defined (kit_broken_plugin.py, line 2)",
    ]


def test_the_command_shows_writes_and_exits(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "120")
    file = tmp_path / "mine.py"
    file.write_text(
        "from assay import Example, verifier\n"
        "@verifier('demo.short@1', cost='inline', levels=[0, 1], examples=[\n"
        "    Example.full('ok'), Example.zero('far too long')])\n"
        "def short(sample):\n"
        "    'Short texts.'\n"
        "    return 0 < len(sample.answer) < 5\n",
        encoding="utf-8",
    )
    with pytest.raises(SystemExit) as done:
        main(["check", "mine.py", "--hostile", "20", "--json", "out.json", "--badge", "badge.svg"])
    shown = capsys.readouterr().out
    assert done.value.code == 1
    assert "BROKEN  empty-earns-nothing" in shown
    assert "fix: judge 0 where the completion has no answer" in shown
    (found,) = json.loads((tmp_path / "out.json").read_text(encoding="utf-8"))
    assert found["passed"] is False
    assert {law["law"] for law in found["laws"]} == {law.name for law in LAWS}
    assert "broken" in (tmp_path / "badge.svg").read_text(encoding="utf-8")
    mended = file.read_text(encoding="utf-8").replace(
        "0 < len(sample.answer)", "0 < len(sample.answer.strip(' \\n\\u200b'))"
    )
    file.write_text(mended, encoding="utf-8")
    with pytest.raises(SystemExit) as done:
        main(["check", "mine.py", "--hostile", "20", "--all"])
    assert done.value.code == 0, capsys.readouterr().out
    for arguments, said in (
        (["check", "nothing.py"], "does not exist"),
        (["check", "mine.py", "--update-golden"], "needs --golden"),
        (["check", "mine.py", "--timeout", "0"], "must be above 0"),
    ):
        with pytest.raises(SystemExit) as done:
            main(arguments)
        assert done.value.code == 2
        assert said in capsys.readouterr().err


@pytest.mark.parametrize(
    ("made", "said"),
    [
        (lambda: Example.full("x", refrence="1"), "has the field 'refrence'.*did you mean"),
        (lambda: Example.scores(2.0, "x"), "score is 2.0, must lie in"),
        (lambda: Example.full("x", info={"f": open}), "an example cannot be read"),
    ],
)
def test_an_example_that_cannot_be_is_refused(made: object, said: str) -> None:
    with pytest.raises(PluginError, match=said):
        made()  # type: ignore[operator]
