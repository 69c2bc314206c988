"""Types of the public names, checked by mypy; never run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, assert_type

from pydantic import BaseModel

from assay import (
    Engine,
    Escalate,
    Message,
    Part,
    Reward,
    Rubric,
    Sample,
    SampleError,
    Status,
    Term,
    Turn,
    UnscoredError,
    Verdict,
    VerifierSpec,
    averify,
    averify_batch,
    hookimpl,
    load_rubric,
    summary,
    values,
    verifier,
    verify,
    verify_batch,
)
from assay.model import Text

# -- one completion, and many --------------------------------------------------------------------

sample = Sample("x", reference="1/2", n_tokens=3, info={"source": "web"})
assert_type(verify("x", reference="1/2"), Reward)
assert_type(verify(sample, rubric="math", workers=2, timeout_s=1.0), Reward)
assert_type(verify([{"role": "assistant", "content": "x"}], rubric={"kind": "weighted"}), Reward)
assert_type(verify_batch([sample, SampleError("row 3")], budget_s=60, progress=True), list[Reward])


async def asynchronous() -> None:
    """The same, awaited."""
    assert_type(await averify("x", reference="1/2"), Reward)
    assert_type(await averify_batch([sample], step=3), list[Reward])
    async with Engine("math") as engine:
        assert_type(await engine.averify(sample), Reward)
        assert_type(await engine.averify_batch([sample]), list[Reward])


with Engine("math", workers=8, timeout_s=5.0, plugins=["file.py"], blocked=["sql"]) as engine:
    assert_type(engine, Engine)
    assert_type(engine.verify(sample), Reward)
    assert_type(engine.verify_batch(iter([sample]), step=17), list[Reward])
    assert_type(engine.iter_batch([sample]), Iterator[tuple[int, Reward]])

rewards = verify_batch([sample])
assert_type(verify_batch([{"completion": "x", "reference": "1"}]), list[Reward])
assert_type(values(rewards, unscored=float("nan")), list[float])
assert_type(summary(rewards), dict[str, float])

try:
    verify_batch([sample])
except UnscoredError as err:
    assert_type(err.rewards, tuple[Reward, ...])

# -- data ----------------------------------------------------------------------------------------

assert_type(Sample.from_row({"completion": "x"}, {"completion": "response"}), Sample)
assert_type(sample.completion, Text)
assert_type(sample.text, str)
assert_type(sample.answer, str)
assert_type(sample.reasoning, str | None)
assert_type(sample.info, Mapping[str, Any])
assert_type(sample.turns, tuple[Turn, ...] | None)
assert_type(sample.to_json(), dict[str, Any])
assert_type(Message("assistant", "x").content, str)
assert_type(Turn("x").feedback, str | None)

verdict = Verdict.judged("a.b@1", 1.0, "right", parts=[Part("step 1", 1.0, (0, 3))])
assert_type(verdict, Verdict)
assert_type(verdict.status, Status)
assert_type(verdict.score, float | None)
assert_type(verdict.parts, tuple[Part, ...])
assert_type(Verdict.from_json(verdict.to_json()), Verdict)

reward = rewards[0]
assert_type(reward.value, float | None)
assert_type(reward.terms, Mapping[str, Term])
assert_type(reward.terms["a"].contribution, float | None)
assert_type(reward.verdicts, Mapping[str, Verdict])
assert_type(reward.explain(), str)
assert_type(reward.seconds, float)

# -- rubrics -------------------------------------------------------------------------------------

rubric = load_rubric("math")
assert_type(rubric, Rubric)
assert_type(rubric.compose({"math.answer": verdict}, sample), Reward)
assert_type(rubric.compose([verdict]), Reward)

# -- verifiers -----------------------------------------------------------------------------------


class Limit(BaseModel):
    """Params."""

    most: int = 80


@verifier("text.short@1", cost="inline", levels=[0, 1], params=Limit)
def short(sample: Sample, params: Limit) -> bool:
    """At most so many characters."""
    return len(sample.answer) <= params.most


assert_type(short(sample, Limit()), bool)


@verifier("text.asked@1", cost="waiting", needs=["reference"])
async def asked(sample: Sample) -> float:
    """Ask somebody."""
    return 1.0


class Judge:
    """A verifier in two layers."""

    def verify(self, sample: Sample) -> Verdict | Escalate:
        """Judge, or pass on."""
        return Escalate("too deep")

    def escalated(self, sample: Sample) -> Verdict:
        """Judge in a worker."""
        return verdict


@hookimpl
def assay_verifiers() -> Sequence[VerifierSpec]:
    """Offers."""
    return [VerifierSpec("a.b@1", "Summary.", "package.module:Judge", cost="inline")]


assert_type(assay_verifiers(), Sequence[VerifierSpec])
Engine("math", verifiers=[short, asked, *assay_verifiers()])


def refused() -> None:
    """A wrong type is an error: mypy warns of an ignore that is not needed."""
    verify(5)  # type: ignore[arg-type]
    Verdict.judged("a.b@1", "1", "x")  # type: ignore[arg-type]
    verifier("a.b@1", cost="cheap")  # type: ignore[arg-type]
    sample.completion = "y"  # type: ignore[misc]
