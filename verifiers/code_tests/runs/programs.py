"""The program of an answer as it is run: its one text, or its files and what a suite has of each.

Which file answers for what is decided here, from the suite's imports and the files' names, before
anything of the program runs. Files never take the place of what a row gives, of the standard
library or of installed packages; nor do they reach the test's own sandbox.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from assay.verifiers.code_tests.params import CodeTestsParams
from assay.verifiers.code_tests.suites.imports.modules import plain
from assay.verifiers.code_tests.suites.imports.program_imports import ProgramImports
from assay.verifiers.code_tests.suites.rows.given_files import roots
from assay.verifiers.code_tests.suites.suite import Suite
from assay.verifiers.program_source import NamedFiles, extract_program, imports, named_files

_STARTED = ("__main__", "main")
"""Modules that are named as what is started, in the order in which they are believed."""
_IS_TEST = re.compile(r"(?:^|/)(?:tests?/|(?:test_\w*|\w*_test|tests?|conftest|setup)\.py$)")
_READS = re.compile(r"\binput\s*\(|\bstdin\b|\bopen\s*\(\s*0\b")


@dataclass(frozen=True, slots=True)
class RunnableProgram:
    """A program, ready to be given to a sandbox."""

    text: str
    """Its text; of several files that of the main one."""
    files: Mapping[str, str] = field(default_factory=dict)
    """All of several files by path, the main one too."""
    main: str = ""
    """Dotted name of the module that answers for what the suite imports from nowhere."""
    main_path: str = ""
    folders: tuple[str, ...] = ("",)
    """Where modules are looked for: beginnings of paths, each "" or with a slash at the end."""
    aliases: Mapping[str, str] = field(default_factory=dict)
    """Modules that the suite imports and no file is named for -> the module in their place."""
    names: Mapping[str, str] = field(default_factory=dict)
    """Names that the suite asks for -> the module that it has each from."""
    modules: tuple[str, ...] = ()
    """Dotted names of those that the suite imports, in order."""
    stars: tuple[str, ...] = ()
    """Those of them of which it imports everything."""

    @property
    def texts(self) -> tuple[str, ...]:
        """All that may be run of it."""
        return tuple(self.files.values()) or (self.text,)

    def job(self) -> dict[str, Any]:
        """The part of a job that says what the program is: nothing that is expected of it."""
        if not self.files:
            return {"code": self.text}
        several = {
            "files": dict(self.files),
            "main": self.main,
            "main_path": self.main_path,
            "folders": self.folders,
            "aliases": dict(self.aliases),
            "names": dict(self.names),
            "modules": self.modules,
            "stars": self.stars,
        }
        return {"code": self.text, "several": several}


def program_in(answer: str, suite: Suite, params: CodeTestsParams) -> RunnableProgram | None:
    """The program in an answer, for that suite; None where there is none.

    Several files only under the policy ``last``: the others say which of the blocks are meant.
    A remote server gets one text: the block that `extract_program` takes.
    """
    several = params.code == "last" and params.language == "python" and params.remote is None
    named = named_files(answer) if several else None
    if named is not None:
        return _of_files(named, suite)
    found = extract_program(answer, params.code, params.language)
    return RunnableProgram(found.text) if found is not None and found.text.strip() else None


def _of_files(named: NamedFiles, suite: Suite) -> RunnableProgram:
    written = suite.written
    given = written.imports if written is not None else ProgramImports()
    files = dict(_beside(named.files, suite, given))
    unnamed = ""
    if named.unnamed.strip():
        unnamed = _free(given.modules, files)
        files[unnamed] = named.unnamed
    folders = _folders(files, given.modules)
    main = _main(files, unnamed, suite, given, folders)
    if main is None:  # data alone
        return RunnableProgram("", files)
    if suite.kind == "stdio" and "/" in main:  # as ``python app/main.py`` has it
        folders = tuple(dict.fromkeys([*folders, main.rpartition("/")[0] + "/"]))
    dotted = _dotted(main, folders)
    if dotted is None:  # ``two-fer.py`` can be started, but not imported; nor can ``queue.py``
        files["program_.py"] = files[main]
        main, dotted = "program_.py", "program_"
    aliases = {
        module: dotted
        for module in (*given.modules, *(m for modules in given.names.values() for m in modules))
        if not _found(module.partition(".")[0], files, folders)
        or module == "__main__" or module in sys.stdlib_module_names
    }  # fmt: skip
    names = {
        name: next((m for m in modules if _path(m, files, folders)), modules[0])
        for name, modules in given.names.items()
    }
    wanted = [m for m in given.modules if _path(m, files, folders) or m in aliases]
    modules = tuple(wanted or given.modules)
    return RunnableProgram(
        files[main], files, dotted, main, folders, aliases, names, modules, given.stars
    )


def _beside(
    files: Mapping[str, str], suite: Suite, given: ProgramImports
) -> Iterable[tuple[str, str]]:
    """Those of the files that stand in no way of what the row gives."""
    theirs = roots(suite.files) - {m.partition(".")[0] for m in given.modules}
    for path, text in files.items():
        module = path.removesuffix(".py").removesuffix("/__init__")
        blocked = path in suite.files or any(
            path.startswith(f"{x}/") or x.startswith(f"{path}/")
            or (x.endswith(".py") and path.endswith(".py")
                and x.removesuffix(".py").removesuffix("/__init__") == module)
            for x in suite.files
        )  # fmt: skip
        if not blocked and path.partition("/")[0].removesuffix(".py") not in theirs:
            yield path, text


def _free(modules: Sequence[str], files: Mapping[str, str]) -> str:
    """A path for the block without a name: where the suite expects the program, if that is free."""
    wanted = [f"{m.replace('.', '/')}.py" for m in modules if m]
    for path in (*wanted, "main.py", "program.py"):
        if not any(x == path or x.startswith(f"{path.removesuffix('.py')}/") for x in files):
            return path
    return "program_.py"


def _folders(files: Mapping[str, str], modules: Sequence[str]) -> tuple[str, ...]:
    """Where modules lie: beside each other, or all in a folder such as ``src``."""
    found = [""]
    parents = sorted({path[: i + 1] for path in files for i, c in enumerate(path) if c == "/"})
    for parent in sorted(parents, key=lambda x: (x.count("/"), x)):
        holds = [m for m in modules if _found(m.partition(".")[0], files, (parent,))]
        lacks = [m for m in holds if not _found(m.partition(".")[0], files, tuple(found))]
        if lacks:
            found.append(parent)
    code = [path for path in files if path.endswith(".py")]
    tops = {path.partition("/")[0] for path in code}
    if len(tops) == 1 and all("/" in path for path in code):
        top = f"{tops.pop()}/"
        if f"{top}__init__.py" not in files and top not in found:
            found.append(top)
    return tuple(found)


def _found(module: str, files: Mapping[str, str], folders: Sequence[str]) -> bool:
    """Whether there is a file, or a folder of modules, of that name."""
    place = module.replace(".", "/")
    return bool(place) and any(
        path.endswith(".py") and (path == f"{x}{place}.py" or path.startswith(f"{x}{place}/"))
        for x in folders for path in files
    )  # fmt: skip


def _path(module: str, files: Mapping[str, str], folders: Sequence[str]) -> str:
    """The file of a module; "" if there is none."""
    place = module.replace(".", "/")
    for folder in folders if place else ():
        for path in (f"{folder}{place}/__init__.py", f"{folder}{place}.py"):
            if path in files:
                return path
    return ""


def _dotted(path: str, folders: Sequence[str]) -> str | None:
    """The name by which a file is imported; None if nothing can import it."""
    for folder in folders:
        inside = path.removeprefix(folder).removesuffix(".py").removesuffix("/__init__")
        if inside == "__main__" or inside.partition("/")[0] in sys.stdlib_module_names:
            continue  # imported, it would be another
        if path.startswith(folder) and all(x.isidentifier() for x in inside.split("/")):
            return inside.replace("/", ".")
    return None


def _main(
    files: Mapping[str, str],
    unnamed: str,
    suite: Suite,
    given: ProgramImports,
    folders: Sequence[str],
) -> str | None:
    """The path of the main file: what the suite imports, or defines what it asks, or is started."""
    code = [path for path in files if path.endswith(".py")]
    for module in given.modules:
        if found := _path(module, files, folders):
            return found
    programs = [path for path in code if not _IS_TEST.search(path)] or code
    if not programs:
        return None
    if suite.kind != "stdio":
        wanted = _wanted(suite, given)
        most = max((_defined(files[path], wanted), i) for i, path in enumerate(programs))
        if most[0]:
            return programs[most[1]]
    for name in _STARTED:
        for path in programs:
            if path.removesuffix(".py").rpartition("/")[2] == name:
                return path
    readers = [path for path in programs if _READS.search(files[path])] or programs
    started = [
        path for path in readers
        if not any(imports(files[x], path) for x in programs if x != path)
    ] or readers  # fmt: skip
    return unnamed if unnamed in started else started[-1]


def _wanted(suite: Suite, given: ProgramImports) -> set[str]:
    """Names that the suite asks for and imports from nowhere."""
    asked = [case.entry_point for case in suite.cases]
    asked += [*suite.entry_points, *(suite.rest.names if suite.rest is not None else ())]
    if suite.written is not None:
        asked += suite.written.names
    names = {re.split(r"[.(]", plain(name))[0] for name in asked} - {""}
    if not names and suite.written is not None:  # it runs beside the program, as it is
        names = set(re.findall(r"\b([A-Za-z_]\w*)[ \t]*\(", suite.written.code))
    return names - given.names.keys() or names


def _defined(text: str, names: Iterable[str]) -> int:
    """How many of the names it seems to define: at its margin, or as methods of ``Solution``."""
    solution = re.search(r"^class[ \t]+Solution\b", text, re.MULTILINE) is not None
    indent = r"[ \t]*" if solution else ""
    return sum(
        re.search(
            rf"^(?:{indent}(?:async[ \t]+)?(?:def|class)[ \t]+{re.escape(name)}\b"
            rf"|{re.escape(name)}[ \t]*(?::[^=\n]+)?=[^=])",
            text,
            re.MULTILINE,
        )
        is not None
        for name in names
    )


_STATE = re.compile(
    r"^\s*(?:global|nonlocal)\s"  # says so
    r"|^\w+[ \t]*+(?::[^=\n]*)?=[ \t]*+(?![-+\d'\"(]|True\b|False\b|None\b|lambda\b)"  # a list
    r"|=\s*(?:\[\]|\{\}|set\(\))\s*[,)]"  # a default that is shared
    r"|\b(?:cls|[A-Z]\w*)\.\w+\s*[-+*|]?=[^=]"  # an attribute of a class
    r"|\b(?:time|random)\.",
    re.M,
)


def keeps_state(text: str) -> bool:
    """Whether what a function of the program gives may depend on what was called before.

    By its text, so it errs to yes: it costs such a program one more run, if it fails.
    """
    return _STATE.search(text) is not None
