"""`assay plugins`: who offers what, whose a name is, and what could not be loaded."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Annotated

import typer

from assay.cli.console import plain, say_error, show
from assay.cli.exits import FINDINGS
from assay.cli.options import PluginFiles, make_host
from assay.cli.sheet import entries
from assay.plugins.host import Host
from assay.plugins.registered import Offer


def plugins(
    plugin: PluginFiles = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a verifier.")] = False,
) -> None:
    """List the verifiers of every plugin that loads, and why others do not.

    Exit code 1 where a plugin could not be loaded, or offers a name that another one owns.
    """
    host = make_host(plugin)
    if as_json:
        for offer in _all(host):
            show(plain(json.dumps(_fields(host, offer))), soft_wrap=True)
    else:
        _show(host)
    for error in host.errors:
        say_error(str(error))
    if host.errors:
        raise typer.Exit(FINDINGS)


def _all(host: Host) -> Iterable[Offer]:
    return [*host.offers.values(), *host.foreign]


def _show(host: Host) -> None:
    groups: dict[str, list[Offer]] = {}
    for offer in _all(host):
        groups.setdefault(offer.distribution, []).append(offer)
    for distribution, offers in groups.items():
        show(plain(distribution), soft_wrap=True)
        entries(
            [
                (offer.spec.name, [offer.spec.summary, _not_meant(host, offer)])
                for offer in sorted(offers, key=lambda o: o.spec.name)
            ]
        )


def _not_meant(host: Host, offer: Offer) -> str:
    """What to say of an offer under a name that is another's."""
    if offer not in host.foreign:
        return ""
    return f"not what {offer.spec.topic!r} means; in a rubric: {offer.chosen!r}"


def _fields(host: Host, offer: Offer) -> dict[str, str | int | bool]:
    spec = offer.spec
    return {
        "name": spec.topic,
        "version": spec.version,
        "distribution": offer.distribution,
        "cost": spec.cost,
        "needs": ", ".join(spec.needs),
        "summary": spec.summary,
        "meant": offer not in host.foreign,
    }
