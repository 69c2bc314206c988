"""`assay rubrics`: the presets; of one, or of a file, what it pays and what a row must bring."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, Any

import typer

from assay.cli.console import plain, show
from assay.cli.options import PluginFiles, make_host
from assay.cli.sheet import entries, facts

if TYPE_CHECKING:
    from assay.rubrics import BoundRubric


def rubrics(
    name: Annotated[
        str | None,
        typer.Argument(
            metavar="NAME", help="A preset's name, or a rubric's file.", show_default=False
        ),
    ] = None,
    plugin: PluginFiles = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object on each line.")] = False,
) -> None:
    """List the presets, or show one: its criteria, and what a row must bring for it."""
    from assay.rubrics import BoundRubric, load_rubric, rubric_text
    from assay.rubrics.written.load import presets

    host = make_host(plugin)
    names = list(presets()) if name is None else [name]
    loaded = [(one, load_rubric(one, host)) for one in names]
    if as_json:
        for one, rubric in loaded:
            out = _as_json(one, BoundRubric.with_what_there_is(rubric, host))
            show(plain(json.dumps(out, ensure_ascii=True)), soft_wrap=True)
    elif name is None:
        entries([(one, [rubric.about]) for one, rubric in loaded])
        show(plain("\nassay rubrics NAME shows one: its criteria, and what a row must bring"))
    else:
        ((_, rubric),) = loaded
        bound = BoundRubric.with_what_there_is(rubric, host)
        show(plain(name))
        facts(
            [
                ("is for", rubric.about or "(it does not say)"),
                ("kind", rubric.kind),
                ("a row needs", ", ".join(_needs(bound))),
            ]
        )
        show(plain("\ncriteria"))
        entries([(key, [_criterion(bound, key)]) for key in rubric.leaves()])
        show(plain("\nas a file"))
        show(plain(rubric_text(rubric).rstrip()), soft_wrap=True)


def _criterion(bound: BoundRubric, key: str) -> str:
    offer = bound.offers.get(key)
    if offer is None:
        return f"{bound.rubric.leaves()[key].use}: not installed; give its plugin with --plugin"
    return f"{offer.spec.name}: {offer.spec.summary}"


def _needs(bound: BoundRubric) -> list[str]:
    """What rows must bring, and what is read where it is there."""
    needs = dict.fromkeys(need for offer in bound.offers.values() for need in offer.spec.needs)
    must = ["group_id" if n == "peers" else n for n in needs if not n.endswith("?")]
    may = [need[:-1] for need in needs if need.endswith("?") and need[:-1] not in must]
    return ["completion", *must, *(f"{need} (where it is there)" for need in may)]


def _as_json(name: str, bound: BoundRubric) -> dict[str, Any]:
    return {
        "name": name,
        "about": bound.rubric.about,
        "needs": _needs(bound),
        "criteria": {key: leaf.use for key, leaf in bound.rubric.leaves().items()},
        "rubric": bound.rubric.to_dict(),
    }
