"""Rewards on a real Ray cluster of this machine: ordered, each sample once, whatever dies."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import assay.ray
from assay import ConfigError, Engine, PluginError, Sample, SampleError, WorkerError

pytestmark = [
    pytest.mark.slow,
    pytest.mark.optional,
    pytest.mark.filterwarnings("ignore"),  # Ray's own, of its processes and of what it imports
]
ray = pytest.importorskip("ray", reason="optional part not installed: ray")

ROOT = Path(__file__).parents[1]
ROWS = ROOT / "examples" / "data" / "gsm8k_solutions_200.jsonl"
POISON = '''
import os
from assay import verifier

@verifier("demo.poison@1", cost="inline", levels=[0, 1])
def poison(sample):
    """Ends its process where the completion says so."""
    if sample.text == "poison":
        os._exit(3)
    return "right" in sample.text
'''


@pytest.fixture(scope="module")
def cluster() -> Iterator[Any]:
    """Three nodes, of which tests may kill one."""
    from ray.cluster_utils import Cluster

    made = Cluster(initialize_head=True, head_node_args={"num_cpus": 1, "include_dashboard": False})
    made.add_node(num_cpus=1)
    made.add_node(num_cpus=1)
    ray.init(address=made.address, log_to_driver=False)
    yield made
    ray.shutdown()
    made.shutdown()


def samples() -> list[Sample]:
    return [Sample.from_row(json.loads(line)) for line in ROWS.read_text("utf-8").splitlines()]


def test_rewards_equal_those_of_one_process_in_order(cluster: Any) -> None:
    given = [*samples(), SampleError("of a row"), *samples()[:50]]
    with assay.ray.pool("math+format", actors=2, batch=32) as scorer, Engine("math+format") as one:
        found, known = scorer.verify_batch(given), one.verify_batch(given)
        assert scorer.signatures() == {one.rubric.signature}
    assert [r.value for r in found] == [r.value for r in known]
    assert found[:200] == known[:200]
    assert found[200].status == "invalid"


@pytest.mark.thorough
def test_a_poison_sample_is_crashed_alone_and_files_are_shipped(
    cluster: Any, tmp_path: Path
) -> None:
    file = tmp_path / "poison_plugin.py"
    file.write_text(POISON, encoding="utf-8")
    rubric = {"kind": "weighted", "criteria": {"demo.poison": 1}}
    given = [Sample(f"right {i}" if i % 2 else f"wrong {i}") for i in range(40)]
    given[17] = Sample("poison")
    with assay.ray.pool(rubric, actors=2, batch=20, plugins=[str(file)], max_restarts=-1) as scorer:
        file.unlink()  # the actors have its text
        found = scorer.verify_batch(given)
        assert scorer.lost >= 2
    assert [r.value for r in found] == [None if i == 17 else float(i % 2) for i in range(40)]
    assert "ended the process of its actor" in str(found[17].error)


@pytest.mark.thorough
@pytest.mark.parametrize(("n", "batch", "actors", "guilty"), [
    pytest.param(8, 4, 1, {0}, id="one actor holds the poison and its neighbours"),
    pytest.param(24, 4, 2, {3, 21}, id="two poisons at once"),
])  # fmt: skip
def test_what_was_queued_beside_a_poison_sample_is_not_blamed(
    cluster: Any, tmp_path: Path, n: int, batch: int, actors: int, guilty: set[int]
) -> None:
    file = tmp_path / "poison_plugin.py"
    file.write_text(POISON, encoding="utf-8")
    rubric = {"kind": "weighted", "criteria": {"demo.poison": 1}}
    given = [Sample("poison" if i in guilty else "right") for i in range(n)]
    with assay.ray.pool(
        rubric, actors=actors, num_cpus=0.5, batch=batch, plugins=[str(file)], max_restarts=-1
    ) as scorer:
        found = scorer.verify_batch(given)
    assert {i for i, reward in enumerate(found) if reward.value is None} == guilty


def test_a_killed_node_costs_no_sample(cluster: Any) -> None:
    import threading

    node = cluster.add_node(num_cpus=1)
    given = samples() * 20
    with assay.ray.pool("math", actors=3, num_cpus=1, batch=16, max_restarts=-1) as scorer:
        killer = threading.Timer(0.5, lambda: cluster.remove_node(node, allow_graceful=False))
        killer.start()
        found = scorer.verify_batch(given)
        killer.join()
    with Engine("math") as one:
        known = one.verify_batch(given)
    assert [r.value for r in found] == [r.value for r in known]


def test_a_log_is_scored_again_and_audited(cluster: Any, tmp_path: Path) -> None:
    rows = [json.loads(line) for line in ROWS.read_text("utf-8").splitlines()]
    plain = [{k: v for k, v in row.items() if isinstance(v, str | int | bool)} for row in rows]
    data = ray.data.from_items(plain).map_batches(
        assay.ray.Rescore, fn_constructor_kwargs={"rubric": "math"}, batch_size=64, concurrency=1
    )
    data.write_parquet(str(tmp_path / "rescored"))
    done = subprocess.run(
        [sys.executable, "-m", "assay", "audit", str(tmp_path / "rescored" / "*.parquet")],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "200 rows, 50 groups, 1 criterion, key math.answer; read as assay" in done.stdout


def test_mistakes_show_before_any_actor_works(cluster: Any) -> None:
    with pytest.raises(ConfigError, match="actors and batch"):
        assay.ray.pool("math", actors=0)
    with pytest.raises(PluginError, match="does not exist"):
        assay.ray.pool("math", plugins=["nothing.py"])


FAULTY = """
import sys
from assay import ConfigError, verifier
from assay.engine.engine import Engine

if "default_worker" in sys.argv[0]:  # in an actor, not where the pool is made
    judge = Engine.verify_batch

    def faulty(self, samples, **options):
        texts = {sample.text for sample in samples}
        if "mistake" in texts:
            raise ConfigError("a mistake of the user's")
        if "fault" in texts:
            raise OSError("no space left on the node")
        return judge(self, samples, **options)

    Engine.verify_batch = faulty


@verifier("demo.right@1", cost="inline", levels=[0, 1])
def right(sample):
    return "right" in sample.text
"""


def test_what_an_actor_raises_is_one_samples_fault_or_the_users(
    cluster: Any, tmp_path: Path
) -> None:
    file = tmp_path / "faulty_plugin.py"
    file.write_text(FAULTY, encoding="utf-8")
    rubric = {"kind": "weighted", "criteria": {"demo.right": 1}}
    given = [Sample("fault" if i == 11 else f"right {i}") for i in range(30)]
    with assay.ray.pool(rubric, actors=2, batch=8, plugins=[str(file)]) as scorer:
        found = scorer.verify_batch(given)
        assert [r.value for r in found] == [None if i == 11 else 1.0 for i in range(30)]
        assert found[11].error == "crashed: OSError: no space left on the node"
        with pytest.raises(ConfigError, match="a mistake of the user's"):
            scorer.verify_batch([*given, Sample("mistake")] * 4)
        again = scorer.verify_batch(given[:10])  # nothing of the failed call is left over
        assert [r.value for r in again] == [1.0] * 10


def test_an_actor_that_cannot_be_made_says_why(cluster: Any, tmp_path: Path) -> None:
    file = tmp_path / "elsewhere_plugin.py"
    file.write_text(
        "import sys\nif 'default_worker' in sys.argv[0]: import not_on_this_node\n" + FAULTY,
        "utf-8",
    )
    rubric = {"kind": "weighted", "criteria": {"demo.right": 1}}
    with (
        assay.ray.pool(rubric, actors=1, plugins=[str(file)]) as scorer,
        pytest.raises(WorkerError, match=r"cannot be made on its node(.|\n)*not_on_this_node"),
    ):
        scorer.verify_batch([Sample("right")])


def test_plugins_go_with_their_neighbours_and_leave_no_folder(cluster: Any, tmp_path: Path) -> None:
    """Two files of one name, too: each has a folder of its own there."""
    rubric: dict[str, Any] = {"kind": "weighted", "criteria": {}}
    files = []
    for i, word in enumerate(("right", "fast")):
        folder = tmp_path / str(i)
        (folder / "words").mkdir(parents=True)
        (folder / "words" / "__init__.py").write_text("", "utf-8")
        (folder / "words" / "known.py").write_text(f"WORD = {word!r}\n", "utf-8")
        text = (
            "# -*- coding: latin-1 -*-\n"
            "from assay import verifier\nfrom words.known import WORD\nACCENT = '\xe9'\n\n"
            f"@verifier('demo.word{i}@1', cost='inline', levels=[0, 1])\n"
            "def word(sample):\n    return WORD in sample.text and len(ACCENT) == 1\n"
        )
        (folder / "same_name.py").write_bytes(text.encode("latin-1"))
        files.append(str(folder / "same_name.py"))
        rubric["criteria"][f"demo.word{i}"] = 0.5
    before = set(Path(tempfile.gettempdir()).glob("assay-ray-*"))
    with assay.ray.pool(rubric, actors=1, plugins=files) as scorer:
        found = scorer.verify_batch([Sample("right"), Sample("right and fast"), Sample("none")])
        assert set(Path(tempfile.gettempdir()).glob("assay-ray-*")) <= before
        assert scorer.signatures() == {found[0].signature}
    assert [r.value for r in found] == [0.5, 1.0, 0.0]


def test_actors_without_a_node_get_nothing_and_nobody_waits_for_them(cluster: Any) -> None:
    given = samples()
    with assay.ray.pool("math", actors=9, num_cpus=1, batch=16) as scorer, Engine("math") as one:
        assert [r.value for r in scorer.verify_batch(given)] == [
            r.value for r in one.verify_batch(given)
        ]
    assert scorer.close() is None  # a second time does nothing


def test_a_row_without_a_score_is_null_in_the_shards(cluster: Any, tmp_path: Path) -> None:
    """NaN would be a number to whoever reads them next."""
    plugin = Path(__file__).parent / "integrations" / "loop_plugin.py"
    rows = [{"completion": "yes"}, {"completion": "doubt"}, {"completion": "no"}]
    arguments = {
        "rubric": {"kind": "weighted", "criteria": {"loop.doubtful": 1}},
        "plugins": assay.ray.shipped([str(plugin)]),
        "max_unscored": 1.0,
    }
    ray.data.from_items(rows).map_batches(
        assay.ray.Rescore, fn_constructor_kwargs=arguments, concurrency=1
    ).write_parquet(str(tmp_path / "out"))
    from pyarrow import parquet

    found = {row["completion"]: row for row in parquet.read_table(tmp_path / "out").to_pylist()}
    assert {text: row["reward"] for text, row in found.items()} == {
        "yes": 1.0,
        "doubt": None,
        "no": 0.0,
    }
    assert found["doubt"]["status"] == "unscored"


@pytest.mark.thorough
def test_a_killed_node_where_samples_hang_leaves_every_result_as_it_is_in_one_process() -> None:
    """The benchmark in small, which asserts it; no node has room for the killed one's actor."""
    script = ROOT / "benchmarks" / "ray_nodes.py"
    small = ["--samples", "1500", "--texts", "40", "--kill-after", "1"]
    done = subprocess.run(
        [sys.executable, "-W", "ignore", str(script), *small],
        capture_output=True, text=True, check=False, timeout=280,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    assert "samples 1,500, hanging 72, " in done.stdout
    assert ", unscored 0" in done.stdout
