"""`assay verifiers`: what there is to judge with; of one, its params and what it needs."""

from __future__ import annotations

import json
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Annotated, Any

import typer

from assay.cli.console import plain, say_error, show
from assay.cli.options import PluginFiles, make_host
from assay.cli.params_text import Param, params_of
from assay.cli.sheet import entries, facts

if TYPE_CHECKING:
    from assay.plugins.host import Host
    from assay.plugins.registered import Offer

RUNS = {
    "inline": "in the calling process",
    "worker": "in a worker process, which is killed when the time is up",
    "waiting": "in a process that waits for many at once",
}


def verifiers(
    name: Annotated[
        str | None,
        typer.Argument(
            metavar="NAME", help="One of them: math.answer, math.answer@1.", show_default=False
        ),
    ] = None,
    plugin: PluginFiles = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object on each line.")] = False,
) -> None:
    """List the verifiers, or show one: what it judges, its params, what it needs."""
    host = make_host(plugin)
    offers = list(host.offers.values()) if name is None else [host.resolve(name)]
    if as_json:
        for offer in offers:
            show(plain(json.dumps(_as_json(offer), ensure_ascii=True)), soft_wrap=True)
    elif name is None:
        entries([(offer.spec.name, [offer.spec.summary]) for offer in offers])
        show(plain("\nassay verifiers NAME shows one: its params, and what it needs"))
    else:
        _show(host, offers[0])
    for error in host.errors if name is None else ():
        say_error(str(error))


def _as_json(offer: Offer) -> dict[str, Any]:
    spec = offer.spec
    return {
        "name": spec.name,
        "summary": spec.summary,
        "distribution": offer.distribution,
        "cost": spec.cost,
        "needs": list(spec.needs),
        "levels": None if spec.levels is None else list(spec.levels),
        "deterministic": spec.deterministic,
        "tools": list(spec.tools),
        "params": [param.to_json() for param in params_of(spec.params)],
    }


def _show(host: Host, offer: Offer) -> None:
    spec = offer.spec
    show(plain(spec.name))
    levels = "any score from 0 to 1"
    if spec.levels is not None:
        levels = ", ".join(f"{level:g}" for level in spec.levels)
    facts(
        [
            ("judges", spec.summary or "(its author does not say)"),
            ("scores", levels),
            ("needs", _needs(spec.needs)),
            ("runs", RUNS[spec.cost]),
            ("offered by", offer.distribution),
            ("signed with", ", ".join(map(_tool, spec.tools)) or "its name and version alone"),
            ("presets", ", ".join(_presets(host, offer)) or "none"),
        ]
    )
    params = params_of(spec.params)
    if not params:
        show(plain("\nIt takes no params."))
        return
    show(plain(f"\nparams, as in a rubric: {_example(spec.topic, params[0].name)}"), soft_wrap=True)
    entries([(param.name, [_range(param), param.meaning]) for param in params])


def _range(param: Param) -> str:
    return f"{param.type}; {f'default {param.default}' if param.default else 'required'}"


def _example(topic: str, param: str) -> str:
    return f'{{"use": "{topic}", "params": {{"{param}": ...}}}}'


def _needs(needs: tuple[str, ...]) -> str:
    noted = [f"{n[:-1]} (where it is there)" if n.endswith("?") else n for n in needs]
    return ", ".join(["completion", *noted])


def _tool(name: str) -> str:
    if name == "python":
        return "the Python version"
    try:
        return f"{name} {version(name)}"
    except PackageNotFoundError:
        return f"{name} (absent)"


def _presets(host: Host, offer: Offer) -> list[str]:
    from assay.errors import AssayError
    from assay.rubrics import load_rubric
    from assay.rubrics.written.load import presets

    found = []
    for name in presets():
        try:
            leaves = load_rubric(name, host).leaves().values()
            if any(host.resolve(leaf.use) is offer for leaf in leaves):
                found.append(name)
        except AssayError:
            continue
    return found
