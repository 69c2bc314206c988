"""What the published harnesses of contest problems put before every program.

APPS, TACO and LiveCodeBench are judged with these modules and their names imported, and a deeper
recursion allowed: their starter code says ``List[int]`` and imports nothing. A program gets them
where it defines no such name itself, and is never asked for them.
"""

_STARRED = (
    "string", "re", "datetime", "collections", "heapq", "bisect", "copy", "math", "random",
    "statistics", "itertools", "functools", "operator", "io", "sys", "json", "typing",
)  # fmt: skip

ANNOTATIONS = "from typing import *"
"""Names of annotations, of which prompts and starter code take no note: ``xs: List[int]``."""

CONTESTS = "\n".join(
    [f"from {name} import *" for name in _STARRED]
    + [f"import {name}" for name in _STARRED]
    + ["sys.setrecursionlimit(50_000)"]
)
