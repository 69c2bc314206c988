r"""Rewards on a Ray cluster, for those who outgrow one machine: programs, analysers, whole logs.

`pool` spreads a batch over actors and gives its rewards in order::

    with assay.ray.pool("code", actors=16) as scorer:
        rewards = scorer.verify_batch(samples)

`Rescore` scores a data set of any size with `ray.data`, so that `assay audit` can read it::

    ray.data.read_parquet("log/").map_batches(
        assay.ray.Rescore, fn_constructor_kwargs={"rubric": "math"}, batch_size=1024, concurrency=8,
    ).write_parquet("rescored/")

For a step of some thousand math completions nothing is gained: an engine in the process takes
0.03 s.
Ray itself is imported when one of the two is used: ``pip install 'assay[ray]'``.
"""

from assay.ray.actors import RayPool, pool
from assay.ray.rescoring import Rescore
from assay.ray.shipping import shipped

__all__ = ["RayPool", "Rescore", "pool", "shipped"]
