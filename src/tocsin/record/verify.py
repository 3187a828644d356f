"""Check a journal from its own bytes: nothing missing, nothing changed."""

from collections.abc import Iterator
from typing import Literal

import msgspec

from tocsin.model.errors import BadStorage
from tocsin.record.entry import Entry, leaf_hash, salted_hash
from tocsin.record.reader import JournalReader

Fault = Literal["gap", "stream gap", "leaf", "header", "body", "body missing", "file"]


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One thing found wrong."""

    idx: int
    """The entry, or -1 for the file as a whole."""
    fault: Fault
    detail: str


def verify(reader: JournalReader) -> tuple[Finding, ...]:
    """Return everything found wrong, in order; an empty tuple is a sound journal.

    It finds what was damaged or clumsily changed. Somebody who rewrites entries and hashes
    alike is found only by a checkpoint that was kept elsewhere.
    """
    found: list[Finding] = []
    try:
        found += (Finding(idx=-1, fault="file", detail=line) for line in reader.page_faults())
        found += _entry_faults(reader)
    except BadStorage as error:
        found.append(Finding(idx=-1, fault="file", detail=error.what))
    return tuple(found)


def _entry_faults(reader: JournalReader) -> Iterator[Finding]:
    redacted = {int(e.fields()["of_idx"]) for e in reader.read(kind="redaction", bodies=False)}
    lengths: dict[str, int] = {}
    expected = 0
    for entry in reader.read():
        if entry.idx != expected:
            detail = f"entries {expected} to {entry.idx - 1} are missing"
            yield Finding(idx=entry.idx, fault="gap", detail=detail)
        expected = entry.idx + 1
        yield from _stream_faults(entry, lengths)
        yield from _hash_faults(entry, redacted)


def _stream_faults(entry: Entry, lengths: dict[str, int]) -> Iterator[Finding]:
    expected = lengths.get(entry.stream, 0)
    if entry.stream_seq != expected:
        detail = f"{entry.stream}: expected number {expected}, found {entry.stream_seq}"
        yield Finding(idx=entry.idx, fault="stream gap", detail=detail)
    lengths[entry.stream] = entry.stream_seq + 1


def _hash_faults(entry: Entry, redacted: set[int]) -> Iterator[Finding]:
    if leaf_hash(entry.header) != entry.leaf:
        yield Finding(idx=entry.idx, fault="leaf", detail="the header is not what was hashed")
    header = msgspec.json.decode(entry.header)
    told = (entry.idx, entry.kind, entry.stream_seq, entry.stream, entry.t_event_ns)
    if told != tuple(header[key] for key in ("idx", "kind", "seq", "stream", "t_event_ns")):
        yield Finding(idx=entry.idx, fault="header", detail="columns and header differ")
    size = header["body"]["bytes"]
    if entry.body is None and size:
        if entry.idx not in redacted:
            detail = f"its {size} bytes are not here and no redaction says why"
            yield Finding(idx=entry.idx, fault="body missing", detail=detail)
    elif salted_hash(entry.salt, entry.body or b"").hex() != header["body"]["salted_sha256"]:
        yield Finding(idx=entry.idx, fault="body", detail="the body is not what was hashed")
