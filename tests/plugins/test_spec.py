"""What a spec and the marks refuse, word for word where a plugin's author has to act on it."""

from __future__ import annotations

import functools
import pickle
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from pydantic import BaseModel

from assay import Engine, PluginError, Sample, VerifierSpec, verifier
from assay.model import Verdict
from assay.plugins.host import Host, PluginWarning
from assay.plugins.load import FunctionVerifier, build, load_target
from assay.plugins.markers import SPEC_ATTRIBUTE, hookimpl
from assay.plugins.spec import Verifier


def spec(**fields: Any) -> VerifierSpec:
    return VerifierSpec(
        **{"name": "sql.rows@1", "summary": "Rows.", "target": "assay_sql.rows:make", **fields}
    )


@pytest.mark.parametrize("name", ["a.b@1", "sql.rows@12", "a.b.c_d@3", "a1.b2@1"])
def test_names_that_can_be(name: str) -> None:
    assert spec(name=name).name == name


def test_topic_and_version() -> None:
    assert (spec(name="a.b@12").topic, spec(name="a.b@12").version) == ("a.b", 12)


@pytest.mark.parametrize(
    "name", ["a.b", "ab@1", "A.b@1", "a.b@0", "a.b@01", "a.b@1.2", "a..b@1", "a.b@1\n", "", 5, None]
)
def test_names_that_cannot_be(name: Any) -> None:
    with pytest.raises(PluginError) as raised:
        spec(name=name)
    assert str(raised.value) == (
        f"verifier name {name!r} is not of the form 'topic.what@version'"
        "\nfix: lower case, a dot, a whole version from 1 on, e.g. 'sql.rows@1'"
    )


class Refused(NamedTuple):
    fields: dict[str, Any]
    noted: str


REFUSED = [
    Refused({"target": "assay_sql"}, "target 'assay_sql' is not 'package.module:factory'"),
    Refused({"target": "assay sql:x"}, "target 'assay sql:x' is not"),
    Refused({"target": None}, "target None is not"),
    Refused({"cost": "cheap"}, "cost 'cheap' is not one of inline, worker, waiting"),
    Refused(
        {"needs": "reference"},
        "needs is the text 'reference', must be a list\nfix: needs=['reference']",
    ),
    Refused({"tools": "black"}, "tools is the text 'black', must be a list"),
    Refused({"needs": ["refrence"]}, "needs 'refrence', which no sample has; did you mean 'ref"),
    Refused({"needs": ["reference.x"]}, "needs 'reference.x', which no sample has"),
    Refused({"needs": ["info."]}, "needs 'info.', which no sample has"),
    Refused({"needs": [5]}, "needs has 5, must be a list of texts"),
    Refused(
        {"needs": ["label"]},
        "needs 'label', which a verifier must not read\nfix: labels are for the audit",
    ),
    Refused({"levels": []}, "levels [] must ascend within [0, 1]"),
    Refused({"levels": [1, 0]}, "levels [1, 0] must ascend within [0, 1]"),
    Refused({"levels": [0, 0]}, "must ascend"),
    Refused({"levels": [0, 2]}, "must ascend"),
    Refused({"levels": [float("nan")]}, "must ascend"),
    Refused({"levels": ["low"]}, "levels ['low'] must ascend"),
    Refused({"levels": 1}, "levels 1 must ascend"),
    Refused({"params": dict}, "params is <class 'dict'>, must be a pydantic model's class"),
]


@pytest.mark.parametrize("case", REFUSED, ids=lambda c: c.noted[:40])
def test_what_cannot_be_is_refused_by_the_verifiers_name(case: Refused) -> None:
    with pytest.raises(PluginError) as raised:
        spec(**case.fields)
    assert case.noted in str(raised.value)
    assert "'sql.rows@1'" in str(raised.value)


def test_a_spec_is_frozen_hashable_and_travels() -> None:
    one = spec(needs=["reference", "info.unit?"], levels=[0, 1], retired={"sql.rows@0": "0.1"})
    assert one.needs == ("reference", "info.unit?")
    assert one.levels == (0.0, 1.0)
    assert pickle.loads(pickle.dumps(one)) == one
    assert hash(pickle.loads(pickle.dumps(one))) == hash(one)
    with pytest.raises(AttributeError):
        one.name = "a.b@2"  # type: ignore[misc]
    with pytest.raises(TypeError):
        one.retired["x"] = "y"  # type: ignore[index]


@pytest.mark.parametrize(
    ("needs", "missing"),
    [
        (["reference"], "reference"),
        (["reference?"], None),
        (["info.unit"], None),
        (["info.other"], "info.other"),
        (["info.other?", "n_tokens"], "n_tokens"),
        (["completion"], None),
    ],
)
def test_the_first_needed_field_that_is_missing(needs: list[str], missing: str | None) -> None:
    assert spec(needs=needs).missing(Sample("x", info={"unit": "m"})) == missing


# -- the marks -----------------------------------------------------------------------------------


@verifier("test.short@1", cost="inline", levels=[0, 1], needs=["n_tokens?"])
def short(sample: Sample) -> bool:
    """At most four characters.

    And more prose.
    """
    return len(sample.text) <= 4


def test_a_marked_function_stays_a_function() -> None:
    assert short(Sample("abc")) is True
    made = getattr(short, SPEC_ATTRIBUTE)
    assert made == VerifierSpec(
        name="test.short@1",
        summary="At most four characters.",
        target=f"{__name__}:short",
        cost="inline",
        needs=("n_tokens?",),
        levels=(0.0, 1.0),
    )
    assert short.__name__ == "short"


def test_a_mark_on_what_is_no_function() -> None:
    from functools import partial

    with pytest.raises(PluginError, match=r"^verifier 'a\.b@1': a partial cannot be marked"):
        verifier("a.b@1")(partial(short))


def test_an_async_function_waits() -> None:
    async def ask(sample: Sample) -> float:
        return 1.0

    with pytest.raises(PluginError) as raised:
        verifier("a.b@1")(ask)
    assert str(raised.value) == (
        "verifier 'a.b@1': an async function does not go with cost 'worker'\nfix: cost=\"waiting\""
    )
    assert getattr(verifier("a.b@1", cost="waiting")(ask), SPEC_ATTRIBUTE).cost == "waiting"


def test_a_mark_refuses_a_text_for_a_list() -> None:
    with pytest.raises(PluginError, match="needs is the text 'reference', must be a list"):
        verifier("a.b@1", needs="reference")(short)


def test_our_hookimpl_is_the_one_of_pluggy() -> None:
    import pluggy

    def ours() -> None: ...
    def theirs() -> None: ...

    hookimpl(ours)
    pluggy.HookimplMarker("assay")(theirs)
    assert ours.assay_impl == theirs.assay_impl  # type: ignore[attr-defined]


# -- from target to verifier ---------------------------------------------------------------------


class Limit(BaseModel):
    most: int = 3


def made_of(result: Any) -> Verifier:
    return FunctionVerifier(verifier("a.b@1", cost="inline")(lambda sample: result), None)


@pytest.mark.parametrize(("result", "score"), [(True, 1.0), (False, 0.0), (0, 0.0), (0.25, 0.25)])
def test_a_functions_result_is_its_score(result: Any, score: float) -> None:
    verdict = made_of(result).verify(Sample("x"))
    assert isinstance(verdict, Verdict)
    assert (verdict.score, verdict.verifier) == (score, "a.b@1")
    assert verdict.because == f"<lambda> returned {result!r}"


@pytest.mark.parametrize("result", [None, "1", float("nan"), 1.5, [1.0]])
def test_a_result_that_is_no_score_is_an_error_that_names_the_verifier(result: Any) -> None:
    with pytest.raises(ValueError, match=r"^a\.b@1"):
        made_of(result).verify(Sample("x"))


def test_params_come_as_the_second_argument() -> None:
    @verifier("a.b@1", cost="inline", params=Limit)
    def most(sample: Sample, params: Limit) -> bool:
        return len(sample.text) <= params.most

    verdict = build("a.b@1", most, Limit(most=1)).verify(Sample("xx"))
    assert isinstance(verdict, Verdict)
    assert verdict.score == 0.0


@pytest.mark.parametrize(
    ("target", "noted"),
    [
        ("no_such_module_here:x", "ModuleNotFoundError: No module named 'no_such_module_here'"),
        ("json:no_such_name", "AttributeError: module 'json' has no attribute 'no_such_name'"),
    ],
)
def test_a_target_that_is_not_there(target: str, noted: str) -> None:
    with pytest.raises(PluginError) as raised:
        load_target("a.b@1", target)
    assert str(raised.value) == f"verifier 'a.b@1': cannot import {target!r}: {noted}"


def test_a_factory_that_fails_or_makes_no_verifier() -> None:
    def exits(params: object) -> object:
        raise SystemExit(3)

    with pytest.raises(PluginError, match=r"'a\.b@1': its factory raised ZeroDivisionError"):
        build("a.b@1", lambda params: 1 / 0, None)
    with pytest.raises(PluginError, match=r"'a\.b@1': its factory raised SystemExit: 3"):
        build("a.b@1", exits, None)
    with pytest.raises(PluginError, match="its factory returned a dict without 'verify'"):
        build("a.b@1", lambda params: {}, None)


def test_a_function_may_not_read_what_it_does_not_ask_for() -> None:
    """It would be given None each time, and score every sample 0 in silence."""
    with pytest.raises(PluginError) as raised:

        @verifier("my.ref@1", needs=["prompt?"])
        def ref(sample: Sample) -> bool:
            return sample.prompt is None and sample.text == sample.reference

    assert str(raised.value) == (
        "verifier 'my.ref@1' reads 'reference' of its sample, which is not among its needs, so it "
        "would always find it empty"
        "\nfix: needs=['reference']; ['reference?'] where it may be missing"
    )


def test_a_function_may_read_fields_of_other_things() -> None:
    class Unit(BaseModel):
        reference: str = "m"

    @verifier("my.other@1", needs=["info.unit"], params=Unit)
    def other(sample: Sample, params: Any) -> bool:
        return bool(params.reference == sample.info["unit"] + sample.text)

    assert callable(other)


def test_a_verifier_without_a_name_is_told_at_once() -> None:
    with pytest.raises(PluginError, match="without a name"):

        @verifier  # type: ignore[arg-type]
        def bare(sample: Sample) -> bool:
            return True


# -- what could only crash on every row ----------------------------------------------------------


class Sealed(BaseModel):
    most: int = 3


def _mark(cost: str = "inline", **options: Any) -> Any:
    return verifier("a.b@1", cost=cost, **options)  # type: ignore[arg-type]


async def _asks(sample: Sample) -> float:
    return 1.0


@functools.wraps(_asks)
def _wraps(sample: Sample) -> Any:
    return _asks(sample)


MARKS: list[tuple[str, Any, dict[str, Any], str]] = [
    ("no argument", lambda: 1.0, {}, "takes no arguments; it is called with the sample"),
    ("two for one", lambda s, p: 1.0, {}, "wants 2 arguments; it is called with the sample"),
    ("one for two", lambda s: 1.0, {"params": Sealed}, "takes 1 argument; it is called with the "),
    ("by name only", lambda s, *, p: 1.0, {}, "wants 'p' by name"),
    ("a class", Sealed, {}, "the class 'Sealed' cannot be marked"),
    ("a sync function that waits", lambda s: 1.0, {"cost": "waiting"}, "cost 'waiting' is for an"),
    ("an async one that does not", _asks, {}, "an async function does not go with cost 'inline'"),
    ("a wrapped async one", _wraps, {}, "an async function does not go with cost 'inline'"),
]


@pytest.mark.parametrize(
    ("function", "options", "noted"),
    [r[1:] for r in MARKS],
    ids=[r[0] for r in MARKS],
)
def test_a_mark_refuses_what_would_crash(
    function: Any, options: dict[str, Any], noted: str
) -> None:
    with pytest.raises(PluginError) as raised:
        _mark(**options)(function)
    assert noted in str(raised.value)
    assert "\nfix: " in str(raised.value)


TAKEN_MARKS: list[tuple[str, Any, dict[str, Any]]] = [
    ("one argument", lambda s: 1.0, {}),
    ("a default besides", lambda s, extra=1: 1.0, {}),
    ("any more", lambda s, *more, **named: 1.0, {}),
    ("all of them", lambda *all_of_them: 1.0, {"params": Sealed}),
    ("a name with a default", lambda s, *, p=1: 1.0, {}),
    ("params", lambda s, p: 1.0, {"params": Sealed}),
    ("waiting", _asks, {"cost": "waiting"}),
    ("waiting, wrapped", _wraps, {"cost": "waiting"}),
]


@pytest.mark.parametrize(
    ("function", "options"), [t[1:] for t in TAKEN_MARKS], ids=[t[0] for t in TAKEN_MARKS]
)
def test_a_mark_takes_what_can_be_called(function: Any, options: dict[str, Any]) -> None:
    assert _mark(**options)(function) is function


FACTORIES = [
    ("def make(): ...", "its factory '", "takes no arguments; it is called with the params alone"),
    ("def make(a, b): ...", "its factory '", "wants 2 arguments"),
    ("class make:\n    def __init__(self): ...", "its factory '", "takes 1 argument"),
    ("make = 3", "its target '", "is an int"),
    ("other = 3", "cannot import '", "has no attribute 'make'"),
]


@pytest.mark.parametrize(("code", "first", "then"), FACTORIES, ids=[f[0] for f in FACTORIES])
@pytest.mark.parametrize("cost", ["inline", "worker"])
def test_a_file_whose_factory_cannot_be_called(
    code: str, first: str, then: str, cost: str, tmp_path: Path
) -> None:
    path = tmp_path / "plugin.py"
    path.write_text(
        "from assay import VerifierSpec, hookimpl\n" + code + "\n@hookimpl\n"
        "def assay_verifiers():\n"
        f"    return [VerifierSpec('a.b@1', '', __name__ + ':make', cost={cost!r})]\n"
    )
    with pytest.warns(PluginWarning, match="offers a verifier that cannot be") as noted:
        host = Host(plugins=[str(path)])
    assert first in str(noted[0].message)
    assert then in str(noted[0].message)
    assert "a.b@1" not in host.offers


def test_a_function_that_a_factory_makes(tmp_path: Path) -> None:
    """Inline it is the object itself that judges; a worker could not find it."""
    path = tmp_path / "plugin.py"
    path.write_text(
        "from assay import hookimpl, verifier\n"
        "def make(value, cost):\n"
        "    @verifier('made.one@1', cost=cost)\n"
        "    def one(sample): return value\n"
        "    return one\n"
        "@hookimpl\n"
        "def assay_verifiers(): return [make(0.5, 'inline')]\n"
    )
    with Engine({"criteria": {"it": "made.one"}}, plugins=[str(path)]) as engine:
        assert engine.verify(Sample("x")).value == 0.5
    path.write_text(path.read_text().replace("'inline')", "'worker')"))
    with pytest.warns(PluginWarning, match="cannot be sent to a worker"):
        Host(plugins=[str(path)])
