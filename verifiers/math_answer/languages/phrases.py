"""Which of many phrases stand in a text, without looking for each of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

__all__ = ["Phrases"]


class Phrases:
    """Phrases in small letters, filed under a mark that each of them has.

    The mark of a phrase is the sign beyond ASCII that most phrases share, or its longest word where
    it has none. A text lacks nearly all marks, so most phrases are never looked for: a hundred
    phrases cost what twenty do.
    """

    def __init__(self, phrases: Iterable[str]) -> None:
        known = sorted(set(phrases))
        common = Counter(sign for phrase in known for sign in set(phrase) if not sign.isascii())
        self._filed: dict[str, list[str]] = {}
        for phrase in known:
            signs = [sign for sign in sorted(set(phrase)) if sign in common]
            if signs:
                mark = max(signs, key=lambda sign: common[sign])
            else:
                mark = max(phrase.replace("'", " ").split(), key=len)
            self._filed.setdefault(mark, []).append(phrase)

    def within(self, text: str) -> list[str]:
        r"""Those that stand in `text`, which is in small letters.

        >>> Phrases(["la respuesta es", "antwort", "\u7b54\u6848"]).within("la respuesta es 5")
        ['la respuesta es']
        """
        return [
            phrase
            for mark, phrases in self._filed.items()
            if mark in text
            for phrase in phrases
            if phrase in text
        ]
