"""`assay plugins`: what there is to judge with, and what could not be loaded."""

from __future__ import annotations

import json
import warnings
from typing import Annotated

import typer
from rich.table import Table

from assay.cli.console import plain, say_error, show
from assay.cli.options import PluginFiles
from assay.plugins.host import Host, PluginWarning
from assay.plugins.registered import Offer


def plugins(
    plugin: PluginFiles = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
) -> None:
    """List the verifiers of every plugin that loads, and why others do not."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", PluginWarning)  # shown below, from `errors`
        host = Host(plugins=plugin or ())
    if as_json:
        for offer in host.offers.values():
            show(plain(json.dumps(_fields(offer))), soft_wrap=True)
    else:
        table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
        for heading in ("name", "version", "distribution", "cost", "needs", "summary"):
            table.add_column(heading, no_wrap=heading != "summary", overflow="fold")
        for offer in host.offers.values():
            table.add_row(*(plain(str(v)) for v in _fields(offer).values()))
        show(table)
    for error in host.errors:
        say_error(str(error))


def _fields(offer: Offer) -> dict[str, str | int]:
    spec = offer.spec
    return {
        "name": spec.topic,
        "version": spec.version,
        "distribution": offer.distribution,
        "cost": spec.cost,
        "needs": ", ".join(spec.needs),
        "summary": spec.summary,
    }
