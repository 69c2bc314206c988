"""Whether a text is in a language that writes decimals with a comma: 3,5 for three and a half."""

from __future__ import annotations

import re
from collections import Counter

__all__ = ["writes_decimal_commas"]

_FREQUENT = {
    "French": "la le les des est donc une du nous avec dans que sont réponse cette soit égal égale",
    "German": "der das und ist wir mit von eine sind lautet beträgt liegt antwort lösung",
    "Spanish": "el los las una por entonces respuesta es que del con para soluciones solución",
    "Portuguese": "os uma é são não com resposta portanto então que dos das soluções solução",
    "Italian": "il lo gli una è sono quindi risposta che della con del risultato dunque",
    "Dutch": "het een dat antwoord dus zijn wij niet voor geeft",
    "Polish": "jest odpowiedź się że więc oraz wynosi dla czyli",
    "Turkish": "ve bir bu için cevap olur değil ile sonuç",
    "Indonesian": "yang adalah jawaban jadi dengan maka dari",
    "Vietnamese": "là của và một các được có đáp án vậy bằng",
}
"""No word of them is an English one: "die", "as" and "son" say nothing."""
_THEIRS = frozenset(word for words in _FREQUENT.values() for word in words.split())
_ENGLISH = frozenset({
    "the", "is", "of", "and", "so", "we", "to", "that", "answer", "which", "are", "this", "with",
    "for", "have",
})  # fmt: skip
_WORD = re.compile(r"[^\W\d_]+")
_CYRILLIC = re.compile(r"[\u0400-\u04ff]{2,}")

LOOKED_AT = 2_000
"""Characters at the end of a text that are looked at."""


def writes_decimal_commas(text: str) -> bool:
    """Whether most of the frequent words of `text` are of such a language, two different at least.

    >>> writes_decimal_commas("Die Antwort ist 12,5.")
    True
    >>> writes_decimal_commas("The solutions are 12,5.")
    False
    """
    text = text[-LOOKED_AT:]
    words = Counter(word.lower() for word in _WORD.findall(text))
    theirs = {word: count for word, count in words.items() if word in _THEIRS}
    english = sum(count for word, count in words.items() if word in _ENGLISH)
    if _CYRILLIC.search(text) is not None:
        return sum(words.values()) >= 2 * english
    return len(theirs) >= 2 and sum(theirs.values()) > english
