"""How many edits part two layouts of one program.

A formatter's diff counted in lines merges what stands close together: a program on one line is
one changed line. So the unit here is the boundary between two tokens: each place where spaces,
line ends, quotes, commas or brackets differ is one edit. Writing more clean code changes no
count; joining lines changes every boundary that it joins.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

MOST_DIFFERENT = 400
"""Inserted and deleted tokens up to which the shortest edit script is found. Past it every token
between the common ends counts, so that the time stays bounded by the square of this."""

_TOKEN = re.compile(
    r"(?P<string>(?<!\w)[a-zA-Z]{0,2}(?:"
    r'"""(?:[^\\"]|\\.|"(?!""))*"""'
    r"|'''(?:[^\\']|\\.|'(?!''))*'''"
    r'|"(?:[^"\\\n]|\\.)*"'
    r"|'(?:[^'\\\n]|\\.)*'))"
    r"|(?P<comment>\#[^\n]*)"
    r"|(?P<word>\w+)"
    r"|(?P<op>[^\w\s\\])",
    re.DOTALL,
)
_QUOTING = re.compile(r"[\s\\'\"]+")
_MARKING = re.compile(r"[\s#:!]+")
_PREFIX = re.compile(r"[a-zA-Z]*")


@dataclass(frozen=True, slots=True)
class _Token:
    key: str
    """What a formatter does not change."""
    text: str
    gap: str
    """What stands between the token before and this one."""


def edits(source: str, target: str) -> int:
    r"""How many edits make `target` of `source`, both layouts of about one program.

    A boundary whose spacing differs counts 1, a token written otherwise (quotes, a number's
    letters, a docstring's indentation) counts 1, a token inserted or removed (a comma, a
    bracket, a semicolon) counts 1. 0 exactly where the texts are equal, save for characters that
    no token holds.

    Time is linear in the length plus the square of the tokens that were inserted or removed,
    which is capped by `MOST_DIFFERENT`.

    >>> edits("x=1; y = 2\n", "x = 1\ny = 2\n")
    4
    """
    if source == target:
        return 0
    a, b = _tokens(source), _tokens(target)
    start = 0
    while start < len(a) and start < len(b) and a[start].key == b[start].key:
        start += 1
    ends = 0
    most = min(len(a), len(b)) - start
    while ends < most and a[-1 - ends].key == b[-1 - ends].key:
        ends += 1
    pairs = [(i, i) for i in range(start)]
    pairs += [(len(a) - k, len(b) - k) for k in range(ends, 0, -1)]
    unmatched = 0
    middle_a = [t.key for t in a[start : len(a) - ends]]
    middle_b = [t.key for t in b[start : len(b) - ends]]
    if middle_a or middle_b:
        matched = _matches(middle_a, middle_b)
        unmatched = len(middle_a) + len(middle_b) - 2 * len(matched)
        pairs += [(start + i, start + j) for i, j in matched]
    differing = 0
    for i, j in pairs:
        differing += (a[i].gap != b[j].gap) + (a[i].text != b[j].text)
    return max(1, unmatched + differing)


def _tokens(text: str) -> list[_Token]:
    tokens = []
    at = 0
    for found in _TOKEN.finditer(text):
        token = found[0]
        kind = found.lastgroup
        if kind == "string":
            prefix = _PREFIX.match(token)
            assert prefix is not None  # the pattern matches the empty prefix too
            key = "'" + prefix[0].lower().replace("u", "") + _QUOTING.sub("", token)
        elif kind == "comment":
            key = "#" + _MARKING.sub("", token)
        else:
            key = token.lower() if token[0].isdigit() else token
        tokens.append(_Token(key, token, text[at : found.start()]))
        at = found.end()
    tokens.append(_Token("", "", text[at:]))  # the end of the file has a boundary too
    return tokens


def _matches(a: Sequence[str], b: Sequence[str]) -> list[tuple[int, int]]:
    """Pairs of a longest common subsequence of `a` and `b`; none where they are too different.

    Source:
        Myers 1986, "An O(ND) Difference Algorithm and Its Variations", Algorithmica 1.
    """
    n, m = len(a), len(b)
    furthest = {1: 0}
    trace: list[dict[int, int]] = []
    for d in range(min(n + m, MOST_DIFFERENT) + 1):
        trace.append(dict(furthest))
        for k in range(-d, d + 1, 2):
            down = k == -d or (k != d and furthest[k - 1] < furthest[k + 1])
            x = furthest[k + 1] if down else furthest[k - 1] + 1
            y = x - k
            while x < n and y < m and a[x] == b[y]:
                x += 1
                y += 1
            furthest[k] = x
            if x >= n and y >= m:
                return _walk_back(trace, n, m)
    return []


def _walk_back(trace: list[dict[int, int]], x: int, y: int) -> list[tuple[int, int]]:
    pairs = []
    for d in range(len(trace) - 1, -1, -1):
        before = trace[d]
        k = x - y
        down = k == -d or (k != d and before[k - 1] < before[k + 1])
        previous = k + 1 if down else k - 1
        from_x = before[previous] if d else 0
        from_y = from_x - previous if d else 0
        while x > from_x and y > from_y:
            x -= 1
            y -= 1
            pairs.append((x, y))
        x, y = from_x, from_y
    pairs.reverse()
    return pairs
