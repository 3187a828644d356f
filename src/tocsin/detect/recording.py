"""Open recordings and yield raw chunks: ASTERIX containers, aircraft.json, SBS, observers' reports.

The form is found by content, never by the name of the file. Memory stays flat except for a
snapshot of aircraft, which is one block. Several recordings are read together in order of time,
as they would have come in live.
"""

import gzip
import heapq
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from tocsin.detect import clock
from tocsin.detect.piece_times import block_times_s, dates_itself
from tocsin.detect.site import Site
from tocsin.detect.texts import dialect
from tocsin.model.errors import BadInput
from tocsin.model.raw import RawChunk, Rejected
from tocsin.model.units import S_NS
from tocsin.wire.asterix.containers import read_chunks

I64 = NDArray[np.int64]

CHUNK_BYTES = 65_536
SPAN_S = 2.0
"""Recordings read together are cut into stretches of this length: well under the 15 s by which
data may be late."""
_TEXT_STARTS = (b"{", b"MSG,", b"SEL,", b"AIR,", b"STA,", b"CLK,", b"ID,")
_GZIP = b"\x1f\x8b"


def read_recording(path: Path, chunk_bytes: int = CHUNK_BYTES) -> Iterator[RawChunk | Rejected]:
    """Yield the chunks of one recording, in its own order, and every damaged stretch.

    Args:
        path: a file, or a folder of aircraft.json snapshots taken in order of name. Text files
            may be compressed with gzip.
        chunk_bytes: about how many bytes one chunk holds.

    Raises:
        BadInput: missing, unreadable, empty, or of no known form.
    """
    files = sorted(path.glob("*.json*")) if path.is_dir() else [path]
    if not files:
        raise BadInput(
            "the folder holds no *.json snapshots",
            where=str(path),
            remedy="Name a recording, or a folder of aircraft.json files.",
        )
    for file in files:
        try:
            with file.open("rb") as stream:
                yield from _of_stream(stream, file.name, chunk_bytes)
        except (OSError, EOFError) as error:
            raise BadInput(
                f"cannot be read ({error.__class__.__name__}: {error})",
                where=str(file),
                remedy="Check the name, the permissions and that the file is whole.",
            ) from error


def read_together(
    paths: Iterable[Path], site: Site, span_s: float = SPAN_S
) -> Iterator[RawChunk | Rejected]:
    """Yield the chunks of several recordings in order of the times that their blocks state.

    Each chunk is cut into stretches of `span_s`, and the stretches are merged by their last time,
    so that a recording that begins earlier or sends more does not run ahead of the others.

    Raises:
        BadInput: as `read_recording`.
    """
    for _, item in read_timed(paths, site, span_s):
        yield item


def read_timed(
    paths: Iterable[Path], site: Site, span_s: float = SPAN_S
) -> Iterator[tuple[int, RawChunk | Rejected]]:
    """Yield what `read_together` does, each with the time that the recordings have reached.

    The time (Unix ns) never goes back, and what comes later is at most `span_s` older, save what
    its own recording has out of order.
    """
    streams = [_stretches(path, site, span_s) for path in paths]
    return heapq.merge(*streams, key=lambda pair: pair[0])


def cut_lines(data: bytes, source: str, offset: int) -> RawChunk:
    """Return a chunk in which every line is a block.

    Args:
        data: whole lines.
        source: name that the chunk carries.
        offset: where `data` begins in the source.
    """
    ends = np.flatnonzero(np.frombuffer(data, dtype=np.uint8) == ord("\n")) + 1
    if len(ends) == 0 or ends[-1] != len(data):
        ends = np.append(ends, len(data))
    start = np.concatenate(([0], ends[:-1])).astype(np.int64)
    return _chunk(source, data, start, ends - start, offset)


def _of_stream(stream: BinaryIO, source: str, chunk_bytes: int) -> Iterator[RawChunk | Rejected]:
    head = stream.read(4096)
    stream.seek(0)
    if head.startswith(_GZIP):
        with gzip.open(stream, "rb") as plain:
            inner = plain.read(4096)
            if inner.lstrip().startswith(_TEXT_STARTS):
                plain.seek(0)
                yield from _text(plain, inner, source, chunk_bytes)
                return
        stream.seek(0)
    if head.lstrip().startswith(_TEXT_STARTS):
        yield from _text(stream, head, source, chunk_bytes)
    else:
        yield from read_chunks(stream, source, chunk_bytes)


def _text(
    stream: BinaryIO | gzip.GzipFile, head: bytes, source: str, chunk_bytes: int
) -> Iterator[RawChunk]:
    """Yield lines, or the whole file where it is one JSON object over many lines."""
    first_line = head.lstrip().partition(b"\n")[0].rstrip()
    spread = first_line.startswith(b"{") and not first_line.endswith(b"}") and b"\n" in head.strip()
    if spread:
        data = stream.read()
        yield _chunk(source, data, np.zeros(1, dtype=np.int64), np.array([len(data)]), 0)
        return
    offset = 0
    while lines := b"".join(stream.readlines(chunk_bytes)):
        yield cut_lines(lines, source, offset)
        offset += len(lines)


def _chunk(source: str, data: bytes, start: I64, length: I64, offset: int) -> RawChunk:
    return RawChunk(
        source=source,
        data=data,
        start=start,
        length=length,
        offset=start + offset,
        t_received_ns=np.full(len(start), -1, dtype=np.int64),
    )


def _stretches(path: Path, site: Site, span_s: float) -> Iterator[tuple[int, RawChunk | Rejected]]:
    """Yield the stretches of one recording, each with the latest time so far."""
    state = clock.start(site.date_ns)
    latest_ns = 0
    for item in read_recording(path):
        if isinstance(item, Rejected):
            yield latest_ns, item
            continue
        state, t_ns = _times_ns(state, item, site)
        newest = np.maximum.accumulate(np.concatenate(([latest_ns], t_ns)))[1:]
        cuts = np.flatnonzero(np.diff(newest // round(span_s * S_NS))) + 1
        for part in np.split(np.arange(len(newest)), cuts):
            if len(part):
                latest_ns = int(newest[part[-1]])
                yield latest_ns, _part(item, part)


def _times_ns(state: clock.ClockState, chunk: RawChunk, site: Site) -> tuple[clock.ClockState, I64]:
    """Return the time of each block; a block without one has that of the block before.

    Where the container tells times of receipt, these count: no sensor's clock can be wrong then.
    """
    if (chunk.t_received_ns >= 0).all():
        return state, chunk.t_received_ns
    times_s = block_times_s(chunk, site)
    stated = np.isfinite(times_s)
    before_ns = state.t_last_ns or 0
    t_ns = np.full(len(times_s), before_ns, dtype=np.int64)
    if dates_itself(dialect(chunk)):
        t_ns[stated] = np.rint(times_s[stated] * S_NS).astype(np.int64)
        return clock.ClockState(t_last_ns=int(t_ns.max(initial=before_ns))), t_ns
    state, t_ns[stated] = clock.step(state, times_s[stated], chunk.t_received_ns[stated])
    filled = np.maximum.accumulate(np.where(stated, np.arange(len(stated)), -1))
    return state, np.where(filled >= 0, t_ns[np.maximum(filled, 0)], before_ns)


def _part(chunk: RawChunk, blocks: I64) -> RawChunk:
    """Return some consecutive blocks as a chunk of their own."""
    begin = int(chunk.start[blocks[0]])
    end = int(chunk.start[blocks[-1]] + chunk.length[blocks[-1]])
    return RawChunk(
        source=chunk.source,
        data=chunk.data[begin:end],
        start=chunk.start[blocks] - begin,
        length=chunk.length[blocks],
        offset=chunk.offset[blocks],
        t_received_ns=chunk.t_received_ns[blocks],
    )
