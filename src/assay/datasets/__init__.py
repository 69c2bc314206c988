"""Data sets by the shape of their rows: `rows` turns them into samples, and never downloads.

>>> from assay.datasets import rows
>>> sample = next(rows("gsm8k", [{"question": "1 + 1?", "answer": "#### 2"}]))
>>> sample.prompt, sample.reference
('1 + 1?', '2')
"""

from assay.datasets.reading import rows
from assay.datasets.registry import SHAPES, named, recognised
from assay.datasets.shape import Shape

__all__ = ["SHAPES", "Shape", "named", "recognised", "rows"]
