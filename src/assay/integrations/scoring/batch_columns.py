"""From the columns of a trainer's batch to samples, with errors that name the column."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple, TypeAlias

from assay.engine.calls.drivers import SampleOrError
from assay.engine.engine import Engine
from assay.errors import ConfigError, SampleError, nearest
from assay.model import SAMPLE_FIELDS, Sample, freeze
from assay.printable import brief, in_lines, printable

TrainerColumn: TypeAlias = "str | tuple[str, Callable[[Any], Any]]"
"""A column's name; or its name and a function of its value, applied row by row."""

READ = ("reference", "tests", "steps", "turns")
"""Fields that a column of the same name fills where a verifier of the rubric reads them."""

TRUTHS = ("reference", "tests")
"""Fields that a column of ground truths may fill."""

CARRIED = ("label", "prompt_id", "group_id")
"""Fields that a column of the same name always fills."""

USUAL = ("answer", "solution", "ground_truth", "target", "final_answer", "gold")
"""What data sets call their reference: an example for an error's fix, never a guess."""


class ColumnNeeds(NamedTuple):
    """What the verifiers of an engine's rubric read."""

    required: Mapping[str, str]
    """Field or ``info.entry`` that every sample must fill -> a verifier that needs it."""
    read: frozenset[str]
    """Fields read by any criterion, be it for some samples only or where they are there."""
    entries: frozenset[str]
    """Entries of `info` that are read."""

    @classmethod
    def of(cls, engine: Engine) -> ColumnNeeds:
        """The needs of the rubric that `engine` scores with."""
        bound = engine.rubric
        plans = [set(plan.keys) for plan in bound.plans().values()]
        always = set.intersection(*plans) if plans else set()
        required: dict[str, str] = {}
        read: set[str] = set()
        entries: set[str] = set()
        for key, offer in bound.offers.items():
            for need in offer.spec.needs:
                field, _, entry = need.rstrip("?").partition(".")
                read.add(field)
                entries.add(entry)
                if key in always and not need.endswith("?"):
                    # the engine finds the peers, by the group's name
                    required.setdefault("group_id" if need == "peers" else need, offer.spec.name)
        return cls(required, frozenset(read), frozenset(entries))


class RowReader:
    """Makes samples of a trainer's batch: columns of the data set, repeated a completion each.

    Args:
        columns: Field of `Sample`, or ``info.NAME`` -> the column that fills it.
        truth: A column, where it is there, that fills `reference` or `tests`: the one that the
            rubric reads; where it reads both, as a switch by data source does, an object (or its
            JSON text) is tests. A column of the field's own name goes before it.

    Raises:
        ConfigError: an unknown field, or what is neither a name nor a name and a function.
    """

    def __init__(self, columns: Mapping[str, TrainerColumn], truth: str | None = None) -> None:
        self._truth = truth
        self._columns: dict[str, tuple[str, Callable[[Any], Any] | None]] = {}
        for field, column in columns.items():
            if field not in SAMPLE_FIELDS and not field.startswith("info."):
                raise ConfigError(
                    f"columns has {brief(field)}, which is not a field of a sample"
                    f"{nearest(field, SAMPLE_FIELDS)}"
                    f"\nfields: {', '.join(SAMPLE_FIELDS)}, info.NAME; columns maps a field to "
                    "the name of a column"
                )
            if field == "completion":
                raise ConfigError("columns maps 'completion', which the trainer itself brings")
            if isinstance(column, str):
                self._columns[field] = (column, None)
            elif (
                isinstance(column, tuple)
                and len(column) == 2
                and isinstance(column[0], str)
                and callable(column[1])
            ):
                self._columns[field] = column
            else:
                raise ConfigError(
                    f"columns[{brief(field)}] is {brief(column)}; "
                    "wanted a column's name, or (a column's name, a function of its value)"
                )

    def read(
        self,
        completions: Sequence[Any],
        given: Mapping[str, Any],
        needs: ColumnNeeds,
        **known: Sequence[Any] | None,
    ) -> list[SampleOrError]:
        """A sample for each completion; the `SampleError` of a row in its place.

        Args:
            completions: Texts, or lists of chat messages.
            given: Everything that the trainer passed by name; its lists of the right length are
                the columns of the data set.
            needs: What the rubric reads.
            **known: Fields that the trainer itself knows, a value each completion: `prompt`,
                `n_tokens`, `step`. A column that is mapped to them goes first.

        Raises:
            ConfigError: a column that is not there, or a field that no column fills although a
                verifier needs it; names the columns that there are.
        """
        count = len(completions)
        table = {
            name: value
            for name, value in given.items()
            if isinstance(value, list | tuple) and len(value) == count
        }
        for name, values in known.items():
            if values is not None and len(values) != count:
                raise ConfigError(f"{len(values)} values of {name!r} for {count} completions")
        self._spread_truth(table, needs)
        fields = {name: values for name, values in known.items() if values is not None}
        sources = self._sources(table, needs, fields)
        rows: list[SampleOrError] = []
        used = {column for column, _ in sources.values()}
        rest = {name: values for name, values in table.items() if name not in used}
        for i, completion in enumerate(completions):
            try:
                info: dict[str, Any] = {}
                for name, values in rest.items():
                    value = values[i] if name in needs.entries else _kept(values[i])
                    if value is not None:
                        info[name] = value
                row = {name: values[i] for name, values in fields.items()}
                for field, (column, function) in sources.items():
                    value = _applied(field, column, function, table[column][i])
                    if field == "info":
                        if isinstance(value, Mapping):
                            info.update(value)
                    elif field.startswith("info."):
                        info[field.partition(".")[2]] = value
                    else:
                        row[field] = value
                # An empty chat is what a model may leave; it is judged, not an error.
                text = "" if isinstance(completion, list) and not completion else completion
                rows.append(Sample(text, info=info, **row))
            except SampleError as err:
                rows.append(err)
        return rows

    def _spread_truth(
        self, table: dict[str, list[Any] | tuple[Any, ...]], needs: ColumnNeeds
    ) -> None:
        """Add the columns `reference` and `tests`, as far as they are read and filled."""
        if self._truth is None or self._truth not in table:
            return
        truths = table[self._truth]
        wanted = [field for field in TRUTHS if field in needs.read]
        for field in wanted:
            if field in table or field in self._columns:
                continue
            if len(wanted) == 1:
                table[field] = truths
                continue
            of_tests = field == "tests"
            values = [truth if _is_suite(truth) == of_tests else None for truth in truths]
            if field in needs.required or any(value is not None for value in values):
                table[field] = values

    def describe(self, row: int, given: Mapping[str, Any]) -> list[str]:
        """Lines of an error that show what the mapped columns hold in a row."""
        lines = []
        for name in sorted({column for column, _ in self._columns.values()} | {"reference"}):
            values = given.get(name)
            if isinstance(values, list | tuple) and row < len(values):
                lines.append(f"  column {name!r}: {printable(repr(values[row]), 200)}")
        return lines

    def _sources(
        self, table: Mapping[str, Any], needs: ColumnNeeds, known: Iterable[str]
    ) -> dict[str, tuple[str, Callable[[Any], Any] | None]]:
        """Field -> its column, for this batch."""
        names = in_lines(sorted(table)) or "none"
        for field, (column, _) in self._columns.items():
            if column not in table:
                raise ConfigError(
                    f"no column {brief(column)}, which columns maps to {brief(field)}"
                    f"{nearest(column, table)}\n  columns of the data set: {names}"
                )
        auto = [name for name in READ if name in needs.read] + [*CARRIED, "info"]
        sources: dict[str, tuple[str, Callable[[Any], Any] | None]] = {
            name: (name, None) for name in auto if name in table
        }
        sources.update(self._columns)
        there = {*sources, *known, "completion"}
        for need, verifier in needs.required.items():
            entry = need.partition(".")[2]
            if need in there or (entry and (entry in table or "info" in there)):
                continue
            usual = [name for name in USUAL if name in table and need == "reference"]
            example = usual[0] if usual else "NAME"
            raise ConfigError(
                f"no column fills {need!r}, which {verifier} needs"
                f"\n  columns of the data set: {names}"
                f'\n  fix: name the column that holds it, e.g. columns={{"{need}": "{example}"}}'
            )
        return sources


def _applied(field: str, column: str, function: Callable[[Any], Any] | None, value: Any) -> Any:
    if function is None:
        return value
    try:
        return function(value)
    except SampleError as err:
        raise SampleError(f"column {brief(column)} {err}") from err
    except Exception as err:
        name = getattr(function, "__name__", type(function).__name__)
        raise SampleError(
            f"{name} of column {brief(column)}, for {brief(field)}, raised "
            f"{type(err).__name__}: {err}"
        ) from err


def _is_suite(truth: Any) -> bool:
    """Whether a ground truth holds tests: an object, or one as text, as columnar files hold it."""
    return isinstance(truth, Mapping) or (isinstance(truth, str) and truth.lstrip()[:1] == "{")


def _kept(value: Any) -> Any:
    """A value for `info`; None for what is not JSON (an image, a tensor): it stays outside."""
    if isinstance(value, str | int | float) or value is None:
        return value
    if not isinstance(value, list | tuple | dict):
        return None
    try:
        return freeze(value)
    except SampleError:
        return None
