"""What was set aside without being wrong bytes, as values for the record: repeats, and too late."""

from collections import Counter
from datetime import UTC, datetime

import msgspec

from tocsin.detect.facts import FeedOutput
from tocsin.model.detection import DetectionBatch
from tocsin.model.raw import RawChunk, Rejected
from tocsin.model.units import S_NS

AHEAD_NS = 60 * S_NS
"""A detection cannot be measured after it is received; clocks in order differ by far less."""
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


def without_ahead(found: FeedOutput, now_ns: int) -> FeedOutput:
    """Return what was found without batches of a sensor whose clock is far ahead of the receipt.

    One of them would carry all tracks into its future, and everything else would be too late.
    """
    ahead = [batch for batch in found.batches if batch.t_ns - now_ns > AHEAD_NS]
    if not ahead:
        return found
    counts = Counter(found.counts)
    for batch in ahead:
        counts[f"{batch.sensor_id}:from_the_future"] += len(batch)
    rejects = (_aside(b.sensor_id, b.seq, "from_the_future", _ahead(b, now_ns)) for b in ahead)
    return msgspec.structs.replace(
        found,
        batches=tuple(batch for batch in found.batches if batch.t_ns - now_ns <= AHEAD_NS),
        rejects=(*found.rejects, *rejects),
        counts=dict(counts),
    )


def _ahead(batch: DetectionBatch, now_ns: int) -> str:
    by_s = (batch.t_ns - now_ns) / S_NS
    return f"{len(batch)} detections {by_s:.0f} s ahead of their receipt: its clock is wrong"


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
