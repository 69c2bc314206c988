"""One-file plugins, loaded by their content: an edited file is another plugin.

What runs is what was read and hashed, here and in every worker: the text travels with its digest,
and nobody reads the file a second time. A plugin's file may import its neighbours, the modules and
packages in its own folder; they are read with it and are part of its digest.
"""

from __future__ import annotations

import ast
import builtins
import errno
import hashlib
import importlib
import importlib.abc
import importlib.machinery
import importlib.util
import json
import os
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

from assay import forks
from assay.errors import PluginError
from assay.plugins.markers import PROJECT
from assay.syntax import parsed

FILE_MODULE = "assay_plugin_"
"""How the names of modules begin that stand for a one-file plugin."""

FAILURES = (Exception, SystemExit)
"""What a plugin's code may raise and be named for; Ctrl-C is the user's."""

NEIGHBOURS = 500
NEIGHBOUR_BYTES = 16 * 1024 * 1024
"""Bounds of what a plugin may import from its folder: it is sent to every worker."""


@dataclass(frozen=True, slots=True)
class PluginFile:
    """A plugin's file and the neighbours that it imports, as they were when they were read."""

    path: str
    """Absolute, links resolved."""
    texts: Mapping[str, tuple[str, str]] = field(hash=False)
    """Dotted name below the plugin (empty for the plugin itself) -> (file, its text)."""
    digest: str = ""
    """Of the texts: the same content has the same digest wherever it lies."""

    @property
    def module(self) -> str:
        """The name of its module in `sys.modules`; another content has another name."""
        stem = re.sub(r"[^0-9A-Za-z_]", "_", Path(self.path).stem)
        place = hashlib.sha256(f"{self.path}\n{self.digest}".encode()).hexdigest()[:12]
        return f"{FILE_MODULE}{stem}_{place}"

    def to_json(self) -> dict[str, Any]:
        """For a worker."""
        return {"path": self.path, "texts": [[n, f, t] for n, (f, t) in self.texts.items()]}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> PluginFile:
        """The inverse of `to_json`."""
        return _made(value["path"], {n: (f, t) for n, f, t in value["texts"]})


def _made(path: str, texts: Mapping[str, tuple[str, str]]) -> PluginFile:
    content = sorted((name, text) for name, (_, text) in texts.items())
    digest = hashlib.sha256(json.dumps(content).encode()).hexdigest()[:16]
    return PluginFile(path, texts, digest)


def _leads_round(file: Path) -> bool:
    try:
        file.stat()
    except OSError as err:
        return err.errno == errno.ELOOP
    return False


def read_plugin_file(path: str) -> PluginFile:
    """The plugin's file as it is now, with the neighbours that it imports.

    Raises:
        PluginError: no such file, one that is not Python, or too many neighbours.
    """
    file = Path(os.path.realpath(path))
    if _leads_round(file):
        raise PluginError(f"plugin file {path!r} is a link that leads round to itself")
    if not file.is_file():
        what = "is not a file" if file.exists() else "does not exist"
        raise PluginError(f"plugin file {path!r} {what}")
    if file.suffix != ".py":
        raise PluginError(f"plugin file {path!r} is not a Python file")
    try:
        texts = {"": (str(file), _text(file))}
        open_names = _imported(texts[""][1])
        while open_names:
            name = open_names.pop()
            for below, neighbour in _neighbours(file, name):
                if below in texts:
                    continue
                texts[below] = (str(neighbour), _text(neighbour))
                open_names |= _imported(texts[below][1])
                if len(texts) > NEIGHBOURS or _size(texts) > NEIGHBOUR_BYTES:
                    raise PluginError(
                        f"plugin file {path!r} imports more than {NEIGHBOURS} neighbours or "
                        f"{NEIGHBOUR_BYTES >> 20} MB of them"
                        "\nfix: make a distribution of it"
                    )
    except (OSError, SyntaxError, UnicodeDecodeError) as err:
        raise PluginError(
            f"plugin file {path!r} raised as it was loaded: {type(err).__name__}: {err}"
        ) from err
    return _made(str(file), texts)


def _text(file: Path) -> str:
    return importlib.util.decode_source(file.read_bytes())


def _size(texts: Mapping[str, tuple[str, str]]) -> int:
    return sum(len(text) for _, text in texts.values())


def _imported(text: str) -> set[str]:
    """First names of the modules that a text imports, anywhere in it."""
    try:
        tree = parsed(text)
    except (SyntaxError, ValueError, RecursionError):  # it will raise as it is executed
        return set()
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names |= {node.module} if node.module else {alias.name for alias in node.names}
    return {name.partition(".")[0] for name in names}


def _neighbours(plugin: Path, name: str) -> Iterator[tuple[str, Path]]:
    """(dotted name, file) of a module or a whole package beside the plugin.

    What Python itself brings is not hidden by a file of its name, nor is Assay.
    """
    if name in sys.stdlib_module_names or name in (PROJECT, plugin.stem):
        return
    single, package = plugin.parent / f"{name}.py", plugin.parent / name
    if (package / "__init__.py").is_file():
        for file in sorted(package.rglob("*.py")):
            parts = file.relative_to(plugin.parent).with_suffix("").parts
            if all(part.isidentifier() for part in parts):
                yield ".".join(parts[:-1] if parts[-1] == "__init__" else parts), file
    elif single.is_file():
        yield name, single


# -- importing ----------------------------------------------------------------------------------

_files: dict[str, PluginFile] = {}
"""Name of the module -> file; filled here, and in workers by what they are sent."""

_finder_lock = forks.Lock()

_LOADING: dict[str, forks.Lock] = {}
"""Name of a one-file plugin's module -> who may look whether it is there, or load it. A module is
in `sys.modules` before it is executed, so that another thread could see half of it."""

_HALF: set[str] = set()
"""Those that are being executed."""


@forks.in_child
def _forget_halves() -> None:
    """A module that another thread was loading stays half of one here: it is loaded anew."""
    for name in [name for name in _HALF if not _LOADING[name].mine]:
        _HALF.discard(name)
        sys.modules.pop(name, None)


def module_from_file(path: str) -> ModuleType:
    """The module of a one-file plugin, as the file is now; the same content is executed once.

    A thread that asks while another loads it waits until that is done.

    Raises:
        PluginError: no such file, or it raises as it is imported.
    """
    return import_plugin(read_plugin_file(path), path)


def import_plugin(file: PluginFile, shown: str | None = None) -> ModuleType:
    """The module of a file that was read, executed once a process.

    Raises:
        PluginError: it raises as it is imported.
    """
    register(file)
    name = file.module
    with forks.unbroken(), _LOADING.setdefault(name, forks.Lock()):
        known = sys.modules.get(name)
        if known is not None:
            return known
        spec = _Finder().find_spec(name)
        if spec is None or spec.loader is None:
            raise AssertionError(f"{name} was registered")
        module = importlib.util.module_from_spec(spec)
        _HALF.add(name)
        sys.modules[name] = module
        try:
            spec.loader.exec_module(module)
        except BaseException as err:
            for half in [n for n in list(sys.modules) if n == name or n.startswith(name + ".")]:
                del sys.modules[half]
            if not isinstance(err, FAILURES):
                raise
            said, _, rest = f"{type(err).__name__}: {err}".partition("\n")
            raise PluginError(
                f"plugin file {shown or file.path!r} raised as it was loaded: "
                f"{said}{_line_of(err, file)}" + (f"\n{rest}" if rest else "")
            ) from err
        finally:
            _HALF.discard(name)
        return module


def _line_of(err: BaseException, file: PluginFile) -> str:
    """Where in the file, or in a neighbour of it, an error comes from; "" where nobody can say."""
    ours = {path for path, _ in file.texts.values()}
    place = ""
    tb = err.__traceback__
    while tb is not None:
        path = tb.tb_frame.f_code.co_filename
        if path in ours:
            place = f" ({Path(path).name}, line {tb.tb_lineno})"
        tb = tb.tb_next
    return place


def import_file_of(module: str) -> None:
    """Have the plugin's file that a module stands for, or stands in, executed.

    Raises:
        PluginError: it raises as it is imported.
    """
    file = _files.get(module.partition(".")[0])
    if file is not None:
        import_plugin(file)


def register(file: PluginFile) -> None:
    """Make a file's module one that `import` finds."""
    with _finder_lock:
        _files.setdefault(file.module, file)
        if not any(isinstance(finder, _Finder) for finder in sys.meta_path):
            sys.meta_path.insert(0, _Finder())


class _Finder(importlib.abc.MetaPathFinder):
    """Finds the modules of plugins' files, which lie in memory."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: Any = None
    ) -> importlib.machinery.ModuleSpec | None:
        base, _, below = fullname.partition(".")
        file = _files.get(base)
        if file is None or below not in file.texts:
            return None
        name = file.texts[below][0]
        is_package = not below or Path(name).name == "__init__.py"
        loader = _Loader(file, below)
        return importlib.util.spec_from_loader(fullname, loader, origin=name, is_package=is_package)


class _Loader(importlib.abc.Loader):
    def __init__(self, file: PluginFile, below: str) -> None:
        self._file = file
        self._below = below

    def exec_module(self, module: ModuleType) -> None:
        name, text = self._file.texts[self._below]
        module.__file__ = name
        if len(self._file.texts) > 1:
            module.__dict__["__builtins__"] = {**vars(builtins), "__import__": self._import}
        exec(compile(text, name, "exec", dont_inherit=True), module.__dict__)  # noqa: S102

    def _import(
        self,
        name: str,
        globals: Mapping[str, Any] | None = None,  # noqa: A002 (as Python calls it)
        locals: Mapping[str, Any] | None = None,  # noqa: A002
        fromlist: Sequence[str] | None = (),
        level: int = 0,
    ) -> Any:
        """What ``import`` calls in the plugin's modules: its neighbours go first."""
        first = name.partition(".")[0]
        if level or first not in self._file.texts:
            return builtins.__import__(name, globals, locals, fromlist or (), level)
        below = f"{self._file.module}.{name}"
        importlib.import_module(below)
        if fromlist:
            return builtins.__import__(below, globals, locals, fromlist, 0)
        return sys.modules[f"{self._file.module}.{first}"]
