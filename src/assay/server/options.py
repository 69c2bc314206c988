"""What `assay serve` can be asked: limits, patience, and what an undecided completion becomes."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from assay.errors import ConfigError, nearest
from assay.integrations.scoring.missing import A_NUMBER, Unscored
from assay.printable import brief, in_line

PATIENCE_S: Mapping[str, float] = MappingProxyType(
    {
        "v1": 600.0,
        # OpenRLHF's executor waits 180 s, slime's hub 120 s: an answer must leave well before.
        "openrlhf": 150.0,
        "slime": 100.0,
        # NeMo-Gym's client waits as long as it takes, and tries three times.
        "nemo_gym": 600.0,
        # of a program: no longer than the times that the request itself gives, see `programs`
        "run_code": 600.0,
    }
)
"""Client -> seconds that its requests are held at most, before they are refused."""

UNSCORED: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "openrlhf": ("raise", A_NUMBER),
        "slime": ("raise", A_NUMBER),
        "nemo_gym": ("mask", "raise", A_NUMBER),
    }
)
"""Client -> what `unscored` can be for it, its default first."""


@dataclass(frozen=True, slots=True)
class ServerOptions:
    """Options of a server, all checked.

    Raises:
        ConfigError: an option is out of range, or a host that others reach without a token.
    """

    host: str = "127.0.0.1"
    port: int = 8000
    """0: one that is free."""
    token: str | None = None
    """What clients must send; needed where others can reach the host."""
    signing_key: str | None = None
    """Replies carry an HMAC made with it."""
    max_body_bytes: int = 32 << 20
    max_batch: int = 1024
    """Samples of a request."""
    max_depth: int = 64
    """Nesting of a request's JSON."""
    max_held_bytes: int = 256 << 20
    """Bodies of all requests together; what does not fit waits unread."""
    max_waiting: int = 16_384
    """Samples of all requests together that have no reward yet."""
    read_s: float = 30.0
    """Within which a request must have arrived whole."""
    drain_s: float = 120.0
    """What SIGTERM gives the requests that are under way."""
    patience_s: Mapping[str, float] = field(default_factory=dict)
    """Client -> seconds, where other than `PATIENCE_S`."""
    unscored: Mapping[str, Unscored] = field(default_factory=dict)
    """Client -> what a completion without a score is for it."""
    allow_run_code: bool = False
    """Run programs for whoever may ask, as a SandboxFusion server does."""
    max_run_s: float = 60.0
    """Seconds of such a program."""
    max_run_mb: int = 2048
    """Its memory."""
    columns: Mapping[str, str] = field(default_factory=dict)
    """Field of `Sample` -> the column of a NeMo-Gym row that fills it."""

    def __post_init__(self) -> None:
        _check("port", self.port, 0 <= self.port <= 65535, "0 to 65535")
        for name in ("max_body_bytes", "max_batch", "max_depth", "max_held_bytes", "max_waiting",
                     "max_run_mb"):  # fmt: skip
            value = getattr(self, name)
            _check(name, value, isinstance(value, int) and value >= 1, "a whole number from 1 on")
        for name in ("read_s", "drain_s", "max_run_s"):
            value = getattr(self, name)
            _check(name, value, 0.0 < value < 86_400.0, "above 0, below a day")
        for client, seconds in self.patience_s.items():
            _known(client, PATIENCE_S, "patience")
            _check(f"patience of {client}", seconds, 0.0 < seconds < 86_400.0, "a time in seconds")
        for client in self.unscored:
            _known(client, UNSCORED, "unscored")
        if self.token is not None and len(self.token) < 16:
            raise ConfigError(
                f"the token has {len(self.token)} characters, at least 16 are wanted"
                "\nfix: ASSAY_TOKEN=$(openssl rand -hex 32)"
            )
        if self.token is None and not is_loopback(self.host):
            raise ConfigError(
                f"host {self.host!r} can be reached by others, and there is no token: whoever "
                "answers decides what the policy learns, and whoever asks can try answers"
                "\nfix: set ASSAY_TOKEN to a secret, or serve on 127.0.0.1"
            )

    def patience_of(self, client: str) -> float:
        """Seconds that a request of this client is held at most."""
        return self.patience_s.get(client, PATIENCE_S[client])


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches the host.

    >>> is_loopback("127.0.0.1"), is_loopback("localhost"), is_loopback("0.0.0.0")
    (True, True, False)
    """
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _known(client: str, clients: Mapping[str, Any], option: str) -> None:
    if client not in clients:
        raise ConfigError(
            f"{option}: no client {client!r}{nearest(client, clients)}"
            f"\nclients: {', '.join(clients)}"
        )


def _check(name: str, value: Any, good: bool, wanted: str) -> None:
    if not good:
        raise ConfigError(f"{in_line(name)} is {brief(value)}, must be {wanted}")
