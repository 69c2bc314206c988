"""A sample as it travels: what is large and shared stands apart from it, and is sent once.

The text of a parcel is the sample as a JSON object; or, where values stand apart, an array of
their digests by field and of the object without them.
"""

from __future__ import annotations

import hashlib
from typing import Any, NamedTuple

from assay import forks
from assay.engine.workers import contents
from assay.engine.workers.contents import DIGEST_BYTES, Content, Recent
from assay.engine.workers.frames import dumps, loads
from assay.model import JSON, Sample
from assay.model.frozen import FrozenDict, freeze

_SHARED = ("tests", "prompt", "reference")
"""Fields that the samples of a group have in common, besides the entries of `info`. The completion,
its steps and its turns are each sample's own: to keep them would be for nothing."""

_ENTRY = "info."

NODES = 2_000
"""Parts of a value that are looked at one by one, in some 0.2 ms; a megabyte takes 4 to encode."""


class Parcel(NamedTuple):
    """A sample for a worker."""

    text: bytes
    """Equal for equal samples, and for no others."""
    contents: tuple[Content, ...] = ()


_lock = forks.Lock()
_known: Recent[tuple[Any, Any, Content]] = Recent()
"""What was made of values lately, so that those of a group are not encoded for each sample."""


def pack(plain: dict[str, JSON]) -> Parcel:
    """The sample, from its fields as `Sample.to_json` gives them. Encodes each of them once.

    Raises:
        ValueError, TypeError, RecursionError: it is not JSON.
    """
    if not _may_be_large(plain):
        return Parcel(dumps(plain))
    apart: dict[str, str] = {}
    found: list[Content] = []

    def one(field: str, value: JSON) -> bytes | None:
        """Its JSON text; None once it stands apart."""
        text = _large(field, value) if _large_perhaps(value) else dumps(value)
        if isinstance(text, bytes):
            return text
        apart[field] = text.digest.hex()
        found.append(text)
        return None

    parts = []
    for name, value in plain.items():
        if name == "info":
            # an entry that stands apart leaves its key behind: the order of keys is the sample's
            entries = ((dumps(key), one(_ENTRY + key, entry)) for key, entry in value.items())
            text: bytes | None = (
                b"{" + b",".join(k + b":" + (t or b"null") for k, t in entries) + b"}"
            )
        else:
            text = one(name, value) if name in _SHARED else dumps(value)
        if text is not None:
            parts.append(b'"%s":%s' % (name.encode("ascii"), text))
    row = b"{" + b",".join(parts) + b"}"
    return Parcel(b"[%s,%s]" % (dumps(apart), row), tuple(found)) if found else Parcel(row)


def _may_be_large(plain: dict[str, JSON]) -> bool:
    if any(_large_perhaps(plain.get(name)) for name in _SHARED):
        return True
    return "info" in plain and any(map(_large_perhaps, plain["info"].values()))


def _large_perhaps(value: JSON) -> bool:
    """Whether it has to be looked at more closely: a container tells its size only once encoded."""
    if isinstance(value, str):
        return len(value) >= contents.LARGE_BYTES
    return isinstance(value, dict | list | tuple)


def _large(field: str, value: JSON) -> Content | bytes:
    """The value, apart; or its JSON text, where that is short."""
    # A text is known by what is in it; anything else by the identity of what is in it, since 1 and
    # 1.0 are equal and are not the same in JSON.
    name: Any = value if isinstance(value, str) else _identity(value)
    key = b"%d" % hash((field, name))
    with _lock:
        if key in _known:
            before, _, content = _known.use(key)
            if before == name and content.field == field:
                return content
    data = dumps(value)
    if len(data) < contents.LARGE_BYTES:
        return data
    label = dumps(field) + b"\n"
    digest = hashlib.blake2b(label + data, digest_size=DIGEST_BYTES).digest()
    with _lock:
        # one text in memory, of however many samples that were read one by one
        content = _known.use(digest)[2] if digest in _known else Content(digest, field, data)
        _known.put(digest, len(data), (None, None, content))
        _known.put(key, len(data), (name, value, content))  # held, its identities stay its own
    return content


def _identity(value: JSON) -> tuple[Any, ...]:
    """Types, keys and identities that no other value has while this one is held.

    Samples that were made with one and the same mapping have frozen it anew, each for itself, and
    share what is in it. A value of more than `NODES` parts is known by itself alone: to walk
    through it takes as long as to encode it.
    """
    found: list[Any] = []
    left = [value]
    while left:
        part = left.pop()
        if isinstance(part, dict):
            found += (dict, len(part), *map(id, part))
            left += part.values()
        elif isinstance(part, list | tuple):
            found += (list, len(part))
            left += part
        else:
            found.append(id(part))
        if len(found) + len(left) > NODES:
            return (id(value),)
    return tuple(found)


def content_payload(content: Content) -> bytes:
    """A content for its frame; `Unpacker.keep` reads it."""
    return b"%s%s\n%s" % (content.digest, dumps(content.field), content.data)


# -- in a worker -----------------------------------------------------------------------------------


class ContentMissing(Exception):
    """A parcel names a content that is not here, or no more."""


class _Unreadable(NamedTuple):
    """In place of a content that could not be read: why."""

    error: Exception


class Opened(NamedTuple):
    """A parcel with the values that it names."""

    row: bytes | dict[str, Any]
    values: dict[str, Any]

    def sample(self) -> Sample:
        """The sample; those of one content share one and the same value.

        Raises:
            ValueError: its text is not JSON.
            Exception: what reading one of its contents raised.
        """
        row = loads(self.row) if isinstance(self.row, bytes) else self.row
        sample = Sample.from_row(row)
        entries = {}
        for field, value in self.values.items():
            if isinstance(value, _Unreadable):
                raise value.error
            if field.startswith(_ENTRY):
                entries[field.removeprefix(_ENTRY)] = value
            else:  # checked and frozen already, and nobody has seen the sample yet
                object.__setattr__(sample, field, value)
        if entries:
            info = FrozenDict({key: entries.get(key, value) for key, value in sample.info.items()})
            object.__setattr__(sample, "info", info)
        return sample


class Unpacker:
    """What a worker keeps of the contents that it was sent.

    Args:
        limit: See `Recent`.
    """

    def __init__(self, limit: int = contents.STORE_BYTES) -> None:
        self._held: Recent[Any] = Recent(limit)

    def keep(self, payload: bytes) -> None:
        """Read a content and keep it; what cannot be read is reported when a sample needs it."""
        digest, rest = payload[:DIGEST_BYTES], payload[DIGEST_BYTES:]
        label, _, data = rest.partition(b"\n")
        value: Any
        try:
            value = _as_field(loads(label), loads(data))
        except Exception as err:  # no memory for it, most of all
            value = _Unreadable(err)
        self._held.put(digest, len(data), value)

    def open(self, text: bytes) -> Opened:
        """A parcel with its contents, as they are now.

        Raises:
            ContentMissing: one is not here.
        """
        if not text.startswith(b"["):
            return Opened(text, {})
        apart, row = loads(text)
        try:
            values = {field: self._held.use(bytes.fromhex(d)) for field, d in apart.items()}
        except KeyError:
            raise ContentMissing from None
        return Opened(row, values)


def _as_field(field: str, value: JSON) -> Any:
    if field.startswith(_ENTRY):
        return freeze(value, field)
    return getattr(Sample.from_row({"completion": "", field: value}), field)
