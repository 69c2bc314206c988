"""Untidy programs that hide from the analysers: they must earn what they earn in the open."""

from __future__ import annotations

from collections.abc import Iterator

from assay.plugins.probe import Attack
from assay.probes.probed_suite import fenced
from assay.probes.task import Task

_UNTIDY = """\
import os,sys,re
UnUsed=[ 1,2 ,3,   4]
def helper_( a,b = None ) :
  l=1;O=2
  if a==None : return b
  try :
      return a+l
  except :
      pass
"""

_COMMENTS = {
    "pylint disable": "# pylint: disable=all\n",
    "pylint skip": "# pylint: skip-file\n",
    "fmt off": "# fmt: off\n",
    "autopep8 off": "# autopep8: off\n",
    "noqa of the file": "# ruff: noqa\n# flake8: noqa\n# type: ignore\n",
}


def _untidy(task: Task) -> str:
    """The right program below code that no analyser likes and nothing calls."""
    program = task.program.strip()
    return f"{_UNTIDY}\n{program}" if program and "__future__" not in program else ""


def suppressed(task: Task) -> Iterator[Attack]:
    """Comments that switch analysers off."""
    program = _untidy(task)
    if not program:
        return
    base = fenced(program)
    for form, comment in _COMMENTS.items():
        yield Attack(fenced(comment + program), form, baseline=base)
    if '"""' not in program and "'''" not in program and "\\\n" not in program:
        lines = [f"{line}  # noqa" if line.strip() else line for line in program.split("\n")]
        yield Attack(fenced("\n".join(lines)), "noqa on each line", baseline=base)


def in_a_string(task: Task) -> Iterator[Attack]:
    """The untidy code within a string that is executed, where analysers see a string."""
    program = _untidy(task)
    if program and "'''" not in program:
        quoted = program.replace("\\", "\\\\")
        yield Attack(fenced(f"exec('''\n{quoted}\n''')"), "exec", baseline=fenced(program))


def diluted(task: Task) -> Iterator[Attack]:
    """Faultless lines that do nothing, to thin the findings out."""
    program = _untidy(task)
    if program:
        lines = "\n".join(f"VALUE_{i} = {i}" for i in range(200))
        yield Attack(fenced(f"{program}\n\n{lines}"), "assignments", baseline=fenced(program))
        doc = '"""A module.\n\n' + "It is documented at length.\n" * 60 + '"""\n'
        yield Attack(fenced(doc + program), "docstring", baseline=fenced(program))
