"""Write the pages of this folder that are made of the code: verifiers, rubrics, commands, findings.

    python docs/reference/make_pages.py

Pages that show a file of `examples/` get its text of today, too: a block of Python under the
comment ``<!-- examples/FILE.py -->`` is that file. A test fails where a page is not what the code
says.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

from typer.main import get_command

from assay.cli.commands.verifiers import RUNS
from assay.cli.findings_page import markdown as findings
from assay.cli.main import app
from assay.cli.options import make_host
from assay.cli.params_text import Param, params_of
from assay.datasets import SHAPES
from assay.plugins.registered import Offer
from assay.rubrics import load_rubric, rubric_text
from assay.rubrics.written.kinds import OURS
from assay.rubrics.written.load import presets
from assay.rubrics.written.number import Number
from assay.rubrics.written.rubric import Rubric

HERE = Path(__file__).parent
ROOT = HERE.parents[1]

SHOWN = re.compile(
    r"^<!-- (examples/[\w./]+\.py) -->\n\n?```python\n.*?^```$", re.MULTILINE | re.DOTALL
)
"""A block that is the text of a file."""

MADE = "Made of the code by `python docs/reference/make_pages.py`.\n"


def cell(text: str) -> str:
    """One cell of a table: no line breaks, no bars."""
    return " ".join(text.split()).replace("|", r"\|")


def params_table(params: list[Param]) -> str:
    """Name, type, default and meaning of each."""
    rows = ["| param | type | default | meaning |", "|---|---|---|---|"]
    for p in params:
        default = f"`{p.default}`" if p.default else "required"
        kind = re.sub(r"like (\S+)\)", r"like `\1`)", cell(p.type))
        rows.append(f"| `{p.name}` | {kind} | {cell(default)} | {cell(p.meaning)} |")
    return "\n".join(rows) + "\n"


def verifier(offer: Offer) -> Iterator[str]:
    """One verifier: what it judges, scores, needs; its params."""
    spec = offer.spec
    yield f"## `{spec.name}`\n"
    yield f"{spec.summary}\n"
    levels = "any score from 0 to 1"
    if spec.levels is not None:
        levels = ", ".join(f"{level:g}" for level in spec.levels)
    needs = [f"`{n[:-1]}` where it is there" if n[-1] == "?" else f"`{n}`" for n in spec.needs]
    yield f"- **Scores**: {levels}.\n- **Needs**: {', '.join(['`completion`', *needs])}."
    tools = [tool for tool in spec.tools if tool != "python"]
    signed = ["the Python version"] if "python" in spec.tools else []
    signed += [f"the version of {tool}" for tool in tools]
    yield f"- **Runs** {RUNS[spec.cost]}."
    yield f"- **Signed with** {', '.join(signed) or 'its name and version alone'}.\n"
    params = params_of(spec.params)
    yield params_table(params) if params else "It takes no params.\n"


def verifiers() -> str:
    """Every verifier of Assay's own."""
    own = [offer for offer in make_host(None).offers.values() if offer.distribution[:6] == "assay "]
    out = [
        "# Verifiers\n",
        MADE,
        "`assay verifiers` lists those that are installed, with those of plugins; `assay verifiers "
        'NAME` shows one. A rubric takes params as `{use = "math.answer", params = {...}}`.\n',
    ]
    for offer in sorted(own, key=lambda offer: offer.spec.name):
        out += verifier(offer)
    return "\n".join(out)


SHARED = ("kind", "key", "weight", "about")
"""Fields that every kind has."""


def worded(model: type[Rubric], param: Param) -> Param:
    """The field, with what it is in words where its schema leaves that open."""
    if "anything" not in param.type:
        return param
    annotation = model.model_fields[param.name].annotation
    if param.name in ("criteria", "cases", "rows", "points", "shaping"):
        return replace(param, type="table" if param.name in ("criteria", "shaping") else "list")
    numbers = annotation is Number or "Number" in repr(annotation)
    many = "tuple" in repr(annotation)
    words = ("numbers" if many else "number") if numbers else "criterion or rubric"
    if annotation is str or "str" in repr(annotation):
        words = "text"
    return replace(param, type=words + (" or null" if param.default == "null" else ""))


def prose(text: str | None) -> str:
    """A docstring as Markdown: its paragraphs, without the sections of arguments."""
    lines = (text or "").strip().splitlines()
    kept = []
    for line in lines:
        if re.fullmatch(r"\s*(Args|Raises|Returns|Attributes):", line):
            break
        kept.append(line.strip())
    return re.sub(r"``(.+?)``", r"`\1`", "\n".join(kept)).strip()


def kinds() -> str:
    """Every kind of rubric, with its fields; then every preset."""
    out = [
        "# Rubrics: kinds and presets\n",
        MADE,
        "## Kinds\n",
        "Every kind has `weight` (its share in the rubric above it), `key` (the criterion that "
        "says whether a completion is correct) and `about` (a text). Which one is for what: [which "
        "rubric?](../how-to/which-rubric.md)\n",
    ]
    for model in OURS:
        out += [f"### `{model.noun}`\n", f"{prose(model.__doc__)}\n"]
        with warnings.catch_warnings():  # exact numbers have no form in a JSON schema
            warnings.simplefilter("ignore")
            fields = [worded(model, p) for p in params_of(model) if p.name not in SHARED]
        if fields:
            out.append(params_table(fields).replace("| param |", "| field |"))
    out += [
        "## Presets\n",
        "`load_rubric(NAME)`, `--rubric NAME`; `assay rubrics NAME` shows one as a file. What "
        "their certificates say: [published rewards](published-rewards.md).\n",
    ]
    for name in presets():
        rubric = load_rubric(name)
        out += [f"### `{name}`\n", f"{rubric.about}\n", f"```toml\n{without_about(rubric)}```\n"]
    return "\n".join(out)


def without_about(rubric: Rubric) -> str:
    """The file, without the text that stands above it."""
    text = rubric_text(rubric.model_copy(update={"about": ""}))
    return text.strip() + "\n"


def commands() -> str:
    """Every command with its arguments and options."""
    group: Any = get_command(app())
    out = ["# Commands\n", MADE, f"{group.epilog}\n"]
    for name, command in group.commands.items():
        given = [p for p in command.params if p.param_type_name == "argument"]
        usage = " ".join(["assay", name, "[OPTIONS]", *map(argument, given)])
        out += [f"## `assay {name}`\n", f"{prose(command.help)}\n", f"```text\n{usage}\n```\n"]
        out.append(options_table(command.params))
    return "\n".join(out)


def argument(param: Any) -> str:
    """As in a line of usage."""
    shown = (param.metavar or param.name.upper()) + ("..." if param.nargs != 1 else "")
    return shown if param.required else f"[{shown}]"


def options_table(params: Sequence[Any]) -> str:
    """One row an argument or option. Of a value without a name of its own only the option shows."""
    rows = ["| option | default | meaning |", "|---|---|---|"]
    for param in params:
        if getattr(param, "hidden", False) or param.name == "help":
            continue
        if param.param_type_name == "argument":
            shown = argument(param)
        else:
            shown = ", ".join([*param.opts, *param.secondary_opts])
            shown += f" {param.metavar}" if param.metavar and not param.is_flag else ""
        plain = isinstance(param.default, str | int | float) and param.default is not False
        default = f"`{param.default}`" if plain and param.default != "" else ""
        rows.append(f"| `{cell(shown)}` | {cell(default)} | {cell(param.help or '')} |")
    return "\n".join(rows) + "\n"


def formats() -> str:
    """Every shape of rows that is read."""
    out = [
        "# Formats of rows\n",
        MADE,
        "What `--format` and `assay.datasets.rows` read; [how](../how-to/use-a-data-set.md)."
        " A data set's name stands for its format.\n",
    ]
    for shape in SHAPES:
        columns = ", ".join(" or ".join(f"`{name}`" for name in group) for group in shape.columns)
        out.append(f"## `{shape.name}`\n\n{shape.summary}\n")
        out.append(f"- **Columns**: {columns}.")
        out.append(f"- **Fills**: {', '.join(f'`{name}`' for name in shape.fills)}.")
        if shape.sets:
            out.append(f"- **Data sets**: {', '.join(shape.sets)}.")
        out.append(f"\n```json\n{shape.example}\n```\n")
    return "\n".join(out)


PAGES: MappingProxyType[str, Callable[[], str]] = MappingProxyType(
    {
        "verifiers.md": verifiers,
        "rubrics.md": kinds,
        "commands.md": commands,
        "formats.md": formats,
        "findings.md": findings,
    }
)
"""File name -> what makes it."""


def with_examples(page: str) -> str:
    """A page with the files that it shows as they stand today."""

    def block(found: re.Match[str]) -> str:
        text = (ROOT / found[1]).read_text(encoding="utf-8")
        return f"<!-- {found[1]} -->\n\n```python\n{text}```"

    return SHOWN.sub(block, page)


if __name__ == "__main__":
    for path in sorted(HERE.parent.rglob("*.md")):
        text = path.read_text(encoding="utf-8")
        shown = with_examples(text)
        if shown != text:
            path.write_text(shown, encoding="utf-8")
    for name, make in PAGES.items():
        (HERE / name).write_text(make(), encoding="utf-8")
