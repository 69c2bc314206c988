"""Finds plugins, loads them, and gives back what they offer as typed values.

The only module that touches pluggy's untyped calls.
"""

from __future__ import annotations

import importlib
import os
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from importlib.metadata import EntryPoint
from types import MappingProxyType, ModuleType
from typing import Any, NoReturn, TypeVar

import pluggy

from assay.arguments import a_path, many, of_kind
from assay.errors import PluginError, VerifierNotFound, nearest
from assay.plugins import hookspecs
from assay.plugins.entry_points import (
    BLOCK_VARIABLE,
    LOAD_VARIABLE,
    entry_points,
    names_in,
    normal,
    own_version,
)
from assay.plugins.importable import check_factory, code_of, local_object
from assay.plugins.load import load_target
from assay.plugins.log_readers import LogReaderSpec
from assay.plugins.markers import PROJECT, SPEC_ATTRIBUTE
from assay.plugins.names import OfferNames
from assay.plugins.one_file_plugins import FAILURES, PluginFile, import_plugin, read_plugin_file
from assay.plugins.probe import ProbeSpec
from assay.plugins.registered import WHAT, Offer, TargetOffer
from assay.plugins.spec import ComposerSpec, VerifierSpec
from assay.printable import a_type, in_line

BUILTINS = {
    PROJECT: "assay.verifiers.plugin",
    f"{PROJECT}.audit.logs": "assay.audit.logs.plugin",
    f"{PROJECT}.probes": "assay.probes.plugin",
}
"""Our own plugins: name -> module. The host imports no verifier, no reader and no probe."""

THIS_PROCESS = "this process"
"""The plugin of verifiers that the caller hands over."""

_Spec = TypeVar("_Spec", ComposerSpec, LogReaderSpec, ProbeSpec)


class PluginWarning(UserWarning):
    """A plugin could not be loaded; the others were."""


class Host:
    """What all loaded plugins offer. Immutable once built.

    Args:
        verifiers: Marked functions or specs of the caller's own.
        plugins: Paths of one-file plugins.
        blocked: Names of plugins or of their distributions not to load, besides those in
            ``ASSAY_BLOCK_PLUGINS``.

    An entry point of a distribution that lies in the working directory itself is not loaded, so
    that a folder with somebody's data cannot bring code along; name its file in `plugins`.

    Raises:
        PluginError: two plugins offer one name; a file in `plugins` fails; a verifier of the
            caller's own that is not one. A plugin found by entry point that fails to load is a
            `PluginWarning` and stands in `errors`; the others load.
    """

    def __init__(
        self,
        verifiers: Iterable[VerifierSpec | Callable[..., Any]] = (),
        plugins: Sequence[str | os.PathLike[str]] = (),
        blocked: Iterable[str] = (),
    ) -> None:
        if isinstance(plugins, str | os.PathLike):
            plugins = [plugins]
        blocked = [blocked] if isinstance(blocked, str) else blocked
        many(verifiers, "verifiers", "a list of functions marked with @assay.verifier, or of specs")
        many(plugins, "plugins", "a list of paths of Python files")
        chosen = frozenset(
            normal(of_kind(name, str, f"blocked[{i}]", "the name of a plugin"))
            for i, name in enumerate(many(blocked, "blocked", "a list of names of plugins"))
        )
        self._blocked = chosen | (names_in(BLOCK_VARIABLE) or frozenset())
        self._manager = pluggy.PluginManager(PROJECT)
        self._manager.add_hookspecs(hookspecs)
        self._distributions: dict[str, str] = {}
        self._files: dict[str, PluginFile] = {}
        self._names = OfferNames()
        self._errors: list[PluginError] = []
        self._left_out: list[str] = []
        self._clash: PluginError | None = None
        for name, module in BUILTINS.items():
            self._register(importlib.import_module(module), name, f"{PROJECT} {own_version()}")
        self._load_entry_points()
        for path in plugins:
            self._load_file(path)
        self._collect_verifiers()
        composers = self._collect("assay_composers", ComposerSpec)
        log_readers = self._collect("assay_log_readers", LogReaderSpec)
        probes = self._collect("assay_probes", ProbeSpec)
        for item in verifiers:
            self._add(item, THIS_PROCESS, THIS_PROCESS)
        for contest in self._names.settle():
            self._note(contest)
        self.offers: Mapping[str, Offer] = MappingProxyType(self._names.meant)
        """Name with version -> offer."""
        self.foreign: tuple[Offer, ...] = self._names.foreign
        """Offers under names that another distribution owns: a rubric means one of them only by
        the distribution's name, ``dist:topic.what@version``."""
        self.composers: Mapping[str, TargetOffer[ComposerSpec]] = MappingProxyType(composers)
        """Kind -> offer, of plugins; Assay's own kinds are not among them."""
        self.log_readers: Mapping[str, TargetOffer[LogReaderSpec]] = MappingProxyType(log_readers)
        """Name -> offer; Assay's own first."""
        self.probes: Mapping[str, TargetOffer[ProbeSpec]] = MappingProxyType(
            dict(sorted(probes.items()))
        )
        """Name -> offer."""
        self.errors = tuple(self._errors)
        """A `PluginError` for each entry point that could not be loaded."""
        self.left_out = tuple(self._left_out)
        """A sentence for each entry point that was not to be loaded, with the reason."""

    def resolve(self, name: str) -> Offer:
        """The offer of that name; without a version, the newest.

        A topic belongs to the distribution that owns it: Assay for its own, else the only one that
        offers it. ``dist:name`` means what that distribution offers, whoever owns the name.

        Raises:
            VerifierNotFound: names the release that had a retired version, or the nearest name,
                and the plugins that failed to load.
            PluginError: a name that only another distribution than its owner offers, or that two
                offer and nobody owns; says how to choose.
        """
        found = self._names.find(name)
        if found is not None:
            return found
        retired = self._names.retired(name)
        if retired is not None:
            raise VerifierNotFound(retired)
        lines = [self._names.not_found(name)]
        lines += self.not_loaded()
        if "." in name:
            lines.append("fix: `assay verifiers` lists what there is")
        else:  # somebody's own key, most likely
            lines.append(
                "fix: a verifier's name has a dot, as math.answer; a key of your own names it: "
                f'{in_line(name)} = {{use = "math.answer", ...}}'
            )
        raise VerifierNotFound("\n".join(lines))

    def not_loaded(self) -> list[str]:
        """A line for each plugin that is installed and could not be, or was not to be, loaded."""
        failed = [str(error).splitlines()[0] for error in self._errors]
        return [f"not loaded: {sentence}" for sentence in (*failed, *self._left_out)]

    # -- loading --------------------------------------------------------------------------------

    def _register(
        self, plugin: Any, name: str, distribution: str, file: PluginFile | None = None
    ) -> None:
        """Take a plugin in: its hooks, and the verifiers it holds itself.

        Raises:
            PluginError: it offers nothing, a hook of it does not exist, or it is there already.
        """
        if normal(name) in self._blocked:
            return
        try:
            self._manager.register(plugin, name=name)
        except (ValueError, pluggy.PluginValidationError) as err:
            other = self._manager.get_name(plugin)
            if other is not None and other != name:
                raise PluginError(f"the plugins {other!r} and {name!r} are one object") from err
            raise PluginError(str(err)) from err
        self._distributions[name] = distribution
        if file is not None:
            self._files[name] = file
        marked = _marked(plugin)
        for item in marked:
            self._add(item, name, distribution, file)
        hooks = self._manager.get_hookcallers(plugin) or []
        for caller in hooks:
            if not caller.has_spec():
                ours = [n for n in vars(hookspecs) if n.startswith(PROJECT + "_")]
                unknown = f"no hook is named {caller.name!r}{nearest(caller.name, ours)}"
                if file is not None:
                    raise PluginError(unknown)
                self._fail(name, PluginError(unknown), "has a hook that is never called")
        if not marked and not hooks:
            raise PluginError(
                "it offers nothing"
                "\nfix: mark a function with @assay.verifier, or a hook assay_verifiers with "
                "@assay.hookimpl"
            )

    def _load_entry_points(self) -> None:
        chosen = names_in(LOAD_VARIABLE)
        found: set[str] = set()
        for point, dist in entry_points(self._left_out):
            names = {normal(point.name), normal(dist)}
            found |= names
            why = None
            if names & self._blocked:
                why = "is blocked"
            elif chosen is not None and not names & chosen:
                why = f"is not named in {LOAD_VARIABLE}"
            if why is not None:
                self._left_out.append(f"plugin {point.name!r} of {dist} {why}")
                continue
            try:
                self._load_entry_point(point)
            except FAILURES as err:
                if err is self._clash:
                    raise
                self._fail(point.name, err, "could not be loaded")
        for name in sorted((chosen or frozenset()) - found):
            message = f"{LOAD_VARIABLE} names {name!r}, which is not installed"
            warnings.warn(PluginWarning(message + nearest(name, found)), stacklevel=2)

    def _load_entry_point(self, point: EntryPoint) -> None:
        dist = f"{point.dist.name} {point.dist.version}" if point.dist is not None else "?"
        if point.name in self._distributions:
            raise PluginError(
                f"two plugins are named {point.name!r}: "
                f"{self._distributions[point.name]} and {dist}"
            )
        self._register(point.load(), point.name, dist)

    def _load_file(self, path: str | os.PathLike[str]) -> None:
        path = a_path(path, "the path of a plugin")
        file = read_plugin_file(path)
        if any(file.path == other.path for other in self._files.values()):
            return  # the same file by another path
        module = import_plugin(file, path)
        try:
            self._register(module, f"file {path}", file.path, file)
        except PluginError as err:
            if err is self._clash:
                raise
            raise PluginError(f"plugin file {path!r}: {err}") from err

    def _collect_verifiers(self) -> None:
        for name, item in self._offered("assay_verifiers"):
            try:
                self._add(item, name, self._distributions[name], self._files.get(name))
            except PluginError as err:
                if err is self._clash:
                    raise
                self._fail(name, err, "offers a verifier that cannot be used")

    def _collect(self, hook: str, wanted: type[_Spec]) -> dict[str, TargetOffer[_Spec]]:
        """What plugins offer by a hook, by name; what is not a spec is reported in `errors`.

        Raises:
            PluginError: a name is offered twice.
        """
        what = WHAT[wanted]
        taken: dict[str, TargetOffer[_Spec]] = {}
        for plugin, item in self._offered(hook):
            if not isinstance(item, wanted):
                wrong = f"wanted a {wanted.__name__}, got {a_type(item)}"
                self._fail(plugin, PluginError(wrong), f"offers a {what} that cannot be used")
                continue
            offer = TargetOffer(item, plugin, self._distributions[plugin])
            if offer.name in taken:
                self._refuse_second(what, offer.name, taken[offer.name].plugin, plugin)
            taken[offer.name] = offer
        return taken

    def _offered(self, hook: str) -> Iterator[tuple[str, Any]]:
        """(plugin, thing) of all that plugins offer by a hook; one that raises is reported."""
        for impl in getattr(self._manager.hook, hook).get_hookimpls():
            try:
                offered: Any = impl.function()
                if not isinstance(offered, Iterable):  # a single spec, or a `return` forgotten
                    wrong = PluginError(
                        f"got {a_type(offered)}\nfix: return [spec, ...], or yield each spec"
                    )
                    self._fail(impl.plugin_name, wrong, f"gives no list by {hook}")
                    continue
                items = list(offered)
            except FAILURES as err:
                self._fail(impl.plugin_name, err, f"raised in {hook}")
                continue
            for item in items:
                yield impl.plugin_name, item

    def _refuse_second(self, what: str, name: str, first: str, second: str) -> NoReturn:
        self._clash = PluginError(
            f"{what} {name!r} is offered twice:\n  by plugin {first!r}"
            f"\n  by plugin {second!r}\nRename one, or block one: blocked=[...]"
        )
        raise self._clash

    def _fail(self, plugin: str, err: BaseException, what: str) -> None:
        if isinstance(err, PluginError):
            why = str(err)
        else:
            said, _, rest = f"{type(err).__name__}: {err}".partition("\n")
            why = f"{said}{_place_of(err)}" + (f"\n{rest}" if rest else "")
        error = PluginError(f"plugin {plugin!r} {what}: {why}")
        error.__cause__ = err
        self._note(error)

    def _note(self, error: PluginError) -> None:
        self._errors.append(error)
        warnings.warn(PluginWarning(str(error)), stacklevel=3)

    def _add(
        self,
        item: VerifierSpec | Callable[..., Any],
        plugin: str,
        distribution: str,
        file: PluginFile | None = None,
    ) -> None:
        spec = item if isinstance(item, VerifierSpec) else getattr(item, SPEC_ATTRIBUTE, None)
        if not isinstance(spec, VerifierSpec):
            raise PluginError(
                f"plugin {plugin!r} offers {a_type(item)}, which is not a verifier"
                "\nfix: return VerifierSpec(...), or mark the function with @assay.verifier(...)"
            )
        local = local_object(spec, item, file is not None)
        if file is not None and local is None and spec.target.startswith(file.module):
            check_factory(spec, load_target(spec.name, spec.target))
        elif local is not None:
            check_factory(spec, local)
        explicit = plugin == THIS_PROCESS or file is not None
        code = "" if plugin in BUILTINS else code_of(spec, item, local, file, explicit)
        offer = Offer(spec, plugin, distribution, file, code, local)
        other = self._names.take(offer, explicit)
        if other is not None:
            self._refuse_second("verifier", spec.name, other.plugin, plugin)


def _marked(plugin: Any) -> list[Any]:
    """Verifiers that a plugin holds itself: the marked functions of its module, or it is one."""
    if isinstance(plugin, VerifierSpec) or hasattr(plugin, SPEC_ATTRIBUTE):
        return [plugin]
    if not isinstance(plugin, ModuleType):
        return []
    return [
        value
        for value in vars(plugin).values()
        if callable(value)
        and isinstance(getattr(value, SPEC_ATTRIBUTE, None), VerifierSpec)
        and getattr(value, "__module__", None) == plugin.__name__
    ]


_LOADING = ("<frozen importlib", os.path.dirname(importlib.__file__) + os.sep)
"""Code that only loads other code."""


def _place_of(err: BaseException) -> str:
    """The line that raised, as `` (plugin.py, line 3)``; "" where it says so itself, or nobody can.

    Of a library that the plugin calls it is the library's line: the deepest one.
    """
    if isinstance(err, SyntaxError):
        return ""
    place = ""
    tb = err.__traceback__
    while tb is not None:
        path = tb.tb_frame.f_code.co_filename
        if path != __file__ and not path.startswith(_LOADING):
            place = f" ({os.path.basename(path)}, line {tb.tb_lineno})"
        tb = tb.tb_next
    return place
