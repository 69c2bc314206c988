"""``data.sql``: does a query give the rows that the reference gives?

The query is a model's: it runs in a worker, against a database in memory that the row sets up,
under an authoriser that allows reading alone, with bounded steps, rows and text.
"""

from __future__ import annotations

import re
import sqlite3
from collections import Counter
from typing import Any

from assay import ReferenceUnreadable, Sample, Verdict

from assay_data.params import SqlParams

NAME = "data.sql@1"
MOST_CHARS = 20_000
MOST_VALUE_BYTES = 1_000_000

_FENCE = re.compile(r"```(?:sql|sqlite|SQL)?[ \t]*\n(.*?)\n?[ \t]*```", re.DOTALL)
_READS = {
    sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_FUNCTION, sqlite3.SQLITE_RECURSIVE,
}  # fmt: skip
_NEVER = {"load_extension", "readfile", "writefile", "edit", "fts3_tokenizer"}


class QueryFailed(Exception):
    """It gives no rows; says why."""


class Sql:
    """1 where the last query of the answer gives the rows of the reference, else 0."""

    def __init__(self, params: SqlParams | None = None) -> None:
        self._params = params or SqlParams()

    def verify(self, sample: Sample) -> Verdict:
        """Judge one answer.

        Raises:
            ReferenceUnreadable: the row's set-up or its reference query fails.
        """
        setup = sample.info.get("schema_sql")
        if not isinstance(setup, str) or not setup.strip():
            raise ReferenceUnreadable("info.schema_sql holds no SQL that sets up the tables")
        database = sqlite3.connect(":memory:", isolation_level=None)
        try:
            try:
                database.executescript(setup)
                self._confine(database)
                wanted = self._rows(database, str(sample.reference))
            except (sqlite3.Error, QueryFailed) as err:
                raise ReferenceUnreadable(f"the row's SQL fails: {err}") from None
            query = query_of(sample.answer)
            if not query:
                return Verdict.judged(NAME, 0.0, "no query in the answer")
            try:
                given = self._rows(database, query)
            except (sqlite3.Error, QueryFailed, UnicodeError, ValueError) as err:
                because = f"the query fails: {str(err)[:200]}"
                return Verdict.judged(NAME, 0.0, because, feedback=because)
        finally:
            database.close()
        same = given == wanted if self._params.ordered else Counter(given) == Counter(wanted)
        because = f"{len(given)} rows, {'as' if same else 'not those of'} the reference"
        return Verdict.judged(NAME, float(same), because)

    def _confine(self, database: sqlite3.Connection) -> None:
        left = self._params.steps

        def step() -> int:
            nonlocal left
            left -= 1000
            return int(left < 0)

        def allowed(action: int, one: str | None, two: str | None, *_: Any) -> int:
            if action not in _READS or (two or "").lower() in _NEVER:
                return sqlite3.SQLITE_DENY
            return sqlite3.SQLITE_OK

        database.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, MOST_VALUE_BYTES)
        database.setlimit(sqlite3.SQLITE_LIMIT_EXPR_DEPTH, 200)
        database.set_authorizer(allowed)
        database.set_progress_handler(step, 1000)

    def _rows(self, database: sqlite3.Connection, query: str) -> list[tuple[Any, ...]]:
        rows = database.execute(query).fetchmany(self._params.most_rows + 1)
        if len(rows) > self._params.most_rows:
            raise QueryFailed(f"more than {self._params.most_rows} rows")
        return [tuple(_plain(value) for value in row) for row in rows]


def _plain(value: Any) -> Any:
    """Floats to twelve digits: sums in another order differ in the last."""
    return float(f"{value:.12g}") if isinstance(value, float) else value


def query_of(answer: str) -> str:
    """The last fenced query; without fences, the whole answer."""
    text = answer.strip()
    if len(text) > MOST_CHARS or "\0" in text:
        return ""
    fences = _FENCE.findall(text)
    return (fences[-1] if fences else text).strip().rstrip(";").strip()
