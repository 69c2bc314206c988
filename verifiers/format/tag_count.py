r"""How many of the tags stand exactly once, each with its line break?

Points for occurrence, in whatever order: a heap of tags earns them all. `format.tags` pays a tag
only in its place.

Source:
    open-r1, `tag_count_reward`, after the `xmlcount` of W. Brown's GRPO demo. That one also takes
    .001 for each character after the answer: ``details.trailing`` counts them, for a `cost`.
"""

from __future__ import annotations

from assay.model import Sample, Verdict
from assay.verifiers.format.params import TagCountParams

NAME = "format.tag_count@1"


class FormatTagCount:
    """Counts opening and closing tags."""

    def __init__(self, params: TagCountParams | None = None) -> None:
        tags = (params or TagCountParams()).tags
        self._wanted: list[str] = []
        for i, tag in enumerate(tags):
            before, after = "\n" if i else "", "\n" if i < len(tags) - 1 else ""
            self._wanted += [f"{before}<{tag}>\n", f"\n</{tag}>{after}"]
        self._opening, self._closing = self._wanted[-2:]

    def verify(self, sample: Sample) -> Verdict:
        """Share of the tags that stand exactly once."""
        text = sample.text
        counts = [text.count(wanted) for wanted in self._wanted]
        right = sum(count == 1 for count in counts)
        trailing = 0
        if counts[-2] == 1:
            trailing += len(text.split(f"{self._closing}\n")[-1])
        if counts[-1] == 1:
            trailing += len(text.split(self._closing)[-1]) - 1
        missing = [w.strip() for w, c in zip(self._wanted, counts, strict=True) if c != 1]
        because = f"{right} of {len(counts)} tags stand exactly once"
        if missing:
            because += f": not {', '.join(missing)}"
        details = {"trailing": max(0, trailing)}
        return Verdict.judged(NAME, right / len(counts), because, details=details)
