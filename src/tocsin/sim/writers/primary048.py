"""Primary-only CAT048 records, packed whole columns at a time.

EUROCONTROL-SPEC-0149-4 edition 1.21 and later, UAP of CAT048, FSPEC 0xF0:

| item | octets | content |
|---|---|---|
| I048/010 | 2 | SAC, SIC |
| I048/140 | 3 | time of day, LSB 1/128 s |
| I048/020 | 1 | TYP = 1 (single primary detection), no extension |
| I048/040 | 4 | slant range, LSB 1/256 NM; azimuth, LSB 360/65536 deg |
"""

import numpy as np

from tocsin.model.detection import F64
from tocsin.model.units import NM_M

DAY_S = 86_400.0
RANGE_LSB_M = NM_M / 256.0
AZIMUTH_LSB_RAD = 2.0 * np.pi / 65_536.0
TIME_LSB_S = 1.0 / 128.0
BLOCK_BYTES = 14
_LAYOUT = np.dtype(
    [
        ("category", "u1"),
        ("length", ">u2"),
        ("fspec", "u1"),
        ("sac", "u1"),
        ("sic", "u1"),
        ("tod_high", "u1"),
        ("tod_low", ">u2"),
        ("descriptor", "u1"),
        ("rho", ">u2"),
        ("theta", ">u2"),
    ]
)
TYP_PRIMARY = 1 << 5


def primary_blocks(
    tod_s: F64, range_m: F64, azimuth_rad: F64, source: tuple[int, int]
) -> list[bytes]:
    """Return one block of one primary plot each.

    Args:
        tod_s: shape (n,), time of day, 0 to 86,400.
        range_m: shape (n,), slant range; held to what the item can say (0 to 474 km).
        azimuth_rad: shape (n,), true azimuth, any turn.
        source: SAC and SIC.
    """
    made = np.zeros(len(tod_s), dtype=_LAYOUT)
    made["category"], made["length"], made["fspec"] = 48, BLOCK_BYTES, 0xF0
    made["sac"], made["sic"] = source
    ticks = np.round(tod_s / TIME_LSB_S).astype(np.int64) % int(DAY_S / TIME_LSB_S)
    made["tod_high"], made["tod_low"] = ticks >> 16, ticks & 0xFFFF
    made["descriptor"] = TYP_PRIMARY
    made["rho"] = np.clip(np.round(range_m / RANGE_LSB_M), 0, 0xFFFF)
    made["theta"] = np.round(azimuth_rad / AZIMUTH_LSB_RAD).astype(np.int64) & 0xFFFF
    packed = made.tobytes()
    return [packed[i : i + BLOCK_BYTES] for i in range(0, len(packed), BLOCK_BYTES)]
