"""Chunks made with the encoder, so that every bit is known."""

from typing import Any

import numpy as np

from tocsin.model.raw import RawChunk
from tocsin.wire.asterix.encode import encode_block

TOD_S = 43_200.0


def chunk(*blocks: bytes, source: str = "made", t_received_ns: int = -1) -> RawChunk:
    length = np.array([len(b) for b in blocks], dtype=np.int64)
    start = np.concatenate(([0], np.cumsum(length)[:-1])).astype(np.int64)
    return RawChunk(
        source=source,
        data=b"".join(blocks),
        start=start,
        length=length,
        offset=start,
        t_received_ns=np.full(len(blocks), t_received_ns, dtype=np.int64),
    )


def plot(
    kind: int = 5,
    *,
    range_nm: float = 20.0,
    azimuth_deg: float = 30.0,
    tod_s: float = TOD_S,
    flags: int = 0,
    **items: Any,
) -> bytes:
    """Return a CAT048 (1.32) block of one report; `flags` are SIM RDP SPI RAB of I020."""
    descriptor = (kind, flags >> 3 & 1, flags >> 2 & 1, flags >> 1 & 1, flags & 1)
    record = {
        "010": (20, 129),
        "140": (tod_s, "s"),
        "020": [descriptor],
        "040": ((range_nm, "NM"), (azimuth_deg, "°")),
    }
    return encode_block(48, "1.32", [record | {k[1:]: v for k, v in items.items()}])
