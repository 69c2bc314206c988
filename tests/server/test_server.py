# ruff: noqa: E501 - tables of requests
"""`assay serve` as a process, asked as its clients ask; `RemoteEngine` against `Engine`."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from assay import ConfigError, Engine, RemoteEngine, Sample, SampleError

pytestmark = pytest.mark.optional
for needed in ("httpx", "starlette", "uvicorn", "prometheus_client"):
    pytest.importorskip(needed, reason=f"optional part not installed: {needed}")
import httpx  # noqa: E402
from served import Served  # noqa: E402

ROOT = Path(__file__).parents[2]
PLUGIN = str(ROOT / "tests" / "integrations" / "loop_plugin.py")
TOKEN = "a-token-of-the-tests"
DOUBT = {"kind": "weighted", "criteria": {"loop.doubtful": 1}}
RANKED = {"kind": "weighted", "criteria": {"group.rank": 1}}
SLOW = {"kind": "weighted", "criteria": {"loop.slow": 1}}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("served")
    for name, rubric in (("doubt", DOUBT), ("slow", SLOW), ("ranked", RANKED)):
        (made / f"{name}.json").write_text(json.dumps(rubric), encoding="utf-8")
    return made


@pytest.fixture(scope="module")
def served(folder: Path) -> Iterator[Served]:
    server = Served(
        "math", "mf=math+format", "code", "doubt.json", "slow.json", "ranked.json", "--plugin", PLUGIN,
        "--unscored", "openrlhf=-7", "--max-body-mb", "2", "--max-batch", "300",
        "--allow-run-code", "--max-run", "2",
        folder=folder,
    )  # fmt: skip
    yield server
    server.close()


ROW = {"completion": r"so \boxed{4}", "reference": "4"}


def test_one_and_many_with_their_receipts(served: Served) -> None:
    one = served.post("/v1/verify", {"sample": ROW, "rubric": "mf"}).json()
    assert one["rewards"][0]["reward"] == 1.0
    assert one["rewards"][0]["terms"]["format.boxed"]["contribution"] == 0.05
    assert one["signature"] == Engine("math+format").rubric.signature
    rows = [ROW, {**ROW, "completion": "5"}, {"completion": "4"}, {"completion": 7}]
    many = served.post("/v1/verify", {"samples": rows}).json()["rewards"]
    assert [r["reward"] for r in many] == [1.0, 0.0, None, None]
    assert [r["status"] for r in many] == ["scored", "scored", "invalid", "invalid"]
    assert served.post("/v1/verify", {"samples": []}).json()["rewards"] == []


@pytest.mark.parametrize(
    ("body", "status", "said"),
    [
        (
            {"samples": [ROW], "rubric": "maths"},
            404,
            "no rubric 'maths' is served; did you mean 'math'?",
        ),
        ({}, 422, "wanted either 'sample' or 'samples'"),
        ({"sample": ROW, "samples": [ROW]}, 422, "wanted either"),
        ({"sample": ROW, "rubrik": "math"}, 422, "rubrik: no such field; did you mean 'rubric'?"),
        ([], 422, "the request"),
        ({"samples": [ROW] * 301}, 413, "301 samples, at most 300"),
    ],
)
def test_a_malformed_request_is_answered_in_words(
    served: Served, body: Any, status: int, said: str
) -> None:
    found = served.post("/v1/verify", body)
    assert found.status_code == status
    assert said in found.json()["error"]


def test_limits_come_before_parsing(served: Served) -> None:
    post = f"{served.url}/v1/verify"
    deep = "[" * 5_000 + "]" * 5_000
    for content, status, said in (
        (b"{", 400, "not valid JSON"),
        (b'{"sample": NaN}', 400, "not valid JSON"),
        (deep.encode(), 400, "nested deeper than 64 levels"),
        (b"x" * (3 << 20), 413, "larger than 2,097,152 bytes"),
        (b"[" + b"[]," * 600_000 + b"[]]", 413, "lists and objects"),
    ):
        found = httpx.post(post, content=content, headers={"content-type": "application/json"})
        assert found.status_code == status, content[:20]
        assert said in found.json()["error"]
    assert (
        httpx.post(post, content=b"a=1", headers={"content-type": "text/plain"}).status_code == 415
    )
    assert httpx.get(f"{served.url}/healthz").json() == {"status": "alive"}


def test_openrlhf_asks_as_it_does(served: Served) -> None:
    prompt = "<|im_start|>user\n2 + 2?<|im_end|>\n<|im_start|>assistant\n"
    body = {"query": [f"{prompt}4<|im_end|>"], "prompts": [prompt], "labels": ["4"]}
    found = served.post("/get_reward", body).json()
    assert (found["rewards"], found["scores"]) == (1.0, 1.0)
    assert found["extra_logs"]["assay_scored"] == 1.0
    two = {"query": ["a 4", "a 5"], "prompts": ["a", "a"], "labels": ["4", "4"]}
    assert served.post("/get_reward", two).json()["rewards"] == [1.0, 0.0]
    doubted = {"query": ["doubt"], "prompts": [""], "labels": [""]}
    found = served.post("/get_reward?rubric=doubt", doubted).json()
    assert (found["rewards"], found["extra_logs"]["assay_scored"]) == (-7.0, 0.0)
    assert served.post("/get_reward", {**two, "labels": ["4"]}).status_code == 422
    malformed = served.post("/get_reward", {"query": ["4"], "prompts": [""], "labels": ["proof"]})
    assert malformed.status_code == 422
    assert "malformed" in malformed.json()["error"]


def test_slime_asks_as_it_does(served: Served) -> None:
    assert served.post("/rm", {"prompt": "2 + 2?", "response": "4", "label": "4"}).json() == 1.0
    doubted = served.post("/rm?rubric=doubt", {"response": "doubt", "label": ""})
    assert doubted.status_code == 500
    assert "has no score" in doubted.json()["error"]


def test_nemo_gym_asks_as_it_does(served: Served) -> None:
    said = {"type": "output_text", "text": r"\boxed{4}"}
    body = {
        "responses_create_params": {"input": [{"role": "user", "content": "2 + 2?"}]},
        "response": {"output": [{"type": "message", "role": "assistant", "content": [said]}]},
        "expected_answer": "4",
    }
    found = served.post("/verify?rubric=mf", body).json()
    assert found["reward"] == 1.0
    assert found["reward_components"] == {"math.answer": 0.95, "format.boxed": 0.05}
    assert found["expected_answer"] == "4"
    said["text"] = "doubt"
    masked = served.post("/verify?rubric=doubt", body).json()
    assert (masked["mask_sample"], masked["failure_kind"]) == (True, "verifier_error")
    assert served.post("/seed_session", {}).json() == {}
    assert httpx.get(f"{served.url}/reverify_mode").json() == {"mode": "stateless"}


def test_a_remote_engine_is_an_engine(served: Served) -> None:
    path = ROOT / "examples" / "data" / "gsm8k_solutions_200.jsonl"
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    samples = [Sample.from_row(row) for row in rows] + [SampleError("of a row")]
    with RemoteEngine(served.url) as remote, Engine("math") as local:
        found, known = remote.verify_batch(samples * 2), local.verify_batch(samples * 2)
        assert [r.value for r in found] == [r.value for r in known]
        assert found[:200] == known[:200]  # the whole receipt
        assert found[200].status == "invalid"
        assert remote.signature == local.rubric.signature
        assert remote.verify(samples[0]).value == known[0].value
        assert asyncio.run(remote.averify(samples[0])) == known[0]
        assert [i for i, _ in remote.iter_batch(samples[:3])] == [0, 1, 2]
        with pytest.raises(SampleError, match="no 'reference'"):
            remote.verify(Sample("4"))
    with (
        RemoteEngine(served.url, rubric="x") as other,
        pytest.raises(ConfigError, match="refuses with 404: no rubric 'x' is served"),
    ):
        other.verify(Sample("4", reference="4"))
    with pytest.raises(ConfigError, match="wanted http://host:port"):
        RemoteEngine("localhost:8000")


def test_a_group_is_of_one_request_however_the_line_cuts_it(served: Served) -> None:
    """More samples than a call of the engine takes; the same names in requests beside them."""
    rows = [{"completion": "x" * (i // 13), "group_id": str(i % 13)} for i in range(130)]

    def asked(_: int) -> list[float]:
        body = {"samples": rows, "rubric": "ranked"}
        return [r["reward"] for r in served.post("/v1/verify", body).json()["rewards"]]

    with ThreadPoolExecutor(4) as threads:
        for found in threads.map(asked, range(4)):
            assert found == pytest.approx([1 - (i // 13) / 9 for i in range(130)])
    lone = served.post("/v1/verify", {"sample": rows[0], "rubric": "ranked"}).json()["rewards"][0]
    assert (lone["status"], lone["reward"]) == ("invalid", None)


def test_a_remote_engine_tears_no_group(served: Served) -> None:
    samples = [Sample("x" * (i // 300), group_id=str(i % 300)) for i in range(900)]
    with RemoteEngine(served.url, rubric="ranked") as engine:
        found = [reward.value for reward in engine.verify_batch(samples)]
    assert found == [1 - (i // 300) / 2 for i in range(900)]


def test_single_requests_at_one_moment_are_joined_and_answered(served: Served) -> None:
    before = served.measure("assay_batch_samples_count")
    with ThreadPoolExecutor(16) as threads:
        bodies = [{"sample": {**ROW, "completion": str(n)}} for n in range(64)]
        found = list(threads.map(lambda body: served.post("/v1/verify", body), bodies))
    assert [f.json()["rewards"][0]["reward"] for f in found] == [float(n == 4) for n in range(64)]
    assert served.measure("assay_batch_samples_count") - before <= 64


def test_a_client_that_leaves_frees_its_work(served: Served) -> None:
    """Two hundred samples of 50 ms: nobody waits for them any more."""
    rows = [{"completion": f"slow {n}"} for n in range(200)]
    with pytest.raises(httpx.ReadTimeout):
        httpx.post(f"{served.url}/v1/verify", json={"samples": rows, "rubric": "slow"}, timeout=1.0)
    until = time.monotonic() + 10
    while time.monotonic() < until and served.measure("assay_withdrawn_samples_total") < 100:
        time.sleep(0.1)
    assert served.measure("assay_withdrawn_samples_total") >= 100
    while time.monotonic() < until and served.measure("assay_running_samples") > 0:
        time.sleep(0.1)
    assert served.measure("assay_waiting_samples") == served.measure("assay_running_samples") == 0


def test_half_open_and_slow_clients_cost_nobody_else(served: Served) -> None:
    host, port = served.url.removeprefix("http://").split(":")
    idle = [socket.create_connection((host, int(port))) for _ in range(20)]
    for one in idle:
        one.sendall(b"POST /v1/verify HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n"
                    b"Content-Type: application/json\r\n\r\n{")  # fmt: skip
    try:
        assert served.post("/v1/verify", {"sample": ROW}).json()["rewards"][0]["reward"] == 1.0
    finally:
        for one in idle:
            one.close()


def test_a_killed_worker_is_the_machines_fault(served: Served) -> None:
    body = {"samples": [{"completion": f"kill {n}"} for n in range(20)], "rubric": "slow"}
    with ThreadPoolExecutor(1) as threads:
        under_way = threads.submit(served.post, "/v1/verify", body)
        time.sleep(0.3)
        children = Path(f"/proc/{served.process.pid}/task/{served.process.pid}/children")
        for pid in children.read_text().split():
            if b"worker" in Path(f"/proc/{pid}/cmdline").read_bytes():
                os.kill(int(pid), signal.SIGKILL)
        found = under_way.result().json()["rewards"]
    assert [r["reward"] for r in found] == [1.0] * 20


def test_token_signature_and_drain(folder: Path) -> None:
    key = "key-of-the-tests"
    server = Served("slow.json", "--plugin", PLUGIN, folder=folder, ASSAY_TOKEN=TOKEN,
                    ASSAY_SIGNING_KEY=key)  # fmt: skip
    try:
        body = {"samples": [{"completion": "a"}]}
        assert server.post("/v1/verify", body).status_code == 401
        wrong = server.post("/v1/verify", body, headers={"Authorization": "Bearer no"})
        assert wrong.status_code == 401
        headers = {"Authorization": f"Bearer {TOKEN}", "content-type": "application/json"}
        content = json.dumps(body).encode()
        reply = httpx.post(f"{server.url}/v1/verify", content=content, headers=headers).json()
        mac = reply.pop("hmac")
        said = json.dumps(reply, sort_keys=True, separators=(",", ":"))
        text = f"{hashlib.sha256(content).hexdigest()}\n{said}".encode()
        assert mac == hmac.new(key.encode(), text, hashlib.sha256).hexdigest()
        with RemoteEngine(server.url, token=TOKEN) as remote, ThreadPoolExecutor(1) as threads:
            under_way = threads.submit(
                remote.verify_batch, [Sample(f"drain {n}") for n in range(30)]
            )
            time.sleep(0.5)
            assert server.end() == 0  # and what was under way is answered
            assert [r.value for r in under_way.result()] == [1.0] * 30
    finally:
        server.close()


def test_others_are_not_served_without_a_token(folder: Path) -> None:
    environment = {k: v for k, v in os.environ.items() if k != "ASSAY_TOKEN"}
    for arguments, said in (
        (["math", "--host", "0.0.0.0"], "there is no token"),
        (["math", "math"], "two rubrics are called 'math'"),
        (["=math"], "=math: must be RUBRIC or NAME=RUBRIC"),
        (
            ["math", "--unscored", "openrlhf=mask"],
            "unscored is 'mask', which this trainer cannot do",
        ),
        (["math", "--patience", "verl=3"], "no client 'verl'"),
    ):
        done = subprocess.run(
            [sys.executable, "-m", "assay", "serve", *arguments, "--port", "0"],
            env={**environment, "COLUMNS": "200"}, capture_output=True, text=True, timeout=60,
            check=False,
        )  # fmt: skip
        assert done.returncode == 2
        assert said in done.stderr


@pytest.mark.thorough
@pytest.mark.slow
def test_a_thousand_clients_and_flat_memory(served: Served) -> None:
    def rss() -> float:
        return served.measure("process_resident_memory_bytes")

    async def crowd(times: int) -> list[float]:
        limits = httpx.Limits(max_connections=1000)
        async with httpx.AsyncClient(limits=limits, timeout=120) as client:
            asked = [
                client.post(
                    f"{served.url}/v1/verify", json={"sample": {**ROW, "completion": str(n % 9)}}
                )
                for n in range(times)
            ]
            return [r.json()["rewards"][0]["reward"] for r in await asyncio.gather(*asked)]

    assert asyncio.run(crowd(1000)) == [float(n % 9 == 4) for n in range(1000)]
    before = rss()
    for _ in range(3):
        asyncio.run(crowd(1000))
    assert rss() < before * 1.2


@pytest.mark.slow
def test_schemathesis_finds_nothing(served: Served, tmp_path: Path) -> None:
    pytest.importorskip("schemathesis", reason="optional part not installed: schemathesis")
    config = tmp_path / "schemathesis.toml"  # 503 is what a client gets whose own time is up
    config.write_text(
        '[checks.not_a_server_error]\nexpected-statuses = ["2xx", "3xx", "4xx", 503]\n'
    )
    command = [
        str(Path(sys.executable).with_name("schemathesis")), "--config-file", str(config), "run",
        f"{served.url}/openapi.json",
        "--max-examples", "30", "--checks", "not_a_server_error,status_code_conformance,"
        "content_type_conformance,response_schema_conformance", "--phases", "examples,coverage,fuzzing",
        "--exclude-path", "/rm", "--exclude-path", "/get_reward",
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, timeout=400, check=False)
    assert done.returncode == 0, done.stdout[-4000:]


def test_replies_are_not_held_back_for_an_acknowledgement() -> None:
    """Nagle's algorithm would add 40 ms to each reply, which goes out in two parts."""
    from assay.server.serve import bound

    async def held_back() -> int:
        seen: asyncio.Future[int] = asyncio.get_running_loop().create_future()

        async def accepted(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            accepted_by = writer.get_extra_info("socket")
            seen.set_result(accepted_by.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
            writer.close()

        listening = bound("127.0.0.1", 0)
        async with await asyncio.start_server(accepted, sock=listening):
            _, writer = await asyncio.open_connection(*listening.getsockname())
            nodelay = await seen
            writer.close()
            await writer.wait_closed()
        return nodelay

    assert asyncio.run(held_back()) == 1
