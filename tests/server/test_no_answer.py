"""A server that does not answer, or is not ours: no score, and the reason in words."""

from __future__ import annotations

import socket
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from assay import ConfigError, RemoteEngine, Sample

pytest.importorskip("httpx", reason="optional part not installed: httpx")
pytestmark = pytest.mark.optional


def test_what_nobody_answers_has_no_score() -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        with RemoteEngine(url, patience_s=0.5, on_unscored="ignore") as remote:
            (found,) = remote.verify_batch([Sample("4", reference="4")])
    assert (found.value, found.status) == (None, "unscored")
    assert "no answer from" in str(found.error)


def test_a_port_where_nobody_listens_is_named_as_that() -> None:
    """A slip in the port must not look like a slow server."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}"
    with RemoteEngine(url, patience_s=0.3, on_unscored="ignore") as remote:
        (found,) = remote.verify_batch([Sample("4", reference="4")])
        assert str(found.error).startswith(f"timed_out: no answer from {url} in time: ")
        assert "refused" in str(found.error)
        with pytest.raises(ConfigError, match=r"does not answer within 0\.3 s: .*refused"):
            _ = remote.signature


class _Page(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"<html>hello</html>")

    def log_message(self, *_: object) -> None: ...


def test_another_kind_of_server_is_a_mistake_of_the_url() -> None:
    with HTTPServer(("127.0.0.1", 0), _Page) as other:
        threading.Thread(target=other.handle_request, daemon=True).start()
        url = f"http://127.0.0.1:{other.server_port}"
        with (
            RemoteEngine(url, patience_s=10.0) as remote,
            pytest.raises(ConfigError, match="does not speak like assay serve: its answer is not"),
        ):
            remote.verify(Sample("4", reference="4"))
