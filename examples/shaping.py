"""What paying for progress teaches, by exact dynamic programming: no sampling, no training.

A policy repairs a program over at most five turns. What counts is whether all tests pass in the
end. Six ways to reward the turns; for each, the best policy under that reward, computed exactly
in fractions, and how often it ends with a repaired program. Then the same over random small
decision processes: how often the optimum is another than without shaping.

    python examples/shaping.py [--svg shaping.svg] [--processes 1000]
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

F = Fraction
State = int
Chances = Mapping[State, Fraction]

Shaper = Callable[[Fraction, Fraction, bool, Fraction], Fraction]
"""(phi before, phi after, last turn, gamma) -> what the turn is paid besides the outcome."""


@dataclass(frozen=True)
class Process:
    """A finite-horizon decision process whose outcome is paid once, at the end."""

    horizon: int
    start: State
    moves: Mapping[State, Mapping[str, Chances]]
    outcome: Mapping[State, Fraction]
    """Of ending in a state: by the horizon, or because it is final."""
    final: frozenset[State]
    phi: Mapping[State, Fraction]
    gamma: Fraction


def outcome_only(before: Fraction, after: Fraction, last: bool, gamma: Fraction) -> Fraction:
    """Nothing besides the outcome."""
    return F(0)


def potential(before: Fraction, after: Fraction, last: bool, gamma: Fraction) -> Fraction:
    """Gamma phi(after) - phi(before), with phi 0 at every end: what `turns` pays."""
    return (F(0) if last else gamma * after) - before


def end_kept(before: Fraction, after: Fraction, last: bool, gamma: Fraction) -> Fraction:
    """The same, but the last state keeps its phi."""
    return gamma * after - before


def wrong_gamma(before: Fraction, after: Fraction, last: bool, gamma: Fraction) -> Fraction:
    """The same with another discount than the trainer's."""
    return (F(0) if last else gamma * F(4, 5) * after) - before


def clipped(before: Fraction, after: Fraction, last: bool, gamma: Fraction) -> Fraction:
    """Progress only: what is lost is not charged."""
    return max(F(0), after - before)


def repeated(before: Fraction, after: Fraction, last: bool, gamma: Fraction) -> Fraction:
    """The score of the turn itself, at every turn."""
    return after


SHAPERS: Mapping[str, Shaper] = {
    "outcome only": outcome_only,
    "potential difference, zero at the end": potential,
    "potential difference, end kept": end_kept,
    "potential difference, wrong gamma": wrong_gamma,
    "clipped progress": clipped,
    "one-turn reward at every turn": repeated,
}


def solve(process: Process, shaper: Shaper) -> Fraction:
    """The true value, from the start, of a policy that is best under the shaped reward.

    Of several that are equally good under it, one that is worst in truth: that is what the
    reward does not rule out. phi before the first turn is 0.
    """
    shaped: dict[State, Fraction] = {}
    true: dict[State, Fraction] = {}
    for turn in reversed(range(process.horizon)):
        now: dict[State, tuple[Fraction, Fraction]] = {}
        for state, actions in process.moves.items():
            before = process.phi[state] if turn else F(0)
            best: tuple[Fraction, Fraction] | None = None
            for chances in actions.values():
                value, worth = F(0), F(0)
                for after, chance in chances.items():
                    last = turn == process.horizon - 1 or after in process.final
                    paid = shaper(before, process.phi[after], last, process.gamma)
                    if last:
                        value += chance * (paid + process.outcome[after])
                        worth += chance * process.outcome[after]
                    else:
                        value += chance * (paid + process.gamma * shaped[after])
                        worth += chance * process.gamma * true[after]
                if best is None or value > best[0] or (value == best[0] and worth < best[1]):
                    best = value, worth
            if best is not None:
                now[state] = best
        shaped = {s: v for s, (v, _) in now.items()}
        true = {s: w for s, (_, w) in now.items()}
    return true[process.start]


def code_repair(tests: int = 4, turns: int = 5) -> Process:
    """State: how many tests pass. Phi: their share. Solved ends it, and is worth 1."""
    moves: dict[State, dict[str, Chances]] = {}
    for k in range(tests):
        down = max(0, k - 1)
        moves[k] = {
            "patch": _mixed({k + 1: F(7, 10), k: F(1, 5), down: F(1, 10)}, k, down),
            "rewrite": _mixed({tests: F(3, 10), 0: F(7, 10)}, k, 0),
            "stall": {k: F(1)},
            "break": {down: F(1)},
        }
    return Process(
        horizon=turns,
        start=2,
        moves=moves,
        outcome={k: F(int(k == tests)) for k in range(tests + 1)},
        final=frozenset({tests}),
        phi={k: F(k, tests) for k in range(tests + 1)},
        gamma=F(1),
    )


def _mixed(chances: Chances, stay: State, down: State) -> Chances:
    """Chances with those of one state added up: at the bottom, falling is staying."""
    return chances if stay != down else {k: v for k, v in chances.items() if v}


def random_process(seed: int) -> Process:
    """Five states, one of them final, three actions, three turns; tenths everywhere."""
    pick = random.Random(seed)
    states = range(5)
    moves: dict[State, dict[str, Chances]] = {}
    for state in states[:-1]:
        moves[state] = {}
        for action in "abc":
            weights = [pick.randint(0, 5) for _ in states]
            weights[pick.randrange(5)] += 1
            total = sum(weights)
            moves[state][action] = {s: F(w, total) for s, w in enumerate(weights) if w}
    return Process(
        horizon=3,
        start=0,
        moves=moves,
        outcome={s: F(pick.randint(0, 10), 10) for s in states},
        final=frozenset({4}),
        phi={s: F(pick.randint(0, 10), 10) for s in states},
        gamma=F(9, 10),
    )


def shifted(count: int) -> dict[str, Fraction]:
    """Share of random processes whose shaped optimum is worth less than the true one."""
    found = dict.fromkeys(SHAPERS, 0)
    for seed in range(count):
        process = random_process(seed)
        best = solve(process, outcome_only)
        for name, shaper in SHAPERS.items():
            found[name] += solve(process, shaper) < best
    return {name: F(n, count) for name, n in found.items()}


def svg(rows: Mapping[str, tuple[Fraction, Fraction]]) -> str:
    """Bars: share of repaired programs, by way of rewarding."""
    bars = []
    for i, (name, (solved, _)) in enumerate(rows.items()):
        y = 20 + 34 * i
        width = float(solved) * 300
        bars.append(
            f'<text x="300" y="{y + 15}" text-anchor="end">{name}</text>'
            f'<rect x="310" y="{y}" width="{width:.1f}" height="22" fill="#4477aa"/>'
            f'<text x="{316 + width:.1f}" y="{y + 15}">{float(solved):.3f}</text>'
        )
    height = 34 * len(rows) + 30
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="680" height="{height}" '
        f'font-family="sans-serif" font-size="13">{"".join(bars)}</svg>\n'
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--svg", type=Path, help="write the plot here")
    parser.add_argument("--processes", type=int, default=1000)
    options = parser.parse_args()
    toy, moved = code_repair(), shifted(options.processes)
    rows = {name: (solve(toy, shaper), moved[name]) for name, shaper in SHAPERS.items()}
    print(f"{'what a turn is paid':<40}{'repaired':>9}  {'optimum shifted':>16}")
    for name, (solved, share) in rows.items():
        bar = "#" * round(float(solved) * 30)
        print(f"{name:<40}{float(solved):>9.3f}  {float(share):>16.3f}  {bar}")
    print(f"\nrepaired: of the toy's programs, exactly; shifted: of {options.processes} processes")
    if options.svg:
        options.svg.write_text(svg(rows), "utf-8")


if __name__ == "__main__":
    main()
