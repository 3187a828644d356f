"""Drop datagrams that a network delivered twice: identical bytes within a second."""

from collections.abc import Mapping
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

from tocsin.model.raw import RawChunk
from tocsin.model.units import S_NS

WINDOW_NS = S_NS
WINDOW_BLOCKS = 256
"""Recordings without times of receipt: identical bytes hold the same time of day, so they are the
same message; how far back to look is then counted in blocks."""

Seen = Mapping[bytes, tuple[int, int]]
"""Digest of a block to (number of the block in its source, time of receipt or -1)."""


def find_repeats(
    seen: Seen, chunk: RawChunk, number: int
) -> tuple[dict[bytes, tuple[int, int]], NDArray[np.bool_]]:
    """Return what has been seen now, and which blocks of the chunk repeat an earlier one.

    Args:
        seen: of the same source, from the chunk before.
        chunk: the blocks.
        number: blocks of this source before this chunk.
    """
    recent = dict(seen)
    repeats = np.zeros(len(chunk.start), dtype=np.bool_)
    view = memoryview(chunk.data)
    spans = zip(
        chunk.start.tolist(), chunk.length.tolist(), chunk.t_received_ns.tolist(), strict=True
    )
    for index, (start, length, t_ns) in enumerate(spans):
        digest = blake2b(view[start : start + length], digest_size=12).digest()
        before = recent.get(digest)
        repeats[index] = before is not None and _close(before, number + index, t_ns)
        recent[digest] = (number + index, t_ns)
    oldest = number + len(chunk.start) - WINDOW_BLOCKS
    return {d: when for d, when in recent.items() if when[0] >= oldest}, repeats


def _close(before: tuple[int, int], number: int, t_ns: int) -> bool:
    """Return whether two identical blocks came close enough to be one message sent once."""
    if before[1] >= 0 and t_ns >= 0:
        return abs(t_ns - before[1]) <= WINDOW_NS
    return number - before[0] <= WINDOW_BLOCKS
