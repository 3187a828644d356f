"""Getting back out what went in: the settings and all input, in the order received.

What people decided is input too: without it a night would be replayed in which nobody approved.
"""

import hashlib
from collections.abc import Iterator

from tocsin.model.alert import Decision
from tocsin.model.errors import BadStorage
from tocsin.model.raw import RawChunk, Rejected
from tocsin.record.entries import chunk_of, decision_of, rejects_of
from tocsin.record.entry import Entry
from tocsin.record.reader import JournalReader


def chunks(journal: JournalReader) -> Iterator[tuple[int, RawChunk]]:
    """Yield (time of receipt, chunk) as they were journaled, byte for byte.

    Chunks whose body was erased are left out; the redaction entries say which and why.
    """
    for entry in journal.read(kind="sensor-block"):
        if entry.body is not None:
            yield entry.t_event_ns, chunk_of(entry)


def inputs(journal: JournalReader) -> Iterator[tuple[int, RawChunk | Rejected | Decision]]:
    """Yield (time, input) of all that came in: chunks, damaged stretches between them, decisions.

    Chunks and decisions whose body was erased are left out, as by `chunks`.
    """
    for entry in journal.read(kind=("sensor-block", "rejected", "decision")):
        if entry.body is not None and entry.kind == "sensor-block":
            yield entry.t_event_ns, chunk_of(entry)
        elif entry.body is not None and entry.kind == "decision":
            yield entry.t_event_ns, decision_of(entry)
        elif entry.kind == "rejected" and entry.fields()["found_in"] == "container":
            for reject in rejects_of(entry):
                yield entry.t_event_ns, reject


def settings_json(journal: JournalReader) -> bytes | None:
    """Return the settings that the run began with, or None where they were not written."""
    return next((entry.body for entry in journal.read(kind="settings-json")), None)


def settings_entry(journal: JournalReader) -> Entry:
    """Return the entry with the whole settings; its field `date_ns` is the day that was given.

    Raises:
        BadStorage: the journal holds none, so nothing can be replayed from it.
    """
    for entry in journal.read(kind="settings-json"):
        if entry.body is not None:
            return entry
    raise BadStorage(
        "the journal holds no whole settings",
        where=str(journal.path),
        remedy="Replay the recordings themselves, with --site.",
    )


def salt_key(settings_json: bytes, date_ns: int | None) -> bytes:
    """Return the key of the salts of a replay, so that two replays have equal hashes.

    It comes from the settings. It keeps nobody from guessing a body, as the random key of a live
    service does: whoever replays a recording has it already.
    """
    told = b"%s|%s" % (settings_json, repr(date_ns).encode())
    return hashlib.sha256(b"tocsin replay|" + told).digest()
