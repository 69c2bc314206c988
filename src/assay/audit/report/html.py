"""HTML that cannot be broken by what it shows: text is escaped wherever it is put in."""

from __future__ import annotations

import base64
import hashlib
import html
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, TypeAlias

from assay.printable import printable

VOID = frozenset({"br", "hr", "input", "link", "meta"})

_NAME = re.compile(r"[a-z][a-z0-9-]*\Z")


@dataclass(frozen=True, slots=True)
class Html:
    """Markup of ours; a plain ``str`` is text and gets escaped."""

    markup: str


Child: TypeAlias = "Html | str | int | Iterable[Child] | None"


def text(value: str) -> str:
    """Escaped for HTML, with control, bidirectional and zero-width characters made visible."""
    return html.escape(printable(value), quote=True)


def tag(name: str, /, *children: Child, **attributes: str | int | bool | None) -> Html:
    """An element.

    Args:
        name: Of the element; ours, never a log's.
        children: Text is escaped, `Html` is put in as it is, None is left out.
        attributes: ``class_`` and ``for_`` lose their ``_``; ``_`` within becomes ``-``; True is
            an attribute without a value, None and False leave it out.
    """
    pieces = [name]
    for key, value in attributes.items():
        attribute = key.rstrip("_").replace("_", "-")
        if not _NAME.match(attribute) or attribute.startswith("on"):
            raise ValueError(f"no attribute of a page without inline code: {attribute!r}")
        if value is True:
            pieces.append(attribute)
        elif value is not None and value is not False:
            pieces.append(f'{attribute}="{text(str(value))}"')
    opened = f"<{' '.join(pieces)}>"
    if name in VOID:
        return Html(opened)
    return Html(f"{opened}{join(children).markup}</{name}>")


def prose(said: str) -> list[Child]:
    """Text in which what stands between backticks is code."""
    parts = said.split("`")
    if len(parts) % 2 == 0:  # one is left over: text as any other
        return [said]
    return [tag("code", part) if i % 2 else part for i, part in enumerate(parts)]


def join(children: Child) -> Html:
    """Children one after another."""
    if children is None:
        return Html("")
    if isinstance(children, Html):
        return children
    if isinstance(children, str | int):
        return Html(text(str(children)))
    return Html("".join(join(child).markup for child in children))


def island(id_: str, data: Any) -> Html:
    """JSON in a ``script`` element that no browser runs and no content can close.

    ``<``, ``>`` and ``&`` are written as JSON escapes, so neither ``</script>`` nor ``<!--`` can
    stand in it.
    """
    found = json.dumps(data, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    for character, escape in _ESCAPES.items():
        found = found.replace(character, escape)
    return Html(f'<script type="application/json" id="{id_}">{found}</script>\n')


_ESCAPES = {c: f"\\u{ord(c):04x}" for c in "<>&\u2028\u2029"}


def hash_source(content: str) -> str:
    """The source expression by which a content security policy allows this text and no other."""
    digest = hashlib.sha256(content.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"
