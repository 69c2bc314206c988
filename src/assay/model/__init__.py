"""The data that everything passes around: `Sample`, `Verdict`, `Reward` and their parts.

Frozen all the way down, JSON-safe, picklable, and cheap: slotted dataclasses, since a step of
training builds tens of thousands of them. Impossible states do not build.
"""

from assay.model.chat import Message, Text, Turn, split_reasoning
from assay.model.frozen import EMPTY, JSON, FrozenDict, freeze, thaw
from assay.model.reward import Reward, RewardStatus, Term
from assay.model.sample import SAMPLE_FIELDS, Reference, Sample
from assay.model.verdict import DETAILS_BYTES, TEXT_CHARS, Part, Status, Verdict, unit_score

__all__ = [
    "DETAILS_BYTES",
    "EMPTY",
    "JSON",
    "SAMPLE_FIELDS",
    "TEXT_CHARS",
    "FrozenDict",
    "Message",
    "Part",
    "Reference",
    "Reward",
    "RewardStatus",
    "Sample",
    "Status",
    "Term",
    "Text",
    "Turn",
    "Verdict",
    "freeze",
    "split_reasoning",
    "thaw",
    "unit_score",
]
