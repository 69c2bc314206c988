"""Telugu."""

from __future__ import annotations

from assay.verifiers.math_answer.languages.language import (
    MGSM,
    USUAL,
    Language,
)

TABLE = Language(
    name="Telugu",
    states={"సమాధానం": MGSM, "జవాబు": USUAL},
    labels={"సమాధానం": MGSM, "జవాబు": USUAL},
    chooses={"ఎంపిక": USUAL},
    confirms={"సరైనది": USUAL},
    denies={"కాదు": USUAL, "తప్పు": USUAL},
    closes={},
    joins={"మరియు": USUAL},
    offers={"లేదా": USUAL},
    concludes={"కాబట్టి": USUAL, "అందువల్ల": USUAL},
    conditions={},
)  # fmt: skip
