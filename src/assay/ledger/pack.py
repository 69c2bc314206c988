"""From rewards to one shard: what every shard of a ledger says of itself, and what does not fit.

A reward that cannot be encoded is left out and counted; it costs no other.
"""

from __future__ import annotations

import hashlib
import json
import socket
import uuid
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from assay.ledger.encode import Entry, Head, table_of
from assay.ledger.schema import ASSAY_KEY, HASH_KEY, RUBRIC_KEY, VERSION, VERSION_KEY
from assay.ledger.shard import open_folder, reason, shard_name, write_shard


class LeftOut(NamedTuple):
    """Rewards that are in no shard."""

    rows: int
    why: str
    """Of the last of them; empty where there is none."""


class Packer:
    """Writes the shards of one ledger.

    Args:
        folder: Where to; made if need be.
        rubric_name: As the user asked for it.
        rubric: The rubric as a dict.

    Raises:
        RolloutsError: the folder cannot be made or written.
    """

    def __init__(self, folder: str, rubric_name: str, rubric: Mapping[str, Any]) -> None:
        self._folder = folder
        self._host = socket.gethostname()
        open_folder(folder, self._host)
        self._run = uuid.uuid4().hex
        text = json.dumps(rubric, separators=(",", ":"))
        self._rubric = (rubric_name, hashlib.sha256(text.encode()).hexdigest()[:16])
        self._metadata = {
            VERSION_KEY: VERSION.encode(),
            ASSAY_KEY: _version().encode(),
            HASH_KEY: self._rubric[1].encode(),
            RUBRIC_KEY: text.encode(),
        }

    def write(self, batch: Sequence[Entry], writer: str, pid: int, number: int) -> LeftOut:
        """Bring rewards to the disk; tells which of them could not be encoded.

        Args:
            batch: At least one reward.
            writer: Id of who writes.
            pid: Of its process.
            number: Of the shard, among the writer's; a second one of that number replaces it.

        Raises:
            OSError: the shard cannot be written.
        """
        import pyarrow

        head = Head(self._run, writer, self._host, pid, *self._rubric)
        tables, left_out = self._encoded(batch, head)
        if tables:
            table = tables[0] if len(tables) == 1 else pyarrow.concat_tables(tables)
            write_shard(self._folder, shard_name(self._host, pid, writer, number), table)
        return left_out

    def _encoded(self, batch: Sequence[Entry], head: Head) -> tuple[list[Any], LeftOut]:
        """Tables of all rewards that can be encoded."""
        try:
            return [table_of(batch, head, self._metadata)], LeftOut(0, "")
        except Exception as err:  # a text of 2 GB, or a fault of ours: find the row, keep the rest
            if len(batch) == 1:
                return [], LeftOut(1, reason(err))
            half = len(batch) // 2
            first, one = self._encoded(batch[:half], head)
            second, other = self._encoded(batch[half:], head)
            return first + second, LeftOut(one.rows + other.rows, other.why or one.why)


def _version() -> str:
    from assay import __version__

    version: str = __version__
    return version
