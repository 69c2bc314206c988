"""What the docs say of published reward functions is what the kit finds of those that are here."""

from __future__ import annotations

import re
from importlib.util import find_spec, module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from assay.plugins.host import Host
from assay.testing.bench.bench import Settings
from assay.testing.check import check
from assay.testing.laws import LAWS

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore")]
ROOT = Path(__file__).parents[2]
SCRIPT = ROOT / "benchmarks" / "third_party_rewards.py"
PAGE = ROOT / "docs" / "third-party-rewards.md"
BY_THE_CLOCK = {"cost-is-true", "holds-its-deadline"}
"""Laws whose ruling rests on the machine that day."""

ROW = re.compile(r"^\| (\S+) \S+ `(\w+)` \| \d+ \| (.*) \|$", re.MULTILINE)
TABLE = {
    function: (distribution, set(re.findall(r"`([\w-]+)`", broken)))
    for distribution, function, broken in ROW.findall(PAGE.read_text(encoding="utf-8"))
}
NAMES = {
    "think_format_reward": "trl_think_format",
    "accuracy_reward": "trl_accuracy",
    "gsm8k": "verl_gsm8k",
    "math_reward": "verl_math",
    "math_dapo": "verl_math_dapo",
    "chain_sum": "gym_chain_sum",
    "countdown": "gym_countdown",
}
"""Function in the table -> factory in the script."""


@pytest.fixture(scope="module")
def script() -> ModuleType:
    spec = spec_from_file_location("third_party_rewards", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_table_names_functions_and_laws(script: ModuleType) -> None:
    assert TABLE.keys() == NAMES.keys()
    assert {spec.target.partition(":")[2] for _, _, spec in script.SPECS} == set(NAMES.values())
    laws = {law.name for law in LAWS}
    assert all(broken <= laws for _, broken in TABLE.values())


def marked(function: str) -> Any:
    """One of each distribution is tried in every run of the slow tests."""
    marks = [pytest.mark.optional]
    if function not in ("accuracy_reward", "gsm8k", "chain_sum"):
        marks.append(pytest.mark.thorough)
    return pytest.param(function, marks=marks)


@pytest.mark.parametrize("function", [marked(function) for function in TABLE])
def test_it_breaks_what_the_page_says(script: ModuleType, function: str) -> None:
    (found,) = [row for row in script.SPECS if row[2].target.endswith(f":{NAMES[function]}")]
    _, module, spec = found
    if find_spec(module) is None:
        pytest.skip(f"optional part not installed: {module}")
    offer = Host(plugins=[str(SCRIPT)]).resolve(spec.name)
    (checked,) = check(offer, Settings(hostile=100))
    broken = {finding.law.name for finding in checked.broken}
    assert broken - BY_THE_CLOCK == TABLE[function][1] - BY_THE_CLOCK
