"""The files that the how-to for verifiers shows run as shown, and keep the laws."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

import pytest

from assay import Engine, Sample
from assay.plugins.host import Host
from assay.testing.bench.bench import Settings
from assay.testing.check import check, chosen

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "write-a-verifier.md"
SHOWN = re.findall(r"^```python\n# (\w+\.py)\n(.*?)^```", PAGE.read_text(), re.M | re.S)


def shown(folder: Path, name: str) -> str:
    (text,) = [text for file, text in SHOWN if file == name]
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return str(path)


class Service(BaseHTTPRequestHandler):
    """Refuses each text once, for the moment."""

    seen: ClassVar[set[str]] = set()

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        busy = body["text"] not in Service.seen
        Service.seen.add(body["text"])
        answer = json.dumps({"score": float("thank you" in body["text"].lower())}).encode()
        self.send_response(429 if busy else 200)
        if busy:
            self.send_header("retry-after", "0")
        self.send_header("content-length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Service)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.setenv("POLITENESS_URL", f"http://127.0.0.1:{server.server_port}/")
    yield
    server.shutdown()
    server.server_close()


def value(file: str, name: str, sample: Sample) -> float | None:
    rubric = {"kind": "weighted", "criteria": {name: 1.0}}
    with Engine(rubric, plugins=[file], workers=1) as engine:
        return engine.verify(sample).value


def test_the_page_shows_a_file_for_each_form() -> None:
    assert [name for name, _ in SHOWN] == ["tolerance.py", "overlap.py", "asks_a_service.py"]


def test_a_class_and_a_batch(tmp_path: Path) -> None:
    near = Sample("It is 3.14", reference="3.1416")
    assert value(shown(tmp_path, "tolerance.py"), "demo.near", near) == 1.0
    half = Sample("the dog sat", reference="the cat sat down")
    assert value(shown(tmp_path, "overlap.py"), "demo.overlap", half) == 0.5


@pytest.mark.optional
def test_a_service(tmp_path: Path, service: None) -> None:
    pytest.importorskip("httpx", reason="optional part not installed: httpx")
    file = shown(tmp_path, "asks_a_service.py")
    rubric = {"kind": "weighted", "criteria": {"demo.polite": 1.0}}
    with Engine(rubric, plugins=[file], workers=1) as engine:
        samples = [Sample(f"Thank you, {i}.") for i in range(8)] + [Sample("No.")]
        rewards = engine.verify_batch(samples)
    assert [reward.value for reward in rewards] == [1.0] * 8 + [0.0]


@pytest.mark.slow
@pytest.mark.parametrize("name", ["tolerance.py", "overlap.py", "asks_a_service.py"])
def test_what_the_page_shows_keeps_the_laws(tmp_path: Path, name: str, service: None) -> None:
    if name == "asks_a_service.py":
        pytest.importorskip("httpx", reason="optional part not installed: httpx")
    file = shown(tmp_path, name)
    for offer in chosen(Host(plugins=[file]), [file]):
        for found in check(offer, Settings(hostile=60)):
            assert found.passed, [(f.law.name, f.what) for f in found.broken]
