"""The queries that take fields out of rows.

Names from a log reach a query only as quoted text inside a JSON pointer or path.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from assay.audit.frame import ROW_STATUSES, STATUSES
from assay.audit.logs.layout import Layout, Path, pointer

UNKNOWN = -2
"""A status that is none."""

FIGURES, WORDS = "figures", "words"
"""Lists of doubles, and of JSON strings, that stand beside the rows of a table: its receipts."""


def literal(text: str) -> str:
    """`text` as SQL.

    >>> print(literal("a'b"))
    'a''b'
    """
    pieces = ["'" + piece.replace("'", "''") + "'" for piece in text.split("\0")]
    return pieces[0] if len(pieces) == 1 else "(" + " || chr(0) || ".join(pieces) + ")"


def name(text: str) -> str:
    """`text` as the name of a column."""
    return '"' + text.replace('"', '""') + '"'


@dataclass
class Fragments:
    """Pieces of rows, as JSON text: each path is looked up once, all of them in one parse."""

    objects: bool = True
    """Whether a score may stand in an object, as its ``score`` or ``value``."""
    beside: Mapping[Path, str] = field(default_factory=dict)
    """Paths that stand beside the rows, of a table's own types: see `table_sql.Figures`."""
    _paths: dict[Path, int] = field(default_factory=dict)
    _scores: dict[Path, int] = field(default_factory=dict)
    _numbers: dict[Path, int] = field(default_factory=dict)

    def at(self, path: Path) -> str:
        """SQL of the JSON text there; null where nothing is."""
        if path in self.beside:
            return f"{self.beside[path]}::VARCHAR"
        place = self._paths.setdefault(path, len(self._paths) + 1)
        return f"x[{place}]"

    # All numbers are made by one expression, however many there are: planning an expression for
    # each takes seconds for fifty of them.

    def number(self, path: Path) -> str:
        """SQL of the double there, as `number`."""
        if path in self.beside:
            sql = self.beside[path]
            return sql if sql.startswith(FIGURES) else number(sql)
        return f"n[{self._numbers.setdefault(path, len(self._numbers) + 1)}]"

    def score(self, path: Path) -> str:
        """The same, of a score."""
        return f"v[{self._scores.setdefault(path, len(self._scores) + 1)}]"

    def select(self, columns: Mapping[str, str], more: Sequence[str] = ()) -> str:
        """The whole query: `columns` are made of fragments, `more` stand beside the rows."""
        paths = (*self._scores, *self._numbers, *self._paths)
        extract = "NULL::VARCHAR[]"
        if paths:
            quoted = ", ".join(literal(pointer(path)) for path in paths)
            extract = f"json_extract(doc, [{quoted}])::VARCHAR[]"
        beside = "".join(f", {column}" for column in more)
        wanted = ", ".join(["i", *(f"{sql} AS {name(c)}" for c, sql in columns.items())])
        table = f"SELECT i{beside}, {extract} AS x FROM batch"  # noqa: S608
        scores, numbers = len(self._scores), len(self._scores) + len(self._numbers)
        if numbers:
            texts = f"x[1:{scores}]"
            if self.objects:
                texts = f"list_transform({texts}, lambda f: {_value('f')})"
            made = (
                f"list_transform({texts}, lambda f: {number('f')}) AS v, "
                f"list_transform(x[{scores + 1}:{numbers}], lambda f: {number('f')}) AS n"
            )
            table = f"SELECT i{beside}, {made}, x[{numbers + 1}:] AS x FROM ({table})"  # noqa: S608
        return f"SELECT {wanted} FROM ({table})"  # noqa: S608


def first(parts: Sequence[str]) -> str:
    """The first that is neither missing nor null."""
    if not parts:
        return "NULL::VARCHAR"
    parts = [f"nullif({part}, 'null')" for part in parts]
    return parts[0] if len(parts) == 1 else f"coalesce({', '.join(parts)})"


def number(fragment: str) -> str:
    """A double: null where nothing is there, NaN where it is not a number."""
    other = f"CASE {fragment} WHEN 'true' THEN 1.0 WHEN 'false' THEN 0.0 ELSE 'nan'::DOUBLE END"
    return (
        f"coalesce(TRY_CAST({fragment} AS DOUBLE), "
        f"CASE WHEN {fragment} IS NOT NULL AND {fragment} <> 'null' THEN {other} END)"
    )


def text(fragment: str) -> str:
    """What a JSON string says; other values as their JSON; null where it is empty."""
    return (
        f"CASE WHEN starts_with({fragment}, '\"') "
        f"THEN nullif(json_extract_string({fragment}::JSON, '$'), '') ELSE {fragment} END"
    )


def hashed(sql: str) -> str:
    """The first 8 bytes of the text's MD5, little-endian; null for null."""
    return f"(md5_number({sql}) & 18446744073709551615::UHUGEINT)::UBIGINT"


def place_in(fragment: str, names: Sequence[str]) -> str:
    """Where a JSON string stands in `names`; -1 where it is missing, `UNKNOWN` elsewhere."""
    cases = " ".join(f"WHEN '\"{n}\"' THEN {i}" for i, n in enumerate(names))
    return f"(CASE WHEN {fragment} IS NULL THEN -1 ELSE CASE {fragment} {cases} ELSE {UNKNOWN} END END)::TINYINT"  # noqa: E501


CHARS = "chars"
PROMPT = "prompt"
"""Columns that stand beside the rows of a table: its text need not go through JSON."""


@dataclass(frozen=True)
class Wanted:
    """What to look for in a batch."""

    criteria: Sequence[str]
    strata: Sequence[str]
    """Fields to tell rows apart by."""
    present: frozenset[str]
    """Keys that its rows have."""
    verdicts: frozenset[str]
    """Keys that its rows' verdicts have."""
    scored: frozenset[str]
    """Keys of ``scores`` in rows that have neither terms nor verdicts."""
    receipts: bool
    """Whether any row has terms or verdicts."""
    turns: Mapping[str, int] | None
    """Criterion that is judged once a turn -> how many turns to look for; None where no row has
    turns."""
    characters: bool
    """Whether lengths are counted in characters."""


def row_query(
    layout: Layout,
    wanted: Wanted,
    beside: Sequence[str],
    receipts: Mapping[Path, str] | None = None,
) -> str:
    """The query of a batch: every column of the frame, named as `Extractor` wants them.

    Args:
        layout: Where the fields stand.
        wanted: What to look for; what no row has is null without looking.
        beside: Of `CHARS` and `PROMPT`, those that are there.
        receipts: What stands in `FIGURES` and `WORDS`, and where.
    """
    objects = bool(layout.chosen) or layout.criteria != "columns"
    fragments = Fragments(objects, receipts or {})

    def at(field_name: str) -> str:
        there = [path for path in layout.places(field_name) if path[0] in wanted.present]
        return first([fragments.at(path) for path in there])

    columns = {
        "reward": number(at("reward")),
        "row_status": place_in(at("status"), ROW_STATUSES),
        "step": number(at("step")),
        "n_tokens": number(at("n_tokens")),
        "label": at("label"),
        "finish_reason": text(at("finish_reason")),
        "truncated": at("truncated"),
        "signature": text(at("signature")),
        "rubric": text(at("rubric")),
    }
    prompt = "prompt" if PROMPT in beside else text(at("prompt"))
    keys = {
        "i": f"'i:' || {text(at('prompt_id'))}",
        "p": f"'p:' || {prompt}",
        "g": f"'g:' || {text(at('group_id'))}",
    }
    columns["prompt"] = hashed(f"coalesce({keys['i']}, {keys['p']}, {keys['g']})")
    columns["group"] = hashed(f"coalesce({keys['g']}, {keys['i']}, {keys['p']})")
    if not wanted.characters:
        columns["n_chars"] = "NULL::DOUBLE"
    elif layout.fields.get("n_chars"):
        columns["n_chars"] = number(at("n_chars"))
    elif CHARS in beside:
        columns["n_chars"] = "chars::DOUBLE"
    else:
        completion = at("completion")
        is_text = f"starts_with({completion}, '\"')"
        columns["n_chars"] = (
            f"CASE WHEN {is_text} THEN length(json_extract_string({completion}::JSON, '$'))"
            "::DOUBLE END"
        )
        columns["chat"] = f"CASE WHEN NOT {is_text} THEN {completion} END"
    for i, places in enumerate(layout.paths.values()):
        there = [fragments.at(p) for p in places if p[0] in wanted.present]
        columns[f"there.{i}"] = f"coalesce({', '.join([*there, 'NULL'])}) IS NOT NULL"
    for i, stratum in enumerate(wanted.strata):
        columns[f"stratum.{i}"] = text(at(stratum))
    for i, criterion in enumerate(wanted.criteria):
        columns.update(_criterion(layout, criterion, fragments, i, wanted))
    if wanted.turns is not None:
        rewards = at("turns_reward")
        columns["turns"] = f"TRY_CAST({rewards}::JSON AS DOUBLE[])"
        for i, (criterion, count) in enumerate(wanted.turns.items()):
            scores = [
                fragments.number(("verdicts", f"{criterion}#{t}", "score")) for t in range(count)
            ]
            columns[f"turn.{i}"] = f"[{', '.join(scores)}]"
    lists = {sql.partition("[")[0] for sql in (receipts or {}).values()}
    return fragments.select(columns, [*beside, *sorted(lists)])


def _criterion(
    layout: Layout, key: str, fragments: Fragments, i: int, wanted: Wanted
) -> dict[str, str]:
    def at(*path: str) -> str:
        return fragments.at(path)

    if layout.chosen:
        there = [fragments.score(p) for p in layout.chosen[key] if p[0] in wanted.present]
        return {f"score.{i}": f"coalesce({', '.join([*there, 'NULL::DOUBLE'])})"}
    if layout.criteria == "columns":
        return {f"score.{i}": fragments.score((key,))}
    if layout.criteria == "scores":
        return {f"score.{i}": fragments.score((*layout.scores, key))}
    bare = "NULL::DOUBLE"
    if key in wanted.scored:
        bare = fragments.score((*layout.scores, key))
        if not wanted.receipts:
            return {f"score.{i}": bare}
        bare = f"CASE WHEN {at('terms')} IS NULL AND {at('verdicts')} IS NULL THEN {bare} END"
    said, verdict = "NULL::VARCHAR", "NULL::DOUBLE"
    if key in wanted.verdicts:
        said = at("verdicts", key, "status")
        verdict = fragments.number(("verdicts", key, "score"))
    elif layout.noted:
        said = at("terms", key, "status")
        verdict = fragments.number(("terms", key, "verdict_score"))
    elif turns := (wanted.turns or {}).get(key):
        said = first_unjudged([at("verdicts", f"{key}#{t}", "status") for t in range(turns)])
    status = place_in(first([said]), STATUSES)
    # what stood in for a missing score is not a score
    term = fragments.number(("terms", key, "score"))
    score = f"CASE WHEN {status} <= 0 THEN coalesce({term}, {verdict}, {bare}) END"
    return {
        f"score.{i}": score,
        f"contribution.{i}": fragments.number(("terms", key, "contribution")),
        f"weight.{i}": fragments.number(("terms", key, "weight")),
        f"status.{i}": status,
    }


def first_unjudged(fragments: Sequence[str]) -> str:
    """Of a criterion's verdicts, one a turn: the first status that is not ``judged``."""
    judged = "'\"judged\"'"
    there = [first([fragment]) for fragment in fragments]
    others = [f"nullif({fragment}, {judged})" for fragment in there]
    return f"coalesce({', '.join([*others, *there])})"


def _value(fragment: str) -> str:
    """A score that may stand in an object."""
    found = first([fragment])
    inside = first([f"json_extract({found}::JSON, '$.{k}')::VARCHAR" for k in ("score", "value")])
    return f"CASE WHEN starts_with({found}, '{{') THEN {inside} ELSE {found} END"


def keys_of(layout: Layout) -> str:
    """Keys of the row, of its terms, its verdicts, its scores."""
    paths = ["''", "'/terms'", "'/verdicts'", literal(pointer(layout.scores))]
    return f"json_keys(doc, [{', '.join(paths)}])"


def keys_query(layout: Layout) -> str:
    """The different sets of keys that the rows of a batch have, each with its first row."""
    return f"SELECT {keys_of(layout)} AS k, min(i) FROM batch GROUP BY k"  # noqa: S608
