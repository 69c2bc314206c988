"""Rewards on a real Ray cluster of this machine: ordered, each sample once, whatever dies."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import assay.ray
from assay import ConfigError, Engine, Sample, SampleError

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
    with pytest.raises(ConfigError, match="No such file"):
        assay.ray.pool("math", plugins=["nothing.py"])
