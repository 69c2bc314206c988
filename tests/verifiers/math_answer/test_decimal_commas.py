"""Numbers as their language writes them: 3,5 is three and a half in German, not in English."""

from __future__ import annotations

import pytest

from assay import verify

PAID = [
    ("La réponse est 3,5.", "3.5", "French, a statement"),
    ("La réponse est donc \\boxed{3,5}.", "3.5", "French, a box"),
    ("La réponse est 3,5 et 4,5.", "3.5, 4.5", "French, two of them"),
    ("La réponse est 1 234,5.", "1234.5", "French, thousands with a blank"),
    ("Die Antwort ist 1.234,5.", "1234.5", "German, thousands with a point"),
    ("Die Antwort ist 12.500 Euro.", "12500", "German, nothing but thousands"),
    ("La respuesta es 0,75.", "0.75", "Spanish"),
    ("A resposta final é R$ 1.250,00.", "1250", "Portuguese, money"),
    ("Il prezzo è di 2,75 euro, quindi la risposta è 2,75.", "2.75", "Italian"),
    ("Het antwoord is dus 2,5.", "2.5", "Dutch"),
    ("Vậy đáp án là 2,5.", "2.5", "Vietnamese"),
    ("Ответ: 2,5.", "2.5", "Russian"),
    ("Ответ: 2,5.", "5, 2", "two numbers, where the reference is two"),
    ("Les solutions sont 3, 5.", "3, 5", "a blank behind the comma still separates"),
    ("The solutions are 3,5.", "3, 5", "English: two numbers"),
    ("Las soluciones son 2 y 3.", "2, 3", "Spanish: a letter joins"),
    ("As soluções são 2 e 3,5.", "2, 3.5", "Portuguese: a letter joins"),
    ("Les solutions sont 1,5 et 2,5.", "1.5, 2.5", "both of what is claimed"),
    ("La réponse est environ 3,5 km.", "3.5 km", "behind an adverb"),
    ("Die Lösung lautet x = 2,5.", "2.5", "with its name"),
]
UNPAID = [
    ("The answer is 3,5.", "3.5", "English writes a point"),
    ("\\boxed{3,5}", "3.5", "no word tells the language"),
    ("The answer is 1.200.", "1200", "English: one and a fifth"),
    ("La réponse est 3,5.", "35", "no reading of it"),
    ("La réponse est 3,5 ou 4,5.", "3.5", "left open"),
    ("La réponse n'est pas 3,5.", "3.5", "denied"),
    ("Die Antwort ist nicht 12,5.", "12.5", "denied"),
    ("Il y a 17 chats et 9 chiens.", "9", "two counts are not one"),
    ("The answer is 2 y 3.", "2, 3", "English: a product"),
    ("La réponse est (3, 5).", "3.5", "a point of the plane"),
    ("We call la quantité x, so the answer is 3,5.", "3.5", "English with two foreign words"),
]


@pytest.mark.parametrize(("said", "reference", "why"), PAID, ids=[row[2] for row in PAID])
def test_read_as_its_language_writes(said, reference, why):
    assert verify(said, reference=reference).value == 1.0


@pytest.mark.parametrize(("said", "reference", "why"), UNPAID, ids=[row[2] for row in UNPAID])
def test_not_read_so(said, reference, why):
    assert verify(said, reference=reference).value == 0.0
