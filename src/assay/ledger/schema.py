"""The columns of a shard. Stable: a column is added, never renamed or given another meaning.

What an analysis touches for every row is typed; what is read row by row (a verdict's parts, the
tests of a program) is JSON text, always valid JSON.
"""

from __future__ import annotations

from functools import cache
from typing import Any, NamedTuple

VERSION = "1"
"""In each shard's metadata; raised when a reader of the old one would misread the new one."""

VERSION_KEY = b"assay.ledger"
RUBRIC_KEY = b"assay.rubric"
HASH_KEY = b"assay.rubric_hash"
ASSAY_KEY = b"assay.version"


class Column(NamedTuple):
    """One column of a shard."""

    name: str
    kind: str
    """``text``, ``json``, ``int64``, ``double``, ``time``, ``list<double>`` or ``terms``."""
    about: str


COLUMNS = (
    # who wrote it, and when
    Column("run", "text", "one engine's ledger and its forked children: 32 hex digits"),
    Column("writer", "text", "the process that wrote it, as in the shard's name: 32 hex digits"),
    Column("host", "text", "name of the machine"),
    Column("pid", "int64", "id of the process"),
    Column("seq", "int64", "number of the reward in its writer, from 0; a gap is a lost reward"),
    Column("at", "time", "when the reward was given; microseconds, UTC"),
    Column("call", "int64", "number of the call (`verify`, `verify_batch`, ...) in its writer"),
    Column("index", "int64", "place of the sample in its call, from 0"),
    Column("place", "text", "`file:line` of the row, for `assay verify`"),
    # the sample
    Column("step", "int64", "step of training"),
    Column("prompt_id", "text", ""),
    Column("group_id", "text", ""),
    Column("label", "json", "what is known to be true of the completion"),
    Column("label_number", "double", "the label where it is a number; 1 for true, 0 for false"),
    Column("n_tokens", "int64", "length of the completion in tokens"),
    Column("n_chars", "int64", "length of `completion` in characters"),
    Column("finish_reason", "text", ""),
    Column("completion", "text", "the text that was judged; of a chat, the assistant's last"),
    Column("completion_chat", "json", "the messages, where the completion was a chat"),
    Column("prompt", "text", "the prompt; of a chat, its messages' texts with blank lines between"),
    Column("prompt_chat", "json", "the messages, where the prompt was a chat"),
    Column("reference", "json", "the right answer, or a list of them"),
    Column("tests", "json", "the tests of a program"),
    Column("steps", "json", "steps that the data set brought"),
    Column("turns", "json", "the turns of a multi-turn completion"),
    Column("info", "json", "every other column of the row, as an object"),
    # the reward
    Column("rubric", "text", "as it was asked for: a preset's name, a path; else its kind"),
    Column("rubric_hash", "text", "16 hex digits; the rubric itself is in the shard's metadata"),
    Column("signature", "text", "same signature, same sample: same reward"),
    Column("status", "text", "`scored`, `unscored` or `invalid`"),
    Column("reward", "double", "null where `status` is not `scored`"),
    Column("terms", "terms", "the receipt, in the rubric's order; see below"),
    Column("turns_reward", "list<double>", "a value per turn, for rubrics over turns"),
    Column("error", "text", "why it is `invalid` or `unscored`"),
    Column("seconds", "double", "time of its verifiers together"),
    Column("verdicts", "json", "criterion -> verdict, whole: parts, feedback and details too"),
    # what the columns above cannot hold
    Column("exact", "json", "fields whose column holds less than they did; null for nearly all"),
    Column("raw", "json", "a row that could not become a sample, as it was"),
)

TERM = (
    Column("key", "text", "the criterion's key"),
    Column("verifier", "text", "with its version; empty for what a composer adds or takes"),
    Column("weight", "double", ""),
    Column("score", "double", "as the composer used it: what stood in where the verdict had none"),
    Column("contribution", "double", "its share of the reward; they add up to it"),
    Column("status", "text", "of its verdict; null where none was asked for under this key"),
    Column("verdict_score", "double", "as the verifier gave it; null unless `judged`"),
    Column("because", "text", "its verdict's sentence"),
    Column("seconds", "double", "the time of its verdict"),
)

TEXTS = tuple(c.name for c in COLUMNS if c.kind == "text")
INTEGERS = tuple(c.name for c in COLUMNS if c.kind == "int64")


@cache
def arrow_schema() -> Any:
    """The columns as a `pyarrow.Schema`."""
    import pyarrow as pa

    kinds: dict[str, Any] = {
        "text": pa.string(),
        "json": pa.string(),
        "int64": pa.int64(),
        "double": pa.float64(),
        "time": pa.timestamp("us", tz="UTC"),
        "list<double>": pa.list_(pa.float64()),
    }
    kinds["terms"] = pa.list_(pa.struct([(c.name, kinds[c.kind]) for c in TERM]))
    return pa.schema([(c.name, kinds[c.kind]) for c in COLUMNS])
