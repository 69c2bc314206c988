"""What a rubric can say about the style verifiers. Imports no analyser."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, ClassVar, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    SerializerFunctionWrapHandler,
    field_validator,
    model_serializer,
    model_validator,
)

from assay.verifiers.program_source import ProgramPolicy

Half = Annotated[float, Field(gt=0.0, allow_inf_nan=False)]
LineLength = Annotated[int, Field(ge=1, le=1_000)]
WeightParam = Annotated[float, Field(ge=0.0, allow_inf_nan=False)]

_CODE = re.compile(r"[A-Z][0-9]{0,4}")
_TARGET = re.compile(r"[A-Za-z_][\w.]*:[A-Za-z_][\w.]*")
_FORMATTER = re.compile(rf"black|autopep8|{_TARGET.pattern}")


class StyleParams(BaseModel):
    """What all style verifiers take."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    table: ClassVar[tuple[str, ...]] = ()
    """Where in ``pyproject.toml`` the analyser keeps its options."""
    taken: ClassVar[Mapping[str, str]] = {}
    """Its option there -> the field here."""
    passed: ClassVar[frozenset[str]] = frozenset()
    """Its options there that do not change what it makes of one text."""

    program: ProgramPolicy = "last"
    """Which text is the program: ``last``, ``joined``, ``longest``, ``whole`` or ``file``."""
    project: str | None = None
    """A ``pyproject.toml`` whose options become params, where these are not given themselves. It is
    read once, when the params are checked; no other configuration is ever looked for."""

    @model_validator(mode="before")
    @classmethod
    def _from_project(cls, given: Any) -> Any:
        """The options of the named project, as params of their own; the name itself is dropped."""
        if not isinstance(given, Mapping) or given.get("project") is None:
            return given
        return {**cls._project(str(given["project"])), **given, "project": None}

    @classmethod
    def _project(cls, path: str) -> dict[str, Any]:
        if not cls.table:
            raise ValueError("takes no project; name its options")
        try:
            found: Any = tomllib.loads(Path(path).read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as err:
            raise ValueError(f"cannot read the project {path!r}: {err}") from None
        for key in cls.table:
            found = found.get(key, {}) if isinstance(found, Mapping) else {}
        options = {}
        for key, value in dict(found).items():
            name = key.replace("_", "-")
            if name in cls.taken:
                field = cls.taken[name]
                if cls.model_fields[field].annotation == tuple[str, ...] and isinstance(value, str):
                    value = [item.strip() for item in value.split(",") if item.strip()]
                options[field] = value
            elif name not in cls.passed:
                raise ValueError(
                    f"{path!r} sets {'.'.join(cls.table)}.{key}, which is not supported"
                    f"; supported: {', '.join(cls.taken)}"
                )
        return options


class BlackParams(StyleParams):
    """Params of ``style.black``."""

    table: ClassVar[tuple[str, ...]] = ("tool", "black")
    taken: ClassVar[Mapping[str, str]] = {
        "line-length": "line_length",
        "skip-string-normalization": "skip_string_normalization",
        "skip-magic-trailing-comma": "skip_magic_trailing_comma",
        "preview": "preview",
    }
    passed: ClassVar[frozenset[str]] = frozenset(
        [
            "include",
            "exclude",
            "extend-exclude",
            "force-exclude",
            "required-version",
            "target-version",
            "workers",
            "quiet",
            "verbose",
            "color",
            "fast",
        ]
    )

    half: Half = 20.0
    """Edits that halve the score, for a solution of 20 lines."""
    line_length: LineLength = 88
    """In characters."""
    skip_string_normalization: bool = False
    """Leave quotes as they are."""
    skip_magic_trailing_comma: bool = False
    """Join what fits on a line although it ends with a comma."""
    preview: bool = False
    """black's next style; may change with any version of it."""


class Autopep8Params(StyleParams):
    """Params of ``style.autopep8``."""

    table: ClassVar[tuple[str, ...]] = ("tool", "autopep8")
    taken: ClassVar[Mapping[str, str]] = {
        "max-line-length": "max_line_length",
        "ignore": "ignore",
        "aggressive": "aggressive",
    }
    passed: ClassVar[frozenset[str]] = frozenset(
        ["in-place", "recursive", "jobs", "exclude", "diff", "verbose", "exit-code"]
    )

    half: Half = 20.0
    """Edits and findings together that halve the score, for a solution of 20 lines."""
    max_line_length: LineLength = 79
    """In characters."""
    ignore: tuple[str, ...] = ("E226", "E24", "W50", "W690")
    """Codes, or beginnings of codes, neither mended nor reported; autopep8's own by default."""
    aggressive: Annotated[int, Field(ge=0, le=3)] = 0
    """0 changes layout only; from 1 on comparisons and excepts are rewritten too."""

    @field_validator("ignore")
    @classmethod
    def _codes(cls, codes: tuple[str, ...]) -> tuple[str, ...]:
        return _checked_codes(codes)


class PylintParams(StyleParams):
    """Params of ``style.pylint``."""

    half: Half = 10.0
    """Weight of findings that halves the score, for a solution of 20 lines."""
    weights: Mapping[str, WeightParam] = Field(
        default_factory=lambda: {
            "fatal": 5.0,
            "error": 5.0,
            "warning": 2.0,
            "refactor": 1.0,
            "convention": 1.0,
            "multiple-statements": 3.0,
        }
    )
    """Weight of a category, or of one message by its name, which goes before its category. What is
    not named weighs as by default. A statement that shares a line weighs like what a line of its
    own could have had: bad indentation and trailing blanks."""
    disable: tuple[str, ...] = ()
    """Messages not to report, by name or number."""
    good_names: tuple[str, ...] = ()
    """Names that are fine although short, besides pylint's ``i, j, k, ex, Run, _``."""
    max_line_length: LineLength = 100
    """In characters."""


class JointParams(StyleParams):
    """Params of ``style.joint``."""

    half: Half = 20.0
    """Edits to the joint text that halve the score, for a solution of 20 lines."""
    formatters: tuple[str, ...] = ("black", "autopep8")
    """In the order in which they run: ``black``, ``autopep8``, or a plugin's function from text to
    text as ``package.module:function``."""
    voters: tuple[str, ...] = ("pylint",)
    """Analysers that change no text and say whether they accept it: ``pylint`` or none."""
    analysers: tuple[str, ...] = ()
    """Further ones, of other distributions, as ``package.module:name``: an object with a ``name``
    and ``formatted(text, line_length) -> str``, which joins the formatters, or
    ``objections(text, line_length) -> list[str]``, which joins the voters, or both. Objections are
    counted, each 1. ``assay_ruff.joint:ruff`` is one."""
    vote: Annotated[float, Field(ge=0.0, le=1.0)] = 0.0
    """Share of the voters' own scores, their mean, in this one; at 0 they are reported only."""
    reconciled: bool = False
    """Run autopep8 before black, with the options that leave them nothing to disagree on."""
    line_length: LineLength = 88
    """black's, in characters."""
    max_line_length: LineLength = 79
    """autopep8's, in characters; the reconciled one is black's."""
    ignore: tuple[str, ...] = ("E226", "E24", "W50", "W690")
    """Codes that autopep8 does not mend; reconciled, also E203, E501, E701 and E704."""
    most_steps: Annotated[int, Field(ge=2, le=200)] = 40
    """Formatter runs in one order after which the search for a fixed point or a cycle ends."""

    @field_validator("ignore")
    @classmethod
    def _codes(cls, codes: tuple[str, ...]) -> tuple[str, ...]:
        return _checked_codes(codes)

    @model_serializer(mode="wrap")
    def _as_before(self, dump: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """Without `analysers` where it names none: rubrics without any keep their signature."""
        dumped: dict[str, Any] = dump(self)
        if not self.analysers:
            dumped.pop("analysers", None)
        return dumped

    @field_validator("voters")
    @classmethod
    def _voters(cls, voters: tuple[str, ...]) -> tuple[str, ...]:
        for voter in voters:
            if voter != "pylint":
                raise ValueError(f"no voter {voter!r}; known: pylint")
        return voters

    @field_validator("analysers")
    @classmethod
    def _analysers(cls, analysers: tuple[str, ...]) -> tuple[str, ...]:
        for target in analysers:
            if _TARGET.fullmatch(target) is None:
                raise ValueError(f"no analyser {target!r}; wanted 'package.module:name'")
        if len(set(analysers)) != len(analysers):
            raise ValueError("analysers names one twice")
        return analysers

    def tool_versions(self) -> dict[str, str]:
        """What other distributions bring to a score: part of the signature.

        Raises:
            PluginError: an analyser is none; here, since no row can say it sooner.
        """
        theirs = [name for name in self.formatters if ":" in name]
        if not theirs and not self.analysers:
            return {}
        from assay.verifiers.code_style.analysers import loaded, versions

        for target in self.analysers:
            loaded(target)
        return {k: v for target in (*theirs, *self.analysers) for k, v in versions(target).items()}

    @model_validator(mode="after")
    def _formatters(self) -> Self:
        if not self.formatters:
            raise ValueError("formatters is empty; name at least one")
        for name in self.formatters:
            if _FORMATTER.fullmatch(name) is None:
                raise ValueError(
                    f"no formatter {name!r}; wanted black, autopep8 or 'package.module:function'"
                )
        if len(set(self.formatters)) != len(self.formatters):
            raise ValueError("formatters names one twice")
        if self.reconciled and not {"black", "autopep8"} <= set(self.formatters):
            raise ValueError("reconciled is about black and autopep8; formatters lacks one")
        return self


def _checked_codes(codes: tuple[str, ...]) -> tuple[str, ...]:
    for code in codes:
        if _CODE.fullmatch(code) is None:
            raise ValueError(
                f"{code!r} is not a code of pycodestyle such as E501, nor its beginning"
            )
    return codes
