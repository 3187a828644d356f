"""Getting back out what went in: the settings and the raw chunks, in the order received."""

from collections.abc import Iterator

from tocsin.model.raw import RawChunk
from tocsin.record.entries import chunk_of
from tocsin.record.reader import JournalReader


def chunks(journal: JournalReader) -> Iterator[tuple[int, RawChunk]]:
    """Yield (time of receipt, chunk) as they were journaled, byte for byte.

    Chunks whose body was erased are left out; the redaction entries say which and why.
    """
    for entry in journal.read(kind="sensor-block"):
        if entry.body is not None:
            yield entry.t_event_ns, chunk_of(entry)


def settings_json(journal: JournalReader) -> bytes | None:
    """Return the settings that the run began with, or None where they were not written."""
    return next((entry.body for entry in journal.read(kind="settings-json")), None)
