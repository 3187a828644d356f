"""Bytes as they came in, before anybody understood them, and what could not be understood."""

import msgspec
import numpy as np
from numpy.typing import NDArray


class RawChunk(msgspec.Struct, frozen=True, kw_only=True):
    """A run of raw blocks of one source, in the order received.

    The chunk is the unit of journaling and decoding: about a second of a live feed, or some
    tens of kilobytes of a recording. Block `i` is `data[start[i]:start[i] + length[i]]`.
    """

    source: str
    """File name or `udp:address:port`; with the journal entry it makes every byte citable."""
    data: bytes
    start: NDArray[np.int64]
    """shape (n,), where each block begins in `data`."""
    length: NDArray[np.int64]
    """shape (n,), bytes of each block."""
    offset: NDArray[np.int64]
    """shape (n,), where each block begins in the source file or stream, in bytes."""
    t_received_ns: NDArray[np.int64]
    """shape (n,), time of receipt told by the container, Unix ns UTC; -1 where it tells none."""

    def block(self, index: int) -> bytes:
        """Return the bytes of one block."""
        begin = int(self.start[index])
        return self.data[begin : begin + int(self.length[index])]


class Rejected(msgspec.Struct, frozen=True, kw_only=True):
    """Bytes that could not be understood: a value to keep and count, never an exception."""

    source: str
    offset: int
    """Where it begins in the source, in bytes."""
    reason: str
    """One of a small fixed set of words, so that it can be counted (`truncated`, ...)."""
    detail: str
    """The one line for a person: what was found and what would have been right."""
    raw: bytes
