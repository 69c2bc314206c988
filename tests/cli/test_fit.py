"""`assay fit`: every shape of row, the page, the file, the exit codes, errors word for word."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from assay.fit.checks.correctness import correctness_of
from assay.plugins.host import Host
from assay.rubrics import load_rubric

from .conftest import ONE_FILE, Done, write_rows

Assay = Callable[..., Done]
Row = dict[str, Any]

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "examples/data/preferences_200.jsonl"
QUICK = ("--bootstrap", "0", "--folds", "0")

DECLARED = """
kind = "weighted"
[criteria]
answer = {use = "my.answer", weight = 1, levels = [0, 1]}
style = {use = "my.style", weight = 1}
"""


def simulated(n: int, answer: float = 4.0, style: float = 1.5, seed: int = 0) -> list[Row]:
    """Pairs by Bradley-Terry over `answer` in {0, 1} and `style` in [0, 1]."""
    import math

    rng = random.Random(seed)
    rows = []
    for i in range(n):
        a, b = ({"answer": rng.randint(0, 1), "style": rng.random()} for _ in range(2))
        lead = answer * (a["answer"] - b["answer"]) + style * (a["style"] - b["style"])
        if rng.random() > 1 / (1 + math.exp(-lead)):
            a, b = b, a
        rows.append({"prompt_id": i // 2, "chosen": a, "rejected": b})
    return rows


def page(done: Done, code: int = 0) -> str:
    assert (done.code, done.err) == (code, ""), done.err + done.out
    return done.out


# -- shapes -------------------------------------------------------------------------------------


def test_pairs_of_scores(assay: Assay, tmp_path: Path) -> None:
    write_rows(tmp_path / "p.jsonl", simulated(600))
    (tmp_path / "r.toml").write_text(DECLARED)
    out = page(assay("fit", "p.jsonl", "--rubric", "r.toml", "--plugin", plugin(tmp_path)))
    assert out.startswith("Bradley-Terry, maximum likelihood: 600 pairs of 300 prompts\n")
    assert "answer (key)" in out
    assert "bootstrap of 500 resamples by prompt" in out
    assert "held-out order" in out
    assert "proved - every correct completion is paid more than every wrong one" in out


def plugin(tmp_path: Path) -> Path:
    """Verifiers of the names that the rubric uses; the rows bring the scores, so none is run."""
    path = tmp_path / "mine.py"
    path.write_text(
        "from assay import verifier\n"
        "@verifier('my.answer@1', levels=[0, 1], cost='inline')\ndef a(sample): return 1 / 0\n"
        "@verifier('my.style@1', cost='inline')\ndef b(sample): return 1 / 0\n"
    )
    return path


def test_scores_need_no_verifier_to_be_installed(assay: Assay, tmp_path: Path) -> None:
    """The rubric then only says which criteria there are; and their levels, where it knows."""
    write_rows(tmp_path / "p.jsonl", simulated(600))
    (tmp_path / "r.toml").write_text(DECLARED)
    done = assay("fit", "p.jsonl", "--rubric", "r.toml", *QUICK)
    assert done.code == 0
    assert "no verifier 'my.style'" in done.out
    bare = assay("fit", "p.jsonl", *QUICK)
    assert bare.code == 1
    assert (
        "fix: answer was only ever 0, 1 here; if that is all it can be, say so in a rubric "
        "(levels = [0, 1]) and give it with --rubric" in bare.out
    )


def test_rankings_ratings_and_labels(assay: Assay, tmp_path: Path) -> None:
    rng = random.Random(1)
    completions = [{"answer": rng.randint(0, 1), "style": rng.random()} for _ in range(400)]
    worth = [3 * c["answer"] + 2 * c["style"] + rng.gauss(0, 1) for c in completions]
    write_rows(
        tmp_path / "ratings.jsonl",
        [{"scores": c, "rating": w} for c, w in zip(completions, worth, strict=True)],
    )
    write_rows(
        tmp_path / "labels.jsonl",
        [{"scores": c, "label": w > 2.5} for c, w in zip(completions, worth, strict=True)],
    )
    ranked = [
        [
            c
            for _, c in sorted(
                zip(worth[i : i + 4], completions[i : i + 4], strict=True), key=lambda p: -p[0]
            )
        ]
        for i in range(0, 400, 4)
    ]
    write_rows(tmp_path / "rankings.jsonl", [{"ranking": r} for r in ranked])
    write_rows(tmp_path / "top.jsonl", [{"ranking": r[:1], "rest": r[1:]} for r in ranked])
    for name, title in (
        ("ratings", "Least squares: 400 ratings"),
        ("labels", "Logistic, maximum likelihood: 400 labels"),
        ("rankings", "Plackett-Luce, maximum likelihood: 100 rankings"),
        ("top", "Plackett-Luce, maximum likelihood: 100 rankings"),
    ):
        done = assay("fit", f"{name}.jsonl", *QUICK)
        assert done.out.startswith(title + "\n"), done
        assert "fit.sign" not in done.out
    ratings = json.loads(assay("fit", "ratings.jsonl", *QUICK, "--json").out)
    weights = {w["name"]: w["value"] for w in ratings["fit"]["weights"]}
    assert weights == pytest.approx({"answer": 3.0, "style": 2.0}, abs=0.5)


def test_parquet(assay: Assay, tmp_path: Path) -> None:
    rows = simulated(200)
    pq.write_table(pa.Table.from_pylist(rows), tmp_path / "p.parquet")
    write_rows(tmp_path / "p.jsonl", rows)
    noted = [json.loads(assay("fit", f"p.{x}", *QUICK, "--json").out) for x in ("parquet", "jsonl")]
    assert noted[0]["fit"] == noted[1]["fit"]


TEXTS = ["please look", "thank you " + "very " * 30 + "much", "no", "never " * 30]


def text_pairs(n: int) -> list[Row]:
    """Polite is preferred mostly, and short rather than long."""
    rng = random.Random(3)
    rows = []
    for i in range(n):
        a, b = rng.sample(TEXTS, 2)
        polite = [any(word in text for word in ("please", "thank you")) for text in (a, b)]
        lead = 3 * (polite[0] - polite[1]) + (len(a) < 80) - (len(b) < 80)
        if rng.random() > 1 / (1 + 2.718**-lead):
            a, b = b, a
        rows.append({"prompt": f"q{i // 2}", "chosen": a, "rejected": b})
    return rows


MANNERS = 'kind = "weighted"\n[criteria]\n"demo.polite" = 0.5\n"demo.short" = 0.5\n'


def test_texts_are_scored_by_the_rubric(assay: Assay, tmp_path: Path) -> None:
    write_rows(tmp_path / "t.jsonl", text_pairs(300))
    (tmp_path / "r.toml").write_text(MANNERS)
    done = assay("fit", "t.jsonl", "-r", "r.toml", "--plugin", ONE_FILE, "-o", "new.toml", *QUICK)
    assert done.err == (
        "assay: note: 600 completions scored by --rubric r.toml\nassay: note: new.toml written\n"
    )
    assert done.out.startswith("Bradley-Terry, maximum likelihood: 300 pairs of 150 prompts\n")
    made = load_rubric("new.toml")
    assert made.key == "demo.polite"
    assert set(made.leaves()) == {"demo.polite", "demo.short"}


def test_chat_messages_and_other_columns(assay: Assay, tmp_path: Path) -> None:
    rows = [
        {
            "better": [
                {"role": "user", "content": "?"},
                {"role": "assistant", "content": r["chosen"]},
            ],
            "worse": [
                {"role": "user", "content": "?"},
                {"role": "assistant", "content": r["rejected"]},
            ],
        }
        for r in text_pairs(80)
    ]
    write_rows(tmp_path / "t.jsonl", rows)
    (tmp_path / "r.toml").write_text(MANNERS)
    done = assay(
        "fit",
        "t.jsonl",
        "-r",
        "r.toml",
        "--plugin",
        ONE_FILE,
        *QUICK,
        "--map",
        "chosen=better",
        "--map",
        "rejected=worse",
    )
    assert "160 completions scored" in done.err
    assert "80 pairs" in done.out


def test_what_verify_wrote_needs_no_second_scoring(assay: Assay, tmp_path: Path) -> None:
    rng = random.Random(4)
    rows = [
        {"completion": t, "label": rng.random() < (0.8 if t in TEXTS[:2] else 0.3)}
        for t in TEXTS * 40
    ]
    write_rows(tmp_path / "in.jsonl", rows)
    (tmp_path / "r.toml").write_text(MANNERS)
    assay("verify", "in.jsonl", "-r", "r.toml", "--plugin", ONE_FILE, "-o", "v.jsonl")
    done = assay("fit", "v.jsonl", *QUICK, "-o", "new.toml", "--plugin", ONE_FILE)
    assert done.out.startswith("Logistic, maximum likelihood: 160 labels\n")
    assert "scored by" not in done.err
    assert load_rubric("new.toml").leaves()["demo.polite"].use == "demo.polite@1"


def test_the_criterion_of_correctness_is_the_key_unless_another_is_named(
    assay: Assay, tmp_path: Path
) -> None:
    write_rows(tmp_path / "p.jsonl", simulated(300))
    for args, key in (((), "answer"), (("--key", "style"), "style")):
        assert json.loads(assay("fit", "p.jsonl", *QUICK, *args, "--json").out)["key"] == key


def test_a_feature_is_no_key_for_standing_first(assay: Assay, tmp_path: Path) -> None:
    """Chats and rankings of style have no criterion of correctness: none is made up, and no
    certificate of it advises to gate correctness on length."""
    rows = [
        {
            side: {"length": row[side]["answer"], "politeness": row[side]["style"]}
            for side in ("chosen", "rejected")
        }
        for row in simulated(300)
    ]
    write_rows(tmp_path / "p.jsonl", rows)
    done = assay("fit", "p.jsonl", *QUICK, "--out", "new.toml")
    assert done.code == 0
    assert "(key)" not in done.out
    assert "certificate of" not in done.out
    assert "gate" not in done.out
    assert "fit.no_key" in done.out
    assert set(load_rubric("new.toml").leaves()) == {"length", "politeness"}
    noted = json.loads(assay("fit", "p.jsonl", *QUICK, "--json").out)
    assert (noted["key"], noted["certificate"]) == ("", None)


@pytest.mark.parametrize(
    ("names", "uses", "key"),
    [
        (("length", "math.answer"), {}, "math.answer"),
        (("length", "a"), {"a": "code.tests@1"}, "a"),
        (("format.boxed", "length"), {}, None),
        (("correct", "a"), {"correct": "format.boxed@1"}, None),
        (("style", "is_correct", "acc"), {}, "is_correct"),
        (("accurately", "brightness"), {}, None),
    ],
    ids=[
        "a verifier that needs a reference",
        "a verifier that rows name",
        "no verifier of correctness",
        "what it runs goes before what it is called",
        "the first of two names",
        "a word, not a part of one",
    ],
)
def test_what_judges_correctness(names: Any, uses: Any, key: str | None) -> None:
    assert correctness_of(names, uses, Host()) == key


def test_criteria_can_be_chosen(assay: Assay, tmp_path: Path) -> None:
    write_rows(tmp_path / "p.jsonl", simulated(300))
    done = assay("fit", "p.jsonl", *QUICK, "-c", "style", "--json")
    assert [w["name"] for w in json.loads(done.out)["fit"]["weights"]] == ["style"]


# -- what is not hidden --------------------------------------------------------------------------


@pytest.mark.slow
def test_the_example_of_200_pairs_ends_with_1(assay: Assay) -> None:
    done = assay("fit", EXAMPLE, "-o", "r.toml")
    assert done.code == 1
    assert done.out.count("fit.sign") == 4
    assert done.err == "assay: note: r.toml written; 4 errors stand in its comments\n"
    assert Path("r.toml").read_text().count("# error    fit.sign") == 4


def test_noiseless_preferences_write_nothing(assay: Assay, tmp_path: Path) -> None:
    rng = random.Random(0)
    rows = []
    for _ in range(50):
        a, b = sorted((rng.random(), rng.random()))
        rows.append(
            {"chosen": {"s": b, "t": rng.random()}, "rejected": {"s": a, "t": rng.random()}}
        )
    write_rows(tmp_path / "p.jsonl", rows)
    done = assay("fit", "p.jsonl", "-o", "r.toml", *QUICK)
    assert done.code == 1
    assert "error    fit.separated" in done.out
    assert "no weights maximise the likelihood; each alone does so: s" in done.out
    assert done.err == "assay: note: r.toml is not written: there are no weights to write\n"
    assert not Path("r.toml").exists()
    done = assay("fit", "p.jsonl", "-o", "r.toml", *QUICK, "--l2", "1")
    assert "warning  fit.separated" in done.out
    assert Path("r.toml").exists()


UNDECIDABLE: list[tuple[list[Row], str]] = [
    ([{"prompt_id": i // 2, "chosen": {"a": 1, "b": 0.5}, "rejected": {"a": 1, "b": 0.5}}
      for i in range(20)], "several pairs of a prompt, and no score that differs in any"),
    ([{"chosen": {"a": 1, "b": 0.5}, "rejected": {"a": 1, "b": 0.5}}] * 20,
     "the same without prompts"),
    ([{"scores": {"a": 1, "b": 0.5}, "rating": 3}, {"scores": {"a": 1, "b": 0.7}, "rating": 4}],
     "two ratings: none to spare for the noise, and a criterion that is constant"),
]  # fmt: skip


@pytest.mark.parametrize(("rows", "why"), UNDECIDABLE, ids=[u[1] for u in UNDECIDABLE])
def test_what_rows_cannot_say_is_a_finding(
    assay: Assay, tmp_path: Path, rows: list[Row], why: str
) -> None:
    write_rows(tmp_path / "p.jsonl", rows)
    done = assay("fit", "p.jsonl", "--bootstrap", "100")
    assert "error    fit.constant" in page(done, code=1)


def decided(n: int) -> list[Row]:
    """Who is right is always preferred; among equals it is by style."""
    rows = simulated(n)
    for row in rows:
        if row["chosen"]["answer"] < row["rejected"]["answer"]:
            row["chosen"], row["rejected"] = row["rejected"], row["chosen"]
    return rows


def test_a_key_that_decides_is_put_at_a_gate(assay: Assay, tmp_path: Path) -> None:
    write_rows(tmp_path / "p.jsonl", decided(1_500))
    (tmp_path / "r.toml").write_text(DECLARED)
    args = ("fit", "p.jsonl", "-r", "r.toml", "--plugin", plugin(tmp_path), *QUICK)
    done = assay(*args)
    assert done.code == 1
    assert "quasi-separated: the weights answer 1" in done.out
    assert "fix: answer decides wherever it differs: --tied answer puts it at a gate" in done.out
    done = assay(*args, "--tied", "answer", "-o", "gate.toml")
    assert (done.code, done.err) == (0, "assay: note: gate.toml written\n")
    assert "pairs of" in done.out.splitlines()[0]
    assert done.out.splitlines()[0].endswith("tied in answer")
    assert "proved - every correct completion is paid more" in done.out
    made = load_rubric("gate.toml")
    assert made.to_dict() == {
        "kind": "gate",
        "about": made.about,
        "gate": {"use": "my.answer", "levels": [0, 1]},
        "then": {"kind": "weighted", "criteria": {"style": "my.style"}},
    }


def test_a_gate_that_overrules_is_told(assay: Assay, tmp_path: Path) -> None:
    write_rows(tmp_path / "p.jsonl", simulated(400, answer=1.0))
    noted = json.loads(assay("fit", "p.jsonl", *QUICK, "--tied", "answer", "--json").out)
    (finding,) = [f for f in noted["findings"] if f["id"] == "fit.tied"]
    assert finding["severity"] == "warning"
    agree, of = noted["rows"]["decided"]
    assert finding["because"].endswith(
        f"it orders {agree} of them as chosen, and a gate overrules the other {of - agree}"
    )
    assert noted["fit"]["n"] == 400 - of


def test_left_out_rows_are_told_and_never_zero(assay: Assay, tmp_path: Path) -> None:
    rows = simulated(400)
    for row in rows[:100]:
        row["chosen"] = {**row["chosen"], "style": None}
    write_rows(tmp_path / "p.jsonl", rows)
    done = assay("fit", "p.jsonl", *QUICK, "--json")
    noted = json.loads(done.out)
    assert done.code == 1
    assert noted["fit"]["n"] == 300
    assert noted["rows"]["missing"] == {"style": 100}
    (finding,) = [f for f in noted["findings"] if f["id"] == "fit.left_out"]
    assert finding["severity"] == "error"
    assert finding["because"].startswith("100 of 400 rows (25.0%) are left out for want of a score")
    write_rows(tmp_path / "rest.jsonl", rows[100:])
    rest = json.loads(assay("fit", "rest.jsonl", *QUICK, "--json").out)
    assert rest["fit"]["weights"] == noted["fit"]["weights"]


def test_a_rubrics_missing_stands_in(assay: Assay, tmp_path: Path) -> None:
    rows = simulated(300)
    for row in rows[:50]:
        row["chosen"] = {**row["chosen"], "style": None}
    write_rows(tmp_path / "p.jsonl", rows)
    (tmp_path / "r.toml").write_text(DECLARED.replace("weight = 1}", "weight = 1, missing = 0.25}"))
    done = assay("fit", "p.jsonl", *QUICK, "-r", "r.toml", "--plugin", plugin(tmp_path), "--json")
    noted = json.loads(done.out)
    assert (noted["fit"]["n"], noted["rows"]["left_out"]) == (300, 0)


def test_fail_on(assay: Assay, tmp_path: Path) -> None:
    write_rows(tmp_path / "p.jsonl", simulated(600))
    (tmp_path / "r.toml").write_text(DECLARED)
    args = ("fit", "p.jsonl", *QUICK, "-r", "r.toml", "--plugin", plugin(tmp_path))
    noted = json.loads(assay(*args, "--json").out)
    worst = {f["severity"] for f in noted["findings"]}
    assert "error" not in worst
    assert assay(*args).code == 0
    assert assay(*args, "--fail-on", "info").code == int(bool(worst))


def test_markup_and_escapes_in_names_stay_text(assay: Assay, tmp_path: Path) -> None:
    name = "[red]x[/]\x1b[31m"
    rows = [
        {"chosen": {name: r["chosen"]["style"]}, "rejected": {name: r["rejected"]["style"]}}
        for r in simulated(100)
    ]
    write_rows(tmp_path / "p.jsonl", rows)
    done = assay("fit", "p.jsonl", *QUICK)
    assert r"[red]x[/]\x1b[31m" in done.out
    assert "\x1b" not in done.out


# -- errors, word for word -----------------------------------------------------------------------


class Mistake(NamedTuple):
    rows: list[Row]
    args: tuple[str, ...]
    noted: str
    why: str


PAIR: Row = {"chosen": {"s": 1}, "rejected": {"s": 0}}

MISTAKES = [
    Mistake([PAIR, {"chosen": {"s": 2}, "rejected": {"s": 0}}], (),
            "p.jsonl:2: `chosen.s` is 2, must lie in [0, 1]", "a score out of range"),
    Mistake([PAIR, {"ranking": []}], (),
            "p.jsonl:2: `chosen` is missing", "kinds are not mixed"),
    Mistake([{"chosen": "a", "rejected": "b"}], (),
            "p.jsonl:1: holds completions without scores\n"
            "fix: --rubric R scores them by the criteria of R", "texts without a rubric"),
    Mistake([{"text": "a"}], (),
            "p.jsonl:1: is not a preference: has `text`\n"
            "wanted: `chosen` and `rejected`; or `ranking`; or `rating`; or `label`\n"
            "fix: name the columns, e.g. --map chosen=preferred --map rejected=other",
            "no preference"),
    Mistake([PAIR], ("--kind", "pair"),
            "--kind pair: must be one of pairs, rankings, ratings, labels; did you mean 'pairs'?",
            "an unknown kind"),
    Mistake([PAIR], ("--key", "t"), "--key t: is not one of the criteria\ncriteria: s",
            "an unknown key"),
    Mistake([{"label": True, "scores": {"style": 1}}], ("-c", "stile"),
            "no row has a score of 'stile'; did you mean 'style'?\nscores in the rows: style",
            "an unknown criterion"),
    Mistake([PAIR], ("--tied", "t"), "--tied t: is not one of the criteria\ncriteria: s",
            "an unknown gate"),
    Mistake([{"label": True, "scores": {"s": 1, "t": 1}}], ("--tied", "t"),
            "--tied t: needs pairs, these are labels", "a tie needs pairs"),
    Mistake([{"chosen": {"s": 1, "t": 1}, "rejected": {"s": 0, "t": 1}}],
            ("--tied", "t", "--key", "s"),
            "--tied t: is the key at the gate; --key s contradicts it", "a gate and a key"),
    Mistake([PAIR], ("--tied", "s"), "--tied s: needs another criterion to fit", "a lonely gate"),
    Mistake([PAIR], ("--l2", "-1"), "--l2 -1: must be a number of at least 0", "l2"),
    Mistake([PAIR], ("--confidence", "95"), "--confidence 95: must lie in (0, 1)", "confidence"),
    Mistake([PAIR], ("--bootstrap", "10"),
            "--bootstrap 10: must be at least 100, or 0 for none", "too few resamples"),
    Mistake([PAIR], ("--folds", "1"), "--folds 1: must be at least 2, or 0 for none", "one fold"),
    Mistake([PAIR], ("--width", "0"), "--width 0: must be a positive number", "width"),
    Mistake([PAIR], ("--fail-on", "eror"),
            "--fail-on eror: must be one of info, warning, error; did you mean 'error'?",
            "fail-on"),
    Mistake([PAIR], ("--map", "chosn=a"),
            "--map chosn=a: no field 'chosn'; did you mean 'chosen'?\nfields: chosen, rejected, "
            "ranking, rest, rating, label, scores, prompt, completion, reference, tests, steps, "
            "turns, n_tokens, finish_reason, step, prompt_id, group_id, peers, info", "map"),
    Mistake([PAIR], ("-o", "r.json"),
            "r.json: a fitted rubric is written as .toml, so that its intervals stand beside it in "
            "comments", "JSON has no comments"),
    Mistake(
        [PAIR],
        ("-o", "no/r.toml"),
        "no/r.toml: cannot be written: no folder no\nfix: mkdir -p no",
        "no folder",
    ),
    Mistake([], (), "p.jsonl: no rows to fit weights to", "an empty file"),
    Mistake([{"chosen": {"s": None}, "rejected": {"s": 1}}], (),
            "of 1 pairs none has all its scores; missing: 's' in 1\n"
            "fix: leave the criterion out by naming the others with --criterion",
            "nothing has scores"),
    Mistake([{"scores": {"s": 1}, "label": True}], (),
            "every row has the same label, 1: no preference in it", "one label"),
]  # fmt: skip


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda m: m.why)
def test_a_users_mistake_is_told_word_for_word(
    assay: Assay, tmp_path: Path, mistake: Mistake
) -> None:
    write_rows(tmp_path / "p.jsonl", mistake.rows)
    done = assay("fit", "p.jsonl", *mistake.args)
    assert (done.code, done.out, done.err) == (2, "", f"assay: error: {mistake.noted}\n")


def test_a_line_that_is_no_json(assay: Assay, tmp_path: Path) -> None:
    (tmp_path / "p.jsonl").write_text('{"chosen": {"s": 1}, "rejected": {"s": 0}}\n{"chosen"\n')
    done = assay("fit", "p.jsonl")
    assert done.code == 2
    assert done.err.startswith("assay: error: p.jsonl:2: not JSON: ")


def test_a_completion_that_cannot_be_scored(assay: Assay, tmp_path: Path) -> None:
    write_rows(tmp_path / "p.jsonl", [{"chosen": r"\boxed{1}", "rejected": r"\boxed{2}"}])
    done = assay("fit", "p.jsonl", "-r", "math")
    assert done.code == 2
    assert done.err.startswith("assay: error: p.jsonl:1: cannot be scored: ")


def test_the_rubric_is_not_written_over_an_input(assay: Assay, tmp_path: Path) -> None:
    write_rows(tmp_path / "p.jsonl", [PAIR])
    (tmp_path / "r.toml").write_text(DECLARED)
    done = assay("fit", "p.jsonl", "-r", "r.toml", "-o", "r.toml")
    assert done.err == (
        "assay: error: r.toml: is in use by this run\nfix: name a file that the run does not read\n"
    )
    assert (tmp_path / "r.toml").read_text() == DECLARED
