"""Whole columns to fixed-length records at once: each field big-endian, one after the other.

libasterix encodes some thousand records a second; a night of a raid has hundreds of thousands.
Every layout built on this is read back by libasterix in the tests.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from tocsin.model.detection import F64, I64

DAY_S = 86_400.0
TICKS_PER_S = 128
"""ASTERIX times of day count 1/128 s."""
MAX_BLOCK_BYTES = 65_535
CALLSIGN_CHARS = 8
Layout: TypeAlias = Sequence[tuple[str, int]]
"""Names of fields with their length in octets."""
Counts: TypeAlias = dict[str, I64 | int]
"""Raw numbers of each field: shape (n,), or one for all rows."""


class Names(NamedTuple):
    """What transponders say about the rows of a feed; shape (n,) each."""

    icao: I64
    """24-bit address, -1 where there is none."""
    mode_a: I64
    """Code 0..4095, -1 where there is none."""
    callsign: NDArray[np.str_]


def pack(layout: Layout, columns: Mapping[str, I64 | int], rows: int) -> list[bytes]:
    """Return one record per row.

    Args:
        layout: the fields in order.
        columns: the raw numbers; negative ones are written in two's complement.
        rows: how many records.
    """
    total = sum(octets for _, octets in layout)
    out = np.empty((rows, total), dtype=np.uint8)
    at = 0
    for name, octets in layout:
        values = np.broadcast_to(np.asarray(columns[name], dtype=np.int64), (rows,))
        for i in range(octets):
            out[:, at + i] = (values >> (8 * (octets - 1 - i))) & 0xFF
        at += octets
    packed = out.tobytes()
    return [packed[i : i + total] for i in range(0, len(packed), total)]


def block(category: int, records: Sequence[bytes]) -> bytes:
    """Return one data block of records that fit into its 16-bit length."""
    body = b"".join(records)
    length = len(body) + 3
    if length > MAX_BLOCK_BYTES:
        raise ValueError(f"a block of {length} bytes does not fit its 16-bit length")
    return bytes((category,)) + length.to_bytes(2, "big") + body


def ticks(tod_s: F64) -> I64:
    """Return times of day in 1/128 s, wrapped at midnight."""
    day_ticks = int(DAY_S) * TICKS_PER_S
    return np.asarray(np.round(tod_s * TICKS_PER_S).astype(np.int64) % day_ticks)


def scaled(values: F64, lsb_ratio: float, low: int, high: int) -> I64:
    """Return values in counts of the last bit (in their unit), held to what the item can say."""
    return np.clip(np.round(values / lsb_ratio), low, high).astype(np.int64)


def angle_counts(angle_deg: F64) -> I64:
    """Return angles in counts of 360/65536 degrees, wrapped to 16 bits."""
    return np.asarray(np.round(angle_deg / (360.0 / 65_536.0)).astype(np.int64) & 0xFFFF)


def callsign_bits(callsigns: NDArray[np.str_]) -> I64:
    """Return callsigns as 8 x 6 bits (ICAO Annex 10, volume IV, 3.1.2.9)."""
    codes = {sign: _six_bits(sign) for sign in set(callsigns.tolist())}
    return np.array([codes[sign] for sign in callsigns.tolist()], dtype=np.int64)


def _six_bits(callsign: str) -> int:
    bits = 0
    for char in callsign[:CALLSIGN_CHARS].ljust(CALLSIGN_CHARS):
        bits = (bits << 6) | (ord(char) & 0x3F)
    return bits
