"""What a trainer pays for rewards: adapters, a step, and the server, beside plain functions.

    python benchmarks/loops.py [--samples 1024] [--seconds 5] [--only adapters|steps|server|ray]

Reported, never gated. CPU is the time of the process that is measured, and holds on a busy machine;
what is by the clock (requests a second, latencies, a step) is worth what the machine was idle.
Texts are new in every repeat, so that nothing is answered from a cache unless a row says so.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import itertools
import json
import os
import re
import statistics
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from assay import Engine, Sample

BOX = re.compile(r"\\boxed\{([^{}]*)\}")
fresh = itertools.count()


def completions(n: int) -> tuple[list[str], list[str]]:
    """Texts that nobody has judged before, half of them right, and their references."""
    numbers = [next(fresh) for _ in range(n)]
    texts = [rf"We add them up and get $\boxed{{{k + k % 2}}}$." for k in numbers]
    return texts, [str(k) for k in numbers]


def plain(completions: list[str], reference: list[str], **_: Any) -> list[float]:
    """What people write first: the box is the reference's text."""
    found = [BOX.search(text) for text in completions]
    return [float(m is not None and m[1] == r) for m, r in zip(found, reference, strict=True)]


def line(what: str, *figures: str) -> None:
    print(f"{what:<52}" + "".join(f"{figure:>15}" for figure in figures), flush=True)


# -- adapters -------------------------------------------------------------------------------


def adapters() -> Iterator[tuple[str, Callable[[list[str], list[str]], Any]]]:
    """Name -> a call with texts and references, as the trainer makes it."""
    from assay.integrations import areal, ms_swift, nemo_gym, openrlhf, slime, trl, verifiers, verl
    from assay.integrations.scorer import Scorer

    yield "a plain function: a regex and ==", plain
    engine = Engine("math")
    yield (
        "Engine.verify_batch, no adapter",
        lambda texts, truths: engine.verify_batch(
            [Sample(text, reference=truth) for text, truth in zip(texts, truths, strict=True)]
        ),
    )
    by_trl, by_swift = trl.reward("math"), ms_swift.reward("math")
    yield (
        "TRL, a batch",
        lambda texts, truths: by_trl(prompts=texts, completions=texts, reference=truths),
    )
    yield "ms-swift, a batch", lambda texts, truths: by_swift(texts, solution=truths)
    yield (
        "verl compute_score_batch",
        lambda texts, truths: verl.compute_score_batch(["m"] * len(texts), texts, truths),
    )
    yield (
        "verl compute_score, one by one",
        lambda texts, truths: [
            verl.compute_score("m", text, truth, {})
            for text, truth in zip(texts, truths, strict=True)
        ],
    )

    def together(one: Callable[[str, str], Any]) -> Callable[[list[str], list[str]], Any]:
        async def run(texts: list[str], truths: list[str]) -> Any:
            return await asyncio.gather(*map(one, texts, truths))

        return lambda texts, truths: asyncio.run(run(texts, truths))

    yield (
        "verl acompute_score, all at once",
        together(lambda text, truth: verl.acompute_score("m", text, truth, {})),
    )
    by_file, by_areal = openrlhf.reward("math"), areal.reward("math")
    yield (
        "OpenRLHF, one by one",
        lambda texts, truths: [by_file([t], [""], [r]) for t, r in zip(texts, truths, strict=True)],
    )
    yield (
        "AReaL, one by one",
        lambda texts, truths: [
            by_areal("", t, [], [1], answer=r) for t, r in zip(texts, truths, strict=True)
        ],
    )
    by_slime, scored = slime.reward("math"), verifiers.reward("math")
    args = SimpleNamespace()
    yield (
        "slime, all at once",
        together(
            lambda text, truth: by_slime(
                args, SimpleNamespace(response=text, label=truth, prompt="", metadata=None)
            )
        ),
    )
    yield (
        "verifiers, all at once",
        together(
            lambda text, truth: scored(
                SimpleNamespace(answer=truth), SimpleNamespace(last_reply=text)
            )
        ),
    )
    scorer = Scorer("math", can=nemo_gym.CAN, truth="expected_answer")
    yield (
        "NeMo-Gym /verify without HTTP, all at once",
        together(lambda text, truth: nemo_gym.verified(scorer, gym_body(text, truth))),
    )


def gym_body(text: str, truth: str) -> dict[str, Any]:
    said = {"type": "output_text", "text": text}
    message = {"type": "message", "role": "assistant", "content": [said]}
    return {"response": {"output": [message]}, "expected_answer": truth}


def measure_adapters(samples: int, repeats: int = 5) -> None:
    line(f"adapters, {samples} new completions", "us a sample", "over Engine")
    base = None
    for name, call in adapters():
        call(*completions(samples))  # warm
        spent = []
        for _ in range(repeats):
            given = completions(samples)
            start = time.process_time()
            call(*given)
            spent.append((time.process_time() - start) / samples * 1e6)
        cost = statistics.median(spent)
        base = cost if name.startswith("Engine") else base
        line(f"  {name}", f"{cost:.1f}", "" if base is None else f"{cost - base:+.1f}")


# -- a step ---------------------------------------------------------------------------------

RIGHT = "```python\ndef gcd(a, b):\n    return a if not b else gcd(b, a % b)\n```"
ENDLESS = "```python\ndef gcd(a, b):\n    while True: pass\n```"
TESTS = {
    "type": "call",
    "entry_point": "gcd",
    "cases": [{"args": [12 * k, 18 * k], "expected": 6 * k} for k in range(1, 6)],
}


def programs(n: int) -> list[Sample]:
    """One in fifty never ends; the rest differ, so that none is answered from a cache."""
    return [
        Sample(
            (ENDLESS if i % 50 == 49 else RIGHT) + f"\nThis is answer {next(fresh)}.", tests=TESTS
        )
        for i in range(n)
    ]


def timed(run: Callable[[], Any]) -> float:
    start = time.perf_counter()
    run()
    return time.perf_counter() - start


def measure_steps(samples: int) -> None:
    line("a step in this process", "seconds", "CPU s")
    engine, code = Engine("math"), Engine("code", on_unscored="ignore")

    def show(name: str, run: Callable[[], Any]) -> None:
        before = time.process_time()
        seconds = statistics.median(timed(run) for _ in range(3))
        line(f"  {name}", f"{seconds:.3f}", f"{(time.process_time() - before) / 3:.3f}")

    def math_step(distinct: bool) -> None:
        texts, truths = completions(samples if distinct else samples // 64)
        rows = [Sample(t, reference=r) for t, r in zip(texts, truths, strict=True)]
        engine.verify_batch(rows if distinct else rows * 64)

    math_step(True)
    code.verify_batch(programs(4))
    show(f"{samples} math completions, all distinct", lambda: math_step(True))
    show(f"{samples} math completions, {samples // 64} texts x 64", lambda: math_step(False))
    show("256 programs, 5 of them endless", lambda: code.verify_batch(programs(256)))
    if find_spec("trl") and find_spec("math_verify"):
        from trl.rewards import accuracy_reward

        def by_trl() -> None:
            texts, truths = completions(samples)
            accuracy_reward([[{"content": text}] for text in texts], truths)

        show(f"TRL's accuracy_reward, {samples} distinct", by_trl)
    if find_spec("verl"):
        from verl.utils.reward_score import math_dapo

        def by_dapo() -> None:
            for text, truth in zip(*completions(samples), strict=True):
                math_dapo.compute_score(text, truth)

        show(f"verl's math_dapo, {samples} distinct", by_dapo)


def measure_ray(samples: int) -> None:
    if find_spec("ray") is None:
        line("a step on Ray", "no Ray here")
        return
    import ray

    import assay.ray

    ray.init(num_cpus=2, include_dashboard=False, log_to_driver=False)
    with assay.ray.pool("math", actors=2) as scorer:
        scorer.verify_batch([Sample("1", reference="1")])

        def run() -> None:
            texts, truths = completions(samples)
            pairs = zip(texts, truths, strict=True)
            scorer.verify_batch([Sample(t, reference=r) for t, r in pairs])

        seconds = statistics.median(timed(run) for _ in range(5))
    line("a step on Ray, two actors", "seconds")
    line(f"  {samples} math completions, all distinct", f"{seconds:.3f}")
    ray.shutdown()


# -- the server -----------------------------------------------------------------------------

PLAIN_SERVER = """
import re, socket, sys
import uvicorn
from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.routing import Route
BOX = re.compile(r"\\\\boxed\\{([^{}]*)\\}")

async def reward(request):
    body = await request.json()
    found = [BOX.search(text) for text in body["query"]]
    scores = [float(m is not None and m[1] == r) for m, r in zip(found, body["labels"])]
    return JSONResponse({"rewards": scores[0], "scores": scores[0], "extra_logs": {}})

app = Starlette(routes=[Route("/get_reward", reward, methods=["POST"])])
config = uvicorn.Config(app, log_level="warning", access_log=False, backlog=4096)
server = uvicorn.Server(config)
sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
sock.bind(("127.0.0.1", 0))
sock.listen(4096)
print(f"http://127.0.0.1:{sock.getsockname()[1]}", file=sys.stderr, flush=True)
server.run(sockets=[sock])
"""


@contextlib.contextmanager
def server(*command: str) -> Iterator[tuple[int, int]]:
    """A server process: its port and process id."""
    process = subprocess.Popen(
        [sys.executable, *command],
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONWARNINGS": "ignore", "NO_COLOR": "1", "COLUMNS": "200"},
    )
    assert process.stderr is not None
    try:
        said = ""
        while (found := re.search(r"http://[\d.]+:(\d+)", said)) is None:
            said = process.stderr.readline()
            assert said, "the server did not start"
        threading.Thread(target=process.stderr.read, daemon=True).start()  # nobody else empties it
        yield int(found[1]), process.pid
    finally:
        process.terminate()
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:  # figures that are there are not to be lost for it
            line("  the server did not end within 30 s of SIGTERM")
            process.kill()
            process.wait()


def cpu_s(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def memory_mb(pid: int) -> float:
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6


def request(route: str, batch: int) -> bytes:
    texts, truths = completions(batch)
    body: dict[str, Any] = {"query": texts, "prompts": [""] * batch, "labels": truths}
    if route == "/v1/verify":
        pairs = zip(texts, truths, strict=True)
        body = {"samples": [{"completion": t, "reference": r} for t, r in pairs]}
    data = json.dumps(body).encode()
    head = f"POST {route} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
    return f"{head}Content-Length: {len(data)}\r\n\r\n".encode() + data


@dataclass(slots=True)
class Load:
    """What clients saw: seconds of each answer, and what was no answer, by its kind."""

    took: list[float] = field(default_factory=list)
    failed: Counter[str] = field(default_factory=Counter)

    def at(self, share: float) -> str:
        """A quantile of the latencies in ms, for a cell."""
        took = sorted(self.took)
        return f"{took[int(len(took) * share)] * 1e3:.1f}" if took else "-"

    def failures(self) -> str:
        """For a cell: how many requests of each kind had no answer."""
        return ", ".join(f"{n} {kind}" for kind, n in self.failed.items()) or "none"


async def answered(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, data: bytes
) -> str | None:
    """One request; what was wrong with the answer, or None."""
    writer.write(data)
    head = await reader.readuntil(b"\r\n\r\n")
    length = re.search(rb"content-length: (\d+)", head, re.IGNORECASE)
    if length is None:
        raise ConnectionError("an answer without a length")
    await reader.readexactly(int(length[1]))
    status = head.split(None, 2)[1].decode()
    return None if status == "200" else f"status {status}"


async def ask(port: int, route: str, batch: int, until: float, seen: Load) -> None:
    """One client that asks again as soon as it is answered, on a new connection if it must.

    A busy machine refuses or drops a connection now and then: that is counted, and no reason to
    lose the other ten minutes.
    """
    while time.perf_counter() < until:
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            with contextlib.closing(writer):
                while time.perf_counter() < until:
                    data = request(route, batch)
                    start = time.perf_counter()
                    wrong = await answered(reader, writer, data)
                    if wrong is not None:
                        seen.failed[wrong] += 1
                        await asyncio.sleep(0.1)
                        continue
                    seen.took.append(time.perf_counter() - start)
        except (OSError, EOFError) as err:  # refused, reset, closed before an answer
            seen.failed[type(err).__name__] += 1
            await asyncio.sleep(0.1)


async def load(port: int, route: str, batch: int, connections: int, seconds: float) -> Load:
    seen = Load()
    until = time.perf_counter() + seconds
    await asyncio.gather(*(ask(port, route, batch, until, seen) for _ in range(connections)))
    return seen


def measure_server(seconds: float, minutes: float) -> None:
    kinds = [
        ("a plain function on Starlette", ("-c", PLAIN_SERVER), "/get_reward", 1, (1, 32, 1000)),
        ("assay serve math", SERVE, "/get_reward", 1, (1, 32, 1000)),
        ("assay serve math, 64 a request", SERVE, "/v1/verify", 64, (1, 8)),
    ]
    line("the server", "connections", "samples/s", "p50 ms", "p99 ms", "CPU us/sample", "failed")
    for name, command, route, batch, connections in kinds:
        if not seconds:
            break
        with server(*command) as (port, pid):
            asyncio.run(load(port, route, batch, 4, 0.5))  # warm
            for n in connections:
                before, start = cpu_s(pid), time.perf_counter()
                seen = asyncio.run(load(port, route, batch, n, seconds))
                clock, samples = time.perf_counter() - start, len(seen.took) * batch
                line(
                    f"  {name}",
                    str(n),
                    f"{samples / clock:,.0f}",
                    seen.at(0.5),
                    seen.at(0.99),
                    f"{(cpu_s(pid) - before) / max(1, samples) * 1e6:.0f}",
                    seen.failures(),
                )
    if minutes:
        with server(*SERVE) as (port, pid):
            line("the server over minutes, 32 connections", "requests", "p50 ms", "p99 ms",
                 "failed", "MB")  # fmt: skip
            asyncio.run(load(port, "/get_reward", 1, 32, 15))  # until its caches are full
            line("  after 15 s", "", "", "", "", f"{memory_mb(pid):.1f}")
            began = time.perf_counter()
            while (left := minutes * 60 - (time.perf_counter() - began)) > 1:
                seen = asyncio.run(load(port, "/get_reward", 1, 32, min(60.0, left)))
                line(
                    f"  after {(time.perf_counter() - began) / 60:.1f} min more",
                    f"{len(seen.took):,}",
                    seen.at(0.5),
                    seen.at(0.99),
                    seen.failures(),
                    f"{memory_mb(pid):.1f}",
                )


SERVE = ("-m", "assay", "serve", "math", "--port", "0", "--workers", "1")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--samples", type=int, default=1024)
    parser.add_argument(
        "--seconds", type=float, default=5.0, help="of each row of the server; 0: no rows"
    )
    parser.add_argument("--minutes", type=float, default=0.0, help="of watching its memory")
    parser.add_argument("--only", choices=["adapters", "steps", "server", "ray"])
    options = parser.parse_args()
    print(f"Python {sys.version.split()[0]}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    parts: dict[str, Callable[[], None]] = {
        "adapters": lambda: measure_adapters(options.samples),
        "steps": lambda: measure_steps(options.samples),
        "server": lambda: measure_server(options.seconds, options.minutes),
        "ray": lambda: measure_ray(options.samples),
    }
    for name, run in parts.items():
        if options.only in (None, name):
            run()
            print()


if __name__ == "__main__":
    main()
