"""Long programs: they take time in proportion, and are given it."""

from __future__ import annotations

import astroid
import pytest
from astroid import nodes
from pylint.checkers import utils

from assay.model import Sample
from assay.verifiers.code_style.joint import JointVerifier
from assay.verifiers.code_style.lint import PylintVerifier
from assay.verifiers.code_style.params import JointParams, PylintParams
from assay.verifiers.code_style.tools import reassigned

PROGRAMS = [
    "x = 1\ny = 2\nx = 3\n",
    "x = 1\ndef f():\n    x = 2\n    x = 3\n    return x\n",
    "class C:\n    a = 1\n    def a(self): pass\n    b = 2\nC = 3\n",
    "for i in range(3):\n    i = 2\nwith open('a') as f, open('b') as f: pass\n",
    "try:\n    import a\nexcept ImportError as e:\n    e = None\n",
    "f = lambda x: x\nf = [y for y in range(3)]\ny: int = 2\n(z := 1)\nz += 1\n",
]


@pytest.mark.parametrize("text", PROGRAMS)
def test_the_index_answers_as_pylint_does(text: str) -> None:
    """For each node and name, before and after."""
    pylints = reassigned.PYLINTS
    assert pylints is not None, "pylint asks in another way now: see whether it is still slow"
    module = astroid.parse(text)
    names = {
        n.name for n in module.nodes_of_class((nodes.AssignName, nodes.FunctionDef, nodes.ClassDef))
    }
    for node in module.nodes_of_class((nodes.AssignName, nodes.Lambda, nodes.Name)):
        for name in names:
            for before in (True, False):
                found = reassigned.is_reassigned(node, name, before)
                assert found is pylints(node, name, before), (node, name, before)
    reassigned.forget()


def test_many_names_of_a_module_take_pylint_time_in_proportion(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It walked the module twice for each of them."""
    walks = 0
    walk = nodes.Module.nodes_of_class

    def counted(self, *args, **kwargs):  # type: ignore[no-untyped-def]
        nonlocal walks
        walks += 1
        return walk(self, *args, **kwargs)

    monkeypatch.setattr(nodes.Module, "nodes_of_class", counted)
    text = "".join(f"VALUE_{i} = {i} + {i}\n" for i in range(150))
    assert PylintVerifier(PylintParams()).verify(Sample(text)).score is not None
    assert walks < 50
    assert getattr(utils, reassigned.NAME) is reassigned.is_reassigned


def test_a_long_program_is_given_the_time_that_it_needs() -> None:
    """By its lines, not by blank ones, and not without end."""
    verifier = JointVerifier(JointParams())
    assert verifier.bound_s(Sample("x = 1\n" * 2400)) == 12.0
    assert verifier.bound_s(Sample("x = 1\n" + "\n" * 10**5)) < 1.0
    assert verifier.bound_s(Sample("x\n" * 10**5)) == 60.0
