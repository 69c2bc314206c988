"""Python that pages show without its output is run, too: each block, with the names it leaves out.

Blocks with `>>>` are examples, run by `test_documents`; those under a comment are files, compared
by `test_site`. What a page takes from a trainer that is not installed is a stand-in here; the
trainer itself is in `tests/integrations`.
"""

from __future__ import annotations

import asyncio
import json
import re
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

import assay
from assay import Engine, Sample, load_rubric, verify
from assay.plugins.spec import PreflightFinding

DOCS = Path(__file__).parents[1] / "docs"
BLOCK = re.compile(r"^(<!--[^\n]*-->\n\n)?```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)

ELSEWHERE = {
    "how-to/train-with-others.md": "tests/integrations/test_recipes.py",
    "how-to/write-a-verifier.md": "tests/plugins/test_how_to_forms.py",
    "plugin-tutorial.md": "tests/packaging/test_plugin_tutorial.py",
}
"""Page -> the test that runs its blocks, in an order or a place of its own."""


def shown(page: str) -> list[str]:
    text = (DOCS / page).read_text(encoding="utf-8")
    return [block for head, block in BLOCK.findall(text) if not head and ">>>" not in block]


PAGES = sorted(
    page for path in DOCS.rglob("*.md") if shown(page := path.relative_to(DOCS).as_posix())
)


class Stand:
    """Stands in for modules, and keeps what it is given."""

    def __init__(self, folder: Path, patch: pytest.MonkeyPatch) -> None:
        self.folder = folder
        self.patch = patch
        self.kept: dict[str, Any] = {}

    def module(self, name: str, **things: Any) -> None:
        parts = name.split(".")
        for i in range(1, len(parts) + 1):
            part = ".".join(parts[:i])
            if part not in sys.modules:
                self.patch.setitem(sys.modules, part, ModuleType(part))
        for thing, value in things.items():
            self.patch.setattr(sys.modules[name], thing, value, raising=False)

    def keep(self, name: str) -> Callable[..., None]:
        def call(*arguments: Any, **options: Any) -> None:
            self.kept[name] = (arguments, options)

        return call

    def run(self, block: str, **names: Any) -> dict[str, Any]:
        """The block's names, after it ran as a module of its own."""
        module = ModuleType("shown")
        self.patch.setitem(sys.modules, "shown", module)
        vars(module).update(names)
        exec(compile(block, "<shown>", "exec"), vars(module))
        return vars(module)


RIGHT = r"so \boxed{18}"
SAMPLES = [Sample(RIGHT, reference="18"), Sample("19", reference="18")]


def check_a_data_set(stand: Stand, blocks: list[str]) -> None:
    names = stand.run(blocks[0], PreflightFinding=PreflightFinding)
    (found,) = names["preflight"](None, SimpleNamespace(tests=None))
    assert found.id == "tests.empty"
    assert list(names["preflight"](None, SimpleNamespace(tests=[1]))) == []


def evaluate_with_inspect(stand: Stand, blocks: list[str]) -> None:
    pytest.importorskip("inspect_ai", reason="optional part not installed: inspect_ai")
    from inspect_ai.dataset import MemoryDataset
    from inspect_ai.dataset import Sample as Row

    names = stand.run(blocks[0], dataset=MemoryDataset([Row(input="9+9?", target="18")]))
    assert names["task"].scorer


def judge_by_suites(stand: Stand, blocks: list[str]) -> None:
    assert stand.run(blocks[0])["reward"].value == 1.0


def probe_a_rubric(stand: Stand, blocks: list[str]) -> None:
    names = stand.run(blocks[0])
    (spec,) = names["assay_probes"]()
    assert spec.name == "sql.comment"
    (attack,) = names["comment"](SimpleNamespace(answers=["4"]))
    assert "SELECT 1 -- 4" in str(attack)


def score_on_ray(stand: Stand, blocks: list[str]) -> None:
    """Ray itself is in test_ray; here the call is."""

    def pool(rubric: str, *, actors: int, num_cpus: int) -> Engine:
        assert (actors, num_cpus) == (16, 1)
        return Engine(rubric, workers=1)

    stand.module("assay.ray", pool=pool)
    stand.patch.setattr(assay, "ray", sys.modules["assay.ray"], raising=False)
    tests = {"type": "stdio", "cases": [{"stdin": "", "expected": "1\n"}]}
    names = stand.run(blocks[0], samples=[Sample("print(1)", tests=tests)])
    assert [reward.value for reward in names["rewards"]] == [1.0]


def serve(stand: Stand, blocks: list[str]) -> None:
    pytest.importorskip("uvicorn", reason="optional part not installed: uvicorn")
    from served import Served

    server = Served("math+format", folder=stand.folder)
    try:
        names = stand.run(blocks[0].replace("http://127.0.0.1:8000", server.url))
    finally:
        server.close()
    assert [reward.value for reward in names["rewards"]] == [0.95]


def train_with_ms_swift(stand: Stand, blocks: list[str]) -> None:
    functions: dict[str, Any] = {}
    stand.module("swift.rewards", orms=functions)
    stand.run(blocks[0])
    assert list(functions) == ["assay"]


def train_with_openenv(stand: Stand, blocks: list[str]) -> None:
    pytest.importorskip("openenv.core.rubrics", reason="optional part not installed: openenv")
    ours = stand.run(blocks[0])["environment_rubric"]
    seen = SimpleNamespace(metadata={"answer": "18"})
    said = SimpleNamespace(message=RIGHT, metadata={})
    assert asyncio.run(ours.forward(said, seen)) == 1.0


def train_with_openrlhf(stand: Stand, blocks: list[str]) -> None:
    found = stand.run(blocks[0])["reward_func"]([RIGHT], [""], ["18"])
    assert found["rewards"] == 1.0
    pytest.importorskip("openrlhf.utils.agent", reason="optional part not installed: openrlhf")
    assert stand.run(blocks[1])["AgentExecutor"]


def train_with_skyrl(stand: Stand, blocks: list[str]) -> None:
    stand.module("skyrl_gym.envs", register=stand.keep("register"))
    stand.run(blocks[0])
    _, options = stand.kept["register"]
    module, _, name = options["entry_point"].partition(":")
    __import__(module)
    assert name == "AssayEnv"


def train_with_slime(stand: Stand, blocks: list[str]) -> None:
    names = stand.run(blocks[0])
    sample = SimpleNamespace(response=RIGHT, label="18", prompt="", metadata=None)
    assert asyncio.run(names["score"](SimpleNamespace(), sample)) == 1.0
    assert callable(names["post_process"])


def train_with_trl(stand: Stand, blocks: list[str]) -> None:
    class Config(SimpleNamespace):
        def __init__(self, folder: str, **options: Any) -> None:
            super().__init__(**options)

    stand.module("trl", GRPOConfig=Config, GRPOTrainer=stand.keep("trainer"))
    names = stand.run(blocks[0], dataset=[])
    _, options = stand.kept["trainer"]
    reward = options["reward_funcs"]
    assert reward(prompts=["p"], completions=[RIGHT], answer=["18"]) == [1.0]
    from assay.integrations.trl import per_criterion

    stand.run(blocks[1], per_criterion=per_criterion, model="m", dataset=[], **{
        name: names[name] for name in ("GRPOConfig", "GRPOTrainer")
    })  # fmt: skip
    _, options = stand.kept["trainer"]
    assert options["args"].reward_weights == [0.95, 0.05]


def train_with_verifiers(stand: Stand, blocks: list[str]) -> None:
    scored = stand.run(blocks[0])["scored"]
    task, trace = SimpleNamespace(answer="18"), SimpleNamespace(last_reply=RIGHT)
    assert sum(asyncio.run(scored(task, trace)).values()) == 1.0
    stand.run(blocks[1], TaskConfig=stand.keep("task"))
    _, options = stand.kept["task"]
    assert options["rewards"] == {"assay": {"fn": "my_rewards:scored"}}


def ledger(stand: Stand, blocks: list[str]) -> None:
    pytest.importorskip("pyarrow", reason="optional part not installed: pyarrow")
    names = stand.run(blocks[0], samples=SAMPLES)
    assert [reward.value for reward in names["rewards"]] == [1.0, 0.0]
    kept = blocks[1].replace("\nEngine(", "\nengine = Engine(")
    stand.run(kept, Engine=Engine)["engine"].close()
    stand.run(blocks[2])


def logs(stand: Stand, blocks: list[str]) -> None:
    pytest.importorskip("duckdb", reason="optional part not installed: duckdb")
    folder = stand.folder / "runs" / "a"
    folder.mkdir(parents=True)
    rows = []
    for i in range(20):
        reward = verify(SAMPLES[i % 2], rubric="math")
        rows.append({"completion": SAMPLES[i % 2].text, "prompt_id": str(i), **reward.to_json()})
    text = "".join(json.dumps(row) + "\n" for row in rows)
    (folder / "log.jsonl").write_text(text, encoding="utf-8")
    assert stand.run(blocks[0])["log"].frame.n == 20
    names = stand.run(blocks[1])
    (spec,) = names["assay_log_readers"]()
    assert spec.name == "bars"
    (folder / "log.bars").write_text("#bars\np|c|1.0\n", encoding="utf-8")
    ((line, row),) = names["bars"].rows(str(folder / "log.bars"))
    assert (line, row["reward"]) == (2, 1.0)
    assert names["bars"].claims(SimpleNamespace(start=b"#bars\np|c")) == 3


RUN: dict[str, Callable[[Stand, list[str]], None]] = {
    "how-to/check-a-data-set.md": check_a_data_set,
    "how-to/evaluate-with-inspect.md": evaluate_with_inspect,
    "how-to/judge-by-suites.md": judge_by_suites,
    "how-to/probe-a-rubric.md": probe_a_rubric,
    "how-to/score-on-ray.md": score_on_ray,
    "how-to/serve.md": serve,
    "how-to/train-with-ms-swift.md": train_with_ms_swift,
    "how-to/train-with-openenv.md": train_with_openenv,
    "how-to/train-with-openrlhf.md": train_with_openrlhf,
    "how-to/train-with-skyrl.md": train_with_skyrl,
    "how-to/train-with-slime.md": train_with_slime,
    "how-to/train-with-trl.md": train_with_trl,
    "how-to/train-with-verifiers.md": train_with_verifiers,
    "reference/ledger.md": ledger,
    "reference/logs.md": logs,
}
SLOW = {"how-to/serve.md", "how-to/score-on-ray.md", "how-to/judge-by-suites.md"}
OPTIONAL = ("inspect", "openenv", "openrlhf", "serve", "ledger", "logs")


def marked(page: str) -> Any:
    marks = [pytest.mark.slow] if page in SLOW else []
    if any(name in page for name in OPTIONAL):
        marks.append(pytest.mark.optional)
    return pytest.param(page, marks=marks, id=page)


@pytest.mark.parametrize("page", [marked(page) for page in RUN])
def test_what_a_page_shows_runs(page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    RUN[page](Stand(tmp_path, monkeypatch), shown(page))


def test_no_page_shows_python_that_nobody_runs() -> None:
    assert sorted([*RUN, *ELSEWHERE]) == PAGES
    root = DOCS.parent
    assert all(Path(page).name in (root / test).read_text() for page, test in ELSEWHERE.items())


TOML = re.compile(r"^```toml\n(.*?)^```$", re.MULTILINE | re.DOTALL)
TABLES = [
    pytest.param(text, id=f"{path.relative_to(DOCS).as_posix()} {i}")
    for path in sorted(DOCS.rglob("*.md"))
    for i, text in enumerate(TOML.findall(path.read_text(encoding="utf-8")), 1)
]


@pytest.mark.filterwarnings("ignore:process. agg")  # a page that shows what is wrong with it
@pytest.mark.parametrize("text", TABLES)
def test_rubrics_that_pages_show_are_rubrics(text: str) -> None:
    found = tomllib.loads(text)
    if "kind" in found:
        assert load_rubric(found).kind == found["kind"]
