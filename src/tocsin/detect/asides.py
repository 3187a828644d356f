"""What was set aside without being wrong bytes, as values for the record: repeats, and too late."""

from datetime import UTC, datetime

from tocsin.detect.facts import FeedOutput
from tocsin.model.detection import DetectionBatch
from tocsin.model.raw import RawChunk, Rejected
from tocsin.model.units import S_NS

NOTED = {
    "*:duplicate_blocks": ("duplicate", "blocks that had come before, byte for byte"),
    ":clock_jumps": ("clock_jump", "steps of the clock that are no lateness"),
    ":clock_restarts": ("clock_restart", "times that the clock was set back: followed anew"),
}


def asides(found: FeedOutput, chunk: RawChunk) -> tuple[Rejected, ...]:
    """Return what was noticed in a chunk and is in none of its rejects."""
    offset = int(chunk.offset[0]) if len(chunk.offset) else 0
    told = []
    for name, number in sorted(found.notes.items()):
        where, _, what = name.rpartition(":")
        reason, words = NOTED.get(name) or NOTED.get(f":{what}") or ("", "")
        if reason:
            source = chunk.source if where == "*" else where
            detail = f"{number} {words}"
            told.append(
                Rejected(source=source, offset=offset, reason=reason, detail=detail, raw=b"")
            )
    return tuple(told)


def too_late(batch: DetectionBatch, now_ns: int) -> Rejected:
    """Return a batch that came when the picture could no longer take it in."""
    at = datetime.fromtimestamp(batch.t_ns // S_NS, UTC)
    return Rejected(
        source=batch.sensor_id,
        offset=batch.seq,
        reason="too_late",
        detail=f"{len(batch)} detections of {at:%H:%M:%S} UTC, {(now_ns - batch.t_ns) / S_NS:.1f} s"
        " behind the picture: they changed nothing (their bytes are in the journal)",
        raw=b"",
    )
