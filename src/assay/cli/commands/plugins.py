"""`assay plugins`: who offers what, whose a name is, and what could not be loaded."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Annotated, Any

import typer

from assay.cli.console import plain, say_error, show
from assay.cli.exits import FINDINGS
from assay.cli.options import PluginFiles, make_host
from assay.cli.sheet import entries
from assay.plugins.host import Host
from assay.plugins.registered import Offer, TargetOffer


def plugins(
    plugin: PluginFiles = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a verifier.")] = False,
) -> None:
    """List what every plugin brings that loads, and why others do not.

    Of Assay itself the verifiers; its kinds of rubric, readers of logs and probes have lists of
    their own.
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
    groups: dict[str, list[tuple[str, list[str]]]] = {}
    for offer in sorted(_all(host), key=lambda o: o.spec.name):
        texts = [offer.spec.summary, _not_meant(host, offer)]
        groups.setdefault(offer.distribution, []).append((offer.spec.name, texts))
    for other in _others(host):
        if not _ours(other.distribution):
            texts = [f"{other.what}: {other.spec.summary}".removesuffix(": ")]
            groups.setdefault(other.distribution, []).append((other.name, texts))
    for distribution in sorted(groups, key=lambda name: (not _ours(name), name)):
        show(plain(distribution), soft_wrap=True)
        entries(groups[distribution])


def _ours(distribution: str) -> bool:
    return distribution.partition(" ")[0] == "assay"


def _others(host: Host) -> list[TargetOffer[Any]]:
    """What plugins bring besides verifiers."""
    found: list[TargetOffer[Any]] = [*host.composers.values(), *host.log_readers.values()]
    found += host.probes.values()
    return sorted(found, key=lambda other: (other.what, other.name))


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
