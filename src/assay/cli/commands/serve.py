"""`assay serve`: rewards over HTTP."""

from __future__ import annotations

import os
from contextlib import ExitStack
from importlib.util import find_spec
from typing import Annotated, Any

import typer

from assay.cli.console import say_note
from assay.cli.options import PluginFiles, TimeoutS, Workers, make_engine
from assay.errors import ConfigError
from assay.printable import in_line

TOKEN, KEY = "ASSAY_TOKEN", "ASSAY_SIGNING_KEY"


def serve(
    rubrics: Annotated[
        list[str],
        typer.Argument(
            metavar="[NAME=]RUBRIC",
            help="A preset's name, or a file; several by name. The first is meant by default.",
            show_default=False,
        ),
    ],
    host: Annotated[str, typer.Option(help="Any other needs ASSAY_TOKEN to be set.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="0: one that is free.")] = 8000,
    unscored: Annotated[
        list[str] | None,
        typer.Option(
            metavar="CLIENT=WHAT",
            help="What a completion without a score is for openrlhf, slime or nemo_gym: raise, "
            "a number, or mask (nemo_gym).",
            show_default=False,
        ),
    ] = None,
    patience: Annotated[
        list[str] | None,
        typer.Option(
            metavar="CLIENT=SECONDS",
            help="How long requests of v1, openrlhf, slime, nemo_gym or run_code are held.",
            show_default=False,
        ),
    ] = None,
    max_body_mb: Annotated[int, typer.Option(min=1, help="Largest request.")] = 32,
    max_batch: Annotated[int, typer.Option(min=1, help="Most samples of a request.")] = 1024,
    drain: Annotated[float, typer.Option(help="Seconds for what is under way at SIGTERM.")] = 120.0,
    allow_run_code: Annotated[
        bool,
        typer.Option(
            "--allow-run-code", help="Also run programs, at /run_code, as SandboxFusion does."
        ),
    ] = False,
    max_run: Annotated[float, typer.Option(help="Seconds of a program there.")] = 60.0,
    max_run_mb: Annotated[int, typer.Option(min=16, help="Memory of a program there.")] = 2048,
    workers: Workers = None,
    timeout: TimeoutS = 5.0,
    plugin: PluginFiles = None,
) -> None:
    """Serve rewards over HTTP, for trainers on other machines.

    Routes: /v1/verify (RemoteEngine), /get_reward (OpenRLHF), /rm (slime), /verify (NeMo-Gym),
    /run_code (SandboxFusion, with --allow-run-code), /healthz, /readyz, /metrics, /openapi.json.
    The token is read from ASSAY_TOKEN, the key that signs replies from ASSAY_SIGNING_KEY.
    """
    missing = [m for m in ("starlette", "uvicorn", "prometheus_client") if find_spec(m) is None]
    if missing:
        raise ConfigError(f"{', '.join(missing)}: not installed\nfix: pip install 'assay[serve]'")
    from assay.engine.workers.shared_pools import available_cores
    from assay.server.options import ServerOptions
    from assay.server.serve import serve as run

    options = ServerOptions(
        host=host,
        port=port,
        token=os.environ.get(TOKEN) or None,
        signing_key=os.environ.get(KEY) or None,
        max_body_bytes=max_body_mb << 20,
        max_batch=max_batch,
        drain_s=drain,
        allow_run_code=allow_run_code,
        max_run_s=max_run,
        max_run_mb=max_run_mb,
        patience_s={c: _seconds(c, v) for c, v in _pairs("--patience", patience).items()},
        unscored={c: _what(v) for c, v in _pairs("--unscored", unscored).items()},
    )
    named: dict[str, str] = {}
    for rubric in rubrics:
        name, sign, source = rubric.partition("=")
        name, source = (name, source) if sign else (os.path.basename(rubric), rubric)
        name = name.rsplit(".", 1)[0] if not sign and name.endswith((".toml", ".json")) else name
        if not name or not source:
            raise ConfigError(
                f"{in_line(rubric)}: must be RUBRIC or NAME=RUBRIC"
                "\nfix: assay serve math, or assay serve easy=math hard=train.toml"
            )
        if name in named:
            raise ConfigError(f"two rubrics are called {name!r}\nfix: NAME=RUBRIC for one of them")
        named[name] = source
    with ExitStack() as stack:
        engines = {
            name: stack.enter_context(
                make_engine(
                    source,
                    workers=workers,
                    timeout_s=timeout,
                    plugins=tuple(plugin or ()),
                    on_unscored="ignore",
                )
            )
            for name, source in named.items()
        }
        run(engines, workers or available_cores(), options, ready=_said)


def _said(address: str) -> None:
    say_note(f"serving at {address}; Ctrl-C or SIGTERM ends it")


def _pairs(option: str, items: list[str] | None) -> dict[str, str]:
    found = {}
    for item in items or ():
        client, sign, value = item.partition("=")
        if not sign or not value:
            raise ConfigError(f"{option} {in_line(item)}: must be CLIENT=VALUE, e.g. openrlhf=0")
        found[client] = value
    return found


def _seconds(client: str, value: str) -> float:
    try:
        return float(value)
    except ValueError:
        raise ConfigError(f"--patience {in_line(client)}={value}: must be seconds") from None


def _what(value: str) -> Any:
    try:
        return float(value)
    except ValueError:
        return value
