"""Who sent a block: SAC and SIC of its first record, before anything else is decoded."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from tocsin.model.raw import RawChunk
from tocsin.wire.asterix import _kernels
from tocsin.wire.asterix.editions import SourceKey

I64 = NDArray[np.int64]

NO_SOURCE = -1


def source_keys(data: NDArray[np.uint8], chunk: RawChunk, blocks: I64) -> I64:
    """Return SAC * 256 + SIC of the first record of each block, NO_SOURCE where it names none."""
    sac, sic = np.empty(len(blocks), dtype=np.int64), np.empty(len(blocks), dtype=np.int64)
    _kernels.peek_sources(data, chunk.start[blocks], chunk.length[blocks], sac, sic)
    return np.where(sac < 0, NO_SOURCE, sac * 256 + sic)


def split_key(key: int) -> tuple[int, int]:
    """Return SAC and SIC of a key, both -1 for NO_SOURCE."""
    return (key >> 8, key & 0xFF) if key >= 0 else (-1, -1)


def by_source(chunk: RawChunk) -> Iterator[tuple[SourceKey, I64]]:
    """Yield the numbers of the blocks of each source in a chunk."""
    data = np.frombuffer(chunk.data, dtype=np.uint8)
    category = data[chunk.start].astype(np.int64)
    source = source_keys(data, chunk, np.arange(len(category)))
    both = category * 0x20000 + source + 1
    for number in np.unique(both).tolist():
        sac, sic = split_key(number % 0x20000 - 1)
        yield (number // 0x20000, sac, sic), np.flatnonzero(both == number)


def part_of(chunk: RawChunk, blocks: I64) -> RawChunk:
    """Return a chunk of some blocks of another, over the same bytes."""
    return RawChunk(
        source=chunk.source,
        data=chunk.data,
        start=chunk.start[blocks],
        length=chunk.length[blocks],
        offset=chunk.offset[blocks],
        t_received_ns=chunk.t_received_ns[blocks],
    )
