"""The report as a person uses it: read, filtered, sorted, searched, compared, by mouse and key."""

from __future__ import annotations

import math

import pytest
from browser import Page
from scored import Written

pytestmark = pytest.mark.optional

ENTER, ESCAPE = "\ue007", "\ue00c"


def lines(page: Page) -> list[int]:
    """Lines of the log in the rows on the screen, from the top."""
    page.settle()
    found: list[int] = page.run(
        "return [...document.querySelectorAll('#room .row:not([hidden])')]"
        ".sort((a, b) => a.dataset.at - b.dataset.at)"
        ".map(r => Number(r.querySelector('.place').textContent))"
    )
    return found


def test_it_opens_without_a_complaint_and_asks_the_network_for_nothing(
    page: Page, written: Written
) -> None:
    page.until("document.querySelectorAll('#room .row').length > 5")
    assert page.complaints() == []
    assert page.requests() == [written.path.as_uri()]


def test_every_finding_is_told_with_its_rollouts(page: Page, written: Written) -> None:
    cards = page.all("article.finding")
    assert len(cards) == len(written.audit.findings)
    assert "0.25 [0.125, 0.5], 95% interval" in page.text("#findings")
    page.one("article.finding a[href='#rollout-42']").click()
    page.until("!document.getElementById('detail').hidden")
    assert page.text("#detail h3") == "rewards.jsonl:43"


def test_a_finding_filters_the_browser_to_its_rollouts(page: Page) -> None:
    number = page.run(
        "return [...document.querySelectorAll('article.finding')]"
        ".findIndex(a => a.textContent.includes('two rollouts to read'))"
    )
    page.one(f"button[data-finding='{number}']").click()
    assert lines(page) == [7, 43]
    assert page.text("#count") == "2 of 200 rollouts"


def test_filters_narrow_together_and_clear_together(page: Page, written: Written) -> None:
    wrong = [i + 1 for i, r in enumerate(written.rows) if not r["label"]]
    page.choose("#by-label", "wrong")
    assert page.text("#count") == f"{len(wrong)} of 200 rollouts"
    assert lines(page)[:5] == wrong[:5]
    page.one("#by-group").send_keys("3")
    page.until("document.getElementById('count').textContent.startsWith(arguments[0])", "1 of")
    assert lines(page) == [line for line in wrong if 13 <= line <= 16]
    page.one("#clear").click()
    assert page.text("#count") == "200 rollouts"


def test_unscored_rollouts_can_be_asked_for(page: Page) -> None:
    page.choose("#by-status", "unscored")
    assert page.text("#count") == "0 of 200 rollouts"
    assert lines(page) == []


@pytest.mark.parametrize(
    ("shown", "of"),
    [
        ("reward", lambda r: r["reward"]),
        ("length", lambda r: len(r["completion"])),
        ("short", lambda r: r["terms"]["short"]["score"]),
        ("label", lambda r: r["label"]),
    ],
)
def test_sorting_is_right_both_ways(page: Page, written: Written, shown: str, of: object) -> None:
    values = [of(row) for row in written.rows]  # type: ignore[operator]
    page.choose("#sort", shown)
    up = sorted(range(200), key=lambda i: (values[i], i))
    assert lines(page)[:15] == [i + 1 for i in up[:15]]
    page.one("#reverse").click()
    down = sorted(range(200), key=lambda i: (-values[i], i))
    assert lines(page)[:15] == [i + 1 for i in down[:15]]


def test_search_reads_texts_in_any_case_and_regular_expressions(
    page: Page, written: Written
) -> None:
    def holding(words: str) -> list[int]:
        texts = [f"{r['completion']}\n{r['prompt']}\n{r['reference']}" for r in written.rows]
        return [i + 1 for i, text in enumerate(texts) if words in text.lower()]

    page.one("#search").send_keys("CHICKEN")
    page.until("document.getElementById('count').textContent.includes(' of 200')")
    assert lines(page) == holding("chicken")[: len(lines(page))]
    assert page.text("#count") == f"{len(holding('chicken'))} of 200 rollouts"
    page.one("#search").clear()
    page.one("#search").send_keys("/(/")
    page.until("document.getElementById('count').textContent.includes('no regular expression')")


def test_a_rollout_is_read_beside_its_receipt(page: Page, written: Written) -> None:
    page.settle()
    page.one("#room .row[data-at='3']").click()
    row = written.rows[3]
    assert page.text("#detail pre.completion") == row["completion"]
    cells = page.run(
        "return [...document.querySelectorAll('#detail .receipt tbody tr')]"
        ".map(r => [...r.children].map(c => c.textContent))"
    )
    assert [c[0].split()[0] for c in cells] == list(row["terms"])
    shown = [float(c[3].removeprefix("= ")) for c in cells]
    assert math.isclose(math.fsum(shown), row["reward"], abs_tol=1e-3)
    assert cells[0][4] == row["verdicts"]["answer"]["because"]
    assert row["signature"] in page.text("#detail .receipt tfoot")
    assert page.text("#detail details pre") == row["prompt"]


def test_two_rollouts_of_a_group_are_compared_word_by_word(page: Page, written: Written) -> None:
    page.settle()
    page.one("#room .row[data-at='4']").click()
    page.choose("#detail .compare", page.all("#detail .compare option")[1].text)
    sides = page.run(
        "return [...document.querySelectorAll('#detail .side pre')].map(p => p.textContent)"
    )
    assert sides == [written.rows[4]["completion"], written.rows[5]["completion"]]
    # what is not marked is the same on both sides
    same = page.run(
        "return [...document.querySelectorAll('#detail .side pre')].map(p => [...p.childNodes]"
        ".filter(n => n.nodeType === 3).map(n => n.textContent).join(''))"
    )
    assert same[0] == same[1]
    assert len(same[0]) > 40
    assert page.all("#detail del")
    assert page.all("#detail ins")


def test_the_keyboard_is_enough(page: Page, written: Written) -> None:
    page.run("document.getElementById('list').focus()")
    page.press("j", "j", "k")
    page.press(ENTER)
    assert page.text("#detail h3") == "rewards.jsonl:2"
    page.press("n")
    assert page.text("#detail h3") == "rewards.jsonl:3"
    page.press("p", "p")
    assert page.text("#detail h3") == "rewards.jsonl:1"
    page.press("d")
    assert len(page.all("#detail .side")) == 2
    page.press(ESCAPE)  # from the pair to the rollout
    assert len(page.all("#detail .side")) == 0
    page.press(ESCAPE)  # and from it to the list
    assert page.run("return document.activeElement.id") == "list"
    assert page.run("return document.getElementById('detail').hidden")
    page.press("?")
    assert page.one("#keys").is_displayed()
    page.press("/", "chicken", ENTER)
    page.until("document.getElementById('count').textContent.includes(' of 200')")
    assert page.run("return document.activeElement.id") == "list"
    page.press("c")
    assert page.text("#count") == "200 rollouts"
