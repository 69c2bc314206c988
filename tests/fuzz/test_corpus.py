"""Every input that fuzzing found interesting is read, or refused with a reason."""

import contextlib
import json
from pathlib import Path

from assay.errors import ReferenceUnreadable
from assay.verifiers.math_answer import equivalent
from assay.verifiers.math_answer.locating.extract import extract


def test_every_kept_input_gets_an_answer_or_a_named_error():
    inputs = json.loads(Path(__file__).with_name("corpus.json").read_text("utf-8"))
    assert len(inputs) > 100
    for text in inputs:
        decoded = text.encode("latin-1").decode("utf-8", "surrogateescape")
        extract(decoded)
        reference, _, answer = decoded.partition("\n")
        with contextlib.suppress(ReferenceUnreadable):
            assert isinstance(equivalent(reference, answer).equal, bool)
