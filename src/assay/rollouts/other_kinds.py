"""What a file is instead of rows, as far as its first bytes tell, and how to mend it."""

from __future__ import annotations

import errno
import os

from assay.printable import in_line

UNSAFE = (".pkl", ".pickle", ".pt", ".pth", ".ckpt", ".joblib", ".npy", ".npz")
"""Loading one of these runs what is in it, or may."""

FOREIGN = {
    b"\x28\xb5\x2f\xfd": ("is compressed with zstd", "zstd -d FILE"),
    b"BZh": ("is compressed with bzip2", "bunzip2 -k FILE"),
    b"\xfd7zXZ": ("is compressed with xz", "unxz -k FILE"),
    b"ARROW1": ("is an Arrow file", "write it as Parquet or JSONL"),
    b"SQLite format 3": ("is an SQLite database", "write its rows as JSONL"),
}
"""First bytes -> what the file is, and how its rows can be read."""

_ARCHIVES = {
    b"PK\x03\x04": ("is a ZIP archive", "unzip FILE, and name what was in it"),
    b"%PDF": ("is a PDF", "rows are JSONL, JSON, CSV or Parquet"),
    b"\x89HDF": ("is an HDF5 file", "write its rows as JSONL or Parquet"),
}
"""The same, of files that a reader of logs may yet know."""


def may_run_code(path: str, head: bytes) -> bool:
    """Whether a file looks as one that runs what is in it when it is loaded: a pickle."""
    pickled = head[:1] == b"\x80" and head[1:2] in (b"\x02", b"\x03", b"\x04", b"\x05")
    return pickled or path.lower().endswith(UNSAFE) or head.startswith(b"\x93NUMPY")


def foreign(head: bytes) -> tuple[str, str] | None:
    """What a file is whose format nobody here reads, and what to do; None of all others."""
    return next((known for start, known in FOREIGN.items() if head.startswith(start)), None)


def misread(name: str, head: bytes, by_line: bool) -> str | None:
    """What a file is instead of rows in UTF-8, where its first bytes tell, and how to mend it.

    Args:
        name: Of the file, for the message.
        head: Its first bytes, unpacked.
        by_line: Whether it is to be read as a row a line.
    """
    name = in_line(name)
    encoding = _wide_encoding(head)
    if encoding is not None:
        return (
            f"{name}: is text in {encoding}, must be UTF-8"
            f"\nfix: iconv -f {encoding} -t UTF-8 FILE > NEW_FILE"
        )
    if may_run_code("", head):
        return (
            f"{name}: may hold a pickle, which runs code when it is loaded; never read"
            "\nfix: write its rows as JSONL or Parquet, where you trust the file"
        )
    for start, (what, fix) in {**FOREIGN, **_ARCHIVES}.items():
        if head.startswith(start):
            return f"{name}: {what}, must be rows as JSONL, JSON, CSV or Parquet\nfix: {fix}"
    if not by_line:
        return None
    first, ended, rest = head.removeprefix(b"\xef\xbb\xbf").lstrip().partition(b"\n")
    begun = first.rstrip()
    if not ended or not rest or begun not in (b"[", b"{"):
        return None
    if begun == b"[":
        return (
            f"{name}: is one list in JSON over several lines, "
            "must have one row on each line (JSONL)"
            "\nfix: give the file a name that ends in .json, or: jq -c '.[]' FILE > NEW_FILE"
        )
    return (
        f"{name}: has rows over several lines, must have one row on each line (JSONL)"
        "\nfix: jq -c . FILE > NEW_FILE"
    )


def _wide_encoding(head: bytes) -> str | None:
    """UTF-16 or UTF-32, by the mark at the beginning, or by the null bytes beside ASCII letters."""
    if head[:4] in (b"\xff\xfe\0\0", b"\0\0\xfe\xff"):
        return "UTF-32"
    if head[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return "UTF-16"
    for width, wide in ((4, "UTF-32"), (2, "UTF-16")):
        whole = head[: len(head[:64]) // width * width]
        units = [whole[i : i + width] for i in range(0, len(whole), width)]
        nulls = b"\0" * (width - 1)
        for form, at in (("LE", 0), ("BE", width - 1)):
            letters = [unit[at] for unit in units]
            others = {unit[:at] + unit[at + 1 :] for unit in units}
            if len(units) > 1 and others == {nulls} and all(letters):
                return f"{wide}{form}"
    return None


def os_words(path: str | os.PathLike[str], err: OSError) -> str:
    """Why a path cannot be opened, for whoever has to mend it."""
    path = os.fspath(path)
    if err.errno == errno.ELOOP:
        return "is a symbolic link that leads round to itself\nfix: name the file itself"
    if err.errno == errno.ENOENT and os.path.islink(path):
        target = in_line(os.readlink(path))
        return f"is a symbolic link to {target}, which is not there\nfix: name the file itself"
    if err.errno == errno.EACCES:
        return f"{err.strerror}\nfix: chmod u+r FILE, or run as a user who may read it"
    if err.errno == errno.EISDIR:
        return f"{err.strerror}\nfix: name the files in it"
    return err.strerror or str(err)
