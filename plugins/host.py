"""Finds plugins, loads them, and gives back what they offer as typed values.

The only module that touches pluggy's untyped calls.
"""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.metadata import EntryPoint, entry_points, version
from types import MappingProxyType, ModuleType
from typing import TYPE_CHECKING, Any

import pluggy

from assay.errors import PluginError, RubricError, VerifierNotFound, nearest
from assay.plugins import hookspecs
from assay.plugins.load import build, load_target, module_from_file
from assay.plugins.markers import PROJECT, SPEC_ATTRIBUTE
from assay.plugins.spec import ComposerSpec, Verifier, VerifierSpec

if TYPE_CHECKING:
    from pydantic import BaseModel

BUILTINS = ("assay.verifiers.plugin",)
"""Our own plugins, by dotted name: the host imports no verifier."""

LOAD_VARIABLE = "ASSAY_LOAD_PLUGINS"
"""Names of the entry points to load, comma-separated; empty is the safe mode; unset loads all."""

BLOCK_VARIABLE = "ASSAY_BLOCK_PLUGINS"
"""Names of plugins not to load, comma-separated."""


class PluginWarning(UserWarning):
    """A plugin could not be loaded; the others were."""


@dataclass(frozen=True, slots=True)
class Offer:
    """A spec, and where it comes from."""

    spec: VerifierSpec
    plugin: str
    distribution: str
    """Name and version of the distribution, a file's path, or ``this process``."""
    origin: str | None = None
    """The file of a one-file plugin; workers load it from there."""
    local: Any = field(default=None, compare=False)
    """The object itself, where no import can find it again."""

    @property
    def importable(self) -> bool:
        """Whether a worker can load it."""
        return self.local is None

    def make(self, params: BaseModel | None = None) -> Verifier:
        """The verifier, in this process.

        Raises:
            PluginError: its module cannot be imported or its factory fails.
        """
        found = self.local
        if found is None:
            found = load_target(self.spec.name, self.spec.target, self.origin)
        return build(self.spec.name, found, params)

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
            lines = []
            for item in err.errors():
                path = ".".join([where, *(str(p) for p in item["loc"])])
                hint = ""
                if item["type"] == "extra_forbidden":
                    hint = nearest(str(item["loc"][-1]), model.model_fields)
                lines.append(f"{self.spec.name}: {item['msg']}{hint} - at `{path}`")
                if item["type"] != "missing":
                    lines.append(f"  got: {item['input']!r}")
            lines.append(f"params: {', '.join(model.model_fields)}")
            raise RubricError("\n".join(lines)) from err


@dataclass(frozen=True, slots=True)
class ComposerOffer:
    """A kind of rubric, and where it comes from."""

    spec: ComposerSpec
    plugin: str
    distribution: str
    origin: str | None = None

    def load(self) -> Any:
        """The class, imported.

        Raises:
            PluginError: it cannot be imported; names the kind and the reason.
        """
        return load_target(self.spec.kind, self.spec.target, self.origin)


def _names(variable: str) -> frozenset[str] | None:
    value = os.environ.get(variable)
    if value is None:
        return None
    return frozenset(part.strip() for part in value.split(",") if part.strip())


class Host:
    """What all loaded plugins offer. Immutable once built.

    Args:
        verifiers: Marked functions or specs of the caller's own.
        plugins: Paths of one-file plugins.
        blocked: Names of plugins not to load, besides those in ``ASSAY_BLOCK_PLUGINS``.

    Raises:
        PluginError: two plugins offer one name; a file in `plugins` fails; a verifier of the
            caller's own that is none. A plugin found by entry point that fails to load is a
            `PluginWarning` and stands in `errors`; the others load.
    """

    def __init__(
        self,
        verifiers: Iterable[VerifierSpec | Callable[..., Any]] = (),
        plugins: Sequence[str] = (),
        blocked: Iterable[str] = (),
    ) -> None:
        self._blocked = frozenset(blocked) | (_names(BLOCK_VARIABLE) or frozenset())
        self._manager = pluggy.PluginManager(PROJECT)
        self._manager.add_hookspecs(hookspecs)
        self._distributions: dict[str, str] = {}
        self._origins: dict[str, str] = {}
        self._offers: dict[str, Offer] = {}
        self._composers: dict[str, ComposerOffer] = {}
        self._errors: list[PluginError] = []
        for name in BUILTINS:
            self._register(_import(name), "assay", f"assay {version('assay')}")
        self._load_entry_points()
        for path in plugins:
            self._load_file(path)
        self._collect_hooks()
        self._collect_composers()
        for item in verifiers:
            self._add(item, "this process", "this process")
        self.offers: Mapping[str, Offer] = MappingProxyType(dict(sorted(self._offers.items())))
        """Name with version -> offer."""
        self.composers: Mapping[str, ComposerOffer] = MappingProxyType(self._composers)
        """Kind -> offer, of plugins; Assay's own kinds are not among them."""
        self.errors = tuple(self._errors)
        """A `PluginError` for each entry point that could not be loaded."""
        self._newest: dict[str, Offer] = {}
        for offer in self._offers.values():
            other = self._newest.get(offer.spec.topic)
            if other is None or other.spec.version < offer.spec.version:
                self._newest[offer.spec.topic] = offer

    def resolve(self, name: str) -> Offer:
        """The offer of that name; without a version, the newest.

        Raises:
            VerifierNotFound: names the release that had a retired version, or the nearest name,
                and the plugins that failed to load.
        """
        offer = self._offers.get(name) or self._newest.get(name)
        if offer is not None:
            return offer
        topic, _, pinned = name.partition("@")
        current = self._newest.get(topic)
        if current is not None and pinned:
            release = current.spec.retired.get(name)
            was = (
                f"release {release} was the last with it"
                if release
                else f"offered: {', '.join(n for n in self._offers if n.startswith(topic + '@'))}"
            )
            raise VerifierNotFound(f"verifier {name!r} is not shipped here; {was}")
        known = [*self._newest, *self._offers] if pinned else list(self._newest)
        lines = [f"no verifier {name!r}{nearest(name, known)}"]
        lines += [f"not loaded: {str(error).splitlines()[0]}" for error in self._errors]
        lines.append("fix: `assay plugins` lists what there is")
        raise VerifierNotFound("\n".join(lines))

    # -- loading --------------------------------------------------------------------------------

    def _register(self, plugin: Any, name: str, distribution: str) -> None:
        if name in self._blocked:
            return
        self._distributions[name] = distribution
        self._manager.register(plugin, name=name)

    def _load_entry_points(self) -> None:
        chosen = _names(LOAD_VARIABLE)
        seen: set[tuple[str, str]] = set()
        for point in entry_points(group=PROJECT):
            dist = point.dist.name if point.dist is not None else "?"
            if (point.name, point.value) in seen or {point.name, dist} & self._blocked:
                continue
            if chosen is not None and not {point.name, dist} & chosen:
                continue
            seen.add((point.name, point.value))
            try:
                self._load_entry_point(point)
            except Exception as err:
                self._fail(point.name, err, "could not be loaded")

    def _load_entry_point(self, point: EntryPoint) -> None:
        dist = f"{point.dist.name} {point.dist.version}" if point.dist is not None else "?"
        if point.name in self._distributions:
            raise PluginError(
                f"two plugins are named {point.name!r}: "
                f"{self._distributions[point.name]} and {dist}"
            )
        self._register(point.load(), point.name, dist)

    def _load_file(self, path: str) -> None:
        module = module_from_file(path)
        name = f"file {path}"
        self._origins[name] = os.path.abspath(path)
        self._register(module, name, os.path.abspath(path))
        marked = _marked(module)
        for function in marked:
            self._add(function, name, self._distributions[name], origin=self._origins[name])
        hooks = ("assay_verifiers", "assay_composers")
        if not marked and not any(hasattr(module, hook) for hook in hooks):
            raise PluginError(
                f"plugin file {path!r} offers nothing"
                "\nfix: mark a function with @assay.verifier, or write the hook assay_verifiers"
            )

    def _collect_hooks(self) -> None:
        for impl in self._manager.hook.assay_verifiers.get_hookimpls():
            name = impl.plugin_name
            try:
                offered: Any = impl.function()
                items = list(offered)
            except Exception as err:
                self._fail(name, err, "raised in assay_verifiers")
                continue
            for item in items:
                try:
                    self._add(item, name, self._distributions[name], self._origins.get(name))
                except PluginError as err:
                    if isinstance(err, _Clash):
                        raise
                    self._fail(name, err, "offers a verifier that cannot be")

    def _collect_composers(self) -> None:
        for impl in self._manager.hook.assay_composers.get_hookimpls():
            name = impl.plugin_name
            try:
                offered: Any = impl.function()
                items = list(offered)
            except Exception as err:
                self._fail(name, err, "raised in assay_composers")
                continue
            for item in items:
                if not isinstance(item, ComposerSpec):
                    what = f"wanted a ComposerSpec, got a {type(item).__name__}"
                    self._fail(name, PluginError(what), "offers a composer that cannot be")
                    continue
                other = self._composers.get(item.kind)
                if other is not None:
                    raise _Clash(
                        f"composer {item.kind!r} is offered twice:\n  by plugin {other.plugin!r}"
                        f"\n  by plugin {name!r}\nRename one, or block one: blocked=[...]"
                    )
                self._composers[item.kind] = ComposerOffer(
                    item, name, self._distributions[name], self._origins.get(name)
                )

    def _fail(self, plugin: str, err: Exception, what: str) -> None:
        error = PluginError(f"plugin {plugin!r} {what}: {type(err).__name__}: {err}")
        error.__cause__ = err
        self._errors.append(error)
        warnings.warn(PluginWarning(str(error)), stacklevel=2)

    def _add(
        self,
        item: VerifierSpec | Callable[..., Any],
        plugin: str,
        distribution: str,
        origin: str | None = None,
    ) -> None:
        spec = item if isinstance(item, VerifierSpec) else getattr(item, SPEC_ATTRIBUTE, None)
        if not isinstance(spec, VerifierSpec):
            raise PluginError(
                f"plugin {plugin!r} offers a {type(item).__name__}, which is no verifier"
                "\nfix: return VerifierSpec(...), or mark the function with @assay.verifier(...)"
            )
        local = None
        if spec is not item and origin is None and not _importable(spec.target, item):
            local = item
            if spec.cost != "inline":
                raise PluginError(
                    f"verifier {spec.name!r} cannot be sent to a worker: "
                    f"{spec.target!r} cannot be imported there"
                    '\nfix: move it into a module, load its file with plugins=["file.py"], '
                    'or mark it cost="inline"'
                )
        other = self._offers.get(spec.name)
        if other is not None:
            if other.spec == spec and other.origin == origin and other.local is local:
                return  # the same object offered by two ways of the same plugin
            raise _Clash(
                f"verifier {spec.name!r} is offered twice:\n  by plugin {other.plugin!r}"
                f"\n  by plugin {plugin!r}\nRename one, or block one: blocked=[...]"
            )
        self._offers[spec.name] = Offer(spec, plugin, distribution, origin, local)


class _Clash(PluginError):
    """Two plugins offer one name."""


def _import(name: str) -> ModuleType:
    import importlib

    return importlib.import_module(name)


def _marked(module: ModuleType) -> list[Any]:
    return [
        value
        for value in vars(module).values()
        if callable(value)
        and hasattr(value, SPEC_ATTRIBUTE)
        and getattr(value, "__module__", None) == module.__name__
    ]


def _importable(target: str, item: Any) -> bool:
    """Whether importing `target` in another process finds `item` again."""
    import sys

    module_name, _, path = target.partition(":")
    module = sys.modules.get(module_name)
    if module_name == "__main__" or "<" in path or module is None:
        return False
    if getattr(module, "__spec__", None) is None:
        return False
    found: Any = module
    for attribute in path.split("."):
        found = getattr(found, attribute, None)
    return found is item
