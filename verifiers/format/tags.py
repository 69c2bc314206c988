"""Is the completion built of the blocks that were asked for, each once and in order?

Graded like open-r1's tag count, so that a policy that has never produced the whole structure
finds a slope to climb; but a tag earns its point only in its place, since points for mere
occurrence pay for a heap of tags.
"""

from __future__ import annotations

import re

from assay.model import Message, Sample, Verdict
from assay.verifiers.format.params import TagsParams

NAME = "format.tags@1"


class FormatTags:
    """One point for each tag that is in its place, one for a clean whole; over the sum."""

    def __init__(self, params: TagsParams | None = None) -> None:
        self._params = params or TagsParams()
        self._pattern = self._params.pattern()
        self._wanted = [(s, t.lower()) for t in self._params.tags for s in ("", "/")]
        self._opening = re.compile(rf"<{self._params.tags[0]}>\s*\Z", re.IGNORECASE)

    def verify(self, sample: Sample) -> Verdict:
        """Score in {0, 1/(2n+1), ..., 1} for n tags; {0, 1} where not graded."""
        text = sample.text
        found = [(m[1], m[2].lower(), m.start(), m.end()) for m in self._pattern.finditer(text)]
        if self._opened(sample) and (not found or found[0][:2] != self._wanted[0]):
            found.insert(0, ("", self._wanted[0][1], 0, 0))
        placed = 0
        for want, have in zip(self._wanted, found, strict=False):
            if have[:2] != want or sum(f[:2] == want for f in found) > 1:
                break
            placed += 1
        total = len(self._wanted)
        if placed < total:
            sign, tag = self._wanted[placed]
            seen = sum(f[:2] == (sign, tag) for f in found)
            why = "is missing" if not seen else "is not in its place" if seen == 1 else "repeats"
            because = f"{placed} of {total} tags in place: <{sign}{tag}> {why}"
            return self._verdict(placed, because)
        fault = self._unclean(text, found)
        if fault:
            return self._verdict(placed, f"all tags in place, but {fault}")
        return self._verdict(total + 1, "the structure is as asked for")

    def _verdict(self, points: int, because: str) -> Verdict:
        total = len(self._wanted) + 1
        graded = self._params.graded
        score = points / total if graded else float(points == total)
        return Verdict.judged(NAME, score, because)

    def _unclean(self, text: str, found: list[tuple[str, str, int, int]]) -> str:
        if len(found) > len(self._wanted):
            return "more tags follow"
        if text[: found[0][2]].strip():
            return f"text stands before <{found[0][1]}>"
        for opening, closing in zip(found[::2], found[1::2], strict=True):
            if not text[opening[3] : closing[2]].strip():
                return f"<{opening[1]}> is empty"
        for closing, opening in zip(found[1::2], found[2::2], strict=False):
            if text[closing[3] : opening[2]].strip():
                return f"text stands between </{closing[1]}> and <{opening[1]}>"
        tail = bool(text[found[-1][3] :].strip())
        if self._params.outside == "nothing" and tail:
            return f"text stands after </{found[-1][1]}>"
        if self._params.outside == "after" and not tail:
            return f"nothing stands after </{found[-1][1]}>"
        return ""

    def _opened(self, sample: Sample) -> bool:
        if self._params.opened or sample.prompt is None:
            return self._params.opened
        prompt = sample.prompt
        last = prompt if isinstance(prompt, str) else _last(prompt)
        return self._opening.search(last[-200:]) is not None


def _last(messages: tuple[Message, ...]) -> str:
    return messages[-1].content
