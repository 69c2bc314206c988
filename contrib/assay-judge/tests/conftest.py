import threading
from collections.abc import Iterator

import pytest
from fake_judge import Handler, Server

pytest_plugins = ["assay.testing.plugin"]


@pytest.fixture
def judge(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The address of a judge; verifiers find it by themselves."""
    server = Server(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    url = f"http://127.0.0.1:{server.server_port}/v1"
    monkeypatch.setenv("ASSAY_JUDGE_URL", url)
    monkeypatch.delenv("ASSAY_JUDGE_KEY", raising=False)
    Handler.seen.clear()
    Handler.keys.clear()
    yield url
    server.shutdown()
    server.server_close()
