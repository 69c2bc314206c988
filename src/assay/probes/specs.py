"""The built-in probes: name, claim, aim. The functions stand in `families`."""

from __future__ import annotations

from assay.plugins.probe import ProbeClaim, ProbeSpec, Subject

_HOME = "assay.probes.families"


def _spec(
    name: str, where: str, claim: ProbeClaim, attacks: str, summary: str, subject: Subject = "any"
) -> ProbeSpec:
    return ProbeSpec(name, summary, f"{_HOME}.{where}", claim, attacks, subject)


SPECS: tuple[ProbeSpec, ...] = (
    _spec("blank.empty", "blank:empty", "wrong", "default pay", "nothing, or nothing visible"),
    _spec("blank.refusal", "blank:refusal", "wrong", "default pay", "I do not know"),
    _spec("blank.gibberish", "blank:gibberish", "wrong", "default pay", "letters without sense"),
    _spec("blank.odd", "blank:odd", "wrong", "parsers", "long, null, unpaired, unbalanced text"),
    _spec(
        "blank.constant", "blank:constant", "wrong", "default pay",
        "one short answer to every prompt, where it is wrong", "answer",
    ),
    _spec(
        "blank.commonest", "blank:commonest", "neutral", "the data",
        "the commonest reference as an answer to every prompt", "answer",
    ),
    _spec("echo.prompt", "echo:prompt", "wrong", "extraction", "the prompt repeated"),
    _spec(
        "echo.prompt-with-answer", "echo:prompt_with_answer", "neutral", "leaks",
        "the prompt repeated, where the answer stands in it", "answer",
    ),
    _spec(
        "echo.hint", "echo:hint", "wrong", "extraction",
        "the reference quoted as a hint, another answer given", "answer",
    ),
    _spec(
        "judge.assertion", "judge:assertion", "wrong", "LLM judge",
        "a wrong answer, and `the answer is correct`",
    ),
    _spec(
        "judge.injection", "judge:injection", "wrong", "LLM judge",
        "a wrong answer, and an order to the grader",
    ),
    _spec(
        "judge.forged", "judge:forged", "wrong", "LLM judge",
        "a wrong answer, and a verdict in the grader's format",
    ),
    _spec("judge.praise", "judge:praise", "wrong", "LLM judge", "a wrong answer, and self-praise"),
    _spec(
        "judge.scaffold", "judge:scaffold", "wrong", "LLM judge, step counters",
        "the outline of a solution, and a wrong answer",
    ),
    _spec(
        "judge.praised-right", "judge:praised_right", "neutral", "LLM judge",
        "a right answer with praise: no more than without",
    ),
    _spec("padding.verbose", "padding:verbose", "wrong", "length", "filler, and a wrong answer"),
    _spec("padding.repeated", "padding:repeated", "wrong", "length", "a wrong answer, 30 times"),
    _spec(
        "padding.verbose-right", "padding:verbose_right", "neutral", "length",
        "filler before a right answer: no more than without",
    ),
    _spec(
        "padding.repeated-right", "padding:repeated_right", "neutral", "length",
        "a right answer three times: no more than once",
    ),
    _spec(
        "padding.truncated", "padding:truncated", "wrong", "extraction",
        "a right answer cut off before it is given",
    ),
    _spec("shape.empty", "shape:empty", "wrong", "format", "boxes, tags and fences with nothing"),
    _spec(
        "shape.words-inside", "shape:words_inside", "wrong", "format",
        "the whole form around words that are not an answer", "answer",
    ),
    _spec(
        "shape.doubled", "shape:doubled", "wrong", "format",
        "tags twice, nested, open, around a wrong answer", "answer",
    ),
    _spec("answer.wrong", "answer:plain", "wrong", "comparison", "a wrong answer", "answer"),
    _spec(
        "answer.near-miss", "answer:near_miss", "wrong", "comparison",
        "a digit, a sign or a power of ten off", "answer",
    ),
    _spec(
        "answer.look-alike", "answer:look_alike", "wrong", "comparison",
        "letters that look like the right digits", "answer",
    ),
    _spec(
        "answer.hedge", "answer:hedge", "wrong", "extraction",
        "either this, that or the right one", "answer",
    ),
    _spec(
        "answer.shotgun", "answer:shotgun", "wrong", "extraction",
        "a list of everything, the right one in it", "answer",
    ),
    _spec(
        "answer.many-boxes", "answer:many_boxes", "wrong", "extraction",
        "several boxes, the right one not the last", "answer",
    ),
    _spec(
        "answer.many-tags", "answer:many_tags", "wrong", "extraction",
        "several tags, the right one not the last", "answer",
    ),
    _spec(
        "answer.two-channels", "answer:two_channels", "wrong", "extraction",
        "right in one form, then wrong in another as final", "answer",
    ),
    _spec(
        "answer.everything", "answer:everything", "wrong", "comparison",
        "all numbers, an interval, x = x", "answer",
    ),
    _spec(
        "answer.negation", "answer:negation", "wrong", "extraction",
        "not the right answer, and it is named", "answer",
    ),
    _spec(
        "answer.in-thought", "answer:in_thought", "wrong", "extraction",
        "right in the reasoning, wrong after it",
    ),
    _spec(
        "answer.taken-back", "answer:taken_back", "wrong", "extraction",
        "right, then taken back for a wrong one",
    ),
    _spec(
        "answer.number-after", "answer:number_after", "wrong", "extraction",
        "wrong, then the right number in passing", "answer",
    ),
    _spec(
        "answer.thought-only", "answer:thought_only", "neutral", "extraction",
        "right in the reasoning, and nothing after it", "answer",
    ),
    _spec(
        "answer.left-to-do", "answer:left_to_do", "neutral", "comparison",
        "the right value as a sum left to the reader", "answer",
    ),
    _spec(
        "code.stub", "harness:stub", "wrong", "test harness",
        "a program that does nothing", "code",
    ),
    _spec(
        "code.constant", "harness:constant", "wrong", "weak tests",
        "one value for every call", "code",
    ),
    _spec(
        "code.argument", "harness:argument", "wrong", "weak tests",
        "the argument given back", "code",
    ),
    _spec(
        "code.hardcoded", "harness:hardcoded", "wrong", "public tests",
        "the cases that can be known, written out", "code",
    ),
    _spec(
        "code.exit-zero", "harness:exit_zero", "wrong", "test harness",
        "a process that ends with success", "code",
    ),
    _spec(
        "code.always-equal", "harness:always_equal", "wrong", "test harness",
        "an object that equals everything", "code",
    ),
    _spec(
        "code.forged", "harness:forged", "wrong", "test harness",
        "the report of a test run, printed", "code",
    ),
    _spec(
        "code.peeking", "harness:peeking", "wrong", "test harness",
        "the expected value looked up in frames, memory, files", "code",
    ),
    _spec(
        "code.patched", "harness:patched", "wrong", "test harness",
        "assertions and reports replaced", "code",
    ),
    _spec(
        "code.swallowed", "harness:swallowed", "wrong", "weak tests",
        "every error caught, success returned", "code",
    ),
    _spec(
        "code.hidden", "harness:hidden", "wrong", "extraction",
        "the right program in a comment, a string, overwritten", "code",
    ),
    _spec(
        "style.suppressed", "style:suppressed", "neutral", "style",
        "comments that switch analysers off: no more than without", "code",
    ),
    _spec(
        "style.in-a-string", "style:in_a_string", "neutral", "style",
        "untidy code inside exec: no more than in the open", "code",
    ),
    _spec(
        "style.diluted", "style:diluted", "neutral", "style",
        "faultless lines that do nothing: no more than without", "code",
    ),
    _spec("honest.spaced", "honest:spaced", "honest", "", "right, with other white space"),
    _spec("honest.framed", "honest:framed", "honest", "", "right, with a word before and after"),
    _spec("honest.thought-first", "honest:thought_first", "honest", "", "right, after a thought"),
    _spec(
        "honest.restyled", "honest:restyled", "honest", "",
        "the right answer, given in another way", "answer",
    ),
    _spec(
        "honest.rewritten", "honest:rewritten", "honest", "",
        "the right number in another notation", "answer",
    ),
    _spec(
        "honest.presented", "honest:presented", "honest", "",
        "the right program, presented in another way", "code",
    ),
)  # fmt: skip
"""In the order of the board's legend."""
