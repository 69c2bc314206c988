"""Scores a log again with Ray Data, for `assay audit`.

python examples/rescore_on_ray.py "LOG/*.jsonl" OUT [RUBRIC] [ACTORS]
assay audit "OUT/*.parquet"
"""

import glob
import sys

import ray

import assay.ray


def main(log: str, out: str, rubric: str = "math", actors: str = "2") -> None:
    rows = ray.data.read_json(sorted(glob.glob(log)), lines=True)
    scored = rows.map_batches(
        assay.ray.Rescore,
        fn_constructor_kwargs={"rubric": rubric},
        batch_size=1024,
        concurrency=int(actors),
    )
    scored.write_parquet(out)


if __name__ == "__main__":
    main(*sys.argv[1:])
