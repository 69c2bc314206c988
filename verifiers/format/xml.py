r"""Is the whole completion a row of blocks, as the regular expressions of training scripts ask?

Strict: each tag on a line of its own, one after another. Soft: the blocks in order, white space
between them. Linear in the length of the text, whatever the text: no pattern here can backtrack.

Source:
    open-r1, `format_reward`: strict, lines may follow (``tail = "line"``). TRL,
    `think_format_reward`: soft, ``tags = ["think"]``, ``tail = "any"``, `once`.
"""

from __future__ import annotations

import itertools
import re

from assay.model import Sample, Verdict
from assay.verifiers.format.params import XmlParams

NAME = "format.xml@1"


class FormatXml:
    """All or nothing; `format.tags` and `format.tag_count` give points on the way."""

    def __init__(self, params: XmlParams | None = None) -> None:
        self._params = params or XmlParams()
        tags, strict = self._params.tags, self._params.strict
        line = "\n" if strict else ""
        self._first = f"<{tags[0]}>{line}"
        between = r"\n</{}>\n<{}>\n" if strict else r"</{}>\s*<{}>"
        self._joints = [
            (a, b, re.compile(between.format(re.escape(a), re.escape(b))))
            for a, b in itertools.pairwise(tags)
        ]
        self._last = f"{line}</{tags[-1]}>"

    def verify(self, sample: Sample) -> Verdict:
        """1 if the text is built as asked, else 0."""
        fault = self._fault(sample.text)
        because = fault or "the blocks are as asked for"
        return Verdict.judged(NAME, float(not fault), because)

    def _fault(self, text: str) -> str:
        if not text.startswith(self._first):
            return f"the text does not begin with {self._first!r}"
        if self._params.once:
            for tag in self._params.tags:
                if text.count(f"<{tag}>") > 1:
                    return f"<{tag}> repeats"
        # The earliest place for each joint leaves most room for what must follow it.
        at = len(self._first)
        for a, b, joint in self._joints:
            found = joint.search(text, at)
            if found is None:
                return f"</{a}> and <{b}> do not follow each other as asked for"
            at = found.end()
        return "" if self._ends(text, at) else f"no {self._last!r} where the last block must end"

    def _ends(self, text: str, at: int) -> bool:
        tail, last = self._params.tail, self._last
        if tail == "nothing":
            whole = text.rstrip()
            return whole.endswith(last) and len(whole) - len(last) >= at
        place = text.find(last, at)
        if tail == "any":
            return place >= 0
        while place >= 0:  # "line": what follows begins a new line
            after = place + len(last)
            if after == len(text) or text[after] == "\n":
                return True
            place = text.find(last, after)
        return False
