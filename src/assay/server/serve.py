"""Runs a server until it is told to end, and lets what is under way finish."""

from __future__ import annotations

import logging
import signal
import socket
import sys
from collections.abc import Callable, Mapping
from typing import Any

from assay.engine.engine import Engine
from assay.errors import ConfigError
from assay.server.app import Server
from assay.server.options import ServerOptions

BACKLOG = 4096
"""Connections that may wait to be accepted: more than a trainer opens at once."""


def bound(host: str, port: int) -> socket.socket:
    """A socket that listens: whoever is told its address can connect.

    Args:
        host: A name or an address.
        port: 0 is one that is free.

    Raises:
        ConfigError: the port cannot be had.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # The protocol by name: asyncio sets TCP_NODELAY only then, and without it each reply, which is
    # written in two parts, waits 40 ms for the client's delayed acknowledgement of the first.
    listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
        listening.listen(BACKLOG)
    except OSError as err:
        listening.close()
        raise ConfigError(
            f"{host}:{port} cannot be had: {err.strerror or err}"
            "\nfix: another --port; 0 is one that is free"
        ) from err
    return listening


def serve(
    rubrics: Mapping[str, Engine],
    workers: int,
    options: ServerOptions,
    *,
    ready: Callable[[str], object] = lambda _: None,
) -> None:
    """Serve until SIGTERM or Ctrl-C; then no new request, and up to `drain_s` for those there are.

    Args:
        rubrics: Name -> engine; the first is meant where none is named.
        workers: Of each engine.
        options: See `ServerOptions`.
        ready: Called with the address once it listens.

    Raises:
        ConfigError: the port cannot be had.
    """
    import uvicorn

    server = Server(rubrics, workers, options)

    class Uvicorn(uvicorn.Server):
        """Tells those who still ask that it ends."""

        def handle_exit(self, sig: int, frame: Any) -> None:
            server.draining = True
            if self.should_exit and sig == signal.SIGINT:
                self.force_exit = True
            self.should_exit = True  # and the signal is not raised again: an end that was asked for

    listening = bound(options.host, options.port)
    config = uvicorn.Config(
        server.app,
        log_level=logging.WARNING,
        access_log=False,
        timeout_graceful_shutdown=int(options.drain_s) or 1,
        timeout_keep_alive=75,
        backlog=BACKLOG,
        h11_max_incomplete_event_size=64 * 1024,
    )
    host = f"[{options.host}]" if ":" in options.host else options.host
    ready(f"http://{host}:{listening.getsockname()[1]}")
    sys.stderr.flush()
    Uvicorn(config).run(sockets=[listening])
