"""Programs to judge, and ways to judge them: shared by the tests of this folder."""

from __future__ import annotations

import functools
import json
from pathlib import Path
from typing import Any

from assay.model import Sample, Verdict
from assay.plugins.host import Host
from assay.plugins.spec import Verifier

CASES = Path(__file__).parents[2] / "cases" / "style"
NAMES = ("style.black", "style.autopep8", "style.pylint", "style.joint")

CLEAN = '''\
"""Greatest common divisors."""


def gcd(first: int, second: int) -> int:
    """Return the greatest common divisor of two numbers."""
    while second:
        first, second = second, first % second
    return first


def lcm(first: int, second: int) -> int:
    """Return the least common multiple of two numbers."""
    return first * second // gcd(first, second)
'''
"""Nothing to find, for any of the analysers."""

UGLY = """\
import os, sys
def gcd( a,b ):
  while b :
    a,b=b,a%b{blanks}
  return a
def f(x, l = []):
  if x==None: return 'nothing'
  else:
    return   x
""".replace("{blanks}", "   ")
"""Something to find, for each of them."""


def rows(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (CASES / name).read_text().splitlines()]


PROGRAMS = {row["id"]: row["source"] for row in rows("programs.jsonl")}
HONEST = {"clean": CLEAN, "ugly": UGLY, **PROGRAMS}


@functools.cache
def host() -> Host:
    return Host()


@functools.cache
def _verifier(name: str, params: str) -> Verifier:
    offer = host().resolve(name)
    return offer.make(offer.check(json.loads(params)))


@functools.lru_cache(maxsize=4096)
def _judged(name: str, completion: str, params: str) -> Verdict:
    verdict = _verifier(name, params).verify(Sample(completion))
    assert isinstance(verdict, Verdict)
    return verdict


def judge(name: str, completion: str, **params: Any) -> Verdict:
    return _judged(name, completion, json.dumps(params))


def score(name: str, completion: str, **params: Any) -> float:
    found = judge(name, completion, **params).score
    assert found is not None
    return found


def scores(completion: str) -> dict[str, float]:
    return {name: score(name, completion) for name in NAMES}
