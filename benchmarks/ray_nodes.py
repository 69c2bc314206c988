"""A batch on a Ray cluster whose node is killed meanwhile, against the same batch in one process.

    python benchmarks/ray_nodes.py [--samples 100000] [--hanging 0.05] [--texts 300] [--nodes 3]
        [--kill-after 20]

The nodes are processes of this machine (`ray.cluster_utils.Cluster`), each with room for one actor,
and none is left for the actor of the node that is killed. A part of the samples makes its verifier
wait for ever, and is cut off; equal ones are judged once by each engine. It fails where a sample
has no result, or one that differs from that of an engine in this process in anything that its
receipt says.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

import assay.ray
from assay import Engine, Reward, Sample

PLUGIN = '''
import time
from assay import verifier

@verifier("nodes.hanging@1", levels=[0, 1], needs=["reference"])
def hanging(sample):
    """Right where the text is the reference; waits for ever where it says so."""
    while sample.text.startswith("hang"):
        time.sleep(60)
    return sample.text == sample.reference
'''
RUBRIC = {"kind": "weighted", "criteria": {"nodes.hanging": 1}}


def samples(n: int, hanging: float, texts: int) -> list[Sample]:
    """Two thirds of those that do not hang are right, and all different."""
    draw = random.Random(7)
    out = []
    for i in range(n):
        if draw.random() < hanging:
            out.append(Sample(f"hang {draw.randrange(texts)}", reference="answer"))
        else:
            out.append(Sample(f"answer {i - (i % 3 == 0)}", reference=f"answer {i}"))
    return out


def receipt(found: Reward) -> dict[str, Any]:
    """All of a reward but the words on how it was judged, which name seconds of the clock."""
    scores = {key: term.score for key, term in found.terms.items()}
    return {"value": found.value, "status": found.status, "terms": scores, "of": found.signature}


def run(
    n: int,
    hanging: float,
    texts: int,
    nodes: int,
    kill_after_s: float,
    timeout_s: float,
    say: Any = print,
) -> dict[str, Any]:
    """What happened; raises AssertionError where a result is missing or differs."""
    import ray
    from ray.cluster_utils import Cluster

    given = samples(n, hanging, texts)
    hangs = sum(sample.text.startswith("hang") for sample in given)
    options: dict[str, Any] = {"workers": 4, "timeout_s": timeout_s}
    cluster = Cluster(initialize_head=True, head_node_args={"num_cpus": 0})
    with tempfile.TemporaryDirectory() as folder:
        plugin = Path(folder, "hanging_plugin.py")
        plugin.write_text(PLUGIN, encoding="utf-8")
        try:
            made = [cluster.add_node(num_cpus=1) for _ in range(nodes)]
            ray.init(address=cluster.address, log_to_driver=False)
            with assay.ray.pool(
                RUBRIC, actors=nodes, plugins=[str(plugin)], max_restarts=-1, **options
            ) as scorer:
                scorer.signatures()  # every actor has its node
                killer = threading.Timer(
                    kill_after_s, cluster.remove_node, (made[-1],), {"allow_graceful": False}
                )
                killer.start()
                start = time.perf_counter()
                found = scorer.verify_batch(given)
                seconds = time.perf_counter() - start
                killer.cancel()
                lost = scorer.lost
        finally:
            ray.shutdown()
            cluster.shutdown()
        say(f"{nodes} nodes, one killed after {kill_after_s:g} s: {seconds:.1f} s, {lost} lost")
        start = time.perf_counter()
        with Engine(RUBRIC, plugins=[str(plugin)], on_unscored="ignore", **options) as one:
            known = one.verify_batch(given)
        here = time.perf_counter() - start
        say(f"in this process: {here:.1f} s")
    assert len(found) == len(known) == n
    differing = [i for i in range(n) if receipt(found[i]) != receipt(known[i])]
    for i in differing[:5]:
        say(f"{given[i].text}: {found[i].explain()}\nbut here: {known[i].explain()}")
    assert not differing, f"{len(differing)} of {n} differ"
    unscored = sum(reward.value is None for reward in found)
    return {
        "samples": n,
        "hanging": hangs,
        "seconds": seconds,
        "in_process_s": here,
        "lost": lost,
        "unscored": unscored,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--samples", type=int, default=100_000)
    parser.add_argument("--hanging", type=float, default=0.05, help="share")
    parser.add_argument("--texts", type=int, default=300, help="different ones that hang")
    parser.add_argument("--nodes", type=int, default=3)
    parser.add_argument("--kill-after", type=float, default=20.0, help="seconds")
    parser.add_argument("--timeout", type=float, default=1.0, help="of a sample, in seconds")
    options = parser.parse_args()
    seen = run(
        options.samples,
        options.hanging,
        options.texts,
        options.nodes,
        options.kill_after,
        options.timeout,
    )
    print(", ".join(f"{name} {value:,.5g}" for name, value in seen.items()))


if __name__ == "__main__":
    sys.exit(main())
