"""What plugins offer: a spec each, and where it comes from."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from assay.errors import PluginError, RubricError, nearest
from assay.field_rules import broken_rule
from assay.plugins.batches import BatchVerifier
from assay.plugins.load import build, load_target
from assay.plugins.log_readers import LogReaderSpec
from assay.plugins.one_file_plugins import PluginFile
from assay.plugins.probe import ProbeSpec
from assay.plugins.spec import ComposerSpec, Verifier, VerifierSpec
from assay.printable import a_type, one_line

if TYPE_CHECKING:
    from pydantic import BaseModel


@dataclass(frozen=True, slots=True)
class Offer:
    """A spec, and where it comes from."""

    spec: VerifierSpec
    plugin: str
    distribution: str
    """Name and version of the distribution, a file's path, or ``this process``."""
    file: PluginFile | None = None
    """A one-file plugin as it was read; workers are sent its text."""
    code: str = ""
    """Digest of the code that is not named by a version: of a one-file plugin, of a function that
    was handed over; part of the signature."""
    local: Any = field(default=None, compare=False)
    """The object itself, where no import can find it again."""

    @property
    def origin(self) -> str | None:
        """The path of a one-file plugin."""
        return None if self.file is None else self.file.path

    @property
    def owner(self) -> str:
        """Name of the distribution, without its version; a file's path; or ``this process``."""
        name, _, version = self.distribution.rpartition(" ")
        return name if name and version[:1].isdigit() else self.distribution

    @property
    def chosen(self) -> str:
        """The name by which a rubric means this offer, whoever else offers that name."""
        return f"{self.owner}:{self.spec.name}"

    @property
    def importable(self) -> bool:
        """Whether a worker can load it."""
        return self.local is None

    def make(self, params: BaseModel | None = None) -> Verifier | BatchVerifier:
        """The verifier, in this process.

        Raises:
            PluginError: its module cannot be imported or its factory fails.
        """
        found = self.local
        if found is None:
            found = load_target(self.spec.name, self.spec.target)
        return build(self.spec.name, found, params, self.spec.batch)

    def check(self, params: Mapping[str, Any] | None, where: str = "params") -> BaseModel | None:
        """`params` as the model that the spec declares; None where it declares none.

        Raises:
            RubricError: a parameter that is unknown, missing or out of range; names its path.
        """
        model = self.spec.params
        if model is None:
            if params:
                raise RubricError(f"{self.spec.name} takes no params - at `{where}`")
            return None
        from pydantic import ValidationError

        try:
            return model.model_validate(dict(params or {}))
        except ValidationError as err:
            lines: list[str] = []
            for item in err.errors():
                path = one_line(".".join([where, *(str(p) for p in item["loc"])]))
                lines += _refused(self.spec.name, item, path, tuple(model.model_fields))
            known = ", ".join(model.model_fields) or "none"
            installed = self.file is None and self.local is None
            page = f"; `assay verifiers {self.spec.name}` explains them" if installed else ""
            lines.append(f"fix: its params are {known}{page}")
            raise RubricError("\n".join(lines)) from err


GOT_CHARS = 80
"""Of a value that a param refuses."""


def _refused(
    name: str, item: Mapping[str, Any], path: str, known: tuple[str, ...]
) -> Iterator[str]:
    """Lines about one of pydantic's errors in a verifier's params."""
    param = str(item["loc"][-1]) if item["loc"] else "params"
    got = one_line(repr(item["input"]), GOT_CHARS)
    wanted = broken_rule(item)
    if item["type"] == "extra_forbidden":
        near = nearest(param, known) if len(item["loc"]) == 1 else ""
        yield f"{name} has no param {param!r}{near} - at `{path}`"
    elif item["type"] == "missing":
        yield f"{name} needs a value for {param!r} - at `{path}`"
    elif wanted is not None:
        choices = re.findall(r"'([^']*)'", wanted)
        near = nearest(str(item["input"]), choices) if choices else ""
        yield f"{name}: {param} is {got}, {wanted}{near} - at `{path}`"
    else:
        said = item["msg"].removeprefix("Value error, ")  # pydantic's, before the model's words
        yield f"{name}: {one_line(said)} - at `{path}`"
        yield f"  got: {got}"


_Spec = TypeVar("_Spec", ComposerSpec, LogReaderSpec, ProbeSpec)


@dataclass(frozen=True, slots=True)
class TargetOffer(Generic[_Spec]):
    """A composer, a log reader or a probe, and where it comes from."""

    spec: _Spec
    plugin: str
    distribution: str

    @property
    def what(self) -> str:
        """What it is, in words: ``composer``, ``log reader`` or ``probe``."""
        return WHAT[type(self.spec)]

    @property
    def name(self) -> str:
        """What users call it by; of a composer, its kind."""
        return self.spec.kind if isinstance(self.spec, ComposerSpec) else self.spec.name

    def load(self) -> Any:
        """What the target names, imported.

        Raises:
            PluginError: it cannot be imported, or a probe cannot be called; names it.
        """
        found = load_target(self.name, self.spec.target, self.what)
        if isinstance(self.spec, ProbeSpec) and not callable(found):
            raise PluginError(
                f"probe {self.name!r}: {self.spec.target!r} is {a_type(found)}, must be a function"
            )
        return found


WHAT: Mapping[type, str] = MappingProxyType(
    {ComposerSpec: "composer", LogReaderSpec: "log reader", ProbeSpec: "probe"}
)
"""What a spec is of, in words."""
