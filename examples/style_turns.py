"""A coder repairs its code turn by turn, from the feedback of style verifiers alone.

It follows black, or autopep8, or both in turn, or `style.joint`. The coder is a script: it applies
the diff that the feedback holds and knows nothing else. Where two formatters contradict each other,
following both goes on for ever; the joint verdict says so, and ends it.

Run: ``python examples/style_turns.py``
"""

from __future__ import annotations

from collections.abc import Sequence

from assay import Engine, Sample, Verdict

PROGRAMS = {
    "careless": """\
import math
def area( r ):
  return math.pi*r ** 2
def label(r) :
  return 'area: ' + str( area(r) )
""",
    "a slice with calls": """\
def middle(text, lower, upper):
    return text[lower(text):upper(text)]
""",
    "a call of 82 columns": """\
def total(first, second):
    return first+second


result = total_of_everything(argument_one, argument_two, argument_three, argu_four)
""",
}

FOLLOWED = {
    "black": ("style.black",),
    "autopep8": ("style.autopep8",),
    "both in turn": ("style.black", "style.autopep8"),
    "joint": ("style.joint",),
}

MOST_TURNS = 12


def apply_diff(program: str, feedback: str) -> str:
    """`program` with each hunk of the feedback's diff put in place of the lines it quotes."""
    lines = program.split("\n")
    for hunk in hunks(feedback.split("\n")):
        old = [line[1:] for line in hunk if line[0] in " -"]
        new = [line[1:] for line in hunk if line[0] in " +"]
        for at in range(len(lines) - len(old) + 1):
            if lines[at : at + len(old)] == old:
                lines[at : at + len(old)] = new
                break
    return "\n".join(lines)


def hunks(lines: Sequence[str]) -> list[list[str]]:
    found: list[list[str]] = []
    inside = False
    for line in lines:
        if line.startswith("@@ "):
            found.append([])
            inside = True
        elif inside and line[:1] in (" ", "-", "+"):
            found[-1].append(line)
        else:
            inside = False
    return found


def repair(program: str, followed: Sequence[str]) -> str:
    """What comes of it: the turns needed, or the turn at which a program came back."""
    rubric = {"kind": "weighted", "criteria": dict.fromkeys(followed, 1)}
    seen = {program: 0}
    with Engine(rubric, workers=1, timeout_s=60.0) as engine:
        for turn in range(1, MOST_TURNS + 1):
            verdicts = engine.verify(Sample(program)).verdicts
            verdict = next_to_follow([verdicts[name] for name in followed], turn)
            if verdict is None:
                note = "; names the conflict" if "conflict" in verdicts[followed[0]].details else ""
                return f"done after {turn - 1} turn{'s' if turn != 2 else ''}{note}"
            after = apply_diff(program, verdict.feedback or "")
            if after == program:
                return f"stuck at turn {turn}: {verdict.because}"
            if after in seen:
                return f"loops: turn {turn} is turn {seen[after]} again"
            program = after
            seen[program] = turn
    return f"not done after {MOST_TURNS} turns"


def next_to_follow(verdicts: Sequence[Verdict], turn: int) -> Verdict | None:
    """The first that objects, beginning with another one each turn."""
    start = (turn - 1) % len(verdicts)
    for verdict in [*verdicts[start:], *verdicts[:start]]:
        if verdict.score != 1.0:
            return verdict
    return None


def main() -> None:
    print(f"{'program':22}{'coder follows':16}what comes of it")
    for name, program in PROGRAMS.items():
        for label, followed in FOLLOWED.items():
            print(f"{name:22}{label:16}{repair(program, followed)}")


if __name__ == "__main__":
    main()
