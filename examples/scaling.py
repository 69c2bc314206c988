"""How many cores keep up with a generation rate: a queue of completions before verifiers.

    python examples/scaling.py --rate 200 --cost 0.0053 --slow 0.02 --slow-s 4 --cores 1 2 4

Completions arrive at random (Poisson) and are judged by the first free core, in order. Most cost
`--cost` seconds; a share `--slow` of them (endless programs, power towers) costs `--slow-s`, which
is their deadline. A share `--equal` is answered from the cache. Shown: how busy the cores are, how
long a completion waits, and how long the queue is at the end. Seeded; nothing else is random.
"""

from __future__ import annotations

import argparse
import heapq
import random
from typing import NamedTuple


class Load(NamedTuple):
    """What arrives, and what it costs."""

    rate: float
    """Completions a second."""
    cost_s: float
    """Processor seconds of one."""
    slow: float = 0.0
    """Share that runs into its deadline."""
    slow_s: float = 0.0
    """The deadline."""
    equal: float = 0.0
    """Share that equals an earlier completion of its group."""

    @property
    def mean_s(self) -> float:
        """Seconds of a completion on average."""
        return (1 - self.equal) * ((1 - self.slow) * self.cost_s + self.slow * self.slow_s)


class Seen(NamedTuple):
    """What came of it."""

    busy: float
    """Offered load over cores: at 1 and above the queue grows without end."""
    median_s: float
    p99_s: float
    """Of the time from arriving to being judged."""
    behind: int
    """Completions that wait when the last one arrives."""


def simulate(load: Load, cores: int, seconds: float = 300.0, seed: int = 0) -> Seen:
    """A queue with `cores` servers, first come, first served."""
    chance = random.Random(seed)
    free = [0.0] * cores
    now, waited, ends = 0.0, [], []
    while now < seconds:
        now += chance.expovariate(load.rate)
        draw = chance.random()
        cost = 0.0
        if draw >= load.equal:
            cost = load.slow_s if chance.random() < load.slow else load.cost_s
        start = max(now, heapq.heappop(free))
        heapq.heappush(free, start + cost)
        waited.append(start + cost - now)
        ends.append(start)
    waited.sort()
    behind = sum(start > now for start in ends)
    busy = load.rate * load.mean_s / cores
    return Seen(busy, waited[len(waited) // 2], waited[int(len(waited) * 0.99)], behind)


def cores_for(load: Load, share: float = 0.7) -> int:
    """Cores of which at most `share` is busy: beyond that waiting grows faster than the load."""
    return max(1, -int(-load.rate * load.mean_s // share))


def main() -> None:
    """Show a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rate", type=float, default=200.0, help="completions a second")
    parser.add_argument("--cost", type=float, default=0.0053, help="seconds of one")
    parser.add_argument("--slow", type=float, default=0.02, help="share that hits its deadline")
    parser.add_argument("--slow-s", type=float, default=4.0, help="that deadline")
    parser.add_argument("--equal", type=float, default=0.0, help="share answered from the cache")
    parser.add_argument("--cores", type=int, nargs="*", default=[])
    given = parser.parse_args()
    load = Load(given.rate, given.cost, given.slow, given.slow_s, given.equal)
    wanted = cores_for(load)
    print(f"{load.mean_s * 1000:.2f} ms a completion; {wanted} cores keep up with {load.rate:g}/s")
    print(f"{'cores':>6} {'busy':>7} {'median':>10} {'p99':>10} {'behind':>8}")
    for cores in given.cores or sorted({max(1, wanted // 2), wanted, 2 * wanted}):
        seen = simulate(load, cores)
        times = f"{seen.median_s:>9.3f}s {seen.p99_s:>9.2f}s"
        print(f"{cores:>6} {seen.busy:>7.0%} {times} {seen.behind:>8,}")


if __name__ == "__main__":
    main()
