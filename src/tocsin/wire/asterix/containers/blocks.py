"""Blocks: category (one octet), length (two octets, header included), records (EUROCONTROL Part 1).

A datagram holds one block or several. Which categories may be met is known, so that bytes that
are no block are seen for what they are.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tocsin.model.raw import Rejected

I64 = NDArray[np.int64]

HEADER_BYTES = 3

ASSIGNED = (
    *range(1, 5), *range(7, 12), *range(15, 22), 23, 25, 30, 31, 32, 34, 48, 62, 63, 65, 128, 129,
    150, 205, 240, 247, 252, 253,
)  # fmt: skip
"""Categories with a published meaning, civil or common; others do not begin a block."""


class Split(NamedTuple):
    """The blocks of a datagram."""

    start: I64
    """shape (n,), where each block begins in the datagram."""
    length: I64
    """shape (n,), bytes of each block."""
    rejects: tuple[Rejected, ...]
    """At most one: the bytes from which no block can be made."""


def known_categories() -> NDArray[np.bool_]:
    """Return, for each first octet, whether a block may begin with it; shape (256,)."""
    known = np.zeros(256, dtype=np.bool_)
    known[list(ASSIGNED)] = True
    return known


def split_blocks(datagram: bytes, source: str = "", offset: int = 0) -> Split:
    """Return the blocks of one datagram; a bad rest is a `Rejected`, never an error.

    Args:
        datagram: payload as received.
        source: for the reject.
        offset: where the datagram begins in its source.
    """
    start: list[int] = []
    length: list[int] = []
    at = 0
    while at + HEADER_BYTES <= len(datagram):
        size = datagram[at + 1] << 8 | datagram[at + 2]
        if size < HEADER_BYTES or at + size > len(datagram):
            break
        start.append(at)
        length.append(size)
        at += size
    bad = () if at == len(datagram) else (_bad_rest(datagram, at, source, offset),)
    return Split(np.array(start, dtype=np.int64), np.array(length, dtype=np.int64), bad)


def _bad_rest(datagram: bytes, at: int, source: str, offset: int) -> Rejected:
    left = len(datagram) - at
    if left < HEADER_BYTES:
        reason, detail = "truncated", f"{left} bytes are left, a block has at least {HEADER_BYTES}"
    else:
        size = datagram[at + 1] << 8 | datagram[at + 2]
        short = size > left
        reason = "truncated" if short else "bad_length"
        detail = f"a block states {size} bytes, {left} are there"
    return Rejected(
        source=source, offset=offset + at, reason=reason, detail=detail, raw=datagram[at:]
    )
