"""What was set aside without being wrong bytes, as values for the record: repeats, and too late."""

from datetime import UTC, datetime

import msgspec

from tocsin.detect.facts import FeedOutput
from tocsin.model.detection import DetectionBatch
from tocsin.model.raw import RawChunk, Rejected
from tocsin.model.units import S_NS

NOTED = {
    "duplicate_blocks": ("duplicate", "blocks that had come before, byte for byte"),
    "clock_jumps": ("clock_jump", "steps of the clock that are no lateness"),
    "clock_restarts": ("clock_restart", "times that the clock was set back: followed anew"),
}


def with_asides(found: FeedOutput, chunk: RawChunk) -> FeedOutput:
    """Return what a chunk gave, with what was noticed and is in none of its rejects."""
    offset = int(chunk.offset[0]) if len(chunk.offset) else 0
    told = []
    for name, number in sorted(found.notes.items()):
        where, _, what = name.rpartition(":")
        reason, words = NOTED.get(what, ("", ""))
        if reason:
            source = chunk.source if where == "*" else where
            told.append(_aside(source, offset, reason, f"{number} {words}"))
    return msgspec.structs.replace(found, rejects=(*found.rejects, *told)) if told else found


def too_late(batch: DetectionBatch, now_ns: int) -> FeedOutput:
    """Return the account of a batch that came when the picture could no longer take it in."""
    at = datetime.fromtimestamp(batch.t_ns // S_NS, UTC)
    detail = (
        f"{len(batch)} detections of {at:%H:%M:%S} UTC, {(now_ns - batch.t_ns) / S_NS:.1f} s behind"
        " the picture: they changed nothing (their bytes are in the journal)"
    )
    return FeedOutput(
        batches=(),
        heartbeats=(),
        rejects=(_aside(batch.sensor_id, batch.seq, "too_late", detail),),
        counts={f"{batch.sensor_id}:too_late": len(batch)},
        notes={},
    )


def _aside(source: str, offset: int, reason: str, detail: str) -> Rejected:
    return Rejected(source=source, offset=offset, reason=reason, detail=detail, raw=b"")
