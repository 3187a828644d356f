"""Recordings whose frames follow each other: raw blocks, IOSS Final Format, RPLY, GPS.

| container | before the blocks of a frame | after them |
|---|---|---|
| raw | nothing | nothing |
| Final Format | frame length (u16 big-endian), 3 octets, day time in 10 ms (u24) | 4 times A5 |
| RPLY | length of the blocks (u32 little-endian), ms since the frame before (u32) | nothing |
| GPS | 2,200 octets once at the beginning | 10 octets |
"""

from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tocsin.model.raw import RawChunk, Rejected
from tocsin.wire.asterix.containers import _kernels
from tocsin.wire.asterix.containers.blocks import known_categories

GPS_HEADER_BYTES = 2200
LONGEST_FRAME_BYTES = 65_535 + 12
"""A frame's blocks cannot be longer than one length field says, plus what stands around them."""

_REASONS = ("bad_frame", "bad_length", "truncated")
_DETAILS = (
    "no frame of this container begins here; skipped to where frames follow each other again",
    "a stated length does not fit what follows; skipped to where frames follow each other again",
    "the recording ends inside a frame",
)


class Found(NamedTuple):
    """What `find_blocks` found in a stretch of bytes."""

    start: NDArray[np.int64]
    length: NDArray[np.int64]
    reject: NDArray[np.int64]
    """shape (k, 3): begin, end, why."""
    used: int


def find_blocks(data: bytes, kind: int, *, at_end: bool) -> Found:
    """Return the blocks in a stretch of a recording and how much of it was dealt with."""
    room = len(data) // 3 + 2
    start, length = np.empty(room, dtype=np.int64), np.empty(room, dtype=np.int64)
    reject = np.empty((len(data) // 8 + 8, 3), dtype=np.int64)
    raw = np.frombuffer(data, dtype=np.uint8)
    n, bad, used = _kernels.scan(
        raw, len(data), kind, known_categories(), at_end, start, length, reject
    )
    return Found(start[:n], length[:n], reject[:bad], used)


def read_framed(
    stream: BinaryIO, head: bytes, source: str, chunk_bytes: int, kind: int
) -> Iterator[RawChunk | Rejected]:
    """Yield the blocks of a recording in chunks, and what was damaged.

    Args:
        stream: positioned after `head`.
        head: bytes already read to find out the container.
        source: name for every chunk and reject.
        chunk_bytes: about how much to read at once.
        kind: framing, see `_kernels`.
    """
    offset = GPS_HEADER_BYTES if kind == _kernels.GPS else 0
    buffer = head[offset:]
    at_end = False
    while True:
        found = find_blocks(buffer, kind, at_end=at_end)
        if found.used:
            yield from _chunk(buffer, found, source, offset)
        buffer = buffer[found.used :]
        offset += found.used
        if at_end and not buffer:
            return
        if len(buffer) > 4 * LONGEST_FRAME_BYTES and not found.used:
            skipped = len(buffer) - 2 * LONGEST_FRAME_BYTES
            yield _reject(buffer, source, offset, (0, skipped, _kernels.BAD_FRAME))
            buffer = buffer[skipped:]
            offset += skipped
        more = b"" if at_end else stream.read(chunk_bytes)
        at_end = at_end or not more
        buffer += more


def _chunk(buffer: bytes, found: Found, source: str, offset: int) -> Iterator[RawChunk | Rejected]:
    if len(found.start):
        yield RawChunk(
            source=source,
            data=buffer[: found.used],
            start=found.start,
            length=found.length,
            offset=found.start + offset,
            t_received_ns=np.full(len(found.start), -1, dtype=np.int64),
        )
    for begin, end, why in found.reject.tolist():
        yield _reject(buffer, source, offset, (begin, end, why))


def _reject(buffer: bytes, source: str, offset: int, span: tuple[int, int, int]) -> Rejected:
    begin, end, why = span
    return Rejected(
        source=source,
        offset=offset + begin,
        reason=_REASONS[why],
        detail=_DETAILS[why],
        raw=buffer[begin:end],
    )
