"""What must be known of a real CAT048 recording to put something into it."""

import msgspec
import numpy as np

from tocsin.model.detection import F64, I64
from tocsin.model.errors import BadInput
from tocsin.model.raw import RawChunk
from tocsin.wire.asterix.columns import Columns, decode
from tocsin.wire.asterix.editions import choose_editions

HEADER_BYTES = 3
ITEMS = ("I048/010", "I048/140", "I048/040")


class Records(msgspec.Struct, frozen=True, kw_only=True):
    """The CAT048 records of a file of raw blocks, in file order; shape (n,) each."""

    block_offset: I64
    """Where the block of the record begins in the file."""
    tod_s: F64
    """Time of day (I048/140), not unwrapped; NaN where the record has none."""
    azimuth_rad: F64
    """Measured azimuth; NaN where the record has none, or is of another radar."""


def read_records(data: bytes, *, source: tuple[int, int], edition: str = "") -> Records:
    """Return the columns of every CAT048 record of a recording.

    Args:
        data: raw blocks, of any categories.
        source: SAC and SIC of the radar whose rotation is wanted.
        edition: edition of CAT048; empty for the newest.

    Raises:
        BadInput: the bytes are not raw blocks, or hold no CAT048 records of this radar.
    """
    start, length = block_spans(data)
    chunk = RawChunk(
        source="recording",
        data=data,
        start=start,
        length=length,
        offset=start,
        t_received_ns=np.full(len(start), -1, dtype=np.int64),
    )
    editions = choose_editions({48: edition} if edition else None)
    found = [c for c in decode(chunk, editions, {48: ITEMS}).columns if c.category == 48]
    own = [(c.sac == source[0]) & (c.sic == source[1]) for c in found]
    if not found or not any(rows.any() for rows in own):
        raise BadInput(
            f"no CAT048 records of SAC {source[0]} SIC {source[1]}",
            where="recording to inject into",
            remedy="See its sources with `tocsin probe`.",
        )
    columns = found[0]
    azimuth_deg = np.where(own[0], _real(columns, "I048/040/THETA"), np.nan)
    return Records(
        block_offset=start[columns.block],
        tod_s=_real(columns, "I048/140"),
        azimuth_rad=np.radians(azimuth_deg),
    )


def block_spans(data: bytes) -> tuple[I64, I64]:
    """Return where each raw block begins and how long it is.

    Raises:
        BadInput: a length that cannot be, with its offset.
    """
    starts = []
    at = 0
    while at < len(data):
        length = int.from_bytes(data[at + 1 : at + HEADER_BYTES], "big")
        if length < HEADER_BYTES or at + length > len(data):
            raise BadInput(
                f"a block of {length} bytes at offset {at} does not fit the file",
                where="recording to inject into",
                remedy="Give a file of raw ASTERIX blocks.",
            )
        starts.append(at)
        at += length
    start = np.array(starts, dtype=np.int64)
    return start, np.diff(start, append=len(data))


def _real(columns: Columns, name: str) -> F64:
    return np.asarray(columns.fields[name].values, dtype=np.float64)
