"""``style.joint``: how far a program is from a text that all formatters leave alone."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

from pydantic import BaseModel

from assay.errors import PluginError
from assay.model import Part, Verdict
from assay.plugins.load import load_target
from assay.verifiers.code_style.analysers import (
    MOST_OBJECTIONS,
    Formatted,
    checked_objections,
    checked_text,
    loaded,
)
from assay.verifiers.code_style.conflict import (
    Side,
    reconciled_style,
    sides,
)
from assay.verifiers.code_style.edits import edits
from assay.verifiers.code_style.feedback import diff_lines
from assay.verifiers.code_style.judge import StyleVerifier
from assay.verifiers.code_style.lint import DEFAULT_WEIGHTS
from assay.verifiers.code_style.orbit import Formatter, Orbit, follow
from assay.verifiers.code_style.params import JointParams, PylintParams
from assay.verifiers.code_style.parsed_program import ParsedProgram
from assay.verifiers.code_style.reconciliation import reconciliation
from assay.verifiers.code_style.style_findings import counted, graded
from assay.verifiers.code_style.tools.autopep8_format import Autopep8Style, autopep8_output
from assay.verifiers.code_style.tools.black_format import BlackStyle, black_output
from assay.verifiers.code_style.tools.pylint_check import (
    LAYOUT_MESSAGES,
    PylintStyle,
    pylint_messages,
)

PYLINT_HALF = PylintParams().half


class JointVerifier(StyleVerifier):
    """Edits to the formatters' fixed point, or to the nearest text of their cycle."""

    name = "style.joint@1"

    def __init__(self, params: JointParams) -> None:
        super().__init__(params, params.half)
        self._params = params
        self._black = BlackStyle(params.line_length)
        self._autopep8 = Autopep8Style(params.max_line_length, params.ignore)
        names = params.formatters
        if params.reconciled:
            self._autopep8 = reconciled_style(params.line_length)
            names = ("autopep8", *(n for n in names if n not in ("autopep8", "black")), "black")
        self._formatters = [(name, self._formatter(name)) for name in names]
        analysers = [loaded(target) for target in params.analysers]
        _refuse_twice([name for name, _ in self._formatters] + [a.name for a in analysers])
        theirs = [(a.name, self._joined(a.name, a.formatted)) for a in analysers if a.formatted]
        # black stays last where that is what reconciles the two
        at = len(self._formatters) - 1 if params.reconciled else len(self._formatters)
        self._formatters[at:at] = theirs
        self._voters = [(a.name, a.objections) for a in analysers if a.objections]

    def _formatter(self, name: str) -> Formatter:
        if name == "black":
            return partial(black_output, style=self._black)
        if name == "autopep8":
            return partial(autopep8_output, style=self._autopep8)
        function = load_target(self.name, name)
        return lambda text: checked_text(name, function(text))

    def _joined(self, name: str, formatted: Formatted) -> Formatter:
        return lambda text: checked_text(name, formatted(text, self._params.line_length))

    def _judge(self, reading: ParsedProgram, half: float) -> Verdict:
        orbits = [follow(t, self._formatters, self._params.most_steps) for t in reading.texts]
        targets = [_nearest(t, o) for t, o in zip(reading.texts, orbits, strict=True)]
        count = sum(distance for _, distance in targets)
        orbit, target = orbits[0], targets[0][0]
        names = " and ".join(name for name, _ in self._formatters)
        lines: list[str] = []
        details: dict[str, Any] = {
            "orbit": orbit.kind,
            "edits": count,
            "order": orbit.order,
            "steps": orbit.steps,
        }
        parts = [Part(name, float(f(reading.text) == reading.text)) for name, f in self._formatters]
        if orbit.kind == "fixed":
            because = (
                f"{counted(count, 'edit')} to the text that {names} leave alone"
                if count
                else f"{names} would change nothing"
            )
        elif orbit.kind == "cycle":
            found = sides(orbit, self._autopep8, self._params.line_length)
            where = _where(reading, orbit, found, target)
            mended = self._mended(reading.text)
            because = (
                f"no joint fixed point for this code: {_quarrel(found)}, {where}; "
                f"{counted(count, 'edit')} to the nearest text of the cycle"
            )
            lines += _conflict_lines(found, mended, where)
            details["conflict"] = {
                "sides": [_side_json(side) for side in found],
                "reconciled": mended,
                "configuration": reconciliation(self._params.line_length),
            }
        else:
            because = (
                f"no fixed point of {names} within {self._params.most_steps} runs; "
                f"{counted(count, 'edit')} to the last text"
            )
        if reading.text != target:
            lines += [f"{names} would change:", *diff_lines(reading, target)]
        votes: list[float] = []
        for voter, weight, against, said in self._votes(reading):
            # Its own half, for the same size of solution.
            vote = graded(weight + reading.hidden.findings, PYLINT_HALF * half / self._params.half)
            votes.append(vote)
            parts.append(Part(voter, vote, None, {"messages": against, **said}))
            because += f"; {voter} has {counted(against, 'objection')}"
            details[f"{voter}_messages"] = against
        score = None
        if votes:
            total = graded(count + reading.hidden.findings, half)
            mean = math.fsum(votes) / len(votes)
            score = (1.0 - self._params.vote) * total + self._params.vote * mean
        details["accepted"] = all(part.score == 1.0 for part in parts)
        return self._verdict(
            reading,
            count,
            half,
            because,
            parts=parts,
            feedback=lines,
            details=details,
            score=score,
        )

    def _votes(self, reading: ParsedProgram) -> Iterator[tuple[str, float, int, dict[str, Any]]]:
        """Each voter: its name, the weight of its objections, how many, and which."""
        if "pylint" in self._params.voters:
            found = [self._against(text) for text in reading.texts]
            yield "pylint", sum(w for w, _ in found), sum(n for _, n in found), {}
        for name, objections in self._voters:
            said = [
                item
                for text in reading.texts
                for item in checked_objections(name, objections(text, self._params.line_length))
            ]
            shown = {"objections": said[:MOST_OBJECTIONS]} if said else {}
            yield name, float(len(said)), len(said), shown

    def _against(self, text: str) -> tuple[float, int]:
        """Weight and number of pylint's messages about what no formatter changes."""
        found = [m for m in pylint_messages(text, PylintStyle()) if m.name not in LAYOUT_MESSAGES]
        weights = (DEFAULT_WEIGHTS.get(m.name, DEFAULT_WEIGHTS[m.category]) for m in found)
        return sum(weights), len(found)

    def _mended(self, text: str) -> bool | None:
        """Whether the reconciling configuration gives this code a fixed point."""
        names = [name for name, _ in self._formatters]
        if "black" not in names or "autopep8" not in names:
            return None
        style = reconciled_style(self._params.line_length)
        chain: list[tuple[str, Formatter]] = [("autopep8", partial(autopep8_output, style=style))]
        chain += [item for item in self._formatters if item[0] not in ("autopep8", "black")]
        chain.append(("black", partial(black_output, style=self._black)))
        return follow(text, chain, self._params.most_steps).kind == "fixed"


def _refuse_twice(names: Sequence[str]) -> None:
    """Parts of a verdict are known by their names, and pylint's is taken."""
    taken = {"pylint"}
    for name in names:
        if name in taken:
            raise PluginError(f"style.joint: two analysers are called {name!r}")
        taken.add(name)


def _nearest(text: str, orbit: Orbit) -> tuple[str, int]:
    """The text of the orbit's end that takes the fewest edits, and how many."""
    distances = [edits(text, member) for member in orbit.texts]
    least = min(range(len(distances)), key=distances.__getitem__)
    return orbit.texts[least], distances[least]


def _quarrel(found: tuple[Side, ...]) -> str:
    return " against ".join(f"{side.formatter} ({side.rule})" for side in found)


def _side_json(side: Side) -> dict[str, Any]:
    return {
        "formatter": side.formatter,
        "rule": side.rule,
        "lines": list(side.lines[:20]),
        "before": side.before[:400],
        "after": side.after[:400],
    }


def _where(reading: ParsedProgram, orbit: Orbit, found: tuple[Side, ...], target: str) -> str:
    """The lines they fight over: the program's own, or those of the nearest text."""
    numbers = list(found[orbit.texts.index(target)].lines[:5])
    mine = target == reading.text
    if mine:
        numbers = [reading.line(n) for n in numbers]
    names = f"line{'' if len(numbers) == 1 else 's'} {', '.join(map(str, numbers))}"
    return names if mine else f"{names} once formatted"


def _conflict_lines(found: tuple[Side, ...], mended: bool | None, where: str) -> list[str]:
    lines = [f"The formatters undo each other at {where}; either form is accepted:"]
    for side in found:
        lines.append(f"{side.formatter} ({side.rule}) writes:")
        lines += [f"    {row}" for row in side.after.split("\n")]
    if mended:
        lines.append("This is the configuration's fault, not the code's: do not write around it.")
    return lines


def joint(params: BaseModel | None) -> JointVerifier:
    """The factory of ``style.joint``."""
    return JointVerifier(params if isinstance(params, JointParams) else JointParams())
