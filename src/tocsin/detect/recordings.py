"""Recordings on disk to raw chunks: ASTERIX in any container, and text feeds.

Nothing is understood here but where a block ends: one block of ASTERIX, one line of an SBS or
observers' feed, one snapshot of aircraft.json. Memory stays flat on a recording of any size.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

import numpy as np

from tocsin.detect.texts import ASTERIX, dialect
from tocsin.model.errors import BadInput
from tocsin.model.raw import RawChunk, Rejected
from tocsin.wire.asterix.containers import HEAD_BYTES, read_chunks

CHUNK_BYTES = 8_192
"""About ten seconds of one radar: small against the 15 s within which order is restored."""
LINES_PER_CHUNK = 32
SNAPSHOT_MAX_BYTES = 64 * 1024 * 1024
"""A line or snapshot longer than this is no feed."""


def source_names(paths: Iterable[Path]) -> list[str]:
    """Return a name for each recording: that of its file, numbered where it is met again."""
    met: Counter[str] = Counter()
    names = []
    for path in paths:
        met[path.name] += 1
        names.append(path.name if met[path.name] == 1 else f"{path.name}#{met[path.name]}")
    return names


def read_recording(path: Path, source: str) -> Iterator[RawChunk | Rejected]:
    """Yield the blocks of a recording in chunks, in order, and every damaged stretch.

    Args:
        path: the file.
        source: name that chunks and rejects carry.

    Raises:
        BadInput: the file cannot be read, or is no recording that is known.
    """
    try:
        with path.open("rb") as stream:
            head = stream.read(HEAD_BYTES)
            stream.seek(0)
            yield from _read_text(stream, source) if _is_text(head) else _read(stream, path, source)
    except OSError as error:
        raise BadInput(
            f"cannot be read ({error.strerror or error})",
            where=str(path),
            remedy="Give the path of a recording that you may read.",
        ) from error


def _read(stream: BinaryIO, path: Path, source: str) -> Iterator[RawChunk | Rejected]:
    try:
        yield from read_chunks(stream, source, CHUNK_BYTES)
    except BadInput as error:
        raise BadInput(error.what, where=str(path), remedy=error.remedy) from None


def _is_text(head: bytes) -> bool:
    first = head.lstrip()[:64]
    return bool(first) and dialect(_chunk([first], [0], "")) != ASTERIX


def _read_text(stream: BinaryIO, source: str) -> Iterator[RawChunk | Rejected]:
    """Yield lines; a snapshot written over many lines is one block."""
    first = stream.readline(SNAPSHOT_MAX_BYTES)
    stream.seek(0)
    if first.lstrip().startswith(b"{") and not first.rstrip().endswith(b"}"):
        yield _chunk([stream.read(SNAPSHOT_MAX_BYTES)], [0], source)
        return
    offset = 0
    lines: list[bytes] = []
    begins: list[int] = []
    while line := stream.readline(SNAPSHOT_MAX_BYTES):
        lines.append(line)
        begins.append(offset)
        offset += len(line)
        if len(lines) == LINES_PER_CHUNK:
            yield _chunk(lines, begins, source)
            lines, begins = [], []
    if lines:
        yield _chunk(lines, begins, source)


def _chunk(blocks: list[bytes], begins: list[int], source: str) -> RawChunk:
    length = np.array([len(block) for block in blocks], dtype=np.int64)
    offset = np.array(begins, dtype=np.int64)
    return RawChunk(
        source=source,
        data=b"".join(blocks),
        start=offset - offset[0],
        length=length,
        offset=offset,
        t_received_ns=np.full(len(blocks), -1, dtype=np.int64),
    )
